/**
 * `@gov/e-license/status-check`: whether a licence is still in force (证照状态核验), by the signed status lists of its issuer.
 *
 * @packageDocumentation
 * @example
 * import { verifyLicenseQr } from '@gov/e-license/qr';
 * import { LicenseStatusLists } from '@gov/e-license/status-check';
 * const status = new LicenseStatusLists({ fetch: (request) => fetch(request) }); // keep it: it is the cache
 * const { verdict } = await verifyLicenseQr(text, { at: new Date(), trust, status });
 */
import { bodyText, type Certificate, CLOCK_SKEW_MS, certificateFindings, type VerificationOptions } from '@gov/pki';
import { regionCovers, type TrustListIssuer } from '@gov/pki/trust-list';
import { hexToBytes } from '@gov/sm';
import {
  type CachedStatusList,
  readStatusListToken,
  STATUS_FETCH_LIMITS,
  StatusList,
  StatusListCache,
  type StatusListFetch,
  type StatusListToken,
  verifyStatusListToken,
} from '@gov/token/status-list';
import { type Finding, type FindingCode, GovError, isGovError } from '@gov/verdict';
import type { LicenseStatusQuestion, LicenseStatusSource } from './qr/status.js';

export type { LicenseStatusQuestion, LicenseStatusSource, LicenseVerificationOptions } from './qr/status.js';

const CLAUSE = 'Token Status List 8.3';

/** What a slot of a licence's status list says; 3 is for the application to define, and means this here. */
export const STATUS_VALUES = { valid: 0, invalid: 1, suspended: 2, superseded: 3 } as const;

export const STATUS_CHECK_LIMITS = {
  /** Tokens that are given. */
  tokens: 10_000,
  /** A list without an end of its own is relied on for this long, seconds. */
  maxAge: 7 * 86_400,
  /** Octets of inflated lists that are kept; the one not used for longest goes first. */
  listOctets: 64 * 1024 * 1024,
} as const;

export interface LicenseStatusOptions {
  /** Tokens that are there, from anywhere: files of a counter that is offline. They need not be fresh, nor all be readable. */
  readonly tokens?: readonly (string | Uint8Array)[];
  /** The network. Absent: nothing is fetched. Asked are only URIs that `base` or the trust list name. */
  readonly fetch?: StatusListFetch;
  /**
   * What the number of a list is put behind to make its URI, for issuers of which a trust list does not say it; `{issuer}` in it
   * stands for the issuer's code (证照颁发机构代码).
   */
  readonly base?: string;
  /** Lists older than this many seconds count as unknown. Absent: their own `exp` decides, and `STATUS_CHECK_LIMITS.maxAge` where they have none. */
  readonly maxAge?: number;
}

/** A token that belongs to the question, and since when it is here. */
interface Candidate {
  readonly token: StatusListToken;
  readonly fetchedAt?: Date;
}

interface Authentic extends Candidate {
  readonly list: StatusList;
  /** It is dated ahead of the clock: only an end that it tells counts. */
  readonly ahead?: Problem;
}

interface Problem {
  readonly code: FindingCode;
  readonly detail: string;
}

/**
 * The status lists that a verifier has or fetches. A token counts for a licence when its `sub` is the issuer's base followed by
 * the list's number, and its signer the issuer of the licence (also with another certificate of that use and credit code), or who the trust list names for it (`statusKid`), then with a
 * path to an anchor and the use `license-status`. Keep one and pass it to every verification: verified tokens and inflated
 * lists are remembered.
 *
 * Findings: `status-ok`; `status-stale` (warn) past the ttl; fail `status-revoked`, `status-suspended`, `status-superseded`,
 * `status-index`; unknown `status-expired`, `status-future`, `status-untrusted`, `status-malformed`, `status-other`,
 * `status-unavailable`, `status-value-unknown`, `status-none`. Of several lists the newest decides, unless one says revoked or
 * superseded: no register takes an end back, so that this counts whatever other lists say, however old or ahead of the clock the
 * list is. With a source of the status given, the check is required: `unknown` makes the verdict indeterminate.
 */
