/** What a cell means (单元格取值): cleaned where the meaning stays, named where it cannot be known. */

import type { CleanedCode, NamedCode } from '../issue.js';
import type { ColumnKind } from '../row.js';
import { serialDate, writtenDate } from './dates.js';
import { removeApostrophe } from './injection.js';
import type { RawCell, TypedCell } from './raw.js';

interface CellReader {
  readonly format: 'csv' | 'xlsx';
  readonly dateSystem: 1900 | 1904;
  cleaned(code: CleanedCode): void;
  issue(code: NamedCode): void;
}

/** The value of a cell of a column of this kind; '' where it is empty, null where its content is not to be trusted. */
export function cellValue(cell: RawCell, kind: ColumnKind, reader: CellReader): unknown {
  if (typeof cell !== 'string') return typedValue(cell, kind, reader);
  if (cell === '') return '';
  const text = cleanText(reader.format === 'csv' ? unescaped(cell, reader) : cell, kind, reader);
  if (text === null || text === '') return text;
  if (ERROR_VALUE.test(text)) return typedValue({ type: 'error', text }, kind, reader);
  switch (kind) {
    case 'text':
    case 'code':
      if (lostDigits(text)) reader.issue('cell-number-precision');
      return text;
    case 'date':
      return dateValue(text, reader);
    case 'number':
      return numberValue(text, reader);
  }
}

/** As a spreadsheet writes its error values to CSV, and what does not fit a column to print. */
const ERROR_VALUE = /^#(?:N\/A|REF!|VALUE!|DIV\/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!|#+)$/;

/** `="001"` is how spreadsheets are made to keep a text in CSV; any other `=` is a formula, which is '=' to nobody else. */
const TEXT_FORMULA = /^="((?:[^"]|"")*)"$/;

function unescaped(text: string, reader: CellReader): string | TypedCell {
  const bare = removeApostrophe(text);
  if (bare !== undefined) {
    reader.cleaned('cell-apostrophe');
    return bare;
  }
  if (!text.startsWith('=')) return text;
  const inner = TEXT_FORMULA.exec(text)?.[1];
  if (inner === undefined) return { type: 'formula' };
  reader.cleaned('cell-text-formula');
  return inner.replaceAll('""', '"');
}

/** What nearly every cell is made of: nothing to clean, and blanks only inside. */
const PLAIN =
  /^[!-~\u3001-\u303e\u4e00-\u9fa5\uff01-\uff5d](?:[ -~\u3001-\u303e\u4e00-\u9fa5\uff01-\uff5d]*[!-~\u3001-\u303e\u4e00-\u9fa5\uff01-\uff5d])?$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const LINE_BREAK = /\r\n?|[\u000b\u000c\u0085\u2028\u2029]/g;
// Zero-width space, word joiner, byte order mark, soft hyphen, marks of direction.
const INVISIBLE = /[\u200b\u2060\ufeff\u00ad\u200e\u200f\u061c]/g;
// The joiners decide over letters in some scripts, but in a code they are nothing.
const JOINERS = /\u200c|\u200d|\u180e|\ufe0e|\ufe0f/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const CONTROL = /[\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f]/;
const DIRECTION = /[\u202a-\u202e\u2066-\u2069]/;
const PRIVATE = /[\ue000-\uf8ff\u{f0000}-\u{ffffd}\u{100000}-\u{10fffd}]/u;
const FULL_WIDTH = /[\uff01-\uff5e\u3000]/g;

function cleanText(given: string | TypedCell, kind: ColumnKind, reader: CellReader): string | null {
  if (typeof given !== 'string') {
    reader.issue('cell-formula');
    return null;
  }
  let text = given;
  if (!PLAIN.test(text)) {
    const change = (code: CleanedCode, next: string): void => {
      if (next !== text) reader.cleaned(code);
      text = next;
    };
    change('cell-invisible-removed', text.replace(INVISIBLE, ''));
    if (kind !== 'text') change('cell-invisible-removed', text.replace(JOINERS, ''));
    // Blanks of any width, U+00A0 and U+3000 among them, and line breaks; `trim` is linear where /\s+$/ is not.
    change('cell-blank-trimmed', text.trim());
    change('cell-line-break', text.replace(LINE_BREAK, '\n'));
    change('cell-normalized', text.normalize('NFC'));
    if (text.includes('\ufffd') || !isWellFormed(text)) reader.issue('cell-undecodable');
    if (CONTROL.test(text)) reader.issue('cell-control-character');
    if (DIRECTION.test(text)) reader.issue('cell-direction-character');
    if (PRIVATE.test(text)) reader.issue('cell-private-use');
    if (kind !== 'text' && text.includes('\n')) reader.issue('cell-inner-line-break');
  }
  if (kind === 'text') return text;
  const half = text.replace(FULL_WIDTH, (wide) =>
    wide === '\u3000' ? ' ' : String.fromCharCode(wide.charCodeAt(0) - 0xfee0),
  );
  if (half !== text) reader.cleaned('cell-full-width');
  return half;
}

