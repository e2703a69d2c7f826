/** `gov code check` and `gov code mask`: codes as people write them, and what of them may be shown (代码核对、脱敏). */
import { type MaskKind, type MaskLevel, mask } from '@gov/codes';
import {
  type CheckCodeOptions,
  CODE_KINDS,
  type CodeCheck,
  type CodeKind,
  checkCode,
  kindsOf,
  type LikelyChange,
} from '@gov/codes/check';
import { divisions } from '@gov/codes/divisions';
import { GovError } from '@gov/verdict';
import { type Command, command } from '../command.js';
import { readInput } from '../files.js';
import type { Language } from '../output.js';

/** Wrong lines that are shown; all are counted. */
const SHOWN = 100;

const KIND_NAMES: Readonly<Record<CodeKind, string>> = {
  'citizen-id': '公民身份号码',
  'credit-code': '统一社会信用代码',
  'permanent-residence': '外国人永久居留身份证号码',
  'license-type-code': '证照类型代码',
  'organization-code': '组织机构代码',
  'bank-card': '银行卡号',
  'service-item': '政务服务事项编码',
  'statistical-division': '统计用区划代码',
  'division-code': '行政区划代码',
  passport: '护照号码',
  'travel-permit': '往来通行证号码',
};

const WORDS = {
  en: {
    kind: (kind: CodeKind) => kind,
    none: 'no code that is known',
    good: 'good',
    wrong: 'wrong',
    error: 'error',
    warning: 'warning',
    note: 'note',
    division: 'division',
    likely: 'perhaps',
    unlisted: (count: number) => `${count} more would fit as well`,
    line: (line: number) => `line ${line}`,
    totals: (lines: number, wrong: number) => `${lines} codes, ${wrong} wrong`,
    more: (count: number) => `${count} more wrong lines`,
    changes: {
      completed: 'completed',
      'look-alike': 'look-alikes',
      exchanged: 'neighbours exchanged',
      extra: 'one too many',
      keypad: 'next key',
      character: 'one character',
    } satisfies Record<LikelyChange, string>,
  },
  zh: {
    kind: (kind: CodeKind) => KIND_NAMES[kind],
    none: '不是已知的代码',
    good: '正确',
    wrong: '有误',
    error: '错误',
    warning: '提醒',
    note: '写法',
    division: '行政区划',
    likely: '疑为',
    unlisted: (count: number) => `另有 ${count} 种可能，无法判断`,
    line: (line: number) => `第${line}行`,
    totals: (lines: number, wrong: number) => `共 ${lines} 个，有误 ${wrong} 个`,
    more: (count: number) => `另有 ${count} 行有误`,
    changes: {
      completed: '补全',
      'look-alike': '形近字符',
      exchanged: '相邻颠倒',
      extra: '多一位',
      keypad: '邻键',
      character: '错一位',
    } satisfies Record<LikelyChange, string>,
  },
} as const;

const codeCheck = command({
  noun: 'code',
  verb: 'check',
  about: {
    en: 'check codes, and tell what a wrong one should have been (others see a command line: - reads standard input)',
    zh: '核对代码并提示疑似正确代码（命令行他人可见，个人信息请用 - 从标准输入读取）',
  },
  words: ['[CODE|-]'],
  options: {
    kind: {
      type: 'string',
      value: 'KIND',
      about: { en: `of ${CODE_KINDS.join(', ')} (told from the code)`, zh: `${CODE_KINDS.join('、')}（默认自动判断）` },
      problem: (value) =>
        (CODE_KINDS as readonly string[]).includes(value) ? undefined : `is one of ${CODE_KINDS.join(', ')}`,
    },
    file: { type: 'string', value: 'F.txt', about: { en: 'a code in each line, UTF-8', zh: '每行一个代码（UTF-8）' } },
  },
  async run([word], values, { at, lang, readStdin }) {
    if ((word === undefined) === (values.file === undefined))
      throw new GovError('usage', 'gov code check CODE, or - , or --file F.txt');
    const kind = values.kind as CodeKind | undefined;
    const table = divisions();
    const options: CheckCodeOptions = { at, divisions: table };
    const texts =
      word === undefined
        ? linesOf(await readInput(values.file!), values.file!)
        : word === '-'
          ? linesOf(await readStdin(), 'standard input')
          : [word];
    if (texts.length !== 1 || word === undefined) return many(texts, kind, options, lang);
    const { check, others } = checked(texts[0]!, kind, options);
    const code = check === undefined ? undefined : divisionOf(check);
    const name = code === undefined ? undefined : table.fullName(code);
    const division = name === undefined ? {} : { division: { code, name } };
    return {
      kind: 'done',
      json: { ...(check ?? { ok: false }), ...division, ...(kind === undefined ? { others } : {}) },
      lines: check === undefined ? [WORDS[lang].none] : lines(check, others, name, lang),
      incomplete: check?.ok !== true,
    };
  },
});

interface Checked {
  /** Of the kind that was asked for, or of the most certain one; undefined where it is none. */
  readonly check: CodeCheck | undefined;
  readonly others: readonly CodeKind[];
}

function checked(text: string, kind: CodeKind | undefined, options: CheckCodeOptions): Checked {
  if (kind !== undefined) return { check: checkCode(kind, text, options), others: [] };
  const [first, ...others] = kindsOf(text, options);
  return { check: first && checkCode(first, text, options), others };
}

