/** Applications (应用): who may ask for tokens, how it proves who it is, and what it may ask for. */
import type { Jwk } from '@gov/token/jwk';
import { readJwks } from '@gov/token/jwks';
import { type Issue, isGovError } from '@gov/verdict';
import * as z from 'zod/mini';
import { scopeValue } from '../claims.js';
import { issue, readAs, rule } from '../internal/parse-with.js';
import { creditCode, DIRECTORY_LIMITS, distinct, names } from './parts.js';

/** What an application may send to a token endpoint (`grant_type`). */
export const GRANT_TYPES = [
  'authorization_code',
  'refresh_token',
  'client_credentials',
  'urn:ietf:params:oauth:grant-type:token-exchange',
] as const;

const uri = z.string().check(z.minLength(1), z.maxLength(DIRECTORY_LIMITS.uri));
const httpsUri = uri.check(rule((value) => (isHttps(value) ? [] : [issue('uri-form')])));
const uris = z.array(httpsUri).check(z.maxLength(DIRECTORY_LIMITS.uris), distinct);

/** Members of keys are texts, lists of texts, and `ext` of WebCrypto; what they say, `readJwks` judges. */
const jwk = z.record(
  z.string().check(z.maxLength(64)),
  z.union([
    z.boolean(),
    z.string().check(z.maxLength(4096)),
    z.array(z.string().check(z.maxLength(8192))).check(z.maxLength(16)),
  ]),
);

const jwks = z
  .strictObject({ keys: z.array(jwk).check(z.minLength(1), z.maxLength(DIRECTORY_LIMITS.keys)) })
  .check(rule(keyIssues));

const schema = z
  .strictObject({
    clientId: z.string().check(z.regex(new RegExp(`^[\\x21-\\x7e]{1,${DIRECTORY_LIMITS.id}}$`))),
    name: names,
    owner: creditCode,
    type: z.enum(['web', 'native', 'service']),
    redirectUris: z.array(uri).check(z.maxLength(DIRECTORY_LIMITS.uris), distinct),
    postLogoutRedirectUris: z.array(uri).check(z.maxLength(DIRECTORY_LIMITS.uris), distinct),
    backChannelLogoutUri: z.exactOptional(httpsUri),
    grantTypes: z.array(z.enum(GRANT_TYPES)).check(z.minLength(1), z.maxLength(GRANT_TYPES.length), distinct),
    authentication: z.enum(['private_key_jwt', 'none']),
    jwks: z.exactOptional(jwks),
    jwksUri: z.exactOptional(httpsUri),
    sector: z
      .string()
      .check(z.regex(/^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/)),
    scopes: z.array(scopeValue).check(z.maxLength(DIRECTORY_LIMITS.scopes), distinct),
    audiences: uris,
    minimumLevel: z.int().check(z.minimum(1), z.maximum(9)),
    dpop: z.boolean(),
  })
  .check(rule((application) => [...authenticationIssues(application), ...redirectIssues(application)]));

/**
 * An application (应用). `owner` is the credit code of the organisation that answers for it (责任单位); `sector` the host name that
 * its pairwise `sub` are made for (OpenID Connect Core 8.1); `minimumLevel` the least assurance level of a login; with `dpop` it gets
 * bound tokens only (RFC 9449 5.2). It has no secret: it signs (`private_key_jwt`), or is a native application, which can keep
 * none and proves by PKCE and DPoP that it is the one that asked.
 */
export type Application = Omit<z.output<typeof schema>, 'jwks'> & {
  /** Public keys, each of which `@gov/token/jwks` reads. */
  readonly jwks?: { readonly keys: readonly Jwk[] };
};

/**
 * Reads an application from outside.
 *
 * @throws GovError `input-malformed` with issues
 */
export const readApplication = (value: unknown): Application =>
  // Its keys were read: `keyIssues`.
  readAs(schema, value, 'application') as unknown as Application;

/** JSON Schema of an application. */
export const applicationJsonSchema = () => z.toJSONSchema(schema, { io: 'input' });

/** The public keys that an application was registered with. @internal */
export const keysOf = (application: Application): readonly Jwk[] =>
  application.jwks === undefined ? [] : readKeys(application.jwks);

