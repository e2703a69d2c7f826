/**
 * `@gov/store/erasure`: retention and erasure (留存与销毁) by kind of data and age, with a signed record that shows nothing of
 * what was erased.
 *
 * @packageDocumentation
 */
import { appendAudit, auditEntry } from '@gov/audit';
import { LICENSE_STATUSES } from '@gov/e-license';
import { bytesToHex, hmacSm3, type Signer, Sm3, sm3, toBase64url } from '@gov/sm';
import { signJws } from '@gov/token/jws';
import { GovError } from '@gov/verdict';
import { ERASURE_KINDS, type ErasureCutoff, type ErasureKind, STORE_LIMITS, type Store } from './store.js';

/** How long one kind of data is kept. */
export interface RetentionRule {
  readonly kind: ErasureKind;
  /**
   * Days of 24 hours after which it is erased, 0 to 36,500: since the licence ended, the entry was made, the batch was recorded,
   * the request was kept; for `replay`, `one-time`, `issued-tokens` and `sessions`, since its time ran out (a session that was ended
   * before keeps its tokens from being exchanged until then); for `mandates`, since that or the end before it; for `delegations`,
   * since no code of them passes any gate; for `code-links`, since they were made.
   */
  readonly days: number;
}

/** Which data is kept for how long (留存策略). A kind without a rule is kept. The lifetimes are the operator's own. */
export interface RetentionPolicy {
  readonly rules: readonly RetentionRule[];
}

export interface ErasureOptions {
  readonly at: Date;
  /** Signs the record. */
  readonly signer: Signer;
  readonly kid?: string;
  /** Organisation or program that erases. */
  readonly actor: string;
  /** The audit log that takes the entry. */
  readonly log: string;
  /** Only counts: nothing is erased, signed or logged. */
  readonly dryRun?: boolean;
  /** Makes the salts; the runtime's generator unless given. */
  readonly random?: (octets: number) => Uint8Array;
}

/** What became of one rule. */
export interface ErasedKind extends RetentionRule {
  /** The cut-off, RFC 3339. */
  readonly before: string;
  readonly count: number;
  /** SM3 over HMAC-SM3(salt, kind ‖ 0A ‖ key) of each item in its order, hex; the salt is a secret of the audit entry. */
  readonly digest: string;
}

export interface Erasure {
  readonly erased: readonly ErasedKind[];
  /** JWS of type `gov-erasure+jws`; absent for a dry run. */
  readonly record?: string;
  /** Position of the entry in the audit log; absent for a dry run. */
  readonly auditIndex?: number;
}

/** The type of the signed record. */
export const ERASURE_TYP = 'gov-erasure+jws';

const DAY = 86_400_000;
const MAX_DAYS = 36_500;

/**
 * A policy as it came from outside: `{"rules":[{"kind":"documents","days":3650}]}`.
 *
 * @throws GovError `invalid-argument` for anything else, a kind twice among it
 */
export function readRetentionPolicy(value: unknown): RetentionPolicy {
  const { rules, ...rest } = objectOf(value, 'the policy');
  if (!Array.isArray(rules) || Object.keys(rest).length > 0) throw invalid('a policy has "rules" and nothing else');
  const read = rules.map((rule: unknown): RetentionRule => {
    const { kind, days, ...more } = objectOf(rule, 'a rule');
    if (!isKind(kind)) throw invalid(`a kind is one of ${ERASURE_KINDS.join(', ')}`);
    if (typeof days !== 'number' || !Number.isSafeInteger(days) || days < 0 || days > MAX_DAYS)
      throw invalid(`days are a whole number from 0 to ${MAX_DAYS}`);
    if (Object.keys(more).length > 0) throw invalid('a rule has "kind" and "days" and nothing else');
    return { kind, days };
  });
  if (new Set(read.map(({ kind }) => kind)).size !== read.length) throw invalid('a kind has one rule');
  return { rules: read };
}

