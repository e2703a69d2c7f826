/** Gathering revocation data (获取吊销信息) from where certificates say that it is. */
import { bytesToHex, sameBytes } from '@gov/sm';
import { isGovError } from '@gov/verdict';
import type { Certificate } from '../certificate.js';
import { type Fetch, fetchableUrl, fetchBounded } from '../internal/fetch-bounded.js';
import { answersAbout } from '../internal/revocation-answers.js';
import type { CertIdHash } from '../ocsp/cert-id.js';
import { createOcspRequest } from '../ocsp/request.js';
import { OCSP_RESPONSE_LIMITS, type OcspResponse, readOcspResponse } from '../ocsp/response.js';
import { SIGNATURE } from '../oid.js';
import { CLOCK_SKEW_MS } from '../signing-time.js';
import type { TrustStore } from '../trust-store.js';
import { memoryRevocationCache, type RevocationCache } from './cache.js';
import { CRL_LIMITS, type Crl, readCrl } from './crl.js';
import type { RevocationData, RevocationProblem } from './data.js';
import { crlLocations, ocspLocations } from './locations.js';
import { judgeAnswers } from './revocation-findings.js';

export const GATHER_LIMITS = {
  /** URLs tried for one certificate: of responders, and of lists. */
  maxUrls: 4,
  /** Redirections followed for one list; for a responder none. */
  maxRedirects: 3,
  /** Time for one question, milliseconds. */
  timeoutMs: 10_000,
} as const;

export interface GatherOptions {
  /** Which keys the path was verified with. */
  readonly trust: TrustStore;
  readonly at: Date;
  /**
   * The network. URLs come out of certificates, so that whoever had one issued chooses what is asked: where that matters
   * the port itself must refuse private addresses (after name resolution) and strange ports. Here only http and https, few
   * redirections, sizes and times are seen to.
   */
  readonly fetch: Fetch;
  /** Absent: one that lives as long as this call. */
  readonly cache?: RevocationCache;
  readonly signal?: AbortSignal;
  /** Time for one question, milliseconds (`GATHER_LIMITS.timeoutMs`). */
  readonly timeoutMs?: number;
  /** A fresh nonce for each OCSP request; nothing comes from the cache then, and few public responders answer it. */
  readonly nonce?: () => Uint8Array;
  /** Hash of the CertIDs: SM3 for certificates signed with SM2, else SHA-1. */
  readonly hash?: CertIdHash;
  /** Before each question to the network. */
  readonly onProgress?: (step: { readonly certificate: Certificate; readonly url: string }) => void;
}

/** What was found, and what was not. */
export interface GatheredRevocation extends RevocationData {
  readonly problems: readonly RevocationProblem[];
}

/**
 * Asks, for every certificate of a path but the anchor, the OCSP responders that it names, and where they do not settle it
 * the distribution points of its CRLs. What fails is named in `problems` and shows in `revocationFindings`; nothing is
 * thrown but the reason of `signal` and what the cache throws. Only data that verified and settled something is put into the cache.
 *
 * @example
 * const at = new Date('2026-05-21T00:00:00Z');
 * const { path } = await trust.path(certificate);
 * const revocation = await gatherRevocation(path, { trust, at, fetch });
 */
export async function gatherRevocation(
  path: readonly Certificate[],
  options: GatherOptions,
): Promise<GatheredRevocation> {
  const run = new Gathering(options);
  for (const [index, certificate] of path.slice(0, -1).entries()) await run.ask(certificate, path[index + 1]!);
  return { crls: run.crls, ocspResponses: run.ocspResponses, problems: run.problems };
}

type Trouble = Pick<RevocationProblem, 'problem' | 'detail'>;

class Gathering {
  readonly crls: Crl[] = [];
  readonly ocspResponses: OcspResponse[] = [];
  readonly problems: RevocationProblem[] = [];
  readonly #options: GatherOptions;
  readonly #cache: RevocationCache;

  constructor(options: GatherOptions) {
    this.#options = options;
    this.#cache = options.cache ?? memoryRevocationCache();
  }

  async ask(certificate: Certificate, issuer: Certificate): Promise<void> {
    const responders = ocspLocations(certificate);
    const lists = crlLocations(certificate);
    if (await this.#tryEach(certificate, responders, (url) => this.#ocsp(certificate, issuer, url))) return;
    await this.#tryEach(certificate, lists, (url) => this.#crl(certificate, issuer, url));
  }

  /** Until one settles it. */
  async #tryEach(
    certificate: Certificate,
    urls: readonly string[],
    one: (url: string) => Promise<Trouble | undefined>,
  ): Promise<boolean> {
    const report = (text: string, trouble: Trouble) =>
      this.problems.push({ certificate, url: text.slice(0, 200), ...trouble });
    let tried = 0;
    for (const text of urls) {
      const url = fetchableUrl(text);
      if (url === undefined) {
        report(text, { problem: 'not-fetched', detail: 'not a URL of http or https' });
        continue;
      }
      if (tried++ === GATHER_LIMITS.maxUrls) {
        report(text, { problem: 'too-many-urls', detail: `${GATHER_LIMITS.maxUrls} are tried` });
        return false;
      }
      const trouble = await troubleOf(() => one(url));
      if (trouble === undefined) return true;
      report(text, trouble);
    }
    return false;
  }

