/** Making editions: from a draft, from the one before, with other keys. */
import { bytesToHex, sameBytes } from '@gov/sm';
import { GovError } from '@gov/verdict';
import { type Certificate, certificateKid } from '../certificate.js';
import { decodeTrustList, encodeTrustList } from './encoding.js';
import { type ListingStatus, serviceOf, type TrustList, type TrustListIssuer } from './list.js';

export interface TrustListAnchorDraft {
  readonly certificate: Certificate;
  /** Names of `TRUST_LIST_SERVICES`; absent: all. */
  readonly services?: readonly string[];
  /** `CN` or GB/T 2260 codes; absent: everywhere. */
  readonly regions?: readonly string[];
}

export interface TrustListIssuerDraft {
  readonly certificate: Certificate;
  /** A use of `TRUST_LIST_SERVICES`, which also says the service. */
  readonly use: string;
  /** `CN` or a GB/T 2260 code. */
  readonly region: string;
  /** The beginning of the certificate's validity, unless given. */
  readonly from?: Date;
  readonly to?: Date;
  /** `active`, unless given. */
  readonly status?: ListingStatus;
  /** The one of the edition before, or the next free one, unless given. */
  readonly index?: number;
  readonly statusBase?: string;
  readonly statusKid?: string;
}

export interface TrustListDraft {
  readonly id: string;
  /** One more than before, unless given. */
  readonly sequence?: number;
  readonly issued: Date;
  readonly nextUpdate: Date;
  readonly hardExpiry: Date;
  /** SubjectPublicKeyInfo, DER. */
  readonly keys: { readonly current: Uint8Array; readonly next?: Uint8Array };
  readonly anchors: readonly TrustListAnchorDraft[];
  /** All of them: an entry never vanishes, it ends. */
  readonly issuers: readonly TrustListIssuerDraft[];
  /** The edition before: what it said binds this one. Left out for the first edition only. */
  readonly previous?: TrustList;
}

/**
 * Builds an edition: kids, services and indexes worked out, every rule of the format and of succession applied.
 *
 * @throws GovError `trust-list-malformed`, naming the place
 * @example
 * const list = buildTrustList({
 *   id: 'https://trust.example.gov.cn/370000',
 *   issued: new Date('2026-05-01T00:00:00Z'),
 *   nextUpdate: new Date('2026-06-01T00:00:00Z'),
 *   hardExpiry: new Date('2026-11-01T00:00:00Z'),
 *   keys: { current: signer.publicKey },
 *   anchors: [{ certificate: root, services: ['license'], regions: ['370000'] }],
 *   issuers: [{ certificate, use: 'license-issuer', region: '370300' }],
 * });
 */
export function buildTrustList(draft: TrustListDraft): TrustList {
  const { previous } = draft;
  const issuers = draft.issuers.map((entry, at) => {
    const service = serviceOf(entry.use);
    if (service === undefined) throw wrong(`issuers.${at}.use: ${entry.use} is a use of no service`);
    const { certificate, index, from, ...rest } = entry;
    const kid = bytesToHex(certificateKid(certificate));
    const before = previous?.issuers.find((other) => isSameEntry(other, { ...entry, kid }));
    return {
      ...rest,
      kid,
      service,
      certificate: certificate.bytes,
      from: from ?? before?.from ?? certificate.notBefore,
      status: entry.status ?? 'active',
      index: index ?? before?.index,
    };
  });
  let free = 1 + [...(previous?.issuers ?? []), ...issuers].reduce((max, { index = -1 }) => Math.max(max, index), -1);
  const { id, issued, nextUpdate, hardExpiry, keys } = draft;
  return checked(
    {
      id,
      sequence: draft.sequence ?? (previous?.sequence ?? 0) + 1,
      issued,
      nextUpdate,
      hardExpiry,
      keys,
      anchors: draft.anchors.map((anchor) => ({ ...anchor, certificate: anchor.certificate.bytes })),
      issuers: issuers.map((entry) => ({ ...entry, index: entry.index ?? free++ })),
    },
    previous,
  );
}

