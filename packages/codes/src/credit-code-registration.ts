/** What the first two characters of a credit code mean (登记管理部门代码、机构类别代码), GB 32100-2015, table 1. */

import type { CreditCode } from './credit-code.js';

/** A name in both languages. */
export interface RegistrationName {
  readonly name: string;
  readonly nameEn: string;
}

/** Who registers the holder of a credit code, and as what. */
export interface CreditCodeRegistration {
  /** 登记管理部门. */
  readonly department: RegistrationName;
  /** 机构类别; `undefined` where the table has none of that character. */
  readonly category: RegistrationName | undefined;
}

/** A department: its character, its names, and the names of its categories by their character. */
type Row = readonly [
  character: string,
  name: string,
  nameEn: string,
  categories: readonly (readonly [character: string, name: string, nameEn: string])[],
];

const OTHER = ['9', '其他', 'other'] as const;

/**
 * The edition of 2015 has departments 1, 5, 9 and Y.
 * [open] The others came by its amendment (修改单), whose text was not at hand: they are as public explanations have them.
 * The names are the standard's; department 9 is 市场监督管理 since 2018.
 */
const TABLE: readonly Row[] = [
  [
    '1',
    '机构编制',
    'staffing of public institutions',
    [
      ['1', '机关', 'public authority'],
      ['2', '事业单位', 'public institution'],
      ['3', '中央编办直接管理机构编制的群众团体', 'mass organisation staffed by the central office'],
      OTHER,
    ],
  ],
  ['2', '外交', 'foreign affairs', [['1', '外国常驻新闻机构', 'resident foreign news organisation'], OTHER]],
  [
    '3',
    '司法行政',
    'administration of justice',
    [
      ['1', '律师执业机构', 'law firm'],
      ['2', '公证处', 'notary office'],
      ['3', '基层法律服务所', 'local legal service'],
      ['4', '司法鉴定机构', 'forensic institute'],
      ['5', '仲裁委员会', 'arbitration commission'],
      OTHER,
    ],
  ],
  ['4', '文化', 'culture', [['1', '外国在华文化中心', 'foreign cultural centre'], OTHER]],
  [
    '5',
    '民政',
    'civil affairs',
    [
      ['1', '社会团体', 'association'],
      ['2', '民办非企业单位', 'private non-enterprise unit'],
      ['3', '基金会', 'foundation'],
      OTHER,
    ],
  ],
  [
    '6',
    '旅游',
    'tourism',
    [
      ['1', '外国旅游部门常驻代表机构', 'resident office of a foreign tourism authority'],
      [
        '2',
        '港澳台地区旅游部门常驻内地（大陆）代表机构',
        'resident office of a tourism authority of Hong Kong, Macao or Taiwan',
      ],
      OTHER,
    ],
  ],
  [
    '7',
    '宗教',
    'religious affairs',
    [['1', '宗教活动场所', 'place of worship'], ['2', '宗教院校', 'religious school'], OTHER],
  ],
  ['8', '工会', 'trade unions', [['1', '基层工会', 'local trade union'], OTHER]],
  [
    '9',
    '工商',
    'market regulation',
    [
      ['1', '企业', 'enterprise'],
      ['2', '个体工商户', 'individual business'],
      ['3', '农民专业合作社', 'farmers’ cooperative'],
    ],
  ],
  [
    'A',
    '中央军委改革和编制办公室',
    'reform and staffing office of the Central Military Commission',
    [['1', '军队事业单位', 'military institution'], OTHER],
  ],
  [
    'N',
    '农业',
    'agriculture',
    [
      ['1', '组级集体经济组织', 'collective economic organisation of a group'],
      ['2', '村级集体经济组织', 'collective economic organisation of a village'],
      ['3', '乡镇级集体经济组织', 'collective economic organisation of a township'],
      OTHER,
    ],
  ],
  ['Y', '其他', 'other', [['1', '其他', 'other']]],
];

/**
 * The names of the department and category of a credit code; `undefined` for a department that the table does not have.
 * Such codes are no errors: departments are added.
 *
 * @example
 * registrationOf({ department: '9', category: '1' })?.category?.name // '企业'
 */
export function registrationOf(
  creditCode: Pick<CreditCode, 'department' | 'category'>,
): CreditCodeRegistration | undefined {
  const row = TABLE.find(([character]) => character === creditCode.department);
  if (row === undefined) return undefined;
  const [, name, nameEn, categories] = row;
  const category = categories.find(([character]) => character === creditCode.category);
  return { department: { name, nameEn }, category: category && { name: category[1], nameEn: category[2] } };
}
