/** Wrong options, gathered and reported all at once. */
import { GovError, type Issue, isGovError } from '@gov/verdict';

export class OptionProblems {
  readonly #issues: Issue[] = [];

  /** Notes what is wrong with an option, by its name without the dashes. */
  add(option: string, message: string, messageZh: string): void {
    this.#issues.push({ path: [option], code: 'usage', message, messageZh });
  }

  /** What `read` answers; where it throws a `usage` error, undefined, and the error is noted. */
  try<T>(option: string, messageZh: string, read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (!isGovError(error) || error.code !== 'usage') throw error;
      this.add(option, error.message, messageZh);
      return undefined;
    }
  }

  /** @throws GovError `usage` with everything that was noted, if anything was */
  check(): void {
    const [first, ...others] = this.#issues;
    if (first === undefined) return;
    const message = others.length === 0 ? first.message : `${this.#issues.length} options are wrong`;
    throw new GovError('usage', message, { issues: this.#issues });
  }
}
