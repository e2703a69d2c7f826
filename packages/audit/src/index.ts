/**
 * `@gov/audit`: a tamper-evident audit log (审计日志): a Merkle tree on SM3 with signed heads, inclusion and consistency proofs.
 *
 * @packageDocumentation
 */
export { appendAudit } from './append.js';
export { AUDIT_PROOF_LIMITS, type AuditProof, readProof, writeProof } from './bundle.js';
export { type AuditCheckOptions, type AuditLogSubject, checkLog } from './check.js';
export {
  AUDIT_ENTRY_LIMITS,
  type AuditDetail,
  type AuditEntry,
  type AuditEntryDraft,
  auditEntry,
  readAuditEntry,
  verifyCommitment,
} from './entry.js';
export {
  AUDIT_HEAD_LIMITS,
  type AuditHead,
  type AuditHeadSignature,
  type AuditTreeHead,
  cosignHead,
  headKeyId,
  readHead,
  signHead,
} from './head.js';
export { AuditLog, type AuditLogOptions, type SignHeadOptions } from './log.js';
export type { AuditSecret, AuditStorage, AuditTiles, AuditTransaction, StoredAuditEntry } from './storage.js';
export {
  type ConsistencyClaim,
  consistencyProof,
  type InclusionClaim,
  inclusionProof,
  leafHash,
  rootOf,
  verifyConsistency,
  verifyInclusion,
} from './tree.js';
export { AUDIT_USAGE_LIMIT, type AuditUsage, auditUsage } from './usage.js';
export {
  type AuditEntrySubject,
  type AuditHeadOptions,
  type AuditHeadSubject,
  type AuditProofOptions,
  type AuditStep,
  type AuditWitness,
  followHead,
  verifyEntryProof,
  verifyHead,
} from './verify.js';
