/** Standard signatures on PDFs: what is written, how long it lasts, and what is refused. */
import { openPdf, type PdfDict, type PdfFile, securityStoreOf } from '@gov/pdf';
import { type CmsAttribute, readSignedData } from '@gov/pki/cms';
import { readTimestampToken } from '@gov/pki/timestamp';
import { beforeAll, describe, expect, it } from 'vitest';
import { makePadesWorld, type PadesWorld } from '../../../test/pades-world.js';
import { makeWorld, TIMES, type World } from '../../../test/world.js';
import {
  addValidationData,
  type PdfProgress,
  type SignPdfOptions,
  sealPdf,
  signPdf,
  timestampPdf,
  verifyPdf,
} from '../src/pdf/index.js';
import { ascii, codeOf, concat } from './build.js';
import { buildPdf, placed, signatures } from './pdf-build.js';

let world: PadesWorld;
let national: World;
const plain = buildPdf({ pages: [{}, {}] });

beforeAll(async () => {
  [world, national] = [await makePadesWorld(), await makeWorld()];
});

const signing = (change: Partial<SignPdfOptions> = {}): SignPdfOptions => ({
  ...world.signer,
  chain: [world.root.certificate],
  time: TIMES.signed,
  ...change,
});
const sign = (change: Partial<SignPdfOptions> = {}, pdf = plain) => signPdf(pdf, signing(change));
const validation = () => ({ trust: world.trust, revocation: world.revocation, at: TIMES.verified });
const cmsOf = (pdf: Uint8Array, index = -1) => {
  const { contents } = signatures(pdf).at(index)!;
  const length = 4 + contents![2]! * 256 + contents![3]!;
  return readSignedData(contents!.subarray(0, length), { mode: 'strict' });
};
const types = (attributes: readonly CmsAttribute[] | undefined) => attributes?.map(({ type }) => type);
/** With so many MiB of spaces between two revisions. */
function largePdf(mebibytes: number): Uint8Array {
  const spaces = Buffer.alloc(mebibytes * 2 ** 20, 0x20);
  const { startxref } = openPdf(plain).revisions[0]!;
  const trailer = `trailer\n<</Size 7/Root 1 0 R/Prev ${startxref}>>`;
  return concat(plain, spaces, ascii(`xref\n0 0\n${trailer}\nstartxref\n${plain.length + spaces.length}\n%%EOF\n`));
}
const SIGNING_TIME = '1.2.840.113549.1.9.5';
const SIGNING_CERTIFICATE_V2 = '1.2.840.113549.1.9.16.2.47';
const SIGNATURE_TIMESTAMP = '1.2.840.113549.1.9.16.2.14';
const verdicts = async (pdf: Uint8Array, trust = world.trust) => {
  const report = await verifyPdf(pdf, { at: TIMES.verified, trust });
  return report.signatures?.map(({ verdict, findings }) => [
    verdict,
    ...findings.filter(({ outcome }) => outcome === 'fail').map(({ code }) => code),
  ]);
};

