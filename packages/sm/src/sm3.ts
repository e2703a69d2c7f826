/**
 * SM3 (密码杂凑算法, GB/T 32905-2016).
 *
 * @packageDocumentation
 */
import { GovError } from '@gov/verdict';
import { sm3Backend } from '#backend/sm3';
import type { BackendName, Sm3State } from './internal/backend.js';

/**
 * SM3 of the parts one after another: 32 bytes. Large parts are not copied, so a file may be given in pieces.
 *
 * @example
 * import { sm3 } from '@gov/sm/sm3';
 * sm3(new TextEncoder().encode('abc')); // 66c7f0f4 62eeedd9 …
 */
export const sm3 = (...parts: readonly Uint8Array[]): Uint8Array => sm3Backend().hash(...parts);

/** A running SM3, for data that arrives in pieces. */
export class Sm3 {
  #state: Sm3State | undefined = sm3Backend().create();

  /** @throws GovError `invalid-argument` after `digest` */
  update(data: Uint8Array): this {
    this.#running().update(data);
    return this;
  }

  /** 32 bytes; the hash cannot be used afterwards. @throws GovError `invalid-argument` the second time */
  digest(): Uint8Array {
    const digest = this.#running().digest();
    this.#state = undefined;
    return digest;
  }

  #running(): Sm3State {
    if (this.#state === undefined) throw new GovError('invalid-argument', 'the SM3 digest was taken already');
    return this.#state;
  }
}

/** Which implementation this runtime got. */
export const sm3BackendName = (): BackendName => sm3Backend().name;
