import { createHash } from 'node:crypto';
import { der } from '@gov/der';
import { TrustStore } from '@gov/pki';
import { generateSm2Key, sm2Signer, sm3 } from '@gov/sm';
import { aspects, DEFAULT_REQUIRED } from '@gov/verdict';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Holder, makeLeaf, makeWorld, TIMES, type World } from '../../../test/world.js';
import {
  assertUsable,
  readSeal,
  readSesSignature,
  SEAL_LIMITS,
  sesSignatureSize,
  signSes,
  verifySesSignature,
} from '../src/index.js';
import {
  ascii,
  buildSeal,
  buildSignature,
  buildV1Seal,
  certificates,
  codeOf,
  concat,
  derOf,
  extension,
  flipped,
  keyUsage,
  leafWith,
  type SealParts,
  type SignatureParts,
  SM2_SM3,
  said,
} from './build.js';

const CONTENT = ascii('the protected bytes');
const second = 1000;
const later = (date: Date, ms: number) => new Date(date.getTime() + ms);

let world: World;
let strict: TrustStore;
let stranger: World;
let seal: Uint8Array;
beforeAll(async () => {
  world = await makeWorld();
  stranger = await makeWorld();
  strict = new TrustStore({ anchors: [world.root.certificate], profile: 'strict' });
  seal = await sealBy();
});

const sealBy = (change: Partial<SealParts> = {}) =>
  buildSeal({ maker: world.maker, signers: certificates(world.signer), ...change });
const build = (change: Partial<SignatureParts> = {}) =>
  buildSignature({ seal, signer: world.signer, dataHash: sm3(CONTENT), ...change });
const verify = (bytes: Uint8Array, at = TIMES.verified, trust = world.trust, content = [CONTENT]) =>
  verifySesSignature(bytes, content, { at, trust });
const outcome = async (change: Partial<SignatureParts>, at?: Date, trust?: TrustStore) =>
  said(await verify(await build(change), at, trust));
const valid = { verdict: 'valid', codes: [] };
const invalid = (...codes: string[]) => ({ verdict: 'invalid', codes: codes.map((code) => `fail ${code}`) });

describe('signing', () => {
  const options = () => ({
    seal: world.seal,
    ...world.signer,
    time: later(TIMES.signed, 987),
    dataHash: sm3(CONTENT),
    propertyInfo: 'GM.sm2seal',
  });

  it('gives back what went in, in strict DER, and verifies', async () => {
    const bytes = await signSes(options());
    const signature = readSesSignature(bytes, { profile: 'strict' });
    expect(signature).toMatchObject({
      bytes,
      version: 4,
      seal: world.seal,
      time: TIMES.signed,
      dataHash: sm3(CONTENT),
      propertyInfo: 'GM.sm2seal',
      extensions: [],
      certificate: world.signer.certificate.bytes,
      signatureAlgorithm: SM2_SM3,
      deviations: [],
    });
    for (const trust of [world.trust, strict]) expect(said(await verify(bytes, TIMES.verified, trust))).toEqual(valid);
  });

  it('never takes more than was measured, and not much less', async () => {
    const size = sesSignatureSize(options());
    const lengths = await Promise.all(Array.from({ length: 60 }, async () => (await signSes(options())).length));
    expect(Math.max(...lengths)).toBeLessThanOrEqual(size);
    expect(Math.max(...lengths)).toBeGreaterThanOrEqual(size - 2);
  });

  it.each([0, 31, 33])('refuses a digest of %i bytes', async (length) => {
    expect(await codeOf(() => signSes({ ...options(), dataHash: new Uint8Array(length) }))).toBe('invalid-argument');
  });

  it('says what the report is about', async () => {
    const { subject, unchecked } = await verify(await signSes(options()));
    expect(subject).toMatchObject({
      kind: 'seal-signature',
      version: 4,
      signer: 'CN=signer,O=11990100MB0000019L某市行政审批局,C=CN',
      seal: { kind: 'seal', name: '某市行政审批局' },
      signingTime: { value: '2026-05-20T02:00:00.000Z', basis: 'claimed' },
      propertyInfo: 'GM.sm2seal',
    });
    expect(unchecked).toEqual(['revocation-not-checked']);
  });
});

