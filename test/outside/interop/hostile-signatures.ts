/** SM2 signatures over e: with e free, a signature with any r and s can be made, even those that must be refused. */

import type { BackendName } from '@gov/sm';
import { derToRaw, readSm2PublicKey, sm2Backends, sm2Verifier } from '@gov/sm';
import smCrypto, { type SmCrypto } from 'sm-crypto';
import * as smCryptoV2 from 'sm-crypto-v2';
import type { Tool } from '../tools.js';
import { workFolder } from '../tools.js';
import { add, encoded, G, invert, mod, multiply, n, negate, octets, type Point, raw } from './curve.js';
import { integer, rawToDer, spki, tlv } from './encodings.js';
import type { Question } from './hostile.js';
import { type Bytes, hex, join, unhex } from './peer.js';

interface Signed {
  readonly point: Bytes;
  readonly e: Bytes;
  readonly r: bigint;
  readonly s: bigint;
}

const D = 0x3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8n;
const P = multiply(D, G);

/** e for which r and s satisfy r = e + x1 (mod n), (x1, y1) = sG + (r + s)P, whatever the ranges say. */
function signed(r: bigint, s: bigint, key: Point = P): Signed {
  const t = mod(r + s, n);
  const sum = add(multiply(mod(s, n), G), multiply(t, key));
  return { point: encoded(key), e: octets(mod(r - (sum?.x ?? 0n), n)), r, s };
}

const BACKENDS: readonly BackendName[] = ['native', 'wasm', 'js'];

/** All backends of this runtime must say the same. */
async function ours(point: Bytes, e: Bytes, signature: Bytes | undefined): Promise<boolean> {
  if (signature === undefined) return false;
  const said = new Set<boolean>();
  for (const backend of BACKENDS) {
    try {
      said.add(await sm2Verifier(readSm2PublicKey(point), { backend }).verifyDigest(e, signature));
    } catch (error) {
      if ((error as { code?: string }).code !== 'backend-unavailable') throw error;
    }
  }
  if (said.size !== 1) throw new Error(`the backends disagree: ${hex(signature)} ${sm2Backends().verify}`);
  return said.has(true);
}

const javaScript =
  (library: SmCrypto, { point, e }: Signed, signature: Bytes, der: boolean) =>
  () =>
    library.sm2.doVerifySignature(e, hex(signature), hex(point), { hash: false, der });

const v2 = smCryptoV2 as unknown as SmCrypto;

