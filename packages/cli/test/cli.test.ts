import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SEAL_PNG } from '../../../test/world.js';
import { gov, json as printed } from './run.js';

const sample = new URL('../../../examples/license/food-business.json', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'gov-cli-'));
const at = (name: string) => join(folder, name);
const AT = ['--at', '2026-05-20T10:00:00+08:00'];
const TRUST = ['--trust', at('ca/root.crt.pem'), '--certs', at('issuer.crt.pem'), ...AT];

/** The one JSON object of a run that prints nothing else. */
async function json(...args: readonly string[]) {
  const { err, ...answer } = await printed(...args);
  expect(err).toBe('');
  return answer;
}

const signer = ['--cert', at('signer.crt.pem'), '--key', at('signer.key.pem')];
const maker = ['--maker-cert', at('maker.crt.pem'), '--maker-key', at('maker.key.pem')];
const validity = ['--valid-from', '2026-01-01', '--valid-to', '2030-12-31'];
const makeSeal = (out: string, ...changes: readonly string[]) =>
  gov(
    'seal',
    'make',
    '--name',
    '某市行政审批局',
    '--id',
    '99010000000001',
    '--picture',
    at('seal.png'),
    '--width',
    '42',
    '--height',
    '42',
    '--signer',
    at('signer.crt.pem'),
    ...maker,
    ...validity,
    '--out',
    at(out),
    ...AT,
    ...changes,
  );
const issueLicense = (data: string, out: string, ...changes: readonly string[]) =>
  json(
    'license',
    'issue',
    data,
    '--cert',
    at('issuer.crt.pem'),
    '--key',
    at('issuer.key.pem'),
    '--seal',
    at('seal.esl'),
    '--seal-cert',
    at('signer.crt.pem'),
    '--seal-key',
    at('signer.key.pem'),
    '--out',
    at(out),
    ...AT,
    ...changes,
  );

let license: { identifier: string; pdf: string; qrPng: string; qrText: string; record: string };

beforeAll(async () => {
  writeFileSync(at('seal.png'), SEAL_PNG);
  expect((await gov('ca', 'init', '--out', at('ca'), '--at', '2026-01-01')).status).toBe(0);
  for (const [use, prefix] of [
    ['seal-maker', 'maker'],
    ['signer', 'signer'],
    ['license-issuer', 'issuer'],
    ['signer', 'other'],
  ] as const) {
    const subject = prefix === 'other' ? 'CN=别人,O=另一市行政审批局,C=CN' : `CN=${use},O=某市行政审批局,C=CN`;
    expect(
      (
        await gov(
          'ca',
          'issue',
          '--ca',
          at('ca'),
          '--use',
          use,
          '--subject',
          subject,
          '--out',
          at(prefix),
          '--at',
          '2026-01-02',
        )
      ).status,
    ).toBe(0);
  }
  expect((await makeSeal('seal.esl')).status).toBe(0);
  const issued = await issueLicense(sample, 'licences');
  expect(issued.status).toBe(0);
  license = issued.answer;
});

afterAll(() => rmSync(folder, { recursive: true }));

describe('gov ca', () => {
  it('writes keys that only their owner may read', () => {
    for (const key of ['ca/root.key.pem', 'signer.key.pem']) expect(statSync(at(key)).mode & 0o077).toBe(0);
  });

  it('overwrites nothing without --force', async () => {
    const before = readFileSync(at('ca/root.crt.pem'));
    const { status, answer } = await json('ca', 'init', '--out', at('ca'));
    expect([status, answer.error.code]).toEqual([2, 'file-exists']);
    expect(readFileSync(at('ca/root.crt.pem'))).toEqual(before);
  });

  it('refuses an unknown use, a wrong subject, a missing CA', async () => {
    const issue = (...args: readonly string[]) => json('ca', 'issue', '--ca', at('ca'), '--out', at('x'), ...args);
    expect((await issue('--use', 'king', '--subject', 'CN=x,C=CN')).answer.error.code).toBe('usage');
    expect((await issue('--use', 'signer', '--subject', 'x')).answer.error.code).toBe('name-malformed');
    const missing = await json(
      'ca',
      'issue',
      '--ca',
      at('nowhere'),
      '--use',
      'signer',
      '--subject',
      'CN=x,C=CN',
      '--out',
      at('x'),
    );
    expect(missing.answer.error.code).toBe('file-missing');
    expect(existsSync(at('x.crt.pem'))).toBe(false);
  });
});

