/** What a trust list says of a signer's certificate, and how far the list itself can be relied on. */
import { bytesToHex, sameBytes } from '@gov/sm';
import { type Finding, isGovError } from '@gov/verdict';
import { type Certificate, certificateKid, readCertificate } from '../certificate.js';
import type { SigningTime } from '../signing-time.js';
import { regionCovers, serviceOf, type TrustList, type TrustListIssuer } from './list.js';

const CLAUSE = 'docs/formats/trust-list.md';

/** A trust list, ready to be asked: certificates are read when somebody asks for them. */
export class TrustListIndex {
  readonly list: TrustList;
  readonly anchors: readonly Certificate[];
  readonly #byKid = new Map<string, TrustListIssuer[]>();
  readonly #certificates = new Map<TrustListIssuer, Certificate | undefined>();

  constructor(list: TrustList) {
    this.list = list;
    this.anchors = list.anchors.map(({ certificate }) => readCertificate(certificate));
    for (const entry of list.issuers) {
      const known = this.#byKid.get(entry.kid);
      if (known === undefined) this.#byKid.set(entry.kid, [entry]);
      else known.push(entry);
    }
  }

  /** Positions of the anchors that are meant for a use in a region; of all where nothing is asked. */
  anchorsFor(use: string | undefined, region: string | undefined): number[] {
    const service = use === undefined ? undefined : serviceOf(use);
    return this.list.anchors.flatMap(({ services, regions }, position) =>
      (use === undefined || services === undefined || (service !== undefined && services.includes(service))) &&
      (region === undefined || regions === undefined || regions.some((limit) => regionCovers(limit, region)))
        ? [position]
        : [],
    );
  }

  /** Each certificate once. One that cannot be read is as good as none. */
  byKid(kid: string): Certificate[] {
    const certificates: Certificate[] = [];
    for (const entry of this.#byKid.get(kid) ?? []) {
      const certificate = this.#certificateOf(entry);
      if (certificate !== undefined && !certificates.some(({ bytes }) => sameBytes(bytes, certificate.bytes)))
        certificates.push(certificate);
    }
    return certificates;
  }

  /** The entries of a certificate: of these very bytes, not of their short name alone. */
  listings(certificate: Certificate): TrustListIssuer[] {
    const named = this.#byKid.get(bytesToHex(certificateKid(certificate))) ?? [];
    return named.filter((entry) => sameBytes(entry.certificate, certificate.bytes));
  }

  #certificateOf(entry: TrustListIssuer): Certificate | undefined {
    if (!this.#certificates.has(entry)) this.#certificates.set(entry, readable(entry.certificate));
    return this.#certificates.get(entry);
  }
}

function readable(bytes: Uint8Array): Certificate | undefined {
  try {
    return readCertificate(bytes);
  } catch (error) {
    if (isGovError(error)) return undefined;
    throw error;
  }
}

interface ListingQuestion {
  readonly use: string;
  readonly time: SigningTime | undefined;
  /** GB/T 2260, six digits: where it acted, as far as that is known. */
  readonly region: string | undefined;
}

/**
 * Adds what the list says to the findings on a signer's certificate: its status by the time rule, its span, its region, and
 * whether the list is in date at `at`. A retired entry answers for what expired since: `expired-time-unproved` becomes a pass.
 */
export function withListing(
  findings: readonly Finding[],
  list: TrustList,
  listings: readonly TrustListIssuer[],
  question: ListingQuestion,
  at: Date,
): Finding[] {
  const said = currencyFindings(list, at);
  const ended = listings.find(({ status }) => status === 'revoked' || status === 'compromised');
  const own = listings.filter(({ use }) => use === question.use);
  const { region } = question;
  const here = region === undefined ? own : own.filter((entry) => regionCovers(entry.region, region));
  if (own.length > 0 && here.length === 0) {
    const detail = `listed for ${own.map((entry) => entry.region).join(', ')}, asked for ${region}`;
    said.push(authority('fail', 'region-not-authorised', detail));
  }
  const moment = question.time?.value ?? at;
  const began = here.some(({ from }) => from <= moment);
  const outside = `${question.time?.basis ?? 'at'} ${iso(moment)}; listed ${here.map(spanText).join(', ')}`;
  if (here.length > 0 && !began) said.push(authority('fail', 'listing-not-yet-valid', outside));
  if (ended !== undefined) return [...findings, ...said, endedFinding(ended, question.time)];
  if (!began) return [...findings, ...said];
  const entry = here.find(({ from, to }) => from <= moment && (to === undefined || moment <= to));
  if (entry === undefined) {
    // Without a time it may have been signed while it was listed.
    const outcome = question.time === undefined ? 'unknown' : 'fail';
    return [...findings, ...said, authority(outcome, 'listing-ended', outside)];
  }
  const detail = `${entry.status}, index ${entry.index}, ${spanText(entry)}`;
  return [
    ...(entry.status === 'retired' && question.time !== undefined
      ? findings.map((finding) => settled(finding, detail))
      : findings),
    ...said,
    authority('pass', 'listing-ok', detail),
  ];
}

/** An old list may not know what befell an issuer since: past hardExpiry nothing rests on it. */
function currencyFindings({ id, sequence, nextUpdate, hardExpiry }: TrustList, at: Date): Finding[] {
  const path = (outcome: Finding['outcome'], code: Finding['code'], since: Date): Finding[] => [
    { check: 'path', outcome, code, clause: CLAUSE, detail: `${id}, edition ${sequence}: ${iso(since)}` },
  ];
  if (at > hardExpiry) return path('unknown', 'trust-list-expired', hardExpiry);
  return at > nextUpdate ? path('warn', 'trust-list-stale', nextUpdate) : [];
}

/** Revoked or compromised since `to`: as with any revocation, only a proved time tells what came before. */
function endedFinding({ status, index, to }: TrustListIssuer, time: SigningTime | undefined): Finding {
  const since = to!;
  const detail = `${status} ${iso(since)}, index ${index}`;
  const before = time !== undefined && time.value < since;
  if (before && time.basis === 'proved')
    return { check: 'revocation', outcome: 'pass', code: 'revoked-after-signing', clause: CLAUSE, detail };
  if (status === 'revoked' && before)
    return { check: 'time', outcome: 'unknown', code: 'revoked-time-unproved', clause: CLAUSE, detail };
  return { check: 'revocation', outcome: 'fail', code: 'certificate-revoked', clause: CLAUSE, detail };
}

const settled = (finding: Finding, detail: string): Finding =>
  finding.code === 'expired-time-unproved'
    ? { check: 'time', outcome: 'pass', code: 'time-ok', clause: CLAUSE, detail: `expired since; ${detail}` }
    : finding;

const authority = (outcome: Finding['outcome'], code: Finding['code'], detail: string): Finding => ({
  check: 'authority',
  outcome,
  code,
  clause: CLAUSE,
  detail,
});

const spanText = ({ from, to }: TrustListIssuer): string => `${iso(from)} to ${to === undefined ? 'open' : iso(to)}`;

const iso = (date: Date): string => date.toISOString().replace('.000', '');
