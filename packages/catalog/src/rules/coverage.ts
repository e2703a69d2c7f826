/** Whether duties, businesses and data hang together (职能—业务—数据，应编尽编). */
import type { Canonical } from './canonical.js';
import { type Findings, type FoundLater, STRIDE } from './found.js';
import { ABSENT, type HeldCatalog } from './held.js';

/** What a department has, and how much of it is linked as it should be. */
export interface Coverage {
  /** Departments' numbers that have a duty, a business or a resource. */
  readonly busy: Uint8Array;
  /** For each record: whether it is linked; for businesses 1 by duties, 2 by data, 3 by both. */
  readonly linked: Uint8Array;
}

export const BY_DUTY = 1;
export const BY_DATA = 2;

export function coverage(held: HeldCatalog, { firstOf }: Canonical): Coverage {
  const linked = new Uint8Array(held.size);
  const busy = new Uint8Array(held.departments.size);
  for (let record = 0; record < held.size; record++)
    if (['duty', 'business', 'resource'].includes(held.kindOf(record))) busy[held.records.department.get(record)] = 1;
  for (let number = 0; number < held.references.record.length; number++) {
    const record = held.references.record.get(number);
    if (held.kindOf(record) !== 'business') continue;
    const { target, field } = held.reference(number);
    const found = firstOf[target]!;
    if (found === ABSENT || (field !== 'duties' && field !== 'resources')) continue;
    linked[record]! |= field === 'duties' ? BY_DUTY : BY_DATA;
    linked[found] = BY_DUTY | BY_DATA;
  }
  return { busy, linked };
}

export function* coverageFindings(
  held: HeldCatalog,
  { order, firstOf }: Canonical,
  { busy, linked }: Coverage,
): Findings {
  for (const [at, record] of order.entries()) {
    if (at % STRIDE === 0) yield;
    if (firstOf[held.records.key.get(record)] !== record) continue;
    const about = (code: FoundLater['code'], path: FoundLater['path'] = []): FoundLater => ({
      code,
      record,
      path,
      place: held.records.row.get(record),
    });
    const by = linked[record]!;
    switch (held.kindOf(record)) {
      case 'duty':
        if (by === 0) yield about('duty-without-business');
        break;
      case 'business':
        if ((by & BY_DUTY) === 0) yield about('business-without-duty', ['duties']);
        if ((by & BY_DATA) === 0) yield about('business-without-data', ['resources']);
        break;
      case 'resource':
        if (by === 0) yield about('resource-without-business');
        break;
      case 'department':
        if (busy[held.records.department.get(record)] === 0) yield about('department-empty');
    }
  }
}
