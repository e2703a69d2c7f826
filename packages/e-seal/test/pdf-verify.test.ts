import { openPdf, type PdfRectangle, type SignatureAppearance } from '@gov/pdf';
import { TrustStore } from '@gov/pki';
import { sm3 } from '@gov/sm';
import type { Report } from '@gov/verdict';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeLeaf, makeWorld, sealOptions, TIMES, type World } from '../../../test/world.js';
import { makeSeal, readSeal, readSesSignature, type Seal } from '../src/index.js';
import { encodePicture, sealAppearance } from '../src/pdf/appearance.js';
import { MAX_SIGNATURES, verifyPdf } from '../src/pdf/index.js';
import { ascii, buildSeal, certificates, codeOf, concat, derOf, flipped, latin, said } from './build.js';
import {
  append,
  buildPdf,
  contentsOf,
  type FurtherOptions,
  furtherSigned,
  letterL,
  patch,
  resigned,
  sealed,
  signatures,
  textOf,
} from './pdf-build.js';

let world: World;
let plain: Uint8Array;
let once: Uint8Array;
let own: FurtherOptions;
beforeAll(async () => {
  world = await makeWorld();
  plain = buildPdf({ pages: [{}, {}] });
  once = await sealed(plain, world);
  own = { holder: world.signer, seal: world.seal };
});

const verify = (pdf: Uint8Array, trust = world.trust) => verifyPdf(pdf, { at: TIMES.verified, trust });
/** Codes of each signature that do not pass. */
const each = (report: Report) => report.signatures!.map((one) => said(one).codes);
/** The verdict, or the code of what is thrown. */
const verdictOf = async (pdf: Uint8Array): Promise<string> => {
  try {
    return (await verify(pdf)).verdict;
  } catch (error) {
    const { name, code } = error as { name: string; code: string };
    if (name !== 'GovError') throw error;
    return code;
  }
};

describe('without a seal', () => {
  it('is indeterminate: no signature', async () => {
    const report = await verify(plain);
    expect(report).toMatchObject({
      verdict: 'indeterminate',
      subject: { kind: 'pdf', bytes: plain.length, pages: 2, revisions: 1 },
      findings: [{ check: 'authenticity', outcome: 'unknown', code: 'no-signature' }],
      signatures: [],
    });
  });

  it('is refused by code when it is no PDF', async () => {
    for (const bytes of [new Uint8Array(), ascii('%PDF-1.7'), ascii('<html>')]) {
      expect(await codeOf(() => verify(bytes))).toBe('pdf-malformed');
    }
    expect(
      await codeOf(() => verifyPdf(once, { at: TIMES.verified, trust: world.trust, limits: { fileBytes: 9 } })),
    ).toBe('pdf-limit');
  });
});

describe('signatures that are no seals', () => {
  // SEQUENCE { OBJECT IDENTIFIER … }, as CMS begins
  const cms = Uint8Array.of(0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02, 0xa0, 0x00);
  it.each<[string, Uint8Array, string, string]>([
    ['CMS', cms, 'indeterminate', 'unknown subfilter-mismatch'],
    [
      'CMS with a long length',
      Uint8Array.of(0x30, 0x82, 0x00, 0x0b, ...cms.subarray(2)),
      'indeterminate',
      'unknown subfilter-mismatch',
    ],
    [
      'CMS of indefinite length',
      Uint8Array.of(0x30, 0x80, ...cms.subarray(2)),
      'indeterminate',
      'unknown subfilter-mismatch',
    ],
    ['garbage', ascii('garbage'), 'invalid', 'fail format-malformed'],
    ['zeros', new Uint8Array(10), 'invalid', 'fail signature-empty'],
    ['nothing', new Uint8Array(), 'invalid', 'fail signature-empty'],
    ['a lone tag', Uint8Array.of(0x30), 'invalid', 'fail format-malformed'],
  ])('%s: never unsigned, never valid', async (_, contents, verdict, code) => {
    const report = await verify(await furtherSigned(plain, { ...own, contents }));
    expect(report.verdict).toBe(verdict);
    expect(each(report)).toEqual([[code]]);
    expect(report.signatures?.[0]?.subject).toMatchObject({ subFilter: 'GM.sm2seal' });
  });

  it('that look like one: malformed', async () => {
    for (const contents of [
      Uint8Array.of(0x30, 2, 0x30, 0),
      concat(Uint8Array.of(0x30, 0x82, 1, 0, 0x30, 0), ascii('x')),
    ]) {
      expect(each(await verify(await furtherSigned(plain, { ...own, contents })))).toEqual([['fail format-malformed']]);
    }
  });

  it('are counted before they are looked at', async () => {
    const widgets = (count: number) =>
      buildPdf({
        catalog: `/AcroForm<</Fields[${Array.from({ length: count }, (_, i) => `${5 + i} 0 R`).join(' ')}]>>`,
        objects: Array.from({ length: count }, (_, i) => `<</FT/Sig/T(${i})/V<</Type/Sig>>>>`),
      });
    const most = await verify(widgets(MAX_SIGNATURES));
    expect(most.signatures).toHaveLength(MAX_SIGNATURES);
    expect(most.verdict).toBe('invalid');
    expect(await codeOf(() => verify(widgets(MAX_SIGNATURES + 1)))).toBe('pdf-limit');
  });
});

