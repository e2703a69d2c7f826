/** The compact form (RFC 7515 3.1), read and written; which parameters a header may have differs from kind to kind of token. */
import { fromBase64url, type Signer, toBase64url } from '@gov/sm';
import { GovError } from '@gov/verdict';
import { type JsonObject, readJsonObject } from '../json.js';

/** A header (JOSE Header, RFC 7515 4), all of it protected. */
export interface JwsHeader extends JsonObject {
  readonly alg: string;
}

/** A JWS as it was received; nothing in it is verified yet. */
export interface Jws {
  readonly header: JwsHeader;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
  /** What was signed (JWS Signing Input): the first two parts as received, ASCII. */
  readonly signed: Uint8Array;
}

export interface JwsLimits {
  /** Characters of the whole text. */
  readonly characters: number;
  /** Bytes of the header. */
  readonly headerBytes: number;
}

/**
 * Header parameters that are refused: keys and certificates that a message brings for itself (`jwk`, `jku`, `x5u`, `x5c`),
 * and extensions that change what is signed or must be understood (`b64`, `crit`), of which none is.
 */
const REFUSED: readonly string[] = ['jwk', 'jku', 'x5u', 'x5c', 'b64', 'crit'];

/** The one of them that a proof of possession is about. */
export type OwnKey = 'jwk';

/** Parameters that are text where they are present. */
const TEXTS: readonly string[] = ['typ', 'cty', 'kid', 'x5t', 'x5t#S256'];

/** @throws GovError `jws-malformed`, `input-too-large` */
export function readCompact(text: string, { characters, headerBytes }: JwsLimits, allowed?: OwnKey): Jws {
  if (text.length > characters)
    throw new GovError('input-too-large', `JWS of ${text.length} characters; at most ${characters} are read`);
  const first = text.indexOf('.');
  const second = text.indexOf('.', first + 1);
  if (first < 1 || second < first + 2 || second === text.length - 1) throw malformed('not three parts');
  if (first > Math.ceil((headerBytes * 4) / 3)) throw malformed(`a header of more than ${headerBytes} bytes`);
  const header = readHeader(octets(text.slice(0, first), 'header'), headerBytes, allowed);
  return {
    header,
    payload: octets(text.slice(first + 1, second), 'payload'),
    // A further dot is no base64url.
    signature: octets(text.slice(second + 1), 'signature'),
    signed: ascii(text.slice(0, second)),
  };
}

/** The header must be one that `headerProblem` has nothing against, the payload not empty. */
export async function writeCompact(header: Uint8Array, payload: Uint8Array, signer: Signer): Promise<string> {
  const input = `${toBase64url(header)}.${toBase64url(payload)}`;
  return `${input}.${toBase64url(await signer.sign(ascii(input)))}`;
}

function readHeader(bytes: Uint8Array, maxBytes: number, allowed: OwnKey | undefined): JwsHeader {
  let header: JsonObject;
  try {
    header = readJsonObject(bytes, { bytes: maxBytes, depth: 4, items: 64 });
  } catch (cause) {
    throw cause instanceof GovError ? new GovError('jws-malformed', `JWS header: ${cause.message}`, { cause }) : cause;
  }
  const problem = headerProblem(header, allowed);
  if (problem !== undefined) throw malformed(problem);
  return header as JwsHeader;
}

/** What is wrong with a header. */
export function headerProblem(header: JsonObject, allowed?: OwnKey): string | undefined {
  if (typeof header.alg !== 'string' || header.alg === '') return 'no alg in the header';
  const refused = REFUSED.find((name) => name !== allowed && Object.hasOwn(header, name));
  if (refused !== undefined) return `${refused} in the header`;
  const wrong = TEXTS.find((name) => Object.hasOwn(header, name) && typeof header[name] !== 'string');
  return wrong === undefined ? undefined : `${wrong} in the header is no text`;
}

function octets(part: string, what: string): Uint8Array {
  const bytes = fromBase64url(part);
  if (bytes === undefined) throw malformed(`the ${what} is not base64url`);
  return bytes;
}

/** Of text that was checked to be base64url and dots. */
const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

const malformed = (why: string): GovError => new GovError('jws-malformed', `JWS: ${why}`);
