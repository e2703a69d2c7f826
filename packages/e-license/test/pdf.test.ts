import { readFileSync } from 'node:fs';
import { FOOD_BUSINESS, type LicenseData, parseLicenseData } from '@gov/e-license';
import { drawFace, FaceFonts } from '@gov/e-license/face';
import { issueLicense, QR_ATTACHMENT, RECORD_ATTACHMENT, verifyLicensePdf } from '@gov/e-license/pdf';
import { verifyLicensePicture } from '@gov/e-license/picture';
import type { LicenseStatusSource } from '@gov/e-license/qr';
import { makeSeal } from '@gov/e-seal';
import { sealPdf } from '@gov/e-seal/pdf';
import { beginUpdate, embeddedFiles, openPdf, PdfDict, PdfStream } from '@gov/pdf';
import { TrustStore } from '@gov/pki';
import { qrCode, qrPng } from '@gov/qr/draw';
import type { Finding, Report } from '@gov/verdict';
import { PDFDocument } from 'pdf-lib';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Holder, makeLeaf, makeWorld, sealOptions, TIMES, type World } from '../../../test/world.js';

const sample = JSON.parse(
  readFileSync(new URL('../../../examples/license/food-business.json', import.meta.url), 'utf8'),
);
const fonts = new FaceFonts(
  readFileSync(
    new URL(
      '../../../node_modules/@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf',
      import.meta.url,
    ),
  ),
);

let world: World;
let data: LicenseData;
let issued: Awaited<ReturnType<typeof issueLicense>>;

beforeAll(async () => {
  world = await makeWorld();
  data = parseLicenseData(sample, [FOOD_BUSINESS]);
  issued = await issue();
});

const issue = (changes: Partial<Parameters<typeof issueLicense>[1]> = {}, of = data) =>
  issueLicense(of, {
    type: FOOD_BUSINESS,
    issuedAt: TIMES.signed,
    issuer: world.issuer,
    seal: { seal: world.seal, ...world.signer },
    fonts,
    ...changes,
  });

const verify = (pdf: Uint8Array, trust = world.trust): Promise<Report> =>
  verifyLicensePdf(pdf, { at: TIMES.verified, trust });

const codes = (report: Report, outcome: Finding['outcome']): string[] => [
  ...new Set(
    [report, ...(report.signatures ?? [])].flatMap(({ findings }) =>
      findings.filter((one) => one.outcome === outcome).map(({ code }) => code),
    ),
  ),
];

/** A face with attachments of one's own choice, sealed by somebody. */
async function sealedFace(
  attachments: Readonly<Record<string, string | Uint8Array>>,
  by: { readonly signer: Holder; readonly maker?: Holder } = { signer: world.signer },
): Promise<Uint8Array> {
  const face = await drawFace(
    {
      title: '食品经营许可证',
      number: 'JY1',
      identifier: '1',
      rows: [],
      authority: '某市',
      issueDate: '2026-05-20',
      qr: qrCode('EL1:'),
      qrCaption: '二维码',
      attachments: Object.entries(attachments).map(([name, content]) => ({
        name,
        mimeType: 'text/plain',
        relationship: 'Data',
        bytes: typeof content === 'string' ? new TextEncoder().encode(content) : content,
      })),
    },
    { fonts, createdAt: TIMES.signed },
  );
  const seal = await makeSeal(sealOptions(world.maker, [by.signer]));
  return sealPdf(face.pdf, { seal, ...by.signer, place: { page: 1, xMm: 230, yMm: 40 }, time: TIMES.signed });
}

const record = () => JSON.stringify(issued.record);

