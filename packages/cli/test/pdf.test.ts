import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '@gov/cli';
import { openPdf, signaturesOf } from '@gov/pdf';
import { readPrivateKey } from '@gov/pki/private-key';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { SEAL_PNG } from '../../../test/world.js';
import { gov, json } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'gov-pdf-'));
const at = (name: string) => join(folder, name);
const read = (name: string) => new Uint8Array(readFileSync(at(name)));
const put = (name: string, content: string | Uint8Array): string => {
  writeFileSync(at(name), content);
  chmodSync(at(name), 0o600);
  return at(name);
};
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const AT = ['--at', '2026-05-20T10:00:00+08:00'];
const TRUST = ['--trust', at('anchors')];
const SM2 = ['--cert', at('signer.crt.pem'), '--key', at('signer.key.pem')];
const RSA = ['--cert', at('rsa.crt.pem'), '--key', at('rsa.key.pem')];
const SEAL = ['--seal', at('seal.esl'), ...SM2];
const PLACE = ['--page', '1', '--x', '100', '--y', '100'];

/** A4 pages with a line of text and a form field each; cross-reference table. */
function pdf({ pages = 3, text = 'Seal here', more = '' } = {}): string {
  const bodies = [
    `<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]/DA(/F 0 Tf 0 g)>>${more}>>`,
    `<</Type/Pages/Count ${pages}/Kids[${Array.from({ length: pages }, (_, i) => `${6 + 2 * i} 0 R`).join(' ')}]/MediaBox[0 0 595 842]/Resources<</Font<</F 3 0 R>>>>>>`,
    '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>',
    '<</Type/Annot/Subtype/Widget/FT/Tx/T(name)/Rect[72 144 216 180]/F 4/P 6 0 R>>',
    'null',
    ...Array.from({ length: pages }, (_, i) => {
      const content = `BT /F 24 Tf 200 400 Td (${text} ${i + 1}) Tj ET`;
      return [
        `<</Type/Page/Parent 2 0 R/Contents ${7 + 2 * i} 0 R${i === 0 ? '/Annots[4 0 R]' : ''}>>`,
        `<</Length ${content.length}>>\nstream\n${content}\nendstream`,
      ];
    }).flat(),
  ];
  let out = '%PDF-1.7\n';
  let table = `xref\n0 ${bodies.length + 1}\n0000000000 65535 f \n`;
  bodies.forEach((body, i) => {
    table += `${String(out.length).padStart(10, '0')} 00000 n \n`;
    out += `${i + 1} 0 obj\n${body}\nendobj\n`;
  });
  return `${out}${table}trailer\n<</Size ${bodies.length + 1}/Root 1 0 R/ID[<00><00>]>>\nstartxref\n${out.length}\n%%EOF\n`;
}

/** A later revision by anybody. */
function append(name: string, objects: Readonly<Record<number, string>>): Uint8Array {
  const input = Buffer.from(read(name));
  const doc = openPdf(input);
  let out = input.toString('latin1');
  let table = 'xref\n';
  for (const [number, body] of Object.entries(objects)) {
    table += `${number} 1\n${String(out.length).padStart(10, '0')} 00000 n \n`;
    out += `${number} 0 obj\n${body}\nendobj\n`;
  }
  const trailer = `<</Size ${doc.size}/Root ${doc.catalogRef}/ID[<00><00>]/Prev ${doc.revisions.at(-1)!.startxref}>>`;
  return Buffer.from(`${out}${table}trailer\n${trailer}\nstartxref\n${out.length}\n%%EOF\n`, 'latin1');
}

const seal = (out: string, ...args: readonly string[]) =>
  json('pdf', 'seal', at('in.pdf'), ...args, '--out', at(out), ...AT);
const verify = (name: string, ...args: readonly string[]) => json('pdf', 'verify', at(name), ...TRUST, ...AT, ...args);
const issuesOf = ({ status, answer }: Awaited<ReturnType<typeof json>>) => [
  status,
  answer.error?.code,
  answer.error?.issues?.map(({ path }: { path: string[] }) => path[0]),
];

