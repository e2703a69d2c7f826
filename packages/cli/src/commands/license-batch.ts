/** `gov license batch`: licences in bulk, from a table. The same command again goes on where it was. */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { defineLicenseType, LICENSE_TYPES, type LicenseType } from '@gov/e-license';
import {
  type BatchIssue,
  type BatchRecording,
  batchDigest,
  batchResults,
  commonData,
  licenseTable,
  type RangePreparer,
  recordBatch,
  recordedBatch,
  resultCsv,
  resultJsonLines,
  runBatch,
  type WorkDone,
} from '@gov/e-license/batch';
import { fileBytes, fileSpool, writeLicenseFiles, writeWhole } from '@gov/e-license/batch/files';
import { FaceFonts } from '@gov/e-license/face';
import { LicensePdfIssuer } from '@gov/e-license/pdf';
import type { BatchRecord } from '@gov/e-license/register';
import { readSeal } from '@gov/e-seal';
import type { Store } from '@gov/store';
import { postgresRangeQueue } from '@gov/store/queue';
import { csvText } from '@gov/table';
import { GovError, isGovError } from '@gov/verdict';
import { certificateOf, PASSWORD_FILE, signerOf } from '../arguments.js';
import { checkOwnFile } from '../batch-files.js';
import { type BatchLine, batchLine } from '../batch-progress.js';
import { command } from '../command.js';
import { DATABASE_OPTION, openDatabase } from '../database.js';
import { fileError, readInput, writeOutputs } from '../files.js';
import { faceFont } from '../fonts.js';
import { interruptible } from '../interrupt.js';
import { LICENSE_LOG } from '../license-log.js';
import { PREPARER_OPTIONS, preparerOf, wholeOf } from '../license-preparer.js';
import { refuseStdinTwice } from '../password.js';

/** Issues that an answer shows; all of them are in the file of `--errors`. */
const SHOWN_ISSUES = 1_000;
/** Issues that the file of `--errors` holds. */
const WRITTEN_ISSUES = 100_000;

