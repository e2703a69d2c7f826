/** `gov license status`: where a licence stands, as the register has it. */
import { LICENSE_STATUSES, type LicenseStatus, STATUS_DIALECTS, type StatusDialect, toDialect } from '@gov/e-license';
import type { RegisterEntry } from '@gov/e-license/register';
import { GovError } from '@gov/verdict';
import { command } from '../command.js';
import { DATABASE_OPTION } from '../database.js';
import { withRegister } from '../license-acts.js';

const DIALECTS = Object.keys(STATUS_DIALECTS) as StatusDialect[];

const VALIDITY = {
  before: { zh: '尚未生效', en: 'not yet valid' },
  within: { zh: '在有效期内', en: 'within its validity' },
  after: { zh: '已过有效期', en: 'expired' },
} as const;

export const licenseStatus = command({
  noun: 'license',
  verb: 'status',
  about: { en: 'where a licence stands, with all its versions', zh: '查询证照状态及各版本' },
  words: ['IDENTIFIER'],
  options: {
    database: DATABASE_OPTION,
    dialect: {
      type: 'string',
      value: 'NAME',
      about: { en: `the code of others for it: ${DIALECTS.join(', ')}`, zh: `状态代码方言：${DIALECTS.join('、')}` },
    },
  },
  async run([identifier], values, { at, lang }) {
    const dialect = values.dialect === undefined ? undefined : dialectOf(values.dialect);
    const { entry, validity, versions } = await withRegister(values.database, { clock: () => at }, (register) =>
      register.status(identifier!),
    );
    const { number, status, statusAt, statusReason, validTo, slot, auditIndex } = entry;
    const code = dialect === undefined ? undefined : toDialect(status, dialect);
    const about = (of: LicenseStatus) => LICENSE_STATUSES.find((row) => row.status === of)![lang];
    const line = (version: RegisterEntry) =>
      [version.identifier, version.act, version.issuedAt, about(version.status)].join('  ');
    return {
      kind: 'done',
      json: {
        ...{ identifier: entry.identifier, number, status, statusAt, validity, validTo, slot, auditIndex },
        ...(statusReason === undefined ? {} : { reason: statusReason }),
        // Absent where the dialect has no code for it: never the nearest one.
        ...(dialect === undefined ? {} : { dialect, ...(code === undefined ? {} : { code }) }),
        versions: versions.map((version) => ({
          identifier: version.identifier,
          version: version.version,
          act: version.act,
          issuedAt: version.issuedAt,
          status: version.status,
        })),
      },
      lines: [
        `${about(status)}${code === undefined ? '' : ` (${dialect} ${code})`}, ${VALIDITY[validity][lang]}`,
        ...(statusReason === undefined ? [] : [`${statusAt} ${statusReason}`]),
        ...versions.map(line),
      ],
    };
  },
});

function dialectOf(text: string): StatusDialect {
  const dialect = DIALECTS.find((name) => name === text);
  if (dialect === undefined) throw new GovError('usage', `--dialect is one of ${DIALECTS.join(', ')}`);
  return dialect;
}
