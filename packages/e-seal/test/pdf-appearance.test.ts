/** What counts as a seal's picture and nothing else, dictionary by dictionary. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  openPdf,
  PdfArray,
  PdfDict,
  type PdfDocument,
  PdfName,
  type PdfObject,
  type PdfRectangle,
  PdfRef,
  PdfStream,
  PdfString,
  type SignatureWidget,
} from '@gov/pdf';
import { zlibSync } from 'fflate';
import { beforeAll, describe, expect, it } from 'vitest';
import { SEAL_PNG } from '../../../test/world.js';
import type { SealPicture } from '../src/index.js';
import { encodePicture, sealAppearance } from '../src/pdf/appearance.js';
import { showsOnlySeal } from '../src/pdf/recognition.js';
import { ascii } from './build.js';
import { buildPdf } from './pdf-build.js';

const jpeg = new Uint8Array(readFileSync(join(import.meta.dirname, 'samples/red.jpg')));
const PNG: SealPicture = { type: 'png', data: SEAL_PNG, widthMm: 42, heightMm: 42 };
const JPEG: SealPicture = { ...PNG, type: 'jpg', data: jpeg };

let doc: PdfDocument;
beforeAll(() => {
  const turned = [0, 90, 180, 270].map((rotate) => ({ keys: `/Rotate ${rotate}` }));
  doc = openPdf(buildPdf({ pages: [...turned, { keys: '/UserUnit 2' }] }));
});

type Change = (dict: PdfDict) => PdfDict;
const same: Change = (dict) => dict;
const set =
  (key: string, value: PdfObject): Change =>
  (dict) =>
    dict.with(key, value);
const name = (value: string) => new PdfName(value);

interface Changes {
  readonly form?: Change;
  readonly resources?: Change;
  readonly states?: Change;
  readonly state?: Change;
  readonly objects?: Change;
  readonly image?: Change;
  readonly imageBytes?: (bytes: Uint8Array) => Uint8Array;
  readonly mask?: Change;
  readonly maskBytes?: (bytes: Uint8Array) => Uint8Array;
  readonly content?: Uint8Array;
  readonly page?: number;
  /** What the appearance is made for, and where in it the picture is drawn. */
  readonly rect?: PdfRectangle;
  readonly picture?: PdfRectangle;
  readonly widget?: Change;
  /** The rectangle of the widget, where it is not the one the appearance was made for. */
  readonly shownIn?: PdfRectangle;
}

/** 42 mm in user space: the side of the pictures. */
const SIDE = (42 * 72) / 25.4;
const WHOLE: PdfRectangle = [10, 10, 10 + SIDE, 10 + SIDE];

/** The appearance that a seal gets, with one thing changed; what would be indirect is direct. */
function drawn(changes: Changes = {}, picture = PNG): PdfStream {
  const { rect = WHOLE, picture: box = rect, page = 1 } = changes;
  const own = sealAppearance(encodePicture(picture), rect, doc.page(page).rotate, box);
  const images: PdfStream[] = [];
  const resources = own.resources!({
    add: (object: PdfObject) => {
      images.push(object as PdfStream);
      return new PdfRef(900 + images.length);
    },
  } as never);
  const image = images.at(-1)!;
  const mask = images.length === 2 ? images[0]! : undefined;
  const as = <T>(value: T | undefined, otherwise: T): T => value ?? otherwise;
  const maskNow =
    mask && new PdfStream(as(changes.mask, same)(mask.dict), as(changes.maskBytes, (bytes) => bytes)(mask.raw));
  const imageDict = maskNow === undefined ? image.dict.without('SMask') : image.dict.with('SMask', maskNow);
  const imageNow = new PdfStream(
    as(changes.image, same)(imageDict),
    as(changes.imageBytes, (bytes) => bytes)(image.raw),
  );
  const state = as(changes.state, same)((resources.get('ExtGState') as PdfDict).get('GS') as PdfDict);
  const states = as(changes.states, same)(PdfDict.of({ GS: state }));
  const objects = as(changes.objects, same)(PdfDict.of({ Seal: imageNow }));
  const dict = PdfDict.of({
    Type: name('XObject'),
    Subtype: name('Form'),
    BBox: new PdfArray([...own.bbox]),
    Resources: as(changes.resources, same)(PdfDict.of({ ExtGState: states, XObject: objects })),
    Length: own.content.length,
  });
  return new PdfStream(as(changes.form, same)(dict), changes.content ?? own.content);
}

