import { execFileSync } from 'node:child_process';
import { der, readDer } from '@gov/der';
import { berToDer, implicitOctets } from '@gov/der/ber';
import { isGovError } from '@gov/verdict';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cpuTime } from '../../../test/cpu-time.js';
import { codeOf, hex } from './codes.js';

const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const becomes = (ber: string, expected: string) => expect(toHex(berToDer(hex(ber)))).toBe(expected.replace(/\s+/g, ''));
const codeFor = (ber: string, options = {}) => codeOf(() => berToDer(hex(ber), options));
const concat = (...parts: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(parts));

describe('what changes', () => {
  it('indefinite lengths are counted out', () => {
    becomes('30 80 0201 05 0000', '30 03 020105');
    becomes('30 80 a0 80 30 80 0000 0000 0000', '30 04 a0 02 30 00');
    becomes('30 07 a0 80 020105 0000', '30 05 a0 03 020105');
  });

  it('lengths become minimal', () => {
    becomes('02 81 01 05', '02 01 05');
    becomes('02 84 00000001 05', '02 01 05');
    becomes('02 89 000000000000000001 05', '02 01 05');
    becomes(`04 82 0080 ${'aa'.repeat(128)}`, `04 81 80 ${'aa'.repeat(128)}`);
    becomes(`02 fe ${'00'.repeat(125)}01 05`, '02 01 05');
  });

  it('strings in pieces are joined, at any depth', () => {
    becomes('24 80 0401aa 0402bbcc 0000', '04 03 aabbcc');
    becomes('24 06 0401aa 0401bb', '04 02 aabb');
    becomes('24 80 24 80 0401aa 0000 2403 0401bb 0400 0000', '04 02 aabb');
    becomes('24 00', '04 00');
    becomes('24 80 24 80 0000 0000', '04 00');
    // X.690 8.23.5.4: Jones
    becomes('3a 09 04034a6f6e 04026573', '1a 05 4a6f6e6573');
    becomes('2c 80 0402e4b8 0401ad 0000', '0c 03 e4b8ad');
    becomes('37 80 04 06 323630313031 04 07 3030303030305a 0000', '17 0d 3236303130313030303030305a');
  });

  it('BIT STRINGs keep the unused bits of the last piece', () => {
    // X.690 8.6.4.2
    becomes('23 80 0303000a3b 0305045f291cd0 0000', '03 07 04 0a3b5f291cd0');
    becomes('23 00', '03 01 00');
    becomes('23 80 23 80 030200ff 0000 03020480 0000', '03 03 04 ff80');
    becomes('23 80 030100 0000', '03 01 00');
  });

  it('tags of a context stay as they are, their pieces too', () => {
    becomes('a0 80 0401aa 0401bb 0000', 'a0 06 0401aa 0401bb');
    expect(toHex(implicitOctets(readDer(hex('a006 0401aa 0401bb'))))).toBe('aabb');
    expect(toHex(implicitOctets(readDer(hex('8002aabb'))))).toBe('aabb');
    expect(toHex(implicitOctets(readDer(hex('a000'))))).toBe('');
    expect(codeOf(() => implicitOctets(readDer(hex('a003020105'))))).toBe('der-malformed');
  });

  it('a change of length far inside reaches the outside', () => {
    // 127 octets of content need two octets of length once one is added by counting out.
    const content = 'aa'.repeat(125);
    becomes(`30 80 24 80 04 7d ${content} 0000 0000`, `30 7f 04 7d ${content}`);
    becomes(`30 80 30 80 04 7c ${'aa'.repeat(124)} 0000 0000`, `30 81 80 30 7e 04 7c ${'aa'.repeat(124)}`);
    for (const size of [0xff, 0x100, 0xffff, 0x10000, 0x1000000]) {
      const plain = der.octetString(new Uint8Array(size).fill(7));
      const ber = concat(Uint8Array.of(0x30, 0x80), plain, Uint8Array.of(0, 0));
      expect(Buffer.compare(berToDer(ber), der.sequence(plain))).toBe(0);
    }
  });
});

