/** Which pages: all of them, every other one, or a list as people write it. */
import { GovError } from '@gov/verdict';

/**
 * Pages, counted from 1 (页码范围): `[1, 3, [5, 9]]` are 1, 3 and 5 to 9. Each page once, in the order of the document.
 */
export type PageSelection = 'all' | 'odd' | 'even' | 'first' | 'last' | readonly (number | readonly [number, number])[];

/** Places of one act of sealing: each is a widget, and every one of them is looked at by whoever verifies. */
export const MAX_SEAL_WIDGETS = 5000;

/**
 * The numbers of the selected pages, ascending.
 *
 * @throws GovError `pdf-page-missing` for a page that is not there, `invalid-argument` for an empty selection, a reversed
 *   range or a page that is no number, `limit-exceeded` past `limit`
 */
export function selectedPages(selection: PageSelection, pageCount: number, limit: number = MAX_SEAL_WIDGETS): number[] {
  const pages = numbersOf(selection, pageCount, limit);
  if (pages.length > limit) throw tooMany(limit);
  return pages;
}

function numbersOf(selection: PageSelection, pageCount: number, limit: number): number[] {
  const every = (first: number, step: number) => {
    const count = Math.max(0, Math.ceil((pageCount - first + 1) / step));
    if (count > limit) throw tooMany(limit);
    return Array.from({ length: count }, (_, i) => first + i * step);
  };
  switch (selection) {
    case 'all':
      return some(every(1, 1), selection);
    case 'odd':
      return some(every(1, 2), selection);
    case 'even':
      return some(every(2, 2), selection);
    case 'first':
      return some(every(1, pageCount), selection);
    case 'last':
      return some(pageCount > 0 ? [pageCount] : [], selection);
  }
  if (!Array.isArray(selection)) throw new GovError('invalid-argument', 'no such selection of pages');
  if (selection.length === 0) throw new GovError('invalid-argument', 'a selection of no pages');
  if (selection.length > limit) throw tooMany(limit);
  const chosen = new Set<number>();
  for (const item of selection as readonly (number | readonly [number, number])[]) {
    const [from, to] = Array.isArray(item) && item.length === 2 ? item : [item, item];
    if (!Number.isInteger(from) || !Number.isInteger(to)) throw new GovError('invalid-argument', 'a page is no number');
    for (const end of [from, to])
      if (end < 1 || end > pageCount) throw new GovError('pdf-page-missing', `there is no page ${end} of ${pageCount}`);
    if (from > to) throw new GovError('invalid-argument', `the range of pages ${from} to ${to} is reversed`);
    for (let page = from; page <= to; page++) {
      chosen.add(page);
      if (chosen.size > limit) throw tooMany(limit);
    }
  }
  return [...chosen].sort((a, b) => a - b);
}

function some(pages: number[], selection: string): number[] {
  if (pages.length === 0) throw new GovError('pdf-page-missing', `there is no ${selection} page`);
  return pages;
}

const tooMany = (limit: number) => new GovError('limit-exceeded', `more than ${limit} pages are selected`);
