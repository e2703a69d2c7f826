/** Files that other tools signed, with the verdict that their makers give them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chunksOf, openPdf, signaturesOf, signedRevision } from '@gov/pdf';
import { type Certificate, certificateKid, sameName, TrustStore } from '@gov/pki';
import { readSignedData } from '@gov/pki/cms';
import { readTimestampToken } from '@gov/pki/timestamp';
import { bytesToHex } from '@gov/sm';
import { isGovError } from '@gov/verdict';
import { describe, expect, it } from 'vitest';
import { type PdfSignatureSubject, verifyPdf } from '../src/pdf/index.js';
import { said } from './build.js';

const FOLDER = join(import.meta.dirname, '../../../../shared/data/pdf/signed');
const present = existsSync(FOLDER);
if (!present) console.log(`skipped: no real files at ${FOLDER}`);
const read = (name: string) => new Uint8Array(readFileSync(join(FOLDER, `${name}.pdf`)));

/** Every certificate that the signatures of a file bring, those of their timestamps too. */
function broughtBy(pdf: Uint8Array): Certificate[] {
  return signaturesOf(openPdf(pdf)).flatMap(({ contents }) => {
    const { certificates, signers } = readSignedData(contents!);
    const stamps = signers
      .flatMap(({ unsignedAttributes }) => unsignedAttributes)
      .flatMap(({ values }) => values)
      .flatMap((value) => readTimestampToken(value).signedData.certificates);
    return [...certificates, ...stamps];
  });
}

/**
 * Believes the roots of the file, and a trust list says that its signers may sign: their certificates come from nobody who
 * would say so himself.
 */
function trustIn(pdf: Uint8Array): TrustStore {
  const certificates = broughtBy(pdf);
  const roots = certificates.filter(({ subject, issuer }) => sameName(subject, issuer));
  const signers = certificates.filter(({ basicConstraints }) => basicConstraints?.ca !== true);
  return new TrustStore({
    anchors: roots,
    list: {
      id: 'test',
      sequence: 1,
      issued: new Date('2020-01-01'),
      nextUpdate: new Date('2100-01-01'),
      hardExpiry: new Date('2100-01-01'),
      keys: { current: new Uint8Array() },
      anchors: [],
      issuers: [...roots.filter(({ basicConstraints }) => basicConstraints?.ca !== true), ...signers]
        .filter(({ extendedKeyUsage }) => !extendedKeyUsage?.includes('1.3.6.1.5.5.7.3.8'))
        .map((certificate, index) => ({
          kid: bytesToHex(certificateKid(certificate)),
          index,
          use: 'signer',
          service: 'seal',
          region: 'CN',
          certificate: certificate.bytes,
          from: new Date('2000-01-01'),
          status: 'active' as const,
        })),
    },
  });
}

/** At these moments everything in the file was valid. */
const AT: Readonly<Record<string, string>> = {
  'certified-with-indirect-refs-in-dir': '2020-11-01T01:00:00Z',
  'coverage-one-byterange': '2021-12-01T00:00:00Z',
  'coverage-signature-gap-too-big': '2021-12-01T00:00:00Z',
  'coverage-tail-uncovered': '2021-12-01T00:00:00Z',
  'extensions-direct': '2022-11-16T00:00:00Z',
  'extensions-indirect-not-all-paths': '2022-11-16T00:00:00Z',
  'form-update-override-appearance-stream': '2022-11-23T00:00:00Z',
  'form-update-override-appearance-stream-sneaky': '2022-11-23T00:00:00Z',
  'minimal-signed-twice-no-sig-type': '2020-11-03T00:00:00Z',
  'minimal-two-fields-signed-twice': '2021-01-05T00:00:00Z',
  'pades-lta-dss-indirect-arrs-test': '2020-11-01T00:00:00Z',
  'pdf-sig-with-econtent': '2023-11-22T00:00:00Z',
  'separate-annots-kids-indir': '2020-11-02T00:00:00Z',
  'sig-no-signed-attrs': '2020-11-02T00:00:00Z',
};

const verify = (name: string) => {
  const pdf = read(name);
  return verifyPdf(pdf, { at: new Date(AT[name]!), trust: trustIn(pdf) });
};
const about = (report: Awaited<ReturnType<typeof verify>>) =>
  report.signatures!.map(({ subject }) => subject as PdfSignatureSubject);

