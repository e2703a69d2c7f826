/**
 * SM2 in WebAssembly (packages/sm/assembly). Verification is the fastest there is here and in browsers; signing reads its
 * tables in constant time. One instance serves all keys: what lies in it is there for one call, but for the tables.
 */
import { GovError } from '@gov/verdict';
import { sm3 } from '../sm3.js';
import type { Sm2Backend } from './backend.js';
import { KeyTables, KeyUse } from './key-tables.js';
import { instantiate } from './wasm/instance.js';
import { SM2_MODULE } from './wasm/sm2-module.js';

interface Sm2Exports {
  readonly memory: WebAssembly.Memory;
  digest(length: number): void;
  verify(table: number): number;
  isOnCurve(): number;
  openKey(odd: number): number;
  buildKeyTable(table: number): void;
  publicPoint(): void;
  multiplyPoint(): void;
  invertKey(): void;
  sign(): void;
}

const PLACES = ['KEY', 'DIGEST', 'SIGNATURE', 'SCALAR', 'INVERSE', 'RANDOM', 'MESSAGE', 'KEY_TABLE', 'FREE'] as const;

/** Octets of MESSAGE; what is longer is hashed outside, where OpenSSL may do it. */
const MESSAGE_OCTETS = 4096;

const PAGE = 65_536;

class Sm2Module {
  readonly calls: Sm2Exports;
  readonly at: Readonly<Record<(typeof PLACES)[number], number>>;
  readonly tables: KeyTables;
  /** The whole memory; another array after it has grown. */
  bytes: Uint8Array<ArrayBuffer>;
  #free: number;

  constructor(base64: string) {
    const exports = instantiate(base64);
    this.calls = exports as unknown as Sm2Exports;
    this.at = Object.fromEntries(
      PLACES.map((name) => [name, (exports[name] as WebAssembly.Global).value as number]),
    ) as Record<(typeof PLACES)[number], number>;
    this.bytes = new Uint8Array(this.calls.memory.buffer);
    this.#free = this.at.FREE;
    this.tables = new KeyTables(() => this.#allocate(this.at.KEY_TABLE), this.at.KEY_TABLE);
  }

  /** The address of so many octets, 0 where the runtime has no more memory. */
  #allocate(octets: number): number {
    const address = this.#free;
    const missing = address + octets - this.bytes.length;
    if (missing > 0) {
      try {
        this.calls.memory.grow(Math.ceil(missing / PAGE));
      } catch {
        return 0;
      }
      this.bytes = new Uint8Array(this.calls.memory.buffer);
    }
    this.#free = address + octets;
    return address;
  }

  put(place: number, octets: Uint8Array): void {
    this.bytes.set(octets, place);
  }

  get(place: number, octets: number): Uint8Array {
    return this.bytes.slice(place, place + octets);
  }

  /** DIGEST := SM3(za ‖ message). */
  digest(za: Uint8Array, message: Uint8Array): void {
    const length = za.length + message.length;
    if (length > MESSAGE_OCTETS) {
      this.put(this.at.DIGEST, sm3(za, message));
      return;
    }
    this.put(this.at.MESSAGE, za);
    this.put(this.at.MESSAGE + za.length, message);
    this.calls.digest(length);
  }

  /** The point that a call left in KEY, which is wiped: it may be a shared secret. */
  takePoint(): Uint8Array {
    const point = new Uint8Array(65);
    point[0] = 4;
    point.set(this.bytes.subarray(this.at.KEY, this.at.KEY + 64), 1);
    this.bytes.fill(0, this.at.KEY, this.at.KEY + 64);
    return point;
  }
}

/** A backend on a module given as base64; the instance is made on first use: an import must not cost anything. */
export function wasmBackend(base64: string): Sm2Backend {
  let loaded: Sm2Module | undefined;
  const sm2Module = (): Sm2Module => {
    loaded ??= new Sm2Module(base64);
    return loaded;
  };
  return {
    name: 'wasm',

    publicPoint(scalar) {
      const module = sm2Module();
      module.put(module.at.SCALAR, scalar);
      module.calls.publicPoint();
      return module.takePoint();
    },

    multiply(scalar, point) {
      const module = sm2Module();
      module.put(module.at.SCALAR, scalar);
      module.put(module.at.KEY, point.subarray(1));
      module.calls.multiplyPoint();
      return module.takePoint();
    },

    openPoint(compressed) {
      const module = sm2Module();
      module.put(module.at.KEY, compressed.subarray(1));
      return module.calls.openKey(compressed[0]! & 1) === 0 ? undefined : module.takePoint();
    },

    signer(scalar) {
      const module = sm2Module();
      const { at, calls } = module;
      const secret = scalar.slice();
      module.put(at.SCALAR, secret);
      calls.invertKey();
      const inverse = module.get(at.INVERSE, 32);
      module.bytes.fill(0, at.INVERSE, at.INVERSE + 32);
      const sign = (): Uint8Array => {
        // First, so that nothing secret lies there if it throws.
        crypto.getRandomValues(module.bytes.subarray(at.RANDOM, at.RANDOM + 32));
        module.put(at.SCALAR, secret);
        module.put(at.INVERSE, inverse);
        calls.sign();
        return module.get(at.SIGNATURE, 64);
      };
      return {
        message(za, message) {
          module.digest(za, message);
          return sign();
        },
        digest(e) {
          module.put(at.DIGEST, e);
          return sign();
        },
      };
    },

    verifier(point) {
      const module = sm2Module();
      const { at, calls } = module;
      const key = point.slice(1);
      module.put(at.KEY, key);
      if (calls.isOnCurve() === 0)
        throw new GovError('key-malformed', 'the public key is not a point of the SM2 curve');
      const use = new KeyUse();
      const build = (table: number): void => {
        module.put(at.KEY, key);
        calls.buildKeyTable(table);
      };
      const check = (signature: Uint8Array): boolean => {
        if (signature.length !== 64) return false;
        const table = module.tables.tableOf(use, verify, build);
        if (table === 0) module.put(at.KEY, key);
        module.put(at.SIGNATURE, signature);
        return calls.verify(table) !== 0;
      };
      const verify = {
        message(za: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
          module.digest(za, message);
          return check(signature);
        },
        digest(e: Uint8Array, signature: Uint8Array): boolean {
          module.put(at.DIGEST, e);
          return check(signature);
        },
      };
      return verify;
    },
  };
}

export const wasm: Sm2Backend = wasmBackend(SM2_MODULE);
