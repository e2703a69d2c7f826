/** What filling in a form may change, and what only looks like it. */
import { describe, expect, it } from 'vitest';
import { cpuTime } from '../../../test/cpu-time.js';
import { buildPdf } from './build.js';
import {
  acroForm,
  CATALOG,
  CHECK,
  CHOICE,
  changes,
  document,
  EMPTY,
  FIXED,
  findings,
  form,
  INNER,
  KID,
  level,
  PAGE,
  PUSH,
  page,
  SUM,
  sign,
  signedUpdate,
  TEXT,
  update,
} from './form-document.js';

const FILLED = ['pass coverage-form-filled'];
const SHOWN = '/Tx BMC BT /Helv 9 Tf (x) Tj ET EMC';
type Objects = Record<number, string | null>;

it('the document is in order', () => {
  expect(findings(document())).toEqual(['pass coverage-whole-file']);
  expect(level(document())).toBe('none');
});

describe('filling in', () => {
  it.each([
    ['a text field', { 30: `<<${TEXT}/V(x)/AP<</N 52 0 R>>>>` }],
    ['a text field with a new appearance', { 30: `<<${TEXT}/V(x)/AP<</N 80 0 R>>>>`, 80: form(SHOWN) }],
    ['a text field with its appearance written over', { 30: `<<${TEXT}/V(x)/AP<</N 52 0 R>>>>`, 52: form(SHOWN) }],
    [
      'a text field with rich text, a date, and set flags',
      { 30: `<<${TEXT}/V(x)/RV(<p/>)/M(D:2026)/F 4/AP<</N 52 0 R>>>>` },
    ],
    [
      'a text field with the appearance apart',
      { 30: `<<${TEXT}/V(x)/AP 81 0 R>>`, 81: '<</N 80 0 R>>', 80: form(SHOWN) },
    ],
    ['a choice', { 31: `<<${CHOICE}/V(a)/I[0]>>` }],
    ['a choice of several', { 31: `<<${CHOICE}/V[(a)(b)]/I[0 1]/AP<</N 80 0 R>>>>`, 80: form(SHOWN) }],
    ['a check box', { 32: `<<${CHECK}/V/Yes/AS/Yes>>` }],
    [
      'a field with its widget apart',
      { 33: '<</FT/Tx/T(address)/Kids[34 0 R]/V(x)>>', 34: `<<${KID}/AP<</N 80 0 R>>>>`, 80: form(SHOWN) },
    ],
    [
      'a field whose widget only gets another content',
      { 33: '<</FT/Tx/T(address)/Kids[34 0 R]/V(x)>>', 55: form(SHOWN) },
    ],
    ['a field below another', { 36: `<<${INNER}/V(x)>>` }],
    ['a calculated field', { 39: `<<${SUM.replace('/V(0)', '/V(7)')}>>` }],
    ['several at once', { 30: `<<${TEXT}/V(x)/AP<</N 52 0 R>>>>`, 31: `<<${CHOICE}/V(b)>>`, 36: `<<${INNER}/V(y)>>` }],
    [
      'with no more need of appearances',
      { 20: acroForm(undefined, '/DR 21 0 R/NeedAppearances false'), 31: `<<${CHOICE}/V(a)>>` },
    ],
    ['with /NeedAppearances dropped', { 20: acroForm(undefined, '/DR 21 0 R'), 31: `<<${CHOICE}/V(a)>>` }],
    [
      'with a font more',
      { 21: '<</Font<</Helv 50 0 R/New 80 0 R>>>>', 80: '<</Type/Font>>', 31: `<<${CHOICE}/V(a)>>` },
    ],
    [
      'with the default resources written directly',
      {
        20: acroForm(undefined, '/DR<</Font<</Helv 50 0 R/New 80 0 R>>>>'),
        80: '<</Type/Font>>',
        31: `<<${CHOICE}/V(a)>>`,
      },
    ],
    ['with new information', { 3: '<</Producer(filler)>>', 31: `<<${CHOICE}/V(a)>>` }],
    ['in an object without a change', { 5: '<</Length 0>>\nstream\n\nendstream' }],
  ] as [string, Objects][])('%s', (name, objects) => {
    const file = update(
      document(name.startsWith('in an object') ? { 5: '<</Length 0>>\nstream\n\nendstream' } : {}),
      objects,
    );
    if (name.startsWith('in an object')) return expect(findings(file)).toEqual(['pass coverage-whole-file']);
    expect(findings(file)).toEqual(FILLED);
    expect(level(file)).toBe('form-filling');
    // And signing afterwards is no obstacle.
    expect(findings(sign(file))).toEqual(FILLED);
    expect(findings(sign(file), 'Signature2')).toEqual(['pass coverage-whole-file']);
  });

  it('names the field, the page and the rectangle', () => {
    const file = update(document(), { 36: `<<${INNER}/V(secret)>>`, 32: `<<${CHECK}/V/Yes/AS/Yes>>` });
    expect(changes(file)).toMatchObject([
      { field: 'agree', subject: 'field', page: 1, rect: [100, 420, 120, 440], revision: 2, action: 'changed' },
      { field: 'group.inner', subject: 'field', page: 1, rect: [100, 340, 200, 360], detail: 'was filled in' },
    ]);
    expect(JSON.stringify(changes(file))).not.toContain('secret');
  });

  it('and empties again', () => {
    const filled = update(document(), { 36: `<<${INNER}/V(x)>>` });
    expect(changes(update(filled, { 36: `<<${INNER}>>` })).at(-1)).toMatchObject({ detail: 'was emptied' });
  });

  it('fills what was signed empty, in one revision with the signature', () => {
    const file = signedUpdate(document(), {
      29: `<<${EMPTY}/V 110 0 R/AP<</N 80 0 R>>>>`,
      80: form(),
      36: `<<${INNER}/V(x)>>`,
    });
    expect(findings(file)).toEqual(FILLED);
    expect(findings(file, 'Empty')).toEqual(['pass coverage-whole-file']);
  });
});

