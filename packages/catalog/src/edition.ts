/**
 * `@gov/catalog/edition`: a catalogue as it stood on one day (目录年度版本): frozen, signed with SM2, read again and verified.
 *
 * @example
 * import { NATIONAL_PROFILE } from '@gov/catalog';
 * import { freezeEdition, signEdition, verifyEdition } from '@gov/catalog/edition';
 *
 * const frozen = await freezeEdition(records, {
 *   edition: '2026',
 *   name: '某市政务数据目录',
 *   region: '370100',
 *   level: '市级',
 *   profile: NATIONAL_PROFILE,
 *   frozenAt: new Date('2026-08-31T16:00:00Z'),
 * });
 * const signature = await signEdition(frozen, { signers: [{ signer, certificate }] });
 * const { report } = await verifyEdition(frozen.pieces(), signature, { at, trust, profile: NATIONAL_PROFILE });
 * console.log(report.verdict); // valid
 *
 * @packageDocumentation
 */
import { type SignCmsOptions, signCmsDetached, type VerifyCmsOptions, verifyCms } from '@gov/pki/cms';
import { bytesToHex, Sm3 } from '@gov/sm';
import { canonicalJson } from '@gov/token/json';
import { type Finding, GovError, isGovError, type Report, report } from '@gov/verdict';
import { EDITION_LIMITS, type EditionHead, EditionLines } from './internal/edition-lines.js';
import { refuseSecret } from './internal/secrecy.js';
import { compareKeys } from './order.js';
import type { RegionProfile } from './profile.js';
import type { CatalogRecord, RecordKind } from './record.js';
import { recordReader } from './schema/read-record.js';

export { EDITION_LIMITS, type EditionHead };

export interface EditionDraft extends Omit<EditionHead, 'counts' | 'frozenAt' | 'profile'> {
  readonly frozenAt: Date;
  readonly profile: RegionProfile;
}

export interface FrozenEdition {
  readonly head: EditionHead;
  /** SM3 of the file, hexadecimal: `previous` of the next edition. */
  readonly sm3: string;
  /** The file, JSON Lines in UTF-8, piece by piece and as often as it is asked for. */
  pieces(): AsyncGenerator<Uint8Array, void>;
}

export interface EditionProgress {
  readonly signal?: AbortSignal;
  /** After each thousand records. */
  readonly onProgress?: (records: number) => void;
}

/** What a report on an edition is about. */
export interface EditionSubject extends Partial<EditionHead> {
  readonly kind: 'catalog-edition';
}

export interface VerifyEditionOptions extends Omit<VerifyCmsOptions, 'content'> {
  /** The one that the edition was made under: its records are records by it. */
  readonly profile: RegionProfile;
  /** SM3 of the edition before, where it is known: it must be the one that this edition names. */
  readonly previous?: string;
}

export interface EditionVerification {
  readonly report: Report<EditionSubject>;
  /** SM3 of the file, hexadecimal. */
  readonly sm3: string;
}

/**
 * Freezes a catalogue (冻结): head and records in their order, each in its one spelling (RFC 8785), one a line. All of it is held
 * in memory meanwhile, some 2 kB for each resource of ten items.
 *
 * @throws GovError `catalog-order` for a record that is there twice; `input-malformed` with the issues of one that is none under the
 *   profile, or that is marked a secret; `invalid-argument` for a head that nobody would read; `limit-exceeded`; the reason of `signal`; whatever the source throws
 */