describe('what may be used', () => {
  const use = (change: { certificate?: Holder['certificate']; signer?: Holder['signer']; time?: Date }) =>
    codeOf(() =>
      assertUsable(
        world.seal,
        change.certificate ?? world.signer.certificate,
        change.signer ?? world.signer.signer,
        change.time ?? TIMES.signed,
      ),
    );

  it('is what verifies', async () => {
    expect(await use({})).toBe('nothing thrown');
    expect(await use({ time: TIMES.sealMade })).toBe('nothing thrown');
    expect(await use({ time: TIMES.sealTo })).toBe('nothing thrown');
    // GeneralizedTime has seconds: this is what will be signed.
    expect(await use({ time: later(TIMES.sealTo, 999) })).toBe('nothing thrown');
  });

  it('is refused by code otherwise', async () => {
    expect(await use({ signer: sm2Signer(generateSm2Key()) })).toBe('key-mismatch');
    expect(await use({ ...world.issuer })).toBe('signer-not-in-seal');
    expect(await use({ ...world.maker })).toBe('signer-not-in-seal');
    expect(await use({ time: later(TIMES.sealMade, -1) })).toBe('seal-not-yet-valid');
    expect(await use({ time: later(TIMES.sealTo, second) })).toBe('seal-expired');
    expect(await use({ time: new Date(Number.NaN) })).toBe('invalid-argument');
  });

  it("is refused outside the certificate's time", async () => {
    const from = new Date('2026-05-01T00:00:00Z');
    const to = new Date('2026-05-31T00:00:00Z');
    const brief = await makeLeaf(world.root, 'signer', { notBefore: from, notAfter: to });
    const own = readSeal(await sealBy({ signers: certificates(brief) }));
    const at = (time: Date) => codeOf(() => assertUsable(own, brief.certificate, brief.signer, time));
    expect(await at(from)).toBe('nothing thrown');
    expect(await at(later(from, -1))).toBe('certificate-not-yet-valid');
    expect(await at(later(to, 999))).toBe('nothing thrown');
    expect(await at(later(to, second))).toBe('certificate-expired');
  });
});

describe('reading', () => {
  const read = async (change: Partial<SignatureParts>, profile: 'strict' | 'lenient' = 'lenient') =>
    readSesSignature(await build(change), { profile });

  it('reads versions 4 and 5, extensions and a time stamp', async () => {
    const stamped = await read(
      { version: 5, timeStamp: Uint8Array.of(1), extensions: [extension('critical')] },
      'strict',
    );
    expect(stamped).toMatchObject({
      version: 5,
      timeStamp: Uint8Array.of(1),
      extensions: [{ id: '1.2.3.4', critical: true }],
    });
    expect((await read({}, 'strict')).timeStamp).toBeUndefined();
  });

  it.each<[string, () => Promise<Partial<SignatureParts>> | Partial<SignatureParts>]>([
    ['version 1', () => ({ version: 1 })],
    ['version 3', () => ({ version: 3 })],
    ['version 6', () => ({ version: 6 })],
    ['a version 1 seal', async () => ({ seal: await buildV1Seal(world) })],
    ['a seal that is none', () => ({ seal: der.sequence() })],
    ['one field too many', () => ({ more: { signature: der.nullValue() } })],
    ['one signed field too many', () => ({ more: { toSign: der.nullValue() } })],
    ['65 extensions', () => ({ extensions: Array(65).fill(extension('absent')) })],
  ])('refuses %s', async (_, change) => {
    const given = await change();
    expect(await codeOf(() => read(given))).toBe('seal-malformed');
  });

  it('refuses version 1 in its own form', async () => {
    const toSign = der.sequence(der.integer(1), await buildV1Seal(world), der.bitString(CONTENT));
    expect(await codeOf(() => readSesSignature(der.sequence(toSign, der.bitString(CONTENT))))).toBe('seal-malformed');
  });

  it('leaves what follows to the caller when padded, and refuses it otherwise', async () => {
    const bytes = await build();
    const followed = concat(bytes, ascii('\0\0x'));
    expect(readSesSignature(followed, { padded: true, profile: 'strict' }).bytes).toEqual(bytes);
    expect(await codeOf(() => readSesSignature(followed))).toBe('seal-malformed');
    const zeros = concat(bytes, new Uint8Array(9));
    expect(readSesSignature(zeros).deviations.map(({ code }) => code)).toEqual(['trailing-zeros']);
    expect(await codeOf(() => readSesSignature(zeros, { profile: 'strict' }))).toBe('seal-malformed');
  });

  it('is bounded', async () => {
    const most = 2 * SEAL_LIMITS.maxBytes;
    expect(await codeOf(() => readSesSignature(new Uint8Array(most)))).toBe('seal-malformed');
    expect(await codeOf(() => readSesSignature(new Uint8Array(most + 1)))).toBe('input-too-large');
    expect(await codeOf(() => verify(new Uint8Array(most + 1)))).toBe('input-too-large');
  });

  it('throws nothing but coded errors, whatever the bytes', async () => {
    const bytes = await build({ extensions: [extension('critical')], timeStamp: Uint8Array.of(1) });
    const edits = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(edits, fc.boolean(), (changes, padded) => {
        const changed = bytes.slice();
        for (const [at, value] of changes) changed[at] = value;
        try {
          readSesSignature(changed, { padded });
        } catch (error) {
          expect((error as { code: string }).code).toBe('seal-malformed');
        }
      }),
      { numRuns: process.env.SLOW ? 50_000 : 2_000 },
    );
  });
});

