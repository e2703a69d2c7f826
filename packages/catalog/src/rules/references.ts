/** Codes twice, and references to nothing (重复与悬空引用). */
import { SHARING_TYPES } from '../labels.js';
import { RECORD_KINDS } from '../order.js';
import { type Canonical, ofKind } from './canonical.js';
import { type Findings, STRIDE } from './found.js';
import { ABSENT, type HeldCatalog } from './held.js';

/** Every record but the first of its code, with that. */
export function* twiceFindings(held: HeldCatalog, { order, firstOf }: Canonical): Findings {
  const { records } = held;
  for (const [at, record] of order.entries()) {
    if (at % STRIDE === 0) yield;
    const first = firstOf[records.key.get(record)]!;
    if (first === record) continue;
    const related = [{ record: first, place: records.code.get(first) }];
    yield { code: 'code-twice', record, path: ['code'], place: records.code.get(record), related };
  }
}

const NOT_SHARED = SHARING_TYPES.findIndex(({ label }) => label === '不予共享');

/** Providers, other departments, and every list of codes. */
export function* referenceFindings(held: HeldCatalog, canonical: Canonical): Findings {
  yield* ownerFindings(held, canonical);
  const { records } = held;
  const { firstOf } = canonical;
  for (let number = 0; number < held.references.record.length; number++) {
    if (number % STRIDE === 0) yield;
    const { record, target, field, path, place } = held.reference(number);
    const found = firstOf[target]!;
    if (found === ABSENT) {
      const isDepartment = field === 'users' || field.endsWith('responsible');
      yield { code: isDepartment ? 'department-unknown' : 'reference-unknown', record, path, place };
    } else if (field === 'needs' && records.sharing.get(found) === NOT_SHARED) {
      const related = [{ record: found, place: records.code.get(found) }];
      yield { code: 'need-not-shared', record, path, place, related };
    }
  }
}

function* ownerFindings(held: HeldCatalog, canonical: Canonical): Findings {
  const { records, words } = held;
  /** The record of each department; of those with several the first. */
  const known = new Map<number, number>();
  for (const record of ofKind(held, canonical, 'department')) {
    const department = records.department.get(record);
    if (!known.has(department)) known.set(department, record);
  }
  let seen = 0;
  for (const record of ofKind(held, canonical, ...RECORD_KINDS.filter((kind) => kind !== 'department'))) {
    if (seen++ % STRIDE === 0) yield;
    const department = known.get(records.department.get(record));
    const kind = held.kindOf(record);
    if (department === undefined) {
      const path = [kind === 'resource' ? 'provider' : kind === 'purchased-data' ? 'purchaser' : 'department'];
      const code = kind === 'resource' ? 'provider-unknown' : 'department-unknown';
      yield { code, record, path, place: records.owner.get(record) };
    } else if (kind === 'resource' && records.words.get(record) !== records.words.get(department)) {
      const value = words.text(records.words.get(department));
      if (isSameName(value, words.text(records.words.get(record)))) continue;
      const related = [{ record: department, place: records.named.get(department) }];
      const place = records.ownerName.get(record);
      yield { code: 'provider-name', record, path: ['providerName'], place, value, related };
    }
  }
}

const isSameName = (a: string, b: string): boolean => plain(a) === plain(b);
/** Width and blanks aside. */
const plain = (name: string): string => name.normalize('NFKC').replaceAll(/\s/g, '');
