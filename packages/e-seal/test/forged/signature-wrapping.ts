/** The signed bytes are all there, and others with them: between the two ranges, or behind the signature value. */
import { GLYPH_NINE, LETTER, letter } from './documents.js';
import { type ForgedCase, type Scene, signRevision } from './world.js';
import { ascii, concat, latin, partsOf, section, stream, textOf } from './write.js';

const NAME = 'signature wrapping';
export const FALSE_CONTENT = stream(
  'BT /F1 20 Tf 72 740 Td (Notice of a grant) Tj 0 -60 Td (Amount: 999999 yuan) Tj ET',
);

interface Wrapping {
  /** The copied value without its zeros. */
  readonly short?: boolean;
  /** The false cross-reference is an update of the one before the seal, instead of a whole one. */
  readonly update?: boolean;
  readonly objects: Readonly<Record<number, string>>;
}

/** Room for the false cross-reference, and for everything in the gap: whatever number of digits a number has. */
const TABLE_ROOM = 12_000;
const GAP_ROOM = 40_000;

/**
 * The tail of the signed bytes is moved away, and where its cross-reference stood the attacker's own stands: with a copy of
 * the signature dictionary whose /ByteRange knows where the tail is now. The digest is right.
 */
function wrap(sealed: Uint8Array, { short = false, update = false, objects }: Wrapping): Uint8Array {
  const { value, gap, signature } = partsOf(sealed);
  const [start, end, stop] = gap;
  const text = latin(sealed);
  const [first, xref] = [...text.matchAll(/startxref\s+(\d+)/g)].map(([, at]) => Number(at)) as [number, number];
  const used = 4 + signature.contents![2]! * 256 + signature.contents![3]!;
  const token = text.slice(start, end);
  const tail = text.slice(end, stop);
  const moved = xref + GAP_ROOM;
  const dict = textOf(sealed, value)
    .replace(token, short ? `${token.slice(0, 1 + 2 * used)}>` : token)
    .replace(/\/ByteRange \[[^\]]*\]/, `/ByteRange [0 ${start} ${moved} ${stop - end}]`);
  const offsets: Record<number, number> = {};
  for (const match of text.matchAll(/\n(\d+) 0 obj\n/g)) {
    const at = match.index + 1;
    // What stood behind the value moves with the tail.
    if (!update || at > first) offsets[Number(match[1])] = at > start ? at - end + moved : at;
  }
  let behind = '';
  for (const [number, content] of Object.entries({ ...objects, [value]: dict })) {
    offsets[Number(number)] = xref + TABLE_ROOM + behind.length;
    behind += `${number} 0 obj\n${content}\nendobj\n`;
  }
  const id = /\/ID ?(\[[^\]]*\])/.exec(text)![1];
  const keys = `/Root 1 0 R/Info 9 0 R/ID${id}${update ? `/Prev ${first}` : ''}`;
  const table = section(xref, {}, keys, text.slice(xref, xref + 4) !== 'xref', { offsets, end: '\n' });
  const inserted = `${`${token}>>\nendobj\n`.padEnd(xref - start)}${table.padEnd(TABLE_ROOM)}${behind}`;
  if (inserted.length > moved - start) throw new Error('no room');
  return concat(sealed.subarray(0, start), ascii(`${inserted.padEnd(moved - start)}${tail}`));
}

/** The zeros behind the value, overwritten: no signed byte is touched. */
function pad(sealed: Uint8Array, octets: Uint8Array, from: 'value' | 'end'): Uint8Array {
  const { gap, signature } = partsOf(sealed);
  const value = signature.contents!;
  const used = 4 + value[2]! * 256 + value[3]!;
  const hex = Buffer.from(octets).toString('hex');
  const out = sealed.slice();
  out.set(ascii(hex), from === 'value' ? gap[0] + 1 + 2 * used : gap[1] - 1 - hex.length);
  return out;
}

/** Sealed by software that keeps more room than the value takes. */
const roomy = ({ office }: Scene): Promise<Uint8Array> =>
  signRevision(
    letter(),
    {
      1: '<</Type/Catalog/Pages 2 0 R/AcroForm 42 0 R>>',
      40: '<</FT/Sig/T(mine)/V 41 0 R>>',
      42: '<</Fields[40 0 R]/SigFlags 3>>',
    },
    { number: 41, by: office },
  );

const amount = { page: 1, rect: [72, 670, 300, 700], what: 'the amount' } as const;

export const signatureWrapping: readonly ForgedCase[] = [
  {
    class: NAME,
    name: 'a copy of the dictionary in the gap, other content',
    sealed: 'letter',
    forge: (sealed) => wrap(sealed, { objects: { [LETTER.content1]: FALSE_CONTENT } }),
    expect: { code: 'coverage-gap', outcome: 'fail' },
    visible: amount,
  },
  {
    class: NAME,
    name: 'the copy without the zeros behind the value',
    sealed: 'letter',
    forge: (sealed) => wrap(sealed, { short: true, objects: { [LETTER.content1]: FALSE_CONTENT } }),
    expect: { code: 'coverage-gap', outcome: 'fail' },
    visible: amount,
  },
  {
    class: NAME,
    name: 'the false cross-reference is an update',
    sealed: 'letter',
    forge: (sealed) => wrap(sealed, { update: true, objects: { [LETTER.content1]: FALSE_CONTENT } }),
    expect: { code: 'coverage-gap', outcome: 'fail' },
    visible: amount,
  },
  {
    class: NAME,
    name: 'with a cross-reference stream',
    sealed: 'letter, cross-reference stream',
    forge: (sealed) => wrap(sealed, { short: true, objects: { [LETTER.content1]: FALSE_CONTENT } }),
    expect: { code: 'coverage-gap', outcome: 'fail' },
    visible: amount,
  },
  {
    class: NAME,
    name: 'another glyph and another page',
    sealed: 'letter',
    forge: (sealed) =>
      wrap(sealed, { objects: { [LETTER.one]: stream(GLYPH_NINE), [LETTER.content2]: FALSE_CONTENT } }),
    expect: { code: 'coverage-gap', outcome: 'fail' },
    visible: { page: 1, rect: [72, 590, 160, 630], what: 'the figures' },
  },
  {
    class: `${NAME}: behind the value`,
    name: 'one octet, the last',
    sealed: roomy,
    forge: (sealed) => pad(sealed, Uint8Array.of(1), 'end'),
    expect: { code: 'coverage-padding', outcome: 'fail' },
  },
  {
    class: `${NAME}: behind the value`,
    name: 'a second value',
    sealed: roomy,
    forge: (sealed) => pad(sealed, Uint8Array.of(0x30, 3, 2, 1, 1), 'value'),
    expect: { code: 'coverage-padding', outcome: 'fail' },
  },
  {
    class: `${NAME}: behind the value`,
    name: 'a whole page',
    sealed: roomy,
    forge: (sealed) => pad(sealed, ascii(`7 0 obj ${FALSE_CONTENT} endobj`), 'end'),
    expect: { code: 'coverage-padding', outcome: 'fail' },
  },
];
