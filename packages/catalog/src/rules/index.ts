/**
 * `@gov/catalog/rules`: what is asked of a catalogue beyond the shape of its records (目录校验规则): sharing and its legal basis,
 * secrets, one datum one source, references, updates, duties and data.
 *
 * @example
 * import { NATIONAL_PROFILE } from '@gov/catalog';
 * import { checkCatalog } from '@gov/catalog/rules';
 *
 * for await (const { severity, place, messageZh } of checkCatalog(entries, { profile: NATIONAL_PROFILE, at: new Date() }))
 *   console.log(severity, place?.cell, messageZh); // error C12 有条件共享未写明共享条件
 *
 * @packageDocumentation
 */
export { CATALOG_RULES, type CatalogRule, type RuleCode } from './catalog-rules.js';
export {
  CATALOG_CHECK_LIMITS,
  CatalogCheck,
  type CatalogCheckOptions,
  type CheckCatalogOptions,
  type CheckPhase,
  type CheckProgress,
  type CheckWatch,
  checkCatalog,
} from './check.js';
export type { CatalogSummary, DepartmentSummary, Linked } from './summary.js';
