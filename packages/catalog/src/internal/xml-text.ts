/**
 * Text in XML of a workbook (ST_Xstring, ECMA-376-1 22.9.2.19): `_x0000_` for what XML cannot hold, and for `_x0000_` itself. Half a
 * surrogate pair is no character in any XML and becomes U+FFFD.
 */
export const xmlText = (text: string): string =>
  PLAIN.test(text)
    ? text
    : text
        .replaceAll(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_')
        // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is escaped
        .replaceAll(/[\u0000-\u0008\u000b-\u001f\ufffe\uffff]/g, escapeUnit)
        .replaceAll(/\p{Surrogate}/gu, '\ufffd')
        .replaceAll('&', '&amp;')
        .replaceAll('<', '&lt;')
        .replaceAll('>', '&gt;')
        .replaceAll('"', '&quot;');

const PLAIN = /^[ !#-%'-;=?-^`-~\u00a0-\ud7ff\ue000-\ufffd]*$/;

const escapeUnit = (unit: string): string => `_x${unit.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`;