describe('the document', () => {
  it('may come in parts', async () => {
    const bytes = await build();
    for (const at of [0, 1, CONTENT.length]) {
      const parts = [CONTENT.subarray(0, at), CONTENT.subarray(at)];
      expect((await verify(bytes, TIMES.verified, world.trust, parts)).verdict).toBe('valid');
    }
    expect(said(await verify(bytes, TIMES.verified, world.trust, [CONTENT, CONTENT]))).toEqual(
      invalid('digest-mismatch'),
    );
  });

  it('must be what was signed', async () => {
    const bytes = await build();
    for (const content of [flipped(CONTENT, 0), CONTENT.subarray(1), new Uint8Array()]) {
      expect(said(await verify(bytes, TIMES.verified, world.trust, [content]))).toEqual(invalid('digest-mismatch'));
    }
    for (const dataHash of [
      new Uint8Array(32),
      new Uint8Array(),
      sm3(CONTENT).subarray(0, 31),
      concat(sm3(CONTENT), CONTENT),
    ]) {
      expect(await outcome({ dataHash })).toEqual(invalid('digest-mismatch'));
    }
    const sha256 = new Uint8Array(createHash('sha256').update(CONTENT).digest());
    expect(await outcome({ dataHash: sha256 })).toEqual(invalid('digest-mismatch'));
  });
});

