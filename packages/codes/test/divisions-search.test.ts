/** Search for divisions, and the codes of names written exactly. */
import {
  type Division,
  type DivisionMatch,
  divisions,
  MAX_DIVISION_MATCHES,
  MAX_DIVISION_QUERY,
} from '@gov/codes/divisions';
import type { ErrorCode } from '@gov/verdict';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unpackedSpelling } from '../src/divisions/pinyin.js';

const table = divisions();
const codes = (found: readonly DivisionMatch[]): string[] => found.map(({ division }) => division.code);
const search = (text: string, limit = 10): string[] => codes(table.search(text, { limit }));
const below = (division: Division): Division[] => [division, ...table.children(division.code).flatMap(below)];
const active = table.provinces().flatMap(below);
/** All of them in the slow suite, others every time in the ordinary one. */
const sample = process.env.SLOW === undefined ? fc.sample(fc.constantFrom(...active), 250) : active;

const codeOfError = (act: () => unknown): ErrorCode | undefined => {
  try {
    act();
  } catch (error) {
    return (error as { code?: ErrorCode }).code;
  }
  return undefined;
};

describe('search', () => {
  it.each([
    ['330106', '330106', 'code'],
    ['西湖区', '330106', 'name'],
    ['西湖', '330106', 'name'],
    [' 西 湖 ', '330106', 'name'],
    ['\u200b西\u2060湖\ufe0f', '330106', 'name'],
    ['杭州西湖', '330106', 'name'],
    ['浙江西湖', '330106', 'name'],
    ['浙江杭州西湖', '330106', 'name'],
    ['浙江省杭州市西湖区', '330106', 'name'],
    ['杭州，西湖', '330106', 'name'],
    ['杭州西', '330106', 'name'],
    ['浙江省杭洲市西湖区', '330106', 'likeness'],
    ['杭洲西湖', '330106', 'likeness'],
    ['内蒙古', '150000', 'name'],
    ['新疆', '650000', 'name'],
    ['酉阳', '500242', 'name'],
    ['鄂温克', '150724', 'name'],
    ['积石山', '622927', 'name'],
    ['浦东', '310115', 'name'],
    ['忠县', '500233', 'name'],
    ['神农架', '429021', 'name'],
    ['香港', '810000', 'name'],
    ['六枝', '520203', 'name'],
    ['小店区', '140105', 'name'],
    ['呼和浩恃市', '150100', 'likeness'],
    ['hangzhouxihu', '330106', 'pinyin'],
    ['hang zhou xi hu qu', '330106', 'pinyin'],
    ['ＨＡＮＧＺＨＯＵ', '330100', 'pinyin'],
    ['Hángzhōu Shì', '330100', 'pinyin'],
    ["xi'an", '610100', 'pinyin'],
    ['lvliang', '141100', 'pinyin'],
    ['Lǚliáng', '141100', 'pinyin'],
    ['lyuliang', '141100', 'pinyin'],
    ['hzxh', '330106', 'initials'],
    ['nmg', '150000', 'initials'],
    ['ewk', '150724', 'initials'],
  ])('finds %s first as %s, by its %s', (text, code, by) => {
    const [first] = table.search(text);
    expect([first?.division.code, first?.by]).toEqual([code, by]);
    expect(first?.fullName).toBe(table.fullName(code));
  });

  it('finds by pinyin and by initials among others that are spelled so', () => {
    expect(search('xihu')).toContain('330106');
    expect(search('xhq', 100)).toContain('330106');
  });

  it('puts whole names before short ones, these before beginnings, these before parts, larger before smaller', () => {
    expect(search('海南', 3)).toEqual(['460000', '632500', '150303']);
    expect(search('朝阳', 2)).toEqual(['211300', '110105']);
    expect(search('西湖', 3)).toEqual(['330106', '360103', '420112']);
    expect(search('吉林', 2)).toEqual(['220000', '220200']);
    // 清河区, though 清河门区 has the lower code.
    expect(search('辽宁清河', 2)).toEqual(['211204', '210905']);
    expect(search('3301', 2)).toEqual(['330100', '330102']);
    // Of the same sound: 胡 and 湖.
    expect(search('西胡区')).toEqual(expect.arrayContaining(['330106', '360103']));
    expect(search('西胡区', 2)).toEqual(['330106', '360103']);
  });

  it.each(
    [
      '重庆 chongqing 500000',
      '厦门 xiamen 350200',
      '蚌埠 bengbu 340300',
      '六安 luan 341500',
      '铅山 yanshan 361124',
      '乐清 yueqing 330382',
      '番禺 panyu 440113',
      '阿坝 aba 513231',
      '莘县 shenxian 371522',
      '浚县 xunxian 410621',
      '尉犁 yuli 652823',
      '蔚县 yuxian 130726',
      '东阿 donge 371524',
      '长子 zhangzi 140428',
      '单县 shanxian 371722',
      '牟平 muping 370612',
      '大埔 dabu 441422',
      '黄埔 huangpu 440112',
      '洪洞 hongtong 141024',
      '台州 taizhou 331000',
      '六合 luhe 320116',
      '六枝 liuzhi 520203',
      '六盘水 liupanshui 520200',
      '乐亭 laoting 130225',
      '乐陵 laoling 371481',
      '乐都 ledu 630202',
      '长乐 changle 350112',
      '亳州 bozhou 341600',
      '丽水 lishui 331100',
      '会理 huili 513402',
      '会稽 - -',
      '涡阳 guoyang 341621',
      '歙县 shexian 341021',
      '黟县 yixian 341023',
      '枞阳 zongyang 340722',
      '盱眙 xuyi 320830',
      '宕昌 tanchang 621223',
      '勐海 menghai 532822',
      '犍为 qianwei 511123',
      '郫都 pidu 510117',
      '邛崃 qionglai 510183',
      '荥阳 xingyang 410182',
      '荥经 yingjing 511822',
      '泌阳 biyang 411726',
      '漯河 luohe 411100',
      '渑池 mianchi 411221',
      '柘城 zhecheng 411424',
      '睢县 suixian 411422',
      '濮阳 puyang 410900',
      '郏县 jiaxian 410425',
      '浠水 xishui 421125',
      '秭归 zigui 420527',
      '监利 jianli 421088',
      '耒阳 leiyang 430481',
      '芷江 zhijiang 431228',
      '邕宁 yongning 450109',
      '百色 baise 451000',
      '儋州 danzhou 460400',
      '綦江 qijiang 500110',
      '酉阳 youyang 500242',
      '闵行 minhang 310112',
      '大城 daicheng 131025',
      '任丘 renqiu 130982',
      '井陉 jingxing 130121',
      '藁城 gaocheng 130109',
      '隰县 xixian 141031',
      '解放 jiefang 410802',
      '巴彦淖尔 bayannaoer 150800',
      '喀什 kashi 653100',
      '莎车 shache 653125',
      '鄯善 shanshan 650421',
      '焉耆 yanqi 652826',
      '若羌 ruoqiang 652824',
      '且末 qiemo 652825',
      '塔什库尔干 tashikuergan 653131',
      '都匀 duyun 522701',
      '都江堰 dujiangyan 510181',
      '成都 chengdu 510100',
      '个旧 gejiu 532501',
      '绿春 lvchun 532531',
      '吴堡 wubu 610829',
      '柞水 zhashui 611026',
      '沈阳 shenyang 210100',
      '桓仁 huanren 210522',
      '讷河 nehe 230281',
      '穆棱 muling 231085',
      '绥棱 suileng 231226',
      '珲春 hunchun 222404',
      '朝阳 chaoyang 211300',
      '曲阜 qufu 370881',
      '兖州 yanzhou 370812',
      '莒县 juxian 371122',
      '鄄城 juancheng 371726',
      '茌平 chiping 371503',
      '筠连 junlian 511527',
      '中牟 zhongmu 410122',
      '牟定 mouding 532323',
      '召陵 shaoling 411104',
      '南召 nanzhao 411321',
      '红寺堡 hongsibu 640303',
    ]
      .filter((line) => !line.includes('-'))
      .map((line) => line.split(' ')),
  )('reads %s as %s', (name, pinyin, code) => {
    expect(table.name(code!)?.startsWith(name!)).toBe(true);
    expect(search(pinyin!, 20)).toContain(code);
    const [match] = table.search(pinyin!, { limit: 20 }).filter(({ division }) => division.code === code);
    expect(match?.by).toBe('pinyin');
  });

  it.each([
    '',
    '   ',
    '、',
    '不存在的地方',
    'qqqq',
    '999999',
    '杭州西湖区县',
    '浙江省江苏省',
    '西湖hu',
    '😀',
    '\u0000',
  ])('finds nothing for "%s"', (text) => {
    expect(table.search(text)).toEqual([]);
  });

  it('leaves abolished ones out, unless they are asked for; then they stand last of their rank', () => {
    expect(search('崇文')).toEqual([]);
    expect(codes(table.search('崇文', { abolished: true }))).toEqual(['110103']);
    expect(search('110103')).toEqual([]);
    const both = table
      .search('郊区', { abolished: true, limit: 100 })
      .filter(({ division }) => division.name === '郊区');
    const states = both.map(({ division }) => division.status);
    expect(states).toContain('active');
    expect(states).toEqual([...states].sort((a, b) => (a === b ? 0 : a === 'active' ? -1 : 1)));
  });

  it('keeps its limits', () => {
    expect(table.search('县')).toHaveLength(10);
    expect(table.search('县', { limit: 1 })).toHaveLength(1);
    expect(table.search('县', { limit: MAX_DIVISION_MATCHES })).toHaveLength(MAX_DIVISION_MATCHES);
    for (const limit of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, MAX_DIVISION_MATCHES + 1])
      expect(codeOfError(() => table.search('县', { limit }))).toBe('invalid-argument');
    expect(table.search('县'.repeat(MAX_DIVISION_QUERY))).toEqual([]);
    expect(codeOfError(() => table.search('县'.repeat(MAX_DIVISION_QUERY + 1)))).toBe('input-too-large');
    expect(codeOfError(() => table.codeOf('县'.repeat(MAX_DIVISION_QUERY + 1)))).toBe('input-too-large');
  });

  it('finds every division first by its full name and by its code, and by its own name', () => {
    for (const { code, name } of sample) {
      expect(search(table.fullName(code)!, 1), code).toEqual([code]);
      expect(search(code, 1)).toEqual([code]);
      expect(search(name, 20), name).toContain(code);
    }
  });

  it('finds every division by the pinyin of its name, and by its initials', () => {
    const spelling = unpackedSpelling();
    for (const { code, name } of sample) {
      const syllables = spelling(name);
      expect(search(syllables.join(''), 20), name).toContain(code);
      expect(search(syllables.map((one) => one[0]).join(''), 200), name).toContain(code);
    }
  });

  it('takes any text', () => {
    const parts = fc.constantFrom('杭州', '市', 'xi', 'hu', 'ǚ', '33', ' ', '\u0308', '、', '族自治县', '𠀀', 'ﬁ');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary', maxLength: 40 }),
          fc.array(parts, { maxLength: 20 }).map((all) => all.join('')),
        ),
        (text) => {
          for (const { division } of table.search(text)) expect(division.status).toBe('active');
          const found = table.codeOf(text);
          for (const code of [found ?? []].flat()) expect(table.fullName(code)?.endsWith(table.name(code)!)).toBe(true);
        },
      ),
      { numRuns: process.env.SLOW === undefined ? 300 : 20_000 },
    );
  });
});

