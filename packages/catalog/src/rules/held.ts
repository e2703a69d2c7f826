/** What is kept of a catalogue until it is all there (目录的紧凑存储): numbers, and each text once. */
import type { CatalogEntry } from '../entry.js';
import { NumberColumn, PlaceColumn, PlaceShapes, placeAt } from '../internal/columns.js';
import { plainName, visible } from '../internal/name-form.js';
import { TextTable } from '../internal/text-table.js';
import type { Place } from '../issue.js';
import { SHARING_TYPES } from '../labels.js';
import { RECORD_KINDS } from '../order.js';
import type { CatalogRecord, CatalogResource, RecordKind } from '../record.js';

/** A list of codes, or a code, and what it refers to. */
const REFERENCES = [
  { field: 'related', target: 'resource' },
  { field: 'systems', target: 'system' },
  { field: 'duties', target: 'duty' },
  { field: 'resources', target: 'resource' },
  { field: 'businesses', target: 'business' },
  { field: 'needs', target: 'resource' },
  { field: 'users', target: 'department' },
] as const satisfies readonly { readonly field: string; readonly target: RecordKind }[];

type ReferenceField = (typeof REFERENCES)[number]['field'] | 'responsible' | 'items.responsible';

const FIELDS: readonly ReferenceField[] = [...REFERENCES.map(({ field }) => field), 'responsible', 'items.responsible'];

/** For what is not there. */
export const ABSENT = 0xffff_ffff;

const KIND_NUMBERS = new Map(RECORD_KINDS.map((kind, number) => [kind, number]));
const SHARING_NUMBERS = new Map(SHARING_TYPES.map(({ label }, number) => [label as string, number]));

const keyOf = (kind: RecordKind, code: string): string => `${kind}\0${code}`;

/** The department that a record belongs to, and the field that says so. */
export function ownerOf(record: CatalogRecord): { readonly code: string; readonly field: string } {
  switch (record.kind) {
    case 'resource':
      return { code: record.provider, field: 'provider' };
    case 'purchased-data':
      return { code: record.purchaser, field: 'purchaser' };
    case 'department':
      return { code: record.code, field: 'code' };
    default:
      return { code: record.department, field: 'department' };
  }
}

/** Records by number, in the order in which they came. */
class HeldRecords {
  readonly kind = new NumberColumn();
  /** Number of kind and code in `keys`. */
  readonly key = new NumberColumn();
  readonly department = new NumberColumn();
  /** Plain name in `names`; `ABSENT` for demands. */
  readonly name = new NumberColumn();
  /** Of resources: as `SHARING_TYPES` has it. */
  readonly sharing = new NumberColumn();
  /** Of resources: name of the provider in `words`; of departments: their own; of purchases: the supplier's code. */
  readonly words = new NumberColumn();
  readonly firstItem = new NumberColumn();
  /** Of purchases: `YYYYMMDD`. */
  readonly from = new NumberColumn();
  readonly to = new NumberColumn();
  readonly row: PlaceColumn;
  readonly code: PlaceColumn;
  readonly named: PlaceColumn;
  readonly owner: PlaceColumn;
  readonly ownerName: PlaceColumn;

  constructor(shapes: PlaceShapes) {
    this.row = new PlaceColumn(shapes);
    this.code = new PlaceColumn(shapes);
    this.named = new PlaceColumn(shapes);
    this.owner = new PlaceColumn(shapes);
    this.ownerName = new PlaceColumn(shapes);
  }
}

class HeldItems {
  readonly record = new NumberColumn();
  readonly name = new NumberColumn();
  /** In `words`. */
  readonly element = new NumberColumn();
  /** Number of the copy. */
  readonly copy = new NumberColumn();
  readonly place: PlaceColumn;

  constructor(shapes: PlaceShapes) {
    this.place = new PlaceColumn(shapes);
  }
}

class HeldReferences {
  readonly record = new NumberColumn();
  readonly target = new NumberColumn();
  readonly field = new NumberColumn();
  readonly index = new NumberColumn();
  readonly place: PlaceColumn;

  constructor(shapes: PlaceShapes) {
    this.place = new PlaceColumn(shapes);
  }
}

class HeldCopies {
  readonly item = new NumberColumn();
  /** Of the resource, in `keys`. */
  readonly target = new NumberColumn();
  readonly name = new NumberColumn();
  readonly place: PlaceColumn;

  constructor(shapes: PlaceShapes) {
    this.place = new PlaceColumn(shapes);
  }
}

