/** Secrets at the door (涉密拒收): what is marked as a state secret or a work secret goes no further. */
import type { RegionProfile } from '../profile.js';
import { labelOf } from '../schema/labels.js';

/** Level and period of GB/T 9704 and 国家秘密定密管理暂行规定 (机密★1年), levels in brackets, and what work secrets and internal papers bear. */
const MARKING =
  /★|☆|(?:绝密|机密|秘密)(?:\*|[(（]?(?:\d+|[一二三四五六七八九十]+)(?:年|个?月)|[(（]?长期)|[【〔[<《(](?:(?:绝密|机密|秘密)[级件]?|内部(?:资料|文件|材料))[】〕\]>》)]|^(?:绝密|机密|秘密)[级件]?$|^(?:绝密|机密|秘密)[级件]?[:-]|工作秘密|(?:内部(?:资料|文件|材料)|秘密|机密)[,.、。;!-]*(?:注意|请?妥善|严格|不得|严禁|禁止)|注意保密|严禁外传|不得外传/;

/** Blanks and width hide nothing. */
const plain = (text: string): string => text.normalize('NFKC').replaceAll(/[\s\p{Cf}]/gu, '');

/** Whether a name, a summary or another text bears a marking. Of the bare words only their use as a mark counts: 商业秘密 is none. */
export const bearsMarking = (text: string): boolean => SUSPECT.test(text) && MARKING.test(plain(text));

/** The characters that a marking has, in any width: nearly no text has one of them. */
const SUSPECT = /[★☆密內内傳传]/u;

/** Whether a 密级 says anything but 非涉密. Nothing said is not secret; what nobody can read is. */
export function isSecret(value: unknown, profile: Pick<RegionProfile, 'codes'>): boolean {
  if (value === undefined || value === '') return false;
  return typeof value !== 'string' || labelOf(profile, 'secrecy', value) !== '非涉密';
}
