/** What a check of the register finds (差异). */

/** What does not fit. */
export type DiscrepancyCode =
  /** the identifier does not say what the row says, or its check character is wrong */
  | 'identifier-mismatch'
  /** a number of the counter that no row has, or a row has that the counter has not come to */
  | 'serial-missing'
  | 'serial-beyond-counter'
  /** a serial that is not from a counter */
  | 'serial-form'
  /** versions of a serial that are not 1, 2, 3 … */
  | 'version-missing'
  /** an older version that is not superseded, or a newest one that is; one that does not name the one before */
  | 'version-status'
  | 'version-link'
  /** a version issued before the one it follows, a status from before the issuing */
  | 'time-order'
  | 'slot-missing'
  | 'slot-twice'
  | 'slot-beyond-counter'
  /** what the status lists are made from is not what the rows say */
  | 'slot-status'
  /** no entry at the row's place in the log, or one that is not of this licence and its content */
  | 'audit-missing'
  | 'audit-mismatch'
  /** the row's status is not what the log says of it */
  | 'audit-status'
  /** the log says that a licence was issued, no row has it */
  | 'audit-unregistered'
  /** openings or record were erased, but not both */
  | 'half-erased'
  /** rows of a batch are not issued yet: no fault; numbers kept for them are not reported as missing */
  | 'batch-unfinished';

export interface Discrepancy {
  readonly code: DiscrepancyCode;
  /** English, without personal data beyond identifiers. */
  readonly detail: string;
  readonly identifier?: string;
  readonly auditIndex?: number;
}

/** A batch with rows that are not issued: their numbers are taken and wait. */
export interface UnfinishedBatch {
  readonly id: string;
  readonly typeCode: string;
  readonly issuerCode: string;
  readonly rows: number;
  readonly issued: number;
  readonly firstSerial: number;
  readonly firstSlot: number;
}
