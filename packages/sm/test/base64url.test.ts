import { fromBase64url, toBase64url } from '@gov/sm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase64url, encodeBase64url } from '../src/internal/base64url-table.js';

describe.each([
  ['as Node has it', toBase64url, fromBase64url],
  ['by tables', encodeBase64url, decodeBase64url],
])('base64url %s', (_how, toBase64url, fromBase64url) => {
  it('is what Buffer writes and reads, for any octets', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const text = Buffer.from(bytes).toString('base64url');
        expect(toBase64url(bytes)).toBe(text);
        expect(fromBase64url(text)).toEqual(bytes);
      }),
    );
  });

  it('has one spelling: whatever is read is written as it was', () => {
    const letters = fc.constantFrom(...'AQgw_-zZ09 +/=.\n\0é治\u0131\ud800');
    fc.assert(
      fc.property(fc.array(letters, { maxLength: 9 }), (chosen) => {
        const text = chosen.join('');
        const bytes = fromBase64url(text);
        expect(bytes && toBase64url(bytes)).toBe(
          Buffer.from(text, 'base64url').toString('base64url') === text ? text : undefined,
        );
      }),
      { numRuns: 5000 },
    );
  });

  it('reads and writes the vectors of RFC 4648 10', () => {
    for (const [plain, text] of Object.entries({
      '': '',
      f: 'Zg',
      fo: 'Zm8',
      foo: 'Zm9v',
      foob: 'Zm9vYg',
      fooba: 'Zm9vYmE',
    })) {
      expect(toBase64url(new TextEncoder().encode(plain))).toBe(text);
      expect(fromBase64url(text)).toEqual(new TextEncoder().encode(plain));
    }
  });

  it.each(['A', 'AAAAA', 'AA==', 'AB', 'AAB', 'A+', 'A/', 'AA\n', ' AA', 'ÀA', '\u0100A', '治A', 'A\0', 'AA.AA'])(
    'does not read %j',
    (text) => {
      expect(fromBase64url(text)).toBeUndefined();
    },
  );

  it('writes a view of other bytes, and an empty one', () => {
    expect(toBase64url(Uint8Array.of(9, 0xfb, 0xff, 9).subarray(1, 3))).toBe('-_8');
    expect(toBase64url(new Uint8Array(0))).toBe('');
    expect(fromBase64url('')).toEqual(new Uint8Array(0));
  });
});
