/** What every issue of this package says, in both languages. */
import type { CatalogIssue } from '../issue.js';

type Texts = readonly [en: string, zh: string];

interface Row {
  readonly text: Texts;
  /** What would mend it, where no value of a list is nearer. */
  readonly suggestion?: Texts;
}

// Texts name rules, never values: those may be personal or secret.
const TEXTS = {
  // the shape of records
  'record-kind': {
    text: ['no kind of record that is known', '未定义的记录类型'],
    suggestion: ['kinds: docs/formats/catalog.md', '记录类型见 docs/formats/catalog.md'],
  },
  'record-too-large': { text: ['more values than any record has', '记录内容过多，超出上限'] },
  'field-missing': { text: ['required and not there', '缺少必填项'], suggestion: ['fill it in', '请填写'] },
  'field-type': { text: ['of another type', '类型错误'] },
  'field-unknown': { text: ['unknown field', '未定义的字段'], suggestion: ['leave it out', '请删除'] },
  'field-too-long': { text: ['too long', '超出长度上限'], suggestion: ['shorten it', '请精简'] },
  'field-range': { text: ['no whole number within the bounds', '应为允许范围内的整数'] },
  'list-too-short': { text: ['too few entries', '条目过少'], suggestion: ['add what is missing', '请补充'] },
  'list-too-long': { text: ['too many entries', '条目过多'] },
  'list-duplicate': { text: ['the same entry twice', '条目重复'], suggestion: ['keep one of them', '请保留其一'] },
  'text-form': {
    text: [
      'empty, blanks at an end, not NFC, or control or other invisible characters',
      '内容为空、首尾有空白、非 NFC 规范形式，或含控制符及其他不可见字符',
    ],
    suggestion: ['type it anew, without copying', '请重新录入，勿从他处复制'],
  },
  'label-unknown': { text: ['no value of the list', '不在值域内'] },
  'day-form': {
    text: ['no day in the form YYYY-MM-DD', '日期应为 YYYY-MM-DD'],
    suggestion: ['write it like 2026-05-20', '请写成 2026-05-20 的形式'],
  },
  'day-impossible': { text: ['a day that does not exist', '日期不存在'] },
  'code-form': { text: ['a code holds no blanks', '代码中不得有空白'] },
  'resource-code-form': {
    text: ['resource code not in the form of the profile', '信息资源代码不符合地区方案规定的形式'],
  },
  'personal-number': {
    text: ['the number of a person does not belong here', '此处不得填写身份证号码、手机号码'],
    suggestion: ['post and account instead', '请填写职务和账号'],
  },
  // profiles
  'profile-id': {
    text: [
      'an id begins with a-z and goes on with a-z, 0-9 and hyphens',
      '方案标识应以小写字母开头，由小写字母、数字、连字符组成',
    ],
  },
  'profile-pattern': {
    text: [
      'no pattern of I-Regexp (RFC 9485) form, too long, or one that could be tried in too many ways',
      '不是 I-Regexp（RFC 9485）形式的表达式，或过长、匹配方式过多',
    ],
  },
  'profile-rule': {
    text: ['no rule of this code', '没有此规则'],
    suggestion: ['rules: docs/catalog-rules.md', '规则见 docs/catalog-rules.md'],
  },
  'profile-rule-fixed': { text: ['no profile changes how grave this rule is', '此规则的严重程度不可更改'] },
  'profile-header-twice': {
    text: ['header that stands for two columns of one sheet', '同一工作表中表头重复'],
  },
  'profile-sheet-twice': { text: ['kind or name of sheet twice', '工作表名称或记录类型重复'] },
  'profile-path': { text: ['no field of this kind of record', '该类记录没有此字段'] },
  'profile-column-missing': {
    text: ['no column for a field that every record must have', '必填字段没有对应的列'],
  },
  // import
  'sheet-unknown': {
    text: ['sheet of no kind of record: not read', '工作表名称不对应任何记录类型，未读取'],
    suggestion: ['name it as the profile does, or take it out', '请按地区方案命名，或删除该工作表'],
  },
  'sheet-hidden': {
    text: ['hidden sheet: not read', '隐藏的工作表，未读取'],
    suggestion: ['show it, or take it out', '请取消隐藏，或删除该工作表'],
  },
  'sheet-no-header': {
    text: ['no row of headers that are known: not read', '未找到可识别的表头，未读取'],
    suggestion: ['head the columns as the template does', '请按模板填写表头'],
  },
  'sheet-unreadable': { text: ['the sheet cannot be read', '工作表无法读取'] },
  'column-unknown': {
    text: ['column of no field: not read', '该列不对应任何字段，未读取'],
    suggestion: ['head it as the template does, or take it out', '请按模板修改表头，或删除该列'],
  },
  'column-twice': {
    text: ['a second column for the same field: not read', '同一字段有两列，此列未读取'],
    suggestion: ['keep one of them', '请保留其一'],
  },
  'column-missing': {
    text: ['no column for a field that every record must have', '缺少必填字段的列'],
    suggestion: ['add the column as the template has it', '请按模板补充该列'],
  },
  'row-conflict': {
    text: ['another value than in the first row of the same resource', '与同一信息资源首行的内容不一致'],
    suggestion: [
      'leave it empty as in the first row, or give the resource its own code',
      '请与首行保持一致或留空；如为另一信息资源，请填写其代码',
    ],
  },
  'secrecy-refused': {
    text: [
      'marked as a state secret, a work secret or internal: refused, nothing of it was taken in',
      '标有国家秘密、工作秘密或内部资料标识，已拒收，内容未录入',
    ],
    suggestion: [
      'take it out of this file, and report it to who answers for secrecy',
      '请从本文件中删除，并报告保密管理部门',
    ],
  },
  'issues-omitted': { text: ['further issues of the same record are left out', '同一记录的其余问题从略'] },
  'label-mapped': {
    text: ['code or other word replaced by the label of the list', '已将代码或其他写法替换为值域标签'],
  },
  'code-upper-case': { text: ['letters of the code made upper-case', '已将代码中的字母转为大写'] },
  // rules: sharing and opening
  'sharing-condition-missing': {
    text: ['shared on conditions, and no condition said', '有条件共享未写明共享条件'],
    suggestion: ['say who may use it for what', '请写明可由哪些部门、用于何种事项'],
  },
  'sharing-basis-missing': {
    text: ['not shared, and no legal basis said', '不予共享未写明依据'],
    suggestion: ['name the law and its article, or share it', '请写明法律、行政法规名称及条款；没有依据的应予共享'],
  },
  'sharing-basis-vague': {
    text: ['what is said to be the legal basis names no law', '不予共享依据未指明法律、行政法规或国家政策'],
    suggestion: ['name the law and its article', '请写明文件名称及条款'],
  },
  'opening-condition-missing': {
    text: ['open on conditions, and no condition said', '有条件开放未写明开放条件'],
    suggestion: ['say the condition', '请写明开放条件'],
  },
  'opening-wider': {
    text: ['more open to the public than it is shared with departments', '向社会开放的范围大于部门间共享的范围'],
  },
  'item-sharing-wider': {
    text: ['item shared more widely than its resource', '信息项的共享范围大于所属信息资源'],
  },
  'item-opening-wider': {
    text: ['item more open than its resource', '信息项的开放范围大于所属信息资源'],
  },
  // rules: secrets, levels, persons
  'secret-refused': {
    text: ['state and work secrets stay out of catalogues', '国家秘密、工作秘密不得编入政务数据目录'],
    suggestion: ['take it out, and ask the secrecy office', '请移出目录，并报保密工作机构处理'],
  },
  'watch-word': {
    text: ['a word that makes a person look', '含敏感词，须人工审核'],
  },
  'level-open': {
    text: ['core or important data opened without conditions', '核心数据、重要数据不得无条件开放'],
  },
  'level-below-item': {
    text: ['level below that of an item: the highest counts', '资源的数据级别低于其信息项（应就高从严）'],
  },
  'sample-personal': {
    text: ['a sample holds the number of a person', '样例数据含身份证号码、手机号码'],
    suggestion: ['make samples up', '请改用虚构的样例'],
  },
  'text-personal': {
    text: ['the number of a person in a text of the catalogue', '目录文字含身份证号码、手机号码'],
    suggestion: ['take it out', '请删除'],
  },
  // rules: what a resource says of itself
  'attribute-missing': {
    text: ['one of the five attributes says nothing', '数据五个必填属性未填写实际内容'],
    suggestion: ['fill it in', '请填写'],
  },
  'classification-unknown': {
    text: ['no basic resource of the profile', '不是地区方案所列的基础信息资源'],
  },
  'format-unknown': {
    text: ['no type of this class of formats in the profile', '该格式分类下没有此格式'],
  },
  'update-overdue': {
    text: ['overdue for an update', '超过更新周期未更新'],
    suggestion: ['update the data, or correct the cycle', '请更新数据，或更正更新周期'],
  },
  'day-future': {
    text: ['a day that has not come yet', '日期晚于当前日期'],
  },
  'resource-empty': {
    text: ['no items', '没有信息项'],
    suggestion: ['list its items', '请填写信息项'],
  },
  // rules: items
  'item-name-twice': {
    text: ['two items of one name', '信息项重名'],
    suggestion: ['tell them apart, or leave one out', '请区分名称，或删除重复项'],
  },
  'item-length-missing': {
    text: ['characters without a length', '字符型未填写长度'],
    suggestion: ['say how many characters', '请填写最大字符数'],
  },
  'item-scale': {
    text: ['digits after the point that this type or length does not have', '小数位数与数据类型或长度不符'],
  },
  'sample-type': {
    text: ['sample of another type than the item', '样例数据与数据类型不符'],
  },
  'sample-length': {
    text: ['sample longer than the item', '样例数据超出数据长度'],
  },
  'sample-scale': {
    text: ['sample with more digits after the point than the item', '样例数据超出小数位数'],
  },
  // rules: other records
  'officer-missing': {
    text: ['department without a chief data officer', '部门未设首席数据官'],
    suggestion: ['name the post and its account', '请填写职务和账号'],
  },
  'division-unknown': { text: ['no division of this code', '行政区划代码不存在'] },
  'division-abolished': {
    text: ['division that was abolished', '行政区划代码已撤销'],
    suggestion: ['the code of what succeeded it', '请改为现行代码'],
  },
  'purchase-period': { text: ['ends before it begins', '截止日期早于起始日期'] },
  'purchase-expired': {
    text: ['purchase that has run out', '采购已到期'],
    suggestion: ['renew it, or take it out', '请续购，或移出目录'],
  },
  'demand-empty': {
    text: ['asks for no resource and for nothing in words', '未指明所需信息资源，也未描述所需数据'],
  },
  // rules: the whole catalogue
  'code-twice': { text: ['code of two records', '代码重复'] },
  'provider-unknown': {
    text: ['provider that is no department of the catalogue', '提供方不在目录的部门之中'],
  },
  'provider-name': {
    text: ['name of the provider is not that of the department', '提供方名称与部门名称不一致'],
  },
  'department-unknown': {
    text: ['no department of the catalogue', '部门不在目录之中'],
  },
  'reference-unknown': {
    text: ['reference to nothing in the catalogue', '引用的代码不在目录之中'],
  },
  'element-two-sources': {
    text: ['one datum from two departments: same data element', '一数多源：同一数据元由两个部门提供'],
    suggestion: ['agree on one source; the other copies it', '请确定唯一数源，另一方改为引用'],
  },
  'item-two-sources': {
    text: ['one datum from two departments: same name', '一数多源：同名信息项由两个部门提供'],
    suggestion: [
      'agree on one source; the other copies it; or give each its data element',
      '请确定唯一数源，另一方改为引用；确非同一数据的，请分别填写数据元标识',
    ],
  },
  'item-similar': {
    text: ['items of two departments that are perhaps one datum', '两个部门的信息项名称相近，疑为一数多源'],
  },
  'resource-similar': {
    text: ['resources of nearly the same name', '信息资源名称相同或相近，疑为重复编目'],
  },
  'resource-same-items': {
    text: ['resources of nearly the same items', '信息项大部分相同，疑为重复编目'],
  },
  'copy-unknown': {
    text: ['copy of what is not in the catalogue', '引用的信息资源或信息项不在目录之中'],
  },
  'copy-of-copy': {
    text: ['copy of a copy', '引用的信息项本身是引用'],
    suggestion: ['copy from the source', '请直接引用数源'],
  },
  'copy-cycle': { text: ['copies that go in a circle', '循环引用'] },
  'need-not-shared': {
    text: ['needs a resource that is not shared', '所需信息资源为不予共享'],
  },
  'purchase-twice': {
    text: ['the same data bought twice for the same time', '同一社会数据在同一时期重复采购'],
    suggestion: ['buy it once and share it', '请统一采购、共享使用'],
  },
  'purchase-similar': {
    text: ['perhaps the same data bought twice', '疑为重复采购同类社会数据'],
  },
  // rules: duties, businesses, data
  'duty-without-business': { text: ['duty that no business carries out', '职能没有对应的业务'] },
  'business-without-duty': { text: ['business that carries out no duty', '业务没有对应的职能'] },
  'business-without-data': { text: ['business without data', '业务没有对应的数据（应编未编）'] },
  'resource-without-business': { text: ['data of no business', '信息资源没有对应的业务'] },
  'department-empty': { text: ['department of which nothing is known', '部门没有职能、业务和信息资源'] },
} as const satisfies Record<string, Row>;

/** Stable codes of the issues of this package, beside those of `@gov/codes` and `@gov/table`. */
export type CatalogIssueCode = keyof typeof TEXTS;

interface Circumstances extends Partial<Pick<CatalogIssue, 'severity' | 'path' | 'place' | 'record' | 'related'>> {
  /** What to write instead: of a value list or from the same catalogue, nothing personal. */
  readonly value?: string;
  /** Put behind the text, in brackets. */
  readonly detail?: Texts;
}

/** An `error` at the root of the record, unless said. */
export function catalogIssue(code: CatalogIssueCode, { value, detail, ...rest }: Circumstances = {}): CatalogIssue {
  const { text, suggestion }: Row = TEXTS[code];
  const advice: Texts | undefined = value === undefined ? suggestion : [`write "${value}"`, `请改为“${value}”`];
  return {
    path: [],
    code,
    message: detail === undefined ? text[0] : `${text[0]} (${detail[0]})`,
    messageZh: detail === undefined ? text[1] : `${text[1]}（${detail[1]}）`,
    severity: 'error',
    ...rest,
    ...(advice === undefined
      ? {}
      : { suggestion: { text: advice[0], textZh: advice[1], ...(value === undefined ? {} : { value }) } }),
  };
}
