/** From the last `startxref` along /Prev to the first section, and which sections one saving of the file wrote. */
import { GovError } from '@gov/verdict';
import type { PdfLimits } from '../limits.js';
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
  bytes: Uint8Array,
  limits: PdfLimits,
  deviations: PdfDeviation[],
): { base: number; header: number; revisions: RevisionSections[] } {
  const header = indexOf(bytes, '%PDF-', HEADER_WINDOW);
  if (header < 0) throw malformed('no %PDF- header');
  if (header > 0) deviations.push({ code: 'junk-before-header', offset: 0, detail: `%PDF- stands at byte ${header}` });
  const at = lastIndexOf(bytes, 'startxref');
  const final = at < 0 ? undefined : readFooter({ base: 0 }, new Lexer({ bytes }, at, limits, deviations));
  if (final === undefined) throw malformed('no startxref with an offset and %%EOF');
  const base = findBase(bytes, limits, header, final.target);
  const context: XrefContext = { bytes, base, limits, deviations, entries: 0 };
  const sections = readChain(context, final.target + base);
  return { base, header, revisions: group(bytes, sections, { target: final.target + base, eof: final.eof }) };
}

/** Offsets count from the header (§7.5.2) or, in many files with junk before it, from byte 0. */
function findBase(bytes: Uint8Array, limits: PdfLimits, header: number, target: number): number {
  if (header === 0) return 0;
  const isSection = (at: number): boolean => {
    if (at >= bytes.length) return false;
    const lexer = new Lexer({ bytes }, at, limits, []);
    lexer.skipSpace();
    return lexer.at('xref') || lexer.objectHeader() !== undefined;
  };
  const [fromHeader, fromStart] = [isSection(target + header), isSection(target)];
  if (fromHeader && fromStart)
    throw malformed('startxref fits two cross-references: counted from byte 0 and from %PDF-');
  if (!fromHeader && !fromStart) throw malformed('startxref names no cross-reference', target);
  return fromHeader ? header : 0;
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
    if ((section.trailer.get('Encrypt') ?? null) !== null) throw new GovError('pdf-encrypted', 'the file is encrypted');
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
function group(bytes: Uint8Array, newestFirst: readonly XrefSection[], final: Footer): RevisionSections[] {
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
  return groups.map(({ eof, sections }) => ({ sections, eof, end: eof + endOfLine(bytes, eof) }));
}

const endOfLine = (bytes: Uint8Array, at: number): number => {
  if (bytes[at] === 13) return bytes[at + 1] === 10 ? 2 : 1;
  return bytes[at] === 10 ? 1 : 0;
};

function matches(bytes: Uint8Array, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}

function indexOf(bytes: Uint8Array, text: string, window: number): number {
  for (let i = 0; i < Math.min(window, bytes.length); i++) if (matches(bytes, i, text)) return i;
  return -1;
}

function lastIndexOf(bytes: Uint8Array, text: string): number {
  const first = text.charCodeAt(0);
  for (let i = bytes.lastIndexOf(first); i >= 0; i = i === 0 ? -1 : bytes.lastIndexOf(first, i - 1))
    if (matches(bytes, i, text)) return i;
  return -1;
}