describe('a licence', () => {
  it('is issued in one act and verified offline from its PDF', async () => {
    const report = await verify(issued.pdf);
    expect(codes(report, 'fail')).toEqual([]);
    expect(report.verdict).toBe('valid');
    expect(codes(report, 'pass')).toEqual(
      expect.arrayContaining(['seal-issuer-ok', 'face-data-ok', 'coverage-whole-file']),
    );
    expect(report.subject).toMatchObject({ kind: 'license-pdf', pages: 1, license: { typeName: '食品经营许可证' } });
  });

  it('is not valid for who asks for its status and is not told', async () => {
    const status: LicenseStatusSource = {
      check: async () => [{ check: 'status', outcome: 'unknown', code: 'status-unavailable' }],
    };
    const report = await verifyLicensePdf(issued.pdf, { at: TIMES.verified, trust: world.trust, status });
    expect([report.verdict, codes(report, 'fail')]).toEqual(['indeterminate', []]);
    expect(report.required).toContain('status');
  });

  it('carries the QR text and its record, and stays under 300 KB', () => {
    const files = embeddedFiles(openPdf(issued.pdf));
    const contentOf = (name: string) => new TextDecoder().decode(files.find((file) => file.name === name)?.bytes());
    expect(contentOf(QR_ATTACHMENT)).toBe(issued.qrText);
    expect(JSON.parse(contentOf(RECORD_ATTACHMENT))).toEqual(issued.record);
    expect(issued.pdf.length).toBeLessThanOrEqual(300 * 1024);
    expect(issued.qrVersion).toBeLessThanOrEqual(20);
  });

  it('is verified from the picture of its QR', async () => {
    const reports = await verifyLicensePicture(issued.qrPng, { at: TIMES.verified, trust: world.trust });
    expect(reports.map(({ verdict }) => verdict)).toEqual(['valid']);
  });

  it('makes its serial from the number, or takes one', async () => {
    expect(issued.record.identifier).toBe(
      '1.2.156.3005.2.11100000MB0000000P001.11990100MB0000019L.JY29901010000013.001.E',
    );
    const other = await issue({ serial: '0000001' });
    expect(other.record.identifier).toContain('.0000001.001.');
    await expect(issue({}, { ...data, number: '食药许1' })).rejects.toMatchObject({ code: 'invalid-argument' });
  });

  it('is refused with another type, and with a character that no font has', async () => {
    await expect(issue({}, { ...data, type: '11100000MB0000000P002' })).rejects.toMatchObject({
      code: 'license-type-unknown',
    });
    const rare = { ...data, holders: [{ ...data.holders[0]!, name: '某市𬎆餐饮有限公司' }] };
    await expect(issue({}, rare)).rejects.toMatchObject({
      code: 'glyph-missing',
      message: expect.stringContaining('U+2C386'),
    });
  });
});