beforeAll(async () => {
  put('seal.png', SEAL_PNG);
  put('in.pdf', pdf());
  const issue = async (ca: string, use: string, out: string, ...more: readonly string[]) => {
    const subject = ['--subject', `CN=${out},O=某市行政审批局,C=CN`, '--out', at(out), '--at', '2026-01-02'];
    const { status, err } = await gov('ca', 'issue', '--ca', at(ca), '--use', use, ...subject, ...more);
    expect(status, err).toBe(0);
  };
  await gov('ca', 'init', '--out', at('ca'), '--at', '2026-01-01');
  await gov('ca', 'init', '--out', at('rsa-ca'), '--at', '2026-01-01', '--algorithm', 'rsa');
  for (const [use, out] of [
    ['seal-maker', 'maker'],
    ['signer', 'signer'],
    ['timestamp', 'tsa'],
  ] as const)
    await issue('ca', use, out);
  await issue('rsa-ca', 'signer', 'rsa', '--algorithm', 'rsa');
  const made = await gov(
    ...['seal', 'make', '--name', '某市行政审批局', '--id', '99010000000001', '--picture', at('seal.png')],
    ...['--width', '42', '--height', '42', '--signer', at('signer.crt.pem'), '--out', at('seal.esl'), ...AT],
    ...['--maker-cert', at('maker.crt.pem'), '--maker-key', at('maker.key.pem')],
    ...['--valid-from', '2026-01-01', '--valid-to', '2030-12-31'],
  );
  expect(made.status, made.err).toBe(0);
  put('anchors', Buffer.concat([read('ca/root.crt.pem'), read('rsa-ca/root.crt.pem')]));
});

