/** Timestamps on signatures and on documents, validation data, and what they prove when years have gone by. */
import {
  beginUpdate,
  openPdf,
  PdfArray,
  PdfDict,
  PdfName,
  type PdfObject,
  PdfRef,
  PdfStream,
  PdfString,
  type PdfUpdate,
} from '@gov/pdf';
import { TrustStore } from '@gov/pki';
import { issueIntermediate, issueLeaf } from '@gov/pki/dev-ca';
import { issueCrl } from '@gov/pki/revocation';
import type { Report } from '@gov/verdict';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Holder, makeLeaf, makeWorld, TIMES, type World } from '../../../test/world.js';
import { DSS_LIMITS, MAX_SIGNATURE_TIMESTAMPS, type PdfSignatureSubject } from '../src/pdf/index.js';
import { validationDataOf } from '../src/pdf/verify/validation-data.js';
import { ascii, concat, flipped, said } from './build.js';
import { buildPdf, sealed } from './pdf-build.js';
import {
  AT,
  type CmsParts,
  cmsSigned,
  days,
  documentStamped,
  each,
  fieldSigned,
  later,
  makeSigners,
  SIGNED,
  type SignersWorld,
  stampBy,
  stampedBy,
  VALID,
  verifyAt,
  withStore,
} from './pdf-signed.js';

let world: SignersWorld;
let stranger: SignersWorld;
/** A signer whose certificate ends soon. */
let brief: Holder;
const plain = buildPdf({ pages: [{}, {}] });
const SOON = later(SIGNED, 2000);
const BRIEF_TO = new Date('2026-07-01T00:00:00Z');
beforeAll(async () => {
  world = await makeSigners();
  stranger = await makeSigners();
  brief = await world.of('ECDSA-P256-SHA256', { notAfter: BRIEF_TO });
});

const stamp = (time = SOON, of: Holder = world.tsa) => stampedBy((signature) => stampBy(of, time, signature));
const pades = (parts: Partial<CmsParts> = {}) =>
  cmsSigned(plain, { holder: world.ecdsa, subFilter: 'ETSI.CAdES.detached', signingTime: SIGNED, ...parts });
const subject = (report: Report, index = 0) => report.signatures![index]!.subject as PdfSignatureSubject;
const store = async (at: Date, revoked: Parameters<SignersWorld['crls']>[1] = []) => ({
  certificates: [world.root.certificate, world.ca.certificate, world.tsa.certificate],
  crls: await Promise.all(world.crls(at, revoked)),
});

describe('a timestamp on the signature', () => {
  it('proves the time: B-T', async () => {
    const report = await verifyAt(await pades({ unsignedAttributes: stamp() }), world.trust);
    expect(said(report.signatures![0]!)).toEqual({ verdict: 'valid', codes: [] });
    expect(report.signatures![0]!.findings.map(({ code }) => code)).toContain('timestamp-ok');
    expect(subject(report)).toMatchObject({
      level: 'B-T',
      signingTime: { value: later(SOON, 1000).toISOString(), basis: 'proved', claimed: SIGNED.toISOString() },
    });
  });

  it('keeps a signature valid past its certificate', async () => {
    expect(each(await verifyAt(await pades({ holder: brief }), world.trust))).toEqual([
      ['unknown expired-time-unproved'],
    ]);
    const pdf = await pades({ holder: brief, unsignedAttributes: stamp() });
    expect((await verifyAt(pdf, world.trust)).verdict).toBe('valid');
    const late = await pades({ holder: brief, unsignedAttributes: stamp(later(BRIEF_TO, days(1))) });
    expect(each(await verifyAt(late, world.trust))).toEqual([['unknown expired-time-unproved']]);
  });

  it('the earliest of several counts', async () => {
    const two = async (signature: Uint8Array) => [
      {
        type: '1.2.840.113549.1.9.16.2.14',
        values: [
          await stampBy(world.tsa, later(SIGNED, days(9)), signature),
          await stampBy(world.tsa, SOON, signature),
        ],
      },
    ];
    const report = await verifyAt(await pades({ unsignedAttributes: two }), world.trust);
    expect(subject(report).signingTime?.value).toBe(later(SOON, 1000).toISOString());
  });

  it.each<[string, () => Promise<Uint8Array>, string[]]>([
    [
      'on something else',
      () => pades({ unsignedAttributes: stampedBy(() => stampBy(world.tsa, SOON, ascii('x'))) }),
      ['fail timestamp-invalid'],
    ],
    ['by a stranger', () => pades({ unsignedAttributes: stamp(SOON, stranger.tsa) }), ['unknown timestamp-unproved']],
    [
      'before the signer says it signed',
      () => pades({ unsignedAttributes: stamp(later(SIGNED, -days(1))) }),
      ['fail signing-time-after-timestamp'],
    ],
    [
      'that is none',
      () => pades({ unsignedAttributes: stampedBy(async () => Uint8Array.of(4, 2, 1, 2)) }),
      ['unknown timestamp-malformed'],
    ],
    [
      'changed',
      () =>
        pades({
          unsignedAttributes: stampedBy(async (signature) => {
            const token = await stampBy(world.tsa, SOON, signature);
            return flipped(token, token.length - 3);
          }),
        }),
      ['fail timestamp-invalid'],
    ],
  ])('%s proves nothing', async (_, make, codes) => {
    const report = await verifyAt(await make(), world.trust);
    expect(each(report)).toEqual([codes]);
    expect(subject(report).level).toBe(codes.includes('fail signing-time-after-timestamp') ? 'B-T' : 'B-B');
  });

  it('more of them than are looked at are named', async () => {
    const many = async (signature: Uint8Array) => {
      const token = await stampBy(world.tsa, SOON, signature);
      return [
        { type: '1.2.840.113549.1.9.16.2.14', values: Array(MAX_SIGNATURE_TIMESTAMPS).fill(token) },
        { type: '1.2.840.113549.1.9.16.2.14', values: [concat(token)] },
      ];
    };
    const report = await verifyAt(await pades({ unsignedAttributes: many }), world.trust);
    expect(each(report)).toEqual([['unknown timestamp-not-checked']]);
    expect(report.signatures![0]!.findings.filter(({ code }) => code === 'timestamp-ok')).toHaveLength(
      MAX_SIGNATURE_TIMESTAMPS,
    );
  });
});

