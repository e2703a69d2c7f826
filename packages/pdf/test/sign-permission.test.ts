/** Certifying, locking, seed values: what a signature may forbid later ones, and what a field may demand. */
import { isGovError } from '@gov/verdict';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  certificationOf,
  type ExistingFieldOptions,
  fieldLocksOf,
  openPdf,
  PdfArray,
  PdfDict,
  type PdfDocument,
  type PdfObject,
  permissionOf,
  prepareSignature,
  prepareSignatureInField,
  type SignatureFieldOptions,
  signaturesOf,
} from '../src/index.js';
import { ascii, buildPdf, codeOf, KINDS } from './build.js';

const VALUE = { filter: 'F', subFilter: 'S', reservedBytes: 16 };
const INVISIBLE = { page: 1, rect: [0, 0, 0, 0] } as const;
const sign = (pdf: Uint8Array, more: Partial<SignatureFieldOptions> = {}) =>
  prepareSignature(openPdf(pdf), { ...INVISIBLE, ...VALUE, ...more }).finish(Uint8Array.of(0x30, 0));
const signIn = (pdf: Uint8Array, more: Partial<ExistingFieldOptions> = {}, field = 'Office') =>
  prepareSignatureInField(openPdf(pdf), field, { ...VALUE, ...more }).finish(Uint8Array.of(0x30, 0));
const plain = buildPdf();
const last = (pdf: Uint8Array) => signaturesOf(openPdf(pdf)).at(-1)!;
/** References resolved all the way down, as plain values. */
function plainOf(doc: PdfDocument, object: PdfObject | undefined): unknown {
  const value = doc.resolve(object);
  if (value instanceof PdfArray) return value.items.map((item) => plainOf(doc, item));
  if (value instanceof PdfDict)
    return Object.fromEntries([...value.entries].map(([key, entry]) => [key, plainOf(doc, entry.value)]));
  if (typeof value === 'object' && value !== null)
    return 'text' in value ? value.text : (value as { value: string }).value;
  return value;
}
const references = (pdf: Uint8Array) => {
  const list = last(pdf).dict.get('Reference');
  return list instanceof PdfArray
    ? list.items.map((item) => plainOf(openPdf(pdf), (item as PdfDict).without('Data')))
    : undefined;
};
/** One signature field, with further keys. */
const withField = (keys: string, objects: Record<number, string> = {}) =>
  buildPdf({
    objects: {
      1: '<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[6 0 R]>>>>',
      6: `<</FT/Sig/T(Office)/Type/Annot/Subtype/Widget/Rect[0 0 9 9]/P 4 0 R/F 132${keys}>>`,
      ...objects,
    },
  });

describe('a certification', () => {
  it.each(KINDS)('is written so that others find it: %s', (kind) => {
    for (const certify of [1, 2, 3] as const) {
      const out = sign(buildPdf({ kind }), { certify });
      const doc = openPdf(out);
      expect([certificationOf(doc), permissionOf(doc, last(out).dict)]).toEqual([certify, certify]);
      expect(references(out)).toEqual([
        {
          Type: 'SigRef',
          TransformMethod: 'DocMDP',
          TransformParams: { Type: 'TransformParams', P: certify, V: '1.2' },
        },
      ]);
      const permissions = doc.resolve(doc.catalog.get('Perms')) as PdfDict;
      expect(permissions.get('DocMDP')).toEqual(last(out).dictRef);
    }
  });

  it.each([
    ['in the catalog', '/Perms<</UR3 7 0 R>>', {}],
    ['as an object', '/Perms 6 0 R', { 6: '<</UR3 7 0 R>>' }],
    ['as null', '/Perms null', {}],
  ])('leaves other permissions as they are, %s', (_, keys, objects) => {
    const pdf = buildPdf({ objects: { 1: `<</Type/Catalog/Pages 2 0 R${keys}>>`, 7: '<<>>', ...objects } });
    const doc = openPdf(sign(pdf, { certify: 2 }));
    const permissions = doc.resolve(doc.catalog.get('Perms')) as PdfDict;
    expect(permissions.has('UR3')).toBe(!keys.includes('null'));
    expect(certificationOf(doc)).toBe(2);
  });

  it('is the first signature or none', () => {
    expect(codeOf(() => sign(sign(plain), { certify: 2 }))).toBe('pdf-signed');
    expect(codeOf(() => sign(sign(plain, { type: 'DocTimeStamp' }), { certify: 2 }))).toBe('pdf-signed');
    expect(codeOf(() => sign(sign(plain, { certify: 3 }), { certify: 3 }))).toBe('pdf-certified');
    expect(codeOf(() => sign(plain, { certify: 4 as 3 }))).toBe('invalid-argument');
  });

  it('of 1 permits nothing but document timestamps, of 2 and 3 further signatures', () => {
    const certified = sign(plain, { certify: 1 });
    expect(codeOf(() => sign(certified))).toBe('pdf-certified');
    const stamped = sign(certified, { type: 'DocTimeStamp' });
    expect(signaturesOf(openPdf(stamped))).toHaveLength(2);
    expect(codeOf(() => sign(stamped))).toBe('pdf-certified');
    expect(codeOf(() => sign(certified, { type: 'DocTimeStamp', lock: { action: 'All', fields: [] } }))).toBe(
      'invalid-argument',
    );
    for (const certify of [2, 3] as const)
      expect(signaturesOf(openPdf(sign(sign(plain, { certify }))))).toHaveLength(2);
  });
});

