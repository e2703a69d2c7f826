import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { checkArrows, FLOORS } from '../scripts/arrows.mjs';

const made: string[] = [];
afterAll(() => {
  for (const dir of made) rmSync(dir, { recursive: true });
});

interface Made {
  readonly exports?: Record<string, unknown>;
  readonly imports?: Record<string, unknown>;
  readonly dependencies?: Record<string, string>;
  readonly name?: string;
  readonly references?: readonly string[];
  readonly src: Record<string, string>;
}

/** Lays a tree of packages on disk and answers the rules it breaks. */
function broken(packages: Record<string, Made>): string[] {
  const root = mkdtempSync(join(tmpdir(), 'arrows-'));
  made.push(root);
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  };
  for (const [name, { src, references, ...manifest }] of Object.entries(packages)) {
    write(
      `packages/${name}/package.json`,
      JSON.stringify({ name: `@gov/${name}`, exports: { '.': { default: './dist/index.js' } }, ...manifest }),
    );
    for (const [file, text] of Object.entries(src)) write(`packages/${name}/src/${file}`, text);
    if (references)
      write(
        `packages/${name}/tsconfig.json`,
        JSON.stringify({ references: references.map((path) => ({ path: `../${path}` })) }),
      );
  }
  return checkArrows(root).map(({ rule }) => rule);
}

const verdict: Made = { src: { 'index.ts': 'export const yes = 1;' } };
const on = (...names: string[]): Record<string, string> => Object.fromEntries(names.map((name) => [name, '0.1.0']));

