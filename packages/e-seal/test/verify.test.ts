import { der } from '@gov/der';
import { TrustStore } from '@gov/pki';
import { sm3 } from '@gov/sm';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Holder, makeLeaf, makeRoot, makeWorld, TIMES, type World } from '../../../test/world.js';
import { readSeal, verifySeal } from '../src/index.js';
import {
  buildSeal,
  buildV1Seal,
  certificates,
  codeOf,
  codes,
  concat,
  derOf,
  extension,
  flipped,
  keyUsage,
  keyUsageFor,
  leafWith,
  type SealParts,
  said,
} from './build.js';

let world: World;
let strict: TrustStore;
let stranger: World;
beforeAll(async () => {
  world = await makeWorld();
  stranger = await makeWorld();
  strict = new TrustStore({ anchors: [world.root.certificate], profile: 'strict' });
});

const build = (change: Partial<SealParts> = {}) =>
  buildSeal({ maker: world.maker, signers: certificates(world.signer), ...change });
const verify = (bytes: Uint8Array, at = TIMES.verified, trust = world.trust) => verifySeal(bytes, { at, trust });
const later = (date: Date, ms: number) => new Date(date.getTime() + ms);

describe('a seal that is in order', () => {
  it('is valid, and says what was not looked at', async () => {
    const report = await verify(world.seal.bytes);
    expect(said(report)).toEqual({ verdict: 'valid', codes: [] });
    expect(report.unchecked).toEqual(['revocation-not-checked']);
    expect(report.subject).toEqual({
      kind: 'seal',
      version: 4,
      id: '99010000000001',
      name: '某市行政审批局',
      type: 1,
      createdAt: '2026-02-01T00:00:00.000Z',
      validFrom: '2026-02-01T00:00:00.000Z',
      validTo: '2031-01-31T23:59:59.000Z',
      signers: 1,
      picture: { type: 'png', widthMm: 42, heightMm: 42 },
      maker: 'CN=某省印章制作中心,O=某省印章制作中心,C=CN',
    });
    expect(said(await verify(await build(), TIMES.verified, strict))).toEqual({ verdict: 'valid', codes: [] });
  });

  it('is valid in version 5 and with a list of digests', async () => {
    const entry = der.sequence(der.printableString('SM3'), der.octetString(sm3(world.signer.certificate.bytes)));
    const bytes = await build({ version: 5, listType: 2, signers: [entry, entry] });
    const report = await verify(bytes, TIMES.verified, strict);
    expect(said(report)).toEqual({ verdict: 'valid', codes: [] });
    expect(report.subject).toMatchObject({ version: 5, signers: 2 });
  });

  it('names a time stamp that is none, never as passed', async () => {
    const report = await verify(await build({ version: 5, timeStamp: Uint8Array.of(1, 2, 3) }));
    expect(report.verdict).toBe('valid');
    expect(report.unchecked).toEqual(['revocation-not-checked', 'timestamp-malformed']);
    expect(report.findings.filter(({ check }) => check === 'timestamp').map(({ outcome }) => outcome)).toEqual([
      'unknown',
    ]);
  });

  it('is indeterminate where revocation or a time stamp is required', async () => {
    const at = TIMES.verified;
    const bytes = world.seal.bytes;
    expect((await verifySeal(bytes, { at, trust: world.trust, require: ['revocation'] })).verdict).toBe(
      'indeterminate',
    );
    expect((await verifySeal(bytes, { at, trust: world.trust, require: ['timestamp'] })).verdict).toBe('indeterminate');
  });
});

