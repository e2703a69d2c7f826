/**
 * `@gov/identity/exchange`: token exchange (RFC 8693, 令牌交换): a token of another identity domain — province, nation — becomes one
 * of this domain, for an application that proves who it is. Level, scope and lifetime only ever shrink, who passed the token on
 * stands in `act`, and what is issued is kept and noted in the same transaction that takes the subject token's one use.
 *
 * @example
 * import { ASSURANCE_LEVELS, assuranceMapping } from '@gov/identity';
 * import { TokenExchange } from '@gov/identity/exchange';
 * import { JwksCache } from '@gov/token/jwks';
 *
 * const [city, province] = ['https://id.city.example.gov.cn', 'https://id.province.example.gov.cn'];
 * const clock = () => new Date();
 * const exchange = new TokenExchange({
 *   issuer: city,
 *   endpoint: `${city}/token`,
 *   keys: { current: () => ({ kid: '2026', signer }) }, // or a KeyRing
 *   store,
 *   replay: store.replay,
 *   log: 'identity',
 *   actor: 'id-city',
 *   issuers: [
 *     {
 *       profile: { issuer: province, keys: new JwksCache({ url: `${province}/jwks.json`, fetch, clock }) },
 *       audience: city,
 *       assurance: assuranceMapping(ASSURANCE_LEVELS, ASSURANCE_LEVELS, { 'urn:gov:assurance:4': 'urn:gov:assurance:3' }),
 *     },
 *   ],
 *   subject: async ({ sub }) => ({ kind: 'natural-person', sub: `local-${sub}` }),
 *   rule: async ({ clientId }) =>
 *     clientId === 'city-portal' ? { audience: ['https://api.example.gov.cn'], scope: ['license.read'] } : undefined,
 * }); // exchange.handler({ authentication, clock }) is for POST /token
 *
 * @packageDocumentation
 */
import { appendAudit, auditEntry } from '@gov/audit';
import { holdsPersonalNumber } from '@gov/codes';
import type { JsonObject } from '@gov/token/json';
import type { KeyRing } from '@gov/token/key-ring';
import type { ReplayStore } from '@gov/token/one-time';
import { GovError, type Report } from '@gov/verdict';
import { ACCESS_TOKEN_LIFETIME, type AccessGrant, issueAccessToken, type TokenSubject } from './access-token.js';
import { type ActorClaim, CLAIM_LIMITS, LAST_SECOND } from './claims.js';
import type { ClientAuthentication } from './client-authentication.js';
import { actorChain } from './internal/acting.js';
import type { DpopNonces } from './internal/dpop-nonces.js';
import { thumbprintOfProof } from './internal/endpoint-proof.js';
import { mayAct, scopeOf, targetOf } from './internal/exchange-bounds.js';
import {
  demanded,
  FORM_LIMITS,
  jsonAnswer,
  type OAuthErrorCode,
  OAuthRefusal,
  parameter,
  postHandler,
  readForm,
} from './internal/oauth.js';
import { type SubjectIssuer, type VerifiedSubject, verifySubjectToken } from './internal/subject-token.js';
import { instant, isOpen, joinSession } from './internal/upstream-session.js';
import type { IdentityStore, IdentityTransaction, KeptSession, TokenSlot } from './port.js';
import type { SubjectKind } from './subject.js';

export { FORM_LIMITS, type OAuthErrorCode, type SubjectIssuer };

/** `grant_type` (RFC 8693 2.1). */
export const TOKEN_EXCHANGE_GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange';

/** RFC 8693 3: what can be exchanged; what is issued is always an access token. */
export const EXCHANGE_TOKEN_TYPES = {
  access_token: 'urn:ietf:params:oauth:token-type:access_token',
  id_token: 'urn:ietf:params:oauth:token-type:id_token',
} as const;

/** Seconds: how long a session that is carried over lasts, unless told otherwise. */
export const EXCHANGE_SESSION_SECONDS = 43_200;

