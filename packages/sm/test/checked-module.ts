/**
 * sm2.wasm compiled with a check in front of every product: the columns stay within 2^63 and the values within what field.ts says.
 * What it traps on, the real module would compute wrongly without a word.
 */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const root = resolve(import.meta.dirname, '../../..');

const CHECKS = `
function largest(a: usize): f64 {
  let top: f64 = 0;
  for (let i: usize = 0; i < 72; i += 8) top = max(top, abs(load<i64>(a + i) as f64));
  // The value: limb 8 is what is left above 2^232, and 16·p is 2^28 there.
  if (abs(load<i64>(a, 64) as f64) > 268435456) unreachable();
  return top;
}
function within(sum: f64): void {
  if (sum > 9223372036854775807 - 144115188075855872) unreachable();
}
`;

/** As base64. */
export async function checkedModule(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'gov-checked-'));
  try {
    cpSync(join(root, 'packages/sm/assembly'), folder, { recursive: true });
    const field = join(folder, 'field.ts');
    const source = readFileSync(field, 'utf8');
    const guarded = source
      .replace(...guard('mulInline(out: usize, a: usize, b: usize)', '9 * largest(a) * largest(b)'))
      .replace(...guard('squareInline(out: usize, a: usize)', '9 * largest(a) * largest(a)'));
    if (guarded.split('within(').length !== 3) throw new Error('field.ts has other functions than expected');
    writeFileSync(field, guarded + CHECKS);
    const out = join(folder, 'checked.wasm');
    const compiler = join(root, 'node_modules/assemblyscript/bin/asc.js');
    const args = [compiler, join(folder, 'module/sm2.ts'), '-o', out, '-O1', '--noAssert', '--runtime', 'stub'];
    await promisify(execFile)(process.execPath, args, { cwd: folder });
    return readFileSync(out).toString('base64');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function guard(signature: string, sum: string): [string, string] {
  const head = `export function ${signature}: void {`;
  return [head, `${head}\n  within(${sum});`];
}