describe('a lock', () => {
  it('stands in the field and holds by the signature', () => {
    for (const lock of [
      { action: 'All', fields: [] },
      { action: 'Include', fields: ['a', '字段.b'] },
      { action: 'Exclude', fields: ['c'] },
    ] as const) {
      const out = sign(plain, { lock });
      const doc = openPdf(out);
      const { fieldRef, dict } = last(out);
      const field = doc.resolve(fieldRef) as PdfDict;
      const keys = { Action: lock.action, ...(lock.action === 'All' ? {} : { Fields: lock.fields }) };
      expect(plainOf(doc, field.get('Lock'))).toEqual({ Type: 'SigFieldLock', ...keys });
      // §12.7.5.5: an indirect reference.
      expect(field.get('Lock')).toHaveProperty('number');
      expect(references(out)).toEqual([
        {
          Type: 'SigRef',
          TransformMethod: 'FieldMDP',
          TransformParams: { Type: 'TransformParams', ...keys, V: '1.2' },
        },
      ]);
      const [reference] = (dict.get('Reference') as PdfArray).items;
      expect((reference as PdfDict).get('Data')).toEqual(doc.catalogRef);
      expect(fieldLocksOf(doc, dict)).toEqual([lock]);
    }
  });

  it('states a permission in the field only, where PDF 2.0 has it', () => {
    const out = sign(plain, { lock: { action: 'Include', fields: ['x'], permission: 1 } });
    const doc = openPdf(out);
    expect(plainOf(doc, (doc.resolve(last(out).fieldRef) as PdfDict).get('Lock'))).toMatchObject({ P: 1 });
    expect(JSON.stringify(references(out))).not.toContain('"P"');
    expect(codeOf(() => sign(out))).toBe('pdf-certified');
    expect(codeOf(() => sign(out, { type: 'DocTimeStamp' }))).toBe('nothing thrown');
    const signable = sign(plain, { lock: { action: 'Include', fields: ['x'], permission: 2 } });
    expect(codeOf(() => sign(signable))).toBe('nothing thrown');
  });

  it('goes with a certification', () => {
    const out = sign(plain, { certify: 2, lock: { action: 'Include', fields: ['x'] } });
    expect(references(out)?.map((one) => (one as { TransformMethod: string }).TransformMethod)).toEqual([
      'DocMDP',
      'FieldMDP',
    ]);
  });

  it.each([
    [{ action: 'All', fields: [] }, 'Office', 'pdf-field-locked'],
    [{ action: 'Include', fields: ['Office'] }, 'Office', 'pdf-field-locked'],
    [{ action: 'Include', fields: ['Offic'] }, 'Office', 'nothing thrown'],
    [{ action: 'Exclude', fields: ['Office'] }, 'Office', 'nothing thrown'],
    [{ action: 'Exclude', fields: ['Other'] }, 'Office', 'pdf-field-locked'],
    [{ action: 'Include', fields: ['Form'] }, 'Form.Office', 'pdf-field-locked'],
    [{ action: 'Include', fields: ['For'] }, 'Form.Office', 'nothing thrown'],
  ] as const)('%o, then signing in %s: %s', (lock, name, code) => {
    const nested = withField('', {
      1: '<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[7 0 R]>>>>',
      6: '<</FT/Sig/T(Office)/Parent 7 0 R/Subtype/Widget/Rect[0 0 9 9]/P 4 0 R>>',
      7: '<</T(Form)/Kids[6 0 R]>>',
    });
    const locked = sign(name === 'Office' ? withField('') : nested, {
      lock: lock as SignatureFieldOptions['lock'] & {},
    });
    expect(codeOf(() => signIn(locked, {}, name))).toBe(code);
    expect(codeOf(() => sign(locked, { type: 'DocTimeStamp' }))).toBe('nothing thrown');
    const fresh = codeOf(() => sign(locked, { fieldName: 'New' }));
    expect(fresh).toBe(lock.action === 'Include' ? 'nothing thrown' : 'pdf-field-locked');
  });

  it.each([
    [{ action: 'Some', fields: ['a'] }],
    [{ action: 'All', fields: ['a'] }],
    [{ action: 'Include', fields: [] }],
  ])('is not %o', (lock) => {
    expect(codeOf(() => sign(plain, { lock: lock as SignatureFieldOptions['lock'] & {} }))).toBe('invalid-argument');
  });

  it('that cannot be told locks all', () => {
    const out = sign(plain, { lock: { action: 'Include', fields: ['x'] } });
    const text = Buffer.from(out).toString('latin1').replaceAll('/Action /Include', '/Action /Inclvde');
    expect(codeOf(() => sign(ascii(text)))).toBe('pdf-field-locked');
  });

  it('that a field asks for is written from it', () => {
    for (const [keys, lock] of [
      ['/Lock<</Action/All>>', { action: 'All', fields: [] }],
      ['/Lock 7 0 R', { action: 'Include', fields: ['a'], permission: 2 }],
    ] as const) {
      const out = signIn(withField(keys, { 7: '<</Type/SigFieldLock/Action/Include/Fields[(a)]/P 2>>' }));
      const { permission: _, ...written } = { permission: undefined, ...lock };
      expect(fieldLocksOf(openPdf(out), last(out).dict)).toEqual([written]);
    }
    const own = { lock: { action: 'All', fields: [] } } as const;
    expect(codeOf(() => signIn(withField('/Lock<</Action/All>>'), own))).toBe('invalid-argument');
    expect(codeOf(() => signIn(withField(''), { lock: { ...own.lock, permission: 1 } }))).toBe('invalid-argument');
    expect(fieldLocksOf(openPdf(signIn(withField(''), own)), last(signIn(withField(''), own)).dict)).toEqual([
      own.lock,
    ]);
    for (const bad of ['/Action/Some', '/Action/Include', '/Action/Include/Fields[1]', '/Action/All/P 4', '/P 1'])
      expect(codeOf(() => signIn(withField(`/Lock<<${bad}>>`)))).toBe('pdf-unfaithful');
  });
});

