/** The security store (DSS) is what a later revision may write without a signature: what it may not say there. */
import { LETTER } from './documents.js';
import { FALSE_CONTENT } from './signature-wrapping.js';
import type { ForgedCase } from './world.js';
import { changed, partsOf, revise, stream } from './write.js';

const NAME = 'changes under cover of validation data';
/** A revision with a security store, and whatever else. */
const withStore = (
  sealed: Uint8Array,
  store: (next: number) => string,
  more: Record<number, string> = {},
): Uint8Array => {
  const { next } = partsOf(sealed);
  return revise(sealed, { 1: changed(sealed, 1, /^<</, `<</DSS ${next} 0 R`), [next]: store(next), ...more });
};

export const validationDataForgeries: readonly ForgedCase[] = [
  {
    class: NAME,
    name: 'another page with it',
    sealed: 'letter',
    forge: (sealed) => withStore(sealed, () => '<</Type/DSS/Certs[]>>', { [LETTER.content1]: FALSE_CONTENT }),
    expect: { code: 'page-content-changed', outcome: 'fail' },
    visible: { page: 1, rect: [72, 670, 300, 700], what: 'the amount' },
  },
  {
    class: NAME,
    name: 'the content of a page is one of its certificates',
    sealed: 'letter',
    forge: (sealed) =>
      withStore(sealed, () => `<</Type/DSS/Certs[${LETTER.content1} 0 R]>>`, { [LETTER.content1]: FALSE_CONTENT }),
    expect: { code: 'page-content-changed', outcome: 'fail' },
    inseparable: { codes: ['catalog-changed'], why: 'streams of the store are never replaced' },
    visible: { page: 1, rect: [72, 670, 300, 700], what: 'the amount' },
  },
  {
    class: NAME,
    name: 'an action when opened with it',
    sealed: 'letter',
    forge: (sealed) => {
      const { next } = partsOf(sealed);
      return revise(sealed, {
        1: changed(sealed, 1, /^<</, `<</DSS ${next} 0 R/OpenAction<</S/JavaScript/JS(x)>>`),
        [next]: '<</Type/DSS/Certs[]>>',
      });
    },
    expect: { code: 'catalog-changed', outcome: 'fail' },
  },
  {
    class: NAME,
    name: 'a key that no store has',
    sealed: 'letter',
    forge: (sealed) => withStore(sealed, () => '<</Type/DSS/Certs[]/Pages 2 0 R>>'),
    expect: { code: 'catalog-changed', outcome: 'fail' },
  },
  {
    class: NAME,
    name: 'the store is the letterhead of the pages',
    sealed: 'letter',
    forge: (sealed) => {
      const text = stream('1 g 60 660 300 50 re f', '/Type/XObject/Subtype/Form/BBox[0 0 595 842]');
      return revise(sealed, {
        1: changed(sealed, 1, /^<</, `<</DSS<</Certs[${LETTER.letterhead} 0 R]>>`),
        [LETTER.letterhead]: text,
      });
    },
    expect: { code: 'catalog-changed', outcome: 'fail' },
    inseparable: { codes: ['shared-object-changed'], why: 'what the pages use is compared too' },
    visible: { page: 1, rect: [72, 670, 300, 700], what: 'the amount' },
  },
];