describe('a seal signature inside a file', () => {
  it('fails like outside', async () => {
    const other = await makeLeaf(world.root, 'signer');
    expect(each(await verify(await furtherSigned(plain, { ...own, dataHash: new Uint8Array(32) })))).toEqual([
      ['fail digest-mismatch'],
    ]);
    expect(each(await verify(await furtherSigned(plain, { ...own, holder: other })))).toEqual([
      ['fail signer-not-in-seal'],
    ]);
    const mixed = { certificate: world.signer.certificate, signer: other.signer };
    expect(each(await verify(await furtherSigned(plain, { ...own, holder: mixed })))).toEqual([
      ['fail signature-invalid'],
    ]);
    expect(each(await verify(await furtherSigned(plain, { ...own, time: new Date('2031-02-01') })))).toEqual([
      ['fail seal-expired', 'fail signing-time-future'],
    ]);
    expect(each(await verify(once, new TrustStore({ anchors: [] })))).toEqual([['unknown path-no-anchor']]);
  });

  it('has nothing but zeros behind it', async () => {
    const padding = (...octets: number[]) => furtherSigned(plain, { ...own, padding: Uint8Array.from(octets) });
    expect((await verify(await padding(0, 0))).verdict).toBe('valid');
    expect(each(await verify(await padding(0, 1)))).toEqual([['fail coverage-padding']]);
    expect(each(await verify(await padding(0x30, 0)))).toEqual([['fail coverage-padding']]);
  });

  it('is judged strictly by a strict store', async () => {
    const strict = new TrustStore({ anchors: [world.root.certificate], profile: 'strict' });
    expect((await verify(once, strict)).verdict).toBe('valid');
  });
});

/** Numbers that are the same in every run. */
function* pseudoRandom(seed: number): Generator<number> {
  for (let state = seed; ; yield state / 2 ** 32) state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
}