describe('a seed value', () => {
  const good = {
    ...{ filter: 'Adobe.PPKLite', subFilter: 'ETSI.CAdES.detached', reason: '同意', digestMethod: 'SHA256' },
    certificates: [Uint8Array.of(1, 2), Uint8Array.of(3)],
  };
  it.each<[string, Partial<ExistingFieldOptions>, string]>([
    ['', {}, 'nothing thrown'],
    ['/Filter/X', {}, 'nothing thrown'],
    ['/Ff 1/Filter/X', {}, 'pdf-seed-value'],
    ['/Ff 1/Filter/Adobe.PPKLite', {}, 'nothing thrown'],
    ['/Ff 2/SubFilter[/a/ETSI.CAdES.detached]', {}, 'nothing thrown'],
    ['/Ff 2/SubFilter[/a/adbe.pkcs7.detached]', {}, 'pdf-seed-value'],
    ['/SubFilter[/a]', {}, 'nothing thrown'],
    ['/Ff 2/SubFilter/a', {}, 'pdf-malformed'],
    ['/Ff 64/DigestMethod[(SHA384)(SHA512)]', {}, 'pdf-seed-value'],
    ['/Ff 64/DigestMethod[(SHA256)]', {}, 'nothing thrown'],
    ['/Ff 64/DigestMethod[(SHA256)]', { digestMethod: 'SM3' }, 'pdf-seed-value'],
    ['/Ff 8/Reasons[(a)<FEFF540C610F>]', {}, 'nothing thrown'],
    ['/Ff 8/Reasons[(a)]', {}, 'pdf-seed-value'],
    ['/Ff 8/Reasons[(.)]', {}, 'pdf-seed-value'],
    ['/Ff 4/V 3', {}, 'nothing thrown'],
    ['/Ff 4/V 4', {}, 'pdf-seed-value'],
    ['/Ff 32/AddRevInfo true', {}, 'pdf-seed-value'],
    ['/Ff 32/AddRevInfo false', {}, 'nothing thrown'],
    ['/Ff 16/LegalAttestation[(x)]', {}, 'pdf-seed-value'],
    ['/Ff 128/LockDocument/true', {}, 'pdf-seed-value'],
    ['/Ff 256/AppearanceFilter(x)', {}, 'pdf-seed-value'],
    ['/MDP<</P 0>>', {}, 'nothing thrown'],
    ['/MDP<</P 2>>', {}, 'pdf-seed-value'],
    ['/MDP<</P 2>>', { certify: 2 }, 'nothing thrown'],
    ['/MDP<</P 2>>', { certify: 1 }, 'pdf-seed-value'],
    ['/MDP<</P 0>>', { certify: 1 }, 'pdf-seed-value'],
    ['/TimeStamp<</URL(http://x)/Ff 1>>', {}, 'pdf-seed-value'],
    ['/TimeStamp<</URL(http://x)/Ff 1>>', { timestamped: true }, 'nothing thrown'],
    ['/TimeStamp<</URL(http://x)>>', {}, 'nothing thrown'],
    ['/Cert<</Ff 1/Subject[<0102>]>>', {}, 'nothing thrown'],
    ['/Cert<</Ff 1/Subject[<03>]>>', {}, 'pdf-seed-value'],
    ['/Cert<</Subject[<03>]>>', {}, 'nothing thrown'],
    ['/Cert<</Ff 2/Issuer[<03>]>>', {}, 'nothing thrown'],
    ['/Cert<</Ff 2/Issuer[<04>]>>', {}, 'pdf-seed-value'],
    ['/Cert<</Ff 4/OID[(1.2)]>>', {}, 'pdf-seed-value'],
    ['/MDP 1', {}, 'pdf-malformed'],
    ['/Ff(x)', {}, 'pdf-malformed'],
    ['/MDP<</P 0/P 2>>', {}, 'pdf-malformed'],
  ])('%s, %o: %s', (seed, change, code) => {
    expect(codeOf(() => signIn(withField(`/SV<<${seed}>>`), { ...good, ...change }))).toBe(code);
  });

  it('that wants no reason gets none', () => {
    const { reason: _, ...silent } = good;
    for (const reasons of ['[(.)]', '[]'])
      expect(codeOf(() => signIn(withField(`/SV<</Ff 8/Reasons${reasons}>>`), silent))).toBe('nothing thrown');
  });
});

