/**
 * `@gov/audit`: a tamper-evident audit log (审计日志): a Merkle tree on SM3 with signed heads, inclusion and consistency proofs.
 *
 * @packageDocumentation
 */
export type { AuditSecret, AuditStorage, AuditTiles, AuditTransaction, StoredAuditEntry } from './storage.js';
