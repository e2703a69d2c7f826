/** How much a report shows; what is beyond is counted (报告展示上限). */
export interface ReportLimits {
  /** Places of one rule. */
  readonly placesOfRule: number;
  /** Rules, those with most places first. */
  readonly rules: number;
  /** Departments in the table, and of these with a part of their own. */
  readonly departments: number;
  readonly departmentParts: number;
  /** UTF-16 units of HTML after which no department gets a part of its own. */
  readonly page: number;
  /** Boxes in a column of a graph. */
  readonly boxes: number;
  /** Names in a list of what is missing. */
  readonly missing: number;
  /** Characters of a name. */
  readonly name: number;
}

export const REPORT_LIMITS: ReportLimits = {
  placesOfRule: 10,
  rules: 100,
  departments: 1_000,
  departmentParts: 200,
  page: 700_000,
  boxes: 40,
  missing: 20,
  name: 100,
};
