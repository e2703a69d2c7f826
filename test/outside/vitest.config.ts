import { createRequire } from 'node:module';
import { join } from 'node:path';
import { defineConfig, type Plugin } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
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

/** Those that take a minute, before all others: begun last, one would be waited for alone. */
const LONGEST = /(interop|workers|pages|cli-exchange)\.test\.ts$/;

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = (file: TestSpecification): number => Number(LONGEST.test(file.moduleId));
    return (await super.sort(files)).sort((a, b) => isLong(b) - isLong(a));
  }
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
    sequence: { sequencer: LongestFirst },
  },
});
