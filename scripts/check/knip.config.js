// Entry points are what package.json says: exports (knip reads those itself), and both sides of each #import condition.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const packages = join(import.meta.dirname, '../../packages');

/** @param {unknown} entry @returns {string[]} */
const targets = (entry) =>
  typeof entry === 'string' ? [entry] : Object.values(entry ?? {}).flatMap((value) => targets(value));

const workspaces = readdirSync(packages).map((name) => {
  const { imports } = JSON.parse(readFileSync(join(packages, name, 'package.json'), 'utf8'));
  const conditional = targets(imports).map((file) => file.replace('./dist/', 'src/').replace(/\.js$/, '.ts'));
  // The first file of a thread or of another process is named by its path, which knip does not follow.
  const started = ['src/**/*-worker.node.ts', 'test/child.ts'];
  return [
    `packages/${name}`,
    { entry: ['test/**/*.test.ts', ...started, ...conditional], project: ['{src,test}/**/*.ts'] },
  ];
});

export default {
  // Its plug-in would take every source for an entry, since each is built one to one.
  tsup: false,
  workspaces: {
    '.': {
      entry: ['tsup.config.ts', 'scripts/**/*.mjs', 'test/*.ts', 'examples/**/*.ts', 'bench/**/*.mjs'],
      project: ['scripts/**/*.mjs', 'test/*.ts', 'examples/**/*.ts'],
    },
    ...Object.fromEntries(workspaces),
  },
  ignore: ['test/outside/**', 'bench/**', 'scripts/check/**'],
};
