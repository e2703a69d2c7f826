import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesToHex, generateSm2Key, readSm2PrivateKey } from '@gov/sm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SEAL_PNG } from '../../../test/world.js';
import { takeInventory } from '../src/inventory.js';
import { gov, json } from './run.js';

const sample = new URL('../../../examples/license/food-business.json', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'gov-cbom-'));
const at = (name: string) => join(folder, name);
const AT = ['--at', '2026-05-20T10:00:00+08:00'];

interface Component {
  readonly type: string;
  readonly 'bom-ref': string;
  readonly name: string;
  readonly properties: readonly { readonly name: string; readonly value: string }[];
  readonly evidence?: { readonly occurrences: readonly Record<string, unknown>[] };
}

async function exported(places: readonly string[], ...options: readonly string[]) {
  const out = ['--out', at('cbom.json'), '--force', ...AT, ...options];
  const { status, answer, err } = await json('cbom', 'export', ...places.map(at), ...out);
  expect([status, err, answer.error]).toEqual([0, '', undefined]);
  const document = JSON.parse(readFileSync(at('cbom.json'), 'utf8'));
  const components: readonly Component[] = document.components;
  return { answer, document, of: (kind: string) => components.filter((one) => one['bom-ref'].startsWith(kind)) };
}

/** Places of everything that was not looked into, with the reasons. */
const unreadOf = (answer: { unread: { location: string; codes: string[] }[] }) =>
  Object.fromEntries(answer.unread.map(({ location, codes }) => [location.slice(folder.length + 1), codes.join()]));

const alone = (name: string, content: string | Uint8Array) => {
  rmSync(at('alone'), { recursive: true, force: true });
  mkdirSync(at('alone'));
  writeFileSync(join(at('alone'), name), content);
};

let licensePdf: string;

beforeAll(async () => {
  const done = async (...args: readonly string[]) => {
    const { status, out, err } = await gov(...args);
    expect([status, err], args.join(' ')).toEqual([0, '']);
    return out;
  };
  writeFileSync(at('seal.png'), SEAL_PNG);
  await done('ca', 'init', '--out', at('ca'), '--at', '2026-01-01');
  for (const use of ['seal-maker', 'signer', 'license-issuer']) {
    const subject = `CN=${use},O=某市行政审批局,C=CN`;
    const to = ['--subject', subject, '--out', at(`keys/${use}`), '--at', '2026-01-02'];
    await done('ca', 'issue', '--ca', at('ca'), '--use', use, ...to);
  }
  const maker = ['--maker-cert', at('keys/seal-maker.crt.pem'), '--maker-key', at('keys/seal-maker.key.pem')];
  const validity = ['--valid-from', '2026-01-01', '--valid-to', '2030-12-31'];
  const picture = ['--picture', at('seal.png'), '--width', '42', '--height', '42'];
  const signer = ['--signer', at('keys/signer.crt.pem')];
  const name = ['--name', '某市行政审批局', '--id', '99010000000001'];
  await done('seal', 'make', ...name, ...picture, ...signer, ...maker, ...validity, '--out', at('seals/s.esl'), ...AT);
  const issuer = ['--cert', at('keys/license-issuer.crt.pem'), '--key', at('keys/license-issuer.key.pem')];
  const seal = ['--seal', at('seals/s.esl'), '--seal-cert', at('keys/signer.crt.pem')];
  const license = [...issuer, ...seal, '--seal-key', at('keys/signer.key.pem'), '--out', at('licences'), ...AT];
  licensePdf = JSON.parse(await done('license', 'issue', sample, ...license, '--json')).pdf;
});

afterAll(() => rmSync(folder, { recursive: true }));

