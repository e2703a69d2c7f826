/** Everything that the trailer leads to, each object once; what is said of single objects is said on the way. */
import type { PdfDocument } from '../document.js';
import { read } from '../internal/references.js';
import { isName, PdfArray, PdfDict, PdfName, type PdfObject, PdfRef, PdfStream, PdfString } from '../object.js';
import { eachPage } from '../page.js';
import { fontHazard } from './fonts.js';
import { HAZARD_LIMITS } from './limits.js';
import type { SayHazard } from './place.js';

export interface WalkedDocument {
  /** Numbers of the objects that the trailer leads to; the page that first led there, where one did. */
  readonly reached: ReadonlyMap<number, number | undefined>;
  /** Optional content membership dictionaries (§8.11.2.2). */
  readonly memberships: readonly { readonly dict: PdfDict; readonly page: number | undefined }[];
  /** False where a limit ended the walk. */
  readonly complete: boolean;
}

interface Visit {
  readonly object: PdfObject;
  /** The object it stands in. */
  readonly holder: number | undefined;
  readonly page: number | undefined;
  /** Under /OpenAction or /AA: done without a click. */
  readonly automatic: boolean;
}

/** Actions (§12.6.4) that reach out of the document, change what it shows or send what it holds. */
const ACTIONS = new Set([
  ...['Launch', 'SubmitForm', 'ImportData', 'GoToR', 'GoToE', 'ResetForm', 'Hide', 'SetOCGState', 'Rendition', 'Movie'],
  ...['RichMediaExecute', 'GoTo3DView'],
]);

export function walkDocument(doc: PdfDocument, say: SayHazard): WalkedDocument {
  const reached = new Map<number, number | undefined>();
  const missing = new Set<number>();
  const memberships: { dict: PdfDict; page: number | undefined }[] = [];
  const pages = new Map<number, number>();
  for (const { number, ref } of eachPage(doc)) pages.set(ref.number, number);
  const stack: Visit[] = [];
  let complete = true;

  const follow = (ref: PdfRef, from: Visit): void => {
    if (reached.has(ref.number) || missing.has(ref.number)) return;
    const entry = doc.entry(ref.number);
    const generation = entry?.type === 'offset' ? entry.generation : 0;
    if (entry === undefined || entry.type === 'free' || generation !== ref.generation) {
      missing.add(ref.number);
      say('hazard-missing-object', { page: from.page, object: from.holder }, `refers to ${ref}, which is not there`);
      return;
    }
    if (reached.size >= HAZARD_LIMITS.objects) {
      complete = false;
      return;
    }
    const page = pages.get(ref.number) ?? from.page;
    reached.set(ref.number, page);
    const object = read(doc, ref.number);
    if (object === undefined) say('hazard-unreadable', { page, object: ref.number }, 'the object cannot be read');
    else stack.push({ object, holder: ref.number, page, automatic: from.automatic });
  };

  const inside = (dict: PdfDict, from: Visit): void => {
    for (const [key, { value }] of dict.entries) {
      if (typeof value !== 'object' || value === null || value instanceof PdfName) continue;
      const automatic = key === 'OpenAction' || key === 'AA' || (from.automatic && (key === 'Next' || key.length <= 2));
      // Upwards lies what belongs to other pages as well.
      const page = key === 'Parent' ? undefined : from.page;
      stack.push({ object: value, holder: from.holder, page, automatic });
    }
  };

  const visit = (next: Visit): void => {
    const { object, holder, page, automatic } = next;
    if (object instanceof PdfRef) follow(object, next);
    else if (object instanceof PdfArray)
      for (const item of object.items) {
        if (typeof item === 'object' && item !== null && !(item instanceof PdfName))
          stack.push({ object: item, holder, page, automatic });
      }
    else if (object instanceof PdfStream) {
      if (object.dict.has('F'))
        say('hazard-external-stream', { page, object: holder }, 'the bytes of the stream are in another file');
      repeatedKeys(object.dict, next, say);
      inside(object.dict, next);
    } else if (object instanceof PdfDict) {
      repeatedKeys(object, next, say);
      actionHazard(doc, object, next, say);
      fontHazard(doc, object, next, say);
      if (isName(object.get('Type'), 'OCMD')) memberships.push({ dict: object, page });
      inside(object, next);
    }
  };

  const from = (object: PdfObject, page?: number): void => {
    stack.push({ object, holder: undefined, page, automatic: false });
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) visit(next);
  };
  const inherited = new Set<PdfObject>();
  for (const { number, ref, dict } of eachPage(doc)) {
    const resources = inheritedResources(doc, dict);
    if (resources !== null && !inherited.has(resources)) from(resources, number);
    inherited.add(resources);
    from(ref, number);
  }
  from(doc.trailer);
  if (!complete) say('hazard-limit', {}, `only ${HAZARD_LIMITS.objects} objects were looked at`);
  return { reached, memberships, complete };
}

/** /Resources of the node above that has them (§7.7.3.4), null for a page with its own. */
function inheritedResources(doc: PdfDocument, page: PdfDict): PdfObject {
  let node: PdfObject = page;
  for (let depth = 0; node instanceof PdfDict && depth < doc.limits.treeDepth; depth++) {
    const own = node.get('Resources');
    if (own !== undefined) return node === page ? null : own;
    node = doc.resolve(node.get('Parent'));
  }
  return null;
}

function repeatedKeys(dict: PdfDict, { page, holder }: Visit, say: SayHazard): void {
  for (const key of dict.duplicates)
    say(
      'hazard-duplicate-key',
      { page, object: holder },
      `/${key} has two values, and readers differ about which counts`,
    );
}

function actionHazard(doc: PdfDocument, dict: PdfDict, { page, holder, automatic }: Visit, say: SayHazard): void {
  const kind = doc.resolve(dict.get('S'));
  // Structure elements name their role in /S as well.
  if (!(kind instanceof PdfName) || dict.has('K') || isName(dict.get('Type'), 'StructElem')) return;
  const place = { page, object: holder };
  const when = automatic ? ', without a click' : '';
  if (kind.value === 'JavaScript') say('hazard-javascript', place, `a script runs${when}`);
  else if (ACTIONS.has(kind.value)) say('hazard-action', place, `${kind.value}${when}`);
  else if (kind.value === 'URI' && automatic && doc.resolve(dict.get('URI')) instanceof PdfString)
    say('hazard-action', place, 'URI, without a click');
}
