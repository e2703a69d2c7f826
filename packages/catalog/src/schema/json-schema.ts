/** JSON Schema of records (目录记录的 JSON Schema), for departments not on TypeScript. */
import * as z from 'zod/mini';
import { fieldName, KIND_NAMES } from '../internal/field-names.js';
import { RECORD_KINDS } from '../order.js';
import type { RegionProfile } from '../profile.js';
import type { RecordKind } from '../record.js';
import { NOTES } from './parts.js';
import { resourceCodePattern } from './pattern.js';
import { RECORD_SCHEMAS } from './records.js';

type JsonSchema = z.core.JSONSchema.BaseSchema;

/**
 * JSON Schema (2020-12) of a kind of record, with titles in Chinese and descriptions in English; with a profile, also the form of
 * its resource codes. It knows forms, lengths and lists; check characters, the calendar, NFC and the rarer invisible characters
 * only `readRecord` does. What it refuses, `readRecord` refuses.
 *
 * @throws GovError `invalid-argument` for a profile whose pattern is unfit
 */
export function recordJsonSchema(kind: RecordKind, profile?: Pick<RegionProfile, 'resourceCode'>): JsonSchema {
  const schema = z.toJSONSchema(RECORD_SCHEMAS[kind], { metadata: NOTES, io: 'input' });
  const { zh, en } = KIND_NAMES[kind];
  const titled = withTitles(schema, []);
  if (profile !== undefined && kind === 'resource')
    Object.assign(titled.properties!.code!, { pattern: resourceCodePattern(profile.resourceCode).source });
  return { ...titled, title: zh, description: en };
}

/** JSON Schema of a line of a catalogue's file (JSON Lines): a record of any kind. */
export function catalogJsonSchema(profile?: Pick<RegionProfile, 'resourceCode'>): JsonSchema {
  const kinds = RECORD_KINDS.map((kind) => {
    const { $schema: _, ...schema } = recordJsonSchema(kind, profile);
    return [kind, schema] as const;
  });
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: '政务数据目录记录',
    description: 'A record of a data catalogue',
    oneOf: kinds.map(([kind]) => ({ $ref: `#/$defs/${kind}` })),
    $defs: Object.fromEntries(kinds),
  };
}

function withTitles(schema: JsonSchema, path: readonly string[]): JsonSchema {
  const { properties, items } = schema;
  return {
    ...schema,
    ...(path.length === 0 ? {} : titles(path)),
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(properties).map(([key, inner]) => [key, withTitles(inner as JsonSchema, [...path, key])]),
          ),
        }),
    ...(typeof items === 'object' && 'properties' in items ? { items: withTitles(items as JsonSchema, path) } : {}),
  };
}

const titles = (path: readonly string[]): Pick<JsonSchema, 'title' | 'description'> => {
  const { zh, en } =
    path[0] === 'code' ? { zh: '代码', en: 'code' } : path[0] === 'kind' ? { zh: '记录类型', en: 'kind' } : named(path);
  return { title: zh, description: en };
};

/** Fields of items have the names that those of the resource have, or their own. */
const named = (path: readonly string[]) => fieldName(path[0] === 'items' && path.length > 1 ? path.slice(1) : path);
