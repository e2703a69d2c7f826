import { decodeStream, openPdf, type PdfArray, type PdfDict, type PdfDocument, PdfName, PdfStream } from '@gov/pdf';
import { generateSm2Key, sm2Signer } from '@gov/sm';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeLeaf, makeWorld, sealOptions, TIMES, type World } from '../../../test/world.js';
import { ENCRYPTED } from '../../pdf/test/encrypted-files.js';
import { makeSeal, readSesSignature, type Seal } from '../src/index.js';
import { PDF_SEAL_NAMES, PdfSealer, type SealPdfOptions, sealPdf, seenSize, verifyPdf } from '../src/pdf/index.js';
import { codeOf, concat, latin, said } from './build.js';
import { buildPdf, contentsOf, letterL, type PageOptions, placed, sealed, signatures } from './pdf-build.js';

let world: World;
let plain: Uint8Array;
/** 20 × 30 mm, an L. */
let tall: Seal;
beforeAll(async () => {
  world = await makeWorld();
  plain = buildPdf();
  tall = await sealWith(letterL(40, 60), 20, 30);
});

const sealWith = (data: Uint8Array, widthMm = 42, heightMm = 42, type = 'png') =>
  makeSeal({ ...sealOptions(world.maker, [world.signer]), picture: { type, data, widthMm, heightMm } });
const verify = (pdf: Uint8Array) => verifyPdf(pdf, { at: TIMES.verified, trust: world.trust });
const seal = (change: Partial<SealPdfOptions> = {}, pdf = plain) => sealed(pdf, world, change);
const placeAt = (xMm: number, yMm: number, page = 1) => ({ page, xMm, yMm });
const dict = (doc: PdfDocument, object: Parameters<PdfDocument['resolve']>[0]): PdfDict => {
  const value = doc.resolve(object);
  return value instanceof PdfStream ? value.dict : (value as PdfDict);
};

describe('a sealed file', () => {
  it('begins with the input, which is untouched, and is valid', async () => {
    const before = plain.slice();
    const out = await seal();
    expect(plain).toEqual(before);
    expect(out.subarray(0, plain.length)).toEqual(plain);
    const report = await verify(out);
    expect(report.verdict).toBe('valid');
    expect(report.subject).toEqual({ kind: 'pdf', bytes: out.length, pages: 1, revisions: 2 });
    expect(report.signatures?.map(said)).toEqual([{ verdict: 'valid', codes: [] }]);
    expect(report.signatures?.[0]?.unchecked).toEqual(['revocation-not-checked']);
    expect(report.signatures?.[0]?.subject).toMatchObject({
      kind: 'pdf-signature',
      field: 'Signature1',
      filter: 'Gomain.GMPkiLite',
      subFilter: 'GM.sm2seal',
      revision: 2,
      pages: [1],
      seal: { propertyInfo: 'GM.sm2seal', seal: { name: '某市行政审批局' } },
    });
  });

  it('is the same every time but for the signature value', async () => {
    const [first, second] = [await seal(), await seal()];
    const { start, end } = contentsOf(first);
    const without = (pdf: Uint8Array) => concat(pdf.subarray(0, start), pdf.subarray(end));
    expect(without(second)).toEqual(without(first));
    expect(second).not.toEqual(first);
  });

  it('says what it was told to', async () => {
    const out = await seal({ filter: 'A.B', subFilter: 'C.D', reason: '同意', location: 'Beijing' });
    expect(signatures(out)).toMatchObject([
      { filter: 'A.B', subFilter: 'C.D', reason: '同意', location: 'Beijing', name: '某市行政审批局' },
    ]);
    expect(signatures(out)[0]?.signingTime).toBe("D:20260520100000+08'00'");
    expect(readSesSignature(signatures(out)[0]!.contents!, { padded: true }).propertyInfo).toBe('C.D');
    expect((await verify(out)).verdict).toBe('valid');
    expect(signatures(await seal())).toMatchObject([PDF_SEAL_NAMES]);
  });

  it('is the same from a sealer kept for many', async () => {
    const { place, time, ...own } = placed(world);
    const sealer = new PdfSealer(own);
    const others = [
      buildPdf({ pages: [{ keys: '/Rotate 90' }] }),
      buildPdf({ pages: [{ mediaBox: '[9 9 700 700]' }] }),
    ];
    for (const pdf of [plain, ...others, plain]) {
      const [out, single] = [await sealer.seal(pdf, { place, time }), await seal({}, pdf)];
      expect((await verify(out)).verdict).toBe('valid');
      const { start } = contentsOf(single);
      expect(out.subarray(0, start)).toEqual(single.subarray(0, start));
    }
    expect(await codeOf(() => sealer.seal(plain, { place: placeAt(0, 100), time }))).toBe('seal-outside-page');
    expect(await codeOf(() => sealer.seal(plain, { place, time: TIMES.certificatesTo }))).toBe('seal-expired');
  });

  it('reserves what it needs and hardly more', async () => {
    const { start, end, used } = contentsOf(await seal());
    expect((end - start - 2) / 2 - used).toBeLessThanOrEqual(4);
  });

  it('draws one image, multiplied', async () => {
    const sealed = await seal();
    const doc = openPdf(sealed);
    const [signature] = signatures(sealed);
    const form = doc.get(signature!.widgets[0]!.appearance!) as PdfStream;
    const resources = dict(doc, form.dict.get('Resources'));
    const state = dict(doc, dict(doc, resources.get('ExtGState')).get('GS'));
    expect(state.get('BM')).toEqual(new PdfName('Multiply'));
    const image = doc.resolve(dict(doc, resources.get('XObject')).get('Seal')) as PdfStream;
    expect(image.dict.get('Width')).toBe(24);
    const samples = decodeStream(doc, image);
    const mask = decodeStream(doc, doc.resolve(image.dict.get('SMask')) as PdfStream);
    expect(samples).toHaveLength(24 * 24 * 3);
    expect([...samples.subarray(36, 39), mask[12], mask[0], mask[12 * 24 + 12]]).toEqual([0xd6, 0, 0x0f, 255, 0, 0]);
    expect(new TextDecoder().decode(decodeStream(doc, form))).toBe(
      'q /GS gs 119.0551 0 0 119.0551 0 0 cm /Seal Do Q\n',
    );
  });
});

