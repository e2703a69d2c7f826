import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

/** The renderer's WebAssembly module, from the installed package. */
export async function resvgWasm(): Promise<Uint8Array> {
  return readFile(createRequire(import.meta.url).resolve('@resvg/resvg-wasm/index_bg.wasm'));
}
