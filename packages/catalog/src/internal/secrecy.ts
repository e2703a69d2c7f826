/** Secrets at the door (涉密拒收): what is marked as a state secret or a work secret goes no further. */
import { GovError } from '@gov/verdict';
import type { RegionProfile } from '../profile.js';
import type { CatalogRecord } from '../record.js';
import { labelOf } from '../schema/labels.js';
import { simplified, visible } from './name-form.js';
import { catalogIssue } from './texts.js';

const LEVEL = '(?:绝密|机密|秘密)';
const PAPERS = '(?:资料|文件|材料)';
const NUMBER = '[\\d〇零一二两三四五六七八九十壹贰叁肆伍陆柒捌玖拾]+';

/**
 * Level and period of GB/T 9704 and 国家秘密定密管理暂行规定 (机密★1年), levels in brackets and behind 密级, and what work secrets and
 * internal papers bear. Of the bare words only their use as a mark counts: 商业秘密 is none, nor is a list of the levels that there are.
 */
const MARKING = new RegExp(
  [
    '★|☆',
    `(?<!商业)${LEVEL}级?[^\\p{L}\\p{N}]{0,3}(?:至?${NUMBER}(?:年|个?月|日|天)|长期)`,
    `[【〔[<《({「『](?:${LEVEL}[级件]?|内部${PAPERS})[】〕\\]>》)}」』]`,
    '^【内部(?:使用)?】',
    `^(?:${LEVEL}[级件]?|(?:${LEVEL}级?|涉密)${PAPERS}|涉密|国家秘密)[^\\p{L}\\p{N}]*$`,
    `^${LEVEL}[级件]?[:-]`,
    `(?:密级|涉密等级|(?:秘密|保密)(?:级别|等级))[:=]?(?:${LEVEL}|工作秘密|内部)(?![、,;/|或])`,
    '工作秘密',
    `(?:内部${PAPERS}|秘密|机密)[,.、。;!-]*(?:注意|请?妥善|严格|不得|严禁|禁止)`,
    '注意保密|严禁外传|不得外传',
  ].join('|'),
  'u',
);

/** Blanks, width, traditional characters, and marks set upon others hide nothing. */
const plain = (text: string): string => simplified(visible(text.replaceAll('㊙', '★'))).replace(/[\s\p{M}]/gu, '');

/** Whether a name, a summary or another text bears a marking. */
export const bearsMarking = (text: string): boolean => SUSPECT.test(text) && MARKING.test(plain(text));

/** What is nothing but words above a table, and a mark there: somewhere else 内部使用 says how data is used. */
const HEADING = new RegExp(`^[^\\p{L}\\p{N}]*(?:仅[供限])?内部(?:${PAPERS}|使用)[^\\p{L}\\p{N}]*$`, 'u');

/** Whether a text above a table makes all that stands below it a secret. */
export const marksAll = (text: string): boolean => bearsMarking(text) || HEADING.test(plain(text));

/** The characters that a marking has, in any width: nearly no text has one of them. */
const SUSPECT = /[★☆㊙密\u{2f814}內内傳传]/u;

/** Headers of a level (密级), whether the profile knows them or not. */
const LEVEL_HEADER = /密级|涉密|(?:秘密|保密)(?:级别|等级)/;

export const isLevelHeader = (header: string): boolean => LEVEL_HEADER.test(plain(header));

/** Whether a 密级 says anything but 非涉密. Nothing said is not secret; what nobody can read is. */
export function isSecret(value: unknown, profile: Pick<RegionProfile, 'codes'>): boolean {
  if (value === undefined || value === '') return false;
  return typeof value !== 'string' || labelOf(profile, 'secrecy', value) !== '非涉密';
}

/**
 * What is given away is no secret: whoever did not check the catalogue is told here.
 *
 * @throws GovError `input-malformed` for a record, or an item of it, with a 密级 other than 非涉密
 */
export function refuseSecret(record: CatalogRecord): void {
  if (record.kind !== 'resource') return;
  const marked = [record, ...record.items].find(({ secrecy = '非涉密' }) => secrecy !== '非涉密');
  if (marked === undefined) return;
  const issues = [catalogIssue('secret-refused', { path: ['secrecy'] })];
  throw new GovError('input-malformed', `resource ${record.code}: secret-refused`, { issues });
}
