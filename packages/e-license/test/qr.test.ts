import { readFileSync } from 'node:fs';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { FOOD_BUSINESS, licenseClaims, licenseRecord, parseLicenseData } from '@gov/e-license';
import { issueLicenseQr, type LicenseClaims, QR_LIMITS, verifyLicenseQr } from '@gov/e-license/qr';
import { certificateKid, TrustStore } from '@gov/pki';
import { decodeBase45, encodeBase45 } from '@gov/qr/base45';
import { qrCode } from '@gov/qr/draw';
import { type CborValue, decodeCbor, encodeCbor, Tagged } from '@gov/token/cbor';
import { encodeSign1, readSign1, sigStructure } from '@gov/token/cose';
import type { Finding, Report } from '@gov/verdict';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  AUTHORITY,
  AUTHORITY_CODE,
  type Holder,
  makeLeaf,
  makeRoot,
  makeWorld,
  TIMES,
  type World,
} from '../../../test/world.js';
import * as js from '../src/qr/deflate.js';
import * as native from '../src/qr/deflate.node.js';

const sample = JSON.parse(
  readFileSync(new URL('../../../examples/license/food-business.json', import.meta.url), 'utf8'),
);
const AAD = new TextEncoder().encode('EL1');

let world: World;
let claims: LicenseClaims;
let text: string;

beforeAll(async () => {
  world = await makeWorld();
  const data = parseLicenseData(sample, [FOOD_BUSINESS]);
  claims = licenseClaims(licenseRecord(data, { type: FOOD_BUSINESS, issuedAt: TIMES.signed }), FOOD_BUSINESS);
  text = await issueLicenseQr(claims, world.issuer);
});

const verify = (qr: string, trust = world.trust, at: Date = TIMES.verified): Promise<Report> =>
  verifyLicenseQr(qr, { at, trust });

const codes = (report: Report, outcome: Finding['outcome']): string[] =>
  report.findings.filter((finding) => finding.outcome === outcome).map((finding) => finding.code);

async function expectInvalid(qr: string, code: string): Promise<void> {
  const report = await verify(qr);
  expect({ verdict: report.verdict, fails: codes(report, 'fail') }).toEqual({ verdict: 'invalid', fails: [code] });
}

/** The COSE message inside a QR. */
const messageOf = (qr: string): Uint8Array => new Uint8Array(inflateRawSync(decodeBase45(qr.slice(4))));

const qrOf = (message: Uint8Array): string => `EL1:${encodeBase45(new Uint8Array(deflateRawSync(message)))}`;

/** A QR whose message was made by hand and signed by the issuer. */
async function signed(
  payload: CborValue | Uint8Array,
  options: {
    readonly signer?: Holder;
    readonly protectedHeader?: ReadonlyMap<number, CborValue>;
    readonly unprotected?: ReadonlyMap<number, CborValue>;
    readonly aad?: Uint8Array;
    readonly tags?: readonly number[];
  } = {},
): Promise<string> {
  const { signer = world.issuer, aad = AAD, unprotected = new Map(), tags = [18] } = options;
  const header =
    options.protectedHeader ??
    new Map<number, CborValue>([
      [1, -65537],
      [4, certificateKid(signer.certificate)],
    ]);
  const bytes = payload instanceof Uint8Array ? payload : encodeCbor(payload);
  const protectedBytes = header.size === 0 ? new Uint8Array() : encodeCbor(header);
  const structure = encodeCbor(['Signature1', protectedBytes, aad, bytes]);
  const signature = await signer.signer.sign(structure);
  let item: CborValue = [protectedBytes, unprotected, bytes, signature];
  for (const tag of [...tags].reverse()) item = new Tagged(tag, item);
  return qrOf(encodeCbor(item));
}

/** The claims of the sample as a map that can be spoilt. */
function payloadMap(): { readonly outer: Map<CborValue, CborValue>; readonly license: Map<CborValue, CborValue> } {
  const message = readSign1(messageOf(text), { profile: 'strict' });
  const outer = new Map(decodeCbor(message.payload!, { profile: 'strict' }) as Map<CborValue, CborValue>);
  const license = new Map(outer.get(-65537) as Map<CborValue, CborValue>);
  outer.set(-65537, license);
  return { outer, license };
}

