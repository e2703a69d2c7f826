/** What a client finds that trusts a log's key and a head it has seen before, and nothing else. */
import type { Verifier } from '@gov/sm';
import { type Check, type Finding, GovError, isGovError, type Report, report } from '@gov/verdict';
import type { AuditProof } from './bundle.js';
import { type AuditEntry, readAuditEntry } from './entry.js';
import { type AuditHead, type AuditTreeHead, readHead, signatureBy } from './head.js';
import { toBase64 } from './internal/base64.js';
import { growthOf, leafHash, verifyInclusion } from './tree.js';

const CLAUSE = 'RFC 9162';

/** How far the log's clock may be ahead, milliseconds. */
const CLOCK_SKEW_MS = 5 * 60 * 1000;

/** Somebody whose signature under a head is demanded beside that of the log (见证人). */
export interface AuditWitness {
  readonly name: string;
  readonly key: Verifier;
}

export interface AuditHeadOptions {
  /** The log's public key. */
  readonly key: Verifier;
  /** The clock. */
  readonly at: Date;
  /** The log it must be: one key may serve several. Not needed beside a trusted head, which names it. */
  readonly origin?: string;
  /** All of them must have signed. */
  readonly witnesses?: readonly AuditWitness[];
}

/** What a report on a head is about. */
export interface AuditHeadSubject {
  readonly kind: 'audit-head';
  readonly origin: string;
  readonly size: number;
  /** base64 */
  readonly root: string;
  /** RFC 3339 */
  readonly time: string;
}

/** What a report on an entry is about. */
export interface AuditEntrySubject extends Omit<AuditHeadSubject, 'kind'> {
  readonly kind: 'audit-entry';
  readonly index: number;
  /** Absent where it could not be read. */
  readonly entry?: AuditEntry;
}

/**
 * Judges a head by itself: signed by the log's key, of the log it should be, not from the future. Whether the log still holds what
 * it held before takes `followHead`.
 *
 * @throws GovError `invalid-argument` for a clock that is none
 */
export async function verifyHead(head: AuditHead, options: AuditHeadOptions): Promise<Report<AuditHeadSubject>> {
  const findings = [...(await headFindings(head, options)), historySkipped()];
  return report(headSubject(head), findings, { required: requiredFor(options) });
}

/** A step from a head that is trusted to a newer one. */
export interface AuditStep extends AuditHeadOptions {
  /** Seen and believed before, as it was kept. */
  readonly trusted: AuditTreeHead;
  readonly head: AuditHead;
  /** From `trusted.size` to `head.size`; not needed where the trusted tree is empty or equally large. */
  readonly consistency?: readonly Uint8Array[];
}

/**
 * Judges a newer head (跟随树头): valid where it is the log's own and its tree is the trusted one with entries added. A valid
 * one is trusted from then on, in place of the older.
 *
 * Findings of its own: `audit-head-ok`, `audit-head-untrusted`, `audit-head-forged`, `audit-head-future`, `audit-head-earlier` (warn), `audit-origin-mismatch`,
 * `audit-consistent`, `audit-rollback` (smaller than before), `audit-fork` (proved to begin otherwise), `audit-proof-invalid`, `audit-history-not-checked`.
 *
 * @throws GovError `invalid-argument` where `origin` is not that of the trusted head, or the clock is none
 */
export async function followHead(step: AuditStep): Promise<Report<AuditHeadSubject>> {
  const { trusted, head, consistency } = step;
  const options = { ...step, origin: originOf(step, trusted) };
  const findings = [
    ...(await headFindings(head, options)),
    ...orderFindings(trusted, head),
    historyFinding(trusted, head, consistency),
  ];
  return report(headSubject(head), findings, { required: [...requiredFor(options), 'content'] });
}

export interface AuditProofOptions extends AuditHeadOptions {
  /** Seen and believed before; the proof is joined to it, be it older or newer than the head of the proof. */
  readonly trusted?: AuditTreeHead;
}

/**
 * Judges the proof that an entry is in the log (条目证明): read, found under the head by its inclusion proof, the head the log's own,
 * and, with a trusted head, of the same history.
 *
 * @throws GovError `audit-malformed` where the head in it cannot be read; `invalid-argument` as `followHead`
 */
export async function verifyEntryProof(
  proof: AuditProof,
  options: AuditProofOptions,
): Promise<Report<AuditEntrySubject>> {
  const { trusted } = options;
  const head = readHead(proof.head);
  const origin = trusted === undefined ? options.origin : originOf(options, trusted);
  const policy = { ...options, ...(origin === undefined ? {} : { origin }) };
  const { entry, finding } = readEntry(proof.entry);
  const findings = [
    finding,
    inclusionFinding(proof, head),
    ...(await headFindings(head, policy)),
    trusted === undefined ? historySkipped() : joinFinding(trusted, head, proof.history),
  ];
  const required = requiredFor(policy);
  return report(
    { ...headSubject(head), kind: 'audit-entry', index: proof.index, ...(entry === undefined ? {} : { entry }) },
    findings,
    { required: ['integrity', ...required, ...(trusted === undefined ? [] : ['content' as const])] },
  );
}

const requiredFor = ({ origin, witnesses = [] }: AuditHeadOptions): Check[] => [
  'format',
  'authenticity',
  'time',
  ...(origin === undefined ? [] : ['authority' as const]),
  ...(witnesses.length === 0 ? [] : ['countersignature' as const]),
];

function originOf({ origin }: AuditHeadOptions, trusted: AuditTreeHead): string {
  if (origin !== undefined && origin !== trusted.origin)
    throw new GovError('invalid-argument', `the trusted head is of ${trusted.origin}, not of ${origin}`);
  return trusted.origin;
}