describe('several seals', () => {
  const two = () => buildPdf({ pages: [{}, { keys: '/Rotate 90' }, {}] });

  it('stay valid, three in a row, on one page or on three', async () => {
    for (const pages of [
      [1, 1, 1],
      [1, 2, 3],
      [3, 1, 3],
    ]) {
      let pdf = two();
      for (const [i, page] of pages.entries()) {
        const next = await seal({ place: placeAt(60 + 10 * i, 100, page) }, pdf);
        expect(next.subarray(0, pdf.length)).toEqual(pdf);
        pdf = next;
      }
      const report = await verify(pdf);
      expect(report.signatures?.map(said)).toEqual(Array(3).fill({ verdict: 'valid', codes: [] }));
      expect(report.signatures?.map((one) => (one.subject as { pages: number[] }).pages)).toEqual(
        pages.map((page) => [page]),
      );
      const found = report.signatures?.map(({ findings }) =>
        findings.some(({ code }) => code === 'coverage-whole-file'),
      );
      expect(found).toEqual([false, false, true]);
    }
  });

  it('of two signers with two seals', async () => {
    const other = await makeLeaf(world.root, 'signer', { subject: 'CN=other,C=CN' });
    const own = await makeSeal({
      ...sealOptions(world.maker, [other]),
      picture: { type: 'png', data: letterL(20, 20), widthMm: 30, heightMm: 30 },
    });
    const pdf = await seal({ seal: own, ...other }, await seal());
    expect((await verify(pdf)).signatures?.map(said)).toEqual(Array(2).fill({ verdict: 'valid', codes: [] }));
  });

  it('that are not square, on a turned page', async () => {
    const turned = buildPdf({ pages: [{ keys: '/Rotate 90' }] });
    const pdf = await seal({ seal: tall, place: placeAt(60, 100) }, await seal({ seal: tall }, turned));
    expect((await verify(pdf)).signatures?.map(said)).toEqual(Array(2).fill({ verdict: 'valid', codes: [] }));
  });

  it('the worst one counts', async () => {
    const stranger = await makeWorld();
    const pdf = await sealed(await seal(), stranger);
    const report = await verify(pdf);
    expect(report.verdict).toBe('indeterminate');
    expect(report.signatures?.map(({ verdict }) => verdict)).toEqual(['valid', 'indeterminate']);
  });
});

