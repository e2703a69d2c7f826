/** Staff (人员) and the posts they hold. */
import { holdsPersonalNumber, parseHolderCode } from '@gov/codes';
import { hmacSm3, toBase64url } from '@gov/sm';
import { GovError, type Issue } from '@gov/verdict';
import * as z from 'zod/mini';
import { DAY_FORM, startOfDay } from '../internal/days.js';
import { issue, readAs, rule, text } from '../internal/parse-with.js';
import { creditCode, DIRECTORY_LIMITS } from './parts.js';

/** A key that is also used for something else gives no digest away. */
const LABEL = 'gov-staff-identity-1';

const anonymous = rule((value: string) => (holdsPersonalNumber(value) ? [issue('personal-number')] : []));
const day = z.string().check(
  z.regex(DAY_FORM),
  rule((date) => (DAY_FORM.test(date) && startOfDay(date) === undefined ? [issue('form')] : [])),
);

const post = z
  .strictObject({
    organization: creditCode,
    title: text(DIRECTORY_LIMITS.name).check(anonymous),
    main: z.boolean(),
    from: day,
    to: z.exactOptional(day),
  })
  .check(rule(({ from, to }) => (to !== undefined && to < from ? [issue('too-small', ['to'])] : [])));

const schema = z
  .strictObject({
    id: text(DIRECTORY_LIMITS.id).check(anonymous),
    name: text(DIRECTORY_LIMITS.name).check(anonymous),
    posts: z.array(post).check(z.minLength(1), z.maxLength(DIRECTORY_LIMITS.posts)),
    identityDigest: z.exactOptional(z.string().check(z.regex(/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/))),
  })
  .check(rule(({ posts }) => mainIssues(posts)));

/**
 * A post (任职). `organization` by its credit code; `from` and `to` are days in Asia/Shanghai, both included, without `to` it goes on.
 * `main` marks the one post (主职) among several at a time.
 */
export type Post = z.output<typeof post>;

/**
 * A member of staff (人员). `id` is the id of the account in this domain. There is no ID number: `identityDigest` is what
 * `staffIdentityDigest` makes of it, to find out who logged in.
 */
export type Staff = z.output<typeof schema>;

/** @throws GovError `input-malformed` with issues */
export const readStaff = (value: unknown): Staff => readAs(schema, value, 'staff');

/** JSON Schema of a member of staff. */
export const staffJsonSchema = () => z.toJSONSchema(schema, { io: 'input' });

/**
 * HMAC-SM3 (key, label ‖ 00 ‖ type ‖ 00 ‖ number in capitals) of an identity document (证件号码的带密钥杂凑), base64url. Equal digests are equal documents;
 * without the key nobody can try numbers.
 *
 * @param key at least 32 octets, from the password machine or a key file; never in the same database
 * @throws GovError `invalid-argument` for a shorter key, and for a number that is none of its type
 */
export function staffIdentityDigest(
  key: Uint8Array,
  document: { readonly type: string; readonly number: string },
): string {
  if (key.length < 32) throw new GovError('invalid-argument', 'identity digest: a key of fewer than 32 octets');
  if (document.number.length > 40 || !parseHolderCode(document.type, document.number).ok)
    throw new GovError('invalid-argument', 'identity digest: no number of this type of document');
  const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
  return toBase64url(hmacSm3(key, encode(`${LABEL}\0${document.type}\0${document.number.toUpperCase()}`)));
}

/** Posts on a day `YYYY-MM-DD` in Asia/Shanghai. @internal */
export const postsOn = (posts: readonly Post[], date: string): readonly Post[] =>
  posts.filter(({ from, to }) => from <= date && (to === undefined || date <= to));

/** The latest main post: staff stand below its organisation. @internal */
export const mainPost = (posts: readonly Post[]): Post =>
  posts.filter(({ main }) => main).reduce((a, b) => (b.from > a.from ? b : a));

function mainIssues(posts: readonly Post[]): readonly Issue[] {
  const main = posts.filter((one) => one.main).sort((a, b) => (a.from < b.from ? -1 : 1));
  if (main.length === 0) return [issue('missing', ['posts', 'main'])];
  return main.some(({ to }, i) => i + 1 < main.length && (to ?? '9999') >= main[i + 1]!.from)
    ? [issue('duplicate', ['posts', 'main'])]
    : [];
}