describe('what does not change', () => {
  it('DER comes back itself', () => {
    for (const text of ['0500', '3000', '3006 020105 0101ff', 'a003 020105', '8000']) {
      const bytes = hex(text);
      expect(berToDer(bytes)).toBe(bytes);
    }
    const value = der.sequence(der.integer(1), der.octetString(new Uint8Array(300)), der.utf8String('某市'));
    expect(berToDer(value)).toBe(value);
  });

  it('the order of a SET, DEFAULTs, contents and what an OCTET STRING hides', () => {
    for (const text of ['3106 020105 020103', '01 01 05', '02 02 0001', '0404 3080 0000', '03 02 04 ff']) {
      const bytes = hex(text);
      expect(berToDer(bytes)).toBe(bytes);
    }
  });
});

describe('what may follow', () => {
  it('nothing in strict, zeros in lenient, which stay', () => {
    expect(codeFor('0500 00')).toBe('der-malformed');
    expect(codeFor('0500 01', { mode: 'lenient' })).toBe('der-malformed');
    const bytes = hex('0500 0000');
    expect(berToDer(bytes, { mode: 'lenient' })).toBe(bytes);
    expect(toHex(berToDer(hex('3080 0500 0000 0000'), { mode: 'lenient' }))).toBe('300205000000');
    expect(codeFor('3080 0500 0000 0000')).toBe('der-malformed');
  });
});

describe('what is no BER', () => {
  it.each([
    ['nothing', ''],
    ['a tag alone', '30'],
    ['unterminated', '3080 020105'],
    ['unterminated by half', '3080 020105 00'],
    ['unterminated inside a definite one', '3005 3080 020105'],
    ['the end outside the definite one', '3004 3080 0500 0000'],
    ['an indefinite primitive', '0480 0000'],
    ['an indefinite INTEGER', '3080 0280 05 0000 0000'],
    ['an end in a definite one', '3002 0000'],
    ['an end alone', '0000'],
    ['an end with content', '3080 0001 00 0000'],
    ['length reaching past the end', '3003 0203 05'],
    ['length of 2^32', '04 85 0100000000'],
    ['length of 2^64 and more', `04 ff ${'ff'.repeat(200)}`],
    ['length of 2^1008 - 1', `04 fe ${'ff'.repeat(126)}`],
    ['reserved length', `04 ff ${'00'.repeat(126)}01aa`],
    ['length cut short', '04 84 0000'],
    ['a long tag', '1f 01 00'],
    ['a long constructed tag', '30 80 bf 01 00 0000'],
    ['an INTEGER inside an OCTET STRING', '24 80 020105 0000'],
    ['a piece that is not of the type', '23 80 0401aa 0000'],
    ['a text piece instead of an OCTET STRING', '2c 80 0c0141 0000'],
    ['a SEQUENCE as a piece', '24 80 3003 0401aa 0000'],
    ['unused bits before the last piece', '23 80 030204f0 030200ff 0000'],
    ['unused bits before the last piece, inside', '23 80 2380 030204f0 0000 030200ff 0000'],
    ['an empty BIT STRING piece', '23 80 0300 0000'],
    ['eight unused bits', '23 80 030208ff 0000'],
    ['unused bits of nothing', '23 80 030101 0000'],
  ])('%s', (_, text) => {
    expect(codeFor(text)).toBe('der-malformed');
    expect(codeFor(text, { mode: 'lenient' })).toBe('der-malformed');
  });

  it('an end inside a primitive is its content', () => becomes('3080 0402 0000 0000', '3004 0402 0000'));
});

