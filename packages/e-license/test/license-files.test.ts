/** What a crash of the system leaves of the files of a licence: names without their octets. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeLicenseFiles } from '@gov/e-license/batch/files';
import type { LicenseStore, RegisterEntry } from '@gov/e-license/register';
import { afterEach, beforeEach, expect, it } from 'vitest';

const IDENTIFIER = '1.2.156.3005.2.x';
const entry = { identifier: IDENTIFIER, record: {}, qrText: 'EL1:GENUINE' } as RegisterEntry;
const store = {
  async *entries() {
    yield entry;
  },
} as Partial<LicenseStore> as LicenseStore;
const pdf = new TextEncoder().encode('PDF anew');
const documents = { issue: async () => pdf };

let folder: string;
const textFile = (): string => join(folder, `${IDENTIFIER}.qr.txt`);
const pdfFile = (): string => join(folder, `${IDENTIFIER}.pdf`);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gov-files-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = () => writeLicenseFiles(store, 'b', folder, { documents });
const complete = () => {
  expect(readFileSync(textFile(), 'utf8')).toBe('EL1:GENUINE\n');
  expect(readFileSync(pdfFile(), 'utf8')).toBe('PDF anew');
  expect(readdirSync(folder)).toHaveLength(2);
};

it.each([
  ['an empty text beside a full PDF: both are written anew', '', 'PDF before', 2],
  ['an empty text beside an empty PDF', '', '', 2],
  ['an empty text alone', '', undefined, 2],
  ['a full text beside an empty PDF', 'EL1:GENUINE\n', '', 1],
  ['a full text alone', 'EL1:GENUINE\n', undefined, 1],
  ['nothing', undefined, undefined, 2],
])('is finished: %s', async (_, text, before, written) => {
  if (text !== undefined) writeFileSync(textFile(), text);
  if (before !== undefined) writeFileSync(pdfFile(), before);
  expect(await write()).toEqual({ licences: 1, written });
  complete();
  expect(await write()).toEqual({ licences: 1, written: 0 });
  complete();
});

it.each([
  ['a full PDF without a text', undefined],
  ['the text of another licence', 'EL1:ANOTHER\n'],
  ['the text without its end', 'EL1:GENUINE'],
])('is refused and left alone: %s', async (_, text) => {
  if (text !== undefined) writeFileSync(textFile(), text);
  writeFileSync(pdfFile(), 'PDF before');
  await expect(write()).rejects.toMatchObject({ code: 'file-exists' });
  expect(existsSync(textFile()) ? readFileSync(textFile(), 'utf8') : undefined).toBe(text);
  expect(readFileSync(pdfFile(), 'utf8')).toBe('PDF before');
});
