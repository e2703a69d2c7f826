/** Organisations (组织机构) and how they stand below one another. */
import { parseDivisionCode } from '@gov/codes';
import * as z from 'zod/mini';
import { issue, readAs, rule } from '../internal/parse-with.js';
import { creditCode, names } from './parts.js';

/** 机关、事业单位、社会团体、企业、其他 */
export const ORGANIZATION_TYPES = ['government', 'institution', 'association', 'enterprise', 'other'] as const;

const schema = z
  .strictObject({
    code: creditCode,
    name: names,
    division: z.string().check(
      z.maxLength(6),
      rule((code) => {
        const read = parseDivisionCode(code);
        return read.ok ? [] : read.issues;
      }),
    ),
    type: z.enum(ORGANIZATION_TYPES),
    parent: z.exactOptional(creditCode),
  })
  .check(rule(({ code, parent }) => (code === parent ? [issue('not-allowed', ['parent'])] : [])));

/**
 * An organisation (组织机构): `code` is its unified social credit code (统一社会信用代码), `division` the administrative division it works
 * in (行政区划代码, GB/T 2260), `parent` the organisation above it (上级单位).
 */
export type Organization = z.output<typeof schema>;

/** @throws GovError `input-malformed` with issues */
export const readOrganization = (value: unknown): Organization => readAs(schema, value, 'organization');

/** JSON Schema of an organisation. */
export const organizationJsonSchema = () => z.toJSONSchema(schema, { io: 'input' });
