import { canonicalJson, JSON_LIMITS, readJson, readJsonObject } from '@gov/token/json';
import { isGovError } from '@gov/verdict';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cpuTime } from '../../../test/cpu-time.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (isGovError(error)) return error.code;
    throw error;
  }
  return 'nothing thrown';
}
const refusal = (text: string | Uint8Array, limits = {}): string =>
  codeOf(() => readJson(typeof text === 'string' ? bytes(text) : text, limits));

describe('readJson', () => {
  it('reads what JSON.parse reads, for any value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(undefined, 1, '\t'), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(readJson(bytes(text))).toEqual(JSON.parse(text));
      }),
    );
  });

  it.each([
    ['a member twice', '{"a":1,"a":2}'],
    ['a member twice, once escaped', '{"a":1,"\\u0061":2}'],
    ['a member twice, with white space before the colons', '{"a" \t\r\n:1,"b":0,"a"\n:2}'],
    ['a member twice, deep inside', '[{"x":{"a":1,"b":[{}],"a":2}}]'],
    ['a member twice, after an inner object with the same name', '{"a":{"a":1},"a":2}'],
    ['an empty name twice', '{"":1,"":2}'],
    ['__proto__ twice', '{"__proto__":1,"__proto__":2}'],
    ['a name with a quote, twice', '{"\\"":1,"\\u0022":2}'],
    ['a name that ends in a backslash, twice', '{"a\\\\":1,"a\\\\":2}'],
    ['a name twice, the first time for an object with members', '{"a":{"b":1,"c":{}},"a":2}'],
    ['a number too large', '[1e400]'],
    ['a number too small to be one', '{"a":-1e999}'],
    ['309 digits', `[${'9'.repeat(310)}]`],
    ['a trailing comma', '[1,]'],
    ['two values', '1 2'],
    ['nothing', ''],
    ['a byte order mark', '\ufeff{}'],
    ['a comment', '{}//'],
    ['single quotes', "{'a':1}"],
    ['NaN', '[NaN]'],
    ['a leading zero', '[01]'],
    ['hexadecimal', '[0x10]'],
    ['a bare point', '[1.]'],
    ['a string that does not end', '"abc'],
    ['a string that ends in a backslash', '"abc\\'],
    ['a control character in a string', '"\u0001"'],
    ['an escape that is none', '{"\\x61":1}'],
    ['a bracket that closes another', '[}'],
    ['a bracket too many', '[]]'],
  ])('refuses %s', (_what, text) => {
    expect(refusal(text)).toBe('json-malformed');
  });

  it('takes the same name in different objects, and strings that only look like names', () => {
    const text = '{"a":{"a":1},"b":[{"a":1},{"a":2}],"c":["a","a"],"d":"a","e":"x\\":\\"a"}';
    expect(readJson(bytes(text))).toEqual(JSON.parse(text));
  });

  it('takes colons, brackets, commas and digits in strings for what they are', () => {
    const text = '{"a:b":"{:,[","c\\\\":":\\\\","1e400":"1e400","d":[":","\\":"],"":""}';
    expect(readJson(bytes(text), { items: 8, depth: 2 })).toEqual(JSON.parse(text));
  });

  it('refuses any member of any value written twice', () => {
    const value = fc.jsonValue({ maxDepth: 4 });
    const name = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', '0', '"', '\\', ':'));
    const around = fc.constantFrom('@', '[@]', '{"x":@}', '[{"y":1},{"x":[@]},"@"]');
    fc.assert(
      fc.property(name, value, value, fc.array(fc.tuple(name, value)), around, (twice, one, other, more, text) => {
        const members = [[twice, one], ...more, [twice, other]].map((member) =>
          member.map((part) => JSON.stringify(part)),
        );
        const object = `{${members.map((member) => member.join(':')).join()}}`;
        expect(refusal(text.replace('@', () => object))).toBe('json-malformed');
      }),
    );
  });

  it('keeps __proto__ a member', () => {
    const value = readJsonObject(bytes('{"__proto__":{"alg":"none"}}'));
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect(value.alg).toBeUndefined();
  });

  it('refuses what is not UTF-8, and overlong UTF-8', () => {
    expect(refusal(Uint8Array.of(0x22, 0xff, 0x22))).toBe('json-malformed');
    expect(refusal(Uint8Array.of(0x22, 0xc0, 0xaf, 0x22))).toBe('json-malformed');
  });

  it('does not quote the text in its message', () => {
    expect(() => readJson(bytes('{"name":"张三丰",}'))).toThrow(/^not JSON in UTF-8$/);
  });

  it('holds its limits exactly', () => {
    const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
    expect(refusal(nested(JSON_LIMITS.depth))).toBe('nothing thrown');
    expect(refusal(nested(JSON_LIMITS.depth + 1))).toBe('json-malformed');
    expect(refusal(nested(200_000))).toBe('json-malformed');
    expect(refusal(`[${'[],{},'.repeat(100)}[{}]]`, { depth: 3 })).toBe('nothing thrown');
    expect(refusal(`[${'[],{},'.repeat(100)}[{}]]`, { depth: 2 })).toBe('json-malformed');
    const items = (count: number) => `[${'1,'.repeat(count - 2)}1]`;
    expect(refusal(items(JSON_LIMITS.items))).toBe('nothing thrown');
    expect(refusal(items(JSON_LIMITS.items + 1))).toBe('json-malformed');
    expect(refusal('"abc"', { bytes: 5 })).toBe('nothing thrown');
    expect(refusal('"abcd"', { bytes: 5 })).toBe('input-too-large');
  });

  it('is linear in strings and white space', () => {
    const text = `{${Array.from({ length: 4000 }, (_, i) => `"${i}"${' '.repeat(100)}:"${'x'.repeat(100)}"`).join()}}`;
    const began = cpuTime();
    readJson(bytes(text));
    expect(cpuTime() - began).toBeLessThan(1000);
  });

  it('wants an object where one is wanted', () => {
    for (const text of ['[]', 'null', '1', '"a"'])
      expect(codeOf(() => readJsonObject(bytes(text)))).toBe('json-malformed');
  });

  it('throws nothing but GovError, and reads nothing that JSON.parse would not, for spoilt texts', () => {
    const genuine = '{"id":"a","list":[1,-2.5e3,true,null,{"x":"\\u4e2d\\n"}],"x":{}}';
    fc.assert(
      fc.property(fc.nat(genuine.length - 1), fc.string({ maxLength: 3, unit: 'binary-ascii' }), (at, put) => {
        const text = genuine.slice(0, at) + put + genuine.slice(at + 1);
        if (refusal(text) === 'nothing thrown') expect(readJson(bytes(text))).toEqual(JSON.parse(text));
      }),
      { numRuns: process.env.SLOW === undefined ? 2000 : 50_000 },
    );
  });
});

describe('canonical JSON', () => {
  it('is the same for equal values, and reads back as the value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const plain = JSON.parse(JSON.stringify(value));
        const text = canonicalJson(plain);
        expect(JSON.parse(text)).toEqual(plain);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
      }),
    );
  });

  it('is the example of RFC 8785 3.2.3: sorted by UTF-16 code units, numbers as texts', () => {
    const members = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    };
    expect(canonicalJson(members)).toBe(
      `{"\\r":"Carriage Return","1":"One","\u0080":"Control","ö":"Latin Small Letter O With Diaeresis","€":"Euro Sign","\ud83d\ude00":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}`,
    );
    expect(canonicalJson([{ '10': 1, '9': { b: 2, a: [3] } }])).toBe('[{"10":1,"9":{"a":[3],"b":2}}]');
    expect(canonicalJson({ b: 1e21, a: [0.1, -0, { d: null, c: '\u007f' }] })).toBe(
      '{"a":[0.1,0,{"c":"\u007f","d":null}],"b":1e+21}',
    );
  });
});
