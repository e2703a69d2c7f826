/**
 * BER (X.690 8) made readable for `readDer`: PKCS#12, CMS and other files of streaming writers.
 *
 * @packageDocumentation
 */
import { GovError } from '@gov/verdict';
import { DER_LIMITS, type DerElement, type DerOptions } from './reader.js';
import { Tag } from './tag.js';

/**
 * The same value with definite, minimal lengths, and strings in one piece: indefinite lengths are counted out, and
 * constructed strings (OCTET STRING, BIT STRING, character strings and times) joined. Where nothing has to change, the
 * input itself comes back, no copy.
 *
 * That is what stands between files of this world and `readDer`; it is not the whole of DER. The order of a SET, DEFAULT
 * values, the content of primitive elements, and what OCTET STRINGs hide stay as they came. A signature over DER covers
 * the bytes before this, unless its format says otherwise. Implicitly tagged strings cannot be told from tagged sequences
 * and stay in pieces: see `implicitOctets`.
 *
 * Work and memory are linear in the input; nothing recurses.
 *
 * @param options `limits` as for `readDer`; `mode` says what may follow the element: nothing in `strict`, zeros, which
 *   stay, in `lenient`
 * @throws GovError `der-malformed` for anything that is not BER, tag numbers above 30 included; `der-limit` past a limit
 * @example
 * import { readDer } from '@gov/der';
 * import { berToDer } from '@gov/der/ber';
 * const ber = Uint8Array.of(0x30, 0x80, 0x02, 0x81, 0x01, 0x05, 0x00, 0x00);
 * readDer(berToDer(ber)).children().next().smallInteger(); // 5
 */
export function berToDer(bytes: Uint8Array, options: DerOptions = {}): Uint8Array {
  const { maxBytes, maxDepth, maxElements } = { ...DER_LIMITS, ...options.limits };
  if (bytes.length > maxBytes) limit(`${bytes.length} bytes, at most ${maxBytes}`);

  const nodes: Node[] = [];
  const open: Open[] = [];
  let at = 0;
  let changed = false;
  do {
    const outer = open.at(-1);
    const bound = outer?.end ?? bytes.length;
    if (outer?.indefinite === true && at + 1 < bound && bytes[at] === 0 && bytes[at + 1] === 0) {
      at += 2;
      close(open);
    } else if (outer?.indefinite === false && at === bound) {
      close(open);
    } else {
      if (open.length > maxDepth) limit(`nested deeper than ${maxDepth}`);
      if (nodes.length >= maxElements) limit(`more than ${maxElements} elements`);
      const header = readHeader(bytes, at, bound);
      const node = nodeOf(header, outer?.node, bytes, at);
      nodes.push(node);
      changed ||= !header.minimal || node.whole;
      at = header.contentStart;
      if ((header.tag & CONSTRUCTED) !== 0) {
        open.push({
          node,
          outer: outer?.node,
          indefinite: header.length === undefined,
          end: at + (header.length ?? bound - at),
        });
      } else {
        at += header.length!;
        if (outer !== undefined) add(outer.node, node);
      }
    }
  } while (open.length > 0);

  for (let rest = at; rest < bytes.length; rest++) {
    if (options.mode !== 'lenient') malformed(`${bytes.length - at} bytes after the element`, at);
    if (bytes[rest] !== 0) malformed('bytes other than zero after the element', rest);
  }
  return changed ? write(nodes, bytes, bytes.length - at) : bytes;
}

/**
 * The octets of `[n] IMPLICIT OCTET STRING`: one primitive element, or, as BER allows and `berToDer` cannot see, a
 * constructed one with OCTET STRINGs inside, which are joined.
 *
 * @throws GovError `der-malformed`
 */
export function implicitOctets(element: DerElement): Uint8Array {
  if (!element.constructed) return element.content;
  const pieces = element
    .children()
    .rest()
    .map((piece) => piece.octets());
  const octets = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    octets.set(piece, at);
    at += piece.length;
  }
  return octets;
}

const CONSTRUCTED = 0x20;

/** Types that BER may cut into pieces (X.690 8.6, 8.7, 8.23, 8.25, 8.26): BIT STRING, OCTET STRING, text and times. */
const CUT: ReadonlySet<number> = new Set([
  ...[Tag.bitString, Tag.octetString, Tag.utf8String, 0x12, Tag.printableString, Tag.teletexString, 0x15],
  ...[Tag.ia5String, Tag.utcTime, Tag.generalizedTime, 0x19, Tag.visibleString, 0x1b, 0x1c, Tag.bmpString],
]);

/** One element of the output, or a piece of a string that is joined. In the order of the input. */
interface Node {
  readonly tag: number;
  /** Pieces have no header in the output. */
  readonly piece: boolean;
  /** A string whose pieces come behind it. */
  readonly whole: boolean;
  /** Octets of the input to be copied: the content of a primitive element. */
  readonly from: number;
  readonly to: number;
  /** Of the content in the output. */
  length: number;
  /** Of a BIT STRING in pieces: unused bits of the last one so far. */
  unused: number;
}

