// A catalogue made up for measuring: 500 departments, resources of ten items each, the same ones from the same seed. A million
// items have some sixty thousand names: departments call the same things by the same words. Every hundredth resource breaks a
// rule of its own; one datum from several departments is found, too.
import { checkCharacterOfCreditCode, checkCharacterOfOrganizationCode } from '@gov/codes';

/** @param {number} number */
function creditCode(number) {
  const organization = `MB${String(number).padStart(6, '0')}`;
  const body = `11370100${organization}${checkCharacterOfOrganizationCode(organization)}`;
  return body + checkCharacterOfCreditCode(body);
}

/** mulberry32: the same numbers everywhere. @param {number} seed */
function numbers(seed) {
  let state = seed;
  /** @param {number} below */
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}

const SUBJECTS =
  '社会保险 医疗保险 婚姻登记 企业登记 食品经营 药品经营 建设工程 道路运输 不动产 土地出让 环境监测 排污许可 学籍 教师资格 户籍 出入境 机动车 驾驶证 消防检查 行政处罚 行政许可 低保 养老机构 残疾人 公积金 税务登记 专利 科技项目 招标投标 政府采购'.split(
    ' ',
  );
const PARTS = '缴费 申请 审批 变更 注销 年检 备案 核验 统计 名录'.split(' ');
const ITEMS =
  '姓名 证件号码 住址 联系电话 登记日期 有效期至 经办机构 办理状态 金额 面积 数量 等级 类别 编号 说明 原因 结果 负责人 地点 批次'.split(
    ' ',
  );
const TYPES = ['字符型', '数值型', '日期型', '货币型'];

export const DEPARTMENTS = 500;
export const ITEMS_EACH = 10;

/** @param {number} resources @returns {Generator<any, void>} */
export function* catalogOf(resources) {
  const below = numbers(20_261_123);
  const codes = Array.from({ length: DEPARTMENTS }, (_, index) => creditCode(index + 1));
  for (const [index, code] of codes.entries())
    yield { kind: 'department', code, name: `某市第${index + 1}局`, division: '370100', chiefDataOfficer: '副局长' };
  for (let number = 0; number < resources; number++) {
    const provider = codes[number % DEPARTMENTS];
    const subject = `${SUBJECTS[below(SUBJECTS.length)]}${PARTS[below(PARTS.length)]}`;
    const isWrong = number % 100 === 7;
    yield {
      kind: 'resource',
      code: `3070010370/${String(number + 1).padStart(6, '0')}`,
      name: `${subject}信息${number}`,
      classification: ['部门', '综合', subject],
      provider,
      providerName: `某市第${(number % DEPARTMENTS) + 1}局`,
      abstract: `${subject}业务办理中形成的记录，编号${number}`,
      format: { class: '数据库', type: 'Dm' },
      sharing: { type: '有条件共享', ...(isWrong ? {} : { condition: '用于核验' }), method: '共享平台-数据库' },
      opening: { type: '不予开放' },
      updateCycle: '每月',
      publishedOn: '2026-01-05',
      updatedOn: '2026-05-20',
      responsible: provider,
      source: `${subject}系统`,
      updating: '办结后次日入库',
      quality: '主要字段完整率100%',
      usage: '按需申请接口',
      items: Array.from({ length: ITEMS_EACH }, (_, n) => {
        const type = TYPES[below(TYPES.length)];
        const name = `${subject}${ITEMS[(below(ITEMS.length) + n) % ITEMS.length]}${n}`;
        return {
          name,
          type,
          length: type === '日期型' ? 8 : 20,
          ...(type === '货币型' || type === '数值型' ? { scale: 2 } : {}),
        };
      }),
    };
  }
}
