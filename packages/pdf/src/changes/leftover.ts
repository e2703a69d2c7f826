/** What no rule accounts for: it is forbidden, and here it gets a name, and the page that shows it. */
import type { PdfDocument } from '../document.js';
import { read } from '../internal/references.js';
import { isName, PdfArray, PdfDict, PdfName, type PdfObject, PdfRef, PdfStream } from '../object.js';
import type { Account } from './account.js';
import { isAnnotation } from './annotations.js';
import type { PdfChange } from './change.js';
import { allNumbers, MAX_UNREADABLE } from './paths.js';
import { isStrayValidation } from './upkeep.js';

/** Added objects must hang where a permitted change put them, replaced and removed ones must be accounted for. */
export function examineLeftovers(account: Account, users: () => Users): void {
  const { before, after, added, replaced, freed, structure } = account.step;
  for (const [number, ref] of replaced) if (!account.explained.has(number)) say(account, ref, 'changed', users());
  for (const [number, ref] of freed)
    if (!account.explained.has(number) && before.glance(number) !== null) say(account, ref, 'removed', users());
  const reached = reachable(account);
  for (const [number, ref] of added)
    if (
      !reached.has(number) &&
      !structure.has(number) &&
      !account.explained.has(number) &&
      !isStrayValidation(after.get(ref))
    )
      account.forbid('coverage-later-change', 'object', 'was added and does not belong to what is permitted', {
        ref,
        action: 'added',
      });
}

/** Added objects that can be reached from the roots through added objects. */
function reachable({ step, roots }: Account): ReadonlySet<number> {
  const { after, added } = step;
  const reached = new Set<number>();
  const open = new Set(roots.filter((object) => object instanceof PdfRef).map(({ number }) => number));
  const seen = new Set<number>();
  const stack: PdfObject[] = [...roots];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (next instanceof PdfRef) {
      if (seen.has(next.number) || !(added.has(next.number) || open.has(next.number))) continue;
      seen.add(next.number);
      if (added.has(next.number)) reached.add(next.number);
      stack.push(after.get(next));
    } else if (next instanceof PdfArray) {
      for (const item of next.items) stack.push(item);
    } else if (next instanceof PdfStream) stack.push(next.dict);
    else if (next instanceof PdfDict) for (const { value } of next.entries.values()) stack.push(value);
  }
  return reached;
}

const FONT_TYPES = ['Font', 'FontDescriptor', 'CMap', 'Encoding'];
const FONT_FILES = ['Type1C', 'CIDFontType0C', 'OpenType'];

function say(account: Account, ref: PdfRef, action: 'changed' | 'removed', users: Users): undefined {
  const { before } = account.step;
  const object = read(before, ref.number) ?? null;
  const dict = object instanceof PdfStream ? object.dict : object;
  const name = (key: string): string => {
    const value = dict instanceof PdfDict ? before.resolve(dict.get(key)) : null;
    return value instanceof PdfName ? value.value : '';
  };
  const done = action === 'changed' ? 'was replaced' : 'was removed';
  const type = name('Type');
  if (type === 'Page' || type === 'Pages' || (dict instanceof PdfDict && dict.has('Kids') && dict.has('Count'))) {
    const page = type === 'Page' ? account.around.pageNumber(ref) : undefined;
    return account.forbid(
      'page-tree-changed',
      'page-tree',
      `${page === undefined ? 'the page tree' : `page ${page}`} ${done}`,
      {
        ...{ ref, action },
        ...(page === undefined ? {} : { page }),
      },
    );
  }
  const { pages, widget, annotation, catalog, holders } = users.of(ref.number);
  const [first] = pages;
  const page = first === undefined ? undefined : account.around.pageNumber(new PdfRef(first));
  const at = { ref, action, ...(page === undefined ? {} : { page }) };
  const font =
    FONT_TYPES.includes(type) ||
    FONT_FILES.includes(name('Subtype')) ||
    (dict instanceof PdfDict && dict.has('Length1') && object instanceof PdfStream);
  if (font) return account.forbid('font-changed', 'font', `a font ${done}`, at);
  const what = `${describe(type, object)} ${done}`;
  const verdict = ((): readonly [PdfChange['code'], PdfChange['subject']] => {
    if (pages.length > 1 || (pages.length === 1 && holders > 1)) return ['shared-object-changed', 'object'];
    if (pages.length === 1) return ['page-content-changed', 'page'];
    if (widget) return ['field-appearance-changed', 'field'];
    if (annotation || isAnnotation(dict)) return ['annotation-changed', 'annotation'];
    if (catalog !== undefined) return ['catalog-changed', 'catalog'];
    return ['coverage-later-change', 'object'];
  })();
  const by = catalog === undefined ? '' : ` under /${catalog} of the catalog`;
  account.forbid(...verdict, `${what}${by}`, at);
}