describe('gov pdf seal', () => {
  const pagesOf = async (name: string) =>
    (await verify(name)).answer.signatures.map(({ subject }: { subject: { pages: number[] } }) => subject.pages);

  it.each<[string, string[], number[]]>([
    ['page', PLACE, [1]],
    ['pages', ['--pages', '1,3', '--x', '100', '--y', '100'], [1, 3]],
    ['range', ['--pages', '2-3', '--x', '100', '--y', '100'], [2, 3]],
    ['odd', ['--pages', 'odd', '--x', '100', '--y', '100'], [1, 3]],
    ['keyword', ['--keyword', 'Seal here'], [1]],
    ['keywords', ['--keyword', 'Seal here', '--nth', 'all', '--dx', '5', '--dy', '-5'], [1, 2, 3]],
    ['third', ['--keyword', 'Seal here', '--nth', '3'], [3]],
    ['last', ['--keyword', 'here', '--nth', 'last', '--pages', '1-2'], [2]],
    [
      'seam',
      ['--ride-seam', 'right', '--seam-y', '150', '--seam-margin', '1', '--seam-pages', '3', '--seam-first', '2'],
      [1, 2, 3],
    ],
    ['both', ['--ride-seam', 'left', '--page', '2', '--x', '100', '--y', '100'], [1, 2, 3]],
  ])('places: %s', async (name, place, pages) => {
    const sealed = await seal(`place-${name}.pdf`, ...SEAL, ...place);
    expect(sealed.status, JSON.stringify(sealed.answer)).toBe(0);
    expect(await pagesOf(`place-${name}.pdf`)).toEqual([pages]);
    const { status, answer } = await verify(`place-${name}.pdf`);
    expect([status, answer.verdict]).toEqual([0, 'valid']);
    const input = read('in.pdf');
    expect(read(`place-${name}.pdf`).subarray(0, input.length)).toEqual(input);
  });

  it('seals in an empty field of the document, once', async () => {
    const field = {
      1: '<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[5 0 R]>>>>',
      5: '<</Type/Annot/Subtype/Widget/FT/Sig/T(stamp)/Rect[100 100 300 300]/F 4/P 8 0 R>>',
      8: '<</Type/Page/Parent 2 0 R/Contents 9 0 R/Annots[5 0 R]>>',
    };
    put('field.pdf', append('in.pdf', field));
    const once = await json(
      'pdf',
      'seal',
      at('field.pdf'),
      ...SEAL,
      '--field',
      'stamp',
      '--out',
      at('in-field.pdf'),
      ...AT,
    );
    expect(once.status, JSON.stringify(once.answer)).toBe(0);
    expect((await verify('in-field.pdf')).answer.signatures[0].subject).toMatchObject({ field: 'stamp', pages: [2] });
    const again = await json(
      'pdf',
      'seal',
      at('in-field.pdf'),
      ...SEAL,
      '--field',
      'stamp',
      '--out',
      at('twice.pdf'),
      ...AT,
    );
    expect([again.status, again.answer.error.code]).toEqual([2, 'pdf-field-missing']);
  });

  it('signs with RSA, seen and unseen, and beside a seal', async () => {
    expect(await seal('rsa.pdf', ...RSA, '--chain', at('rsa-ca/root.crt.pem'))).toMatchObject({
      status: 0,
      answer: { pdf: at('rsa.pdf') },
    });
    const { status, answer } = await verify('rsa.pdf');
    expect([status, answer.signatures[0].subject]).toMatchObject([0, { type: 'cms', level: 'B-B' }]);
    const picture = ['--picture', at('seal.png'), '--picture-width', '20', '--picture-height', '20'];
    expect((await seal('seen.pdf', ...RSA, ...picture, ...PLACE)).status).toBe(0);
    expect((await verify('seen.pdf')).answer.signatures[0].subject.pages).toEqual([1]);
    const dual = ['--dual-cert', at('rsa.crt.pem'), '--dual-key', at('rsa.key.pem')];
    expect((await seal('dual.pdf', ...SEAL, ...PLACE, ...dual)).status).toBe(0);
    const both = await verify('dual.pdf');
    expect([both.status, both.answer.signatures.map((one: { subject: { type: string } }) => one.subject.type)]).toEqual(
      [0, ['seal', 'cms']],
    );
  });

  it('certifies and locks; what is certified against change is not sealed again', async () => {
    expect(
      (
        await seal(
          'certified.pdf',
          ...SEAL,
          ...PLACE,
          '--certify',
          '1',
          '--lock',
          'name',
          '--reason',
          '批准',
          '--location',
          '某市',
        )
      ).status,
    ).toBe(0);
    expect((await verify('certified.pdf')).answer.signatures[0].subject).toMatchObject({
      certification: 1,
      locks: [{ action: 'Include', fields: ['name'] }],
    });
    const again = await json('pdf', 'seal', at('certified.pdf'), ...SEAL, ...PLACE, '--out', at('again.pdf'), ...AT);
    expect([again.status, again.answer.error.code, existsSync(at('again.pdf'))]).toEqual([2, 'pdf-certified', false]);
    const [signature] = signaturesOf(openPdf(read('certified.pdf')));
    expect([signature!.reason, signature!.location]).toEqual(['批准', '某市']);
  });

  it('timestamps a seal, and a signature up to B-LTA', async () => {
    // The service takes the time from the clock of the machine.
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-05-20T02:00:00Z') });
    const policy = ['--policy', '1.2.156.11235.1', '--serials', at('serials')];
    const tsa = await serve('tsa', '--cert', at('tsa.crt.pem'), '--key', at('tsa.key.pem'), ...policy, ...AT);
    try {
      for (const ca of ['ca', 'rsa-ca']) {
        const made = await gov('ca', 'crl', '--ca', at(ca), '--out', at(`${ca}.crl`), ...AT);
        expect(made.status, made.err).toBe(0);
      }
      mkdirSync(at('crls'));
      for (const ca of ['ca', 'rsa-ca']) put(`crls/${ca}.crl`, read(`${ca}.crl`));
      const stamp = ['--tsa', tsa.url, ...TRUST];
      const lasting = [...stamp, '--crls', at('crls'), '--chain', at('rsa-ca/root.crt.pem')];
      const dual = ['--dual-cert', at('rsa.crt.pem'), '--dual-key', at('rsa.key.pem'), ...stamp, '--crls', at('crls')];
      for (const [name, args] of [
        ['stamped.pdf', [...SEAL, ...PLACE, ...stamp]],
        ['b-t.pdf', [...RSA, '--level', 'B-T', ...stamp]],
        ['b-lta.pdf', [...RSA, '--level', 'B-LTA', ...lasting]],
        ['dual-lt.pdf', [...SEAL, ...PLACE, '--level', 'B-LT', ...dual]],
      ] as const)
        expect(await seal(name, ...args)).toMatchObject({ status: 0, answer: { pdf: at(name) } });
    } finally {
      vi.useRealTimers();
      await tsa.stop();
    }
    for (const [name, level] of [
      ['stamped.pdf', undefined],
      ['b-t.pdf', 'B-T'],
      ['b-lta.pdf', 'B-LTA'],
      ['dual-lt.pdf', undefined],
    ] as const) {
      const { status, answer } = await verify(name);
      expect([name, status, answer.signatures[0].subject.signingTime.basis]).toEqual([name, 0, 'proved']);
      expect(answer.signatures[0].subject.level).toBe(level);
      if (name === 'dual-lt.pdf') expect(answer.signatures[1].subject.level).toBe('B-LT');
    }
  });

  it('reports every wrong option at once', async () => {
    const wrong = [
      '--page',
      '1.5',
      '--x',
      'far',
      '--certify',
      '4',
      '--nth',
      '2',
      '--level',
      'B-X',
      '--ride-seam',
      'top',
      '--dual-cert',
      'c',
    ];
    expect(issuesOf(await seal('no.pdf', ...SEAL, ...wrong))).toEqual([
      2,
      'usage',
      ['x', 'ride-seam', 'nth', 'page', 'y', 'certify', 'dual-cert', 'level'],
    ]);
  });

  it.each<[string[], string[]]>([
    [[...SEAL], ['page']],
    [[...SEAL, '--page', '1'], ['page']],
    [[...SEAL, ...PLACE, '--pages', 'all'], ['page']],
    [
      [...SEAL, '--pages', '3-'],
      ['pages', 'pages'],
    ],
    [[...SEAL, '--keyword', 'x', '--nth', '0'], ['nth']],
    [
      [...SEAL, ...PLACE, '--picture', 'p'],
      ['picture', 'picture-width', 'picture-height'],
    ],
    [[...SEAL, ...PLACE, '--level', 'B-LT', '--tsa', 'http://127.0.0.1:1'], ['level']],
    [[...SEAL, ...PLACE, '--level', 'B-T'], ['level']],
    [[...RSA, '--level', 'B-B', '--tsa', 'http://127.0.0.1:1'], ['level']],
    [[...RSA, ...PLACE], ['picture']],
    [[...RSA, '--seam-y', '3'], ['seam-y']],
    [[...RSA, '--dual-cert', 'c', '--dual-key', 'k'], ['dual-cert']],
    [[...RSA, '--tsa-hash', 'MD5'], ['tsa-hash']],
  ])('refuses %j', async (args, options) => {
    expect(issuesOf(await seal('no.pdf', ...args))).toEqual([2, 'usage', options]);
    expect(existsSync(at('no.pdf'))).toBe(false);
  });

  it('takes a password from a file, never from the command line', async () => {
    const missing = await seal('no.pdf', ...SEAL, ...PLACE, '--password', 'secret');
    expect([missing.status, missing.answer.error.code]).toEqual([2, 'file-missing']);
    expect((await seal('pw.pdf', ...SEAL, ...PLACE, '--password', put('pw', 'unused\n'))).status).toBe(0);
  });

  it('repairs a damaged cross-reference only where it is told to', async () => {
    put('broken.pdf', pdf().replace(/startxref\n\d+/, 'startxref\n7'));
    const broken = (...more: readonly string[]) =>
      json('pdf', 'seal', at('broken.pdf'), ...SEAL, ...PLACE, '--out', at('repaired.pdf'), ...AT, ...more);
    expect(issuesOf(await broken()).slice(0, 2)).toEqual([2, 'pdf-malformed']);
    const { status, answer } = await broken('--repair');
    expect([status, answer.warnings.map(({ code }: { code: string }) => code)]).toEqual([
      0,
      ['hazard-repaired', 'hazard-font-not-embedded'],
    ]);
    expect((await verify('repaired.pdf')).status).toBe(0);
  });

  it('never overwrites without --force, and leaves nothing behind', async () => {
    expect((await seal('once.pdf', ...SEAL, ...PLACE)).status).toBe(0);
    const first = read('once.pdf');
    expect(issuesOf(await seal('once.pdf', ...SEAL, ...PLACE)).slice(0, 2)).toEqual([2, 'file-exists']);
    expect(read('once.pdf')).toEqual(first);
    expect((await seal('once.pdf', ...SEAL, ...PLACE, '--force')).status).toBe(0);
    expect(readdirSync(folder).filter((name) => name.includes('.tmp'))).toEqual([]);
  });

  it('stops at a signal and leaves nothing behind', async () => {
    const hanging = vi.spyOn(globalThis, 'fetch').mockImplementation((_, init) => {
      process.emit('SIGINT', 'SIGINT');
      return new Promise((_, reject) => init?.signal?.addEventListener('abort', () => reject(init.signal!.reason)));
    });
    try {
      const stopped = await seal('stopped.pdf', ...SEAL, ...PLACE, '--tsa', 'http://tsa.example/');
      expect(issuesOf(stopped).slice(0, 2)).toEqual([2, 'interrupted']);
    } finally {
      hanging.mockRestore();
    }
    expect(readdirSync(folder).filter((name) => name.includes('stopped'))).toEqual([]);
    expect(process.listenerCount('SIGINT')).toBe(0);
  });
});

