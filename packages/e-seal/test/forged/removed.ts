/** The signature itself is made to disappear: "not signed" is no verdict that may be read as harmless. */
import { FORM } from './documents.js';
import type { ForgedCase } from './world.js';
import { changed, changing, partsOf, revise } from './write.js';

const NAME = 'signature made to disappear';
const WHY = 'no signature is left to be judged: the report says so and is never valid';
const none = (name: string, forge: ForgedCase['forge']): ForgedCase => ({
  class: NAME,
  name,
  sealed: 'letter',
  forge,
  expect: { code: 'no-signature', outcome: 'unknown' },
  inseparable: { codes: ['no-signature'], why: WHY },
});

export const removedSignatures: readonly ForgedCase[] = [
  none('the form taken away, and the widget with it', (sealed) =>
    revise(sealed, {
      1: changed(sealed, 1, /\/AcroForm \d+ 0 R/, ''),
      3: changed(sealed, 3, /\/Annots ?\[[^\]]*\]/, ''),
    }),
  ),
  none('the value taken out of the field', (sealed) => changing(sealed, partsOf(sealed).field, /\/V \d+ 0 R/, '')),
  none('the dictionary made null', (sealed) => revise(sealed, { [partsOf(sealed).value]: null })),
  {
    class: NAME,
    name: 'the field only on its page, in no form',
    sealed: 'letter',
    forge: (sealed) => changing(sealed, 1, /\/AcroForm \d+ 0 R/, ''),
    expect: { code: 'signature-dictionary-changed', outcome: 'fail' },
    inseparable: { codes: ['catalog-changed'], why: 'the catalog must be changed for it' },
  },
  {
    class: NAME,
    name: 'one of two signatures',
    sealed: 'letter, sealed twice',
    forge: (sealed) => changing(sealed, partsOf(sealed, 1).field, /\/V \d+ 0 R/, ''),
    expect: { code: 'field-changed', outcome: 'fail' },
  },
  {
    class: NAME,
    name: 'the field is another kind of field',
    sealed: 'form',
    forge: (sealed) => changing(sealed, FORM.approval, '/FT/Sig', '/FT/Tx'),
    expect: { code: 'field-changed', outcome: 'fail' },
  },
];
