/** The compact form of a JWE (RFC 7516 3.1): read strictly, before anything is decrypted. */
import { fromBase64url } from '@gov/sm';
import { GovError, isGovError } from '@gov/verdict';
import { isJsonObject, type JsonObject, readJsonObject } from '../json.js';
import { readJwk } from '../jwk.js';
import { ENCRYPTIONS, type JweAlgorithm, type JweEncryption, kindOfJwe } from './jwe-algorithms.js';

/** A header (JOSE Header, RFC 7516 4), all of it protected. */
export interface JweHeader extends JsonObject {
  readonly alg: JweAlgorithm;
  readonly enc: JweEncryption;
  readonly kid?: string;
  readonly typ?: string;
  readonly cty?: string;
}

/** A JWE as it was received; nothing in it is decrypted, and its header is anybody's word. */
export interface Jwe {
  readonly header: JweHeader;
  /** Empty with `ECDH-ES`, where the key is agreed upon and not sent. */
  readonly encryptedKey: Uint8Array;
  readonly iv: Uint8Array;
  readonly ciphertext: Uint8Array;
  readonly tag: Uint8Array;
  /** What is authenticated beside the ciphertext: the first part as received, ASCII (RFC 7516 5.1). */
  readonly aad: Uint8Array;
}

export interface JweLimits {
  /** Characters of the whole text. */
  readonly characters: number;
  /** Bytes of the header. */
  readonly headerBytes: number;
  /** Bytes of the encrypted key; one of RSA is as long as its modulus. */
  readonly encryptedKeyBytes: number;
}

/**
 * Refused: keys and certificates that a message brings for itself, compression, whose result nobody can foresee (and whose
 * length tells what it holds), the work factor of passwords, and extensions that must be understood, of which none is.
 */
const REFUSED: readonly string[] = ['jwk', 'jku', 'x5u', 'x5c', 'zip', 'p2c', 'p2s', 'crit'];

/** Of the agreement of keys alone (RFC 7518 4.6.1). */
const AGREEMENT: readonly string[] = ['epk', 'apu', 'apv'];

/** Parameters that are text where they are present. */
const TEXTS: readonly string[] = ['typ', 'cty', 'kid', 'apu', 'apv', 'x5t', 'x5t#S256'];

/** @throws GovError `jwe-malformed`, `algorithm-unsupported`, `input-too-large` */
export function readCompactJwe(text: string, { characters, headerBytes, encryptedKeyBytes }: JweLimits): Jwe {
  if (text.length > characters)
    throw new GovError('input-too-large', `JWE of ${text.length} characters; at most ${characters} are read`);
  // One more than there may be: a text of dots is not taken apart to the end.
  const parts = text.split('.', 6);
  if (parts.length !== 5) throw malformed('not five parts');
  const [protectedPart, keyPart, ivPart, ciphertextPart, tagPart] = parts as [string, string, string, string, string];
  if (protectedPart.length > Math.ceil((headerBytes * 4) / 3))
    throw malformed(`a header of more than ${headerBytes} bytes`);
  if (keyPart.length > Math.ceil((encryptedKeyBytes * 4) / 3))
    throw malformed(`an encrypted key of more than ${encryptedKeyBytes} bytes`);
  const header = readHeader(octets(protectedPart, 'header'), headerBytes);
  const encryptedKey = octets(keyPart, 'encrypted key');
  // With direct agreement there is no such key (RFC 7518 4.6); with everything else there is.
  if ((encryptedKey.length === 0) !== (header.alg === 'ECDH-ES')) throw malformed('the encrypted key');
  const { nonceOctets, tagOctets } = ENCRYPTIONS[header.enc];
  const ciphertext = octets(ciphertextPart, 'ciphertext');
  if (ciphertext.length === 0) throw malformed('no ciphertext');
  return {
    header,
    encryptedKey,
    iv: octets(ivPart, 'initialization vector', nonceOctets),
    ciphertext,
    tag: octets(tagPart, 'authentication tag', tagOctets),
    // Of text that was checked to be base64url.
    aad: new TextEncoder().encode(protectedPart),
  };
}

function readHeader(bytes: Uint8Array, maxBytes: number): JweHeader {
  let header: JsonObject;
  try {
    header = readJsonObject(bytes, { bytes: maxBytes, depth: 4, items: 64 });
  } catch (cause) {
    throw isGovError(cause) ? new GovError('jwe-malformed', `JWE header: ${cause.message}`, { cause }) : cause;
  }
  const problem = jweHeaderProblem(header);
  if (problem !== undefined) throw malformed(problem);
  const { alg, enc } = header as { readonly alg: string; readonly enc: string };
  if (kindOfJwe(alg, enc) === undefined)
    throw new GovError('algorithm-unsupported', 'JWE: alg and enc are not a pair that is read here');
  return { ...header, alg: alg as JweAlgorithm, enc: enc as JweEncryption };
}

/** What is wrong with a header, its algorithms aside. */
function jweHeaderProblem(header: JsonObject): string | undefined {
  const absent = ['alg', 'enc'].find((name) => typeof header[name] !== 'string' || header[name] === '');
  if (absent !== undefined) return `no ${absent} in the header`;
  const agreed = (header.alg as string).startsWith('ECDH-ES');
  const refused = (agreed ? REFUSED : [...REFUSED, ...AGREEMENT]).find((name) => Object.hasOwn(header, name));
  if (refused !== undefined) return `${refused} in the header`;
  const wrong = TEXTS.find((name) => Object.hasOwn(header, name) && typeof header[name] !== 'string');
  if (wrong !== undefined) return `${wrong} in the header is no text`;
  return agreed ? ephemeralKeyProblem(header.epk) : undefined;
}

/** RFC 7518 4.6.1.1: a public key, and on its curve: a point elsewhere asks the private key for its digits, one after another. */
function ephemeralKeyProblem(epk: JsonObject[string] | undefined): string | undefined {
  if (!isJsonObject(epk)) return 'no epk in the header';
  try {
    return readJwk(epk).kty === 'EC' ? undefined : 'epk is on no elliptic curve';
  } catch (error) {
    if (isGovError(error)) return `epk: ${error.message}`;
    throw error;
  }
}

function octets(part: string, what: string, exactly?: number): Uint8Array {
  const bytes = fromBase64url(part);
  if (bytes === undefined) throw malformed(`the ${what} is not base64url`);
  if (exactly !== undefined && bytes.length !== exactly) throw malformed(`the ${what} has ${bytes.length} octets`);
  return bytes;
}

const malformed = (why: string): GovError => new GovError('jwe-malformed', `JWE: ${why}`);
