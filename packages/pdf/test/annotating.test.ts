/** Annotations after a signature: what they draw, and whether that lies over what was signed. */

import { zlibSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { latin } from './build.js';
import {
  changes,
  detailOf,
  document,
  findings,
  form,
  LINK,
  level,
  page,
  SQUARE,
  sign,
  stream,
  update,
} from './form-document.js';

type Objects = Record<number, string | null>;
/** Object 80 added to the first page. */
const added = (annotation: string, more: Objects = {}, base: Record<number, string> = {}): Uint8Array =>
  update(document(base), {
    4: page(' 80 0 R'),
    80: `<</Type/Annot${annotation}>>`,
    ...(annotation.includes('81 0 R') ? more : {}),
  });
const FACE = { 81: form('0 0 9 9 re f') };
const STAMP = '/Subtype/Stamp/P 4 0 R/AP<</N 81 0 R>>';

const NOTHING = ['pass coverage-annotated'];
const BESIDE = ['unknown annotation-added'];
const COVERS = ['fail annotation-covers-content'];

describe('an added annotation', () => {
  it.each([
    ['a link without a border', '/Subtype/Link/Border[0 0 0]/Rect[100 690 200 720]/A<</S/URI/URI(x)>>'],
    ['a link without a border by its style', '/Subtype/Link/BS<</W 0>>/Rect[100 690 200 720]/Dest[4 0 R/Fit]'],
    ['a closed popup', '/Subtype/Popup/Rect[100 690 200 720]'],
    ['a hidden note', '/Subtype/Text/F 2/Rect[100 690 200 720]/Contents(x)'],
    ['a note that is neither shown nor printed', '/Subtype/Text/F 32/Rect[100 690 200 720]'],
  ])('%s draws nothing', (_, annotation) => {
    expect(findings(added(annotation))).toEqual(NOTHING);
    expect(level(added(annotation))).toBe('annotations');
  });

  it.each([
    ['a stamp in the margin', `${STAMP}/Rect[500 20 560 60]`],
    ['a stamp that names no page', '/Subtype/Stamp/AP<</N 81 0 R>>/Rect[500 20 560 60]'],
    ['a link with the border it has by default', '/Subtype/Link/Rect[500 20 560 60]'],
    ['a note with an icon', '/Subtype/Text/Rect[500 60 520 80]'],
    ['a line of ink', '/Subtype/Ink/InkList[[500 60 520 80]]/Rect[500 60 520 80]'],
    [
      'a highlight over text, drawn by the viewer',
      '/Subtype/Highlight/Rect[100 690 200 720]/QuadPoints[100 690 200 690 100 720 200 720]',
    ],
    ['a note that is printed but not shown', '/Subtype/Text/F 36/Rect[500 60 520 80]'],
    ['an open popup', '/Subtype/Popup/Open true/Rect[500 60 520 80]'],
  ])('%s lies beside what was signed', (_, annotation) => {
    expect(findings(added(annotation, FACE))).toEqual(BESIDE);
  });

  it.each([
    ['a stamp over the text', `${STAMP}/Rect[110 700 120 710]`],
    ['a stamp over the end of the text', `${STAMP}/Rect[122 700 130 710]`],
    ['a stamp over the image', `${STAMP}/Rect[420 620 430 630]`],
    ['a stamp over a field', `${STAMP}/Rect[110 505 120 510]`],
    ['a stamp over an annotation', `${STAMP}/Rect[310 310 320 320]`],
    ['a stamp over everything', `${STAMP}/Rect[0 0 600 800]`],
    ['a stamp with its corners the other way round', `${STAMP}/Rect[120 710 110 700]`],
    ['a stamp without a rectangle', `${STAMP}/Rect[1 2 3]`],
    ['a stamp that keeps its size', `${STAMP}/F 8/Rect[200 690 290 780]`],
    ['a free text', '/Subtype/FreeText/Contents(x)/Rect[110 700 120 710]'],
    ['a line that leaves its rectangle', '/Subtype/Line/L[100 700 200 700]/Rect[500 20 560 60]'],
    ['ink that leaves its rectangle', '/Subtype/Ink/InkList[[100 700 200 700]]/Rect[500 20 560 60]'],
    ['a line with leaders', '/Subtype/Line/LL 900/L[500 20 560 60]/Rect[500 20 560 60]'],
    [
      'a strike through the text',
      '/Subtype/StrikeOut/Rect[100 690 200 720]/QuadPoints[100 690 200 690 100 720 200 720]',
    ],
    ['a note whose icon reaches the text', '/Subtype/Text/Rect[90 700 95 705]'],
    ['a highlight that paints over', '/Subtype/Highlight/AP<</N 81 0 R>>/Rect[100 690 200 720]'],
  ])('%s covers what was signed', (_, annotation) => {
    expect(findings(added(annotation, FACE))).toEqual(COVERS);
  });

  it.each([
    ['multiplied in a light colour', '/M gs 1 1 0 rg 0 0 9 9 re f', '/BM/Multiply', '', BESIDE],
    ['multiplied as a group', '/M gs /F Do', '/BM/Multiply', '', BESIDE],
    ['multiplied in black', '/M gs 0 g 0 0 9 9 re f', '/BM/Multiply', '', COVERS],
    ['multiplied with text', '/M gs BT ET', '/BM/Multiply', '', COVERS],
    [
      'multiplied inside a group of its own',
      '/M gs 1 1 0 rg 0 0 9 9 re f',
      '/BM/Multiply',
      '/Group<</S/Transparency/I true>>',
      COVERS,
    ],
    ['in a light colour', '1 1 0 rg 0 0 9 9 re f', '/BM/Multiply', '', COVERS],
    ['mixed otherwise', '/M gs 1 1 0 rg 0 0 9 9 re f', '/BM/Normal', '', COVERS],
    ['with strokes', '/M gs 1 1 0 rg 0 0 9 9 re S', '/BM/Multiply', '', COVERS],
    ['multiplied only elsewhere', 'q /M gs Q 1 1 0 rg 0 0 9 9 re f', '/BM/Multiply', '', COVERS],
  ])('a highlight %s', (_, content, mode, keys, expected) => {
    const resources = `/Resources<</ExtGState<</M<<${mode}>>>>/XObject<</F 82 0 R>>>>`;
    const inner = form('1 1 0 rg 0 0 9 9 re f', '/Group<</S/Transparency>>');
    const file = added('/Subtype/Highlight/AP<</N 81 0 R>>/Rect[100 690 200 720]', {
      81: form(content, resources + keys),
      ...(content.includes('/F Do')
        ? { 82: inner }
        : { 81: form(content, `/Resources<</ExtGState<</M<<${mode}>>>>>>${keys}`) }),
    });
    expect(findings(file)).toEqual(expected);
  });

  it.each([
    ['acts by itself', '/Subtype/Text/F 2/AA<<>>/Rect[0 0 9 9]', 'annotation-added'],
    ['runs a script', '/Subtype/Link/Border[0 0 0]/A<</S/JavaScript/JS(x)>>/Rect[0 0 9 9]', 'annotation-added'],
    [
      'runs another action afterwards',
      '/Subtype/Link/Border[0 0 0]/A<</S/URI/URI(x)/Next<</S/JavaScript>>>>/Rect[0 0 9 9]',
      'annotation-added',
    ],
    ['redacts', '/Subtype/Redact/F 2/Rect[0 0 9 9]', 'annotation-added'],
    ['is a watermark', '/Subtype/Watermark/Rect[0 0 9 9]', 'annotation-added'],
    ['plays', '/Subtype/Screen/Rect[0 0 9 9]', 'annotation-added'],
    ['has no kind', '/F 2/Rect[0 0 9 9]', 'annotation-added'],
    ['repeats a key', '/Subtype/Text/F 2/F 2/Rect[0 0 9 9]', 'annotation-added'],
    ['is a widget', '/Subtype/Widget/F 2/Rect[0 0 9 9]', 'field-changed'],
  ])('that %s is none to be added', (_, annotation, code) => {
    expect(findings(added(annotation))).toEqual([`fail ${code}`]);
    expect(level(added(annotation))).toBe('other');
  });

  it('is named with its page and rectangle', () => {
    const file = added(`${STAMP}/Rect[110 700 120 710]`, FACE);
    expect(changes(file)).toMatchObject([
      { subject: 'annotation', action: 'added', page: 1, rect: [110, 700, 120, 710], ref: { number: 80 } },
    ]);
    expect(detailOf(file)).toContain('page 1, at [110 700 120 710]');
  });

  it('may stand in an array of its own, on a page that has none, and directly in the array', () => {
    const note = '<</Type/Annot/Subtype/Text/F 2/Rect[0 0 9 9]>>';
    expect(findings(update(document(), { 60: `[63 0 R 80 0 R]`, 80: note }))).toEqual(NOTHING);
    expect(findings(update(document(), { 60: `[63 0 R ${note}]` }))).toEqual(NOTHING);
    const bare = document({ 6: '<</Type/Page/Parent 2 0 R/Contents 7 0 R>>', 60: 'null', 63: 'null' });
    expect(
      findings(update(bare, { 6: '<</Type/Page/Parent 2 0 R/Contents 7 0 R/Annots[80 0 R]>>', 80: note })),
    ).toEqual(NOTHING);
  });

  it.each([
    ['an older object', { 4: page(' 62 0 R') }, 'object-revealed'],
    ['an annotation of another page', { 4: page(' 63 0 R') }, 'object-revealed'],
    ['one that is there already', { 4: page(' 40 0 R') }, 'object-revealed'],
    ['a number', { 4: page(' 7') }, 'annotation-changed'],
    [
      'what the page shows',
      { 4: page(' 80 0 R').replace('/X 51', '/X 52'), 80: '<</Subtype/Text/F 2/Rect[0 0 9 9]>>' },
      'page-content-changed',
    ],
    [
      'the turn of the page',
      { 4: page(' 80 0 R').replace('/Contents', '/Rotate 90/Contents'), 80: '<</Subtype/Text/F 2/Rect[0 0 9 9]>>' },
      'page-content-changed',
    ],
    ['another order', { 4: page('', '40 0 R ').replace('70 0 R]', '70 0 R 40 0 R]') }, 'annotation-changed'],
    [
      'an array that two pages have',
      { 60: '[63 0 R 80 0 R]', 80: '<</Subtype/Text/F 2/Rect[0 0 9 9]>>' },
      'shared-object-changed',
    ],
  ] as [string, Objects, string][])('does not excuse %s', (name, objects, code) => {
    const base = name.startsWith('an array') ? { 8: '<</Private 60 0 R>>' } : {};
    expect(findings(update(document(base), objects))).toContain(`fail ${code}`);
  });

  it('may cover what another one drew that nobody signed', () => {
    const first = added(`${STAMP}/Rect[500 20 560 60]`, FACE);
    const second = (file: Uint8Array) =>
      update(file, { 4: page(' 80 0 R 90 0 R'), 90: `<</Type/Annot${STAMP}/Rect[500 20 560 60]>>` });
    expect(findings(second(first))).toEqual(BESIDE);
    const signed = sign(first);
    const covering = update(
      signed,
      { 4: page(' 80 0 R 120 0 R 130 0 R'), 130: `<</Type/Annot${STAMP}/Rect[500 20 560 60]>>` },
      '',
      140,
    );
    expect(findings(covering, 'Signature2')).toEqual(COVERS);
  });
});

describe('an older annotation', () => {
  it.each([
    ['changed where it drew', { 40: `<<${SQUARE}/AP<</N 80 0 R>>>>`, 80: form('f') }, ['fail annotation-changed']],
    ['written over', { 40: `<<${SQUARE}/T(x)/AP<</N 56 0 R>>>>`, 56: form('f') }, ['fail annotation-changed']],
    ['hidden', { 40: `<<${SQUARE}/F 2/AP<</N 56 0 R>>>>` }, ['fail annotation-changed']],
    [
      'moved over the text',
      { 40: `<<${SQUARE.replace('300 300 340 340', '100 700 120 720')}/AP<</N 56 0 R>>>>` },
      COVERS,
    ],
    [
      'of another kind',
      { 40: `<<${SQUARE.replace('Square', 'Circle')}/AP<</N 56 0 R>>>>` },
      ['fail annotation-changed'],
    ],
    ['with an action', { 40: `<<${SQUARE}/A<</S/JavaScript>>/AP<</N 56 0 R>>>>` }, ['fail annotation-changed']],
    ['on another page', { 40: `<<${SQUARE.replace('4 0 R', '6 0 R')}/AP<</N 56 0 R>>>>` }, ['fail annotation-changed']],
    ['whose appearance alone is another', { 56: form('f') }, ['fail annotation-changed']],
    ['removed', { 4: page('', '40 0 R '), 40: null, 56: null }, ['fail annotation-changed']],
    ['removed from the page alone', { 4: page('', '40 0 R ') }, ['fail annotation-changed']],
    ['that drew nothing, removed', { 4: page('', '41 0 R '), 41: null }, NOTHING],
    ['that drew nothing and still does', { 41: `<<${LINK}/NM(x)>>` }, NOTHING],
    ['that leads elsewhere', { 41: `<<${LINK.replace('(x)', '(y)')}>>` }, ['fail annotation-changed']],
    ['that drew nothing, with a border', { 41: `<<${LINK.replace('[0 0 0]', '[0 0 1]')}>>` }, BESIDE],
    ['of the page with an array, changed', { 63: `<<${LINK}/NM(x)>>` }, NOTHING],
  ] as [string, Objects, string[]][])('%s', (_, objects, expected) => {
    expect(findings(update(document(), objects))).toEqual(expected);
  });
});

describe('what a page draws', () => {
  const note = (rect: string, content: string, more: Record<number, string> = {}) =>
    findings(added(`${STAMP}/Rect[${rect}]`, FACE, { 5: stream(content), ...more }));

  it.each([
    ['a path', '500 20 m 520 40 l S'],
    ['a curve', '490 20 m 500 900 510 20 520 40 c S'],
    ['a filled rectangle', '500 20 10 10 re f'],
    ['a rectangle drawn backwards', '520 40 -20 -20 re f'],
    ['a thick line beside', '440 40 m 440 60 l 30 w S'],
    ['a moved rectangle', '1 0 0 1 500 20 cm 0 0 10 10 re f'],
    ['a turned rectangle', '0 1 -1 0 520 20 cm 0 0 10 10 re B'],
    ['text', 'BT /F1 10 Tf 500 20 Td (x) Tj ET'],
    ['text set by a matrix', 'BT /F1 1 Tf 10 0 0 10 500 20 Tm (x) Tj ET'],
    ['a second line of text', 'BT /F1 10 Tf 12 TL 500 40 Td (x) Tj T* (y) Tj ET'],
    ['text with adjustments', 'BT /F1 10 Tf 400 30 Td [(x) -10000 (y)] TJ ET'],
    ['text that returns', 'BT /F1 10 Tf 590 30 Td [(x) 6000 (y)] TJ ET'],
    ['text after an escape', 'BT /F1 10 Tf 500 20 Td (\\)) Tj ET'],
    ['an inline image', 'q 20 0 0 20 500 20 cm BI /W 1 /H 1 ID x EI Q'],
    ['a shading', '/S sh'],
    ['an unknown operator', 'nonsense'],
    ['an unterminated string', '(x'],
    ['unbalanced states', 'Q Q 500 20 10 10 re f'],
    ['a font that is not there', 'BT /None 10 Tf 0 0 Td (x) Tj ET'],
    ['white on a blend', '/B gs 1 g 500 20 10 10 re f'],
    ['black after white', '1 g 0 g 500 20 10 10 re f'],
    ['white strokes', '1 g 500 20 10 10 re B'],
  ])('%s under the annotation', (_, content) => {
    const resources = {
      4: '<</Type/Page/Parent 2 0 R/Contents 5 0 R/Resources<</Font<</F1 50 0 R>>/ExtGState<</B<</BM/Difference>>>>>>/Annots[]>>',
    };
    const signed = document({ ...resources, 5: stream(content) });
    const file = update(signed, {
      4: `${(resources[4] as string).slice(0, -4)}[70 0 R 80 0 R]>>`,
      80: `<</Type/Annot${STAMP}/Rect[490 10 530 60]>>`,
      ...FACE,
    });
    expect(findings(file)).toEqual(COVERS);
  });

  it.each([
    ['elsewhere', '0 0 10 10 re f'],
    ['white', '1 g 0 0 600 800 re f'],
    ['white in three colours', '1 1 1 rg 0 0 600 800 re f'],
    ['white in four', '0 0 0 0 k 0 0 600 800 re f'],
    ['clipped away', '0 0 10 10 re W n 0 0 600 800 re f'],
    ['shaded within a clip', '0 0 10 10 re W n /S sh'],
    ['after the clip is gone', 'q 0 0 10 10 re W n Q 0 0 10 10 re f'],
    ['never painted', '0 0 600 800 re n'],
    ['a comment', '% 0 0 600 800 re f\n'],
    ['a string with operators', 'BT /F1 1 Tf (0 0 600 800 re f) Tj ET'],
  ])('%s', (_, content) => {
    expect(note('500 20 560 60', content)).toEqual(BESIDE);
  });

  it('in forms, by their matrix, within their frame', () => {
    const inner = (matrix: string, bbox: string) =>
      note('500 20 560 60', '/X Do', {
        51: stream('0 0 600 800 re f', `/Type/XObject/Subtype/Form/BBox${bbox}/Matrix${matrix}`),
      });
    expect(inner('[1 0 0 1 0 0]', '[0 0 10 10]')).toEqual(BESIDE);
    expect(inner('[1 0 0 1 500 20]', '[0 0 10 10]')).toEqual(COVERS);
    expect(inner('[1 0 0 1 0 0]', '[0 0 600 800]')).toEqual(COVERS);
    expect(
      note('500 20 560 60', '/X Do', {
        51: stream('/X Do', '/Subtype/Form/BBox[0 0 1 1]/Resources<</XObject<</X 51 0 R>>>>'),
      }),
    ).toEqual(BESIDE);
  });

  it('in compressed streams and several of them; a filter that is not known counts as everywhere', () => {
    const packed = (text: string) => {
      const data = latin(zlibSync(Buffer.from(text)));
      return `<</Filter/FlateDecode/Length ${data.length}>>\nstream\n${data}\nendstream`;
    };
    expect(note('500 20 560 60', '', { 5: packed('0 0 10 10 re f') })).toEqual(BESIDE);
    expect(note('500 20 560 60', '', { 5: packed('500 20 10 10 re f') })).toEqual(COVERS);
    expect(note('500 20 560 60', 'x', { 5: stream('x', '/Filter/LZWDecode') })).toEqual(COVERS);
    const two = { 4: page().replace('/Contents 5 0 R', '/Contents[5 0 R 8 0 R]').replace(' 70 0 R', '') };
    const file = (second: string) =>
      findings(
        update(document({ ...two, 5: stream('500 20 10'), 8: stream(second) }), {
          4: page(' 80 0 R').replace('/Contents 5 0 R', '/Contents[5 0 R 8 0 R]'),
          80: `<</Type/Annot${STAMP}/Rect[500 20 560 60]>>`,
          ...FACE,
        }),
      );
    expect(file('10 re f')).toEqual(COVERS);
    expect(file('10 re n')).toEqual(BESIDE);
  });

  it('is followed only so far', () => {
    expect(note('500 20 560 60', '0 0 1 1 re f '.repeat(145_000))).toEqual(BESIDE);
    expect(note('500 20 560 60', '0 0 1 1 re f '.repeat(150_001))).toEqual(COVERS);
  });
});
