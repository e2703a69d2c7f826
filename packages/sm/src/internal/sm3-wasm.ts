/** SM3 in WebAssembly (packages/sm/assembly/sm3.ts). */
import { lengthOf, type Sm3Backend } from './backend.js';
import { sm3Backend } from './sm3-blocks.js';
import { instantiate } from './wasm/instance.js';
import { SM3_MODULE } from './wasm/sm3-module.js';

interface Sm3Exports {
  readonly memory: WebAssembly.Memory;
  readonly STATE: WebAssembly.Global;
  readonly DATA: WebAssembly.Global;
  readonly DIGEST: WebAssembly.Global;
  compress(data: number, blocks: number): void;
  hash(out: number, data: number, length: number): void;
}

/** Octets of the module's DATA. */
const DATA_OCTETS = 65_536;

/** One instance serves all: what lies in it is there for one call only. */
class Sm3Module {
  readonly #calls = instantiate(SM3_MODULE) as unknown as Sm3Exports;
  readonly #dataAt = this.#calls.DATA.value as number;
  readonly #digestAt = this.#calls.DIGEST.value as number;
  readonly #state = new Int32Array(this.#calls.memory.buffer, this.#calls.STATE.value as number, 8);
  readonly #data = new Uint8Array(this.#calls.memory.buffer, this.#dataAt, DATA_OCTETS);
  readonly #digest = new Uint8Array(this.#calls.memory.buffer, this.#digestAt, 32);

  compress(v: Int32Array, data: Uint8Array): void {
    this.#state.set(v);
    for (let done = 0; done < data.length; done += DATA_OCTETS) {
      const part = data.length <= DATA_OCTETS ? data : data.subarray(done, done + DATA_OCTETS);
      this.#data.set(part);
      this.#calls.compress(this.#dataAt, part.length / 64);
      this.#data.fill(0, 0, part.length);
    }
    v.set(this.#state);
  }

  /** Of what fits into DATA. */
  hash(parts: readonly Uint8Array[]): Uint8Array {
    let length = 0;
    for (const part of parts) {
      this.#data.set(part, length);
      length += part.length;
    }
    this.#calls.hash(this.#digestAt, this.#dataAt, length);
    // It may have been a key.
    this.#data.fill(0, 0, length);
    return this.#digest.slice();
  }
}

let loaded: Sm3Module | undefined;

function sm3Module(): Sm3Module {
  loaded ??= new Sm3Module();
  return loaded;
}

const running = sm3Backend('wasm', (v, data) => sm3Module().compress(v, data));

export const wasm: Sm3Backend = {
  ...running,
  hash: (...parts) => (lengthOf(parts) <= DATA_OCTETS ? sm3Module().hash(parts) : running.hash(...parts)),
};