describe('a licence QR', () => {
  it('is verified offline', async () => {
    const report = await verify(text);
    expect(report.verdict).toBe('valid');
    expect(report.subject).toMatchObject({
      identifier: '11100000MB0000000P001.11990100MB0000019L.JY29901010000013.001.E',
      typeName: '食品经营许可证',
      authority: { name: AUTHORITY, code: AUTHORITY_CODE },
      validTo: '2031-05-19',
      issuedAt: { value: '2026-05-20T02:00:00.000Z', basis: 'claimed' },
    });
    expect(report.unchecked).toEqual(['revocation-not-checked', 'status-not-checked']);
  });

  it('fits version 20 at level M in the alphanumeric mode', () => {
    expect(qrCode(text, { level: 'M' }).version).toBeLessThanOrEqual(20);
    expect(text).toMatch(/^[0-9A-Z $%*+\-./:]+$/);
    expect(text.length).toBeLessThanOrEqual(QR_LIMITS.issueCharacters);
  });

  it('demands what is required, and only that: revocation and status', async () => {
    for (const check of ['revocation', 'status'] as const) {
      const report = await verifyLicenseQr(text, { at: TIMES.verified, trust: world.trust, require: [check] });
      expect(report.verdict).toBe('indeterminate');
    }
  });

  it('is refused at issue when too long, with another key, with a key that is not SM2', async () => {
    const fields = new Map([
      [
        1,
        fc.sample(
          fc.string({
            minLength: 600,
            maxLength: 600,
            unit: fc.integer({ min: 0x4e00, max: 0x9f00 }).map((c) => String.fromCharCode(c)),
          }),
          1,
        )[0]!,
      ],
    ]);
    await expect(issueLicenseQr({ ...claims, fields }, world.issuer)).rejects.toMatchObject({
      code: 'license-qr-too-large',
    });
    const mixed = { certificate: world.issuer.certificate, signer: world.signer.signer };
    await expect(issueLicenseQr(claims, mixed)).rejects.toMatchObject({ code: 'key-mismatch' });
    const rsa = {
      certificate: world.issuer.certificate,
      signer: { ...world.issuer.signer, algorithm: 'RSA-PKCS1-SHA256' as const },
    };
    await expect(issueLicenseQr(claims, rsa)).rejects.toMatchObject({ code: 'algorithm-unsupported' });
  });
});

