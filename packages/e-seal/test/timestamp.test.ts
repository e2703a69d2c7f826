import { TrustStore } from '@gov/pki';
import { issueCrl, type RevocationReason } from '@gov/pki/revocation';
import { requestTimestamp } from '@gov/pki/timestamp';
import { tsaHandler } from '@gov/pki/tsa';
import { sm3 } from '@gov/sm';
import type { Check } from '@gov/verdict';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Holder, makeLeaf, makeWorld, TIMES, type World } from '../../../test/world.js';
import {
  readSesSignature,
  SES_TIMESTAMP_MAX_BYTES,
  type SesSignatureOptions,
  sesSignatureSize,
  signSes,
  verifySeal,
  verifySesSignature,
} from '../src/index.js';
import {
  ascii,
  buildSeal,
  buildSignature,
  certificates,
  codeOf,
  codes,
  flipped,
  type SealParts,
  type SignatureParts,
  said,
} from './build.js';

const CONTENT = ascii('the protected bytes');
const SECOND = 1000;
const DAY = 24 * 3600 * SECOND;
const later = (date: Date, ms: number) => new Date(date.getTime() + ms);

let world: World;
let tsa: Holder;
let strange: Holder;
let serial = 0n;
beforeAll(async () => {
  world = await makeWorld();
  tsa = await makeLeaf(world.root, 'timestamp');
  const stranger = await makeWorld();
  strange = await makeLeaf(stranger.root, 'timestamp');
});

/** A timestamp by `of` at `time` on whatever is given. */
const stampAt =
  (time: Date, of = tsa) =>
  async (content: Uint8Array) => {
    const fetch = tsaHandler({
      ...of,
      policy: '1.2.156.11235.1',
      clock: () => time,
      serial: async () => ++serial,
      accuracyMs: 1000,
    });
    const options = { fetch, at: time };
    return (await requestTimestamp('http://tsa/', { content, hash: 'SM3' }, options)).bytes;
  };

const soon = later(TIMES.signed, 2 * SECOND);
/** genTime and the accuracy of the authority. */
const SOON_PROVED = later(soon, SECOND).toISOString();

const sealBy = (change: Partial<SealParts> = {}) =>
  buildSeal({ maker: world.maker, signers: certificates(world.signer), version: 5, ...change });

interface Case extends Partial<SignatureParts> {
  readonly at?: Date;
  readonly profile?: 'strict';
  readonly require?: readonly Check[];
  readonly anchors?: readonly Holder[];
  readonly revoked?: { readonly holder: Holder; readonly at: Date; readonly reason?: RevocationReason };
}

async function verify({ at = TIMES.verified, profile, require, anchors = [world.root], revoked, ...parts }: Case = {}) {
  const bytes = await buildSignature({ seal: await sealBy(), signer: world.signer, dataHash: sm3(CONTENT), ...parts });
  const trust = new TrustStore({
    anchors: anchors.map(({ certificate }) => certificate),
    ...(profile === undefined ? {} : { profile }),
  });
  const crl =
    revoked &&
    (await issueCrl({
      issuer: world.root.certificate,
      signer: world.root.signer,
      crlNumber: 1n,
      thisUpdate: at,
      nextUpdate: later(at, DAY),
      entries: [
        {
          serialNumber: revoked.holder.certificate.serialNumber,
          revokedAt: revoked.at,
          ...(revoked.reason === undefined ? {} : { reason: revoked.reason }),
        },
      ],
    }));
  return verifySesSignature(bytes, [CONTENT], {
    at,
    trust,
    ...(require === undefined ? {} : { require }),
    ...(crl === undefined ? {} : { revocation: { crls: [crl], ocspResponses: [] } }),
  });
}

const valid = { verdict: 'valid', codes: [] };

