/**
 * `@gov/identity/introspection`: whether a token of this domain is in force (RFC 7662, 令牌自省), for servers that ask at every
 * request, or for tokens whose status list is not fresh enough.
 *
 * @example
 * import { privateKeyJwt } from '@gov/identity/client-authentication';
 * import { introspectionHandler } from '@gov/identity/introspection';
 *
 * const issuer = 'https://id.example.gov.cn';
 * const clients = async (clientId: string) => (clientId === 'license-api' ? { keys } : undefined);
 * const handler = introspectionHandler({
 *   profile: { issuer, keys: ring },
 *   store,
 *   authentication: privateKeyJwt({ clients, audience: issuer, replay }),
 *   audiences: async (clientId) => (clientId === 'license-api' ? ['https://api.example.gov.cn'] : []),
 *   clock: () => new Date(),
 * }); // for POST /introspect
 *
 * @packageDocumentation
 */
import type { Identity } from './access-token.js';
import type { ClientAuthentication } from './client-authentication.js';
import { demanded, jsonAnswer, OAuthRefusal, postHandler, readForm } from './internal/oauth.js';
import { type OwnIssuer, ownIdentity } from './internal/own-token.js';
import { isOpen } from './internal/upstream-session.js';
import type { IdentityStore } from './port.js';

export type { OwnIssuer };

export interface IntrospectionOptions extends OwnIssuer {
  readonly store: Pick<IdentityStore, 'token' | 'session' | 'mandate'>;
  readonly authentication: ClientAuthentication;
  /** For which audiences this application speaks: about tokens for others it learns nothing. */
  readonly audiences: (clientId: string, at: Date) => Promise<readonly string[]>;
  readonly clock: () => Date;
}

/**
 * A fetch handler for POST, under whatever path it is mounted. A token that is unknown, forged, expired, revoked, for somebody
 * else, or whose session or mandate has ended, is `{"active":false}`; which of these it is, is not said. Of one in force the answer
 * has all claims, `cnf` among them: whoever asks compares it with the proof (RFC 9449 6.2).
 *
 * Errors: 400 `invalid_request`, 401 `invalid_client`, 405; 503 while the store cannot be reached.
 */
export function introspectionHandler(options: IntrospectionOptions): (request: Request) => Promise<Response> {
  const { authentication, audiences, clock } = options;
  return postHandler(async (request) => {
    const form = await readForm(request);
    const at = clock();
    const client = await authentication.authenticate(request, form, at);
    if (client === undefined) throw new OAuthRefusal('invalid_client');
    const text = demanded(form, 'token');
    const own = await audiences(client.clientId, at);
    const identity = await ownIdentity(text, options, { at, isFor: (audience) => own.includes(audience) });
    if (identity === undefined || !(await isInForce(identity, options, at))) return jsonAnswer(200, { active: false });
    const { claims } = identity;
    return jsonAnswer(200, { ...claims, active: true, token_type: claims.cnf === undefined ? 'Bearer' : 'DPoP' });
  });
}

/** What is not kept is not in force: nobody could revoke it. */
async function isInForce({ tokenId, issuer }: Identity, { store }: IntrospectionOptions, at: Date): Promise<boolean> {
  const token = await store.token(tokenId);
  if (token === undefined || token.issuer !== issuer || token.revokedAt !== undefined) return false;
  const { sessionId, mandateId } = token;
  if (sessionId !== undefined) {
    const session = await store.session(sessionId);
    if (session === undefined || !isOpen(session, at)) return false;
  }
  if (mandateId === undefined) return true;
  const mandate = await store.mandate(mandateId);
  // That of another domain is kept there, and was asked about when the token was exchanged.
  if (mandate === undefined) return token.parent !== undefined && token.parent.issuer !== issuer;
  return mandate.revokedAt === undefined && Date.parse(mandate.expiresAt) > at.getTime();
}
