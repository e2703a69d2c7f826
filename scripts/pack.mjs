import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './process.mjs';

/**
 * Packs every publishable workspace (built before) into `folder`.
 * @param {string} root
 * @param {string} folder
 * @returns {Promise<{ file: string, manifest: any }[]>}
 */
export async function packAll(root, folder) {
  const manifests = readdirSync(join(root, 'packages'))
    .map((name) => JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8')))
    .filter((manifest) => manifest.private !== true);
  const workspaces = manifests.flatMap(({ name }) => ['--workspace', name]);
  await run('npm', ['pack', '--silent', '--pack-destination', folder, ...workspaces], { cwd: root });
  return manifests.map((manifest) => ({
    file: join(folder, `${manifest.name.replace('@', '').replace('/', '-')}-${manifest.version}.tgz`),
    manifest,
  }));
}
