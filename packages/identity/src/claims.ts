/** Claims of identity tokens (令牌声明): what they say beside the claims of every JWT, as types, readers and JSON Schema. */
import type { JsonObject } from '@gov/token/json';
import * as z from 'zod/mini';
import { parseWith } from './internal/parse-with.js';
import { SUBJECT_KINDS, type SubjectKind } from './subject.js';

export const CLAIM_LIMITS = {
  /** Actors inside one another (`act`). */
  actors: 3,
  /** Characters of `sub` (OpenID Connect Core 2), and of other ids. */
  id: 255,
  /** Characters of a URI. */
  uri: 2000,
  /** Scope values of a token, of a mandate. */
  scopes: 64,
  /** Characters of one scope value. */
  scope: 128,
} as const;

/** Who acts (实际操作者, RFC 8693 4.1): the outermost acts now, those inside did before it and give it no rights. */
export interface ActorClaim {
  readonly sub: string;
  /** Whose `sub` it is; that of the token's issuer unless given. */
  readonly iss?: string;
  /** A person that acts for the subject; absent for a program that passes the token on. */
  readonly sub_kind?: SubjectKind;
  readonly act?: ActorClaim;
}

/** How an agent stands to whom it acts for: 经办人、监护人、法人账号切换. */
export const MANDATE_RELATIONS = ['agent', 'guardian', 'role-switch'] as const;

export type MandateRelation = (typeof MANDATE_RELATIONS)[number];

/** What a token says of the mandate (授权委托) that it rests upon. */
export interface MandateClaim {
  readonly id: string;
  readonly relation: MandateRelation;
  /** What may be done under it: the token's own scope is no larger. */
  readonly scope: readonly string[];
  /** When it ends, seconds since 1970: the token does not outlive it. */
  readonly exp: number;
}

/** What logs and databases keep as it is: no control characters, no halves of characters. */
const NAME = /^[^\p{Cc}\p{Cs}\ufeff]*$/u;
const name = (max: number) => z.string().check(z.minLength(1), z.maxLength(max), z.regex(NAME));
const id = name(CLAIM_LIMITS.id);
const uri = name(CLAIM_LIMITS.uri);
/** 9999-12-31T23:59:59Z @internal */
export const LAST_SECOND = 253_402_300_799;
/** NumericDate (RFC 7519 2): fractions are allowed. */
const second = z.number().check(z.minimum(0), z.maximum(LAST_SECOND));
const kind = z.enum(SUBJECT_KINDS);

/** RFC 6749 3.3; what it takes is bounded before it is taken apart. */
const SCOPE_VALUE = `[\\x21\\x23-\\x5b\\x5d-\\x7e]{1,${CLAIM_LIMITS.scope}}`;

const ONE_SCOPE = new RegExp(`^${SCOPE_VALUE}$`);

/** Several, with one space between any two. */
const SCOPES = new RegExp(`^${SCOPE_VALUE}( ${SCOPE_VALUE}){0,${CLAIM_LIMITS.scopes - 1}}$`);

/** One scope value (权限范围). */
export const scopeValue = z.string().check(z.regex(ONE_SCOPE));

/** Of a status list. */
const LAST_INDEX = 2 ** 27;

/** As deep as `CLAIM_LIMITS.actors`: the innermost has no `act`. */
const actor = { sub: id, iss: z.exactOptional(uri), sub_kind: z.exactOptional(kind) };
const act = z.object({
  ...actor,
  act: z.exactOptional(
    z.object({ ...actor, act: z.exactOptional(z.object({ ...actor, act: z.exactOptional(z.never()) })) }),
  ),
});

const mandate = z.object({
  id,
  relation: z.enum(MANDATE_RELATIONS),
  scope: z.array(scopeValue).check(z.minLength(1), z.maxLength(CLAIM_LIMITS.scopes)),
  exp: second,
});

/** What both kinds of token may say. The claims of every JWT are judged by `@gov/token/jwt`. */
const common = {
  /** Exactly one, no list. */
  acr: z.exactOptional(uri),
  auth_time: z.exactOptional(second),
  sid: z.exactOptional(id),
  act: z.exactOptional(act),
  mandate: z.exactOptional(mandate),
};

const accessTokenClaims = z.object({
  iss: uri,
  sub: id,
  sub_kind: kind,
  aud: z.union([uri, z.array(uri).check(z.minLength(1))]),
  client_id: id,
  jti: id,
  iat: second,
  exp: second,
  scope: z.exactOptional(z.string().check(z.regex(SCOPES))),
  /** RFC 7800: which members it has, is for the verifier to judge. */
  cnf: z.exactOptional(z.looseObject({ jkt: z.exactOptional(id) })),
  /** Token Status List 6.2 */
  status: z.exactOptional(
    z.object({ status_list: z.object({ idx: z.int().check(z.minimum(0), z.maximum(LAST_INDEX)), uri }) }),
  ),
  ...common,
});

