/**
 * The whole road on a made-up licence: certificates, a seal, a licence issued and sealed, its QR, and verification from
 * the PDF, from the QR's text and from its picture, all offline. Leaves what it made in out/.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { FOOD_BUSINESS, parseLicenseData } from '@gov/e-license';
import { FaceFonts } from '@gov/e-license/face';
import { issueLicense, verifyLicensePdf } from '@gov/e-license/pdf';
import { verifyLicensePicture } from '@gov/e-license/picture';
import { verifyLicenseQr } from '@gov/e-license/qr';
import { makeSeal } from '@gov/e-seal';
import { openFont, roundSeal, sealPng } from '@gov/e-seal/picture';
import { type CertificateUse, TrustStore } from '@gov/pki';
import { issueLeaf, issueRoot } from '@gov/pki/dev-ca';
import { generateSm2Key, sm2Signer } from '@gov/sm';
import { reportHtml } from '@gov/verdict/html';

// A fixed day, so that the example shows the same in every year.
const today = new Date('2026-05-20T10:00:00+08:00');
const validity = { notBefore: new Date('2026-01-01T00:00:00+08:00'), notAfter: new Date('2036-01-01T00:00:00+08:00') };
const data = parseLicenseData(JSON.parse(await readFile('examples/license/food-business.json', 'utf8')), [
  FOOD_BUSINESS,
]);
const authority = `${data.authority.code}${data.authority.name}`;

// Development certificates: a root, and one certificate for each use.
const rootSigner = sm2Signer(generateSm2Key());
const root = await issueRoot({ subject: 'CN=某省电子政务开发根,O=某省,C=CN', signer: rootSigner, ...validity });
async function issue(use: CertificateUse, organization: string) {
  const key = generateSm2Key();
  const subject = `CN=${use},O=${organization},C=CN`;
  const ca = { certificate: root, signer: rootSigner };
  const certificate = await issueLeaf({ ca, use, subject, publicKey: key.publicKey.toSpki(), ...validity });
  return { certificate, signer: sm2Signer(key) };
}
const maker = await issue('seal-maker', '某省印章制作中心');
const sealSigner = await issue('signer', authority);
const issuer = await issue('license-issuer', authority);

// The authority's seal.
const notoSans = (file: string) => readFile(`node_modules/@expo-google-fonts/noto-sans-sc/${file}`);
const bold = openFont(await notoSans('700Bold/NotoSansSC_700Bold.ttf'));
const round = { name: data.authority.name, purpose: '电子证照专用章', code: '9901000000001', diameterMm: 42 };
const picture = await sealPng(roundSeal(round, { font: bold }).svg, { widthMm: 42 });
const seal = await makeSeal({
  id: '99010000000001',
  name: `${data.authority.name}电子证照专用章`,
  picture: { type: 'png', data: picture, widthMm: 42, heightMm: 42 },
  signers: [sealSigner.certificate],
  createdAt: validity.notBefore,
  validFrom: validity.notBefore,
  validTo: new Date('2031-12-31T23:59:59+08:00'),
  maker,
});

// The licence.
const fonts = new FaceFonts(await notoSans('400Regular/NotoSansSC_400Regular.ttf'));
const sealing = { seal, ...sealSigner };
const license = await issueLicense(data, { type: FOOD_BUSINESS, issuedAt: today, issuer, seal: sealing, fonts });

// What a counter does, offline: it knows the root and the issuer's certificate.
const at = new Date('2026-06-01T09:30:00+08:00');
const trust = new TrustStore({ anchors: [root], certificates: [issuer.certificate] });
const fromPdf = await verifyLicensePdf(license.pdf, { at, trust });
const fromText = await verifyLicenseQr(license.qrText, { at, trust });
const [fromPicture] = await verifyLicensePicture(license.qrPng, { at, trust });

const html = reportHtml(fromPdf, {
  lang: 'zh',
  title: `${FOOD_BUSINESS.name}核验报告`,
  subjectRows: [
    ['证照标识', license.record.identifier],
    ...license.record.face.map(({ label, value }) => [label, value] as const),
    ['核验时间', at.toLocaleString('zh-CN', { timeZone: 'Asia/Shanghai' })],
  ],
  signatureRows: (fromPdf.signatures ?? []).map(() => [['印章', seal.name]]),
  images: [
    { alt: '印章', dataUri: `data:image/png;base64,${Buffer.from(picture).toString('base64')}` },
    { alt: '二维码', dataUri: `data:image/png;base64,${Buffer.from(license.qrPng).toString('base64')}` },
  ],
});

await mkdir('out', { recursive: true });
const outputs = { 'license.pdf': license.pdf, 'seal.png': picture, 'qr.png': license.qrPng, 'report.html': html };
for (const [name, content] of Object.entries(outputs)) {
  await writeFile(`out/${name}`, content);
  console.log(`out/${name}`);
}
console.log(`QR version ${license.qrVersion}-M, ${license.qrText.length} characters`);
const verdicts = { 'sealed PDF': fromPdf, 'QR text': fromText, 'QR picture': fromPicture };
for (const [what, report] of Object.entries(verdicts)) console.log(`${what}: ${report?.verdict}`);
if (Object.values(verdicts).some((report) => report?.verdict !== 'valid')) process.exitCode = 1;
