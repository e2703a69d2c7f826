/**
 * `@gov/catalog/score`: how good the catalogue of each department is, 0 to 100 (质量评分), and what cost it how much.
 *
 * @example
 * import { NATIONAL_PROFILE } from '@gov/catalog';
 * import { scoreCatalog } from '@gov/catalog/score';
 *
 * const { score, departments } = scoreCatalog(check.summary(), NATIONAL_PROFILE);
 * for (const { code, score, lost } of departments) console.log(code, score, lost[0]?.rule.nameZh, lost[0]?.points);
 *
 * @packageDocumentation
 */
import { GovError } from '@gov/verdict';
import type { RegionProfile } from './profile.js';
import { CATALOG_RULES, type CatalogRule } from './rules/catalog-rules.js';
import type { CatalogSummary, DepartmentSummary } from './rules/summary.js';

/** What one rule cost a department (扣分). */
export interface LostPoints {
  readonly rule: CatalogRule;
  /** The most that the rule can cost, under the profile. */
  readonly weight: number;
  /** Records that break it, */
  readonly broken: number;
  /** of those that it is about. */
  readonly of: number;
  /** In steps of a tenth. */
  readonly points: number;
}

/** 部门评分 */
export interface DepartmentScore {
  readonly code: string;
  readonly name?: string;
  /** 0 to 100, in steps of a tenth. */
  readonly score: number;
  /** What cost most comes first. */
  readonly lost: readonly LostPoints[];
}

export interface CatalogScore {
  /** Of the whole: the mean of the departments by how many records they have, rounded down to a tenth; 0 for an empty catalogue. */
  readonly score: number;
  /** By code. */
  readonly departments: readonly DepartmentScore[];
}

/**
 * Scores a catalogue that was checked, by the formula of docs/formats/catalog-score.md.
 *
 * @throws GovError `invalid-argument` for weights of what is no rule, or no whole number from 0 to 100
 */
export function scoreCatalog(summary: CatalogSummary, { weights = {} }: Pick<RegionProfile, 'weights'>): CatalogScore {
  for (const [code, weight] of Object.entries(weights)) {
    if (!CATALOG_RULES.some((rule) => rule.code === code))
      throw new GovError('invalid-argument', `weights: no rule ${code.slice(0, 100)}`);
    if (!Number.isInteger(weight) || weight < 0 || weight > 100)
      throw new GovError('invalid-argument', `weights: ${code} is no whole number from 0 to 100`);
  }
  const departments = summary.departments.map((department) => departmentScore(department, weights));
  let tenths = 0;
  let records = 0;
  for (const [at, { score }] of departments.entries()) {
    const own = recordsOf(summary.departments[at]!);
    tenths += Math.round(score * 10) * own;
    records += own;
  }
  return { score: records === 0 ? 0 : Math.floor(tenths / records) / 10, departments };
}

const recordsOf = ({ records }: DepartmentSummary, kinds: readonly string[] = Object.keys(records)): number =>
  kinds.reduce((sum, kind) => sum + (records[kind as keyof typeof records] ?? 0), 0);

function departmentScore(department: DepartmentSummary, weights: Readonly<Record<string, number>>): DepartmentScore {
  const lost = CATALOG_RULES.flatMap((rule): LostPoints[] => {
    const broken = department.broken[rule.code] ?? 0;
    const weight = weights[rule.code] ?? rule.weight;
    if (broken === 0 || weight === 0) return [];
    const of = recordsOf(department, rule.kinds);
    // Rounded up: what is broken is never free.
    const tenths = rule.once ? weight * 10 : Math.ceil((weight * 10 * broken) / of);
    return [{ rule, weight, broken, of, points: tenths / 10 }];
  }).sort((a, b) => b.points - a.points);
  const tenths = lost.reduce((sum, { points }) => sum + Math.round(points * 10), 0);
  return {
    code: department.code,
    ...(department.name === undefined ? {} : { name: department.name }),
    score: Math.max(0, 1000 - tenths) / 10,
    lost,
  };
}
