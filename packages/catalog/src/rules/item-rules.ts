/** Rules about the items of one resource (信息项规则): names, lengths, types against samples. */
import { holdsPersonalNumber } from '@gov/codes';
import { plainName } from '../internal/name-form.js';
import type { ItemType } from '../labels.js';
import type { CatalogResource, DataItem } from '../record.js';
import type { Found } from './found.js';

const DECIMAL: ReadonlySet<ItemType> = new Set(['数值型', '货币型', '双精度型', '浮点型']);

export function* itemFindings({ items }: CatalogResource): Generator<Found, void> {
  const names = new Set<string>();
  for (const [index, item] of items.entries()) {
    const name = plainName(item.name);
    if (names.has(name)) yield { code: 'item-name-twice', path: ['items', index, 'name'] };
    names.add(name);
    if (item.type === '字符型' && item.length === undefined)
      yield { code: 'item-length-missing', path: ['items', index, 'length'] };
    if (isOddScale(item)) yield { code: 'item-scale', path: ['items', index, 'scale'] };
    if (item.samples !== undefined) yield* sampleFindings(item, item.samples, index);
  }
}

function isOddScale({ type, length, scale }: DataItem): boolean {
  if (scale === undefined || scale === 0) return false;
  return !DECIMAL.has(type) || (length !== undefined && scale > length);
}

function* sampleFindings(item: DataItem, samples: readonly string[], index: number): Generator<Found, void> {
  for (const [at, sample] of samples.entries()) {
    const path = ['items', index, 'samples', at];
    if (holdsPersonalNumber(sample)) yield { code: 'sample-personal', path };
    const text = sample.normalize('NFKC').trim();
    if (!isOfType(text, item.type)) {
      yield { code: 'sample-type', path };
      continue;
    }
    const { whole, fraction } = sizeOf(text, item.type);
    if (item.length !== undefined && whole + fraction > item.length) yield { code: 'sample-length', path };
    if (item.scale !== undefined && fraction > item.scale) yield { code: 'sample-scale', path };
  }
}

const NUMBER = /^[+-]?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]+)?$/;
const FLOATING = /^[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?$/;
const WHOLE = /^[+-]?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)$/;
const LOGICAL = /^(?:是|否|有|无|真|假|[01YNTF]|true|false|yes|no)$/i;
const DAY = /^([12][0-9]{3})(?:([-/.])([0-9]{1,2})\2([0-9]{1,2})|年([0-9]{1,2})月([0-9]{1,2})日|([0-9]{2})([0-9]{2}))$/;
const TIME = /^(?:[01]?[0-9]|2[0-3]):?[0-5][0-9](?::?[0-5][0-9](?:\.[0-9]{1,9})?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?$/;

/** Also with thousands apart, a sign of currency, days and times in whatever notation is usual: types are asked, not notations. */
function isOfType(text: string, type: ItemType): boolean {
  switch (type) {
    case '数值型':
      return NUMBER.test(text);
    case '货币型':
      return NUMBER.test(text.replace(/^[¥$] ?|元$/u, ''));
    case '双精度型':
    case '浮点型':
      return NUMBER.test(text) || FLOATING.test(text);
    case '整型':
      return WHOLE.test(text);
    case '逻辑型':
      return LOGICAL.test(text);
    case '日期型':
      return isDay(text);
    case '日期时间型':
      return isDayAndTime(text);
    default:
      return true;
  }
}

function isDay(text: string): boolean {
  const found = DAY.exec(text);
  if (found === null) return false;
  const [, year, , ...parts] = found;
  const [month, day] = parts.filter((part) => part !== undefined).map(Number);
  const last = new Date(Date.UTC(Number(year), month!, 0)).getUTCDate();
  return month! >= 1 && month! <= 12 && day! >= 1 && day! <= last;
}

/** Divided by a T, a blank, or, where there are nothing but digits, by nothing. */
function isDayAndTime(text: string): boolean {
  const compact = /^([0-9]{8})([0-9]{6})$/.exec(text);
  const [day, time] = compact?.slice(1) ?? text.split(/[T ]+/, 2);
  return isDay(day!) && time !== undefined && TIME.test(time);
}

/** Characters, or digits before and after the point; nothing for what has no length. */
function sizeOf(text: string, type: ItemType): { readonly whole: number; readonly fraction: number } {
  if (type === '字符型' || type === '备注型') return { whole: [...text].length, fraction: 0 };
  if ((!DECIMAL.has(type) && type !== '整型') || /e/i.test(text)) return { whole: 0, fraction: 0 };
  const [before = '', after = ''] = text.replace(/[^0-9.]/g, '').split('.');
  return { whole: Math.max(1, before.replace(/^0+/, '').length), fraction: after.length };
}
