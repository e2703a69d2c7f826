/** What differs from region to region (地区方案): data, not code. */

import type { Severity } from './issue.js';
import type { FormatClass, UpdateCycle } from './labels.js';
import type { RecordKind } from './record.js';

/** The header of a column in the sheets of a region, and what it holds. */
export interface ProfileColumn {
  /**
   * Path in the record, counted from 0: `sharing.condition`, `items.name`, `classification.1` (项). A column may hold a whole
   * `classification` (`部门/人社/社会保险`), `format` (`数据库/Dm`, or its type alone) or `items.copyOf` (`代码#信息项`).
   */
  readonly path: string;
  /** Headers that mean it, the usual one first; of merged headers the joined words (`信息项信息/信息项名称`) or the last. */
  readonly headers: readonly string[];
  readonly required?: boolean;
}

export interface RegionProfile {
  readonly id: string;
  readonly name: string;
  /** A made-up sample: nobody may take its patterns for a region's own. */
  readonly sample?: boolean;
  /** Pattern of resource codes, the text of a regular expression of RFC 9485 (I-Regexp) form. */
  readonly resourceCode: string;
  /** Codes and other words to labels, by the names of `LABEL_LISTS`: `{ sharing: { '1': '无条件共享' } }`. */
  readonly codes: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** 基础信息资源库: the 项 that the class 基础 has. */
  readonly basicResources?: readonly string[];
  readonly formatTypes: Readonly<Partial<Record<FormatClass, readonly string[]>>>;
  readonly sheets: readonly {
    readonly kind: RecordKind;
    /** Names of sheets that hold it, the usual one first. */
    readonly names: readonly string[];
    readonly columns: readonly ProfileColumn[];
  }[];
  /** Of the rules whose severity is not the usual one. */
  readonly severities: Readonly<Record<string, Severity>>;
  /** 敏感词: words that make a person look, never a machine decide. */
  readonly watchWords: readonly string[];
  /** 宽限期: days after the end of an update cycle in which nothing is overdue yet; a cycle that is left out has the usual ones. */
  readonly graceDays?: Readonly<Partial<Record<UpdateCycle, number>>>;
  /** 同义词: words that mean the same in names, the first of each list for all of them. */
  readonly synonyms?: readonly (readonly string[])[];
  /** Items that every table has (序号, 备注): two of one name are not one datum. */
  readonly commonItems?: readonly string[];
  /** 评分权重: the points that a rule can cost a department, 0 to 100, where not the usual ones. */
  readonly weights?: Readonly<Record<string, number>>;
}