/** A widget that shows it; its dictionary stands where its reference would. */
function widget(changes: Changes, form: PdfStream): SignatureWidget {
  const { rect = WHOLE, page = 1, widget = same } = changes;
  const dict = widget(
    dictOf({
      Type: name('Annot'),
      Subtype: name('Widget'),
      F: 132,
      Rect: new PdfArray([...rect]),
      AP: dictOf({ N: form }),
      T: PdfString.text('Signature2'),
    }),
  );
  return { ref: dict as unknown as PdfRef, page, rect: changes.shownIn ?? rect, appearance: new PdfRef(99) };
}
const exactly = (changes: Changes, picture = PNG) =>
  showsOnlySeal(doc, [widget(changes, drawn(changes, picture))], picture);

it('recognises what a seal draws', () => {
  expect(exactly({})).toBe(true);
  expect(exactly({}, JPEG)).toBe(true);
  for (const page of [1, 2, 3, 4]) {
    expect(exactly({ page })).toBe(true);
    for (const other of [1, 2, 3, 4])
      expect(showsOnlySeal(doc, [widget({ page: other }, drawn({ page }))], PNG)).toBe(page === other);
  }
  expect(showsOnlySeal(doc, [widget({}, drawn({}))], JPEG)).toBe(false);
  expect(showsOnlySeal(doc, [widget({}, drawn({}, JPEG))], PNG)).toBe(false);
  const content = zlibSync(drawn().raw);
  expect(exactly({ form: set('Filter', name('FlateDecode')), content })).toBe(true);
});

const dictOf = (values: Record<string, PdfObject>) => PdfDict.of(values);
const FORM = new PdfStream(dictOf({ Type: name('XObject'), Subtype: name('Form') }), ascii('0 g'));

