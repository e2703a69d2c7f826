// What `npm publish` would send: one tarball per package, looked at as npm, TypeScript and Node will look at it.
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { packAll } from '../pack.mjs';
import { failuresOf, run } from '../process.mjs';

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

/** @param {string} root @param {string} attw */
export async function attwAll(root, attw) {
  const folder = join(root, '.cache/tarballs');
  const files = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  if (files.length === 0) throw new Error('no tarballs: run the step publint first');
  const wrong = await failuresOf(files, (name) =>
    run(attw, [join(folder, name), '--profile', 'esm-only', '--no-emoji', '--format', 'table-flipped']),
  );
  if (wrong.length > 0) throw new Error(wrong.map(({ item, message }) => `${item}: ${message}`).join('\n'));
  return `${files.length} tarballs`;
}
