/** How an encrypted private key is encrypted (RFC 8018, PBES2 and its ancestors), read without opening it. */
import { type DerElement, type DerReader, readDer, Tag } from '@gov/der';
import { GovError, isGovError } from '@gov/verdict';
import { type Algorithm, algorithmOf, pbkdf2, unknownAlgorithm } from './algorithm.js';

/** What stands in front of the encrypted bytes. */
export interface KeyProtection {
  /** Cipher, or the whole scheme where it is one of RFC 8018 PBES1 or of PKCS#12. */
  readonly cipher: Algorithm;
  /** How the password becomes a key; absent where the scheme settles it. */
  readonly derivation?: Algorithm;
  /** Rounds of PBKDF2 or of the scheme, or the cost N of scrypt. */
  readonly iterations?: bigint;
}

const PBES2 = '1.2.840.113549.1.5.13';
const PBKDF2 = '1.2.840.113549.1.5.12';
const SCRYPT = '1.3.6.1.4.1.11591.4.11';
const HMAC_SHA1 = '1.2.840.113549.2.7';

/**
 * Reads the AlgorithmIdentifier of an EncryptedPrivateKeyInfo (加密私钥, DER).
 *
 * @throws GovError `key-malformed` for anything else
 */
export function readKeyProtection(encrypted: Uint8Array): KeyProtection {
  try {
    const fields = readDer(encrypted, { mode: 'lenient' }).children(Tag.sequence);
    const scheme = fields.next(Tag.sequence).children();
    fields.next(Tag.octetString).octets();
    fields.end();
    return readScheme(scheme);
  } catch (error) {
    if (isGovError(error) && error.code.startsWith('der-')) {
      throw new GovError('key-malformed', `not an encrypted private key: ${error.message}`, { cause: error });
    }
    throw error;
  }
}

function readScheme(scheme: DerReader): KeyProtection {
  const oid = scheme.next(Tag.oid).oid();
  const parameters = scheme.more ? scheme.next() : undefined;
  if (oid !== PBES2 || parameters === undefined) {
    const own = parameters?.tag === Tag.sequence ? parameters.children() : undefined;
    own?.optional(Tag.octetString);
    const iterations = own?.optional(Tag.integer)?.integer();
    return { cipher: algorithmOf(oid), ...(iterations === undefined ? {} : { iterations }) };
  }
  const parts = parameters.children(Tag.sequence);
  const derivation = readDerivation(parts.next(Tag.sequence));
  const cipher = algorithmOf(parts.next(Tag.sequence).children().next(Tag.oid).oid());
  return { cipher, ...derivation };
}

function readDerivation(element: DerElement): Pick<KeyProtection, 'derivation' | 'iterations'> {
  const fields = element.children();
  const oid = fields.next(Tag.oid).oid();
  if (oid !== PBKDF2 && oid !== SCRYPT) return { derivation: algorithmOf(oid) };
  const parameters = fields.next(Tag.sequence).children();
  parameters.next();
  const iterations = parameters.next(Tag.integer).integer();
  if (oid === SCRYPT) return { derivation: unknownAlgorithm(SCRYPT, 'scrypt', 'kdf'), iterations };
  parameters.optional(Tag.integer);
  const prf = parameters.optional(Tag.sequence)?.children().next(Tag.oid).oid() ?? HMAC_SHA1;
  return { derivation: pbkdf2(prf), iterations };
}