describe('the time of a seal', () => {
  const second = 1000;
  it.each<[string, Date, string, string[]]>([
    ['at its beginning', TIMES.sealMade, 'valid', []],
    // The seal was made later than the moment asked for, but by less than clocks may differ.
    ['a second before', later(TIMES.sealMade, -second), 'invalid', ['fail seal-not-yet-valid']],
    [
      'long before it was made',
      later(TIMES.sealMade, -301 * second),
      'invalid',
      ['fail seal-not-yet-valid', 'fail signing-time-future'],
    ],
    ['at its end', TIMES.sealTo, 'valid', []],
    ['a second after', later(TIMES.sealTo, second), 'invalid', ['fail seal-expired']],
  ])('%s', async (_, at, verdict, expected) => {
    expect(said(await verify(world.seal.bytes, at))).toEqual({ verdict, codes: expected });
    expect(said(await verify(world.seal.bytes, at, strict))).toEqual({ verdict, codes: expected });
  });

  const dates = async (
    createdAt: string,
    validFrom: string,
    validTo: string,
    at = TIMES.verified,
    trust = world.trust,
  ) =>
    said(
      await verify(
        await build({
          createdAt: new Date(createdAt),
          validFrom: new Date(validFrom),
          validTo: new Date(validTo),
        }),
        at,
        trust,
      ),
    );

  it('fails where it ends before it begins', async () => {
    for (const trust of [world.trust, strict]) {
      const said = await dates('2026-02-01', '2031-01-01', '2026-02-01', TIMES.verified, trust);
      expect(said.verdict).toBe('invalid');
      expect(said.codes).toContain('fail seal-dates-reversed');
    }
  });

  it('is taken as lenient where it begins before it was made', async () => {
    const [made, from, to] = ['2026-02-01T00:00:00Z', '2026-01-31T23:59:59Z', '2031-01-01'];
    expect(await dates(made!, from!, to!)).toEqual({ verdict: 'valid', codes: ['warn seal-valid-before-made'] });
    expect(await dates(made!, from!, to!, TIMES.verified, strict)).toEqual({
      verdict: 'invalid',
      codes: ['fail seal-valid-before-made'],
    });
  });

  it("fails where the maker's certificate had expired before it was made", async () => {
    const old = await makeLeaf(world.root, 'seal-maker', { notAfter: later(TIMES.sealMade, -second) });
    for (const trust of [world.trust, strict]) {
      expect(said(await verify(await build({ maker: old }), TIMES.verified, trust))).toEqual({
        verdict: 'invalid',
        codes: ['fail seal-maker-expired-at-creation'],
      });
    }
    const just = await makeLeaf(world.root, 'seal-maker', { notAfter: TIMES.sealMade });
    const report = said(await verify(await build({ maker: just })));
    expect(report).toEqual({ verdict: 'valid', codes: ['warn expired-time-unproved'] });
  });

  it("warns where the maker's certificate was not yet valid, and fails as strict", async () => {
    const young = await makeLeaf(world.root, 'seal-maker', { notBefore: later(TIMES.sealMade, second) });
    const bytes = await build({ maker: young });
    const code = 'seal-maker-not-yet-valid-at-creation';
    expect(said(await verify(bytes))).toEqual({ verdict: 'valid', codes: [`warn ${code}`] });
    expect(said(await verify(bytes, TIMES.verified, strict))).toEqual({ verdict: 'invalid', codes: [`fail ${code}`] });
    const exact = await makeLeaf(world.root, 'seal-maker', { notBefore: TIMES.sealMade });
    expect(said(await verify(await build({ maker: exact }))).codes).toEqual([]);
  });

  it("outlives its maker's certificate as lenient; strict cannot tell", async () => {
    const brief = await makeLeaf(world.root, 'seal-maker', { notAfter: new Date('2026-06-01T00:00:00Z') });
    const bytes = await build({ maker: brief });
    expect(said(await verify(bytes))).toEqual({ verdict: 'valid', codes: ['warn expired-time-unproved'] });
    expect(said(await verify(bytes, TIMES.verified, strict))).toEqual({
      verdict: 'indeterminate',
      codes: ['unknown expired-time-unproved'],
    });
  });

  it('fails where it was made in the future', async () => {
    const createdAt = later(TIMES.verified, 5 * 60 * second);
    expect(said(await verify(await build({ createdAt }))).codes).toEqual(['warn seal-valid-before-made']);
    const further = said(await verify(await build({ createdAt: later(createdAt, second) })));
    expect(further.verdict).toBe('invalid');
    expect(further.codes).toContain('fail signing-time-future');
  });
});

