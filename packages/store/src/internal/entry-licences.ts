/** Whose licences an entry of the audit log is about, as its openings say. */
import type { AuditSecret } from '@gov/audit';

/** Identifiers: of the licence, and of the version before where the entry issued one in its place. */
export const licencesOf = (secrets: readonly AuditSecret[]): readonly string[] =>
  secrets.filter(({ name }) => name === 'identifier' || name === 'replaces').map(({ value }) => value);
