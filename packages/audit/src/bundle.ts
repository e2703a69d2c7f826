/** The proof of one entry as a file (证明文件): everything a verifier needs but the key and the head he trusts. */
import { fromBase64url, toBase64url } from '@gov/sm';
import { GovError } from '@gov/verdict';
import { AUDIT_ENTRY_LIMITS } from './entry.js';
import { AUDIT_HEAD_LIMITS } from './head.js';
import { canonicalJson, membersOf, type PlainValue, parseJson } from './internal/canonical.js';
import { isPosition } from './internal/tree.js';

/** What `readProof` takes. */
export const AUDIT_PROOF_LIMITS = {
  /** UTF-16 code units of the whole text. */
  characters: 131_072,
  /** Hashes of a proof: two for each level of a tree of 2^53 leaves. */
  hashes: 106,
} as const;

/** That an entry is in a log. */
export interface AuditProof {
  /** The entry's octets, UTF-8. */
  readonly entry: Uint8Array;
  /** Its position. */
  readonly index: number;
  /** From the leaf up to the root in the head (包含证明). */
  readonly inclusion: readonly Uint8Array[];
  /** The signed head, as it was signed. */
  readonly head: string;
  /** Joins the head to another one, of `size` entries, older or newer (一致性证明). */
  readonly history?: { readonly size: number; readonly proof: readonly Uint8Array[] };
}

/** A proof as one line of canonical JSON, with a line feed. */
export function writeProof(proof: AuditProof): string {
  return `${canonicalJson(jsonOf(proof))}\n`;
}

/**
 * Reads what `writeProof` writes; there is one spelling, the line feed at the end may be missing.
 *
 * @throws GovError `audit-malformed`
 */
export function readProof(text: string): AuditProof {
  if (text.length > LIMITS.characters)
    throw malformed(`${text.length} characters; at most ${LIMITS.characters} are read`);
  const line = text.replace(/\n$/, '');
  const read = membersOf(parseJson(line), ['v', 'entry', 'index', 'inclusion', 'head'], ['history']);
  if (read === undefined) throw malformed('not an object with the members of a proof');
  if (read.v !== VERSION) throw malformed('an unknown version');
  const { history } = read;
  const proof: AuditProof = {
    entry: new TextEncoder().encode(textOf(read.entry, 'entry', AUDIT_ENTRY_LIMITS.bytes)),
    index: positionOf(read.index, 'index'),
    inclusion: hashesOf(read.inclusion, 'inclusion'),
    head: textOf(read.head, 'head', AUDIT_HEAD_LIMITS.characters),
    ...(history === undefined ? {} : { history: historyOf(history) }),
  };
  if (canonicalJson(jsonOf(proof)) !== line) throw malformed('not in canonical form');
  return proof;
}

const LIMITS = AUDIT_PROOF_LIMITS;
const VERSION = 1;

const jsonOf = ({ entry, index, inclusion, head, history }: AuditProof): PlainValue => ({
  v: VERSION,
  entry: new TextDecoder().decode(entry),
  index,
  inclusion: inclusion.map(toBase64url),
  head,
  ...(history === undefined ? {} : { history: { size: history.size, proof: history.proof.map(toBase64url) } }),
});

function historyOf(value: unknown): NonNullable<AuditProof['history']> {
  const read = membersOf(value, ['size', 'proof']);
  if (read === undefined) throw malformed('history: not an object with size and proof');
  return { size: positionOf(read.size, 'history.size'), proof: hashesOf(read.proof, 'history.proof') };
}

function textOf(value: unknown, where: string, max: number): string {
  if (typeof value !== 'string' || value.length > max)
    throw malformed(`${where}: not a text of at most ${max} characters`);
  return value;
}

function positionOf(value: unknown, where: string): number {
  if (typeof value !== 'number' || !isPosition(value)) throw malformed(`${where}: not a number of entries`);
  return value;
}

function hashesOf(value: unknown, where: string): Uint8Array[] {
  if (!Array.isArray(value) || value.length > LIMITS.hashes)
    throw malformed(`${where}: not at most ${LIMITS.hashes} hashes`);
  return value.map((text: unknown) => {
    const hash = typeof text === 'string' && text.length === 43 ? fromBase64url(text) : undefined;
    if (hash === undefined) throw malformed(`${where}: not 32 octets in base64url`);
    return hash;
  });
}

const malformed = (why: string): GovError => new GovError('audit-malformed', `audit proof: ${why}`);
