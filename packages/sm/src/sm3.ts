/**
 * SM3 (密码杂凑算法, GB/T 32905-2016).
 *
 * @packageDocumentation
 */
import { sm3Backend } from '#backend/sm3';
import type { Sm3State } from './internal/backend.js';

/**
 * SM3 of the parts one after another: 32 bytes. Nothing is copied, so a large file may be given in pieces.
 *
 * @example
 * import { sm3 } from '@gov/sm/sm3';
 * sm3(new TextEncoder().encode('abc')); // 66c7f0f4 62eeedd9 …
 */
export function sm3(...parts: readonly Uint8Array[]): Uint8Array {
  const backend = sm3Backend();
  if (parts.length === 1) return backend.hash(parts[0]!);
  const state = backend.create();
  for (const part of parts) state.update(part);
  return state.digest();
}

/** A running SM3, for data that arrives in pieces. */
export class Sm3 {
  readonly #state: Sm3State = sm3Backend().create();

  update(data: Uint8Array): this {
    this.#state.update(data);
    return this;
  }

  /** 32 bytes; the hash cannot be used afterwards. */
  digest(): Uint8Array {
    return this.#state.digest();
  }
}
