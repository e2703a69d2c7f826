/** Where a seal goes, as people type it. */
import type { KeywordPlace, PageSelection, RideSeam, SealPlace } from '@gov/e-seal/pdf';
import { numberOf } from './arguments.js';
import type { OptionDefinition } from './command.js';
import type { OptionProblems } from './option-problems.js';

const mm = (en: string, zh: string) => ({ type: 'string', value: 'MM', about: { en, zh } }) as const;

export const PLACE_OPTIONS = {
  page: { type: 'string', value: 'N', about: { en: 'page, from 1', zh: '页码，从 1 开始' } },
  pages: {
    type: 'string',
    value: 'LIST',
    about: { en: 'pages: all, odd, even, first, last, or 1,3-5', zh: '页码范围：all、odd、even、first、last 或 1,3-5' },
  },
  x: mm("the seal's centre from the left edge as seen", '印章中心距页面左边（按所见方向）'),
  y: mm("the seal's centre from the lower edge as seen", '印章中心距页面下边（按所见方向）'),
  keyword: {
    type: 'string',
    value: 'TEXT',
    about: { en: 'seal over this text (needs pdfjs-dist)', zh: '按关键字盖章（需安装 pdfjs-dist）' },
  },
  nth: {
    type: 'string',
    value: 'N|first|last|all',
    about: { en: 'which occurrence of the keyword (first)', zh: '第几处关键字（默认 first）' },
  },
  dx: mm('to the right of the keyword', '相对关键字向右的偏移'),
  dy: mm('above the keyword', '相对关键字向上的偏移'),
  'ride-seam': {
    type: 'string',
    value: 'left|right|both',
    about: { en: 'a seal over the edges of the pages', zh: '骑缝章所在的边' },
  },
  'seam-y': mm('its height from the lower edge (the middle)', '骑缝章中心距页面下边（默认居中）'),
  'seam-margin': mm('its distance from the edge (0)', '骑缝章距页边（默认 0）'),
  'seam-pages': {
    type: 'string',
    value: 'N',
    about: { en: 'at most so many pages share one seal (18)', zh: '每枚骑缝章最多跨的页数（默认 18）' },
  },
  'seam-first': {
    type: 'string',
    value: 'N',
    about: { en: 'the first slice is N times as wide (1)', zh: '首页切片为其他切片宽度的倍数（默认 1）' },
  },
  field: {
    type: 'string',
    value: 'NAME',
    about: { en: 'an empty signature field of the PDF', zh: '文档中已有的空签名域' },
  },
} as const satisfies Readonly<Record<string, OptionDefinition>>;

type PlaceValues = { readonly [Name in keyof typeof PLACE_OPTIONS]: string | undefined };

/** The places that the options name, none where they name none; what is wrong is noted. */
export function placesOf(values: PlaceValues, problems: OptionProblems): SealPlace[] {
  const { page, pages, keyword, field } = values;
  const number = (name: keyof PlaceValues): number | undefined => {
    const text = values[name];
    return text === undefined ? undefined : problems.try(name, '应为数字', () => numberOf(text, name));
  };
  const [x, y, dx, dy] = [number('x'), number('y'), number('dx'), number('dy')];
  const selection = pages === undefined ? undefined : selectionOf(pages, problems);
  const seam = values['ride-seam'] === undefined ? undefined : seamOf(values['ride-seam'], values, number, problems);
  const places: SealPlace[] = [];
  if (field !== undefined) places.push({ field });
  if (keyword !== undefined) {
    places.push({
      keyword,
      ...given('nth', nthOf(values.nth, problems)),
      ...given('pages', selection),
      ...given('dxMm', dx),
      ...given('dyMm', dy),
    });
  }
  if (seam !== undefined) places.push({ rideSeam: { ...seam, ...given('pages', selection) } });
  const ofKeyword = ['nth', 'dx', 'dy'] as const;
  for (const name of ofKeyword)
    if (values[name] !== undefined && keyword === undefined)
      problems.add(name, `--${name} goes with --keyword`, '应与 --keyword 一起使用');
  for (const name of ['seam-y', 'seam-margin', 'seam-pages', 'seam-first'] as const)
    if (values[name] !== undefined && values['ride-seam'] === undefined)
      problems.add(name, `--${name} goes with --ride-seam`, '应与 --ride-seam 一起使用');
  placedByNumbers(
    { page: wholeNumber(page, 'page', problems), given: page !== undefined, selection, x, y },
    values,
    places,
    problems,
  );
  return places;
}