/** What an application may have of an issuer's tokens (交换策略). */
export interface ExchangeRule {
  /** Servers that tokens may be for. Where there is just one, it need not be asked for. */
  readonly audience: readonly string[];
  /** Scope values that tokens may have, if those exchanged had them. */
  readonly scope: readonly string[];
  /** `ACCESS_TOKEN_LIFETIME.usual` */
  readonly lifetimeSeconds?: number;
  /** No token is issued that is bound to no key (DPoP). */
  readonly demandBinding?: boolean;
  /** The least assurance level, of this domain: `minimumLevel` of the directory. */
  readonly minLevel?: number;
}

export interface ExchangeQuestion {
  readonly clientId: string;
  /** Of the subject token. */
  readonly issuer: string;
  readonly at: Date;
}

export interface SubjectQuestion extends ExchangeQuestion {
  /** As the subject token says it: pairwise there. */
  readonly sub: string;
  readonly kind?: SubjectKind;
  readonly claims: JsonObject;
}

export interface TokenExchangeOptions {
  /** `iss` of what is issued. */
  readonly issuer: string;
  /** URL of the endpoint, as proofs of possession name it. */
  readonly endpoint: string;
  readonly keys: Pick<KeyRing, 'current'>;
  readonly store: Pick<IdentityStore, 'identityTransaction'>;
  /** Of proofs of possession. */
  readonly replay: ReplayStore;
  /** Proofs of possession must be made with a nonce of this server; see `dpopNonces` of `@gov/identity/server`. */
  readonly nonces?: DpopNonces;
  /** Name of the audit log. */
  readonly log: string;
  /** For the audit log: the organisation or program that issues, no personal data. */
  readonly actor: string;
  readonly issuers: readonly SubjectIssuer[];
  /** Who it is here, pairwise for the application; undefined for somebody not known. */
  readonly subject: (question: SubjectQuestion) => Promise<TokenSubject | undefined>;
  /** Undefined where the application may have nothing of this issuer's. */
  readonly rule: (question: ExchangeQuestion) => Promise<ExchangeRule | undefined>;
  /** Where tokens get their places in status lists: of a counter of the store, `size` to a list. */
  readonly statusLists?: { readonly counter: string; readonly size: number; readonly uri: (list: number) => string };
  /** `EXCHANGE_SESSION_SECONDS` */
  readonly sessionSeconds?: number;
  /** 0 to 300; 60 unless given. */
  readonly clockSkewSeconds?: number;
  readonly random?: (octets: number) => Uint8Array;
}

/** What an application asks for; it has been authenticated. */
export interface ExchangeRequest {
  readonly clientId: string;
  readonly subjectToken: string;
  readonly subjectTokenType: string;
  /** An access token of who acts already under the subject token's `act`: that they are there. */
  readonly actorToken?: string;
  readonly actorTokenType?: string;
  readonly requestedTokenType?: string;
  /** `audience` and `resource`, together. */
  readonly audience?: readonly string[];
  /** Whatever the rule and the subject token allow, unless given. */
  readonly scope?: readonly string[];
  /** The `DPoP` header of the request: what is issued is bound to its key. */
  readonly proof?: string;
  readonly at: Date;
}

export interface ExchangedToken {
  readonly outcome: 'issued';
  readonly token: string;
  readonly tokenId: string;
  readonly tokenType: 'Bearer' | 'DPoP';
  readonly scope: readonly string[];
  readonly expiresAt: Date;
  readonly claims: JsonObject;
}

export interface ExchangeRefusal {
  readonly outcome: 'refused';
  readonly error: OAuthErrorCode;
  /** Of the subject token, where it was judged; for the operator, not for whoever asked. */
  readonly report?: Report;
}

export interface TokenEndpointOptions {
  readonly authentication: ClientAuthentication;
  readonly clock: () => Date;
  /** Told of each refusal. */
  readonly onRefused?: (refusal: ExchangeRefusal) => void;
}