describe('refuses', () => {
  it.each<[string, Changes]>([
    // An isolated group multiplies with nothing: the picture would hide what is under it.
    ['a transparency group', { form: set('Group', dictOf({ S: name('Transparency'), I: true })) }],
    ['a matrix', { form: set('Matrix', new PdfArray([2, 0, 0, 2, 0, 0])) }],
    ['optional content', { form: set('OC', new PdfRef(1)) }],
    ['a reference to another file', { form: set('Ref', dictOf({})) }],
    ['content from another file', { form: set('F', name('FlateDecode')) }],
    ['a form that is none', { form: set('Subtype', name('Image')) }],
    ['a form that does not say', { form: (dict) => dict.without('Subtype') }],
    ['no box', { form: (dict) => dict.without('BBox') }],
    ['half a box', { form: set('BBox', new PdfArray([0, 0, 100])) }],
    [
      'a box of five numbers',
      { form: (dict) => dict.with('BBox', new PdfArray([...(dict.get('BBox') as PdfArray).items, 0])) },
    ],
    ['a box from elsewhere', { form: set('BBox', new PdfArray([0, 1, 100, 100])) }],
    ['another box', { form: set('BBox', new PdfArray([0, 0, 100, 101])) }],
    ['no resources', { form: (dict) => dict.without('Resources') }],
    ['a repeated key', { form: (dict) => new PdfDict(dict.entries, undefined, undefined, ['BBox']) }],
    ['content that cannot be decoded', { form: set('Filter', name('LZWDecode')) }],
    ['content that is not Flate', { form: set('Filter', name('FlateDecode')) }],
    ['a default colour space', { resources: set('ColorSpace', dictOf({ DefaultRGB: name('Lab') })) }],
    ['fonts', { resources: set('Font', dictOf({})) }],
    ['no states', { resources: (dict) => dict.without('ExtGState') }],
    ['no images', { resources: (dict) => dict.without('XObject') }],
    ['another state', { states: set('Other', dictOf({})) }],
    ['states twice', { states: (dict) => new PdfDict(dict.entries, undefined, undefined, ['GS']) }],
    ['Normal', { state: set('BM', name('Normal')) }],
    ['Screen', { state: set('BM', name('Screen')) }],
    ['a list of blend modes', { state: set('BM', new PdfArray([name('Multiply'), name('Normal')])) }],
    ['no blend mode', { state: (dict) => dict.without('BM') }],
    ['two blend modes', { state: (dict) => new PdfDict(dict.entries, undefined, undefined, ['BM']) }],
    ['a soft mask over all', { state: set('SMask', dictOf({})) }],
    ['an opacity', { state: set('ca', 0) }],
    ['a transfer function', { state: set('TR', name('Identity')) }],
    ['another image', { objects: set('Other', FORM) }],
    ['a form for an image', { objects: set('Seal', FORM) }],
    ['no image', { objects: set('Seal', null) }],
    ['an image that says it is a form', { image: set('Subtype', name('Form')) }],
    ['an image that does not say', { image: (dict) => dict.without('Subtype') }],
    ['another width', { image: set('Width', 12) }],
    ['another height', { image: set('Height', 48) }],
    ['other bits', { image: set('BitsPerComponent', 4) }],
    ['another colour space', { image: set('ColorSpace', name('DeviceCMYK')) }],
    ['a colour space of its own', { image: set('ColorSpace', new PdfArray([name('Indexed')])) }],
    ['inverted samples', { image: set('Decode', new PdfArray([1, 0, 1, 0, 1, 0])) }],
    ['a stencil', { image: set('ImageMask', true) }],
    ['a colour key', { image: set('Mask', new PdfArray([0, 1])) }],
    ['an alternate', { image: set('Alternates', new PdfArray([])) }],
    ['optional content in the image', { image: set('OC', new PdfRef(1)) }],
    ['an image from another file', { image: set('F', name('x')) }],
    ['a predictor', { image: set('DecodeParms', dictOf({ Predictor: 2 })) }],
    ['another filter', { image: set('Filter', name('DCTDecode')) }],
    ['no filter', { image: (dict) => dict.without('Filter') }],
    ['a repeated key of the image', { image: (dict) => new PdfDict(dict.entries, undefined, undefined, ['Width']) }],
    ['other samples', { imageBytes: () => zlibSync(new Uint8Array(24 * 24 * 3)) }],
    ['fewer samples', { imageBytes: () => zlibSync(new Uint8Array(24)) }],
    ['samples that do not inflate', { imageBytes: () => ascii('x') }],
    ['no mask', { image: (dict) => dict.without('SMask') }],
    ['a mask that is none', { image: set('SMask', dictOf({})) }],
    ['an inverted mask', { mask: set('Decode', new PdfArray([1, 0])) }],
    ['a matte', { mask: set('Matte', new PdfArray([0, 0, 0])) }],
    ['a mask of the mask', { mask: set('SMask', FORM) }],
    ['a smaller mask', { mask: set('Width', 12) }],
    ['a mask in colours', { mask: set('ColorSpace', name('DeviceRGB')) }],
    ['another mask', { maskBytes: () => zlibSync(new Uint8Array(24 * 24).fill(255)) }],
  ])('%s', (_, changes) => {
    expect(exactly(changes)).toBe(false);
  });

  it.each<[string, Changes]>([
    ['JPEG bytes as samples', { image: (dict) => dict.without('Filter') }],
    ['JPEG under another filter', { image: set('Filter', name('FlateDecode')) }],
    ['a JPEG with parameters', { image: set('DecodeParms', dictOf({ ColorTransform: 0 })) }],
    ['another JPEG', { imageBytes: (bytes) => bytes.map((octet, i) => (i === 400 ? octet ^ 1 : octet)) }],
    ['a longer JPEG', { imageBytes: (bytes) => Uint8Array.from([...bytes, 0]) }],
    ['a mask on an opaque picture', { image: set('SMask', FORM) }],
  ])('%s', (_, changes) => {
    expect(exactly(changes, JPEG)).toBe(false);
  });

  it('a picture that cannot be decoded, whatever is drawn', () => {
    for (const data of [new Uint8Array(), SEAL_PNG.subarray(0, 60), ascii('GIF89a')]) {
      expect(showsOnlySeal(doc, [widget({}, drawn())], { ...PNG, data })).toBe(false);
    }
  });
});