export class LicenseStatusLists implements LicenseStatusSource {
  readonly #base: string | undefined;
  readonly #maxAge: number | undefined;
  readonly #cache: StatusListCache | undefined;
  readonly #given = new Map<string, StatusListToken[]>();
  readonly #unreadable: string[] = [];
  readonly #verified = new WeakMap<StatusListToken, WeakMap<Certificate, Promise<boolean>>>();
  readonly #lists = new Map<StatusListToken, StatusList>();
  /** Fetched ones from ahead of the clock: they replace nothing, but the ends they tell must not be forgotten. */
  readonly #ahead = new Map<string, StatusListToken>();
  #listOctets = 0;

  /** @throws GovError `invalid-argument` for a `maxAge` that is no number of seconds */
  constructor({ tokens = [], fetch, base, maxAge }: LicenseStatusOptions) {
    if (maxAge !== undefined && !(maxAge >= 0)) throw new GovError('invalid-argument', 'maxAge is seconds, from 0');
    this.#base = base;
    this.#maxAge = maxAge;
    this.#cache = fetch && new StatusListCache({ fetch });
    for (const bytes of tokens.slice(0, STATUS_CHECK_LIMITS.tokens)) this.#give(bytes);
    if (tokens.length > STATUS_CHECK_LIMITS.tokens)
      this.#unreadable.push(`${tokens.length} tokens, of which ${STATUS_CHECK_LIMITS.tokens} are read`);
  }