const idTokenClaims = z.object({
  iss: uri,
  sub: id,
  sub_kind: z.exactOptional(kind),
  aud: z.union([uri, z.array(uri).check(z.minLength(1))]),
  iat: second,
  exp: second,
  nonce: z.exactOptional(uri),
  /** Of logout tokens and other events, which are no logins (OpenID Connect Back-Channel Logout 2.4). */
  events: z.exactOptional(z.never()),
  azp: z.exactOptional(id),
  at_hash: z.exactOptional(id),
  ...common,
});

/** Claims of an access token (访问令牌): RFC 9068 2.2, RFC 7800, RFC 8693 4.1, Token Status List 6, `sub_kind` and `mandate`. */
export type AccessTokenClaims = z.output<typeof accessTokenClaims>;

/** Claims of an ID token (身份令牌): OpenID Connect Core 2, `sub_kind`, `act` and `mandate`. */
export type IdTokenClaims = z.output<typeof idTokenClaims>;

/** Claims, or what is wrong with them; others pass unread. @internal */
export const readAccessTokenClaims = (claims: JsonObject): ReturnType<typeof parseAccessTokenClaims> =>
  isPlain(claims) ? { value: claims as unknown as AccessTokenClaims } : parseAccessTokenClaims(claims);

/** The same by zod alone. @internal */
export const parseAccessTokenClaims = (claims: JsonObject) => parseWith(accessTokenClaims, claims);

/** @internal */
export const readIdTokenClaims = (claims: JsonObject) => parseWith(idTokenClaims, claims);

/** Whether a claim is the token's own, which no further claim is. @internal */
export const isAccessTokenClaim = (name: string): boolean =>
  Object.hasOwn(accessTokenClaims.shape, name) || name === 'nbf';

/** @internal */
export const isIdTokenClaim = (name: string): boolean =>
  Object.hasOwn(idTokenClaims.shape, name) || name === 'nbf' || name === 'cnf';

/** JSON Schema of the claims of an access token. */
export const accessTokenJsonSchema = () => z.toJSONSchema(accessTokenClaims, { io: 'input' });

/** JSON Schema of the claims of an ID token. */
export const idTokenJsonSchema = () => z.toJSONSchema(idTokenClaims, { io: 'input' });

/*
 * The same rules by hand, for claims that are plainly in order: zod takes longer for a token than all else around its signature.
 * What is refused here is put to zod, which may take it all the same, and says what is wrong.
 */
type Fits = (value: unknown) => boolean;

const isName =
  (max: number): Fits =>
  (value) =>
    typeof value === 'string' && value !== '' && value.length <= max && NAME.test(value);
const isId = isName(CLAIM_LIMITS.id);
const isUri = isName(CLAIM_LIMITS.uri);
const isSecond: Fits = (value) => typeof value === 'number' && value >= 0 && value <= LAST_SECOND;
const isIndex: Fits = (value) => isSecond(value) && Number.isInteger(value) && (value as number) <= LAST_INDEX;
const isMatch =
  (form: RegExp): Fits =>
  (value) =>
    typeof value === 'string' && form.test(value);
const isOneOf =
  (values: readonly unknown[]): Fits =>
  (value) =>
    values.includes(value);
const isKind = isOneOf(SUBJECT_KINDS);

/** One or more. */
const isListOf =
  (fits: Fits, max = Number.POSITIVE_INFINITY): Fits =>
  (value) => {
    if (!Array.isArray(value) || value.length === 0 || value.length > max) return false;
    // Unlike `every`, this sees what an array has a hole for.
    for (const one of value) if (!fits(one)) return false;
    return true;
  };

/** All members that are demanded, and of others those that are allowed. */
function isObject(
  demanded: Readonly<Record<string, Fits>>,
  allowed: Readonly<Record<string, Fits>> = {},
  isOther: (name: string) => boolean = () => false,
): Fits {
  const forms = new Map(Object.entries({ ...demanded, ...allowed }));
  const names = Object.keys(demanded);
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    for (const [member, one] of Object.entries(value)) {
      const fits = forms.get(member);
      if (fits === undefined ? !isOther(member) : !fits(one)) return false;
    }
    return names.every((member) => Object.hasOwn(value, member));
  };
}

const isActor = (inner: Readonly<Record<string, Fits>>): Fits =>
  isObject({ sub: isId }, { iss: isUri, sub_kind: isKind, ...inner });

const isPlain = isObject(
  {
    iss: isUri,
    sub: isId,
    sub_kind: isKind,
    aud: (value) => isUri(value) || isListOf(isUri)(value),
    client_id: isId,
    jti: isId,
    iat: isSecond,
    exp: isSecond,
  },
  {
    scope: isMatch(SCOPES),
    cnf: isObject({}, { jkt: isId }, () => true),
    status: isObject({ status_list: isObject({ idx: isIndex, uri: isUri }) }),
    acr: isUri,
    auth_time: isSecond,
    sid: isId,
    act: isActor({ act: isActor({ act: isActor({}) }) }),
    mandate: isObject({
      id: isId,
      relation: isOneOf(MANDATE_RELATIONS),
      scope: isListOf(isMatch(ONE_SCOPE), CLAIM_LIMITS.scopes),
      exp: isSecond,
    }),
  },
  // Whatever the schema has and this has not, is for the schema.
  (member) => !Object.hasOwn(accessTokenClaims.shape, member),
);