function describe(type: string, object: PdfObject): string {
  if (type === 'Annot') return 'an annotation';
  if (type === 'XObject') return 'an image or form';
  return object instanceof PdfStream ? 'a stream' : 'an object';
}

/** What an object is used by, seen from above. */
interface Usage {
  /** Object numbers of pages that show it other than by an annotation, some of them. */
  readonly pages: readonly number[];
  readonly widget: boolean;
  readonly annotation: boolean;
  /** The key of the catalog that leads to it. */
  readonly catalog: string | undefined;
  /** Objects that refer to it directly. */
  readonly holders: number;
}

/** Objects that are looked at for one question, and remembered at all: a name is worth no more. */
const MAX_ASKED = 10_000;
const MAX_EDGES = 4_000_000;

/** Which objects refer to which, the other way round; made only when something forbidden needs a name. */
export class Users {
  readonly #doc: PdfDocument;
  readonly #holders = new Map<number, number[]>();

  constructor(doc: PdfDocument) {
    this.#doc = doc;
    let [edges, unreadable] = [0, 0];
    for (const number of allNumbers(doc)) {
      if (edges > MAX_EDGES || unreadable > MAX_UNREADABLE) break;
      const object = read(doc, number);
      if (object === undefined) unreadable++;
      const stack: PdfObject[] = [object ?? null];
      for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
        if (next instanceof PdfRef) {
          edges++;
          const known = this.#holders.get(next.number);
          if (known === undefined) this.#holders.set(next.number, [number]);
          else if (known.at(-1) !== number) known.push(number);
        } else if (next instanceof PdfArray) for (const item of next.items) stack.push(item);
        else if (next instanceof PdfStream) stack.push(next.dict);
        else if (next instanceof PdfDict) for (const { value } of next.entries.values()) stack.push(value);
      }
    }
  }

  of(number: number): Usage {
    const doc = this.#doc;
    const pages = new Set<number>();
    let [widget, annotation] = [false, false];
    let catalog: string | undefined;
    const seen = new Set([number]);
    const queue = [number];
    for (let i = 0; i < queue.length && i < MAX_ASKED && pages.size < 3; i++) {
      const current = queue[i] as number;
      for (const holder of this.#holders.get(current) ?? []) {
        const object = read(doc, holder) ?? null;
        const dict = object instanceof PdfStream ? object.dict : object;
        if (holder === doc.catalogRef.number) catalog ??= keyOf(dict, current);
        else if (dict instanceof PdfDict && isName(dict.get('Type'), 'Page')) {
          // By /Annots only what an annotation draws is reached, and /Parent leads to no content.
          if (!isAnnotation(read(doc, current) ?? null) && keyOf(dict, current) !== 'Annots') pages.add(holder);
        } else if (isAnnotation(dict)) {
          if (isName(dict.get('Subtype'), 'Widget')) widget = true;
          else annotation = true;
        } else if (!seen.has(holder) && !isName(dict instanceof PdfDict ? dict.get('Type') : null, 'Pages')) {
          seen.add(holder);
          queue.push(holder);
        }
      }
    }
    return { pages: [...pages], widget, annotation, catalog, holders: this.#holders.get(number)?.length ?? 0 };
  }
}

/** The top key of a dictionary under which a reference stands. */
function keyOf(object: PdfObject, number: number): string | undefined {
  const holds = (value: PdfObject, depth: number): boolean => {
    if (value instanceof PdfRef) return value.number === number;
    if (depth > 20) return false;
    if (value instanceof PdfArray) return value.items.some((item) => holds(item, depth + 1));
    return value instanceof PdfDict && [...value.entries.values()].some((entry) => holds(entry.value, depth + 1));
  };
  if (!(object instanceof PdfDict)) return undefined;
  for (const [key, { value }] of object.entries) if (holds(value, 0)) return key;
  return undefined;
}
