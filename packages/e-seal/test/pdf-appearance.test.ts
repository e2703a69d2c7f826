/** What counts as a seal's picture and nothing else, dictionary by dictionary. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openPdf, PdfArray, PdfDict, type PdfDocument, PdfName, type PdfObject, PdfRef, PdfStream } from '@gov/pdf';
import { zlibSync } from 'fflate';
import { beforeAll, describe, expect, it } from 'vitest';
import { SEAL_PNG } from '../../../test/world.js';
import type { SealPicture } from '../src/index.js';
import { drawsExactly, encodePicture, sealAppearance } from '../src/pdf/appearance.js';
import { ascii } from './build.js';
import { buildPdf } from './pdf-build.js';

const jpeg = new Uint8Array(readFileSync(join(import.meta.dirname, 'samples/red.jpg')));
const PNG: SealPicture = { type: 'png', data: SEAL_PNG, widthMm: 42, heightMm: 42 };
const JPEG: SealPicture = { ...PNG, type: 'jpg', data: jpeg };

let doc: PdfDocument;
beforeAll(() => {
  doc = openPdf(buildPdf());
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
}

/** The appearance that a seal gets, with one thing changed; what would be indirect is direct. */
function drawn(changes: Changes = {}, picture = PNG, rotate: 0 | 90 = 0): PdfStream {
  const own = sealAppearance(encodePicture(picture), [10, 10, 110, 110], rotate);
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
const exactly = (changes: Changes, picture = PNG) => drawsExactly(doc, drawn(changes, picture), picture, 0);

it('recognises what a seal draws', () => {
  expect(exactly({})).toBe(true);
  expect(exactly({}, JPEG)).toBe(true);
  expect(drawsExactly(doc, drawn({}, PNG, 90), PNG, 90)).toBe(true);
  expect(drawsExactly(doc, drawn({}, PNG, 90), PNG, 0)).toBe(false);
  expect(drawsExactly(doc, drawn({}), JPEG, 0)).toBe(false);
  expect(drawsExactly(doc, drawn({}, JPEG), PNG, 0)).toBe(false);
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
      expect(drawsExactly(doc, drawn(), { ...PNG, data }, 0)).toBe(false);
    }
  });
});
