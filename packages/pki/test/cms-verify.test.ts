import { der, readDer } from '@gov/der';
import { readCertificate, TrustStore } from '@gov/pki';
import { CMS_LIMITS, CMS_MAX_ATTRIBUTES, readSignedData, signCms, signedDataFindings, verifyCms } from '@gov/pki/cms';
import { issueRoot } from '@gov/pki/dev-ca';
import { issueCrl, type RevokedCertificate, readCrl } from '@gov/pki/revocation';
import { generateSm2Key, sm2Signer, sm3 } from '@gov/sm';
import { beforeAll, describe, expect, it } from 'vitest';
import { build as buildCertificate, codeOf } from './builder.js';
import {
  attribute,
  build,
  contentTypeAttribute,
  DATA,
  digestAttribute,
  type MessageSpec,
  OTHER,
  SM3,
  signingCertificate,
  standard,
} from './cms-builder.js';
import { AT, CONTENT, found, makeWorld, NOTHING, type Person, SIGNED_AT, VALIDITY, type World } from './cms-world.js';

let world: World;
let one: Person;
let two: Person;
beforeAll(async () => {
  world = await makeWorld();
  ({ one, two } = world);
});

const verify = (message: Uint8Array, content?: Uint8Array, trust = world.trust) =>
  verifyCms(message, { at: AT, trust, ...(content === undefined ? {} : { content }) });

describe('several', () => {
  it('signers each have a report; the worst counts', async () => {
    const right = await build({ content: CONTENT, signers: [{ by: one }, { by: two }] });
    const report = await verify(right);
    expect(report.verdict).toBe('valid');
    expect(report.signatures?.map(({ subject }) => (subject as { signer: string }).signer)).toEqual([
      'CN=甲,O=某局,C=CN',
      'CN=乙,O=某局,C=CN',
    ]);
    const wrong = await build({
      content: CONTENT,
      signers: [{ by: one }, { by: two, attributes: [contentTypeAttribute(DATA), digestAttribute(sm3(OTHER))] }],
    });
    const mixed = await verify(wrong);
    expect(mixed.verdict).toBe('invalid');
    expect(mixed.signatures?.map(({ verdict }) => verdict)).toEqual(['valid', 'invalid']);
  });

  it('attributes or signatures of one do not serve the other', async () => {
    const a = readSignedData(await build({ content: CONTENT, signers: [{ by: one }] })).signers[0]!;
    const b = readSignedData(await build({ content: OTHER, signers: [{ by: one }] })).signers[0]!;
    const swapped = await build({ content: CONTENT, signers: [{ by: one, signature: () => b.signature }] });
    expect(found(await verify(swapped))).toContain('authenticity fail signature-invalid');
    const attributes = readDer(b.signedAttributes!.bytes)
      .children()
      .rest()
      .map(({ raw }) => raw);
    const theirs = await build({
      content: CONTENT,
      signers: [{ by: one, attributes, signature: () => b.signature }],
    });
    expect(found(await verify(theirs))).toEqual(['integrity fail digest-mismatch', ...NOTHING]);
    expect(a.signature).not.toEqual(b.signature);
  });

  it('no signer is no signature', async () => {
    const message = await build({ content: CONTENT, signers: [], certificates: [one.certificate.bytes] });
    const report = await verify(message);
    expect(report.verdict).toBe('indeterminate');
    expect(found(report)).toEqual(['authenticity unknown no-signature']);
  });

  it.each([
    ['signers', () => ({ signers: Array.from({ length: 1000 }, () => ({ by: one })) })],
    [
      'one signer too many',
      () => ({ signers: Array.from({ length: CMS_LIMITS.maxSigners + 1 }, () => ({ by: one })) }),
    ],
    [
      'certificates',
      () => ({
        signers: [{ by: one }],
        certificates: Array.from({ length: CMS_LIMITS.maxCertificates + 1 }, () => one.certificate.bytes),
      }),
    ],
    [
      'CRLs',
      () => ({ signers: [{ by: one }], crls: Array.from({ length: CMS_LIMITS.maxCrls + 1 }, () => der.sequence()) }),
    ],
    [
      'digest algorithms',
      () => ({
        signers: [{ by: one }],
        digestAlgorithms: der.setOf(...Array.from({ length: CMS_LIMITS.maxDigestAlgorithms + 1 }, () => SM3)),
      }),
    ],
    [
      'attributes',
      () => ({
        signers: [
          {
            by: one,
            attributes: Array.from({ length: CMS_MAX_ATTRIBUTES + 1 }, () => attribute('1.2.3', der.nullValue())),
          },
        ],
      }),
    ],
    [
      'values',
      () => ({
        signers: [
          {
            by: one,
            attributes: [attribute('1.2.3', ...Array.from({ length: CMS_MAX_ATTRIBUTES + 1 }, () => der.nullValue()))],
          },
        ],
      }),
    ],
  ] as [string, () => Partial<MessageSpec> & Pick<MessageSpec, 'signers'>][])('too many %s', async (_name, spec) => {
    const message = await build({ certificates: [one.certificate.bytes], content: CONTENT, ...spec() });
    expect(await codeOf(() => verify(message))).toBe('limit-exceeded');
  });

  it('just as many as allowed', async () => {
    const message = await build({
      content: CONTENT,
      signers: Array.from({ length: CMS_LIMITS.maxSigners }, () => ({ by: one })),
      certificates: Array.from({ length: CMS_LIMITS.maxCertificates }, () => one.certificate.bytes),
      crls: Array.from({ length: CMS_LIMITS.maxCrls }, () => der.sequence()),
    });
    expect((await verify(message)).verdict).toBe('valid');
  });

  it('a message too large', async () => {
    expect(await codeOf(() => readSignedData(new Uint8Array(CMS_LIMITS.maxBytes + 1)))).toBe('input-too-large');
  });
});