/**
 * Whether answers may be sent there: exactly as registered (RFC 9700 2.1), but for the port of a loopback address, which a native
 * application learns when it starts (RFC 8252 7.3).
 */
export function isRedirectUri(application: Pick<Application, 'type' | 'redirectUris'>, redirectUri: string): boolean {
  if (redirectUri.length > DIRECTORY_LIMITS.uri) return false;
  if (application.redirectUris.includes(redirectUri)) return true;
  if (application.type !== 'native' || !isLoopback(redirectUri)) return false;
  return application.redirectUris.some((known) => isLoopback(known) && withoutPort(known) === withoutPort(redirectUri));
}

type Parts = Pick<z.output<typeof schema>, 'type' | 'authentication' | 'grantTypes' | 'jwks' | 'jwksUri' | 'dpop'>;

function authenticationIssues({ type, authentication, grantTypes, jwks, jwksUri, dpop }: Parts): readonly Issue[] {
  const found: Issue[] = [];
  if (authentication === 'none') {
    if (type !== 'native') found.push(issue('not-allowed', ['authentication']));
    if (jwks !== undefined) found.push(issue('not-allowed', ['jwks']));
    if (jwksUri !== undefined) found.push(issue('not-allowed', ['jwksUri']));
    // What nobody has proved to be, gets no tokens of its own, and none that a thief could use.
    if (grantTypes.includes('client_credentials') || grantTypes.includes(GRANT_TYPES[3]))
      found.push(issue('not-allowed', ['grantTypes']));
    if (!dpop) found.push(issue('not-allowed', ['dpop']));
  } else if (jwks === undefined && jwksUri === undefined) found.push(issue('missing', ['jwks']));
  // RFC 7591 2: not both.
  else if (jwks !== undefined && jwksUri !== undefined) found.push(issue('not-allowed', ['jwksUri']));
  return found;
}

type Addresses = Pick<Application, 'type' | 'grantTypes' | 'redirectUris' | 'postLogoutRedirectUris'>;

function redirectIssues({ type, grantTypes, redirectUris, postLogoutRedirectUris }: Addresses): readonly Issue[] {
  const found: Issue[] = [];
  const people = grantTypes.includes('authorization_code');
  if (people && type === 'service') found.push(issue('not-allowed', ['grantTypes']));
  if (people && redirectUris.length === 0) found.push(issue('missing', ['redirectUris']));
  if (!people && redirectUris.length > 0) found.push(issue('not-allowed', ['redirectUris']));
  if (!people && grantTypes.includes('refresh_token')) found.push(issue('not-allowed', ['grantTypes']));
  for (const [name, list] of Object.entries({ redirectUris, postLogoutRedirectUris }))
    for (const [i, value] of list.entries())
      if (!isHttps(value) && !(type === 'native' && isLoopback(value))) found.push(issue('uri-form', [name, i]));
  return found;
}

/** In the one spelling that a URL has, so that equal texts are equal addresses. */
function spelled(value: string): URL | undefined {
  if (/[*#]/.test(value) || !URL.canParse(value)) return undefined;
  const url = new URL(value);
  return url.href === value && url.username === '' && url.password === '' ? url : undefined;
}

const isHttps = (value: string): boolean => spelled(value)?.protocol === 'https:';

/** The addresses of RFC 8252 7.3; `localhost` may be resolved to another machine (8.3). */
function isLoopback(value: string): boolean {
  const url = spelled(value);
  return url?.protocol === 'http:' && (url.hostname === '127.0.0.1' || url.hostname === '[::1]');
}

function withoutPort(value: string): string {
  const url = new URL(value);
  url.port = '';
  return url.href;
}

function keyIssues(set: { readonly keys: readonly unknown[] }): readonly Issue[] {
  try {
    // One that `readJwks` passes over would never be found: better told now.
    const read = readKeys(set);
    return read.length === set.keys.length && read.every(({ kty }) => kty !== 'oct')
      ? []
      : [issue('key-form', ['keys'])];
  } catch (error) {
    if (!isGovError(error)) throw error;
    return [issue(error.code === 'jwk-private' ? 'key-private' : 'key-form', ['keys'])];
  }
}

const readKeys = (set: unknown): readonly Jwk[] => readJwks(new TextEncoder().encode(JSON.stringify(set)));