export interface RotateOptions {
  readonly issued: Date;
  /** The announced key becomes the current one, and signs this edition. */
  readonly promote?: boolean;
  /** The key to announce, SubjectPublicKeyInfo, DER. */
  readonly next?: Uint8Array;
}

/**
 * The next edition of a list with other keys: announcing the next key, or promoting the announced one (密钥轮换). Dates move
 * with `issued`. An announced key stays announced until it is promoted: that is what outlives a theft of the current one.
 *
 * @throws GovError `trust-list-malformed` where nothing is announced, or another key already; `invalid-argument` for nothing
 *   to do
 */
export function rotateTrustListKeys(list: TrustList, { issued, promote = false, next }: RotateOptions): TrustList {
  if (!promote && next === undefined)
    throw new GovError('invalid-argument', 'neither a key to announce nor to promote');
  if (promote && list.keys.next === undefined) throw wrong('keys.next: there is no announced key to promote');
  const announced = promote ? next : (next ?? list.keys.next);
  const moved = (time: Date): Date => new Date(issued.getTime() + time.getTime() - list.issued.getTime());
  return checked(
    {
      ...list,
      sequence: list.sequence + 1,
      issued,
      nextUpdate: moved(list.nextUpdate),
      hardExpiry: moved(list.hardExpiry),
      keys: {
        current: promote ? list.keys.next! : list.keys.current,
        ...(announced === undefined ? {} : { next: announced }),
      },
    },
    list,
  );
}

/** As a verifier will read it. */
function checked(list: TrustList, previous: TrustList | undefined): TrustList {
  const read = decodeTrustList(encodeTrustList(list));
  if (previous !== undefined) checkSuccession(previous, read);
  return read;
}

/**
 * What holds between an edition and a later one: the same list, a higher sequence, no earlier date, keys that were announced,
 * and entries that may end but neither vanish nor change into others. An index so never names a second certificate.
 *
 * @throws GovError `trust-list-malformed`
 */
export function checkSuccession(previous: TrustList, list: TrustList): void {
  if (list.id !== previous.id) throw wrong(`id: ${list.id} is another list than ${previous.id}`);
  if (list.sequence <= previous.sequence) throw wrong(`sequence: ${list.sequence} after ${previous.sequence}`);
  if (list.issued < previous.issued) throw wrong('issued: before the previous edition');
  const { current, next } = previous.keys;
  const kept = sameBytes(list.keys.current, current) && (next === undefined || isSameKey(list.keys.next, next));
  if (!kept && !isSameKey(next, list.keys.current))
    throw wrong('keys: neither kept, nor the announced next key promoted');
  const byIndex = new Map(list.issuers.map((entry) => [entry.index, entry]));
  for (const before of previous.issuers) {
    const entry = byIndex.get(before.index);
    const what = `index ${before.index} (${before.kid})`;
    if (entry === undefined) throw wrong(`issuers: ${what} vanished: retire or revoke it`);
    if (!isSameEntry(entry, before)) throw wrong(`issuers: ${what} names another entry now`);
    if (RANK[before.status] > 1 && RANK[entry.status] < RANK[before.status])
      throw wrong(`issuers: ${what} was ${before.status}, which is final`);
  }
}

const RANK: Readonly<Record<ListingStatus, number>> = { active: 0, retired: 1, revoked: 2, compromised: 3 };

type Entry = Pick<TrustListIssuer, 'kid' | 'use' | 'region'>;

const isSameEntry = (a: Entry, b: Entry): boolean => a.kid === b.kid && a.use === b.use && a.region === b.region;

const isSameKey = (a: Uint8Array | undefined, b: Uint8Array): boolean => a !== undefined && sameBytes(a, b);

const wrong = (why: string): GovError => new GovError('trust-list-malformed', `trust list: ${why}`);
