import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  assertMaySign,
  beginUpdate,
  coverageFindings,
  decodeStream,
  embeddedFiles,
  memoryFile,
  openPdf,
  PdfArray,
  PdfDict,
  type PdfDocument,
  PdfName,
  type PdfObject,
  PdfRef,
  PdfStream,
  PdfString,
  type PdfUpdate,
  prepareSignature,
  signaturesOf,
} from '../src/index.js';
import { appendTable, ascii, buildPdf, codeOf, latin, patch } from './build.js';
import { ENCRYPTED, PLAIN } from './encrypted-files.js';

const NAMES = Object.keys(ENCRYPTED);
const file = (name: string): Uint8Array => ENCRYPTED[name]!.file;
const open = (name: string, role: 'user' | 'owner' = 'user'): PdfDocument =>
  openPdf(file(name), { password: ENCRYPTED[name]![role] });

/** Everything a document says, references followed, without what every writer sets anew. */
function told(doc: PdfDocument): unknown {
  let count = 0;
  const tell = (object: PdfObject | undefined, depth = 0): unknown => {
    // An altered reference may lead back.
    if (depth > 30 || ++count > 2000) return '…';
    const value = doc.resolve(object);
    if (value instanceof PdfName) return `/${value.value}`;
    if (value instanceof PdfString) return `(${latin(value.bytes)})`;
    if (value instanceof PdfArray) return value.items.map((item) => tell(item, depth + 1));
    if (value instanceof PdfStream) return [tell(value.dict, depth + 1), latin(decodeStream(doc, value))];
    if (!(value instanceof PdfDict)) return value;
    const keys = [...value.keys()].filter((key) => !['Parent', 'Length', 'Extensions'].includes(key)).sort();
    return Object.fromEntries(keys.map((key) => [key, tell(value.get(key), depth + 1)]));
  };
  return [tell(doc.trailer.get('Root')), tell(doc.trailer.get('Info'))];
}

const SIGNING = {
  page: 1,
  rect: [10, 10, 60, 60] as const,
  filter: 'Gomain.GMPkiLite',
  subFilter: 'GM.sm2seal',
  reservedBytes: 64,
  reason: 'readable by whoever has the key',
  location: '北京',
  appearance: { bbox: [0, 0, 50, 50] as const, content: ascii('0 0 1 rg 0 0 50 50 re f') },
};
const sign = (input: Uint8Array, password: string): Uint8Array =>
  prepareSignature(openPdf(input, { password }), SIGNING).finish(Uint8Array.of(0x30, 3, 2, 1, 0));
const updated = (doc: PdfDocument, change: (update: PdfUpdate) => void): Uint8Array => {
  const update = beginUpdate(doc);
  change(update);
  return Buffer.concat([doc.file.read(0, doc.length), update.toTail()]);
};

