/**
 * `@gov/identity/ticket`: one-time tickets (一次性票据): a login is handed to an application through the browser as a ticket that
 * says nothing, and fetched by the application itself. And the other way round: the ticket APIs of provinces.
 *
 * @example
 * import { TicketOffice } from '@gov/identity/ticket';
 *
 * const office = new TicketOffice({ store, log: 'identity', actor: 'id-city' });
 * const application = { clientId: 'city-portal', redirectUri: 'https://portal.example.gov.cn/login' };
 * const at = new Date();
 * const { ticket } = await office.issue({ ...application, login: { sub: 'pairwise', level: 3 } }, at);
 * console.log(await office.redeem({ ...application, ticket }, at)); // { sub: 'pairwise', level: 3 }
 * console.log(await office.redeem({ ...application, ticket }, at)); // undefined
 *
 * @packageDocumentation
 */
import { appendAudit, auditEntry } from '@gov/audit';
import { fromBase64url, sm3, toBase64url } from '@gov/sm';
import { type JsonObject, readJsonObject } from '@gov/token/json';
import { GovError } from '@gov/verdict';
import type { ClientAuthentication } from './client-authentication.js';
import { demanded, jsonAnswer, OAuthRefusal, postHandler, readForm } from './internal/oauth.js';
import type { IdentityStore } from './port.js';

export {
  PROVINCIAL_LIMITS,
  type ProvincialApi,
  type ProvincialLogin,
  ProvincialTickets,
  type ProvincialTicketsOptions,
  provincialApiJsonSchema,
  readProvincialApi,
} from './internal/provincial.js';

/** `grant_type` of a request that redeems a ticket. */
export const TICKET_GRANT = 'urn:gov:oauth:grant-type:ticket';

export const TICKET_LIMITS = {
  /** Random octets of a ticket. */
  octets: 32,
  /** How long it lives at most, and unless told otherwise. */
  seconds: 60,
  /** Characters of the login, as JSON. */
  login: 16_384,
} as const;

/** To whom a ticket is bound. */
export interface TicketHolder {
  readonly clientId: string;
  /** Where the browser takes the ticket: its scheme, host and port count. */
  readonly redirectUri: string;
}

export interface TicketGrant extends TicketHolder {
  /** What the application gets for the ticket. */
  readonly login: JsonObject;
}

export interface TicketRedemption extends TicketHolder {
  readonly ticket: string;
}

export interface TicketOfficeOptions {
  readonly store: Pick<IdentityStore, 'identityTransaction'>;
  /** Name of the audit log. */
  readonly log: string;
  /** For the audit log: the organisation or program, no personal data. */
  readonly actor: string;
  /** 1 to `TICKET_LIMITS.seconds`, which it is unless given. */
  readonly lifetimeSeconds?: number;
  readonly random?: (octets: number) => Uint8Array;
}

export interface TicketEndpointOptions {
  readonly authentication: ClientAuthentication;
  readonly clock: () => Date;
  /** What is answered, e.g. with an access token in it; the login as it is unless given. */
  readonly answer?: (login: JsonObject, clientId: string, at: Date) => Promise<JsonObject>;
}

/**
 * Issues and redeems tickets. Of a ticket only the SM3 digest is kept, over it and whom it is bound to: another application finds
 * nothing under it, and cannot use it up.
 */
export class TicketOffice {
  readonly #options: TicketOfficeOptions;
  readonly #lifetimeSeconds: number;

  /** @throws GovError `invalid-argument` for a lifetime outside the limits */
  constructor(options: TicketOfficeOptions) {
    const { lifetimeSeconds = TICKET_LIMITS.seconds } = options;
    if (!(lifetimeSeconds >= 1 && lifetimeSeconds <= TICKET_LIMITS.seconds))
      throw new GovError('invalid-argument', `a ticket lives 1 to ${TICKET_LIMITS.seconds} s`);
    this.#options = options;
    this.#lifetimeSeconds = lifetimeSeconds;
  }

