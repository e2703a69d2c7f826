/** Files that qpdf encrypted are read, signed and repaired; qpdf and Poppler look at what was appended. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  decodeStream,
  openPdf,
  PdfArray,
  PdfDict,
  type PdfDocument,
  PdfName,
  type PdfObject,
  PdfStream,
  PdfString,
  prepareSignature,
} from '@gov/pdf';
import { describe, expect, it } from 'vitest';
import { tool, workFolder } from '../tools.js';

const qpdf = tool('qpdf');
const openssl = tool('openssl', 'version');
const pdfsig = tool('pdfsig', '-v');
const pdftoppm = tool('pdftoppm', '-v');

const stream = (content: string, keys = ''): string =>
  `<<${keys}/Length ${content.length}>>\nstream\n${content}\nendstream`;
const OBJECTS = [
  '<</Type/Catalog/Pages 2 0 R/Metadata 6 0 R/Lang(zh-CN)/Names<</EmbeddedFiles<</Names[(note.txt) 7 0 R]>>>>>>',
  '<</Type/Pages/Count 1/Kids[4 0 R]/MediaBox[0 0 300 200]>>',
  '<</Producer(a \\(b\\))/Title<FEFF75358bc1>/Num[1.500 (a) () null]>>',
  '<</Type/Page/Parent 2 0 R/Contents 5 0 R/Resources<<>>/Annots[9 0 R]>>',
  stream('1 0 0 rg 20 20 40 40 re f'),
  stream('<x:xmpmeta xmlns:x="adobe:ns:meta/"/>', '/Type/Metadata/Subtype/XML'),
  '<</Type/Filespec/F(note.txt)/EF<</F 8 0 R>>>>',
  stream('attached text', '/Type/EmbeddedFile'),
  '<</Type/Annot/Subtype/Text/Rect[0 0 0 0]/Contents(a comment, encrypted like any other)>>',
];

function plainFile(): Uint8Array {
  let text = '%PDF-1.7\n';
  const rows = OBJECTS.map((body, i) => {
    const offset = text.length;
    text += `${i + 1} 0 obj\n${body}\nendobj\n`;
    return `${String(offset).padStart(10, '0')} 00000 n \n`;
  });
  const start = text.length;
  text += `xref\n0 ${rows.length + 1}\n0000000000 65535 f \n${rows.join('')}`;
  text += `trailer\n<</Size ${rows.length + 1}/Root 1 0 R/Info 3 0 R/ID[<01><01>]>>\nstartxref\n${start}\n%%EOF\n`;
  return Buffer.from(text, 'latin1');
}

/** Everything a document says, references followed, without what qpdf sets anew. */
function told(doc: PdfDocument): unknown {
  const seen = new Set<PdfObject>();
  const tell = (object: PdfObject | undefined): unknown => {
    const value = doc.resolve(object);
    if (value instanceof PdfName) return `/${value.value}`;
    if (value instanceof PdfString) return Buffer.from(value.bytes).toString('latin1');
    if (value instanceof PdfArray) return value.items.map(tell);
    if (value instanceof PdfStream) return [tell(value.dict), Buffer.from(decodeStream(doc, value)).toString('latin1')];
    if (!(value instanceof PdfDict)) return value;
    if (seen.has(value)) return 'seen';
    seen.add(value);
    const left = ['Parent', 'Length', 'Extensions', 'Filter', 'DecodeParms', 'P'];
    const keys = [...value.keys()].filter((key) => !left.includes(key)).sort();
    return Object.fromEntries(keys.map((key) => [key, tell(value.get(key))]));
  };
  return [tell(doc.trailer.get('Root')), tell(doc.trailer.get('Info'))];
}

/** User password, owner password, qpdf's options. */
const CASES: readonly (readonly [string, string, string])[] = [
  ['user', 'owner', '40'],
  ['', 'owner', '40 --print=n'],
  ['user', 'owner', '128 --use-aes=n'],
  ['', 'owner', '128 --use-aes=n --modify=annotate'],
  ['user', 'owner', '128 --use-aes=n --force-V4'],
  ['user', 'owner', '128 --use-aes=n --cleartext-metadata'],
  ['user', 'owner', '128 --use-aes=y'],
  ['user', 'owner', '128 --use-aes=y --cleartext-metadata'],
  ['', 'owner', '128 --use-aes=y --modify=none'],
  ['user', 'owner', '256 --force-R5'],
  ['', 'owner', '256 --force-R5 --cleartext-metadata'],
  ['user', 'owner', '256'],
  ['', 'owner', '256'],
  ['user', 'owner', '256 --cleartext-metadata'],
  ['user', 'owner', '256 --modify=form --extract=n'],
  ['口令', '省厅专用', '256'],
  ['u'.repeat(127), 'owner', '256'],
  ['same', 'same', '256'],
];
const FORMS = ['--object-streams=disable', '--object-streams=generate', '--linearize --object-streams=generate'];

const SIGNING = {
  page: 1,
  rect: [100, 100, 200, 180] as const,
  appearance: { bbox: [0, 0, 100, 80] as const, content: new TextEncoder().encode('0 0 1 rg 0 0 100 80 re f') },
  filter: 'Adobe.PPKLite',
  subFilter: 'adbe.pkcs7.detached',
  reservedBytes: 4096,
  reason: '同意 approved',
  signingTime: new Date('2024-05-01T02:00:00Z'),
};

