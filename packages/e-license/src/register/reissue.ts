/** Whether a licence can be followed by another version of it (换发). */
import { CLOCK_SKEW_MS } from '@gov/pki';
import { GovError, type Issue } from '@gov/verdict';
import { issue } from '../internal/issues.js';
import type { LicenseType } from '../license-type.js';
import { type ReissueAct, reissueIssues } from '../lineage.js';
import type { LicenseData } from '../metadata.js';
import type { RegisterEntry } from './port.js';

/**
 * The time of an act on a licence: never before the last one, whose machine may have had a clock a little ahead. With
 * `unit` (milliseconds) in whole ones of that, as a QR has seconds.
 *
 * @throws GovError `clock-behind` where the clocks differ by more than `CLOCK_SKEW_MS`
 */
export function timeOfAct({ statusAt }: RegisterEntry, at: Date, unit = 1): Date {
  const last = Date.parse(statusAt);
  if (at.getTime() < last - CLOCK_SKEW_MS) {
    throw new GovError(
      'clock-behind',
      `the clock stands at ${at.toISOString()}, the last act on the licence at ${statusAt}`,
    );
  }
  return new Date(Math.max(Math.floor(at.getTime() / unit), Math.ceil(last / unit)) * unit);
}

/**
 * What `data` says as the version after `old`. Data taken from the version before may still say that one's number.
 *
 * @throws GovError `license-status` where `old` cannot be followed; `license-data-invalid` where the act does not allow the
 *   changes. The number stays whatever the act: one number, one licence, is what the register's keys rest on
 */
export function followingData(old: RegisterEntry, data: LicenseData, act: ReissueAct, type: LicenseType): LicenseData {
  // A suspended one would be in force again by it, unseen.
  if (old.status !== 'valid') {
    throw new GovError('license-status', `a licence that is ${old.status} has no next version`);
  }
  if (old.record === undefined) throw new GovError('license-status', 'the licence was erased');
  const changes = reissueIssues(act, old.record.data, data, type);
  const moved: Issue[] = data.number === old.number ? [] : [issue('reissue-not-allowed', ['number'])];
  const issues = [...changes.filter(({ path }) => path[0] !== 'number'), ...moved];
  if (issues.length > 0) {
    throw new GovError('license-data-invalid', `${issues.length} parts do not fit the act ${act}`, { issues });
  }
  if (data.version !== old.version) return data;
  const { version: _, ...rest } = data;
  return rest;
}
