/** Who sends a request, or how it is refused: what all server adapters share. */
import { algorithmNames, GMT_0125, type TokenAlgorithm } from '@gov/token/dialect';
import { type IssuerProfile, readJwt } from '@gov/token/jwt';
import type { ReplayStore } from '@gov/token/one-time';
import { type FindingCode, GovError, isGovError, type Report } from '@gov/verdict';
import { type Identity, verifyAccessToken } from '../access-token.js';
import { ASSURANCE_LEVELS, type AssuranceTable } from '../assurance.js';
import { scopeValue } from '../claims.js';
import type { TokenStatusSource } from '../status.js';
import { stepUpChallenge, type TokenScheme } from '../step-up.js';
import type { SubjectKind } from '../subject.js';
import { verifyUnused } from './binding.js';
import { type DpopNonces, nonceOfProof } from './dpop-nonces.js';
import { type Answer, type Demands, type Refusal, type RefusalCode, refusalAnswer } from './refusal.js';

/** How tokens are taken that are bound to a key (RFC 9449). */
export interface DpopOptions {
  /**
   * How this server's URLs begin for its clients, without `/` at the end: `https://api.example.gov.cn`, with a path where a proxy
   * takes one away. Proofs are compared with it and never with `Host`, `Forwarded` or `X-Forwarded-*`: those are what the sender says.
   */
  readonly origin: string;
  /** Asked only for proofs that come with a good token. */
  readonly replay: ReplayStore;
  /** Plain bearer tokens are refused. */
  readonly demanded?: boolean;
  /** Proofs must be made with a nonce of this server; see `dpopNonces`. */
  readonly nonces?: DpopNonces;
}

/** Who may come in (访问控制要求). */
export interface ProtectOptions {
  /** Whose tokens are taken. */
  readonly issuers: readonly IssuerProfile[];
  /** This server: it must be among `aud`. */
  readonly audience: string;
  readonly clock: () => Date;
  /** Level of the table. */
  readonly minAssurance?: number;
  /** Since the login. */
  readonly maxAuthAgeSeconds?: number;
  /** Natural persons alone, or legal persons alone (whoever acts for them). */
  readonly subject?: SubjectKind;
  /** All of these. */
  readonly scope?: readonly string[];
  /** Without it no token is taken that is bound to a key. */
  readonly dpop?: DpopOptions;
  /** Given, every token must be in force by its issuer's status list. */
  readonly status?: TokenStatusSource;
  /** `ASSURANCE_LEVELS` unless given. */
  readonly table?: AssuranceTable;
  /** 0 to 300; 60 unless given. */
  readonly clockSkewSeconds?: number;
  /** Told of each refusal, for the log of the operator. */
  readonly onRefused?: (refusal: Refusal) => void;
}

/** A request as far as it counts here, out of whatever framework. */
export interface GuardedRequest {
  readonly method: string;
  /** Path and query, as it came. */
  readonly target: string;
  /** Each value of the header apart, or several in one with commas between. */
  readonly authorization: readonly string[];
  /** As `authorization`, of the header `DPoP`. */
  readonly proof: readonly string[];
}

/** Headers are for the answer, whoever makes it. */
type Admission =
  | { readonly identity: Identity; readonly headers: Readonly<Record<string, string>> }
  | { readonly refused: Answer };

type Guard = (request: GuardedRequest) => Promise<Admission>;

/** Seconds after which what could not be reached may be there again. */
const RETRY_SECONDS = 5;

/** @throws GovError `invalid-argument` for options that nobody could satisfy, or that no header can hold */
export function guard(options: ProtectOptions): Guard {
  const demands = demandsOf(options);
  return async (request) => {
    const at = options.clock();
    const { dpop, onRefused } = options;
    const shown = shownToken(request);
    const scheme = typeof shown === 'string' ? undefined : shown.scheme;
    const judged = await judgement(request, shown, { options, demands, at });
    const isProved = scheme === 'DPoP' && dpop?.nonces !== undefined;
    const fresh = isProved ? dpop.nonces.current(at) : undefined;
    if ('identity' in judged) {
      const isOld = fresh !== undefined && nonceOfProof(request.proof[0]!) !== fresh;
      return { identity: judged.identity, headers: isOld ? { 'dpop-nonce': fresh } : {} };
    }
    onRefused?.(judged);
    return { refused: refusalAnswer(judged.code, demands, scheme, fresh === undefined ? {} : { 'dpop-nonce': fresh }) };
  };
}

