import { join } from 'node:path';
import { generateSm2Key, readSm2PrivateKey, sm2Signer, sm2Verifier } from '@gov/sm';
import { sm3 } from '@gov/sm/sm3';
import { describe, expect, it } from 'vitest';
import { tool, workFolder } from '../tools.js';

const openssl = tool('openssl', 'version');
const SM2 = ['-rawin', '-digest', 'sm3', '-pkeyopt', 'distid:1234567812345678'];

/** r ‖ s as SEQUENCE { INTEGER, INTEGER } and back, written apart from the code under test. */
function toDer(raw: Uint8Array): Uint8Array {
  const integers = [raw.subarray(0, 32), raw.subarray(32)].map((half) => {
    const first = half.findIndex((byte) => byte !== 0);
    const body = [...half.subarray(first)];
    if (body[0]! >= 0x80) body.unshift(0);
    return [2, body.length, ...body];
  });
  const body = integers.flat();
  return Uint8Array.from([0x30, body.length, ...body]);
}

function fromDer(der: Uint8Array): Uint8Array {
  const raw = new Uint8Array(64);
  const rLength = der[3]!;
  const r = der.subarray(4, 4 + rLength).slice(-32);
  const s = der.subarray(6 + rLength, 6 + rLength + der[5 + rLength]!).slice(-32);
  raw.set(r, 32 - r.length);
  raw.set(s, 64 - s.length);
  return raw;
}

describe.skipIf(openssl === undefined)('openssl', () => {
  it('computes the same SM3', () => {
    for (const length of [0, 1, 55, 56, 63, 64, 65, 1000, 1 << 20]) {
      const data = Uint8Array.from({ length }, (_, i) => (i * 31 + length) & 0xff);
      const { stdout } = openssl!(['dgst', '-sm3', '-binary'], { input: data });
      expect(Buffer.from(sm3(data)).toString('hex'), `${length} bytes`).toBe(stdout.toString('hex'));
    }
  });

  it('makes SM2 keys and signatures that we read and verify', async () => {
    using folder = workFolder();
    const key = join(folder.path, 'key.pem');
    expect(openssl!(['genpkey', '-algorithm', 'SM2', '-out', key])).toMatchObject({ status: 0 });
    const pem = openssl!(['pkey', '-in', key]).stdout.toString('utf8');
    const message = new TextEncoder().encode('某市行政审批局');
    const signed = openssl!(['pkeyutl', '-sign', '-inkey', key, '-in', folder.write('m', message), ...SM2]);
    expect(signed.status, signed.text).toBe(0);
    const verifier = sm2Verifier(readSm2PrivateKey(pem).publicKey);
    expect(await verifier.verify(message, fromDer(signed.stdout))).toBe(true);
    expect(await verifier.verify(message.subarray(1), fromDer(signed.stdout))).toBe(false);
  });

  it('verifies what we sign, and not another message', async () => {
    using folder = workFolder();
    const key = generateSm2Key();
    const message = new TextEncoder().encode('电子营业执照');
    const signature = folder.write('s', toDer(await sm2Signer(key).sign(message)));
    const spki = folder.write('p.der', key.publicKey.toSpki());
    const verify = (text: Uint8Array): string =>
      openssl!(
        ['pkeyutl', '-verify', '-pubin', '-keyform', 'DER', '-inkey', spki, '-sigfile', signature]
          .concat(['-in', folder.write('m', text)])
          .concat(SM2),
      ).text;
    expect(verify(message)).toContain('Verified Successfully');
    expect(verify(message.subarray(1))).toContain('Verification Failure');
  });
});
