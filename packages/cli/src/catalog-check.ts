/** Catalogues read and checked in one pass (导入并校验). */
import type { CatalogIssue } from '@gov/catalog';
import {
  CatalogCheck,
  type CatalogCheckOptions,
  type CatalogSummary,
  type CheckPhase,
  type CheckProgress,
} from '@gov/catalog/rules';
import { divisions } from '@gov/codes/divisions';
import { batchLine } from './batch-progress.js';
import { type CatalogInput, readInputs } from './catalog-input.js';
import type { OptionDefinition } from './command.js';
import type { Language } from './output.js';

export const DIVISIONS = {
  type: 'boolean',
  about: { en: 'check division codes, too', zh: '同时核对行政区划代码' },
} as const satisfies OptionDefinition;

const PHASES: Readonly<Record<Language, Readonly<Record<CheckPhase, string>>>> = {
  en: {
    records: 'records',
    order: 'putting records in order',
    codes: 'codes twice',
    references: 'references',
    copies: 'copies',
    sources: 'one datum, one source',
    'near-resources': 'resources that are nearly the same',
    purchases: 'data bought twice',
    coverage: 'duties, businesses, data',
  },
  zh: {
    records: '逐条校验',
    order: '排序',
    codes: '重复代码',
    references: '引用关系',
    copies: '引用信息项',
    sources: '一数一源',
    'near-resources': '疑似重复编目',
    purchases: '重复采购',
    coverage: '应编尽编',
  },
};

export const circumstances = ({ profile }: CatalogInput, at: Date, withDivisions: boolean): CatalogCheckOptions => ({
  profile,
  at,
  ...(withDivisions ? { divisions: divisions() } : {}),
});

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
  const line = batchLine(input.lang);
  try {
    const onProgress = ({ phase }: CheckProgress): void => line.doing(PHASES[input.lang][phase]);
    yield* check.finishInTurns({ signal, onProgress });
  } finally {
    line.done();
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