describe('a licence PDF that is not what it seems', () => {
  it('fails for a genuine QR on another body’s sealed face', async () => {
    const other = await makeLeaf(world.root, 'signer', { subject: 'CN=x,O=11990100MB0000027F另一市行政审批局,C=CN' });
    const report = await verify(
      await sealedFace({ [QR_ATTACHMENT]: issued.qrText, [RECORD_ATTACHMENT]: record() }, { signer: other }),
    );
    expect(report.verdict).toBe('invalid');
    expect(codes(report, 'fail')).toEqual(['seal-issuer-mismatch']);
  });

  it('fails where the face says something else than the QR, anywhere', async () => {
    const spoil: readonly [
      string,
      (copy: { data: Record<string, unknown>; identifier: string; face: Record<string, unknown>[] }) => void,
    ][] = [
      [
        'identifier',
        (copy) => {
          copy.identifier = copy.identifier.replace('013.', '014.');
        },
      ],
      [
        'number',
        (copy) => {
          copy.data.number = 'JY0';
        },
      ],
      [
        'authority',
        (copy) => {
          copy.data.authority = { name: '另一局', code: '11990100MB0000019L' };
        },
      ],
      [
        'valid to',
        (copy) => {
          copy.data.validTo = '2099-01-01';
        },
      ],
      [
        'valid from',
        (copy) => {
          copy.data.validFrom = '2020-01-01';
        },
      ],
      [
        'holder',
        (copy) => {
          copy.data.holders = [{ name: '别人', code: '91990100MA00000073', codeType: '001' }];
        },
      ],
      [
        'longer holder',
        (copy) => {
          const [holder] = copy.data.holders as { name: string }[];
          holder!.name += '二';
        },
      ],
      [
        'holders',
        (copy) => {
          copy.data.holders = [];
        },
      ],
      [
        'field',
        (copy) => {
          copy.face.find(({ qrLabel }) => qrLabel === 2)!.value = '别处';
        },
      ],
      [
        'field missing',
        (copy) => {
          copy.face = copy.face.filter(({ qrLabel }) => qrLabel !== 2);
        },
      ],
      [
        'field twice',
        (copy) => {
          copy.face.push({ ...copy.face.find(({ qrLabel }) => qrLabel === 2)! });
        },
      ],
    ];
    for (const [what, change] of spoil) {
      const copy = JSON.parse(record());
      change(copy);
      const report = await verify(
        await sealedFace({ [QR_ATTACHMENT]: issued.qrText, [RECORD_ATTACHMENT]: JSON.stringify(copy) }),
      );
      expect(codes(report, 'fail'), what).toEqual(['face-data-mismatch']);
    }
    for (const text of ['', '[]', 'null', '{"data":1}', '\u0000']) {
      const report = await verify(await sealedFace({ [QR_ATTACHMENT]: issued.qrText, [RECORD_ATTACHMENT]: text }));
      expect(codes(report, 'fail'), text).toEqual(['face-data-mismatch']);
    }
  });

  it('takes names for the same whose dot is written in another way, and no others', async () => {
    const dotted = { ...data, holders: [{ ...data.holders[0]!, name: '买买提·阿不都餐饮店' }] };
    const own = await issue({}, dotted);
    const shown = async (name: string) => {
      const copy = JSON.parse(JSON.stringify(own.record));
      copy.data.holders[0].name = name;
      return verify(await sealedFace({ [QR_ATTACHMENT]: own.qrText, [RECORD_ATTACHMENT]: JSON.stringify(copy) }));
    };
    for (const dot of '·•・．') {
      const report = await shown(`买买提${dot}阿不都餐饮店`);
      expect([dot, codes(report, 'fail')]).toEqual([dot, []]);
      expect(codes(report, 'pass')).toContain('face-data-ok');
    }
    for (const name of ['买买提阿不都餐饮店', '买买提-阿不都餐饮店', '买买·提阿不都餐饮店', '买买提··阿不都餐饮店'])
      expect([name, codes(await shown(name), 'fail')]).toEqual([name, ['face-data-mismatch']]);
  });

  it('is indeterminate without record, and without a QR', async () => {
    const bare = await verify(await sealedFace({ [QR_ATTACHMENT]: issued.qrText }));
    expect([bare.verdict, codes(bare, 'unknown')]).toEqual([
      'indeterminate',
      expect.arrayContaining(['face-data-missing']),
    ]);
    const none = await verify(await sealedFace({ [RECORD_ATTACHMENT]: record() }));
    expect([none.verdict, codes(none, 'unknown')]).toEqual(['indeterminate', expect.arrayContaining(['qr-missing'])]);
  });

  it('is indeterminate without a seal, however good the QR', async () => {
    const revision = openPdf(issued.pdf).revisions[0]!;
    const report = await verify(issued.pdf.slice(0, revision.end));
    expect(report.verdict).toBe('indeterminate');
    expect(codes(report, 'unknown')).toContain('no-signature');
    expect(codes(report, 'pass')).toContain('signature-ok');
  });

  it('reads the QR from what the first seal covers, not from what came later', async () => {
    const twice = await sealPdf(issued.pdf, {
      seal: world.seal,
      ...world.signer,
      place: { page: 1, xMm: 60, yMm: 150 },
      time: TIMES.signed,
    });
    expect((await verify(twice)).verdict).toBe('valid');
  });

  it('compares with the seal that was put on first', async () => {
    const other = await makeLeaf(world.root, 'signer', { subject: 'CN=x,O=11990100MB0000027F另一市行政审批局,C=CN' });
    const seal = await makeSeal(sealOptions(world.maker, [other]));
    const report = await verify(
      await sealPdf(issued.pdf, { seal, ...other, place: { page: 1, xMm: 60, yMm: 150 }, time: TIMES.signed }),
    );
    expect([report.verdict, codes(report, 'pass')]).toEqual(['valid', expect.arrayContaining(['seal-issuer-ok'])]);
  });

  it('reads what was sealed although a later update puts another QR in its place', async () => {
    const doc = openPdf(issued.pdf);
    const { ref } = embeddedFiles(doc).find(({ name }) => name === QR_ATTACHMENT)!;
    const update = beginUpdate(doc);
    update.replace(ref, new PdfStream(PdfDict.of({}), new TextEncoder().encode('EL1:ANOTHER')));
    const report = await verify(Buffer.concat([issued.pdf, update.toTail()]));
    expect(report.verdict).toBe('invalid');
    expect(codes(report, 'fail')).toEqual(['catalog-changed']);
    expect(report.subject).toMatchObject({ license: { typeName: '食品经营许可证' } });
  });

  it('takes neither of two files of one name', async () => {
    const twice = await PDFDocument.create();
    twice.addPage([842, 595]);
    for (const text of [issued.qrText, 'EL1:ANOTHER'])
      await twice.attach(new TextEncoder().encode(text), QR_ATTACHMENT);
    const pdf = await sealPdf(await twice.save(), {
      seal: world.seal,
      ...world.signer,
      place: { page: 1, xMm: 60, yMm: 60 },
      time: TIMES.signed,
    });
    expect(codes(await verify(pdf), 'unknown')).toContain('qr-missing');
  });

  it('fails when any byte is changed', async () => {
    const step = Math.floor(issued.pdf.length / (process.env.SLOW === undefined ? 60 : 2000));
    for (let at = 0; at < issued.pdf.length; at += step) {
      const changed = issued.pdf.slice();
      changed[at]! ^= 0x01;
      const verdict = await verify(changed).then(
        (report) => report.verdict,
        (error) => error.code,
      );
      // Only the case of a hexadecimal digit of /Contents means nothing, and one bit of 0x01 is no case.
      expect(verdict, `byte ${at}`).not.toBe('valid');
    }
  });

  it('fails for a QR that is no QR', async () => {
    const report = await verify(await sealedFace({ [QR_ATTACHMENT]: 'EL1:???', [RECORD_ATTACHMENT]: record() }));
    expect(codes(report, 'fail')).toEqual(['qr-base45']);
  });

  it('is indeterminate for a reader who knows neither root nor issuer', async () => {
    const report = await verify(issued.pdf, new TrustStore({ anchors: [] }));
    expect(report.verdict).toBe('indeterminate');
    expect(codes(report, 'unknown')).toEqual(expect.arrayContaining(['issuer-unknown', 'path-no-anchor']));
  });

  it('throws for what is no PDF, and for a picture without a code', async () => {
    await expect(verify(new TextEncoder().encode('EL1:'))).rejects.toMatchObject({ code: 'pdf-malformed' });
    const options = { at: TIMES.verified, trust: world.trust };
    await expect(verifyLicensePicture(new Uint8Array(10), options)).rejects.toMatchObject({ code: 'image-malformed' });
    const blank = qrPng({ version: 1, level: 'M', size: 21, quietZone: 4, modules: new Array(441).fill(false) });
    await expect(verifyLicensePicture(blank, options)).rejects.toMatchObject({ code: 'qr-not-found' });
    const [foreign] = await verifyLicensePicture(qrPng(qrCode('https://example.cn/')), options);
    expect(codes(foreign!, 'fail')).toEqual(['qr-prefix']);
  });
});
