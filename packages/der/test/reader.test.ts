import {
  context,
  contextPrimitive,
  DER_LIMITS,
  DER_VALUE_LIMITS,
  type DerDeviationCode,
  type DerElement,
  type DerMode,
  der,
  readDer,
  readDerPrefix,
  Tag,
} from '@gov/der';
import { describe, expect, it } from 'vitest';
import { cpuTime } from '../../../test/cpu-time.js';
import { ascii, codeOf, hex } from './codes.js';

const strict = (text: string) => readDer(hex(text));
const lenient = (text: string) => readDer(hex(text), { mode: 'lenient' });
const primitive = (tag: number, content: Uint8Array | string, mode: DerMode = 'strict') =>
  readDer(der.element(tag, typeof content === 'string' ? ascii(content) : content), { mode });
const nestedSequences = (levels: number) => {
  let bytes: Uint8Array = der.nullValue();
  for (let i = 0; i < levels; i++) bytes = der.sequence(bytes);
  return bytes;
};
const innermost = (element: DerElement): DerElement => {
  let at = element;
  while (at.constructed) at = at.inner();
  return at;
};

describe('what strict refuses and lenient lets through, one case each', () => {
  interface Case {
    readonly code: DerDeviationCode;
    readonly bytes: Uint8Array;
    readonly read: (element: DerElement) => unknown;
    readonly value: unknown;
    readonly offset?: number;
  }
  const cases: readonly Case[] = [
    { code: 'length-not-minimal', bytes: hex('02 81 01 05'), read: (e) => e.smallInteger(), value: 5 },
    { code: 'length-not-minimal', bytes: hex('02 82 00 01 05'), read: (e) => e.smallInteger(), value: 5 },
    {
      code: 'length-not-minimal',
      bytes: der.element(Tag.sequence, hex('05 00 04 81 01 ff')),
      read: (e) => e.children().rest()[1]!.octets(),
      value: hex('ff'),
      offset: 4,
    },
    {
      code: 'length-not-minimal',
      bytes: Uint8Array.of(...hex('04 82 00 80'), ...new Uint8Array(128)),
      read: (e) => e.octets().length,
      value: 128,
    },
    { code: 'integer-not-minimal', bytes: hex('02 02 00 7f'), read: (e) => e.integer(), value: 127n },
    { code: 'integer-not-minimal', bytes: hex('02 02 ff 80'), read: (e) => e.integer(), value: -128n },
    { code: 'integer-not-minimal', bytes: hex('02 03 00 00 01'), read: (e) => e.unsigned(1), value: hex('01') },
    { code: 'boolean-value', bytes: hex('01 01 01'), read: (e) => e.boolean(), value: true },
    { code: 'boolean-value', bytes: hex('01 01 fe'), read: (e) => e.boolean(), value: true },
    { code: 'bit-string-padding', bytes: hex('03 02 07 ff'), read: (e) => e.bits().octets, value: hex('80') },
    { code: 'bit-string-padding', bytes: hex('03 03 01 ff 81'), read: (e) => e.bits().octets, value: hex('ff80') },
    { code: 'string-characters', bytes: hex('13 03 e5 b1 80'), read: (e) => e.text(), value: '局' },
    { code: 'string-characters', bytes: hex('16 03 e5 b1 80'), read: (e) => e.text(), value: '局' },
    { code: 'string-characters', bytes: hex('1a 03 e5 b1 80'), read: (e) => e.text(), value: '局' },
    { code: 'string-characters', bytes: hex('13 03 61 40 62'), read: (e) => e.text(), value: 'a@b' },
    { code: 'string-characters', bytes: hex('1a 01 0a'), read: (e) => e.text(), value: '\n' },
    {
      code: 'time-form',
      bytes: der.element(Tag.utcTime, ascii('2601020304Z')),
      read: iso,
      value: '2026-01-02T03:04:00.000Z',
    },
    {
      code: 'time-form',
      bytes: der.element(Tag.generalizedTime, ascii('20260102030405.5Z')),
      read: iso,
      value: '2026-01-02T03:04:05.000Z',
    },
    {
      code: 'time-form',
      bytes: der.element(Tag.generalizedTime, ascii('20260102030405+0800')),
      read: iso,
      value: '2026-01-01T19:04:05.000Z',
    },
    {
      code: 'time-form',
      bytes: der.element(Tag.utcTime, ascii('260102030405-0130')),
      read: iso,
      value: '2026-01-02T04:34:05.000Z',
    },
    { code: 'default-encoded', bytes: hex('01 01 00'), read: (e) => e.defaultEncoded(), value: undefined },
    { code: 'trailing-zeros', bytes: hex('05 00 00'), read: (e) => e.null(), value: undefined, offset: 2 },
    { code: 'trailing-zeros', bytes: hex('05 00 00 00 00'), read: (e) => e.null(), value: undefined, offset: 2 },
  ];

  it.each(cases)('$code', ({ code, bytes, read, value, offset = 0 }) => {
    expect(codeOf(() => read(readDer(bytes)))).toBe('der-malformed');
    const element = readDer(bytes, { mode: 'lenient' });
    expect(read(element)).toEqual(value);
    expect(element.deviations).toEqual([{ code, offset }]);
  });

  it('has a case for every code', () => {
    const all: Record<DerDeviationCode, true> = {
      'length-not-minimal': true,
      'integer-not-minimal': true,
      'boolean-value': true,
      'bit-string-padding': true,
      'string-characters': true,
      'time-form': true,
      'default-encoded': true,
      'trailing-zeros': true,
    };
    expect(new Set(cases.map(({ code }) => code))).toEqual(new Set(Object.keys(all)));
  });

  it('keeps the deviations of one input together, in the order of reading', () => {
    const element = lenient('30 81 07 02 02 00 01 01 01 07 00');
    const fields = element.children(Tag.sequence);
    fields.next(Tag.integer).integer();
    fields.next(Tag.boolean).boolean();
    expect(element.deviations.map(({ code, offset }) => `${code} ${offset}`)).toEqual([
      'length-not-minimal 0',
      'trailing-zeros 10',
      'integer-not-minimal 3',
      'boolean-value 7',
    ]);
  });

  it('records nothing for what is DER', () => {
    const element = readDer(der.sequence(der.integer(-1), der.boolean(true), der.bitString(hex('80'), 7)), {
      mode: 'lenient',
    });
    const fields = element.children();
    fields.next().integer();
    fields.next().boolean();
    fields.next().bits();
    fields.end();
    expect(element.deviations).toEqual([]);
  });
});

