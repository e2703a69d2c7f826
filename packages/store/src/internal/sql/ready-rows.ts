/** Rows of the register that lack nothing but their positions in the audit log. */
import type { ReadyEntries, RegisterEntry } from '@gov/e-license/register';
import { checkEntries } from '../check.js';
import { ENTRY_COLUMNS, rowOfEntry } from './entry-rows.js';
import { membersText } from './insert.js';

const INDEX = ENTRY_COLUMNS.indexOf('audit_index');
const WITHOUT_INDEX = ENTRY_COLUMNS.filter((_, i) => i !== INDEX);

export class ReadyRows implements ReadyEntries {
  readonly count: number;
  readonly #members: readonly string[];

  constructor(entries: readonly Omit<RegisterEntry, 'auditIndex'>[]) {
    const placed = entries.map((entry): RegisterEntry => ({ ...entry, auditIndex: 0 }));
    checkEntries(placed);
    this.count = entries.length;
    this.#members = placed.map((entry) =>
      membersText(
        WITHOUT_INDEX,
        rowOfEntry(entry).filter((_, i) => i !== INDEX),
      ),
    );
  }

  /** As JSON. */
  objects(firstAuditIndex: number): string[] {
    return this.#members.map((members, i) => `{${members},"audit_index":${firstAuditIndex + i}}`);
  }
}