/**
 * Erases what is older than the policy keeps it, and says so in a signed record and an entry of the audit log, all in one
 * transaction. Identifiers, statuses, places in status lists and every proof of the audit log stand afterwards as before.
 *
 * @throws GovError `invalid-argument` for a policy that is none; what the store throws
 * @example
 * import { generateSm2Key, sm2Signer } from '@gov/sm';
 * import { eraseByPolicy } from '@gov/store/erasure';
 * import { memoryStore } from '@gov/store/memory';
 * const store = memoryStore();
 * const policy = { rules: [{ kind: 'audit-secrets', days: 365 }] } as const;
 * const { erased } = await eraseByPolicy(store, policy, {
 *   at: new Date('2026-05-20T01:00:00Z'),
 *   signer: sm2Signer(generateSm2Key()),
 *   actor: '11370300MB28261234',
 *   log: 'main',
 * });
 * console.log(erased[0]?.count); // 0
 */
export async function eraseByPolicy(store: Store, policy: RetentionPolicy, options: ErasureOptions): Promise<Erasure> {
  const { rules } = readRetentionPolicy(policy);
  const { dryRun = false } = options;
  const undo = new Error('a dry run is undone');
  let counted: readonly ErasedKind[] = [];
  try {
    return await store.transaction(async (tx) => {
      const salt = (options.random ?? randomOctets)(32);
      const erased: ErasedKind[] = [];
      // In the order of the kinds: what a later one needs to find its rows is still there.
      for (const kind of ERASURE_KINDS) {
        const rule = rules.find((one) => one.kind === kind);
        if (rule === undefined) continue;
        const cutoff = cutoffOf(rule, options.at);
        const digest = new Sm3();
        let count = 0;
        for (;;) {
          const keys = await tx.erase(kind, cutoff, STORE_LIMITS.rowsErased);
          for (const key of keys) digest.update(hmacSm3(salt, encode(`${kind}\n${key}`)));
          count += keys.length;
          if (keys.length < STORE_LIMITS.rowsErased) break;
        }
        erased.push({ ...rule, before: cutoff.before, count, digest: bytesToHex(digest.digest()) });
      }
      counted = erased;
      if (dryRun) throw undo;
      const at = options.at.toISOString();
      const record = await signRecord({ at, actor: options.actor, log: options.log, erased }, options);
      const entry = auditEntry({
        at: options.at,
        action: 'store-erase',
        actor: options.actor,
        details: {
          record: bytesToHex(sm3(encode(record))),
          ...Object.fromEntries(erased.map(({ kind, count }) => [kind, count])),
        },
        secrets: { salt: toBase64url(salt) },
        ...(options.random === undefined ? {} : { random: options.random }),
      });
      const auditIndex = await appendAudit(tx.audit, options.log, [entry]);
      await tx.keepErasure({ log: options.log, auditIndex, at, record });
      return { erased, record, auditIndex };
    });
  } catch (error) {
    if (error === undo) return { erased: counted };
    throw error;
  }
}

function cutoffOf({ days }: RetentionRule, at: Date): ErasureCutoff {
  const before = at.getTime() - days * DAY;
  return {
    before: new Date(before).toISOString(),
    // The day in Asia/Shanghai: a licence is valid through the end of its last day there.
    beforeDay: new Date(before + 8 * 3_600_000).toISOString().slice(0, 10),
    endedStatuses: LICENSE_STATUSES.filter(({ final }) => final).map(({ status }) => status),
  };
}

const signRecord = (payload: Readonly<Record<string, unknown>>, { signer, kid }: ErasureOptions): Promise<string> =>
  signJws({ typ: ERASURE_TYP, ...(kid === undefined ? {} : { kid }) }, encode(JSON.stringify(payload)), signer);

function objectOf(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(`${what} is an object`);
  return value as Record<string, unknown>;
}

const isKind = (value: unknown): value is ErasureKind => ERASURE_KINDS.some((kind) => kind === value);

const invalid = (why: string): GovError => new GovError('invalid-argument', `retention: ${why}`);
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const randomOctets = (octets: number): Uint8Array => crypto.getRandomValues(new Uint8Array(octets));
