/** OpenSSL 3.5 as Node 26 brings it, where there is one: it has SM4-GCM and SM4-CCM, and HMAC-SM3 in PBES2. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join as path } from 'node:path';
import { createInterface } from 'node:readline';
import { scalarIn, sec1, tlv } from './encodings.js';
import { type Bytes, type CipherCase, equal, hex, type KeyCase, type Peer, type Skill, same, unhex } from './peer.js';

const program = path(import.meta.dirname, '../runtimes/node_modules/node-26/bin/node');

const NO_ID = 'node:crypto cannot set the ID; `@gov/sm` computes ZA itself';
const NO_ENCRYPTION = 'node:crypto has no SM2 encryption';
const BY_OPENSSL = 'as openssl';

type Ask = (act: string, parameters?: object) => Promise<Bytes>;

/** Undefined where npm installed no Node 26. */
export async function node26Peer(): Promise<(Peer & Disposable) | undefined> {
  if (!existsSync(program)) return undefined;
  const child = spawn(program, [path(import.meta.dirname, 'node-26-worker.mjs')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  // One question at a time: answers come in order.
  let turn: Promise<unknown> = Promise.resolve();
  const ask: Ask = (act, parameters = {}) => {
    const answer = turn.then(async () => {
      child.stdin.write(`${JSON.stringify({ act, ...parameters })}\n`);
      const { value } = await lines.next();
      const { bytes, error } = JSON.parse(value);
      if (error !== undefined) throw new Error(error);
      return unhex(bytes);
    });
    turn = answer.catch(() => undefined);
    return answer;
  };

  const cipher = (name: string, parameters: (one: CipherCase) => object): Skill<CipherCase> => {
    const common = (one: CipherCase) => ({ name, key: hex(one.key), iv: hex(one.iv), ...parameters(one) });
    return {
      make: (one) => ask('encrypt', { ...common(one), data: hex(one.plaintext) }),
      take: async (one, made) => equal(await ask('decrypt', { ...common(one), data: hex(made) }), one.plaintext),
    };
  };
  const aead = ({ aad, tagLength }: CipherCase) => ({ aad: hex(aad), tagLength });
  const sealedKey = (name: string): Skill<KeyCase> => ({
    make: ({ pair, password }) =>
      ask('sealKey', { pkcs8: hex(pkcs8(pair.d, pair.point)), cipher: name, passphrase: password }),
    take: async ({ pair, password }, made) =>
      equal(
        scalarIn(await ask('openKey', { pem: Buffer.from(made).toString('latin1'), passphrase: password })),
        pair.d,
      ),
  });

  return {
    name: 'Node 26',
    version: Buffer.from(await ask('version')).toString('latin1'),
    exceptions: [],
    [Symbol.dispose]: () => child.kill(),
    skills: {
      SM3: same(({ data }) => ask('sm3', { data: hex(data) })),
      'HMAC-SM3': same(({ key, data }) => ask('hmac', { key: hex(key), data: hex(data) })),
      'SM2 signature, r ‖ s': NO_ID,
      'SM2 signature, DER': NO_ID,
      'SM2 signature, another ID': NO_ID,
      'SM2 signature, ID not UTF-8': NO_ID,
      'SM2 signature over e': NO_ID,
      'SM2 ciphertext `asn1`': NO_ENCRYPTION,
      'SM2 ciphertext `c1c3c2`': NO_ENCRYPTION,
      'SM2 ciphertext `c1c2c3`': NO_ENCRYPTION,
      'SM2 ciphertext `c1c3c2-bare`': NO_ENCRYPTION,
      'SM2 ciphertext `c1c2c3-bare`': NO_ENCRYPTION,
      'private key, PKCS#8 PEM': BY_OPENSSL,
      'private key, PKCS#8 DER': BY_OPENSSL,
      'private key, SEC1 PEM': BY_OPENSSL,
      'private key, SEC1 DER': BY_OPENSSL,
      'private key, PBES2 of SM4 and HMAC-SM3': {
        make: 'node:crypto writes PBES2 with HMAC-SHA256 only',
        take: sealedKey('sm4-cbc').take,
      },
      'private key, PBES2 of SM4 and HMAC-SHA256': sealedKey('sm4-cbc'),
      'private key, PBES2 of AES-256 and HMAC-SHA256': sealedKey('aes-256-cbc'),
      'private key, bare d': 'keys in files only',
      'public key, SPKI PEM': BY_OPENSSL,
      'public key, SPKI DER': BY_OPENSSL,
      'public key, bare 04 ‖ x ‖ y': 'keys in files only',
      'public key, compressed': BY_OPENSSL,
      'SM4-ECB': cipher('sm4-ecb', () => ({ iv: '', padding: true })),
      'SM4-CBC': cipher('sm4-cbc', () => ({ padding: true })),
      'SM4-CBC without padding': cipher('sm4-cbc', () => ({ padding: false })),
      'SM4-CTR': cipher('sm4-ctr', () => ({ padding: true })),
      'SM4-GCM': cipher('sm4-gcm', aead),
      'SM4-CCM': cipher('sm4-ccm', aead),
    },
  };
}

const ALGORITHM = unhex('301306072a8648ce3d020106082a811ccf5501822d');
const pkcs8 = (d: Bytes, point: Bytes): Bytes => tlv(0x30, unhex('020100'), ALGORITHM, tlv(4, sec1(d, point)));