/** Issues tokens of this domain for those of others (令牌交换). */
export class TokenExchange {
  readonly #options: TokenExchangeOptions & {
    readonly clockSkewSeconds: number;
    readonly sessionSeconds: number;
    readonly random: (octets: number) => Uint8Array;
  };

  /** @throws GovError `invalid-argument` for an issuer twice, and times that cannot be */
  constructor(options: TokenExchangeOptions) {
    const { clockSkewSeconds = 60, sessionSeconds = EXCHANGE_SESSION_SECONDS, random = randomOctets } = options;
    const names = options.issuers.map(({ profile }) => profile.issuer);
    if (new Set(names).size !== names.length || !(sessionSeconds >= 1) || !(clockSkewSeconds >= 0))
      throw new GovError('invalid-argument', 'token exchange: an issuer twice, or times that cannot be');
    this.#options = { ...options, clockSkewSeconds, sessionSeconds, random };
  }

  /**
   * Exchanges a token. Whatever the reason why not, nothing is kept then: no token, no session, no entry, and the subject token
   * is not used up.
   *
   * Refused with `invalid_request`: a subject token that is not good, was used before, or that no rule covers (RFC 8693 2.2.2 names
   * this code for all of these); `invalid_target`, `invalid_scope`, `invalid_dpop_proof`, `use_dpop_nonce`.
   *
   * @throws GovError `store-unavailable`, `key-not-current`; what the ports throw
   */
  async exchange(request: ExchangeRequest): Promise<ExchangedToken | ExchangeRefusal> {
    let report: Report | undefined;
    try {
      const { proof, at } = request;
      const thumbprint = proof === undefined ? undefined : await thumbprintOfProof(proof, this.#options, at);
      const verified = await this.#verified(request, request.subjectToken, request.subjectTokenType, thumbprint);
      report = verified.report;
      if (verified.subject === undefined) throw new OAuthRefusal('invalid_request');
      const actor = await this.#actorShown(request, verified.subject);
      const plan = {
        ...(await this.#plan(request, verified.subject, thumbprint)),
        ...(actor && { actorShown: actor }),
      };
      return await this.#options.store.identityTransaction((tx) => this.#issue(tx, request, verified.subject!, plan));
    } catch (error) {
      if (!(error instanceof OAuthRefusal)) throw error;
      return { outcome: 'refused', error: error.error, ...(report && { report }) };
    }
  }

  /** A fetch handler for POST (RFC 8693 2.1), under whatever path it is mounted. */
  handler({ authentication, clock, onRefused }: TokenEndpointOptions): (request: Request) => Promise<Response> {
    return postHandler(async (request) => {
      const form = await readForm(request, ['audience', 'resource']);
      const at = clock();
      const client = await authentication.authenticate(request, form, at);
      if (client === undefined) throw new OAuthRefusal('invalid_client');
      if (demanded(form, 'grant_type') !== TOKEN_EXCHANGE_GRANT) throw new OAuthRefusal('unsupported_grant_type');
      const answer = await this.exchange(requestOf(request, form, client.clientId, at));
      const { nonces } = this.#options;
      const headers = nonces && request.headers.has('dpop') ? { 'dpop-nonce': nonces.current(at) } : {};
      if (answer.outcome === 'refused') {
        onRefused?.(answer);
        throw new OAuthRefusal(answer.error, headers);
      }
      const body = {
        access_token: answer.token,
        issued_token_type: EXCHANGE_TOKEN_TYPES.access_token,
        token_type: answer.tokenType,
        expires_in: Math.floor((answer.expiresAt.getTime() - at.getTime()) / 1000),
        ...(answer.scope.length === 0 ? {} : { scope: answer.scope.join(' ') }),
      };
      return jsonAnswer(200, body, headers);
    });
  }

  async #verified({ clientId, at }: ExchangeRequest, text: string, type: string, thumbprint: string | undefined) {
    const { issuers, clockSkewSeconds } = this.#options;
    const kind = TYPES.find((name) => EXCHANGE_TOKEN_TYPES[name] === type);
    if (kind === undefined) throw new OAuthRefusal('invalid_request');
    return verifySubjectToken({ text, type: kind, clientId, issuers, thumbprint, at, clockSkewSeconds });
  }

  /** An actor token shows that who acts is there; it makes nobody an actor. Undefined where none is shown. */
  async #actorShown(request: ExchangeRequest, { actor, from }: VerifiedSubject): Promise<VerifiedSubject | undefined> {
    const { actorToken, actorTokenType } = request;
    if ((actorToken === undefined) !== (actorTokenType === undefined)) throw new OAuthRefusal('invalid_request');
    if (actorToken === undefined) return undefined;
    if (actorTokenType !== EXCHANGE_TOKEN_TYPES.access_token) throw new OAuthRefusal('invalid_request');
    const { subject } = await this.#verified(request, actorToken, actorTokenType, undefined);
    const named = actor?.iss ?? from.profile.issuer;
    // Under a mandate it is somebody else who is there.
    if (subject === undefined || subject.mandate !== undefined || subject.sub !== actor?.sub)
      throw new OAuthRefusal('invalid_request');
    if (subject.from.profile.issuer !== named) throw new OAuthRefusal('invalid_request');
    return subject;
  }

  /** All that can be told before anything is locked. */
  async #plan(request: ExchangeRequest, subject: VerifiedSubject, thumbprint: string | undefined): Promise<Plan> {
    const { clientId, at, requestedTokenType = EXCHANGE_TOKEN_TYPES.access_token } = request;
    const { issuer } = subject.from.profile;
    if (requestedTokenType !== EXCHANGE_TOKEN_TYPES.access_token) throw new OAuthRefusal('invalid_request');
    if (!mayAct(subject.claims, clientId, this.#options.issuer)) throw new OAuthRefusal('invalid_request');
    const rule = await this.#options.rule({ clientId, issuer, at });
    if (rule === undefined || (rule.demandBinding === true && thumbprint === undefined))
      throw new OAuthRefusal('invalid_request');
    if (!(subject.level >= (rule.minLevel ?? 0))) throw new OAuthRefusal('invalid_request');
    const { sub, kind, claims } = subject;
    const here = await this.#options.subject({ clientId, issuer, at, sub, claims, ...(kind && { kind }) });
    if (here === undefined || here.kind !== (kind ?? here.kind)) throw new OAuthRefusal('invalid_request');
    if (holdsPersonalNumber(here.sub)) throw new GovError('invalid-argument', 'a sub is the number of a person');
    await this.#checkMandate(subject, at);
    return {
      subject: here,
      audience: targetOf(request.audience ?? [], rule.audience),
      scope: scopeOf(request.scope, rule.scope, subject),
      actor: this.#actor(clientId, subject),
      lifetimeSeconds: Math.min(rule.lifetimeSeconds ?? ACCESS_TOKEN_LIFETIME.usual, ACCESS_TOKEN_LIFETIME.most),
      thumbprint,
    };
  }

  /** The application acts now; whoever did before it stands inside, under the name of the domain that knows them (RFC 8693 4.1). */
  #actor(clientId: string, { actor, from }: VerifiedSubject): ActorClaim {
    const chain = actorChain(actor);
    if (chain.length >= CLAIM_LIMITS.actors || chain.some(({ sub }) => holdsPersonalNumber(sub)))
      throw new OAuthRefusal('invalid_request');
    const { issuer } = from.profile;
    const foreign = issuer !== this.#options.issuer;
    const named = (one: ActorClaim): ActorClaim => ({
      ...one,
      ...(foreign ? { iss: one.iss ?? issuer } : {}),
      ...(one.act && { act: named(one.act) }),
    });
    return { sub: clientId, ...(actor && { act: named(actor) }) };
  }

  /** Of other domains; one of this domain is looked up in the transaction. */
  async #checkMandate({ mandate, from }: VerifiedSubject, at: Date): Promise<void> {
    if (mandate === undefined || from.profile.issuer === this.#options.issuer) return;
    if ((await from.mandateInForce?.(mandate.id, at)) !== true) throw new OAuthRefusal('invalid_request');
  }

  async #issue(
    tx: IdentityTransaction,
    { clientId, at }: ExchangeRequest,
    from: VerifiedSubject,
    plan: Plan,
  ): Promise<ExchangedToken> {
    const { issuer, keys, statusLists, log, actor, clockSkewSeconds } = this.#options;
    const random = atOnce(this.#options.random, ISSUE_OCTETS);
    const slot = await this.#slot(tx);
    const usable = new Date(
      Math.min(Math.ceil(from.expiresAt.getTime() + clockSkewSeconds * 1000), LAST_SECOND * 1000),
    );
    if (!(await tx.firstUse('exchange', from.use, usable))) throw new OAuthRefusal('invalid_request');
    await this.#checkOwn(tx, from, at);
    if (plan.actorShown !== undefined) await this.#checkOwn(tx, plan.actorShown, at);
    const session = await this.#session(tx, from, plan.subject, at);
    const ends = Math.min(from.expiresAt.getTime(), session === undefined ? Infinity : Date.parse(session.expiresAt));
    const rest = Math.floor(ends / 1000) - Math.floor(at.getTime() / 1000);
    if (rest < 1 || (from.mandate?.exp ?? Infinity) * 1000 <= at.getTime()) throw new OAuthRefusal('invalid_request');
    const sessionId = session?.sessionId ?? (this.#isOwn(from) ? from.sessionId : undefined);
    const grant: AccessGrant = {
      subject: plan.subject,
      clientId,
      audience: plan.audience,
      scope: plan.scope,
      level: from.level,
      actor: plan.actor,
      ...(from.authTime && { authTime: new Date(Math.min(from.authTime.getTime(), at.getTime())) }),
      ...(from.mandate && { mandate: from.mandate }),
      ...(sessionId === undefined ? {} : { sessionId }),
      ...(plan.thumbprint === undefined ? {} : { thumbprint: plan.thumbprint }),
      ...(slot && statusLists && { status: { uri: statusLists.uri(slot.list), index: slot.index } }),
    };
    const issued = await issueAccessToken(grant, {
      issuer,
      ...keys.current(at),
      at,
      lifetimeSeconds: Math.min(plan.lifetimeSeconds, rest),
      table: from.from.assurance.to,
      random,
    });
    const upstream = from.from.profile.issuer;
    await tx.insertToken({
      tokenId: issued.tokenId,
      issuer,
      kind: 'access',
      clientId,
      subject: plan.subject.sub,
      issuedAt: instant(at),
      expiresAt: instant(issued.expiresAt),
      ...(sessionId === undefined ? {} : { sessionId }),
      ...(from.tokenId === undefined ? {} : { parent: { issuer: upstream, tokenId: from.tokenId } }),
      ...(from.mandate && { mandateId: from.mandate.id }),
      ...(slot && { slot }),
    });
    const entry = auditEntry({
      at,
      action: 'token-exchange',
      actor,
      details: { client: clientId, issuer: upstream, level: from.level, token: issued.tokenId },
      secrets: {
        subject: plan.subject.sub,
        upstream: from.sub,
        audience: plan.audience.join(' '),
        scope: plan.scope.join(' ') || '-',
      },
      random,
    });
    await appendAudit(tx.audit, log, [entry]);
    const { token, tokenId, expiresAt, claims } = issued;
    const tokenType = plan.thumbprint === undefined ? 'Bearer' : 'DPoP';
    return { outcome: 'issued', token, tokenId, tokenType, scope: plan.scope, expiresAt, claims };
  }

  #isOwn({ from }: VerifiedSubject): boolean {
    return from.profile.issuer === this.#options.issuer;
  }

  /** A token of this domain must be kept and in force, and so must its mandate, and its session where that is kept. */
  async #checkOwn(tx: IdentityTransaction, from: VerifiedSubject, at: Date): Promise<void> {
    if (!this.#isOwn(from)) return;
    // Locked first, as by whoever ends it.
    const session = from.sessionId === undefined ? undefined : await tx.lockSession(from.sessionId);
    if (session !== undefined && !isOpen(session, at)) throw new OAuthRefusal('invalid_request');
    const kept = from.tokenId === undefined ? undefined : await tx.lockToken(from.tokenId);
    if (kept === undefined || kept.issuer !== this.#options.issuer || kept.revokedAt !== undefined)
      throw new OAuthRefusal('invalid_request');
    if (from.mandate === undefined) return;
    const mandate = await tx.lockMandate(from.mandate.id);
    if (mandate === undefined || mandate.revokedAt !== undefined) throw new OAuthRefusal('invalid_request');
  }

  /** Their login is one here, until they end it; a login of ours stays the one it is, and none is needed for it. */
  async #session(
    tx: IdentityTransaction,
    from: VerifiedSubject,
    { sub: subject }: TokenSubject,
    at: Date,
  ): Promise<KeptSession | undefined> {
    if (this.#isOwn(from)) return undefined;
    const { sessionSeconds, random } = this.#options;
    const until = new Date(Math.floor(at.getTime() / 1000 + sessionSeconds) * 1000);
    const upstream = {
      issuer: from.from.profile.issuer,
      subject: from.sub,
      ...(from.sessionId === undefined ? {} : { sessionId: from.sessionId }),
    };
    const session = await joinSession(tx, { upstream, subject, at, until }, random);
    if (session === undefined) throw new OAuthRefusal('invalid_request');
    return session;
  }

  async #slot(tx: IdentityTransaction): Promise<TokenSlot | undefined> {
    const { statusLists } = this.#options;
    if (statusLists === undefined) return undefined;
    const number = (await tx.takeNumbers(statusLists.counter, 1)) - 1;
    return { list: Math.floor(number / statusLists.size), index: number % statusLists.size };
  }
}