  async #ocsp(certificate: Certificate, issuer: Certificate, url: string): Promise<Trouble | undefined> {
    const { at, nonce: nonceOf } = this.#options;
    const hash = this.#options.hash ?? (certificate.signatureAlgorithm === SIGNATURE.sm2Sm3 ? 'SM3' : 'SHA-1');
    const nonce = nonceOf?.();
    const request = await createOcspRequest({
      certificates: [{ certificate, issuer }],
      hash,
      ...(nonce === undefined ? {} : { nonce }),
    });
    const key = `ocsp ${url} ${bytesToHex(request.certIds[0]!.bytes)}`;
    const kept = nonce === undefined ? await this.#cache.get(key, at) : undefined;
    const post = { body: request.bytes, type: 'application/ocsp-request' };
    const answer = await this.#bytes(certificate, url, kept, { maxBytes: OCSP_RESPONSE_LIMITS.maxBytes, post });
    if ('problem' in answer) return answer;
    const response = readOcspResponse(answer.bytes);
    if (nonce !== undefined && !sameBytes(nonce, response.nonce ?? new Uint8Array(0))) {
      return { problem: 'no-answer', detail: 'the nonce is not repeated' };
    }
    this.ocspResponses.push(response);
    const trouble = await this.#unsettled(certificate, issuer, { crls: [], ocspResponses: [response] });
    if (trouble === undefined && kept === undefined && nonce === undefined) {
      const ends = response.responses.map(({ thisUpdate, nextUpdate }) => expiry(thisUpdate, nextUpdate).getTime());
      await this.#cache.put(key, answer.bytes, new Date(Math.min(...ends)));
    }
    return trouble;
  }

  async #crl(certificate: Certificate, issuer: Certificate, url: string): Promise<Trouble | undefined> {
    const key = `crl ${url}`;
    const kept = await this.#cache.get(key, this.#options.at);
    const answer = await this.#bytes(certificate, url, kept, { maxBytes: CRL_LIMITS.maxBytes });
    if ('problem' in answer) return answer;
    const crl = readCrl(answer.bytes);
    this.crls.push(crl);
    const trouble = await this.#unsettled(certificate, issuer, { crls: [crl], ocspResponses: [] });
    if (trouble === undefined && kept === undefined) {
      await this.#cache.put(key, answer.bytes, expiry(crl.thisUpdate, crl.nextUpdate));
    }
    return trouble;
  }

  async #bytes(
    certificate: Certificate,
    url: string,
    kept: Uint8Array | undefined,
    question: { readonly maxBytes: number; readonly post?: { readonly body: Uint8Array; readonly type: string } },
  ): Promise<{ readonly bytes: Uint8Array } | Trouble> {
    if (kept !== undefined) return { bytes: kept };
    const { fetch, signal, timeoutMs = GATHER_LIMITS.timeoutMs, onProgress } = this.#options;
    onProgress?.({ certificate, url });
    const { maxRedirects } = GATHER_LIMITS;
    return fetchBounded({
      ...question,
      fetch,
      url,
      timeoutMs,
      maxRedirects,
      ...(signal === undefined ? {} : { signal }),
    });
  }

  async #unsettled(certificate: Certificate, issuer: Certificate, data: RevocationData): Promise<Trouble | undefined> {
    const { trust, at } = this.#options;
    const { profile } = trust;
    const verifier = trust.verifier.bind(trust);
    const answers = await answersAbout({ certificate, issuer, data, profile, verifier });
    const { outcome, code, detail = '' } = judgeAnswers(certificate, answers, { at, time: undefined });
    if (outcome !== 'unknown') return undefined;
    const nothing = code === 'revocation-not-checked';
    return { problem: 'not-usable', detail: nothing ? 'about something else' : `${code}: ${detail}` };
  }
}

const expiry = (thisUpdate: Date, nextUpdate: Date | undefined): Date =>
  nextUpdate ?? new Date(thisUpdate.getTime() + CLOCK_SKEW_MS);

async function troubleOf(read: () => Promise<Trouble | undefined>): Promise<Trouble | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!isGovError(error)) throw error;
    const problem = error.code === 'ocsp-unsuccessful' ? 'no-answer' : 'unreadable';
    return { problem, detail: error.message };
  }
}
