/** Signing a trust list, and judging one that somebody brought. */
import { bytesToHex, type SignatureAlgorithm, type Signer, sameBytes, sm3, type Verifier } from '@gov/sm';
import { type Jws, readJws, signJws, verifyJws } from '@gov/token/jws';
import { type Check, type Finding, GovError, isGovError, type Report, report } from '@gov/verdict';
import { signatureOid, structureVerifier } from '../algorithm.js';
import { CLOCK_SKEW_MS } from '../signing-time.js';
import { decodeTrustList, encodeTrustList } from './encoding.js';
import { TRUST_LIST_LIMITS, TRUST_LIST_TYP, type TrustList } from './list.js';
import type { TrustListState } from './state.js';

const CLAUSE = 'docs/formats/trust-list.md';

/** Keys a verifier takes from its options at most. */
const MAX_PINS = 16;

/** What a report on a trust list is about. Instants are RFC 3339. */
export interface TrustListSubject {
  readonly kind: 'trust-list';
  readonly id?: string;
  readonly sequence?: number;
  readonly issued?: string;
  readonly nextUpdate?: string;
  readonly hardExpiry?: string;
  readonly anchors?: number;
  readonly issuers?: number;
}

export interface VerifyTrustListOptions {
  /** Public keys that are believed from the start (SubjectPublicKeyInfo, DER): got by another way than the list. */
  readonly keys: readonly Uint8Array[];
  /** The moment to judge at. */
  readonly at: Date;
  /** What the last edition left. Without it a list may be an old one. */
  readonly previous?: TrustListState;
}

export interface VerifiedTrustList {
  readonly report: Report<TrustListSubject>;
  /** Absent where the report is `invalid`. One past hardExpiry is here, and makes everything that rests on it unknown. */
  readonly list?: TrustList;
  /** To keep for the next edition; absent where the report is `invalid`. */
  readonly state?: TrustListState;
}

/**
 * Signs an edition with the key that it names as its current one.
 *
 * @throws GovError `trust-list-malformed` for a list that no verifier would take, `key-mismatch` for another key
 * @example
 * const jws = await signTrustList(decodeTrustList(bytes), signer);
 */
export async function signTrustList(list: TrustList, signer: Signer): Promise<string> {
  const payload = encodeTrustList(list);
  decodeTrustList(payload);
  const { publicKey, algorithm } = verifierOf(list.keys.current);
  if (!sameBytes(signer.publicKey, publicKey) || signer.algorithm !== algorithm)
    throw new GovError('key-mismatch', 'the signer is not the current key of the list');
  const jws = await signJws({ typ: TRUST_LIST_TYP }, payload, signer);
  if (jws.length > TRUST_LIST_LIMITS.characters)
    throw new GovError('input-too-large', `a trust list of more than ${TRUST_LIST_LIMITS.characters} characters`);
  return jws;
}

/**
 * Reads a trust list without verifying it: for looking at one, and for making the next edition of one's own.
 *
 * @throws GovError `jws-malformed`, `json-malformed`, `trust-list-malformed`, `input-too-large`
 */
export const readTrustList = (jws: string): TrustList => decodeTrustList(readSigned(jws).payload);

/**
 * Verifies an edition: signed by a pinned key, or by one that the kept state announces; not older than the state; of the
 * same list; not from the future; in date.
 *
 * @throws GovError as `readTrustList`; `invalid-argument` for pinned keys that are none
 * @example
 * const { report, list, state } = await verifyTrustList(text, { keys: [verifier.publicKey], at: new Date() });
 */
export async function verifyTrustList(text: string, options: VerifyTrustListOptions): Promise<VerifiedTrustList> {
  const { at } = options;
  if (Number.isNaN(at.getTime())) throw new GovError('invalid-argument', 'not a date');
  if (options.keys.length === 0 || options.keys.length > MAX_PINS)
    throw new GovError('invalid-argument', `1 to ${MAX_PINS} keys are pinned, not ${options.keys.length}`);
  const pins = options.keys.map((spki) => verifierOf(spki));
  const jws = readSigned(text);
  // A state that began with another pinned key does not say which keys count, but still how far the sequence had come.
  const { previous } = options;
  const pinned = pins.map((pin) => pinOf(pin.publicKey));
  const chain = previous !== undefined && pinned.includes(previous.pin) ? previous : undefined;
  const believed = chain === undefined ? pins : [chain.keys.current, ...optional(chain.keys.next)].map(verifierOf);

  const signedBy = await signingKey(jws, believed);
  if (signedBy === undefined) {
    const detail = chain === undefined ? 'by no pinned key' : 'neither by the current nor by the announced key';
    return answer([fail('authenticity', 'trust-list-untrusted', detail)]);
  }
  // Only now is the payload worth reading.
  const list = decodeTrustList(jws.payload);
  const digest = bytesToHex(sm3(jws.signed));
  const findings: Finding[] = [
    { check: 'format', outcome: 'pass', code: 'format-ok', clause: CLAUSE },
    keyFinding(list, signedBy, chain),
    ...sequenceFindings(list, digest, previous),
    timeFinding(list, at),
  ];
  const { id, sequence, keys } = list;
  const pin = chain?.pin ?? pinOf(signedBy);
  return answer(findings, list, { id, sequence, digest, keys, pin });
}

