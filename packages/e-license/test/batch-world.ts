/** Tables of made-up food business licences for the tests of batches. */
import { FOOD_BUSINESS } from '@gov/e-license';
import { issueLeaf, issueRoot } from '@gov/pki/dev-ca';
import { generateSm2Key, sm2Signer } from '@gov/sm';
import { AUTHORITY, AUTHORITY_CODE, TIMES } from '../../../test/world.js';

export const TYPE = FOOD_BUSINESS;
export const AT = new Date('2026-05-20T02:00:00Z');
export const LOG = 'licences';

/** What all rows have in common. */
export const COMMON = {
  authority: { name: AUTHORITY, code: AUTHORITY_CODE, divisionCode: '990100' },
  issueDate: '2026-05-20',
  validFrom: '2026-05-20',
  validTo: '2031-05-19',
  holders: [{ codeType: '001', kind: 'legal-person' }],
  fields: {
    businessForm: '餐饮服务经营者（中型餐馆）',
    supervisor: '某市示范区市场监督管理局虚构街道所',
    supervisingOfficers: '李某、王某某',
    complaintPhone: '12315',
    signatory: '赵某某',
  },
};

export const HEADER = [
  '许可证编号',
  '经营者名称',
  '社会信用代码（身份证号码）',
  '法定代表人（负责人）',
  '住所',
  '经营场所',
  '经营项目',
];

export const numberOf = (i: number): string => `JY2990101${String(i).padStart(7, '0')}`;

export function rowOf(i: number): string[] {
  return [
    numberOf(i),
    `某市样例餐饮第${i}有限责任公司`,
    '91990100MA00000073',
    '张某某',
    `某省某市示范区虚构街道样例大道${i}号测试产业园甲座`,
    `某省某市示范区虚构街道样例大道${i}号测试广场一层`,
    '热食类食品制售；冷食类食品制售',
  ];
}

export const csvOf = (rows: readonly (readonly string[])[]): Uint8Array =>
  new TextEncoder().encode([HEADER, ...rows].map((cells) => `${cells.join(',')}\r\n`).join(''));

/** Rows 1 to `count`. */
export const csv = (count: number): Uint8Array => csvOf(Array.from({ length: count }, (_, i) => rowOf(i + 1)));

/** An issuer with its key at hand, for threads. */
export async function makeIssuer(subject = `CN=license-issuer,O=${AUTHORITY_CODE}${AUTHORITY},C=CN`) {
  const rootSigner = sm2Signer(generateSm2Key());
  const [notBefore, notAfter] = [TIMES.certificatesFrom, TIMES.certificatesTo];
  const root = await issueRoot({ subject: 'CN=某省电子政务根,O=某省,C=CN', signer: rootSigner, notBefore, notAfter });
  const key = generateSm2Key();
  const certificate = await issueLeaf({
    ca: { certificate: root, signer: rootSigner },
    use: 'license-issuer',
    subject,
    publicKey: key.publicKey.toSpki(),
    notBefore,
    notAfter,
  });
  return { root, certificate, key, signer: sm2Signer(key) };
}