export async function freezeEdition(
  records: AsyncIterable<CatalogRecord> | Iterable<CatalogRecord>,
  { frozenAt, profile, ...draft }: EditionDraft,
  { signal, onProgress }: EditionProgress = {},
): Promise<FrozenEdition> {
  if (Number.isNaN(frozenAt.getTime())) throw new GovError('invalid-argument', 'frozenAt is no time');
  const readRecord = recordReader(profile);
  const lines: { readonly kind: RecordKind; readonly code: string; readonly line: Uint8Array }[] = [];
  for await (const record of records) {
    signal?.throwIfAborted();
    if (lines.length === EDITION_LIMITS.records)
      throw new GovError('limit-exceeded', `more than ${EDITION_LIMITS.records} records`);
    const read = readRecord(record);
    if (read.record === undefined)
      throw new GovError('input-malformed', `${record.kind} ${record.code}: ${read.issues[0]!.code}`, {
        issues: read.issues,
      });
    refuseSecret(record);
    lines.push({ kind: record.kind, code: record.code, line: lineOf(record) });
    if (lines.length % 1000 === 0) onProgress?.(lines.length);
  }
  lines.sort(compareKeys);
  const twice = lines.find((line, index) => index > 0 && compareKeys(lines[index - 1]!, line) === 0);
  if (twice !== undefined) throw new GovError('catalog-order', `${twice.kind} ${twice.code} is there twice`);
  const counts: Partial<Record<RecordKind, number>> = {};
  for (const { kind } of lines) counts[kind] = (counts[kind] ?? 0) + 1;
  const head: EditionHead = {
    ...draft,
    profile: profile.id,
    frozenAt: `${frozenAt.toISOString().slice(0, 19)}Z`,
    counts,
  };
  const first = lineOf({ catalogEdition: 1, ...head });
  // What is written is read before anybody signs it.
  const check = new EditionLines(profile);
  try {
    check.push(first);
  } catch (error) {
    if (isGovError(error)) throw new GovError('invalid-argument', `edition: ${error.message}`, { cause: error });
    throw error;
  }
  const hash = new Sm3().update(first);
  for (const { line } of lines) hash.update(line);
  return {
    head,
    sm3: bytesToHex(hash.digest()),
    async *pieces() {
      yield first;
      for (const { line } of lines) yield line;
    },
  };
}

/**
 * Signs the file of an edition (签名): a detached CMS message, GB/T 35275 where the key is one of SM2.
 *
 * @throws GovError as `signCmsDetached`
 */
export const signEdition = (frozen: FrozenEdition, options: SignCmsOptions): Promise<Uint8Array> =>
  signCmsDetached(frozen.pieces(), options);

/**
 * The records of an edition's file, as it was frozen under a profile. Nothing is verified: `verifyEdition` does.
 *
 * @throws GovError `edition-malformed` with the line; `limit-exceeded`; whatever the source throws
 */
export async function* readEdition(
  file: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  profile: RegionProfile,
): AsyncGenerator<CatalogRecord, EditionHead> {
  const lines = new EditionLines(profile);
  for await (const piece of file) yield* lines.push(piece);
  yield* lines.end();
  return lines.head!;
}

/**
 * Verifies an edition (验证目录版本): that the file is what was signed, who signed it, and that it is an edition: in its one
 * spelling, in order, with the records that its head counts. The file is read once, in constant memory.
 *
 * @throws GovError `cms-malformed`, `limit-exceeded` for a signature that cannot be read; whatever the source throws
 */
export async function verifyEdition(
  file: AsyncIterable<Uint8Array>,
  signature: Uint8Array,
  { previous, profile, ...options }: VerifyEditionOptions,
): Promise<EditionVerification> {
  const lines = new EditionLines(profile);
  const hash = new Sm3();
  let trouble: string | undefined;
  const look = (step: () => unknown): void => {
    if (trouble !== undefined) return;
    try {
      step();
    } catch (error) {
      if (!isGovError(error)) throw error;
      trouble = error.message;
    }
  };
  async function* seen(): AsyncGenerator<Uint8Array, void> {
    for await (const piece of file) {
      hash.update(piece);
      look(() => lines.push(piece));
      yield piece;
    }
    look(() => lines.end());
  }
  const signed = await verifyCms(signature, { ...options, content: seen() });
  const findings: Finding[] = [
    trouble === undefined
      ? { check: 'format', outcome: 'pass', code: 'edition-ok' }
      : { check: 'format', outcome: 'fail', code: 'edition-malformed', detail: trouble },
  ];
  if (previous !== undefined && trouble === undefined)
    findings.push(
      lines.head?.previous === previous
        ? { check: 'content', outcome: 'pass', code: 'edition-follows' }
        : { check: 'content', outcome: 'fail', code: 'edition-does-not-follow' },
    );
  const subject: EditionSubject = { kind: 'catalog-edition', ...lines.head };
  const required = previous === undefined ? (['format'] as const) : (['format', 'content'] as const);
  return {
    report: report(subject, findings, { required }, [signed]),
    sm3: bytesToHex(hash.digest()),
  };
}

const lineOf = (value: object): Uint8Array => new TextEncoder().encode(`${canonicalJson(value)}\n`);
