/** `gov citycode filter`: what the issuer took back, for gates without a network. */
import { buildRevocationFilter, readRevocationFilter } from '@gov/city-code/filter';
import { GovError } from '@gov/verdict';
import { ISSUER_OPTIONS, issuerOf } from '../city-code-issuer.js';
import { wholeOf } from '../city-code-options.js';
import { REGISTER_OPTIONS, withRegister } from '../city-code-register.js';
import { command } from '../command.js';
import { refuseExisting, writeOutputs } from '../files.js';

export const citycodeFilter = command({
  noun: 'citycode',
  verb: 'filter',
  about: { en: 'sign a filter of the delegations taken back, for gates', zh: '生成并签名撤销过滤器，供闸机使用' },
  words: [],
  options: {
    ...ISSUER_OPTIONS,
    ...REGISTER_OPTIONS,
    lifetime: {
      type: 'string',
      value: 'S',
      about: { en: 'seconds that it may be used (21600)', zh: '有效秒数（默认 21600）' },
    },
    sequence: {
      type: 'string',
      value: 'N',
      about: {
        en: 'greater than that of the filter before (seconds since 1970)',
        zh: '序号，须大于上一份（默认为 1970 年以来的秒数）',
      },
    },
    bits: {
      type: 'string',
      value: '8|16',
      about: { en: 'of a fingerprint: 8 asks the issuer oftener, at half the size (16)', zh: '指纹位数（默认 16）' },
    },
    out: { type: 'string', value: 'FILE', about: { en: 'the filter', zh: '过滤器文件' }, required: true },
  },
  async run(_words, values, { at, force, readStdin }) {
    const { bits = '16', out } = values;
    if (bits !== '8' && bits !== '16') throw new GovError('usage', '--bits is 8 or 16');
    const lifetime = wholeOf(values.lifetime ?? '21600', 'lifetime', 0xffffffff);
    const issued = new Date(Math.floor(at.getTime() / 1000) * 1000);
    const sequence = wholeOf(values.sequence ?? `${issued.getTime() / 1000}`, 'sequence', 0xffffffff);
    if (sequence === 0 || lifetime === 0) throw new GovError('usage', '--sequence and --lifetime are 1 at least');
    const head = { issued, until: new Date(issued.getTime() + lifetime * 1000), sequence };
    const issuer = await issuerOf(values, at, readStdin);
    if (!force) await refuseExisting(out);
    const content = await withRegister(values, {}, (register) =>
      buildRevocationFilter(register.revokedTags(at), {
        ...head,
        ...issuer,
        fingerprintBits: bits === '8' ? 8 : 16,
      }),
    );
    await writeOutputs([{ path: out, content }], force);
    const { count } = readRevocationFilter(content);
    const until = head.until.toISOString();
    const json = { filter: out, count, octets: content.length, issuerIndex: issuer.issuerIndex, sequence, until };
    return { kind: 'done', json, lines: [`${out}  ${count}  ${until}`] };
  },
});
