/** Rules that are seen at one record (单条记录规则). */
import { type DivisionTable, holdsPersonalNumber } from '@gov/codes';
import { bearsMarking } from '../internal/secrecy.js';
import type { CatalogRecord, Department, PurchasedData } from '../record.js';
import type { Found } from './found.js';
import { itemFindings } from './item-rules.js';
import { type Circumstances, resourceFindings } from './resource-rules.js';
import { saysNothing, type WatchWords } from './words.js';

export interface RecordCircumstances extends Circumstances {
  readonly watchWords: WatchWords;
  readonly divisions: DivisionTable | undefined;
}

export function* recordFindings(record: CatalogRecord, here: RecordCircumstances): Generator<Found, void> {
  yield* textFindings(record, [], here.watchWords);
  switch (record.kind) {
    case 'resource':
      yield* resourceFindings(record, here);
      yield* itemFindings(record);
      return;
    case 'department':
      yield* departmentFindings(record, here.divisions);
      return;
    case 'purchased-data':
      yield* purchaseFindings(record, here.today);
      return;
    case 'system':
      if (record.startedOn !== undefined && record.startedOn > here.today)
        yield { code: 'day-future', path: ['startedOn'] };
      return;
    case 'demand':
      if (record.askedOn > here.today) yield { code: 'day-future', path: ['askedOn'] };
      if (record.resources.length === 0 && saysNothing(record.wanted)) yield { code: 'demand-empty', path: ['wanted'] };
  }
}

/** Fields that hold codes and labels, which have rules of their own. */
const CODED = new Set([
  'kind',
  'code',
  'provider',
  'responsible',
  'department',
  'purchaser',
  'supplier',
  'division',
  'related',
  'systems',
  'duties',
  'resources',
  'businesses',
  'needs',
  'users',
  'element',
  'level',
  'secrecy',
  'updateCycle',
  'publishedOn',
  'updatedOn',
  'startedOn',
  'askedOn',
  'from',
  'to',
]);

/** Every text that a person wrote, wherever it stands in the record. */
function* textFindings(value: object, at: Found['path'], watchWords: WatchWords): Generator<Found, void> {
  for (const [key, inner] of Object.entries(value)) {
    if (CODED.has(key)) continue;
    if (typeof inner === 'object' && inner !== null) {
      yield* textFindings(inner, [...at, Array.isArray(value) ? Number(key) : key], watchWords);
    } else if (typeof inner === 'string') {
      const word = watchWords.find(inner);
      const isPersonal = hasDigits(inner) && !at.includes('samples') && holdsPersonalNumber(inner);
      const isMarked = bearsMarking(inner);
      if (word === undefined && !isPersonal && !isMarked) continue;
      const path = [...at, Array.isArray(value) ? Number(key) : key];
      if (isMarked) yield { code: 'secret-refused', path };
      if (word !== undefined) yield { code: 'watch-word', path, detail: [word, word] };
      if (isPersonal) yield { code: 'text-personal', path };
    }
  }
}

/** Whether a text may have the 11 digits of the shortest number of a person, also in full width or another notation. */
function hasDigits(text: string): boolean {
  let other = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    // Neither letters of ASCII nor Chinese characters become digits by NFKC.
    if ((unit >= 0x30 && unit <= 0x39) || (unit > 0x7f && (unit < 0x4e00 || unit > 0x9fff))) other++;
  }
  return other >= 11;
}

function* departmentFindings(
  { division, chiefDataOfficer }: Department,
  divisions: DivisionTable | undefined,
): Generator<Found, void> {
  if (saysNothing(chiefDataOfficer)) yield { code: 'officer-missing', path: ['chiefDataOfficer'] };
  if (divisions === undefined) return;
  const found = divisions.find(division);
  if (found === undefined) yield { code: 'division-unknown', path: ['division'] };
  else if (found.status === 'abolished') yield { code: 'division-abolished', path: ['division'] };
}

function* purchaseFindings({ from, to }: PurchasedData, today: string): Generator<Found, void> {
  if (to < from) yield { code: 'purchase-period', path: ['to'] };
  else if (to < today) yield { code: 'purchase-expired', path: ['to'] };
}
