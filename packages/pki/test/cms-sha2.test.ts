import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { sha2 as browser } from '../src/internal/sha2.browser.js';
import { sha2 as node } from '../src/internal/sha2.node.js';

describe.each([
  ['node', node],
  ['browser', browser],
] as const)('SHA-2 in pieces: %s', (_name, sha2) => {
  it.each(['SHA-256', 'SHA-384', 'SHA-512'] as const)('%s', (name) => {
    for (const length of [0, 1, 127, 128, 129, 5000]) {
      const data = Uint8Array.from({ length }, (_, i) => i * 7);
      const hash = sha2(name);
      for (let at = 0; at < length; at += 100) hash.update(data.subarray(at, at + 100));
      const expected = createHash(name.toLowerCase().replace('-', '')).update(data).digest('hex');
      expect(Buffer.from(hash.digest()).toString('hex')).toBe(expected);
    }
  });
});
