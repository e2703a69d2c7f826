/** A difference as a sentence for people. */
import type { PdfChangeLevel, SeenPlace } from '@gov/pdf';
import type { PdfDifference } from './difference.js';

export type DiffLanguage = 'zh' | 'en';

type Action = PdfDifference['action'];

const DONE: Readonly<Record<DiffLanguage, Readonly<Record<Action, string>>>> = {
  zh: { added: '新增', changed: '改动', removed: '移除' },
  en: { added: 'was added', changed: 'was changed', removed: 'was removed' },
};

/** Subjects of which there is nothing more to say. */
const SUBJECTS: Readonly<
  Record<
    DiffLanguage,
    Readonly<Record<Exclude<PdfDifference['subject'], 'field' | 'signature' | 'annotation'>, string>>
  >
> = {
  zh: {
    page: '页面内容',
    'page-tree': '页面的数量或顺序',
    form: '表单的结构',
    font: '字体',
    metadata: '文档信息（元数据）',
    'validation-data': '签名的长期验证信息',
    catalog: '文档目录',
    trailer: '文件尾',
    object: '文档中的对象',
  },
  en: {
    page: 'the page',
    'page-tree': 'the number or order of the pages',
    form: 'the structure of the form',
    font: 'a font',
    metadata: 'the document information (metadata)',
    'validation-data': 'validation data of signatures',
    catalog: 'the document catalog',
    trailer: 'the trailer of the file',
    object: 'an object of the document',
  },
};

/** Annotation types that people meet (Table 171). */
const ANNOTATIONS: Readonly<Record<string, string>> = {
  Text: '便笺',
  FreeText: '文本框',
  Link: '链接',
  Line: '直线',
  Square: '矩形',
  Circle: '椭圆',
  Polygon: '多边形',
  PolyLine: '折线',
  Highlight: '高亮',
  Underline: '下划线',
  Squiggly: '波浪线',
  StrikeOut: '删除线',
  Caret: '插入符',
  Stamp: '图章',
  Ink: '墨迹',
  Popup: '弹出框',
  FileAttachment: '附件',
  Redact: '遮盖',
  Watermark: '水印',
  Widget: '表单控件',
};

const LEVELS: Readonly<Record<DiffLanguage, Readonly<Record<PdfChangeLevel, string>>>> = {
  zh: {
    none: '没有改动',
    'validation-data': '仅增加了签名的长期验证信息',
    'form-filling': '仅填写表单或再次签名',
    annotations: '增加或改动了注释',
    other: '有超出表单、注释和签名的改动',
  },
  en: {
    none: 'nothing was changed',
    'validation-data': 'only validation data of signatures was added',
    'form-filling': 'only forms were filled in or signatures added',
    annotations: 'annotations were added or changed',
    other: 'changes beyond forms, annotations and signatures',
  },
};

/** How far the changes go, in words. */
export const levelText = (level: PdfChangeLevel, lang: DiffLanguage): string => LEVELS[lang][level];

/**
 * One sentence, without a full stop: page and place in millimetres as seen, old and new values of fields. Text of the document
 * stands in it as it is: escape it for where it is shown.
 *
 * @example
 * const [difference] = diffPdf(doc).differences;
 * if (difference !== undefined) sentenceOf(difference, 'zh'); // 第 2 页（左 20.0 mm，…）：填写了表单域“姓名”：“张三”
 */
export function sentenceOf(difference: PdfDifference, lang: DiffLanguage): string {
  return lang === 'zh' ? chinese(difference) : english(difference);
}

