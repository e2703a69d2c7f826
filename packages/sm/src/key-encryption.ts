/**
 * Private keys under a password (口令加密的私钥): `ENCRYPTED PRIVATE KEY`, the EncryptedPrivateKeyInfo of PKCS#8 (RFC 5958 3)
 * with PBES2 (RFC 8018).
 *
 * Passwords are text, taken as UTF-8 without any normalisation, or octets.
 *
 * @packageDocumentation
 */
import { context, contextPrimitive, type DerElement, type DerMode, der, readDer, Tag } from '@gov/der';
import { writePem } from '@gov/der/pem';
import { GovError, isGovError } from '@gov/verdict';
import { asKey, keyInput } from './internal/key-input.js';
import {
  type PaddedBlocks,
  type Pbes2Options,
  paddingLength,
  pbes2Blocks,
  pbes2Encrypt,
  withoutPadding,
} from './internal/pbes2.js';
import { readSm2PrivateKey, type Sm2PrivateKey } from './key.js';

export {
  type PaddedBlocks,
  PBES2_LIMITS,
  type Pbes2Options,
  passwordOctets,
  pbes2Blocks,
  pbes2Decrypt,
  pbes2Encrypt,
  withoutPadding,
} from './internal/pbes2.js';

/** A password-based encryption scheme: the decrypted blocks, of which nothing says yet whether the password was right. */
export type PasswordBlocks = (
  algorithm: DerElement,
  ciphertext: Uint8Array,
  password: string | Uint8Array,
) => Promise<PaddedBlocks>;

/**
 * Opens an encrypted private key of any algorithm: the PrivateKeyInfo (PKCS#8) in DER. Reads PBES2 with SM4, AES-128, -192,
 * -256 and (in Node) triple DES in CBC mode, and PBKDF2 with HMAC-SM3, -SHA1, -SHA256, -SHA384, -SHA512, or (in Node)
 * scrypt. An empty password is taken, since such files exist. `@gov/pki/private-key` reads the older schemes too.
 *
 * The format has no authentication code. A wrong password is told from a damaged file by what cannot come about by
 * chance, once in some 2^40 files; see `opened`. A damage inside the key itself changes the key and nothing else;
 * `readEncryptedSm2PrivateKey` finds it where the public key is stored too. Salt and iterations that were changed are
 * a wrong password.
 *
 * @param input DER, or PEM with `ENCRYPTED PRIVATE KEY`
 * @param schemes what decrypts; the default is PBES2
 * @throws GovError `password-wrong`; `key-malformed` for a damaged file; `key-unsupported` for other algorithms, PBES1;
 *   `key-encrypted` for OpenSSL's old encryption in PEM headers; `limit-exceeded` past `PBES2_LIMITS`; `pem-malformed`;
 *   `backend-unavailable` where the runtime lacks the cipher or scrypt
 */
export async function decryptPrivateKeyInfo(
  input: Uint8Array | string,
  password: string | Uint8Array,
  mode: DerMode = 'lenient',
  schemes: PasswordBlocks = pbes2Blocks,
): Promise<Uint8Array> {
  const { algorithm, ciphertext } = asKey(() => {
    const fields = readDer(keyInput(input, ['ENCRYPTED PRIVATE KEY']).bytes, { mode }).children(Tag.sequence);
    const algorithm = fields.next(Tag.sequence);
    const ciphertext = fields.next(Tag.octetString).octets();
    fields.end();
    return { algorithm, ciphertext };
  });
  const blocks = await schemes(algorithm, ciphertext, password);
  const info = withoutPadding(blocks);
  if (info !== undefined && isPrivateKeyInfo(info, mode)) {
    blocks.octets.fill(0);
    return info;
  }
  const right = opened(blocks);
  blocks.octets.fill(0);
  info?.fill(0);
  throw right
    ? new GovError('key-malformed', 'the password fits, but the encrypted key is damaged')
    : new GovError('password-wrong', 'the password does not open the key');
}

/**
 * Encrypts a PrivateKeyInfo (PKCS#8) of any algorithm: EncryptedPrivateKeyInfo in DER. The default is SM4-CBC with
 * PBKDF2-HMAC-SM3; `Pbes2Options` says which programs read what.
 *
 * @throws GovError `key-malformed` for octets that are no PrivateKeyInfo; `invalid-argument` for an empty password, one that
 *   is not Unicode text, and options out of range; `backend-unavailable`
 */
export async function encryptPrivateKeyInfo(
  privateKeyInfo: Uint8Array,
  password: string | Uint8Array,
  options: Pbes2Options = {},
): Promise<Uint8Array> {
  if (!isPrivateKeyInfo(privateKeyInfo, 'strict')) throw new GovError('key-malformed', 'not a PrivateKeyInfo');
  const { algorithm, ciphertext } = await pbes2Encrypt(privateKeyInfo, password, options);
  return der.sequence(algorithm, der.octetString(ciphertext));
}

