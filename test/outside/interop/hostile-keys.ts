/** Public and private keys that are none. */
import { spawnSync } from 'node:child_process';
import { readSm2PrivateKey, readSm2PublicKey, sm2Signer } from '@gov/sm';
import gmCrypto from 'gm-crypto';
import smCrypto, { type SmCrypto } from 'sm-crypto';
import * as smCryptoV2 from 'sm-crypto-v2';
import type { Tool } from '../tools.js';
import { workFolder } from '../tools.js';
import { encoded, G, multiply, n, octets, p } from './curve.js';
import { compress, sec1, spki } from './encodings.js';
import { NeverEnds, nonEmpty, type Question } from './hostile.js';
import { type Bytes, hex, join, unhex } from './peer.js';

const v2 = smCryptoV2 as unknown as SmCrypto;
const MESSAGE = Buffer.from('会话密钥');

/** Of a point that is one, to see that the question is asked rightly, and of those that are none. */
export function publicKeyQuestions(openssl: Tool | undefined): Question[] {
  const right = encoded(multiply(12345n, G));
  const changed = (change: (point: Bytes) => void): Bytes => {
    const point = right.slice();
    change(point);
    return point;
  };
  const parity = right[64]! & 1;
  const y0 = 'fd4511e81736a60f07e88a83d6cf5a167fae6d1a9c9330e76e232e00f5cdc154';
  const CURVE = 'GB/T 32918.1 6.2.1';
  const question = (
    name: string,
    clause: string,
    point: Bytes,
    expected: Question['expected'] = 'refuses',
  ): Question => ({
    name: `public key, ${name}`,
    expected,
    clause,
    ask: {
      // To take a key is to encrypt to it.
      '@gov/sm': () => readSm2PublicKey(point) !== undefined,
      openssl:
        openssl &&
        (() => {
          using folder = workFolder();
          folder.write('p', spki(point));
          folder.write('m', MESSAGE);
          return (
            openssl('pkeyutl -encrypt -pubin -keyform DER -inkey p -in m'.split(' '), { cwd: folder.path }).status === 0
          );
        }),
      'sm-crypto': () => nonEmpty(smCrypto.sm2.doEncrypt(MESSAGE, hex(point), 1)),
      'sm-crypto-v2': () => nonEmpty(v2.sm2.doEncrypt(MESSAGE, hex(point), 1)),
      // It fails for some nonces where the point has a small order.
      'gm-crypto': () => Array.from({ length: 24 }).some(() => encryptsByGmCrypto(point)),
    },
  });
  return [
    question('04 ‖ x ‖ y', CURVE, right, 'accepts'),
    question(
      'off the curve',
      CURVE,
      changed((point) => {
        point[64]! ^= 1;
      }),
    ),
    question('(0, 0)', CURVE, Uint8Array.of(4, ...new Uint8Array(64))),
    question('x = p, which is 0', CURVE, join(unhex('04'), octets(p), unhex(y0))),
    question('infinity, 00', CURVE, unhex('00')),
    question('infinity, 00 and 64 zeros', CURVE, new Uint8Array(65)),
    question('compressed, x of no point', CURVE, join(unhex('02'), octets(noSquare()))),
    question('an octet too many', 'GB/T 32918.1 4.2.9', join(right, unhex('00'))),
    question('an octet too few', 'GB/T 32918.1 4.2.9', right.subarray(0, 64)),
    question(
      'hybrid of the wrong parity',
      'GB/T 32918.1 4.2.9',
      changed((point) => {
        point[0] = 7 - parity;
      }),
    ),
    // The standard knows this form; no certificate or key file has it, so that it is not read.
    question(
      'hybrid',
      'RFC 5480 2.2 forbids it',
      changed((point) => {
        point[0] = 6 + parity;
      }),
    ),
    question(
      'unknown form 05',
      'GB/T 32918.1 4.2.9',
      changed((point) => {
        point[0] = 5;
      }),
    ),
    question('compressed', 'GB/T 32918.1 4.2.9', compress(right), 'accepts'),
  ];
}

function encryptsByGmCrypto(point: Bytes): boolean {
  try {
    return gmCrypto.SM2.encrypt(MESSAGE, hex(point), { mode: 1 }).byteLength > 96;
  } catch {
    return false;
  }
}

/** The least x from 1 on for which x³ + ax + b is no square. */
function noSquare(): bigint {
  for (let x = 1n; ; x++) {
    try {
      readSm2PublicKey(join(unhex('02'), octets(x)));
    } catch {
      return x;
    }
  }
}

/** Milliseconds, for what takes a few. */
const PATIENCE = 6_000;

/** Signs in a process of its own, since some never come back. */
function signsApart(library: 'sm-crypto' | 'sm-crypto-v2', d: Bytes): boolean {
  const code = `
    const { sm2 } = require('${library}');
    const signature = sm2.doSignature(Uint8Array.of(1, 2, 3), '${hex(d)}', { hash: true });
    process.exit(/^[0-9a-f]{128}$/.test(signature) ? 0 : 1);`;
  const { status, signal } = spawnSync(process.execPath, ['--input-type=commonjs', '--eval', code], {
    cwd: import.meta.dirname,
    timeout: PATIENCE,
    stdio: 'ignore',
  });
  if (signal !== null) throw new NeverEnds(library);
  return status === 0;
}

function signsByOpenssl(openssl: Tool, d: Bytes): boolean {
  using folder = workFolder();
  folder.write('k', sec1(d));
  folder.write('m', MESSAGE);
  const args = 'pkeyutl -sign -keyform DER -inkey k -in m -rawin -digest sm3 -pkeyopt distid:1234567812345678';
  try {
    return openssl(args.split(' '), { cwd: folder.path, milliseconds: PATIENCE }).status === 0;
  } catch (error) {
    throw (error as { code?: string }).code === 'ETIMEDOUT' ? new NeverEnds('openssl') : error;
  }
}

export function privateKeyQuestions(openssl: Tool | undefined): Question[] {
  const question = (name: string, d: bigint, expected: Question['expected'] = 'refuses'): Question => ({
    name: `private key, d = ${name}`,
    expected,
    clause: 'GB/T 32918.1 6.1: 1 … n − 2',
    ask: {
      // To take a key is to sign with it.
      '@gov/sm': async () => nonEmpty(await sm2Signer(readSm2PrivateKey(sec1(octets(d)))).sign(MESSAGE)),
      openssl: openssl && (() => signsByOpenssl(openssl, octets(d))),
      'sm-crypto': () => signsApart('sm-crypto', octets(d)),
      'sm-crypto-v2': () => signsApart('sm-crypto-v2', octets(d)),
    },
  });
  return [
    question('1', 1n, 'accepts'),
    question('n − 2', n - 2n, 'accepts'),
    question('0', 0n),
    question('n − 1', n - 1n),
    question('n', n),
    question('n + 1, which is 1', n + 1n),
    question('2^256 − 1', 2n ** 256n - 1n),
  ];
}