interface ShownToken {
  readonly scheme: TokenScheme;
  readonly token: string;
}

const SCHEMES: readonly TokenScheme[] = ['DPoP', 'Bearer'];

/** RFC 6750 2.1, RFC 9449 7.1; or why there is none. Query and body are never looked at for one. */
function shownToken({ authorization, target }: GuardedRequest): ShownToken | RefusalCode {
  if (authorization.length > 1) return 'request-malformed';
  const [value = ''] = authorization;
  const name = /^[^ \t,]*/.exec(value)![0].toLowerCase();
  const scheme = SCHEMES.find((one) => one.toLowerCase() === name);
  if (scheme === undefined) return 'token-missing';
  const token = /^[A-Za-z]+ +([A-Za-z0-9\-._~+/]+=*)$/.exec(value)?.[1];
  // RFC 6750 2: a client shows a token in one way.
  const query = new URLSearchParams(target.split('?').slice(1).join('?'));
  return token === undefined || query.has('access_token') ? 'request-malformed' : { scheme, token };
}

interface Circumstances {
  readonly options: ProtectOptions;
  readonly demands: Demands;
  readonly at: Date;
}

async function judgement(
  request: GuardedRequest,
  shown: ShownToken | RefusalCode,
  circumstances: Circumstances,
): Promise<{ readonly identity: Identity } | Refusal> {
  if (typeof shown === 'string') return { code: shown };
  if (!circumstances.demands.schemes.includes(shown.scheme)) return { code: 'token-missing' };
  try {
    return await judgeToken(request, shown, circumstances);
  } catch (error) {
    if (!isGovError(error)) throw error;
    if (UNREADABLE.includes(error.code)) return { code: 'token-invalid' };
    if (error.code === 'store-unavailable') return { code: 'service-unavailable' };
    throw error;
  }
}

const UNREADABLE: readonly GovError['code'][] = ['jwt-malformed', 'input-too-large'];

async function judgeToken(
  request: GuardedRequest,
  { scheme, token }: ShownToken,
  { options, demands, at }: Circumstances,
): Promise<{ readonly identity: Identity } | Refusal> {
  const { dpop, minAssurance, maxAuthAgeSeconds, status, table, clockSkewSeconds, subject } = options;
  const proof = scheme === 'DPoP' ? await judgeProof(request, token, dpop!, at) : undefined;
  if (proof !== undefined && 'code' in proof) return proof;
  const { report, identity } = await verifyAccessToken(token, {
    issuers: options.issuers,
    audience: options.audience,
    at,
    ...(minAssurance === undefined ? {} : { minLevel: minAssurance }),
    ...(maxAuthAgeSeconds === undefined ? {} : { maxAuthAgeSeconds }),
    ...(status === undefined ? {} : { status }),
    ...(table === undefined ? {} : { table }),
    ...(clockSkewSeconds === undefined ? {} : { clockSkewSeconds }),
    ...(proof === undefined ? {} : { possession: { thumbprint: proof.thumbprint } }),
  });
  if (identity === undefined) return { code: reasonOf(report, token, minAssurance !== undefined), report };
  if (subject !== undefined && identity.subject.kind !== subject) return { code: 'subject-refused', report };
  if (!demands.scope.every((value) => identity.scope.includes(value))) return { code: 'scope-insufficient', report };
  if (proof !== undefined && !(await proof.isFirst())) return { code: 'proof-invalid', report };
  return { identity };
}

interface JudgedProof {
  readonly thumbprint: string;
  /** Asks the replay store. */
  readonly isFirst: () => Promise<boolean>;
}

