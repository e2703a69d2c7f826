/**
 * Changes DER as a stranger would: elements deep inside are spoilt and everything around them is given right lengths
 * again, so that what is wrong is met where it stands and not at the first octet. Some changes are made to the bare octets.
 */

/** What every run can be made again from. */
export type Random = (below: number) => number;

/** xorshift32: a failure names the number of the run, which makes the same bytes again. */
export function random(seed: number): Random {
  let state = (Math.imul(seed + 1, 0x9e3779b9) ^ 0x5bd1e995) | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

interface Node {
  readonly tag: number;
  /** As it stands in the seed. */
  readonly raw: Uint8Array;
  readonly content: Uint8Array;
  readonly parent: Node | undefined;
  /** Elements inside, also of an OCTET STRING or BIT STRING that holds DER. */
  readonly children: readonly Node[];
  /** Octets before the children: the unused bits of a BIT STRING. */
  readonly before: Uint8Array;
}

const MAX_DEPTH = 40;
const NONE = new Uint8Array(0);

/** Undefined for what is no DER to the last octet. */
function parse(bytes: Uint8Array, parent?: Node, depth = 0): Node[] | undefined {
  const nodes: Node[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes[at]!;
    const first = bytes[at + 1];
    if (first === undefined || (tag & 0x1f) === 0x1f || tag === 0) return undefined;
    let start = at + 2;
    let length = first;
    if (first >= 0x80) {
      const count = first & 0x7f;
      if (count === 0 || count > 4) return undefined;
      length = 0;
      for (let i = 0; i < count; i++) length = length * 256 + (bytes[start + i] ?? 0);
      start += count;
    }
    const end = start + length;
    if (end > bytes.length) return undefined;
    nodes.push(nodeOf(tag, bytes.subarray(at, end), bytes.subarray(start, end), parent, depth));
    at = end;
  }
  return nodes;
}

function nodeOf(tag: number, raw: Uint8Array, content: Uint8Array, parent: Node | undefined, depth: number): Node {
  const before = tag === 0x03 ? content.subarray(0, 1) : NONE;
  const node = { tag, raw, content, parent, before, children: [] as readonly Node[] };
  const holds = (tag & 0x20) !== 0 || tag === 0x04 || (tag === 0x03 && content[0] === 0);
  if (holds && depth < MAX_DEPTH && content.length > 2)
    node.children = parse(content.subarray(before.length), node, depth + 1) ?? [];
  return node;
}

const flat = (nodes: readonly Node[]): Node[] => nodes.flatMap((node) => [node, ...flat(node.children)]);

function encode(tag: number, content: Uint8Array): Uint8Array {
  return join([header(tag, content.length), content]);
}

function header(tag: number, length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(tag, length);
  if (length < 0x100) return Uint8Array.of(tag, 0x81, length);
  if (length < 0x10000) return Uint8Array.of(tag, 0x82, length >> 8, length);
  return Uint8Array.of(tag, 0x84, length >>> 24, length >>> 16, length >>> 8, length);
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Elements inside one another, `depth` deep. */
export function nested(depth: number, tag = 0x30): Uint8Array {
  const parts: Uint8Array[] = [];
  let length = 0;
  for (let i = 0; i < depth; i++) {
    const head = header(tag, length);
    parts.push(head);
    length += head.length;
  }
  return join(parts.reverse());
}

const TAGS = [
  0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0c, 0x13, 0x16, 0x17, 0x18, 0x1e, 0x30, 0x31, 0x80, 0xa0, 0xa1, 0xa3, 0x1f,
  0xff,
];
const OCTETS = [0x00, 0x01, 0x1f, 0x30, 0x7f, 0x80, 0x81, 0x84, 0x85, 0xa0, 0xa3, 0xff];
const text = (characters: string): Uint8Array => new TextEncoder().encode(characters);
/** Values that integers, times and texts break at. */
const CONTENTS: readonly Uint8Array[] = [
  NONE,
  Uint8Array.of(0),
  Uint8Array.of(0, 0),
  Uint8Array.of(0, 0x7f),
  Uint8Array.of(0xff),
  Uint8Array.of(0xff, 0xff, 0xff),
  Uint8Array.of(0x7f, 0xff, 0xff, 0xff),
  Uint8Array.of(0, 0xff, 0xff, 0xff, 0xff),
  new Uint8Array(5000).fill(0x7f),
  new Uint8Array(40).fill(0x80),
  text('99991231235959Z'),
  text('500231000000Z'),
  text('20260101000000.5+0800'),
  text('http://[::1'),
];
const DEEP = [nested(40), nested(10_000)];

/** Seeds taken apart once. */
export class Corpus {
  readonly #seeds: readonly {
    readonly bytes: Uint8Array;
    readonly roots: readonly Node[];
    readonly nodes: readonly Node[];
  }[];

  constructor(seeds: readonly Uint8Array[]) {
    this.#seeds = seeds.map((bytes) => {
      const roots = parse(bytes) ?? [];
      return { bytes, roots, nodes: flat(roots) };
    });
  }

  /** One of the seeds, changed in one to three places. */
  mutate(next: Random): Uint8Array {
    const { bytes, roots, nodes } = this.#seeds[next(this.#seeds.length)]!;
    if (nodes.length === 0 || next(4) === 0) return mutateOctets(bytes, next);
    const changed = new Map<Node, Uint8Array>();
    const touched = new Set<Node>();
    for (let changes = 1 + next(3); changes > 0; changes--) {
      const node = nodes[next(nodes.length)]!;
      const others = this.#seeds[next(this.#seeds.length)]!.nodes;
      changed.set(node, change(node, others[next(others.length)] ?? node, next));
      for (let above = node.parent; above !== undefined; above = above.parent) touched.add(above);
    }
    const write = (node: Node): Uint8Array =>
      changed.get(node) ??
      (touched.has(node) ? encode(node.tag, join([node.before, ...node.children.map(write)])) : node.raw);
    const parts = roots.map(write);
    if (next(20) === 0) parts.push(new Uint8Array(1 + next(4)).fill(next(3) * 0x41));
    return join(parts);
  }
}