describe('gov cbom export', () => {
  it('lists certificates and keys, each once, with all their places', async () => {
    const { answer, of } = await exported(['ca', 'keys', 'keys/signer.crt.pem']);
    expect(answer).toMatchObject({ certificates: 4, keys: 8, notNational: 0, weak: 0, expired: 0 });
    expect(answer).toMatchObject({ unencryptedPrivateKeys: 4, unread: [], files: 10, filesWithout: 1 });
    const signer = of('crypto/certificate').find(({ name }) => name.startsWith('CN=signer'));
    expect(signer?.evidence?.occurrences).toEqual([{ location: at('keys/signer.crt.pem'), line: 1 }]);
    expect(signer?.properties).toContainEqual({ name: 'gov:expires-in-days', value: '1686' });
    expect(of('crypto/algorithm').map(({ name }) => name)).toEqual(['SM2-SM3', 'SM2', 'SM3']);
  });

  it('finds what sealed a PDF, and what a seal carries', async () => {
    const { answer, of } = await exported(['licences', 'seals']);
    expect(answer).toMatchObject({ certificates: 2, unread: [], filesWithout: 3 });
    const [algorithm] = of('crypto/algorithm/sm2-sm3@');
    const places = algorithm!.evidence!.occurrences.map(({ location, additionalContext }) => [
      location === licensePdf ? 'pdf' : 'esl',
      additionalContext,
    ]);
    expect(places).toEqual([
      ['pdf', expect.stringMatching(/^signature \S+$/)],
      ['pdf', expect.stringMatching(/^signature \S+: seal$/)],
      ['esl', 'seal'],
    ]);
    const contexts = of('crypto/certificate').flatMap(({ name, evidence }) =>
      evidence!.occurrences.map(({ additionalContext }) => `${name.slice(3, 9)} ${String(additionalContext)}`),
    );
    expect(contexts.sort().map((one) => one.replace(/signature \S+:/, 'signature:'))).toEqual([
      'seal-m seal: maker',
      'seal-m signature: seal: maker',
      'signer seal: list of signers',
      'signer signature: seal: list of signers',
      'signer signature: signer',
    ]);
  });

  it('tells the blocks of a bundle apart by their lines', async () => {
    const certificate = readFileSync(at('keys/signer.crt.pem'), 'utf8');
    const key = readFileSync(at('keys/signer.key.pem'), 'utf8');
    alone('bundle.pem', `notes\r\nfirst\r\n${certificate}${key}`);
    const { of } = await exported(['alone']);
    expect(of('crypto/certificate')[0]!.evidence!.occurrences[0]).toMatchObject({ line: 3 });
    const line = 3 + certificate.split('\n').length - 1;
    expect(of('crypto/key/private')[0]!.evidence!.occurrences[0]).toMatchObject({ line });
  });

  it('knows keys of other algorithms, and says that they are not national', async () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const ed = generateKeyPairSync('ed25519');
    alone('rsa.key', rsa.privateKey.export({ type: 'pkcs1', format: 'pem' }));
    writeFileSync(at('alone/p256'), p256.privateKey.export({ type: 'pkcs8', format: 'der' }));
    writeFileSync(at('alone/ed.pub'), ed.publicKey.export({ type: 'spki', format: 'der' }));
    const { answer, of } = await exported(['alone']);
    expect(
      of('crypto/key')
        .map(({ name }) => name.slice(0, -17))
        .sort(),
    ).toEqual([
      'EC-P256 private key',
      'EC-P256 public key',
      'Ed25519 public key',
      'RSA-1024 private key',
      'RSA-1024 public key',
    ]);
    expect(answer).toMatchObject({ notNational: 8, weak: 3, unencryptedPrivateKeys: 2, unread: [] });
  });

  it('records an encrypted key unopened', async () => {
    writeFileSync(at('password'), '口令\n', { mode: 0o600 });
    rmSync(at('alone'), { recursive: true, force: true });
    const out = ['--out', at('alone/locked.pem'), '--password-file', at('password')];
    expect((await gov('key', 'generate', ...out)).status).toBe(0);
    const { answer, of } = await exported(['alone']);
    expect(answer).toMatchObject({ keys: 1, unencryptedPrivateKeys: 0, unread: [] });
    expect(of('crypto/key/encrypted')).toHaveLength(1);
    expect(of('crypto/algorithm').map(({ name }) => name)).toEqual(['HMAC-SM3', 'PBKDF2-HMAC-SM3', 'SM3', 'SM4-CBC']);
  });

  it('writes no secret, in none of its outputs', async () => {
    const key = generateSm2Key();
    const scalar = bytesToHex(key.toPkcs8()).match(/0201010420([0-9a-f]{64})/)![1]!;
    alone('secret.pem', key.toPem());
    writeFileSync(at('alone/secret.der'), key.toSec1());
    const { answer, document } = await exported(['alone']);
    const people = await gov('cbom', 'export', at('alone'), '--out', at('cbom.json'), '--force');
    const text = [JSON.stringify(answer), JSON.stringify(document), people.out, people.err].join('\n').toLowerCase();
    const base64 = Buffer.from(scalar, 'hex').toString('base64').toLowerCase();
    expect(document.components.map(({ name }: Component) => name).join()).toContain('SM2 private key');
    expect(text).not.toContain(scalar);
    expect(text).not.toContain(base64.slice(4, 40));
    expect(text).not.toContain(key.toPem().split('\n')[1]!.toLowerCase());
  });

  it.each<readonly [string, string, () => string | Uint8Array]>([
    ['cut.pem', 'pem-malformed', () => readFileSync(at('keys/signer.crt.pem'), 'utf8').slice(0, 200)],
    ['cut.der', 'format-unknown', () => generateSm2Key().toPkcs8().subarray(0, 60)],
    [
      'other.pem',
      'key-unsupported',
      () => '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n',
    ],
    [
      'old.pem',
      'key-encrypted',
      () => '-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----\n',
    ],
    ['wrong.crt', 'certificate-malformed', () => '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
    ['store.p12', 'format-unknown', () => Uint8Array.of(0x30, 0x06, 0x02, 0x01, 0x03, 0x30, 0x01, 0x00)],
    ['pfx-without-name', 'format-unknown', () => Uint8Array.of(0x30, 0x05, 0x02, 0x01, 0x03, 0x30, 0x00)],
    ['ber-without-name', 'format-unknown', () => Uint8Array.of(0x30, 0x80, 0x06, 0x01, 0x2a, 0x00, 0x00)],
    ['store.jks', 'format-unknown', () => Uint8Array.of(0xfe, 0xed, 0xfe, 0xed)],
    ['empty.key', 'format-unknown', () => ''],
    ['broken.pdf', 'pdf-malformed', () => '%PDF-1.7\nnothing'],
    ['mismatch.der', 'key-mismatch', () => mismatched()],
  ])('lists %s as not looked into: %s', async (name, code, content) => {
    alone(name, content());
    const { answer, document } = await exported(['alone']);
    const [[place, reason]] = Object.entries(unreadOf(answer)) as [[string, string]];
    expect([place.replace(/:\d+$/, ''), reason]).toEqual([`alone/${name}`, code]);
    expect(answer.unread).toHaveLength(1);
    expect(document.compositions).toEqual([{ aggregate: 'incomplete' }]);
    const file = document.components.find(({ type }: Component) => type === 'file');
    expect(file.properties).toEqual([{ name: 'gov:not-inventoried', value: code }]);
  });

  /** A private key beside the public key of another. */
  function mismatched(): Uint8Array {
    const bytes = generateSm2Key().toSec1();
    bytes.set(generateSm2Key().publicKey.point, bytes.length - 65);
    return bytes;
  }

  it('keeps the good blocks of a bundle that holds a broken one', async () => {
    const certificate = readFileSync(at('keys/signer.crt.pem'), 'utf8');
    const unended = certificate.replace(/-----END[\s\S]*/, '');
    alone('bundle.pem', `${unended}${certificate}${certificate.replaceAll('CERTIFICATE', 'X509 CRL')}`);
    const { answer } = await exported(['alone']);
    expect(answer.certificates).toBe(1);
    expect(Object.values(unreadOf(answer)).sort()).toEqual(['key-unsupported', 'pem-malformed']);
  });

  it('does not take text for keys', async () => {
    alone('notes.txt', '0 is where it begins\n-----BEGIN lower case-----\n');
    writeFileSync(at('alone/zero'), '0123456789');
    writeFileSync(at('alone/picture.png'), SEAL_PNG);
    const { answer, document } = await exported(['alone']);
    expect(answer).toMatchObject({ certificates: 0, keys: 0, unread: [], files: 3, filesWithout: 3 });
    expect(document.compositions).toEqual([{ aggregate: 'unknown' }]);
  });

  it('follows a link that is named, none inside a folder, and waits for no pipe', async () => {
    alone('a.txt', '');
    symlinkSync(at('keys'), at('alone/link'));
    symlinkSync('/nowhere', at('alone/dangling.pem'));
    execFileSync('mkfifo', [at('alone/pipe')]);
    const { answer } = await exported(['alone']);
    expect(unreadOf(answer)).toEqual({
      'alone/dangling.pem': 'symbolic-link',
      'alone/link': 'symbolic-link',
      'alone/pipe': 'not-a-file',
    });
    expect((await exported(['alone/link'])).answer.certificates).toBe(3);
  });

  it('is the same document for the same files and time, but for its serial number', async () => {
    const serial = ['--serial', '3e671687-395b-41f5-a30f-a58921a69b79'];
    const { document } = await exported(['keys', 'ca'], ...serial, '--system', '一网通办');
    expect((await exported(['ca', 'keys'], ...serial, '--system', '一网通办')).document).toEqual(document);
    expect(document.metadata).toMatchObject({ timestamp: '2026-05-20T02:00:00.000Z', component: { name: '一网通办' } });
    const first = (await exported(['ca'])).document.serialNumber;
    expect(first).toMatch(/^urn:uuid:/);
    expect((await exported(['ca'])).document.serialNumber).not.toBe(first);
  });

  it('counts days from --at', async () => {
    const late = ['--at', '2040-01-01'];
    const { answer } = await exported(['keys'], ...late);
    expect(answer).toMatchObject({ expired: 3 });
  });

  it('prints a table in both languages, and no control characters of file names', async () => {
    alone('\u001b[31mred.pem', generateSm2Key().toPem());
    writeFileSync(at('alone/x.p12'), 'x');
    const run = (lang: string) =>
      gov('cbom', 'export', at('alone'), at('keys'), '--out', at('cbom.json'), '--force', ...AT, '--lang', lang);
    const zh = await run('zh');
    expect(zh.status).toBe(0);
    expect(zh.out).toMatch(/^类别 +资产 +算法 +国密 +剩余天数 +位置\n/);
    expect(zh.out).toMatch(/证书 +CN=signer,O=某市行政审批局,C=CN +SM2-SM3 +是 +1686 天 +\S+signer\.crt\.pem:1\n/);
    expect(zh.out).toMatch(/私钥（未加密）/);
    expect(zh.out).toMatch(/x\.p12 {2}格式未能识别/);
    const en = await run('en');
    expect(en.out).toMatch(/certificate +CN=signer,O=某市行政审批局,C=CN +SM2-SM3 +yes +1686 days/);
    expect(en.out).toMatch(/x\.p12 {2}format-unknown/);
    expect(zh.out + en.out).not.toContain('\u001b');
  });

  it('refuses wrong use, and writes nothing', async () => {
    const out = ['--out', at('never.json')];
    const code = async (...args: readonly string[]) => {
      const { status, answer } = await json('cbom', 'export', ...args);
      return [status, answer.error.code];
    };
    expect(await code(...out)).toEqual([2, 'usage']);
    expect(await code(at('keys'))).toEqual([2, 'usage']);
    expect(await code(at('nowhere'), ...out)).toEqual([2, 'file-missing']);
    expect(await code(at('keys'), ...out, '--serial', 'one')).toEqual([2, 'invalid-argument']);
    expect(await code(at('keys'), ...out, '--at', 'today')).toEqual([2, 'usage']);
    expect(await code(at('keys'), '--out', at('cbom.json'))).toEqual([2, 'file-exists']);
    expect(existsSync(at('never.json'))).toBe(false);
  });
});

