/** /Contents of a signature dictionary: a value, and zeros up to the end of the place that was kept for it. */
import { Tag } from '@gov/der';
import type { Finding } from '@gov/verdict';

/** What the outermost elements say, without reading further. */
export type ContentsShape =
  /** a seal signature: SEQUENCE { SEQUENCE … } (GB/T 38540) */
  | 'seal'
  /** CMS: SEQUENCE { OBJECT IDENTIFIER … } (RFC 5652, GB/T 35275) */
  | 'cms'
  | 'other';

export function shapeOf(contents: Uint8Array): ContentsShape {
  const outer = headerAt(contents, 0);
  if (outer?.tag !== Tag.sequence) return 'other';
  const inner = contents[outer.content];
  return inner === Tag.sequence ? 'seal' : inner === Tag.oid ? 'cms' : 'other';
}

/**
 * Where the value ends, DER or BER; undefined where it does not end inside. Of indefinite lengths the end-of-contents octets
 * are counted, and what has a length is passed over: linear, without recursion.
 */
export function valueEnd(contents: Uint8Array): number | undefined {
  let at = 0;
  let open = 0;
  do {
    if (open > 0 && contents[at] === 0 && contents[at + 1] === 0) {
      at += 2;
      open--;
      continue;
    }
    const header = headerAt(contents, at);
    if (header === undefined) return undefined;
    if (header.length === undefined) {
      open++;
      at = header.content;
    } else at = header.content + header.length;
  } while (open > 0);
  return at <= contents.length ? at : undefined;
}

interface Header {
  readonly tag: number;
  /** Where the content begins. */
  readonly content: number;
  /** Undefined: until end-of-contents octets. */
  readonly length: number | undefined;
}

const CONSTRUCTED = 0x20;
const LONG_TAG = 0x1f;
/** Octets of a length; a signature value of 2³² bytes is none. */
const MAX_LENGTH_OCTETS = 4;

function headerAt(bytes: Uint8Array, at: number): Header | undefined {
  const [tag, first] = [bytes[at], bytes[at + 1]];
  if (tag === undefined || first === undefined || tag === 0 || (tag & LONG_TAG) === LONG_TAG) return undefined;
  if (first < 0x80) return { tag, content: at + 2, length: first };
  const count = first & 0x7f;
  if (count === 0) return (tag & CONSTRUCTED) === 0 ? undefined : { tag, content: at + 2, length: undefined };
  if (count > MAX_LENGTH_OCTETS || at + 2 + count > bytes.length) return undefined;
  let length = 0;
  for (let i = 0; i < count; i++) length = length * 256 + bytes[at + 2 + i]!;
  return { tag, content: at + 2 + count, length };
}

/** Anything but zeros after the value could be a second value that another reader takes. */
export function paddingFindings(contents: Uint8Array, used: number): Finding[] {
  if (contents.subarray(used).every((octet) => octet === 0)) return [];
  return [
    { check: 'coverage', outcome: 'fail', code: 'coverage-padding', detail: `bytes other than zero after ${used}` },
  ];
}