describe('certificates', () => {
  it('of the message complete a path, and the store that was given stays as it is', async () => {
    const trust = new TrustStore({ anchors: [world.root] });
    const without = await build({ content: CONTENT, signers: [{ by: one }] });
    expect(found(await verify(without, undefined, trust))).toContain('path unknown path-no-anchor');
    const certificates = [one.certificate.bytes, world.authority.bytes];
    const message = await build({ content: CONTENT, signers: [{ by: one }], certificates });
    expect((await verify(message, undefined, trust)).verdict).toBe('valid');
    expect(trust.certificates).toEqual([]);
    expect(found(await verify(without, undefined, trust))).toContain('path unknown path-no-anchor');
  });

  it('of the message are no anchors', async () => {
    const trust = new TrustStore({ anchors: [] });
    const certificates = [one.certificate.bytes, world.authority.bytes, world.root.bytes];
    const report = await verify(
      await build({ content: CONTENT, signers: [{ by: one }], certificates }),
      undefined,
      trust,
    );
    expect(found(report)).toContain('path unknown path-no-anchor');
    expect(report.verdict).toBe('indeterminate');
  });

  it('may be looked up in the store', async () => {
    const trust = new TrustStore({ anchors: [world.root], certificates: [world.authority, one.certificate] });
    const message = await build({ content: CONTENT, signers: [{ by: one }], certificates: null });
    expect((await verify(message, undefined, trust)).verdict).toBe('valid');
  });

  it('of another key with the same issuer and serial number change nothing, wherever they stand', async () => {
    const impostor = await lookalike(sm2Signer(generateSm2Key()));
    for (const certificates of [
      [impostor, one.certificate.bytes],
      [one.certificate.bytes, impostor],
    ]) {
      const report = await verify(await build({ content: CONTENT, signers: [{ by: one }], certificates }));
      expect(report.verdict).toBe('valid');
    }
    const alone = await build({ content: CONTENT, signers: [{ by: one }], certificates: [impostor] });
    expect(found(await verify(alone))).toContain('authenticity fail signature-invalid');
  });

  it('of the same key are told apart by signingCertificateV2', async () => {
    const impostor = await lookalike(one.signer);
    const signed = await build({
      content: CONTENT,
      signers: [{ by: one, attributes: [...standard(CONTENT), signingCertificate(one)] }],
      certificates: [impostor, one.certificate.bytes],
    });
    expect((await verify(signed)).verdict).toBe('valid');
    const alone = await build({
      content: CONTENT,
      signers: [{ by: one, attributes: [...standard(CONTENT), signingCertificate(one)] }],
      certificates: [impostor],
    });
    expect(found(await verify(alone))).toContain('certificate fail signing-certificate-mismatch');
  });

  it('named by two values of signingCertificateV2 are not named, whichever comes first', async () => {
    for (const by of [one, two]) {
      const attributes = [...standard(CONTENT), signingCertificate(one, two)];
      const message = await build({ content: CONTENT, signers: [{ by, attributes }] });
      expect(found(await verify(message))).toEqual(['certificate fail signing-certificate-mismatch', ...NOTHING]);
    }
  });

  it('for another use do not serve', async () => {
    const message = await build({ content: CONTENT, signers: [{ by: one }] });
    const report = await verifyCms(message, { at: AT, trust: world.trust, use: 'timestamp' });
    expect(found(report)).toEqual(['authority fail not-authorised-for-use', ...NOTHING]);
  });

  it('demanded by name must be named', async () => {
    const bare = readSignedData(await build({ content: CONTENT, signers: [{ by: one }] }));
    const question = { use: 'signer', signingCertificateRequired: true } as const;
    const [verified] = await signedDataFindings(bare, question, { at: AT, trust: world.trust });
    expect(verified!.findings.map(({ code }) => code)).toContain('signing-certificate-missing');
    const named = readSignedData(await signCms(CONTENT, { signers: [one] }));
    const [second] = await signedDataFindings(named, question, { at: AT, trust: world.trust });
    expect(second!.findings.map(({ code }) => code)).not.toContain('signing-certificate-missing');
    expect(second!.path.length).toBe(3);
  });

  /** Same issuer and serial number as the certificate of `one`, made by nobody known. */
  const lookalike = (key: Person['signer']) =>
    buildCertificate({
      ...VALIDITY,
      version: 2,
      serialNumber: bytesOf(one.certificate.serialNumber),
      subject: 'CN=冒名,O=某局,C=CN',
      issuer: 'CN=某市 CA,O=某省,C=CN',
      key,
      by: sm2Signer(generateSm2Key()),
      extensions: {},
    });
  const bytesOf = (value: bigint) => Uint8Array.from(Buffer.from(value.toString(16).padStart(32, '0'), 'hex'));
});

