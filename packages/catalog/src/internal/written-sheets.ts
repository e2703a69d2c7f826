/** Sheets that this package writes into workbooks for people to read, and that are no part of a catalogue. */

/** Of a marked copy: all issues in one list. */
export const ISSUE_SHEET = '校验问题';

export const isWrittenSheet = (name: string): boolean => name.startsWith(ISSUE_SHEET);