describe('the maker of a seal', () => {
  it('must have signed it', async () => {
    const wrong = await build({ form: (raw) => derOf(flipped(raw, 10)) });
    expect(said(await verify(wrong))).toEqual({ verdict: 'invalid', codes: ['fail seal-signature-invalid'] });
  });

  it('is the one whose certificate it shows', async () => {
    const other = await makeLeaf(world.root, 'seal-maker');
    const maker: Holder = { certificate: other.certificate, signer: world.maker.signer };
    expect(said(await verify(await build({ maker })))).toEqual({
      verdict: 'invalid',
      codes: ['fail seal-signature-invalid'],
    });
  });

  it('is no signer who made a seal for himself', async () => {
    expect(said(await verify(await build({ maker: world.signer })))).toEqual({
      verdict: 'invalid',
      codes: ['fail not-authorised-for-use'],
    });
  });

  it('is unknown where the certificate does not say', async () => {
    expect(said(await verify(await build({ maker: await leafWith(world.root) })))).toEqual({
      verdict: 'indeterminate',
      codes: ['unknown authority-unknown'],
    });
  });

  it('must be allowed to sign', async () => {
    const report = said(await verify(await build({ maker: await leafWith(world.root, keyUsage(2, 4)) })));
    expect(report).toEqual({ verdict: 'invalid', codes: ['fail key-usage', 'unknown authority-unknown'] });
    expect(said(await verify(await build({ maker: await leafWith(world.root, keyUsage(1)) }))).verdict).toBe(
      'indeterminate',
    );
  });

  it('must lead to an anchor', async () => {
    expect(said(await verify(stranger.seal.bytes))).toEqual({
      verdict: 'indeterminate',
      // Both roots have one name: the key identifier tells them apart.
      codes: ['unknown path-no-anchor'],
    });
    expect(said(await verify(world.seal.bytes, TIMES.verified, new TrustStore({ anchors: [] })))).toEqual({
      verdict: 'indeterminate',
      codes: ['unknown path-no-anchor'],
    });
  });

  it('must have been certified by the root it names', async () => {
    const root: Holder = { certificate: world.root.certificate, signer: stranger.root.signer };
    const forged = await leafWith(root, keyUsageFor('seal-maker'));
    expect(said(await verify(await build({ maker: forged })))).toEqual({
      verdict: 'invalid',
      codes: ['fail path-signature-invalid'],
    });
    const other = await makeRoot('CN=另一个根,C=CN');
    expect(said(await verify(await build({ maker: await makeLeaf(other, 'seal-maker') }))).codes).toEqual([
      'unknown path-no-anchor',
    ]);
  });

  it('shows a certificate that can be read', async () => {
    const broken = {
      certificate: { ...world.maker.certificate, bytes: Uint8Array.of(0x30, 0) },
      signer: world.maker.signer,
    };
    const report = await verify(await build({ maker: broken }));
    expect(said(report)).toEqual({ verdict: 'invalid', codes: ['fail certificate-malformed'] });
    expect(report.subject.maker).toBeUndefined();
  });

  it('has a key that is a point of the curve', async () => {
    const { certificate, signer } = world.maker;
    const at = Buffer.from(certificate.bytes).indexOf(certificate.publicKey) + certificate.publicKey.length - 1;
    const maker = { certificate: { ...certificate, bytes: flipped(certificate.bytes, at) }, signer };
    expect(said(await verify(await build({ maker })))).toEqual({
      verdict: 'invalid',
      codes: ['fail certificate-malformed', 'fail path-signature-invalid'],
    });
  });

  it('signs with an algorithm that goes with the key', async () => {
    expect(said(await verify(await build({ algorithm: '1.2.840.10045.4.3.2' })))).toEqual({
      verdict: 'indeterminate',
      codes: ['unknown algorithm-unsupported'],
    });
  });
});

describe('the form of a seal', () => {
  it.each<[string, () => Promise<Uint8Array>]>([
    ['trailing zeros', async () => concat(await build(), new Uint8Array(3))],
    ['critical FALSE', () => build({ extensions: [extension('criticalFalse')] })],
    ['IA5String in the list', () => build({ signers: [der.element(0x16, world.signer.certificate.bytes)] })],
  ])('%s: lenient warns, strict fails', async (_, make) => {
    const bytes = await make();
    expect(said(await verify(bytes))).toEqual({ verdict: 'valid', codes: ['warn format-deviation'] });
    expect(said(await verify(bytes, TIMES.verified, strict))).toEqual({
      verdict: 'invalid',
      codes: ['fail format-deviation'],
    });
  });

  it('takes a raw r‖s as lenient alone', async () => {
    const bytes = await build({ form: (raw) => raw });
    expect(said(await verify(bytes))).toEqual({ verdict: 'valid', codes: [] });
    expect(said(await verify(bytes, TIMES.verified, strict)).codes).toEqual(['fail seal-signature-invalid']);
  });

  it('throws by code on what is no seal', async () => {
    expect(await codeOf(async () => verify(await buildV1Seal(world)))).toBe('seal-malformed');
    expect(await codeOf(() => verify(new Uint8Array()))).toBe('seal-malformed');
    expect(await codeOf(() => verify(new Uint8Array(4 * 1024 * 1024 + 1)))).toBe('input-too-large');
  });
});

it('no byte of a seal can be changed', async () => {
  const bytes = await build({ extensions: [extension('critical')] });
  const { info } = readSeal(bytes);
  const infoStart = info.byteOffset - bytes.byteOffset;
  const masks = process.env.SLOW ? [1, 2, 4, 8, 16, 32, 64, 128, 255] : [1, 0x80];
  const survived: number[] = [];
  for (let at = 0; at < bytes.length; at++) {
    for (const mask of masks) {
      for (const trust of mask === 1 ? [world.trust, strict] : [world.trust]) {
        try {
          const report = await verify(flipped(bytes, at, mask), TIMES.verified, trust);
          if (report.verdict === 'valid') survived.push(at);
          // What the maker signed is covered by the maker's signature, whatever else notices.
          const inside = at >= infoStart + 4 && at < infoStart + info.length;
          if (inside) expect(codes(report, 'fail')).toContain('seal-signature-invalid');
        } catch (error) {
          expect((error as { code: string }).code).toBe('seal-malformed');
        }
      }
    }
  }
  expect(survived).toEqual([]);
}, 300_000);