export function signatureQuestions(openssl: Tool | undefined): Question[] {
  const byOpenssl = (one: Signed, der: Bytes) => {
    if (openssl === undefined) return undefined;
    return () => {
      using folder = workFolder();
      const files = { p: spki(one.point), e: one.e, s: der };
      for (const [name, bytes] of Object.entries(files)) folder.write(name, bytes);
      const args = 'pkeyutl -verify -pubin -keyform DER -inkey p -sigfile s -in e'.split(' ');
      return openssl(args, { cwd: folder.path }).status === 0;
    };
  };
  /** r and s beyond their form, each library given the form it takes. */
  const values = (name: string, expected: Question['expected'], clause: string, one: Signed): Question => ({
    name,
    expected,
    clause,
    ask: {
      '@gov/sm': () => ours(one.point, one.e, raw(one.r, one.s)),
      openssl: byOpenssl(one, tlv(0x30, integer(octets(one.r)), integer(octets(one.s)))),
      'sm-crypto': javaScript(smCrypto, one, raw(one.r, one.s), false),
      'sm-crypto-v2': javaScript(v2, one, raw(one.r, one.s), false),
    },
  });
  const rawForm = (name: string, one: Signed, signature: Bytes): Question => ({
    name,
    expected: 'refuses',
    clause: 'r ‖ s has 64 octets',
    ask: {
      '@gov/sm': () => ours(one.point, one.e, signature),
      'sm-crypto': javaScript(smCrypto, one, signature, false),
      'sm-crypto-v2': javaScript(v2, one, signature, false),
    },
  });
  const derForm = (name: string, der: Bytes, expected: Question['expected'] = 'refuses'): Question => ({
    name,
    expected,
    clause: 'GB/T 16263.1 (X.690), DER',
    ask: {
      '@gov/sm': () => ours(good.point, good.e, derToRaw(der)),
      openssl: byOpenssl(good, der),
      'sm-crypto': javaScript(smCrypto, good, der, true),
      'sm-crypto-v2': javaScript(v2, good, der, true),
    },
  });

  // r and s with their highest bits set, as half of all have: then DER puts a zero in front.
  const good = signed(n - 1000n, n - 2000n);
  const [r, s] = [integer(octets(good.r)), integer(octets(good.s))];
  const RANGE = 'GB/T 32918.2 7.1 B1, B2';

  // t·P + s·G = 2s·G where sG = tP.
  const doubled = (t: bigint): Signed => signed(mod(t - t * D, n), mod(t * D, n));
  const beyond: Point = { x: n + 4n, y: 0x13382f1ec459a2ff2b0b5bdf5ad8f25209357b4c4333219a04c5c0021b13daa5n };
  const [bs, bt] = [12345n, 67890n];
  const beyondKey = multiply(invert(bt, n), add(beyond, negate(multiply(bs, G))));

  return [
    values('r = 1, s = 1', 'accepts', RANGE, signed(1n, 1n)),
    values('r = n − 1', 'accepts', RANGE, signed(n - 1n, 7n)),
    values('s = n − 1', 'accepts', RANGE, signed(7n, n - 1n)),
    values('sG = tP: the sum is a doubling', 'accepts', '7.1 B6', doubled(5n)),
    values('x1 of n and more', 'accepts', '7.1 B7', signed(mod(bt - bs, n), bs, beyondKey)),
    values('r = 0', 'refuses', RANGE, signed(0n, 5n)),
    values('s = 0', 'refuses', RANGE, signed(5n, 0n)),
    values('r = n, which is 0', 'refuses', RANGE, { ...signed(0n, 5n), r: n }),
    values('s = n, which is 0', 'refuses', RANGE, { ...signed(5n, 0n), s: n }),
    values('r = n + 1, which is 1', 'refuses', RANGE, { ...signed(1n, 5n), r: n + 1n }),
    values('s = n + 1, which is 1', 'refuses', RANGE, { ...signed(5n, 1n), s: n + 1n }),
    values('r + s = n: t = 0', 'refuses', '7.1 B5', signed(n - 5n, 5n)),
    values('sG + tP at infinity', 'refuses', '7.1 B6', signed(mod(5n + 5n * D, n), mod(-5n * D, n))),
    rawForm('r ‖ 00 ‖ s', good, join(octets(good.r), unhex('00'), octets(good.s))),
    rawForm('r ‖ s ‖ 00', good, join(raw(good.r, good.s), unhex('00'))),
    rawForm('s without the zeros in front', signed(5n, 1n), join(octets(5n), unhex('01'))),
    rawForm('no octets', good, new Uint8Array(0)),
    derForm('DER, as it must be', rawToDer(raw(good.r, good.s)), 'accepts'),
    derForm('DER, length in the long form', join(unhex('3081'), Uint8Array.of(r.length + s.length), r, s)),
    derForm('DER, indefinite length', join(unhex('3080'), r, s, unhex('0000'))),
    derForm('DER, r with a zero too many', tlv(0x30, tlv(2, unhex('0000'), octets(good.r)), s)),
    derForm('DER, r without its sign octet: negative', tlv(0x30, tlv(2, octets(good.r)), s)),
    derForm('DER, an octet after the sequence', join(rawToDer(raw(good.r, good.s)), unhex('00'))),
    derForm('DER, a third integer', tlv(0x30, r, s, unhex('020100'))),
    derForm('DER, a set instead of a sequence', tlv(0x31, r, s)),
    derForm('DER, octet strings instead of integers', tlv(0x30, tlv(4, octets(good.r)), tlv(4, octets(good.s)))),
    derForm('DER, r ‖ s is given instead', raw(good.r, good.s)),
  ];
}
