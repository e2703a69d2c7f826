/**
 * One licence of each type, and one with long values. All made up: the bodies' codes pass their checks and are nobody's, the
 * persons' numbers begin with 349900, a division that there is none of. One authority issues them all, that of
 * `test/world.ts`.
 */
import {
  BIRTH_CERTIFICATE,
  BUSINESS_LICENSE,
  CONSTRUCTION_QUALIFICATION,
  DATA_ASSET,
  FOOD_BUSINESS,
  type LicenseData,
  MARRIAGE_CERTIFICATE,
  MEDICAL_INSTITUTION,
  PERSONAL_ATTESTATION,
  REAL_ESTATE,
  RESIDENCE_PERMIT,
  ROAD_TRANSPORT,
} from '@gov/e-license';

const authority = { name: '某市行政审批局', code: '11990100MB0000019L', divisionCode: '990100' };
const definingAuthority = { name: '某部某证照管理司', code: '11100000MB0000000P' };
const issued = { version: 1, authority, definingAuthority, issueDate: '2026-05-20', validFrom: '2026-05-20' };

const company = {
  name: '某市样例餐饮管理有限责任公司',
  code: '91990100MA00000073',
  codeType: '001',
  kind: 'legal-person',
} as const;
const builder = {
  name: '某省样例建设工程有限公司',
  code: '91990100MA0000015X',
  codeType: '001',
  kind: 'legal-person',
} as const;
const carrier = {
  name: '某市样例物流有限公司',
  code: '91990100MA0000023Q',
  codeType: '001',
  kind: 'legal-person',
} as const;
const dataCompany = {
  name: '某省样例数据科技有限公司',
  code: '91990100MA0000031K',
  codeType: '001',
  kind: 'legal-person',
} as const;
const hospital = {
  name: '某市样例区虚构医院',
  code: '12990100MB0000019H',
  codeType: '001',
  kind: 'legal-person',
} as const;
const man = { name: '张样例', code: '349900199001010013', codeType: '111', kind: 'natural-person' } as const;
const woman = { name: '李虚构', code: '349900199202020023', codeType: '111', kind: 'natural-person' } as const;