describe('a QR that was tampered with', () => {
  it('is never valid with any one character changed', async () => {
    const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';
    const every = process.env.SLOW === undefined ? 5 : 1;
    // The last octet of the deflate stream may end in bits that nothing reads: see the next test.
    for (let at = 0; at < text.length - 3; at += every) {
      const other = alphabet[(alphabet.indexOf(text[at]!) + 1 + (at % 43)) % 45]!;
      if (other === text[at]) continue;
      const report = await verify(text.slice(0, at) + other + text.slice(at + 1));
      // A changed key id names an issuer nobody knows.
      expect(['invalid', 'indeterminate'], `character ${at}`).toContain(report.verdict);
    }
  });

  it('says the same or is not valid with the spare bits behind the deflate stream changed', async () => {
    const before = await verify(text);
    const bytes = decodeBase45(text.slice(4));
    for (let bit = 0; bit < 8; bit++) {
      const changed = bytes.slice();
      changed[changed.length - 1]! ^= 1 << bit;
      const report = await verify(`EL1:${encodeBase45(changed)}`);
      if (report.verdict === 'valid') expect(report).toEqual(before);
    }
  });

  it('is never valid truncated', async () => {
    for (let length = 0; length < text.length; length += 7)
      expect((await verify(text.slice(0, length))).verdict).toBe('invalid');
  });

  it('names a wrong prefix and an unknown version', async () => {
    for (const qr of ['', 'https://example.cn/', text.slice(4), text.toLowerCase(), ` ${text}`])
      await expectInvalid(qr, 'qr-prefix');
    await expectInvalid(`EL2:${text.slice(4)}`, 'qr-version-unknown');
    await expectInvalid(`EL10:${text.slice(4)}`, 'qr-version-unknown');
  });

  it('names characters that are no base45, and too many of them', async () => {
    for (const qr of [
      `${text}é`,
      `${text}\n`,
      'EL1:GGW',
      'EL1::::',
      'EL1:A',
      `EL1:${'0'.repeat(QR_LIMITS.characters)}`,
    ]) {
      await expectInvalid(qr, 'qr-base45');
    }
  });

  it('names damaged deflate, a deflate bomb and trailing bytes', async () => {
    const compressed = decodeBase45(text.slice(4));
    await expectInvalid(`EL1:${encodeBase45(compressed.subarray(0, -1))}`, 'qr-deflate');
    await expectInvalid('EL1:', 'qr-deflate');
    await expectInvalid(`EL1:${encodeBase45(new Uint8Array(deflateRawSync(new Uint8Array(1_000_000))))}`, 'qr-bomb');
    for (const extra of [[0], [1, 2, 3]]) {
      await expectInvalid(`EL1:${encodeBase45(Uint8Array.of(...compressed, ...extra))}`, 'qr-trailing-bytes');
    }
    await expectInvalid(qrOf(Uint8Array.of(...messageOf(text), 0)), 'qr-cbor');
  });

  it('allows exactly the inflated size it names', async () => {
    const at = QR_LIMITS.inflatedBytes;
    await expectInvalid(qrOf(new Uint8Array(at)), 'qr-cbor');
    await expectInvalid(qrOf(new Uint8Array(at + 1)), 'qr-bomb');
  });

  it('names CBOR that is not deterministic, and COSE that is not COSE', async () => {
    const message = messageOf(text);
    await expectInvalid(qrOf(Uint8Array.of(0xd8, 18, ...message.subarray(1))), 'qr-cbor');
    await expectInvalid(qrOf(encodeCbor(new Tagged(17, [1, 2, 3, 4]))), 'qr-cose');
    await expectInvalid(qrOf(encodeCbor([1, 2, 3])), 'qr-cose');
    await expectInvalid(qrOf(encodeCbor('EL1')), 'qr-cose');
  });

  it('demands tag 18, alg and kid protected, and nothing unprotected', async () => {
    const { outer } = payloadMap();
    const kid = certificateKid(world.issuer.certificate);
    const cases: readonly Parameters<typeof signed>[1][] = [
      { tags: [] },
      { tags: [61, 18] },
      {
        protectedHeader: new Map<number, CborValue>([[4, kid]]),
        unprotected: new Map<number, CborValue>([[1, -65537]]),
      },
      {
        protectedHeader: new Map<number, CborValue>([[1, -65537]]),
        unprotected: new Map<number, CborValue>([[4, kid]]),
      },
      {
        protectedHeader: new Map<number, CborValue>([
          [1, -7],
          [4, kid],
        ]),
      },
      {
        protectedHeader: new Map<number, CborValue>([
          [1, -65537],
          [4, kid.subarray(1)],
        ]),
      },
      {
        protectedHeader: new Map<number, CborValue>([
          [1, -65537],
          [3, 0],
          [4, kid],
        ]),
      },
      { protectedHeader: new Map<number, CborValue>([[1, -65537]]) },
      { protectedHeader: new Map() },
      { unprotected: new Map([[99, 1]]) },
    ];
    for (const options of cases) await expectInvalid(await signed(outer, options), 'qr-header');
    expect((await verify(await signed(outer))).verdict).toBe('valid');
  });

  it('does not take a signature over another external_aad', async () => {
    const { outer } = payloadMap();
    await expectInvalid(await signed(outer, { aad: new Uint8Array() }), 'signature-invalid');
    await expectInvalid(await signed(outer, { aad: new TextEncoder().encode('EL2') }), 'signature-invalid');
  });

  it('names unknown labels', async () => {
    const unknown = payloadMap();
    unknown.license.set(11, 'x');
    await expectInvalid(await signed(unknown.outer), 'qr-claim-unknown');
    const outside = payloadMap();
    outside.outer.set(1, 'issuer');
    await expectInvalid(await signed(outside.outer), 'qr-claim-unknown');
  });

  it('names claims that are missing or of another form', async () => {
    for (const label of [1, 2, 4, 6, 8]) {
      const { outer, license } = payloadMap();
      license.delete(label);
      await expectInvalid(await signed(outer), 'qr-claims');
    }
    const spoilt: readonly (readonly [number, CborValue])[] = [
      [1, ''],
      [3, undefined],
      [9, undefined],
      [1, 7],
      [2, null],
      [3, 5],
      [5, ''],
      [6, []],
      [6, [['a', 'b']]],
      [6, [['a', 'b', 3]]],
      [6, 'x'],
      [7, 'today'],
      [7, 0.5],
      [7, 99_999_999],
      [8, 'never'],
      [9, [1]],
      [9, [1, -1]],
      [9, 1],
      [10, []],
      [10, new Map()],
      [10, new Map([[256, 'x']])],
      [10, new Map([['a', 'x']])],
      [10, new Map([[1, null]])],
      [2, 'x'.repeat(601)],
    ];
    for (const [label, value] of spoilt) {
      const { outer, license } = payloadMap();
      license.set(label, value);
      await expectInvalid(await signed(outer), 'qr-claims');
    }
    for (const iat of [-1, 0x100000000, 'now', null]) {
      const { outer } = payloadMap();
      outer.set(6, iat);
      await expectInvalid(await signed(outer), 'qr-claims');
    }
    await expectInvalid(await signed('claims'), 'qr-claims');
    await expectInvalid(await signed(Uint8Array.of(0xa1, 0x06)), 'qr-cbor');
  });

  it('names another signature, and a signature by another key under the same kid', async () => {
    const message = messageOf(text);
    message[message.length - 1]! ^= 1;
    await expectInvalid(qrOf(message), 'signature-invalid');
    const impostor = { certificate: world.issuer.certificate, signer: world.signer.signer };
    await expectInvalid(await signed(payloadMap().outer, { signer: impostor }), 'signature-invalid');
  });

  it('throws nothing, whatever the text', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.string().map((s) => `EL1:${s}`),
          fc.uint8Array({ maxLength: 300 }).map((b) => `EL1:${encodeBase45(b)}`),
          fc.uint8Array({ maxLength: 300 }).map((b) => qrOf(b)),
        ),
        async (qr) => {
          expect((await verify(qr)).verdict).toBe('invalid');
        },
      ),
      { numRuns: process.env.SLOW === undefined ? 400 : 20_000 },
    );
  });

  it('survives mutations of the message: never valid', async () => {
    const message = messageOf(text);
    await fc.assert(
      fc.asyncProperty(fc.nat(message.length - 1), fc.integer({ min: 1, max: 255 }), async (at, mask) => {
        const changed = message.slice();
        changed[at]! ^= mask;
        const { verdict } = await verify(qrOf(changed));
        // A changed kid names an issuer nobody knows.
        expect(['invalid', 'indeterminate']).toContain(verdict);
      }),
      { numRuns: process.env.SLOW === undefined ? 300 : 20_000 },
    );
  });
});