/** What stands in the place of a node. */
function change(node: Node, other: Node, next: Random): Uint8Array {
  const { tag, raw, content } = node;
  const { length } = content;
  switch (next(15)) {
    case 0:
      return encode(TAGS[next(TAGS.length)]!, content);
    case 1:
      return NONE;
    case 2:
      return join([raw, raw]);
    case 3:
      return other.raw;
    case 4:
      return join([other.raw, raw]);
    case 5:
      return encode(tag, CONTENTS[next(CONTENTS.length)]!);
    case 6:
      return encode(tag, mutateOctets(content, next));
    case 7:
      return encode(tag | 0x20, DEEP[next(DEEP.length)]!);
    case 8:
      // Not minimal: an integer with a zero in front, a text with a zero inside.
      return encode(tag, join([Uint8Array.of(0), content]));
    case 9:
      return join(Array.from({ length: 2 + next(64) }, () => raw));
    case 10:
      return join([Uint8Array.of(tag | 0x20, 0x80), content, Uint8Array.of(0, 0)]);
    case 11:
      return join([Uint8Array.of(tag, 0x84, length >>> 24, length >>> 16, length >>> 8, length), content]);
    case 12:
      return join([Uint8Array.of(tag, 0x85, 1, 0, 0, 0, 0), content]);
    case 13:
      return join([Uint8Array.of(tag, 0x84, 0xff, 0xff, 0xff, 0xff), content]);
    default: {
      const flipped = content.slice();
      if (length > 0) flipped[next(length)]! ^= 1 << next(8);
      return encode(tag, flipped);
    }
  }
}

function mutateOctets(seed: Uint8Array, next: Random): Uint8Array {
  let bytes: Uint8Array = seed.slice();
  for (let changes = 1 + next(4); changes > 0; changes--) {
    const at = next(bytes.length + 1);
    switch (next(5)) {
      case 0:
        if (at < bytes.length) bytes[at] = OCTETS[next(OCTETS.length)]!;
        break;
      case 1:
        bytes = join([bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + 1 + next(8)))]);
        break;
      case 2: {
        const from = next(bytes.length + 1);
        bytes = join([bytes.subarray(0, at), bytes.subarray(from, from + next(64)), bytes.subarray(at)]);
        break;
      }
      case 3:
        bytes = bytes.slice(0, at);
        break;
      default:
        if (at < bytes.length) bytes[at]! ^= 1 << next(8);
    }
  }
  return bytes;
}
