/** Status list tokens (状态列表令牌): the list of an issuer, signed, as a JWT or a CWT. */
import type { Signer, Verifier } from '@gov/sm';
import { fromBase64url, toBase64url } from '@gov/sm';
import { GovError, isGovError } from '@gov/verdict';
import { type CborValue, decodeCbor, encodeCbor } from '../cbor.js';
import { COSE_HEADER, COSE_SIGN1_TAG, encodeSign1, readSign1, type Sign1, verifySign1 } from '../cose.js';
import { isJsonObject, type JsonObject, type JsonValue, readJsonObject } from '../json.js';
import { type Jws, readJws, signJws, verifyJws } from '../jws.js';
import { STATUS_LIST_LIMITS } from './limits.js';
import { compressStatusList, isStatusBits, type StatusBits, type StatusList } from './list.js';

export type StatusListFormat = 'jwt' | 'cwt';

/** `typ` of the header, and the media type behind `application/`. */
export const STATUS_LIST_TYPES = { jwt: 'statuslist+jwt', cwt: 'statuslist+cwt' } as const satisfies Readonly<
  Record<StatusListFormat, string>
>;

/** What a token says, and what it takes to verify it; nothing in it is verified yet, and the list is not inflated. */
export interface StatusListToken {
  readonly format: StatusListFormat;
  /** `sub`: the URI of the list. */
  readonly uri: string;
  /** `iat` */
  readonly issuedAt: Date;
  /** `exp`: from then on nothing rests on it. */
  readonly expires?: Date;
  /** Seconds after which a fresh one should be fetched. */
  readonly ttl?: number;
  readonly bits: StatusBits;
  /** `StatusList.decompress(compressed, bits)`, best once the signature is verified. */
  readonly compressed: Uint8Array;
  /** Where the URIs of all lists are to be had. Carried, not used. */
  readonly aggregationUri?: string;
  /** A hint only. */
  readonly kid?: string;
  readonly signed: Jws | Sign1;
}

export interface StatusListContent {
  readonly uri: string;
  readonly list: StatusList;
  /** Whole seconds count. */
  readonly issuedAt: Date;
  readonly expires?: Date;
  /** Seconds, whole, more than 0. */
  readonly ttl?: number;
  readonly aggregationUri?: string;
}

export interface StatusListSigner {
  /** SM2, or ECDSA with P-256, P-384 or P-521; for a JWT anything that has a name there. */
  readonly signer: Signer;
  /** A hint at the key. In a CWT its UTF-8. */
  readonly kid?: string;
  readonly format?: StatusListFormat;
}

/** RFC 8392 and Token Status List 5.2. */
const CWT = { sub: 2, exp: 4, iat: 6, statusList: 65533, ttl: 65534 } as const;
/** RFC 9596 */
const COSE_TYP = 16;
const CWT_TYP = `application/${STATUS_LIST_TYPES.cwt}`;

/** 9999-12-31T23:59:59Z, the last second with a date of four digits. */
const LAST_SECOND = 253_402_300_799;

/**
 * Signs a list: a JWT (`statuslist+jwt`) as text, a CWT as bytes.
 *
 * @throws GovError `invalid-argument` for claims that `readStatusListToken` would not take; what the signer throws
 * @example
 * import { issueStatusListToken, StatusList } from '@gov/token/status-list';
 * const list = new StatusList(1_048_576, 2);
 * const token = await issueStatusListToken(
 *   { uri: 'https://status.example.gov.cn/lists/0', list, issuedAt: new Date(), ttl: 300 },
 *   { signer },
 * );
 */
