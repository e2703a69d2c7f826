/** `gov key` and the verbs that sign, on PKCS#12 and on keys of other algorithms and encryptions. */
import { createCipheriv, createHash, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writePem } from '@gov/der/pem';
import { issueLeaf, issueRoot } from '@gov/pki/dev-ca';
import { readPkcs12, writePkcs12 } from '@gov/pki/pkcs12';
import { openPrivateKey } from '@gov/pki/private-key';
import { generateSm2Key, sm2Signer } from '@gov/sm';
import { isGovError } from '@gov/verdict';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signerOf } from '../src/arguments.js';
import { gov, json } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'gov-p12-'));
const at = (name: string) => join(folder, name);
const read = (name: string) => new Uint8Array(readFileSync(at(name)));
const put = (name: string, content: Uint8Array | string) => writeFileSync(at(name), content, { mode: 0o600 });
const validity = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2046-01-01T00:00:00Z') };
const key = generateSm2Key();
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const PASSWORD = ['--password-file', at('password')];

beforeAll(async () => {
  put('password', '口令 one\n');
  put('other', 'other\n');
  const root = await issueRoot({ ...validity, subject: 'CN=根,O=某省,C=CN', signer: sm2Signer(key) });
  const decryption = generateSm2Key();
  const leaf = await issueLeaf({
    ...validity,
    ca: { certificate: root, signer: sm2Signer(key) },
    subject: 'CN=章,C=CN',
    publicKey: sm2Signer(decryption).publicKey,
    use: 'signer',
  });
  put('key.pem', key.toPem());
  put('other.pem', decryption.toPem());
  put('rsa.pem', rsa.export({ format: 'pem', type: 'pkcs1' }));
  put('chain.pem', writePem('CERTIFICATE', root.bytes) + writePem('CERTIFICATE', leaf.bytes));
  const options = { key: key.toPkcs8(), certificates: [root], password: '口令 one', iterations: 1000 };
  put('key.p12', await writePkcs12({ ...options, friendlyName: '某局\u001b[31m' }));
});
afterAll(() => rmSync(folder, { recursive: true }));

const refused = async (...args: readonly string[]): Promise<[number, string]> => {
  const { status, answer } = await json(...args);
  return [status, answer.error?.code];
};
const codeOf = (run: Promise<unknown>): Promise<string> =>
  run.then(
    () => 'nothing thrown',
    (error: unknown) => {
      if (isGovError(error)) return error.code;
      throw error;
    },
  );

describe('gov key inspect F.p12', () => {
  it('tells what stands in it without a password', async () => {
    const { status, answer } = await json('key', 'inspect', at('key.p12'));
    expect(status).toBe(0);
    expect(answer).toMatchObject({
      kind: 'pkcs12',
      authentication: { form: 'PKCS12-KDF', hash: 'SM3', iterations: 1000 },
      parts: [{ encryption: { cipher: 'SM4-CBC', iterations: 1000 } }, { bags: [{ kind: 'encrypted-key' }] }],
    });
    expect(answer.keys).toBeUndefined();
  });

  it('and with it: keys and certificates, never the private key', async () => {
    const { answer } = await json('key', 'inspect', at('key.p12'), ...PASSWORD);
    expect(answer.keys).toMatchObject([{ algorithm: 'SM2', certificate: 'CN=根,O=某省,C=CN' }]);
    expect(answer.certificates).toMatchObject([{ subject: 'CN=根,O=某省,C=CN' }]);
    const people = await gov('key', 'inspect', at('key.p12'), ...PASSWORD, '--lang', 'zh');
    expect(people.out).toContain('私钥 1:');
    expect(people.out).not.toContain('\u001b');
    const scalar = Buffer.from(key.toSec1().subarray(7, 39)).toString('hex');
    expect(people.out + JSON.stringify(answer)).not.toContain(scalar);
  });

  it('a wrong password, a damaged file', async () => {
    expect(await refused('key', 'inspect', at('key.p12'), '--password-file', at('other'))).toEqual([
      2,
      'password-wrong',
    ]);
    const bytes = read('key.p12');
    put('damaged.p12', bytes.with(300, bytes[300]! ^ 1));
    expect(await refused('key', 'inspect', at('damaged.p12'), ...PASSWORD)).toEqual([2, 'pkcs12-malformed']);
    put('short.p12', bytes.subarray(0, 300));
    expect(await refused('key', 'inspect', at('short.p12'))).toEqual([2, 'pkcs12-malformed']);
  });
});

