/** What later signatures of other kinds than seals may show over what earlier ones cover. */
import {
  openPdf,
  type PdfRectangle,
  prepareSignature,
  prepareSignatureInField,
  type SignatureAppearance,
  signaturesOf,
} from '@gov/pdf';
import { signCms } from '@gov/pki/cms';
import type { Report } from '@gov/verdict';
import { beforeAll, describe, expect, it } from 'vitest';
import { SEAL_PNG } from '../../../test/world.js';
import { signPdf, verifyPdf } from '../src/pdf/index.js';
import { ascii, concat, flipped } from './build.js';
import { append, buildPdf, textOf } from './pdf-build.js';
import {
  AT,
  cmsSigned,
  documentStamped,
  each,
  fieldSigned,
  later,
  makeSigners,
  octetString,
  SIGNED,
  type SignersWorld,
} from './pdf-signed.js';

let world: SignersWorld;
let stranger: SignersWorld;
let once: Uint8Array;
const RECT: PdfRectangle = [100, 100, 200, 150];
const painted: SignatureAppearance = { bbox: [0, 0, 100, 50], content: ascii('1 g 0 0 100 50 re f') };
const blank: SignatureAppearance = { bbox: [0, 0, 100, 50], content: ascii('\n \t\r\n') };
const drawn = { rect: RECT, appearance: painted };
beforeAll(async () => {
  world = await makeSigners();
  stranger = await makeSigners();
  once = await cmsSigned(buildPdf(), { holder: world.ecdsa, signingTime: SIGNED, ...drawn });
});

const verify = (pdf: Uint8Array) => verifyPdf(pdf, { at: AT, trust: world.trust });
const covering = (report: Report) =>
  report.signatures!.map(({ findings }) =>
    findings.filter(({ code }) => code === 'signature-covers-content').map(({ outcome }) => outcome),
  );
const cms = (parts: Partial<Parameters<typeof cmsSigned>[1]> = {}, pdf = once) =>
  cmsSigned(pdf, { holder: world.ecdsa, signingTime: SIGNED, ...parts });

