import { execFileSync } from 'node:child_process';
import { cbom } from '@gov/pki/cbom';
import { describe, expect, it } from 'vitest';

function openssl(...args: readonly string[]): string | undefined {
  try {
    return execFileSync('openssl', args, { encoding: 'utf8', stdio: 'pipe' });
  } catch {
    return undefined;
  }
}

const hasOpenssl = openssl('version') !== undefined;
if (!hasOpenssl) console.warn('skipped: object identifiers against OpenSSL, which is not installed');

describe.skipIf(!hasOpenssl)('object identifiers', () => {
  it.each([
    ['1.2.156.10197.1.501', 'SM2-with-SM3', 'SM2-SM3'],
    ['1.2.156.10197.1.504', 'sm3WithRSAEncryption', 'RSA-PKCS1-SM3'],
    ['1.2.156.10197.1.401', 'sm3', 'SM3'],
    ['1.2.156.10197.1.104.1', 'sm4-ecb', 'SM4-ECB'],
    ['1.2.156.10197.1.104.2', 'sm4-cbc', 'SM4-CBC'],
    ['1.2.156.10197.1.104.3', 'sm4-ofb', 'SM4-OFB'],
    ['1.2.156.10197.1.104.4', 'sm4-cfb', 'SM4-CFB'],
    ['1.2.156.10197.1.104.7', 'sm4-ctr', 'SM4-CTR'],
    ['2.16.840.1.101.3.4.1.2', 'aes-128-cbc', 'AES-128-CBC'],
    ['2.16.840.1.101.3.4.1.26', 'aes-192-gcm', 'AES-192-GCM'],
    ['2.16.840.1.101.3.4.1.42', 'aes-256-cbc', 'AES-256-CBC'],
    ['2.16.840.1.101.3.4.1.47', 'aes-256-ccm', 'AES-256-CCM'],
    ['1.2.840.113549.3.7', 'des-ede3-cbc', '3DES-CBC'],
    ['1.3.14.3.2.7', 'des-cbc', 'DES-CBC'],
    ['1.2.840.113549.3.2', 'rc2-cbc', 'RC2-CBC'],
    ['1.2.840.113549.1.5.3', 'pbeWithMD5AndDES-CBC', 'PBE-MD5-DES'],
    ['1.2.840.113549.1.5.10', 'pbeWithSHA1AndDES-CBC', 'PBE-SHA1-DES'],
    ['1.2.840.113549.1.12.1.1', 'pbeWithSHA1And128BitRC4', 'PBE-SHA1-RC4-128'],
    ['1.2.840.113549.1.12.1.3', 'pbeWithSHA1And3-KeyTripleDES-CBC', 'PBE-SHA1-3DES'],
    ['1.2.840.113549.1.12.1.6', 'pbeWithSHA1And40BitRC2-CBC', 'PBE-SHA1-RC2-40'],
    ['2.16.840.1.101.3.4.2.4', 'sha224', 'SHA-224'],
    ['2.16.840.1.101.3.4.2.1', 'sha256', 'SHA-256'],
    ['2.16.840.1.101.3.4.2.2', 'sha384', 'SHA-384'],
    ['2.16.840.1.101.3.4.2.3', 'sha512', 'SHA-512'],
    ['1.3.14.3.2.26', 'sha1', 'SHA-1'],
    ['1.2.840.113549.2.5', 'md5', 'MD5'],
    ['1.2.840.113549.2.7', 'hmacWithSHA1', 'HMAC-SHA1'],
    ['1.2.840.113549.2.8', 'hmacWithSHA224', 'HMAC-SHA224'],
    ['1.2.840.113549.2.9', 'hmacWithSHA256', 'HMAC-SHA256'],
    ['1.2.840.113549.2.10', 'hmacWithSHA384', 'HMAC-SHA384'],
    ['1.2.840.113549.2.11', 'hmacWithSHA512', 'HMAC-SHA512'],
    ['1.2.840.10045.4.1', 'ecdsa-with-SHA1', 'ECDSA-SHA1'],
    ['1.2.840.10045.4.3.1', 'ecdsa-with-SHA224', 'ECDSA-SHA224'],
    ['1.2.840.10045.4.3.2', 'ecdsa-with-SHA256', 'ECDSA-SHA256'],
    ['1.2.840.10045.4.3.3', 'ecdsa-with-SHA384', 'ECDSA-SHA384'],
    ['1.2.840.10045.4.3.4', 'ecdsa-with-SHA512', 'ECDSA-SHA512'],
    ['1.2.840.113549.1.1.4', 'md5WithRSAEncryption', 'RSA-PKCS1-MD5'],
    ['1.2.840.113549.1.1.5', 'sha1WithRSAEncryption', 'RSA-PKCS1-SHA1'],
    ['1.2.840.113549.1.1.14', 'sha224WithRSAEncryption', 'RSA-PKCS1-SHA224'],
    ['1.2.840.113549.1.1.11', 'sha256WithRSAEncryption', 'RSA-PKCS1-SHA256'],
    ['1.2.840.113549.1.1.12', 'sha384WithRSAEncryption', 'RSA-PKCS1-SHA384'],
    ['1.2.840.113549.1.1.13', 'sha512WithRSAEncryption', 'RSA-PKCS1-SHA512'],
    ['1.2.840.113549.1.1.10', 'rsassaPss', 'RSASSA-PSS'],
    ['1.2.840.10040.4.3', 'dsaWithSHA1', 'DSA-SHA1'],
    ['2.16.840.1.101.3.4.3.2', 'dsa_with_SHA256', 'DSA-SHA256'],
    ['1.3.101.112', 'ED25519', 'Ed25519'],
  ])('%s is %s, named %s', (oid, theirs, name) => {
    expect(openssl('asn1parse', '-genstr', `OID:${oid}`)).toMatch(new RegExp(`:${theirs}\\s*$`));
    const { components } = cbom({ algorithms: [{ oid, occurrence: { location: 'x' } }], at: new Date(0) });
    const found = components.find((one) => 'evidence' in one);
    const national = { name: 'gov:national-cryptography', value: String(/^SM/.test(name)) };
    expect(found).toMatchObject({ name, properties: expect.arrayContaining([national]) });
  });
});
