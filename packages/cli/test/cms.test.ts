import { createWriteStream, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writePem } from '@gov/der/pem';
import { readCertificate } from '@gov/pki';
import { CMS_LIMITS, readSignedData } from '@gov/pki/cms';
import { issueDual } from '@gov/pki/dev-ca';
import { generateSm2Key, readSm2PrivateKey, sm2Signer } from '@gov/sm';
import { writeEncryptedSm2PrivateKey } from '@gov/sm/key-encryption';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gov, json } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'gov-cms-'));
const at = (name: string) => join(folder, name);
const read = (name: string) => new Uint8Array(readFileSync(at(name)));
const AT = ['--at', '2026-06-01T00:00:00Z'];
const TRUST = ['--trust', at('ca/root.crt.pem')];
const ONE = ['--key', at('one.key.pem'), '--cert', at('one.crt.pem')];
const TWO = ['--key', at('two.key.pem'), '--cert', at('two.crt.pem')];

const sign = (out: string, ...options: string[]) =>
  json('cms', 'sign', at('file'), '--out', at(out), ...AT, ...options);
const verify = (file: string, ...options: string[]) => json('cms', 'verify', at(file), ...TRUST, ...AT, ...options);
const codeOf = ({ status, answer }: Awaited<ReturnType<typeof json>>) => [status, answer.error?.code];

