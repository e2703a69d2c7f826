/** Encrypted files: the seal covers the encrypted bytes, and so it must cover how they are to be read. */
import { PdfDict, PdfName, type PdfRef, PdfStream } from '@gov/pdf';
import { ENCRYPTED } from '../../../pdf/test/encrypted-files.js';
import type { ForgedCase, Scene } from './world.js';
import { ascii, edit, revise } from './write.js';

const NAME = 'encryption changed';
const where = { xMm: 30, yMm: 30, password: 'owner' };
/** Sealed files that anybody may open. */
const sealedAs = (name: 'rc4-128-open' | 'aes-128-packed') => (scene: Scene) =>
  scene.seal(ENCRYPTED[name]!.file, where);

const encryptRef = (text: Uint8Array): number =>
  Number(
    [
      ...Buffer.from(text)
        .toString('latin1')
        .matchAll(/\/Encrypt (\d+) 0 R/g),
    ].at(-1)![1],
  );

export const encryptionForgeries: readonly ForgedCase[] = [
  {
    class: NAME,
    name: 'no longer encrypted: what was ciphertext is read as it is',
    sealed: sealedAs('rc4-128-open'),
    forge: (sealed) => revise(sealed, {}),
    expect: { code: 'trailer-changed', outcome: 'fail' },
    inseparable: {
      codes: ['signature-dictionary-changed'],
      why: 'the texts of the signature dictionary are read otherwise too',
    },
  },
  {
    class: NAME,
    name: 'another encryption dictionary',
    sealed: sealedAs('rc4-128-open'),
    forge: (sealed) => {
      const number = encryptRef(sealed);
      return revise(
        sealed,
        { [number]: '<</Filter/Standard/V 4/R 4/Length 128/P -4/StmF/Identity/StrF/Identity/CF<<>>/O<00>/U<00>>>' },
        { trailer: `/Encrypt ${number} 0 R` },
      );
    },
    expect: { refused: 'pdf-malformed' },
  },
  {
    class: NAME,
    name: 'a stream of a page set apart from encryption (Identity)',
    sealed: sealedAs('aes-128-packed'),
    forge: (sealed) =>
      edit(sealed, (update, doc) => {
        const content = doc.page(1).dict.get('Contents') as PdfRef;
        update.replace(
          content,
          new PdfStream(
            PdfDict.of({ Filter: new PdfName('Crypt'), DecodeParms: PdfDict.of({ Name: new PdfName('Identity') }) }),
            ascii('0 0 1 rg 0 0 300 200 re f'),
          ),
        );
      }),
    expect: { code: 'page-content-changed', outcome: 'fail' },
    visible: { page: 1, rect: [0, 0, 300, 200], what: 'the page' },
  },
];
