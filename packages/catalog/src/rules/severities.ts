/** How grave each rule is in a region (规则严重程度). */
import { GovError } from '@gov/verdict';
import type { Severity } from '../issue.js';
import type { RegionProfile } from '../profile.js';
import { CATALOG_RULES, type RuleCode } from './catalog-rules.js';

/**
 * The severity of each rule under a profile.
 *
 * @throws GovError `invalid-argument` for a code that is no rule, and for another severity than that of a rule that is fixed
 */
export function ruleSeverities({ severities }: Pick<RegionProfile, 'severities'>): ReadonlyMap<RuleCode, Severity> {
  const found = new Map(CATALOG_RULES.map(({ code, severity }) => [code, severity]));
  for (const [code, severity] of Object.entries(severities)) {
    const rule = CATALOG_RULES.find((one) => one.code === code);
    if (rule === undefined) throw new GovError('invalid-argument', `severities: no rule ${code.slice(0, 100)}`);
    if (rule.fixed && severity !== rule.severity)
      throw new GovError('invalid-argument', `severities: ${code} is always ${rule.severity}`);
    found.set(rule.code, severity);
  }
  return found;
}
