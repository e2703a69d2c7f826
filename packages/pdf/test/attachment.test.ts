import { describe, expect, it } from 'vitest';
import { embeddedFiles, openPdf, type PdfLimits } from '../src/index.js';
import { buildPdf, codeOf, latin } from './build.js';

const CATALOG = '<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles 6 0 R>>/AF[9 0 R 10 0 R]>>';
const stream = (text: string) => `<</Type/EmbeddedFile/Length ${text.length}>>\nstream\n${text}\nendstream`;
const files = (objects: Record<number, string>, limits: Partial<PdfLimits> = {}) =>
  embeddedFiles(openPdf(buildPdf({ objects: { 1: CATALOG, ...objects } }), { limits })).map(
    ({ name, key, relationship, bytes }) => [name, key, relationship, latin(bytes())],
  );

const usual = {
  6: '<</Kids[7 0 R 8 0 R]>>',
  7: '<</Names[(k1) 9 0 R (k2)]/Limits[(a)(b)]>>',
  8: '<</Names[(k3)<</F(data.xml)/EF<</F 13 0 R>>>>]>>',
  9: '<</F(old.xml)/UF<FEFF00640061007400612E0078006D006C>/AFRelationship/Data/EF<</F 11 0 R>>>>',
  10: '<</F(data.xml)/EF<</UF 12 0 R/F 11 0 R>>>>',
  11: stream('one'),
  12: stream('two'),
  13: stream('three'),
};

describe('embedded files', () => {
  it('come from the name tree and from /AF, one by one', () => {
    const found = files({ ...usual, 9: '<</F(old.xml)/UF(data.xml)/AFRelationship/Data/EF<</F 11 0 R>>>>' });
    expect(found).toEqual([
      ['data.xml', 'k1', 'Data', 'one'],
      ['data.xml', 'k3', undefined, 'three'],
      ['data.xml', undefined, undefined, 'two'],
      ['data.xml', undefined, undefined, 'one'],
    ]);
  });
  it('are none in most documents', () => {
    expect(embeddedFiles(openPdf(buildPdf()))).toEqual([]);
  });
  it.each([
    ['a tree that is its own branch', { 7: '<</Kids[6 0 R]>>' }, {}, 'pdf-loop'],
    ['a branch that is none', { 7: '(x)' }, {}, 'pdf-malformed'],
    ['a file that is none', { 11: '(x)' }, {}, 'pdf-malformed'],
    ['a bomb', { 11: '<</Filter/FlateDecode/Length 3>>\nstream\nxyz\nendstream' }, {}, 'pdf-malformed'],
    ['too deep a tree', { 6: '<</Kids[<</Kids[<<>>]>>]>>' }, { treeDepth: 1 }, 'pdf-limit'],
    ['too many files', {}, { attachments: 3 }, 'pdf-limit'],
  ] as [string, Record<number, string>, Partial<PdfLimits>, string][])('%s', (_, objects, limits, code) => {
    expect(codeOf(() => files({ ...usual, ...objects }, limits))).toBe(code);
  });
  it('exactly as many as the limit', () => {
    expect(files(usual, { attachments: 4 })).toHaveLength(4);
  });
});
