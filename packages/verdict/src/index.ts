/**
 * `@gov/verdict`: how a check says yes, no or cannot tell (结论).
 *
 * @packageDocumentation
 */
export { type ErrorCode, GovError, type GovErrorOptions, type Issue, isGovError } from './error.js';
export {
  type Answer,
  type Aspects,
  aspects,
  type Check,
  DEFAULT_REQUIRED,
  type Finding,
  type FindingCode,
  judge,
  type Outcome,
  type Policy,
  type Report,
  report,
  type Verdict,
  worst,
} from './report.js';
