/**
 * Objects that are in the bytes and in no cross-reference, or there twice: other readers, and those that repair files, may take
 * them for the document.
 */
import { isGovError } from '@gov/verdict';
import type { PdfDocument } from '../document.js';
import { memoryFile } from '../file.js';
import { decode } from '../filter.js';
import { isDigit, isSpace, Lexer } from '../internal/lexer.js';
import { entryIn, numbersIn, type XrefSection } from '../internal/xref.js';
import { isName, PdfRef, PdfStream } from '../object.js';
import { HAZARD_LIMITS } from './limits.js';
import type { SayHazard } from './place.js';

/** An object that some cross-reference section names. */
interface Listed {
  readonly offset: number;
  readonly number: number;
  readonly generation: number;
  /** The newest revision whose section says so. */
  readonly revision: number;
}

/** @param objectStreams numbers of object streams of the newest revision, used or not */
export function strayHazards(doc: PdfDocument, objectStreams: readonly number[], say: SayHazard): void {
  const listed = listedObjects(doc, say);
  if (listed === undefined) return;
  scan(doc, listed.objects, say);
  const newest = doc.revisions.length - 1;
  for (const number of objectStreams) if (!listed.streams.has(number)) inObjectStream(doc, number, newest, listed, say);
  for (const [stream, revision] of listed.streams) if (!inObjectStream(doc, stream, revision, listed, say)) return;
}

interface ListedObjects {
  /** By their offset. */
  readonly objects: readonly Listed[];
  /** Object streams, and the newest revision that names an object in them. */
  readonly streams: ReadonlyMap<number, number>;
  /** `stream:index:number` of the objects in them. */
  readonly packed: ReadonlySet<string>;
  /** Bytes of object streams decoded so far. */
  decoded: number;
}

function listedObjects(doc: PdfDocument, say: SayHazard): ListedObjects | undefined {
  const byOffset = new Map<number, Listed>();
  const streams = new Map<number, number>();
  const packed = new Set<string>();
  let entries = 0;
  for (const { index } of doc.revisions) {
    const own = new Map<number, number>();
    for (const section of parts(doc, index)) {
      for (const number of numbersIn(section)) {
        if (++entries > HAZARD_LIMITS.entries) {
          say(
            'hazard-limit',
            {},
            `more than ${HAZARD_LIMITS.entries} cross-reference entries: stray objects were not looked for`,
          );
          return undefined;
        }
        const entry = entryIn(section, number);
        if (entry?.type === 'compressed') {
          streams.set(entry.stream, index);
          packed.add(`${entry.stream}:${entry.index}:${number}`);
        } else if (entry?.type === 'offset') {
          const { offset, generation } = entry;
          if ((own.get(number) ?? offset) !== offset)
            say(
              'hazard-duplicate-object',
              { object: number },
              `one saving names it at bytes ${own.get(number)} and ${offset}`,
            );
          own.set(number, offset);
          byOffset.set(offset, { offset, number, generation, revision: index });
        }
      }
    }
  }
  const objects = [...byOffset.values()].sort((a, b) => a.offset - b.offset);
  return { objects, streams, packed, decoded: 0 };
}

/** The sections of a revision, hidden ones by themselves. */
function* parts(doc: PdfDocument, revision: number): Generator<XrefSection> {
  for (const section of doc.sectionsOf(revision)) {
    yield { ...section, hidden: undefined };
    if (section.hidden !== undefined) yield section.hidden;
  }
}

const CHUNK = 1 << 20;
/** Room for `number generation obj` across the edge of two pieces. */
const OVERLAP = 64;

function scan(doc: PdfDocument, objects: readonly Listed[], say: SayHazard): void {
  const numbered = new Map<number, number[]>();
  for (const { number, offset } of objects) numbered.set(number, [...(numbered.get(number) ?? []), offset]);
  const structure = [...doc.revisions].flatMap(({ index }) =>
    [...parts(doc, index)].map(({ offset, footer }) => ({ from: offset, to: footer?.eof ?? offset })),
  );
  let candidates = 0;
  for (let start = 0; start < doc.length; start += CHUNK) {
    const from = Math.max(0, start - OVERLAP);
    const bytes = doc.read(from, Math.min(doc.length, start + CHUNK));
    for (const header of headersIn(bytes, start - from)) {
      const at = from + header.at;
      const before = lastAtOrBefore(objects, at);
      if (before !== undefined && (before.offset === at || isBlank(doc, before.offset, at))) continue;
      if (structure.some(({ from: begin, to }) => begin <= at && at < to)) continue;
      if (++candidates > HAZARD_LIMITS.candidates) {
        say('hazard-limit', {}, `only ${HAZARD_LIMITS.candidates} places that look like an object were looked at`);
        return;
      }
      if (before !== undefined && at < endOf(doc, before)) continue;
      const [first, last] = revisionAround(doc, at);
      const twice = numbered.get(header.number)?.some((offset) => first <= offset && offset < last) === true;
      say(
        twice ? 'hazard-duplicate-object' : 'hazard-unlisted-object',
        { object: header.number },
        twice ? `defined again at byte ${at}` : `stands at byte ${at}, and no cross-reference names it`,
      );
    }
  }
}