  /**
   * Issues a ticket (签发票据): 43 characters, for the query of the redirection.
   *
   * @throws GovError `invalid-argument` for a redirect URI that is not https (http to this machine is), and a login too long;
   *   `json-malformed` for one that is too deep
   */
  async issue(
    { login, ...holder }: TicketGrant,
    at: Date,
  ): Promise<{ readonly ticket: string; readonly expiresAt: Date }> {
    const { store, random = randomOctets } = this.#options;
    const secret = random(TICKET_LIMITS.octets);
    const digest = digestOf(secret, holder);
    const value = JSON.stringify(login);
    if (digest === undefined || secret.length !== TICKET_LIMITS.octets || value.length > TICKET_LIMITS.login)
      throw new GovError('invalid-argument', 'ticket: a redirect URI that is none, or a login too long');
    // What could not be read again is told now, not to whoever redeems it.
    readLogin(value);
    const expiresAt = new Date(at.getTime() + this.#lifetimeSeconds * 1000);
    await store.identityTransaction((tx) => tx.putOneTime(SCOPE, digest, value, expiresAt));
    return { ticket: toBase64url(secret), expiresAt };
  }

  /**
   * Redeems a ticket (兑换票据), once: the login, to exactly one caller, who is the application it was issued for and has been
   * authenticated. Undefined whatever else it is: used, too old, another's, never issued.
   */
  async redeem({ ticket, ...holder }: TicketRedemption, at: Date): Promise<JsonObject | undefined> {
    const { store, log, actor, random } = this.#options;
    const secret = ticket.length === TICKET_CHARACTERS ? fromBase64url(ticket) : undefined;
    const digest = secret === undefined ? undefined : digestOf(secret, holder);
    if (digest === undefined) return undefined;
    return store.identityTransaction(async (tx) => {
      const value = await tx.redeemOneTime(SCOPE, digest, at);
      if (value === undefined) return undefined;
      const details = { client: holder.clientId };
      await appendAudit(tx.audit, log, [
        auditEntry({
          at,
          action: 'ticket-redeem',
          actor,
          details,
          secrets: { login: value },
          ...(random && { random }),
        }),
      ]);
      return readLogin(value);
    });
  }

  /** A fetch handler for POST: `grant_type`, `ticket`, `redirect_uri`, and how the application proves itself. */
  handler({ authentication, clock, answer }: TicketEndpointOptions): (request: Request) => Promise<Response> {
    return postHandler(async (request) => {
      const form = await readForm(request);
      const at = clock();
      const client = await authentication.authenticate(request, form, at);
      if (client === undefined) throw new OAuthRefusal('invalid_client');
      if (demanded(form, 'grant_type') !== TICKET_GRANT) throw new OAuthRefusal('unsupported_grant_type');
      const { clientId } = client;
      const [ticket, redirectUri] = [demanded(form, 'ticket'), demanded(form, 'redirect_uri')];
      const login = await this.redeem({ clientId, redirectUri, ticket }, at);
      if (login === undefined) throw new OAuthRefusal('invalid_grant');
      return jsonAnswer(200, answer === undefined ? login : await answer(login, clientId, at));
    });
  }
}

/** @throws GovError `json-malformed` */
const readLogin = (value: string): JsonObject => readJsonObject(new TextEncoder().encode(value));

const SCOPE = 'ticket';
const TICKET_CHARACTERS = 43;

/** Undefined for a redirect URI that no browser should take a ticket to. */
function digestOf(secret: Uint8Array, { clientId, redirectUri }: TicketHolder): Uint8Array | undefined {
  if (!URL.canParse(redirectUri)) return undefined;
  const { protocol, hostname, origin, username, password } = new URL(redirectUri);
  const local = protocol === 'http:' && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname);
  if ((protocol !== 'https:' && !local) || username !== '' || password !== '') return undefined;
  return sm3(new TextEncoder().encode(JSON.stringify([toBase64url(secret), clientId, origin])));
}

const randomOctets = (octets: number): Uint8Array => crypto.getRandomValues(new Uint8Array(octets));
