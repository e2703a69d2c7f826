/**
 * `@gov/token/jwe`: JSON Web Encryption in the compact form (RFC 7516, JSON Web 加密), with SM2 and SM4 (GM/T 0125), or with
 * ECDH-ES and RSA-OAEP.
 *
 * What is encrypted is hidden and unchanged, and may come from anybody: it says nothing about who wrote it. Sign first
 * (`encryptJwt`), and trust what the signature says.
 *
 * @example
 * import { generateSm2Key } from '@gov/sm';
 * import { sm2Decrypter } from '@gov/sm/sm2-encryption';
 * import { decryptJwe, encryptJwe } from '@gov/token/jwe';
 *
 * const key = generateSm2Key();
 * const text = await encryptJwe(new TextEncoder().encode('户籍信息'), { recipient: key.publicKey.toSpki(), kid: '2026' });
 * const { plaintext } = await decryptJwe(text, {
 *   algorithms: ['SGD_SM2_3'],
 *   encryptions: ['SGD_SM4_GCM'],
 *   keys: ({ kid }) => (kid === '2026' ? sm2Decrypter(key) : undefined),
 * });
 * console.log(new TextDecoder().decode(plaintext)); // 户籍信息
 *
 * @packageDocumentation
 */
import { type Decrypter, toBase64url } from '@gov/sm';
import { GovError } from '@gov/verdict';
import { isType } from './internal/claims.js';
import { type JweAlgorithm, type JweEncryption, kindOfJwe } from './internal/jwe-algorithms.js';
import { type Jwe, type JweHeader, type JweLimits, readCompactJwe } from './internal/jwe-compact.js';
import { openForeign, sealForeign } from './internal/jwe-foreign.js';
import { openSm, sealSm } from './internal/jwe-sm.js';
import { type Jwk, jwkSpki } from './jwk.js';
import { readJwt } from './jwt.js';

export type { JweAlgorithm, JweEncryption };

export type { Jwe, JweHeader, JweLimits } from './internal/jwe-compact.js';

/** What is read unless a caller says otherwise. */
export const JWE_LIMITS: JweLimits = { characters: 1_048_576, headerBytes: 2048, encryptedKeyBytes: 1024 };

export interface EncryptJweOptions {
  /** A public key, as JWK or SubjectPublicKeyInfo (DER). */
  readonly recipient: Jwk | Uint8Array;
  /** `SGD_SM2_3` unless given. */
  readonly alg?: JweAlgorithm;
  /** `SGD_SM4_GCM` unless given. */
  readonly enc?: JweEncryption;
  /** Of the recipient's key; that of the JWK unless given. */
  readonly kid?: string;
  readonly typ?: string;
  readonly cty?: string;
}

/** `Decrypter` for `SGD_SM2_3` (of the form `asn1`); for ECDH-ES and RSA-OAEP a private JWK or CryptoKey. */
export type JweKey = Decrypter | Jwk | CryptoKey;

export interface DecryptJweOptions {
  /** Only these `alg`. */
  readonly algorithms: readonly JweAlgorithm[];
  /** Only these `enc`. */
  readonly encryptions: readonly JweEncryption[];
  /** The recipient's key that the header means; undefined where there is none. */
  readonly keys: (header: JweHeader) => JweKey | undefined | Promise<JweKey | undefined>;
  readonly limits?: Partial<JweLimits>;
}

export interface DecryptedJwe {
  readonly header: JweHeader;
  readonly plaintext: Uint8Array;
}

/**
 * Encrypts to a public key (加密). The result differs each time.
 *
 * @throws GovError `invalid-argument` for an empty plaintext, one that `readJwe` would not take, or a JWK that is not for
 *   encryption; `algorithm-unsupported` for algorithms that are no pair; `key-unsupported` for a key of another kind;
 *   `jwk-malformed`, `key-malformed`
 */
export async function encryptJwe(plaintext: Uint8Array, options: EncryptJweOptions): Promise<string> {
  const { recipient, alg = 'SGD_SM2_3', enc = 'SGD_SM4_GCM', typ, cty } = options;
  const kind = kindOfJwe(alg, enc);
  if (kind === undefined) throw new GovError('algorithm-unsupported', 'JWE: alg and enc are not a pair');
  if (plaintext.length === 0) throw new GovError('invalid-argument', 'JWE: no plaintext');
  const spki = recipient instanceof Uint8Array ? recipient : encryptionKey(recipient, alg);
  const kid = options.kid ?? (recipient instanceof Uint8Array ? undefined : recipient.kid);
  const header: JweHeader = {
    alg,
    enc,
    ...(kid === undefined ? {} : { kid }),
    ...(typ === undefined ? {} : { typ }),
    ...(cty === undefined ? {} : { cty }),
  };
  const text = kind === 'sm' ? await writeSm(plaintext, header, spki) : await sealForeign(plaintext, header, spki);
  try {
    readJwe(text);
  } catch (cause) {
    throw new GovError('invalid-argument', 'JWE: the plaintext or the header is too long', { cause });
  }
  return text;
}