describe('limits', () => {
  const nested = (depth: number) =>
    Uint8Array.from({ length: 4 * depth }, (_, i) => (i >= 2 * depth ? 0 : i % 2 === 0 ? 0x30 : 0x80));

  it('depth: 32, at its edge, and thousands without a crash', () => {
    expect(berToDer(nested(33)).length).toBe(66);
    expect(codeOf(() => berToDer(nested(34)))).toBe('der-limit');
    expect(codeOf(() => berToDer(nested(10_000)))).toBe('der-limit');
    expect(berToDer(nested(1_000), { limits: { maxDepth: 1_000 } }).length).toBeGreaterThan(2_000);
    // As deep as allowed: work grows with the size, not with its square.
    const deep = nested(150_000);
    const started = cpuTime();
    const flat = berToDer(deep, { limits: { maxDepth: 1e6 } });
    expect(cpuTime() - started).toBeLessThan(1_000);
    expect(berToDer(flat, { limits: { maxDepth: 1e6 } })).toBe(flat);
    // Open ends only.
    const open = concat(...Array.from({ length: 10_000 }, () => Uint8Array.of(0x24, 0x80)));
    expect(codeOf(() => berToDer(open, { limits: { maxDepth: 1e6 } }))).toBe('der-malformed');
  });

  it('elements: pieces count', () => {
    const pieces = concat(
      Uint8Array.of(0x24, 0x80),
      new Uint8Array(2 * 9).map((_, i) => (i % 2 ? 0 : 4)),
      new Uint8Array(2),
    );
    expect(toHex(berToDer(pieces, { limits: { maxElements: 10 } }))).toBe('0400');
    expect(codeOf(() => berToDer(pieces, { limits: { maxElements: 9 } }))).toBe('der-limit');
  });

  it('bytes', () => {
    expect(codeFor('0500', { limits: { maxBytes: 1 } })).toBe('der-limit');
    expect(codeFor('0500', { limits: { maxBytes: 2 } })).toBe('nothing thrown');
  });

  it('a file of many small pieces takes time in proportion', () => {
    const pieces = new Uint8Array(2 + 3 * 190_000 + 2);
    pieces.set([0x24, 0x80]);
    for (let i = 0; i < 190_000; i++) pieces.set([4, 1, i & 0xff], 2 + 3 * i);
    const started = cpuTime();
    const joined = berToDer(pieces);
    expect(cpuTime() - started).toBeLessThan(1_000);
    expect(readDer(joined).octets().length).toBe(190_000);
  });
});

/** A value, and the freedom with which it may be written. */
type Tree =
  | { readonly kind: 'constructed'; readonly tag: number; readonly children: readonly Tree[] }
  | { readonly kind: 'primitive'; readonly tag: number; readonly content: Uint8Array }
  | { readonly kind: 'string'; readonly tag: number; readonly content: Uint8Array; readonly unused: number };

const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({
      kind: fc.constant('primitive' as const),
      tag: fc.constantFrom(0x01, 0x02, 0x05, 0x06, 0x80, 0x41),
      content: fc.uint8Array({ maxLength: 20 }),
    }),
    fc.record({
      kind: fc.constant('string' as const),
      tag: fc.constantFrom(0x03, 0x04, 0x0c, 0x13, 0x16, 0x17, 0x18, 0x1e),
      content: fc.oneof(fc.uint8Array({ maxLength: 20 }), fc.uint8Array({ minLength: 120, maxLength: 300 })),
      unused: fc.nat(7),
    }),
    fc.record({
      kind: fc.constant('constructed' as const),
      tag: fc.constantFrom(0x30, 0x31, 0xa0, 0xa3, 0x61),
      children: fc.array(tie('tree'), { maxLength: 5 }),
    }),
  ),
}));

function asDer(value: Tree): Uint8Array {
  if (value.kind === 'constructed') return der.element(value.tag, ...value.children.map(asDer));
  if (value.kind === 'primitive' || value.tag !== 0x03) return der.element(value.tag, value.content);
  return der.element(3, Uint8Array.of(value.content.length === 0 ? 0 : value.unused), value.content);
}

function asBer(value: Tree, pick: (below: number) => number): Uint8Array {
  if (value.kind === 'constructed')
    return berElement(value.tag, concat(...value.children.map((one) => asBer(one, pick))), pick);
  if (value.kind === 'primitive') return berElement(value.tag, value.content, pick);
  const unused = value.content.length === 0 ? 0 : value.unused;
  return berString(value.tag, value.tag === 3 ? 3 : 4, value.content, unused, pick);
}

function berString(
  tag: number,
  pieceTag: number,
  content: Uint8Array,
  unused: number,
  pick: (below: number) => number,
): Uint8Array {
  if (pick(3) > 0) return berElement(tag, tag === 3 ? concat(Uint8Array.of(unused), content) : content, pick);
  // At least one octet stays for the last piece where bits are unused.
  const cut = content.length < 2 ? 0 : pick(content.length);
  const pieces = [
    berString(pieceTag, pieceTag, content.subarray(0, cut), 0, pick),
    berString(pieceTag, pieceTag, content.subarray(cut), unused, pick),
  ];
  return berElement(tag | 0x20, concat(...pieces), pick);
}