describe('a document timestamp', () => {
  it('alone says when a file was, and is no signature', async () => {
    const report = await verifyAt(await documentStamped(plain, world.tsa, SOON), world.trust);
    expect(report).toMatchObject({
      verdict: 'indeterminate',
      findings: [{ check: 'authenticity', outcome: 'unknown', code: 'no-signature' }],
    });
    expect(said(report.signatures![0]!)).toEqual({ verdict: 'valid', codes: [] });
    expect(subject(report)).toMatchObject({
      type: 'timestamp',
      digestAlgorithm: 'SHA-256',
      signingTime: { value: later(SOON, 1000).toISOString(), basis: 'proved' },
    });
    const sm3 = await documentStamped(plain, world.tsa, SOON, { hash: 'SM3' });
    expect(subject(await verifyAt(sm3, world.trust)).digestAlgorithm).toBe('SM3');
  });

  it('proves the time of the signatures before it, and of no other', async () => {
    const first = await pades({ holder: brief });
    const stamped = await documentStamped(first, world.tsa, SOON);
    const report = await verifyAt(stamped, world.trust);
    expect(report.verdict).toBe('valid');
    expect(subject(report)).toMatchObject({
      level: 'B-T',
      signingTime: { basis: 'proved', claimed: SIGNED.toISOString() },
    });
    const after = await cmsSigned(await documentStamped(plain, world.tsa, SOON), {
      holder: brief,
      signingTime: SIGNED,
    });
    expect(each(await verifyAt(after, world.trust))).toEqual([[], ['unknown expired-time-unproved']]);
  });

  it('proves the time of a seal', async () => {
    const gov: World = await makeWorld();
    const tsa = await makeLeaf(gov.root, 'timestamp');
    const pdf = await documentStamped(await sealed(plain, gov), tsa, later(TIMES.signed, 5000), { hash: 'SM3' });
    const report = await verifyAt(pdf, gov.trust, { at: TIMES.verified });
    expect(report.verdict).toBe('valid');
    expect(subject(report)).toMatchObject({
      type: 'seal',
      signingTime: {
        value: later(TIMES.signed, 6000).toISOString(),
        basis: 'proved',
        claimed: TIMES.signed.toISOString(),
      },
    });
    expect(
      report
        .signatures![0]!.findings.filter(({ code }) => code === 'revocation-not-checked')
        .map(({ detail }) => detail),
    ).toEqual([expect.stringContaining('CN=signer'), expect.stringContaining('印章制作中心')]);
  });

  it.each<[string, (pdf: Uint8Array) => Promise<Uint8Array>, string[]]>([
    [
      'on other bytes',
      (pdf) =>
        fieldSigned(pdf, { subFilter: 'ETSI.RFC3161', type: 'DocTimeStamp' }, () => stampBy(world.tsa, SOON, plain)),
      ['fail timestamp-imprint-mismatch'],
    ],
    ['by a stranger', (pdf) => documentStamped(pdf, stranger.tsa, SOON), ['unknown path-no-anchor']],
    [
      'called a signature',
      (pdf) => documentStamped(pdf, world.tsa, SOON, { type: 'Sig' }),
      ['unknown subfilter-mismatch'],
    ],
    [
      'cut short',
      (pdf) =>
        fieldSigned(pdf, { subFilter: 'ETSI.RFC3161', type: 'DocTimeStamp' }, () =>
          Uint8Array.of(0x30, 0x82, 0x7f, 0xff, 6, 1, 1),
        ),
      ['fail timestamp-malformed'],
    ],
    [
      'empty',
      (pdf) => fieldSigned(pdf, { subFilter: 'ETSI.RFC3161', type: 'DocTimeStamp' }, () => new Uint8Array(9)),
      ['fail signature-empty'],
    ],
    [
      'with padding that is none',
      (pdf) => documentStamped(pdf, world.tsa, SOON, { padding: Uint8Array.of(0, 7) }),
      ['fail coverage-padding'],
    ],
    [
      'under the name of another kind',
      (pdf) => documentStamped(pdf, world.tsa, SOON, { subFilter: 'ETSI.CAdES.detached' }),
      ['fail cms-content-not-detached'],
    ],
  ])('%s: never valid', async (name, make, codes) => {
    const report = await verifyAt(await make(await pades({ holder: brief })), world.trust);
    expect(report.verdict).not.toBe('valid');
    const [signature, timestamp] = each(report);
    expect(timestamp).toEqual(expect.arrayContaining(codes));
    const proves = ['called a signature', 'with padding that is none'].includes(name);
    if (!proves) expect(signature).toContain('unknown expired-time-unproved');
  });

  it('one byte changed is never valid', async () => {
    const pdf = await documentStamped(await pades(), world.tsa, SOON);
    for (let i = 0, at = 0; i < (process.env.SLOW ? 3000 : 120); i++) {
      at = (at + 7919 * (i + 1)) % pdf.length;
      // The case of a hexadecimal digit says nothing.
      if (i % 8 === 5) continue;
      const changed = flipped(pdf, at, 1 << (i % 8));
      const verdict = await verifyAt(changed, world.trust).then(
        (report) => report.verdict,
        ({ name }) => name as string,
      );
      expect(['invalid', 'indeterminate', 'GovError']).toContain(verdict);
    }
  });

  it('newest judged now, each older one when the next was made', async () => {
    const oldTsa = await world.tsaOf({ notAfter: new Date('2026-06-10T00:00:00Z') });
    const signed = await pades({ holder: brief });
    const once = await documentStamped(signed, oldTsa, SOON);
    // The authority's certificate has expired: its word is only a claim now.
    expect(each(await verifyAt(once, world.trust))).toEqual([
      ['unknown expired-time-unproved'],
      ['unknown expired-time-unproved'],
    ]);
    const twice = await documentStamped(once, world.tsa, new Date('2026-06-05T00:00:00Z'));
    const report = await verifyAt(twice, world.trust);
    expect(each(report)).toEqual([[], [], []]);
    expect(subject(report).signingTime?.value).toBe(later(SOON, 1000).toISOString());
    // Too late: nobody knows whether the old one is older than the end of its certificate.
    const late = await documentStamped(once, world.tsa, new Date('2026-06-11T00:00:00Z'));
    expect(each(await verifyAt(late, world.trust))[1]).toEqual(['unknown expired-time-unproved']);
    // One that claims to be younger than the one that covers it.
    const wrong = await documentStamped(
      await documentStamped(signed, world.tsa, new Date('2026-06-05')),
      world.tsa,
      SOON,
    );
    expect(each(await verifyAt(wrong, world.trust))[1]).toEqual(['fail signing-time-after-timestamp']);
  });

  it('made after a revocation does not turn "cannot tell" into "no"', async () => {
    const revokedAt = new Date('2026-06-15T00:00:00Z');
    const revoked = [{ serialNumber: world.ecdsa.certificate.serialNumber, revokedAt, reason: 'superseded' as const }];
    const revocation = { crls: await Promise.all(world.crls(later(AT, -days(1)), revoked)), ocspResponses: [] };
    const signed = await pades();
    expect(each(await verifyAt(signed, world.trust, { revocation }))).toEqual([['unknown revoked-time-unproved']]);
    const late = await documentStamped(signed, world.tsa, new Date('2026-08-01'));
    expect(each(await verifyAt(late, world.trust, { revocation }))[0]).toEqual(['unknown revoked-time-unproved']);
    const early = await documentStamped(signed, world.tsa, new Date('2026-06-01'));
    expect(each(await verifyAt(early, world.trust, { revocation }))[0]).toEqual([]);
  });
});

