/** A page is found by its number, whatever the shape of the tree and in whatever order pages are asked for. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cpuTime } from '../../../test/cpu-time.js';
import { eachPage, openPdf } from '../src/index.js';

/** A tree: a number stands for that many pages, a list for a node. */
type Tree = readonly (number | Tree)[];

function pdfOf(tree: Tree): Uint8Array {
  const bodies: string[] = ['<</Type/Catalog/Pages 2 0 R>>'];
  const node = (children: Tree, at: number): number => {
    const kids: number[] = [];
    let pages = 0;
    for (const child of children) {
      for (let i = 0; typeof child === 'number' && i < child; i++) {
        kids.push(bodies.push('<</Type/Page/MediaBox[0 0 9 9]>>'));
        pages++;
      }
      if (typeof child === 'number') continue;
      const own = bodies.push('');
      kids.push(own);
      pages += node(child, own);
    }
    bodies[at - 1] = `<</Type/Pages/Count ${pages}/Kids[${kids.map((kid) => `${kid} 0 R`).join(' ')}]>>`;
    return pages;
  };
  node(tree, bodies.push(''));
  let text = '%PDF-1.7\n';
  let table = `xref\n0 ${bodies.length + 1}\n0000000000 65535 f \n`;
  bodies.forEach((body, i) => {
    table += `${String(text.length).padStart(10, '0')} 00000 n \n`;
    text += `${i + 1} 0 obj\n${body}\nendobj\n`;
  });
  const trailer = `trailer\n<</Size ${bodies.length + 1}/Root 1 0 R>>\nstartxref\n${text.length}\n%%EOF\n`;
  return new TextEncoder().encode(`${text}${table}${trailer}`);
}

const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.array(fc.oneof({ depthSize: 'small' }, fc.nat(5), tie('tree')), { maxLength: 5 }),
}));

describe('pages', () => {
  it('are the same one by one, in any order, and all in a row', () => {
    fc.assert(
      fc.property(tree, fc.array(fc.nat()), (shape, order) => {
        const doc = openPdf(pdfOf(shape));
        const all = [...eachPage(doc)].map(({ ref }) => ref.number);
        expect(doc.pageCount).toBe(all.length);
        for (const n of all.length === 0 ? [] : order) {
          const number = (n % all.length) + 1;
          expect(doc.page(number).ref.number).toBe(all[number - 1]);
        }
        expect(all.map((_, i) => doc.page(i + 1).ref.number)).toEqual(all);
      }),
    );
  });

  it('of a flat tree of thousands are found at once', () => {
    const doc = openPdf(pdfOf([20_000]));
    const start = cpuTime();
    for (let number = 20_000; number > 0; number--) doc.page(number);
    expect(cpuTime() - start).toBeLessThan(2000);
  });
});