export const licenseBatch = command({
  noun: 'license',
  verb: 'batch',
  about: { en: 'issue licences in bulk from CSV, XLSX, JSON Lines', zh: '由 CSV、XLSX、JSON Lines 批量签发证照' },
  words: ['TABLE'],
  options: {
    database: DATABASE_OPTION,
    type: {
      type: 'string',
      value: 'CODE|FILE',
      about: { en: 'licence type: its code, its name, or a definition', zh: '证照类型：代码、名称或定义文件' },
      required: true,
    },
    common: {
      type: 'string',
      value: 'FILE',
      about: { en: 'licence data that all rows have in common, JSON', zh: '各行相同的证照数据（JSON）' },
    },
    ...PREPARER_OPTIONS,
    actor: {
      type: 'string',
      value: 'NAME',
      about: { en: 'who orders it, for the audit log (gov)', zh: '经办人，记入审计日志（默认 gov）' },
    },
    id: {
      type: 'string',
      value: 'ID',
      about: { en: 'id of the batch (default: a random one)', zh: '批次号（默认随机生成）' },
    },
    sheet: { type: 'string', value: 'NAME', about: { en: 'sheet of the workbook', zh: '工作表名称' } },
    'header-row': { type: 'string', value: 'N', about: { en: 'row of the header', zh: '表头所在行' } },
    ignore: {
      type: 'string',
      value: 'COLUMN',
      multiple: true,
      about: { en: 'a column that is no licence data', zh: '不属于证照数据的列' },
    },
    'skip-wrong': {
      type: 'boolean',
      about: { en: 'leave out wrong rows, issue the others', zh: '跳过有误的行，签发其余各行' },
    },
    'no-check-register': {
      type: 'boolean',
      about: {
        en: 'do not ask first whether numbers are issued already',
        zh: '不预先核对编号是否已签发（已签发者将占用作废号）',
      },
    },
    'record-only': {
      type: 'boolean',
      about: { en: 'record; gov license worker issues', zh: '只登记，由 gov license worker 签发' },
    },
    'range-size': { type: 'string', value: 'N', about: { en: 'rows of one range (500)', zh: '每段行数（默认 500）' } },
    errors: {
      type: 'string',
      value: 'FILE.csv',
      about: { en: 'every error with its cell', zh: '错误清单，含单元格位置' },
    },
    results: {
      type: 'string',
      value: 'FILE',
      about: { en: 'result of every row, .csv or .jsonl', zh: '逐行结果，.csv 或 .jsonl' },
    },
    out: {
      type: 'string',
      value: 'DIR',
      about: { en: 'folder for <identifier>.qr.txt', zh: '输出目录：<证照标识>.qr.txt' },
    },
    pdf: { type: 'boolean', about: { en: 'sealed PDFs too, into the same folder', zh: '同时输出盖章 PDF' } },
    seal: { type: 'string', value: 'F.esl', about: { en: 'with --pdf: the seal', zh: '电子印章（与 --pdf 同用）' } },
    'seal-cert': { type: 'string', value: 'C2', about: { en: "the seal signer's certificate", zh: '签章人证书' } },
    'seal-key': { type: 'string', value: 'K2', about: { en: "the seal signer's private key", zh: '签章人私钥' } },
    'seal-key-password-file': PASSWORD_FILE,
    font: { type: 'string', value: 'FILE', about: { en: 'TTF or OTF of the face', zh: '证面字体' } },
  },
  async run([file], values, { at, lang, force, readStdin }) {
    refuseStdinTwice(values['key-password-file'], values['seal-key-password-file']);
    const type = await typeOf(values.type);
    const common = values.common === undefined ? {} : commonData(jsonOf(await readInput(values.common)), type);
    const documents = values.pdf ? await documentsOf(values, type, readStdin) : undefined;
    if (documents !== undefined && values.out === undefined) throw new GovError('usage', '--pdf needs --out DIR');
    const results = values.results ?? (values.out === undefined ? undefined : join(values.out, 'results.csv'));
    const preparer = values['record-only'] ? undefined : await preparerOf(values, readStdin);
    const line = batchLine(lang);
    let store: Store | undefined;
    try {
      return await interruptible(async (signal) => {
        store = await openDatabase(values.database, { create: true });
        const recording = await recorded(store, file!, { type, common, values, results, at, signal, line, force });
        const { batch, again, right, wrong, issueCount } = recording;
        if (batch === undefined) throw wrongRows(recording);
        const facts = { batch: batch.id, rows: batch.rows, again, ...(again ? {} : { right, wrong, issueCount }) };
        if (preparer === undefined) return done(facts, [`${batch.id}: ${batch.rows}`]);
        const began = performance.now();
        let damage: GovError | undefined;
        // From `--at` on, as time goes.
        const clock = () => new Date(at.getTime() + (performance.now() - began));
        const context = { database: values.database, preparer, signal, line, clock };
        const work = await issueAll(store, batch, context).catch((error: unknown) => {
          if (!isGovError(error) || error.code !== 'input-malformed') throw error;
          // Ranges that cannot be read: the others have been issued, and get their files.
          damage = error;
          return { issued: 0, voided: 0 };
        });
        const { issued } = work;
        const voided = await voidRows(store, batch.id);
        const seconds = (performance.now() - began) / 1000;
        const files =
          values.out === undefined
            ? {}
            : await writeLicenseFiles(store, batch.id, values.out, {
                signal,
                onProgress: line.files,
                ...(documents === undefined ? {} : { documents }),
              });
        if (results !== undefined) {
          const rows = batchResults(store, batch.id);
          await writeWhole(results, results.endsWith('.jsonl') ? resultJsonLines(rows) : resultCsv(rows));
        }
        if (damage !== undefined) throw damage;
        const said = voided === 0 ? undefined : voidSaid(voided, batch);
        const json = {
          ...facts,
          issued,
          voided,
          seconds,
          ...files,
          ...(results === undefined ? {} : { results }),
          ...said,
        };
        const lines = [
          `${batch.id}: ${issued}/${batch.rows}${voided > 0 ? `, void ${voided}` : ''}`,
          ...(said === undefined ? [] : [lang === 'zh' ? said.messageZh : said.message]),
          ...(results === undefined ? [] : [results]),
        ];
        // A serial without a licence is to be looked at: the results say why.
        return { ...done(json, lines), incomplete: voided > 0 };
      }, 'what was issued stays; the same command goes on');
    } finally {
      line.done();
      await preparer?.close();
      await store?.close();
    }
  },
});

