import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The project into which run.mjs installed the tarballs. */
export const packed = join(import.meta.dirname, '.cache/packed');

export interface PackedPackage {
  readonly dir: string;
  readonly manifest: {
    readonly name: string;
    readonly version: string;
    readonly exports?: Readonly<Record<string, unknown>>;
    readonly bin?: Readonly<Record<string, string>>;
    readonly dependencies?: Readonly<Record<string, string>>;
  };
}

/** Every `@gov` package as installed. */
export function packedPackages(): PackedPackage[] {
  const scope = join(packed, 'node_modules/@gov');
  return readdirSync(scope).map((name) => {
    const dir = join(scope, name);
    return { dir, manifest: JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')) };
  });
}
