/** Layers (optional content, §8.11) that are not shown now and may be shown later. */
import type { PdfDocument } from '../document.js';
import { isName, PdfArray, PdfDict, PdfName, type PdfObject, PdfRef, PdfString } from '../object.js';
import type { SayHazard } from './place.js';
import type { WalkedDocument } from './walk.js';

/** Nesting of a visibility expression (§8.11.2.2). */
const EXPRESSION_DEPTH = 32;

export function layerHazards(doc: PdfDocument, { reached, memberships }: WalkedDocument, say: SayHazard): void {
  const properties = doc.resolve(doc.catalog.get('OCProperties'));
  if (!(properties instanceof PdfDict)) return;
  const config = doc.resolve(properties.get('D'));
  const groups = refsOf(doc, properties.get('OCGs'));
  const hidden = hiddenGroups(doc, config, groups);
  for (const ref of groups) {
    if (!hidden.has(ref.number)) continue;
    const place = { page: reached.get(ref.number), object: ref.number };
    say('hazard-hidden-layer', place, `the layer ${nameOf(doc, ref)} is off when the document is opened`);
  }
  for (const { dict, page } of memberships)
    if (!isVisible(doc, dict, hidden))
      say('hazard-hidden-layer', { page }, 'content that depends on layers is not shown');
  const usages = config instanceof PdfDict ? doc.resolve(config.get('AS')) : null;
  if (!(usages instanceof PdfArray)) return;
  const said = new Set<number>();
  for (const item of usages.items) {
    const usage = doc.resolve(item);
    if (!(usage instanceof PdfDict)) continue;
    const event = doc.resolve(usage.get('Event'));
    for (const ref of refsOf(doc, usage.get('OCGs'))) {
      if (said.has(ref.number) || !dependsOnUse(doc, ref)) continue;
      said.add(ref.number);
      const when = event instanceof PdfName ? ` (${event.value})` : '';
      const place = { page: reached.get(ref.number), object: ref.number };
      say(
        'hazard-layer-usage',
        place,
        `whether the layer ${nameOf(doc, ref)} is shown depends on how it is used${when}`,
      );
    }
  }
}

const refsOf = (doc: PdfDocument, object: PdfObject | undefined): PdfRef[] => {
  const list = doc.resolve(object);
  return list instanceof PdfArray ? list.items.filter((item): item is PdfRef => item instanceof PdfRef) : [];
};

function hiddenGroups(doc: PdfDocument, config: PdfObject, groups: readonly PdfRef[]): ReadonlySet<number> {
  if (!(config instanceof PdfDict)) return new Set();
  const off = new Set(isName(doc.resolve(config.get('BaseState')), 'OFF') ? groups.map(({ number }) => number) : []);
  for (const { number } of refsOf(doc, config.get('ON'))) off.delete(number);
  for (const { number } of refsOf(doc, config.get('OFF'))) off.add(number);
  return off;
}

function nameOf(doc: PdfDocument, ref: PdfRef): string {
  const group = doc.resolve(ref);
  const name = group instanceof PdfDict ? doc.resolve(group.get('Name')) : null;
  return name instanceof PdfString ? `“${name.text}”` : 'without a name';
}

/** Some use (printing, exporting, a language, a magnification) turns the layer on or off. */
function dependsOnUse(doc: PdfDocument, ref: PdfRef): boolean {
  const group = doc.resolve(ref);
  const usage = group instanceof PdfDict ? doc.resolve(group.get('Usage')) : null;
  if (!(usage instanceof PdfDict)) return false;
  const states = ['View', 'Print', 'Export'].map((key) => {
    const part = doc.resolve(usage.get(key));
    return part instanceof PdfDict && isName(doc.resolve(part.get(`${key}State`)), 'OFF');
  });
  return states.includes(true) || ['Zoom', 'Language', 'User'].some((key) => usage.has(key));
}

/** §8.11.2.2: a visibility expression goes before a policy. */
function isVisible(doc: PdfDocument, dict: PdfDict, hidden: ReadonlySet<number>): boolean {
  const expression = doc.resolve(dict.get('VE'));
  if (expression instanceof PdfArray) return holds(doc, expression, hidden, 0);
  const groups = dict.get('OCGs');
  const refs = doc.resolve(groups) instanceof PdfArray ? refsOf(doc, groups) : groups instanceof PdfRef ? [groups] : [];
  if (refs.length === 0) return true;
  const on = refs.map(({ number }) => !hidden.has(number));
  const policy = doc.resolve(dict.get('P'));
  if (isName(policy, 'AllOn')) return !on.includes(false);
  if (isName(policy, 'AnyOff')) return on.includes(false);
  if (isName(policy, 'AllOff')) return !on.includes(true);
  return on.includes(true);
}

function holds(doc: PdfDocument, expression: PdfArray, hidden: ReadonlySet<number>, depth: number): boolean {
  const [operator, ...operands] = expression.items;
  const values = operands.map((operand) => {
    const value = doc.resolve(operand);
    if (value instanceof PdfArray) return depth < EXPRESSION_DEPTH && holds(doc, value, hidden, depth + 1);
    return !(operand instanceof PdfRef && hidden.has(operand.number));
  });
  if (isName(operator, 'Not')) return values[0] === false;
  return isName(operator, 'Or') ? values.includes(true) : !values.includes(false);
}
