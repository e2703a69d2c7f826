import { type DerElement, der, readDer, Tag } from '@gov/der';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf, hex } from './codes.js';

describe('what is written is read back', () => {
  it('integers of any sign and size', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 600n), max: 2n ** 600n }), (value) => {
        expect(readDer(der.integer(value)).integer()).toBe(value);
      }),
    );
    for (let bits = 0n; bits < 80n; bits++) {
      for (const value of [2n ** bits, 2n ** bits - 1n, -(2n ** bits), -(2n ** bits) - 1n]) {
        expect(readDer(der.integer(value)).integer()).toBe(value);
      }
    }
    expect(der.integer(-32768)).toEqual(hex('02 02 80 00'));
    expect(der.integer(Number.MAX_SAFE_INTEGER)).toEqual(der.integer(BigInt(Number.MAX_SAFE_INTEGER)));
  });

  it('unsigned integers of any length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), (octets) => {
        expect(readDer(der.unsignedInteger(octets)).unsigned(octets.length)).toEqual(octets);
      }),
    );
    expect(der.unsignedInteger(new Uint8Array(0))).toEqual(hex('02 01 00'));
    expect(der.unsignedInteger(hex('00 00 80'))).toEqual(hex('02 02 00 80'));
    expect(der.unsignedInteger(hex('00 7f'))).toEqual(hex('02 01 7f'));
  });

  it('object identifiers', () => {
    const arc = fc.bigInt({ min: 0n, max: 2n ** 130n });
    const root = fc.oneof(
      fc.tuple(fc.constantFrom(0n, 1n), fc.bigInt({ min: 0n, max: 39n })),
      fc.tuple(fc.constant(2n), arc),
    );
    fc.assert(
      fc.property(root, fc.array(arc, { maxLength: 5 }), (head, rest) => {
        const dotted = [...head, ...rest].join('.');
        expect(readDer(der.oid(dotted)).oid()).toBe(dotted);
      }),
    );
  });

  it('strings', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(readDer(der.utf8String(text)).text()).toBe(text);
      }),
    );
    const printable = [..."ABCXYZabcxyz0189 '()+,-./:=?"];
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...printable), maxLength: 50 }), (text) => {
        expect(readDer(der.printableString(text)).text()).toBe(text);
      }),
    );
    expect(readDer(der.ia5String('a@b.cn~')).text()).toBe('a@b.cn~');
  });

  it('times', () => {
    const date = fc.date({
      min: new Date('0100-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(date, (value) => {
        const seconds = new Date(Math.floor(value.getTime() / 1000) * 1000);
        expect(readDer(der.generalizedTime(value)).time()).toEqual(seconds);
        expect(readDer(der.x509Time(value)).time()).toEqual(seconds);
      }),
    );
    expect(readDer(der.x509Time(new Date('2049-12-31T23:59:59Z'))).tag).toBe(Tag.utcTime);
    expect(readDer(der.x509Time(new Date('2050-01-01T00:00:00Z'))).tag).toBe(Tag.generalizedTime);
    expect(readDer(der.x509Time(new Date('1950-01-01T00:00:00Z'))).tag).toBe(Tag.utcTime);
    expect(readDer(der.x509Time(new Date('1949-12-31T23:59:59Z'))).tag).toBe(Tag.generalizedTime);
  });

  it('nested sequences', () => {
    type Tree = Uint8Array | Tree[];
    const { tree } = fc.letrec<{ tree: Tree; node: Tree[] }>((tie) => ({
      tree: fc.oneof({ maxDepth: 6 }, fc.uint8Array({ maxLength: 300 }), tie('node')),
      node: fc.array(tie('tree'), { maxLength: 4 }) as fc.Arbitrary<Tree[]>,
    }));
    const write = (node: Tree): Uint8Array =>
      node instanceof Uint8Array ? der.octetString(node) : der.sequence(...node.map(write));
    const read = (element: DerElement): Tree =>
      element.constructed ? element.children(Tag.sequence).rest().map(read) : element.octets();
    fc.assert(fc.property(tree, (node) => void expect(read(readDer(write(node)))).toEqual(node)));
  });

  it('named bits', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat({ max: 30 }), { maxLength: 10 }), (bits) => {
        const { octets, unusedBits } = readDer(der.namedBits(bits)).bits();
        const set = Array.from({ length: octets.length * 8 }, (_, bit) => bit).filter(
          (bit) => octets[bit >> 3]! & (0x80 >> (bit & 7)),
        );
        expect(set).toEqual([...bits].sort((a, b) => a - b));
        // Trailing zero bits are left out: the last bit counted is one.
        expect(octets.length * 8 - unusedBits).toBe(bits.length === 0 ? 0 : Math.max(...bits) + 1);
      }),
    );
    expect(der.namedBits([5, 6])).toEqual(hex('03 02 01 06'));
    expect(der.namedBits([0, 1])).toEqual(hex('03 02 06 c0'));
  });

  it.each([0, 1, 127, 128, 255, 256, 65_535, 65_536, 70_000])('content of %i octets', (length) => {
    const bytes = der.octetString(new Uint8Array(length));
    expect(readDer(bytes).octets()).toHaveLength(length);
    expect(bytes.length - length).toBe(length < 128 ? 2 : length < 256 ? 3 : length < 65_536 ? 4 : 5);
  });
});

