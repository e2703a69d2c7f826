/** A signature that a careless verifier accepts because a part of it is missing or malformed. */

import { letter } from './documents.js';
import { ALSO, type ForgedCase, resign, type Scene, signRevision } from './world.js';
import { changed, partsOf, revise } from './write.js';

const NAME = 'universal signature forgery';

const NO_RANGE = { codes: ['digest-mismatch'], why: 'without the ranges no digest can be right' } as const;

/** A letter signed by an insider's own software: field 40, value 41. */
const signedBy = (scene: Scene, keys: string, more: Record<number, string> = {}, indirect = false) =>
  signRevision(
    letter(),
    {
      1: '<</Type/Catalog/Pages 2 0 R/AcroForm 42 0 R>>',
      40: '<</FT/Sig/T(mine)/V 41 0 R>>',
      42: '<</Fields[40 0 R]/SigFlags 3>>',
      ...more,
    },
    { number: 41, by: scene.insider, keys, ...(indirect ? { rangeIn: 39 } : {}) },
  );

export const universalSignatureForgery: readonly ForgedCase[] = [
  {
    class: NAME,
    name: '/ByteRange has two numbers too many',
    sealed: 'letter',
    forge: (sealed, { office }) => resign(sealed, { by: office, ranges: (a, b, end) => [0, a, b, end - b, 0, 0] }),
    expect: { code: 'coverage-byte-range', outcome: 'fail' },
  },
  {
    class: NAME,
    name: '/ByteRange does not begin with 0',
    sealed: 'letter',
    forge: (sealed, { office }) => resign(sealed, { by: office, ranges: (a, b, end) => [5, a - 5, b, end - b] }),
    expect: { code: 'coverage-byte-range', outcome: 'fail' },
  },
  {
    class: NAME,
    name: '/ByteRange stands twice',
    sealed: 'letter',
    forge: (_, scene) => signedBy(scene, '/ByteRange[0 1 2 3]'),
    expect: { code: 'coverage-byte-range', outcome: 'fail' },
  },
  {
    class: NAME,
    name: '/ByteRange is a reference',
    sealed: 'letter',
    forge: (_, scene) => signedBy(scene, '', {}, true),
    expect: { code: 'coverage-byte-range', outcome: 'fail' },
  },
  {
    class: NAME,
    name: '/Contents stands twice',
    sealed: 'letter',
    forge: (_, scene) => signedBy(scene, '/Contents<3000>'),
    expect: { code: 'coverage-gap', outcome: 'fail' },
  },
  {
    class: NAME,
    name: 'a later revision takes /Contents away',
    sealed: 'letter',
    forge: (sealed) => {
      const { value } = partsOf(sealed);
      return revise(sealed, { [value]: changed(sealed, value, /\/Contents <[^>]*>/, '') });
    },
    expect: { code: 'signature-dictionary-changed', outcome: 'fail' },
    inseparable: ALSO.compared,
  },
  ...['null', '()', '<>', '<00>'].map(
    (contents): ForgedCase => ({
      class: NAME,
      name: `a later revision makes /Contents ${contents}`,
      sealed: 'letter',
      forge: (sealed) => {
        const { value } = partsOf(sealed);
        return revise(sealed, { [value]: changed(sealed, value, /\/Contents <[^>]*>/, `/Contents ${contents}`) });
      },
      expect: { code: 'signature-dictionary-changed', outcome: 'fail' },
      inseparable: ALSO.compared,
    }),
  ),
  ...['null', '[]', '[0 -1 -1 -1]', '[0 0 0 0]', '[0 99999999999 0 0]', '(x)'].map(
    (range): ForgedCase => ({
      class: NAME,
      name: `a later revision makes /ByteRange ${range}`,
      sealed: 'letter',
      forge: (sealed) => {
        const { value } = partsOf(sealed);
        return revise(sealed, { [value]: changed(sealed, value, /\/ByteRange \[[^\]]*\]/, `/ByteRange ${range}`) });
      },
      expect: { code: 'coverage-byte-range', outcome: 'fail' },
      inseparable: NO_RANGE,
    }),
  ),
];
