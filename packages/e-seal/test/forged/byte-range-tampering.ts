/** Ranges that are well formed and cover something else than a revision. The forger has a good key. */
import { LETTER, letter } from './documents.js';
import { FALSE_CONTENT } from './signature-wrapping.js';
import { type ForgedCase, resign, signRevision } from './world.js';
import { partsOf, revise } from './write.js';

const NAME = 'ByteRange tampering';
const field = (name: string, value: number, more = '') => `<</FT/Sig/T(${name})/V ${value} 0 R${more}>>`;
const CATALOG = '<</Type/Catalog/Pages 2 0 R/AcroForm 42 0 R>>';

export const byteRangeTampering: readonly ForgedCase[] = [
  {
    class: NAME,
    name: 'ends before the cross-reference',
    sealed: 'letter',
    forge: (sealed, { office }) => resign(sealed, { by: office, ranges: (a, b, end) => [0, a, b, end - b - 200] }),
    expect: { code: 'coverage-revision', outcome: 'fail' },
  },
  {
    class: NAME,
    name: 'ends inside the last line',
    sealed: 'letter',
    forge: (sealed, { office }) => resign(sealed, { by: office, ranges: (a, b, end) => [0, a, b, end - b - 3] }),
    expect: { code: 'coverage-revision', outcome: 'fail' },
  },
  {
    class: NAME,
    name: 'ends behind the value',
    sealed: 'letter',
    forge: (sealed, { office }) => resign(sealed, { by: office, ranges: (a, b) => [0, a, b, 1] }),
    expect: { code: 'coverage-revision', outcome: 'fail' },
  },
  {
    class: NAME,
    name: 'leaves out more than the value, before it',
    sealed: 'letter',
    forge: (sealed, { office }) => resign(sealed, { by: office, ranges: (a, b, end) => [0, a - 300, b, end - b] }),
    expect: { code: 'coverage-gap', outcome: 'fail' },
  },
  {
    class: NAME,
    name: 'leaves out more than the value, behind it',
    sealed: 'letter',
    forge: (sealed, { office }) => resign(sealed, { by: office, ranges: (a, b, end) => [0, a, b + 40, end - b - 40] }),
    expect: { code: 'coverage-gap', outcome: 'fail' },
  },
  {
    class: NAME,
    name: 'leaves out all but the first page',
    sealed: 'letter',
    forge: (sealed, { office }) => resign(sealed, { by: office, ranges: (_, b, end) => [0, 600, b, end - b] }),
    expect: { code: 'coverage-gap', outcome: 'fail' },
  },
  {
    class: 'signature in two fields',
    name: 'two fields share one dictionary',
    sealed: 'letter',
    forge: (_, { insider }) =>
      signRevision(
        letter(),
        { 1: CATALOG, 40: field('a', 41), 42: '<</Fields[40 0 R 43 0 R]/SigFlags 3>>', 43: field('b', 41) },
        { number: 41, by: insider },
      ),
    expect: { code: 'coverage-overlap', outcome: 'fail' },
  },
  {
    class: 'signature in two fields',
    name: 'two fields inherit one dictionary',
    sealed: 'letter',
    forge: (_, { insider }) =>
      signRevision(
        letter(),
        {
          1: CATALOG,
          40: '<</FT/Sig/T(a)/V 41 0 R/Kids[43 0 R 44 0 R]>>',
          42: '<</Fields[40 0 R]/SigFlags 3>>',
          43: '<</T(b)/Parent 40 0 R>>',
          44: '<</T(c)/Parent 40 0 R>>',
        },
        { number: 41, by: insider },
      ),
    expect: { code: 'coverage-overlap', outcome: 'fail' },
  },
  {
    class: 'signature in two fields',
    name: 'a later revision shows the signature in a second field',
    sealed: 'letter',
    forge: (sealed) => {
      const { form, value, next, field: old } = partsOf(sealed);
      return revise(sealed, {
        [form]: `<</Fields[${old} 0 R ${next} 0 R]/SigFlags 3>>`,
        [next]: field('again', value),
      });
    },
    expect: { code: 'coverage-overlap', outcome: 'fail' },
    inseparable: {
      codes: ['field-changed', 'object-revealed', 'signature-dictionary-changed'],
      why: 'a field that nobody signed was added, and in the signed revision it was not there',
    },
  },
  {
    class: NAME,
    name: 'a revision behind the range, with a copy of the signed end',
    sealed: 'letter',
    forge: (sealed) => revise(sealed, { [LETTER.content1]: FALSE_CONTENT }),
    expect: { code: 'page-content-changed', outcome: 'fail' },
    visible: { page: 1, rect: [72, 670, 300, 700], what: 'the amount' },
  },
];