describe('warnings before sealing', () => {
  it('go to standard error, or into the JSON; --refuse-hazards makes them an error', async () => {
    put('in.pdf', pdf({ more: '/OpenAction<</S/JavaScript/JS(x)>>' }));
    try {
      const { answer } = await seal('warned.pdf', ...SEAL, ...PLACE);
      expect(answer.warnings).toContainEqual(expect.objectContaining({ code: 'hazard-javascript', outcome: 'warn' }));
      const text = await gov(
        'pdf',
        'seal',
        at('in.pdf'),
        ...SEAL,
        ...PLACE,
        '--out',
        at('warned2.pdf'),
        ...AT,
        '--lang',
        'zh',
      );
      expect(text.err).toMatch(/^! 文档含有脚本.*\[hazard-javascript\]/m);
      expect(text.out).toBe(`${at('warned2.pdf')}\n`);
      const refused = await seal('refused.pdf', ...SEAL, ...PLACE, '--refuse-hazards');
      expect(refused.answer.error).toMatchObject({ code: 'pdf-hazards' });
      expect(refused.answer.error.issues).toContainEqual(
        expect.objectContaining({ code: 'hazard-javascript', messageZh: expect.stringContaining('脚本') }),
      );
      expect([refused.status, existsSync(at('refused.pdf'))]).toEqual([2, false]);
      const inspected = await json('pdf', 'inspect', at('in.pdf'));
      expect(inspected).toMatchObject({
        status: 0,
        answer: { pages: 3, revisions: 1, signatures: [], emptyFields: [] },
      });
      expect(inspected.answer.warnings).toEqual(answer.warnings);
    } finally {
      put('in.pdf', pdf());
    }
  });
});