describe('any change to a sealed file', () => {
  /** Named parts of the file, from the first byte to just after the last. */
  function regions(pdf: Uint8Array): Map<string, readonly [number, number]> {
    const text = latin(pdf);
    const { start, end, used } = contentsOf(pdf);
    const found = new Map<string, readonly [number, number]>([
      ['body', [0, plain.length]],
      ['contents', [start, start + 1 + 2 * used]],
      ['padding', [start + 1 + 2 * used, end]],
    ]);
    for (const match of text.matchAll(/\n(\d+) 0 obj\n.*?\nendobj(?=\n)/gs)) {
      if (match.index + 1 < plain.length) continue;
      found.set(`object ${match[1]}`, [match.index + 1, match.index + match[0].length]);
    }
    const [xref, trailer] = [
      text.lastIndexOf('xref\n', text.lastIndexOf('startxref') - 1),
      text.lastIndexOf('trailer'),
    ];
    found.set('xref', [xref, trailer]);
    found.set('trailer', [trailer, pdf.length]);
    return found;
  }
  const isCase = (pdf: Uint8Array, at: number, mask: number) => {
    const { start, end } = contentsOf(pdf);
    return at > start && at < end - 1 && mask === 0x20 && /[a-fA-F]/.test(String.fromCharCode(pdf[at]!));
  };

  it('one byte, anywhere', async () => {
    const all = regions(once);
    expect([...all.keys()]).toHaveLength(13);
    const next = pseudoRandom(20260520);
    const random = () => next.next().value as number;
    const survived: string[] = [];
    let tried = 0;
    const change = async (at: number, mask: number) => {
      if (isCase(once, at, mask)) return;
      tried++;
      if ((await verdictOf(flipped(once, at, mask))) === 'valid') survived.push(`${at} ^ ${mask}`);
    };
    if (process.env.SLOW) {
      for (let at = 0; at < once.length; at++) for (const mask of [0x01, 0x10]) await change(at, mask);
    } else {
      for (const [start, end] of all.values()) {
        for (let i = 0; i < 30; i++) {
          await change(start + Math.floor(random() * (end - start)), 1 << Math.floor(random() * 8));
        }
      }
    }
    expect(tried).toBeGreaterThan(300);
    expect(survived).toEqual([]);
  }, 300_000);

  it('but the case of a hex digit of /Contents', async () => {
    const { start, end } = contentsOf(once);
    const text = latin(once);
    const upper = ascii(text.slice(0, start) + text.slice(start, end).toUpperCase() + text.slice(end));
    expect(upper).not.toEqual(once);
    expect((await verify(upper)).verdict).toBe('valid');
  });

  it('bytes inserted, removed, appended or cut off', async () => {
    const next = pseudoRandom(7);
    const random = (below: number) => Math.floor((next.next().value as number) * below);
    const edits: Uint8Array[] = [];
    for (let i = 0; i < (process.env.SLOW ? 2_000 : 60); i++) {
      const at = random(once.length);
      const some = Uint8Array.from({ length: 1 + random(4) }, () => random(256));
      edits.push(
        concat(once.subarray(0, at), some, once.subarray(at)),
        concat(once.subarray(0, at), Uint8Array.of([10, 32, 0x25, 0x30][random(4)]!), once.subarray(at)),
        concat(once.subarray(0, at), once.subarray(at + 1 + random(4))),
        concat(once, some, ascii('x')),
        once.subarray(0, at),
      );
    }
    for (let cut = 1; cut < 40; cut++) edits.push(once.subarray(0, once.length - cut));
    const verdicts = new Set<string>();
    for (const edit of edits) verdicts.add(await verdictOf(edit));
    expect(verdicts).not.toContain('valid');
    expect(verdicts).toContain('invalid');
    expect(verdicts).toContain('pdf-malformed');
  }, 300_000);

  it('of two seals, the first included', async () => {
    const twice = await sealed(once, world, { place: { page: 2, xMm: 100, yMm: 100 } });
    const next = pseudoRandom(99);
    for (let i = 0; i < 150; i++) {
      const at = Math.floor((next.next().value as number) * twice.length);
      if (/[a-fA-F]/.test(String.fromCharCode(twice[at]!))) continue;
      expect(await verdictOf(flipped(twice, at, 1 << (i % 8))), `byte ${at}`).not.toBe('valid');
    }
  });
});

