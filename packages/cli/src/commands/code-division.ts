/** `gov code division`: what a division code denotes, or which codes a name has. */
import {
  type Division,
  type Divisions,
  type DivisionsInTime,
  type DivisionsThen,
  divisions,
  readDivisionHistory,
} from '@gov/codes/divisions';
import { GovError } from '@gov/verdict';
import { type Command, command } from '../command.js';
import { readInput } from '../files.js';
import type { Language } from '../output.js';
import { tableLines } from '../table.js';

/** Divisions that a search prints. */
const SHOWN = 20;

const WORDS = {
  en: {
    active: 'active',
    abolished: 'abolished',
    uncertain: 'not certain on that day: lists are of 31 December',
    part: 'a part went to',
    whole: 'went to',
    today: 'today',
    lost: 'lost trace at',
    none: 'No division found.',
  },
  zh: {
    active: '在用',
    abolished: '已撤销',
    uncertain: '当日情况不能确定（沿革表以每年 12 月 31 日为准）',
    part: '部分划入',
    whole: '划入',
    today: '现为',
    lost: '去向不明：',
    none: '未找到行政区划。',
  },
} as const;

interface Shown {
  readonly code: string;
  readonly name: string;
  readonly fullName: string;
  readonly level: Division['level'];
  readonly status: Division['status'];
  /** With `--at`: false in a year of change. */
  readonly certain?: boolean;
}

const shownOf = (table: Divisions, division: Division): Shown => {
  const { code, name, level, status } = division;
  return { code, name, fullName: table.fullName(code) ?? name, level, status };
};

const lineOf = ({ code, fullName, status, certain }: Shown, lang: Language): string[] => [
  code,
  fullName,
  WORDS[lang][status],
  ...(certain === false ? [WORDS[lang].uncertain] : []),
];

const isCode = (query: string): boolean => /^\d{6}$/.test(query);

function shownNow(table: Divisions, query: string): Shown[] {
  const codes = isCode(query) ? [query] : [table.codeOf(query) ?? []].flat();
  const exact = codes.flatMap((code) => table.find(code) ?? []);
  const found =
    exact.length > 0 || isCode(query)
      ? exact
      : table.search(query, { limit: SHOWN, abolished: true }).map(({ division }) => division);
  return found.map((division) => shownOf(table, division));
}

/** Of a name: the divisions that had it, or else in whose full name it stood. */
function shownThen(then: DivisionsThen, query: string): Shown[] {
  if (isCode(query)) return [then.find(query) ?? []].flat();
  const all = then.all();
  const exact = all.filter(({ name, fullName }) => name === query || fullName === query);
  return exact.length > 0 ? exact : all.filter(({ fullName }) => fullName.includes(query)).slice(0, SHOWN);
}

function pastOf(table: DivisionsInTime, code: string, since: Date | undefined) {
  const { active, lost } = table.descent(code, since);
  return { successors: table.successors(code), today: active, lost };
}

function pastLines(table: DivisionsInTime, past: ReturnType<typeof pastOf>, lang: Language): string[] {
  const words = WORDS[lang];
  const named = (code: string) => `${code} ${table.fullName(code) ?? ''}`;
  return [
    ...past.successors.map(({ code, year, part }) => `${year}  ${part ? words.part : words.whole} ${named(code)}`),
    ...past.today.map((code) => `${words.today} ${named(code)}`),
    ...past.lost.map((code) => `${words.lost} ${named(code)}`),
  ];
}

const codeDivision = command({
  noun: 'code',
  verb: 'division',
  about: { en: 'what a division code denotes, or which codes a name has', zh: '查询行政区划代码或名称' },
  words: ['CODE|NAME'],
  options: {
    history: {
      type: 'string',
      value: 'F.csv',
      about: {
        en: 'history of codes: what it was --at a time, and what became of it',
        zh: '历年代码表（CSV）：查询某一时间的区划与沿革',
      },
    },
  },
  async run([query], values, { at, lang }) {
    // The clock says nothing of divisions unless somebody set it.
    const since = (values as { readonly at?: string }).at === undefined ? undefined : at;
    const past = values.history === undefined ? undefined : divisions().withHistory(await historyOf(values.history));
    if (since !== undefined && past === undefined) throw new GovError('usage', '--at needs --history');
    const table = past ?? divisions();
    const shown =
      since === undefined || past === undefined ? shownNow(table, query!) : shownThen(past.at(since), query!);
    const one = shown.length === 1 ? shown[0] : undefined;
    const fate = past !== undefined && one !== undefined ? pastOf(past, one.code, since) : undefined;
    const children =
      one === undefined || since !== undefined ? [] : table.children(one.code).map((child) => shownOf(table, child));
    return {
      kind: 'done',
      json: { query, divisions: shown, ...(one === undefined ? {} : { children }), ...fate },
      lines: [
        ...tableLines([...shown, ...children].map((each) => lineOf(each, lang))),
        ...(past === undefined || fate === undefined ? [] : pastLines(past, fate, lang)),
        ...(shown.length === 0 ? [WORDS[lang].none] : []),
      ],
      incomplete: shown.length === 0,
    };
  },
});

/** @throws GovError `file-missing`, `file-unreadable`, `input-malformed`, `division-history-malformed` */
async function historyOf(file: string) {
  const octets = await readInput(file);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(octets);
  } catch (cause) {
    throw new GovError('input-malformed', `${file} is not UTF-8`, { cause });
  }
  return readDivisionHistory(text);
}

export const CODE_DIVISION_COMMANDS: readonly Command[] = [codeDivision];
