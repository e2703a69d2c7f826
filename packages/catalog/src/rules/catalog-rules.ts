/** What is asked of a catalogue beyond the shape of its records (目录校验规则), as data. */
import { type CatalogIssueCode, catalogIssue } from '../internal/texts.js';
import type { Severity } from '../issue.js';
import { RECORD_KINDS } from '../order.js';
import type { RecordKind } from '../record.js';

/** One rule (规则). */
export interface CatalogRule<Code extends string = RuleCode> {
  /** `code` of its issues. */
  readonly code: Code;
  /** The usual one; the profile may have another, unless the rule is `fixed`. */
  readonly severity: Severity;
  /** `record`: seen at the record itself. `catalogue`: needs the whole. */
  readonly scope: 'record' | 'catalogue';
  /** No profile changes its severity. */
  readonly fixed?: true;
  readonly nameEn: string;
  readonly nameZh: string;
  /** 依据: law or standard, in Chinese. */
  readonly basis: string;
  /** What records it is about: a department's share of broken ones counts in its score. */
  readonly kinds: readonly RecordKind[];
  /** 扣分上限: points off the score of a department all of whose records break it; with `once` for the first that does. */
  readonly weight: number;
  readonly once?: true;
}

const GUIDE = '政务信息资源目录编制指南（试行）（发改高技〔2017〕1272号）';
const SHARING = '政务信息资源共享管理暂行办法（国发〔2016〕51号）';
const ORDER = '政务数据共享条例（国务院令第809号）';
const LEVELS = 'GB/T 43697-2024 数据安全技术 数据分类分级规则';
const PERSONS = '个人信息保护法';
const ONE_SOURCE = `${ORDER}：一数一源`;
const LOCAL = '地方政务数据管理规定';

interface Draft {
  readonly severity: Severity;
  readonly basis: string;
  readonly weight: number;
  readonly kinds?: readonly RecordKind[];
  readonly fixed?: true;
  readonly once?: true;
}

/** Of resources, unless said. */
const RECORD_RULES = {
  'sharing-condition-missing': { severity: 'error', basis: SHARING, weight: 10 },
  'sharing-basis-missing': { severity: 'error', basis: SHARING, weight: 15 },
  'sharing-basis-vague': { severity: 'warning', basis: SHARING, weight: 5 },
  'opening-condition-missing': { severity: 'error', basis: GUIDE, weight: 5 },
  'opening-wider': { severity: 'error', basis: GUIDE, weight: 10 },
  'item-sharing-wider': { severity: 'error', basis: GUIDE, weight: 5 },
  'item-opening-wider': { severity: 'error', basis: GUIDE, weight: 5 },
  'secret-refused': { severity: 'error', fixed: true, basis: ORDER, weight: 50, once: true, kinds: RECORD_KINDS },
  'watch-word': { severity: 'warning', fixed: true, basis: ORDER, weight: 0, kinds: RECORD_KINDS },
  'level-open': { severity: 'error', basis: LEVELS, weight: 20, once: true },
  'level-below-item': { severity: 'warning', basis: LEVELS, weight: 3 },
  'sample-personal': { severity: 'error', basis: PERSONS, weight: 20, once: true },
  'text-personal': { severity: 'error', basis: PERSONS, weight: 20, once: true, kinds: RECORD_KINDS },
  'attribute-missing': { severity: 'error', basis: LOCAL, weight: 15 },
  'classification-unknown': { severity: 'warning', basis: GUIDE, weight: 2 },
  'format-unknown': { severity: 'warning', basis: GUIDE, weight: 2 },
  'update-overdue': { severity: 'warning', basis: ORDER, weight: 15 },
  'day-future': { severity: 'error', basis: GUIDE, weight: 3, kinds: ['resource', 'system', 'demand'] },
  'resource-empty': { severity: 'error', basis: GUIDE, weight: 10 },
  'item-name-twice': { severity: 'error', basis: GUIDE, weight: 5 },
  'item-length-missing': { severity: 'error', basis: GUIDE, weight: 5 },
  'item-scale': { severity: 'error', basis: GUIDE, weight: 3 },
  'sample-type': { severity: 'error', basis: GUIDE, weight: 5 },
  'sample-length': { severity: 'error', basis: GUIDE, weight: 3 },
  'sample-scale': { severity: 'error', basis: GUIDE, weight: 3 },
  'officer-missing': { severity: 'warning', basis: LOCAL, weight: 5, once: true, kinds: ['department'] },
  'division-unknown': { severity: 'error', basis: 'GB/T 2260', weight: 3, kinds: ['department'] },
  'division-abolished': { severity: 'warning', basis: 'GB/T 2260', weight: 2, kinds: ['department'] },
  'purchase-period': { severity: 'error', basis: LOCAL, weight: 3, kinds: ['purchased-data'] },
  'purchase-expired': { severity: 'warning', basis: LOCAL, weight: 3, kinds: ['purchased-data'] },
  'demand-empty': { severity: 'error', basis: LOCAL, weight: 2, kinds: ['demand'] },
} as const satisfies Partial<Record<CatalogIssueCode, Draft>>;

