// What `npm publish` would send: one tarball per package, looked at as npm, TypeScript and Node will look at it.
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { packAll } from '../pack.mjs';

/** @param {string} root */
export async function publintAll(root) {
  const folder = join(root, '.cache/tarballs');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const tarballs = await packAll(root, folder);
  const wrong = [];
  for (const { file, manifest } of tarballs) {
    const bytes = readFileSync(file);
    const tarball = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    const { messages } = await publint({ pack: { tarball }, strict: true });
    for (const message of messages)
      wrong.push(`${manifest.name}: ${formatMessage(message, manifest, { color: false })}`);
  }
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
  return `${tarballs.length} tarballs`;
}

/** Packages here are ES modules, for resolvers that know `exports`: how others would resolve them says nothing. */
const NOT_FOR = new Set(['node10', 'node16-cjs']);

/** @param {string} root */
export async function attwAll(root) {
  const folder = join(root, '.cache/tarballs');
  const files = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  if (files.length === 0) throw new Error('no tarballs: run the step publint first');
  const wrong = [];
  for (const file of files) {
    const analysis = await checkPackage(createPackageFromTarballData(readFileSync(join(folder, file))));
    if (!analysis.types) wrong.push(`${file}: no types`);
    else
      for (const problem of analysis.problems)
        if (!('resolutionKind' in problem && NOT_FOR.has(problem.resolutionKind)))
          wrong.push(`${file}: ${JSON.stringify(problem)}`);
  }
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
  return `${files.length} tarballs`;
}
