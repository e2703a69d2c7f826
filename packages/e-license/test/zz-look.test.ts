import { readFileSync, writeFileSync } from 'node:fs';
import { drawFace, FaceFonts } from '@gov/e-license/face';
import { qrCode } from '@gov/qr/draw';
import { it } from 'vitest';

const dir = '/work/main/node_modules/@expo-google-fonts/noto-sans-sc/';
it('x', async () => {
  const fonts = new FaceFonts(readFileSync(`${dir}400Regular/NotoSansSC_400Regular.ttf`), {
    title: readFileSync(process.env.TITLE ?? `${dir}700Bold/NotoSansSC_700Bold.ttf`),
  });
  const qr = qrCode('EL1:' + 'NCFOXN%TSMAHN-H'.repeat(47), { level: 'M' });
  console.log('qr', qr.version);
  const face = {
    title: '食品经营许可证',
    number: 'JY13702120012345',
    identifier: '1.2.156.3005.2.11100000MB0000000P001.11370200MB2858008C.JY13702120012345.001.U',
    rows: [
      ['经营者名称', '滨海市海风餐饮管理有限公司崂山区香港东路分公司'],
      ['社会信用代码（身份证号码）', '91370212MA3C4D5E6F'],
      ['法定代表人（负责人）', '欧阳明德'],
      ['住所', '山东省滨海市崂山区香港东路195号上实中心T6号楼1902室'],
      ['经营场所', '山东省滨海市崂山区香港东路195号上实中心T6号楼一层101、102、103号商铺及二层201室'],
      ['主体业态', '餐饮服务经营者（中型餐馆）'],
      [
        '经营项目',
        '热食类食品制售；冷食类食品制售（含凉菜）；糕点类食品制售（含裱花蛋糕）；自制饮品制售；预包装食品（含冷藏冷冻食品）销售；散装食品（不含散装熟食）销售；特殊食品销售（保健食品、婴幼儿配方乳粉）',
      ],
      ['许可证编号', 'JY13702120012345'],
      ['日常监督管理机构', '滨海市崂山区市场监督管理局中韩市场监督管理所'],
      ['日常监督管理人员', '王建国、李淑芬'],
      ['投诉举报电话', '12315'],
      ['发证机关', '滨海市崂山区市场监督管理局'],
      ['签发人', '赵敏'],
      ['发证日期', '2026-05-20'],
      ['有效期至', '2031-05-19'],
    ].map(([label, value]) => ({ label: label!, value: value! })),
    authority: '滨海市崂山区市场监督管理局',
    issueDate: '2026-05-20',
    qr,
    qrCaption: '扫描二维码，离线核验证照真伪',
    attachments: [
      {
        name: 'license.qr.txt',
        mimeType: 'text/plain',
        bytes: new TextEncoder().encode('EL1:' + 'NCFOXN%TSMAHN-H'.repeat(52)),
        relationship: 'Data' as const,
      },
      {
        name: 'license.json',
        mimeType: 'application/json',
        bytes: new TextEncoder().encode('{"a":1}'),
        relationship: 'Data' as const,
      },
    ],
  };
  const createdAt = new Date('2026-05-20T01:00:00Z');
  for (let i = 0; i < 12; i++) {
    const t = performance.now();
    const d = await drawFace(face, { fonts, createdAt });
    console.log((performance.now() - t).toFixed(1), d.pdf.length);
    if (i === 1) writeFileSync('/tmp/faces/b.pdf', d.pdf);
    if (i === 0) {
      writeFileSync('/tmp/faces/a.pdf', d.pdf);
      console.log(JSON.stringify({ ...d, pdf: 0 }));
    }
  }
}, 60000);
