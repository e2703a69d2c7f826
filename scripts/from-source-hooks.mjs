// Module hooks that let a process, and its threads, run our packages from source beside tsx.
import { existsSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { sourceOf } from './from-source.mjs';

/** @type {import('node:module').ResolveHook} */
export function resolve(specifier, context, next) {
  const importer = context.parentURL?.startsWith('file:') ? fileURLToPath(context.parentURL) : undefined;
  const source = sourceOf(specifier, importer) ?? sourceOfEntry(specifier);
  return next(source === undefined ? specifier : pathToFileURL(source).href, context);
}

/** A thread's first file is named by its URL, `….js` as it will be once built. @param {string} specifier */
function sourceOfEntry(specifier) {
  if (!/^file:.*\/packages\/[^/]+\/src\/.*\.js$/.test(specifier)) return undefined;
  const file = fileURLToPath(specifier).replace(/\.js$/, '.ts');
  return existsSync(file) ? file : undefined;
}
