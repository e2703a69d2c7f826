import { der, readDer } from '@gov/der';
import { attributeValues, formatName, parseName, sameName } from '@gov/pki';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readName } from '../src/name.js';
import { codeOf } from './builder.js';

const CN = '2.5.4.3';
const reread = (text: string) => readName(readDer(parseName(text).bytes));
const named = (value: string) =>
  readName(readDer(der.sequence(der.setOf(der.sequence(der.oid(CN), der.utf8String(value))))));

describe('parseName and formatName', () => {
  it.each([
    'CN=某市行政审批局,O=某市人民政府,C=CN',
    'C=CN,ST=Zhejiang,L=Hangzhou,O=OFD R&W,OU=A,CN=x',
    'CN=a\\,b\\+c\\"d\\;e\\<f\\>g\\\\h',
    'CN=\\ led by a blank\\ ',
    'CN=\\#1',
    'CN=a=b#c d',
    'CN=a\\0ab\\00c\\7f',
    'CN=\\e2\\80\\aecod.exe',
    'CN=a+OU=b,O=c',
    'organizationIdentifier=11100000000013338W,O=某局',
    'E=a@b.cn,DC=gov,UID=7,SERIALNUMBER=A-1,T=局长,GN=三,SN=张,STREET=路',
    '1.2.3.4=own,CN=x',
    'CN=𠮷野家',
  ])('%s', (text) => {
    expect(formatName(parseName(text))).toBe(text);
    // What was encoded reads back as what was parsed.
    expect(formatName(reread(text))).toBe(text);
    expect(sameName(reread(text), parseName(text))).toBe(true);
  });

  it('give back any value that a certificate may hold', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }), (value) => {
        const name = named(value);
        const formatted = formatName(name);
        expect(attributeValues(parseName(formatted), CN)).toEqual([value]);
        expect(formatName(parseName(formatted))).toBe(formatted);
      }),
      { numRuns: 500 },
    );
  });

  it('take blanks around attributes, small letters of types, and dotted types', () => {
    expect(formatName(parseName(' cn = 某局 , o=b ,\n2.5.4.6=CN '))).toBe('CN=某局,O=b,C=CN');
    expect(attributeValues(parseName('CN=a\\ '), CN)).toEqual(['a ']);
    expect(attributeValues(parseName('CN=a\\\\ '), CN)).toEqual(['a\\']);
    expect(attributeValues(parseName('CN=\\E5\\B1\\80'), CN)).toEqual(['局']);
  });

  it('keep what moves or hides text out of sight', () => {
    for (const character of [
      '\u0000',
      '\n',
      '\u001b',
      '\u007f',
      '\u0085',
      '\u200b',
      '\u202e',
      '\u2028',
      '\u2066',
      '\ufeff',
    ]) {
      expect(formatName(named(`a${character}b`))).toMatch(/^CN=a(\\[0-9a-f]{2})+b$/);
    }
  });

  it('do not let a value pass for another attribute', () => {
    expect(formatName(named('x,O=某局'))).toBe('CN=x\\,O=某局');
    expect(formatName(named('x+O=某局'))).toBe('CN=x\\+O=某局');
  });

  it.each([
    ['nothing', ''],
    ['a blank', ' '],
    ['no attribute', 'some name'],
    ['no type', '=x'],
    ['an unknown type', 'XX=x'],
    ['a name of the language', 'constructor=x'],
    ['an empty value', 'CN='],
    ['a value of blanks', 'CN=  '],
    ['an empty RDN', 'CN=a,,O=b'],
    ['a comma at the end', 'CN=a,'],
    ['a plus at the end', 'CN=a+'],
    ['a value too long', `CN=${'a'.repeat(257)}`],
    ['a country in small letters', 'C=cn'],
    ['a country of three letters', 'C=CHN'],
    ['a country by OID in small letters', '2.5.4.6=cn'],
    ['an escape of nothing', 'CN=a\\'],
    ['octets that are not UTF-8', 'CN=\\ff'],
    ['an OID that cannot be', '9.9.9=a'],
    ['an OID under root 1 that cannot be', '1.40=a'],
    ['a Chinese serial number', 'SERIALNUMBER=第一号'],
    ['a Chinese mail address', 'E=局@b.cn'],
  ])('refuse %s', async (_, text) => expect(await codeOf(() => parseName(text))).toBe('name-malformed'));

  it('take 256 characters', () => {
    expect(attributeValues(parseName(`CN=${'局'.repeat(256)}`), CN)[0]).toHaveLength(256);
  });
});

describe('sameName', () => {
  it.each([
    ['CN=a', 'CN=a', true],
    ['CN=Ab', 'CN=aB', true],
    ['CN=a  b', 'CN=a b', true],
    ['CN=\\ a\\ ', 'CN=a', true],
    ['CN=ＡＢ', 'CN=AB', true],
    ['CN=某局', 'CN=某局', true],
    ['CN=a+O=b', 'O=b+CN=a', true],
    ['CN=a', 'CN=b', false],
    ['CN=a', 'O=a', false],
    ['CN=a,O=b', 'O=b,CN=a', false],
    ['CN=a,O=b', 'CN=a', false],
    ['CN=a+O=b', 'CN=a,O=b', false],
    ['CN=a b', 'CN=ab', false],
    ['CN=某局', 'CN=某国', false],
    ['CN=a\\,2.5.4.10=b', 'CN=a,O=b', false],
  ])('%s and %s: %s', (a, b, same) => {
    expect(sameName(parseName(a), parseName(b))).toBe(same);
    expect(sameName(parseName(b), parseName(a))).toBe(same);
  });

  it('does not mind the string type', () => {
    const printable = der.sequence(der.setOf(der.sequence(der.oid(CN), der.printableString('abc'))));
    expect(sameName(readName(readDer(printable)), parseName('CN=abc'))).toBe(true);
  });
});

describe('readName', () => {
  const attribute = der.setOf(der.sequence(der.oid(CN), der.utf8String('x')));
  it('takes 64 attributes and no more, in one RDN or in many', async () => {
    const many = (count: number) => der.sequence(...Array.from({ length: count }, () => attribute));
    const wide = (count: number) =>
      der.sequence(der.setOf(...Array.from({ length: count }, () => der.sequence(der.oid(CN), der.utf8String('x')))));
    for (const make of [many, wide]) {
      expect(readName(readDer(make(64))).rdns.flat()).toHaveLength(64);
      expect(await codeOf(() => readName(readDer(make(65))))).toBe('der-limit');
    }
  });

  it('keeps the bytes as received, and reads an empty name', () => {
    const name = readName(readDer(der.sequence(attribute)));
    expect(name.bytes).toEqual(der.sequence(attribute));
    expect(formatName(readName(readDer(der.sequence())))).toBe('');
  });
});
