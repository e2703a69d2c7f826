/** What a licence face shows (证照照面); plain data. */
export interface LicenseFace {
  /** Name of the licence type, large at the top. */
  readonly title: string;
  /** The same in English, under it. */
  readonly titleEn?: string;
  /** Licence number (证照编号), under the title. */
  readonly number: string;
  /** Licence identifier (证照标识, GB/T 36904), at the foot. */
  readonly identifier: string;
  readonly rows: readonly FaceRow[];
  /** Issuing authority (发证机关), lower right. */
  readonly authority: string;
  /** `YYYY-MM-DD`, drawn as 2026年05月20日. */
  readonly issueDate: string;
  /** Modules row by row from the top left, true for dark, without quiet zone; what `qrCode` of `@gov/qr/draw` answers fits. */
  readonly qr: { readonly size: number; readonly modules: readonly boolean[] };
  readonly qrCaption: string;
  readonly attachments?: readonly FaceAttachment[];
}

export interface FaceRow {
  /** What `FaceStyle.wide` calls it. */
  readonly key?: string;
  readonly label: string;
  /** Smaller, under the label. */
  readonly labelEn?: string;
  readonly value: string;
}

/** A file that goes with the face (associated file, ISO 32000-2 14.13). */
export interface FaceAttachment {
  /** 1 to 100 of `A–Z a–z 0–9 . _ -`. */
  readonly name: string;
  readonly mimeType: string;
  readonly bytes: Uint8Array;
  readonly relationship: 'Data' | 'Source' | 'Alternative' | 'Supplement';
}
