/** Signatures of every kind before foreign programs: poppler's pdfsig, OpenSSL, qpdf. */
import { completePdfSignature, preparePdfSignature, type SignPdfOptions, sealPdf, signPdf } from '@gov/e-seal/pdf';
import { openPdf, signaturesOf } from '@gov/pdf';
import { readSignedData } from '@gov/pki/cms';
import { beforeAll, describe, expect, it } from 'vitest';
import { makePadesWorld, type PadesWorld } from '../../../test/pades-world.js';
import { makeWorld, TIMES, type World } from '../../../test/world.js';
import { tool, workFolder } from '../tools.js';
import { onePage } from './one-page.js';

const qpdf = tool('qpdf');
const pdfsig = tool('pdfsig', '-v');
const openssl = tool('openssl', 'version');

const plain = onePage(595, 842);
let world: PadesWorld;
let national: World;
beforeAll(async () => {
  [world, national] = [await makePadesWorld(), await makeWorld()];
});

const pem = (bytes: Uint8Array) =>
  `-----BEGIN CERTIFICATE-----\n${Buffer.from(bytes).toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
const sign = (change: Partial<SignPdfOptions> = {}, pdf = plain) =>
  signPdf(pdf, { ...world.signer, chain: [world.root.certificate], time: TIMES.signed, ...change });
const lasting = () => ({
  timestamp: world.timestamp,
  validation: { trust: world.trust, revocation: world.revocation, at: TIMES.verified },
});
const dual = () =>
  sealPdf(plain, {
    seal: national.seal,
    ...national.signer,
    place: { page: 1, xMm: 150, yMm: 60 },
    time: TIMES.signed,
    dual: { ...world.signer, chain: [world.root.certificate], timestamp: world.timestamp },
  });
async function twoSteps() {
  const { certificate, signer } = world.signer;
  const pending = await preparePdfSignature(plain, { certificate, algorithm: signer.algorithm, time: TIMES.signed });
  return completePdfSignature(pending, await signer.sign(pending.toSign));
}

/** The value without its padding, and what it covers. */
function parts(pdf: Uint8Array, field: string) {
  const doc = openPdf(pdf);
  const signature = signaturesOf(doc).find(({ fieldName }) => fieldName === field)!;
  const contents = signature.contents!;
  const [, before, after, length] = signature.byteRange as [number, number, number, number];
  const covered = Buffer.concat([pdf.subarray(0, before), pdf.subarray(after, after + length)]);
  return { value: contents.subarray(0, 4 + contents[2]! * 256 + contents[3]!), covered };
}

const KINDS: readonly (readonly [string, () => Promise<Uint8Array>, string])[] = [
  ['B-B with RSA', () => sign(), 'Signature1'],
  ['PKCS#7 with RSA', () => sign({ subFilter: 'adbe.pkcs7.detached' }), 'Signature1'],
  ['B-B with RSA-PSS', async () => sign(await world.leaf('signer', 'RSA-PSS-SHA384')), 'Signature1'],
  ['B-B with ECDSA', async () => sign(await world.leaf('signer', 'ECDSA-P256-SHA256')), 'Signature1'],
  ['B-B with ECDSA on P-384', async () => sign(await world.leaf('signer', 'ECDSA-P384-SHA384')), 'Signature1'],
  ['B-T', () => sign({ timestamp: world.timestamp }), 'Signature1'],
  ['B-LT', () => sign({ level: 'B-LT', ...lasting() }), 'Signature1'],
  ['B-LTA', () => sign({ level: 'B-LTA', ...lasting() }), 'Signature1'],
  ['a certification', () => sign({ certify: 2, lock: { action: 'Include', fields: ['a'] } }), 'Signature1'],
  ['a dual seal', dual, 'Signature2'],
  ['one of two steps', twoSteps, 'Signature1'],
];

describe.each(KINDS)('%s', (name, make, field) => {
  it.skipIf(openssl === undefined)('OpenSSL verifies, and finds the certificate named', async () => {
    using folder = workFolder();
    const { value, covered } = parts(await make(), field);
    const files = ['-in', folder.write('value.der', value), '-content', folder.write('covered', covered)];
    const ca = ['-CAfile', folder.write('ca.pem', pem(world.root.certificate.bytes)), '-purpose', 'any'];
    const moment = ['-attime', String(TIMES.verified.getTime() / 1000)];
    const verify = ['cms', '-verify', '-cades', '-binary', '-inform', 'DER', '-out', folder.write('out', '')];
    const good = openssl!([...verify, ...files, ...ca, ...moment]);
    expect([name, good.status, good.text]).toEqual([name, 0, expect.stringContaining('erification successful')]);
    covered[20] = covered[20]! ^ 1;
    folder.write('covered', covered);
    expect(openssl!([...verify, ...files, ...ca, ...moment]).status).not.toBe(0);
    expect(openssl!(['asn1parse', '-inform', 'DER', '-in', folder.write('value.der', value)]).status).toBe(0);
  });

  it.skipIf(pdfsig === undefined)('pdfsig finds it valid, and invalid once a byte is changed', async () => {
    using folder = workFolder();
    const pdf = await make();
    const said = (text: string) => {
      const own = text.split(/Signature #\d+:/).find((part) => part.includes(`Signature Field Name: ${field}`));
      return /Signature Validation: (.*)/.exec(own ?? text)?.[1];
    };
    const { text } = pdfsig!(['-nocert', folder.write('a.pdf', pdf)]);
    expect([name, said(text)]).toEqual([name, 'Signature is Valid.']);
    const broken = pdf.slice();
    const at = Buffer.from(plain).indexOf('1 0 0 rg');
    broken[at] = 0x30;
    expect(said(pdfsig!(['-nocert', folder.write('b.pdf', broken)]).text)).not.toBe('Signature is Valid.');
  });

  it.skipIf(qpdf === undefined)('qpdf finds no fault', async () => {
    using folder = workFolder();
    expect(qpdf!(['--check', folder.write('a.pdf', await make())])).toMatchObject({ status: 0 });
  });
});

describe.skipIf(openssl === undefined)('timestamps before OpenSSL', () => {
  it.each([
    ['on the signature value', 'Signature1'],
    ['on the document', 'Signature2'],
  ])('%s', async (_, field) => {
    using folder = workFolder();
    const pdf = await sign({ level: 'B-LTA', ...lasting() });
    const { value, covered } = parts(pdf, field);
    const [signer] = readSignedData(value).signers;
    const document = field === 'Signature2';
    const token = document ? value : signer!.unsignedAttributes[0]!.values[0]!;
    const data = document ? covered : signer!.signature;
    const verify = (bytes: Uint8Array) =>
      openssl!([
        ...['ts', '-verify', '-token_in', '-in', folder.write('token', token), '-data', folder.write('data', bytes)],
        ...['-CAfile', folder.write('ca.pem', pem(world.root.certificate.bytes))],
        ...['-attime', String(TIMES.verified.getTime() / 1000)],
      ]);
    expect(verify(data)).toMatchObject({ status: 0, text: expect.stringContaining('Verification: OK') });
    expect(verify(Uint8Array.of(...data.subarray(1), 0)).status).not.toBe(0);
  });
});
