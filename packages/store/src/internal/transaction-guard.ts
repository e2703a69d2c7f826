import { GovError } from '@gov/verdict';

/**
 * Steps of one transaction, one after another, and none after its end: a step that was not awaited must not slip in there, into
 * nothing or into somebody else's transaction. Once a step has lost the transaction, nothing of it can be committed any more,
 * even where the caller caught the error.
 */
export class TransactionGuard {
  #ended = false;
  #last: Promise<unknown> = Promise.resolve();
  #loss: { readonly error: unknown } | undefined;

  /** After the steps before it. @throws GovError `invalid-argument` after the end; the error that lost the transaction */
  step<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(() => {
      this.check();
      return work();
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** What {@link step} asks first. */
  check(): void {
    if (this.#ended) throw new GovError('invalid-argument', 'this transaction has ended: await every step inside it');
    if (this.#loss !== undefined) throw this.#loss.error;
  }

  /** The transaction is lost, by this error. */
  lose(error: unknown): void {
    this.#loss ??= { error };
  }

  /** What lost the transaction, if anything did. */
  get loss(): { readonly error: unknown } | undefined {
    return this.#loss;
  }

  /** Waits for the step that runs; none begins after this. */
  async end(): Promise<void> {
    this.#ended = true;
    await this.#last;
  }
}