describe.each(NAMES)('%s', (name) => {
  const { user, owner } = ENCRYPTED[name]!;

  it.each(['user', 'owner'] as const)('reads as the unencrypted document for the %s', (role) => {
    const doc = open(name, role);
    expect(doc.encryption).toMatchObject({ role });
    expect(told(doc)).toEqual(told(openPdf(PLAIN)));
    expect(latin(embeddedFiles(doc)[0]!.bytes())).toBe('attached text');
  });

  it('reads from a file that is not in memory', () => {
    const inner = memoryFile(file(name));
    const doc = openPdf({ length: inner.length, window: 16, read: (a, b) => inner.read(a, b) }, { password: user });
    expect(told(doc)).toEqual(told(openPdf(PLAIN)));
  });

  it('glances and gets alike', () => {
    const doc = open(name);
    const [glanced, got] = [doc.glance(doc.catalogRef.number), doc.get(doc.catalogRef)];
    expect((glanced as PdfDict).get('Lang')).toEqual((got as PdfDict).get('Lang'));
    const again = open(name);
    expect((again.glance(doc.catalogRef.number) as PdfDict).get('Lang')).toMatchObject({ bytes: ascii('zh-CN') });
  });

  it('asks for a password, and says when it is wrong', () => {
    expect(codeOf(() => openPdf(file(name)))).toBe(user === '' ? 'nothing thrown' : 'pdf-encrypted');
    expect(codeOf(() => openPdf(file(name), { password: 'uSer' }))).toBe('password-wrong');
    expect(codeOf(() => openPdf(file(name), { password: `${owner} ` }))).toBe('password-wrong');
    expect(() => openPdf(file(name), { password: 'hunter2' })).toThrow(/^(?!.*hunter2)/);
  });

  it('is signed by appending, and everything written is encrypted', () => {
    const signed = sign(file(name), owner);
    expect(signed.subarray(0, file(name).length)).toEqual(file(name));
    const tail = latin(signed.subarray(file(name).length));
    expect(tail).not.toContain('readable');
    expect(tail).not.toContain('Signature1');
    expect(tail).not.toContain('0 0 50 50 re f');
    expect(tail).toMatch(/\/Contents <3003020100(00){59}>/);
    const doc = openPdf(signed, { password: user });
    expect(doc.trailer.get('Encrypt')).toEqual(open(name).trailer.get('Encrypt'));
    expect(doc.trailer.get('ID')).toMatchObject({ items: (open(name).trailer.get('ID') as PdfArray).items });
    expect(doc.encryption).toMatchObject({ role: 'user' });
    const [signature] = signaturesOf(doc);
    expect(signature).toMatchObject({
      fieldName: 'Signature1',
      reason: SIGNING.reason,
      location: '北京',
      changed: false,
    });
    expect(latin(signature!.contents!.subarray(0, 6))).toBe('0\x03\x02\x01\0\0');
    expect(signature!.contentsSpan!.end - signature!.contentsSpan!.start).toBe(130);
    const appearance = doc.resolve(signature!.widgets[0]!.appearance) as PdfStream;
    expect(latin(decodeStream(doc, appearance))).toBe('0 0 1 rg 0 0 50 50 re f');
    expect(told(doc.asOf(0))).toEqual(told(openPdf(PLAIN)));
    expect(doc.resolve(doc.catalog.get('Lang'))).toMatchObject({ bytes: ascii('zh-CN') });
    expect(coverageFindings(doc, signature!)).toMatchObject([{ outcome: 'pass', code: 'coverage-whole-file' }]);
  });

  it('is signed twice, and the first signature stays as it was', () => {
    const doc = openPdf(sign(sign(file(name), owner), owner), { password: user });
    const [first, second] = signaturesOf(doc);
    for (const finding of coverageFindings(doc, first!)) expect(finding.outcome).toBe('pass');
    expect(coverageFindings(doc, second!)).toMatchObject([{ outcome: 'pass', code: 'coverage-whole-file' }]);
  });
});

describe('what is known of an encryption', () => {
  it.each([
    ['rc4-40', 'RC4', 40, 2],
    ['rc4-128', 'RC4', 128, 3],
    ['rc4-128-v4', 'RC4', 128, 4],
    ['aes-128', 'AES', 128, 4],
    ['aes-256-r5', 'AES', 256, 5],
    ['aes-256', 'AES', 256, 6],
  ])('%s', (name, method, keyBits, revision) => {
    expect(open(name).encryption).toMatchObject({ method, keyBits, revision });
  });

  it('is nothing for a file in plain', () => {
    expect(openPdf(PLAIN).encryption).toBeUndefined();
    expect(codeOf(() => openPdf(PLAIN, { password: 'any' }))).toBe('nothing thrown');
  });

  it('views of older revisions share it', () => {
    const doc = openPdf(sign(file('aes-256'), 'owner'), { password: 'owner' });
    expect(doc.asOf(0).encryption).toBe(doc.encryption);
  });
});

describe('permissions', () => {
  it.each([
    ['rc4-40', 'nothing thrown', 'nothing thrown'],
    ['rc4-40-forbidden', 'pdf-permission', 'pdf-permission'],
    ['rc4-128-open', 'pdf-permission', 'nothing thrown'],
    ['aes-256', 'nothing thrown', 'nothing thrown'],
    ['aes-256-form', 'pdf-permission', 'nothing thrown'],
    ['aes-256-annotate', 'pdf-permission', 'nothing thrown'],
    ['aes-256-forbidden', 'pdf-permission', 'pdf-permission'],
  ])('%s: a new field %s, an existing one %s, the owner anything', (name, fresh, existing) => {
    expect(codeOf(() => assertMaySign(open(name), { newField: true }))).toBe(fresh);
    expect(codeOf(() => assertMaySign(open(name), { newField: false }))).toBe(existing);
    expect(codeOf(() => assertMaySign(open(name, 'owner'), { newField: true }))).toBe('nothing thrown');
    expect(codeOf(() => sign(file(name), ENCRYPTED[name]!.user))).toBe(fresh);
  });

  it('are shown bit by bit', () => {
    expect(open('aes-256-form').encryption!.permissions).toEqual({
      print: true,
      printFaithfully: true,
      modify: false,
      copy: true,
      annotate: false,
      fillForms: true,
      assemble: true,
    });
    expect(open('rc4-40-forbidden').encryption!.permissions).toMatchObject({ annotate: false, fillForms: false });
  });
});

