/** PKCS#12 files put together by hand: structures that no program writes, or not any more. */
import { createHmac, pbkdf2Sync } from 'node:crypto';
import { der, Tag } from '@gov/der';
import type { Certificate } from '@gov/pki';
import { pbes2Encrypt } from '@gov/sm/key-encryption';
import { PURPOSE, pkcs12Derive, SHA_1 } from '../src/internal/password-hash.js';
import { bmpPassword } from '../src/internal/password-scheme.js';

export const OID = {
  data: '1.2.840.113549.1.7.1',
  encryptedData: '1.2.840.113549.1.7.6',
  key: '1.2.840.113549.1.12.10.1.1',
  shrouded: '1.2.840.113549.1.12.10.1.2',
  cert: '1.2.840.113549.1.12.10.1.3',
  crl: '1.2.840.113549.1.12.10.1.4',
  secret: '1.2.840.113549.1.12.10.1.5',
  safe: '1.2.840.113549.1.12.10.1.6',
  x509: '1.2.840.113549.1.9.22.1',
  sdsi: '1.2.840.113549.1.9.22.2',
  name: '1.2.840.113549.1.9.20',
  id: '1.2.840.113549.1.9.21',
} as const;

export const info = (oid: string, content: Uint8Array) => der.sequence(der.oid(oid), der.explicit(0, content));
export const bag = (oid: string, value: Uint8Array, ...attributes: Uint8Array[]) =>
  der.sequence(der.oid(oid), der.explicit(0, value), ...(attributes.length > 0 ? [der.setOf(...attributes)] : []));
export const localKeyId = (octet: number) =>
  der.sequence(der.oid(OID.id), der.setOf(der.octetString(Uint8Array.of(octet))));
export const certBag = ({ bytes }: Certificate, ...attributes: Uint8Array[]) =>
  bag(OID.cert, der.sequence(der.oid(OID.x509), der.explicit(0, der.octetString(bytes))), ...attributes);
export const plain = (...bags: Uint8Array[]) => info(OID.data, der.octetString(der.sequence(...bags)));
export const encryptedPart = (algorithm: Uint8Array, ciphertext: Uint8Array) =>
  info(
    OID.encryptedData,
    der.sequence(der.integer(0), der.sequence(der.oid(OID.data), algorithm, der.implicitPrimitive(0, ciphertext))),
  );
export async function encrypted(password: string, ...bags: Uint8Array[]): Promise<Uint8Array> {
  const { algorithm, ciphertext } = await pbes2Encrypt(der.sequence(...bags), password, { iterations: 1000 });
  return encryptedPart(algorithm, ciphertext);
}

const SALT = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);

/** With a code of SHA-1 in so many rounds; of any octets that the password is taken for. */
export async function macOver(content: Uint8Array, bmp: Uint8Array, iterations?: number): Promise<Uint8Array> {
  const key = await pkcs12Derive({ hash: SHA_1, salt: SALT, iterations: iterations ?? 1 }, bmp, PURPOSE.mac, 20);
  const code = Uint8Array.from(createHmac('sha1', key).update(content).digest());
  return macData(der.sequence(der.oid('1.3.14.3.2.26'), der.nullValue()), code, iterations);
}

export const macData = (algorithm: Uint8Array, code: Uint8Array, iterations?: number) =>
  der.sequence(
    der.sequence(algorithm, der.octetString(code)),
    der.octetString(SALT),
    ...(iterations === undefined ? [] : [der.integer(iterations)]),
  );

export const pfx = (content: Uint8Array, ...mac: Uint8Array[]) =>
  der.sequence(der.integer(3), info(OID.data, der.octetString(content)), ...mac);

/** A whole file with a right code. */
export async function file(password: string, ...parts: Uint8Array[]): Promise<Uint8Array> {
  const content = der.sequence(...parts);
  return pfx(content, await macOver(content, bmpPassword(password)));
}

/** PBMAC1 (RFC 9579) by Node's OpenSSL. */
export function pbmac1(
  content: Uint8Array,
  password: string,
  change: { keyLength?: number; mac?: string } = {},
): Uint8Array {
  const { keyLength = 32, mac = '1.2.840.113549.2.9' } = change;
  const key = pbkdf2Sync(password, SALT, 1000, keyLength, 'sha256');
  const prf = der.sequence(der.oid('1.2.840.113549.2.9'), der.nullValue());
  const kdf = der.sequence(
    der.oid('1.2.840.113549.1.5.12'),
    der.sequence(der.octetString(SALT), der.integer(1000), der.integer(keyLength), prf),
  );
  const algorithm = der.sequence(
    der.oid('1.2.840.113549.1.5.14'),
    der.sequence(kdf, der.sequence(der.oid(mac), der.nullValue())),
  );
  return macData(algorithm, Uint8Array.from(createHmac('sha256', key).update(content).digest()));
}

export const bmpName = (text: string) =>
  der.sequence(
    der.oid(OID.name),
    der.setOf(der.element(Tag.bmpString, Uint8Array.from(Buffer.from(text, 'utf16le').swap16()))),
  );