/** Every kind that refers to others. */
const REFERRING = RECORD_KINDS.filter((kind) => kind !== 'department');

const CATALOGUE_RULES = {
  'code-twice': { severity: 'error', basis: GUIDE, weight: 10, kinds: RECORD_KINDS },
  'provider-unknown': { severity: 'error', basis: GUIDE, weight: 5 },
  'provider-name': { severity: 'warning', basis: GUIDE, weight: 3 },
  'department-unknown': { severity: 'error', basis: GUIDE, weight: 5, kinds: REFERRING },
  'reference-unknown': { severity: 'error', basis: GUIDE, weight: 10, kinds: REFERRING },
  'element-two-sources': { severity: 'error', basis: ONE_SOURCE, weight: 15 },
  'item-two-sources': { severity: 'error', basis: ONE_SOURCE, weight: 15 },
  'item-similar': { severity: 'warning', basis: ONE_SOURCE, weight: 3 },
  'resource-similar': { severity: 'warning', basis: ONE_SOURCE, weight: 3 },
  'resource-same-items': { severity: 'warning', basis: ONE_SOURCE, weight: 3 },
  'copy-unknown': { severity: 'error', basis: ONE_SOURCE, weight: 5 },
  'copy-of-copy': { severity: 'error', basis: ONE_SOURCE, weight: 3 },
  'copy-cycle': { severity: 'error', basis: ONE_SOURCE, weight: 5 },
  'need-not-shared': { severity: 'warning', basis: ORDER, weight: 3, kinds: ['service-item', 'supervision-item'] },
  'purchase-twice': { severity: 'error', basis: LOCAL, weight: 5, kinds: ['purchased-data'] },
  'purchase-similar': { severity: 'warning', basis: LOCAL, weight: 2, kinds: ['purchased-data'] },
  'duty-without-business': { severity: 'warning', basis: GUIDE, weight: 10, kinds: ['duty'] },
  'business-without-duty': { severity: 'warning', basis: GUIDE, weight: 5, kinds: ['business'] },
  'business-without-data': { severity: 'warning', basis: GUIDE, weight: 10, kinds: ['business'] },
  'resource-without-business': { severity: 'warning', basis: GUIDE, weight: 5 },
  'department-empty': { severity: 'warning', basis: GUIDE, weight: 100, once: true, kinds: ['department'] },
} as const satisfies Partial<Record<CatalogIssueCode, Draft>>;

/** Stable codes of the rules. */
export type RuleCode = keyof typeof RECORD_RULES | keyof typeof CATALOGUE_RULES;

function rulesOf<Code extends CatalogIssueCode>(
  scope: CatalogRule['scope'],
  drafts: Readonly<Record<Code, Draft>>,
): CatalogRule<Code>[] {
  return (Object.keys(drafts) as Code[]).map((code) => {
    const { message, messageZh } = catalogIssue(code);
    return { code, scope, nameEn: message, nameZh: messageZh, kinds: ['resource'], ...drafts[code] };
  });
}

/** All rules (规则表), as docs/catalog-rules.md prints them. */
export const CATALOG_RULES: readonly CatalogRule[] = [
  ...rulesOf('record', RECORD_RULES),
  ...rulesOf('catalogue', CATALOGUE_RULES),
];
