import { readFileSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';
import { verifyLicenseQr } from '@gov/e-license/qr';
import { readCertificate, TrustStore } from '@gov/pki';
import { decodeBase45 } from '@gov/qr/base45';
import { bytesToHex } from '@gov/sm';
import { describe, expect, it } from 'vitest';

const file = JSON.parse(
  readFileSync(new URL('../../../docs/formats/license-qr-vectors.json', import.meta.url), 'utf8'),
);
const trust = new TrustStore({ anchors: [readCertificate(file.root)], certificates: [readCertificate(file.issuer)] });

describe('the published vectors of the licence QR', () => {
  it.each(file.vectors as { name: string; text: string; verdict: string; codes: string[] }[])(
    '$name: $verdict',
    async (vector) => {
      const report = await verifyLicenseQr(vector.text, { at: new Date(file.at), trust });
      const codes = report.findings.map(({ code }) => code);
      expect(report.verdict).toBe(vector.verdict);
      expect(codes).toEqual(expect.arrayContaining(vector.codes));
    },
  );

  it('opens in the steps that are published', () => {
    const genuine = file.vectors.find(({ name }: { name: string }) => name === 'genuine');
    const deflated = decodeBase45(genuine.text.slice(4));
    expect(bytesToHex(deflated)).toBe(file.genuine.deflated);
    expect(inflateRawSync(deflated).toString('hex')).toBe(file.genuine.message);
    expect(file.genuine.message).toContain(file.genuine.payload);
    expect(file.genuine.message.endsWith(file.genuine.signature)).toBe(true);
  });
});
