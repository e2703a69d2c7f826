/** The command `openssl` of version 3, through files. */
import { rmSync } from 'node:fs';
import type { Tool } from '../tools.js';
import { workFolder } from '../tools.js';
import { derToRaw, pointIn, rawToDer, sec1, spki } from './encodings.js';
import {
  type Bytes,
  type CipherCase,
  equal,
  hex,
  type KeyCase,
  type Peer,
  type SignatureCase,
  type Skill,
  same,
  unhex,
  until,
} from './peer.js';

const NO_RAW = 'signatures in DER only: `rawToDer`, `derToRaw`';
const NO_ORDER = 'ciphertexts in ASN.1 only';
const NO_AEAD = '`openssl enc` has no AEAD modes';

export function opensslPeer(openssl: Tool): Peer {
  /** Runs it on files of these contents; the arguments name them. Answers standard output. */
  function run(files: Readonly<Record<string, Bytes>>, args: readonly string[], input?: Bytes): Bytes {
    const folder = workFolder();
    try {
      for (const [name, bytes] of Object.entries(files)) folder.write(name, bytes);
      const { status, stdout, text } = openssl(args, { cwd: folder.path, ...(input === undefined ? {} : { input }) });
      if (status !== 0) throw new Error(`openssl ${args[0]}: ${text}`);
      return new Uint8Array(stdout);
    } finally {
      rmSync(folder.path, { recursive: true, force: true });
    }
  }
  const verified = (files: Readonly<Record<string, Bytes>>, args: readonly string[]): boolean => {
    try {
      run(files, args);
      return true;
    } catch {
      return false;
    }
  };

  const signature = (id: (id: Bytes) => string): Skill<SignatureCase> => {
    const rest = (one: SignatureCase) => ['-in', 'm', '-rawin', '-digest', 'sm3', '-pkeyopt', id(one.id)];
    return {
      make: (one) =>
        run({ k: sec1(one.pair.d, one.pair.point), m: one.message }, [
          ...['pkeyutl', '-sign', '-keyform', 'DER', '-inkey', 'k'],
          ...rest(one),
        ]),
      take: (one, s) =>
        verified({ p: spki(one.pair.point), m: one.message, s }, [
          ...['pkeyutl', '-verify', '-pubin', '-keyform', 'DER', '-inkey', 'p', '-sigfile', 's'],
          ...rest(one),
        ]),
    };
  };
  const utf8Id = signature((id) => `distid:${Buffer.from(id).toString('utf8')}`);

  const private_ = (write: readonly string[]): Skill<KeyCase> => ({
    make: ({ pair, password }) =>
      run({ k: sec1(pair.d, pair.point) }, [
        ...write.map((word) => word.replace('PASSWORD', password)),
        ...['-inform', 'DER', '-in', 'k'],
      ]),
    // It prints what it read; what it wrote itself could be what it was given.
    take({ pair, password }, made) {
      const printed = Buffer.from(
        run({ k: made }, ['pkey', '-in', 'k', '-passin', `pass:${password}`, '-text', '-noout']),
      );
      const [, d = '', point = ''] = /priv:([\s0-9a-f:]+)pub:([\s0-9a-f:]+)/.exec(printed.toString('latin1')) ?? [];
      const number = (digits: string) => unhex(digits.replace(/[\s:]/g, ''));
      const scalar = number(d);
      return (
        equal(scalar.subarray(-32), pair.d.subarray(32 - Math.min(32, scalar.length))) &&
        equal(number(point), pair.point)
      );
    },
  });
  /** The point of a public key file, printed; a compressed one comes out as it went in. */
  const printed = (made: Bytes, form: 'PEM' | 'DER'): Bytes => {
    const lines = Buffer.from(run({ k: made }, ['pkey', '-pubin', '-inform', form, '-in', 'k', '-text_pub', '-noout']));
    return unhex((/pub:([\s0-9a-f:]+)/.exec(lines.toString('latin1'))?.[1] ?? '').replace(/[\s:]/g, ''));
  };
  const public_ = (form: 'PEM' | 'DER'): Skill<KeyCase> => ({
    make: ({ pair }) =>
      run({ k: spki(pair.point) }, ['pkey', '-pubin', '-inform', 'DER', '-in', 'k', '-pubout', '-outform', form]),
    take: ({ pair }, made) => equal(printed(made, form), pair.point),
  });
  const converted = (point: Bytes, form: 'compressed' | 'uncompressed'): Bytes =>
    run({ k: spki(point) }, `ec -pubin -inform DER -in k -pubout -outform DER -conv_form ${form}`.split(' '));

  const cipher = (name: string, withIv: boolean, options: readonly string[] = []): Skill<CipherCase> => {
    const args = ({ key, iv }: CipherCase) => [
      ...['enc', `-${name}`, '-K', hex(key), ...options],
      ...(withIv ? ['-iv', hex(iv)] : []),
    ];
    return {
      make: (one) => run({}, args(one), one.plaintext),
      take: (one, made) => equal(run({}, [...args(one), '-d'], made), one.plaintext),
    };
  };

  const der = until(utf8Id, derToRaw);
  return {
    name: 'openssl',
    version: /OpenSSL (\S+)/.exec(openssl(['version']).text)?.[1] ?? '?',
    exceptions: [],
    skills: {
      SM3: same(({ data }) => run({}, ['dgst', '-sm3', '-binary'], data)),
      'HMAC-SM3': {
        make: ({ key, data }) =>
          run({}, ['dgst', '-sm3', '-mac', 'HMAC', '-macopt', `hexkey:${hex(key)}`, '-binary'], data),
        take: ({ key, data }, made) =>
          equal(run({}, ['dgst', '-sm3', '-mac', 'HMAC', '-macopt', `hexkey:${hex(key)}`, '-binary'], data), made),
      },
      'SM2 signature, r ‖ s': NO_RAW,
      'SM2 signature, DER': der,
      'SM2 signature, another ID': utf8Id,
      'SM2 signature, ID not UTF-8': signature((id) => `hexdistid:${hex(id)}`),
      'SM2 signature over e': {
        make: ({ pair, message }) =>
          derToRaw(
            run({ k: sec1(pair.d, pair.point), e: message.subarray(0, 32) }, [
              ...['pkeyutl', '-sign', '-keyform', 'DER', '-inkey', 'k', '-in', 'e'],
            ]),
          ),
        take: ({ pair, message }, made) =>
          verified({ p: spki(pair.point), e: message.subarray(0, 32), s: rawToDer(made) }, [
            ...['pkeyutl', '-verify', '-pubin', '-keyform', 'DER', '-inkey', 'p', '-sigfile', 's', '-in', 'e'],
          ]),
      },
      'SM2 ciphertext `asn1`': {
        make: ({ pair, plaintext }) =>
          run({ p: spki(pair.point), m: plaintext }, [
            'pkeyutl',
            '-encrypt',
            '-pubin',
            '-keyform',
            'DER',
            '-inkey',
            'p',
            '-in',
            'm',
          ]),
        take: ({ pair, plaintext }, c) =>
          equal(
            run({ k: sec1(pair.d, pair.point), c }, [
              'pkeyutl',
              '-decrypt',
              '-keyform',
              'DER',
              '-inkey',
              'k',
              '-in',
              'c',
            ]),
            plaintext,
          ),
      },
      'SM2 ciphertext `c1c3c2`': NO_ORDER,
      'SM2 ciphertext `c1c2c3`': NO_ORDER,
      'SM2 ciphertext `c1c3c2-bare`': NO_ORDER,
      'SM2 ciphertext `c1c2c3-bare`': NO_ORDER,
      'private key, PKCS#8 PEM': private_(['pkcs8', '-topk8', '-nocrypt']),
      'private key, PKCS#8 DER': private_(['pkcs8', '-topk8', '-nocrypt', '-outform', 'DER']),
      'private key, SEC1 PEM': private_(['ec']),
      'private key, SEC1 DER': private_(['ec', '-outform', 'DER']),
      'private key, PBES2 of SM4 and HMAC-SM3': 'OpenSSL knows HMAC-SM3 in PBES2 from 3.2 on',
      'private key, PBES2 of SM4 and HMAC-SHA256': private_(
        'pkcs8 -topk8 -v2 sm4-cbc -v2prf hmacWithSHA256 -passout pass:PASSWORD'.split(' '),
      ),
      'private key, PBES2 of AES-256 and HMAC-SHA256': private_(
        'pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256 -passout pass:PASSWORD'.split(' '),
      ),
      'private key, bare d': 'keys in files only',
      'public key, SPKI PEM': public_('PEM'),
      'public key, SPKI DER': public_('DER'),
      'public key, bare 04 ‖ x ‖ y': 'keys in files only',
      'public key, compressed': {
        make: ({ pair }) => converted(pair.point, 'compressed'),
        take: ({ pair }, made) => equal(pointIn(converted(made, 'uncompressed')), pair.point),
      },
      'SM4-ECB': cipher('sm4-ecb', false),
      'SM4-CBC': cipher('sm4-cbc', true),
      'SM4-CBC without padding': cipher('sm4-cbc', true, ['-nopad']),
      'SM4-CTR': cipher('sm4-ctr', true),
      'SM4-GCM': NO_AEAD,
      'SM4-CCM': NO_AEAD,
    },
  };
}
