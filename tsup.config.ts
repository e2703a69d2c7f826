import { readdirSync } from 'node:fs';
import { defineConfig } from 'tsup';

// One file in, one file out: packages stay readable in node_modules, and a consumer's bundler sees every import.
// Types come from `tsc -b`, which also checks them across packages.
export default defineConfig(
  readdirSync('packages').map((name) => ({
    name,
    entry: [`packages/${name}/src/**/*.ts`],
    outDir: `packages/${name}/dist`,
    format: 'esm' as const,
    target: 'es2022',
    platform: 'neutral' as const,
    bundle: false,
    sourcemap: true,
    clean: false,
    dts: false,
  })),
);