describe.skipIf(!present)('files signed by other tools', () => {
  it('are all in the tables below', () => {
    expect(
      readdirSync(FOLDER)
        .map((name) => name.replace('.pdf', ''))
        .sort(),
    ).toEqual(Object.keys(AT).sort());
  });
  it.each<[string, number]>([
    ['certified-with-indirect-refs-in-dir', 1],
    ['minimal-two-fields-signed-twice', 2],
    ['separate-annots-kids-indir', 2],
    ['sig-no-signed-attrs', 1],
    ['pades-lta-dss-indirect-arrs-test', 2],
  ])('%s is valid', async (name, count) => {
    const report = await verify(name);
    expect(report.signatures!.map(({ verdict }) => verdict)).toEqual(Array(count).fill('valid'));
    expect(report.verdict).toBe('valid');
    const failed = report.signatures!.flatMap(({ findings }) => findings.filter(({ outcome }) => outcome === 'fail'));
    expect(failed).toEqual([]);
  });

  // The certificate of their signer had expired ten months before they were made; nothing else is wrong with these.
  it.each(['extensions-direct', 'form-update-override-appearance-stream'])('%s is intact', async (name) => {
    const report = await verify(name);
    expect(report.signatures!.map(said)).toEqual(
      Array(2).fill({ verdict: 'invalid', codes: ['fail certificate-expired-at-signing'] }),
    );
  });

  // Certificates signed with ECDSA on P-521 and SHA-256.
  it('minimal-signed-twice-no-sig-type is valid', async () => {
    const report = await verify('minimal-signed-twice-no-sig-type');
    expect(report.signatures!.map(said)).toEqual(Array(2).fill({ verdict: 'valid', codes: [] }));
  });

  it.each<[string, string[]]>([
    ['coverage-one-byterange', ['fail coverage-byte-range']],
    ['coverage-signature-gap-too-big', ['fail coverage-gap', 'fail coverage-revision']],
    ['coverage-tail-uncovered', ['fail coverage-revision']],
    [
      'pdf-sig-with-econtent',
      ['fail certificate-expired-at-signing', 'fail cms-content-not-detached', 'fail digest-mismatch'],
    ],
  ])('%s is invalid', async (name, codes) => {
    const report = await verify(name);
    expect(report.signatures!.map(said)).toEqual([{ verdict: 'invalid', codes }]);
  });

  it.each(['extensions-indirect-not-all-paths', 'form-update-override-appearance-stream-sneaky'])(
    '%s is reported as modified',
    async (name) => {
      const [first, second] = (await verify(name)).signatures!;
      const about = first!.findings.filter(({ check }) => check === 'coverage');
      expect(about.map(({ outcome }) => outcome)).not.toContain('pass');
      expect(about).not.toEqual([]);
      expect(second!.findings.filter(({ check }) => check === 'coverage').map(({ outcome }) => outcome)).toEqual([
        'pass',
      ]);
    },
  );

  it('what they are, and when they were made', async () => {
    const [signature, timestamp] = about(await verify('pades-lta-dss-indirect-arrs-test'));
    expect(signature).toMatchObject({
      type: 'cms',
      level: 'B-LTA',
      revision: 3,
      pages: [1],
      places: [{ page: 1, rect: [10, 10, 290, 70] }],
      digestAlgorithm: 'SHA-256',
      signingTime: { value: '2020-11-01T00:00:00.000Z', basis: 'proved' },
    });
    expect(timestamp).toMatchObject({ type: 'timestamp', revision: 4, signingTime: { basis: 'proved' } });
    expect(timestamp!.signer).toContain('CN=Time Stamping Authority');
    expect(about(await verify('certified-with-indirect-refs-in-dir'))[0]).toMatchObject({
      level: 'B-B',
      certification: 1,
      signingTime: { value: '2020-11-01T00:00:00.000Z', basis: 'claimed' },
    });
    const [last, first] = about(await verify('minimal-two-fields-signed-twice'));
    expect([last!.revision, first!.revision]).toEqual([2, 1]);
    // Acrobat names no certificate among what it signs: no level of PAdES, whatever else there is.
    expect([last!.level, first!.level]).toEqual([undefined, undefined]);
  });

  it('believed by nobody: intact and authentic, and no more', async () => {
    for (const name of ['sig-no-signed-attrs', 'pades-lta-dss-indirect-arrs-test']) {
      const report = await verifyPdf(read(name), { at: new Date(AT[name]!), trust: new TrustStore({ anchors: [] }) });
      expect(report.verdict).toBe('indeterminate');
      const [first] = report.signatures!;
      expect(said(first!).codes).toContain('unknown path-no-anchor');
      for (const check of ['integrity', 'authenticity', 'coverage'])
        expect(
          first!.findings.filter((finding) => finding.check === check).map(({ outcome }) => outcome),
        ).not.toContain('fail');
    }
  });

  it('give back what they signed', () => {
    const pdf = read('minimal-two-fields-signed-twice');
    const doc = openPdf(pdf);
    for (const signature of signaturesOf(doc)) {
      const revision = signedRevision(doc, signature);
      const [, , start, rest] = signature.byteRange as number[];
      expect(revision.length).toBe(start! + rest!);
      expect(revision.read(0, revision.length)).toEqual(pdf.subarray(0, revision.length));
    }
    const [, first] = signaturesOf(doc);
    expect([...chunksOf(signedRevision(doc, first!), 0, 10)]).toEqual([pdf.subarray(0, 10)]);
    expect(() => signedRevision(doc, first!).read(0, pdf.length)).toThrow('not in the file');
    const short = openPdf(read('coverage-one-byterange'));
    expect(() => signedRevision(short, signaturesOf(short)[0]!)).toThrow('/ByteRange');
  });

  /** Where bytes are signed: everything but the value in the gap, whose case and padding are its own. */
  it.each(['sig-no-signed-attrs', 'pades-lta-dss-indirect-arrs-test', 'minimal-two-fields-signed-twice'])(
    '%s with one byte changed is never valid',
    async (name) => {
      const pdf = read(name);
      const trust = trustIn(pdf);
      const gaps = signaturesOf(openPdf(pdf)).map(({ byteRange }) => byteRange as number[]);
      const signedBytes = Math.max(...gaps.map(([, , start, length]) => start! + length!));
      const survived: number[] = [];
      for (let i = 0, at = 0; i < (process.env.SLOW ? 5000 : 150); i++) {
        at = (at + 7919 * (i + 1)) % signedBytes;
        if (gaps.some(([, start, end]) => at >= start! && at < end!)) continue;
        const changed = pdf.slice();
        changed[at]! ^= 1 << (i % 8);
        try {
          const { verdict } = await verifyPdf(changed, { at: new Date(AT[name]!), trust });
          if (verdict === 'valid') survived.push(at);
        } catch (error) {
          if (!isGovError(error)) throw error;
        }
      }
      expect(survived).toEqual([]);
    },
    120_000,
  );
});