describe('what neither mode reads', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['nothing at all', ''],
    ['an identifier alone', '30'],
    ['an indefinite length', '30 80 05 00 00 00'],
    ['a length of five octets', '04 85 00 00 00 00 01 ff'],
    ['a length of 127 octets', '04 ff 01'],
    ['a length cut short', '04 82 01'],
    ['a length of 2^32 - 1', '04 84 ff ff ff ff 00'],
    ['a length of 2^31', '04 84 80 00 00 00 00'],
    ['content one octet short', '04 03 01 02'],
    ['a child that reaches past its parent', '30 03 04 02 01'],
    ['a tag number above 30', '1f 81 01 01 00'],
    ['a constructed tag number above 30', 'bf 21 00'],
    ['a foreign byte after the element', '05 00 01'],
    ['a foreign byte after zeros', '05 00 00 00 01'],
  ];
  it.each(cases)('%s', (_, text) => {
    for (const read of [strict, lenient]) {
      expect(
        codeOf(() => {
          const element = read(text);
          if (element.constructed) element.children().rest();
        }),
      ).toBe('der-malformed');
    }
  });

  const wrong: readonly (readonly [string, string, (element: DerElement) => unknown])[] = [
    ['a set for a sequence', '31 00', (e) => e.children(Tag.sequence)],
    ['a primitive SEQUENCE', '10 00', (e) => e.children()],
    ['the children of a primitive', '04 00', (e) => e.children()],
    ['an inner element that is missing', 'a0 00', (e) => e.inner()],
    ['two inner elements', 'a0 04 05 00 05 00', (e) => e.inner()],
    ['an inner element of another type', 'a0 02 05 00', (e) => e.inner(Tag.oid)],
    ['a nested element with bytes after', '04 03 05 00 00', (e) => e.nested()],
    ['a nested element of another type', '04 02 05 00', (e) => e.nested(Tag.sequence)],
    ['a nested element that is cut short', '04 01 05', (e) => e.nested()],
    [
      'a child that reaches past its parent into the next element',
      '30 07 30 03 04 02 01 05 00',
      (e) => e.children().next().children().rest(),
    ],
    [
      'a nested element that reaches past its OCTET STRING',
      '30 06 04 02 04 02 05 00',
      (e) => e.children().next().nested(),
    ],
    ['an inner element that reaches past its wrapping', '30 06 a0 02 04 02 05 00', (e) => e.children().next().inner()],
    ['a nested element in something else', '03 03 00 05 00', (e) => e.nested()],
    ['a constructed OCTET STRING', '24 03 04 01 00', (e) => e.octets()],
    ['a BOOLEAN of no octet', '01 00', (e) => e.boolean()],
    ['a BOOLEAN of two octets', '01 02 00 00', (e) => e.boolean()],
    ['an INTEGER for a BOOLEAN', '02 01 00', (e) => e.boolean()],
    ['an empty INTEGER', '02 00', (e) => e.integer()],
    ['an ENUMERATED for an INTEGER', '0a 01 00', (e) => e.integer()],
    ['a negative small INTEGER', '02 01 ff', (e) => e.smallInteger()],
    ['a small INTEGER of 2^31', '02 05 00 80 00 00 00', (e) => e.smallInteger()],
    ['a negative unsigned INTEGER', '02 01 80', (e) => e.unsigned(1)],
    ['an unsigned INTEGER one octet too long', '02 02 01 00', (e) => e.unsigned(1)],
    ['an unsigned INTEGER two octets too long', '02 03 00 81 00', (e) => e.unsigned(1)],
    ['an empty OID', '06 00', (e) => e.oid()],
    ['an OID cut inside an arc', '06 02 2a 86', (e) => e.oid()],
    ['an OID whose first arc is padded', '06 02 80 2a', (e) => e.oid()],
    ['an OID whose later arc is padded', '06 03 2a 80 01', (e) => e.oid()],
    ['a BIT STRING of no octet', '03 00', (e) => e.bits()],
    ['a BIT STRING with 8 unused bits', '03 02 08 00', (e) => e.bits()],
    ['an empty BIT STRING with unused bits', '03 01 01', (e) => e.bits()],
    ['whole octets from a BIT STRING of 7 bits', '03 02 01 80', (e) => e.bitOctets()],
    ['a NULL with content', '05 01 00', (e) => e.null()],
    ['a NULL for something else', '04 00', (e) => e.null()],
    ['text in an OCTET STRING', '04 01 61', (e) => e.text()],
    ['UTF-8 that is none', '0c 02 c3 28', (e) => e.text()],
    ['UTF-8 of a surrogate', '0c 03 ed a0 80', (e) => e.text()],
    ['overlong UTF-8', '0c 02 c0 af', (e) => e.text()],
    ['GBK in a PrintableString', '13 02 be d6', (e) => e.text()],
    ['a BMPString of odd length', '1e 03 5c 40 00', (e) => e.text()],
    ['a time in a string', '0c 0d 32 36 30 31 30 31 30 30 30 30 30 30 5a', (e) => e.time()],
  ];
  it.each(wrong)('%s', (_, text, read) => {
    for (const mode of ['strict', 'lenient'] as const) {
      expect(codeOf(() => read(readDer(hex(text), { mode })))).toBe('der-malformed');
    }
  });

  it('names the offset of what is wrong', () => {
    const fields = readDer(der.sequence(der.nullValue(), der.nullValue())).children();
    fields.next();
    expect(() => fields.next(Tag.oid)).toThrowError(/tag 0x6 expected, 0x5 found at offset 4/);
  });
});

