/** Opening a PKCS#12 (个人信息交换), and telling apart a wrong password, a damaged file and one that is not read. */
import { type DerElement, Tag } from '@gov/der';
import { type Signer, sameBytes } from '@gov/sm';
import { decryptPrivateKeyInfo, type PaddedBlocks, type PasswordBlocks, withoutPadding } from '@gov/sm/key-encryption';
import { GovError, isGovError } from '@gov/verdict';
import { type Certificate, readCertificate } from '../certificate.js';
import { bmpPassword, passwordBlocks, passwordRounds } from '../internal/password-scheme.js';
import { asPkcs8 } from '../internal/private-key-info.js';
import { signerOf } from '../private-key.js';
import { PKCS12_LIMITS } from './limits.js';
import { macFits, type PasswordForms } from './mac.js';
import { asPkcs12, type Bag, type BagCount, type Pfx, readPfx, readSafeContents } from './pfx.js';
import { sameKey } from './same-key.js';

/**
 * A private key of a PKCS#12. Its octets are a private field: `console.log`, `JSON.stringify` and errors never show them; only
 * `toPkcs8` does.
 */
export class Pkcs12Key {
  /** Signs with what the kind of the key says; RSA with `RSA-PKCS1-SHA256`. For another hash, give `toPkcs8()` to `readPrivateKey`. */
  readonly signer: Signer;
  /** The certificate of the file whose public key is that of the key. */
  readonly certificate: Certificate | undefined;
  readonly friendlyName: string | undefined;
  readonly localKeyId: Uint8Array | undefined;
  readonly #info: Uint8Array;
  #destroyed = false;

  /** @internal */
  constructor(info: Uint8Array, signer: Signer, certificate: Certificate | undefined, bag: Bag) {
    this.#info = info;
    this.signer = signer;
    this.certificate = certificate;
    this.friendlyName = bag.friendlyName;
    this.localKeyId = bag.localKeyId;
  }

  /** PrivateKeyInfo, DER, as the file has it, but an SM2 curve that is written out named; a copy. @throws GovError `key-destroyed` */
  toPkcs8(): Uint8Array {
    if (this.#destroyed) throw new GovError('key-destroyed', 'the private key was destroyed');
    return this.#info.slice();
  }

  /** Overwrites the octets (销毁). The signer keeps what it has. */
  destroy(): void {
    this.#info.fill(0);
    this.#destroyed = true;
  }
}

export interface Pkcs12Certificate {
  readonly certificate: Certificate;
  readonly friendlyName: string | undefined;
  readonly localKeyId: Uint8Array | undefined;
}

/** What a PKCS#12 holds. */
export interface Pkcs12 {
  readonly keys: readonly Pkcs12Key[];
  /** In the order of the file; nothing says yet that they are to be trusted. */
  readonly certificates: readonly Pkcs12Certificate[];
  /** False: the file carries no authentication code, and whatever is not encrypted may have been changed by anybody. */
  readonly authenticated: boolean;
  /** OIDs of bags that are neither keys nor X.509 certificates: CRLs, secrets. */
  readonly unread: readonly string[];
}

/**
 * Opens a PKCS#12 (`.p12`, `.pfx`; RFC 7292), DER or BER: keys with the certificates that belong to them. Reads PBES2 with
 * SM4, AES and triple DES (`@gov/sm/key-encryption`), the schemes of PKCS#12 with triple DES and RC2, PBES1; authentication
 * codes with SM3, SHA-1 and SHA-2, PBMAC1 too.
 *
 * Each key is proved: its public half is computed and compared with what is stored and with the certificate of the same
 * localKeyId.
 *
 * **Three answers.** With a right authentication code the password is right and the file as it was written. With a wrong one it
 * may be either: the file counts as damaged (`pkcs12-malformed`) if anything in it opens all the same, that is if some encrypted part
 * shows what cannot come about by chance, once in some 2^36 wrong passwords; and as `password-wrong` if nothing does. Damage that
 * reaches every encrypted part at its salt, or a file with nothing encrypted, therefore reads as a wrong password. A file
 * that is authenticated under one password and encrypted under another is `password-wrong` with the former.
 *
 * @param password text, taken as UTF-8 by PBES2 and as UTF-16 by the derivation of PKCS#12, or octets of UTF-8; the empty one in
 *   both of the forms that programs give it
 * @throws GovError `password-wrong`; `pkcs12-malformed`; `key-unsupported`, `algorithm-unsupported`; `key-mismatch` for a key with
 *   the certificate of another one; `limit-exceeded` past `PKCS12_LIMITS`; `input-too-large`; `invalid-argument` for a password
 *   that is not Unicode text; `backend-unavailable`
 * @example
 * import { readPkcs12 } from '@gov/pki/pkcs12';
 * const { keys, certificates } = await readPkcs12(bytes, '口令');
 * const [key] = keys;
 * const signature = await key?.signer.sign(message);
 */
export async function readPkcs12(input: Uint8Array, password: string | Uint8Array): Promise<Pkcs12> {
  const pfx = readPfx(input);
  const rounds = new Rounds();
  rounds.spend(pfx.mac?.derivation.iterations ?? 0);

  const bmp = bmpPassword(password);
  // A password of no characters is its terminator to some programs, and nothing at all to others.
  const forms: PasswordForms[] = [{ password, bmp }];
  if (password.length === 0) forms.push({ password, bmp: new Uint8Array(0) });
  try {
    const opened = await openWith(pfx, forms, rounds);
    try {
      return await assembled(opened, pfx.mac !== undefined);
    } finally {
      for (const { info } of opened.keys) info.fill(0);
    }
  } finally {
    bmp.fill(0);
  }
}

async function openWith(pfx: Pfx, forms: readonly PasswordForms[], rounds: Rounds): Promise<Opened> {
  if (pfx.mac !== undefined) {
    for (const form of forms) {
      if (!(await macFits(pfx.mac, pfx.content, form))) continue;
      const opened = await openParts(pfx, form, rounds);
      if (opened.closed + opened.damaged > 0 || opened.unsupported !== undefined) opened.forget();
      if (opened.unsupported !== undefined) throw opened.unsupported;
      // What is authentic is not damaged.
      if (opened.closed > 0)
        throw new GovError('password-wrong', 'parts of the file are encrypted with another password');
      if (opened.damaged > 0)
        throw new GovError('pkcs12-malformed', 'encrypted parts that hold no keys or certificates');
      return opened;
    }
  }
  let unsupported: GovError | undefined;
  for (const form of forms) {
    const opened = await openParts(pfx, form, rounds);
    const evidence = opened.opened + opened.damaged > 0;
    const whole = opened.closed + opened.damaged === 0 && opened.unsupported === undefined;
    if (pfx.mac === undefined && whole) return opened;
    opened.forget();
    if (evidence && (pfx.mac !== undefined || opened.unsupported === undefined))
      throw new GovError('pkcs12-malformed', 'the password fits, but the file is damaged');
    unsupported = opened.unsupported;
  }
  throw unsupported ?? new GovError('password-wrong', 'the password does not open the PKCS#12');
}

/** Rounds of key derivation that a file may still cost. */
class Rounds {
  #left: number = PKCS12_LIMITS.iterations;