/** `number generation obj` whose keyword ends at or behind `skip`. */
function* headersIn(bytes: Uint8Array, skip: number): Generator<{ at: number; number: number }> {
  for (let j = bytes.indexOf(0x6a, Math.max(2, skip - 1)); j >= 0; j = bytes.indexOf(0x6a, j + 1)) {
    if (j < skip || bytes[j - 1] !== 0x62 || bytes[j - 2] !== 0x6f) continue;
    // `object` is a word; `obj<<` and `obj5` are read by some.
    if (isLetter(bytes[j + 1])) continue;
    let at = j - 3;
    const back = (test: (byte: number | undefined) => boolean): number => {
      const end = at;
      while (at >= 0 && end - at < 12 && test(bytes[at])) at--;
      return end - at;
    };
    if (back(isSpace) === 0 || back(isDigit) === 0 || back(isSpace) === 0 || back(isDigit) === 0) continue;
    at++;
    let number = 0;
    for (let i = at; isDigit(bytes[i]); i++) number = number * 10 + (bytes[i] as number) - 48;
    yield { at, number };
  }
}

const isLetter = (byte: number | undefined): boolean =>
  byte !== undefined && (byte | 32) >= 0x61 && (byte | 32) <= 0x7a;

function lastAtOrBefore(objects: readonly Listed[], at: number): Listed | undefined {
  let low = 0;
  let high = objects.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((objects[middle] as Listed).offset <= at) low = middle + 1;
    else high = middle;
  }
  return objects[low - 1];
}

/** Offsets may name white space before the object. */
const isBlank = (doc: PdfDocument, from: number, to: number): boolean =>
  to - from <= OVERLAP && doc.read(from, to).every((byte) => isSpace(byte));

/** Just after the object; the end of the file where it cannot be read, since then nothing is known of what follows. */
function endOf(doc: PdfDocument, { number, generation, revision }: Listed): number {
  try {
    return doc.asOf(revision).spanOf(new PdfRef(number, generation))?.end ?? 0;
  } catch (error) {
    if (!isGovError(error)) throw error;
    return doc.length;
  }
}

function revisionAround(doc: PdfDocument, at: number): readonly [number, number] {
  const own = doc.revisions.findIndex(({ end }) => at < end);
  if (own < 0) return [doc.revisions.at(-1)?.end ?? 0, doc.length];
  return [doc.revisions[own - 1]?.end ?? 0, doc.revisions[own]?.end ?? doc.length];
}

/** Objects of one object stream that no section names; false where the limit is reached. */
function inObjectStream(
  doc: PdfDocument,
  number: number,
  revision: number,
  listed: ListedObjects,
  say: SayHazard,
): boolean {
  const view = doc.asOf(revision);
  const stream = view.glance(number);
  if (!(stream instanceof PdfStream) || !isName(stream.dict.get('Type'), 'ObjStm')) return true;
  const left = HAZARD_LIMITS.objectStreamBytes - listed.decoded;
  if (left <= 0) {
    say('hazard-limit', {}, `only ${HAZARD_LIMITS.objectStreamBytes} bytes of object streams were looked at`);
    return false;
  }
  const bytes = decode(stream, left, (object) => view.resolve(object));
  listed.decoded += bytes.length;
  const count = view.resolve(stream.dict.get('N'));
  const lexer = new Lexer({ file: memoryFile(bytes), objectStream: number }, 0, doc.limits, []);
  for (let i = 0; typeof count === 'number' && i < count; i++) {
    lexer.skipSpace();
    const own = lexer.unsigned();
    lexer.skipSpace();
    if (own === undefined || lexer.unsigned() === undefined) return true;
    if (!listed.packed.has(`${number}:${i}:${own}`))
      say(
        'hazard-unlisted-object',
        { object: own },
        `stands in object stream ${number}, and no cross-reference names it there`,
      );
  }
  return true;
}