export async function issueStatusListToken(
  content: StatusListContent,
  signer: StatusListSigner & { readonly format: 'cwt' },
): Promise<Uint8Array>;
export async function issueStatusListToken(
  content: StatusListContent,
  signer: StatusListSigner & { readonly format?: 'jwt' },
): Promise<string>;
export async function issueStatusListToken(
  content: StatusListContent,
  signer: StatusListSigner,
): Promise<string | Uint8Array>;
export async function issueStatusListToken(
  { uri, list, issuedAt, expires, ttl, aggregationUri }: StatusListContent,
  { signer, kid, format = 'jwt' }: StatusListSigner,
): Promise<string | Uint8Array> {
  const claims = { sub: uri, iat: seconds(issuedAt), exp: expires && seconds(expires), ttl };
  const problem = claimProblem(claims) ?? (kid === undefined ? undefined : textProblem('kid', kid));
  if (problem !== undefined) throw new GovError('invalid-argument', `status list token: ${problem}`);
  const { bits } = list;
  const lst = await compressStatusList(list);
  return format === 'jwt'
    ? signJws(
        { typ: STATUS_LIST_TYPES.jwt, ...(kid === undefined ? {} : { kid }) },
        utf8(
          JSON.stringify({
            ...claims,
            status_list: { bits, lst: toBase64url(lst), aggregation_uri: aggregationUri },
          }),
        ),
        signer,
      )
    : encodeSign1(
        {
          protected: new Map<number, CborValue>([
            [COSE_TYP, CWT_TYP],
            ...(kid === undefined ? [] : [[COSE_HEADER.kid, utf8(kid)] as const]),
          ]),
          payload: encodeCbor(
            defined<number>([
              [CWT.sub, claims.sub],
              [CWT.iat, claims.iat],
              [CWT.exp, claims.exp],
              [CWT.ttl, claims.ttl],
              [
                CWT.statusList,
                defined<string>([
                  ['bits', bits],
                  ['lst', lst],
                  ['aggregation_uri', aggregationUri],
                ]),
              ],
            ]),
          ),
        },
        signer,
      );
}

const defined = <K>(entries: readonly (readonly [K, CborValue | undefined])[]): Map<K, CborValue> =>
  new Map(entries.filter((entry): entry is readonly [K, CborValue] => entry[1] !== undefined));

/**
 * Reads a token: text, or bytes of either kind. Strict where two readers could differ: no member twice, `typ`, `sub`, `iat` and
 * the list demanded, whole seconds, `exp` after `iat`, `ttl` more than 0. Further claims are passed over. The list is not
 * inflated, and nothing is verified.
 *
 * @throws GovError `status-list-malformed`, `input-too-large`
 */
export function readStatusListToken(token: string | Uint8Array): StatusListToken {
  if (token.length > STATUS_LIST_LIMITS.token)
    throw new GovError('input-too-large', `a status list token of ${token.length} bytes`);
  try {
    if (typeof token === 'string') return readJwt(token);
    // Tag 18 of COSE is d2; a JWT begins with a letter.
    return token[0] === 0xd2 ? readCwt(token) : readJwt(latin1(token).trim());
  } catch (error) {
    // What a reader of JWS or CBOR says is a detail here.
    if (!isGovError(error) || error.code === 'status-list-malformed' || error.code === 'input-too-large') throw error;
    throw malformed(error.message, error);
  }
}

/** Base64url and dots; anything else is refused by who reads it. */
const latin1 = (bytes: Uint8Array): string => new TextDecoder('latin1').decode(bytes);

/**
 * Verifies the signature (验签). The algorithm is that of the verifier's key: a token that states another one does not verify,
 * nor does one of another kind (`typ`).
 */
export function verifyStatusListToken({ signed }: StatusListToken, verifier: Verifier): Promise<boolean> {
  return 'protected' in signed
    ? verifySign1(signed, verifier)
    : verifyJws(signed, verifier, { typ: STATUS_LIST_TYPES.jwt });
}

function readJwt(text: string): StatusListToken {
  const signed = readJws(text, { characters: STATUS_LIST_LIMITS.token });
  const { typ, kid } = signed.header;
  if (typ !== STATUS_LIST_TYPES.jwt) throw malformed(`typ is not ${STATUS_LIST_TYPES.jwt}`);
  const claims = readJsonObject(signed.payload, {
    bytes: STATUS_LIST_LIMITS.token,
    depth: 8,
    items: STATUS_LIST_LIMITS.items,
  });
  const list = claims.status_list;
  if (!isJsonObject(list)) throw malformed('status_list is not an object');
  const lst = typeof list.lst === 'string' ? fromBase64url(list.lst) : undefined;
  return tokenOf('jwt', signed, claims, { ...list, lst }, kid as string | undefined);
}