  async check(question: LicenseStatusQuestion, options: VerificationOptions): Promise<readonly Finding[]> {
    const slot = question.claims.status;
    if (slot === undefined) return [unknown('status-none', 'the licence names no place in a status list')];
    const listings = licenseListings(question, options);
    const base = listings.find(({ statusBase }) => statusBase !== undefined)?.statusBase ?? this.#baseFor(question);
    if (base === undefined) return [unknown('status-unavailable', 'nobody says where the issuer has its status lists')];
    const uri = `${base}${slot.list}`;
    const signers = signersFor(question, listings, options);
    const problems: Problem[] = [];
    const authentic: Authentic[] = [];
    for (const candidate of await this.#candidates(uri, signers, question, options, problems)) {
      const read = await this.#open(candidate, signers, question, options);
      if ('list' in read) authentic.push(read);
      const problem = 'list' in read ? read.ahead : read;
      if (problem !== undefined) problems.push(problem);
    }
    return [judge(uri, slot.index, authentic, problems, options.at, this.#maxAge)];
  }

  #give(bytes: string | Uint8Array): void {
    try {
      const token = readStatusListToken(bytes);
      const known = this.#given.get(token.uri);
      if (known === undefined) this.#given.set(token.uri, [token]);
      else known.push(token);
    } catch (error) {
      if (!isGovError(error)) throw error;
      this.#unreadable.push(error.message);
    }
  }

  /** The code is a part of a path, and nothing but that. */
  #baseFor({ claims: { authorityCode = '' } }: LicenseStatusQuestion): string | undefined {
    if (this.#base === undefined || !this.#base.includes('{issuer}')) return this.#base;
    return /^[0-9A-Za-z]{1,32}$/.test(authorityCode) ? this.#base.replaceAll('{issuer}', authorityCode) : undefined;
  }

  async #candidates(
    uri: string,
    signers: readonly Signer[],
    question: LicenseStatusQuestion,
    options: VerificationOptions,
    problems: Problem[],
  ): Promise<readonly Candidate[]> {
    const given = this.#given.get(uri) ?? [];
    const candidates: Candidate[] = given.map((token) => ({ token }));
    if (this.#cache === undefined) {
      if (given.length === 0) problems.push(...this.#absence(uri));
      return candidates;
    }
    let refused: Problem | undefined;
    const { token, fetchedAt, problem } = await this.#cache.get(uri, options.at, async (fresh) => {
      // A stranger's token must not push a good one out of the cache.
      const read = await this.#open({ token: fresh }, signers, question, options);
      refused = 'list' in read ? read.ahead : read;
      if ('list' in read && read.ahead !== undefined) this.#keepAhead(fresh);
      return refused === undefined;
    });
    const ahead = this.#ahead.get(uri);
    if (ahead !== undefined) candidates.push({ token: ahead });
    if (token !== undefined) candidates.push({ token, ...(fetchedAt === undefined ? {} : { fetchedAt }) });
    if (problem !== undefined) problems.push(refused ?? fetchProblem(problem));
    return candidates;
  }

  #keepAhead(token: StatusListToken): void {
    this.#ahead.delete(token.uri);
    this.#ahead.set(token.uri, token);
    if (this.#ahead.size > STATUS_FETCH_LIMITS.lists) this.#ahead.delete(this.#ahead.keys().next().value!);
  }

  /** Why nothing that was given answers. */
  #absence(uri: string): Problem[] {
    const [first] = this.#unreadable;
    if (first !== undefined)
      return [{ code: 'status-malformed', detail: `${this.#unreadable.length} not readable: ${first}` }];
    if (this.#given.size === 0) return [{ code: 'status-unavailable', detail: `there is no token of ${uri}` }];
    const others = [...this.#given.keys()].slice(0, 3).join(', ');
    return [{ code: 'status-other', detail: `wanted ${uri}, there is ${others}` }];
  }

  /** Verified by whom it must be, and only then inflated. */
  async #open(
    candidate: Candidate,
    signers: readonly Signer[],
    question: LicenseStatusQuestion,
    options: VerificationOptions,
  ): Promise<Authentic | Problem> {
    const { token } = candidate;
    const refused = await this.#refusal(token, signers, question, options);
    if (refused !== undefined) return { code: 'status-untrusted', detail: refused };
    try {
      const list = this.#inflated(token);
      if (token.issuedAt.getTime() <= options.at.getTime() + CLOCK_SKEW_MS) return { ...candidate, list };
      const detail = `the list is of ${iso(token.issuedAt)}, it is ${iso(options.at)}`;
      return { ...candidate, list, ahead: { code: 'status-future', detail } };
    } catch (error) {
      if (!isGovError(error)) throw error;
      return { code: 'status-malformed', detail: error.message };
    }
  }

  /** Undefined for a token that one of the signers signed, who may. */
  async #refusal(
    token: StatusListToken,
    signers: readonly Signer[],
    { issuer, region }: LicenseStatusQuestion,
    options: VerificationOptions,
  ): Promise<string | undefined> {
    for (const { certificate, use } of [...signers, ...successors(token, issuer, options)]) {
      if (!(await this.#isSignedBy(token, certificate, options))) continue;
      // Of a time that has not come nobody can say who may sign then.
      const time = { value: token.issuedAt > options.at ? options.at : token.issuedAt, basis: 'claimed' } as const;
      const { findings } = await certificateFindings(certificate, { use, time, region }, options);
      const required = ['path', 'authority', 'time', ...(options.require ?? [])];
      const against = findings.filter(
        ({ check, outcome }) =>
          outcome === 'fail' || ((outcome === 'unknown' || outcome === 'skipped') && required.includes(check)),
      );
      if (against.length === 0) return undefined;
      const name = options.trust.about(certificate).name;
      return `signed by ${name}: ${against.map(({ code }) => code).join(', ')}`;
    }
    const names = signers.map(({ certificate }) => bodyText(options.trust.about(certificate).body));
    const kid = /^[0-9a-f]{1,64}$/.test(token.kid ?? '') ? ` (it names the key ${token.kid})` : '';
    return `not signed by ${names.join(' or ')}${kid}`;
  }

  #isSignedBy(token: StatusListToken, certificate: Certificate, { trust }: VerificationOptions): Promise<boolean> {
    const known = this.#verified.get(token) ?? new WeakMap<Certificate, Promise<boolean>>();
    this.#verified.set(token, known);
    const answer = known.get(certificate) ?? verified(token, certificate, trust);
    known.set(certificate, answer);
    return answer;
  }

  #inflated(token: StatusListToken): StatusList {
    const known = this.#lists.get(token);
    const list = known ?? StatusList.decompress(token.compressed, token.bits);
    this.#lists.delete(token);
    this.#lists.set(token, list);
    if (known === undefined) this.#listOctets += list.octets.length;
    for (const [oldest, { octets }] of this.#lists) {
      if (this.#listOctets <= STATUS_CHECK_LIMITS.listOctets || oldest === token) break;
      this.#lists.delete(oldest);
      this.#listOctets -= octets.length;
    }
    return list;
  }
}

