/** Real files of other projects, and what other programs say of ours. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { coverageFindings, openPdf, prepareSignature, prepareSignatureInField, signaturesOf } from '../src/index.js';
import { ascii, buildPdf, codeOf, KINDS, latin } from './build.js';

const DATA = join(import.meta.dirname, '../../../../shared/data/pdf');
const hasData = existsSync(DATA);
if (!hasData) console.log(`skipped: no real files at ${DATA}`);
const has = (program: string): boolean => {
  const found = spawnSync(program, ['--version']).error === undefined;
  if (!found) console.log(`skipped: ${program} is not installed`);
  return found;
};
const hasQpdf = has('qpdf');
const hasPdfsig = has('pdfsig');
const list = (folder: string) => (hasData ? readdirSync(join(DATA, folder)).map((name) => `${folder}/${name}`) : []);
const read = (name: string) => new Uint8Array(readFileSync(join(DATA, name)));

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gov-pdf-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const sign = (bytes: Uint8Array) => {
  const doc = openPdf(bytes);
  return prepareSignature(doc, {
    page: doc.pageCount,
    rect: [50, 50, 150, 150],
    appearance: { bbox: [0, 0, 100, 100], content: ascii('1 0 0 RG 5 5 90 90 re S') },
    filter: 'Adobe.PPKLite',
    subFilter: 'adbe.pkcs7.detached',
    reservedBytes: 2000,
  }).finish(new Uint8Array(0));
};

/** Exit status and complaints of qpdf, file names taken out: 0 fine, 3 warnings, 2 errors. */
function qpdf(bytes: Uint8Array): { status: number | null; warnings: number } {
  const path = join(folder, 'checked.pdf');
  writeFileSync(path, bytes);
  const { status, stderr } = spawnSync('qpdf', ['--check', path], { encoding: 'utf8' });
  return { status, warnings: stderr.split('\n').filter((line) => line.startsWith('WARNING')).length };
}

function pdfsig(bytes: Uint8Array): number {
  const path = join(folder, 'signed.pdf');
  writeFileSync(path, bytes);
  return spawnSync('pdfsig', ['-nocert', path], { encoding: 'utf8' }).stdout.match(/^Signature #/gm)?.length ?? 0;
}

const failed = (name: string) => {
  const doc = openPdf(read(name));
  const all = signaturesOf(doc);
  return Object.fromEntries(
    all.map((signature) => [
      signature.fieldName,
      coverageFindings(doc, signature, all)
        .filter(({ outcome }) => outcome === 'fail')
        .map(({ code }) => code),
    ]),
  );
};

describe.skipIf(!hasQpdf || !hasPdfsig)('foreign readers on files made here', () => {
  it.each(KINDS)('%s', (kind) => {
    for (const junk of ['', 'junk\n']) {
      const input = buildPdf({ kind, junk, pages: 3 });
      expect(qpdf(input).status).not.toBe(2);
      const signed = sign(sign(input));
      expect(qpdf(signed)).toEqual(qpdf(input));
      if (junk === '') expect(pdfsig(signed)).toBe(2);
    }
  });
});

describe.skipIf(!hasData)('real files', () => {
  const inputs = ['example.pdf', ...list('inputs')].filter((name) => !name.includes('aes256'));
  it.each(inputs)('%s is signed twice, and foreign readers agree', (name) => {
    const input = read(name);
    expect(signaturesOf(openPdf(input))).toEqual([]);
    const once = sign(input);
    const twice = sign(once);
    expect(Buffer.from(twice.buffer, 0, input.length).equals(input)).toBe(true);
    const doc = openPdf(twice);
    const all = signaturesOf(doc);
    expect(all.map((signature) => coverageFindings(doc, signature, all).at(-1)?.code)).toEqual([
      'coverage-further-signature',
      'coverage-whole-file',
    ]);
    if (hasQpdf) {
      const [before, after] = [qpdf(input), qpdf(twice)];
      expect(after.warnings).toBeLessThanOrEqual(before.warnings);
      expect(after.status).toBeLessThanOrEqual(before.status ?? 0);
    }
    if (hasPdfsig) {
      expect(pdfsig(once)).toBe(1);
      expect(pdfsig(twice)).toBe(2);
    }
  });

  it.each(['usersecret', 'ownersecret'])('an encrypted file is signed with the password %s', (password) => {
    const input = read('inputs/minimal-two-fields-aes256.pdf');
    expect(codeOf(() => openPdf(input))).toBe('pdf-encrypted');
    expect(codeOf(() => openPdf(input, { password: 'secret' }))).toBe('password-wrong');
    const doc = openPdf(input, { password });
    expect(doc.encryption).toMatchObject({ method: 'AES', revision: 6, role: password.replace('secret', '') });
    const signed = prepareSignatureInField(doc, 'Sig1', {
      filter: 'Gomain.GMPkiLite',
      subFilter: 'GM.sm2seal',
      reservedBytes: 64,
      reason: 'in an encrypted file',
    }).finish(Uint8Array.of(0x30, 0));
    expect(latin(signed.subarray(input.length))).not.toContain('in an encrypted file');
    const after = openPdf(signed, { password: 'usersecret' });
    const [signature] = signaturesOf(after);
    expect(signature).toMatchObject({ fieldName: 'Sig1', reason: 'in an encrypted file', changed: false });
    expect(coverageFindings(after, signature!).map(({ outcome }) => outcome)).toEqual(['pass']);
  });

  it('a certified file is not signed', () => {
    expect(codeOf(() => sign(read('signed/certified-with-indirect-refs-in-dir.pdf')))).toBe('pdf-certified');
  });

  it.each([
    ['certified-with-indirect-refs-in-dir', { Sig1: [] }],
    ['coverage-one-byterange', { Sig1: ['coverage-byte-range'] }],
    ['coverage-signature-gap-too-big', { Sig1: ['coverage-gap', 'coverage-revision'] }],
    ['coverage-tail-uncovered', { Sig1: ['coverage-revision'] }],
    ['separate-annots-kids-indir', { Sig1: [], Sig2: [] }],
    ['minimal-two-fields-signed-twice', { Sig1: [], Sig2: [] }],
    ['minimal-signed-twice-no-sig-type', { Sig1: [], Sig2: [] }],
    ['extensions-direct', { Sig1: [], Sig2: [] }],
    ['form-update-override-appearance-stream', { Sig1: [], Sig2: [] }],
    ['pades-lta-dss-indirect-arrs-test', { Sig1: [], 'Timestamp-977301ad-bec9-4cae-a0cd-f6a674c6e465': [] }],
    ['pdf-sig-with-econtent', { Sig1: [] }],
    ['sig-no-signed-attrs', { Sig1: [] }],
  ])('%s', (name, expected) => {
    expect(failed(`signed/${name}.pdf`)).toEqual(expected);
  });

  it.each([
    ['extensions-indirect-not-all-paths', 'Sig1'],
    ['form-update-override-appearance-stream-sneaky', 'Sig1'],
  ])('%s is reported as modified', (name, field) => {
    expect(failed(`signed/${name}.pdf`)[field]).toEqual(['shared-object-changed']);
  });
});
