import { defineConfig, type Plugin } from 'vitest/config';
import { sourceOf } from './scripts/from-source.mjs';
import { threadsFromSource } from './scripts/threads-from-source.mjs';

/** Tests run from source, without a build. */
const fromSource: Plugin = { name: 'gov-from-source', enforce: 'pre', resolveId: sourceOf };

export default defineConfig({
  plugins: [fromSource, threadsFromSource()],
  test: {
    include: ['packages/*/test/**/*.test.ts', 'test/*.test.ts'],
    globalSetup: ['test/databases.setup.ts'],
    // The slow suite fuzzes for minutes where the ordinary one does for seconds.
    testTimeout: process.env.SLOW === undefined ? 30_000 : 1_200_000,
    hookTimeout: 60_000,
    // One is kept free by default, which on two leaves one.
    maxWorkers: '100%',
  },
});
