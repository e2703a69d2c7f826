import { createRequire } from 'node:module';
import { join } from 'node:path';
import { defineConfig, type Plugin } from 'vitest/config';
import { packed } from './packed.js';

/** `@gov/…` is what npm installed from the tarballs, never the workspace beside it. */
function fromTarballs(): Plugin {
  const { resolve } = createRequire(join(packed, 'package.json'));
  return {
    name: 'gov-from-tarballs',
    enforce: 'pre',
    resolveId: (source) => (source.startsWith('@gov/') ? resolve(source) : undefined),
  };
}

export default defineConfig({
  plugins: [fromTarballs()],
  // What is shared with packages/*/test lies outside this folder, and would find another vitest there.
  resolve: { dedupe: ['vitest'] },
  test: {
    root: import.meta.dirname,
    include: ['*.test.ts', '*/*.test.ts', '*/*/*.test.ts'],
    exclude: ['.cache/**', '**/node_modules/**'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // One is kept free by default, which on two leaves one.
    maxWorkers: '100%',
  },
});
