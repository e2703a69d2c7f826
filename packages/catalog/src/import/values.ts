/** From cells to the values of fields (单元格取值): codes to labels, lists, one string for one text. */
import { parseCreditCode } from '@gov/codes';
import { splitCopy, splitList, splitSteps } from '../internal/delimited.js';
import type { FieldKind } from '../internal/field-kinds.js';
import type { CatalogIssueCode } from '../internal/texts.js';
import { FORMAT_CLASSES } from '../labels.js';
import type { RegionProfile } from '../profile.js';
import { LABEL_FIELDS, LABEL_LISTS, type LabelList, labelOf } from '../schema/labels.js';
import { IMPORT_LIMITS } from './limits.js';

/** What a cell was cleaned of beyond what `@gov/table` does. */
type CleanedValue = Extract<CatalogIssueCode, 'label-mapped' | 'code-upper-case'>;

/** A value, and what was done to get it. */
interface FieldValue {
  readonly value: unknown;
  readonly cleaned?: CleanedValue;
}

export class FieldValues {
  readonly #profile: RegionProfile;
  readonly #texts = new Map<string, string>();
  readonly #labels: Readonly<Record<LabelList, Map<string, string | undefined>>>;
  /** By type of file, lower case: the class that has it, where only one has. */
  readonly #formats = new Map<string, string | undefined>();

  constructor(profile: RegionProfile) {
    this.#profile = profile;
    this.#labels = Object.fromEntries(Object.keys(LABEL_LISTS).map((list) => [list, new Map()])) as never;
    for (const { label } of FORMAT_CLASSES)
      for (const type of profile.formatTypes[label] ?? []) {
        const key = type.toLowerCase();
        this.#formats.set(key, this.#formats.has(key) ? undefined : label);
      }
  }

  /** Of a cell that is not empty; what no list knows stays as it is, for `readRecord` to name. */
  of(cell: string | number, kind: FieldKind, path: string): FieldValue {
    if (typeof cell === 'number') return { value: cell };
    switch (kind) {
      case 'label':
        return this.#label(LABEL_FIELDS[path]!, cell);
      case 'credit':
        return this.#credit(cell);
      case 'credits':
        return { value: splitList(cell).map((one) => this.#credit(one).value) };
      case 'codes':
      case 'texts':
        return { value: splitList(cell).map((one) => this.text(one)) };
      case 'classification':
        return this.#classification(splitSteps(cell));
      case 'format':
        return this.#format(splitSteps(cell));
      case 'copyOf': {
        const [resource = '', ...item] = splitCopy(cell);
        return { value: { resource: this.text(resource), item: item.join('#') } };
      }
      default:
        return { value: this.text(cell) };
    }
  }

  /** The same string for the same text, and none that holds on to the piece of the file that it was cut from. */
  text(text: string): string {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    const own = ` ${text}`.slice(1);
    if (this.#texts.size >= IMPORT_LIMITS.interned) this.#texts.clear();
    this.#texts.set(own, own);
    return own;
  }

  #label(list: LabelList, text: string): FieldValue {
    const known = this.#labels[list];
    let label = known.get(text);
    if (label === undefined && !known.has(text)) {
      label = labelOf(this.#profile, list, text);
      if (known.size >= IMPORT_LIMITS.interned) known.clear();
      known.set(this.text(text), label);
    }
    if (label === undefined) return { value: this.text(text) };
    return label === text ? { value: label } : { value: label, cleaned: 'label-mapped' };
  }

  #credit(text: string): FieldValue {
    const upper = text.toUpperCase();
    if (upper === text || !parseCreditCode(upper).ok) return { value: this.text(text) };
    return { value: this.text(upper), cleaned: 'code-upper-case' };
  }

  #classification([first, ...steps]: readonly string[]): FieldValue {
    if (first === undefined) return { value: [] };
    const { value, cleaned } = this.#label('class', first);
    return {
      value: [value, ...steps.map((step) => this.text(step))],
      ...(cleaned === undefined ? {} : { cleaned }),
    };
  }

  /** 数据库/Dm, or the type alone where one class only has it. */
  #format([first = '', ...rest]: readonly string[]): FieldValue {
    const alone = rest.length === 0 ? this.#formats.get(first.toLowerCase()) : undefined;
    if (alone !== undefined) return { value: { class: alone, type: this.text(first) } };
    const { value, cleaned } = this.#label('format', first);
    return {
      value: { class: value, ...(rest.length === 0 ? {} : { type: this.text(rest.join('/')) }) },
      ...(cleaned === undefined ? {} : { cleaned }),
    };
  }
}