describe('gov seal', () => {
  it('makes, verifies and inspects', async () => {
    const { status, answer } = await json('seal', 'verify', at('seal.esl'), ...TRUST);
    expect([status, answer.verdict]).toEqual([0, 'valid']);
    const inspected = await json('seal', 'inspect', at('seal.esl'));
    expect(inspected.answer).toMatchObject({ version: 4, name: '某市行政审批局', picture: { widthMm: 42 } });
    // A day given as an end lasts until its last second in Shanghai.
    expect(inspected.answer).toMatchObject({
      validFrom: '2025-12-31T16:00:00.000Z',
      validTo: '2030-12-31T15:59:59.000Z',
    });
  });

  it('is indeterminate without an anchor, and invalid once expired', async () => {
    const alone = await json('seal', 'verify', at('seal.esl'), ...AT);
    expect([alone.status, alone.answer.verdict]).toEqual([3, 'indeterminate']);
    const late = await json('seal', 'verify', at('seal.esl'), '--trust', at('ca/root.crt.pem'), '--at', '2031-01-01');
    expect(late.status).toBe(1);
    expect(late.answer.findings.filter((one: { outcome: string }) => one.outcome === 'fail')).toMatchObject([
      { code: 'seal-expired' },
    ]);
  });

  it('fails for a signer that made its own seal', async () => {
    await makeSeal('own.esl', '--maker-cert', at('signer.crt.pem'), '--maker-key', at('signer.key.pem'));
    const { status, answer } = await json('seal', 'verify', at('own.esl'), ...TRUST);
    expect(status).toBe(1);
    expect(answer.findings).toContainEqual(
      expect.objectContaining({ outcome: 'fail', code: 'not-authorised-for-use' }),
    );
  });

  it('draws a round seal where no picture is given, and only a round one', async () => {
    const args = [
      'seal',
      'make',
      '--name',
      '某市行政审批局',
      '--id',
      '1',
      '--signer',
      at('signer.crt.pem'),
      ...maker,
      ...validity,
      ...AT,
    ];
    expect((await gov(...args, '--width', '42', '--height', '42', '--out', at('drawn.esl'))).status).toBe(0);
    expect((await json(...args, '--width', '45', '--height', '30', '--out', at('no.esl'))).answer.error.code).toBe(
      'usage',
    );
    expect(
      (await json(...args, '--width', '42', '--height', '42', '--out', at('no.esl'), '--name', '局')).answer.error.code,
    ).toBe('seal-name-length');
  });

  it('names unreadable input', async () => {
    expect((await json('seal', 'verify', at('seal.png'))).answer.error.code).toBe('seal-malformed');
    expect((await json('seal', 'verify', at('nothing'))).answer.error.code).toBe('file-missing');
    const text = await json(
      'seal',
      'make',
      '--name',
      'x',
      '--id',
      '1',
      '--picture',
      sample,
      '--width',
      '1',
      '--height',
      '1',
      '--signer',
      at('signer.crt.pem'),
      ...maker,
      ...validity,
      '--out',
      at('x.esl'),
    );
    expect(text.answer.error.code).toBe('seal-picture-unsupported');
  });
});

describe('gov pdf', () => {
  const seal = (input: string, out: string, ...changes: readonly string[]) =>
    json(
      'pdf',
      'seal',
      input,
      '--seal',
      at('seal.esl'),
      ...signer,
      '--page',
      '1',
      '--x',
      '150',
      '--y',
      '60',
      '--out',
      at(out),
      ...AT,
      ...changes,
    );

  it('seals again, keeps the input as a prefix, and verifies both seals', async () => {
    expect((await seal(license.pdf, 'twice.pdf')).status).toBe(0);
    const input = readFileSync(license.pdf);
    expect(readFileSync(at('twice.pdf')).subarray(0, input.length).equals(input)).toBe(true);
    const { status, answer } = await json('pdf', 'verify', at('twice.pdf'), ...TRUST);
    expect([status, answer.verdict, answer.signatures.length]).toEqual([0, 'valid', 2]);
  });

  it('refuses a place that is not wholly on the page, and leaves nothing behind', async () => {
    for (const place of [
      ['--x', '5'],
      ['--y', '205'],
      ['--x', '1000'],
      ['--page', '2'],
      ['--x', 'far'],
      ['--page', '1.5'],
    ]) {
      const { status, answer } = await seal(license.pdf, 'outside.pdf', ...place);
      expect(status).toBe(2);
      expect(['seal-outside-page', 'pdf-page-missing', 'usage']).toContain(answer.error.code);
    }
    expect(readdirSync(folder).filter((name) => name.startsWith('outside'))).toEqual([]);
  });

  it('refuses another signer, a key that does not fit, and times at which nothing is valid', async () => {
    const cases: readonly (readonly [string, readonly string[]])[] = [
      ['signer-not-in-seal', ['--cert', at('other.crt.pem'), '--key', at('other.key.pem')]],
      ['key-mismatch', ['--key', at('other.key.pem')]],
      ['seal-not-yet-valid', ['--at', '2025-12-30']],
      ['seal-expired', ['--at', '2031-01-01']],
      ['key-malformed', ['--key', at('seal.png')]],
    ];
    for (const [code, changes] of cases)
      expect((await seal(license.pdf, 'no.pdf', ...changes)).answer.error.code).toBe(code);
  });

  it('names a PDF without signature, one that is none, and one cut short', async () => {
    const bare = readFileSync(license.pdf);
    writeFileSync(at('bare.pdf'), bare.subarray(0, bare.indexOf('%%EOF') + 6));
    const none = await json('pdf', 'verify', at('bare.pdf'), ...TRUST);
    expect([none.status, none.answer.findings[0].code]).toEqual([3, 'no-signature']);
    writeFileSync(at('cut.pdf'), bare.subarray(0, 2000));
    for (const file of [at('cut.pdf'), sample]) {
      const { status, answer } = await json('pdf', 'verify', file, ...TRUST);
      expect([status, answer.error.code]).toEqual([2, 'pdf-malformed']);
    }
  });
});