describe('tampered byte ranges', () => {
  const range = () => /\/ByteRange (\[[^\]]*\])/.exec(latin(once))![1]!;
  const numbers = () => range().slice(1, -1).trim().split(/\s+/).map(Number) as [number, number, number, number];
  it.each<[string, (n: [number, number, number, number]) => string, string]>([
    ['moved', ([, a, b, c]) => `[0 ${a + 1} ${b + 1} ${c - 1}]`, 'coverage-gap'],
    ['begins later', ([, a, b, c]) => `[1 ${a - 1} ${b} ${c}]`, 'coverage-byte-range'],
    ['five numbers', ([, a, b, c]) => `[0 ${a} ${b} ${c} 0]`, 'coverage-byte-range'],
    ['three numbers', ([, a, b]) => `[0 ${a} ${b}]`, 'coverage-byte-range'],
    ['negative', ([, a, b, c]) => `[0 ${a} ${b} -${c}]`, 'coverage-byte-range'],
    ['reaches past the end', ([, a, b, c]) => `[0 ${a} ${b} ${c + 1}]`, 'coverage-byte-range'],
    ['stops before the end', ([, a, b, c]) => `[0 ${a} ${b} ${c - 20}]`, 'coverage-revision'],
    ['names', () => '[/a /b /c /d]', 'coverage-byte-range'],
    ['indirect', () => '2 0 R', 'coverage-byte-range'],
    ['null', () => 'null', 'coverage-byte-range'],
  ])('%s', async (_, make, code) => {
    const changed = patch(once, range(), make(numbers()));
    const report = await verify(changed);
    expect(report.verdict).toBe('invalid');
    expect(each(report)[0]).toContain('fail digest-mismatch');
    expect(each(report)[0]).toContain(`fail ${code}`);
  });

  it('are told even when the digest was made over them', async () => {
    const [, a, b, c] = numbers();
    expect((await verify(await resigned(once, own))).verdict).toBe('valid');
    expect(each(await verify(await resigned(once, own, [0, a - 1, b, c])))).toEqual([['fail coverage-gap']]);
    expect(each(await verify(await resigned(once, own, [0, a, b + 1, c - 1])))).toEqual([['fail coverage-gap']]);
    expect(each(await verify(await resigned(once, own, [0, a - 200, b, c])))).toEqual([['fail coverage-gap']]);
    const short = await resigned(once, own, [0, a, b, c - 20]);
    expect(each(await verify(short))).toEqual([['fail coverage-revision']]);
    expect(each(await verify(await resigned(once, own, [5, a - 5, b, c])))).toEqual([['fail coverage-byte-range']]);
    expect(each(await verify(await resigned(once, own, [0, a, b, c, 0, 0])))[0]).toContain('fail coverage-byte-range');
  });
});

describe('a later revision', () => {
  /** Never valid, and the change is named; a full analysis may call it unknown or fail. */
  const isTold = async (pdf: Uint8Array, code = 'coverage-later-change') => {
    const report = await verify(pdf);
    expect(report.verdict).not.toBe('valid');
    const outcomes = report.signatures![0]!.findings.filter((finding) => finding.code === code);
    expect(outcomes.map(({ outcome }) => outcome)).not.toContain('pass');
    expect(outcomes).not.toEqual([]);
    for (const one of report.signatures!) {
      expect(one.findings.some(({ code }) => code === 'coverage-whole-file')).toBe(false);
    }
  };
  const parts = () => {
    const [signature] = signatures(once);
    const { fieldRef, dictRef, widgets } = signature!;
    return {
      field: fieldRef!.number,
      value: dictRef!.number,
      appearance: widgets[0]!.appearance!.number,
      next: openPdf(once).size,
    };
  };

  it('that changes the content of a page', () =>
    isTold(append(once, { 4: '<</Length 0>>\nstream\n\nendstream' }), 'page-content-changed'));
  it('that changes another page than the sealed one', () =>
    isTold(append(once, { 6: '<</Length 0>>\nstream\n\nendstream' }), 'page-content-changed'));
  it('that swaps the picture of the seal', () => {
    const { appearance } = parts();
    return isTold(
      append(once, { [appearance]: '<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Length 0>>\nstream\n\nendstream' }),
      'field-appearance-changed',
    );
  });
  it('that moves the seal', () => {
    const { field } = parts();
    return isTold(
      append(once, { [field]: textOf(once, field).replace(/\/Rect \[[^\]]*\]/, '/Rect [0 0 9 9]') }),
      'field-changed',
    );
  });
  it('that adds an annotation', () => {
    const { field, next } = parts();
    const page = textOf(once, 3).replace(`${field} 0 R`, `${field} 0 R ${next} 0 R`);
    expect(page).toContain(`${next} 0 R`);
    return isTold(
      append(once, { 3: page, [next]: '<</Type/Annot/Subtype/Square/Rect[0 0 99 99]/C[1 0 0]>>' }),
      'annotation-covers-content',
    );
  });
  it('that adds a page', () => {
    const { next } = parts();
    return isTold(
      append(once, {
        2: `<</Type/Pages/Count 3/Kids[3 0 R 5 0 R ${next} 0 R]>>`,
        [next]: '<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>',
      }),
    );
  });
  it('that adds an object nobody uses', () => isTold(append(once, { [parts().next]: '(hello)' })));
  it('that takes the form away', async () => {
    const report = await verify(append(once, { 1: '<</Type/Catalog/Pages 2 0 R>>' }));
    expect(report.verdict).not.toBe('valid');
  });

  it('that replaces the signature dictionary', async () => {
    const { value } = parts();
    const copy = textOf(once, value);
    await isTold(
      append(once, { [value]: copy.replace('/Reason', '/Location').replace('/Type /Sig', '/Type/Sig/X 1') }),
      'signature-dictionary-changed',
    );
  });

  it('that moves /Contents into another dictionary', async () => {
    const { field, value, next } = parts();
    const moved = append(once, {
      [field]: textOf(once, field).replace(`/V ${value} 0 R`, `/V ${next} 0 R`),
      [next]: textOf(once, value),
    });
    await isTold(moved, 'signature-dictionary-changed');
    expect(latin(moved)).toContain(`/V ${next} 0 R`);
  });

  it('that signs with the signature of another field', async () => {
    const { field, value, next } = parts();
    const form = Number(/\/AcroForm (\d+)/.exec(textOf(once, 1))![1]);
    const shared = append(once, {
      [form]: textOf(once, form).replace(`${field} 0 R`, `${field} 0 R ${next} 0 R`),
      [next]: `<</FT/Sig/T(again)/V ${value} 0 R>>`,
    });
    expect(signatures(shared)).toHaveLength(2);
    await isTold(shared, 'coverage-overlap');
  });

  it('or bytes that are none', async () => {
    for (const text of ['trailing', '%%EOF\n', '\n7 0 obj\n(x)\nendobj\n']) {
      const report = await verify(concat(once, ascii(text)));
      expect(report.verdict).toBe('invalid');
      expect(each(report)).toEqual([['fail coverage-trailing-bytes']]);
    }
    expect(each(await verify(concat(once, ascii('\r\n \0'))))).toEqual([['warn coverage-trailing-bytes']]);
  });

  it('that only says the same again is none', async () => {
    // Nothing is written: no object differs, and the second cross-reference is empty.
    const report = await verify(append(once, { 4: textOf(once, 4) }));
    expect(each(report)[0]!.filter((code) => code.startsWith('fail'))).toEqual([]);
  });
});

