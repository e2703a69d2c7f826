// Vite plugin: threads that a test starts run our source, as the test does. Node cannot read TypeScript in a thread without
// hooks, which take longer to start than the thread; so a thread's file is bundled once, beside what it imports of others.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { sourceOf } from './from-source.mjs';

const cache = resolve(import.meta.dirname, '../node_modules/.cache/gov-threads');
const OWN_FILE = /new URL\('(\.[^']*)\.js', import\.meta\.url\)/g;

export function threadsFromSource() {
  /** @type {Map<string, Promise<string>>} */
  const bundles = new Map();
  return {
    name: 'gov-threads-from-source',
    enforce: /** @type {const} */ ('pre'),
    /** @param {string} code @param {string} id */
    async transform(code, id) {
      let changed = code;
      for (const [whole, path] of code.matchAll(OWN_FILE)) {
        const file = resolve(dirname(id), `${path}.ts`);
        if (!existsSync(file)) continue;
        const made = bundles.get(file) ?? bundle(file);
        bundles.set(file, made);
        changed = changed.replace(whole, `new URL(${JSON.stringify(pathToFileURL(await made).href)})`);
      }
      return changed === code ? undefined : { code: changed, map: null };
    },
  };
}

/** @param {string} file */
async function bundle(file) {
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'inline',
    write: false,
    logLevel: 'silent',
    plugins: [{ name: 'gov-from-source', setup: resolveOurs }],
  });
  const text = outputFiles[0]?.contents ?? '';
  const name = `${basename(file, '.ts')}-${createHash('sha256').update(text).digest('hex').slice(0, 16)}.mjs`;
  const made = join(cache, name);
  if (existsSync(made)) return made;
  mkdirSync(cache, { recursive: true });
  const temporary = `${made}.${process.pid}`;
  writeFileSync(temporary, text);
  renameSync(temporary, made);
  return made;
}

/** @param {import('esbuild').PluginBuild} esbuild */
function resolveOurs(esbuild) {
  esbuild.onResolve({ filter: /^[^./]/ }, ({ path, importer, kind }) => {
    if (kind === 'entry-point') return undefined;
    const source = sourceOf(path, importer);
    return source === undefined ? { path, external: true } : { path: source };
  });
}