/** By type code. */
export const SAMPLES: Readonly<Record<string, LicenseData>> = {
  [FOOD_BUSINESS.code]: {
    ...issued,
    type: FOOD_BUSINESS.code,
    number: 'JY29901010000013',
    validTo: '2031-05-19',
    holders: [company],
    fields: {
      legalRepresentative: '张某某',
      domicile: '某省某市示范区虚构街道样例大道1号测试产业园甲座十二层1203室',
      premises: '某省某市示范区虚构街道样例大道3号测试广场一层101至106号商铺',
      businessForm: '餐饮服务经营者（中型餐馆）',
      businessItems: '热食类食品制售；冷食类食品制售；糕点类食品制售（含裱花蛋糕）；自制饮品制售',
      supervisor: '某市示范区市场监督管理局虚构街道所',
      supervisingOfficers: '李某、王某某',
      complaintPhone: '12315',
      signatory: '赵某某',
    },
    serviceItem: { name: '食品经营许可（新办）', code: '000131010000' },
  },
  [BUSINESS_LICENSE.code]: {
    ...issued,
    type: BUSINESS_LICENSE.code,
    number: company.code,
    validTo: '长期',
    holders: [company],
    fields: {
      entityType: '有限责任公司（自然人独资）',
      legalRepresentative: '张某某',
      registeredCapital: '壹佰万元整',
      establishedOn: '2026-05-20',
      premises: '某省某市示范区虚构街道样例大道1号测试产业园甲座十二层1203室',
      businessScope: '许可项目：餐饮服务。一般项目：餐饮管理；外卖递送服务；食用农产品零售。',
    },
  },
  [RESIDENCE_PERMIT.code]: {
    ...issued,
    type: RESIDENCE_PERMIT.code,
    number: '99010020260000017',
    validTo: '2027-05-19',
    holders: [man],
    fields: {
      sex: '男',
      ethnicity: '汉族',
      birthDate: '1990-01-01',
      registeredAddress: '某省某县虚构镇样例村三组12号',
      residenceAddress: '某市示范区虚构街道样例路88号测试公寓5栋2单元603室',
    },
  },
  [REAL_ESTATE.code]: {
    ...issued,
    type: REAL_ESTATE.code,
    number: '某（2026）某市示范区不动产权第0000017号',
    validTo: '长期',
    holders: [man, woman],
    fields: {
      coOwnership: '共同共有',
      location: '某市示范区虚构街道样例路88号测试花园5栋2单元603室',
      unitNumber: '990101001001GB00017F00010603',
      rightType: '国有建设用地使用权/房屋所有权',
      rightNature: '出让/市场化商品房',
      use: '城镇住宅用地/成套住宅',
      landArea: 18250.36,
      buildingArea: 118.5,
      termOfUse: '国有建设用地使用权2020年03月01日起2090年02月28日止',
      otherRights: '专有建筑面积：92.13平方米，分摊建筑面积：26.37平方米；房屋总层数：18层，所在层：6层',
    },
  },
  [ROAD_TRANSPORT.code]: {
    ...issued,
    type: ROAD_TRANSPORT.code,
    number: '990100000017',
    validTo: '2030-05-19',
    holders: [carrier],
    fields: {
      address: '某市示范区虚构街道样例大道9号',
      plateNumber: '皖A00000',
      plateColour: '黄色',
      operatingLicense: '990100000003',
      vehicleType: '重型半挂牵引车',
      load: 39.5,
      length: 6995,
      width: 2550,
      height: 3950,
      businessScope: '道路普通货物运输、货物专用运输（集装箱）',
    },
  },
  [BIRTH_CERTIFICATE.code]: {
    ...issued,
    type: BIRTH_CERTIFICATE.code,
    number: 'Z990000017',
    validTo: '长期',
    holders: [{ name: '张小样', code: 'Z990000017', codeType: '999', kind: 'natural-person' }],
    fields: {
      sex: '女',
      birthDate: '2026-05-12',
      birthHour: 8,
      birthMinute: 5,
      gestationalWeeks: 39,
      weight: 3250,
      length: 50.5,
      birthPlace: '某省某市示范区',
      institution: '某市样例区虚构医院',
      motherName: woman.name,
      motherAge: 34,
      motherNationality: '中国',
      motherEthnicity: '汉族',
      motherAddress: '某市示范区虚构街道样例路88号测试花园5栋2单元603室',
      motherDocument: '居民身份证',
      motherDocumentNumber: woman.code,
      fatherName: man.name,
      fatherAge: 36,
      fatherNationality: '中国',
      fatherEthnicity: '汉族',
      fatherAddress: '某市示范区虚构街道样例路88号测试花园5栋2单元603室',
      fatherDocument: '居民身份证',
      fatherDocumentNumber: man.code,
    },
  },
  [CONSTRUCTION_QUALIFICATION.code]: {
    ...issued,
    type: CONSTRUCTION_QUALIFICATION.code,
    number: 'D299000017',
    validTo: '2031-05-19',
    holders: [builder],
    fields: {
      address: '某省某市示范区虚构街道样例大道100号',
      legalRepresentative: '王某某',
      registeredCapital: 5000,
      economicNature: '有限责任公司',
      qualifications: '建筑工程施工总承包壹级；市政公用工程施工总承包贰级；建筑装修装饰工程专业承包贰级',
    },
  },
  [MEDICAL_INSTITUTION.code]: {
    ...issued,
    type: MEDICAL_INSTITUTION.code,
    number: 'MB000001999010111A1001',
    validTo: '2041-05-19',
    holders: [hospital],
    fields: {
      legalRepresentative: '赵某某',
      personInCharge: '钱某某',
      address: '某省某市样例区虚构街道健康路1号',
      category: '综合医院（二级）',
      nature: '非营利性（政府办）',
      departments: '预防保健科／内科／外科／妇产科／儿科／急诊医学科／医学检验科／医学影像科／中医科',
      served: '社会',
      beds: 320,
      dentalChairs: 12,
    },
  },
  [PERSONAL_ATTESTATION.code]: {
    ...issued,
    type: PERSONAL_ATTESTATION.code,
    number: 'ZM-2026-000017',
    validTo: '2026-08-19',
    holders: [man],
    fields: {
      subject: '社会保险参保缴费',
      period: '2021-05-01',
      periodEnd: '2026-04-30',
      content: '兹证明该同志自2021年5月至2026年4月在本市连续参加城镇职工基本养老保险，累计缴费60个月，无欠费记录。',
      purpose: '申请公共租赁住房',
      contactPhone: '12333',
    },
  },
  [MARRIAGE_CERTIFICATE.code]: {
    ...issued,
    type: MARRIAGE_CERTIFICATE.code,
    number: 'J990100-2026-000017',
    validTo: '长期',
    holders: [man, woman],
    fields: {
      holderSex: '男',
      holderNationality: '中国',
      holderBirthDate: '1990-01-01',
      spouseSex: '女',
      spouseNationality: '中国',
      spouseBirthDate: '1992-02-02',
      registeredOn: '2026-05-20',
      registrar: '孙某某',
    },
  },
  [DATA_ASSET.code]: {
    ...issued,
    type: DATA_ASSET.code,
    number: 'SJZC-990000-2026-000017',
    validTo: '2029-05-19',
    holders: [dataCompany],
    fields: {
      assetName: '样例城市道路停车位实时占用数据集',
      registrationType: '首次登记',
      rights: '数据资源持有权、数据加工使用权、数据产品经营权',
      source: '自有设备采集；公共数据授权运营',
      industry: '交通运输、仓储和邮政业',
      scenario: '停车诱导、城市交通治理、商业选址分析',
      structure: '结构化数据，12个字段：车位编号、路段、经纬度、占用状态、时间等',
      records: 36500000,
      updateFrequency: '实时',
      digest: '66C7F0F462EEEDD9D1F2D46BDC10E4E24167C4875CF2F7A2297DA02B8F4BA8E0',
    },
  },
};