describe('the widget', () => {
  /** Another look of the widget beside the right one. */
  const besides =
    (key: string): Change =>
    (dict) =>
      dict.with('AP', (dict.get('AP') as PdfDict).with(key, FORM));
  it.each<[string, Changes]>([
    ['hidden', { widget: set('F', 134) }],
    ['not turned with the page', { widget: set('F', 132 + 16) }],
    ['not zoomed with the page', { widget: set('F', 132 + 8) }],
    ['with flags that are no number', { widget: set('F', name('x')) }],
    ['with optional content', { widget: set('OC', new PdfRef(1)) }],
    ['with a blend mode of its own', { widget: set('BM', name('Normal')) }],
    ['with an opacity', { widget: set('ca', 0.5) }],
    ['with an action', { widget: set('A', dictOf({})) }],
    ['with actions', { widget: set('AA', dictOf({})) }],
    ['with a key nobody knows', { widget: set('X', null) }],
    ['with a repeated key', { widget: (dict) => new PdfDict(dict.entries, undefined, undefined, ['AP']) }],
    ['with a look under the mouse', { widget: besides('R') }],
    ['with a look when clicked', { widget: besides('D') }],
    ['with states to choose from', { widget: set('AP', dictOf({ N: dictOf({ On: FORM }) })) }],
    ['with no normal look', { widget: set('AP', dictOf({})) }],
    ['whose look is missing', { widget: set('AP', dictOf({ N: null })) }],
    ['which a viewer may paint itself', { widget: (dict) => dict.without('AP').with('MK', dictOf({})) }],
    ['larger than its box', { shownIn: [10, 10, 10 + SIDE, 10.01 + SIDE] }],
    ['wider than its box', { shownIn: [10, 10, 10.01 + SIDE, 10 + SIDE] }],
    ['smaller than its box', { shownIn: [10, 10, 9.99 + SIDE, 10 + SIDE] }],
  ])('%s', (_, changes) => {
    expect(exactly(changes)).toBe(false);
  });

  it('that is on no page or has no rectangle', () => {
    const good = widget({}, drawn());
    expect(showsOnlySeal(doc, [{ ...good, page: undefined }], PNG)).toBe(false);
    expect(showsOnlySeal(doc, [{ ...good, rect: undefined }], PNG)).toBe(false);
    expect(showsOnlySeal(doc, [{ ...good, page: 9 }], PNG)).toBe(false);
    expect(showsOnlySeal(doc, [{ ...good, ref: new PdfRef(99) }], PNG)).toBe(false);
  });

  it('that shows nothing, or has what a form gave it, does no harm', () => {
    expect(exactly({ widget: (dict) => dict.without('AP') })).toBe(true);
    const keys = { MK: dictOf({ R: 90 }), Ff: 1, DA: PdfString.text('/F 0 Tf'), Border: new PdfArray([0, 0, 0]) };
    for (const [key, value] of Object.entries(keys)) expect(exactly({ widget: set(key, value) }), key).toBe(true);
    expect(exactly({ widget: (dict) => dict.without('F') })).toBe(true);
  });

  it('and every other one', () => {
    const form = drawn();
    const good = widget({}, form);
    expect(showsOnlySeal(doc, [good, widget({}, form)], PNG)).toBe(true);
    expect(showsOnlySeal(doc, [good, widget({ widget: set('F', 134) }, form)], PNG)).toBe(false);
    expect(showsOnlySeal(doc, [], PNG)).toBe(true);
    // The same pixels again: nobody writes them twice, and each would have to be decoded.
    expect(showsOnlySeal(doc, [good, widget({}, drawn())], PNG)).toBe(false);
  });
});

