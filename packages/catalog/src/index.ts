/**
 * `@gov/catalog`: data catalogues of departments (政务数据目录): records, value lists, regional profiles.
 *
 * @example
 * import { NATIONAL_PROFILE, normaliseLabels, readRecord } from '@gov/catalog';
 *
 * const { record, issues } = readRecord(normaliseLabels(JSON.parse(line), NATIONAL_PROFILE), NATIONAL_PROFILE);
 * if (record) console.log(record.kind, record.code);
 * else for (const { path, messageZh, suggestion } of issues) console.log(path.join('.'), messageZh, suggestion?.textZh);
 *
 * @packageDocumentation
 */
export type { CatalogEntry, RecordPlace } from './entry.js';
export type { CatalogIssue, Place, Severity } from './issue.js';
export {
  DATA_LEVELS,
  type DataLevel,
  FORMAT_CLASSES,
  type FormatClass,
  ITEM_KINDS,
  ITEM_TYPES,
  type ItemKind,
  type ItemType,
  type Labelled,
  LEDGER_LEVELS,
  type LedgerLevel,
  OPENING_TYPES,
  type OpeningType,
  RESOURCE_CLASSES,
  type ResourceClass,
  SECRECY_LABELS,
  type SecrecyLabel,
  SHARING_METHODS,
  SHARING_TYPES,
  type SharingMethod,
  type SharingType,
  UPDATE_CYCLES,
  type UpdateCycle,
} from './labels.js';
export { RECORD_KINDS } from './order.js';
export type { ProfileColumn, RegionProfile } from './profile.js';
export { NATIONAL_PROFILE } from './profiles/national.js';
export { readProfile } from './profiles/read-profile.js';
export { SAMPLE_CITY_PROFILE, SAMPLE_PROVINCE_PROFILE } from './profiles/samples.js';
export type {
  Business,
  Capability,
  CatalogRecord,
  CatalogResource,
  DataItem,
  DatumAttributes,
  Demand,
  Department,
  Duty,
  InformationSystem,
  PurchasedData,
  RecordKind,
  ServiceItem,
  SupervisionItem,
} from './record.js';
export { type RecordField, recordFields } from './schema/fields.js';
export { catalogJsonSchema, recordJsonSchema } from './schema/json-schema.js';
export {
  LABEL_FIELDS,
  LABEL_LISTS,
  type LabelList,
  labelOf,
  nearestLabel,
  normaliseLabels,
} from './schema/labels.js';
export { CATALOG_LIMITS } from './schema/limits.js';
export { resourceCodePattern } from './schema/pattern.js';
export { type ReadRecord, readRecord, recordReader } from './schema/read-record.js';
