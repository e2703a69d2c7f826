/** What people call a division: its name without 省, 市, 区, 县 and the like. */

const KINDS = /(特别行政区|自治[区州县旗]|地区|林区|特区|矿区|新区|[省市区县旗盟])$/;

/** The peoples that names of autonomous divisions (民族自治地方) bear, one after another at the end. */
const PEOPLES =
  /((蒙古|维吾尔|哈萨克|柯尔克孜|锡伯|塔吉克)族?|(回|藏|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|傣|黎|傈僳|佤|畲|拉祜|水|东乡|纳西|景颇|土|达斡尔|仫佬|羌|布朗|撒拉|毛南|仡佬|怒|鄂温克|保安|裕固|独龙|鄂伦春|普米|各)族)$/;

/** At least so many characters remain: 忠县 is never called 忠. */
const LEAST = 2;

/** `杭州市` → `杭州`, `新疆维吾尔自治区` → `新疆`, `酉阳土家族苗族自治县` → `酉阳`; the name itself where too little would remain. */
export function shortName(name: string): string {
  const kind = KINDS.exec(name)?.[0] ?? '';
  let rest = name.slice(0, name.length - kind.length);
  if (rest.length < LEAST) return name;
  while (kind.startsWith('自治')) {
    const without = rest.replace(PEOPLES, '');
    if (without === rest || without.length < LEAST) break;
    rest = without;
  }
  return kind.startsWith('自治') ? rest.replace(/(?<=..)族$/, '') : rest;
}