describe('a timestamp on the signature value', () => {
  it('proves the signing time', async () => {
    const report = await verify({ timeStamp: stampAt(soon), require: ['timestamp'] });
    expect(said(report)).toEqual(valid);
    expect(report.unchecked).toEqual(['revocation-not-checked']);
    expect(report.subject.signingTime).toEqual({
      value: SOON_PROVED,
      basis: 'proved',
      claimed: TIMES.signed.toISOString(),
    });
    expect(report.findings.filter(({ check }) => check === 'timestamp')).toMatchObject([
      { outcome: 'pass', code: 'timestamp-ok' },
    ]);
    expect(report.findings).toContainEqual(
      expect.objectContaining({ code: 'time-ok', detail: `proved ${SOON_PROVED.replace('.000', '')}` }),
    );
    expect(said(await verify({ timeStamp: stampAt(soon), version: 4, profile: 'strict' }))).toEqual(valid);
  });

  it('is what keeps a seal valid when the certificate of the signer has expired', async () => {
    const signer = await makeLeaf(world.root, 'signer', { notAfter: later(TIMES.signed, DAY) });
    const seal = await sealBy({ signers: certificates(signer) });
    expect(said(await verify({ seal, signer }))).toEqual({
      verdict: 'indeterminate',
      codes: ['unknown expired-time-unproved'],
    });
    expect(said(await verify({ seal, signer, timeStamp: stampAt(soon) }))).toEqual(valid);
  });

  it('is what keeps a seal valid when the certificate of the signer was revoked later', async () => {
    const revoked = { holder: world.signer, at: later(TIMES.signed, DAY) };
    expect(said(await verify({ revoked })).codes).toContain('unknown revoked-time-unproved');
    const report = await verify({ revoked, timeStamp: stampAt(soon) });
    expect(report.verdict).toBe('valid');
    expect(codes(report, 'pass')).toContain('revoked-after-signing');
    // The accuracy counts: what was stamped existed a second after genTime at the latest.
    const close = { revoked: { holder: world.signer, at: later(soon, SECOND) }, timeStamp: stampAt(soon) };
    expect(said(await verify(close)).codes).toContain('fail certificate-revoked');
  });

  it('proves nothing about a certificate that had expired before it', async () => {
    const signer = await makeLeaf(world.root, 'signer', { notAfter: later(TIMES.signed, DAY) });
    const seal = await sealBy({ signers: certificates(signer) });
    const report = await verify({ seal, signer, timeStamp: stampAt(later(TIMES.signed, 2 * DAY)) });
    expect(said(report)).toEqual({ verdict: 'indeterminate', codes: ['unknown expired-time-unproved'] });
    expect(report.subject.signingTime.basis).toBe('claimed');
  });

  it('proves nothing about a seal that had expired before it', async () => {
    const seal = await sealBy({ validTo: later(TIMES.signed, DAY) });
    expect(said(await verify({ seal, timeStamp: stampAt(later(TIMES.signed, DAY - 2 * SECOND)) }))).toEqual(valid);
    expect(said(await verify({ seal, timeStamp: stampAt(later(TIMES.signed, 2 * DAY)) }))).toEqual({
      verdict: 'indeterminate',
      codes: ['unknown seal-expired-time-unproved'],
    });
  });

  it('does not let the signer claim a later time', async () => {
    const early = (seconds: number) => verify({ timeStamp: stampAt(later(TIMES.signed, -seconds * SECOND)) });
    // Five minutes of two clocks, and the accuracy of one second.
    expect(said(await early(301))).toEqual(valid);
    expect(said(await early(302))).toEqual({ verdict: 'invalid', codes: ['fail signing-time-after-timestamp'] });
  });
});

describe('a timestamp that proves nothing', () => {
  const claimed = async (one: Case) => {
    const report = await verify(one);
    expect(report.subject.signingTime).toEqual({ value: TIMES.signed.toISOString(), basis: 'claimed' });
    return said(report);
  };

  it.each<[string, () => Case['timeStamp'], string]>([
    ['is about something else', () => () => stampAt(soon)(ascii('x')), 'fail timestamp-invalid'],
    [
      'is about the signature value with its header',
      () => (value) => stampAt(soon)(Uint8Array.of(3, value.length + 1, 0, ...value)),
      'fail timestamp-invalid',
    ],
    ['is changed', () => async (value) => flipped(await stampAt(soon)(value), 150), 'fail timestamp-invalid'],
    ['is of the year to come', () => stampAt(later(TIMES.verified, 365 * DAY)), 'fail timestamp-invalid'],
    ['is of nobody known', () => (value) => stampAt(soon, strange)(value), 'unknown timestamp-unproved'],
    ['is no timestamp', () => Uint8Array.of(1, 2, 3), 'unknown timestamp-malformed'],
    ['is empty', () => new Uint8Array(0), 'unknown timestamp-malformed'],
    ['is a certificate', () => world.root.certificate.bytes, 'unknown timestamp-malformed'],
    ['is too large', () => new Uint8Array(300 * 1024), 'unknown timestamp-malformed'],
  ])('%s', async (_, timeStamp, expected) => {
    const one = { timeStamp: timeStamp()! };
    const failed = expected.startsWith('fail');
    expect(await claimed(one)).toEqual({
      verdict: failed ? 'invalid' : 'valid',
      codes: [expected],
    });
    const required = await verify({ ...one, require: ['timestamp'] });
    expect(required.verdict).toBe(failed ? 'invalid' : 'indeterminate');
    if (!failed) expect(required.findings).toContainEqual(expect.objectContaining({ code: expected.split(' ')[1] }));
  });

  it('offends the strict', async () => {
    expect(said(await verify({ timeStamp: Uint8Array.of(1, 2, 3), profile: 'strict' }))).toEqual({
      verdict: 'invalid',
      codes: ['fail timestamp-malformed'],
    });
  });

  it('leaves an expired or revoked signer unproved', async () => {
    const signer = await makeLeaf(world.root, 'signer', { notAfter: later(TIMES.signed, DAY) });
    const seal = await sealBy({ signers: certificates(signer) });
    const report = await verify({ seal, signer, timeStamp: stampAt(soon, strange) });
    expect(report.verdict).toBe('indeterminate');
    expect(codes(report, 'unknown')).toContain('expired-time-unproved');
  });

  it('is of an authority that was revoked, or has expired', async () => {
    const codesOf = async (one: Case) => said(await verify({ timeStamp: stampAt(soon), ...one })).codes;
    const revoked = (at: Date, reason?: RevocationReason) =>
      codesOf({ revoked: { holder: tsa, at, ...(reason === undefined ? {} : { reason }) } });
    expect(await revoked(later(soon, -SECOND))).toContain('fail timestamp-invalid');
    expect(await revoked(later(soon, DAY), 'keyCompromise')).toContain('fail timestamp-invalid');
    const unproved = await verify({ timeStamp: stampAt(soon), revoked: { holder: tsa, at: later(soon, DAY) } });
    expect(unproved.subject.signingTime.basis).toBe('claimed');
    expect(codes(unproved, 'unknown')).toContain('timestamp-unproved');
    const short = await makeLeaf(world.root, 'timestamp', { notAfter: later(soon, DAY) });
    const expired = await verify({ timeStamp: stampAt(soon, short) });
    expect(expired.subject.signingTime.basis).toBe('claimed');
    expect(codes(expired, 'unknown')).toContain('timestamp-unproved');
  });

  it('is of a signer that is no authority', async () => {
    const { seal } = { seal: await sealBy() };
    // The signer's own key cannot make one that counts: its certificate is for something else.
    expect(await codeOf(() => stampAt(soon, world.signer)(seal))).toBe('certificate-unsuitable');
  });
});

