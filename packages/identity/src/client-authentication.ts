/**
 * `@gov/identity/client-authentication`: how an application proves who it is at a token endpoint (应用身份认证), with a signed
 * assertion (private_key_jwt: RFC 7521, RFC 7523, OpenID Connect Core 9) by SM2 or ES256. There are no shared secrets.
 *
 * @example
 * import { generateSm2Key, sm2Signer } from '@gov/sm';
 * import { clientAssertionForm, privateKeyJwt } from '@gov/identity/client-authentication';
 * import { publicJwk } from '@gov/token/jwk';
 * import { fixedKeys } from '@gov/token/key-source';
 *
 * const [audience, at] = ['https://id.example.gov.cn', new Date()];
 * const key = sm2Signer(generateSm2Key());
 * const form = await clientAssertionForm({ clientId: 'city-portal', audience, at }, { kid: '2026', signer: key });
 *
 * const keys = fixedKeys([publicJwk(key.publicKey, { kid: '2026' })]);
 * const clients = async (clientId: string) => (clientId === 'city-portal' ? { keys } : undefined);
 * const authentication = privateKeyJwt({ clients, audience, replay: store.replay });
 * const request = new Request('https://id.example.gov.cn/token', { method: 'POST', body: form });
 * console.log(await authentication.authenticate(request, form, at)); // { clientId: 'city-portal' }
 *
 * @packageDocumentation
 */
import { type Signer, toBase64url } from '@gov/sm';
import { GMT_0125, type JoseDialect, type TokenAlgorithm } from '@gov/token/dialect';
import type { JsonObject } from '@gov/token/json';
import { type JwtSubject, jwtFindings, jwtRequired, jwtSubject, readJwt, signJwt } from '@gov/token/jwt';
import type { KeySource } from '@gov/token/key-source';
import type { ReplayStore } from '@gov/token/one-time';
import { type Finding, GovError, isGovError, type Report, report } from '@gov/verdict';
import { CLAIM_LIMITS } from './claims.js';
import { parameter } from './internal/oauth.js';

/** `client_assertion_type` (RFC 7523 2.2). */
export const CLIENT_ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** `typ` of an assertion that says what it is; one that says `JWT`, or nothing, is read too. */
export const CLIENT_ASSERTION_TYP = 'client-authentication+jwt';

/** Seconds: how long an assertion lives unless told otherwise, and at most. */
export const CLIENT_ASSERTION_LIFETIME = { usual: 60, most: 300 } as const;

/** Authenticates the application that sends a form (应用身份认证端口). */
export interface ClientAuthentication {
  /** Undefined for whoever it cannot be sure of: a stranger, and an application with a wrong key, look the same. */
  authenticate(request: Request, form: URLSearchParams, at: Date): Promise<{ readonly clientId: string } | undefined>;
}

/** What is registered of an application (应用登记信息), as far as its signature goes. */
export interface ClientKeys {
  readonly keys: KeySource;
  /** SM2 and ES256 unless given. */
  readonly algorithms?: readonly TokenAlgorithm[];
  /** `GMT_0125` unless given. */
  readonly dialect?: JoseDialect;
}

/** Whoever keeps applications: undefined for one that is not registered, or disabled. */
export type ClientDirectory = (clientId: string, at: Date) => Promise<ClientKeys | undefined>;

export interface ClientAssertionPolicy {
  readonly clients: ClientDirectory;
  /** Of this server: its issuer, or its token endpoint. It is the only audience of the assertion. */
  readonly audience: string;
  readonly at: Date;
  readonly replay: ReplayStore;
  /** 60 */
  readonly clockSkewSeconds?: number;
}

export interface ClientAssertionVerification {
  /** For the operator; whoever sent the assertion is told nothing of it. */
  readonly report: Report<JwtSubject>;
  /** Only where the verdict is valid. */
  readonly clientId?: string;
}

const ALGORITHMS: readonly TokenAlgorithm[] = ['SM2-SM3', 'ECDSA-P256-SHA256'];

/**
 * Verifies an assertion (RFC 7523 3): `iss` and `sub` are the application, `aud` is this server and nobody else, it lives for no
 * more than `CLIENT_ASSERTION_LIFETIME.most`, and its `jti` is taken once.
 *
 * @throws GovError `jwt-malformed`, `input-too-large` for what is no token; `invalid-argument` for a policy that cannot be; what the
 *   ports throw
 */
