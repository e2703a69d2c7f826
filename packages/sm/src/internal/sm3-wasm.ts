/** SM3 in WebAssembly (packages/sm/assembly/sm3.ts). */
import { sm3Backend } from './sm3-blocks.js';
import { instantiate } from './wasm/instance.js';
import { SM3_MODULE } from './wasm/sm3-module.js';

interface Sm3Module {
  readonly memory: WebAssembly.Memory;
  readonly STATE: WebAssembly.Global;
  readonly DATA: WebAssembly.Global;
  compress(data: number, blocks: number): void;
}

/** Octets of the module's DATA. */
const DATA_OCTETS = 65_536;

let compressor: ((v: Int32Array, data: Uint8Array) => void) | undefined;

/** One instance serves all: what lies in it is there for one call only. */
function makeCompressor() {
  const module = instantiate(SM3_MODULE) as unknown as Sm3Module;
  const at = module.DATA.value as number;
  const state = new Int32Array(module.memory.buffer, module.STATE.value as number, 8);
  const input = new Uint8Array(module.memory.buffer, at, DATA_OCTETS);
  return (v: Int32Array, data: Uint8Array) => {
    state.set(v);
    for (let done = 0; done < data.length; done += DATA_OCTETS) {
      const part = data.length <= DATA_OCTETS ? data : data.subarray(done, done + DATA_OCTETS);
      input.set(part);
      module.compress(at, part.length / 64);
    }
    v.set(state);
  };
}

export const wasm = sm3Backend('wasm', (v, data) => {
  compressor ??= makeCompressor();
  compressor(v, data);
});
