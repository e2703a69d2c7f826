import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { defineConfig, type Plugin } from 'vitest/config';

/**
 * Tests run from source: `@gov/name/sub` and `#import` are looked up in the real `exports` and `imports` of the
 * package.json concerned and `./dist/x.js` becomes `./src/x.ts`. A sub-path that no package exports does not resolve.
 */
function fromSource(): Plugin {
  const root = import.meta.dirname;
  const manifest = (dir: string) => JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'));
  const target = (dir: string, entry: unknown): string | undefined => {
    const file =
      typeof entry === 'string'
        ? entry
        : ((entry as Record<string, unknown>)?.node ?? (entry as Record<string, unknown>)?.default);
    if (typeof file !== 'string') return file === undefined ? undefined : target(dir, file);
    return join(dir, file.replace(/^\.\/dist\//, 'src/').replace(/\.js$/, '.ts'));
  };
  return {
    name: 'gov-from-source',
    enforce: 'pre',
    resolveId(source, importer) {
      const named = /^@gov\/([^/]+)(\/.+)?$/.exec(source);
      if (named) {
        const dir = join(root, 'packages', named[1] as string);
        return target(dir, manifest(dir).exports?.[`.${named[2] ?? ''}`]);
      }
      if (source.startsWith('#') && importer) {
        let dir = dirname(importer);
        while (!existsSync(join(dir, 'package.json'))) dir = dirname(dir);
        return target(dir, manifest(dir).imports?.[source]);
      }
      return undefined;
    },
  };
}

export default defineConfig({
  plugins: [fromSource()],
  test: {
    include: ['packages/*/test/**/*.test.ts', 'test/*.test.ts'],
    // The slow suite fuzzes for minutes where the ordinary one does for seconds.
    testTimeout: process.env.SLOW === undefined ? 30_000 : 1_200_000,
    hookTimeout: 60_000,
  },
});