export class HeldCatalog {
  readonly #shapes = new PlaceShapes();
  readonly keys = new TextTable();
  readonly names = new TextTable();
  readonly words = new TextTable();
  /** Credit codes of departments that records belong to. */
  readonly departments = new TextTable();
  readonly records = new HeldRecords(this.#shapes);
  readonly items = new HeldItems(this.#shapes);
  readonly references = new HeldReferences(this.#shapes);
  readonly copies = new HeldCopies(this.#shapes);

  get size(): number {
    return this.records.kind.length;
  }

  /** The number of the record. */
  add({ record, place }: CatalogEntry): number {
    const { records } = this;
    const number = this.size;
    const { code, field } = ownerOf(record);
    records.kind.push(KIND_NUMBERS.get(record.kind)!);
    records.key.push(this.keys.numberOf(keyOf(record.kind, record.code)));
    records.department.push(this.departments.numberOf(code));
    records.name.push('name' in record ? this.names.numberOf(plainName(record.name)) : ABSENT);
    records.sharing.push(record.kind === 'resource' ? (SHARING_NUMBERS.get(record.sharing.type) ?? ABSENT) : ABSENT);
    records.words.push(this.#wordOf(record));
    records.firstItem.push(this.items.name.length);
    records.from.push(record.kind === 'purchased-data' ? dayOf(record.from) : 0);
    records.to.push(record.kind === 'purchased-data' ? dayOf(record.to) : 0);
    records.row.push(placeAt(place, []));
    records.code.push(placeAt(place, ['code']));
    records.named.push(placeAt(place, ['name']));
    records.owner.push(placeAt(place, [field]));
    records.ownerName.push(record.kind === 'resource' ? placeAt(place, ['providerName']) : undefined);
    if (record.kind === 'resource') this.#addItems(record, number, place);
    this.#addReferences(record, number, place);
    return number;
  }

  #wordOf(record: CatalogRecord): number {
    switch (record.kind) {
      case 'resource':
        return this.words.numberOf(record.providerName);
      case 'department':
        return this.words.numberOf(record.name);
      case 'purchased-data':
        return this.words.numberOf(record.supplier);
      default:
        return ABSENT;
    }
  }

  #addItems(resource: CatalogResource, number: number, place: CatalogEntry['place']): void {
    const { items, copies } = this;
    resource.items.forEach((item, index) => {
      items.record.push(number);
      items.name.push(this.names.numberOf(plainName(item.name)));
      items.element.push(
        item.element === undefined ? ABSENT : this.words.numberOf(visible(item.element).toLowerCase()),
      );
      items.copy.push(item.copyOf === undefined ? ABSENT : copies.item.length);
      items.place.push(placeAt(place, ['items', index, 'name']));
      if (item.copyOf !== undefined) {
        copies.item.push(items.name.length - 1);
        copies.target.push(this.keys.numberOf(keyOf('resource', item.copyOf.resource)));
        copies.name.push(this.names.numberOf(plainName(item.copyOf.item)));
        copies.place.push(placeAt(place, ['items', index, 'copyOf']));
      }
      if (item.responsible !== undefined && item.responsible !== resource.responsible)
        this.#refer(number, 'items.responsible', index, 'department', item.responsible, place);
    });
  }

  #addReferences(record: CatalogRecord, number: number, place: CatalogEntry['place']): void {
    for (const { field, target } of REFERENCES) {
      const codes = (record as Readonly<Partial<Record<ReferenceField, readonly string[]>>>)[field];
      codes?.forEach((code, index) => {
        this.#refer(number, field, index, target, code, place);
      });
    }
    if (record.kind === 'resource' && record.responsible !== record.provider)
      this.#refer(number, 'responsible', 0, 'department', record.responsible, place);
  }

  #refer(
    number: number,
    field: ReferenceField,
    index: number,
    kind: RecordKind,
    code: string,
    place: CatalogEntry['place'],
  ): void {
    const { references } = this;
    references.record.push(number);
    references.target.push(this.keys.numberOf(keyOf(kind, code)));
    references.field.push(FIELDS.indexOf(field));
    references.index.push(index);
    references.place.push(placeAt(place, pathOf(field, index)));
  }

  kindOf(record: number): RecordKind {
    return RECORD_KINDS[this.records.kind.get(record)]!;
  }

  codeOf(record: number): string {
    const key = this.keys.text(this.records.key.get(record));
    return key.slice(key.indexOf('\0') + 1);
  }

  /** The items of a resource: the first, and the one after the last. */
  itemsOf(record: number): readonly [from: number, to: number] {
    const { firstItem } = this.records;
    return [firstItem.get(record), record + 1 < this.size ? firstItem.get(record + 1) : this.items.name.length];
  }

  itemPath(item: number, field: string): readonly (string | number)[] {
    return ['items', item - this.records.firstItem.get(this.items.record.get(item)), field];
  }

  reference(number: number): {
    readonly record: number;
    readonly target: number;
    readonly field: ReferenceField;
    readonly path: readonly (string | number)[];
    readonly place: Place | undefined;
  } {
    const { references } = this;
    const field = FIELDS[references.field.get(number)]!;
    return {
      record: references.record.get(number),
      target: references.target.get(number),
      field,
      path: pathOf(field, references.index.get(number)),
      place: references.place.get(number),
    };
  }
}

function pathOf(field: ReferenceField, index: number): readonly (string | number)[] {
  if (field === 'responsible') return [field];
  return field === 'items.responsible' ? ['items', index, 'responsible'] : [field, index];
}

const dayOf = (day: string): number => Number(day.replaceAll('-', ''));
