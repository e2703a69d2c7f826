/** `gov license render`: a licence to look at, or on paper; never sealed. */
import { type LicenseRecord, type LicenseType, licenseRecord, parseIdentifier, parseLicenseData } from '@gov/e-license';
import { FaceFonts } from '@gov/e-license/face';
import { drawPreview, drawPrintForm } from '@gov/e-license/pdf';
import { GovError } from '@gov/verdict';
import { command } from '../command.js';
import { DATABASE_OPTION } from '../database.js';
import { readInput, writeOutputs } from '../files.js';
import { faceFont } from '../fonts.js';
import { withRegister } from '../license-acts.js';
import { jsonOf, licenseTypes, TYPES_OPTION } from '../license-types.js';

export const licenseRender = command({
  noun: 'license',
  verb: 'render',
  about: {
    en: 'draw a licence: a marked preview, or with --print the paper form',
    zh: '绘制证照：带“预览”标记的照面，或用 --print 绘制纸质证照',
  },
  words: ['RECORD.json|IDENTIFIER'],
  options: {
    out: { type: 'string', value: 'FILE.pdf', about: { en: 'the PDF', zh: '输出的 PDF' }, required: true },
    qr: {
      type: 'string',
      value: 'FILE.txt',
      about: { en: 'the QR text (default: RECORD.qr.txt)', zh: '二维码文本（默认 RECORD.qr.txt）' },
    },
    database: { ...DATABASE_OPTION, required: false },
    print: { type: 'boolean', about: { en: 'the paper form with anti-copy ground', zh: '带防复制底纹的纸质证照' } },
    copy: {
      type: 'string',
      value: 'N',
      about: {
        en: 'number of the copy, with --print; it is printed, not counted',
        zh: '与 --print 同用：份号，只印出，不计数',
      },
    },
    english: { type: 'boolean', about: { en: 'English labels too', zh: '加印英文' } },
    types: TYPES_OPTION,
    font: { type: 'string', value: 'FILE', about: { en: 'TTF of the face', zh: '照面字体（TTF）' } },
  },
  async run([word], values, { at, force }) {
    const { database, copy, out } = values;
    const print = values.print === true;
    if (print !== (copy !== undefined)) throw new GovError('usage', '--print and --copy N go together');
    if (copy !== undefined && !/^[1-9]\d{0,5}$/.test(copy)) throw new GovError('usage', '--copy is a number from 1');
    if (database !== undefined && values.qr !== undefined) {
      throw new GovError('usage', '--qr is for a record file; the database has the QR text');
    }
    const types = await licenseTypes(values.types);
    const licence =
      database === undefined ? await recordFile(word!, values.qr, types) : await entryOf(word!, database, print);
    const { record, qrText } = licence;
    const type = types.find(({ code }) => code === record.data.type);
    if (type === undefined) throw new GovError('license-type-unknown', `no type ${record.data.type} is known`);
    const fonts = new FaceFonts(values.font === undefined ? await faceFont() : await readInput(values.font));
    const options = { type, fonts, createdAt: at, english: values.english === true };
    const pdf =
      copy === undefined
        ? await drawPreview(record, qrText, options)
        : await drawPrintForm(record, qrText, { ...options, copy: Number(copy) });
    await writeOutputs([{ path: out, content: pdf, secret: true }], force);
    const { identifier } = record;
    const form = copy === undefined ? 'preview' : 'print';
    return { kind: 'done', json: { identifier, form, pdf: out, bytes: pdf.length }, lines: [identifier, out] };
  },
});

interface Licence {
  readonly record: LicenseRecord;
  readonly qrText: string;
}

/** @throws GovError `license-not-found`, `license-status` for a print of what is not in force */
async function entryOf(identifier: string, database: string, print: boolean): Promise<Licence> {
  const entry = await withRegister(database, {}, (register) => register.find({ identifier }));
  if (entry?.record === undefined || entry.qrText === undefined) {
    throw new GovError('license-not-found', 'there is no such licence, or it was erased');
  }
  if (print && entry.status !== 'valid') {
    throw new GovError('license-status', `the licence is ${entry.status}: it is not printed`);
  }
  return { record: entry.record, qrText: entry.qrText };
}

/**
 * What `gov license issue` wrote. The record is read as strictly as data that is to be issued: its lines are made anew, so
 * that the face shows what the data says.
 */
async function recordFile(path: string, qrFile: string | undefined, types: readonly LicenseType[]): Promise<Licence> {
  const input = jsonOf(await readInput(path), 'the record');
  const { identifier, issuedAt, data, status } = (
    typeof input === 'object' && input !== null ? input : {}
  ) as Partial<LicenseRecord>;
  const read = parseLicenseData(data, types);
  const type = types.find(({ code }) => code === read.type) as LicenseType;
  const parts = parseIdentifier(String(identifier));
  const issued = new Date(String(issuedAt));
  if (!parts.ok || Number.isNaN(issued.getTime()))
    throw new GovError('input-malformed', `${path} is no licence record`);
  const { serial } = parts.value;
  const record = licenseRecord(read, { type, issuedAt: issued, serial, ...(status === undefined ? {} : { status }) });
  if (record.identifier !== identifier) {
    throw new GovError('input-malformed', "the record's identifier does not fit its data");
  }
  const qrText = new TextDecoder().decode(await readInput(qrFile ?? path.replace(/(\.json)?$/, '.qr.txt'))).trim();
  return { record, qrText };
}