describe('a further signature', () => {
  const RECT: PdfRectangle = [100, 100, 219.0551, 219.0551];
  const appearance = (
    change: Partial<SignatureAppearance> = {},
    rect = RECT,
    seal: Seal = world.seal,
    rotate: 0 | 90 = 0,
  ) => ({
    ...sealAppearance(encodePicture(seal.picture), rect, rotate),
    ...change,
  });
  const covers = ['fail signature-covers-content'];
  const further = async (options: Partial<FurtherOptions>) =>
    each(await verify(await furtherSigned(once, { ...own, rect: RECT, ...options })));

  it('shows its seal in its size', async () => {
    expect(await further({ appearance: appearance() })).toEqual([[], []]);
    const half: PdfRectangle = [100, 100, 219.0551 + 1.41, 219.0551 - 1.41]; // half a millimetre is rounding
    expect(await further({ rect: half, appearance: appearance({}, half) })).toEqual([[], []]);
  });

  it('or nothing', async () => {
    expect(await further({ rect: [0, 0, 0, 0] })).toEqual([[], []]);
    const contents = Uint8Array.of(0x30, 3, 0x06, 1, 0x2a);
    expect(await further({ rect: [0, 0, 0, 0], contents })).toEqual([[], ['unknown subfilter-mismatch']]);
  });

  it.each<[string, () => Partial<FurtherOptions>]>([
    ['larger than its seal', () => ({ rect: [100, 100, 260, 260], appearance: appearance({}, [100, 100, 260, 260]) })],
    ['a millimetre wider', () => ({ rect: [100, 100, 222, 219], appearance: appearance({}, [100, 100, 222, 219]) })],
    ['smaller than its seal', () => ({ rect: [100, 100, 110, 110], appearance: appearance({}, [100, 100, 110, 110]) })],
    ['other content', () => ({ appearance: appearance({ content: ascii('1 g 0 0 119.0551 119.0551 re f\n') }) })],
    [
      'more content',
      () => ({ appearance: appearance({ content: concat(appearance().content, ascii('0 0 9 9 re f')) }) }),
    ],
    ['no content', () => ({ appearance: appearance({ content: new Uint8Array() }) })],
    ['turned on an upright page', () => ({ appearance: appearance({}, RECT, world.seal, 90) })],
    ['a box that is not its own', () => ({ appearance: appearance({ bbox: [0, 0, 50, 50] }) })],
    ['a box from elsewhere', () => ({ appearance: appearance({ bbox: [1, 0, 119.0551, 119.0551] }) })],
  ])('covers content when it draws %s', async (_, options) => {
    expect(await further(options())).toEqual([covers, []]);
  });

  it("covers content when it draws another seal's picture", async () => {
    const picture = { ...world.seal.picture, data: letterL(24, 24) };
    const other = await makeSeal({ ...sealOptions(world.maker, [world.signer]), picture });
    expect(await further({ appearance: appearance({}, RECT, other) })).toEqual([covers, []]);
    expect(await further({ appearance: appearance({}, RECT, other), seal: other })).toEqual([[], []]);
  });

  it('covers content when it is not multiplied, although signed', async () => {
    const twice = await sealed(once, world, { place: { page: 2, xMm: 100, yMm: 100 } });
    expect(each(await verify(await resigned(twice, own)))).toEqual([[], []]);
    const [from, to] = ['/BM /Multiply', '/BM /Normal'];
    expect(each(await verify(await resigned(patch(twice, from, to), own)))).toEqual([covers, []]);
    expect(each(await verify(await resigned(patch(twice, '/Width 24', '/Width 12'), own)))).toEqual([covers, []]);
  });

  it('covers content when it is not intact or not authentic itself', async () => {
    const drawn = { appearance: appearance() };
    expect(await further({ ...drawn, dataHash: new Uint8Array(32) })).toEqual([covers, ['fail digest-mismatch']]);
    const mixed = { certificate: world.signer.certificate, signer: world.issuer.signer };
    expect(await further({ ...drawn, holder: mixed })).toEqual([covers, ['fail signature-invalid']]);
    expect(await further({ ...drawn, padding: Uint8Array.of(1) })).toEqual([covers, ['fail coverage-padding']]);
    const bytes = await buildSeal({
      maker: world.maker,
      signers: certificates(world.signer),
      picture: world.seal.picture.data,
      form: (raw) => derOf(flipped(raw, 5)),
    });
    expect(await further({ ...drawn, seal: readSeal(bytes) })).toEqual([covers, ['fail seal-signature-invalid']]);
    expect(await further({ ...drawn, contents: Uint8Array.of(0x30, 2, 0x30, 0) })).toEqual([
      covers,
      ['fail format-malformed'],
    ]);
  });

  it('is unknown when it draws something and is no seal', async () => {
    const contents = Uint8Array.of(0x30, 3, 0x06, 1, 0x2a);
    expect(await further({ appearance: appearance(), contents })).toEqual([
      ['unknown signature-covers-content'],
      ['unknown subfilter-mismatch'],
    ]);
    expect(await further({ appearance: appearance(), contents: ascii('garbage') })).toEqual([
      covers,
      ['fail format-malformed'],
    ]);
  });

  it('by a stranger leaves the first one valid and the file indeterminate', async () => {
    const stranger = await makeWorld();
    const pdf = await furtherSigned(once, {
      holder: stranger.signer,
      seal: stranger.seal,
      rect: RECT,
      appearance: appearance({}, RECT, stranger.seal),
    });
    const report = await verify(pdf);
    expect(report.verdict).toBe('indeterminate');
    expect(each(report)).toEqual([[], ['unknown path-no-anchor']]);
  });

  it('does not bring a change along', async () => {
    const changed = append(once, { 4: '<</Length 0>>\nstream\n\nendstream' });
    const report = await verify(await sealed(changed, world, { place: { page: 2, xMm: 100, yMm: 100 } }));
    expect(report.signatures!.map(({ verdict }) => verdict)).toEqual([expect.not.stringMatching('^valid$'), 'valid']);
    expect(report.verdict).not.toBe('valid');
  });

  it('covers what came before it: the digest is that of the two ranges', async () => {
    const { start, end } = contentsOf(once);
    const { dataHash } = readSesSignature(signatures(once)[0]!.contents!, { padded: true });
    expect(dataHash).toEqual(sm3(once.subarray(0, start), once.subarray(end)));
  });
});