/**
 * Reads a JWE: exactly five parts in the one base64url spelling of their octets; a header that is a JSON object without
 * duplicate names, with a pair of `alg` and `enc` that is known here, and without any of `jwk`, `jku`, `x5u`, `x5c`, `zip`,
 * `p2c`, `p2s`, `crit`; `epk` with ECDH-ES only, and on its curve. Nothing is decrypted.
 *
 * @throws GovError `jwe-malformed`, `algorithm-unsupported`, `input-too-large`
 */
export function readJwe(text: string, limits: Partial<JweLimits> = {}): Jwe {
  return readCompactJwe(text, { ...JWE_LIMITS, ...limits });
}

/**
 * Decrypts (解密). Whatever is wrong behind the header, a key that is not there, that is another or of another kind, a changed
 * octet, has one code and no reason: an answer that told them apart would decrypt for whoever asks often enough (RFC 7516 11.5).
 *
 * @throws GovError `jwe-malformed`, `input-too-large`; `algorithm-unsupported` for an algorithm that the caller did not name;
 *   `decryption-failed`; what `keys` throws, and a decrypter whose machine does not answer
 */
export async function decryptJwe(text: string, options: DecryptJweOptions): Promise<DecryptedJwe> {
  const jwe = readJwe(text, options.limits);
  const { alg, enc } = jwe.header;
  if (!options.algorithms.includes(alg) || !options.encryptions.includes(enc))
    throw new GovError('algorithm-unsupported', 'JWE: an algorithm that is not accepted');
  const key = await options.keys(jwe.header);
  const plaintext = key && (await open(text, jwe, key));
  if (plaintext === undefined) throw new GovError('decryption-failed', 'the JWE does not decrypt with this key');
  return { header: jwe.header, plaintext };
}

/**
 * Encrypts a signed token (嵌套令牌, RFC 7519 11.2: signed first), `cty` being `JWT`.
 *
 * @throws GovError as `encryptJwe`; `jwt-malformed` for what is no signed token
 */
export async function encryptJwt(token: string, options: Omit<EncryptJweOptions, 'cty'>): Promise<string> {
  readJwt(token);
  return encryptJwe(new TextEncoder().encode(token), { ...options, cty: 'JWT' });
}

/**
 * The signed token out of a nested one. Its signature is still to be verified (`verifyJwt`).
 *
 * @throws GovError as `decryptJwe`; `jwt-malformed` where there is none inside
 */
export async function decryptJwt(text: string, options: DecryptJweOptions): Promise<string> {
  const { header, plaintext } = await decryptJwe(text, options);
  if (!isType(header.cty, 'JWT')) throw new GovError('jwt-malformed', 'JWE: cty is not JWT');
  const token = new TextDecoder().decode(plaintext);
  readJwt(token);
  return token;
}

async function writeSm(plaintext: Uint8Array, header: JweHeader, recipient: Uint8Array): Promise<string> {
  const first = toBase64url(new TextEncoder().encode(JSON.stringify(header)));
  const aad = new TextEncoder().encode(first);
  const { encryptedKey, iv, ciphertext, tag } = await sealSm(plaintext, { recipient, enc: header.enc, aad });
  return [first, ...[encryptedKey, iv, ciphertext, tag].map(toBase64url)].join('.');
}

function open(text: string, jwe: Jwe, key: JweKey): Promise<Uint8Array | undefined> {
  const { alg, enc } = jwe.header;
  const decrypts = 'decrypt' in key;
  if (decrypts !== (kindOfJwe(alg, enc) === 'sm')) return Promise.resolve(undefined);
  return decrypts ? openSm(jwe, key) : openForeign(text, jwe, key);
}

/** `key_ops` of a key that others encrypt to (RFC 7517 4.3). */
const OPERATIONS: readonly string[] = ['encrypt', 'wrapKey', 'deriveKey', 'deriveBits'];

/** SubjectPublicKeyInfo. */
function encryptionKey(jwk: Jwk, alg: JweAlgorithm): Uint8Array {
  const { use = 'enc', key_ops: operations = OPERATIONS, alg: own = alg } = jwk;
  if (use !== 'enc' || own !== alg || !operations.some((operation) => OPERATIONS.includes(operation)))
    throw new GovError('invalid-argument', 'JWE: the recipient’s key is not for this encryption');
  return jwkSpki(jwk);
}
