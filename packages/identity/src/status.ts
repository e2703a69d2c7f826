/** Whether tokens are in force (令牌状态), by the signed status lists of their issuers. */
import { algorithmNames, GMT_0125, type TokenAlgorithm } from '@gov/token/dialect';
import type { KeySource } from '@gov/token/key-source';
import { StatusList, StatusListCache, type StatusListFetch, type StatusListToken } from '@gov/token/status-list';
import { type Finding, type FindingCode, isGovError } from '@gov/verdict';

/** Whether a token is in force, as its issuer's status lists say (令牌状态). Asked only about tokens that are otherwise in order. */
export interface TokenStatusSource {
  check(question: TokenStatusQuestion): Promise<Finding>;
}

export interface TokenStatusQuestion {
  readonly issuer: string;
  /** As the token names it. */
  readonly uri: string;
  readonly index: number;
  readonly at: Date;
}

/** Where an issuer has its status lists, and whose keys sign them. */
export interface StatusListIssuer {
  readonly issuer: string;
  /** What the URIs of its lists begin with, to the last `/`: no other is asked, whatever a token says. */
  readonly base: string;
  readonly keys: KeySource;
  /** SM2 alone unless given. */
  readonly algorithms?: readonly TokenAlgorithm[];
}

export interface TokenStatusListsOptions {
  readonly issuers: readonly StatusListIssuer[];
  readonly fetch: StatusListFetch;
  /** A list that states no end is relied on for so long; `TOKEN_STATUS_LIMITS.maxAgeSeconds` unless given. */
  readonly maxAgeSeconds?: number;
}

export const TOKEN_STATUS_LIMITS = {
  maxAgeSeconds: 86_400,
  /** How far a list may be dated ahead, seconds. */
  skewSeconds: 300,
  /** Inflated lists that are kept. */
  lists: 16,
} as const;

/**
 * The status lists of the issuers that are known. Keep one and pass it to every verification: it is the cache.
 *
 * Findings: `token-in-force`; fail `token-revoked` (also for suspended), `status-index` for a place that the list has not; unknown
 * `token-status-unavailable` for all else: nothing was had, it was not the issuer's, or it is too old.
 *
 * @example
 * import { publicJwk } from '@gov/token/jwk';
 * import { fixedKeys } from '@gov/token/key-source';
 *
 * const keys = fixedKeys([publicJwk(signer.publicKey, { kid: '2026' })]);
 * const status = new TokenStatusLists({
 *   issuers: [{ issuer: 'https://id.example.gov.cn', base: 'https://id.example.gov.cn/status/', keys }],
 *   fetch: (request) => fetch(request),
 * }); // for AccessTokenPolicy.status
 */
export class TokenStatusLists implements TokenStatusSource {
  readonly #issuers: readonly StatusListIssuer[];
  readonly #cache: StatusListCache;
  readonly #maxAgeSeconds: number;
  readonly #lists = new Map<StatusListToken, StatusList>();

  constructor({ issuers, fetch, maxAgeSeconds = TOKEN_STATUS_LIMITS.maxAgeSeconds }: TokenStatusListsOptions) {
    this.#issuers = issuers;
    this.#cache = new StatusListCache({ fetch });
    this.#maxAgeSeconds = maxAgeSeconds;
  }

  async check({ issuer, uri, index, at }: TokenStatusQuestion): Promise<Finding> {
    const known = this.#issuers.find((one) => one.issuer === issuer && uri.startsWith(one.base));
    if (known === undefined) return unavailable('no list of the issuer is known there');
    const { token, problem } = await this.#cache.get(uri, at, (fresh) => isGenuine(fresh, known, at));
    if (token === undefined) return unavailable(problem?.problem ?? 'no list');
    const age = (at.getTime() - token.issuedAt.getTime()) / 1000;
    const end = token.expires?.getTime() ?? token.issuedAt.getTime() + this.#maxAgeSeconds * 1000;
    if (at.getTime() >= end || age < -TOKEN_STATUS_LIMITS.skewSeconds)
      return unavailable(`the list is of ${token.issuedAt.toISOString()}`);
    const list = this.#inflated(token);
    if (typeof list === 'string') return unavailable(list);
    if (index >= list.length) return finding('fail', 'status-index', `${index} of ${list.length}`);
    const value = list.get(index);
    if (value === 0) return finding('pass', 'token-in-force');
    if (value === 1) return finding('fail', 'token-revoked');
    return value === 2 ? finding('fail', 'token-revoked', 'suspended') : unavailable(`its value is ${value}`);
  }

  /** Or why it cannot be read. */
  #inflated(token: StatusListToken): StatusList | string {
    try {
      const list = this.#lists.get(token) ?? StatusList.decompress(token.compressed, token.bits);
      this.#lists.delete(token);
      this.#lists.set(token, list);
      if (this.#lists.size > TOKEN_STATUS_LIMITS.lists) this.#lists.delete(this.#lists.keys().next().value!);
      return list;
    } catch (error) {
      if (!isGovError(error)) throw error;
      return error.code;
    }
  }
}

/** A JWT by one of the issuer's keys. */
async function isGenuine({ signed }: StatusListToken, issuer: StatusListIssuer, at: Date): Promise<boolean> {
  if (!('header' in signed)) return false;
  const { kid, alg } = signed.header;
  const { algorithms = ['SM2-SM3'], keys } = issuer;
  const algorithm = algorithms.find((one) => algorithmNames(one, GMT_0125).includes(alg));
  if (algorithm === undefined) return false;
  const found = await keys.find({ kid: kid as string | undefined, algorithm, dialect: GMT_0125, at });
  if (found.outcome !== 'found' || found.verifier.algorithm !== algorithm) return false;
  return found.verifier.verify(signed.signed, signed.signature);
}

const finding = (outcome: Finding['outcome'], code: FindingCode, detail?: string): Finding => ({
  check: 'status',
  outcome,
  code,
  clause: 'Token Status List 8.3',
  ...(detail === undefined ? {} : { detail }),
});

const unavailable = (detail: string): Finding => finding('unknown', 'token-status-unavailable', detail);