describe('what an update writes', () => {
  const info = (doc: PdfDocument): PdfRef => doc.trailer.get('Info') as PdfRef;
  const value = (doc: PdfDocument, ref: PdfRef, key: string): PdfObject =>
    doc.resolve((doc.resolve(ref) as PdfDict).get(key));

  it('keeps the bytes of values that stay in their object', () => {
    const doc = open('aes-128');
    const before = latin(file('aes-128'));
    const [title] = /\/Title <[0-9a-f]+>/.exec(before)!;
    const [list] = /\/Num (\[[^\]]+)/.exec(before)!.slice(1);
    const out = updated(doc, (update) => {
      const dict = doc.get(info(doc)) as PdfDict;
      const array = (dict.get('Num') as PdfArray).append(new PdfString(ascii('appended')));
      update.replace(info(doc), dict.with('Author', new PdfString(ascii('me'))).with('Num', array));
    });
    const tail = latin(out.subarray(doc.length));
    expect(tail).toContain(title);
    expect(tail).toContain(list);
    const read = openPdf(out, { password: 'user' });
    expect(value(read, info(doc), 'Author')).toMatchObject({ bytes: ascii('me') });
    expect((value(read, info(doc), 'Num') as PdfArray).items.map((item) => (item as PdfString)?.text ?? item)).toEqual([
      1.5,
      'a',
      '',
      null,
      'appended',
    ]);
  });

  it.each(['rc4-40', 'rc4-128-v4', 'aes-128', 'aes-256'])(
    're-encrypts values that move to another object: %s',
    (name) => {
      const doc = open(name);
      let whole: PdfRef | undefined;
      let part: PdfRef | undefined;
      const out = updated(doc, (update) => {
        whole = update.add(doc.get(info(doc)));
        part = update.add(PdfDict.of({ Copy: (doc.get(info(doc)) as PdfDict).get('Num')! }));
      });
      const read = openPdf(out, { password: 'user' });
      expect(value(read, whole!, 'Producer')).toMatchObject({ bytes: ascii('test (one)') });
      const copied = (value(read, part!, 'Copy') as PdfArray).items;
      expect(copied.map((item) => (item instanceof PdfString ? item.text : item))).toEqual([1.5, 'a', '', null]);
    },
  );

  it.each(['aes-128-packed', 'aes-256-packed'])('encrypts what was plain in an object stream: %s', (name) => {
    const doc = open(name);
    expect(doc.entry(info(doc).number)?.type).toBe('compressed');
    const same = updated(doc, (update) => update.replace(info(doc), doc.get(info(doc))));
    expect(latin(same.subarray(doc.length))).not.toContain('test');
    expect(told(openPdf(same, { password: ENCRYPTED[name]!.user }))).toEqual(told(doc));
  });

  it('keeps the text of what holds no string, wherever it goes', () => {
    const doc = open('aes-128-packed');
    const out = updated(doc, (update) => update.add(doc.page(1).dict));
    expect(latin(out.subarray(doc.length))).toContain('/Resources << >>');
  });

  it('takes a document in plain to a document in plain', () => {
    const doc = openPdf(PLAIN);
    const out = updated(doc, (update) => update.replace(info(doc), doc.get(info(doc))));
    expect(latin(out.subarray(PLAIN.length))).toContain('(test \\(one\\))');
  });

  it('never copies cipher text into another document', () => {
    const from = open('aes-256');
    const doc = openPdf(PLAIN);
    const out = updated(doc, (update) => update.replace(new PdfRef(3), from.get(info(from))));
    expect(value(openPdf(out), new PdfRef(3), 'Producer')).toMatchObject({ bytes: ascii('test (one)') });
    const other = open('aes-256-form');
    const second = updated(other, (update) => update.replace(info(other), from.get(info(from))));
    expect(value(openPdf(second, { password: 'user' }), info(other), 'Producer')).toMatchObject({
      bytes: ascii('test (one)'),
    });
  });

  const written = (name: string, dict: PdfDict): { tail: string; read: string; raw: Uint8Array } => {
    let ref: PdfRef | undefined;
    const doc = open(name);
    const out = updated(doc, (update) => {
      ref = update.add(new PdfStream(dict, ascii('stream content')));
    });
    const after = openPdf(out, { password: 'user' });
    const stream = after.get(ref!) as PdfStream;
    return { tail: latin(out.subarray(doc.length)), read: latin(decodeStream(after, stream)), raw: stream.raw };
  };
  const crypt = (name?: string) =>
    PdfDict.of({
      Filter: new PdfArray([new PdfName('Crypt')]),
      DecodeParms: new PdfArray([name === undefined ? null : PdfDict.of({ Name: new PdfName(name) })]),
    });

  it.each([
    ['an ordinary stream', 'aes-256', PdfDict.of({}), true],
    ['metadata', 'aes-128', PdfDict.of({ Type: new PdfName('Metadata') }), true],
    ['metadata that stay readable', 'aes-128-cleartext', PdfDict.of({ Type: new PdfName('Metadata') }), false],
    ['metadata that stay readable', 'aes-256-cleartext', PdfDict.of({ Type: new PdfName('Metadata') }), false],
    ['a stream beside metadata that stay readable', 'aes-256-cleartext', PdfDict.of({}), true],
    ['a stream with the identity filter', 'aes-256', crypt('Identity'), false],
    ['a stream with a filter without name', 'aes-256', crypt(), false],
    ['a stream with the usual filter', 'aes-128', crypt('StdCF'), true],
    [
      'metadata with a filter of their own',
      'aes-256-cleartext',
      crypt('StdCF').with('Type', new PdfName('Metadata')),
      true,
    ],
    ['a cross-reference stream', 'rc4-128', PdfDict.of({ Type: new PdfName('XRef') }), false],
    [
      'a cross-reference stream with a string',
      'aes-256',
      PdfDict.of({ Type: new PdfName('XRef'), ID: PdfString.text('x') }),
      false,
    ],
    ['a filter before there were any', 'rc4-128', crypt('Identity'), true],
  ])('%s in %s', (_, name, dict, hidden) => {
    const { tail, read } = written(name, dict);
    expect(read).toBe('stream content');
    expect(tail.includes('stream content')).toBe(!hidden);
  });

  it('refuses a crypt filter that is not there', () => {
    expect(codeOf(() => written('aes-256', crypt('Other')))).toBe('pdf-malformed');
  });

  it('leaves the encryption dictionary in plain', () => {
    const doc = open('aes-128');
    const ref = doc.trailer.get('Encrypt') as PdfRef;
    const out = updated(doc, (update) =>
      update.replace(ref, (doc.get(ref) as PdfDict).with('Extra', PdfString.text('x'))),
    );
    expect(told(openPdf(out, { password: 'user' }))).toEqual(told(doc));
    expect(latin(out.subarray(doc.length))).toContain('/Extra (x)');
  });
});