describe('a signed file', () => {
  it('begins with the input and is PAdES B-B', async () => {
    const out = await sign({ reason: '同意', location: '北京' });
    expect(out.subarray(0, plain.length)).toEqual(plain);
    const [signature] = signatures(out);
    expect(signature).toMatchObject({
      filter: 'Adobe.PPKLite',
      subFilter: 'ETSI.CAdES.detached',
      name: 'Test signer',
      reason: '同意',
      location: '北京',
      signingTime: "D:20260520100000+08'00'",
    });
    const { content, certificates, signers, contentType } = cmsOf(out);
    expect([content, contentType]).toEqual([undefined, '1.2.840.113549.1.7.1']);
    expect(certificates.map(({ bytes }) => bytes).sort()).toEqual(
      [world.signer.certificate.bytes, world.root.certificate.bytes].sort(),
    );
    // EN 319 142-1 6.3: the certificate is named, the time is not.
    expect(types(signers[0]?.signedAttributes?.list)).toContain(SIGNING_CERTIFICATE_V2);
    expect(types(signers[0]?.signedAttributes?.list)).not.toContain(SIGNING_TIME);
    expect(signers[0]?.unsignedAttributes).toEqual([]);
    expect(await verdicts(out)).toEqual([['valid']]);
  });

  it('shows nothing without a place, and its picture with one', async () => {
    const { picture } = national.seal;
    expect(signatures(await sign())[0]?.widgets).toMatchObject([
      { page: 1, rect: [0, 0, 0, 0], appearance: undefined },
    ]);
    const place = { page: 2, xMm: 100, yMm: 100 };
    const [shown] = signatures(await sign({ place, picture }))[0]!.widgets;
    expect(shown?.page).toBe(2);
    expect(shown?.appearance).toBeDefined();
  });

  it('has a name for those who listen', async () => {
    const { picture } = national.seal;
    const place = { page: 1, xMm: 100, yMm: 100 };
    const spoken = (pdf: Uint8Array) => {
      const doc = openPdf(pdf);
      const field = doc.resolve(signatures(pdf)[0]!.fieldRef) as PdfDict;
      return ['TU', 'Contents'].map((key) => (doc.resolve(field.get(key)) as { text: string } | null)?.text);
    };
    expect(spoken(await sign({ place, picture }))).toEqual(['Test signer', 'Test signer']);
    expect(spoken(await sign({ place, picture, description: '经办人签名' }))).toEqual(['经办人签名', '经办人签名']);
    expect(spoken(await sealPdf(plain, placed(national)))).toEqual(['某市行政审批局', '某市行政审批局']);
  });

  it.each([
    'RSA-PKCS1-SHA256',
    'RSA-PKCS1-SHA512',
    'RSA-PSS-SHA256',
    'RSA-PSS-SHA384',
    'ECDSA-P256-SHA256',
    'ECDSA-P384-SHA384',
    'ECDSA-P521-SHA512',
  ] as const)('verifies: %s, as PAdES and as PKCS#7', async (algorithm) => {
    const holder = await world.leaf('signer', algorithm);
    for (const subFilter of ['ETSI.CAdES.detached', 'adbe.pkcs7.detached']) {
      const out = await sign({ ...holder, subFilter });
      expect(signatures(out)).toMatchObject([{ filter: 'Adobe.PPKLite', subFilter }]);
      expect(types(cmsOf(out).signers[0]?.signedAttributes?.list)?.includes(SIGNING_TIME)).toBe(
        subFilter === 'adbe.pkcs7.detached',
      );
      expect(await verdicts(out)).toEqual([['valid']]);
    }
  });

  it.each([
    [{}, 'DJ.GMPkiLite', 'GM.sm2cms.detached', true, '1.2.156.10197.6.1.4.2.1'],
    [{ dialect: 'attributes' }, 'DJ.GMPkiLite', 'GM.sm2cms.detached', false, '1.2.156.10197.6.1.4.2.1'],
    [{ subFilter: 'adbe.pkcs7.detached' }, 'Adobe.PPKLite', 'adbe.pkcs7.detached', false, '1.2.156.10197.6.1.4.2.1'],
    [{ subFilter: 'ETSI.CAdES.detached' }, 'Adobe.PPKLite', 'ETSI.CAdES.detached', false, '1.2.840.113549.1.7.1'],
  ] as const)('verifies: SM2 with %o', async (change, filter, subFilter, holdsDigest, contentType) => {
    const out = await sign({ ...national.signer, chain: [], ...change });
    expect(signatures(out)).toMatchObject([{ filter, subFilter }]);
    const { content, signers, ...read } = cmsOf(out);
    expect([content?.length === 32, read.contentType]).toEqual([holdsDigest, contentType]);
    expect(signers[0]?.signedAttributes === undefined).toBe(holdsDigest);
    expect(await verdicts(out, national.trust)).toEqual([['valid']]);
  });

  it('reserves what it needs and hardly more', async () => {
    for (const holder of [world.signer, national.signer, await world.leaf('signer', 'ECDSA-P521-SHA512')]) {
      const out = await sign({ ...holder });
      const { contents } = signatures(out)[0]!;
      const used = 4 + contents![2]! * 256 + contents![3]!;
      expect(contents!.length - used).toBeLessThanOrEqual(40);
    }
  });
});

