// What the PDF peers sign with: a self-signed RSA certificate, and a detached CMS for those that bring none.
import { execFileSync } from 'node:child_process';
import { createHash, createPrivateKey, sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { context, der, Tag } from '@gov/der';

export const PASSPHRASE = 'bench';
const NAME = 'bench';
const SERIAL = 1;

const dir = mkdtempSync(join(tmpdir(), 'gov-bench-rsa-'));
const openssl = (/** @type {string[]} */ ...args) =>
  execFileSync('openssl', args, { cwd: dir, stdio: ['ignore', 'ignore', 'pipe'] });
openssl(
  ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '30', '-subj', `/CN=${NAME}`, '-utf8'],
  ...['-set_serial', String(SERIAL), '-keyout', 'key.pem', '-out', 'cert.der', '-outform', 'DER'],
);
openssl('x509', '-inform', 'DER', '-in', 'cert.der', '-out', 'cert.pem');
// Triple DES and SHA-1: what every one of the peers can open.
openssl(
  ...['pkcs12', '-export', '-inkey', 'key.pem', '-in', 'cert.pem', '-out', 'key.p12', '-passout', `pass:${PASSPHRASE}`],
  ...['-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES', '-macalg', 'sha1'],
);
export const p12 = readFileSync(join(dir, 'key.p12'));
export const certificate = readFileSync(join(dir, 'cert.der'));
export const privateKey = createPrivateKey(readFileSync(join(dir, 'key.pem')));
rmSync(dir, { recursive: true });

const OID = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  rsa: '1.2.840.113549.1.1.1',
  sha256: '2.16.840.1.101.3.4.2.1',
  commonName: '2.5.4.3',
};

const algorithm = (/** @type {string} */ oid) => der.sequence(der.oid(oid), der.nullValue());
const attribute = (/** @type {string} */ oid, /** @type {Uint8Array} */ value) =>
  der.sequence(der.oid(oid), der.setOf(value));

/**
 * CMS SignedData (RFC 5652) over the parts, RSA with SHA-256: the least a PDF signature needs, at OpenSSL's speed.
 * @param {readonly Uint8Array[]} parts
 */
export function detachedCms(parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  const attributes = der.setOf(
    attribute(OID.contentType, der.oid(OID.data)),
    attribute(OID.messageDigest, der.octetString(hash.digest())),
  );
  const issuer = der.sequence(der.setOf(der.sequence(der.oid(OID.commonName), der.utf8String(NAME))));
  const signerInfo = der.sequence(
    der.integer(1),
    der.sequence(issuer, der.integer(SERIAL)),
    algorithm(OID.sha256),
    // Signed as a SET, carried as [0]: one identifier octet differs.
    Uint8Array.of(context(0), ...attributes.subarray(1)),
    algorithm(OID.rsa),
    der.octetString(sign('sha256', attributes, privateKey)),
  );
  const signedData = der.sequence(
    der.integer(1),
    der.setOf(algorithm(OID.sha256)),
    der.sequence(der.oid(OID.data)),
    der.element(context(0), certificate),
    der.element(Tag.set, signerInfo),
  );
  return der.sequence(der.oid(OID.signedData), der.explicit(0, signedData));
}
