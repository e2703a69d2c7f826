/** What every pool of keys offers, whether its keys lie in worker threads or behind HTTP. */
import type { Sm2Signer } from '../sm2.js';

export interface SignManyOptions {
  /** Stops the work: the promise is rejected with the signal's reason; what runs already is not handed out. */
  readonly signal?: AbortSignal;
  /** Told after every batch how many of all messages are signed. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** A key in a pool (密码资源池中的密钥). Calls of `sign` made together travel together. */
export interface PoolSigner extends Sm2Signer {
  /**
   * Signs many messages and answers r ‖ s of each, in their order. It feeds the pool as fast as the pool signs, so there
   * is no limit to their number. Leave the messages unchanged until it is done.
   *
   * @throws GovError what `sign` throws; nothing is answered then
   */
  signMany(messages: readonly Uint8Array[], options?: SignManyOptions): Promise<Uint8Array[]>;
}

/** Private keys by their names, held where the caller cannot read them (密码资源池). */
export interface SigningPool {
  /** @throws GovError `pool-key-unknown` */
  signer(keyId: string): Promise<PoolSigner>;
}
