import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { bytesToHex, readSm2PrivateKey, readSm2PublicKey, sm3 } from '@gov/sm';
import { readEncryptedSm2PrivateKey } from '@gov/sm/key-encryption';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { PASSWORD_MAX_BYTES } from '../src/password.js';
import { gov, json } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'gov-key-'));
const at = (name: string) => join(folder, name);
const read = (name: string) => new Uint8Array(readFileSync(at(name)));
const text = (name: string) => readFileSync(at(name), 'utf8');
const refused = async (...args: readonly string[]): Promise<[number, string]> => {
  const { status, answer } = await json('key', ...args);
  return [status, answer.error?.code];
};

/** Standard input for one run. */
async function withStdin<T>(input: string, run: () => Promise<T>): Promise<T> {
  const stdin = vi.spyOn(process, 'stdin', 'get').mockReturnValue(Readable.from([Buffer.from(input)]) as never);
  try {
    return await run();
  } finally {
    stdin.mockRestore();
  }
}

function openssl(...args: readonly string[]): string | undefined {
  try {
    return execFileSync('openssl', args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
  } catch {
    return undefined;
  }
}

const hasOpenssl = openssl('version')?.startsWith('OpenSSL 3') === true;
if (!hasOpenssl) console.warn('skipped: key files against OpenSSL 3, which is not installed');

beforeAll(async () => {
  for (const [name, password] of [
    ['password', '口令 one\n'],
    ['other', 'another\r\n'],
    ['empty', '\n'],
    ['two', 'one\ntwo\n'],
    ['long', 'x'.repeat(PASSWORD_MAX_BYTES + 1)],
    ['longest', 'x'.repeat(PASSWORD_MAX_BYTES)],
  ] as const)
    writeFileSync(at(name), password, { mode: 0o600 });
  expect((await gov('key', 'generate', '--out', at('k.pem'), '--public-out', at('k.pub.pem'))).status).toBe(0);
  const locked = ['--out', at('locked.pem'), '--password-file', at('password')];
  expect((await gov('key', 'generate', ...locked)).status).toBe(0);
});

afterAll(() => rmSync(folder, { recursive: true }));

describe('gov key generate', () => {
  it('writes a private key for its owner alone, and the public key that belongs to it', () => {
    const key = readSm2PrivateKey(read('k.pem'));
    expect(text('k.pub.pem')).toBe(key.publicKey.toPem());
    expect(statSync(at('k.pem')).mode & 0o777).toBe(0o600);
    expect(statSync(at('locked.pem')).mode & 0o777).toBe(0o600);
  });

  it('answers names and fingerprint, and never the scalar', async () => {
    const { status, answer } = await json('key', 'generate', '--out', at('fresh.der'), '--encoding', 'der');
    const key = readSm2PrivateKey(read('fresh.der'));
    const fingerprint = bytesToHex(sm3(key.publicKey.toSpki()));
    expect([status, answer]).toEqual([
      0,
      { privateKey: at('fresh.der'), encrypted: false, sm3: fingerprint, keyIdentifier: fingerprint.slice(0, 40) },
    ]);
    const people = await gov('key', 'generate', '--out', at('people.pem'));
    const scalar = scalarOf(readSm2PrivateKey(read('people.pem')).toPkcs8());
    expect(people.out).not.toContain(scalar);
  });

  it('encrypts under a password', async () => {
    expect(text('locked.pem')).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----/);
    const key = await readEncryptedSm2PrivateKey(text('locked.pem'), '口令 one');
    expect(key.publicKey.point).toHaveLength(65);
  });

  it('writes SEC1 and DER', async () => {
    await gov('key', 'generate', '--out', at('sec1.pem'), '--form', 'sec1');
    expect(text('sec1.pem')).toMatch(/^-----BEGIN EC PRIVATE KEY-----/);
    await gov('key', 'generate', '--out', at('sec1.der'), '--form', 'sec1', '--encoding', 'der');
    const key = readSm2PrivateKey(read('sec1.der'));
    expect(read('sec1.der')).toEqual(key.toSec1());
  });

  it('overwrites nothing without --force, neither of the two files', async () => {
    const before = text('k.pem');
    expect(await refused('generate', '--out', at('k.pem'))).toEqual([2, 'file-exists']);
    expect(await refused('generate', '--out', at('new.pem'), '--public-out', at('k.pub.pem'))).toEqual([
      2,
      'file-exists',
    ]);
    expect(text('k.pem')).toBe(before);
    expect(existsSync(at('new.pem'))).toBe(false);
    expect((await gov('key', 'generate', '--out', at('forced.pem'))).status).toBe(0);
    chmodSync(at('forced.pem'), 0o644);
    expect((await gov('key', 'generate', '--out', at('forced.pem'), '--force')).status).toBe(0);
    expect(statSync(at('forced.pem')).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['another form', ['--form', 'pkcs1']],
    ['a public form', ['--form', 'spki']],
    ['another encoding', ['--encoding', 'base64']],
    ['an encrypted SEC1', ['--form', 'sec1', '--password-file', at('password')]],
    ['a cipher without a password', ['--cipher', 'sm4']],
    ['an unknown cipher', ['--cipher', 'des', '--password-file', at('password')]],
    ['a password on the command line', ['--password', 'secret']],
    ['an empty password', ['--password-file', at('empty')]],
    ['two lines', ['--password-file', at('two')]],
    ['a password of 1025 bytes', ['--password-file', at('long')]],
    ['one file for both keys', ['--public-out', at('no.pem')]],
    ['a word', ['word']],
  ])('refuses %s, and writes nothing', async (_, args) => {
    expect(await refused('generate', '--out', at('no.pem'), ...args)).toEqual([2, 'usage']);
    expect(readdirSync(folder).filter((name) => name.startsWith('no.pem'))).toEqual([]);
  });

  it('takes a password of 1024 bytes, and names a missing file', async () => {
    const out = ['--out', at('longest.pem'), '--password-file'];
    expect((await gov('key', 'generate', ...out, at('longest'))).status).toBe(0);
    expect(await refused('generate', '--out', at('no.pem'), '--password-file', at('nowhere'))).toEqual([
      2,
      'file-missing',
    ]);
  });

  it('warns of a password file that others may read, on standard error only', async () => {
    writeFileSync(at('open'), 'secret\n', { mode: 0o644 });
    const { status, err, answer } = await json('key', 'generate', '--out', at('w.pem'), '--password-file', at('open'));
    expect([status, answer.encrypted]).toEqual([0, true]);
    expect(err).toMatch(/others may read/);
    expect(err).not.toContain('secret');
    const quiet = await json('key', 'inspect', at('locked.pem'), '--password-file', at('password'));
    expect(quiet.err).toBe('');
  });
});

const scalarOf = (pkcs8: Uint8Array): string => bytesToHex(pkcs8).match(/0201010420([0-9a-f]{64})/)![1]!;

describe('gov key inspect', () => {
  const seen = async (name: string, ...args: readonly string[]) =>
    (await json('key', 'inspect', at(name), ...args)).answer;

  it('tells kind, curve, form and fingerprint, and never the scalar', async () => {
    const key = readSm2PrivateKey(read('k.pem'));
    const facts = {
      algorithm: 'SM2',
      national: true,
      curve: 'sm2p256v1',
      bits: 256,
      sm3: bytesToHex(sm3(key.publicKey.toSpki())),
      keyIdentifier: bytesToHex(sm3(key.publicKey.toSpki())).slice(0, 40),
      point: bytesToHex(key.publicKey.point),
    };
    expect(await seen('k.pem')).toEqual({ kind: 'private-key', form: 'pkcs8', encoding: 'pem', ...facts });
    expect(await seen('k.pub.pem')).toEqual({ kind: 'public-key', form: 'spki', encoding: 'pem', ...facts });
    for (const lang of ['zh', 'en']) {
      const { out } = await gov('key', 'inspect', at('k.pem'), '--lang', lang);
      expect(out).toContain(facts.sm3);
      expect(out.toLowerCase()).not.toContain(scalarOf(key.toPkcs8()));
    }
    expect((await gov('key', 'inspect', at('k.pem'), '--lang', 'zh')).out).toMatch(/^类别: 私钥\n/);
  });

  it('says how an encrypted key is encrypted, without a password', async () => {
    expect(await seen('locked.pem')).toEqual({
      kind: 'encrypted-private-key',
      form: 'pkcs8',
      encoding: 'pem',
      encryption: { cipher: 'SM4-CBC', derivation: 'PBKDF2-HMAC-SM3', iterations: 600_000 },
    });
  });

  it('opens it with the password, from a file or from standard input', async () => {
    const key = await readEncryptedSm2PrivateKey(text('locked.pem'), '口令 one');
    const point = bytesToHex(key.publicKey.point);
    const opened = await seen('locked.pem', '--password-file', at('password'));
    expect(opened).toMatchObject({ kind: 'private-key', encryption: { cipher: 'SM4-CBC' }, point });
    const piped = await withStdin('口令 one\n', () => seen('locked.pem', '--password-file', '-'));
    expect(piped).toEqual(opened);
    expect(JSON.stringify(opened)).not.toContain(scalarOf(key.toPkcs8()));
  });

  it('refuses a wrong password, an unneeded one, and standard input for two things', async () => {
    expect(await refused('inspect', at('locked.pem'), '--password-file', at('other'))).toEqual([2, 'password-wrong']);
    expect(await refused('inspect', at('k.pem'), '--password-file', at('password'))).toEqual([2, 'usage']);
    expect(await refused('inspect', '-', '--password-file', '-')).toEqual([2, 'usage']);
  });

  it('reads a key from standard input', async () => {
    const { answer } = await withStdin(text('k.pem'), () => json('key', 'inspect', '-'));
    expect(answer).toEqual(await seen('k.pem'));
  });

  it('reads the key of a certificate, and keys of other algorithms', async () => {
    expect((await gov('ca', 'init', '--out', at('ca'))).status).toBe(0);
    const root = await seen('ca/root.crt.pem');
    expect(root).toMatchObject({ kind: 'certificate', form: 'x509', algorithm: 'SM2' });
    expect(root.sm3).toBe((await seen('ca/root.key.pem')).sm3);
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    writeFileSync(at('rsa.pem'), privateKey.export({ type: 'pkcs1', format: 'pem' }));
    writeFileSync(at('rsa8.der'), privateKey.export({ type: 'pkcs8', format: 'der' }));
    writeFileSync(at('rsa.pub.pem'), publicKey.export({ type: 'pkcs1', format: 'pem' }));
    const weak = { algorithm: 'RSA-1024', national: false, weakness: 'short-key', bits: 1024 };
    expect(await seen('rsa.pem')).toMatchObject({ kind: 'private-key', form: 'pkcs1', ...weak });
    expect(await seen('rsa8.der')).toMatchObject({ kind: 'private-key', form: 'pkcs8', encoding: 'der', ...weak });
    expect(await seen('rsa.pub.pem')).toMatchObject({ kind: 'public-key', form: 'pkcs1', ...weak });
    const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    writeFileSync(at('p256.der'), p256.export({ type: 'sec1', format: 'der' }));
    expect(await seen('p256.der')).toMatchObject({ form: 'sec1', algorithm: 'EC-P256', curve: 'P-256', bits: 256 });
  });

  it('names what is no key', async () => {
    const spki = readSm2PrivateKey(read('k.pem')).publicKey.toSpki();
    const offCurve = spki.slice();
    offCurve[offCurve.length - 1]! ^= 1;
    const pkcs8 = readSm2PrivateKey(read('k.pem')).toPkcs8();
    const cases: readonly (readonly [string, string | Uint8Array])[] = [
      ['key-unsupported', ''],
      ['key-unsupported', 'hello'],
      ['key-unsupported', pkcs8.subarray(1)],
      ['key-unsupported', pkcs8.subarray(0, -1)],
      ['key-malformed', offCurve],
      ['key-malformed', Uint8Array.of(4, ...new Uint8Array(64))],
      ['key-malformed', '-----BEGIN EC PARAMETERS-----\nBggqgRzPVQGCLQ==\n-----END EC PARAMETERS-----\n'],
      ['pem-malformed', text('k.pem').slice(0, 60)],
      ['pem-malformed', text('k.pem').replace(/\n.{4}/, '\n****')],
      ['key-unsupported', text('k.pem').replaceAll('PRIVATE KEY', 'OPENSSH PRIVATE KEY')],
      ['key-malformed', text('k.pem').replaceAll('PRIVATE KEY', 'PUBLIC KEY')],
      ['key-encrypted', text('k.pem').replace('-----\n', '-----\nProc-Type: 4,ENCRYPTED\n\n')],
    ];
    for (const [code, content] of cases) {
      writeFileSync(at('wrong'), content);
      expect([code, ...(await refused('inspect', at('wrong')))]).toEqual([code, 2, code]);
    }
    expect(await refused('inspect', at('nowhere'))).toEqual([2, 'file-missing']);
    expect(await refused('inspect')).toEqual([2, 'usage']);
  });
});

describe('gov key convert', () => {
  const converted = async (input: string, form: string, ...args: readonly string[]) => {
    const out = at(`converted-${form}`);
    const { status, answer } = await json(
      'key',
      'convert',
      at(input),
      '--out',
      out,
      '--form',
      form,
      ...args,
      '--force',
    );
    expect([status, answer.error]).toEqual([0, undefined]);
    return new Uint8Array(readFileSync(out));
  };

  it('changes the form and keeps the key', async () => {
    const key = readSm2PrivateKey(read('k.pem'));
    expect(await converted('k.pem', 'sec1', '--encoding', 'der')).toEqual(key.toSec1());
    expect(statSync(at('converted-sec1')).mode & 0o777).toBe(0o600);
    expect(await converted('k.pem', 'pkcs8', '--encoding', 'der')).toEqual(key.toPkcs8());
    expect(await converted('k.pem', 'spki', '--encoding', 'der')).toEqual(key.publicKey.toSpki());
    expect(await converted('k.pem', 'raw-point')).toEqual(key.publicKey.point);
    expect(await converted('k.pub.pem', 'raw-point', '--encoding', 'der')).toEqual(key.publicKey.point);
    expect(readSm2PublicKey(await converted('converted-raw-point', 'spki')).point).toEqual(key.publicKey.point);
    expect((await json('key', 'convert', at('k.pem'), '--out', at('raw'), '--form', 'raw-point')).answer).toEqual({
      out: at('raw'),
      form: 'raw-point',
      encoding: 'raw',
    });
  });

  it('opens, encrypts and encrypts anew', async () => {
    const key = await readEncryptedSm2PrivateKey(text('locked.pem'), '口令 one');
    const password = ['--password-file', at('password')];
    expect(await converted('locked.pem', 'pkcs8', '--encoding', 'der', ...password)).toEqual(key.toPkcs8());
    const again = await converted('locked.pem', 'pkcs8', ...password, '--new-password-file', at('other'));
    const { publicKey } = await readEncryptedSm2PrivateKey(again, 'another');
    expect(publicKey.point).toEqual(key.publicKey.point);
    const der = await converted('k.pem', 'pkcs8', '--encoding', 'der', '--new-password-file', at('other'));
    expect((await readEncryptedSm2PrivateKey(der, 'another')).publicKey.toPem()).toBe(text('k.pub.pem'));
  });

  it('says when a private key is written unencrypted', async () => {
    const plain = ['key', 'convert', at('k.pem'), '--out', at('plain.pem'), '--force', '--form'];
    expect((await gov(...plain, 'pkcs8', '--lang', 'en')).out).toContain('unencrypted');
    expect((await gov(...plain, 'pkcs8', '--lang', 'zh')).out).toContain('未加密');
    expect((await gov(...plain, 'spki', '--lang', 'en')).out).not.toContain('unencrypted');
    expect((await json(...plain, 'pkcs8')).answer.encrypted).toBe(false);
  });

  it.each([
    ['a private form of a public key', 'usage', ['k.pub.pem', '--form', 'pkcs8']],
    ['SEC1 under a password', 'usage', ['k.pem', '--form', 'sec1', '--new-password-file', at('other')]],
    ['a public key under a password', 'usage', ['k.pem', '--form', 'spki', '--new-password-file', at('other')]],
    ['a raw point in PEM', 'usage', ['k.pem', '--form', 'raw-point', '--encoding', 'pem']],
    ['another form', 'usage', ['k.pem', '--form', 'jwk']],
    ['no form', 'usage', ['k.pem']],
    ['an encrypted key without its password', 'key-encrypted', ['locked.pem', '--form', 'pkcs8']],
    ['its public half without the password', 'key-encrypted', ['locked.pem', '--form', 'spki']],
    ['a wrong password', 'password-wrong', ['locked.pem', '--form', 'sec1', '--password-file', at('other')]],
    ['a password for what is not encrypted', 'usage', ['k.pem', '--form', 'sec1', '--password-file', at('other')]],
    [
      'standard input twice',
      'usage',
      ['locked.pem', '--form', 'pkcs8', '--password-file', '-', '--new-password-file', '-'],
    ],
    ['a missing file', 'file-missing', ['nowhere', '--form', 'spki']],
  ])('refuses %s, and writes nothing', async (_, code, [input, ...args]) => {
    expect(await refused('convert', at(input!), '--out', at('never'), ...args)).toEqual([2, code]);
    expect(existsSync(at('never'))).toBe(false);
  });

  it('refuses keys of other algorithms', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    writeFileSync(at('p.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
    writeFileSync(at('p.pub'), publicKey.export({ type: 'spki', format: 'der' }));
    for (const [input, form] of [
      ['p.pem', 'sec1'],
      ['p.pem', 'spki'],
      ['p.pub', 'raw-point'],
    ])
      expect(await refused('convert', at(input!), '--out', at('never'), '--form', form!)).toEqual([
        2,
        'key-unsupported',
      ]);
  });

  it('does not overwrite its own input', async () => {
    expect(await refused('convert', at('k.pem'), '--out', at('k.pem'), '--form', 'spki')).toEqual([2, 'file-exists']);
    expect(text('k.pem')).toMatch(/^-----BEGIN PRIVATE KEY-----/);
  });
});

describe('an encrypted key of another verb', () => {
  const make = async (key: string, ...args: readonly string[]) => {
    const maker = ['--maker-cert', at('c/maker.crt.pem'), '--maker-key', at(key)];
    const what = ['--name', '某市行政审批局', '--id', '99010000000001', '--width', '42', '--height', '42'];
    const when = ['--valid-from', '2026-01-01', '--valid-to', '2030-12-31', '--at', '2026-05-20'];
    const signer = ['--signer', at('c/signer.crt.pem'), '--out', at('s.esl'), '--force'];
    const { status, answer, err } = await json('seal', 'make', ...what, ...when, ...maker, ...signer, ...args);
    return [status, answer.error?.code ?? 'made', err];
  };

  beforeAll(async () => {
    await gov('ca', 'init', '--out', at('c'), '--at', '2026-01-01');
    for (const [use, prefix] of [
      ['seal-maker', 'maker'],
      ['signer', 'signer'],
    ] as const) {
      const to = ['--subject', `CN=${use},O=某局,C=CN`, '--out', at(`c/${prefix}`), '--at', '2026-01-02'];
      await gov('ca', 'issue', '--ca', at('c'), '--use', use, ...to);
    }
    const locked = ['--out', at('c/maker.locked.pem'), '--form', 'pkcs8', '--new-password-file', at('password')];
    expect((await gov('key', 'convert', at('c/maker.key.pem'), ...locked)).status).toBe(0);
  });

  it('is opened with its password file', async () => {
    expect(await make('c/maker.locked.pem', '--maker-key-password-file', at('password'))).toEqual([0, 'made', '']);
    const piped = () => make('c/maker.locked.pem', '--maker-key-password-file', '-');
    expect(await withStdin('口令 one', piped)).toEqual([0, 'made', '']);
  });

  it('stays shut without it, with a wrong one, and with one that nothing needs', async () => {
    expect(await make('c/maker.locked.pem')).toEqual([2, 'key-encrypted', '']);
    expect(await make('c/maker.locked.pem', '--maker-key-password-file', at('other'))).toEqual([
      2,
      'password-wrong',
      '',
    ]);
    expect(await make('c/maker.key.pem', '--maker-key-password-file', at('password'))).toEqual([2, 'usage', '']);
    expect(await make('c/maker.locked.pem', '--maker-key-password-file', at('empty'))).toEqual([2, 'usage', '']);
  });

  it('takes no standard input for two keys', async () => {
    const keys = ['--key', at('k.pem'), '--seal-key', at('k.pem'), '--cert', at('c/maker.crt.pem')];
    const rest = ['--seal', at('s.esl'), '--seal-cert', at('c/maker.crt.pem'), '--out', at('never')];
    const twice = ['--key-password-file', '-', '--seal-key-password-file', '-'];
    const { status, answer } = await json('license', 'issue', at('k.pem'), ...keys, ...rest, ...twice);
    expect([status, answer.error.code, answer.error.message]).toEqual([2, 'usage', expect.stringContaining('(-)')]);
  });
});

describe('help', () => {
  it('is in both languages', async () => {
    for (const verb of ['generate', 'inspect', 'convert']) {
      const zh = (await gov('key', verb, '--help', '--lang', 'zh')).out;
      const en = (await gov('key', verb, '--help', '--lang', 'en')).out;
      expect(zh.split('\n').length).toBe(en.split('\n').length);
      expect(en).not.toMatch(/[\u4e00-\u9fff]/);
      for (const line of zh
        .trim()
        .split('\n')
        .slice(1)
        .filter((one) => one !== ''))
        expect(line).toMatch(/[\u4e00-\u9fff]/);
    }
  });
});

describe.skipIf(!hasOpenssl)('OpenSSL', () => {
  const publicOf = (...args: readonly string[]) => openssl('pkey', ...args, '-pubout');

  it('reads every form that is written', async () => {
    expect(publicOf('-in', 'k.pem')).toBe(text('k.pub.pem'));
    for (const [form, encoding] of [
      ['pkcs8', 'der'],
      ['sec1', 'pem'],
      ['sec1', 'der'],
    ] as const) {
      const name = `${form}-out.${encoding}`;
      const args = ['--out', at(name), '--form', form, '--encoding', encoding];
      expect((await gov('key', 'convert', at('k.pem'), ...args)).status).toBe(0);
      const command = form === 'sec1' ? 'ec' : 'pkey';
      expect(openssl(command, '-in', name, '-inform', encoding.toUpperCase(), '-pubout'), name).toBe(text('k.pub.pem'));
    }
    expect(openssl('pkey', '-pubin', '-in', 'k.pub.pem', '-text', '-noout')).toContain('SM2');
  });

  it('opens what is encrypted with --cipher aes, and nothing with a wrong password', async () => {
    const args = ['--out', at('aes.pem'), '--form', 'pkcs8', '--new-password-file', at('other'), '--cipher', 'aes'];
    expect((await gov('key', 'convert', at('k.pem'), ...args)).status).toBe(0);
    expect(publicOf('-in', 'aes.pem', '-passin', 'pass:another')).toBe(text('k.pub.pem'));
    expect(publicOf('-in', 'aes.pem', '-passin', 'pass:wrong')).toBeUndefined();
  });

  it('writes keys that are read here', async () => {
    openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:SM2', '-out', 'theirs.pem');
    const theirs = bytesToHex(readSm2PrivateKey(read('theirs.pem')).publicKey.point);
    openssl('ec', '-in', 'theirs.pem', '-out', 'theirs-sec1.pem');
    openssl(
      'pkcs8',
      '-topk8',
      '-in',
      'theirs.pem',
      '-out',
      'theirs-sm4.pem',
      '-v2',
      'sm4-cbc',
      '-passout',
      'pass:another',
    );
    openssl('pkey', '-in', 'theirs.pem', '-pubout', '-outform', 'DER', '-out', 'theirs.pub.der');
    for (const [name, ...args] of [
      ['theirs.pem'],
      ['theirs-sec1.pem'],
      ['theirs-sm4.pem', '--password-file', at('other')],
      ['theirs.pub.der'],
    ])
      expect((await json('key', 'inspect', at(name!), ...args)).answer.point, name).toBe(theirs);
    expect((await json('key', 'inspect', at('theirs-sm4.pem'))).answer.encryption.cipher).toBe('SM4-CBC');
  });

  it('writes parameters in front of a key, or a curve in full, which is converted to its name', async () => {
    openssl('ecparam', '-name', 'SM2', '-genkey', '-out', 'with-parameters.pem');
    expect((await json('key', 'inspect', at('with-parameters.pem'))).answer).toMatchObject({
      kind: 'private-key',
      algorithm: 'SM2',
    });
    openssl('ecparam', '-name', 'SM2', '-genkey', '-param_enc', 'explicit', '-noout', '-out', 'explicit.pem');
    const { status, answer } = await json('key', 'inspect', at('explicit.pem'));
    expect(status === 0 ? answer.algorithm : answer.error.code).not.toBe('internal');
    expect((await gov('key', 'convert', at('explicit.pem'), '--out', at('named.pem'), '--form', 'pkcs8')).status).toBe(
      0,
    );
    openssl('pkey', '-in', 'explicit.pem', '-pubout', '-outform', 'DER', '-out', 'explicit.pub');
    const point = readSm2PrivateKey(read('named.pem')).publicKey.point;
    expect(bytesToHex(read('explicit.pub').subarray(-65))).toBe(bytesToHex(point));
  });
});
