/** Claims that are plainly in order are read by hand, all others by zod: nothing is taken that zod would not take. */
import { CLAIM_LIMITS, MANDATE_RELATIONS, SUBJECT_KINDS } from '@gov/identity';
import type { JsonObject, JsonValue } from '@gov/token/json';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseAccessTokenClaims, readAccessTokenClaims } from '../src/claims.js';

const actor = (depth: number): JsonObject => ({
  sub: `a${depth}`,
  iss: 'https://a',
  sub_kind: 'natural-person',
  ...(depth > 1 && { act: actor(depth - 1) }),
});
const WHOLE = {
  iss: 'https://id.example.gov.cn',
  sub: 'p',
  sub_kind: 'legal-person',
  aud: ['https://api.example.gov.cn', 'b'],
  client_id: 'c',
  jti: 'j',
  iat: 1_700_000_000,
  exp: 1_700_000_060.5,
  scope: 'a b:c/d',
  acr: 'urn:gov:assurance:1',
  auth_time: 0,
  sid: 's',
  act: actor(CLAIM_LIMITS.actors),
  mandate: { id: 'm', relation: 'agent', scope: ['a', 'b'], exp: 1_700_000_060 },
  cnf: { jkt: 't', 'x5t#S256': [1] },
  status: { status_list: { idx: 7, uri: 'https://s' } },
} satisfies JsonObject;

const text = (length: number, unit = 'x') => unit.repeat(length);
const { id, uri, scope, scopes, actors } = CLAIM_LIMITS;
/** What a rule might have its edge at. */
const EDGES: readonly unknown[] = [
  ...[undefined, null, true, '', ' ', 'a', 'a  b', 'a\n', '\u0000', '\u0085', '\ufeff', '\ud800', '张', '"', '\\'],
  ...[id, id + 1, uri, uri + 1, scope, scope + 1].flatMap((length) => [text(length), text(length, '😀')]),
  ...[scopes, scopes + 1].flatMap((count) => [Array(count).fill('a'), Array(count).fill('a').join(' ')]),
  ...[
    -1,
    -0,
    0,
    0.5,
    2 ** 27,
    2 ** 27 + 1,
    253_402_300_799,
    253_402_300_800,
    1e300,
    Number.NaN,
    Number.POSITIVE_INFINITY,
  ],
  ...[[], {}, ['a'], [undefined], new Array(1), ['a', 1], { length: 1 }, ...MANDATE_RELATIONS, ...SUBJECT_KINDS],
  ...[actor(actors), actor(actors + 1), { sub: 'a', more: 1 }, { status_list: { idx: 1, uri: 'u', more: 1 } }],
];

/** Every place of a value, as the path to it. */
const places = (value: unknown, path: readonly string[] = []): string[][] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([name, inner]) => [[...path, name], ...places(inner, [...path, name])])
    : [];
const NOWHERE = [
  ['nbf'],
  ['events'],
  ['more'],
  ['__proto__'],
  ['act', 'more'],
  ['act', 'act', 'act', 'act'],
  ['mandate', 'more'],
  ['status', 'more'],
  ['status', 'status_list', 'more'],
];
const PLACES = [...places(WHOLE), ...NOWHERE];

/** Another value in one place; `gone` takes the member away. */
const gone = Symbol('gone');
function changed(value: JsonObject, [name, ...rest]: readonly string[], put: unknown): JsonObject {
  const copy: Record<string, unknown> = Array.isArray(value) ? ([...value] as never) : { ...value };
  const to = rest.length > 0 ? changed((copy[name!] ?? {}) as JsonObject, rest, put) : put;
  if (to === gone) delete copy[name!];
  else Object.defineProperty(copy, name!, { value: to, enumerable: true, configurable: true, writable: true });
  return copy as JsonObject;
}

/** What zod says, except for claims of others, which it leaves out. */
function expectSame(claims: JsonObject): void {
  const [read, parsed] = [readAccessTokenClaims(claims), parseAccessTokenClaims(claims)];
  if ('issues' in parsed) expect(read).toStrictEqual(parsed);
  else expect(read).toMatchObject(parsed);
  if ('issues' in parsed || 'issues' in read) return;
  for (const name of Object.keys(WHOLE) as (keyof typeof WHOLE)[])
    expect(read.value[name], name).toStrictEqual(parsed.value[name]);
}

it('takes all that a token may say, and reads it without zod', () => {
  expect(readAccessTokenClaims(WHOLE)).toStrictEqual({ value: WHOLE });
  const { value } = readAccessTokenClaims(WHOLE) as { value: unknown };
  expect(value).toBe(WHOLE);
  expectSame(WHOLE);
});

it('says what zod says, for each value at its edge in each place', () => {
  for (const place of PLACES) for (const edge of [...EDGES, gone]) expectSame(changed(WHOLE, place, edge));
});

it('says what zod says, for any values in several places', () => {
  const value = fc.oneof(fc.constantFrom(...EDGES, gone), fc.jsonValue({ maxDepth: 3 })) as fc.Arbitrary<JsonValue>;
  const change = fc.tuple(fc.constantFrom(...PLACES), value);
  fc.assert(
    fc.property(fc.array(change, { maxLength: 4 }), (changes) => {
      let claims: JsonObject = WHOLE;
      for (const [place, put] of changes) {
        const inside = place.slice(0, -1).reduce<unknown>((one, name) => (one as JsonObject | null)?.[name], claims);
        if (typeof inside === 'object' && inside !== null) claims = changed(claims, place, put);
      }
      expectSame(claims);
    }),
    { numRuns: process.env.SLOW === undefined ? 2000 : 50_000 },
  );
});
