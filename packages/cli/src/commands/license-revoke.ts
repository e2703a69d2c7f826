/** `gov license revoke`. */
import { REVOKED_STATUSES } from '@gov/e-license/register';
import { GovError } from '@gov/verdict';
import { command } from '../command.js';
import { CHANGE_OPTIONS, changed } from '../license-acts.js';

export const licenseRevoke = command({
  noun: 'license',
  verb: 'revoke',
  about: { en: 'end a licence: revoked, withdrawn, cancelled, …', zh: '吊销、撤销、注销证照' },
  words: ['IDENTIFIER'],
  options: {
    ...CHANGE_OPTIONS,
    as: {
      type: 'string',
      value: 'STATUS',
      about: {
        en: 'revoked (default), withdrawn, cancelled, lapsed, transferred, other',
        zh: 'revoked 吊销（默认）、withdrawn 撤销、cancelled 注销、lapsed 失效、transferred 办理转出、other 其他',
      },
    },
  },
  async run([identifier], values, { at }) {
    const as = REVOKED_STATUSES.find((status) => status === (values.as ?? 'revoked'));
    if (as === undefined) throw new GovError('usage', `--as is one of ${REVOKED_STATUSES.join(', ')}`);
    return changed(values, at, (register, options) => register.revoke(identifier!, { ...options, as }));
  },
});
