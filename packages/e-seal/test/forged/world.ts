/** Who seals, who attacks, and the files that were honestly sealed before an attack begins. */
import { makeSeal, type Seal, signSes } from '@gov/e-seal';
import { PDF_SEAL_NAMES, type SealPdfOptions, sealPdf, verifyPdf } from '@gov/e-seal/pdf';
import { sm3 } from '@gov/sm';
import type { FindingCode, Report } from '@gov/verdict';
import { judge } from '@gov/verdict';
import { type Holder, makeLeaf, makeWorld, sealOptions, TIMES, type World } from '../../../../test/world.js';
import { form, letter } from './documents.js';
import { ascii, concat, latin, type Objects, partsOf, type RevisionOptions, revise, textOf } from './write.js';

/** Somebody with a good certificate and a seal that was made for it. */
export interface Sealer {
  readonly seal: Seal;
  readonly holder: Holder;
}

/** The people, and every honestly sealed file, made once. */
export class Scene {
  readonly world: World;
  /** The office whose seal the files carry. */
  readonly office: Sealer;
  /** Trusted like everybody, and an attacker: what one with a good key can do. */
  readonly insider: Sealer;
  readonly #sealed = new Map<string, Promise<Uint8Array>>();

  constructor(world: World, office: Sealer, insider: Sealer) {
    this.world = world;
    this.office = office;
    this.insider = insider;
  }

  /** A sealed file by its name in `SEALED`. */
  sealed(name: SealedName): Promise<Uint8Array> {
    let file = this.#sealed.get(name);
    if (file === undefined) {
      file = SEALED[name](this);
      this.#sealed.set(name, file);
    }
    return file;
  }

  /** Seals as the office does. */
  seal(pdf: Uint8Array, where: Where = {}, by: Sealer = this.office): Promise<Uint8Array> {
    const { page = 1, xMm = 150, yMm = 60, ...more } = where;
    return sealPdf(pdf, { seal: by.seal, ...by.holder, place: { page, xMm, yMm }, time: TIMES.signed, ...more });
  }

  verify(pdf: Uint8Array): Promise<Report> {
    return verifyPdf(pdf, { at: TIMES.verified, trust: this.world.trust });
  }
}

/** Where and how a file is sealed: on the first page, where nothing else is said. */
interface Where extends Partial<Omit<SealPdfOptions, 'seal' | 'certificate' | 'signer'>> {
  readonly page?: number;
  readonly xMm?: number;
  readonly yMm?: number;
}

/** Keys are new in every run. */
export async function makeScene(): Promise<Scene> {
  const world = await makeWorld();
  const holder = await makeLeaf(world.root, 'signer');
  const insider = { holder, seal: await makeSeal({ ...sealOptions(world.maker, [holder]), id: '99010000000002' }) };
  return new Scene(world, { seal: world.seal, holder: world.signer }, insider);
}

export type SealedName =
  | 'letter'
  | 'letter, cross-reference stream'
  | 'letter, object streams'
  | 'letter, sealed twice'
  | 'form'
  | 'form, certified 1'
  | 'form, certified 2'
  | 'form, certified 3'
  | 'form, amount locked'
  | 'form, all but note locked'
  | 'letter, certified 2'
  | 'letter, certified 3';

/** The files that are attacked. */
const SEALED: Readonly<Record<SealedName, (scene: Scene) => Promise<Uint8Array>>> = {
  letter: (scene: Scene) => scene.seal(letter()),
  'letter, cross-reference stream': (scene: Scene) => scene.seal(letter('stream')),
  'letter, object streams': (scene: Scene) => scene.seal(letter('packed')),
  'letter, sealed twice': async (scene: Scene) => scene.seal(await scene.sealed('letter'), { page: 2 }),
  form: (scene: Scene) => scene.seal(form()),
  'form, certified 1': (scene: Scene) => scene.seal(form(), { certify: 1 }),
  'form, certified 2': (scene: Scene) => scene.seal(form(), { certify: 2 }),
  'form, certified 3': (scene: Scene) => scene.seal(form(), { certify: 3 }),
  'form, amount locked': (scene: Scene) => scene.seal(form(), { lock: { action: 'Include', fields: ['amount'] } }),
  'form, all but note locked': (scene: Scene) => scene.seal(form(), { lock: { action: 'Exclude', fields: ['note'] } }),
  'letter, certified 2': (scene: Scene) => scene.seal(letter(), { certify: 2 }),
  'letter, certified 3': (scene: Scene) => scene.seal(letter(), { certify: 3 }),
};

interface HandSigning {
  /** The number of the signature dictionary. */
  readonly number: number;
  readonly by: Sealer;
  /** More keys of the dictionary, e.g. /Reference. */
  readonly keys?: string;
  readonly reserved?: number;
  /** /ByteRange is a reference to an object of this number, which must be less than that of the dictionary. */
  readonly rangeIn?: number;
  /** What /ByteRange says, instead of what it should. */
  readonly ranges?: (gapStart: number, gapEnd: number, end: number) => readonly number[];
  /** Bytes behind the signature value, inside /Contents. */
  readonly padding?: Uint8Array;
  readonly dataHash?: Uint8Array;
}

const RANGE = '[0 0000000000 0000000000 0000000000 000000000000]';

/**
 * A revision with these objects and a signature dictionary, signed with a good key as it stands: the attacker's own
 * software, which writes and signs whatever it is told.
 */