const isGood = (text: string, kind: CodeKind | undefined, options: CheckCodeOptions): boolean =>
  kind === undefined
    ? kindsOf(text, { ...options, suggest: false }).length > 0
    : checkCode(kind, text, { ...options, suggest: false }).ok;

function lines(check: CodeCheck, others: readonly CodeKind[], division: string | undefined, lang: Language): string[] {
  const words = WORDS[lang];
  const told = (issue: { readonly code: string; readonly message: string; readonly messageZh: string }): string =>
    `${lang === 'zh' ? issue.messageZh : issue.message} [${issue.code}]`;
  const kinds = [check.kind, ...others].map((kind) => words.kind(kind)).join(', ');
  const parts = Object.entries(check.value ?? {}).filter(([name, value]) => name !== 'code' && value !== undefined);
  return [
    `${kinds}  ${check.ok ? words.good : words.wrong}  ${check.text}`,
    ...parts.map(([name, value]) => `  ${name}  ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`),
    ...(division === undefined ? [] : [`  ${words.division}  ${division}`]),
    ...check.spelling.map((issue) => `  ${words.note}  ${told(issue)}`),
    ...check.issues.map((issue) => `  ${words.error}  ${told(issue)}`),
    ...check.warnings.map((issue) => `  ${words.warning}  ${told(issue)}`),
    ...check.likely.map(
      ({ text, change, places }) => `  ${words.likely}  ${text}  (${words.changes[change]}: ${places.join(', ')})`,
    ),
    ...(check.unlisted === 0 ? [] : [`  ${words.unlisted(check.unlisted)}`]),
  ];
}

/** The division that a code is one of, or has in it. */
function divisionOf({ kind, value }: CodeCheck): string | undefined {
  if (value === undefined) return undefined;
  if (kind === 'division-code' && 'code' in value) return value.code;
  return 'divisionCode' in value ? value.divisionCode : undefined;
}

/** One line for each that is wrong. */
function many(texts: readonly string[], kind: CodeKind | undefined, options: CheckCodeOptions, lang: Language) {
  const words = WORDS[lang];
  const wrong: { readonly line: number; readonly check: CodeCheck | undefined }[] = [];
  let count = 0;
  for (const [index, text] of texts.entries()) {
    if (isGood(text, kind, options)) continue;
    if (count++ < SHOWN) wrong.push({ line: index + 1, check: checked(text, kind, options).check });
  }
  return {
    kind: 'done',
    json: { codes: texts.length, wrong: count, first: wrong.map(({ line, check }) => ({ line, ...check })) },
    lines: [
      ...wrong.map(({ line, check }) =>
        [
          words.line(line),
          check === undefined
            ? words.none
            : `${words.kind(check.kind)}  ${check.issues.map(({ code }) => code).join(', ')}`,
          ...(check?.likely ?? []).map(({ text }) => `${words.likely} ${text}`),
        ].join('  '),
      ),
      ...(count > wrong.length ? [words.more(count - wrong.length)] : []),
      words.totals(texts.length, count),
    ],
    incomplete: count > 0,
  } as const;
}

/** Without a mark of the encoding; an end of line behind the last one begins no other. @throws GovError `input-malformed` */
function linesOf(octets: Uint8Array, name: string): string[] {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(octets);
  } catch (cause) {
    throw new GovError('input-malformed', `${name} is not UTF-8`, { cause });
  }
  return text.replace(/\r?\n$/, '').split(/\r?\n/);
}

const MASK_KINDS: readonly MaskKind[] = ['name', 'citizen-id', 'phone', 'address', 'bank-card', 'credit-code', 'email'];
const LEVELS: readonly MaskLevel[] = ['partial', 'strict', 'full'];
const LENGTHS = ['kept', 'hidden'] as const;

const codeMask = command({
  noun: 'code',
  verb: 'mask',
  about: {
    en: 'mask names, numbers, addresses (others see a command line: - reads lines of standard input)',
    zh: '对姓名、证件号码、地址等脱敏（命令行他人可见，请用 - 从标准输入逐行读取）',
  },
  words: ['KIND', 'TEXT|-'],
  options: {
    level: {
      type: 'string',
      value: 'LEVEL',
      about: { en: `${LEVELS.join(', ')} (partial)`, zh: `${LEVELS.join('、')}（默认 partial）` },
      problem: (value) =>
        (LEVELS as readonly string[]).includes(value) ? undefined : `is one of ${LEVELS.join(', ')}`,
    },
    length: {
      type: 'string',
      value: 'kept|hidden',
      about: { en: 'whether the length shows (kept)', zh: '是否保留长度（默认 kept）' },
      problem: (value) => ((LENGTHS as readonly string[]).includes(value) ? undefined : 'is kept or hidden'),
    },
  },
  async run([kind, text], values, { readStdin }) {
    if (!(MASK_KINDS as readonly string[]).includes(kind!))
      throw new GovError('usage', `gov code mask takes one of ${MASK_KINDS.join(', ')}`);
    const { level = 'partial', length = 'kept' } = values as {
      readonly level?: MaskLevel;
      readonly length?: 'kept' | 'hidden';
    };
    const texts = text === '-' ? linesOf(await readStdin(), 'standard input') : [text!];
    const masked = texts.map((one) => mask(kind as MaskKind, one, { level, length }));
    return { kind: 'done', json: { kind, level, masked }, lines: masked };
  },
});

export const CODE_CHECK_COMMANDS: readonly Command[] = [codeCheck, codeMask];