describe('a timestamp in the seal', () => {
  const made = later(TIMES.sealMade, 2 * SECOND);

  it('proves when the seal was made', async () => {
    const maker = await makeLeaf(world.root, 'seal-maker', { notAfter: later(TIMES.sealMade, DAY) });
    const options = { at: TIMES.verified, trust: world.trust };
    const without = await verifySeal(await sealBy({ maker }), options);
    expect(said(without)).toEqual({ verdict: 'valid', codes: ['warn expired-time-unproved'] });
    const report = await verifySeal(await sealBy({ maker, timeStamp: stampAt(made) }), {
      ...options,
      require: ['timestamp'],
    });
    expect(said(report)).toEqual(valid);
    const about = await sealBy({ timeStamp: () => stampAt(made)(ascii('x')) });
    expect(said(await verifySeal(about, options))).toEqual({ verdict: 'invalid', codes: ['fail timestamp-invalid'] });
    const early = await sealBy({ timeStamp: stampAt(later(TIMES.sealMade, -DAY)) });
    expect(said(await verifySeal(early, options))).toEqual({
      verdict: 'invalid',
      codes: ['fail signing-time-after-timestamp'],
    });
  });

  it('says nothing about when the seal was used', async () => {
    const seal = await sealBy({ timeStamp: stampAt(made) });
    const report = await verify({ seal });
    expect(said(report)).toEqual(valid);
    expect(report.subject.signingTime.basis).toBe('claimed');
    expect((await verify({ seal, require: ['timestamp'] })).verdict).toBe('indeterminate');
    const wrong = await sealBy({ timeStamp: () => stampAt(made)(ascii('x')) });
    expect(said(await verify({ seal: wrong })).codes).toEqual(['fail timestamp-invalid']);
  });
});

describe('signing with a timestamp', () => {
  const options = (more: Partial<SesSignatureOptions> = {}): SesSignatureOptions => ({
    seal: world.seal,
    ...world.signer,
    time: TIMES.signed,
    dataHash: sm3(CONTENT),
    propertyInfo: 'x',
    ...more,
  });

  it('stamps the signature value, in the room that was measured', async () => {
    const bytes = await signSes(options({ timestamp: stampAt(soon) }));
    expect(readSesSignature(bytes, { profile: 'strict' }).timeStamp).toBeDefined();
    const report = await verifySesSignature(bytes, [CONTENT], { at: TIMES.verified, trust: world.trust });
    expect(report.subject.signingTime.basis).toBe('proved');
    const room = sesSignatureSize(options({ timestamp: stampAt(soon) }));
    expect(bytes.length).toBeLessThanOrEqual(room);
    expect(room - sesSignatureSize(options())).toBeGreaterThanOrEqual(SES_TIMESTAMP_MAX_BYTES);
    const largest = await signSes(options({ timestamp: async () => new Uint8Array(SES_TIMESTAMP_MAX_BYTES) }));
    expect(largest.length).toBeLessThanOrEqual(room);
  });

  it('refuses one that is too large, and says why there is none', async () => {
    const timestamp = async () => new Uint8Array(SES_TIMESTAMP_MAX_BYTES + 1);
    expect(await codeOf(() => signSes(options({ timestamp })))).toBe('limit-exceeded');
    const refusing = tsaHandler({
      ...tsa,
      policy: '1.2.3',
      clock: () => new Date('2040-01-01'),
      serial: async () => 1n,
    });
    const asking = async (content: Uint8Array) =>
      (await requestTimestamp('http://tsa/', { content, hash: 'SM3' }, { fetch: refusing, at: soon })).bytes;
    expect(await codeOf(() => signSes(options({ timestamp: asking })))).toBe('timestamp-refused');
  });
});
