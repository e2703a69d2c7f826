/** Tokens, and applications, that are not what they say. */
import { generateKeyPairSync } from 'node:crypto';
import { issueAccessToken } from '@gov/identity';
import { jwkSigner, readJwk } from '@gov/token/jwk';
import * as oauth from 'openid-client';
import { DEPARTMENT } from './province.js';

/** As the province would issue it, by somebody else. */
export async function forged(issuer: string, audience: string, thumbprint: string): Promise<string> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = { ...privateKey.export({ format: 'jwk' }), alg: 'ES256' } as Readonly<Record<string, string>>;
  const signer = await jwkSigner(readJwk(jwk, { privateKey: true }));
  const subject = { kind: 'natural-person', sub: 'somebody' } as const;
  const grant = { subject, clientId: DEPARTMENT, audience: [audience], scope: ['license.read'], level: 4, thumbprint };
  return (await issueAccessToken(grant, { issuer, signer, kid: 'province-2026', at: new Date() })).token;
}

/** Of the surest login. */
export function raised(token: string): string {
  const [header, payload, signature] = token.split('.') as [string, string, string];
  const claims = { ...JSON.parse(Buffer.from(payload, 'base64url').toString()), acr: 'urn:gov:assurance:4' };
  return [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
}

/** Whoever says that it is the department, or another application. */
export function impostor(server: oauth.Configuration, authentication: oauth.ClientAuth, clientId = DEPARTMENT) {
  const one = new oauth.Configuration(server.serverMetadata(), clientId, {}, authentication);
  oauth.allowInsecureRequests(one);
  return one;
}