describe('an existing field', () => {
  it('keeps what it says of itself', () => {
    const out = signIn(withField('/TU(a name)/DA(x)'));
    const doc = openPdf(out);
    const field = doc.resolve(last(out).fieldRef) as PdfDict;
    expect([...field.keys()].filter((key) => key !== 'V')).toEqual([
      ...['FT', 'T', 'Type', 'Subtype', 'Rect', 'P', 'F', 'TU', 'DA'],
    ]);
    expect(field.get('F')).toBe(132);
  });

  it('is there once, and empty', () => {
    expect(codeOf(() => signIn(withField(''), {}, 'Missing'))).toBe('pdf-field-missing');
    expect(codeOf(() => signIn(signIn(withField('')), {}))).toBe('pdf-field-missing');
  });
});

describe('forms of any kind', () => {
  it('throw nothing but GovError when they are signed', () => {
    const keys =
      '/Lock<</Action/Include/Fields[(a)]/P 2>>/SV<</Ff 75/Filter/F/SubFilter[/S]/Reasons[(r)]/DigestMethod[(SM3)]/MDP<</P 0>>/Cert<</Ff 3/Subject[<01>]/Issuer[<02>]>>/TimeStamp<</Ff 1>>>>';
    const text = Buffer.from(withField(keys)).toString('latin1');
    const [from, to] = [text.indexOf('/AcroForm'), text.indexOf('/Contents')];
    const field = text.indexOf('/Lock');
    const answer = { certificates: [Uint8Array.of(1), Uint8Array.of(2)], digestMethod: 'SM3', timestamped: true };
    const place = fc.oneof(fc.integer({ min: from, max: to }), fc.integer({ min: field, max: field + keys.length }));
    fc.assert(
      fc.property(place, fc.constantFrom(...'0123456789 []<>/()RnullACsig'), (at, char) => {
        const pdf = ascii(text.slice(0, at) + char + text.slice(at + 1));
        for (const act of [
          () => signIn(pdf, { ...answer, reason: 'r' }),
          () => sign(pdf, { certify: 2 }),
          () => sign(sign(pdf)),
        ])
          try {
            act();
          } catch (error) {
            expect(isGovError(error)).toBe(true);
          }
      }),
      { numRuns: process.env.SLOW === undefined ? 700 : 20_000 },
    );
    expect(codeOf(() => signIn(ascii(text), { ...answer, reason: 'r' }))).toBe('nothing thrown');
  });
});
