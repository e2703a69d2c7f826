/** Status of a licence (证照状态): one model inside; what others call it is in tables. */

/** Where the status of a licence stands: list and place of its issuer's status lists. */
export interface StatusSlot {
  readonly list: number;
  readonly index: number;
}

/**
 * Where a licence stands. `draft` and `registered` come before issue; `void` is a serial that was taken and never issued (作废号);
 * `valid`, `suspended` (暂扣) and the ends: `withdrawn` 撤销, `cancelled` 注销, `revoked` 吊销, `lapsed` 失效, `transferred` 办理转出,
 * `superseded` (已被新版本取代), `other` (其他: ended in a way that has no name here).
 */
export type LicenseStatus =
  | 'draft'
  | 'registered'
  | 'valid'
  | 'suspended'
  | 'withdrawn'
  | 'cancelled'
  | 'revoked'
  | 'lapsed'
  | 'transferred'
  | 'superseded'
  | 'void'
  | 'other';

/** One row of the table of statuses. */
export interface LicenseStatusRow {
  readonly status: LicenseStatus;
  readonly zh: string;
  readonly en: string;
  /**
   * What status lists say of a licence of this status: 0 valid, 1 invalid, 2 suspended (IETF Token Status List), 3 superseded (of
   * the values that are left to applications). 1 and 3 are the ends, which no later list takes back; what is not in force and
   * may yet be, also before issue, is 2.
   */
  readonly listValue: 0 | 1 | 2 | 3;
  /** No other status follows. */
  readonly final: boolean;
}

/** Every status there is, in the order of a licence's life. */
export const LICENSE_STATUSES: readonly LicenseStatusRow[] = [
  { status: 'draft', zh: '拟制', en: 'draft', listValue: 2, final: false },
  { status: 'registered', zh: '已登记', en: 'registered, not issued', listValue: 2, final: false },
  { status: 'valid', zh: '有效', en: 'valid', listValue: 0, final: false },
  { status: 'suspended', zh: '暂扣', en: 'suspended', listValue: 2, final: false },
  { status: 'withdrawn', zh: '撤销', en: 'withdrawn', listValue: 1, final: true },
  { status: 'cancelled', zh: '注销', en: 'cancelled', listValue: 1, final: true },
  { status: 'revoked', zh: '吊销', en: 'revoked', listValue: 1, final: true },
  { status: 'lapsed', zh: '失效', en: 'lapsed', listValue: 1, final: true },
  { status: 'transferred', zh: '办理转出', en: 'transferred', listValue: 1, final: true },
  { status: 'superseded', zh: '已被新版本取代', en: 'superseded by a newer version', listValue: 3, final: true },
  { status: 'void', zh: '作废号', en: 'void serial, never issued', listValue: 1, final: true },
  { status: 'other', zh: '其他', en: 'other', listValue: 1, final: true },
];

const ENDS: readonly LicenseStatus[] = [
  'withdrawn',
  'cancelled',
  'revoked',
  'lapsed',
  'transferred',
  'superseded',
  'other',
];

/** What each status may become: nothing follows an end, and what was issued is never a draft or void again. */
const NEXT: Readonly<Record<LicenseStatus, readonly LicenseStatus[]>> = {
  draft: ['registered', 'valid', 'void'],
  registered: ['valid', 'void'],
  valid: ['suspended', ...ENDS],
  suspended: ['valid', ...ENDS],
  withdrawn: [],
  cancelled: [],
  revoked: [],
  lapsed: [],
  transferred: [],
  superseded: [],
  void: [],
  other: [],
};

/**
 * Whether a licence of status `from` may become `to`. The same status again is no change: false.
 *
 * @example
 * import { mayBecome } from '@gov/e-license';
 * mayBecome('suspended', 'valid'); // true: 恢复
 * mayBecome('revoked', 'valid'); // false
 */
export const mayBecome = (from: LicenseStatus, to: LicenseStatus): boolean => NEXT[from].includes(to);

/** Whose codes of statuses (状态代码方言). */
export type StatusDialect = 'mohurd' | 'guangdong' | 'real-estate';

/** One code of a dialect. */
export interface DialectCode {
  readonly code: string;
  /** As the dialect names it. */
  readonly name: string;
  /** What it means here; where there are several the code does not tell which. */
  readonly statuses: readonly LicenseStatus[];
}

/**
 * The codes that others use for statuses, as public implementations have them: of qualifications and permits in construction
 * (住房城乡建设), of Guangdong province, and of real estate registers.
 */
export const STATUS_DIALECTS: Readonly<Record<StatusDialect, readonly DialectCode[]>> = {
  mohurd: [
    { code: '01', name: '有效', statuses: ['valid'] },
    { code: '02', name: '暂扣', statuses: ['suspended'] },
    { code: '03', name: '撤销', statuses: ['withdrawn'] },
    { code: '04', name: '注销', statuses: ['cancelled'] },
    { code: '05', name: '失效', statuses: ['lapsed'] },
    { code: '06', name: '办理转出', statuses: ['transferred'] },
    { code: '07', name: '吊销', statuses: ['revoked'] },
    { code: '99', name: '其他', statuses: ['other'] },
  ],
  guangdong: [
    { code: 'DRAFT', name: '拟制', statuses: ['draft'] },
    { code: 'REGISTERED', name: '已登记', statuses: ['registered'] },
    { code: 'ISSUED', name: '已签发', statuses: ['valid'] },
    { code: 'ABOLISHED', name: '已废止', statuses: ['withdrawn', 'cancelled', 'revoked', 'lapsed'] },
  ],
  'real-estate': [
    { code: '1', name: '现势', statuses: ['valid'] },
    { code: '2', name: '注销', statuses: ['cancelled'] },
  ],
};

/**
 * The code of a dialect for a status; undefined where the dialect has none, never the nearest.
 *
 * @example
 * import { toDialect } from '@gov/e-license';
 * toDialect('revoked', 'mohurd'); // '07'
 * toDialect('revoked', 'guangdong'); // 'ABOLISHED'
 * toDialect('suspended', 'guangdong'); // undefined: Guangdong has no suspension
 */
export const toDialect = (status: LicenseStatus, dialect: StatusDialect): string | undefined =>
  STATUS_DIALECTS[dialect].find((row) => row.statuses.includes(status))?.code;

/**
 * The status that a code of a dialect means; undefined for a code that is not in its table or could mean several statuses.
 *
 * @example
 * import { fromDialect } from '@gov/e-license';
 * fromDialect('02', 'mohurd'); // 'suspended'
 * fromDialect('ABOLISHED', 'guangdong'); // undefined: withdrawn, cancelled, revoked or lapsed
 */
export function fromDialect(code: string, dialect: StatusDialect): LicenseStatus | undefined {
  const { statuses = [] } = STATUS_DIALECTS[dialect].find((row) => row.code === code) ?? {};
  return statuses.length === 1 ? statuses[0] : undefined;
}