describe('gov license', () => {
  it('verifies from the PDF, the picture and the text', async () => {
    for (const file of [license.pdf, license.qrPng, license.qrText]) {
      const { status, answer } = await json('license', 'verify', file, ...TRUST);
      expect([status, answer.verdict]).toEqual([0, 'valid']);
    }
  });

  it('answers people in their language', async () => {
    const zh = await gov('license', 'verify', license.qrText, ...TRUST, '--lang', 'zh');
    expect(zh.out).toMatch(/^有效/);
    const en = await gov('license', 'verify', license.qrText, ...TRUST, '--lang', 'en');
    expect(en.out).toMatch(/^Valid/);
  });

  it('is indeterminate for an unknown issuer, and where more is required', async () => {
    const unknown = await json('license', 'verify', license.qrText, '--trust', at('ca/root.crt.pem'), ...AT);
    expect([unknown.status, unknown.answer.verdict]).toEqual([3, 'indeterminate']);
    const status = await json('license', 'verify', license.qrText, ...TRUST, '--require', 'status');
    expect(status.status).toBe(3);
  });

  it('is invalid for a flipped character', async () => {
    const text = readFileSync(license.qrText, 'utf8');
    writeFileSync(at('flipped.txt'), text.slice(0, 400) + (text[400] === 'A' ? 'B' : 'A') + text.slice(401));
    expect((await json('license', 'verify', at('flipped.txt'), ...TRUST)).status).toBe(1);
  });

  it('names every error of an application at once, with path and both languages', async () => {
    const bad = JSON.parse(readFileSync(sample, 'utf8'));
    bad.authority.code = '11990100MB0000018L';
    bad.validTo = '2020-01-01';
    bad.holders = [];
    bad.fields.domicile = undefined;
    writeFileSync(at('bad.json'), JSON.stringify(bad));
    const { status, answer } = await issueLicense(at('bad.json'), 'bad');
    expect([status, answer.error.code]).toEqual([2, 'license-data-invalid']);
    const paths = answer.error.issues.map(({ path }: { path: string[] }) => path.join('.'));
    expect(paths).toEqual(expect.arrayContaining(['authority.code', 'validTo', 'holders', 'fields.domicile']));
    for (const { message, messageZh, code } of answer.error.issues) {
      expect([typeof code, /[a-z]/.test(message), /[\u4e00-\u9fff]/.test(messageZh)]).toEqual(['string', true, true]);
    }
    expect(existsSync(at('bad'))).toBe(false);
  });

  it('writes all files or none', async () => {
    const { status, answer } = await issueLicense(sample, 'licences');
    expect([status, answer.error.code]).toEqual([2, 'file-exists']);
    rmSync(license.qrText);
    const again = await issueLicense(sample, 'licences');
    expect(again.answer.error.code).toBe('file-exists');
    expect(existsSync(license.qrText)).toBe(false);
    expect((await issueLicense(sample, 'licences', '--force')).status).toBe(0);
    expect(readdirSync(at('licences')).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

describe('every verb', () => {
  it('answers wrong use with status 2 and the reason', async () => {
    const cases = [
      ['nothing'],
      ['seal'],
      ['seal', 'eat'],
      ['seal', 'verify'],
      ['seal', 'verify', 'a', 'b'],
      ['seal', 'verify', 'a', '--colour'],
      ['seal', 'verify', 'a', '--at', '2026-02-30'],
      ['seal', 'verify', 'a', '--lang', 'fr'],
      ['seal', 'verify', at('seal.esl'), '--profile', 'kind'],
      ['seal', 'verify', at('seal.esl'), '--require', 'luck'],
    ];
    for (const args of cases) {
      const { status, answer } = await json(...args);
      expect([status, answer.error.code, typeof answer.error.messageZh], args.join(' ')).toEqual([
        2,
        'usage',
        'string',
      ]);
    }
  });

  it('explains itself', async () => {
    expect((await gov()).out).toContain('gov license verify');
    expect((await gov('--help')).status).toBe(0);
    expect((await gov('pdf', 'seal', '--help')).out).toContain('--x MM');
    expect((await gov('seal', '--help')).out).toContain('gov seal make');
  });

  it('writes errors of people to standard error', async () => {
    const { status, out, err } = await gov('seal', 'verify', at('nothing'), '--lang', 'zh');
    expect([status, out]).toEqual([2, '']);
    expect(err).toMatch(/^file-missing: 找不到文件/);
  });
});