function placedByNumbers(
  numbers: {
    readonly page: number | undefined;
    readonly given: boolean;
    readonly selection: PageSelection | undefined;
    readonly x: number | undefined;
    readonly y: number | undefined;
  },
  values: PlaceValues,
  places: SealPlace[],
  problems: OptionProblems,
): void {
  const { page, selection, x, y } = numbers;
  if (values.x === undefined && values.y === undefined) {
    if (numbers.given) problems.add('page', '--page needs --x and --y', '应同时给出 --x 和 --y');
    else if (values.pages !== undefined && places.length === 0)
      problems.add('pages', '--pages needs --x and --y', '应同时给出 --x 和 --y');
    return;
  }
  for (const name of ['x', 'y'] as const)
    if (values[name] === undefined) problems.add(name, `--${name} is missing`, `缺少 --${name}`);
  if (numbers.given === (values.pages !== undefined))
    problems.add('page', '--x and --y go with one of --page and --pages', '--x、--y 应与 --page 或 --pages 之一同用');
  if (x === undefined || y === undefined) return;
  if (page !== undefined) places.unshift({ page, xMm: x, yMm: y });
  else if (selection !== undefined) places.unshift({ pages: selection, xMm: x, yMm: y });
}

function wholeNumber(text: string | undefined, name: string, problems: OptionProblems): number | undefined {
  if (text === undefined || /^\d{1,9}$/.test(text)) return text === undefined ? undefined : Number(text);
  problems.add(name, `--${name} is a whole number, not "${text}"`, '应为整数');
  return undefined;
}

const WORDS = new Set(['all', 'odd', 'even', 'first', 'last']);

/** `1,3-5` */
function selectionOf(text: string, problems: OptionProblems): PageSelection | undefined {
  if (WORDS.has(text)) return text as PageSelection;
  const parts = text.split(',').map((part) => /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(part));
  if (parts.includes(null)) {
    problems.add(
      'pages',
      `--pages is all, odd, even, first, last or a list like 1,3-5, not "${text}"`,
      '应为 all、odd、even、first、last 或 1,3-5 这样的列表',
    );
    return undefined;
  }
  return parts.map((part) => (part?.[2] === undefined ? Number(part?.[1]) : [Number(part[1]), Number(part[2])]));
}

function nthOf(text: string | undefined, problems: OptionProblems): KeywordPlace['nth'] {
  if (text === undefined || text === 'first' || text === 'last' || text === 'all') return text;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  problems.add(
    'nth',
    `--nth is a number from 1, first, last or all, not "${text}"`,
    '应为从 1 起的序号、first、last 或 all',
  );
  return undefined;
}

function seamOf(
  edge: string,
  values: PlaceValues,
  number: (name: keyof PlaceValues) => number | undefined,
  problems: OptionProblems,
): RideSeam | undefined {
  const most = wholeNumber(values['seam-pages'], 'seam-pages', problems);
  const [yMm, marginMm, firstWider] = [number('seam-y'), number('seam-margin'), number('seam-first')];
  if (edge !== 'left' && edge !== 'right' && edge !== 'both') {
    problems.add('ride-seam', `--ride-seam is left, right or both, not "${edge}"`, '应为 left、right 或 both');
    return undefined;
  }
  return {
    edge,
    ...given('yMm', yMm),
    ...given('marginMm', marginMm),
    ...given('maxPagesPerSeal', most),
    ...given('firstWider', firstWider),
  };
}

/** A property that is left out where there is nothing to say. */
const given = <K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } =>
  (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: V };
