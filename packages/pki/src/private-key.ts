/**
 * Private keys of every kind (私钥): SM2, RSA, ECDSA and Ed25519, in every form that files carry.
 *
 * @packageDocumentation
 */
import { berToDer } from '@gov/der/ber';
import { looksLikePem, PEM_MAX_CHARACTERS, readPem } from '@gov/der/pem';
import { generateSm2Key, readSm2PrivateKey, type SignatureAlgorithm, type Signer, sm2Signer } from '@gov/sm';
import { decryptPrivateKeyInfo } from '@gov/sm/key-encryption';
import { GovError, isGovError } from '@gov/verdict';
import { passwordBlocks } from './internal/password-scheme.js';
import { encryptedPem } from './internal/pem-encryption.js';
import { asPkcs8, type PrivateKeyContent, readPrivateKeyInfo } from './internal/private-key-info.js';

export { PASSWORD_SCHEME_LIMITS } from './internal/password-scheme.js';
export { RSA_BITS } from './internal/private-key-info.js';

export interface PrivateKeyOptions {
  /** Text, taken as UTF-8, or octets. Of a key that is not encrypted it is not looked at. */
  readonly password?: string | Uint8Array;
  /** What the key is to sign with. Only RSA keys have a choice: the default is `RSA-PKCS1-SHA256`. */
  readonly algorithm?: SignatureAlgorithm;
}

/** Of a new RSA key, bits: what is recommended beyond 2030. */
const NEW_RSA_BITS = 3072;

/**
 * A new key from the runtime's random generator; RSA has 3072 bits.
 *
 * @returns the signer, and PrivateKeyInfo (PKCS#8, DER), which is yours to keep or to overwrite
 * @throws GovError `algorithm-unsupported`, `backend-unavailable` where the runtime lacks the algorithm
 */
export async function generatePrivateKey(
  algorithm: SignatureAlgorithm,
): Promise<{ readonly signer: Signer; readonly pkcs8: Uint8Array }> {
  if (algorithm === 'SM2-SM3') {
    const key = generateSm2Key();
    return { signer: sm2Signer(key), pkcs8: key.toPkcs8() };
  }
  const { parameters } = webCryptoOf(algorithm);
  const more =
    'hash' in parameters && parameters.name.startsWith('RSA')
      ? { modulusLength: NEW_RSA_BITS, publicExponent: Uint8Array.of(1, 0, 1) }
      : {};
  const pair = (await runtimeHas(algorithm, () =>
    crypto.subtle.generateKey({ ...parameters, ...more }, true, ['sign', 'verify']),
  )) as CryptoKeyPair;
  const pkcs8 = new Uint8Array(await crypto.subtle.exportKey('pkcs8', pair.privateKey));
  return { signer: await readPrivateKey(pkcs8, { algorithm }), pkcs8 };
}

/**
 * A signer on a private key of any form: PKCS#8 (encrypted or not), SEC1, PKCS#1; DER, or PEM, whose first key is taken.
 *
 * The public key is computed from the private one and must be that which is stored beside it. Of RSA and ECDSA the runtime
 * keeps the key and does not give it out again. What was read from stays with the caller.
 *
 * @throws GovError what `openPrivateKey` throws; `key-unsupported` for an algorithm, curve or length that is not taken, or that does
 *   not go with `algorithm`; `key-mismatch` for a stored public key that does not belong to it; `backend-unavailable`
 * @example
 * import { readPrivateKey } from '@gov/pki/private-key';
 * const signer = await readPrivateKey(pem, { password: '口令' });
 * const signature = await signer.sign(message);
 */
export async function readPrivateKey(input: Uint8Array | string, options: PrivateKeyOptions = {}): Promise<Signer> {
  const info = await openPrivateKey(input, options.password);
  try {
    return await signerOf(info, options.algorithm);
  } finally {
    info.fill(0);
  }
}

