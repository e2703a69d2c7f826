import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The options that make `openssl dgst` sign and verify as GB/T 35276 says. */
export const DEFAULT_ID = ['-sigopt', 'distid:1234567812345678'];

function version(): string | undefined {
  try {
    return execFileSync('openssl', ['version'], { encoding: 'utf8', stdio: 'pipe' });
  } catch {
    return undefined;
  }
}

/** Whether OpenSSL 3 is there; where it is not, the reason is printed and its tests are skipped. */
export const hasOpenssl = version()?.startsWith('OpenSSL 3') === true;
if (!hasOpenssl) console.warn('skipped: tests against OpenSSL 3, which is not installed');

/** Runs openssl in a folder of its own; files are laid there first. */
export class Openssl {
  readonly folder = mkdtempSync(join(tmpdir(), 'gov-openssl-'));

  put(name: string, content: Uint8Array | string): string {
    const file = join(this.folder, name);
    writeFileSync(file, content);
    return file;
  }

  get(name: string): Uint8Array {
    return new Uint8Array(readFileSync(join(this.folder, name)));
  }

  run(...args: readonly string[]): string {
    return execFileSync('openssl', args, { cwd: this.folder, encoding: 'utf8', stdio: 'pipe' });
  }

  /** Exit status 0. */
  accepts(...args: readonly string[]): boolean {
    try {
      this.run(...args);
      return true;
    } catch {
      return false;
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
