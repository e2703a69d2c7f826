/** Rules about one resource (信息资源规则), seen at the resource itself. */

import { DATA_LEVELS, OPENING_TYPES, type OpeningType, SHARING_TYPES, type SharingType } from '../labels.js';
import type { RegionProfile } from '../profile.js';
import type { CatalogResource, DataItem } from '../record.js';
import { dueDay } from './days.js';
import type { Found } from './found.js';
import { namesLaw, saysNothing } from './words.js';

/** What the rules about one record have to know besides. */
export interface Circumstances {
  /** `YYYY-MM-DD` */
  readonly today: string;
  readonly profile: RegionProfile;
}

const FIVE = ['source', 'updating', 'quality', 'usage'] as const;

/** Lists begin with what is widest. */
const SHARING = new Map(SHARING_TYPES.map(({ label }, narrowness) => [label, narrowness]));
const OPENING = new Map(OPENING_TYPES.map(({ label }, narrowness) => [label, narrowness]));
/** The highest first. */
const LEVELS = new Map(DATA_LEVELS.map(({ label }, lowness) => [label, lowness]));
const HIGH = new Set(['核心数据', '重要数据']);

const isWiderSharing = (one: SharingType, other: SharingType): boolean => SHARING.get(one)! < SHARING.get(other)!;
const isWiderOpening = (one: OpeningType, other: OpeningType): boolean => OPENING.get(one)! < OPENING.get(other)!;
/** 无条件开放 needs 无条件共享, 有条件开放 at least 有条件共享. */
const isOpenBeyond = (opening: OpeningType, sharing: SharingType): boolean =>
  OPENING.get(opening)! < SHARING.get(sharing)!;

export function* resourceFindings(
  resource: CatalogResource,
  { today, profile }: Circumstances,
): Generator<Found, void> {
  yield* sharingFindings(resource);
  yield* classFindings(resource, profile);
  if (resource.secrecy !== undefined && resource.secrecy !== '非涉密')
    yield { code: 'secret-refused', path: ['secrecy'] };
  if (isHigh(resource.level) && resource.opening.type === '无条件开放')
    yield { code: 'level-open', path: ['opening', 'type'] };
  if (saysNothing(resource.responsible)) yield { code: 'attribute-missing', path: ['responsible'] };
  for (const field of FIVE) if (saysNothing(resource[field])) yield { code: 'attribute-missing', path: [field] };
  yield* dayFindings(resource, today, profile);
  if (resource.items.length === 0) yield { code: 'resource-empty', path: ['items'] };
  for (const [index, item] of resource.items.entries()) yield* againstResource(resource, item, index);
}

const isHigh = (level: string | undefined): boolean => level !== undefined && HIGH.has(level);

function* sharingFindings({ sharing, opening }: CatalogResource): Generator<Found, void> {
  if (sharing.type === '有条件共享' && saysNothing(sharing.condition))
    yield { code: 'sharing-condition-missing', path: ['sharing', 'condition'] };
  if (sharing.type === '不予共享') {
    const path = ['sharing', 'legalBasis'];
    if (saysNothing(sharing.legalBasis)) yield { code: 'sharing-basis-missing', path };
    else if (!namesLaw(sharing.legalBasis!)) yield { code: 'sharing-basis-vague', path };
  }
  if (opening.type === '有条件开放' && saysNothing(opening.condition))
    yield { code: 'opening-condition-missing', path: ['opening', 'condition'] };
  if (isOpenBeyond(opening.type, sharing.type)) yield { code: 'opening-wider', path: ['opening', 'type'] };
}

function* classFindings(
  { classification, format }: CatalogResource,
  { basicResources, formatTypes }: RegionProfile,
): Generator<Found, void> {
  const [first, second] = classification;
  if (first === '基础' && basicResources !== undefined && (second === undefined || !basicResources.includes(second)))
    yield { code: 'classification-unknown', path: ['classification', 1] };
  const types = formatTypes[format.class];
  if (types?.every((type) => type.toLowerCase() !== format.type.toLowerCase()))
    yield { code: 'format-unknown', path: ['format', 'type'] };
}

function* dayFindings(
  { publishedOn, updatedOn, updateCycle }: CatalogResource,
  today: string,
  { graceDays }: RegionProfile,
): Generator<Found, void> {
  if (publishedOn > today) yield { code: 'day-future', path: ['publishedOn'] };
  if (updatedOn !== undefined && updatedOn > today) yield { code: 'day-future', path: ['updatedOn'] };
  const due = dueDay(updatedOn ?? publishedOn, updateCycle, graceDays);
  if (due !== undefined && due < today)
    yield {
      code: 'update-overdue',
      path: [updatedOn === undefined ? 'publishedOn' : 'updatedOn'],
      detail: [`was due on ${due}`, `应不迟于${due}更新`],
    };
}

/** An item without its own has what its resource has. */
function* againstResource(resource: CatalogResource, item: DataItem, index: number): Generator<Found, void> {
  const at = (field: string) => ['items', index, field];
  if (item.secrecy !== undefined && item.secrecy !== '非涉密') yield { code: 'secret-refused', path: at('secrecy') };
  const sharing = item.sharing ?? resource.sharing.type;
  const opening = item.opening ?? resource.opening.type;
  if (isWiderSharing(sharing, resource.sharing.type)) yield { code: 'item-sharing-wider', path: at('sharing') };
  if (isWiderOpening(opening, resource.opening.type)) yield { code: 'item-opening-wider', path: at('opening') };
  // Where neither is the item's own the resource has said it already.
  if ((item.sharing ?? item.opening) !== undefined && isOpenBeyond(opening, sharing))
    yield { code: 'opening-wider', path: at(item.opening === undefined ? 'sharing' : 'opening') };
  if ((item.level ?? item.opening) !== undefined && isHigh(item.level ?? resource.level) && opening === '无条件开放')
    yield { code: 'level-open', path: at(item.level === undefined ? 'opening' : 'level') };
  if (item.level !== undefined && resource.level !== undefined && LEVELS.get(item.level)! < LEVELS.get(resource.level)!)
    yield { code: 'level-below-item', path: at('level') };
  for (const field of FIVE)
    if (item[field] !== undefined && saysNothing(item[field])) yield { code: 'attribute-missing', path: at(field) };
}
