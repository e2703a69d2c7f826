import { execFileSync } from 'node:child_process';
import { readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packed, packedPackages } from './packed.js';

const node = (code: string): string =>
  execFileSync(process.execPath, ['--input-type=module', '-e', code], { cwd: packed, encoding: 'utf8' });

describe.each(packedPackages())('$manifest.name as a stranger gets it', ({ dir, manifest }) => {
  it('is installed from its tarball and brings dist, README, LICENSE and nothing else', () => {
    expect(realpathSync(dir)).toBe(dir);
    const files = readdirSync(dir).filter((name) => name !== 'node_modules');
    expect(files.filter((name) => !/^(bin|dist|package\.json|README\.md|LICENSE(\.[a-z]+)?)$/.test(name))).toEqual([]);
  });

  it('depends on exact versions only, and runs nothing at install', () => {
    for (const [name, range] of Object.entries(manifest.dependencies ?? {}))
      expect(range, name).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/);
    expect(Object.keys((manifest as { scripts?: object }).scripts ?? {})).toEqual([]);
  });

  const entries = Object.keys(manifest.exports ?? {})
    .filter((key) => !key.endsWith('.json'))
    .map((key) => manifest.name + key.slice(1));
  it.each(entries)('%s is imported in a fresh Node', (specifier) => {
    expect(Number(node(`console.log(Object.keys(await import('${specifier}')).length)`))).toBeGreaterThanOrEqual(0);
  });

  it.each(entries)('%s changes no global and keeps no process alive', (specifier) => {
    const code = `
      // zod keeps its configuration in globals of its own, and pdf-lib brings tslib, whose helpers are globals in
      // CommonJS; nobody else may.
      const foreign = (name) => name.startsWith('__');
      const names = () => [globalThis, Object.prototype, Array.prototype, Uint8Array.prototype, String.prototype]
        .map((object) => Reflect.ownKeys(object).map(String).filter((name) => !foreign(name)).join()).join(';');
      const before = names();
      await import('${specifier}');
      console.log(before === names());`;
    expect(node(code).trim()).toBe('true');
  });
});

it('gives the same @gov/verdict to every package: one GovError', () => {
  const nested = packedPackages().filter(({ dir }) => {
    try {
      return readdirSync(join(dir, 'node_modules/@gov')).length > 0;
    } catch {
      return false;
    }
  });
  expect(nested.map(({ manifest }) => manifest.name)).toEqual([]);
});