describe('the signer', () => {
  it('must have signed', async () => {
    expect(await outcome({ form: (raw) => derOf(flipped(raw, 40)) })).toEqual(invalid('signature-invalid'));
    expect(await outcome({ form: () => new Uint8Array() })).toEqual(invalid('signature-invalid'));
    expect(await outcome({ form: () => derOf(new Uint8Array(64)) })).toEqual(invalid('signature-invalid'));
  });

  it('may write r‖s as lenient alone', async () => {
    const raw = { form: (value: Uint8Array) => value };
    expect(await outcome(raw)).toEqual(valid);
    expect(await outcome(raw, TIMES.verified, strict)).toEqual(invalid('signature-invalid'));
    expect(await outcome({ form: (value) => value.subarray(1) })).toEqual(invalid('signature-invalid'));
  });

  it('is the one whose certificate is shown', async () => {
    const other = await makeLeaf(world.root, 'signer');
    const both = await sealBy({ signers: certificates(world.signer, other) });
    expect(await outcome({ seal: both, certificate: other.certificate.bytes })).toEqual(invalid('signature-invalid'));
    expect(await outcome({ seal: both, signer: other })).toEqual(valid);
    expect(await outcome({ certificate: other.certificate.bytes })).toEqual(
      invalid('signature-invalid', 'signer-not-in-seal'),
    );
  });

  it('must be in the list of the seal', async () => {
    const other = await makeLeaf(world.root, 'signer');
    expect(await outcome({ signer: other })).toEqual(invalid('signer-not-in-seal'));
    // A renewed certificate on the same key is another certificate.
    const seal = await sealBy({ signers: [] });
    expect(await outcome({ seal })).toEqual(invalid('signer-not-in-seal'));
    const digest = (bytes: Uint8Array) => der.sequence(der.printableString('SM3'), der.octetString(bytes));
    const listed = await sealBy({ listType: 2, signers: [digest(sm3(world.signer.certificate.bytes))] });
    expect(await outcome({ seal: listed })).toEqual(valid);
    expect(await outcome({ seal: listed, signer: other })).toEqual(invalid('signer-not-in-seal'));
    const empty = await sealBy({ listType: 2, signers: [digest(new Uint8Array())] });
    expect(await outcome({ seal: empty })).toEqual(invalid('signer-not-in-seal'));
  });

  it('must be authorised to seal', async () => {
    const use = async (signer: Holder) => outcome({ signer, seal: await sealBy({ signers: certificates(signer) }) });
    expect(await use(world.issuer)).toEqual(invalid('not-authorised-for-use'));
    expect(await use(world.maker)).toEqual(invalid('not-authorised-for-use'));
    expect(await use(await leafWith(world.root))).toEqual({
      verdict: 'indeterminate',
      codes: ['unknown authority-unknown'],
    });
    expect(await use(await leafWith(world.root, keyUsage(2)))).toEqual({
      verdict: 'invalid',
      codes: ['fail key-usage', 'unknown authority-unknown'],
    });
  });

  it('must lead to an anchor', async () => {
    const bytes = await buildSignature({
      seal: stranger.seal.bytes,
      signer: stranger.signer,
      dataHash: sm3(CONTENT),
    });
    const report = await verify(bytes);
    expect(said(report)).toEqual({ verdict: 'indeterminate', codes: ['unknown path-no-anchor'] });
    expect(aspects(report.findings, { required: DEFAULT_REQUIRED.filter((check) => check !== 'coverage') })).toEqual({
      intact: 'yes',
      authentic: 'yes',
      trusted: 'unknown',
      current: 'yes',
    });
    // One of the two is not enough: a stranger's seal with a known signer in its list.
    const foreign = await buildSeal({ maker: stranger.maker, signers: certificates(world.signer) });
    expect(await outcome({ seal: foreign })).toEqual({ verdict: 'indeterminate', codes: ['unknown path-no-anchor'] });
    const taken = await sealBy({ signers: certificates(stranger.signer) });
    expect(await outcome({ seal: taken, signer: stranger.signer })).toEqual({
      verdict: 'indeterminate',
      codes: ['unknown path-no-anchor'],
    });
  });

  it('shows a certificate that can be read', async () => {
    const report = await verify(await build({ certificate: ascii('junk') }));
    expect(said(report)).toEqual(invalid('certificate-malformed', 'signer-not-in-seal'));
    expect(report.subject.signer).toBeUndefined();
  });

  it('signs with an algorithm that goes with the key', async () => {
    expect(await outcome({ algorithm: '1.2.840.113549.1.1.11' })).toEqual({
      verdict: 'indeterminate',
      codes: ['unknown algorithm-unsupported'],
    });
  });
});

describe('the time that is claimed', () => {
  it('may be five minutes ahead, and no more', async () => {
    const limit = later(TIMES.verified, 5 * 60 * second);
    expect(await outcome({ time: limit })).toEqual(valid);
    expect(await outcome({ time: later(limit, second) })).toEqual(invalid('signing-time-future'));
    expect(await outcome({ time: new Date('2030-01-01') })).toEqual(invalid('signing-time-future'));
  });

  it('lies within the validity of the certificate', async () => {
    const notBefore = new Date('2026-05-20T01:00:00Z');
    const notAfter = new Date('2026-05-20T03:00:00Z');
    const brief = await makeLeaf(world.root, 'signer', { notBefore, notAfter });
    const own = await sealBy({ signers: certificates(brief) });
    const at = (time: Date, verified: Date) => outcome({ seal: own, signer: brief, time }, verified);
    expect(await at(notBefore, notAfter)).toEqual(valid);
    expect(await at(notAfter, notAfter)).toEqual(valid);
    expect(await at(later(notBefore, -second), notAfter)).toEqual(invalid('certificate-not-yet-valid-at-signing'));
    expect(await at(later(notAfter, second), later(notAfter, second))).toEqual(
      invalid('certificate-expired-at-signing'),
    );
    // Expired since: an old key that was stolen could say the same.
    expect(await at(notAfter, later(notAfter, second))).toEqual({
      verdict: 'indeterminate',
      codes: ['unknown expired-time-unproved'],
    });
  });

  it('lies within the validity of the seal', async () => {
    expect(await outcome({ time: TIMES.sealMade })).toEqual(valid);
    const early = await sealBy({ createdAt: new Date('2026-01-15'), validFrom: TIMES.sealMade });
    expect(await outcome({ seal: early, time: later(TIMES.sealMade, -second) })).toEqual(invalid('seal-not-yet-valid'));
    const past = later(TIMES.sealTo, 24 * 3_600 * second);
    expect(await outcome({ time: TIMES.sealTo }, past)).toEqual(valid);
    expect(await outcome({ time: later(TIMES.sealTo, second) }, past)).toEqual(invalid('seal-expired'));
  });

  it('is before everything', async () => {
    const report = await outcome({ time: new Date('2001-01-01') });
    expect(report).toEqual(invalid('certificate-not-yet-valid-at-signing', 'seal-not-yet-valid'));
  });

  it('is not proved by a time stamp that is none', async () => {
    const report = await verify(await build({ timeStamp: Uint8Array.of(1, 2, 3) }));
    expect(report.verdict).toBe('valid');
    expect(report.unchecked).toEqual(['revocation-not-checked', 'timestamp-malformed']);
    expect(report.subject.signingTime.basis).toBe('claimed');
    const required = { at: TIMES.verified, trust: world.trust, require: ['timestamp'] as const };
    const bytes = await build({ timeStamp: Uint8Array.of(1) });
    expect((await verifySesSignature(bytes, [CONTENT], required)).verdict).toBe('indeterminate');
    const inSeal = await sealBy({ version: 5, timeStamp: Uint8Array.of(1) });
    expect((await verify(await build({ seal: inSeal }))).unchecked).toContain('timestamp-malformed');
  });
});

