/**
 * `@gov/city-code/gate`: checking city codes at a gate without a network (离线验码).
 *
 * @packageDocumentation
 * @example
 * import { Gate } from '@gov/city-code/gate';
 *
 * const gate = new Gate({ issuers: trustList, policy: { scenes: [1], region: '440100' } });
 * const { report } = await gate.check(scanned, { at: new Date() });
 * report.verdict; // 'valid' opens; report.findings say what was looked at
 */

export { type CheckOptions, Gate, type GateOptions, type Passage, type ShownLicense } from './gate.js';
export {
  DRIFT_RANGE_SECONDS,
  type FilterFacts,
  judgePassage,
  type LicenseStatus,
  type PassageFacts,
  type PassageSubject,
} from './passage.js';
export { CLOCK_TOLERANCE_SECONDS, DELEGATION_MAX_SECONDS, type GatePolicy, type RevocationPolicy } from './policy.js';
export { REPLAY_WINDOW_LIMITS, ReplayWindow } from './replay-window.js';
