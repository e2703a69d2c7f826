/** Words of the report, in both languages. */
import type { Linked } from '../rules/summary.js';

export type ReportLanguage = 'zh' | 'en';

const percent = ({ of, linked }: Linked): string => (of === 0 ? '—' : `${Math.floor((100 * linked) / of)}%`);

const ZH = {
  at: '统计时间',
  profile: '地区方案',
  sample: '示例方案，仅供演示',
  edition: '目录版本',
  overall: '目录质量评分',
  grades: ['优', '良', '中', '差'],
  figures: { departments: '部门', resources: '信息资源', items: '信息项', errors: '错误', warnings: '提醒' },
  notRead: (count: number) => `有 ${count} 处错误使记录未能录入目录，未计入评分。`,
  nothingWrong: '未发现问题。',
  noDepartment: '目录中没有任何部门的记录。',
  departments: '各部门目录质量',
  table: ['名次', '部门', '评分', '错误', '提醒', '信息资源', '应编尽编'],
  moreDepartments: (count: number) => `另有 ${count} 个部门未列出。`,
  rules: '问题与整改',
  rulesTable: ['级别', '问题', '数量', '整改建议', '依据'],
  severity: { error: '错误', warning: '提醒' },
  places: (shown: number, count: number) => (shown < count ? `前 ${shown} 处（共 ${count} 处）` : `共 ${count} 处`),
  line: (line: number) => `第${line}行`,
  moreRules: (count: number) => `另有 ${count} 类问题未列出。`,
  coverage: '应编尽编',
  coverageRows: ['职能有对应业务', '业务有职能和数据', '信息资源有对应业务'],
  gaps: ['没有业务的职能', '没有职能的业务', '没有数据的业务（应编未编）', '没有业务的信息资源'],
  moreNames: (count: number) => `等，另有 ${count} 项`,
  percent,
  graph: '职能—业务—数据关系图',
  columns: ['职能', '业务', '信息资源'],
  graphDescription: (counts: readonly number[], edges: number, missing: number) =>
    `职能 ${counts[0]} 项、业务 ${counts[1]} 项、信息资源 ${counts[2]} 项，对应关系 ${edges} 条；缺少对应关系 ${missing} 项。`,
  unlinked: '缺少对应关系',
  legend: '⚠ 虚线直角框：缺少对应关系。',
  notDrawn: (count: number) => `另有 ${count} 项未画出。`,
  parts: '部门明细',
  lost: ['扣分项', '不合格记录', '扣分'],
  lostNothing: '没有扣分。',
  moreParts: (count: number) => `另有 ${count} 个部门的明细未列出；可按部门分别生成报告。`,
  nameless: '（目录中没有该部门的记录）',
  footer: '本页由校验结果生成，未签名，不作为凭证；以目录数据和校验规则为准。',
} as const;

const EN = {
  at: 'As of',
  profile: 'Regional profile',
  sample: 'made up, for demonstration',
  edition: 'Edition',
  overall: 'Quality of the catalogue',
  grades: ['excellent', 'good', 'fair', 'poor'],
  figures: {
    departments: 'departments',
    resources: 'resources',
    items: 'items',
    errors: 'errors',
    warnings: 'warnings',
  },
  notRead: (count: number) => `${count} errors kept records out of the catalogue; these are not in the score.`,
  nothingWrong: 'Nothing wrong was found.',
  noDepartment: 'The catalogue has no record of any department.',
  departments: 'Departments',
  table: ['Rank', 'Department', 'Score', 'Errors', 'Warnings', 'Resources', 'Complete'],
  moreDepartments: (count: number) => `${count} more departments are not listed.`,
  rules: 'What is wrong, and what mends it',
  rulesTable: ['Severity', 'Problem', 'Count', 'What mends it', 'Basis'],
  severity: { error: 'error', warning: 'warning' },
  places: (shown: number, count: number) => (shown < count ? `first ${shown} of ${count} places` : `${count} places`),
  line: (line: number) => `line ${line}`,
  moreRules: (count: number) => `${count} more kinds of problems are not listed.`,
  coverage: 'Completeness',
  coverageRows: ['duties with a business', 'businesses with a duty and data', 'resources with a business'],
  gaps: [
    'Duties without a business',
    'Businesses without a duty',
    'Businesses without data',
    'Resources without a business',
  ],
  moreNames: (count: number) => `and ${count} more`,
  percent,
  graph: 'Duties, businesses and data',
  columns: ['Duties', 'Businesses', 'Resources'],
  graphDescription: (counts: readonly number[], edges: number, missing: number) =>
    `${counts[0]} duties, ${counts[1]} businesses, ${counts[2]} resources, ${edges} links; ${missing} without the links they need.`,
  unlinked: 'a link is missing',
  legend: '⚠ and a dashed box with square corners: a link is missing.',
  notDrawn: (count: number) => `${count} more are not drawn.`,
  parts: 'By department',
  lost: ['Points lost by', 'Records that break it', 'Points'],
  lostNothing: 'No points lost.',
  moreParts: (count: number) => `${count} more departments have no part of their own; make a report of each.`,
  nameless: '(not in the catalogue itself)',
  footer: 'Made from the result of a check. Not signed, proves nothing: what counts are the catalogue and the rules.',
} as const;

export type ReportTexts = {
  readonly [Key in keyof typeof ZH]: (typeof ZH)[Key] | (typeof EN)[Key];
};

export const REPORT_TEXTS: Readonly<Record<ReportLanguage, ReportTexts>> = { zh: ZH, en: EN };
