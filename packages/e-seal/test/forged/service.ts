/** Denial of service: files made to keep a verifier busy. They are refused by a code, soon; there is no valid reading of them. */
import { MAX_SIGNATURES } from '@gov/e-seal/pdf';
import { zlibSync } from 'fflate';
import { LETTER } from './documents.js';
import type { ForgedCase } from './world.js';
import { latin, partsOf, revise, stream, textOf } from './write.js';

const NAME = 'denial of service';
const refused = (name: string, code: string, forge: ForgedCase['forge']): ForgedCase => ({
  class: NAME,
  name,
  sealed: 'letter',
  forge,
  expect: { refused: code },
});

export const denialsOfService: readonly ForgedCase[] = [
  refused('/Prev leads back to itself', 'pdf-loop', (sealed) => {
    // The place of the cross-reference is known when everything before it has its length.
    const at = sealed.length;
    return revise(sealed, {}, { prev: at });
  }),
  refused('the page tree is its own child', 'pdf-loop', (sealed) =>
    revise(sealed, { [LETTER.tree]: '<</Type/Pages/Count 2/Kids[2 0 R 3 0 R]/MediaBox[0 0 9 9]>>' }),
  ),
  refused('a field is its own child', 'pdf-loop', (sealed) => {
    const { form, next } = partsOf(sealed);
    return revise(sealed, { [form]: `<</Fields[${next} 0 R]>>`, [next]: `<</T(a)/Kids[${next} 0 R]>>` });
  }),
  refused('ten thousand arrays in one another', 'pdf-limit', (sealed) =>
    revise(sealed, { 1: textOf(sealed, 1).replace(/^<</, `<</X ${'['.repeat(10_000)}${']'.repeat(10_000)}`) }),
  ),
  refused('more signatures than are looked at', 'pdf-limit', (sealed) => {
    const { form, next, field } = partsOf(sealed);
    const numbers = Array.from({ length: MAX_SIGNATURES + 1 }, (_, i) => next + i);
    return revise(sealed, {
      [form]: `<</Fields[${[field, ...numbers].map((number) => `${number} 0 R`).join(' ')}]/SigFlags 3>>`,
      ...Object.fromEntries(numbers.map((number) => [number, `<</FT/Sig/T(${number})/V<</Type/Sig>>>>`])),
    });
  }),
  refused('an object stream of 300 megabytes in 300 kilobytes', 'pdf-limit', (sealed) => {
    const { next } = partsOf(sealed);
    const data = latin(zlibSync(new Uint8Array(300 * 2 ** 20)));
    return revise(
      sealed,
      { [next]: stream(data, '/Type/ObjStm/N 1/First 4/Filter/FlateDecode') },
      { kind: 'stream', compressed: new Map([[LETTER.tree, { container: next, index: 0 }]]) },
    );
  }),
];