/** Its first use is asked later: whoever has no good token writes nothing into the store. */
async function judgeProof(
  { method, target, proof: [proof, ...more] }: GuardedRequest,
  accessToken: string,
  { origin, replay, nonces }: DpopOptions,
  at: Date,
): Promise<JudgedProof | Refusal> {
  const url = origin + target;
  if (proof === undefined || more.length > 0 || !target.startsWith('/') || !URL.canParse(url))
    return { code: 'proof-invalid' };
  const nonce = nonceOfProof(proof);
  if (nonces !== undefined && (nonce === undefined || !nonces.accepts(nonce, at))) return { code: 'proof-nonce' };
  const asked = { method, url, at, accessToken, replay, ...(nonces && nonce !== undefined ? { nonce } : {}) };
  try {
    const { report, thumbprint, isFirst } = await verifyUnused(proof, asked);
    if (thumbprint === undefined || isFirst === undefined) return { code: 'proof-invalid', report };
    return { thumbprint, isFirst };
  } catch (error) {
    // Besides what cannot be read, a method that is none.
    if (!isGovError(error)) throw error;
    return { code: 'proof-invalid' };
  }
}

/** Only to whoever has a token that is good in everything else is said what would help. */
function reasonOf({ findings }: Report, token: string, isLevelDemanded: boolean): RefusalCode {
  const wrong = findings.filter(({ outcome }) => outcome === 'fail' || outcome === 'unknown').map(({ code }) => code);
  const all = (...codes: readonly FindingCode[]): boolean =>
    wrong.length > 0 && wrong.every((code) => codes.includes(code));
  if (all('assurance-too-low', 'token-login-too-old')) return 'assurance-insufficient';
  if (isLevelDemanded && all('assurance-unknown', 'token-login-too-old')) return 'assurance-insufficient';
  // One that has no place in a list will not get one by waiting.
  if (all('token-key-unavailable') || (all('token-status-unavailable') && hasStatus(token)))
    return 'service-unavailable';
  return 'token-invalid';
}

const hasStatus = (token: string): boolean => Object.hasOwn(readJwt(token).claims, 'status');

const ALGORITHMS: readonly TokenAlgorithm[] = ['SM2-SM3', 'ECDSA-P256-SHA256'];

function demandsOf(options: ProtectOptions): Demands {
  const { dpop, minAssurance, maxAuthAgeSeconds, table = ASSURANCE_LEVELS, scope = [] } = options;
  const acrValues = table.levels
    .filter(({ level }) => minAssurance !== undefined && level >= minAssurance)
    .sort((a, b) => a.level - b.level)
    .map(({ acr }) => acr);
  if (minAssurance !== undefined && acrValues.length === 0) throw unfit('no level of the table is high enough');
  if (!scope.every((value) => scopeValue.safeParse(value).success)) throw unfit('a scope value that is none');
  if (dpop !== undefined && !isOrigin(dpop.origin)) throw unfit('the origin is like https://api.example.gov.cn');
  const stepUp = { acrValues, ...(maxAuthAgeSeconds === undefined ? {} : { maxAgeSeconds: maxAuthAgeSeconds }) };
  if (acrValues.length > 0 || maxAuthAgeSeconds !== undefined) stepUpChallenge({ scheme: 'Bearer', ...stepUp });
  return {
    schemes: dpop === undefined ? ['Bearer'] : dpop.demanded === true ? ['DPoP'] : ['DPoP', 'Bearer'],
    algorithms: ALGORITHMS.flatMap((algorithm) => algorithmNames(algorithm, GMT_0125).slice(0, 1)),
    stepUp,
    scope,
    retrySeconds: RETRY_SECONDS,
  };
}

function isOrigin(text: string): boolean {
  if (!URL.canParse(text) || text.endsWith('/')) return false;
  const { protocol, origin, pathname } = new URL(text);
  return /^https?:$/.test(protocol) && text === (pathname === '/' ? origin : origin + pathname);
}

const unfit = (why: string): GovError => new GovError('invalid-argument', `requireIdentity: ${why}`);