const done = (json: Readonly<Record<string, unknown>>, lines: readonly string[]) =>
  ({ kind: 'done', json, lines }) as const;

/** Exit status 1 in words: by cancellation or one by one, these rows will never be issued under this batch. */
function voidSaid(voided: number, { id, rows }: BatchRecord): { readonly message: string; readonly messageZh: string } {
  return {
    message: `${voided} of ${rows} rows of the batch ${id} are void: cancelled, or not to be issued as they were. This batch will never issue them; a table of them does under another --id.`,
    messageZh: `批次 ${id} 共 ${rows} 行，其中 ${voided} 行已作废（批次被撤销或当时无法签发），本批次不再签发；需签发时请以新的 --id 另行提交。`,
  };
}

interface RecordContext {
  readonly type: LicenseType;
  readonly common: Readonly<Record<string, unknown>>;
  readonly values: {
    readonly actor: string | undefined;
    readonly id: string | undefined;
    readonly sheet: string | undefined;
    readonly 'header-row': string | undefined;
    readonly ignore: readonly string[] | undefined;
    readonly 'skip-wrong': boolean;
    readonly 'no-check-register': boolean;
    readonly 'range-size': string | undefined;
    readonly errors: string | undefined;
  };
  readonly results: string | undefined;
  readonly at: Date;
  readonly signal: AbortSignal;
  readonly line: BatchLine;
  readonly force: boolean;
}

async function recorded(store: Store, file: string, context: RecordContext): Promise<BatchRecording> {
  const { type, common, values, results, at, signal, line, force } = context;
  const { ignore = [], actor = 'gov', id, sheet, errors: errorFile } = values;
  const skipWrong = values['skip-wrong'] === true;
  const headerRow = wholeOf(values['header-row'], 'header-row');
  const rangeSize = wholeOf(values['range-size'], 'range-size');
  // Said with its name, and before a database is made.
  await checkReadable(file);
  const reading = { ...(sheet === undefined ? {} : { sheet }), ...(headerRow === undefined ? {} : { headerRow }) };
  const digest = await batchDigest(fileBytes(file), { type, common, ignore, skipWrong, reading });
  const named = { digest, ...(id === undefined ? {} : { id }) };
  const known = await recordedBatch(store, named);
  if (!force) {
    if (results !== undefined) await checkOwnFile(results, store, known?.id);
    // Of a batch that is recorded no errors are written any more.
    if (errorFile !== undefined && known === undefined) await checkOwnFile(errorFile, store, undefined);
  }
  const table = licenseTable(fileBytes(file), { type, signal, ...reading });
  const errors: BatchIssue[] = [];
  const recording = await recordBatch(store, table, {
    type,
    common,
    ignore,
    skipWrong,
    ...named,
    actor,
    at,
    signal,
    spool: await fileSpool(),
    maxIssues: SHOWN_ISSUES,
    onIssue: (issue) => {
      if (errors.length < WRITTEN_ISSUES) errors.push(issue);
    },
    onChecked: line.checked,
    ...(rangeSize === undefined ? {} : { rangeSize }),
    ...(values['no-check-register'] === true ? {} : { register: store }),
  });
  if (errorFile !== undefined && recording.issueCount > 0) {
    await writeOutputs([{ path: errorFile, content: errorTable(errors), secret: true }], force);
  }
  return recording;
}

