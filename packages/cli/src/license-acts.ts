/** What the verbs that change a licence in a database have in common. */
import { holdsPersonalNumber } from '@gov/codes';
import { type ChangedEntry, LicenseRegister, type RegisterOptions } from '@gov/e-license/register';
import type { Store } from '@gov/store';
import type { OptionDefinition, Outcome } from './command.js';
import { DATABASE_OPTION, openDatabase } from './database.js';
import { LICENSE_LOG } from './license-log.js';

/** The audit log shows it to everybody, and never forgets. */
const problemOfPublicName = (text: string): string | undefined =>
  holdsPersonalNumber(text) ? 'holds the number of an ID card or a mobile phone: name an account, a post' : undefined;

export const ACTOR_OPTION = {
  type: 'string',
  value: 'NAME',
  problem: problemOfPublicName,
  about: { en: 'who does it, for the audit log: account or post', zh: '经办账号或岗位，记入审计日志' },
} as const satisfies OptionDefinition;

export const REASON_OPTION = {
  type: 'string',
  value: 'TEXT',
  about: { en: 'why', zh: '事由' },
} as const satisfies OptionDefinition;

export const REQUEST_OPTION = {
  type: 'string',
  value: 'KEY',
  about: { en: 'the same key again does nothing again', zh: '幂等键：重复提交不重复办理' },
} as const satisfies OptionDefinition;

/** Options of suspend, resume and revoke. */
export const CHANGE_OPTIONS = {
  database: DATABASE_OPTION,
  reason: { ...REASON_OPTION, required: true },
  actor: { ...ACTOR_OPTION, required: true },
  office: {
    type: 'string',
    value: 'NAME',
    problem: problemOfPublicName,
    about: { en: 'the office that decided', zh: '作出决定的机关' },
  },
  request: REQUEST_OPTION,
} as const satisfies Readonly<Record<string, OptionDefinition>>;

interface ChangeValues {
  readonly database: string;
  readonly reason: string;
  readonly actor: string;
  readonly office: string | undefined;
  readonly request: string | undefined;
}

/** Runs something with the register of a database, which is closed afterwards. */
export async function withRegister<T>(
  database: string,
  options: Omit<RegisterOptions, 'store' | 'log'>,
  work: (register: LicenseRegister, store: Store) => Promise<T>,
  opening: { readonly create?: boolean } = {},
): Promise<T> {
  const store = await openDatabase(database, opening);
  try {
    return await work(new LicenseRegister({ ...options, store, log: LICENSE_LOG }), store);
  } finally {
    await store.close();
  }
}

/** What suspend, resume and revoke do with their options. */
export async function changed(
  values: ChangeValues,
  at: Date,
  change: (
    register: LicenseRegister,
    options: { readonly reason: string; readonly actor: string; readonly office?: string; readonly key?: string },
  ) => Promise<ChangedEntry>,
): Promise<Outcome> {
  const { reason, actor, office, request } = values;
  const options = {
    ...{ reason, actor },
    ...(office === undefined ? {} : { office }),
    ...(request === undefined ? {} : { key: request }),
  };
  const entry = await withRegister(values.database, { clock: () => at }, (register) => change(register, options));
  const { identifier, status, statusAt, statusAuditIndex, again = false } = entry;
  return {
    kind: 'done',
    json: { identifier, status, statusAt, auditIndex: statusAuditIndex ?? entry.auditIndex, again },
    lines: [`${identifier} ${status}${again ? ' (again)' : ''}`],
  };
}
