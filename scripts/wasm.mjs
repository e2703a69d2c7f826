// Compiles packages/sm/assembly to WebAssembly and embeds each module as text, so that no bundler has to know of a file.
// A module is compiled anew only when a source or the compiler changed; `--check` compiles in any case and compares.
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { run } from './process.mjs';

const root = resolve(import.meta.dirname, '..');
const sources = join(root, 'packages/sm/assembly');
const MODULES = ['sm2', 'sm3'];
// -O3 makes the module a quarter larger and no faster.
const FLAGS = ['-O1', '--noAssert', '--runtime', 'stub'];

/** What the modules are made of, as one digest. */
function fingerprint() {
  const { version } = JSON.parse(readFileSync(join(root, 'node_modules/assemblyscript/package.json'), 'utf8'));
  const hash = createHash('sha256').update(`${version} ${FLAGS.join(' ')}\n`);
  for (const file of readdirSync(sources, { recursive: true, encoding: 'utf8' }).sort())
    if (file.endsWith('.ts')) hash.update(`${file}\n`).update(readFileSync(join(sources, file)));
  return hash.digest('hex');
}

/** The WebAssembly of one module. @param {string} name */
async function compile(name) {
  const folder = mkdtempSync(join(tmpdir(), 'gov-wasm-'));
  try {
    const out = join(folder, `${name}.wasm`);
    const compiler = join(root, 'node_modules/assemblyscript/bin/asc.js');
    await run(process.execPath, [compiler, join(sources, `module/${name}.ts`), '-o', out, ...FLAGS], { cwd: sources });
    return readFileSync(out);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** @param {string} name */
const embedded = (name) => join(root, `packages/sm/src/internal/wasm/${name}-module.ts`);

/** @param {string} name @param {string} made @param {Buffer} wasm */
const text = (name, made, wasm) =>
  [
    '// Made by scripts/wasm.mjs from packages/sm/assembly; `npm run check` makes it again and compares.',
    `// ${made}`,
    `export const ${name.toUpperCase()}_MODULE: string =`,
    `  '${wasm.toString('base64')}';`,
    '',
  ].join('\n');

const made = fingerprint();
const checking = process.argv.includes('--check');
for (const name of MODULES) {
  const file = embedded(name);
  let present = '';
  try {
    present = readFileSync(file, 'utf8');
  } catch {}
  if (!checking && present.includes(made)) continue;
  const fresh = text(name, made, await compile(name));
  if (!checking) writeFileSync(file, fresh);
  else if (present !== fresh) throw new Error(`${file} is not what packages/sm/assembly compiles to: npm run build`);
}
