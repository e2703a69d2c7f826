/** `gov citycode revoke`: the issuer takes delegations back; gates know it from the next filter. */
import { GovError } from '@gov/verdict';
import { delegationsOf, REGISTER_OPTIONS, withRegister } from '../city-code-register.js';
import { command } from '../command.js';

export const citycodeRevoke = command({
  noun: 'citycode',
  verb: 'revoke',
  about: { en: 'take delegations back, by tag or by holder', zh: '按标签或持有人撤销授权' },
  words: [],
  options: {
    tag: {
      type: 'string',
      value: 'HEX',
      about: { en: 'tag of one delegation, 10 octets', zh: '授权标签（10 字节，十六进制）' },
    },
    holder: {
      type: 'string',
      value: 'REF',
      about: { en: 'all that stand in the name of this reference', zh: '该内部标识名下的全部授权' },
    },
    ...REGISTER_OPTIONS,
  },
  async run(_words, values) {
    const which = delegationsOf(values);
    if (which === undefined) throw new GovError('usage', '--tag of 20 hexadecimal digits, or --holder REF');
    const revoked = await withRegister(values, {}, (register) => register.revoke(which));
    // A name that was mistyped looks like this too.
    return { kind: 'done', json: { revoked }, lines: [`${revoked}`], incomplete: revoked === 0 };
  },
});
