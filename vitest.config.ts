import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig, type Plugin } from 'vitest/config';
import { sourceOf } from './scripts/from-source.mjs';
import { threadsFromSource } from './scripts/threads-from-source.mjs';

/** Tests run from source, without a build. */
const fromSource: Plugin = { name: 'gov-from-source', enforce: 'pre', resolveId: sourceOf };

/**
 * Most files are run one after another by the same processes, which load our packages once. A file has a process of its own where
 * it measures the memory of the process, which never shrinks, or puts something in the place of a module or of a part of Node.
 */
const NEEDS_ITS_OWN = /vi\.(doMock|mock|stubGlobal)\(|defineProperty\(globalThis|maxRSS|memoryUsage|\/fuzz\/run\.js'/;

const files = ['packages', 'test'].flatMap((folder) =>
  readdirSync(join(import.meta.dirname, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => `${folder}/${file.replaceAll('\\', '/')}`)
    .filter((file) => /^(packages\/[^/]+\/test\/(.+\/)?|test\/)[^/]+\.test\.ts$/.test(file)),
);
const alone = files.filter((file) => NEEDS_ITS_OWN.test(readFileSync(join(import.meta.dirname, file), 'utf8')));

export default defineConfig({
  plugins: [fromSource, threadsFromSource()],
  test: {
    globalSetup: ['test/databases.setup.ts'],
    setupFiles: ['test/webassembly.setup.ts'],
    // The slow suite fuzzes for minutes where the ordinary one does for seconds.
    testTimeout: process.env.SLOW === undefined ? 60_000 : 1_200_000,
    hookTimeout: 60_000,
    // One is kept free by default, which on two leaves one.
    maxWorkers: '100%',
    projects: [
      {
        extends: true,
        test: {
          name: 'together',
          isolate: false,
          include: ['packages/*/test/**/*.test.ts', 'test/*.test.ts'],
          exclude: alone,
        },
      },
      { extends: true, test: { name: 'alone', include: alone } },
    ],
  },
});
