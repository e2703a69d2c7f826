/** Status of a licence (证照状态): one model inside; what others call it is in tables. */

/**
 * Where a licence stands. `draft` and `registered` come before issue; `void` is a serial that was taken and never issued (作废号);
 * `valid`, `suspended` (暂扣) and the ends: `withdrawn` 撤销, `cancelled` 注销, `revoked` 吊销, `lapsed` 失效, `transferred` 办理转出,
 * `superseded` (已被新版本取代), `other`.
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
