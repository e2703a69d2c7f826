/** Why a certificate was revoked (吊销原因, RFC 5280 5.3.1). */
import { type DerElement, der } from '@gov/der';
import { GovError } from '@gov/verdict';

/** CRLReason by its number; 7 was never given out. removeFromCRL (8) belongs to delta CRLs, which are not read. */
const NUMBERS = {
  unspecified: 0,
  /** 密钥泄露 */
  keyCompromise: 1,
  /** CA 密钥泄露 */
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  /** 证书挂起: may be lifted again */
  certificateHold: 6,
  privilegeWithdrawn: 9,
  aACompromise: 10,
} as const;

export type RevocationReason = keyof typeof NUMBERS;

export const REVOCATION_REASONS = Object.keys(NUMBERS) as readonly RevocationReason[];

/** The reasons after which somebody else may hold the key, and may have used it before anybody knew. */
const COMPROMISES: ReadonlySet<RevocationReason | undefined> = new Set([
  'keyCompromise',
  'cACompromise',
  'aACompromise',
]);

/** What a CRL entry and an OCSP answer say of a revoked certificate alike. */
export interface Revocation {
  /** When the CA took note of it. */
  readonly revokedAt: Date;
  /** Absent: not said. */
  readonly reason?: RevocationReason;
  /** From when on the key was, or may have been, in other hands (RFC 5280 5.3.2); before `revokedAt`. */
  readonly invalidityDate?: Date;
}

const ENUMERATED = 0x0a;

export const reasonBytes = (reason: RevocationReason): Uint8Array =>
  der.element(ENUMERATED, Uint8Array.of(NUMBERS[reason]));

export const reasonNumberKnown = (number: number): boolean => Object.values<number>(NUMBERS).includes(number);

/** @throws GovError `der-malformed` for a number that is no reason, or none that may stand here */
export function readReason(element: DerElement): RevocationReason {
  const [number] = element.expect(ENUMERATED).content;
  const reason = REVOCATION_REASONS.find((name) => NUMBERS[name] === number);
  if (reason === undefined || element.content.length !== 1) {
    throw new GovError('der-malformed', `reason code that may not stand here at offset ${element.start}`);
  }
  return reason;
}

/**
 * From when on signatures do not count: the revocation; after a compromise the invalidity date, where it is the earlier.
 */
export function revokedFrom({ revokedAt, reason, invalidityDate }: Revocation): Date {
  return COMPROMISES.has(reason) && invalidityDate !== undefined && invalidityDate < revokedAt
    ? invalidityDate
    : revokedAt;
}

/** After a compromise a claimed time is worth nothing: whoever has the key claims what he likes. */
export const isCompromise = ({ reason }: Revocation): boolean => COMPROMISES.has(reason);