/** Who may sign the lists of an issuer, and as what. */
interface Signer {
  readonly certificate: Certificate;
  readonly use: 'license-issuer' | 'license-status';
}

/** What the trust list says of the issuer, where it acts. */
function licenseListings(
  { issuer, region }: LicenseStatusQuestion,
  { trust }: VerificationOptions,
): readonly TrustListIssuer[] {
  return trust
    .listings(issuer)
    .filter((entry) => entry.use === 'license-issuer' && (region === undefined || regionCovers(entry.region, region)));
}

/** The issuer itself, and whom the trust list names for it. */
function signersFor(
  { issuer }: LicenseStatusQuestion,
  listings: readonly TrustListIssuer[],
  { trust }: VerificationOptions,
): readonly Signer[] {
  const kids = new Set(listings.flatMap(({ statusKid }) => (statusKid === undefined ? [] : [statusKid])));
  return [
    { certificate: issuer, use: 'license-issuer' },
    ...[...kids]
      .flatMap((kid) => trust.byKid(hexToBytes(kid)))
      .map((certificate) => ({ certificate, use: 'license-status' }) as const),
  ];
}

/** The issuer's other certificates, by the token's hint: licences live longer than the key that signed them. */
function successors({ kid = '' }: StatusListToken, issuer: Certificate, { trust }: VerificationOptions): Signer[] {
  const { creditCode } = trust.about(issuer).body;
  if (creditCode === undefined || !/^[0-9a-f]{16}$/.test(kid)) return [];
  return trust
    .byKid(hexToBytes(kid))
    .filter((certificate) => certificate !== issuer && trust.about(certificate).body.creditCode === creditCode)
    .map((certificate) => ({ certificate, use: 'license-issuer' }));
}

/** SM2 with SM3, and ECDSA with SHA-256 on P-256: which of them, the certificate's key says. */
const ALGORITHMS = ['1.2.156.10197.1.501', '1.2.840.10045.4.3.2'];

async function verified(
  token: StatusListToken,
  certificate: Certificate,
  trust: VerificationOptions['trust'],
): Promise<boolean> {
  for (const algorithm of ALGORITHMS) {
    try {
      const { verifier } = trust.verifier(certificate, algorithm);
      if (await verifyStatusListToken(token, verifier)) return true;
    } catch (error) {
      // A key of another kind.
      if (!isGovError(error)) throw error;
    }
  }
  return false;
}

function fetchProblem({ problem, detail }: NonNullable<CachedStatusList['problem']>): Problem {
  const codes = {
    'not-fetched': 'status-unavailable',
    unavailable: 'status-unavailable',
    malformed: 'status-malformed',
    other: 'status-other',
    refused: 'status-untrusted',
    older: 'status-expired',
  } as const;
  return { code: codes[problem], detail };
}

/** Of several problems the one that says most. */
const TELLING: readonly FindingCode[] = [
  'status-untrusted',
  'status-malformed',
  'status-future',
  'status-expired',
  'status-other',
  'status-unavailable',
];

