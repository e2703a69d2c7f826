/** What a PDF is sealed or signed with, as people type it: for `gov pdf seal` and `gov pdf prepare`. */
import { pictureType, type SealPicture } from '@gov/e-seal';
import type { FindText, SealPlace } from '@gov/e-seal/pdf';
import { pdfjsTextFinder } from '@gov/e-seal/pdf/keyword';
import type { FieldLock } from '@gov/pdf';
import type { Certificate } from '@gov/pki';
import { type Finding, GovError } from '@gov/verdict';
import * as en from '@gov/verdict/en';
import * as zh from '@gov/verdict/zh';
import { certificatesAt, numberOf } from './arguments.js';
import type { OptionDefinition } from './command.js';
import { readInput } from './files.js';
import type { OptionProblems } from './option-problems.js';
import { PDF_PASSWORD, PDF_REPAIR } from './pdf-input.js';
import { PLACE_OPTIONS, placesOf } from './pdf-place.js';

export const SEALING_OPTIONS = {
  seal: {
    type: 'string',
    value: 'F.esl',
    about: { en: 'the seal; without it a standard signature is made', zh: '电子印章；不给出则作标准数字签名' },
  },
  cert: { type: 'string', value: 'C', about: { en: "the signer's certificate", zh: '签章人证书' }, required: true },
  chain: {
    type: 'string',
    value: 'FILE|DIR',
    about: { en: 'certificates above it, sent along with a standard signature', zh: '随标准签名附带的上级证书' },
  },
  ...PLACE_OPTIONS,
  picture: {
    type: 'string',
    value: 'FILE',
    about: { en: 'what a standard signature shows, PNG or JPEG', zh: '标准签名的图像（PNG 或 JPEG）' },
  },
  'picture-width': { type: 'string', value: 'MM', about: { en: 'its width', zh: '图像宽度' } },
  'picture-height': { type: 'string', value: 'MM', about: { en: 'its height', zh: '图像高度' } },
  certify: {
    type: 'string',
    value: '1|2|3',
    about: {
      en: 'certify: 1 no change, 2 forms and signatures, 3 annotations too',
      zh: '认证签名：1 不许改动，2 可填表和签名，3 另可加注释',
    },
  },
  lock: { type: 'string', value: 'all|NAME,…', about: { en: 'lock form fields', zh: '锁定表单域' } },
  'field-name': {
    type: 'string',
    value: 'NAME',
    about: { en: 'name of the new signature field', zh: '新签名域的名称' },
  },
  reason: { type: 'string', value: 'TEXT', about: { en: 'reason for signing', zh: '签章原因' } },
  location: { type: 'string', value: 'TEXT', about: { en: 'place of signing', zh: '签章地点' } },
  password: PDF_PASSWORD,
  repair: PDF_REPAIR,
  'refuse-hazards': {
    type: 'boolean',
    about: { en: 'refuse a PDF about which there is a warning', zh: '存在盖章前提示时拒绝盖章' },
  },
} as const satisfies Readonly<Record<string, OptionDefinition>>;

type SealingValues = {
  readonly [Name in keyof typeof SEALING_OPTIONS]: Name extends 'cert'
    ? string
    : Name extends 'refuse-hazards' | 'repair'
      ? boolean
      : string | undefined;
};

/** What goes into every act, seal or signature. */
interface Sealing {
  readonly places: readonly SealPlace[];
  readonly options: {
    readonly certify?: 1 | 2 | 3;
    readonly lock?: FieldLock;
    readonly fieldName?: string;
    readonly reason?: string;
    readonly location?: string;
  };
}