describe('who issued a QR', () => {
  const issueAs = (issuer: Holder, changes: Partial<LicenseClaims> = {}) =>
    issueLicenseQr({ ...claims, ...changes }, issuer);
  const trusting = (anchors: readonly Holder[], ...certificates: readonly Holder[]) =>
    new TrustStore({
      anchors: anchors.map((one) => one.certificate),
      certificates: certificates.map((one) => one.certificate),
    });

  it('is indeterminate for an unknown key id', async () => {
    const report = await verify(text, trusting([world.root]));
    expect(report.verdict).toBe('indeterminate');
    expect(codes(report, 'unknown')).toContain('issuer-unknown');
    expect(codes(report, 'pass')).not.toContain('signature-ok');
  });

  it('is indeterminate without an anchor, or with another root', async () => {
    const other = await makeRoot('CN=另一个根,O=另一省,C=CN');
    for (const trust of [trusting([], world.issuer), trusting([other], world.issuer)]) {
      const report = await verify(text, trust);
      expect(report.verdict).toBe('indeterminate');
      expect(codes(report, 'unknown')).toContain('path-no-anchor');
      expect(codes(report, 'pass')).toContain('signature-ok');
    }
  });

  it('fails for a certificate that another key of the root’s name issued', async () => {
    const impostor = await makeRoot();
    const fake = await makeLeaf(
      {
        ...impostor,
        certificate: { ...impostor.certificate, subjectKeyIdentifier: world.root.certificate.subjectKeyIdentifier! },
      },
      'license-issuer',
    );
    const report = await verify(await issueAs(fake), trusting([world.root], fake));
    expect(codes(report, 'fail')).toEqual(['path-signature-invalid']);
  });

  it('fails for a signer of seals that issues a QR', async () => {
    const report = await verify(await issueAs(world.signer), trusting([world.root], world.signer));
    expect(codes(report, 'fail')).toEqual(['not-authorised-for-use']);
  });

  it('fails where the certificate is of another body, by code or by name', async () => {
    for (const subject of ['CN=x,O=11990100MB0000000P某市行政审批局,C=CN', 'CN=x,O=另一市行政审批局,C=CN']) {
      const other = await makeLeaf(world.root, 'license-issuer', { subject });
      const report = await verify(await issueAs(other), trusting([world.root], other));
      expect(codes(report, 'fail')).toContain('issuer-authority-mismatch');
    }
    const byName = await makeLeaf(world.root, 'license-issuer', { subject: `CN=x,O=${AUTHORITY},C=CN` });
    expect((await verify(await issueAs(byName), trusting([world.root], byName))).verdict).toBe('valid');
  });

  it('fails for an identifier with a wrong check character, or of another issuer', async () => {
    await expectInvalid(
      await issueAs(world.issuer, { identifier: claims.identifier.replace(/E$/, 'F') }),
      'identifier-check',
    );
    const { outer, license } = payloadMap();
    license.set(5, AUTHORITY_CODE);
    license.set(1, '11100000000013338W011.11430000006122244L.20230000403.001.U');
    await expectInvalid(await signed(outer), 'identifier-mismatch');
  });

  it('weighs times: issued in the future, before or after the certificate, expired since', async () => {
    const at = TIMES.verified;
    const minutes = (n: number) => new Date(at.getTime() + n * 60_000);
    expect((await verify(await issueAs(world.issuer, { issuedAt: minutes(5) }))).verdict).toBe('valid');
    await expectInvalid(await issueAs(world.issuer, { issuedAt: minutes(6) }), 'signing-time-future');
    const early = new Date(TIMES.certificatesFrom.getTime() - 1000);
    await expectInvalid(await issueAs(world.issuer, { issuedAt: early }), 'certificate-not-yet-valid-at-signing');
    const short = await makeLeaf(world.root, 'license-issuer', { notAfter: new Date('2026-06-01T00:00:00Z') });
    const trust = trusting([world.root], short);
    const late = await verify(await issueAs(short, { issuedAt: new Date('2026-06-02T00:00:00Z') }), trust);
    expect(codes(late, 'fail')).toEqual(['certificate-expired-at-signing']);
    const since = await verify(await issueAs(short), trust);
    expect(since.verdict).toBe('indeterminate');
    expect(codes(since, 'unknown')).toContain('expired-time-unproved');
  });

  it('tells an expired licence from one that is not yet valid, to the last second of a day in Shanghai', async () => {
    const at = (time: string) => verify(text, world.trust, new Date(time));
    expect((await at('2031-05-19T23:59:59+08:00')).verdict).toBe('valid');
    expect(codes(await at('2031-05-20T00:00:00+08:00'), 'fail')).toEqual(['license-expired']);
    const later = await issueAs(world.issuer, { validFrom: '2027-01-01' });
    expect(codes(await verify(later), 'fail')).toEqual(['license-not-yet-valid']);
    const ever = await issueAs(world.issuer, { validTo: '长期' });
    expect((await verify(ever, world.trust, new Date('2035-01-01T00:00:00Z'))).verdict).toBe('valid');
  });
});