describe('CRLs of the message', () => {
  const times = { thisUpdate: new Date('2026-05-30T00:00:00Z'), nextUpdate: new Date('2026-06-30T00:00:00Z') };
  const crl = async (
    entries: readonly RevokedCertificate[],
    signer = world.authoritySigner,
    issuer = world.authority,
  ) => (await issueCrl({ ...times, issuer, signer, entries, crlNumber: 1n })).bytes;
  const withCrl = async (bytes: Uint8Array) =>
    verify(await build({ content: CONTENT, signers: [{ by: one }], crls: [bytes] }));

  it('count beside those of the caller', async () => {
    const good = await withCrl(await crl([]));
    expect(good.signatures?.[0]?.findings.map(({ code }) => code)).toContain('revocation-ok');
    const entry = { serialNumber: one.certificate.serialNumber, revokedAt: new Date('2026-05-01T00:00:00Z') };
    const revoked = await withCrl(await crl([entry]));
    expect(found(revoked)).toContain('revocation fail certificate-revoked');
    const both = await verifyCms(await build({ content: CONTENT, signers: [{ by: one }], crls: [await crl([])] }), {
      at: AT,
      trust: world.trust,
      revocation: { crls: [readCrl(await crl([entry]))], ocspResponses: [] },
    });
    expect(found(both)).toContain('revocation fail certificate-revoked');
  });

  it('of others say nothing, nor does what is no CRL', async () => {
    const key = sm2Signer(generateSm2Key());
    const impostor = await issueRoot({ ...VALIDITY, subject: 'CN=某市 CA,O=某省,C=CN', signer: key });
    const entry = { serialNumber: one.certificate.serialNumber, revokedAt: new Date('2026-05-01T00:00:00Z') };
    const report = await withCrl(await crl([entry], key, impostor));
    expect(report.verdict).toBe('valid');
    expect(found(report)).toContain('revocation unknown revocation-data-untrusted');
    expect(found(await withCrl(der.sequence(der.integer(1))))).toEqual(NOTHING);
  });
});

describe('content outside', () => {
  it('is needed', async () => {
    const message = await build({ content: null, signers: [{ by: one }] }, CONTENT);
    expect(await codeOf(() => verify(message))).toBe('cms-content-missing');
    expect((await verify(message, CONTENT)).verdict).toBe('valid');
    expect(found(await verify(message, OTHER))).toEqual(['integrity fail digest-mismatch', ...NOTHING]);
  });

  it('without attributes', async () => {
    const message = await build({ content: null, signers: [{ by: one, attributes: null }] }, CONTENT);
    expect((await verify(message, CONTENT)).verdict).toBe('valid');
    expect(found(await verify(message, OTHER))).toEqual(['authenticity fail signature-invalid', ...NOTHING]);
  });

  it('an expired certificate needs a proved time', async () => {
    const message = await signCms(CONTENT, { signers: [one], signingTime: SIGNED_AT });
    const at = new Date('2040-01-01T00:00:00Z');
    expect(found(await verifyCms(message, { at, trust: world.trust }))).toContain('time unknown expired-time-unproved');
    const time = { value: SIGNED_AT, basis: 'proved' } as const;
    expect((await verifyCms(message, { at, trust: world.trust, time })).verdict).toBe('valid');
  });
});

describe('the trust store with further certificates', () => {
  it('is made once for the same ones, and is itself where it knows them', () => {
    const trust = new TrustStore({ anchors: [world.root] });
    const again = readCertificate(world.authority.bytes.slice());
    expect(trust.withCertificates([])).toBe(trust);
    expect(trust.withCertificates([world.root])).toBe(trust);
    const extended = trust.withCertificates([world.authority]);
    expect(extended).not.toBe(trust);
    expect(trust.withCertificates([again])).toBe(extended);
    expect(extended.certificates).toEqual([world.authority]);
  });

  it('shares verifiers and paths', async () => {
    const trust = world.trust;
    const extended = trust.withCertificates([two.certificate]);
    expect(extended.verifier(one.certificate, '1.2.156.10197.1.501')).toBe(
      trust.verifier(one.certificate, '1.2.156.10197.1.501'),
    );
    expect(await extended.path(one.certificate)).toBe(await trust.path(one.certificate));
  });
});