async function headFindings(head: AuditHead, options: AuditHeadOptions): Promise<Finding[]> {
  const { key, at, origin, witnesses = [] } = options;
  // Nothing is later than no time: a head from the future would pass.
  if (Number.isNaN(at.getTime())) throw new GovError('invalid-argument', 'not a date');
  return [
    { check: 'format', outcome: 'pass', code: 'format-ok', detail: 'head' },
    originFinding(head, origin),
    await authenticityFinding(head, key),
    timeFinding(head, at),
    ...(await Promise.all(witnesses.map((witness) => witnessFinding(head, witness)))),
  ];
}

function originFinding(head: AuditHead, origin: string | undefined): Finding {
  if (origin === undefined) return { check: 'authority', outcome: 'skipped', code: 'audit-origin-not-checked' };
  if (head.origin === origin) return { check: 'authority', outcome: 'pass', code: 'audit-origin-ok', detail: origin };
  return {
    check: 'authority',
    outcome: 'fail',
    code: 'audit-origin-mismatch',
    detail: `of ${head.origin} instead of ${origin}`,
  };
}

async function authenticityFinding(head: AuditHead, key: Verifier): Promise<Finding> {
  const signature = signatureBy(head, head.origin, key);
  if (signature === undefined)
    return {
      check: 'authenticity',
      outcome: 'fail',
      code: 'audit-head-untrusted',
      detail: 'not by the key of the log',
    };
  return (await key.verify(head.signed, signature.signature))
    ? { check: 'authenticity', outcome: 'pass', code: 'audit-head-ok', detail: `${head.size} entries` }
    : { check: 'authenticity', outcome: 'fail', code: 'audit-head-forged' };
}

function timeFinding({ time }: AuditHead, at: Date): Finding {
  const detail = time.toISOString();
  return time.getTime() > at.getTime() + CLOCK_SKEW_MS
    ? { check: 'time', outcome: 'fail', code: 'audit-head-future', detail }
    : { check: 'time', outcome: 'pass', code: 'time-ok', detail };
}

async function witnessFinding(head: AuditHead, { name, key }: AuditWitness): Promise<Finding> {
  const signature = signatureBy(head, name, key);
  const check = 'countersignature';
  if (signature === undefined) return { check, outcome: 'unknown', code: 'audit-witness-missing', detail: name };
  return (await key.verify(head.signed, signature.signature))
    ? { check, outcome: 'pass', code: 'countersignature-ok', detail: name }
    : { check, outcome: 'fail', code: 'countersignature-invalid', detail: name };
}

function readEntry(bytes: Uint8Array): { entry?: AuditEntry; finding: Finding } {
  try {
    return {
      entry: readAuditEntry(bytes),
      finding: { check: 'format', outcome: 'pass', code: 'format-ok', detail: 'entry' },
    };
  } catch (error) {
    if (!isGovError(error)) throw error;
    return { finding: { check: 'format', outcome: 'fail', code: 'format-malformed', detail: error.message } };
  }
}

function inclusionFinding({ entry, index, inclusion }: AuditProof, { size, root }: AuditHead): Finding {
  const clause = `${CLAUSE} 2.1.3.2`;
  const detail = `entry ${index} of ${size}`;
  return verifyInclusion({ leaf: leafHash(entry), index, size, root, proof: inclusion })
    ? { check: 'integrity', outcome: 'pass', code: 'audit-included', clause, detail }
    : { check: 'integrity', outcome: 'fail', code: 'audit-proof-invalid', clause, detail };
}

/** What grew is newer: no fault of the tree, but of a clock. */
function orderFindings(older: AuditTreeHead, newer: AuditTreeHead): Finding[] {
  if (newer.time.getTime() >= older.time.getTime()) return [];
  const detail = `${newer.time.toISOString()}, after ${older.time.toISOString()}`;
  return [{ check: 'time', outcome: 'warn', code: 'audit-head-earlier', detail }];
}

const historySkipped = (): Finding => ({ check: 'content', outcome: 'skipped', code: 'audit-history-not-checked' });

/** A proof may have been made before or after the trusted head. */
function joinFinding(trusted: AuditTreeHead, head: AuditHead, history: AuditProof['history']): Finding {
  const fits = history?.size === trusted.size ? history.proof : undefined;
  return head.size < trusted.size ? historyFinding(head, trusted, fits) : historyFinding(trusted, head, fits);
}

function historyFinding(older: AuditTreeHead, newer: AuditTreeHead, proof: readonly Uint8Array[] | undefined): Finding {
  const clause = `${CLAUSE} 2.1.4.2`;
  const detail = `from ${older.size} to ${newer.size} entries`;
  const needed = older.size > 0 && older.size < newer.size;
  if (needed && proof === undefined)
    return { check: 'content', outcome: 'unknown', code: 'audit-history-not-checked', detail };
  const growth = growthOf({
    oldSize: older.size,
    oldRoot: older.root,
    size: newer.size,
    root: newer.root,
    proof: needed ? proof! : [],
  });
  return growth === 'consistent'
    ? { check: 'content', outcome: 'pass', code: 'audit-consistent', clause, detail }
    : { check: 'content', outcome: 'fail', code: GROWTH_CODE[growth], clause, detail };
}

const GROWTH_CODE = {
  fork: 'audit-fork',
  rollback: 'audit-rollback',
  unproved: 'audit-proof-invalid',
} as const satisfies Record<string, Finding['code']>;

const headSubject = ({ origin, size, root, time }: AuditHead): AuditHeadSubject => ({
  kind: 'audit-head',
  origin,
  size,
  root: toBase64(root),
  time: time.toISOString().replace('.000Z', 'Z'),
});