describe.each([
  ['zlib', native],
  ['JavaScript', js],
])('inflate by %s', (_, { inflate, deflate }) => {
  it('reads what either backend writes', () => {
    const bytes = new TextEncoder().encode('某市行政审批局'.repeat(40));
    for (const backend of [native, js]) expect(inflate(backend.deflate(bytes), 2000)).toEqual({ bytes });
    expect(inflate(deflate(bytes), bytes.length)).toEqual({ bytes });
    expect(inflate(deflate(bytes), bytes.length - 1)).toEqual({ problem: 'too-large' });
  });

  it('agrees with zlib on where a stream ends', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 400 }),
        fc.uint8Array({ maxLength: 3 }),
        fc.integer({ min: 0, max: 9 }),
        fc.integer({ min: 0, max: 4 }),
        (data, extra, level, strategy) => {
          const compressed = new Uint8Array(deflateRawSync(data, { level, strategy }));
          const result = inflate(Uint8Array.of(...compressed, ...extra), 1000);
          expect(result).toEqual(extra.length === 0 ? { bytes: data } : { problem: 'trailing-bytes' });
        },
      ),
      { numRuns: 500 },
    );
  });

  it('calls every proper prefix damaged', () => {
    const compressed = new Uint8Array(deflateRawSync(new TextEncoder().encode('某市行政审批局'.repeat(9))));
    for (let length = 0; length < compressed.length; length++) {
      expect(inflate(compressed.subarray(0, length), 1000)).toEqual({ problem: 'damaged' });
    }
  });
});

it('writes a message that COSE readers take', async () => {
  const message = readSign1(messageOf(text), { profile: 'strict' });
  const again = await encodeSign1(
    {
      protected: new Map([[4, certificateKid(world.issuer.certificate)]]),
      payload: message.payload!,
      externalAad: AAD,
    },
    world.issuer.signer,
  );
  expect(readSign1(again, { profile: 'strict' }).protectedBytes).toEqual(message.protectedBytes);
  expect(sigStructure(message, AAD)[0]).toBe(0x84);
});
