// Certificates and a seal of real size, made up at every start, and what a verifier believes of them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeSeal } from '@gov/e-seal';
import { openFont, roundSeal, sealPng } from '@gov/e-seal/picture';
import { TrustStore } from '@gov/pki';
import { issueLeaf, issueRoot } from '@gov/pki/dev-ca';
import { generateSm2Key, sm2Signer } from '@gov/sm';

export const AUTHORITY = { name: '某市行政审批局', code: '11990100MB0000019L' };

const notBefore = new Date('2026-01-01T00:00:00Z');
const notAfter = new Date('2035-12-31T23:59:59Z');

/** When the bench signs, and when it verifies. */
export const SIGNED = new Date('2026-05-20T02:00:00Z');
export const VERIFIED = new Date('2026-11-22T04:00:00Z');

const rootKey = generateSm2Key();
const root = await issueRoot({
  subject: 'CN=某省电子政务根,O=某省,C=CN',
  signer: sm2Signer(rootKey),
  notBefore,
  notAfter,
});
const ca = { certificate: root, signer: sm2Signer(rootKey) };

/** @param {import('@gov/pki').CertificateUse} use */
async function leaf(use) {
  const key = generateSm2Key();
  const subject = `CN=${use},O=${AUTHORITY.code}${AUTHORITY.name},C=CN`;
  const publicKey = key.publicKey.toSpki();
  return {
    certificate: await issueLeaf({ ca, use, subject, publicKey, notBefore, notAfter }),
    signer: sm2Signer(key),
    publicKey: key.publicKey,
    key,
  };
}

export const issuer = await leaf('license-issuer');
export const sealer = await leaf('signer');

/** What `trust` believes. */
export { root };

/** Keeps what it works out about certificates, as a counter's does. */
export const trust = new TrustStore({ anchors: [root], certificates: [issuer.certificate] });

/** A seal with a drawn picture of 42 mm, as the seal maker draws it. */
export async function drawnSeal() {
  const repository = join(import.meta.dirname, '..');
  const fontFile = join(
    repository,
    'node_modules/@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf',
  );
  const round = { name: AUTHORITY.name, purpose: '电子证照专用章', code: '9901000000001', diameterMm: 42 };
  const { svg } = roundSeal(round, { font: openFont(readFileSync(fontFile)) });
  return makeSeal({
    id: '99010000000001',
    name: `${AUTHORITY.name}电子证照专用章`,
    picture: { type: 'png', data: await sealPng(svg, { widthMm: 42 }), widthMm: 42, heightMm: 42 },
    signers: [sealer.certificate],
    createdAt: notBefore,
    validFrom: notBefore,
    validTo: notAfter,
    maker: await leaf('seal-maker'),
  });
}
