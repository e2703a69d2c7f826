import { der } from '@gov/der';
import { looksLikePem, PEM_MAX_CHARACTERS, readPem, writePem } from '@gov/der/pem';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cpuTime } from '../../../test/cpu-time.js';
import { ascii, codeOf, hex } from './codes.js';

const block = (label: string, body: string) => `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;
const a = writePem('CERTIFICATE', hex('30 03 02 01 01'));
const b = writePem('PRIVATE KEY', hex('30 03 02 01 02'));

describe('readPem', () => {
  it('gives back what writePem wrote, in lines of 64', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
        const text = writePem('X', bytes);
        expect(readPem(text)).toEqual([{ label: 'X', bytes }]);
        expect(text.split('\n').every((line) => line.length <= 64)).toBe(true);
      }),
    );
    const large = new Uint8Array(100_000).fill(7);
    expect(readPem(writePem('X', large))[0]!.bytes).toEqual(large);
  });

  it('reads several blocks in order, with text before, between and after', () => {
    const text = `subject=CN=某市: 局\n${a}Bag Attributes\n    localKeyID: 01\n${b}end`;
    expect(readPem(text).map(({ label, bytes }) => `${label} ${bytes[4]}`)).toEqual(['CERTIFICATE 1', 'PRIVATE KEY 2']);
    expect(readPem(text, 'PRIVATE KEY')).toHaveLength(1);
    expect(readPem(text, 'X')).toEqual([]);
    expect(readPem('')).toEqual([]);
  });

  it('reads CRLF, blanks at line ends, one long line and a byte order mark', () => {
    for (const text of [
      a.replace(/\n/g, '\r\n'),
      a.replace(/\n/g, ' \t\n'),
      `\ufeff${a}`,
      block('CERTIFICATE', 'MAMCAQE='),
    ]) {
      expect(readPem(text)[0]!.bytes).toEqual(hex('30 03 02 01 01'));
    }
  });

  it.each([
    ['no end', '-----BEGIN X-----\nAAAA\n'],
    ['the end of another block', '-----BEGIN X-----\nAAAA\n-----END Y-----\n'],
    ['a block cut short before a whole one', `-----BEGIN CERTIFICATE-----\nMAMC\n${a}`],
    ['one character too few', block('X', 'AAA')],
    ['a character that is not base64', block('X', 'AA*A')],
    ['base64url', block('X', 'AA-_')],
    ['padding in the middle', block('X', 'AA==AAAA')],
    ['three characters of padding', block('X', 'A===')],
    ['a letter from another script', block('X', 'АAAA')],
    ['a header that encrypts nothing', block('X', 'Comment: mine\n\nAAAA')],
  ])('refuses %s', (_, text) => expect(codeOf(() => readPem(text))).toBe('pem-malformed'));

  const encrypted = block('EC PRIVATE KEY', 'Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA');
  it("names OpenSSL's old encryption, also with CRLF", () => {
    expect(codeOf(() => readPem(encrypted))).toBe('key-encrypted');
    expect(codeOf(() => readPem(encrypted.replace(/\n/g, '\r\n')))).toBe('key-encrypted');
  });

  it('reads the certificates beside a key that it cannot read', () => {
    expect(readPem(encrypted + a, 'CERTIFICATE')).toHaveLength(1);
    expect(readPem(block('EC PARAMETERS', '*') + a, 'CERTIFICATE')).toHaveLength(1);
  });

  it('takes a text of the largest size and not one character more, in bounded time', () => {
    const started = cpuTime();
    expect(readPem(a.padEnd(PEM_MAX_CHARACTERS))).toHaveLength(1);
    expect(codeOf(() => readPem(a.padEnd(PEM_MAX_CHARACTERS + 1)))).toBe('input-too-large');
    expect(readPem(block('X', 'A'.repeat(PEM_MAX_CHARACTERS - 60)))[0]!.bytes).toHaveLength(
      ((PEM_MAX_CHARACTERS - 60) / 4) * 3,
    );
    expect(codeOf(() => readPem('-----BEGIN X-----'.repeat(500_000)))).toBe('pem-malformed');
    expect(cpuTime() - started).toBeLessThan(10_000);
  });
});

describe('looksLikePem', () => {
  it('sees PEM behind any text, however long', () => {
    expect(looksLikePem(ascii(a))).toBe(true);
    expect(looksLikePem(ascii(`${'0 text\n'.repeat(2000)}${a}`))).toBe(true);
    expect(looksLikePem(new TextEncoder().encode(`证书\n${a}`))).toBe(true);
  });

  it('does not take DER for PEM, whatever a name inside says', () => {
    expect(looksLikePem(der.sequence(der.utf8String(a.repeat(3))))).toBe(false);
    expect(looksLikePem(der.sequence(der.octetString(new Uint8Array(70_000)), der.utf8String(a)))).toBe(false);
    expect(looksLikePem(hex('30 03 02 01 01'))).toBe(false);
    expect(looksLikePem(new Uint8Array(0))).toBe(false);
  });
});