  spend(rounds: number): void {
    if (!(rounds <= this.#left))
      throw new GovError('limit-exceeded', `a PKCS#12 of more than ${PKCS12_LIMITS.iterations} iterations`);
    this.#left -= rounds;
  }
}

interface OpenedKey {
  /** A copy of its own. */
  readonly info: Uint8Array;
  readonly bag: Bag;
}

/** What one password opened. */
class Opened {
  readonly keys: OpenedKey[] = [];
  readonly certificates: { readonly bytes: Uint8Array; readonly bag: Bag }[] = [];
  readonly unread: string[] = [];
  /** Encrypted things that opened. */
  opened = 0;
  /** Those to which the password fits, though they do not open. */
  damaged = 0;
  /** Those about which nothing can be said. */
  closed = 0;
  /** The first one in a scheme that is not read. */
  unsupported: GovError | undefined;

  forget(): void {
    for (const { info } of this.keys) info.fill(0);
  }
}

async function openParts(pfx: Pfx, forms: PasswordForms, rounds: Rounds): Promise<Opened> {
  const opened = new Opened();
  const schemes: PasswordBlocks = (algorithm, ciphertext, password) =>
    passwordBlocks(algorithm, ciphertext, password, forms.bmp);
  for (const part of pfx.parts) {
    if (part.kind === 'plain') {
      for (const bag of part.bags) await openBag(bag, forms, schemes, rounds, opened);
      continue;
    }
    await attempt(opened, part.algorithm, rounds, async () => {
      const blocks = await schemes(part.algorithm, part.ciphertext, forms.password);
      try {
        const bags = bagsOf(blocks, pfx.count);
        if (bags === undefined) return 'closed';
        for (const bag of bags) await openBag(bag, forms, schemes, rounds, opened);
        return 'opened';
      } finally {
        blocks.octets.fill(0);
      }
    });
  }
  return opened;
}

async function openBag(
  bag: Bag,
  { password }: PasswordForms,
  schemes: PasswordBlocks,
  rounds: Rounds,
  opened: Opened,
): Promise<void> {
  switch (bag.kind) {
    case 'key':
      opened.keys.push({ info: bag.info.slice(), bag });
      break;
    case 'certificate':
      opened.certificates.push({ bytes: bag.bytes.slice(), bag });
      break;
    case 'unread':
      opened.unread.push(bag.oid);
      break;
    case 'shrouded-key':
      await attempt(opened, bag.algorithm, rounds, async () => {
        const info = await decryptPrivateKeyInfo(bag.encrypted, password, 'lenient', schemes);
        opened.keys.push({ info, bag });
        return 'opened';
      });
  }
}

/** Opens one encrypted thing and notes what it says about the password. */
async function attempt(
  opened: Opened,
  algorithm: DerElement,
  rounds: Rounds,
  open: () => Promise<'opened' | 'closed'>,
): Promise<void> {
  try {
    rounds.spend(passwordRounds(algorithm));
    opened[await open()]++;
  } catch (error) {
    if (!isGovError(error)) throw error;
    if (error.code === 'password-wrong') opened.closed++;
    else if (error.code === 'key-malformed' || error.code === 'pkcs12-malformed') opened.damaged++;
    else if (error.code === 'key-unsupported') opened.unsupported ??= error;
    else throw error;
  }
}

/**
 * The bags of decrypted SafeContents; undefined where the password seems to be another.
 *
 * @throws GovError `pkcs12-malformed` where it is right all the same: CBC keeps damage local, and what a right password opens shows
 *   OIDs of twelve octets, five octets of padding or more, or a head whose length fits
 */
function bagsOf(blocks: PaddedBlocks, count: BagCount): readonly Bag[] | undefined {
  const plain = withoutPadding(blocks);
  try {
    if (plain !== undefined) return readSafeContents(plain, count);
  } catch (error) {
    if (!isGovError(error) || error.code !== 'pkcs12-malformed') throw error;
  }
  const right =
    (plain !== undefined && blocks.octets.length - plain.length >= 5) ||
    hasHead(blocks) ||
    MARKS.some((mark) => holds(blocks.octets, mark));
  plain?.fill(0);
  if (right) throw new GovError('pkcs12-malformed', 'the password fits, but the encrypted content is damaged');
  return undefined;
}

/** The beginnings of what is in every certBag and of the OID of every bag. */
const MARKS = [
  Uint8Array.of(0x06, 0x0b, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x0a, 0x01),
  Uint8Array.of(0x06, 0x0a, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x16, 0x01),
];

const holds = (octets: Uint8Array, mark: Uint8Array): boolean =>
  octets.some((_, at) => mark.every((octet, index) => octets[at + index] === octet));

/** SEQUENCE with a length of two octets or more that leaves 1 to `size` octets of padding, and SEQUENCE. */
function hasHead({ octets, size }: PaddedBlocks): boolean {
  const count = (octets[1] ?? 0) & 0x7f;
  if (octets[0] !== Tag.sequence || octets[1]! < 0x82 || count > 3) return false;
  let length = 0;
  for (const octet of octets.subarray(2, 2 + count)) length = length * 256 + octet;
  const padding = octets.length - 2 - count - length;
  return padding >= 1 && padding <= size && octets[2 + count] === Tag.sequence;
}

async function assembled(opened: Opened, authenticated: boolean): Promise<Pkcs12> {
  const certificates = opened.certificates.map(({ bytes, bag }) => ({
    certificate: certificateOf(bytes),
    friendlyName: bag.friendlyName,
    localKeyId: bag.localKeyId,
  }));
  const keys: Pkcs12Key[] = [];
  for (const { info, bag } of opened.keys) {
    const signer = await soundSigner(info);
    const own = certificates.find(({ certificate }) =>
      asPkcs12(() => sameKey(certificate.publicKey, signer.publicKey)),
    );
    const named = certificates.some(
      ({ localKeyId }) =>
        bag.localKeyId !== undefined && localKeyId !== undefined && sameBytes(bag.localKeyId, localKeyId),
    );
    if (own === undefined && named)
      throw new GovError('key-mismatch', 'a key and a certificate of one localKeyId that do not belong together');
    keys.push(new Pkcs12Key(await asPkcs8(info), signer, own?.certificate, bag));
  }
  return { keys, certificates, authenticated, unread: opened.unread };
}

function certificateOf(bytes: Uint8Array): Certificate {
  try {
    return readCertificate(bytes);
  } catch (cause) {
    if (!isGovError(cause)) throw cause;
    throw new GovError('pkcs12-malformed', `a certificate that cannot be read: ${cause.message}`, { cause });
  }
}

async function soundSigner(info: Uint8Array): Promise<Signer> {
  try {
    return await signerOf(info);
  } catch (error) {
    if (!isGovError(error) || (error.code !== 'key-malformed' && error.code !== 'key-mismatch')) throw error;
    // The reason could name octets of the key.
    throw new GovError('pkcs12-malformed', 'a private key that is not sound');
  }
}