/**
 * The PrivateKeyInfo (PKCS#8, DER) of a private key of any form, a copy, to be overwritten after use. Encrypted ones are opened:
 * PBES2 as `@gov/sm/key-encryption` reads it; PBES1 with MD5 or SHA-1 and DES or RC2; the schemes of PKCS#12 with triple DES
 * and RC2; OpenSSL's old encryption in PEM headers (`DEK-Info`) with AES, SM4, triple DES and DES. What the key itself
 * says is not checked.
 *
 * @throws GovError `key-encrypted` where a password is needed and none is given; `password-wrong`; `key-malformed`;
 *   `key-unsupported` for other schemes and for what is no private key; `pem-malformed`; `limit-exceeded`; `backend-unavailable`
 */
export async function openPrivateKey(input: Uint8Array | string, password?: string | Uint8Array): Promise<Uint8Array> {
  if (typeof input !== 'string' && !looksLikePem(input)) return openDer(input, password);
  const text = typeof input === 'string' ? input : new TextDecoder('latin1').decode(input);
  if (text.length > PEM_MAX_CHARACTERS)
    throw new GovError('input-too-large', `more than ${PEM_MAX_CHARACTERS} characters`);
  const old = encryptedPem(text);
  if (old !== undefined) {
    if (password === undefined) throw encrypted();
    return wrapped(await old.open(password));
  }
  const block = readPem(text).find(({ label }) => /(^| )PRIVATE KEY$/.test(label));
  if (block === undefined) throw new GovError('pem-malformed', 'no PRIVATE KEY in the PEM text');
  if (!LABELS.has(block.label)) throw new GovError('key-unsupported', `not a private key that is read: ${block.label}`);
  const bytes = Uint8Array.from(block.bytes);
  block.bytes.fill(0);
  try {
    return await openDer(bytes, password);
  } finally {
    bytes.fill(0);
  }
}

/** `openssl ec` of OpenSSL 3 calls the SEC1 form of SM2 keys SM2 PRIVATE KEY. */
const LABELS: ReadonlySet<string> = new Set([
  'PRIVATE KEY',
  'EC PRIVATE KEY',
  'SM2 PRIVATE KEY',
  'RSA PRIVATE KEY',
  'ENCRYPTED PRIVATE KEY',
]);

async function openDer(bytes: Uint8Array, password: string | Uint8Array | undefined): Promise<Uint8Array> {
  const plain = inDer(bytes);
  try {
    return await asPkcs8(plain);
  } catch (error) {
    if (!(error instanceof GovError) || error.code !== 'key-encrypted') throw error;
    if (password === undefined) throw encrypted();
    return await decryptPrivateKeyInfo(plain, password, 'lenient', passwordBlocks);
  } finally {
    if (plain !== bytes) plain.fill(0);
  }
}

/** pkijs writes encryptedData in pieces, as BER may. What is no BER either is left to whoever says what it is not. */
function inDer(bytes: Uint8Array): Uint8Array {
  try {
    return berToDer(bytes, { mode: 'lenient' });
  } catch (error) {
    if (isGovError(error)) return bytes;
    throw error;
  }
}

async function wrapped(bytes: Uint8Array): Promise<Uint8Array> {
  try {
    return await asPkcs8(bytes);
  } finally {
    bytes.fill(0);
  }
}

const encrypted = () => new GovError('key-encrypted', 'the private key is encrypted, and no password is given');

/**
 * A signer on a PrivateKeyInfo.
 *
 * @internal
 */
export async function signerOf(info: Uint8Array, wanted?: SignatureAlgorithm): Promise<Signer> {
  const content = await readPrivateKeyInfo(info);
  try {
    const algorithm = wanted ?? DEFAULTS[content.kind];
    if (!SIGNS[content.kind].includes(algorithm))
      throw new GovError('key-unsupported', `a key of the kind ${content.kind} does not sign with ${algorithm}`);
    if (content.kind === 'SM2') return sm2Signer(readSm2PrivateKey(content.pkcs8));
    return await webCryptoSigner(content, algorithm);
  } finally {
    content.pkcs8.fill(0);
  }
}

