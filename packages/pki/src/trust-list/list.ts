/** The trust list (信任列表): what it says. How it is written is in encoding.ts, docs/formats/trust-list.md says both. */
import type { CertificateUse } from '../oid.js';

/** `typ` of the JWS. What narrows trust in a way that this version does not know comes under another one. */
export const TRUST_LIST_TYP = 'gov-trust-list+jws';

export const TRUST_LIST_LIMITS = {
  /** Characters of the JWS. */
  characters: 16 * 1024 * 1024,
  anchors: 1000,
  issuers: 10_000,
  /** Services or regions of one anchor. */
  choices: 100,
  /** Characters of `id` and `statusBase`. */
  text: 256,
  /** Bytes of one certificate. */
  certificateBytes: 16_384,
} as const;

/** What certificates are listed for, service by service (服务), each with the uses it takes; anchors may be limited to some. */
export const TRUST_LIST_SERVICES = {
  /** 电子印章: making seals, sealing and signing */
  seal: ['seal-maker', 'signer'],
  /** 电子证照 */
  license: ['license-issuer', 'license-status'],
  /** 时间戳 */
  timestamp: ['timestamp'],
  /** 城市码 */
  'city-code': ['city-code-issuer'],
} as const satisfies Readonly<Record<string, readonly CertificateUse[]>>;

/** The service that a use belongs to; undefined where it belongs to none. */
export const serviceOf = (use: string): string | undefined =>
  Object.entries(TRUST_LIST_SERVICES).find(([, uses]) => (uses as readonly string[]).includes(use))?.[0];

export const LISTING_STATUSES = ['active', 'retired', 'revoked', 'compromised'] as const;

/**
 * - `active` (在用): signs
 * - `retired` (停用): signs no more, in good order; what it signed stays good, also past its certificate's validity
 * - `revoked` (吊销): signs no more since `to`; what is not proved to be older cannot be told from what came later
 * - `compromised` (密钥泄露): from `to` on others may hold the key; only what is proved to be older stays good
 */
export type ListingStatus = (typeof LISTING_STATUSES)[number];

/** A certificate that paths may end at (信任锚). */
export interface TrustListAnchor {
  /** DER. */
  readonly certificate: Uint8Array;
  /** Names of `TRUST_LIST_SERVICES`; absent: all. Names of services that are not known are passed over. */
  readonly services?: readonly string[];
  /** `CN` or GB/T 2260 codes of six digits; absent: everywhere. */
  readonly regions?: readonly string[];
}

/** A certificate that may sign, for one use in one region (签发者). */
export interface TrustListIssuer {
  /** First 8 bytes of SM3 over the certificate, hexadecimal. */
  readonly kid: string;
  /** 0 to 65535; it names this entry for ever. */
  readonly index: number;
  readonly use: string;
  readonly service: string;
  /** `CN` or a GB/T 2260 code of six digits: a province or city covers what lies in it. */
  readonly region: string;
  /** DER. */
  readonly certificate: Uint8Array;
  /** Signatures count from here (included) … */
  readonly from: Date;
  /** … to here (included). Present where the status is not `active`. */
  readonly to?: Date;
  readonly status: ListingStatus;
  /** Of a licence issuer: what the number of a status list is put behind to make its URI. */
  readonly statusBase?: string;
  /** Who signs the status lists beside the issuer: the `kid` of another entry, for the use `license-status`. */
  readonly statusKid?: string;
}

/** An edition of a trust list (信任列表的一版). */
export interface TrustList {
  /** The name that all editions share, e.g. a URL. */
  readonly id: string;
  /** From 1; grows with every edition; at most the minutes from 1970 to `issued`. */
  readonly sequence: number;
  readonly issued: Date;
  /** A newer edition is there by then: past it verifiers warn. */
  readonly nextUpdate: Date;
  /** Past it nothing rests on this edition any more. */
  readonly hardExpiry: Date;
  /** SubjectPublicKeyInfo, DER: what signs this edition, and what alone may follow it. */
  readonly keys: { readonly current: Uint8Array; readonly next?: Uint8Array };
  readonly anchors: readonly TrustListAnchor[];
  readonly issuers: readonly TrustListIssuer[];
}

/** What pairs of zeros leave open: 370000 → 37, 370300 → 3703; CN and 000000 → everything. */
const stem = (region: string): string => (region === 'CN' ? '' : region.replace(/(00){1,3}$/, ''));

/** Whether a region covers another one, GB/T 2260 (行政区划). `CN` and `000000` are the whole country. */
export const regionCovers = (region: string, other: string): boolean =>
  (other === 'CN' ? '000000' : other).startsWith(stem(region));
