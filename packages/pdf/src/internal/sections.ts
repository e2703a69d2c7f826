/** From the last `startxref` along /Prev to the first section, and which sections one saving of the file wrote. */
import type { PdfFile } from '../file.js';
import type { PdfLimits } from '../limits.js';
import { isName, PdfDict } from '../object.js';
import { loop, malformed, overLimit } from './fault.js';
import { Lexer, type PdfDeviation } from './lexer.js';
import { type Footer, readFooter, readSection, type XrefContext, type XrefSection } from './xref.js';

export interface RevisionSections {
  /** Oldest first; the last one is named by `startxref`. */
  readonly sections: readonly XrefSection[];
  readonly eof: number;
  readonly end: number;
}

/** How far into a file the header may stand, as every reader has it. */
const HEADER_WINDOW = 1024;

export function openSections(
  file: PdfFile,
  limits: PdfLimits,
  deviations: PdfDeviation[],
): { base: number; header: number; revisions: RevisionSections[] } {
  const header = findHeader(file, deviations);
  const at = lastIndexOf(file, 'startxref');
  const final = at < 0 ? undefined : readFooter({ base: 0 }, new Lexer({ file }, at, limits, deviations));
  if (final === undefined) throw malformed('no startxref with an offset and %%EOF');
  const base = findBase(file, limits, header, final.target);
  const context: XrefContext = { file, base, limits, deviations, entries: 0 };
  const sections = readChain(context, final.target + base);
  return { base, header, revisions: group(file, sections, { target: final.target + base, eof: final.eof }) };
}

export function findHeader(file: PdfFile, deviations: PdfDeviation[]): number {
  const header = indexOf(file.read(0, Math.min(file.length, HEADER_WINDOW + 5)), '%PDF-');
  if (header < 0) throw malformed('no %PDF- header');
  if (header > 0) deviations.push({ code: 'junk-before-header', offset: 0, detail: `%PDF- stands at byte ${header}` });
  return header;
}

/** Offsets count from the header (§7.5.2) or, in many files with junk before it, from byte 0. */
function findBase(file: PdfFile, limits: PdfLimits, header: number, target: number): number {
  if (header === 0) return 0;
  const isSection = (at: number, exactly: boolean): boolean => {
    if (at >= file.length) return false;
    const lexer = new Lexer({ file }, at, limits, []);
    if (!exactly) lexer.skipSpace();
    if (isWithinWord(file, lexer.offset)) return false;
    return lexer.at('xref') || (lexer.objectHeader() !== undefined && isCrossReference(lexer));
  };
  // As little junk as there is white space before the section makes both fit: the one that hits it exactly is meant.
  for (const exactly of [true, false]) {
    const [fromHeader, fromStart] = [isSection(target + header, exactly), isSection(target, exactly)];
    if (fromHeader && fromStart)
      throw malformed('startxref fits two cross-references: counted from byte 0 and from %PDF-');
    if (fromHeader || fromStart) return fromHeader ? header : 0;
  }
  throw malformed('startxref names no cross-reference', target);
}

/** `startxref` ends with the keyword of a table, and behind its first digit an object number is another one. */
function isWithinWord(file: PdfFile, at: number): boolean {
  const [before] = at === 0 ? [] : file.read(at - 1, at);
  return before !== undefined && /[a-z0-9]/i.test(String.fromCharCode(before));
}

/** True when the object that follows is the dictionary of a cross-reference stream, as far as it can be read. */
function isCrossReference(lexer: Lexer): boolean {
  try {
    const dict = lexer.object();
    return dict instanceof PdfDict && isName(dict.get('Type'), 'XRef');
  } catch {
    return false;
  }
}

function readChain(context: XrefContext, start: number): XrefSection[] {
  const sections: XrefSection[] = [];
  const seen = new Set<number>();
  for (let at: number | undefined = start; at !== undefined; ) {
    if (seen.has(at)) throw loop(`/Prev leads back to the cross-reference at byte ${at}`);
    if (sections.length >= context.limits.sections)
      throw overLimit('cross-reference sections', context.limits.sections);
    seen.add(at);
    const section = readSection(context, at);
    sections.push(section);
    const previous = section.trailer.get('Prev');
    if (previous !== undefined && (typeof previous !== 'number' || !Number.isInteger(previous)))
      throw malformed('/Prev is no offset', at);
    at = previous === undefined ? undefined : previous + context.base;
  }
  return sections;
}

/**
 * A saving ends with `startxref`, the offset of its newest section, `%%EOF`. A section that no such ending names belongs to
 * the next newer one: so the two sections of a linearized file are one revision, and what was slipped in between two
 * sections never passes for a revision of its own.
 */
function group(file: PdfFile, newestFirst: readonly XrefSection[], final: Footer): RevisionSections[] {
  const endings = new Map<number, number>();
  for (const { footer } of newestFirst)
    if (footer !== undefined) endings.set(footer.target, Math.max(footer.eof, endings.get(footer.target) ?? 0));
  if (!endings.has(final.target)) endings.set(final.target, final.eof);
  const groups: { eof: number; sections: XrefSection[] }[] = [];
  for (const section of newestFirst) {
    const eof = endings.get(section.offset);
    if (eof !== undefined) groups.unshift({ eof, sections: [section] });
    else groups[0]?.sections.unshift(section);
  }
  groups.forEach(({ eof, sections }, i) => {
    const before = groups[i - 1]?.eof ?? 0;
    if (sections.some((section) => section.offset < before || section.offset >= eof))
      throw malformed('a cross-reference section lies outside its revision', sections[0]?.offset);
  });
  return groups.map(({ eof, sections }) => ({
    sections,
    eof,
    end: eof + endOfLine(file.read(eof, Math.min(file.length, eof + 2))),
  }));
}

/** Bytes of the end of line that these begin with. */
const endOfLine = ([first, second]: Uint8Array): number => {
  if (first === 13) return second === 10 ? 2 : 1;
  return first === 10 ? 1 : 0;
};

function matches(bytes: Uint8Array, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}

function indexOf(bytes: Uint8Array, text: string): number {
  for (let i = 0; i < bytes.length; i++) if (matches(bytes, i, text)) return i;
  return -1;
}

/** Bytes looked through at a time, from the end of the file. */
const BACKWARDS = 65_536;

function lastIndexOf(file: PdfFile, text: string): number {
  const first = text.charCodeAt(0);
  for (let end = file.length; end > 0; ) {
    const start = Math.max(0, end - BACKWARDS);
    const bytes = file.read(start, Math.min(file.length, end + text.length - 1));
    for (let i = bytes.lastIndexOf(first); i >= 0; i = i === 0 ? -1 : bytes.lastIndexOf(first, i - 1))
      if (matches(bytes, i, text)) return start + i;
    end = start;
  }
  return -1;
}
