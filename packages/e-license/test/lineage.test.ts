import { describe, expect, it } from 'vitest';
import {
  FOOD_BUSINESS,
  formatIdentifier,
  type LicenseData,
  type LineageVersion,
  licenseRecord,
  lineageIssues,
  type ReissueAct,
  reissueIssues,
} from '../src/index.js';
import { SAMPLES } from './samples.js';

const before = SAMPLES[FOOD_BUSINESS.code]!;
const later = { version: 2, issueDate: '2027-01-01' } as const;
const of = (act: ReissueAct, change: object, type = FOOD_BUSINESS): string[] =>
  reissueIssues(act, before, { ...before, ...later, ...change } as LicenseData, type).map((found) => {
    expect(found.messageZh).toMatch(/\p{Script=Han}/u);
    return `${found.path.join('.')} ${found.code}`;
  });
const fields = (change: object) => ({ fields: { ...before.fields, ...change } });
const holder = (change: object) => ({ holders: [{ ...before.holders[0]!, ...change }] });
const renewed = { validFrom: '2031-05-20', validTo: '2036-05-19' };

describe('reissueIssues accepts', () => {
  it.each<[ReissueAct, object]>([
    ['replacement', {}],
    ['replacement', { issueDate: before.issueDate }],
    ['replacement', { serviceItem: { name: '食品经营许可（补办）', code: '000131010001' } }],
    ['replacement', { serviceItem: undefined }],
    ['replacement', fields({ signatory: '钱某' })],
    ['renewal', renewed],
    ['renewal', { ...renewed, validFrom: before.validFrom }],
    ['renewal', { validTo: '长期' }],
    ['renewal', { ...renewed, ...fields({ signatory: '钱某' }) }],
    ['change', holder({ name: '某市新名餐饮管理有限责任公司' })],
    ['change', holder({ code: '91990100MA0000015X' })],
    ['change', fields({ legalRepresentative: '周某' })],
    ['change', { ...fields({ premises: '某市样例大道5号' }), ...holder({ name: '新名' }) }],
    ['change', { authority: { ...before.authority, name: '某市数据资源和行政审批局' } }],
    ['correction', { validTo: '2031-05-18' }],
    ['correction', { number: 'JY29901010000014' }],
    ['correction', fields({ domicile: '某市样例大道7号' })],
  ])('%s with %j', (act, change) => {
    expect(of(act, change)).toEqual([]);
  });
});

describe('reissueIssues refuses', () => {
  it.each<[ReissueAct, object, string[]]>([
    // nothing may change type or issuer
    ...(['change', 'renewal', 'correction', 'replacement'] as const).flatMap(
      (act): [ReissueAct, object, string[]][] => {
        const base = act === 'renewal' ? renewed : act === 'replacement' ? {} : fields({ businessForm: '单位食堂' });
        return [
          [act, { ...base, type: '11100000MB0000000P002' }, ['type reissue-not-allowed']],
          [
            act,
            { ...base, authority: { ...before.authority, code: '11990100MB0000035A' } },
            ['authority.code reissue-not-allowed'],
          ],
          [act, { ...base, issueDate: '2026-05-19' }, ['issueDate reissue-before']],
        ];
      },
    ),
    ['replacement', holder({ name: '别名' }), ['holders.0.name reissue-not-allowed']],
    ['replacement', holder({ code: '91990100MA0000015X' }), ['holders.0.code reissue-not-allowed']],
    ['replacement', { holders: [...before.holders, before.holders[0]] }, ['holders reissue-not-allowed']],
    ['replacement', { validTo: '2031-05-20' }, ['validTo reissue-not-allowed']],
    ['replacement', { validFrom: '2026-05-21' }, ['validFrom reissue-not-allowed']],
    ['replacement', { number: 'JY1' }, ['number reissue-not-allowed']],
    ['replacement', fields({ premises: 'x' }), ['fields.premises reissue-not-allowed']],
    ['replacement', fields({ more: 'x' }), ['fields.more reissue-not-allowed']],
    [
      'replacement',
      { fields: {} },
      Object.keys(before.fields)
        .filter((key) => key !== 'signatory')
        .map((key) => `fields.${key} reissue-not-allowed`),
    ],
    ['replacement', { definingAuthority: undefined }, ['definingAuthority reissue-not-allowed']],
    ['renewal', {}, ['validTo renewal-not-longer']],
    ['renewal', { validTo: '2031-05-18' }, ['validTo renewal-not-longer']],
    ['renewal', { ...renewed, validFrom: '2026-05-19' }, ['validFrom reissue-before']],
    ['renewal', { ...renewed, ...fields({ premises: 'x' }) }, ['fields.premises reissue-not-allowed']],
    ['renewal', { ...renewed, ...holder({ name: '别名' }) }, ['holders.0.name reissue-not-allowed']],
    ['renewal', { ...renewed, number: 'JY2' }, ['number reissue-not-allowed']],
    ['change', {}, [' reissue-nothing-changed']],
    ['change', fields({ signatory: '钱某' }), [' reissue-nothing-changed']],
    ['change', { ...fields({ premises: 'x' }), validTo: '2036-05-19' }, ['validTo reissue-not-allowed']],
    ['change', { ...fields({ premises: 'x' }), validFrom: '2027-01-01' }, ['validFrom reissue-not-allowed']],
    ['correction', {}, [' reissue-nothing-changed']],
  ])('%s with %j', (act, change, issues) => {
    expect(of(act, change).sort()).toEqual([...issues].sort());
  });

  it('what was without end cannot be renewed', () => {
    const old: LicenseData = { ...before, validTo: '长期' };
    for (const validTo of ['长期', '2099-01-01']) {
      expect(reissueIssues('renewal', old, { ...old, validTo }).map((found) => found.code)).toContain(
        'renewal-not-longer',
      );
    }
  });

  it('another signatory, where the type is not given', () => {
    const after = { ...before, ...later, ...fields({ signatory: '钱某' }) } as LicenseData;
    expect(reissueIssues('replacement', before, after).map((found) => found.path)).toEqual([['fields', 'signatory']]);
  });
});