const isWellFormed = (text: string): boolean => !/\p{Surrogate}/u.test(text);

/** 1.10105E+17 is what is left of an identity number; so is one that ends in 000 and has not the check digit 0. */
function lostDigits(text: string): boolean {
  return /^\d(?:\.\d+)?[Ee]\+\d{2,3}$/.test(text) || (/^\d{15}000$/.test(text) && !checkDigitIsZero(text));
}

/** GB 11643 (ISO 7064 MOD 11-2): the weighted sum of the digits before a check digit 0 leaves 1 modulo 11. */
function checkDigitIsZero(digits: string): boolean {
  let product = 0;
  for (const digit of digits.slice(0, 17)) product = ((product + Number(digit)) * 2) % 11;
  return product === 1;
}

function dateValue(text: string, reader: CellReader): string {
  const reading = writtenDate(text);
  if ('problem' in reading) {
    reader.issue(reading.problem);
    return text;
  }
  if (reading.date !== text) reader.cleaned('cell-date-rewritten');
  return reading.date;
}

const DECIMAL = /^[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?(?:[Ee][+-]?\d{1,3})?$/;
/** Also keeps the search for zeros at the end, which is quadratic, short. */
const LONGEST_NUMBER = 64;
/** Significant digits that a double, and a spreadsheet, keeps. */
const DIGITS = 15;

function numberValue(text: string, reader: CellReader): number | string {
  if (text.length > LONGEST_NUMBER || !DECIMAL.test(text)) {
    reader.issue('cell-number-unreadable');
    return text;
  }
  const plain = text.replaceAll(',', '');
  const value = Number(plain);
  if (!Number.isFinite(value)) {
    reader.issue('cell-number-unreadable');
    return text;
  }
  if (significantDigits(plain) > DIGITS) {
    reader.issue('cell-number-precision');
    return text;
  }
  if (String(value) !== text && plain !== text) reader.cleaned('cell-number-rewritten');
  // Minus zero is written 0.
  return value === 0 ? 0 : value;
}

const significantDigits = (number: string): number =>
  number
    .replace(/[Ee].*$/, '')
    .replace(/[^\d]/g, '')
    .replace(/^0+/, '')
    .replace(/0+$/, '').length;

function typedValue(cell: TypedCell, kind: ColumnKind, reader: CellReader): unknown {
  switch (cell.type) {
    case 'formula':
      reader.issue('cell-formula');
      return null;
    case 'error':
      reader.issue('cell-error-value');
      return null;
    case 'boolean':
      if (kind !== 'text') reader.issue('cell-boolean');
      return cell.text;
    case 'date':
      return misplacedDate(kind, reader) ?? dateValue(cell.text, reader);
    case 'number':
      return cell.style === 'plain' ? plainNumber(cell.text, kind, reader) : styledNumber(cell, kind, reader);
  }
}

function plainNumber(raw: string, kind: ColumnKind, reader: CellReader): unknown {
  const value = Number(raw);
  const text = String(value);
  if (Math.abs(value) >= 10 ** DIGITS) {
    reader.issue('cell-number-precision');
    return null;
  }
  switch (kind) {
    case 'number':
      return value;
    case 'code':
      reader.issue('cell-code-number');
      return text;
    case 'text':
      return text;
    case 'date':
      // 20260520 can be nothing but a date; a bare 46162 may be a serial number or anything else.
      if (/^\d{8}$/.test(text)) return dateValue(text, reader);
      reader.issue('cell-date-number');
      return text;
  }
}

function styledNumber(cell: Extract<TypedCell, { type: 'number' }>, kind: ColumnKind, reader: CellReader): unknown {
  const misplaced = misplacedDate(kind, reader);
  if (misplaced !== undefined) return misplaced;
  const reading: ReturnType<typeof serialDate> =
    cell.style === 'time' ? { problem: 'cell-date-time' } : serialDate(Number(cell.text), reader.dateSystem);
  if ('problem' in reading) {
    reader.issue(reading.problem);
    return null;
  }
  return reading.date;
}

/** A date where a code or a number belongs: the value is not to be trusted. */
function misplacedDate(kind: ColumnKind, reader: CellReader): null | undefined {
  if (kind !== 'code' && kind !== 'number') return undefined;
  reader.issue(kind === 'code' ? 'cell-code-date' : 'cell-number-date');
  return null;
}