describe.skipIf(qpdf === undefined)('qpdf', () => {
  const encrypted = (
    folder: ReturnType<typeof workFolder>,
    [user, owner, options]: readonly string[],
    form: string,
  ) => {
    const output = join(folder.path, 'encrypted.pdf');
    const input = folder.write('plain.pdf', plainFile());
    const args = ['--allow-weak-crypto', ...form.split(' '), '--encrypt', user!, owner!, ...options!.split(' '), '--'];
    const made = qpdf!([...args, input, output]);
    expect(made.status, made.text).toBe(0);
    return new Uint8Array(readFileSync(output));
  };

  describe.each(FORMS)('%s', (form) => {
    it.each(CASES)('user "%s", owner "%s", %s', (...parameters) => {
      const [user, owner] = parameters;
      using folder = workFolder();
      const input = encrypted(folder, parameters, form);
      // qpdf moves inherited page attributes when it linearizes.
      const plain = join(folder.path, 'rewritten.pdf');
      qpdf!([...form.split(' '), join(folder.path, 'plain.pdf'), plain]);
      const like = told(openPdf(new Uint8Array(readFileSync(plain))));
      for (const password of [user, owner]) expect(told(openPdf(input, { password }))).toEqual(like);

      const once = prepareSignature(openPdf(input, { password: owner }), SIGNING).finish(new Uint8Array(9).fill(1));
      const signed = prepareSignature(openPdf(once, { password: owner }), SIGNING).finish(new Uint8Array(9).fill(2));
      expect(Buffer.from(signed.subarray(0, input.length)).equals(input)).toBe(true);
      const file = folder.write('signed.pdf', signed);
      for (const password of new Set([user, owner])) {
        const checked = qpdf!(['--check', `--password=${password}`, file]);
        expect(checked.status, checked.text).toBe(0);
      }
      const decrypted = join(folder.path, 'decrypted.pdf');
      expect(qpdf!(['--decrypt', `--password=${user}`, file, decrypted]).status).toBe(0);
      expect(told(openPdf(new Uint8Array(readFileSync(decrypted))))).toEqual(told(openPdf(signed, { password: user })));
      expect(JSON.stringify(told(openPdf(new Uint8Array(readFileSync(decrypted)))))).toContain(
        'approved'.split('').join('\\u0000'),
      );
    });
  });

  it.each(FORMS)('has nothing to say of a repaired file: %s', (form) => {
    using folder = workFolder();
    const whole = Buffer.from(encrypted(folder, CASES[6]!, form)).toString('latin1');
    const damaged = Buffer.from(whole.replace(/startxref\n\d+/g, 'startxref\n5'), 'latin1');
    expect(qpdf!(['--check', '--password=user', folder.write('damaged.pdf', damaged)]).status).not.toBe(0);
    const doc = openPdf(damaged, { password: 'owner', repair: true });
    expect(doc.repaired).toBe(true);
    const signed = prepareSignature(doc, SIGNING).finish(new Uint8Array(9));
    const checked = qpdf!(['--check', '--password=user', folder.write('signed.pdf', signed)]);
    expect(checked.status, checked.text).toBe(0);
    const decrypted = join(folder.path, 'decrypted.pdf');
    qpdf!(['--decrypt', '--password=user', join(folder.path, 'signed.pdf'), decrypted]);
    expect(told(openPdf(new Uint8Array(readFileSync(decrypted))))).toEqual(told(openPdf(signed, { password: 'user' })));
  });
});

describe.skipIf(qpdf === undefined || openssl === undefined || pdfsig === undefined || pdftoppm === undefined)(
  'Poppler',
  () => {
    it.each(CASES.filter(([user]) => /^(user)?$/.test(user)))(
      'finds the signature valid and shows it: user "%s", owner "%s", %s',
      (user, owner, options) => {
        using folder = workFolder();
        const output = join(folder.path, 'encrypted.pdf');
        const args = ['--allow-weak-crypto', '--encrypt', user, owner, ...options.split(' '), '--'];
        qpdf!([...args, folder.write('plain.pdf', plainFile()), output]);
        const doc = openPdf(new Uint8Array(readFileSync(output)), { password: owner });
        const prepared = prepareSignature(doc, SIGNING);
        const [key, certificate, content, cms] = ['key.pem', 'cert.pem', 'content', 'cms'].map((n) =>
          join(folder.path, n),
        );
        const subject = ['-subj', '/CN=Sealing test', '-days', '1'];
        openssl!(['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key!, '-out', certificate!, ...subject]);
        writeFileSync(content!, Buffer.concat([...prepared.coveredParts()]));
        const keys = ['-signer', certificate!, '-inkey', key!, '-md', 'sha256'];
        openssl!(['cms', '-sign', '-binary', '-outform', 'DER', '-in', content!, '-out', cms!, ...keys]);
        const file = folder.write('signed.pdf', prepared.finish(new Uint8Array(readFileSync(cms!))));
        const report = pdfsig!(['-nocert', '-upw', user, file]).text;
        expect(report).toContain('Signature is Valid');
        expect(report).toContain('Total document signed');
        const { stdout } = pdftoppm!(['-r', '72', '-singlefile', '-upw', user, file]);
        const [, width, height] = /^P6\s+(\d+) (\d+)\s+255\n/.exec(stdout.toString('latin1'))!.map(Number);
        const pixels = stdout.subarray(stdout.length - width! * height! * 3);
        const at = (x: number, y: number): number[] => [...pixels.subarray(3 * (y * width! + x)).subarray(0, 3)];
        expect(at(150, 60)).toEqual([0, 0, 255]);
        expect(at(40, 160)).toEqual([255, 0, 0]);
        expect(at(250, 20)).toEqual([255, 255, 255]);
      },
    );
  },
);