describe('limits', () => {
  it('takes an input of maxBytes and no byte more', () => {
    const bytes = der.octetString(new Uint8Array(8));
    expect(readDer(bytes, { limits: { maxBytes: 10 } }).octets()).toHaveLength(8);
    expect(codeOf(() => readDer(bytes, { limits: { maxBytes: 9 } }))).toBe('der-limit');
    expect(codeOf(() => readDerPrefix(bytes, { limits: { maxBytes: 9 } }))).toBe('der-limit');
    expect(codeOf(() => readDer(new Uint8Array(DER_LIMITS.maxBytes + 1)))).toBe('der-limit');
  });

  it('goes maxDepth deep and no level more, also through OCTET STRINGs', () => {
    expect(innermost(readDer(nestedSequences(DER_LIMITS.maxDepth))).null()).toBeUndefined();
    expect(codeOf(() => innermost(readDer(nestedSequences(DER_LIMITS.maxDepth + 1))))).toBe('der-limit');
    let wrapped: Uint8Array = der.nullValue();
    for (let i = 0; i <= DER_LIMITS.maxDepth; i++) wrapped = der.octetString(wrapped);
    const unwrap = (levels: number) => {
      let at = readDer(wrapped);
      for (let i = 0; i < levels; i++) at = at.nested();
    };
    unwrap(DER_LIMITS.maxDepth);
    expect(codeOf(() => unwrap(DER_LIMITS.maxDepth + 1))).toBe('der-limit');
  });

  it('answers for 10,000 levels at once', () => {
    const bytes = nestedSequences(10_000);
    const started = cpuTime();
    expect(codeOf(() => innermost(readDer(bytes)))).toBe('der-limit');
    expect(cpuTime() - started).toBeLessThan(1_000);
  });

  it('visits maxElements elements and no more', () => {
    const bytes = der.sequence(...Array.from({ length: 5 }, () => der.nullValue()));
    expect(
      readDer(bytes, { limits: { maxElements: 6 } })
        .children()
        .rest(),
    ).toHaveLength(5);
    expect(
      codeOf(() =>
        readDer(bytes, { limits: { maxElements: 5 } })
          .children()
          .rest(),
      ),
    ).toBe('der-limit');
    const many = new Uint8Array(2 * DER_LIMITS.maxElements).map((_, index) => (index % 2 === 0 ? 5 : 0));
    const started = cpuTime();
    expect(codeOf(() => readDer(der.sequence(many)).children().rest())).toBe('der-limit');
    expect(cpuTime() - started).toBeLessThan(2000);
  });

  it.each([
    ['INTEGER', Tag.integer, DER_VALUE_LIMITS.integer, (e: DerElement) => e.integer()],
    ['OBJECT IDENTIFIER', Tag.oid, DER_VALUE_LIMITS.oid, (e: DerElement) => e.oid()],
    ['UTF8String', Tag.utf8String, DER_VALUE_LIMITS.text, (e: DerElement) => e.text()],
    ['PrintableString', Tag.printableString, DER_VALUE_LIMITS.text, (e: DerElement) => e.text()],
    ['BMPString', Tag.bmpString, DER_VALUE_LIMITS.text, (e: DerElement) => e.text()],
  ] as const)('%s', (_, tag, size, read) => {
    read(primitive(tag, new Uint8Array(size).fill(0x41)));
    expect(codeOf(() => read(primitive(tag, new Uint8Array(size + 2).fill(0x41))))).toBe('der-malformed');
    expect(codeOf(() => read(primitive(tag, new Uint8Array(size + 1).fill(0x41))))).toBe('der-malformed');
  });

  it('gives lenient 32 octets of leading zeros in an unsigned INTEGER, and not one more', () => {
    const padded = (zeros: number) => primitive(Tag.integer, Uint8Array.of(...new Uint8Array(zeros), 1), 'lenient');
    expect(padded(33).unsigned(1)).toEqual(Uint8Array.of(1));
    expect(codeOf(() => padded(34).unsigned(1))).toBe('der-malformed');
  });

  it('does not read past a time of any length', () => {
    expect(codeOf(() => primitive(Tag.utcTime, `260101000000Z${' '.repeat(100_000)}`, 'lenient').time())).toBe(
      'der-malformed',
    );
  });
});