function berElement(tag: number, content: Uint8Array, pick: (below: number) => number): Uint8Array {
  if (tag & 0x20 && pick(2) === 0) return concat(Uint8Array.of(tag, 0x80), content, new Uint8Array(2));
  // OpenSSL 3.0 refuses an empty element at the very end whose length is written long.
  if (content.length === 0 || pick(2) === 0) return der.element(tag, content);
  const count = 4 + pick(5);
  const length = Uint8Array.from({ length: count }, (_, i) =>
    i < count - 4 ? 0 : content.length >>> (8 * (count - 1 - i)),
  );
  return concat(Uint8Array.of(tag, 0x80 | count), length, content);
}

const random = (seed: number) => {
  let state = (seed | 0) ^ 0x9e3779b9 || 1;
  return (below: number) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
};

const ASN1PARSE = (bytes: Uint8Array): string =>
  execFileSync('openssl', ['asn1parse', '-inform', 'DER'], { input: bytes, encoding: 'utf8', stdio: 'pipe' });

const hasOpenssl = (() => {
  try {
    return ASN1PARSE(Uint8Array.of(5, 0)).includes('NULL');
  } catch {
    console.warn('skipped: BER against openssl asn1parse, which is not installed');
    return false;
  }
})();

describe('any value, however it is written', () => {
  it('becomes the DER of it', () => {
    fc.assert(
      fc.property(tree, fc.integer(), (value, seed) => {
        const expected = asDer(value);
        const limits = { maxDepth: 200 };
        expect(toHex(berToDer(asBer(value, random(seed)), { limits }))).toBe(toHex(expected));
        expect(berToDer(expected, { limits })).toBe(expected);
      }),
      { numRuns: process.env.SLOW ? 100_000 : 2_000 },
    );
  });

  it.runIf(hasOpenssl)('and OpenSSL sees the same elements before and after', () => {
    // Tags, depths and printed values; what a string in pieces is, it shows only as pieces.
    const shown = (bytes: Uint8Array) =>
      ASN1PARSE(bytes)
        .split('\n')
        .filter((line) => line !== '' && !line.includes('EOC'))
        .map((line) => line.replace(/^\s*\d+:/, '').replace(/hl=.*?l=\s*(\d+|inf)\s*/, ''));
    const whole = (value: Tree): Tree =>
      value.kind === 'constructed'
        ? { ...value, children: value.children.map(whole) }
        : { kind: 'primitive', tag: value.kind === 'string' ? 0x04 : 0x80, content: value.content };
    const samples = fc.sample(fc.tuple(tree, fc.integer()), { numRuns: 40, seed: 7 });
    let compared = 0;
    for (const [value, seed] of samples) {
      const ber = asBer(whole(value), random(seed));
      expect(shown(berToDer(ber, { limits: { maxDepth: 200 } }))).toEqual(shown(ber));
      compared++;
    }
    expect(compared).toBe(40);
  });
});

describe('a stranger’s bytes', () => {
  it('lead to DER or a GovError, soon', () => {
    let slowest = 0;
    const seeds = fc
      .sample(fc.tuple(tree, fc.integer()), { numRuns: 50, seed: 3 })
      .map(([value, seed]) => asBer(value, random(seed)));
    for (let run = 0; run < (process.env.SLOW ? 200_000 : 3_000); run++) {
      const next = random(run);
      const bytes = [...seeds[next(seeds.length)]!];
      for (let changes = 1 + next(3); changes > 0; changes--) {
        const at = next(bytes.length + 1);
        if (next(3) === 0) bytes.splice(at, 1 + next(4));
        else if (next(2) === 0) bytes.splice(at, 0, ...[0x24, 0x80, 0x23, 0x30, 0x00, 0x84].slice(0, next(7)));
        else bytes[at] = next(256);
      }
      const started = cpuTime();
      try {
        const out = berToDer(Uint8Array.from(bytes), { mode: 'lenient' });
        // What came out needs no second time.
        expect(berToDer(out, { mode: 'lenient' })).toBe(out);
      } catch (error) {
        if (!isGovError(error)) throw new Error(`run ${run}`, { cause: error });
      }
      slowest = Math.max(slowest, cpuTime() - started);
    }
    expect(slowest).toBeLessThan(1_000);
  });
});
