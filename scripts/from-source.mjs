// Where a package's own source is, for what runs without a build: `@gov/name/sub` and `#import` are looked up in the real
// `exports` and `imports` of the package.json concerned, and `./dist/x.js` becomes `./src/x.ts`. A sub-path that no package
// exports does not resolve.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');

/** @param {string} dir */
const manifest = (dir) => JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'));

/** @param {string} dir @param {any} entry @returns {string | undefined} */
const target = (dir, entry) => {
  const file = typeof entry === 'string' ? entry : (entry?.node ?? entry?.default);
  if (typeof file !== 'string') return file === undefined ? undefined : target(dir, file);
  return join(dir, file.replace(/^\.\/dist\//, 'src/').replace(/\.js$/, '.ts'));
};

/**
 * The source file behind an import, undefined for what is not ours.
 * @param {string} specifier
 * @param {string | undefined} importer path of the file that imports
 */
export function sourceOf(specifier, importer) {
  const named = /^@gov\/([^/]+)(\/.+)?$/.exec(specifier);
  if (named) {
    const dir = join(root, 'packages', named[1] ?? '');
    return target(dir, manifest(dir).exports?.[`.${named[2] ?? ''}`]);
  }
  if (specifier.startsWith('#') && importer) {
    let dir = dirname(importer);
    while (!existsSync(join(dir, 'package.json'))) dir = dirname(dir);
    return target(dir, manifest(dir).imports?.[specifier]);
  }
  return undefined;
}
