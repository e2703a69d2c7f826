/**
 * Value lists of catalogues (值域): the Chinese labels are what is stored, since all platforms agree on them; their numeric codes
 * differ from platform to platform and belong to a region's profile.
 */

/** One value of a list: its label as it is stored, and what it means. */
export interface Labelled<Label extends string> {
  readonly label: Label;
  readonly labelEn: string;
}

const labelled = <const Label extends string>(rows: Readonly<Record<Label, string>>): readonly Labelled<Label>[] =>
  (Object.entries(rows) as [Label, string][]).map(([label, labelEn]) => ({ label, labelEn }));

/** 类: the first step of the classification (信息资源分类). */
export const RESOURCE_CLASSES = labelled({ 基础: 'basic', 主题: 'by theme', 部门: 'of a department' });
export type ResourceClass = (typeof RESOURCE_CLASSES)[number]['label'];

/** 共享类型 (政务信息资源目录编制指南 2017). */
export const SHARING_TYPES = labelled({ 无条件共享: 'unconditional', 有条件共享: 'conditional', 不予共享: 'none' });
export type SharingType = (typeof SHARING_TYPES)[number]['label'];

/** 开放类型: to the public. */
export const OPENING_TYPES = labelled({ 无条件开放: 'unconditional', 有条件开放: 'conditional', 不予开放: 'none' });
export type OpeningType = (typeof OPENING_TYPES)[number]['label'];

/** 共享方式 */
export const SHARING_METHODS = labelled({
  '共享平台-数据库': 'platform, database',
  '共享平台-文件下载': 'platform, files',
  '共享平台-服务/接口': 'platform, service',
  邮件: 'mail',
  拷盘: 'copy on a disk',
  介质交换: 'exchange of media',
});
export type SharingMethod = (typeof SHARING_METHODS)[number]['label'];

/** 更新周期 */
export const UPDATE_CYCLES = labelled({
  实时: 'continuous',
  每日: 'daily',
  每周: 'weekly',
  每月: 'monthly',
  每季度: 'quarterly',
  每半年: 'half-yearly',
  每年: 'yearly',
  不定期: 'irregular',
  不更新: 'never',
});
export type UpdateCycle = (typeof UPDATE_CYCLES)[number]['label'];

/** 信息项数据类型, with the letters of the guide. */
export const ITEM_TYPES = labelled({
  字符型: 'C, characters',
  数值型: 'N, number',
  货币型: 'Y, currency',
  日期型: 'D, date',
  日期时间型: 'T, date and time',
  逻辑型: 'L, logical',
  备注型: 'M, memo',
  通用型: 'G, general',
  双精度型: 'B, double',
  整型: 'I, integer',
  浮点型: 'F, floating point',
});
export type ItemType = (typeof ITEM_TYPES)[number]['label'];

/** 信息资源格式: its class; which file types a class has is in the profile. */
export const FORMAT_CLASSES = labelled({
  电子文件: 'document',
  电子表格: 'spreadsheet',
  数据库: 'database',
  图形图像: 'image',
  流媒体: 'streaming media',
  自描述格式: 'self-describing',
  服务接口: 'service',
});
export type FormatClass = (typeof FORMAT_CLASSES)[number]['label'];

/** 数据级别 (GB/T 43697-2024), the highest first. */
export const DATA_LEVELS = labelled({
  核心数据: 'core',
  重要数据: 'important',
  一般数据4级: 'general, level 4',
  一般数据3级: 'general, level 3',
  一般数据2级: 'general, level 2',
  一般数据1级: 'general, level 1',
});
export type DataLevel = (typeof DATA_LEVELS)[number]['label'];

/** 密级: nothing but 非涉密 may stand in a catalogue (政务数据共享条例, 2025); the others are there to be refused by name. */
export const SECRECY_LABELS = labelled({
  非涉密: 'not secret',
  工作秘密: 'work secret',
  秘密: 'state secret, confidential',
  机密: 'state secret, secret',
  绝密: 'state secret, top secret',
});
export type SecrecyLabel = (typeof SECRECY_LABELS)[number]['label'];

/** 政务服务和监管事项类型 */
export const ITEM_KINDS = labelled({
  行政许可: 'licence',
  行政处罚: 'penalty',
  行政强制: 'coercion',
  行政征收: 'levy',
  行政给付: 'benefit',
  行政检查: 'inspection',
  行政确认: 'confirmation',
  行政奖励: 'award',
  行政裁决: 'ruling',
  其他行政权力: 'other power',
  公共服务: 'public service',
});
export type ItemKind = (typeof ITEM_KINDS)[number]['label'];

/** 账本层级 of 一本账. */
export const LEDGER_LEVELS = labelled({ 国家: 'national', 省级: 'provincial', 市级: 'of a city' });
export type LedgerLevel = (typeof LEDGER_LEVELS)[number]['label'];