/** A constructed element whose end is still to come. */
interface Open {
  readonly node: Node;
  readonly outer: Node | undefined;
  readonly indefinite: boolean;
  /** With an indefinite length, where it must have ended at the latest. */
  readonly end: number;
}

interface Header {
  readonly tag: number;
  readonly contentStart: number;
  /** Undefined: until the end-of-contents octets. */
  readonly length: number | undefined;
  /** Length written as DER writes it. */
  readonly minimal: boolean;
}

function readHeader(bytes: Uint8Array, start: number, end: number): Header {
  if (end - start < 2) malformed('element cut short', start);
  const tag = bytes[start]!;
  if ((tag & 0x1f) === 0x1f) malformed('tag numbers above 30 are not used here', start);
  if (tag === 0) malformed('end-of-contents octets where nothing ends', start);
  const first = bytes[start + 1]!;
  let at = start + 2;
  if (first === 0x80) {
    if ((tag & CONSTRUCTED) === 0) malformed('indefinite length of a primitive element', start);
    return { tag, contentStart: at, length: undefined, minimal: false };
  }
  if (first === 0xff) malformed('reserved length octet', start);
  let length = first;
  let minimal = true;
  if (first > 0x80) {
    const count = first & 0x7f;
    if (end - at < count) malformed('length cut short', start);
    length = 0;
    minimal = bytes[at] !== 0;
    for (const stop = at + count; at < stop && length <= end; at++) length = length * 256 + bytes[at]!;
    if (length < 0x80) minimal = false;
  }
  if (length > end - at) malformed('length reaches past the end', start);
  return { tag, contentStart: at, length, minimal };
}

function nodeOf(
  { tag, contentStart, length }: Header,
  outer: Node | undefined,
  bytes: Uint8Array,
  start: number,
): Node {
  const constructed = (tag & CONSTRUCTED) !== 0;
  const type = tag & ~CONSTRUCTED;
  const piece = outer !== undefined && (outer.whole || (outer.piece && (outer.tag & CONSTRUCTED) !== 0));
  const node = {
    tag,
    piece,
    whole: constructed && !piece && CUT.has(type),
    from: contentStart,
    to: constructed ? contentStart : contentStart + length!,
    length: 0,
    unused: 0,
  };
  if (piece && type !== pieceType(outer)) malformed('a piece of another type in a constructed string', start);
  if (piece && !constructed && type === Tag.bitString) {
    const unused = bytes[node.from];
    if (length === 0 || unused! > 7 || (unused! > 0 && length === 1)) malformed('BIT STRING', start);
    node.unused = unused!;
    node.from++;
  }
  node.length = node.to - node.from;
  return node;
}

/** X.690 8.23.3: text is cut as if it were an OCTET STRING. */
const pieceType = ({ tag }: Node): number => ((tag & ~CONSTRUCTED) === Tag.bitString ? Tag.bitString : Tag.octetString);

function close(open: Open[]): void {
  const { node, outer } = open.pop()!;
  // The octet that counts the unused bits.
  if (node.whole && (node.tag & ~CONSTRUCTED) === Tag.bitString) node.length++;
  if (outer !== undefined) add(outer, node);
}

function add(outer: Node, node: Node): void {
  if (!node.piece) {
    outer.length += headerLength(node.length) + node.length;
    return;
  }
  // X.690 8.6.4: only the last piece may leave bits unused; an empty constructed piece adds nothing.
  if (outer.unused !== 0) malformed('unused bits within a BIT STRING', node.from);
  outer.unused = node.unused;
  outer.length += node.length;
}

const headerLength = (length: number): number => 2 + lengthOctets(length);

/** Octets behind the first one of a length. */
const lengthOctets = (length: number): number =>
  length < 0x80 ? 0 : length < 0x100 ? 1 : length < 0x10000 ? 2 : length < 0x1000000 ? 3 : 4;

function write(nodes: readonly Node[], bytes: Uint8Array, zeros: number): Uint8Array {
  const root = nodes[0]!;
  const out = new Uint8Array(headerLength(root.length) + root.length + zeros);
  let at = 0;
  for (const { tag, piece, whole, from, to, length, unused } of nodes) {
    if (!piece) {
      out[at++] = whole ? tag & ~CONSTRUCTED : tag;
      const count = lengthOctets(length);
      out[at++] = count === 0 ? length : 0x80 | count;
      for (let i = count - 1; i >= 0; i--) out[at++] = (length >>> (8 * i)) & 0xff;
      if (whole && (tag & ~CONSTRUCTED) === Tag.bitString) out[at++] = unused;
    }
    out.set(bytes.subarray(from, to), at);
    at += to - from;
  }
  return out;
}

function malformed(what: string, offset: number): never {
  throw new GovError('der-malformed', `${what} at offset ${offset}`);
}

function limit(what: string): never {
  throw new GovError('der-limit', what);
}