const REQUIRED: readonly Check[] = ['format', 'authenticity', 'integrity', 'time'];

function answer(findings: readonly Finding[], list?: TrustList, state?: TrustListState): VerifiedTrustList {
  const judged = report(subjectOf(list), findings, { required: REQUIRED });
  return judged.verdict === 'invalid' || list === undefined || state === undefined
    ? { report: judged }
    : { report: judged, list, state };
}

const readSigned = (text: string): Jws => readJws(text, { characters: TRUST_LIST_LIMITS.characters });

/** How a state names the pinned key it began with. */
const pinOf = (spki: Uint8Array): string => bytesToHex(sm3(spki));

/** The key among those believed that made the signature. */
async function signingKey(jws: Jws, believed: readonly Verifier[]): Promise<Uint8Array | undefined> {
  for (const verifier of believed) {
    if (await verifyJws(jws, verifier, { typ: TRUST_LIST_TYP })) return verifier.publicKey;
  }
  return undefined;
}

/** One algorithm for each kind of key: the list does not choose. */
const KEY_ALGORITHMS: readonly SignatureAlgorithm[] = [
  'SM2-SM3',
  'ECDSA-P256-SHA256',
  'ECDSA-P384-SHA384',
  'ECDSA-P521-SHA512',
  'RSA-PKCS1-SHA256',
  'Ed25519',
];

/** Its `publicKey` is the one form of the key. @throws GovError `invalid-argument` */
function verifierOf(spki: Uint8Array): Verifier {
  for (const algorithm of KEY_ALGORITHMS) {
    try {
      const { verifier } = structureVerifier(spki, signatureOid(algorithm));
      if (verifier.algorithm === algorithm) return verifier;
    } catch (error) {
      if (!isGovError(error)) throw error;
    }
  }
  throw new GovError('invalid-argument', 'a public key that no trust list is signed with');
}

const isSameKey = (a: Uint8Array, b: Uint8Array): boolean =>
  sameBytes(verifierOf(a).publicKey, verifierOf(b).publicKey);

/**
 * The edition names the key that signed it as its current one, and while that key signs, the announced one stays: who steals
 * the current key cannot announce his own in place of one that was announced before.
 */
function keyFinding({ keys }: TrustList, signedBy: Uint8Array, chain: TrustListState | undefined): Finding {
  if (!isSameKey(keys.current, signedBy))
    return fail('authenticity', 'trust-list-key', 'signed by another key than the current one it names');
  const announced = chain?.keys.next;
  const kept = announced === undefined || (keys.next !== undefined && isSameKey(announced, keys.next));
  if (!kept && !isSameKey(signedBy, announced))
    return fail('authenticity', 'trust-list-key', 'the announced next key was replaced by the current one');
  return { check: 'authenticity', outcome: 'pass', code: 'trust-list-ok', clause: CLAUSE };
}

function sequenceFindings(list: TrustList, digest: string, previous: TrustListState | undefined): Finding[] {
  if (previous === undefined) return [integrity(`edition ${list.sequence}, none known before`)];
  if (list.id !== previous.id) return [fail('integrity', 'trust-list-other', `${list.id}, not ${previous.id}`)];
  const detail = `edition ${list.sequence} after ${previous.sequence}`;
  const old = list.sequence < previous.sequence;
  const changed = list.sequence === previous.sequence && digest !== previous.digest;
  return [old || changed ? fail('integrity', 'trust-list-rollback', detail) : integrity(detail)];
}

/** Whether a list is in date at a moment, with the codes of its own report. */
function timeFinding({ issued, nextUpdate, hardExpiry }: TrustList, at: Date): Finding {
  if (issued.getTime() > at.getTime() + CLOCK_SKEW_MS)
    return fail('time', 'trust-list-future', `issued ${iso(issued)}, verified at ${iso(at)}`);
  const time = (outcome: Finding['outcome'], code: Finding['code'], detail: string): Finding => ({
    check: 'time',
    outcome,
    code,
    clause: CLAUSE,
    detail,
  });
  if (at > hardExpiry) return time('unknown', 'trust-list-expired', `hardExpiry ${iso(hardExpiry)}`);
  if (at > nextUpdate) return time('warn', 'trust-list-stale', `nextUpdate ${iso(nextUpdate)}`);
  return time('pass', 'trust-list-current', `until ${iso(nextUpdate)}`);
}

const subjectOf = (list: TrustList | undefined): TrustListSubject =>
  list === undefined
    ? { kind: 'trust-list' }
    : {
        kind: 'trust-list',
        id: list.id,
        sequence: list.sequence,
        issued: iso(list.issued),
        nextUpdate: iso(list.nextUpdate),
        hardExpiry: iso(list.hardExpiry),
        anchors: list.anchors.length,
        issuers: list.issuers.length,
      };

const optional = (key: Uint8Array | undefined): Uint8Array[] => (key === undefined ? [] : [key]);

const integrity = (detail: string): Finding => ({
  check: 'integrity',
  outcome: 'pass',
  code: 'integrity-ok',
  clause: CLAUSE,
  detail,
});

const fail = (check: Check, code: Finding['code'], detail: string): Finding => ({
  check,
  outcome: 'fail',
  code,
  clause: CLAUSE,
  detail,
});

const iso = (date: Date): string => date.toISOString().replace('.000', '');