describe('values', () => {
  it.each([
    ['02 01 00', 0n],
    ['02 01 7f', 127n],
    ['02 02 00 80', 128n],
    ['02 01 80', -128n],
    ['02 02 ff 7f', -129n],
    ['02 01 ff', -1n],
    ['02 09 00 ff ff ff ff ff ff ff ff', 2n ** 64n - 1n],
  ] as const)('INTEGER %s', (text, value) => expect(strict(text).integer()).toBe(value));

  it('reads small and unsigned integers at their edges', () => {
    expect(strict('02 04 7f ff ff ff').smallInteger()).toBe(0x7fffffff);
    expect(strict('02 01 00').smallInteger()).toBe(0);
    expect(strict('02 02 00 ff').unsigned(1)).toEqual(hex('ff'));
    expect(strict('02 01 00').unsigned(3)).toEqual(hex('000000'));
    expect(strict('02 01 7f').unsigned(3)).toEqual(hex('00007f'));
  });

  it.each([
    ['06 01 00', '0.0'],
    ['06 01 27', '0.39'],
    ['06 01 28', '1.0'],
    ['06 01 4f', '1.39'],
    ['06 01 50', '2.0'],
    ['06 02 88 37', '2.999'],
    ['06 03 88 37 03', '2.999.3'],
    ['06 08 2a 81 1c cf 55 01 82 2d', '1.2.156.10197.1.301'],
    ['06 03 2a 81 00', '1.2.128'],
  ])('OID %s', (text, dotted) => {
    expect(strict(text).oid()).toBe(dotted);
    expect(der.oid(dotted)).toEqual(hex(text));
  });

  it('reads an arc of 128 bits, a UUID under 2.25', () => {
    const dotted = '2.25.329800735698586629295641978511506172918';
    expect(readDer(der.oid(dotted)).oid()).toBe(dotted);
  });

  it.each([
    [Tag.utf8String, '0c 09 e6 9f 90 e5 b8 82 e5 b1 80', '某市局'],
    [Tag.bmpString, '1e 06 67 d0 5e 02 5c 40', '某市局'],
    [Tag.teletexString, '14 02 41 e9', 'Aé'],
    [Tag.ia5String, '16 03 61 40 62', 'a@b'],
    [Tag.visibleString, '1a 02 7e 20', '~ '],
    [Tag.printableString, '13 02 2f 3f', '/?'],
    [Tag.utf8String, '0c 03 ef bb bf', '\ufeff'],
    [Tag.utf8String, '0c 00', ''],
  ])('text of type 0x%s', (_, text, value) => expect(strict(text).text()).toBe(value));

  it.each([
    [Tag.utcTime, '260102030405Z', '2026-01-02T03:04:05.000Z'],
    [Tag.utcTime, '491231235959Z', '2049-12-31T23:59:59.000Z'],
    [Tag.utcTime, '500101000000Z', '1950-01-01T00:00:00.000Z'],
    [Tag.utcTime, '991231235959Z', '1999-12-31T23:59:59.000Z'],
    [Tag.utcTime, '000229000000Z', '2000-02-29T00:00:00.000Z'],
    [Tag.generalizedTime, '20500101000000Z', '2050-01-01T00:00:00.000Z'],
    [Tag.generalizedTime, '20240229000000Z', '2024-02-29T00:00:00.000Z'],
    [Tag.generalizedTime, '99991231235959Z', '9999-12-31T23:59:59.000Z'],
  ])('time 0x%s %s', (tag, text, value) => expect(iso(primitive(tag, text))).toBe(value));

  it.each([
    [Tag.utcTime, '260229000000Z'],
    [Tag.utcTime, '260431000000Z'],
    [Tag.utcTime, '261301000000Z'],
    [Tag.utcTime, '260001000000Z'],
    [Tag.utcTime, '260100000000Z'],
    [Tag.utcTime, '260101240000Z'],
    [Tag.utcTime, '260101006000Z'],
    [Tag.utcTime, '260101000060Z'],
    [Tag.generalizedTime, '21000229000000Z'],
    [Tag.generalizedTime, '00500101000000Z'],
    [Tag.generalizedTime, '20260101000000+2400'],
    [Tag.generalizedTime, '20260101000000+0060'],
    [Tag.utcTime, '260101000000-0099'],
    [Tag.utcTime, '260101000000'],
    [Tag.utcTime, '260101000000z'],
    [Tag.utcTime, ' 60101000000Z'],
    [Tag.utcTime, '260101000000Z\n'],
    [Tag.utcTime, '20260101000000Z'],
    [Tag.generalizedTime, '260101000000Z'],
    [Tag.generalizedTime, '20260101000000'],
    [Tag.generalizedTime, '20260101000000.Z'],
    [Tag.generalizedTime, '20260101Z'],
    [Tag.generalizedTime, ''],
  ])('no such time: 0x%s %j', (tag, text) => {
    for (const mode of ['strict', 'lenient'] as const) {
      expect(codeOf(() => primitive(tag, text, mode).time())).toBe('der-malformed');
    }
  });
});