/** Where a point of user space is on the page as seen: turned about the middle of the crop box, millimetres from lower left. */
function seen([x, y]: readonly [number, number], box: readonly number[], rotate: number, userUnit: number) {
  const [x1, y1, x2, y2] = box as [number, number, number, number];
  const turn = (-rotate * Math.PI) / 180;
  const [dx, dy] = [x - (x1 + x2) / 2, y - (y1 + y2) / 2];
  const [u, v] = [dx * Math.cos(turn) - dy * Math.sin(turn), dx * Math.sin(turn) + dy * Math.cos(turn)];
  const sides = [(x2 - x1) / 2, (y2 - y1) / 2];
  const [halfWidth, halfHeight] = rotate % 180 === 0 ? sides : sides.reverse();
  const mm = (userUnit * 25.4) / 72;
  return [(u + halfWidth!) * mm, (v + halfHeight!) * mm] as const;
}

const BOXES: readonly (readonly [string, PageOptions, readonly number[], number])[] = [
  ['A4', {}, [0, 0, 595.276, 841.89], 1],
  ['an odd origin', { mediaBox: '[-100 50.5 500 900]' }, [-100, 50.5, 500, 900], 1],
  ['corners the other way round', { mediaBox: '[500 900 -100 50.5]' }, [-100, 50.5, 500, 900], 1],
  ['a crop box', { keys: '/CropBox[100 200 500 700]' }, [100, 200, 500, 700], 1],
  ['a crop box that reaches outside', { keys: '/CropBox[-50 200 500 9000]' }, [0, 200, 500, 841.89], 1],
  ['a larger unit', { mediaBox: '[10 20 300 400]', keys: '/UserUnit 2.5' }, [10, 20, 300, 400], 2.5],
  ['a smaller unit', { mediaBox: '[0 0 2000 3000]', keys: '/UserUnit 0.5' }, [0, 0, 2000, 3000], 0.5],
];

describe('the place of a seal', () => {
  for (const [name, page, box, userUnit] of BOXES)
    for (const rotate of [0, 90, 180, 270, -90, 450]) {
      it(`${name}, turned by ${rotate}`, async () => {
        const turned = ((rotate % 360) + 360) % 360;
        const pdf = buildPdf({ pages: [{ ...page, keys: `${page.keys ?? ''}/Rotate ${rotate}` }] });
        const out = await seal({ seal: tall, place: placeAt(37.5, 61.25) }, pdf);
        expect((await verify(out)).verdict).toBe('valid');
        const doc = openPdf(out);
        const { rect, appearance } = signatures(out)[0]!.widgets[0]!;
        const [x1, y1, x2, y2] = rect!;
        const corners = [seen([x1, y1], box, turned, userUnit), seen([x2, y2], box, turned, userUnit)];
        const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
        expect(Math.min(...xs)).toBeCloseTo(27.5, 3);
        expect(Math.max(...xs)).toBeCloseTo(47.5, 3);
        expect(Math.min(...ys)).toBeCloseTo(46.25, 3);
        expect(Math.max(...ys)).toBeCloseTo(76.25, 3);
        // The picture stands upright: the corners of the unit square are those of the rectangle as seen.
        const form = doc.get(appearance!) as PdfStream;
        expect((doc.resolve(form.dict.get('BBox')) as PdfArray).items.slice(0, 2)).toEqual([0, 0]);
        const [a, b, c, d, e, f] = /q \/GS gs (.*) cm/
          .exec(latin(decodeStream(doc, form)))![1]!
          .split(' ')
          .map(Number) as [number, number, number, number, number, number];
        const at = (u: number, v: number) =>
          seen([x1 + a * u + c * v + e, y1 + b * u + d * v + f], box, turned, userUnit).map((mm) =>
            Number(mm.toFixed(2)),
          );
        expect([at(0, 0), at(1, 0), at(0, 1)]).toEqual([
          [27.5, 46.25],
          [47.5, 46.25],
          [27.5, 76.25],
        ]);
      });
    }

  it('is wholly on the page, to its edge', async () => {
    const page = { mediaBox: '[30 40 313.4646 606.9291]' }; // 100 × 200 mm
    for (const [rotate, width, height] of [
      [0, 100, 200],
      [90, 200, 100],
      [180, 100, 200],
      [270, 200, 100],
    ] as const) {
      const pdf = buildPdf({ pages: [{ ...page, keys: `/Rotate ${rotate}` }] });
      const { widthMm, heightMm } = seenSize(openPdf(pdf).page(1));
      expect(widthMm).toBeCloseTo(width, 3);
      expect(heightMm).toBeCloseTo(height, 3);
      const codeAt = (xMm: number, yMm: number) => codeOf(() => seal({ seal: tall, place: placeAt(xMm, yMm) }, pdf));
      for (const [xMm, yMm] of [
        [10, 15],
        [width - 10, 15],
        [10, height - 15],
        [width - 10, height - 15],
      ] as const) {
        expect(await codeAt(xMm, yMm)).toBe('nothing thrown');
        const [outX, outY] = [Math.sign(xMm - width / 2) * 0.02, Math.sign(yMm - height / 2) * 0.02];
        expect(await codeAt(xMm + outX, yMm)).toBe('seal-outside-page');
        expect(await codeAt(xMm, yMm + outY)).toBe('seal-outside-page');
      }
    }
  });

  it('is a number, on a page that is there', async () => {
    expect(await codeOf(() => seal({ place: placeAt(Number.NaN, 100) }))).toBe('invalid-argument');
    expect(await codeOf(() => seal({ place: placeAt(100, Number.POSITIVE_INFINITY) }))).toBe('invalid-argument');
    for (const page of [0, -1, 2, 1.5, Number.NaN])
      expect(await codeOf(() => seal({ place: placeAt(100, 100, page) }))).toBe('pdf-page-missing');
  });

  it('is not outside the crop box, though inside the media box', async () => {
    const pdf = buildPdf({ pages: [{ keys: '/CropBox[0 0 100 100]' }] });
    expect(await codeOf(() => seal({ place: placeAt(21, 21) }, pdf))).toBe('seal-outside-page');
  });
});

