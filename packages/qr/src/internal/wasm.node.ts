import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { GovError } from '@gov/verdict';

/**
 * Instantiates the reader from the file in the installed zxing-wasm package. Synchronously, so that a failure rejects
 * the loader's promise, which it otherwise would leave pending.
 */
export function instantiatePackaged(
  imports: WebAssembly.Imports,
  done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
): WebAssembly.Exports {
  let module: WebAssembly.Module;
  try {
    const path = createRequire(import.meta.url).resolve('zxing-wasm/reader/zxing_reader.wasm');
    module = new WebAssembly.Module(readFileSync(path));
  } catch (cause) {
    throw new GovError('backend-unavailable', 'zxing_reader.wasm of the package zxing-wasm cannot be read', { cause });
  }
  const instance = new WebAssembly.Instance(module, imports);
  done(instance, module);
  return instance.exports;
}