function readCwt(bytes: Uint8Array): StatusListToken {
  // Other issuers do not sort their maps (the draft's own example does not); a label twice is refused all the same.
  const limits = { bytes: STATUS_LIST_LIMITS.token, depth: 8, items: STATUS_LIST_LIMITS.items };
  const signed = readSign1(bytes, { profile: 'lenient', limits });
  if (signed.tags.length !== 1 || signed.tags[0] !== COSE_SIGN1_TAG) throw malformed('not tagged once as COSE_Sign1');
  if (signed.protected.get(COSE_TYP) !== CWT_TYP) throw malformed(`the type is not ${CWT_TYP}`);
  if (!signed.protected.has(COSE_HEADER.alg)) throw malformed('alg is not protected');
  if (signed.payload === null) throw malformed('the payload is detached');
  const payload = decodeCbor(signed.payload, { profile: 'lenient', limits });
  if (!(payload instanceof Map)) throw malformed('the claims are not a map');
  const list = payload.get(CWT.statusList);
  if (!(list instanceof Map)) throw malformed('the status list is not a map');
  const claims = {
    sub: payload.get(CWT.sub),
    iat: payload.get(CWT.iat),
    // CBOR null or undefined must not read like an absent claim.
    ...(payload.has(CWT.exp) ? { exp: payload.get(CWT.exp) } : {}),
    ...(payload.has(CWT.ttl) ? { ttl: payload.get(CWT.ttl) } : {}),
  };
  const parts = {
    bits: list.get('bits'),
    lst: list.get('lst'),
    ...(list.has('aggregation_uri') ? { aggregation_uri: list.get('aggregation_uri') } : {}),
  };
  const kid = signed.protected.get(COSE_HEADER.kid) ?? signed.unprotected.get(COSE_HEADER.kid);
  return tokenOf('cwt', signed, claims, parts, kid instanceof Uint8Array ? latin1(kid) : undefined);
}

type Claim = JsonValue | CborValue;

function tokenOf(
  format: StatusListFormat,
  signed: Jws | Sign1,
  claims: JsonObject | Readonly<Record<string, Claim>>,
  list: Readonly<Record<string, Claim>>,
  kid: string | undefined,
): StatusListToken {
  const problem = claimProblem(claims) ?? listProblem(list);
  if (problem !== undefined) throw malformed(problem);
  const { sub, iat, exp, ttl } = claims as { sub: string; iat: number; exp?: number; ttl?: number };
  const aggregationUri = list.aggregation_uri as string | undefined;
  return {
    format,
    uri: sub,
    issuedAt: new Date(iat * 1000),
    ...(exp === undefined ? {} : { expires: new Date(exp * 1000) }),
    ...(ttl === undefined ? {} : { ttl }),
    bits: list.bits as StatusBits,
    compressed: list.lst as Uint8Array,
    ...(aggregationUri === undefined ? {} : { aggregationUri }),
    ...(kid === undefined || kid.length > STATUS_LIST_LIMITS.text ? {} : { kid }),
    signed,
  };
}

function claimProblem({ sub, iat, exp, ttl }: Readonly<Record<string, Claim>>): string | undefined {
  const problem = textProblem('sub', sub);
  if (problem !== undefined) return problem;
  if (!isSecond(iat)) return 'iat is no time in whole seconds';
  if (exp !== undefined && !isSecond(exp)) return 'exp is no time in whole seconds';
  if (exp !== undefined && (exp as number) <= (iat as number)) return 'exp is not after iat';
  if (ttl !== undefined && !(isSecond(ttl) && (ttl as number) > 0)) return 'ttl is no number of seconds above 0';
  return undefined;
}

function listProblem({ bits, lst, aggregation_uri: uri }: Readonly<Record<string, Claim>>): string | undefined {
  if (!isStatusBits(bits)) return 'bits is not 1, 2, 4 or 8';
  if (!(lst instanceof Uint8Array) || lst.length === 0) return 'lst holds no list';
  return uri === undefined ? undefined : textProblem('aggregation_uri', uri);
}

const isSecond = (value: Claim | undefined): boolean =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= LAST_SECOND;

const textProblem = (name: string, value: Claim | undefined): string | undefined =>
  typeof value === 'string' && value !== '' && value.length <= STATUS_LIST_LIMITS.text
    ? undefined
    : `${name} is no text of 1 to ${STATUS_LIST_LIMITS.text} characters`;

const seconds = (date: Date): number => Math.floor(date.getTime() / 1000);

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

const malformed = (why: string, cause?: unknown): GovError =>
  new GovError('status-list-malformed', `status list token: ${why}`, { cause });