describe('gov key convert', () => {
  it('PKCS#12 to PEM', async () => {
    expect(
      (await gov('key', 'convert', at('key.p12'), ...PASSWORD, '--form', 'pkcs8', '--out', at('out.pem'))).status,
    ).toBe(0);
    expect(readFileSync(at('out.pem'), 'utf8')).toBe(key.toPem());
    expect(
      (await gov('key', 'convert', at('key.p12'), ...PASSWORD, '--form', 'spki', '--out', at('out.pub'))).status,
    ).toBe(0);
    expect(readFileSync(at('out.pub'), 'utf8')).toBe(key.publicKey.toPem());
    expect(await refused('key', 'convert', at('key.p12'), '--form', 'pkcs8', '--out', at('never'))).toEqual([
      2,
      'key-encrypted',
    ]);
  });

  it('PEM to PKCS#12, in both ciphers', async () => {
    for (const cipher of ['sm4', 'aes']) {
      const out = [
        '--form',
        'p12',
        '--cert',
        at('chain.pem'),
        '--name',
        '某局',
        '--cipher',
        cipher,
        '--out',
        at(`${cipher}.p12`),
      ];
      const { status, answer } = await json(
        'key',
        'convert',
        at('key.pem'),
        ...out,
        '--new-password-file',
        at('password'),
      );
      expect([status, answer]).toEqual([
        0,
        { out: at(`${cipher}.p12`), form: 'p12', encoding: 'der', encrypted: true },
      ]);
      expect(statSync(at(`${cipher}.p12`)).mode & 0o777).toBe(0o600);
      const { keys, certificates } = await readPkcs12(read(`${cipher}.p12`), '口令 one');
      expect(keys[0]!.signer.publicKey).toEqual(key.publicKey.toSpki());
      expect([keys[0]!.friendlyName, certificates.length]).toEqual(['某局', 2]);
    }
    // Six times 600,000 rounds.
  }, 120_000);

  it('keys of other algorithms, and OpenSSL’s old encryption', async () => {
    expect((await gov('key', 'convert', at('rsa.pem'), '--form', 'pkcs8', '--out', at('rsa8.pem'))).status).toBe(0);
    expect(readFileSync(at('rsa8.pem'), 'utf8')).toBe(rsa.export({ format: 'pem', type: 'pkcs8' }));
    expect(await refused('key', 'convert', at('rsa.pem'), '--form', 'sec1', '--out', at('never'))).toEqual([
      2,
      'key-unsupported',
    ]);
    const iv = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');
    const aesKey = createHash('md5').update('口令 one').update(iv.subarray(0, 8)).digest();
    const cipher = createCipheriv('aes-128-cbc', aesKey, iv);
    const body = Buffer.concat([cipher.update(key.toSec1()), cipher.final()]).toString('base64');
    const headers = `Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,${iv.toString('hex').toUpperCase()}\n\n`;
    put('old.pem', `-----BEGIN EC PRIVATE KEY-----\n${headers}${body}\n-----END EC PRIVATE KEY-----\n`);
    expect(
      (await gov('key', 'convert', at('old.pem'), ...PASSWORD, '--form', 'pkcs8', '--out', at('new.pem'))).status,
    ).toBe(0);
    expect(readFileSync(at('new.pem'), 'utf8')).toBe(key.toPem());
    expect(await refused('key', 'inspect', at('old.pem'))).toEqual([2, 'key-encrypted']);
    expect((await json('key', 'inspect', at('old.pem'), ...PASSWORD)).answer.algorithm).toBe('SM2');
    expect((await signerOf(at('old.pem'), at('password'))).publicKey).toEqual(key.publicKey.toSpki());
  });

  it.each([
    ['no certificate', ['--new-password-file', 'password'], 'usage'],
    ['no password', ['--cert', 'chain.pem'], 'usage'],
    ['PEM', ['--cert', 'chain.pem', '--new-password-file', 'password', '--encoding', 'pem'], 'usage'],
    ['the certificate of another key', ['--cert', 'chain.pem', '--new-password-file', 'password'], 'key-mismatch'],
  ])('refuses a PKCS#12: %s', async (_, options, code) => {
    const words = options.map((word) => (/^(password|chain\.pem)$/.test(word) ? at(word) : word));
    const from = code === 'key-mismatch' ? 'other.pem' : 'key.pem';
    expect(await refused('key', 'convert', at(from), '--form', 'p12', '--out', at('never'), ...words)).toEqual([
      2,
      code,
    ]);
    const pkcs8 = ['--form', 'pkcs8', '--out', at('never'), '--cert', at('chain.pem')];
    expect(await refused('key', 'convert', at('key.pem'), ...pkcs8)).toEqual([2, 'usage']);
  });
});

describe('a signer', () => {
  it('on a PKCS#12, on RSA, and not under another password', async () => {
    expect((await signerOf(at('key.p12'), at('password'))).publicKey).toEqual(key.publicKey.toSpki());
    expect((await signerOf(at('rsa.pem'))).algorithm).toBe('RSA-PKCS1-SHA256');
    expect(await codeOf(signerOf(at('key.p12')))).toBe('key-encrypted');
    expect(await codeOf(signerOf(at('key.p12'), at('other')))).toBe('password-wrong');
    expect(await codeOf(signerOf(at('key.pem'), at('password')))).toBe('usage');
    expect(await openPrivateKey(read('key.pem'))).toEqual(key.toPkcs8());
  });
});