const longAddress =
  '某某省某某自治州某某自治县虚构经济技术开发区样例科技创新产业园区测试北路东段1288号国际商务中心甲座二十八层2801室至2816室（含裙楼三层、四层及地下一层配套用房）';
const longName = '某某省某某自治州某某自治县虚构农业产业化联合发展投资管理集团股份有限公司';
const longCompany = { ...company, name: longName } as const;
const longPerson = { ...man, name: '阿卜杜热西提·买买提吐尔逊·样例' } as const;

const withLong = (
  code: string,
  change: { readonly holders?: LicenseData['holders']; readonly fields: LicenseData['fields'] },
): LicenseData => {
  const sample = SAMPLES[code]!;
  return {
    ...sample,
    ...(change.holders === undefined ? {} : { holders: change.holders }),
    fields: { ...sample.fields, ...change.fields },
  };
};

/** The same with values as long as real ones become. */
export const LONG_SAMPLES: Readonly<Record<string, LicenseData>> = Object.fromEntries(
  [
    withLong(FOOD_BUSINESS.code, {
      holders: [longCompany],
      fields: {
        legalRepresentative: longPerson.name,
        domicile: longAddress,
        premises: longAddress,
        businessForm: '餐饮服务经营者（大型餐馆、中央厨房、集体用餐配送单位）',
        businessItems:
          '热食类食品制售；冷食类食品制售（含烧卤熟肉、凉菜，不含冷加工糕点）；生食类食品制售；糕点类食品制售（含裱花蛋糕）；自制饮品制售（含自酿酒）；预包装食品（含冷藏冷冻食品）销售；散装食品（含熟食）销售；特殊食品销售（保健食品、特殊医学用途配方食品、婴幼儿配方乳粉）',
        supervisor: '某某自治县市场监督管理局虚构经济技术开发区样例科技创新产业园区分局',
        supervisingOfficers: '李某、王某某、阿卜杜热西提·买买提、欧阳某某',
        complaintPhone: '+86 0999-12345678',
        signatory: '欧阳某某',
      },
    }),
    withLong(BUSINESS_LICENSE.code, {
      holders: [longCompany],
      fields: {
        entityType: '股份有限公司（台港澳与境内合资、上市、国有控股）',
        legalRepresentative: longPerson.name,
        registeredCapital: '壹拾贰亿叁仟肆佰伍拾陆万柒仟捌佰玖拾元整',
        premises: longAddress,
        businessScope:
          '许可项目：食品生产；食品销售；农作物种子经营；主要农作物种子生产；种畜禽生产；饲料生产；兽药经营；道路货物运输（不含危险货物）；水产养殖；林木种子生产经营。（依法须经批准的项目，经相关部门批准后方可开展经营活动，具体经营项目以相关部门批准文件或许可证件为准）一般项目：农业科学研究和试验发展；农产品的生产、销售、加工、运输、贮藏及其他相关服务；技术服务、技术开发、技术咨询、技术交流、技术转让、技术推广；农业园艺服务；农业生产托管服务；智能农业管理；农业机械服务；灌溉服务；肥料销售；化肥销售；畜牧渔业饲料销售；农副产品销售；食用农产品批发；食用农产品零售；初级农产品收购；低温仓储（不含危险化学品等需许可审批的项目）；供应链管理服务；以自有资金从事投资活动；企业总部管理；货物进出口；技术进出口。（除依法须经批准的项目外，凭营业执照依法自主开展经营活动）',
      },
    }),
    withLong(RESIDENCE_PERMIT.code, {
      holders: [longPerson],
      fields: { ethnicity: '维吾尔族', registeredAddress: longAddress, residenceAddress: longAddress },
    }),
    withLong(REAL_ESTATE.code, {
      holders: [longPerson, { ...woman, name: '古丽娜尔·阿卜杜热西提·虚构' }],
      fields: {
        coOwnership: '按份共有',
        shares: '阿卜杜热西提·买买提吐尔逊·样例60%、古丽娜尔·阿卜杜热西提·虚构40%',
        location: longAddress,
        rightType: '国有建设用地使用权/房屋（构筑物）所有权',
        rightNature: '出让/市场化商品房（存量产权转移登记）',
        use: '商务金融用地/办公、商业服务、地下车库（人防工程除外）',
        landArea: 1234567.89,
        buildingArea: 98765.43,
        otherRights: '土地使用权面积分摊方式：按各权利人专有部分建筑面积比例分摊。'.repeat(8),
        remarks: '本证书记载的不动产已设立抵押权，抵押权人为某某银行股份有限公司某某分行。'.repeat(8),
      },
    }),
    withLong(ROAD_TRANSPORT.code, {
      holders: [longCompany],
      fields: {
        address: longAddress,
        plateNumber: '皖AD00000',
        plateColour: '渐变绿色',
        vehicleType: '重型集装箱半挂牵引车（新能源，液化天然气单燃料）',
        businessScope:
          '道路普通货物运输；货物专用运输（集装箱、冷藏保鲜、罐式容器）；大型物件运输（三类）；危险货物运输（第2类第1项、第3类，剧毒化学品、民用爆炸物品除外）；国际道路普通货物运输、国际道路货物专用运输（集装箱）',
        remarks: '该车辆已接入全国道路货运车辆公共监管与服务平台，车辆技术等级一级。'.repeat(3),
      },
    }),
    withLong(BIRTH_CERTIFICATE.code, {
      holders: [{ ...SAMPLES[BIRTH_CERTIFICATE.code]!.holders[0]!, name: '迪丽热巴·阿卜杜热西提·买买提吐尔逊' }],
      fields: {
        birthPlace: '某某省某某自治州某某自治县虚构经济技术开发区',
        institution: '某某省某某自治州某某自治县人民医院医疗集团虚构经济技术开发区分院',
        motherName: '古丽娜尔·阿卜杜热西提·虚构',
        fatherName: longPerson.name,
        motherAddress: longAddress,
        fatherAddress: longAddress,
      },
    }),
    withLong(CONSTRUCTION_QUALIFICATION.code, {
      holders: [{ ...builder, name: longName }],
      fields: {
        address: longAddress,
        legalRepresentative: longPerson.name,
        registeredCapital: 123456.789,
        economicNature: '股份有限公司（台港澳与境内合资、上市）',
        qualifications:
          '建筑工程施工总承包特级；公路工程施工总承包壹级；铁路工程施工总承包贰级；港口与航道工程施工总承包贰级；水利水电工程施工总承包壹级；电力工程施工总承包贰级；矿山工程施工总承包贰级；冶金工程施工总承包贰级；石油化工工程施工总承包贰级；市政公用工程施工总承包特级；通信工程施工总承包贰级；机电工程施工总承包壹级；地基基础工程专业承包壹级；起重设备安装工程专业承包壹级；桥梁工程专业承包壹级；隧道工程专业承包壹级；钢结构工程专业承包壹级；建筑装修装饰工程专业承包壹级；消防设施工程专业承包壹级',
      },
    }),
    withLong(MEDICAL_INSTITUTION.code, {
      holders: [{ ...hospital, name: '某某省某某自治州某某自治县人民医院医疗集团虚构经济技术开发区分院' }],
      fields: {
        legalRepresentative: longPerson.name,
        personInCharge: '古丽娜尔·阿卜杜热西提·虚构',
        address: longAddress,
        category: '综合医院（三级甲等，含互联网医院）',
        departments:
          '预防保健科／全科医疗科／内科：呼吸内科专业、消化内科专业、神经内科专业、心血管内科专业、血液内科专业、肾病学专业、内分泌专业、免疫学专业、变态反应专业、老年病专业／外科：普通外科专业、神经外科专业、骨科专业、泌尿外科专业、胸外科专业、心脏大血管外科专业、烧伤科专业、整形外科专业／妇产科：妇科专业、产科专业、计划生育专业、生殖健康与不孕症专业／儿科：新生儿专业、小儿呼吸专业／眼科／耳鼻咽喉科／口腔科／皮肤科／医疗美容科／精神科／传染科／肿瘤科／急诊医学科／康复医学科／麻醉科／疼痛科／重症医学科／医学检验科／病理科／医学影像科／中医科／中西医结合科',
      },
    }),
    withLong(PERSONAL_ATTESTATION.code, {
      holders: [longPerson],
      fields: {
        subject: '城镇职工基本养老保险、失业保险、工伤保险参保缴费情况',
        content:
          '兹证明该同志自2021年5月至2026年4月在本市连续参加城镇职工基本养老保险、失业保险和工伤保险，累计缴费60个月，无欠费记录。'.repeat(
            8,
          ),
        purpose: '申请公共租赁住房保障资格、办理住房公积金贷款、子女义务教育阶段入学以及人才引进落户手续',
        contactPhone: '+86 0999-12345678',
      },
    }),
    withLong(MARRIAGE_CERTIFICATE.code, {
      holders: [longPerson, { ...woman, name: '古丽娜尔·阿卜杜热西提·虚构' }],
      fields: {
        holderNationality: '中华人民共和国',
        spouseNationality: '波斯尼亚和黑塞哥维那',
        remarks: '补领结婚证。原结婚证字号某市（某区）结字第19920000017号，登记日期1992年2月2日，原件遗失。',
        registrar: '阿依古丽·买买提吐尔逊',
      },
    }),
    withLong(DATA_ASSET.code, {
      holders: [
        { ...dataCompany, name: longName },
        carrier,
        { ...hospital, name: '某某省某某自治州某某自治县人民医院医疗集团虚构经济技术开发区分院' },
      ],
      fields: {
        assetName: '某某省某某自治州城市道路及公共停车场泊位实时占用、周转率、支付方式与车辆类型综合数据集',
        registrationType: '变更登记',
        previousNumber: 'SJZC-990000-2025-000003',
        rights: '数据资源持有权、数据加工使用权、数据产品经营权（地域：全国；期限：三年；可再授权）',
        source: '自有设备采集、公共数据授权运营、与合作单位依协议交换所得并经个人信息去标识化处理的数据。'.repeat(3),
        scenario: '停车诱导、城市交通治理、商业选址分析、保险精算、城市更新与规划评估。'.repeat(8),
        structure: '结构化数据，四十八个字段：泊位编号、路段、经纬度、占用状态、驶入驶离时间等。'.repeat(5),
      },
    }),
  ].map((data) => [data.type, data]),
);
