import { describe, expect, it } from 'vitest';
import { docstringExamples, markdownBlocks, prelude } from '../scripts/check/examples.mjs';

describe('examples found by the check', () => {
  it('takes ```ts blocks of Markdown, each with the line it begins on, and no other block', () => {
    const text = 'a\n```ts\none();\n```\n```sh\nrm\n```\n```ts\ntwo();\n\nthree();\n```\n';
    expect(markdownBlocks(text, 'README.md')).toEqual([
      { where: 'README.md:2', code: 'one();\n' },
      { where: 'README.md:8', code: 'two();\n\nthree();\n' },
    ]);
  });

  it('takes fenced and bare @example blocks of docstrings, up to the next tag', () => {
    const text = [
      '/**',
      ' * What it is.',
      ' * @example',
      ' * one(); // { a: 1 }',
      ' *   two();',
      ' * @throws nothing',
      ' * @example with a title',
      ' * ```ts',
      ' * @decorated',
      ' * ```',
      ' * not code',
      ' */',
      'const text = "@example";',
      '// @example not a docstring',
    ].join('\n');
    expect(docstringExamples(text, 'a.ts')).toEqual([
      { where: 'a.ts:3', code: 'one(); // { a: 1 }\n  two();' },
      { where: 'a.ts:7', code: '@decorated' },
    ]);
  });

  it('imports what an example uses of its entry point, and declares given names', () => {
    const exported = new Map([
      ['open', 'open'],
      ['Doc', 'type Doc'],
      ['bytes', 'bytes'],
      ['close', 'close'],
      ['at', 'at'],
    ]);
    const code = 'const at: Doc = open(pdf, { close: 1 }).close;';
    expect(prelude(code, '@gov/x', exported)).toBe(
      `import { open, type Doc } from '@gov/x'; declare const pdf: Uint8Array;\n`,
    );
    expect(prelude(`import { open } from 'y';\nopen(1);`, '@gov/x', exported)).toBe('\n');
  });
});