describe('lineageIssues', () => {
  const identifier = (version: number, serial = '000000017') =>
    formatIdentifier({ type: FOOD_BUSINESS.code, issuer: before.authority.code, serial, version });
  const version = (n: number, change: Partial<LineageVersion> = {}): LineageVersion => ({
    identifier: identifier(n),
    version: n,
    act: n === 1 ? 'first' : 'replacement',
    ...(n === 1 ? {} : { replaces: identifier(n - 1) }),
    issuedAt: `202${5 + n}-05-20T02:00:00Z`,
    status: n === 3 ? 'valid' : 'superseded',
    ...change,
  });
  const record = (data: LicenseData) =>
    licenseRecord(data, { type: FOOD_BUSINESS, issuedAt: new Date('2026-05-20T02:00:00Z'), serial: '000000017' });
  const codes = (...versions: LineageVersion[]) =>
    lineageIssues(versions, FOOD_BUSINESS).map((found) => `${found.path.join('.')} ${found.code}`);

  it('accepts nothing, one, and a chain', () => {
    expect(codes()).toEqual([]);
    expect(codes(version(1, { status: 'valid' }))).toEqual([]);
    expect(codes(version(1), version(2), version(3))).toEqual([]);
    expect(codes(version(1), version(2, { status: 'revoked' }), version(3))).toEqual([]);
    const data = { ...before, ...later };
    expect(codes(version(1, { record: record(before) }), version(2, { record: record(data) }))).toEqual([]);
  });

  it.each<[string, LineageVersion[], string[]]>([
    [
      'a first one that is none',
      [version(2, { act: 'change' })],
      ['0.act lineage-act', '0.version lineage-version', '0.replaces lineage-replaces'],
    ],
    ['a second one issued first', [version(1), version(2, { act: 'first' })], ['1.act lineage-act']],
    ['a gap', [version(1), version(3)], ['1.version lineage-version', '1.replaces lineage-replaces']],
    [
      'the wrong order',
      [version(2), version(1)],
      [
        '0.act lineage-act',
        '0.version lineage-version',
        '0.replaces lineage-replaces',
        '1.act lineage-act',
        '1.version lineage-version',
        '1.replaces lineage-replaces',
        '1.issuedAt lineage-time',
      ],
    ],
    [
      'the same twice',
      [version(1), version(1)],
      ['1.act lineage-act', '1.version lineage-version', '1.replaces lineage-replaces'],
    ],
    [
      "a version that is not the identifier's",
      [version(1), version(2, { identifier: identifier(3) })],
      ['1.version lineage-version'],
    ],
    [
      'another serial',
      [version(1), version(2, { identifier: identifier(2, '000000018') })],
      ['1.identifier lineage-other'],
    ],
    [
      'an identifier that is none',
      [version(1), version(2, { identifier: 'x' })],
      ['1.version lineage-version', '1.identifier lineage-other'],
    ],
    [
      'another predecessor',
      [version(1), version(2, { replaces: identifier(1, '000000018') })],
      ['1.replaces lineage-replaces'],
    ],
    ['time going back', [version(1), version(2, { issuedAt: '2025-01-01T00:00:00Z' })], ['1.issuedAt lineage-time']],
    ['two in force', [version(1, { status: 'valid' }), version(2)], ['0.status lineage-in-force']],
    [
      'a suspended one with a successor',
      [version(1, { status: 'suspended' }), version(2)],
      ['0.status lineage-in-force'],
    ],
  ])('refuses %s', (_, versions, issues) => {
    expect(codes(...versions)).toEqual(issues);
  });

  it('compares the data that is kept', () => {
    const data = { ...before, ...later, ...fields({ premises: 'x' }) } as LicenseData;
    expect(codes(version(1, { record: record(before) }), version(2, { record: record(data) }))).toEqual([
      '1.record.data.fields.premises reissue-not-allowed',
    ]);
  });
});
