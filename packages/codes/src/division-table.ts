/** What a check has to know of the divisions that exist (行政区划): a port, so that the checks carry no table. */

/** A table of divisions, e.g. that of `@gov/codes/divisions`, or a register of one's own. */
export interface DivisionTable {
  /** The division of a code of 6 digits; `undefined` when there is and was none. */
  find(
    code: string,
  ): { readonly code: string; readonly name: string; readonly status: 'active' | 'abolished' } | undefined;
}