describe('gov pdf verify', () => {
  it('names each of several signatures, and writes a page', async () => {
    await seal('one.pdf', ...SEAL, ...PLACE);
    await json('pdf', 'seal', at('one.pdf'), ...RSA, '--out', at('two.pdf'), ...AT);
    const { status, out } = await gov(
      'pdf',
      'verify',
      at('two.pdf'),
      ...TRUST,
      ...AT,
      '--lang',
      'zh',
      '--html',
      at('two.html'),
    );
    expect(status).toBe(0);
    expect(out).toMatch(/签章 1.*\n {2}电子签章 {2}“Signature1” {2}某市行政审批局 {2}第 1 页\n/);
    expect(out).toMatch(/签章 2.*\n {2}数字签名 B-B {2}“Signature2”/);
    const html = readFileSync(at('two.html'), 'utf8');
    expect(html).toContain('<dd><bdi>某市行政审批局</bdi></dd>');
    expect(html).toContain('Signature2');
  });
});

describe('gov pdf revisions and diff', () => {
  const FILL = { 4: '<</Type/Annot/Subtype/Widget/FT/Tx/T(name)/Rect[72 144 216 180]/F 4/P 6 0 R/V(Anna)>>' };

  beforeAll(async () => {
    await seal('first.pdf', ...SEAL, ...PLACE);
    await json('pdf', 'seal', at('first.pdf'), ...RSA, '--out', at('second.pdf'), ...AT);
    put('filled.pdf', append('second.pdf', objectsOf('second.pdf')));
  });

  /** The field as the file has it now, filled in. */
  function objectsOf(name: string): Record<number, string> {
    expect(openPdf(read(name)).page(1).number).toBe(1);
    return FILL;
  }

  it('lists them, and takes out the bytes that a signature covered', async () => {
    const { status, answer } = await json('pdf', 'revisions', at('filled.pdf'));
    expect(status).toBe(0);
    expect(answer.revisions).toMatchObject([
      { revision: 1, signatures: [] },
      { revision: 2, signatures: ['Signature1'], changes: 'form-filling' },
      { revision: 3, signatures: ['Signature2'], changes: 'form-filling' },
      { revision: 4, signatures: [], changes: 'form-filling' },
    ]);
    expect(answer.signatures).toEqual([
      { number: 1, field: 'Signature1', revision: 2 },
      { number: 2, field: 'Signature2', revision: 3 },
    ]);
    for (const [n, name] of [
      ['1', 'first.pdf'],
      ['2', 'second.pdf'],
    ] as const) {
      expect((await json('pdf', 'revisions', at('filled.pdf'), '--extract', n, '--out', at(`r${n}.pdf`))).status).toBe(
        0,
      );
      expect(read(`r${n}.pdf`)).toEqual(read(name));
    }
    for (const n of ['0', '3', 'x'])
      expect(
        (await json('pdf', 'revisions', at('filled.pdf'), '--extract', n, '--out', at('rx.pdf'))).answer.error.code,
      ).toBe('usage');
    expect((await json('pdf', 'revisions', at('filled.pdf'), '--extract', '1')).answer.error.code).toBe('usage');
    const { out } = await gov('pdf', 'revisions', at('filled.pdf'), '--lang', 'zh');
    expect(out).toMatch(/版本 +字节 +交叉引用 +签名 +改动\n1 /);
  });

  it('says in words what changed since each signature', async () => {
    const { out } = await gov('pdf', 'diff', at('filled.pdf'), '--lang', 'zh');
    expect(out).toMatch(/^Signature1 {2}版本 2 → 4/m);
    expect(out).toMatch(/新增签名“Signature2”/);
    expect(out).toMatch(/第 1 页.*填写了表单域“name”：“Anna”/);
    const { answer } = await json('pdf', 'diff', at('filled.pdf'), '--from', '3', '--to', '4');
    expect(answer.comparisons).toMatchObject([{ from: 3, to: 4, level: 'form-filling' }]);
    expect(answer.comparisons[0].changes).toContainEqual(
      expect.objectContaining({
        revision: 4,
        subject: 'field',
        newValue: 'Anna',
        sentenceZh: expect.stringContaining('Anna'),
      }),
    );
    for (const wrong of [
      ['--from', '0'],
      ['--to', 'x'],
    ])
      expect((await json('pdf', 'diff', at('filled.pdf'), ...wrong)).answer.error.code).toBe('usage');
    expect((await json('pdf', 'diff', at('filled.pdf'), '--from', '9')).answer.error.code).toBe('invalid-argument');
  });

  it('writes a page that says why it has no pictures where nothing draws them', async () => {
    expect((await json('pdf', 'diff', at('filled.pdf'), '--html', at('diff.html'), '--lang', 'zh')).status).toBe(0);
    const html = readFileSync(at('diff.html'), 'utf8');
    expect(html).toContain('填写了表单域');
    expect(html).toMatch(/未安装 @embedpdf\/pdfium|data:image\/png/);
  });
});

