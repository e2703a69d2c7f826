/** What may happen after a signature (ISO 32000-2 §12.8.2): by its certification, the locks of fields, or the default. */
import type { Finding, FindingCode, Outcome } from '@gov/verdict';
import { permissionOf } from '../certification.js';
import type { PdfDocument } from '../document.js';
import { type FieldLock, fieldLocksOf, locks } from '../field-lock.js';
import { PdfDict } from '../object.js';
import type { PdfSignature } from '../signature.js';
import type { PdfChange, PdfChanges } from './change.js';

const UPDATES = 'ISO 32000-2 7.5.6';
const DOC_MDP = 'ISO 32000-2 12.8.2.2';
const FIELD_MDP = 'ISO 32000-2 12.8.2.4';

/** What one signature and those before it permit. */
interface Permission {
  /** Undefined: nobody said anything; form filling is permitted, annotations are not judged. */
  readonly level: 1 | 2 | 3 | undefined;
  readonly locks: readonly FieldLock[];
}

/**
 * The findings on everything that came after a signature: one that passes, or one for every code that does not.
 *
 * Without a certification validation data, form filling and further signatures pass; an annotation that draws nothing passes,
 * one that draws beside everything signed is unknown, and everything else fails. A certification permits what its /P says and
 * nothing else. Restrictions of all signatures up to this one hold, the strictest of them; a DocMDP of a signature that is not
 * the first, or a /P of a lock, can only restrict.
 */
export function changeFindings(
  doc: PdfDocument,
  revision: number,
  all: readonly PdfSignature[],
  { changes }: PdfChanges,
): Finding[] {
  if (changes.length === 0)
    return [finding('pass', 'coverage-whole-file', 'ISO 32000-2 12.8.1', 'the signature covers the whole document')];
  const permission = permissionAt(doc, revision, all);
  const groups = new Map<FindingCode, { outcome: Outcome; clause: string; changes: PdfChange[] }>();
  for (const change of changes) {
    const [outcome, code, clause] = judged(change, permission);
    if (outcome === 'pass') continue;
    const group = groups.get(code);
    if (group === undefined) groups.set(code, { outcome, clause, changes: [change] });
    else group.changes.push(change);
  }
  if (groups.size > 0)
    return [...groups].map(([code, group]) => finding(group.outcome, code, group.clause, described(group.changes)));
  const has = (code: FindingCode): boolean => changes.some((change) => change.code === code);
  const code = changes.some(({ level }) => level === 'annotations')
    ? 'coverage-annotated'
    : has('coverage-form-filled')
      ? 'coverage-form-filled'
      : has('coverage-further-signature')
        ? 'coverage-further-signature'
        : 'coverage-validation-data';
  return [finding('pass', code, UPDATES, described(changes))];
}

function judged(change: PdfChange, { level, locks: own }: Permission): readonly [Outcome, FindingCode, string] {
  const { code, field } = change;
  if (change.level === 'other') return ['fail', code, UPDATES];
  // Table 257: a security store and a document timestamp are no change in this sense.
  if (change.level === 'validation-data') return ['pass', code, UPDATES];
  if (change.level === 'form-filling') {
    if (level === 1) return ['fail', 'certification-exceeded', DOC_MDP];
    if (field !== undefined && own.some((lock) => locks(lock, field))) return ['fail', 'field-locked', FIELD_MDP];
    return ['pass', code, UPDATES];
  }
  if (level === 1 || level === 2) return ['fail', 'certification-exceeded', DOC_MDP];
  if (code === 'annotation-covers-content') return ['fail', code, DOC_MDP];
  if (level === 3 || code === 'coverage-annotated') return ['pass', 'coverage-annotated', DOC_MDP];
  return [code === 'annotation-added' ? 'unknown' : 'fail', code, UPDATES];
}

function permissionAt(doc: PdfDocument, revision: number, all: readonly PdfSignature[]): Permission {
  const before = all.filter(({ revisionIndex }) => revisionIndex !== undefined && revisionIndex <= revision);
  const first = Math.min(...before.map(({ revisionIndex }) => revisionIndex as number));
  const held: FieldLock[] = [];
  let level: 1 | 2 | 3 | undefined;
  for (const { dict, dictRef, revisionIndex = 0 } of before) {
    // As the signature itself saw them: a later value of an indirect parameter counts for nothing.
    const view = doc.asOf(revisionIndex);
    const own = permissionOf(view, dict);
    const stated = fieldLocksOf(view, dict);
    held.push(...stated);
    const certifies = revisionIndex === first && certifiedBy(view) === dictRef?.number && dictRef !== undefined;
    if (own === 3 && certifies) level ??= 3;
    for (const limit of [own, ...stated.map(({ permission }) => permission)])
      if (limit === 1 || (limit === 2 && level !== 1)) level = limit;
  }
  return { level, locks: held };
}

/** The number of the signature dictionary that certifies the document. */
function certifiedBy(doc: PdfDocument): number | undefined {
  const permissions = doc.resolve(doc.catalog.get('Perms'));
  const signature = permissions instanceof PdfDict ? permissions.get('DocMDP') : undefined;
  return signature === undefined || signature === null || typeof signature !== 'object' || !('number' in signature)
    ? undefined
    : signature.number;
}

const finding = (outcome: Outcome, code: FindingCode, clause: string, detail: string): Finding => ({
  check: 'coverage',
  outcome,
  code,
  clause,
  detail,
});

/** Changes that are named in one finding. */
const NAMED = 5;

function described(changes: readonly PdfChange[]): string {
  const texts = [...new Set(changes.slice(0, 4 * NAMED).map(inWords))];
  const more = changes.length - Math.min(NAMED, texts.length);
  return `${texts.slice(0, NAMED).join('; ')}${texts.length > NAMED || changes.length > 4 * NAMED ? ` and ${more} more` : ''}`;
}

function inWords({ revision, ref, page, rect, field, action, subject, detail }: PdfChange): string {
  const where = [
    ...(field === undefined ? [] : [`field ${field}`]),
    ...(page === undefined ? [] : [`page ${page}`]),
    ...(rect === undefined ? [] : [`at [${rect.map((value) => Number(value.toFixed(1))).join(' ')}]`]),
    ...(ref === undefined ? [] : [`object ${ref.number}`]),
  ];
  return `revision ${revision + 1}: ${subject} ${action}${where.length === 0 ? '' : ` (${where.join(', ')})`}: ${detail}`;
}
