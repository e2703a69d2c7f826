/** A server that is protected, tokens for it, and requests that show them. */
import { type AccessGrant, type Identity, issueAccessToken } from '@gov/identity';
import { type ProtectOptions, type Refusal, requireIdentity } from '@gov/identity/server';
import { generateSm2Key, type Signer, sm2Signer } from '@gov/sm';
import { dpopProof } from '@gov/token/dpop';
import { jwkThumbprint, publicJwk } from '@gov/token/jwk';
import { API, AT, ISSUER, ISSUERS, memoryReplay } from './issuers.js';

export const URL_HERE = `${API}/licenses/1?lang=zh`;

const issuer = ISSUERS[0]!;

const GRANT: AccessGrant = {
  subject: { kind: 'natural-person', sub: 'pairwise-person' },
  clientId: 'city-portal',
  audience: [API],
  scope: ['license.read'],
  level: 3,
};

export async function accessToken(grant: Partial<AccessGrant> = {}, at = AT): Promise<string> {
  const options = { issuer: ISSUER, signer: issuer.signer, kid: 'k1', at };
  return (await issueAccessToken({ ...GRANT, authTime: new Date(at.getTime() - 60_000), ...grant }, options)).token;
}

interface Holder {
  readonly signer: Signer;
  readonly thumbprint: string;
}

export async function holder(): Promise<Holder> {
  const signer = sm2Signer(generateSm2Key());
  return { signer, thumbprint: await jwkThumbprint(publicJwk(signer.publicKey)) };
}

/** The headers of a request that shows a bound token. */
export async function proved(
  token: string,
  { signer }: Holder,
  more: {
    readonly method?: string;
    readonly url?: string;
    readonly at?: Date;
    readonly nonce?: string;
    readonly accessToken?: string;
  } = {},
): Promise<Record<string, string>> {
  const proof = await dpopProof({ method: 'GET', url: URL_HERE, at: AT, accessToken: token, ...more }, signer);
  return { authorization: `DPoP ${token}`, dpop: proof };
}

export interface Server {
  readonly options: ProtectOptions;
  /** What handlers were called with. */
  readonly identities: Identity[];
  readonly refusals: Refusal[];
  readonly replay: ReturnType<typeof memoryReplay>;
  ask(headers: HeadersInit, init?: RequestInit & { readonly url?: string }): Promise<Response>;
}

export function server(more: Partial<ProtectOptions> = {}): Server {
  const [identities, refusals, replay] = [[] as Identity[], [] as Refusal[], memoryReplay()];
  const options: ProtectOptions = {
    issuers: [issuer.profile],
    audience: API,
    clock: () => AT,
    dpop: { origin: API, replay },
    onRefused: (refusal) => refusals.push(refusal),
    ...more,
  };
  const handler = requireIdentity(options)((_, identity) => {
    identities.push(identity);
    return Response.json({ sub: identity.subject.sub });
  });
  return {
    options,
    identities,
    refusals,
    replay,
    ask: (headers, { url = URL_HERE, ...init } = {}) => handler(new Request(url, { ...init, headers })),
  };
}