describe('not filling in', () => {
  const shown = `<<${TEXT}/AP<</N 52 0 R>>>>`;
  it.each([
    ['moves a field', { 30: shown.replace('[100 500', '[0 0') }, 'field-changed', 'name'],
    ['renames a field', { 30: shown.replace('(name)', '(eman)') }, 'field-changed', 'name'],
    ['changes the type', { 30: shown.replace('/Tx', '/Ch') }, 'field-changed', 'name'],
    ['changes the flags', { 30: shown.replace('/FT', '/Ff 4096/FT') }, 'field-changed', 'name'],
    ['makes it read-only without a signature', { 30: shown.replace('/FT', '/Ff 1/FT') }, 'field-changed', 'name'],
    ['changes the font of a field', { 30: shown.replace('/Helv', '/Symb') }, 'field-changed', 'name'],
    ['adds a default value', { 30: shown.replace('/FT', '/DV(x)/FT') }, 'field-changed', 'name'],
    ['adds an icon', { 30: shown.replace('/FT', '/MK<</I 52 0 R>>/FT') }, 'field-changed', 'name'],
    ['adds an action', { 30: shown.replace('/FT', '/AA<<>>/FT') }, 'field-changed', 'name'],
    ['adds an activation', { 30: shown.replace('/FT', '/A<<>>/FT') }, 'field-changed', 'name'],
    ['adds a tool tip', { 30: shown.replace('/FT', '/TU(x)/FT') }, 'field-changed', 'name'],
    ['limits its length', { 30: shown.replace('/FT', '/MaxLen 3/FT') }, 'field-changed', 'name'],
    ['aligns it otherwise', { 30: shown.replace('/FT', '/Q 2/FT') }, 'field-changed', 'name'],
    ['hides a field', { 30: shown.replace('/FT', '/F 2/FT') }, 'field-changed', 'name'],
    ['changes the choices', { 31: `<<${CHOICE.replace('(b)', '(c)')}/V(c)>>` }, 'field-changed', 'city'],
    ['gives a text field a name', { 30: shown.replace('/FT', '/V/x/FT') }, 'field-changed', 'name'],
    ['gives a text field a stream', { 30: shown.replace('/FT', '/V 80 0 R/FT'), 80: form() }, 'field-changed', 'name'],
    ['gives a check box a text', { 32: `<<${CHECK}/V(x)/AS/Off>>` }, 'field-changed', 'agree'],
    ['presses a push button', { 37: `<<${PUSH}/V/x>>` }, 'field-changed', 'push'],
    ['gives a push button a face', { 37: `<<${PUSH}/AP<</N 80 0 R>>>>`, 80: form() }, 'field-changed', 'push'],
    ['fills a read-only field', { 38: `<<${FIXED.replace('(old)', '(new)')}>>` }, 'field-changed', 'fixed'],
    ['moves the widget', { 34: `<<${KID.replace('[100 380', '[0 0')}/AP<</N 55 0 R>>>>` }, 'field-changed', 'address'],
    ['gives the widget a value', { 34: `<<${KID}/V(x)/AP<</N 55 0 R>>>>` }, 'field-changed', 'address'],
    [
      'adds a widget to a field',
      { 33: '<</FT/Tx/T(address)/Kids[34 0 R 80 0 R]/V(x)>>', 80: `<<${KID}>>` },
      'field-changed',
      'address',
    ],
    ['takes the widget from a field', { 33: '<</FT/Tx/T(address)/Kids[]/V(x)>>' }, 'field-changed', 'address'],
    ['gives a group of fields a value', { 35: '<</T(group)/Kids[36 0 R]/V(x)>>' }, 'field-changed', 'group'],
    ['repeats a key', { 30: `<<${TEXT}/V(x)/V(y)/AP<</N 52 0 R>>>>` }, 'field-changed', 'name'],
    ['removes the field', { 30: 'null' }, 'field-changed', undefined],
    [
      'shows another text for the same value',
      { 30: `<<${TEXT}/AP<</N 80 0 R>>>>`, 80: form(SHOWN) },
      'field-appearance-changed',
      'name',
    ],
    [
      'writes the appearance over for the same value',
      { 30: `<<${TEXT}/M(D:2026)/AP<</N 52 0 R>>>>`, 52: form(SHOWN) },
      'field-appearance-changed',
      'name',
    ],
    ['takes the appearance away', { 30: `<<${TEXT}>>` }, 'field-appearance-changed', 'name'],
    ['checks a box without its value', { 32: `<<${CHECK}/AS/Yes>>` }, 'field-appearance-changed', 'agree'],
    ['names no state of the box', { 32: `<<${CHECK}/V/Yes/AS/No>>` }, 'field-appearance-changed', 'agree'],
    [
      'adds a face for the mouse',
      { 30: `<<${TEXT}/V(x)/AP<</N 52 0 R/R 80 0 R>>>>`, 80: form() },
      'field-appearance-changed',
      'name',
    ],
    ['shows what is no form', { 30: `<<${TEXT}/V(x)/AP<</N 51 0 R>>>>` }, 'field-appearance-changed', 'name'],
    ['shows a direct nothing', { 30: `<<${TEXT}/V(x)/AP<</N(x)>>>>` }, 'field-appearance-changed', 'name'],
  ] as [string, Objects, string, string | undefined][])('%s', (_, objects, code, field) => {
    const file = update(document(), objects);
    expect(findings(file)).toContain(`fail ${code}`);
    expect(level(file)).toBe('other');
    if (field !== undefined) expect(changes(file)).toContainEqual(expect.objectContaining({ field, code }));
  });

  it.each([
    ['the appearance alone', { 52: form(SHOWN) }, 'field-appearance-changed'],
    ['the form by another', { 1: `<<${CATALOG.replace('20 0 R', '80 0 R')}>>`, 80: acroForm() }, 'catalog-changed'],
    [
      'the calculation order',
      { 20: acroForm(undefined, '/DR 21 0 R/NeedAppearances true/CO[30 0 R]') },
      'catalog-changed',
    ],
    ['the default appearance', { 20: acroForm().replace('/Helv 0', '/Symb 0') }, 'catalog-changed'],
    [
      'the XFA form',
      { 20: acroForm(undefined, '/DR 21 0 R/NeedAppearances true/XFA 80 0 R'), 80: form() },
      'catalog-changed',
    ],
    [
      'the order of the fields',
      { 20: acroForm('31 0 R 30 0 R 32 0 R 33 0 R 35 0 R 37 0 R 38 0 R 39 0 R 29 0 R 70 0 R') },
      'catalog-changed',
    ],
    ['the font of the form by a name', { 21: '<</Font<</Helv 80 0 R>>>>', 80: '<</Type/Font>>' }, 'font-changed'],
    ['the font of the form', { 21: '<</Font<<>>>>' }, 'font-changed'],
    ['the resources of the form', { 21: '<</Font<</Helv 50 0 R>>/XObject<</X 51 0 R>>>>' }, 'font-changed'],
    ['the fonts by an older object', { 20: acroForm(undefined, '/DR 61 0 R/NeedAppearances true') }, 'font-changed'],
    ['the font itself', { 50: '<</Type/Font/Subtype/Type1/BaseFont/Courier>>' }, 'font-changed'],
    ['a field by an older object', { 20: acroForm(undefined).replace('70 0 R]', '70 0 R 61 0 R]') }, 'object-revealed'],
    [
      'a text field more',
      { 20: acroForm().replace('70 0 R]', '70 0 R 80 0 R]'), 80: '<</FT/Tx/T(x)>>' },
      'field-changed',
    ],
    [
      'an empty signature field',
      { 20: acroForm().replace('70 0 R]', '70 0 R 80 0 R]'), 80: '<</FT/Sig/T(x)>>' },
      'field-changed',
    ],
    ['the widget on the page', { 4: page('', '30 0 R ') }, 'field-changed'],
    ['another widget on the page', { 4: page(' 80 0 R'), 80: `<<${KID}>>` }, 'field-changed'],
  ] as [string, Objects, string][])('changes %s', (_, objects, code) => {
    expect(findings(update(document(), objects))).toContain(`fail ${code}`);
  });

  it.each([
    ['a page', { 4: `<<${PAGE.replace('/X 51 0 R', '/X 52 0 R')}/Annots[30 0 R]>>` }],
    ['another widget', { 31: `<<${CHOICE}/AP<</N 52 0 R>>>>` }],
    ['an icon', { 37: `<<${PUSH}/MK<</I 52 0 R>>>>` }],
    ['the catalog', { 1: `<<${CATALOG}/Private 52 0 R>>` }],
  ] as [string, Record<number, string>][])('writes over an appearance that %s shows too', (_, more) => {
    const filled = { 30: `<<${TEXT}/V(x)/AP<</N 52 0 R>>>>`, 52: form(SHOWN) };
    expect(findings(update(document(more), filled))).toEqual(['fail shared-object-changed']);
  });

  it('lets a new appearance use an older one, but not a replaced one', () => {
    const uses = (n: number) => form(SHOWN, `/Resources<</XObject<</X ${n} 0 R>>>>`);
    const objects = { 31: `<<${CHOICE}/V(a)/AP<</N 80 0 R>>>>` };
    expect(findings(update(document(), { ...objects, 80: uses(52) }))).toEqual(FILLED);
    const replaced = { 30: `<<${TEXT}/V(x)/AP<</N 52 0 R>>>>`, 52: form(SHOWN) };
    expect(findings(update(document(), { ...objects, ...replaced, 80: uses(52) }))).toEqual([
      'fail shared-object-changed',
    ]);
  });

  it('does not show the new appearance of another field', () => {
    const filled = { 30: `<<${TEXT}/V(x)/AP<</N 52 0 R>>>>`, 52: form(SHOWN) };
    const file = update(document(), { ...filled, 31: `<<${CHOICE}/V(a)/AP<</N 52 0 R>>>>` });
    expect(findings(file)).toContain('fail field-appearance-changed');
  });

  it('does not take a dictionary that is a field and a resource for harmless', () => {
    // A page that uses the field as its fonts: /AP or /V would be the name of one.
    const more = { 6: '<</Type/Page/Parent 2 0 R/Contents 7 0 R/Resources<</Font 36 0 R>>/Annots 60 0 R>>' };
    expect(findings(update(document(more), { 36: `<<${INNER}/V(x)>>` }))).toEqual(['fail shared-object-changed']);
    const info = { 6: '<</Type/Page/Parent 2 0 R/Contents 7 0 R/Resources<</Font<</Info 3 0 R>>>>/Annots 60 0 R>>' };
    const touched = { 3: '<</Type/Font>>', 36: `<<${INNER}/V(x)>>` };
    expect(findings(update(document(), touched))).toEqual(FILLED);
    expect(findings(update(document(info), touched))).toEqual(['fail shared-object-changed']);
    const glyphs = { 50: '<</Type/Font/Subtype/Type3/CharProcs 1 0 R>>' };
    const metadata = {
      1: `<<${CATALOG}/Metadata 80 0 R>>`,
      80: '<</Type/Metadata/Subtype/XML/Length 1>>\nstream\nx\nendstream',
    };
    expect(findings(update(document(), { ...metadata, 36: `<<${INNER}/V(x)>>` }))).toEqual(FILLED);
    expect(findings(update(document(glyphs), { ...metadata, 36: `<<${INNER}/V(x)>>` }))).toEqual([
      'fail shared-object-changed',
    ]);
  });

  it('is not excused by a form that an unlisted parent names', () => {
    const orphan = { 69: '<</Type/Annot/Subtype/Widget/FT/Tx/T(orphan)/Parent 35 0 R/Rect[0 0 9 9]>>' };
    const file = update(document(orphan), {
      69: '<</Type/Annot/Subtype/Widget/FT/Tx/T(orphan)/Parent 35 0 R/Rect[0 0 9 9]/V(x)>>',
    });
    expect(level(file)).toBe('other');
  });
});