describe('limits', () => {
  const limits = { files: 100, depth: 3, fileBytes: 1000, totalBytes: 10_000 };
  const codeOf = (promise: Promise<unknown>) => promise.then(String, ({ code }) => code);

  it('end the run past so many files or bytes, and not before', async () => {
    alone('0', 'x'.repeat(500));
    for (let i = 1; i < 5; i++) writeFileSync(at(`alone/${i}`), 'x'.repeat(500));
    const places = [at('alone')];
    expect((await takeInventory(places, { ...limits, files: 5, totalBytes: 2500 })).files).toBe(5);
    expect(await codeOf(takeInventory(places, { ...limits, files: 4 }))).toBe('limit-exceeded');
    expect(await codeOf(takeInventory(places, { ...limits, totalBytes: 2499 }))).toBe('limit-exceeded');
    // several places share the limits
    expect(await codeOf(takeInventory([...places, ...places], { ...limits, files: 9 }))).toBe('limit-exceeded');
  });

  it('list what is too large or too deep', async () => {
    alone('fits', 'x'.repeat(1000));
    writeFileSync(at('alone/large.pem'), 'x'.repeat(1001));
    mkdirSync(at('alone/1/2/3/4'), { recursive: true });
    writeFileSync(at('alone/1/2/3/key.pem'), generateSm2Key().toPem());
    writeFileSync(at('alone/1/2/3/4/key.pem'), generateSm2Key().toPem());
    const { unread, keys } = await takeInventory([at('alone')], limits);
    expect(keys.map(({ occurrence }) => occurrence.location)).toEqual([at('alone/1/2/3/key.pem')]);
    expect(unread).toEqual([
      { location: at('alone/1/2/3/4'), code: 'limit-exceeded' },
      { location: at('alone/large.pem'), code: 'input-too-large' },
    ]);
  });

  it('does not lose a key to flipped bytes without saying so', async () => {
    const key = readSm2PrivateKey(readFileSync(at('keys/signer.key.pem'))).toPkcs8();
    mkdirSync(at('flipped'));
    for (let i = 0; i < key.length; i++) {
      const bytes = key.slice();
      bytes[i]! ^= 0x55;
      writeFileSync(at(`flipped/${String(i).padStart(3, '0')}.der`), bytes);
    }
    const { keys, unread, others, files } = await takeInventory([at('flipped')]);
    expect(others).toBe(0);
    expect(keys.length + unread.length).toBe(files);
    expect(unread.length).toBeGreaterThan(100);
  });
});
