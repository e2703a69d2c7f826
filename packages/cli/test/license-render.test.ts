import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FOOD_BUSINESS, licenseClaims, licenseRecord } from '@gov/e-license';
import { issueLicenseQr } from '@gov/e-license/qr';
import { embeddedFiles, openPdf } from '@gov/pdf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeWorld, TIMES } from '../../../test/world.js';
import { SAMPLES } from '../../e-license/test/samples.js';
import { gov, json } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'gov-render-'));
const at = (name: string) => join(folder, name);
const AT = ['--at', '2026-06-01T00:00:00Z'];
afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(async () => {
  const world = await makeWorld();
  const options = { type: FOOD_BUSINESS, issuedAt: TIMES.signed, status: { list: 0, index: 7 } };
  const record = licenseRecord(SAMPLES[FOOD_BUSINESS.code]!, options);
  writeFileSync(at('record.json'), JSON.stringify(record));
  writeFileSync(at('record.qr.txt'), await issueLicenseQr(licenseClaims(record, FOOD_BUSINESS), world.issuer));
});

const changed = (name: string, change: Record<string, unknown>) => {
  writeFileSync(at(name), JSON.stringify({ ...JSON.parse(readFileSync(at('record.json'), 'utf8')), ...change }));
  writeFileSync(at(name.replace('.json', '.qr.txt')), readFileSync(at('record.qr.txt')));
  return at(name);
};

describe('gov license render', () => {
  it('draws a preview: no seal, no attachments', async () => {
    const { status, answer } = await json('license', 'render', at('record.json'), '--out', at('preview.pdf'), ...AT);
    expect([status, answer.form]).toEqual([0, 'preview']);
    const doc = openPdf(new Uint8Array(readFileSync(at('preview.pdf'))));
    expect([doc.pageCount, doc.revisions.length, embeddedFiles(doc)]).toEqual([1, 1, []]);
    expect((await json('license', 'verify', at('preview.pdf'), ...AT, '--trust', folder)).status).not.toBe(0);
  });

  it('draws the paper form with its number, and the same again', async () => {
    const print = (out: string, copy: string) =>
      json('license', 'render', at('record.json'), '--print', '--copy', copy, '--out', at(out), ...AT);
    expect((await print('one.pdf', '1')).answer).toMatchObject({ form: 'print', pdf: at('one.pdf') });
    await print('again.pdf', '1');
    await print('two.pdf', '2');
    expect(readFileSync(at('again.pdf'))).toEqual(readFileSync(at('one.pdf')));
    expect(readFileSync(at('two.pdf'))).not.toEqual(readFileSync(at('one.pdf')));
    expect(readFileSync(at('one.pdf')).length).toBeLessThan(400 * 1024);
  });

  it.each([
    ['usage', ['--print']],
    ['usage', ['--copy', '1']],
    ['usage', ['--print', '--copy', '0']],
    ['usage', ['--print', '--copy', '1x']],
    ['usage', ['--qr', 'x.txt', '--database', 'x']],
    ['file-missing', ['--qr', at('absent.txt')]],
    ['file-missing', ['--font', at('absent.ttf')]],
  ])('%s: %j', async (code, options) => {
    const { status, answer } = await json('license', 'render', at('record.json'), '--out', at('no.pdf'), ...options);
    expect([status, answer.error.code]).toEqual([2, code]);
  });

  it.each([
    ['input-malformed', 'identifier', { identifier: '1.2.156.3005.2.x' }],
    ['input-malformed', 'number', { identifier: undefined }],
    ['input-malformed', 'time', { issuedAt: 'yesterday' }],
    ['license-data-invalid', 'data', { data: { type: FOOD_BUSINESS.code } }],
    ['license-data-invalid', 'none', { data: undefined }],
  ])('%s: a record with another %s', async (code, name, change) => {
    const file = changed(`${name}.json`, change);
    const { status, answer } = await json('license', 'render', file, '--out', at('no.pdf'), ...AT);
    expect([status, answer.error.code]).toEqual([2, code]);
  });

  it('what the record’s lines say does not count, what its data say does', async () => {
    const face = [{ key: 'operator', label: '经营者名称', value: '另一家公司' }];
    await gov('license', 'render', changed('lines.json', { face }), '--out', at('lines.pdf'), ...AT);
    await gov('license', 'render', at('record.json'), '--out', at('data.pdf'), ...AT);
    expect(readFileSync(at('lines.pdf'))).toEqual(readFileSync(at('data.pdf')));
  });
});
