/** What the verbs of city codes have in common: numbers, holders, and where a code goes. */
import { CITY_CODE_SUBJECTS, type CitySubject, cityCodeText, cityCodeUrl } from '@gov/city-code';
import { readChallengeText } from '@gov/city-code/challenge';
import { qrCode, qrPng, qrSvg } from '@gov/qr/draw';
import { hexToBytes } from '@gov/sm';
import { GovError } from '@gov/verdict';
import type { OptionDefinition, Outcome } from './command.js';
import { writeOutputs } from './files.js';

/** Whom a code stands for, and what it opens. */
export const HOLDER_OPTIONS = {
  holder: {
    type: 'string',
    value: 'REF',
    about: { en: "the issuer's own reference of the holder", zh: '持码人的内部标识（不入码）' },
    required: true,
  },
  subject: {
    type: 'string',
    value: CITY_CODE_SUBJECTS.join('|'),
    about: { en: 'whom it stands for (person)', zh: '主体：person 自然人（默认）、organization 法人、thing 物' },
  },
  assurance: {
    type: 'string',
    value: '0..3',
    about: { en: 'how surely the holder was identified', zh: '身份保障等级' },
    required: true,
  },
  entitlements: {
    type: 'string',
    value: 'BITS',
    about: { en: 'what it opens, 32 bits: 5 or 0x5 (0)', zh: '权益位（32 位），如 5 或 0x5（默认 0）' },
  },
} as const satisfies Readonly<Record<string, OptionDefinition>>;

/** Where a code goes. */
export const CODE_OPTIONS = {
  url: {
    type: 'string',
    value: 'BASE',
    about: {
      en: 'the code behind this base: https://…, ending in /, = or #',
      zh: '以该网址为前缀的网址码：https://…，以 /、= 或 # 结尾',
    },
  },
  out: { type: 'string', value: 'F.png|F.svg', about: { en: 'draw it as a QR code', zh: '绘制为二维码' } },
} as const satisfies Readonly<Record<string, OptionDefinition>>;

/** What a gate shows, and a device answers. */
export const CHALLENGE_OPTION = {
  type: 'string',
  value: 'HEX|GATE:…',
  about: {
    en: 'challenge of the gate, 16 octets, or as it shows it',
    zh: '闸机的挑战值（16 字节，十六进制，或屏幕所示文本）',
  },
} as const satisfies OptionDefinition;

/** @throws GovError `usage`, `challenge-malformed` */
export function challengeOf(text: string | undefined): { readonly challenge?: Uint8Array } {
  if (text === undefined) return {};
  if (text.startsWith('GATE:')) return { challenge: readChallengeText(text) };
  if (!/^[0-9a-f]{32}$/i.test(text)) throw new GovError('usage', '--challenge is 32 hexadecimal digits');
  return { challenge: hexToBytes(text) };
}

/** @throws GovError `usage` */
export function holderOf(values: {
  readonly holder: string;
  readonly subject: string | undefined;
  readonly assurance: string;
  readonly entitlements: string | undefined;
}): {
  readonly holder: string;
  readonly subject: CitySubject;
  readonly assurance: number;
  readonly entitlements: number;
} {
  return {
    holder: values.holder,
    subject: citySubjectOf(values.subject ?? 'person'),
    assurance: wholeOf(values.assurance, 'assurance', 3),
    entitlements: bitsOf(values.entitlements ?? '0', 'entitlements'),
  };
}

/** @throws GovError `usage` */
export function citySubjectOf(text: string): CitySubject {
  const subject = CITY_CODE_SUBJECTS.find((one) => one === text);
  if (subject === undefined) throw new GovError('usage', `--subject is one of ${CITY_CODE_SUBJECTS.join(', ')}`);
  return subject;
}

/** 0 to `most`. @throws GovError `usage` */
export function wholeOf(text: string, name: string, most: number): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value <= most)) throw new GovError('usage', `--${name} is a number from 0 to ${most}`);
  return value;
}

/** 32 bits, decimal or hexadecimal. @throws GovError `usage` */
export function bitsOf(text: string, name: string): number {
  const value = /^(?:\d{1,10}|0x[0-9a-f]{1,8})$/i.test(text) ? Number(text) : Number.NaN;
  if (!(value <= 0xffffffff)) throw new GovError('usage', `--${name} are 32 bits, such as 5 or 0x5`);
  return value;
}

/** The places of a code; they are looked at before anything is used up. @throws GovError `usage`, `invalid-argument` */
export function codePlaces({ url, out }: { readonly url: string | undefined; readonly out: string | undefined }) {
  if (out !== undefined && !/\.(png|svg)$/i.test(out)) throw new GovError('usage', '--out is a .png or a .svg');
  const textOf = (bytes: Uint8Array): string => (url === undefined ? cityCodeText(bytes) : cityCodeUrl(bytes, url));
  textOf(new Uint8Array());
  return { textOf, out };
}

/** A code as it is given to people: its text, and its QR where that is wanted. */
export async function shownCode(
  bytes: Uint8Array,
  { textOf, out }: ReturnType<typeof codePlaces>,
  about: Readonly<Record<string, unknown>>,
  force: boolean,
): Promise<Outcome> {
  const text = textOf(bytes);
  if (out === undefined) return { kind: 'done', json: { text, ...about }, lines: [text] };
  const qr = qrCode(text, { level: 'M' });
  const content = /\.svg$/i.test(out) ? qrSvg(qr) : qrPng(qr, { scale: 8 });
  await writeOutputs([{ path: out, content, secret: true }], force);
  return { kind: 'done', json: { text, out, qrVersion: qr.version, ...about }, lines: [text, out] };
}