function chinese(difference: PdfDifference): string {
  const { page, place, subject, action, signer } = difference;
  const where = page === undefined ? '' : `第 ${page} 页${place === undefined ? '' : placeText(place, 'zh')}：`;
  const done = DONE.zh[action];
  if (subject === 'field') return `${where}${chineseField(difference)}`;
  if (subject === 'signature')
    return `${where}${difference.signed ? '在已有的签名域中签署了' : done}签名“${difference.field ?? ''}”${signer === undefined ? '' : `，署名“${signer}”`}`;
  if (subject === 'annotation') {
    const kind = difference.annotation ?? '';
    return `${where}${done}注释${kind === '' ? '' : `（${ANNOTATIONS[kind] ?? kind}）`}`;
  }
  if (subject === 'page' && action !== 'changed') return `${where}${done}了此页`;
  return `${where}${done}了${SUBJECTS.zh[subject]}${objectText(difference, 'zh')}`;
}

function chineseField(difference: PdfDifference): string {
  const { action, oldValue, newValue } = difference;
  const name = `表单域“${difference.field ?? ''}”`;
  if (action !== 'changed') return `${DONE.zh[action]}${name}${newValue ? `，值为“${newValue}”` : ''}`;
  if (oldValue === undefined && newValue === undefined) return `${name}的值未变，其外观或属性有改动`;
  if (!oldValue) return `填写了${name}：“${newValue ?? ''}”`;
  return newValue ? `${name}由“${oldValue}”改为“${newValue}”` : `清空了${name}，原为“${oldValue}”`;
}

function english(difference: PdfDifference): string {
  const { page, place, subject, action, signer } = difference;
  const where = page === undefined ? '' : `page ${page}${place === undefined ? '' : placeText(place, 'en')}: `;
  const done = DONE.en[action];
  if (subject === 'field') return `${where}${englishField(difference)}`;
  if (subject === 'signature')
    return `${where}signature “${difference.field ?? ''}” ${difference.signed ? 'was made in its empty field' : done}${signer === undefined ? '' : `, in the name of “${signer}”`}`;
  if (subject === 'annotation') {
    const kind = difference.annotation === undefined ? '' : ` (${difference.annotation})`;
    return `${where}an annotation${kind} ${done}`;
  }
  return `${where}${SUBJECTS.en[subject]} ${done}${objectText(difference, 'en')}`;
}

function englishField(difference: PdfDifference): string {
  const { action, oldValue, newValue } = difference;
  const name = `field “${difference.field ?? ''}”`;
  if (action !== 'changed') return `${name} ${DONE.en[action]}${newValue ? `, with the value “${newValue}”` : ''}`;
  if (oldValue === undefined && newValue === undefined)
    return `${name} keeps its value; its look or its properties changed`;
  if (!oldValue) return `${name} was filled in: “${newValue ?? ''}”`;
  return newValue
    ? `${name} was changed from “${oldValue}” to “${newValue}”`
    : `${name} was emptied; it held “${oldValue}”`;
}

/** For what has no name of its own the number helps an expert. */
function objectText({ object, subject }: PdfDifference, lang: DiffLanguage): string {
  if (object === undefined || (subject !== 'object' && subject !== 'font')) return '';
  return lang === 'zh' ? `（对象 ${object}）` : ` (object ${object})`;
}

function placeText({ xMm, yMm, widthMm, heightMm }: SeenPlace, lang: DiffLanguage): string {
  const [x, y, width, height] = [xMm, yMm, widthMm, heightMm].map((value) => value.toFixed(1));
  return lang === 'zh'
    ? `（左 ${x} mm，下 ${y} mm，宽 ${width} mm，高 ${height} mm）`
    : ` (${x} mm from the left, ${y} mm from below, ${width} × ${height} mm)`;
}

/** The sentences of several differences in their order, each said once, with how often where it was more. */
export function sentencesOf(differences: readonly PdfDifference[], lang: DiffLanguage): string[] {
  const counts = new Map<string, number>();
  for (const difference of differences) {
    const sentence = sentenceOf(difference, lang);
    counts.set(sentence, (counts.get(sentence) ?? 0) + 1);
  }
  const times = (count: number): string => (lang === 'zh' ? `（${count} 处）` : ` (${count} times)`);
  return [...counts].map(([sentence, count]) => (count === 1 ? sentence : `${sentence}${times(count)}`));
}
