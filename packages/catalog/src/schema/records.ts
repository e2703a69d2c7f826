/** The shape of each kind of record (目录记录的形式); what has to fit together across fields and records is asked by the rules. */
import * as z from 'zod/mini';
import {
  DATA_LEVELS,
  FORMAT_CLASSES,
  ITEM_KINDS,
  ITEM_TYPES,
  OPENING_TYPES,
  RESOURCE_CLASSES,
  SECRECY_LABELS,
  SHARING_METHODS,
  SHARING_TYPES,
  UPDATE_CYCLES,
} from '../labels.js';
import { CATALOG_LIMITS } from './limits.js';
import {
  code,
  creditCode,
  day,
  division,
  headed,
  label,
  line,
  list,
  office,
  paragraph,
  series,
  whole,
} from './parts.js';

const { exactOptional: optional, strictObject } = z;

/** 数据“五个必填属性” */
const five = {
  responsible: creditCode(),
  source: paragraph(),
  updating: paragraph(),
  quality: paragraph(),
  usage: paragraph(),
};

const item = strictObject({
  name: line(),
  type: label(ITEM_TYPES),
  length: optional(whole(1, CATALOG_LIMITS.itemLength)),
  scale: optional(whole(0, CATALOG_LIMITS.itemLength)),
  level: optional(label(DATA_LEVELS)),
  secrecy: optional(label(SECRECY_LABELS)),
  sharing: optional(label(SHARING_TYPES)),
  opening: optional(label(OPENING_TYPES)),
  element: optional(code()),
  copyOf: optional(strictObject({ resource: code(), item: line() })),
  samples: optional(series(line(CATALOG_LIMITS.sample), 0, CATALOG_LIMITS.samples)),
  note: optional(paragraph()),
  responsible: optional(five.responsible),
  source: optional(five.source),
  updating: optional(five.updating),
  quality: optional(five.quality),
  usage: optional(five.usage),
});

const resource = strictObject({
  kind: z.literal('resource'),
  code: code(),
  name: line(),
  classification: headed(label(RESOURCE_CLASSES), line(), CATALOG_LIMITS.classification),
  provider: creditCode(),
  providerName: line(),
  abstract: paragraph(),
  format: strictObject({ class: label(FORMAT_CLASSES), type: line() }),
  sharing: strictObject({
    type: label(SHARING_TYPES),
    condition: optional(paragraph()),
    legalBasis: optional(paragraph()),
    method: optional(label(SHARING_METHODS)),
  }),
  opening: strictObject({ type: label(OPENING_TYPES), condition: optional(paragraph()) }),
  updateCycle: label(UPDATE_CYCLES),
  publishedOn: day(),
  updatedOn: optional(day()),
  level: optional(label(DATA_LEVELS)),
  secrecy: optional(label(SECRECY_LABELS)),
  related: optional(list(code())),
  systems: optional(list(code())),
  ...five,
  items: series(item, 1, CATALOG_LIMITS.items),
});

const department = strictObject({
  kind: z.literal('department'),
  code: creditCode(),
  name: line(),
  division: division(),
  chiefDataOfficer: optional(office()),
  dataOfficers: optional(list(office(), CATALOG_LIMITS.officers)),
});

const duty = strictObject({
  kind: z.literal('duty'),
  code: code(),
  name: line(),
  department: creditCode(),
  basis: paragraph(),
});

const business = strictObject({
  kind: z.literal('business'),
  code: code(),
  name: line(),
  department: creditCode(),
  duties: list(code()),
  resources: list(code()),
  systems: optional(list(code())),
});

const system = strictObject({
  kind: z.literal('system'),
  code: code(),
  name: line(),
  department: creditCode(),
  // 网络安全等级保护: GB/T 22240
  protectionGrade: optional(whole(1, 5)),
  startedOn: optional(day()),
});

const serviceItem = strictObject({
  kind: z.literal('service-item'),
  code: code(),
  name: line(),
  itemKind: label(ITEM_KINDS),
  department: creditCode(),
  businesses: optional(list(code())),
  needs: optional(list(code())),
});

const supervisionItem = strictObject({
  kind: z.literal('supervision-item'),
  code: code(),
  name: line(),
  department: creditCode(),
  object: paragraph(),
  method: paragraph(),
  businesses: optional(list(code())),
  needs: optional(list(code())),
});

const purchasedData = strictObject({
  kind: z.literal('purchased-data'),
  code: code(),
  name: line(),
  supplier: creditCode(),
  purchaser: creditCode(),
  from: day(),
  to: day(),
  users: list(creditCode()),
  resources: optional(list(code())),
});

const capability = strictObject({
  kind: z.literal('capability'),
  code: code(),
  name: line(),
  department: creditCode(),
  resources: list(code()),
  service: line(),
});

const demand = strictObject({
  kind: z.literal('demand'),
  code: code(),
  department: creditCode(),
  resources: list(code()),
  wanted: optional(paragraph()),
  purpose: paragraph(),
  basis: paragraph(),
  askedOn: day(),
});

/** Schema of each kind. Which form the codes of resources have is in the profile. */
export const RECORD_SCHEMAS = {
  resource,
  department,
  duty,
  business,
  system,
  'service-item': serviceItem,
  'supervision-item': supervisionItem,
  'purchased-data': purchasedData,
  capability,
  demand,
} as const;