describe('import arrows', () => {
  it('lets a package import what lies below, by its exports, with the dependency written down', () => {
    expect(
      broken({
        verdict,
        der: {
          dependencies: on('@gov/verdict', 'left'),
          references: ['verdict'],
          src: {
            'index.ts': `import { yes } from '@gov/verdict';\nimport left from 'left/deep.js';\nexport * from './a.js';\nexport { yes, left };`,
            'a.ts': 'export const buffer = { process: 1 }.process;',
          },
        },
      }),
    ).toEqual([]);
  });

  it.each([
    ['upwards', 'verdict', 'der'],
    ['on the same floor', 'der', 'codes'],
  ])('an import %s', (_, from, to) => {
    expect(
      broken({
        [from]: { dependencies: on(`@gov/${to}`), src: { 'index.ts': `export * from '@gov/${to}';` } },
        [to]: verdict,
      }),
    ).toEqual(['floor']);
  });

  it('sees imports of types, dynamic imports and export-from as imports', () => {
    for (const text of [
      `import type { yes } from '@gov/der';`,
      `export const load = () => import('@gov/der');`,
      `export type { yes } from '@gov/der';`,
      `export let x: import('@gov/der').yes;`,
      `import '@gov/der';`,
    ])
      expect(broken({ der: verdict, verdict: { src: { 'index.ts': text } } }), text).toEqual(['undeclared', 'floor']);
  });

  it('a document engine that knows seals', () => {
    for (const name of ['pdf', 'ofd'])
      expect(
        broken({
          'e-seal': verdict,
          [name]: { dependencies: on('@gov/e-seal'), src: { 'index.ts': `import '@gov/e-seal';` } },
        }),
      ).toEqual(['never', 'floor']);
  });

  it('a domain package that reaches for a database', () => {
    for (const db of ['pg', '@electric-sql/pglite'])
      expect(broken({ catalog: { dependencies: on(db), src: { 'index.ts': `import '${db}/x';` } } }), db).toEqual([
        'never',
      ]);
    expect(broken({ store: { dependencies: on('pg'), src: { 'index.ts': `import 'pg';` } } })).toEqual([]);
  });

  it('a dependency nobody wrote down, and one nobody uses', () => {
    expect(broken({ verdict: { src: { 'index.ts': `import 'left';` } } })).toEqual(['undeclared']);
    expect(broken({ verdict: { ...verdict, dependencies: on('left') } })).toEqual(['unused']);
    const resolved = `export const font = import.meta.resolve('left/font.ttf');`;
    expect(broken({ verdict: { dependencies: on('left'), src: { 'index.ts': resolved } } })).toEqual([]);
  });

  it('what only Node has, outside *.node.ts', () => {
    for (const text of [
      `import 'node:fs';`,
      `export const b = Buffer.alloc(1);`,
      `export const e = process.env;`,
      `export const e = globalThis.process;`,
      `export const f = { process };`,
      `import './b.node.js';`,
    ]) {
      const src = { 'index.ts': text, 'b.node.ts': `import 'node:fs';\nexport const p = process.pid;` };
      expect(broken({ verdict: { src } }), text).toEqual(['node-only']);
      expect(broken({ cli: { src } }), text).toEqual([]);
    }
    expect(broken({ verdict: { src: { 'index.ts': `import 'fs';` } } })).toEqual(['node-prefix']);
  });

  it('a #import that no condition defines, or that leads nowhere', () => {
    const src = { 'index.ts': `import '#backend';`, 'b.ts': '', 'b.node.ts': '' };
    const imports = { '#backend': { node: './dist/b.node.js', default: './dist/b.js' } };
    expect(broken({ verdict: { imports, src } })).toEqual([]);
    expect(broken({ verdict: { src } })).toEqual(['imports']);
    expect(broken({ verdict: { imports: { '#backend': './dist/c.js' }, src } })).toEqual(['imports']);
  });

  it('an import past the exports of a package, and an export without a source', () => {
    expect(
      broken({
        verdict,
        der: { dependencies: on('@gov/verdict'), src: { 'index.ts': `import '@gov/verdict/internal';` } },
      }),
    ).toEqual(['deep']);
    expect(broken({ verdict: { ...verdict, exports: { './zh': { default: './dist/zh.js' } } } })).toEqual(['exports']);
  });

  it('relative imports that leave the package, lack .js or lead nowhere; a package that imports itself by name', () => {
    const one = (text: string): string[] =>
      broken({ verdict: { src: { 'index.ts': text, 'a.ts': '' } }, der: { src: { 'index.ts': '' } } });
    expect(one(`import '../../der/src/index.js';`)).toEqual(['outside']);
    expect(one(`import './a';`)).toEqual(['extension', 'missing']);
    expect(one(`import './b.js';`)).toEqual(['missing']);
    expect(one(`import '@gov/verdict';`)).toEqual(['self']);
    expect(one(`import '@gov/nothing';`)).toEqual(['undeclared', 'missing']);
  });

  it('a circle of files, also through a #import', () => {
    expect(
      broken({
        verdict: {
          src: { 'index.ts': `import './a.js';`, 'a.ts': `import './b.js';`, 'b.ts': `import type {} from './a.js';` },
        },
      }),
    ).toEqual(['cycle']);
    expect(
      broken({
        verdict: {
          imports: { '#a': './dist/a.js' },
          src: { 'index.ts': `import '#a';`, 'a.ts': `import './index.js';` },
        },
      }),
    ).toEqual(['cycle']);
  });

  it('a package on no floor, a wrong name, references that are not the dependencies', () => {
    expect(broken({ misc: verdict })).toEqual(['floor']);
    expect(broken({ der: { ...verdict, name: '@gov/dre' } })).toEqual(['name']);
    const src = { 'index.ts': `import '@gov/verdict';` };
    expect(broken({ verdict, der: { dependencies: on('@gov/verdict'), references: [], src } })).toEqual(['references']);
    expect(broken({ verdict, der: { ...verdict, references: ['verdict'] } })).toEqual(['references']);
  });

  it('knows a floor for every room of the house', () => {
    expect(Object.values(FLOORS).sort((a, b) => a - b)).toEqual([
      0, 1, 1, 1, 2, 2, 3, 3, 3, 3, 4, 5, 5, 6, 6, 6, 7, 8, 8,
    ]);
  });
});
