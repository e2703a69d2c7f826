/** What the audit log is told of acts on a licence that is there. */
import { auditEntry, type StoredAuditEntry } from '@gov/audit';
import { bytesToHex, sm3 } from '@gov/sm';
import { LICENSE_ACTIONS } from './actions.js';
import type { RegisterEntry } from './port.js';

/** Form under which the sealed PDF is kept. */
export const PDF_FORM = 'pdf';

/**
 * An audit entry about a licence: what identifies it or may be personal goes in as commitments; in plain which entry issued it,
 * so that no act can be hidden by taking the openings away.
 */
export const noted = (
  action: string,
  entry: RegisterEntry,
  at: Date,
  actor: string,
  details: Readonly<Record<string, string | number>>,
  secrets: Readonly<Record<string, string>>,
): StoredAuditEntry =>
  auditEntry({
    at,
    action,
    actor,
    details: { type: entry.typeCode, issuer: entry.issuerCode, of: entry.auditIndex, ...details },
    secrets: { identifier: entry.identifier, ...secrets },
  });

/** The seal in it makes the digest one that nobody can guess from the data. */
export const notedDocument = (entry: RegisterEntry, at: Date, actor: string, pdf: Uint8Array): StoredAuditEntry =>
  noted(LICENSE_ACTIONS.document, entry, at, actor, { form: PDF_FORM, sm3: bytesToHex(sm3(pdf)) }, {});