describe('the seal inside', () => {
  it('must have been signed by its maker', async () => {
    expect(await outcome({ seal: await sealBy({ form: (raw) => derOf(flipped(raw, 1)) }) })).toEqual(
      invalid('seal-signature-invalid'),
    );
  });

  it('is not one that the signer made', async () => {
    expect(await outcome({ seal: await sealBy({ maker: world.signer }) })).toEqual(invalid('not-authorised-for-use'));
  });

  it('counts with its own warnings and failures', async () => {
    const reversed = await sealBy({ createdAt: later(TIMES.sealMade, second) });
    expect(await outcome({ seal: reversed })).toEqual({ verdict: 'valid', codes: ['warn seal-valid-before-made'] });
    expect(await outcome({ seal: reversed }, TIMES.verified, strict)).toEqual(invalid('seal-valid-before-made'));
    const old = await makeLeaf(world.root, 'seal-maker', { notAfter: new Date('2026-01-31') });
    expect(await outcome({ seal: await sealBy({ maker: old }) })).toEqual(invalid('seal-maker-expired-at-creation'));
  });

  it.each<[string, () => Promise<Partial<SignatureParts>>]>([
    [
      'IA5String in its list',
      async () => ({ seal: await sealBy({ signers: [der.element(0x16, world.signer.certificate.bytes)] }) }),
    ],
    ['critical FALSE in the seal', async () => ({ seal: await sealBy({ extensions: [extension('criticalFalse')] }) })],
    ['critical FALSE in the signature', async () => ({ extensions: [extension('criticalFalse')] })],
  ])('%s: lenient warns once, strict fails', async (_, change) => {
    const bytes = await build(await change());
    const report = await verify(bytes);
    expect(said(report)).toEqual({ verdict: 'valid', codes: ['warn format-deviation'] });
    expect(report.findings.filter(({ check }) => check === 'format')).toHaveLength(1);
    expect(said(await verify(bytes, TIMES.verified, strict))).toEqual(invalid('format-deviation'));
    expect(await codeOf(() => readSesSignature(bytes, { profile: 'strict' }))).toBe('seal-malformed');
  });
});

it('no byte of a seal signature can be changed', async () => {
  const bytes = await build({ extensions: [extension('critical')] });
  const survived: number[] = [];
  for (let at = 0; at < bytes.length; at++) {
    for (const mask of process.env.SLOW
      ? [1, 2, 4, 8, 16, 32, 64, 128, 255]
      : [at % 3 === 0 ? 1 : at % 3 === 1 ? 0x20 : 0x80]) {
      try {
        if ((await verify(flipped(bytes, at, mask))).verdict === 'valid') survived.push(at);
      } catch (error) {
        expect((error as { code: string }).code).toBe('seal-malformed');
      }
    }
  }
  expect(survived).toEqual([]);
}, 300_000);
