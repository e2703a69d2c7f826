/** docs/catalog-rules.md, as scripts/catalog-rules.ts writes it. */
import { CATALOG_RULES, type CatalogRule } from '@gov/catalog/rules';

const SEVERITIES = { error: 'error 错误', warning: 'warning 警告', off: 'off 不检查' } as const;

const row = ({ code, severity, fixed, nameZh, nameEn, basis, weight, once }: CatalogRule): string =>
  `| \`${code}\` | ${SEVERITIES[severity]}${fixed ? '，固定' : ''} | ${nameZh}<br>${nameEn} | ${basis} | ${weight}${once ? '（一次扣完）' : ''} |`;

const table = (scope: CatalogRule['scope']): string =>
  [
    '| code 规则 | severity 级别 | what it says 含义 | basis 依据 | points 扣分上限 |',
    '| --- | --- | --- | --- | --- |',
    ...CATALOG_RULES.filter((rule) => rule.scope === scope).map(row),
  ].join('\n');

export const catalogRulesPage = (): string => `# Rules of a catalogue 目录校验规则

Made by \`scripts/catalog-rules.ts\` from \`CATALOG_RULES\` of \`@gov/catalog/rules\`. A regional profile changes severities (\`severities\`) and points (\`weights\`), except those that are fixed.
What is an error and what a warning, and why: [decisions/041](decisions/041-catalogue-rules.md). Points: [formats/catalog-score.md](formats/catalog-score.md).

本页由 \`CATALOG_RULES\` 生成。地区方案可以调整级别（\`severities\`）和扣分上限（\`weights\`），标明“固定”的除外。

## Seen at one record 单条记录

${table('record')}

## Need the whole catalogue 全目录

${table('catalogue')}
`;
