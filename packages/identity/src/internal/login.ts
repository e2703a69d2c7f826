/** How surely, and when, the person logged in, as a token says it. */
import type { Finding } from '@gov/verdict';
import { type AssuranceTable, levelOfAcr } from '../assurance.js';

interface LoginClaims {
  readonly acr?: string;
  readonly auth_time?: number;
  readonly iat: number;
}

interface LoginPolicy {
  readonly at: Date;
  readonly table: AssuranceTable;
  readonly minLevel?: number | undefined;
  readonly maxAgeSeconds?: number | undefined;
  readonly clockSkewSeconds: number;
}

/** An `acr` that is not in the table is no low level: nobody can tell. */
export function assuranceFinding({ acr }: LoginClaims, { table, minLevel }: LoginPolicy): Finding {
  const level = acr === undefined ? undefined : levelOfAcr(table, acr);
  if (level === undefined)
    return {
      check: 'assurance',
      outcome: 'unknown',
      code: 'assurance-unknown',
      detail: acr === undefined ? 'no acr' : 'an acr that the table has not',
    };
  if (minLevel !== undefined && !(level >= minLevel))
    return {
      check: 'assurance',
      outcome: 'fail',
      code: 'assurance-too-low',
      detail: `level ${level}; demanded is ${minLevel}`,
    };
  return { check: 'assurance', outcome: 'pass', code: 'assurance-ok', detail: `level ${level}` };
}

/** OpenID Connect Core 3.1.3.7 (13), RFC 9470 5; nothing where it is in order. */
export function loginFindings(
  { auth_time: login, iat }: LoginClaims,
  { at, maxAgeSeconds, clockSkewSeconds }: LoginPolicy,
): readonly Finding[] {
  // A clock upstream may have set it.
  if (login !== undefined && login > iat + clockSkewSeconds)
    return [{ check: 'format', outcome: 'fail', code: 'token-claim-malformed', detail: 'auth_time lies after iat' }];
  if (maxAgeSeconds === undefined) return [];
  const age = login === undefined ? undefined : Math.floor(at.getTime() / 1000) - login;
  if (age !== undefined && age <= maxAgeSeconds + clockSkewSeconds) return [];
  const detail =
    age === undefined ? 'the token does not say when the login was' : `${age} s ago; at most ${maxAgeSeconds} s`;
  return [{ check: 'assurance', outcome: 'fail', code: 'token-login-too-old', detail }];
}
