/** Secrets in every spelling that a department writes, and what only sounds like one. */
import { type CatalogRecord, NATIONAL_PROFILE } from '@gov/catalog';
import { CatalogCheck } from '@gov/catalog/rules';
import { describe, expect, it } from 'vitest';
import { department, FIRST, item, resource, SAMPLE_AT } from './sample-catalog.js';
import { csv, read, recordsOf, told, workbook } from './sheets.js';

const HEADERS = ['职能代码', '职能名称', '部门代码', '职能依据'];
const duty = (text: string) => ['Z1', '甲', FIRST, text];

const MARKED = [
  '機密',
  '絕密文件',
  '絶密★1年',
  '【機密】甲',
  '祕密五年',
  '工作祕密',
  '內部文件，不得外傳',
  '甲 機密 叁年',
  '机密·1年',
  '秘密○5年',
  '机密‐10年',
  '绝密（至2046年）',
  '秘密级 长期',
  '机密 6個月',
  '秘密30天',
  '密级：机密',
  '密 级:秘 密',
  '甲表，密级：内部',
  '秘密等级 机密',
  '保密级别：工作秘密',
  '机密！',
  '国家秘密',
  '涉密',
  '涉密资料',
  '秘密级材料',
  '《机密》甲',
  '「绝密」甲',
  '【内部】甲',
  '【内部使用】甲',
  '㊙甲',
  // What nobody sees, and marks set upon other characters.
  '机\u{e0100}密★1年',
  '机\ufe0f密\u3164★',
  '机\u034f密1年',
  '机\u0332密\u03321年',
  '\u{2f814}级★',
  'ＷＯＲＫ〔秘密〕',
];

const PLAIN = [
  '商业秘密5年保护登记',
  '国家秘密载体印制资质',
  '机密文件销毁资质',
  '密级：绝密、机密、秘密',
  '密级(机密/秘密)',
  '保密级别分为秘密、机密',
  '秘密投票',
  '内部使用',
  '内部资料',
  '（内部）编号',
  '涉密人员数量',
  '密切联系群众',
  '绝密飞行',
  '五年规划',
];

describe('a marking', () => {
  it.each(MARKED)('is refused: %s', async (text) => {
    const results = await read(csv(HEADERS, duty(text), ['Z2', '乙', FIRST, '三定规定']));
    expect(told(results)).toEqual(['D2 secrecy-refused']);
    expect(recordsOf(results).map(({ code }) => code)).toEqual(['Z2']);
  });

  it.each(PLAIN)('is not %s', async (text) => {
    expect(told(await read(csv(HEADERS, duty(text))))).toEqual([]);
  });

  it.each(['内部资料', '（内部使用）', '仅供内部使用', '內部文件', '密级：秘密', '机密★1年', '㊙'])(
    'above a table is one of all that stands below it: %s',
    async (text) => {
      const results = await read(workbook([{ name: '职能', rows: [[text], HEADERS, duty('三定规定')] }]));
      expect(told(results)).toEqual(['1 secrecy-refused']);
    },
  );

  it('counts in columns that nobody asked for', async () => {
    const further = async (header: string, cell: string | number) => {
      const results = await read(
        workbook([
          {
            name: '职能',
            rows: [
              [...HEADERS, header],
              [...duty('三定'), cell],
            ],
          },
        ]),
      );
      return told(results).filter((one) => one.endsWith('refused'));
    };
    for (const [header, cell] of [
      ['处室意见', '机密★1年'],
      ['秘密等级', '内部'],
      ['保密级别', '???'],
      ['定 密 级 别', '秘密'],
      ['涉密与否', '是'],
      ['保密等级', 3],
    ] as const)
      expect(await further(header, cell)).toEqual(['E2 secrecy-refused']);
    for (const [header, cell] of [
      ['秘密等级', '非涉密'],
      ['涉密与否', '否'],
      ['秘密等级', ''],
      ['处室意见', '同意'],
    ] as const)
      expect(await further(header, cell)).toEqual([]);
  });

  it('counts where the level has two columns, and the second says so', async () => {
    const headers = ['信息资源代码', '信息资源名称', '密级', '涉密情况'];
    const results = await read(
      workbook([{ name: '信息资源目录', rows: [headers, ['3070010370/000066', '甲', '非涉密', '秘密']] }]),
    );
    expect(told(results)).toContain('D2 secrecy-refused');
    expect(recordsOf(results)).toEqual([]);
  });
});

describe('a check', () => {
  const found = (record: CatalogRecord) =>
    new CatalogCheck({ profile: NATIONAL_PROFILE, at: SAMPLE_AT })
      .add({ record })
      .map(({ code, severity, path }) => [severity, code, path.join('.')].join(' '));

  it('refuses a marking in whatever text, and of whatever record', () => {
    expect(found(resource(1, { abstract: '机密★1年' }))).toContain('error secret-refused abstract');
    expect(found(resource(1, { items: [item({ name: '甲', note: '密级：秘密' })] }))).toContain(
      'error secret-refused items.0.note',
    );
    expect(found({ kind: 'duty', code: 'Z', name: '甲〔绝密〕', department: FIRST, basis: '三定' })).toEqual([
      'error secret-refused name',
      'warning watch-word name',
    ]);
    expect(found(department(1))).toEqual([]);
    expect(found(resource(1, { abstract: '商业秘密登记' }))).toEqual(['warning watch-word abstract']);
  });

  it.each(['機密', '絕密', '祕 密', '軍.事', '內部資料', '不得公開', '国\u{e0100}家\ufe0f安全', '機\u3164密', '㊙密'])(
    'names a watch word however it is written: %s',
    (text) => {
      expect(found(resource(1, { abstract: `甲${text}乙` }))).toContain('warning watch-word abstract');
    },
  );

  it('says where, in numbers for places in lists', () => {
    const samples = resource(1, { items: [item({ name: '甲' }), item({ name: '乙', samples: ['一', '机密★1年'] })] });
    const check = new CatalogCheck({ profile: NATIONAL_PROFILE, at: SAMPLE_AT });
    expect(check.add({ record: samples }).map(({ path }) => path)).toEqual([
      ['items', 1, 'samples', 1],
      ['items', 1, 'samples', 1],
    ]);
  });

  it('counts a secret of any record against the department', () => {
    const check = new CatalogCheck({ profile: NATIONAL_PROFILE, at: SAMPLE_AT });
    check.add({ record: { kind: 'duty', code: 'Z', name: '甲', department: FIRST, basis: '机密★1年' } });
    for (const _ of check.finish());
    expect(check.summary().departments[0]?.broken['secret-refused']).toBe(1);
  });
});
