/** Scopes (权限范围): what applications can be allowed to ask for. */
import * as z from 'zod/mini';
import { scopeValue } from '../claims.js';
import { readAs } from '../internal/parse-with.js';
import { PERSONAL_CLAIMS } from '../subject.js';
import { creditCode, distinct, names } from './parts.js';

const schema = z.strictObject({
  name: scopeValue,
  text: names,
  claims: z.array(z.enum(PERSONAL_CLAIMS)).check(z.maxLength(PERSONAL_CLAIMS.length), distinct),
  owner: creditCode,
});

/**
 * A scope (权限范围). `name` is its value in tokens (RFC 6749 3.3), `text` what people are shown when they are asked, `claims` the
 * personal data that it opens, `owner` the credit code of the organisation whose data or service it is.
 */
export type Scope = z.output<typeof schema>;

/** @throws GovError `input-malformed` with issues */
export const readScope = (value: unknown): Scope => readAs(schema, value, 'scope');

/** JSON Schema of a scope. */
export const scopeJsonSchema = () => z.toJSONSchema(schema, { io: 'input' });
