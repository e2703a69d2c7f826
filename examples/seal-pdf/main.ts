/**
 * Seals a PDF and verifies it: npx tsx examples/seal-pdf/main.ts [IN.pdf [OUT.pdf]]. Without a file a page is drawn first.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { makeSeal } from '@gov/e-seal';
import { sealPdf, verifyPdf } from '@gov/e-seal/pdf';
import { openFont, roundSeal, sealPng } from '@gov/e-seal/picture';
import { type CertificateUse, TrustStore } from '@gov/pki';
import { issueLeaf, issueRoot } from '@gov/pki/dev-ca';
import { generateSm2Key, sm2Signer } from '@gov/sm';
import { PDFDocument } from 'pdf-lib';

const [input, output] = process.argv.slice(2);
const drawn = await PDFDocument.create();
drawn.addPage([595, 842]).drawText('A page to be sealed', { x: 60, y: 760 });
const pdf = new Uint8Array(input === undefined ? await drawn.save() : await readFile(input));

// Development certificates; real ones come from a CA, and `signer` from a password machine.
const time = new Date();
const validity = {
  notBefore: new Date(time.getTime() - 60_000),
  notAfter: new Date(time.getTime() + 365 * 86_400_000),
};
const rootSigner = sm2Signer(generateSm2Key());
const root = await issueRoot({ subject: 'CN=开发根,O=某省,C=CN', signer: rootSigner, ...validity });
async function issue(use: CertificateUse) {
  const key = generateSm2Key();
  const ca = { certificate: root, signer: rootSigner };
  const subject = `CN=${use},O=某市行政审批局,C=CN`;
  return {
    certificate: await issueLeaf({ ca, use, subject, publicKey: key.publicKey.toSpki(), ...validity }),
    signer: sm2Signer(key),
  };
}
const maker = await issue('seal-maker');
const signer = await issue('signer');

const font = openFont(await readFile('node_modules/@expo-google-fonts/noto-sans-sc/700Bold/NotoSansSC_700Bold.ttf'));
const picture = await sealPng(roundSeal({ name: '某市行政审批局', diameterMm: 42 }, { font }).svg, { widthMm: 42 });
const seal = await makeSeal({
  id: '99010000000001',
  name: '某市行政审批局',
  picture: { type: 'png', data: picture, widthMm: 42, heightMm: 42 },
  signers: [signer.certificate],
  createdAt: time,
  validFrom: validity.notBefore,
  validTo: validity.notAfter,
  maker,
});

const sealed = await sealPdf(pdf, { seal, ...signer, place: { page: 1, xMm: 150, yMm: 60 }, time });
const { verdict } = await verifyPdf(sealed, { at: time, trust: new TrustStore({ anchors: [root] }) });
if (output !== undefined) await writeFile(output, sealed);
console.log(
  `the input is a prefix of the output: ${Buffer.from(sealed).subarray(0, pdf.length).equals(Buffer.from(pdf))}`,
);
console.log(`verdict: ${verdict}`);