/** What is wrong is noted; only then is the answer incomplete. */
export function sealingOf(values: SealingValues, problems: OptionProblems): Sealing {
  const { seal, certify, lock, reason, location, picture, chain } = values;
  const places = placesOf(values, problems);
  if (certify !== undefined && !['1', '2', '3'].includes(certify))
    problems.add('certify', `--certify is 1, 2 or 3, not "${certify}"`, '应为 1、2 或 3');
  if (seal !== undefined) {
    if (places.length === 0 && WHERE.every((name) => values[name] === undefined))
      problems.add(
        'page',
        'where? --page, --x and --y, or --pages, --keyword, --ride-seam or --field',
        '缺少盖章位置：--page、--x、--y，或 --pages、--keyword、--ride-seam、--field',
      );
    if (picture !== undefined) problems.add('picture', 'a seal has its own picture', '印章自带图像');
    if (chain !== undefined) problems.add('chain', '--chain goes with a standard signature', '--chain 用于标准签名');
  } else if (places.some((place) => !('field' in place)) && picture === undefined)
    problems.add('picture', 'a standard signature with a place needs --picture', '可见的标准签名需要 --picture');
  else if (picture !== undefined && places.length === 0)
    problems.add('picture', 'where? --page, --x and --y', '缺少图像位置：--page、--x、--y');
  for (const name of ['picture-width', 'picture-height'] as const) {
    const text = values[name];
    if ((picture === undefined) !== (text === undefined))
      problems.add(
        name,
        `--picture, --picture-width and --picture-height belong together`,
        '--picture、--picture-width、--picture-height 应一起使用',
      );
    else if (text !== undefined) problems.try(name, '应为数字', () => numberOf(text, name));
  }
  return {
    places,
    options: {
      ...(certify === undefined ? {} : { certify: Number(certify) as 1 | 2 | 3 }),
      ...(lock === undefined ? {} : { lock: lockOf(lock) }),
      ...(values['field-name'] === undefined ? {} : { fieldName: values['field-name'] }),
      ...(reason === undefined ? {} : { reason }),
      ...(location === undefined ? {} : { location }),
    },
  };
}

/** Options that say where; what is wrong with one of them is said of that one. */
const WHERE = ['page', 'pages', 'x', 'y', 'keyword', 'ride-seam', 'field'] as const;

const lockOf = (text: string): FieldLock =>
  text === 'all'
    ? { action: 'All', fields: [] }
    : { action: 'Include', fields: text.split(',').filter((name) => name !== '') };

/** The places of a signature, with what finds keywords. */
export function placed(
  { places }: Sealing,
  password: Uint8Array | undefined,
): { readonly place?: readonly SealPlace[]; readonly findText?: FindText } {
  if (places.length === 0) return {};
  if (!places.some((place) => 'keyword' in place)) return { place: places };
  const text = password === undefined ? {} : { password: new TextDecoder().decode(password) };
  return { place: places, findText: pdfjsTextFinder(text) };
}

/** The picture and the further certificates of a standard signature. */
export async function signatureParts(
  values: SealingValues,
): Promise<{ readonly picture?: SealPicture; readonly chain?: readonly Certificate[] }> {
  const { picture, chain } = values;
  return {
    ...(chain === undefined ? {} : { chain: await certificatesAt(chain) }),
    ...(picture === undefined ? {} : { picture: await pictureOf(picture, values) }),
  };
}

async function pictureOf(file: string, values: SealingValues): Promise<SealPicture> {
  const data = await readInput(file);
  const type = pictureType(data);
  if (type === undefined) throw new GovError('seal-picture-unsupported', 'the picture is neither PNG nor JPEG');
  const size = (name: 'picture-width' | 'picture-height'): number => numberOf(values[name] ?? '', name);
  return { type, data, widthMm: size('picture-width'), heightMm: size('picture-height') };
}

/** @throws GovError `pdf-hazards` naming all of them, if there is any */
export function refuseHazards(hazards: readonly Finding[]): void {
  if (hazards.length === 0) return;
  const issues = hazards.map(({ code, detail }) => ({
    path: [],
    code,
    message: detail === undefined ? en.findingText[code] : `${en.findingText[code]} ${detail}`,
    messageZh: zh.findingText[code],
  }));
  throw new GovError('pdf-hazards', `${hazards.length} warnings about the PDF`, { issues });
}
