/** Files of other programs: BouncyCastle (BER), Java's keytool, OpenSSL. */
import { existsSync, readFileSync } from 'node:fs';
import { formatName, structureVerifier } from '@gov/pki';
import { looksLikePkcs12, outlinePkcs12, readPkcs12 } from '@gov/pki/pkcs12';
import { readSm2PrivateKey } from '@gov/sm';
import { describe, expect, it } from 'vitest';
import { codeOf, text, verifies } from './key-material.js';

const DATA = new URL('../../../../shared/data/seal/keys/', import.meta.url);
const here = existsSync(DATA);
if (!here) console.warn('skipped: the real PKCS#12 files of ../shared/data, which are not here');

const FILES = [
  ['ROOT.p12', '123456', 'CN=', 'private', '3DES'],
  ['USER.p12', '777777', 'CN=Test Certificate', 'private', '3DES'],
  ['SealBuilder.p12', '777777', 'CN=Test Certificate', 'private', '3DES'],
  ['pdf-sign-sm2.p12', '12345678', 'CN=dsumuzhe', 'User Key', '3DES'],
  ['gm_0031_38540_verifier.pfx', '123456', 'CN=Ching', undefined, 'AES'],
] as const;

const read = (name: string) => new Uint8Array(readFileSync(new URL(name, DATA)));
const ANSWERS = ['password-wrong', 'pkcs12-malformed', 'key-unsupported', 'algorithm-unsupported', 'limit-exceeded'];
/** Positions that are tried: all of them would take an hour, since most files ask for 600,000 hashes. */
const every = (name: string) => (name.startsWith('gm_') ? (process.env.SLOW ? 1 : 17) : process.env.SLOW ? 13 : 401);

describe.skipIf(!here).each(FILES)('%s', (name, password, subject, friendlyName) => {
  it('opens: the key with its certificate', async () => {
    const bytes = read(name);
    expect(looksLikePkcs12(bytes)).toBe(true);
    const { keys, certificates, authenticated, unread } = await readPkcs12(bytes, password);
    expect([keys.length, certificates.length, authenticated, unread]).toEqual([1, 1, true, []]);
    const key = keys[0]!;
    expect(formatName(key.certificate!.subject)).toContain(subject);
    expect(key.friendlyName).toBe(friendlyName);
    expect(key.signer.algorithm).toBe('SM2-SM3');
    expect(await verifies(key.signer, text('x'))).toBe(true);
    expect(readSm2PrivateKey(key.toPkcs8()).publicKey.toSpki()).toEqual(key.signer.publicKey);
    // And the certificate's own key says so, too.
    const verifier = structureVerifier(key.certificate!.publicKey, '1.2.156.10197.1.501').verifier;
    expect(await verifier.verify(text('x'), await key.signer.sign(text('x')))).toBe(true);
  });

  it('not under another password', async () => {
    for (const wrong of ['', `${password} `]) {
      expect(await codeOf(() => readPkcs12(read(name), wrong))).toBe('password-wrong');
    }
  });

  it('tells what stands in it without a password', () => {
    const { mac, parts } = outlinePkcs12(read(name));
    expect(mac?.form).toBe('PKCS12-KDF');
    expect(parts).toHaveLength(2);
    const bags = parts.flatMap((part) => ('bags' in part ? part.bags : []));
    expect(bags.map(({ kind, friendlyName }) => [kind, friendlyName])).toEqual([['encrypted-key', friendlyName]]);
  });

  it('cut short anywhere is malformed', async () => {
    const bytes = read(name);
    for (let length = 0; length < bytes.length; length++) {
      expect(await codeOf(() => readPkcs12(bytes.subarray(0, length), password)), `${length}`).toBe('pkcs12-malformed');
    }
  });

  it('with an octet changed is damaged, or opens as it was', async () => {
    const bytes = read(name);
    const whole = (await readPkcs12(bytes, password)).keys[0]!;
    const tally: Record<string, number> = {};
    for (let at = 5; at < bytes.length; at += every(name)) {
      const code = await codeOf(async () => {
        const { keys } = await readPkcs12(bytes.with(at, bytes[at]! ^ (1 << (at % 8))), password);
        expect(keys[0]!.signer.publicKey, `at ${at}`).toEqual(whole.signer.publicKey);
        expect(keys[0]!.certificate?.bytes, `at ${at}`).toEqual(whole.certificate!.bytes);
      });
      if (code !== 'nothing thrown') expect(ANSWERS, `at ${at}`).toContain(code);
      tally[code] = (tally[code] ?? 0) + 1;
    }
    expect(tally['password-wrong'], 'the password was right').toBeUndefined();
    expect(tally['nothing thrown'], 'no octet is idle').toBeUndefined();
  }, 3_600_000);

  it('with another algorithm is not read', async () => {
    const bytes = read(name);
    const swapped = (find: number[], put: number[]): Uint8Array | undefined => {
      const at = Buffer.from(bytes).indexOf(Uint8Array.from(find));
      if (at < 0) return undefined;
      const changed = bytes.slice();
      changed.set(put, at);
      return changed;
    };
    // The hash of the code: MD5 as an OID of the same length, or SHA3-256.
    const hash =
      swapped([0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a], [0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x19]) ??
      swapped([3, 4, 2, 1, 5, 0, 4, 0x20], [3, 4, 2, 8, 5, 0, 4, 0x20]);
    expect(await codeOf(() => readPkcs12(hash!, password))).toBe('algorithm-unsupported');
    // The encryption of the key, RC4: the certificates open and prove the password, so the file was changed.
    const rc4 = swapped([0x01, 0x0c, 0x01, 0x03], [0x01, 0x0c, 0x01, 0x01]);
    if (rc4 !== undefined) expect(await codeOf(() => readPkcs12(rc4, password))).toBe('pkcs12-malformed');
  });
});