export async function signRevision(
  pdf: Uint8Array,
  objects: Objects,
  { number, by, keys = '', reserved = 6000, rangeIn, ranges, padding, dataHash }: HandSigning,
  options: RevisionOptions = {},
): Promise<Uint8Array> {
  const { filter, subFilter } = PDF_SEAL_NAMES;
  const dict = `<</Type/Sig/Filter/${filter}/SubFilter/${subFilter}${keys}/ByteRange ${rangeIn === undefined ? RANGE : `${rangeIn} 0 R`}/Contents <${'0'.repeat(2 * reserved)}>>>`;
  const array = rangeIn === undefined ? {} : { [rangeIn]: RANGE };
  return signed(revise(pdf, { ...objects, ...array, [number]: dict }, options), RANGE, {
    by,
    ...optional({ ranges, padding, dataHash }),
  });
}

/** Leaves out what is undefined. */
const optional = <T extends object>(fields: T): { [K in keyof T]?: NonNullable<T[K]> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;

/** The objects of a further signature field that shows nothing: field `number`, value `number + 1`. */
export function signingIn(pdf: Uint8Array, number: number, name = 'further'): Record<number, string> {
  const { form } = partsOf(pdf);
  return {
    [form]: textOf(pdf, form).replace(/(\/Fields ?\[[^\]]*)\]/, `$1 ${number} 0 R]`),
    [number]: `<</FT/Sig/T(${name})/V ${number + 1} 0 R>>`,
  };
}

/** Signs the last signature dictionary of a file again, so that whatever was changed in its revision is intact. */
export function resign(
  pdf: Uint8Array,
  how: Omit<HandSigning, 'number' | 'keys' | 'reserved' | 'rangeIn'>,
): Promise<Uint8Array> {
  const [, range] = /.*\/ByteRange ?(\[[^\]]*\])/s.exec(latin(pdf))!;
  return signed(pdf, range!, how);
}

async function signed(
  pdf: Uint8Array,
  range: string,
  { by, ranges, padding = new Uint8Array(), dataHash }: Omit<HandSigning, 'number' | 'keys' | 'reserved' | 'rangeIn'>,
): Promise<Uint8Array> {
  const text = latin(pdf);
  const rangeAt = text.lastIndexOf(range);
  const start = text.indexOf('<', text.indexOf('/Contents', rangeAt) + 9);
  const end = text.indexOf('>', start) + 1;
  const numbers = ranges?.(start, end, pdf.length) ?? [0, start, end, pdf.length - end];
  const written = `[${numbers.join(' ')}]`.padEnd(range.length);
  if (written.length > range.length) throw new Error(`no room for ${written}`);
  const out = ascii(
    text.slice(0, rangeAt) +
      written +
      text.slice(rangeAt + range.length, start + 1) +
      '0'.repeat(end - start - 2) +
      text.slice(end - 1),
  );
  const parts: Uint8Array[] = [];
  for (let i = 0; i + 1 < numbers.length; i += 2)
    parts.push(out.slice(Math.max(0, numbers[i]!), Math.max(0, numbers[i]! + numbers[i + 1]!)));
  const value = await signSes({
    seal: by.seal,
    ...by.holder,
    time: TIMES.signed,
    dataHash: dataHash ?? sm3(...parts),
    propertyInfo: PDF_SEAL_NAMES.subFilter,
  });
  const hex = Buffer.from(concat(value, padding)).toString('hex');
  if (hex.length > end - start - 2) throw new Error(`no room for ${hex.length / 2} bytes of signature`);
  out.set(ascii(hex), start + 1);
  return out;
}

/** Two checks that see the same thing, each from its side. */
export const ALSO = {
  added: {
    codes: ['coverage-later-change'],
    why: 'what hangs from the change was added with it, and nothing permits that',
  },
  compared: {
    codes: ['field-appearance-changed'],
    why: 'the signature dictionary is a signed object: comparing objects tells too',
  },
} as const;

/** An attack on one file. */
export interface ForgedCase {
  readonly class: string;
  readonly name: string;
  /** The honestly sealed file that is attacked. */
  readonly sealed: SealedName | ((scene: Scene) => Promise<Uint8Array>);
  readonly forge: (sealed: Uint8Array, scene: Scene) => Uint8Array | Promise<Uint8Array>;
  /** The finding that gives it away, or the code with which it is refused unread. */
  readonly expect: { readonly code: FindingCode; readonly outcome: 'fail' | 'unknown' } | { readonly refused: string };
  /** Codes that no forger could keep from failing too, and why. */
  readonly inseparable?: { readonly codes: readonly FindingCode[]; readonly why: string };
  /** Where a person sees the difference: the page, and a rectangle in points from its lower left corner. */
  readonly visible?: {
    readonly page: number;
    readonly rect: readonly [number, number, number, number];
    readonly what: string;
  };
}

export const sealedFile = ({ sealed }: ForgedCase, scene: Scene): Promise<Uint8Array> =>
  typeof sealed === 'string' ? scene.sealed(sealed) : sealed(scene);

/** The verdict as it would be if the checks behind these codes were content with everything. */
export function verdictWithout({ signatures = [] }: Report, codes: readonly FindingCode[]): string[] {
  return signatures.map(({ findings, required }) =>
    judge(
      findings.map((finding) => (codes.includes(finding.code) ? { ...finding, outcome: 'pass' as const } : finding)),
      { required },
    ),
  );
}
