/** Rules of the registered claims (RFC 7519 4.1): types, presence, audience and times. */
import type { Check, Finding, FindingCode } from '@gov/verdict';
import type { JsonObject, JsonValue } from '../json.js';
import { isText, JWT_LIMITS, type JwtLimits } from './jwt-reader.js';

/** 9999-12-31T23:59:59Z, the last second with a date of four digits. */
export const LAST_SECOND = 253_402_300_799;

/** NumericDate (RFC 7519 2): seconds since 1970, fractions allowed. */
export const isNumericDate = (value: JsonValue | undefined): value is number =>
  typeof value === 'number' && value >= 0 && value <= LAST_SECOND;

const isAudience = (value: JsonValue): boolean =>
  Array.isArray(value)
    ? value.length > 0 && value.length <= JWT_LIMITS.audiences && value.every(isText)
    : isText(value);

const SHAPES: readonly (readonly [string, (value: JsonValue) => boolean])[] = [
  ['iss', isText],
  ['sub', isText],
  ['aud', isAudience],
  ['exp', isNumericDate],
  ['nbf', isNumericDate],
  ['iat', isNumericDate],
  ['jti', isText],
];

/** What no token goes without. */
const DEMANDED: readonly string[] = ['iss', 'aud', 'exp'];

/** Claims that are there, and not what they must be; in a fixed order. */
const malformedClaims = (claims: JsonObject): readonly string[] =>
  SHAPES.filter(([name, fits]) => Object.hasOwn(claims, name) && !fits(claims[name]!)).map(([name]) => name);

const has = (claims: JsonObject, name: string): boolean => Object.hasOwn(claims, name) && claims[name] !== null;

/** `format`: the claims have their types, and those demanded are there. */
export function claimsFindings(claims: JsonObject, demanded: readonly string[]): readonly Finding[] {
  const wrong = malformedClaims(claims);
  const missing = [...new Set([...DEMANDED, ...demanded])].filter(
    (name) => !has(claims, name) && !wrong.includes(name),
  );
  if (wrong.length === 0 && missing.length === 0) return [finding('format', 'pass', 'format-ok', 'RFC 7519 7.2')];
  return [
    ...wrong.map((name) => claimFinding('token-claim-malformed', name)),
    ...missing.map((name) => claimFinding('token-claim-missing', name)),
  ];
}

/** One claim that is missing or malformed: its name, never its value. */
export const claimFinding = (code: 'token-claim-missing' | 'token-claim-malformed', name: string): Finding =>
  finding('format', 'fail', code, 'RFC 7519 4', name);

/** Why claims could not be those of a token; undefined for those that can. */
export function claimProblem(claims: JsonObject): string | undefined {
  const wrong = [...malformedClaims(claims), ...DEMANDED.filter((name) => !has(claims, name))];
  return wrong.length === 0 ? undefined : `${wrong.join(', ')}: missing or malformed`;
}

/** `authority`: the token is for this audience (受众). Nothing is said of an `aud` that is none. */
export function audienceFindings({ aud }: JsonObject, audience: string): readonly Finding[] {
  if (aud === undefined || aud === null || !isAudience(aud)) return [];
  const ours = Array.isArray(aud) ? aud.includes(audience) : aud === audience;
  return [
    ours
      ? finding('authority', 'pass', 'token-audience-ok', 'RFC 7519 4.1.3')
      : finding('authority', 'fail', 'token-audience-mismatch', 'RFC 7519 4.1.3'),
  ];
}

interface TimeRules {
  readonly at: Date;
  /** Seconds. */
  readonly skew: number;
  readonly maxLifetimeSeconds?: number | undefined;
}

/**
 * `time`: instants are compared as they stand, fractions and all; nothing is rounded. `exp` is the first moment at which the
 * token has ended (RFC 7519 4.1.4), `nbf` the first at which it is valid.
 */
export function timeFindings(claims: JsonObject, { at, skew, maxLifetimeSeconds }: TimeRules): readonly Finding[] {
  const [exp, nbf, iat] = [claims.exp, claims.nbf, claims.iat].map((value) =>
    isNumericDate(value) ? value : undefined,
  );
  if (exp === undefined) return [];
  const now = at.getTime() / 1000;
  const begins = Math.max(nbf ?? 0, iat ?? 0);
  const findings: Finding[] = [];
  const fail = (code: FindingCode, clause: string, detail: string): void => {
    findings.push(finding('time', 'fail', code, clause, detail));
  };
  if (exp <= begins) fail('token-claim-malformed', 'RFC 7519 4.1.4', 'exp is not after nbf and iat');
  if (now >= exp + skew) fail('token-expired', 'RFC 7519 4.1.4', `at ${instant(exp)}`);
  if (nbf !== undefined && now < nbf - skew) fail('token-not-yet-valid', 'RFC 7519 4.1.5', `before ${instant(nbf)}`);
  if (iat !== undefined && now < iat - skew) fail('token-issued-later', 'RFC 7519 4.1.6', `at ${instant(iat)}`);
  if (iat !== undefined && maxLifetimeSeconds !== undefined && !(exp - iat <= maxLifetimeSeconds))
    fail('token-lifetime-too-long', 'RFC 7519 4.1.4', `${exp - iat} s; at most ${maxLifetimeSeconds} s`);
  return findings.length > 0 ? findings : [finding('time', 'pass', 'token-time-ok', 'RFC 7519 4.1.4')];
}

const instant = (seconds: number): string => new Date(seconds * 1000).toISOString();

/** `application/` in front may be left out (RFC 7515 4.1.9); media types differ in more than the case of ASCII letters. */
export const isType = (typ: JsonValue | undefined, wanted: string): boolean =>
  typ === wanted || (typeof typ === 'string' && mediaType(typ) === mediaType(wanted));

function mediaType(typ: string): string {
  // Not toLowerCase of the whole: beyond ASCII it makes letters of what is none (U+212A becomes k).
  const lower = typ.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
  return lower.startsWith('application/') ? lower.slice(12) : lower;
}

/** Whether a value of the program is one that JSON can carry, within the limits that `readToken` will ask for. */
export function isJson(value: JsonValue, { claims, depth }: JwtLimits): boolean {
  let items = 0;
  const fits = (one: unknown, levels: number): boolean => {
    if (typeof one === 'number') return Number.isFinite(one);
    if (typeof one !== 'object' || one === null)
      return one === null || typeof one === 'string' || typeof one === 'boolean';
    const inner = Object.values(one);
    // As `readJson` counts: a container is one, and each value in it; an empty one counts as two.
    items += Math.max(inner.length, 1);
    return levels > 0 && items < claims && inner.every((next) => fits(next, levels - 1));
  };
  return fits(value, depth);
}

const finding = (
  check: Check,
  outcome: Finding['outcome'],
  code: FindingCode,
  clause: string,
  detail?: string,
): Finding => ({ check, outcome, code, clause, ...(detail === undefined ? {} : { detail }) });