describe('validation data', () => {
  const lt = async (crlTime = later(SIGNED, days(1)), revoked: Parameters<SignersWorld['crls']>[1] = []) =>
    withStore(await pades({ unsignedAttributes: stamp() }), await store(crlTime, revoked));
  const level = async (pdf: Uint8Array, at = AT) => {
    const report = await verifyAt(pdf, world.trust, { at });
    return subject(report).level;
  };

  it('of everything makes B-LT, a document timestamp over it B-LTA', async () => {
    const pdf = await lt();
    expect(await level(pdf, later(SIGNED, days(2)))).toBe('B-LT');
    const archived = await documentStamped(pdf, world.tsa, later(SIGNED, days(2)));
    expect(await level(archived)).toBe('B-LTA');
    // Stamped before the data was added: nothing covers it.
    const wrongOrder = withStore(
      await documentStamped(await pades({ unsignedAttributes: stamp() }), world.tsa, later(SIGNED, days(1))),
      await store(later(SIGNED, days(1))),
    );
    expect(await level(wrongOrder, later(SIGNED, days(2)))).toBe('B-LT');
  });

  it('is used: revocation is answered', async () => {
    const archived = await documentStamped(await lt(), world.tsa, later(SIGNED, days(2)));
    // Long after the lists ceased to be current, they say all there is to say about then.
    const trust = new TrustStore({ anchors: [world.root.certificate] });
    const about = (report: Report, index: number) =>
      report.signatures![index]!.findings.filter(({ check }) => check === 'revocation').map(({ code }) => code);
    const report = await verifyAt(archived, trust);
    expect(about(report, 0)).toEqual(['revocation-ok', 'revocation-ok']);
    // Of the newest timestamp nothing newer is known: whoever demands it has to bring it.
    expect(about(report, 1)).toEqual(['revocation-stale', 'revocation-stale']);
    const require = ['revocation'] as const;
    expect((await verifyAt(archived, trust, { require })).verdict).toBe('indeterminate');
    const crls = await Promise.all(world.crls(later(AT, -days(1))));
    expect((await verifyAt(archived, trust, { require, revocation: { crls, ocspResponses: [] } })).verdict).toBe(
      'valid',
    );
    const withoutStore = await pades({ unsignedAttributes: stamp() });
    expect(each(await verifyAt(withoutStore, world.trust, { require }))).toEqual([['unknown timestamp-unproved']]);
  });

  it('has to answer for the authority of the timestamp, too', async () => {
    const { signer } = await world.of('ECDSA-P256-SHA256');
    const ca = {
      signer,
      certificate: await issueIntermediate({
        ...VALID,
        ca: world.root,
        subject: 'CN=CA of timestamps,C=CN',
        publicKey: signer.publicKey,
      }),
    };
    const key = (await world.of('ECDSA-P256-SHA256')).signer;
    const certificate = await issueLeaf({
      ...VALID,
      ca,
      use: 'timestamp',
      subject: 'CN=other TSA,C=CN',
      publicKey: key.publicKey,
    });
    const signed = await pades({ unsignedAttributes: stamp(SOON, { signer: key, certificate }) });
    const { certificates, crls } = await store(later(SIGNED, days(1)));
    const known = { certificates: [...certificates, ca.certificate, certificate], crls };
    const at = later(SIGNED, days(2));
    expect(await level(withStore(signed, known), at)).toBe('B-T');
    const own = await issueCrl({
      issuer: ca.certificate,
      signer,
      entries: [],
      thisUpdate: later(SIGNED, days(1)),
      nextUpdate: later(SIGNED, days(8)),
      crlNumber: 1n,
    });
    expect(await level(withStore(signed, { ...known, crls: [...crls, own] }), at)).toBe('B-LT');
  });

  it('older than the signature counts as of the moment when it was stamped', async () => {
    const about = (report: Report) =>
      report.signatures![0]!.findings.filter(({ check }) => check === 'revocation').map(({ code }) => code);
    const pdf = await lt(later(SIGNED, -days(1)));
    expect(about(await verifyAt(pdf, world.trust))).toEqual(['revocation-stale', 'revocation-stale']);
    const archived = await documentStamped(pdf, world.tsa, later(SIGNED, days(2)));
    expect(about(await verifyAt(archived, world.trust))).toEqual(['revocation-ok', 'revocation-ok']);
    const late = await documentStamped(pdf, world.tsa, later(SIGNED, days(20)));
    expect(about(await verifyAt(late, world.trust))).toEqual(['revocation-stale', 'revocation-stale']);
  });

  it('that says revoked counts', async () => {
    const revokedAt = new Date('2026-05-01T00:00:00Z');
    const revoked = [{ serialNumber: world.ecdsa.certificate.serialNumber, revokedAt, reason: 'superseded' as const }];
    const pdf = await lt(undefined, revoked);
    expect(each(await verifyAt(pdf, world.trust))[0]).toContain('fail certificate-revoked');
    expect(await level(pdf)).toBe('B-T');
  });

  it.each<[string, () => Promise<Uint8Array>]>([
    [
      'of others',
      async () =>
        withStore(await pades({ unsignedAttributes: stamp() }), {
          crls: await Promise.all(stranger.crls(later(SIGNED, days(1)))),
        }),
    ],
    [
      'without the CA',
      async () =>
        withStore(await pades({ unsignedAttributes: stamp() }), { crls: (await store(later(SIGNED, days(1)))).crls }),
    ],
    [
      'without the lists',
      async () => withStore(await pades({ unsignedAttributes: stamp() }), { certificates: [world.ca.certificate] }),
    ],
    [
      'of one CA of two',
      async () =>
        withStore(await pades({ unsignedAttributes: stamp() }), {
          ...(await store(SIGNED)),
          crls: (await store(later(SIGNED, days(1)))).crls.slice(0, 1),
        }),
    ],
  ])('%s leaves it at B-T', async (_, make) => {
    expect(await level(await make(), later(SIGNED, days(2)))).toBe('B-T');
  });

  it('that cannot be read is passed over, and bounded', async () => {
    const pdf = await pades();
    const storing = (make: (update: PdfUpdate) => PdfObject) => {
      const doc = openPdf(pdf);
      const update = beginUpdate(doc);
      update.replace(doc.catalogRef, doc.catalog.with('DSS', make(update)));
      return concat(pdf, update.toTail());
    };
    const stream = (text: string, keys: Record<string, PdfObject> = {}) => new PdfStream(PdfDict.of(keys), ascii(text));
    const list = (...items: PdfObject[]) => new PdfArray(items);
    for (const bytes of [
      storing(() => new PdfString(ascii('nonsense'))),
      storing(() => PdfDict.of({ Certs: 7, CRLs: list(null, 1), OCSPs: list(new PdfRef(9999)), VRI: 3 })),
      storing((update) => {
        const one = update.add(stream('no certificate'));
        return PdfDict.of({ Certs: list(one), VRI: PdfDict.of({ A: PdfDict.of({ Cert: list(one) }), B: 1 }) });
      }),
      storing((update) => PdfDict.of({ CRLs: list(update.add(stream('x', { Filter: new PdfName('FlateDecode') }))) })),
      storing((update) => PdfDict.of({ OCSPs: list(update.add(stream('x', { Filter: new PdfName('Crypt') }))) })),
    ]) {
      const data = validationDataOf(openPdf(bytes));
      expect(data?.certificates ?? []).toEqual([]);
      expect(data?.revocation.crls ?? []).toEqual([]);
      const [first] = (await verifyAt(bytes, world.trust)).signatures!;
      expect(first!.findings.find(({ code }) => code === 'signature-ok')).toBeDefined();
    }
    const many = (count: number) => {
      const one = (update: PdfUpdate) => update.add(new PdfStream(PdfDict.of({}), world.ca.certificate.bytes));
      const certs = (update: PdfUpdate) => Array.from({ length: count }, () => one(update));
      return openPdf(storing((update) => PdfDict.of({ Certs: list(...certs(update)) })));
    };
    expect(validationDataOf(many(3))!.certificates).toHaveLength(3);
    expect(validationDataOf(many(DSS_LIMITS.certificates))!.certificates).toHaveLength(DSS_LIMITS.certificates);
    expect(validationDataOf(many(DSS_LIMITS.certificates + 5))!.certificates).toHaveLength(DSS_LIMITS.certificates);
  });
});

describe('the validity of the world', () => {
  it('is what the tests above rest on', () => {
    expect(VALID.notAfter > AT && BRIEF_TO < AT && BRIEF_TO > SIGNED).toBe(true);
  });
});