describe('a later CMS signature', () => {
  it('hides nothing of the page, however genuine it is', async () => {
    const report = await verify(await cms(drawn));
    expect(covering(report)).toEqual([['unknown'], []]);
    expect(report.verdict).toBe('indeterminate');
  });

  it('may draw where the page shows nothing', async () => {
    const signed = (parts: object) => cms({ ...drawn, ...parts }, empty);
    const empty = await cmsSigned(buildPdf({ pages: [{ content: '0 g 0 0 80 80 re f' }] }), { holder: world.ecdsa });
    const report = await verify(await signed({}));
    expect(covering(report)).toEqual([[], []]);
    expect(report.verdict).toBe('valid');
    expect(covering(await verify(await signed({ rect: [79, 79, 179, 129] })))).toEqual([['unknown'], []]);
  });

  it('may not draw where the page shows nothing if it does not stay there', async () => {
    const blankPage = buildPdf({ pages: [{ content: '' }] });
    const first = await cmsSigned(blankPage, { holder: world.ecdsa });
    const prepared = prepareSignature(openPdf(first), {
      ...{ page: 1, rect: RECT, appearance: painted },
      ...{ filter: 'Adobe.PPKLite', subFilter: 'adbe.pkcs7.detached', reservedBytes: 20_000 },
    });
    const [, gap, after] = prepared.byteRange;
    const signedWith = async (flags: string) => {
      const file = prepared.finish(new Uint8Array());
      file.set(ascii(flags), Buffer.from(file).lastIndexOf('/F 132'));
      const covered = concat(file.subarray(0, gap), file.subarray(after));
      const value = await signCms(covered, { signers: [world.ecdsa], detached: true });
      file.set(ascii(Buffer.from(value).toString('hex')), gap + 1);
      return verify(file);
    };
    const print = await signedWith('/F 132');
    expect([print.verdict, covering(print)]).toEqual(['valid', [[], []]]);
    // NoZoom: at a tenth of the size it is ten times as large as the page around it.
    expect(covering(await signedWith('/F 140'))).toEqual([['unknown'], []]);
  });

  it('may not draw over an earlier one', async () => {
    const blankPage = buildPdf({ pages: [{ content: '' }] });
    const first = await cmsSigned(blankPage, { holder: world.ecdsa, ...drawn });
    expect(covering(await verify(await cms(drawn, first)))).toEqual([['unknown'], []]);
    expect(covering(await verify(await cms({ ...drawn, rect: [200, 100, 300, 150] }, first)))).toEqual([[], []]);
  });

  it('may draw in a field that was there for it, and multiplied', async () => {
    const waiting = buildPdf({
      pages: [{ keys: '/Annots[5 0 R]' }],
      catalog: '/AcroForm<</Fields[5 0 R]>>',
      objects: ['<</Type/Annot/Subtype/Widget/FT/Sig/T(Waiting)/Rect[100 100 200 150]/P 3 0 R>>'],
    });
    const first = await cmsSigned(waiting, { holder: world.ecdsa, signingTime: SIGNED });
    const prepared = prepareSignatureInField(openPdf(first), 'Waiting', {
      appearance: painted,
      ...{ filter: 'Adobe.PPKLite', subFilter: 'adbe.pkcs7.detached', reservedBytes: 20_000 },
    });
    const value = await signCms(concat(...prepared.coveredParts()), { signers: [world.ecdsa], detached: true });
    expect(covering(await verify(prepared.finish(value)))).toEqual([[], []]);
    const picture = { type: 'png', data: SEAL_PNG, widthMm: 42, heightMm: 42 } as const;
    const place = { page: 1, xMm: 60, yMm: 60 };
    const pictured = await signPdf(once, { ...world.ecdsa, time: SIGNED, picture, place });
    expect(covering(await verify(pictured))).toEqual([[], []]);
  });

  it.each<[string, () => Promise<Uint8Array>, 'fail' | 'unknown']>([
    ['is about other bytes', () => cms({ ...drawn, content: () => ascii('x') }), 'fail'],
    ['has a broken value', () => cms({ ...drawn, rewrite: (message) => flipped(message, message.length - 3) }), 'fail'],
    ['has content of its own', () => cms({ ...drawn, attached: true, reserved: 60_000 }), 'fail'],
    ['is padded with more than zeros', () => cms({ ...drawn, padding: Uint8Array.of(1) }), 'fail'],
    ['is empty', () => fieldSigned(once, drawn, () => new Uint8Array(9)), 'fail'],
    ['is garbage', () => fieldSigned(once, drawn, () => ascii('garbage')), 'fail'],
    ['brings no certificate', () => cms({ ...drawn, certificates: [stranger.tsa.certificate] }), 'unknown'],
    ['is of a sub-filter that nobody knows', () => cms({ ...drawn, subFilter: 'Acme.sign' }), 'unknown'],
    ['is of another kind than it says', () => cms({ ...drawn, subFilter: 'GM.sm2seal' }), 'unknown'],
    [
      'is PKCS#1',
      () => fieldSigned(once, { ...drawn, subFilter: 'adbe.x509.rsa_sha1' }, () => octetString(ascii('x'))),
      'unknown',
    ],
  ])('that %s covers content', async (_, make, outcome) => {
    const report = await verify(await make());
    expect(report.verdict).not.toBe('valid');
    expect(covering(report)).toEqual([[outcome], []]);
    const [finding] = report.signatures![0]!.findings.filter(({ code }) => code === 'signature-covers-content');
    expect(finding!.detail).toContain('page 1 [100 100 200 150]');
  });

  it.each<[string, { rect?: PdfRectangle; appearance?: SignatureAppearance }]>([
    ['nothing', {}],
    ['white space', { rect: RECT, appearance: blank }],
    ['something without size', { rect: [100, 100, 100, 150], appearance: painted }],
  ])('that shows %s covers nothing, whatever it is', async (_, shown) => {
    expect(covering(await verify(await cms({ ...shown, subFilter: 'Acme.sign' })))).toEqual([[], []]);
    expect(covering(await verify(await documentStamped(once, world.tsa, later(SIGNED, 5000), shown)))).toEqual([
      [],
      [],
    ]);
  });

  it('by a stranger is authentic, and the file is not valid for it', async () => {
    const report = await verify(await cms({ ...drawn, holder: stranger.ecdsa }));
    expect(covering(report)).toEqual([['unknown'], []]);
    expect(each(report)[1]).toEqual(['unknown path-no-anchor']);
    expect(report.verdict).toBe('indeterminate');
  });
});

describe('a later document timestamp', () => {
  it('shows nothing: its authority stamps whatever it is given', async () => {
    const report = await verify(await documentStamped(once, world.tsa, later(SIGNED, 5000), drawn));
    expect(covering(report)).toEqual([['fail'], []]);
    expect(report.verdict).toBe('invalid');
  });
});

describe('an appearance that is no plain stream', () => {
  it.each([
    ['states', (stream: string) => `/AP <</N <</On ${stream}>>>>/AS/On`],
    ['one for the mouse', (stream: string) => `/AP <</R ${stream}>>`],
    ['two', (stream: string) => `/AP <</N ${stream}/D ${stream}>>`],
  ])('%s draws', async (_, written) => {
    for (const subFilter of ['Acme.sign', 'ETSI.RFC3161']) {
      const pdf = await cms({ ...drawn, subFilter });
      const { fieldRef, widgets } = signaturesOf(openPdf(pdf))[1]!;
      const field = textOf(pdf, fieldRef!.number);
      const changed = field.replace(/\/AP\s*<<[^>]*>>/, written(`${widgets[0]!.appearance}`));
      expect(changed).not.toBe(field);
      const other = append(pdf, { [fieldRef!.number]: changed });
      expect(covering(await verify(other))[0]).toEqual(['fail']);
    }
  });
});

describe('the first signature', () => {
  it('covers nothing that was signed before', async () => {
    expect(covering(await verify(once))).toEqual([[]]);
    expect(signaturesOf(openPdf(once))[0]!.widgets[0]!.appearance).toBeDefined();
  });

  it('that certifies is not painted over', async () => {
    const certified = await cmsSigned(buildPdf(), { holder: world.ecdsa, signingTime: SIGNED, certify: 2 });
    const report = await verify(await cms({ ...drawn, content: () => ascii('x') }, certified));
    expect(covering(report)).toEqual([['fail'], []]);
    expect(report.signatures![0]!.subject).toMatchObject({ certification: 2 });
  });
});