describe('rules of DER', () => {
  it('sorts a SET OF by encoding, whatever the order given', () => {
    const members = [der.integer(5), der.nullValue(), der.boolean(true), der.integer(258), der.integer(3)];
    const sorted = readDer(der.setOf(...members))
      .children(Tag.set)
      .rest();
    expect(sorted.map(({ raw }) => raw)).toEqual([members[2], members[4], members[0], members[3], members[1]]);
    expect(der.setOf(...members.slice().reverse())).toEqual(der.setOf(...members));
  });

  it('leaves the given order of a SET OF alone', () => {
    const members = [der.integer(2), der.integer(1)];
    der.setOf(...members);
    expect(members).toEqual([der.integer(2), der.integer(1)]);
  });

  it.each([
    ['an OID of one arc', () => der.oid('1')],
    ['a root of 3', () => der.oid('3.1')],
    ['an arc of 40 under root 1, which would be read as 2.0', () => der.oid('1.40')],
    ['an arc of 99 under root 0', () => der.oid('0.99.1')],
    ['a leading zero', () => der.oid('1.2.01')],
    ['a leading zero in the second arc', () => der.oid('1.02')],
    ['an empty arc', () => der.oid('1..2')],
    ['a sign', () => der.oid('1.-2')],
    ['a blank', () => der.oid('1.2 ')],
    ['a line end', () => der.oid('1.2\n')],
    ['a fraction', () => der.integer(1.5)],
    ['no number', () => der.integer(Number.NaN)],
    ['a number that is no longer exact', () => der.integer(2 ** 53)],
    ['a Chinese PrintableString', () => der.printableString('局')],
    ['a PrintableString with @', () => der.printableString('a@b')],
    ['a PrintableString with a line end', () => der.printableString('a\n')],
    ['a Chinese IA5String', () => der.ia5String('局')],
    ['an IA5String with a control character', () => der.ia5String('a\u0000')],
    ['no date', () => der.generalizedTime(new Date(Number.NaN))],
    ['the year 10000', () => der.generalizedTime(new Date('+010000-01-01T00:00:00Z'))],
    ['the year 10000 in a certificate', () => der.x509Time(new Date('+010000-01-01T00:00:00Z'))],
    ['a year before 0', () => der.generalizedTime(new Date('-000001-01-01T00:00:00Z'))],
  ])('refuses %s', (_, write) => expect(codeOf(write)).toBe('invalid-argument'));
});
