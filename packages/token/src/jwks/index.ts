/**
 * `@gov/token/jwks`: JWK Sets (RFC 7517 5): reading them, serving those of a key ring, fetching those of an issuer.
 *
 * @example
 * import { JwksCache } from '@gov/token/jwks';
 *
 * const keys = new JwksCache({
 *   url: 'https://id.example.gov.cn/jwks.json',
 *   fetch: (request) => fetch(request),
 *   clock: () => new Date(),
 * });
 * const profile = { issuer: 'https://id.example.gov.cn', keys };
 *
 * @packageDocumentation
 */
export { JWKS_CACHE_TIMES, JwksCache, type JwksCacheOptions, type JwksFetch } from './cache.js';
export { type JwksHandlerOptions, jwksHandler } from './handler.js';
export { JWKS_LIMITS, type JwksLimits, type ReadJwksOptions, readJwks } from './read.js';
