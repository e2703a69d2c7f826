/**
 * Formula injection (公式注入): a text in CSV that a spreadsheet would take for a formula gets an apostrophe before it. A text
 * that has apostrophes before such a character gets one more, so that taking one away always gives the text back.
 */

// Blanks and invisible characters before the sign do not stop every program; tab, CR and LF are signs themselves, and so is
// the line that tells a separator.
const DANGEROUS = /^(?:['\s\u00a0\u3000\u200b\u2060\ufeff]*[=+\-@＝＋－＠]|'*[\t\r\n]|'*sep=)/i;

export const addApostrophe = (text: string): string => (DANGEROUS.test(text) ? `'${text}` : text);

/** The text before `addApostrophe`; undefined where none was added. */
export const removeApostrophe = (text: string): string | undefined =>
  text.startsWith("'") && DANGEROUS.test(text.slice(1)) ? text.slice(1) : undefined;
