/** `gov token inspect`: what a token says, whoever wrote it. Nothing is verified, and that is said first. */
import { holdsPersonalNumber, maskCitizenId, maskName, maskPhone } from '@gov/codes';
import { fromBase64url } from '@gov/sm';
import { isJsonObject, type JsonObject, type JsonValue, readJsonObject } from '@gov/token/json';
import { readJwe } from '@gov/token/jwe';
import { readJwt } from '@gov/token/jwt';
import { GovError, isGovError } from '@gov/verdict';
import { command } from '../command.js';
import type { Language } from '../output.js';
import { tokenTextOf } from '../token-text.js';

export const tokenInspect = command({
  noun: 'token',
  verb: 'inspect',
  about: { en: 'show what a token says, without verifying it', zh: '查看令牌内容（不核验）' },
  words: ['FILE|-'],
  options: {
    'show-personal': {
      type: 'boolean',
      about: { en: 'do not mask names and numbers of persons', zh: '不对姓名、证件号码等脱敏' },
    },
  },
  async run([file], values, { lang, readStdin }) {
    const text = await tokenTextOf(file!, readStdin);
    const parts = text.split('.', 6);
    const isEncrypted = parts.length === 5;
    if (parts.length !== 3 && !isEncrypted)
      throw new GovError('jwt-malformed', 'neither a signed nor an encrypted token');
    const shown = (part: string): JsonObject => {
      const value = jsonOf(part);
      return values['show-personal'] === true ? value : (masked(value) as JsonObject);
    };
    const header = shown(parts[0]!);
    const claims = isEncrypted ? undefined : shown(parts[1]!);
    const refused = refusal(() => (isEncrypted ? readJwe(text) : readJwt(text)));
    const json = {
      verified: false,
      form: isEncrypted ? 'JWE' : 'JWS',
      header,
      ...(claims === undefined ? {} : { claims }),
      ...(refused === undefined ? {} : { refused }),
    };
    const lines = [
      TEXTS[lang].unverified,
      ...(refused === undefined ? [] : [`${TEXTS[lang].refused} ${refused.code}: ${refused.message}`]),
      ...linesOf(TEXTS[lang].header, header),
      ...(claims === undefined ? [TEXTS[lang].encrypted] : linesOf(TEXTS[lang].claims, claims)),
    ];
    return { kind: 'done', json, lines };
  },
});

const TEXTS: Readonly<
  Record<Language, Readonly<Record<'unverified' | 'refused' | 'header' | 'claims' | 'encrypted', string>>>
> = {
  en: {
    unverified: 'NOT VERIFIED: anybody can write such a token. Believe nothing of it before gov token verify.',
    refused: 'A verifier here would not even read it:',
    header: 'header',
    claims: 'claims',
    encrypted: 'claims: encrypted',
  },
  zh: {
    unverified: '未经核验：任何人都能写出这样的令牌。未经 gov token verify 核验，其内容一概不可采信。',
    refused: '核验时将直接拒绝该令牌：',
    header: '头部',
    claims: '声明',
    encrypted: '声明：已加密',
  },
};

/** @throws GovError `jwt-malformed` */
function jsonOf(part: string): JsonObject {
  try {
    const bytes = fromBase64url(part);
    if (bytes !== undefined) return readJsonObject(bytes);
  } catch (error) {
    if (!isGovError(error)) throw error;
  }
  throw new GovError('jwt-malformed', 'a part of the token is not JSON in base64url');
}

/** Why a strict reader would not take it; its messages repeat nothing of the token. */
function refusal(read: () => unknown): { readonly code: string; readonly message: string } | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (!isGovError(error)) throw error;
    return { code: error.code, message: error.message };
  }
}

/** How personal claims of our own and of OpenID Connect Core 5.1 are masked. */
const PERSONAL: ReadonlyMap<string, (value: string) => string> = new Map([
  ...['name', 'given_name', 'family_name', 'middle_name', 'nickname'].map((claim) => [claim, maskName] as const),
  ...['document_number', 'email', 'birthdate', 'formatted', 'street_address'].map(
    (claim) => [claim, maskCitizenId] as const,
  ),
  ['phone_number', maskPhone],
]);

/** Wherever they stand; and whatever is the number of a person, under any name, as text or as a number. */
function masked(value: JsonValue, name = ''): JsonValue {
  if (Array.isArray(value)) return value.map((one) => masked(one, name));
  if (isJsonObject(value))
    return Object.fromEntries(Object.entries(value).map(([own, inner]) => [own, masked(inner, own)]));
  if (typeof value !== 'string' && typeof value !== 'number') return value;
  const text = String(value);
  const mask = PERSONAL.get(name) ?? (holdsPersonalNumber(text) ? maskCitizenId : undefined);
  return mask === undefined ? value : mask(text);
}

/** Times, as people read them beside the number (RFC 7519 2). */
const TIMES: readonly string[] = ['iat', 'nbf', 'exp', 'auth_time'];
const LAST_SECOND = 253_402_300_799;

const linesOf = (title: string, object: JsonObject): string[] => [
  `${title}:`,
  ...Object.entries(object).map(
    ([name, value]) => `  ${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}${timeOf(name, value)}`,
  ),
];

const timeOf = (name: string, value: JsonValue): string =>
  TIMES.includes(name) && typeof value === 'number' && Math.abs(value) <= LAST_SECOND
    ? `  (${new Date(value * 1000).toISOString()})`
    : '';