describe('places', () => {
  const bytes = der.sequence(
    der.integer(1),
    der.explicit(0, der.octetString(hex('0500'))),
    der.implicitPrimitive(1, hex('ab')),
  );

  it('remembers where each element stood and gives views, not copies', () => {
    const root = readDer(bytes);
    const [first, second, third] = root.children(Tag.sequence).rest() as [DerElement, DerElement, DerElement];
    expect([first.start, first.contentStart, first.end]).toEqual([2, 4, 5]);
    expect(second.tag).toBe(context(0));
    expect(second.raw).toEqual(bytes.subarray(5, 11));
    const nested = second.inner(Tag.octetString).nested(Tag.null);
    expect([nested.start, nested.end]).toEqual([9, 11]);
    expect(third.tag).toBe(contextPrimitive(1));
    expect(third.content).toEqual(hex('ab'));
    expect(root.raw.buffer).toBe(bytes.buffer);
    expect(third.content.buffer).toBe(bytes.buffer);
  });

  it('walks with optional, more, tag and end', () => {
    const fields = readDer(bytes).children();
    expect(fields.optional(Tag.boolean)).toBeUndefined();
    expect(fields.tag).toBe(Tag.integer);
    expect(fields.optional(Tag.integer)?.smallInteger()).toBe(1);
    expect(fields.more).toBe(true);
    expect(codeOf(() => fields.end())).toBe('der-malformed');
    // A refused element is still there to be read.
    expect(codeOf(() => fields.next(Tag.set))).toBe('der-malformed');
    expect(fields.rest()).toHaveLength(2);
    expect([fields.more, fields.tag]).toEqual([false, undefined]);
    expect(fields.end()).toBeUndefined();
    expect(codeOf(() => fields.next())).toBe('der-malformed');
  });

  it('reads a prefix and says where it stopped', () => {
    const field = Uint8Array.of(...bytes, 0xde, 0xad);
    expect(readDerPrefix(field).end).toBe(bytes.length);
    expect(codeOf(() => readDer(field, { mode: 'lenient' }))).toBe('der-malformed');
  });

  it('works on a view into a larger buffer', () => {
    const view = Uint8Array.of(9, 9, ...bytes, 9).subarray(2, 2 + bytes.length);
    expect(readDer(view).raw).toEqual(bytes);
  });
});

function iso(element: DerElement): string {
  return element.time().toISOString();
}