/**
 * Reads an encrypted SM2 private key.
 *
 * @param input DER, or PEM with `ENCRYPTED PRIVATE KEY`
 * @throws GovError as `decryptPrivateKeyInfo`, and `key-unsupported` for a key of another algorithm, `key-malformed` also for a
 *   stored public key that is not that of the scalar: without an authentication code it is damage
 *
 * @example
 * import { generateSm2Key } from '@gov/sm/key';
 * import { readEncryptedSm2PrivateKey, writeEncryptedSm2PrivateKey } from '@gov/sm/key-encryption';
 * const pem = await writeEncryptedSm2PrivateKey(generateSm2Key(), '口令'); // -----BEGIN ENCRYPTED PRIVATE KEY-----
 * const key = await readEncryptedSm2PrivateKey(pem, '口令'); // any other password: `password-wrong`
 */
export async function readEncryptedSm2PrivateKey(
  input: Uint8Array | string,
  password: string | Uint8Array,
  mode: DerMode = 'lenient',
): Promise<Sm2PrivateKey> {
  const info = await decryptPrivateKeyInfo(input, password, mode);
  try {
    return readSm2PrivateKey(info, mode);
  } catch (error) {
    if (!isGovError(error) || error.code === 'key-unsupported') throw error;
    // The reason could name octets of the key.
    throw new GovError('key-malformed', 'the password fits, but what it opens is not a sound SM2 key');
  } finally {
    info.fill(0);
  }
}

/**
 * An SM2 private key under a password: `ENCRYPTED PRIVATE KEY` in PEM.
 *
 * @throws GovError as `encryptPrivateKeyInfo`, `key-destroyed`
 */
export async function writeEncryptedSm2PrivateKey(
  key: Sm2PrivateKey,
  password: string | Uint8Array,
  options: Pbes2Options = {},
): Promise<string> {
  const info = key.toPkcs8();
  try {
    return writePem('ENCRYPTED PRIVATE KEY', await encryptPrivateKeyInfo(info, password, options));
  } finally {
    info.fill(0);
  }
}

/** The outside of it (RFC 5958 2): what the algorithm says about the key is for whoever reads that. */
function isPrivateKeyInfo(bytes: Uint8Array, mode: DerMode): boolean {
  try {
    const fields = readDer(bytes, { mode }).children(Tag.sequence);
    const version = fields.next(Tag.integer).smallInteger();
    fields.next(Tag.sequence).children().next(Tag.oid).oid();
    fields.next(Tag.octetString);
    fields.optional(context(0));
    if (version === 1) fields.optional(contextPrimitive(1));
    fields.end();
    return version <= 1;
  } catch (error) {
    if (isGovError(error)) return false;
    throw error;
  }
}

/** What nearly every private key has in it: ecPublicKey, the SM2 curve, rsaEncryption, and a public key of 65 octets in SEC1. */
const MARKS = [
  der.oid('1.2.840.10045.2.1'),
  der.oid('1.2.156.10197.1.301'),
  der.oid('1.2.840.113549.1.1.1'),
  Uint8Array.of(0xa1, 0x44, 0x03, 0x42, 0x00, 0x04),
];

/**
 * Whether the password was right for blocks that hold no readable key.
 *
 * A wrong password gives random octets throughout. With the right one, CBC keeps damage local: a changed ciphertext block
 * makes its own block random, flips the same bits in the next, and leaves all others as they were. So it is enough to find
 * in any place five octets that belong there: the head of a PrivateKeyInfo whose length fits, a mark, or padding of five or
 * more. Each comes about by chance once in 2^40 or less often. What stays undecided, and is called a wrong password,
 * is damage that hits all of these at once: the first blocks of a key without a mark further on and with short padding.
 */
function opened(blocks: PaddedBlocks): boolean {
  return hasHead(blocks) || paddingLength(blocks) >= 5 || MARKS.some((mark) => holds(blocks.octets, mark));
}

const holds = (octets: Uint8Array, mark: Uint8Array): boolean =>
  octets.some((_, at) => mark.every((octet, index) => octets[at + index] === octet));

/** SEQUENCE, with a length that leaves 1 to `size` octets for padding; INTEGER 0 or 1; SEQUENCE. */
function hasHead({ octets, size }: PaddedBlocks): boolean {
  const first = octets[1] ?? 0;
  const lengthOctets = first < 0x80 ? 0 : first & 0x7f;
  if (octets[0] !== Tag.sequence || lengthOctets > 3) return false;
  const at = 2 + lengthOctets;
  let length = lengthOctets === 0 ? first : 0;
  for (const octet of octets.subarray(2, at)) length = length * 256 + octet;
  const padding = octets.length - at - length;
  const [tag, one, version, next] = octets.subarray(at, at + 4);
  return (
    padding >= 1 &&
    padding <= size &&
    tag === Tag.integer &&
    one === 1 &&
    (version === 0 || version === 1) &&
    next === Tag.sequence
  );
}