export async function verifyClientAssertion(
  text: string,
  policy: ClientAssertionPolicy,
): Promise<ClientAssertionVerification> {
  const { clients, audience, at, replay, clockSkewSeconds } = policy;
  const jwt = readJwt(text);
  const { iss, sub, aud } = jwt.claims;
  const clientId = isClientId(iss) ? iss : undefined;
  const client = clientId === undefined ? undefined : await clients(clientId, at);
  const jwtPolicy = {
    typ: jwt.jws.header.typ === CLIENT_ASSERTION_TYP ? CLIENT_ASSERTION_TYP : null,
    issuers: client === undefined ? [] : [profileOf(clientId!, client)],
    audience,
    at,
    maxLifetimeSeconds: CLIENT_ASSERTION_LIFETIME.most,
    demandedClaims: ['sub'],
    replay,
    ...(clockSkewSeconds === undefined ? {} : { clockSkewSeconds }),
  };
  const required = jwtRequired(jwt, jwtPolicy);
  const findings = await jwtFindings(jwt, jwtPolicy, {
    required,
    findings: async () => [
      ...(sub === iss ? [] : [fail('token-party-mismatch', 'sub is another one than iss')]),
      // Who reads it could use it there (RFC 7523 3 item 3).
      ...(Array.isArray(aud) && aud.length > 1 ? [fail('token-audience-mismatch', 'it is for others too')] : []),
    ],
  });
  const judged = report(jwtSubject(jwt, jwtPolicy), findings, { required });
  return judged.verdict === 'valid' && clientId !== undefined ? { report: judged, clientId } : { report: judged };
}

export type PrivateKeyJwtOptions = Omit<ClientAssertionPolicy, 'at'>;

/**
 * Client authentication by private_key_jwt, and no other way: a form with a secret in it, or a request with an `Authorization`
 * header, is refused (RFC 6749 2.3: one method in each request).
 */
export function privateKeyJwt(options: PrivateKeyJwtOptions): ClientAuthentication {
  return {
    async authenticate({ headers }, form, at) {
      const assertion = parameter(form, 'client_assertion');
      const named = parameter(form, 'client_id');
      if (assertion === undefined || parameter(form, 'client_assertion_type') !== CLIENT_ASSERTION_TYPE)
        return undefined;
      if (headers.has('authorization') || form.has('client_secret')) return undefined;
      try {
        const { clientId } = await verifyClientAssertion(assertion, { ...options, at });
        return clientId === undefined || (named ?? clientId) !== clientId ? undefined : { clientId };
      } catch (error) {
        // Not those of the ports: a store that is down says so.
        if (isGovError(error) && UNREADABLE.includes(error.code)) return undefined;
        throw error;
      }
    },
  };
}

const UNREADABLE: readonly string[] = ['jwt-malformed', 'input-too-large'];

export interface ClientAssertionOptions {
  readonly clientId: string;
  /** The server that it is for: its issuer, as it names itself. */
  readonly audience: string;
  readonly at: Date;
  /** `CLIENT_ASSERTION_LIFETIME` */
  readonly lifetimeSeconds?: number;
  /** For `jti`; the runtime's generator unless given. */
  readonly random?: (octets: number) => Uint8Array;
}

/**
 * Makes what an application adds to its form: `client_id`, `client_assertion_type`, `client_assertion`. It is for one request.
 *
 * @throws GovError `invalid-argument` for a lifetime or name that no server takes
 */
export async function clientAssertionForm(
  {
    clientId,
    audience,
    at,
    lifetimeSeconds = CLIENT_ASSERTION_LIFETIME.usual,
    random = randomOctets,
  }: ClientAssertionOptions,
  { kid, signer }: { readonly kid: string; readonly signer: Signer },
): Promise<URLSearchParams> {
  const { most } = CLIENT_ASSERTION_LIFETIME;
  if (!Number.isSafeInteger(lifetimeSeconds) || lifetimeSeconds < 1 || lifetimeSeconds > most || !isClientId(clientId))
    throw new GovError('invalid-argument', `client assertion: no client_id, or a lifetime outside 1 to ${most} s`);
  const iat = Math.floor(at.getTime() / 1000);
  const jti = toBase64url(random(16));
  const claims = { iss: clientId, sub: clientId, aud: audience, jti, iat, exp: iat + lifetimeSeconds };
  return new URLSearchParams({
    client_id: clientId,
    client_assertion_type: CLIENT_ASSERTION_TYPE,
    client_assertion: await signJwt(claims, { typ: CLIENT_ASSERTION_TYP, kid, signer }),
  });
}

/** Short enough to be a part of a key in a store. */
const MAX_CLIENT_ID = CLAIM_LIMITS.id - CLIENT_ASSERTION_TYP.length - 1;

/** RFC 6749 A.1: visible characters. */
const isClientId = (value: JsonObject[string] | undefined): value is string =>
  typeof value === 'string' && /^[\x20-\x7e]+$/.test(value) && value.length <= MAX_CLIENT_ID;

/** Of three ways to write `typ` in use, one leaves it out: what it signs, its key tells. */
const profileOf = (issuer: string, { keys, algorithms = ALGORITHMS, dialect = GMT_0125 }: ClientKeys) => ({
  issuer,
  keys,
  algorithms,
  dialect: { ...dialect, typ: 'optional' as const },
});

const fail = (code: 'token-party-mismatch' | 'token-audience-mismatch', detail: string): Finding => ({
  check: 'authority',
  outcome: 'fail',
  code,
  clause: 'RFC 7523 3',
  detail,
});

const randomOctets = (octets: number): Uint8Array => crypto.getRandomValues(new Uint8Array(octets));
