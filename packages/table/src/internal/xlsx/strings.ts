/** Texts of a workbook (共享字符串): plain or in pieces of different looks; phonetic guides are no part of them. */

import type { TableLimits } from '../../limits.js';
import { beyond } from '../limit.js';
import { PackedStrings } from './packed-strings.js';
import { readXml } from './xml.js';

/** @throws GovError `limit-exceeded`, `table-malformed` */
export function readSharedStrings(part: string, bytes: Iterable<Uint8Array>, limits: TableLimits): PackedStrings {
  const strings = new PackedStrings();
  let string = '';
  let total = 0;
  readXml(part, bytes, limits, {
    open(path) {
      if (path === '/sst/si') string = '';
    },
    close(path, text) {
      if (path === '/sst/si/t' || path === '/sst/si/r/t') {
        string += unescapeText(text);
        if (string.length > limits.cellLength)
          throw beyond('characters of a cell', limits.cellLength, `shared string ${strings.length}`);
      } else if (path === '/sst/si') {
        total += string.length;
        if (total > limits.sharedStringsLength)
          throw beyond('characters of shared strings', limits.sharedStringsLength);
        if (strings.length >= limits.sharedStrings) throw beyond('shared strings', limits.sharedStrings);
        strings.push(string);
      }
    },
  });
  return strings;
}

/** `_x000D_` is a character that XML cannot hold or would change (ST_Xstring, ECMA-376-1 22.9.2.19). */
export const unescapeText = (text: string): string =>
  text.includes('_x')
    ? text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    : text;