describe('the appearance of a value', () => {
  const shown = (content: string, value = '(Zhang San)', more = '', keys = '') => {
    const text = TEXT.replace('/FT', `${more}/FT`);
    const signed = document({ 30: `<<${text}/AP<</N 52 0 R>>>>` });
    return findings(update(signed, { 30: `<<${text}/V${value}/AP<</N 80 0 R>>>>`, 80: form(content, keys) }));
  };
  const WRONG = ['fail field-appearance-changed'];
  it.each([
    ['its text', 'BT /Helv 9 Tf (Zhang San) Tj ET'],
    ['its text in pieces', 'BT /Helv 9 Tf [(Zha) -20 (ng)] TJ 0 -9 Td (San) Tj ET'],
    ['part of it', 'BT /Helv 9 Tf (Zhang) Tj ET'],
    ['its text clipped', 'q 0 0 100 20 re W n BT /Helv 9 Tf (Zhang San) Tj ET Q'],
  ])('shows %s', (_, content) => {
    expect(shown(content)).toEqual(FILLED);
  });
  it.each([
    ['another text', 'BT /Helv 9 Tf (Li Si) Tj ET'],
    ['more text', 'BT /Helv 9 Tf (Zhang San and Li Si) Tj ET'],
    ['nothing', 'q Q'],
    ['a white area', '1 g 0 0 100 20 re f BT /Helv 9 Tf (Zhang San) Tj ET'],
    ['a line', '0 0 m 9 9 l S BT /Helv 9 Tf (Zhang San) Tj ET'],
    ['a picture', 'BT /Helv 9 Tf (Zhang San) Tj ET /X Do'],
    ['a shading', 'BT /Helv 9 Tf (Zhang San) Tj ET /S sh'],
    ['an inline image', 'BT /Helv 9 Tf (Zhang San) Tj ET BI /W 1 ID x EI'],
    ['what cannot be read', 'BT /Helv 9 Tf (Zhang San) Tj ET (x'],
    ['too much', 'BT /Helv 9 Tf (Zhang San) Tj ET '.repeat(5001)],
  ])('does not show %s', (_, content) => {
    expect(shown(content)).toEqual(WRONG);
  });
  it('may show what a format makes of it, a border, a background, other encodings', () => {
    const other = 'BT /Helv 9 Tf (1,234.00) Tj ET';
    expect(shown(other, '(1234)', '/AA<</F<</S/JavaScript/JS(x)>>>>')).toEqual(FILLED);
    expect(shown(other, '(1234)')).toEqual(WRONG);
    expect(shown('BT /Helv 9 Tf (***) Tj ET', '(abc)', '/Ff 8192')).toEqual(FILLED);
    expect(shown(`1 g 0 0 100 20 re f ${SHOWN}`, '(x)', '/MK<</BG[1]>>')).toEqual(FILLED);
    expect(shown('BT /Helv 9 Tf (\xff) Tj ET', '<FEFF5F20>')).toEqual(FILLED);
    const encoded = (font: string) =>
      shown('BT /F 9 Tf (Li Si) Tj ET', '(Zhang San)', '', `/Resources<</Font<</F<</Type/Font${font}>>>>>>`);
    expect(encoded('/Subtype/Type0')).toEqual(FILLED);
    expect(encoded('/Subtype/Type1/BaseFont/ZapfDingbats')).toEqual(FILLED);
    expect(encoded('/Subtype/TrueType/Encoding/WinAnsiEncoding')).toEqual(WRONG);
  });
  it('presses one button alone, in a state it had', () => {
    const radio = (kids: string, keys: string) => `<</FT/Btn/Ff 49152/T(level)/Kids[${kids}]${keys}>>`;
    const button = (state: string, as: string) =>
      `<</Type/Annot/Subtype/Widget/P 4 0 R/Parent 33 0 R/Rect[0 0 9 9]/AP<</N<</${state} 53 0 R>>>>/AS/${as}>>`;
    const base = document({ 33: radio('34 0 R 69 0 R', '/V/Off'), 34: button('one', 'Off'), 69: button('two', 'Off') });
    const pressed = { 33: radio('34 0 R 69 0 R', '/V/one'), 34: button('one', 'one') };
    expect(findings(update(base, pressed))).toEqual(FILLED);
    expect(findings(update(base, { ...pressed, 69: button('two', 'two') }))).toEqual(WRONG);
    const more = button('one', 'one').replace('/one 53', '/new 53 0 R/one 53');
    expect(findings(update(base, { ...pressed, 34: more }))).toEqual(WRONG);
  });
});

it('five thousand fields take no time worth speaking of', () => {
  const objects: Record<number, string> = { 1: `<</Type/Catalog/Pages 2 0 R/AcroForm 6 0 R>>` };
  const refs: string[] = [];
  const filled: Record<number, string> = {};
  for (let i = 10; i < 5_010; i++) {
    objects[i] = `<</FT/Tx/T(f${i})/Subtype/Widget/P 4 0 R/Rect[0 0 1 1]>>`;
    filled[i] = `<</FT/Tx/T(f${i})/Subtype/Widget/P 4 0 R/Rect[0 0 1 1]/V(x)>>`;
    refs.push(`${i} 0 R`);
  }
  objects[6] = `<</Fields[${refs.join(' ')}]>>`;
  const file = update(sign(buildPdf({ objects })), filled, '', 5_100);
  const start = cpuTime();
  expect(findings(file)).toEqual(FILLED);
  expect(cpuTime() - start).toBeLessThan(5000);
}, 60_000);