beforeAll(async () => {
  expect((await gov('ca', 'init', '--out', at('ca'), '--at', '2026-01-01')).status).toBe(0);
  for (const name of ['one', 'two']) {
    const subject = ['--subject', `CN=${name},C=CN`, '--use', 'signer'];
    const issued = await gov('ca', 'issue', '--ca', at('ca'), ...subject, '--out', at(name), '--at', '2026-01-02');
    expect(issued.status, issued.err).toBe(0);
  }
  writeFileSync(at('file'), '某市行政审批局');
  writeFileSync(at('other'), '某市行政审批厅');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('gov cms sign and verify', () => {
  it.each([
    ['attached', [], 'attached', []],
    ['detached', ['--detached'], 'detached', ['--content', at('file')]],
    ['digest', ['--dialect', 'digest-as-content'], 'detached', ['--content', at('file')]],
    ['rfc5652', ['--form', 'rfc5652'], 'attached', []],
    ['chain', ['--chain', at('ca/root.crt.pem')], 'attached', []],
  ] as [string, string[], string, string[]][])('%s', async (name, options, place, content) => {
    const signed = await sign(`${name}.p7s`, ...ONE, ...options);
    expect([signed.status, signed.answer.content]).toEqual([0, place]);
    const { status, answer } = await verify(`${name}.p7s`, ...content);
    expect([status, answer.verdict]).toEqual([0, 'valid']);
    expect(answer.signatures[0].subject.signer).toBe('CN=one,C=CN');
    if (content.length > 0) {
      const other = await verify(`${name}.p7s`, '--content', at('other'));
      expect([other.status, other.answer.verdict]).toEqual([1, 'invalid']);
      expect(other.answer.signatures[0].findings).toContainEqual(expect.objectContaining({ code: 'digest-mismatch' }));
    }
    const { certificates } = readSignedData(read(`${name}.p7s`));
    expect(certificates).toHaveLength(name === 'chain' ? 2 : 1);
  });

  it('certificates behind that of the signer go along', async () => {
    const chain = read('one.crt.pem');
    writeFileSync(
      at('one.chain.pem'),
      `${new TextDecoder().decode(chain)}${new TextDecoder().decode(read('ca/root.crt.pem'))}`,
    );
    const options = ['--key', at('one.key.pem'), '--cert', at('one.chain.pem')];
    expect((await sign('with-chain.p7s', ...options)).status).toBe(0);
    expect(readSignedData(read('with-chain.p7s')).certificates).toHaveLength(2);
    writeFileSync(at('none.pem'), 'nothing');
    expect(codeOf(await sign('none.p7s', '--key', at('one.key.pem'), '--cert', at('none.pem')))).toEqual([
      2,
      'certificate-malformed',
    ]);
  });

  it('two signers; without an anchor nobody can tell', async () => {
    const signed = await sign('both.p7s', ...ONE, ...TWO);
    expect(signed.answer.signers).toEqual(['CN=one,C=CN', 'CN=two,C=CN']);
    expect((await verify('both.p7s')).answer.signatures).toHaveLength(2);
    const alone = await json('cms', 'verify', at('both.p7s'), ...AT);
    expect([alone.status, alone.answer.verdict]).toEqual([3, 'indeterminate']);
  });

  it('another use, a later time, demanded revocation', async () => {
    await sign('uses.p7s', ...ONE);
    expect((await verify('uses.p7s', '--use', 'seal-maker')).status).toBe(1);
    expect((await verify('uses.p7s', '--at', '2026-05-01')).status).toBe(1);
    expect((await verify('uses.p7s', '--require', 'revocation')).status).toBe(3);
    expect(codeOf(await verify('uses.p7s', '--use', 'anything'))).toEqual([2, 'usage']);
  });

  it('PEM is read; other PEM is none', async () => {
    await sign('pem.p7s', ...ONE);
    for (const label of ['CMS', 'PKCS7']) {
      writeFileSync(at('pem.pem'), writePem(label, read('pem.p7s')));
      expect((await verify('pem.pem')).status).toBe(0);
    }
    expect(codeOf(await verify('one.crt.pem'))).toEqual([2, 'cms-malformed']);
  });

  it('writes the content, and none of an invalid message', async () => {
    await sign('out.p7s', ...ONE);
    expect((await verify('out.p7s', '--out', at('content'))).status).toBe(0);
    expect(read('content')).toEqual(read('file'));
    expect(codeOf(await verify('out.p7s', '--out', at('content')))).toEqual([2, 'file-exists']);
    const spoilt = read('out.p7s');
    spoilt[spoilt.length - 1]! ^= 1;
    writeFileSync(at('spoilt.p7s'), spoilt);
    expect((await verify('spoilt.p7s', '--out', at('not'))).status).toBe(1);
    expect(existsSync(at('not'))).toBe(false);
    await sign('without.p7s', ...ONE, '--detached');
    const nothing = await verify('without.p7s', '--content', at('file'), '--out', at('not'));
    expect(codeOf(nothing)).toEqual([2, 'cms-content-missing']);
  });

  it('a large file goes through in pieces', async () => {
    const size = CMS_LIMITS.maxBytes / 2 + 1;
    await new Promise<void>((resolve) => {
      const stream = createWriteStream(at('large'));
      for (let left = size; left > 0; left -= 1 << 20) stream.write(new Uint8Array(Math.min(left, 1 << 20)));
      stream.end(() => resolve());
    });
    const signed = await json('cms', 'sign', at('large'), ...ONE, ...AT, '--out', at('large.p7s'));
    expect(signed.status).toBe(0);
    expect(statSync(at('large.p7s')).size).toBeGreaterThan(size);
    const { status, answer } = await verify('large.p7s');
    expect([status, answer.subject.contentBytes]).toEqual([0, size]);
    expect(codeOf(await verify('large.p7s', '--out', at('not')))).toEqual([2, 'input-too-large']);
    expect((await json('cms', 'sign', at('large'), ...ONE, ...AT, '--detached', '--out', at('large.sig'))).status).toBe(
      0,
    );
    expect((await verify('large.sig', '--content', at('large'))).status).toBe(0);
  });

  it.each([
    [
      'a detached message without its file',
      'cms-content-missing',
      () => sign('d.p7s', ...ONE, '--detached').then(() => verify('d.p7s')),
    ],
    ['a file that is no message', 'cms-malformed', () => verify('file')],
    ['a file that is not there', 'file-missing', () => verify('nowhere')],
    ['content that is not there', 'file-missing', () => verify('attached.p7s', '--content', at('nowhere'))],
    ['no key', 'usage', () => sign('x', '--cert', at('one.crt.pem'))],
    ['more keys than certificates', 'usage', () => sign('x', ...ONE, '--key', at('two.key.pem'))],
    ['the key of another', 'key-mismatch', () => sign('x', '--key', at('one.key.pem'), '--cert', at('two.crt.pem'))],
    ['one password for two keys', 'usage', () => sign('x', ...ONE, ...TWO, '--key-password-file', at('file'))],
    ['a form that does not exist', 'usage', () => sign('x', ...ONE, '--form', 'pkcs7')],
    ['a dialect that is not written', 'usage', () => sign('x', ...ONE, '--dialect', 'whole-content-info')],
    ['an expired certificate', 'certificate-expired', () => sign('x', ...ONE, '--at', '2099-01-01')],
    [
      'a file to sign that is not there',
      'file-missing',
      () => json('cms', 'sign', at('nowhere'), ...ONE, '--out', at('x')),
    ],
  ] as [string, string, () => ReturnType<typeof json>][])('refuses %s', async (_name, code, run) => {
    expect(codeOf(await run())).toEqual([2, code]);
    expect(existsSync(at('x'))).toBe(false);
  });
});

describe('gov cms encrypt and decrypt', () => {
  const holder = ['--key', at('enc.key.pem'), '--cert', at('enc.crt.pem')];
  const open = (file: string, ...options: string[]) => json('cms', 'decrypt', at(file), ...options);

  beforeAll(async () => {
    const key = generateSm2Key();
    const { signing, encryption } = await issueDual({
      ca: {
        certificate: readCertificate(read('ca/root.crt.pem')),
        signer: sm2Signer(readSm2PrivateKey(read('ca/root.key.pem'))),
      },
      subject: 'CN=接收者,C=CN',
      use: 'signer',
      signingKey: generateSm2Key().publicKey.toSpki(),
      encryptionKey: key.publicKey.toSpki(),
      notBefore: new Date('2026-01-02T00:00:00Z'),
      notAfter: new Date('2030-01-01T00:00:00Z'),
    });
    writeFileSync(at('enc.crt.pem'), writePem('CERTIFICATE', encryption.bytes));
    writeFileSync(at('sig.crt.pem'), writePem('CERTIFICATE', signing.bytes));
    writeFileSync(at('enc.key.pem'), key.toPem());
    writeFileSync(at('password'), '口令\n');
    writeFileSync(at('enc.locked.pem'), await writeEncryptedSm2PrivateKey(key, '口令', { iterations: 1000 }));
  });

  it.each(['sm4-cbc', 'sm4-gcm'])('%s', async (cipher) => {
    const envelope = ['cms', 'encrypt', at('file'), '--to', at('enc.crt.pem'), '--cipher', cipher];
    const { status, answer } = await json(...envelope, '--out', at(`${cipher}.p7m`));
    expect([status, answer.recipients]).toEqual([0, ['CN=接收者,C=CN']]);
    const opened = await open(`${cipher}.p7m`, ...holder, '--out', at(`${cipher}.txt`));
    expect(opened.answer).toMatchObject({ bytes: 21, cipher });
    expect(read(`${cipher}.txt`)).toEqual(read('file'));
    expect(statSync(at(`${cipher}.txt`)).mode & 0o077).toBe(0);
    const locked = ['--key', at('enc.locked.pem'), '--cert', at('enc.crt.pem'), '--key-password-file', at('password')];
    expect((await open(`${cipher}.p7m`, ...locked, '--out', at(`${cipher}.2.txt`))).status).toBe(0);
  });

  it('refuses what it must', async () => {
    const encrypted = await json('cms', 'encrypt', at('file'), '--to', at('sig.crt.pem'), '--out', at('x.p7m'));
    expect(codeOf(encrypted)).toEqual([2, 'certificate-unsuitable']);
    const one = ['--key', at('one.key.pem'), '--cert', at('one.crt.pem')];
    expect(codeOf(await open('sm4-cbc.p7m', ...one, '--out', at('x')))).toEqual([2, 'recipient-not-found']);
    const wrongKey = ['--key', at('one.key.pem'), '--cert', at('enc.crt.pem')];
    expect(codeOf(await open('sm4-cbc.p7m', ...wrongKey, '--out', at('x')))).toEqual([2, 'decryption-failed']);
    expect(codeOf(await open('file', ...holder, '--out', at('x')))).toEqual([2, 'cms-malformed']);
    expect(existsSync(at('x'))).toBe(false);
  });
});