describe('is refused', () => {
  it.each<[string, () => Promise<Partial<SealPdfOptions>> | Partial<SealPdfOptions>, string]>([
    ['with the key of somebody else', () => ({ signer: sm2Signer(generateSm2Key()) }), 'key-mismatch'],
    ['by one who is not in the list', () => world.issuer, 'signer-not-in-seal'],
    ['with a seal that has expired', () => ({ time: new Date('2031-02-01') }), 'seal-expired'],
    ['with a seal that is not yet valid', () => ({ time: new Date('2026-01-31') }), 'seal-not-yet-valid'],
    ['at no time', () => ({ time: new Date(Number.NaN) }), 'invalid-argument'],
    ['for a file past the limit', () => ({ limits: { fileBytes: 100 } }), 'pdf-limit'],
  ])('%s', async (_, change, code) => {
    const given = await change();
    expect(await codeOf(() => seal(given))).toBe(code);
  });

  it("outside the certificate's time", async () => {
    const [notBefore, notAfter] = [new Date('2026-05-01'), new Date('2026-05-31')];
    const brief = await makeLeaf(world.root, 'signer', { notBefore, notAfter });
    const own = await makeSeal(sealOptions(world.maker, [brief]));
    const at = (time: Date) => codeOf(() => seal({ seal: own, ...brief, time }));
    expect(await at(notBefore)).toBe('nothing thrown');
    expect(await at(new Date('2026-04-30T23:59:59Z'))).toBe('certificate-not-yet-valid');
    expect(await at(new Date('2026-05-31T00:00:01Z'))).toBe('certificate-expired');
  });

  it.each<[string, () => Uint8Array, string]>([
    ['nothing', () => new Uint8Array(), 'pdf-malformed'],
    ['text', () => Uint8Array.from('hello', (c) => c.charCodeAt(0)), 'pdf-malformed'],
    ['a file cut short', () => plain.subarray(0, plain.length - 30), 'pdf-malformed'],
    [
      'a file whose encryption is none',
      () => Uint8Array.from(latin(plain).replace('/Root', '/Encrypt 1 0 R/Root'), (c) => c.charCodeAt(0)),
      'pdf-malformed',
    ],
    ['an encrypted file', () => ENCRYPTED['aes-256']!.file, 'pdf-encrypted'],
    [
      'a certified file',
      () =>
        buildPdf({
          catalog: '/Perms<</DocMDP 5 0 R>>',
          objects: ['<</Type/Sig/Reference[<</TransformMethod/DocMDP/TransformParams<</P 1>>>>]>>'],
        }),
      'pdf-certified',
    ],
  ])('for %s', async (_, make, code) => {
    expect(await codeOf(() => sealPdf(make(), placed(world)))).toBe(code);
  });
});