describe('codeOf', () => {
  it.each([
    ['浙江省杭州市西湖区', '330106'],
    ['浙江省西湖区', '330106'],
    ['杭州市西湖区', '330106'],
    ['北京市', '110000'],
    ['吉林省吉林市', '220200'],
    ['河南省济源市', '419001'],
    ['北京市崇文区', '110103'],
    ['杭州市', '330100'],
  ])('of %s is %s', (name, code) => {
    expect(table.codeOf(name)).toBe(code);
  });

  it('takes a path, and answers all that fit', () => {
    expect(table.codeOf(['北京市', '朝阳区'])).toBe('110105');
    expect(table.codeOf(['浙江省', '杭州市', '西湖区'])).toBe('330106');
    expect(table.codeOf('西湖区')).toEqual(['330106', '360103']);
    expect(table.codeOf('朝阳区')).toEqual(['110105', '220104']);
  });

  it.each(['', '西湖', '杭州西湖区', '江西省杭州市西湖区', '杭州市浙江省', '浙江省杭州市', ' 杭州市', '杭州市西湖区 '])(
    'of "%s" is none, where it is not written exactly',
    (name) => {
      expect(table.codeOf(name)).toBe(name === '浙江省杭州市' ? '330100' : undefined);
    },
  );

  it('takes every full name back to its code', () => {
    for (const { code } of sample) expect(table.codeOf(table.fullName(code)!)).toBe(code);
  });
});
