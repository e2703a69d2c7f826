/** Catalogues read and checked in one pass (导入并校验). */
import { setImmediate } from 'node:timers/promises';
import type { CatalogIssue } from '@gov/catalog';
import { CatalogCheck, type CatalogCheckOptions, type CatalogSummary } from '@gov/catalog/rules';
import { divisions } from '@gov/codes/divisions';
import { type CatalogInput, readInputs } from './catalog-input.js';
import type { OptionDefinition } from './command.js';

export const DIVISIONS = {
  type: 'boolean',
  about: { en: 'check division codes, too', zh: '同时核对行政区划代码' },
} as const satisfies OptionDefinition;

export const circumstances = ({ profile }: CatalogInput, at: Date, withDivisions: boolean): CatalogCheckOptions => ({
  profile,
  at,
  ...(withDivisions ? { divisions: divisions() } : {}),
});

/** Issues between two turns of the event loop, so that a signal is heard. */
const TURN = 1000;

/**
 * What reading tells, and what breaks the rules: of each record at once, of the whole at the end; then the catalogue in figures.
 *
 * @throws GovError as `readInputs` and `CatalogCheck`; the reason of `signal`
 */
export async function* checkInputs(
  input: CatalogInput,
  options: CatalogCheckOptions,
  signal: AbortSignal,
): AsyncGenerator<CatalogIssue, CatalogSummary> {
  const check = new CatalogCheck(options);
  for await (const { entry, issues } of readInputs(input, signal)) {
    yield* issues;
    if (entry !== undefined) yield* check.add(entry);
  }
  let found = 0;
  for (const issue of check.finish()) {
    if (found++ % TURN === 0) {
      await setImmediate();
      signal.throwIfAborted();
    }
    yield issue;
  }
  return check.summary();
}

/** The same, `tell` hearing of each one on its way; `result` is what came at the end, when all were taken. */
export function tapped<Told, Result>(
  source: AsyncGenerator<Told, Result>,
  tell: (told: Told) => void,
): { readonly all: AsyncGenerator<Told, Result>; readonly result: () => Result } {
  let result: { readonly value: Result } | undefined;
  async function* all(): AsyncGenerator<Told, Result> {
    try {
      for (let next = await source.next(); ; next = await source.next()) {
        if (next.done === true) {
          result = next;
          return next.value;
        }
        tell(next.value);
        yield next.value;
      }
    } finally {
      await source.return(undefined as never);
    }
  }
  return { all: all(), result: () => result!.value };
}

/** Takes all, and keeps nothing. */
export async function drain(source: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of source);
}
