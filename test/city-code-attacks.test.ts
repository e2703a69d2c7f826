/** docs/city-code-attacks.md says which test shows what: the files are there, and have tests of these names. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const page = readFileSync(join(root, 'docs/city-code-attacks.md'), 'utf8');

/** A file between back quotes, and behind it the names of tests between straight ones. */
const shown = [...page.matchAll(/`([\w./-]+(?:\.test|\/contract\/\w+)\.ts)`((?: "[^"]+")*)/g)].map(
  ([, file = '', names = '']) => ({
    file,
    names: [...names.matchAll(/"([^"]+)"/g)].map(([, name = '']) => name),
  }),
);

describe('docs/city-code-attacks.md', () => {
  it('names tests in every row', () => {
    const rows = page.split('\n').filter((line) => /^\| (?!attack|what \||---)/.test(line));
    expect(rows.length).toBeGreaterThan(30);
    for (const row of rows) expect(row).toMatch(/(?:\.test|\/contract\/\w+)\.ts` "[^"]+"(?:.*) \|$/);
    expect(shown.length).toBeGreaterThan(30);
  });

  it.each([...new Set(shown.map(({ file }) => file))])('%s has the tests that are quoted', (file) => {
    const path = join(root, file);
    expect(existsSync(path)).toBe(true);
    const source = readFileSync(path, 'utf8');
    const quoted = shown.filter((one) => one.file === file).map(({ names }) => names);
    for (const names of quoted) expect(names.length).toBeGreaterThan(0);
    for (const name of quoted.flat()) expect(source.includes(name) ? name : `missing: ${name}`).toBe(name);
  });
});
