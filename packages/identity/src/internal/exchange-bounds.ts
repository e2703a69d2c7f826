/** What an exchange may give at most: for whom, what, and to which application. */
import { isJsonObject, type JsonObject } from '@gov/token/json';
import { JWT_LIMITS } from '@gov/token/jwt';
import { CLAIM_LIMITS } from '../claims.js';
import { OAuthRefusal } from './oauth.js';
import type { VerifiedSubject } from './subject-token.js';

/** RFC 8693 4.4. What else is said of who may act is not understood here, and must not go unchecked. */
export function mayAct({ may_act: allowed }: JsonObject, clientId: string, issuer: string): boolean {
  if (allowed === undefined) return true;
  if (!isJsonObject(allowed) || Object.keys(allowed).some((name) => name !== 'sub' && name !== 'iss')) return false;
  return allowed.sub === clientId && (allowed.iss === undefined || allowed.iss === issuer);
}

/** @throws OAuthRefusal `invalid_target` */
export function targetOf(asked: readonly string[], allowed: readonly string[]): readonly string[] {
  const audience = asked.length === 0 && allowed.length === 1 ? allowed : [...new Set(asked)];
  const fits =
    audience.length > 0 && audience.length <= JWT_LIMITS.audiences && audience.every((one) => allowed.includes(one));
  if (!fits) throw new OAuthRefusal('invalid_target');
  return audience;
}

/**
 * What was asked for, all of it or a refusal; or else as much as is allowed. No more than the rule has, than the subject token had,
 * and than its mandate covers.
 *
 * @throws OAuthRefusal `invalid_scope`
 */
export function scopeOf(
  asked: readonly string[] | undefined,
  rule: readonly string[],
  { scope, mandate }: VerifiedSubject,
): readonly string[] {
  const allowed = rule.filter((value) => (scope?.includes(value) ?? true) && (mandate?.scope.includes(value) ?? true));
  const granted = [...new Set(asked ?? allowed)];
  if (granted.length > CLAIM_LIMITS.scopes || !granted.every((value) => allowed.includes(value)))
    throw new OAuthRefusal('invalid_scope');
  return granted;
}