/** A part of the picture, from the left and from below as an unturned page has it, in parts of its side. */
const part = (left: number, bottom: number, right: number, top: number): PdfRectangle => [
  10 + left * SIDE,
  10 + bottom * SIDE,
  10 + right * SIDE,
  10 + top * SIDE,
];

describe('parts', () => {
  it('slices of the full height as seen, and the middle of something larger', () => {
    const slices = [part(0, 0, 0.5, 1), part(0.25, 0, 0.5, 1), part(0.9, 0, 1, 1), part(0, 0, 1, 1)];
    for (const rect of slices) {
      for (const page of [1, 3]) expect(exactly({ rect, picture: WHOLE, page })).toBe(true);
      const across: PdfRectangle = [rect[1], rect[0], rect[3], rect[2]];
      for (const page of [2, 4]) {
        expect(exactly({ rect: across, picture: WHOLE, page })).toBe(true);
        expect(exactly({ rect, picture: WHOLE, page })).toBe(rect === slices[3]);
      }
    }
    for (const page of [1, 2, 3, 4]) {
      expect(exactly({ rect: part(-0.5, -0.1, 1.5, 1.1), picture: WHOLE, page })).toBe(true);
      expect(exactly({ rect: part(-0.5, 0, 1.5, 1), picture: WHOLE, page })).toBe(true);
    }
  });

  it('at the size the seal declares, in millimetres of the page', () => {
    const half: PdfRectangle = [10, 10, 10 + SIDE / 2, 10 + SIDE / 2];
    expect(exactly({ page: 5, rect: half })).toBe(true);
    expect(exactly({ page: 5 })).toBe(false);
    expect(exactly({ rect: half })).toBe(false);
    const mm = SIDE / 42;
    const grown = (x: number, y: number): PdfRectangle => [10, 10, 10 + SIDE + x * mm, 10 + SIDE + y * mm];
    for (const by of [0.49, -0.49]) expect(exactly({ rect: grown(by, by) })).toBe(true);
    for (const by of [0.51, -0.51]) {
      expect(exactly({ rect: grown(by, 0) })).toBe(false);
      expect(exactly({ rect: grown(0, by) })).toBe(false);
      expect(exactly({ rect: part(0.2, 0, 0.4, 1), picture: grown(by, 0) })).toBe(false);
    }
  });

  it.each<[string, Changes]>([
    ['a slice less high', { rect: part(0, 0, 0.5, 0.99), picture: WHOLE }],
    ['a slice higher than the picture', { rect: part(0, 0, 0.5, 1.01), picture: WHOLE }],
    ['a slice moved up', { rect: part(0, 0.01, 0.5, 1.01), picture: WHOLE }],
    ['a slice across', { rect: part(0, 0, 1, 0.5), picture: WHOLE }],
    ['a corner', { rect: part(0, 0, 0.5, 0.5), picture: WHOLE }],
    ['the middle of it', { rect: part(0.25, 0.25, 0.75, 0.75), picture: WHOLE }],
    ['a slice that begins before the picture', { rect: part(-0.01, 0, 0.5, 1), picture: WHOLE }],
    ['a slice that ends after it', { rect: part(0.5, 0, 1.01, 1), picture: WHOLE }],
    ['a slice wider than the picture', { rect: part(-0.01, 0, 1.02, 1), picture: WHOLE }],
    ['a slice beside it', { rect: part(1.1, 0, 1.2, 1), picture: WHOLE }],
    ['a slice before it', { rect: part(-0.2, 0, -0.1, 1), picture: WHOLE }],
    ['a hair of it', { rect: part(0.5, 0, 0.5 + 0.49 / 42, 1), picture: WHOLE }],
    ['nothing of it', { rect: part(0.5, 0, 0.5, 1), picture: WHOLE }],
    ['a field with the seal aside', { rect: part(-0.5, 0, 1.6, 1), picture: WHOLE }],
    ['a field with the seal below', { rect: part(-0.5, -0.1, 1.5, 1.2), picture: WHOLE }],
    ['a slice in another rectangle', { rect: part(0, 0, 0.5, 1), picture: WHOLE, shownIn: part(0, 0, 0.6, 1) }],
  ])('refuses %s', (_, changes) => {
    expect(exactly(changes)).toBe(false);
  });

  const S = Math.round(SIDE * 10_000) / 10_000;
  it.each<[string, string]>([
    ['nothing', ''],
    ['no state', `q ${S} 0 0 ${S} 0 0 cm /Seal Do Q\n`],
    ['an operator more', `q /GS gs ${S} 0 0 ${S} 0 0 cm /Seal Do Q\nn\n`],
    ['another picture more', `q /GS gs ${S} 0 0 ${S} 0 0 cm /Seal Do /Seal Do Q\n`],
    ['a clip of its own', `q 0 0 1 1 re W n /GS gs ${S} 0 0 ${S} 0 0 cm /Seal Do Q\n`],
    ['two matrices', `q /GS gs 1 0 0 1 0 0 cm ${S} 0 0 ${S} 0 0 cm /Seal Do Q\n`],
    ['an operator in the matrix', `q /GS gs ${S} 0 0 ${S} 0 0 cm 1 g /Seal Do Q\n`],
    ['a slant', `q /GS gs ${S} 0 1 ${S} 0 0 cm /Seal Do Q\n`],
    ['a mirror', `q /GS gs -${S} 0 0 ${S} ${S} 0 cm /Seal Do Q\n`],
    ['a picture on its head', `q /GS gs -${S} 0 0 -${S} ${S} ${S} cm /Seal Do Q\n`],
    ['a quarter turn', `q /GS gs 0 ${S} -${S} 0 ${S} 0 cm /Seal Do Q\n`],
    ['five numbers', `q /GS gs ${S} 0 0 ${S} 0 cm /Seal Do Q\n`],
    ['seven numbers', `q /GS gs ${S} 0 0 ${S} 0 0 0 cm /Seal Do Q\n`],
    ['two points in a number', `q /GS gs ${S} 0 0 ${S} 0 0.0.0 cm /Seal Do Q\n`],
    ['a sign too many', `q /GS gs ${S} 0 0 ${S} 0 --0 cm /Seal Do Q\n`],
    ['a number of nothing', `q /GS gs ${S} 0 0 ${S} . 0 cm /Seal Do Q\n`],
    ['zeros more', `q /GS gs ${S}0 0 0 ${S} 0 0 cm /Seal Do Q\n`],
    ['a space more', `q /GS gs  ${S} 0 0 ${S} 0 0 cm /Seal Do Q\n`],
    ['no end of line', `q /GS gs ${S} 0 0 ${S} 0 0 cm /Seal Do Q`],
    ['a comment', `%\nq /GS gs ${S} 0 0 ${S} 0 0 cm /Seal Do Q\n`],
    ['twice the size', `q /GS gs ${2 * S} 0 0 ${2 * S} 0 0 cm /Seal Do Q\n`],
    ['a shift', `q /GS gs ${S} 0 0 ${S} 0.01 0 cm /Seal Do Q\n`],
  ])('refuses content with %s', (_, text) => {
    expect(exactly({ content: ascii(`q /GS gs ${S} 0 0 ${S} 0 0 cm /Seal Do Q\n`) })).toBe(true);
    expect(exactly({ content: ascii(text) })).toBe(false);
  });
});
