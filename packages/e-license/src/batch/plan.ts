/** What whoever works on a batch has to know of it beside its rows: kept with the batch, so that a worker needs nothing else. */

import { GovError } from '@gov/verdict';
import { defineLicenseType } from '../define-type.js';
import type { LicenseType } from '../license-type.js';
import type { BatchRecord } from '../register/index.js';

interface BatchPlan {
  /** The definition that the rows were checked by: a worker may know another edition of the type, or none. */
  readonly type: LicenseType;
  /** Who ordered the batch, for the audit log. */
  readonly actor: string;
  /** Places of one status list. */
  readonly listSize: number;
}

const VERSION = 1;

export const planText = (plan: BatchPlan): string => JSON.stringify({ version: VERSION, ...plan });

/** @throws GovError `input-malformed` for options that this program did not write */
export function planOf({ id, options }: BatchRecord): BatchPlan {
  try {
    const { version, type, actor, listSize } = JSON.parse(options) as BatchPlan & { readonly version: number };
    if (version === VERSION && typeof actor === 'string' && Number.isSafeInteger(listSize)) {
      return { type: defineLicenseType(type), actor, listSize };
    }
  } catch (cause) {
    throw new GovError('input-malformed', `the options of the batch ${id} cannot be read`, { cause });
  }
  throw new GovError('input-malformed', `the options of the batch ${id} are of another version`);
}