describe('crypt filters', () => {
  const both = '/StmF /StdCF /StrF /StdCF';

  it('for strings and attached files only', () => {
    const doc = openPdf(patch(file('aes-128'), both, '/StrF /StdCF /EFF /StdCF '), { password: 'user' });
    expect(doc.encryption!.method).toBe('none');
    expect(latin(embeddedFiles(doc)[0]!.bytes())).toBe('attached text');
    expect(doc.catalog.get('Lang')).toMatchObject({ bytes: ascii('zh-CN') });
    const content = doc.resolve(doc.page(1).dict.get('Contents')) as PdfStream;
    expect(content.raw).toHaveLength(48);
  });

  it('for streams only', () => {
    const doc = openPdf(patch(file('aes-128'), both, `/StmF /StdCF${' '.repeat(13)}`), { password: 'user' });
    expect((doc.catalog.get('Lang') as PdfString).bytes).toHaveLength(32);
    expect(latin(decodeStream(doc, doc.resolve(doc.page(1).dict.get('Contents')) as PdfStream))).toMatch(/re f$/);
  });
});

describe('encryption that is damaged or strange', () => {
  it.each([
    ['rc4-128', 400],
    ['aes-128-packed', 400],
    ['aes-256', 60],
  ])('altered %s throws typed errors or reads', (name, runs) => {
    const input = file(name);
    fc.assert(
      fc.property(fc.nat(input.length - 1), fc.nat(30), fc.uint8Array({ maxLength: 6 }), (at, gone, put) => {
        const altered = new Uint8Array(Buffer.concat([input.subarray(0, at), put, input.subarray(at + gone)]));
        const code = codeOf(() => {
          told(openPdf(altered, { password: ENCRYPTED[name]!.user }));
          sign(altered, ENCRYPTED[name]!.owner);
        });
        expect(code).toMatch(/^(nothing thrown|pdf-[a-z-]+|password-wrong|algorithm-unsupported)$/);
      }),
      { numRuns: process.env.SLOW ? 50 * runs : runs },
    );
  });

  const aes = file('aes-128');
  const content = (input: Uint8Array) => () => {
    const doc = openPdf(input, { password: 'user' });
    return decodeStream(doc, doc.resolve(doc.page(1).dict.get('Contents')) as PdfStream);
  };

  it('another handler', () => {
    expect(codeOf(() => openPdf(patch(aes, '/Filter /Standard', '/Filter /FooBarBa')))).toBe('algorithm-unsupported');
  });

  it('a dictionary that is none', () => {
    expect(codeOf(() => openPdf(ascii(latin(PLAIN).replace('/Root', '/Encrypt 3 0 R/Root'))))).toBe('pdf-malformed');
    expect(codeOf(() => openPdf(ascii(latin(PLAIN).replace('/Root', '/Encrypt 99 0 R/Root'))))).toBe('pdf-malformed');
    expect(codeOf(() => openPdf(ascii(latin(PLAIN).replace('/Root', '/Encrypt 5/Root'))))).toBe('pdf-malformed');
    expect(codeOf(() => openPdf(ascii(latin(PLAIN).replace('/Root', '/Encrypt null/Root'))))).toBe('nothing thrown');
  });

  it('a dictionary in an object stream, which would be encrypted', () => {
    const input = buildPdf({ kind: 'objstm', objects: { 6: '<</Filter/Standard>>' }, trailer: '/Encrypt 6 0 R' });
    expect(openPdf(buildPdf({ kind: 'objstm', objects: { 6: '<<>>' } })).entry(6)?.type).toBe('compressed');
    expect(() => openPdf(input)).toThrow('/Encrypt is no dictionary');
  });

  it('cipher text of a wrong length, and with wrong padding', () => {
    expect(codeOf(content(aes))).toBe('nothing thrown');
    expect(codeOf(content(patch(aes, '/Length 48', '/Length 47')))).toBe('pdf-malformed');
    const at = latin(aes).indexOf('/Length 48');
    const damaged = aes.slice();
    damaged[latin(aes).indexOf('endstream', at) - 2]! ^= 1;
    expect(codeOf(content(damaged))).toBe('pdf-malformed');
  });

  it('a file key that depends on the first identifier', () => {
    const other = ascii(latin(aes).replace('<31c7', '<31c8'));
    expect(codeOf(() => openPdf(other, { password: 'user' }))).toBe('password-wrong');
    const r6 = ascii(latin(file('aes-256')).replace('<31c7', '<31c8'));
    expect(codeOf(() => openPdf(r6, { password: 'user' }))).toBe('nothing thrown');
  });

  const keys = /trailer << (.*?) >>\n/.exec(latin(aes))![1]!;

  it('a later revision without the encryption: the older one still asks for the password', () => {
    const input = appendTable(aes, {}, keys.replace(/\/Encrypt \d+ 0 R/, ''));
    const doc = openPdf(input);
    expect(doc.encryption).toBeUndefined();
    expect(codeOf(() => doc.asOf(0))).toBe('pdf-encrypted');
    expect(openPdf(input, { password: 'user' }).asOf(0).encryption).toMatchObject({ role: 'user' });
  });

  it('a later revision with other parameters: each is opened by its own', () => {
    const [, number, body] = /(\d+) 0 obj\n(<< \/CF.*?>>)\nendobj/s.exec(latin(aes))!;
    const looser = body!.replace(/\/Filter \/Standard/, '/Extra 1 /Filter /Standard');
    const doc = openPdf(appendTable(aes, { [number!]: looser }, keys), { password: 'user' });
    expect(doc.asOf(0).encryption).not.toBe(doc.encryption);
    expect(told(doc.asOf(0))).toEqual(told(doc));
    // /P goes into the key: who alters it without the password shuts the file
    const forged = body!.replace(/\/P -\d+/, '/P -1');
    expect(codeOf(() => openPdf(appendTable(aes, { [number!]: forged }, keys), { password: 'user' }))).toBe(
      'password-wrong',
    );
  });
});