function judge(
  uri: string,
  index: number,
  authentic: readonly Authentic[],
  problems: readonly Problem[],
  at: Date,
  maxAge: number | undefined,
): Finding {
  const all = authentic
    .map((one) => ({ ...one, value: index < one.list.length ? one.list.get(index) : undefined }))
    // Of two from the same second the one that says more.
    .sort((a, b) => b.token.issuedAt.getTime() - a.token.issuedAt.getTime() || (b.value ?? 0) - (a.value ?? 0));
  // The ends are not taken back: for them no list is too old, and none too new.
  const ended = all.find(({ value }) => value === STATUS_VALUES.invalid || value === STATUS_VALUES.superseded);
  if (ended !== undefined) {
    const newer = all.find(({ value }) => value !== ended.value);
    const other =
      newer === undefined ? '' : `; another list says ${newer.value ?? 'nothing'}, which takes nothing back`;
    const code = ended.value === STATUS_VALUES.invalid ? 'status-revoked' : 'status-superseded';
    return finding('fail', code, `${uri} index ${index}; ${ageText(ended, at)}${other}`);
  }
  const newest = all.find(({ ahead }) => ahead === undefined);
  if (newest === undefined) {
    const problem = TELLING.map((code) => problems.find((one) => one.code === code)).find((one) => one !== undefined);
    return unknown(problem?.code ?? 'status-unavailable', problem?.detail ?? `there is no token of ${uri}`);
  }
  // Why there is nothing newer, where it was tried.
  const tried = problems[0] === undefined ? '' : `; nothing newer: ${problems[0].detail}`;
  const detail = `${uri} index ${index}; ${ageText(newest, at)}${tried}`;
  const end = endOf(newest.token, maxAge);
  if (at.getTime() >= end.getTime()) return unknown('status-expired', `${detail}; not relied on since ${iso(end)}`);
  switch (newest.value) {
    case undefined:
      return finding('fail', 'status-index', `${detail}; it has ${newest.list.length}`);
    case STATUS_VALUES.valid:
      return isStale(newest, at) ? finding('warn', 'status-stale', detail) : finding('pass', 'status-ok', detail);
    case STATUS_VALUES.suspended:
      return finding('fail', 'status-suspended', `${detail}; it may be resumed: ask again later`);
    default:
      return unknown('status-value-unknown', `${detail}; value ${newest.value}`);
  }
}

/** When a list stops counting: by its own word, and by the caller's. */
function endOf({ issuedAt, expires }: StatusListToken, maxAge: number | undefined): Date {
  const allowed = maxAge ?? (expires === undefined ? STATUS_CHECK_LIMITS.maxAge : Number.POSITIVE_INFINITY);
  return new Date(Math.min(expires?.getTime() ?? Number.POSITIVE_INFINITY, issuedAt.getTime() + allowed * 1000));
}

/**
 * The ttl runs from when it was fetched; of a file that is not known, and it runs from when it was signed. What was old already when
 * it came, by the time that caches and clocks may take, was held back or is shown again.
 */
function isStale({ token: { ttl, issuedAt }, fetchedAt }: Candidate, at: Date): boolean {
  if (ttl === undefined) return false;
  const wasOld = fetchedAt !== undefined && fetchedAt.getTime() > issuedAt.getTime() + 2 * ttl * 1000 + CLOCK_SKEW_MS;
  return wasOld || at.getTime() > (fetchedAt ?? issuedAt).getTime() + ttl * 1000;
}

function ageText({ token: { issuedAt, ttl }, fetchedAt }: Candidate, at: Date): string {
  const seconds = Math.round((at.getTime() - issuedAt.getTime()) / 1000);
  return [
    `list of ${iso(issuedAt)}, ${seconds < 0 ? `${durationText(-seconds)} ahead of the clock` : `${durationText(seconds)} old`}`,
    ...(fetchedAt === undefined ? [] : [`fetched ${iso(fetchedAt)}`]),
    ...(ttl === undefined ? [] : [`ttl ${durationText(ttl)}`]),
  ].join(', ');
}

/** The two largest units: `3 d 4 h`. */
function durationText(seconds: number): string {
  const units = [
    ['d', 86_400],
    ['h', 3600],
    ['min', 60],
    ['s', 1],
  ] as const;
  const first = units.findIndex(([, size]) => seconds >= size);
  if (first === -1) return '0 s';
  let rest = seconds;
  return units
    .slice(first, first + 2)
    .flatMap(([unit, size]) => {
      const count = Math.floor(rest / size);
      rest %= size;
      return count === 0 ? [] : [`${count} ${unit}`];
    })
    .join(' ');
}

const finding = (outcome: Finding['outcome'], code: FindingCode, detail: string): Finding => ({
  check: 'status',
  outcome,
  code,
  clause: CLAUSE,
  detail,
});

const unknown = (code: FindingCode, detail: string): Finding => finding('unknown', code, detail);

const iso = (date: Date): string => date.toISOString().replace('.000', '');
