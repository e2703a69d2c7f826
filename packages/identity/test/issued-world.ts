/** A city that issued tokens, on a store in memory, and applications that come back with them. */
import { type AccessGrant, issueAccessToken, type KeptMandate, type KeptSession, type KeptToken } from '@gov/identity';
import type { ClientAuthentication } from '@gov/identity/client-authentication';
import type { IntrospectionOptions } from '@gov/identity/introspection';
import type { RevocationOptions } from '@gov/identity/revocation';
import { generateSm2Key, sm2Signer } from '@gov/sm';
import type { Store } from '@gov/store';
import { publicJwk } from '@gov/token/jwk';
import { fixedKeys } from '@gov/token/key-source';

export const CITY = 'https://id.city.example.gov.cn';
export const API = 'https://api.city.example.gov.cn';
export const AT = new Date('2026-05-20T01:00:00Z');
const LOG = 'identity';
export const signer = sm2Signer(generateSm2Key());

/** Whoever names themselves in a header is believed. */
const authentication: ClientAuthentication = {
  async authenticate({ headers }) {
    const clientId = headers.get('x-client');
    return clientId === null ? undefined : { clientId };
  },
};

export type EndpointOptions = IntrospectionOptions & RevocationOptions;

export const endpointOptions = (store: Store, more: Partial<EndpointOptions> = {}): EndpointOptions => ({
  profile: { issuer: CITY, keys: fixedKeys([publicJwk(signer.publicKey, { kid: 'k1' })]) },
  store,
  authentication,
  audiences: async (clientId) => (clientId === 'license-api' ? [API] : []),
  log: LOG,
  actor: 'id-city',
  clock: () => AT,
  ...more,
});

interface Kept {
  readonly token: string;
  readonly tokenId: string;
}

/** A token, and what the store keeps of it. */
export async function issue(
  store: Store,
  grant: Partial<AccessGrant> = {},
  kept: Partial<KeptToken> = {},
  at = AT,
): Promise<Kept> {
  const whole: AccessGrant = {
    subject: { kind: 'natural-person', sub: 'pairwise' },
    clientId: 'city-portal',
    audience: [API],
    scope: ['license.read'],
    level: 3,
    ...grant,
  };
  const { token, tokenId, expiresAt } = await issueAccessToken(whole, { issuer: CITY, signer, kid: 'k1', at });
  await store.identityTransaction((tx) =>
    tx.insertToken({
      tokenId,
      issuer: CITY,
      kind: 'access',
      clientId: whole.clientId,
      subject: whole.subject.sub,
      issuedAt: instant(at),
      expiresAt: instant(expiresAt),
      ...kept,
    }),
  );
  return { token, tokenId };
}

export const keepSession = (store: Store, session: Partial<KeptSession> = {}): Promise<void> =>
  store.identityTransaction((tx) =>
    tx.insertSession({
      sessionId: 's-1',
      subject: 'pairwise',
      startedAt: instant(AT),
      expiresAt: instant(new Date(AT.getTime() + 3_600_000)),
      ...session,
    }),
  );

export const keepMandate = (store: Store, mandate: Partial<KeptMandate> = {}): Promise<void> =>
  store.identityTransaction((tx) =>
    tx.insertMandate({
      mandateId: 'm-1',
      principal: 'o-7',
      agent: 'u-1',
      expiresAt: instant(new Date(AT.getTime() + 3_600_000)),
      mandate: '{}',
      ...mandate,
    }),
  );

export const instant = (time: Date): string => time.toISOString().replace('.000Z', 'Z');

export const post = (form: Record<string, string> | string, client: string | null = 'license-api'): Request =>
  new Request(`${CITY}/endpoint`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      ...(client === null ? {} : { 'x-client': client }),
    },
    body: typeof form === 'string' ? form : new URLSearchParams(form).toString(),
  });
