/**
 * `@gov/identity/revocation`: an application gives a token back (RFC 7009, 令牌撤销), and with it all that was exchanged from it.
 *
 * @example
 * import { privateKeyJwt } from '@gov/identity/client-authentication';
 * import { revocationHandler } from '@gov/identity/revocation';
 *
 * const issuer = 'https://id.example.gov.cn';
 * const clients = async (clientId: string) => (clientId === 'license-api' ? { keys } : undefined);
 * const handler = revocationHandler({
 *   profile: { issuer, keys: ring },
 *   store,
 *   authentication: privateKeyJwt({ clients, audience: issuer, replay }),
 *   log: 'identity',
 *   actor: 'id-city',
 *   clock: () => new Date(),
 * }); // for POST /revoke
 *
 * @packageDocumentation
 */
import { appendAudit, auditEntry } from '@gov/audit';
import type { ClientAuthentication } from './client-authentication.js';
import { demanded, OAuthRefusal, postHandler, readForm } from './internal/oauth.js';
import { type OwnIssuer, ownIdentity } from './internal/own-token.js';
import type { IdentityStore, KeptToken } from './port.js';

export interface RevocationPolicy {
  readonly store: Pick<IdentityStore, 'identityTransaction'>;
  /** Name of the audit log. */
  readonly log: string;
  /** For the audit log: the organisation or program that revokes, no personal data. */
  readonly actor: string;
  readonly random?: (octets: number) => Uint8Array;
}

export interface RevocationOptions extends OwnIssuer, RevocationPolicy {
  readonly authentication: ClientAuthentication;
  readonly clock: () => Date;
}

/**
 * Revokes a token of an application, and whatever was exchanged from it, with an entry (`token-revoke`) in the same transaction.
 *
 * @returns what is revoked now; nothing where the token is not kept, is another application's, or was revoked before
 * @throws GovError `store-unavailable`
 * @example
 * import { revokeToken } from '@gov/identity/revocation';
 *
 * const which = { issuer: 'https://id.example.gov.cn', tokenId: 'jti-1', clientId: 'city-portal', at: new Date() };
 * const revoked = await revokeToken(which, { store, log: 'identity', actor: 'id-city' });
 */
export function revokeToken(
  { issuer, tokenId, clientId, at }: Pick<KeptToken, 'issuer' | 'tokenId' | 'clientId'> & { readonly at: Date },
  { store, log, actor, random }: RevocationPolicy,
): Promise<readonly KeptToken[]> {
  return store.identityTransaction(async (tx) => {
    const token = await tx.lockToken(tokenId);
    if (token === undefined || token.issuer !== issuer || token.clientId !== clientId) return [];
    const revoked = await tx.revokeTokens({ tokenId }, at);
    if (revoked.length === 0) return [];
    const details = { client: clientId, token: tokenId, tokens: revoked.length };
    const secrets = { subject: token.subject };
    const entry = auditEntry({ at, action: 'token-revoke', actor, details, secrets, ...(random && { random }) });
    await appendAudit(tx.audit, log, [entry]);
    return revoked;
  });
}

/**
 * A fetch handler for POST, under whatever path it is mounted. It answers 200 whatever became of the token: one that is unknown,
 * forged, expired or another application's is left as it is. `token_type_hint` is passed over.
 *
 * Errors: 400 `invalid_request`, 401 `invalid_client`, 405; 503 while the store cannot be reached.
 */
export function revocationHandler(options: RevocationOptions): (request: Request) => Promise<Response> {
  const { authentication, clock } = options;
  return postHandler(async (request) => {
    const form = await readForm(request);
    const at = clock();
    const client = await authentication.authenticate(request, form, at);
    if (client === undefined) throw new OAuthRefusal('invalid_client');
    const identity = await ownIdentity(demanded(form, 'token'), options, { at, isFor: () => true });
    if (identity !== undefined) await revokeToken({ ...identity, ...client, at }, options);
    return new Response(null, { status: 200, headers: { 'cache-control': 'no-store' } });
  });
}
