/** Standard signatures: what stands in the CMS message rather than in the file. */
import { signPdf } from '@gov/e-seal/pdf';
import { openPdf, prepareSignature } from '@gov/pdf';
import { signCms, signCmsDetached } from '@gov/pki/cms';
import { TIMES } from '../../../../test/world.js';
import { LETTER, letter } from './documents.js';
import { FALSE_CONTENT } from './signature-wrapping.js';
import type { ForgedCase, Scene } from './world.js';
import { ascii, latin, revise } from './write.js';

const NAME = 'CMS message that signs something else';
/** SignedData without content and without signers. */
const NOBODY = '302306092a864886f70d010702a01630140201013100300b06092a864886f70d0107013100';
const AMOUNT = { page: 1, rect: [72, 670, 300, 700], what: 'the amount' } as const;

/** Signed by an insider with CMS in the place of the seal signature: any message in any dictionary. */
async function withMessage(
  pdf: Uint8Array,
  message: Uint8Array | string,
  subFilter: string,
  reserved = 4000,
): Promise<Uint8Array> {
  const range = '[0 0000000000 0000000000 0000000000]';
  const dict = `<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/${subFilter}/ByteRange ${range}/Contents <${'0'.repeat(2 * reserved)}>>>`;
  const file = revise(pdf, {
    1: '<</Type/Catalog/Pages 2 0 R/AcroForm 42 0 R>>',
    40: '<</FT/Sig/T(mine)/V 41 0 R>>',
    41: dict,
    42: '<</Fields[40 0 R]/SigFlags 3>>',
  });
  const text = latin(file);
  const start = text.lastIndexOf('/Contents <') + 10;
  const end = text.indexOf('>', start) + 1;
  const written = `[0 ${start} ${end} ${file.length - end}]`.padEnd(range.length);
  const out = ascii(text.replace(range, written));
  const hex = typeof message === 'string' ? message : Buffer.from(message).toString('hex');
  out.set(ascii(hex), start + 1);
  return out;
}

const cmsLetter = (scene: Scene) =>
  signPdf(letter(), { ...scene.office.holder, time: TIMES.signed, subFilter: 'adbe.pkcs7.detached' });

export const cmsForgeries: readonly ForgedCase[] = [
  ...(['adbe.pkcs7.detached', 'ETSI.CAdES.detached'] as const).map(
    (subFilter): ForgedCase => ({
      class: NAME,
      name: `a message with its own content, ${subFilter}`,
      sealed: 'letter',
      forge: async (_, { insider }) =>
        withMessage(
          letter(),
          await signCms(ascii('anything'), { signers: [insider.holder], signingTime: TIMES.signed }),
          subFilter,
        ),
      expect: { code: 'cms-content-not-detached', outcome: 'fail' },
      inseparable: { codes: ['digest-mismatch'], why: 'what the message signs is not the file' },
    }),
  ),
  {
    class: NAME,
    name: 'a message that nobody signed',
    sealed: 'letter',
    forge: (_) => withMessage(letter(), NOBODY, 'adbe.pkcs7.detached'),
    expect: { code: 'signature-empty', outcome: 'fail' },
    inseparable: { codes: ['signature-empty'], why: 'without a signer no check is answered' },
  },
  {
    class: NAME,
    name: 'zeros',
    sealed: 'letter',
    forge: (_) => withMessage(letter(), '00', 'ETSI.CAdES.detached'),
    expect: { code: 'signature-empty', outcome: 'fail' },
    inseparable: { codes: ['signature-empty'], why: 'without a value no check is answered' },
  },
  {
    class: 'saved again over a standard signature',
    name: 'another amount',
    sealed: cmsLetter,
    forge: (sealed) => revise(sealed, { [LETTER.content1]: FALSE_CONTENT }),
    expect: { code: 'page-content-changed', outcome: 'fail' },
    visible: AMOUNT,
  },
  {
    class: 'saved again over a standard signature',
    name: 'a page less',
    sealed: cmsLetter,
    forge: (sealed) =>
      revise(sealed, {
        [LETTER.tree]: '<</Type/Pages/Count 1/Kids[3 0 R]/MediaBox[0 0 595.276 841.89]/Resources 10 0 R>>',
      }),
    expect: { code: 'page-tree-changed', outcome: 'fail' },
  },
  {
    class: 'saved again over a standard signature',
    name: 'a standard signature that draws over a seal',
    sealed: 'letter',
    forge: coveringCms,
    expect: { code: 'signature-covers-content', outcome: 'unknown' },
    visible: AMOUNT,
  },
];

/** A standard signature by a good signer whose widget covers the amount. */
async function coveringCms(sealed: Uint8Array, { insider }: Scene): Promise<Uint8Array> {
  const prepared = prepareSignature(openPdf(sealed), {
    page: 1,
    rect: [60, 660, 360, 710],
    appearance: { bbox: [0, 0, 300, 50], content: ascii('1 g 0 0 300 50 re f') },
    filter: 'Adobe.PPKLite',
    subFilter: 'adbe.pkcs7.detached',
    reservedBytes: 8000,
  });
  async function* covered() {
    yield* prepared.coveredParts();
  }
  const message = await signCmsDetached(covered(), { signers: [insider.holder], signingTime: TIMES.signed });
  return prepared.finish(message);
}
