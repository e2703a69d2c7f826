/** Which cell styles show a number as a date (单元格格式): a workbook keeps dates as numbers, and only the format tells. */

import type { TableLimits } from '../../limits.js';
import { beyond } from '../limit.js';
import type { NumberStyle } from '../raw.js';
import { readXml } from './xml.js';

/** What Excel takes; also keeps the patterns below, which are quadratic on unclosed brackets, short. */
const LONGEST_FORMAT = 255;

/** By number of the style, as cells refer to it. @throws GovError `limit-exceeded`, `table-malformed` */
export function readStyles(part: string, bytes: Iterable<Uint8Array>, limits: TableLimits): readonly NumberStyle[] {
  const formats = new Map<number, NumberStyle>();
  const styles: NumberStyle[] = [];
  readXml(part, bytes, limits, {
    open(path, attributes) {
      if (path === '/styleSheet/numFmts/numFmt') {
        if (formats.size >= limits.styles) throw beyond('number formats', limits.styles);
        formats.set(Number(attributes.numFmtId), formatStyle((attributes.formatCode ?? '').slice(0, LONGEST_FORMAT)));
      } else if (path === '/styleSheet/cellXfs/xf') {
        if (styles.length >= limits.styles) throw beyond('cell styles', limits.styles);
        const format = Number(attributes.numFmtId ?? 0);
        styles.push(formats.get(format) ?? builtInStyle(format));
      }
    },
    close() {},
  });
  return styles;
}

/** ECMA-376-1 18.8.30, with the formats 27 to 36 and 50 to 58 that Chinese editions add. */
function builtInStyle(format: number): NumberStyle {
  const within = (from: number, to: number): boolean => from <= format && format <= to;
  if (within(14, 17) || format === 22 || within(27, 31) || format === 36 || within(50, 54) || within(57, 58))
    return 'date';
  if (within(18, 21) || within(32, 35) || within(45, 47) || within(55, 56)) return 'time';
  return 'plain';
}

/** Quoted texts, escaped and padding characters, and brackets other than [h], [m] and [s]. */
const NO_SYMBOLS = /"[^"]*"|[\\_*].|\[(?!h+\]|m+\]|s+\])[^\]]*\]/gi;

/** What a format code of someone's own shows (ECMA-376-1 18.8.31); its first section counts. */
function formatStyle(code: string): NumberStyle {
  const symbols = code
    .replace(NO_SYMBOLS, '')
    .replace(/;.*$/s, '')
    .replace(/general|e[+-]|am\/pm|a\/p/gi, '');
  if (/\[[hms]+\]/i.test(symbols)) return 'time';
  if (/[yde]/i.test(symbols)) return 'date';
  if (/[hs]/i.test(symbols)) return 'time';
  return /m/i.test(symbols) ? 'date' : 'plain';
}