describe('levels', () => {
  it('B-T: the signature value is stamped', async () => {
    const out = await sign({ timestamp: world.timestamp });
    const [signer] = cmsOf(out).signers;
    expect(types(signer?.unsignedAttributes)).toEqual([SIGNATURE_TIMESTAMP]);
    const { info } = readTimestampToken(signer!.unsignedAttributes[0]!.values[0]!);
    expect(info.genTime).toEqual(TIMES.signed);
    expect(await verdicts(out)).toEqual([['valid']]);
    const national = await sign({ timestamp: world.digestTimestamp, level: 'B-T' });
    expect(types(cmsOf(national).signers[0]?.unsignedAttributes)).toEqual([SIGNATURE_TIMESTAMP]);
  });

  it('B-T with SM2 and SM3 all through', async () => {
    const sm = await makePadesWorld('SM2-SM3', 'SM2-SM3');
    for (const dialect of ['digest-as-content', 'attributes'] as const) {
      const out = await signPdf(plain, { ...sm.signer, time: TIMES.signed, timestamp: sm.timestamp, dialect });
      expect(types(cmsOf(out).signers[0]?.unsignedAttributes)).toEqual([SIGNATURE_TIMESTAMP]);
      expect(await verdicts(out, sm.trust)).toEqual([['valid']]);
    }
  });

  it('B-LT: chains and revocation data of signer and authority, under the name of the signature', async () => {
    const out = await sign({ level: 'B-LT', timestamp: world.timestamp, validation: validation() });
    const doc = openPdf(out);
    expect(doc.revisions).toHaveLength(3);
    const store = securityStoreOf(doc);
    const all = [world.signer, world.root, world.tsa].map(({ certificate }) => certificate.bytes);
    expect(new Set(store.certificates.map(String))).toEqual(new Set(all.map(String)));
    expect(store.crls).toEqual([world.revocation.crls[0]?.bytes]);
    const name = Buffer.from(
      await crypto.subtle.digest('SHA-1', Uint8Array.from(signatures(out)[0]!.contents!)),
    ).toString('hex');
    expect([...store.bySignature.keys()]).toEqual([name.toUpperCase()]);
    expect(store.bySignature.get(name.toUpperCase())).toEqual({
      certificates: store.certificates,
      crls: store.crls,
      ocspResponses: [],
    });
    expect(await verdicts(out)).toEqual([['valid']]);
  });

  it('B-LTA: a timestamp on all of it', async () => {
    const out = await sign({ level: 'B-LTA', timestamp: world.timestamp, validation: validation() });
    const [signature, stamp] = signatures(out);
    expect([signature?.revisionIndex, stamp?.revisionIndex, openPdf(out).revisions.length]).toEqual([1, 3, 4]);
    expect(stamp?.subFilter).toBe('ETSI.RFC3161');
    expect(stamp?.dict.get('Type')).toMatchObject({ value: 'DocTimeStamp' });
    expect(await verdicts(out)).toEqual([['valid'], ['valid']]);
  });

  it('comes later too, and again and again, and does nothing twice', async () => {
    const bt = await sign({ timestamp: world.timestamp });
    const lt = await addValidationData(bt, validation());
    const lta = await timestampPdf(lt, { timestamp: world.digestTimestamp });
    const renewed = await timestampPdf(await addValidationData(lta, validation()), { timestamp: world.timestamp });
    for (const [before, after] of [
      [bt, lt],
      [lt, lta],
      [lta, renewed],
    ] as const)
      expect(after.subarray(0, before.length)).toEqual(before);
    expect(await verdicts(renewed)).toEqual([['valid'], ['valid'], ['valid']]);
    expect(securityStoreOf(openPdf(renewed)).bySignature.size).toBe(2);
    const own = await addValidationData(lt, validation());
    expect(own).toEqual(lt);
  });

  it('of a file that gives its bytes in one buffer, again and again', async () => {
    const large = largePdf(4);
    const file: PdfFile = {
      length: large.length,
      read: (start, end) => large.slice(start, end),
      readInto: (target, at) => void target.set(large.subarray(at, at + target.length)),
    };
    for (const timestamp of [world.timestamp, world.digestTimestamp])
      expect(await verdicts(await timestampPdf(file, { timestamp }))).toEqual([['valid']]);
    expect(await verdicts(await signPdf(file, signing()))).toEqual([['valid']]);
  });

  it('gathers for seals too, and for those fields alone that are asked for', async () => {
    const both = await sealPdf(plain, { ...placed(national), dual: signing() });
    const outside = await codeOf(() => addValidationData(both, validation()));
    expect(outside).toBe('validation-data-missing');
    const one = await addValidationData(both, { ...validation(), fields: ['Signature2'] });
    expect(securityStoreOf(openPdf(one)).bySignature.size).toBe(1);
    expect(await codeOf(() => addValidationData(both, { ...validation(), fields: ['Signature3'] }))).toBe(
      'pdf-field-missing',
    );
    expect(await codeOf(() => addValidationData(plain, validation()))).toBe('pdf-field-missing');
  });
});