describe('gov pdf prepare and complete', () => {
  it.each([
    ['a seal', [...SEAL.slice(0, 4), ...PLACE], 'signer', []],
    ['a signature', RSA.slice(0, 2), 'rsa', ['--algorithm', 'rsa']],
  ] as [string, string[], string, string[]][])('%s', async (what, args, key, more) => {
    const name = what.replace(' ', '-');
    const files = ['--out', at(`${name}-pending.pdf`), '--to-sign', at(`${name}.bin`), '--state', at(`${name}.json`)];
    const prepared = await json('pdf', 'prepare', at('in.pdf'), ...args, ...more, ...files, ...AT);
    expect(prepared.status, JSON.stringify(prepared.answer)).toBe(0);
    expect(prepared.answer.e === undefined).toBe(key === 'rsa');
    const signer = await readPrivateKey(read(`${key}.key.pem`));
    const complete = (value: Uint8Array, out: string) =>
      json(
        'pdf',
        'complete',
        at(`${name}-pending.pdf`),
        '--state',
        at(`${name}.json`),
        '--value',
        put('value', value),
        '--out',
        at(out),
      );
    const wrong = await complete(await signer.sign(new Uint8Array(3)), 'no.pdf');
    expect([wrong.status, wrong.answer.error.code]).toEqual([2, 'key-mismatch']);
    expect((await complete(await signer.sign(read(`${name}.bin`)), `${name}-done.pdf`)).status).toBe(0);
    expect((await verify(`${name}-done.pdf`)).answer.verdict).toBe('valid');
  });

  it('refuses an unknown algorithm and a state that is none', async () => {
    const files = ['--out', at('p.pdf'), '--to-sign', at('p.bin'), '--state', at('p.json')];
    expect(
      issuesOf(await json('pdf', 'prepare', at('in.pdf'), ...RSA.slice(0, 2), '--algorithm', 'MD5', ...files)),
    ).toEqual([2, 'usage', ['algorithm']]);
    const wrong = await json(
      'pdf',
      'complete',
      at('in.pdf'),
      '--state',
      put('s', '{'),
      '--value',
      at('s'),
      '--out',
      at('p.pdf'),
    );
    expect([wrong.status, wrong.answer.error.code]).toEqual([2, 'json-malformed']);
  });
});

describe('help', () => {
  it.each(['seal', 'verify', 'inspect', 'revisions', 'diff', 'prepare', 'complete'])(
    'gov pdf %s in both languages',
    async (verb) => {
      for (const lang of ['zh', 'en']) expect((await gov('pdf', verb, '--help', '--lang', lang)).status).toBe(0);
    },
  );
});

/** `gov serve …` until `stop`. */
async function serve(...args: readonly string[]): Promise<{ url: string; stop: () => Promise<number> }> {
  let out = '';
  let printed: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => {
    printed = resolve;
  });
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    out += chunk;
    printed();
    return true;
  });
  const status = main(['serve', ...args, '--listen', '127.0.0.1:0', '--json']);
  await ready;
  stdout.mockRestore();
  const stop = () => {
    process.emit('SIGTERM', 'SIGTERM');
    return status;
  };
  return { url: JSON.parse(out).url, stop };
}