const SIGNS: Readonly<Record<PrivateKeyContent['kind'], readonly SignatureAlgorithm[]>> = {
  SM2: ['SM2-SM3'],
  'P-256': ['ECDSA-P256-SHA256'],
  'P-384': ['ECDSA-P384-SHA384'],
  'P-521': ['ECDSA-P521-SHA512'],
  Ed25519: ['Ed25519'],
  RSA: [
    'RSA-PKCS1-SHA256',
    'RSA-PKCS1-SHA384',
    'RSA-PKCS1-SHA512',
    'RSA-PSS-SHA256',
    'RSA-PSS-SHA384',
    'RSA-PSS-SHA512',
  ],
};

const DEFAULTS = Object.fromEntries(Object.entries(SIGNS).map(([kind, [first]]) => [kind, first])) as Record<
  PrivateKeyContent['kind'],
  SignatureAlgorithm
>;

type SigningParameters =
  | { readonly name: 'Ed25519' }
  | { readonly name: 'ECDSA'; readonly namedCurve: string; readonly hash: string }
  | { readonly name: 'RSASSA-PKCS1-v1_5' | 'RSA-PSS'; readonly hash: string; readonly saltLength: number };

/** WebCrypto's parameters, of import and of signing in one. */
function webCryptoOf(algorithm: SignatureAlgorithm): { readonly parameters: SigningParameters } {
  const [family, ...rest] = algorithm.split('-') as [string, ...string[]];
  const bits = rest.at(-1)?.slice(-3);
  const hash = `SHA-${bits}`;
  if (family === 'Ed25519') return { parameters: { name: family } };
  if (family === 'ECDSA') return { parameters: { name: family, namedCurve: `P-${rest[0]!.slice(1)}`, hash } };
  if (family !== 'RSA') throw new GovError('algorithm-unsupported', algorithm);
  const name = rest[0] === 'PSS' ? 'RSA-PSS' : 'RSASSA-PKCS1-v1_5';
  return { parameters: { name, hash, saltLength: Number(bits) / 8 } };
}

async function webCryptoSigner(
  { kind, pkcs8, publicKey }: PrivateKeyContent,
  algorithm: SignatureAlgorithm,
): Promise<Signer> {
  const { parameters } = webCryptoOf(algorithm);
  const { subtle } = crypto;
  const key = await imported(algorithm, () => subtle.importKey('pkcs8', owned(pkcs8), parameters, false, ['sign']));
  const sign = async (message: Uint8Array): Promise<Uint8Array> =>
    new Uint8Array(await subtle.sign(parameters, key, owned(message)));
  if (kind === 'RSA') {
    // Nobody computes the public half of an RSA key: what the private half signs tells whether they belong together.
    const other = await imported(algorithm, () =>
      subtle.importKey('spki', owned(publicKey), parameters, false, ['verify']),
    );
    const probe = owned(publicKey);
    const fits = await sign(probe).then(
      (signature) => subtle.verify(parameters, other, owned(signature), probe),
      () => false,
    );
    if (!fits) throw new GovError('key-mismatch', 'the numbers of the RSA key do not belong together');
  }
  return { algorithm, publicKey, sign };
}

/** The runtime's own messages are left out: they may quote what could not be read. */
async function imported(algorithm: SignatureAlgorithm, run: () => Promise<CryptoKey>): Promise<CryptoKey> {
  return runtimeHas(algorithm, run, 'key-malformed');
}

async function runtimeHas<T>(
  algorithm: SignatureAlgorithm,
  run: () => Promise<T>,
  otherwise: 'key-malformed' | 'backend-unavailable' = 'backend-unavailable',
): Promise<T> {
  try {
    return await run();
  } catch (error) {
    const unsupported = otherwise === 'backend-unavailable' || (error as Error).name === 'NotSupportedError';
    throw unsupported
      ? new GovError('backend-unavailable', `this runtime has no ${algorithm}`)
      : new GovError('key-malformed', `the runtime refuses the key for ${algorithm}`);
  }
}

/** WebCrypto's types want bytes that no SharedArrayBuffer backs. */
const owned = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => Uint8Array.from(bytes);