/** What is to be issued, as far as it is known without the store. */
interface Plan {
  readonly subject: TokenSubject;
  readonly audience: readonly string[];
  readonly scope: readonly string[];
  readonly actor: ActorClaim;
  readonly lifetimeSeconds: number;
  readonly thumbprint: string | undefined;
  /** Whoever the actor token is about. */
  readonly actorShown?: VerifiedSubject;
}

const TYPES = ['access_token', 'id_token'] as const;

function requestOf({ headers }: Request, form: URLSearchParams, clientId: string, at: Date): ExchangeRequest {
  const [actorToken, actorTokenType] = [parameter(form, 'actor_token'), parameter(form, 'actor_token_type')];
  const requestedTokenType = parameter(form, 'requested_token_type');
  const scope = parameter(form, 'scope');
  const proof = headers.get('dpop');
  return {
    clientId,
    subjectToken: demanded(form, 'subject_token'),
    subjectTokenType: demanded(form, 'subject_token_type'),
    audience: [...form.getAll('audience'), ...form.getAll('resource')].filter((one) => one !== ''),
    at,
    ...(actorToken === undefined ? {} : { actorToken }),
    ...(actorTokenType === undefined ? {} : { actorTokenType }),
    ...(requestedTokenType === undefined ? {} : { requestedTokenType }),
    ...(scope === undefined ? {} : { scope: scope.split(' ') }),
    ...(proof === null ? {} : { proof }),
  };
}

/** `jti`, and the salts of the four secrets of the entry. */
const ISSUE_OCTETS = 16 + 4 * 32;

/** Octets asked for in one go: to ask takes longer than what is made of the answer. Whoever takes more finds none left. */
function atOnce(random: (octets: number) => Uint8Array, octets: number): (octets: number) => Uint8Array {
  let rest = random(octets);
  return (count) => {
    const some = rest.slice(0, count);
    rest = rest.subarray(count);
    return some;
  };
}

const randomOctets = (octets: number): Uint8Array => crypto.getRandomValues(new Uint8Array(octets));