describe('refuses', () => {
  it.each<[string, () => Promise<Partial<SignPdfOptions>> | Partial<SignPdfOptions>, string]>([
    ['the key of somebody else', () => ({ signer: world.tsa.signer }), 'key-mismatch'],
    ['an expired certificate', () => ({ time: new Date('2036-02-01') }), 'certificate-expired'],
    ['a certificate that is not yet valid', () => ({ time: new Date('2025-02-01') }), 'certificate-not-yet-valid'],
    ['no time', () => ({ time: new Date(Number.NaN) }), 'invalid-argument'],
    ['B-T without a timestamp', () => ({ level: 'B-T' }), 'invalid-argument'],
    ['B-B with one', () => ({ level: 'B-B', timestamp: world.timestamp }), 'invalid-argument'],
    ['B-LT without validation data', () => ({ level: 'B-LT', timestamp: world.timestamp }), 'invalid-argument'],
    ['validation data below B-LT', () => ({ validation: validation() }), 'invalid-argument'],
    ['a level that is none', () => ({ level: 'B-X' as 'B-B' }), 'invalid-argument'],
    [
      'B-LT of PKCS#7',
      () => ({
        level: 'B-LT',
        subFilter: 'adbe.pkcs7.detached',
        timestamp: world.timestamp,
        validation: validation(),
      }),
      'invalid-argument',
    ],
    [
      'B-LT with SM2',
      () => ({ ...national.signer, level: 'B-LT', timestamp: world.timestamp, validation: validation() }),
      'invalid-argument',
    ],
    ['RSA as GM.sm2cms', () => ({ subFilter: 'GM.sm2cms.detached' }), 'invalid-argument'],
    ['a digest as content in PAdES', () => ({ dialect: 'digest-as-content' }), 'invalid-argument'],
    ['a picture without a place', () => ({ picture: national.seal.picture }), 'invalid-argument'],
    ['a place without a picture', () => ({ place: { page: 1, xMm: 50, yMm: 50 } }), 'invalid-argument'],
    [
      'B-LT where nobody knows of revocation',
      () => ({ level: 'B-LT', timestamp: world.timestamp, validation: { trust: world.trust, at: TIMES.verified } }),
      'validation-data-missing',
    ],
    [
      'B-LT without an anchor',
      () => ({
        level: 'B-LT',
        timestamp: world.timestamp,
        validation: { ...validation(), trust: national.trust },
      }),
      'validation-data-missing',
    ],
    ['a timestamp larger than its room', () => ({ timestamp: world.timestamp, timestampBytes: 64 }), 'pdf-reservation'],
    ['no timestamp at all', () => ({ timestamp: async () => Uint8Array.of(1, 2, 3) }), 'timestamp-malformed'],
    [
      'a timestamp on something else',
      () => ({ timestamp: () => world.timestamp(Uint8Array.of(1)) }),
      'timestamp-answer-wrong',
    ],
    [
      'a timestamp on another digest',
      () => ({ timestamp: { ...world.digestTimestamp, stamp: () => world.timestamp(Uint8Array.of(1)) } }),
      'timestamp-answer-wrong',
    ],
  ])('%s', async (_, change, code) => {
    const given = await change();
    expect(await codeOf(() => sign(given))).toBe(code);
  });
});

describe('progress and abortion', () => {
  const large = largePdf(40);

  it('says how far it is, to the end', async () => {
    const seen: PdfProgress[] = [];
    const onProgress = (progress: PdfProgress) => seen.push(progress);
    await sign({ onProgress, level: 'B-LTA', timestamp: world.digestTimestamp, validation: validation() }, large);
    expect([...new Set(seen.map(({ step }) => step))]).toEqual(['signature', 'validation-data', 'document-timestamp']);
    for (const step of ['signature', 'document-timestamp'] as const) {
      const own = seen.filter((progress) => progress.step === step);
      expect(own.length).toBeGreaterThanOrEqual(3);
      expect(own.every(({ bytes }, i) => i === 0 || bytes >= own[i - 1]!.bytes)).toBe(true);
      expect(own.at(-1)?.bytes).toBe(own.at(-1)?.totalBytes);
    }
  });

  it('stops in the middle, for the reason given, in any act', async () => {
    const acts: ((options: Pick<SignPdfOptions, 'signal' | 'onProgress'>) => Promise<Uint8Array>)[] = [
      (options) => sign(options, large),
      (options) => sealPdf(large, placed(national, options)),
      (options) => sealPdf(large, [placed(national), placed(national, options)]),
      (options) => timestampPdf(large, { timestamp: world.timestamp, ...options }),
    ];
    for (const act of acts) {
      const controller = new AbortController();
      // A timer: it gets its turn only because the work lets go now and then.
      const seen: PdfProgress[] = [];
      const onProgress = (progress: PdfProgress) => {
        seen.push(progress);
        setTimeout(() => controller.abort(new Error('enough')));
      };
      await expect(act({ signal: controller.signal, onProgress })).rejects.toThrow('enough');
      expect(seen.every(({ bytes, totalBytes }) => bytes < totalBytes / 2)).toBe(true);
      const signal = AbortSignal.abort(new Error('before'));
      await expect(act({ signal, onProgress: () => undefined })).rejects.toThrow('before');
    }
  });
});