/** Of all runs, of all who worked on it, and of a batch that was cancelled. */
async function voidRows(store: Store, batch: string): Promise<number> {
  let voided = 0;
  for await (const { status } of store.entries({ batch })) voided += status === 'void' ? 1 : 0;
  return voided;
}

/** On PostgreSQL ranges come from the queue, so that workers elsewhere may take some; alone, one process needs none. */
async function issueAll(
  store: Store,
  batch: BatchRecord,
  context: {
    readonly database: string;
    readonly preparer: RangePreparer;
    readonly signal: AbortSignal;
    readonly line: BatchLine;
    readonly clock: () => Date;
  },
): Promise<WorkDone> {
  const { database, preparer, signal, line, clock } = context;
  const options = { preparer, log: LICENSE_LOG, signal, clock, onProgress: line.issued };
  if (!/^postgres(ql)?:\/\//.test(database)) return runBatch(store, batch.id, options);
  const queue = await postgresRangeQueue(database, store, { issuerCode: batch.issuerCode, batch: batch.id });
  try {
    return await runBatch(store, batch.id, { ...options, queue });
  } finally {
    await queue.close();
  }
}

function wrongRows({ wrong, right, issues, issueCount }: BatchRecording): GovError {
  const shown = issues.length < issueCount ? `, of which the first ${issues.length} are shown` : '';
  return new GovError(
    'license-data-invalid',
    `${wrong} of ${wrong + right} rows are wrong: ${issueCount} errors${shown}; nothing was recorded`,
    // The place in the file says more than the path in the data.
    {
      issues: issues.map(({ line, cell, column, ...issue }) => ({
        ...issue,
        path: [cell ?? line, ...(column === undefined ? issue.path : [column])],
      })),
    },
  );
}

function errorTable(issues: readonly BatchIssue[]): string {
  const header = ['line', 'cell', 'column', 'code', 'message', 'messageZh'];
  const rows = issues.map(({ line, cell, column, code, message, messageZh }) => [
    line,
    cell,
    column,
    code,
    message,
    messageZh,
  ]);
  return csvText([header, ...rows], { byteOrderMark: true });
}

/** A code, a name, or a file with a definition. @throws GovError `license-type-unknown`, `license-type-invalid` and what reading throws */
async function typeOf(text: string): Promise<LicenseType> {
  const shipped = LICENSE_TYPES.find(({ code, name }) => code === text || name === text);
  return shipped ?? defineLicenseType(jsonOf(await readInput(text)));
}

async function documentsOf(
  values: {
    readonly seal: string | undefined;
    readonly 'seal-cert': string | undefined;
    readonly 'seal-key': string | undefined;
    readonly 'seal-key-password-file': string | undefined;
    readonly font: string | undefined;
  },
  type: LicenseType,
  readStdin: () => Promise<Uint8Array>,
): Promise<LicensePdfIssuer> {
  const { seal, 'seal-cert': certificate, 'seal-key': key, font } = values;
  if (seal === undefined || certificate === undefined || key === undefined) {
    throw new GovError('usage', '--pdf needs --seal, --seal-cert and --seal-key');
  }
  return new LicensePdfIssuer({
    types: [type],
    fonts: new FaceFonts(font === undefined ? await faceFont() : await readInput(font)),
    seal: {
      seal: readSeal(await readInput(seal)),
      certificate: await certificateOf(certificate),
      signer: await signerOf(key, values['seal-key-password-file'], readStdin),
    },
  });
}

/** @throws GovError `file-missing`, `file-unreadable` */
async function checkReadable(file: string): Promise<void> {
  try {
    await access(file, constants.R_OK);
  } catch (cause) {
    throw fileError(cause, file, 'file-unreadable');
  }
}

/** @throws GovError `input-malformed` */
function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new GovError('input-malformed', 'not JSON in UTF-8', { cause });
  }
}
