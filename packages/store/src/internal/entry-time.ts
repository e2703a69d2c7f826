import { readAuditEntry } from '@gov/audit';

/** When an entry of the audit log was made; undefined where it is not of our making: then it is never old enough. */
export function auditEntryTime(bytes: Uint8Array): string | undefined {
  try {
    return readAuditEntry(bytes).at;
  } catch {
    return undefined;
  }
}

/** Seconds and milliseconds mixed do not sort as texts: '…00Z' stands after '…00.500Z'. */
export const isBefore = (time: string, other: string): boolean => Date.parse(time) < Date.parse(other);
