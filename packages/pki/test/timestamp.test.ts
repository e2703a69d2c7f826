import { der } from '@gov/der';
import { parseName, TrustStore } from '@gov/pki';
import { extendedKeyUsage, issueCertificate, keyUsage, subjectAltName } from '@gov/pki/ca';
import { issueCrl, type RevocationReason } from '@gov/pki/revocation';
import {
  readTimestamp,
  readTimestampToken,
  TIMESTAMP_LIMITS,
  type TimestampQuestion,
  timestampFinding,
  verifyTimestamp,
  writeTimestampResponse,
} from '@gov/pki/timestamp';
import { buildTrustList } from '@gov/pki/trust-list';
import { sm3 } from '@gov/sm';
import { isGovError } from '@gov/verdict';
import { describe, expect, it } from 'vitest';
import { codeOf, sm2 } from './builder.js';
import {
  AT,
  algorithmIdentifier,
  attribute,
  buildInfo,
  buildToken,
  CONTENT,
  digest,
  generalizedTime,
  type InfoSpec,
  imprint,
  OID,
  signingCertificateV2,
  type TokenSpec,
  tsaCertificate,
  type World,
  worldOf,
} from './timestamp-build.js';

const world = await worldOf();
const RSA = await worldOf('RSA-PKCS1-SHA256');
const KP_TIME_STAMPING = '1.3.6.1.5.5.7.3.8';
const VALIDITY = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2030-01-01T00:00:00Z') };
const text = (bytes: string) => new TextEncoder().encode(bytes);

interface Case {
  readonly token?: TokenSpec;
  readonly question?: TimestampQuestion;
  readonly at?: string;
  readonly world?: World;
  readonly profile?: 'strict' | 'lenient';
  readonly anchors?: 'none';
}

async function verify({ token = {}, question = { content: CONTENT }, at, world: in_ = world, profile, anchors }: Case) {
  const trust = new TrustStore({
    anchors: anchors === 'none' ? [] : [in_.root],
    ...(profile === undefined ? {} : { profile }),
  });
  const bytes = await buildToken(in_, token);
  return verifyTimestamp(bytes, question, { at: at === undefined ? AT : new Date(at), trust });
}

/** `check outcome code` of all that is no pass, revocation data apart. */
const found = async (one: Case): Promise<string[]> =>
  (await verify(one)).findings
    .filter(({ outcome, code }) => outcome !== 'pass' && code !== 'revocation-not-checked')
    .map(({ check, outcome, code }) => `${check} ${outcome} ${code}`);

const certificateWith = (...extensions: Uint8Array[]) =>
  issueCertificate({
    ...VALIDITY,
    issuer: world.root,
    signer: world.ca.signer,
    publicKey: world.signer.publicKey,
    subject: 'CN=时间戳服务,O=某省,C=CN',
    extensions: [keyUsage(['digitalSignature']), ...extensions],
  });

describe('a token that is right', () => {
  it.each<[string, ('ECDSA-P256-SHA256' | 'RSA-PKCS1-SHA256')?]>([
    ['SM2'],
    ['ECDSA', 'ECDSA-P256-SHA256'],
    ['RSA', 'RSA-PKCS1-SHA256'],
  ])('is valid: %s', async (_, algorithm) => {
    const of = algorithm === undefined ? world : await worldOf(algorithm);
    expect(await found({ world: of })).toEqual([]);
    const report = await verify({ world: of, profile: 'strict' });
    expect(report.verdict).toBe('valid');
    expect(report.provedTime).toEqual({ value: new Date('2026-05-20T02:00:00Z'), basis: 'proved' });
    expect(report.unchecked).toEqual(['revocation-not-checked']);
    expect(report.subject).toEqual({
      kind: 'timestamp',
      authority: 'CN=时间戳服务,O=某省,C=CN',
      genTime: '2026-05-20T02:00:00.000Z',
      serialNumber: '7',
      policy: OID.policy,
      hash: 'SM3',
      digest: Buffer.from(sm3(CONTENT)).toString('hex'),
    });
  });

  it.each(['SM3', 'SHA-256', 'SHA-384', 'SHA-512'] as const)('has an imprint by %s', async (hash) => {
    const token = { info: { imprint: imprint(hash) } };
    expect(await found({ token })).toEqual([]);
    expect(await found({ token, question: { digest: digest(hash, CONTENT), hash } })).toEqual([]);
  });

  it('may bring no certificate where the verifier has it', async () => {
    expect(await found({ token: { certificates: [] } })).toContain('certificate unknown certificate-missing');
    const trust = new TrustStore({ anchors: [world.root], certificates: [world.certificate] });
    const bytes = await buildToken(world, { certificates: [] });
    expect((await verifyTimestamp(bytes, { content: CONTENT }, { at: AT, trust })).verdict).toBe('valid');
  });

  it('may name its certificate by SHA-1, by SHA-256, with issuer and serial number, or twice', async () => {
    const { certificate } = world;
    const { issuer, serialNumber } = certificate;
    const sha1 = der.sequence(der.sequence(der.sequence(der.octetString(digest('SHA-1', certificate.bytes)))));
    const issuerSerial = der.sequence(der.sequence(der.explicit(4, issuer.bytes)), der.integer(serialNumber));
    for (const value of [
      { signingCertificate: attribute(OID.signingCertificate, sha1) },
      { signingCertificate: attribute(OID.signingCertificateV2, signingCertificateV2(certificate, 'SHA-256')) },
      {
        signingCertificate: attribute(OID.signingCertificateV2, signingCertificateV2(certificate, 'SM3', issuerSerial)),
      },
      { older: attribute(OID.signingCertificate, sha1) },
    ])
      expect(await found({ token: { attributes: value } })).toEqual([]);
  });

  it('may name its authority: by the subject or an alternative name', async () => {
    expect(
      await found({ token: { info: { tsa: der.explicit(0, der.explicit(4, world.certificate.subject.bytes)) } } }),
    ).toEqual([]);
    const name = der.implicitPrimitive(6, text('https://tsa.gov.cn/'));
    const certificate = await certificateWith(
      extendedKeyUsage([KP_TIME_STAMPING], { critical: true }),
      subjectAltName([{ form: 'uniformResourceIdentifier', value: 'https://tsa.gov.cn/' }]),
    );
    expect(await found({ token: { certificate, info: { tsa: der.explicit(0, name) } } })).toEqual([]);
    const other = der.implicitPrimitive(6, text('https://tsa.gov.cn/2'));
    expect(await found({ token: { certificate, info: { tsa: der.explicit(0, other) } } })).toEqual([
      'certificate fail timestamp-authority-name',
    ]);
  });

  it('is read from the answer that brings it, too', async () => {
    const bytes = await buildToken(world);
    expect(readTimestamp(bytes).info.serialNumber).toBe(7n);
    expect(readTimestamp(writeTimestampResponse(bytes)).bytes).toEqual(bytes);
  });

  it('is read in BER, which is a deviation', async () => {
    const bytes = await buildToken(world);
    const indefinite = Uint8Array.of(0x30, 0x80, ...readTimestampToken(bytes).bytes.subarray(4), 0, 0);
    const report = await verifyTimestamp(indefinite, { content: CONTENT }, { at: AT, trust: world.trust });
    expect(report.verdict).toBe('valid');
    expect(report.findings[0]).toMatchObject({ outcome: 'warn', code: 'format-deviation' });
  });
});

describe('the proved time', () => {
  const accuracy = (...parts: Uint8Array[]) => der.sequence(...parts);
  const milli = (value: number) => der.implicitPrimitive(0, der.integer(value).subarray(2));
  const micro = (value: number) => der.implicitPrimitive(1, der.integer(value).subarray(2));
  const proved = async (info: Partial<InfoSpec>, at?: string) =>
    (await verify({ token: { info }, ...(at === undefined ? {} : { at }) })).provedTime?.value.toISOString();

  it.each([
    ['20260520020000Z', undefined, '2026-05-20T02:00:00.000Z'],
    ['20260520020000.5Z', undefined, '2026-05-20T02:00:00.500Z'],
    ['20260520020000.123Z', undefined, '2026-05-20T02:00:00.123Z'],
    // What is finer than a millisecond is rounded up.
    ['20260520020000.123000001Z', undefined, '2026-05-20T02:00:00.124Z'],
    ['20260520020000Z', accuracy(der.integer(1)), '2026-05-20T02:00:01.000Z'],
    ['20260520020000Z', accuracy(der.integer(1), milli(999), micro(1)), '2026-05-20T02:00:02.000Z'],
    ['20260520020000.25Z', accuracy(milli(500)), '2026-05-20T02:00:00.750Z'],
    ['20260520020000Z', accuracy(), '2026-05-20T02:00:00.000Z'],
    ['20260520020000Z', accuracy(micro(999)), '2026-05-20T02:00:00.001Z'],
  ])('%s', async (genTime, stated, expected) => {
    expect(await proved({ genTime: generalizedTime(genTime), accuracy: stated })).toBe(expected);
  });

  it('is not later than the moment of judging', async () => {
    const hour = accuracy(der.integer(3600));
    expect(await proved({ accuracy: hour }, '2026-05-20T02:10:00Z')).toBe('2026-05-20T02:10:00.000Z');
    expect(await proved({ accuracy: hour }, '2026-05-20T04:00:00Z')).toBe('2026-05-20T03:00:00.000Z');
  });

  it('is there only where the verdict is valid', async () => {
    for (const one of [
      { anchors: 'none' as const },
      { question: { content: text('其他') } },
      { at: '2031-01-01T00:00:00Z' },
    ])
      expect((await verify(one)).provedTime).toBeUndefined();
  });

  it('is summed up in one finding', async () => {
    expect(timestampFinding(await verify({}))).toMatchObject({
      check: 'timestamp',
      outcome: 'pass',
      code: 'timestamp-ok',
      detail: 'existed by 2026-05-20T02:00:00.000Z, CN=时间戳服务,O=某省,C=CN',
    });
    expect(timestampFinding(await verify({ anchors: 'none' }))).toMatchObject({
      outcome: 'unknown',
      code: 'timestamp-unproved',
      detail: '2026-05-20T02:00:00.000Z: path-no-anchor',
    });
    expect(timestampFinding(await verify({ question: { content: text('其他') } }))).toMatchObject({
      outcome: 'fail',
      code: 'timestamp-invalid',
      detail: '2026-05-20T02:00:00.000Z: timestamp-imprint-mismatch',
    });
  });

  it('wants revocation data where they are required', async () => {
    const bytes = await buildToken(world);
    const options = { at: AT, trust: world.trust, require: ['revocation', 'timestamp', 'status'] as const };
    const report = await verifyTimestamp(bytes, { content: CONTENT }, options);
    expect(report.verdict).toBe('indeterminate');
    // Questions that a timestamp does not answer are not asked of it.
    expect(report.required).not.toContain('timestamp');
    expect(report.required).not.toContain('status');
    expect(report.required).not.toContain('coverage');
  });
});

describe('what it is about', () => {
  it.each<[string, Case, string]>([
    ['other content', { question: { content: text('其他') } }, 'integrity fail timestamp-imprint-mismatch'],
    [
      'another digest',
      { question: { digest: sm3(text('其他')), hash: 'SM3' } },
      'integrity fail timestamp-imprint-mismatch',
    ],
    [
      'the same digest by another algorithm of the same length',
      { question: { digest: sm3(CONTENT), hash: 'SHA-256' } },
      'integrity fail timestamp-imprint-mismatch',
    ],
    [
      'a digest under the name of another algorithm',
      {
        token: { info: { imprint: der.sequence(algorithmIdentifier(OID['SHA-256']), der.octetString(sm3(CONTENT))) } },
      },
      'integrity fail timestamp-imprint-mismatch',
    ],
    [
      'a digest by SHA-1',
      { token: { info: { imprint: imprint('SHA-1') } } },
      'integrity unknown algorithm-unsupported',
    ],
    [
      'no nonce where one was sent',
      { question: { content: CONTENT, nonce: 1n } },
      'integrity fail timestamp-nonce-mismatch',
    ],
    [
      'another nonce',
      { token: { info: { nonce: der.integer(2) } }, question: { content: CONTENT, nonce: 1n } },
      'integrity fail timestamp-nonce-mismatch',
    ],
    ['another policy', { question: { content: CONTENT, policy: '1.2.3' } }, 'authority fail timestamp-policy-mismatch'],
  ])('%s', async (_, one, expected) => {
    expect(await found(one)).toEqual([expected]);
  });

  it('takes the nonce and the policy that were asked for, and any where none was', async () => {
    const token = { info: { nonce: der.integer(-5) } };
    expect(await found({ token, question: { content: CONTENT, nonce: -5n, policy: OID.policy } })).toEqual([]);
    expect(await found({ token })).toEqual([]);
  });

  it('fails for a critical extension, and passes over another', async () => {
    const extensions = (critical: boolean) =>
      der.element(
        0xa1,
        der.sequence(der.oid('1.2.3'), ...(critical ? [der.boolean(true)] : []), der.octetString(Uint8Array.of(5, 0))),
      );
    expect(await found({ token: { info: { extensions: extensions(true) } } })).toEqual([
      'format fail timestamp-critical-extension',
    ]);
    expect(await found({ token: { info: { extensions: extensions(false) } } })).toEqual([]);
  });
});

describe('who signed', () => {
  const stranger = sm2();

  it.each<[string, () => TokenSpec | Promise<TokenSpec>, readonly string[]]>([
    ['nobody', () => ({ signers: () => [] }), ['format fail timestamp-signers']],
    [
      'two',
      () => ({ signers: (right) => [right, right.map((octet, at) => (at === right.length - 1 ? octet ^ 1 : octet))] }),
      ['format fail timestamp-signers'],
    ],
    ['the same twice', () => ({ signers: (right) => [right, right] }), ['format fail timestamp-signers']],
    ['a stranger', () => ({ signer: stranger }), ['authenticity fail signature-invalid']],
    [
      'without signingCertificate',
      () => ({ attributes: { signingCertificate: undefined } }),
      ['certificate fail signing-certificate-missing'],
    ],
    [
      'naming another certificate',
      () => ({
        attributes: { signingCertificate: attribute(OID.signingCertificateV2, signingCertificateV2(world.root)) },
      }),
      ['certificate fail signing-certificate-mismatch'],
    ],
    [
      'naming its own behind another',
      () => ({
        attributes: {
          signingCertificate: attribute(
            OID.signingCertificateV2,
            der.sequence(
              der.sequence(
                ...[world.root, world.certificate].map(({ bytes }) =>
                  der.sequence(algorithmIdentifier(OID.SM3), der.octetString(sm3(bytes))),
                ),
              ),
            ),
          ),
        },
      }),
      ['certificate fail signing-certificate-mismatch'],
    ],
    [
      'naming it by a digest that is not known',
      () => ({
        attributes: {
          signingCertificate: attribute(OID.signingCertificateV2, signingCertificateV2(world.certificate, 'SHA-1')),
        },
      }),
      ['certificate fail signing-certificate-mismatch'],
    ],
    [
      'naming it with another serial number',
      () => ({
        attributes: {
          signingCertificate: attribute(
            OID.signingCertificateV2,
            signingCertificateV2(
              world.certificate,
              'SM3',
              der.sequence(der.sequence(der.explicit(4, world.certificate.issuer.bytes)), der.integer(1)),
            ),
          ),
        },
      }),
      ['certificate fail signing-certificate-mismatch'],
    ],
    [
      'naming it with another issuer',
      () => ({
        attributes: {
          signingCertificate: attribute(
            OID.signingCertificateV2,
            signingCertificateV2(
              world.certificate,
              'SM3',
              der.sequence(
                der.sequence(der.explicit(4, parseName('CN=某省根 2,C=CN').bytes)),
                der.integer(world.certificate.serialNumber),
              ),
            ),
          ),
        },
      }),
      ['certificate fail signing-certificate-mismatch'],
    ],
    [
      'naming one certificate in the new and another in the old attribute',
      () => ({
        attributes: {
          older: attribute(
            OID.signingCertificate,
            der.sequence(der.sequence(der.sequence(der.octetString(digest('SHA-1', world.root.bytes))))),
          ),
        },
      }),
      ['certificate fail signing-certificate-mismatch'],
    ],
    [
      'a signingCertificate that is none',
      () => ({ attributes: { signingCertificate: attribute(OID.signingCertificateV2, der.integer(1)) } }),
      ['certificate fail signing-certificate-mismatch'],
    ],
    [
      'another content type in the attributes',
      () => ({ attributes: { contentType: attribute(OID.contentType, der.oid(OID.data)) } }),
      ['integrity fail cms-content-type-mismatch'],
    ],
    [
      'another digest in the attributes',
      () => ({ attributes: { messageDigest: attribute(OID.messageDigest, der.octetString(new Uint8Array(32))) } }),
      ['integrity fail digest-mismatch'],
    ],
    [
      'under another name',
      () => ({ info: { tsa: der.explicit(0, der.explicit(4, parseName('CN=其他,C=CN').bytes)) } }),
      ['certificate fail timestamp-authority-name'],
    ],
    [
      'under a name that is none',
      () => ({ info: { tsa: der.explicit(0, der.integer(1)) } }),
      ['certificate fail timestamp-authority-name'],
    ],
    [
      'with a certificate without extended key usage',
      async () => ({ certificate: await certificateWith() }),
      ['authority unknown authority-unknown', 'authority fail timestamp-key-purpose'],
    ],
    [
      'with one that is not critical',
      async () => ({ certificate: await certificateWith(extendedKeyUsage([KP_TIME_STAMPING])) }),
      ['authority fail timestamp-key-purpose'],
    ],
    [
      'with one that is for something else, too',
      async () => ({
        certificate: await certificateWith(
          extendedKeyUsage([KP_TIME_STAMPING, '1.3.6.1.5.5.7.3.2'], { critical: true }),
        ),
      }),
      ['authority fail timestamp-key-purpose'],
    ],
    [
      'with one for any purpose',
      async () => ({ certificate: await certificateWith(extendedKeyUsage(['2.5.29.37.0'], { critical: true })) }),
      ['authority unknown authority-unknown', 'authority fail timestamp-key-purpose'],
    ],
    [
      'with one for TLS',
      async () => ({ certificate: await certificateWith(extendedKeyUsage(['1.3.6.1.5.5.7.3.1'], { critical: true })) }),
      ['authority unknown authority-unknown', 'authority fail timestamp-key-purpose'],
    ],
    [
      'with one that expired before genTime',
      async () => ({
        certificate: await tsaCertificate(world.ca, world.signer, { notAfter: new Date('2026-05-20T01:59:59Z') }),
      }),
      ['time fail certificate-expired-at-signing'],
    ],
    [
      'with one that begins after genTime',
      async () => ({
        certificate: await tsaCertificate(world.ca, world.signer, { notBefore: new Date('2026-05-20T02:00:01Z') }),
      }),
      ['time fail certificate-not-yet-valid-at-signing'],
    ],
    [
      'with one that expired between genTime and now: the old key could say so, too',
      async () => ({
        certificate: await tsaCertificate(world.ca, world.signer, { notAfter: new Date('2026-05-25T00:00:00Z') }),
      }),
      ['time unknown expired-time-unproved'],
    ],
  ])('%s', async (_, token, expected) => {
    expect(await found({ token: await token() })).toEqual(expected);
  });

  it.each<[string, string, RevocationReason | undefined, string, readonly string[]]>([
    ['after genTime', '2026-05-20T02:00:01Z', undefined, 'indeterminate', ['revoked-time-unproved']],
    [
      'after genTime, because it was replaced',
      '2026-05-25T00:00:00Z',
      'superseded',
      'indeterminate',
      ['revoked-time-unproved'],
    ],
    [
      'after genTime, because its key was stolen',
      '2026-05-25T00:00:00Z',
      'keyCompromise',
      'invalid',
      ['certificate-revoked'],
    ],
    ['at genTime', '2026-05-20T02:00:00Z', undefined, 'invalid', ['certificate-revoked']],
    ['before genTime', '2026-05-19T00:00:00Z', 'cessationOfOperation', 'invalid', ['certificate-revoked']],
  ])('with one that was revoked %s', async (_, revokedAt, reason, verdict, expected) => {
    const crl = await issueCrl({
      issuer: world.root,
      signer: world.ca.signer,
      entries: [
        {
          serialNumber: world.certificate.serialNumber,
          revokedAt: new Date(revokedAt),
          ...(reason === undefined ? {} : { reason }),
        },
      ],
      thisUpdate: AT,
      nextUpdate: new Date('2026-06-02T00:00:00Z'),
      crlNumber: 1n,
    });
    const revocation = { crls: [crl], ocspResponses: [] };
    const options = { at: AT, trust: world.trust, revocation };
    const report = await verifyTimestamp(await buildToken(world), { content: CONTENT }, options);
    expect(report.verdict).toBe(verdict);
    expect(report.findings.filter(({ outcome }) => outcome !== 'pass').map(({ code }) => code)).toEqual(expected);
    expect(report.provedTime).toBeUndefined();
  });

  it('with one that has expired, and that a trust list names as retired in order', async () => {
    const certificate = await tsaCertificate(world.ca, world.signer, { notAfter: new Date('2026-05-25T00:00:00Z') });
    const from = new Date('2026-01-01T00:00:00Z');
    const entry = { certificate, use: 'timestamp', region: '370000', from } as const;
    const listed = (status: 'active' | 'retired') =>
      new TrustStore({
        list: buildTrustList({
          id: 'https://trust.example.gov.cn/370000',
          issued: new Date('2026-05-26T00:00:00Z'),
          nextUpdate: new Date('2026-07-01T00:00:00Z'),
          hardExpiry: new Date('2026-11-01T00:00:00Z'),
          keys: { current: world.signer.publicKey },
          anchors: [{ certificate: world.root }],
          issuers: [status === 'retired' ? { ...entry, status, to: new Date('2026-05-24T00:00:00Z') } : entry],
        }),
      });
    const bytes = await buildToken(world, { certificate });
    const verdictBy = async (trust: TrustStore) =>
      (await verifyTimestamp(bytes, { content: CONTENT }, { at: AT, trust })).verdict;
    expect(await verdictBy(listed('retired'))).toBe('valid');
    expect(await verdictBy(listed('active'))).toBe('indeterminate');
  });

  it('needs an anchor', async () => {
    const report = await verify({ anchors: 'none' });
    expect(report.verdict).toBe('indeterminate');
    expect(await found({ anchors: 'none' })).toEqual(['path unknown path-no-anchor']);
  });

  it('does not believe the root of another', async () => {
    const other = await worldOf();
    const trust = new TrustStore({ anchors: [other.root] });
    const report = await verifyTimestamp(await buildToken(world), { content: CONTENT }, { at: AT, trust });
    expect(report.verdict).toBe('indeterminate');
    expect(report.provedTime).toBeUndefined();
  });

  it.each([
    ['2026-05-20T01:54:59Z', ['time fail signing-time-future']],
    ['2026-05-20T01:55:00Z', []],
  ])('at %s, genTime five minutes ahead at most', async (at, expected) => {
    expect(await found({ at })).toEqual(expected);
  });
});

describe('what cannot be read', () => {
  const info = (spec: Partial<InfoSpec>): TokenSpec => ({ info: spec });
  const time = (genTime: string) => info({ genTime: generalizedTime(genTime) });

  it.each<[string, TokenSpec]>([
    ['content that is no TSTInfo', { contentType: OID.data }],
    ['a TSTInfo under another type', { contentType: '1.2.840.113549.1.9.16.1.5' }],
    ['content elsewhere', { content: undefined }],
    ['content of no octets', { content: new Uint8Array(0) }],
    ['something else than SignedData', { outerType: '1.2.840.113549.1.7.3' }],
    ['bytes after TSTInfo', { content: Uint8Array.of(...buildInfo(), 1) }],
    ['a field too many', info({ more: der.octetString(text('1')) })],
    ['version 2', info({ version: der.integer(2) })],
    ['version 0', info({ version: der.integer(0) })],
    [
      'an imprint that is too short',
      info({ imprint: der.sequence(algorithmIdentifier(OID.SM3), der.octetString(new Uint8Array(31))) }),
    ],
    [
      'an imprint that is too long',
      info({ imprint: der.sequence(algorithmIdentifier(OID['SHA-256']), der.octetString(new Uint8Array(48))) }),
    ],
    [
      'an imprint with parameters',
      info({ imprint: der.sequence(algorithmIdentifier(OID.SM3, der.integer(1)), der.octetString(sm3(CONTENT))) }),
    ],
    ['no genTime', info({ genTime: der.nullValue() })],
    ['UTCTime', info({ genTime: der.element(0x17, text('260520020000Z')) })],
    ['genTime without seconds', time('202605200200Z')],
    ['genTime with an offset', time('20260520100000+0800')],
    ['genTime without Z', time('20260520020000')],
    ['genTime with a comma', time('20260520020000,5Z')],
    ['genTime with a point and no fraction', time('20260520020000.Z')],
    ['genTime of ten decimals', time('20260520020000.1234567891Z')],
    ['genTime that does not exist', time('20260230020000Z')],
    ['genTime in a leap second', time('20260630235960Z')],
    ['an accuracy of 0 ms', info({ accuracy: der.sequence(der.implicitPrimitive(0, Uint8Array.of(0))) })],
    ['an accuracy of 1000 ms', info({ accuracy: der.sequence(der.implicitPrimitive(0, Uint8Array.of(3, 232))) })],
    ['an accuracy below zero', info({ accuracy: der.sequence(der.integer(-1)) })],
    [
      'an accuracy of micro- before milliseconds',
      info({
        accuracy: der.sequence(der.implicitPrimitive(1, Uint8Array.of(1)), der.implicitPrimitive(0, Uint8Array.of(1))),
      }),
    ],
    [
      'an extension twice',
      info({
        extensions: der.element(0xa1, ...[1, 2].map(() => der.sequence(der.oid('1.2.3'), der.octetString(text('1'))))),
      }),
    ],
  ])('%s', async (_, spec) => {
    const bytes = await buildToken(world, spec);
    expect(await codeOf(() => readTimestampToken(bytes))).toBe('timestamp-malformed');
    expect(await codeOf(() => verifyTimestamp(bytes, { content: CONTENT }, { at: AT, trust: world.trust }))).toBe(
      'timestamp-malformed',
    );
  });

  it.each<[string, TokenSpec]>([
    ['genTime that ends in a zero', time('20260520020000.50Z')],
    ['ordering FALSE written out', info({ ordering: der.boolean(false) })],
    ['a serial number that is not minimal', info({ serialNumber: der.element(2, Uint8Array.of(0, 7)) })],
  ])('%s is a deviation', async (_, token) => {
    expect(await found({ token })).toEqual(['format warn format-deviation']);
    expect(await found({ token, profile: 'strict' })).toEqual(['format fail format-deviation']);
    const bytes = await buildToken(world, token);
    expect(await codeOf(() => readTimestampToken(bytes, 'strict'))).toBe('timestamp-malformed');
  });

  it('more bytes than the limit', async () => {
    const padded = new Uint8Array(TIMESTAMP_LIMITS.tokenBytes);
    padded.set(await buildToken(world));
    expect(readTimestampToken(padded).info.serialNumber).toBe(7n);
    expect(await codeOf(() => readTimestampToken(new Uint8Array(TIMESTAMP_LIMITS.tokenBytes + 1)))).toBe(
      'input-too-large',
    );
  });

  it('the dummy of real seals', async () => {
    expect(await codeOf(() => readTimestampToken(Uint8Array.of(1, 2, 3)))).toBe('timestamp-malformed');
  });
});

describe('a changed token', () => {
  it('proves no other time than the right one: bits of each octet', { timeout: 60_000 }, async () => {
    const right = await buildToken(RSA, { info: { imprint: imprint('SHA-256') } });
    const options = { at: AT, trust: new TrustStore({ anchors: [RSA.root], profile: 'strict' }) };
    const { subject } = await verifyTimestamp(right, { content: CONTENT }, options);
    const bits = process.env.SLOW === undefined ? [1] : [1, 2, 4, 8, 16, 32, 64, 128];
    const survived: number[] = [];
    // Upper and lower case name the same issuer, and who the signer is said to be is signed by ESSCertID alone.
    const issuer = RSA.certificate.issuer.bytes;
    const named = Buffer.from(right).lastIndexOf(issuer);
    const inSignerName = (at: number) => at >= named && at < named + issuer.length;
    for (let at = 0; at < right.length; at++) {
      for (const bit of bits) {
        const changed = right.slice();
        changed[at]! ^= bit;
        const result = await verifyTimestamp(changed, { content: CONTENT }, options).catch((error: unknown) => {
          expect(isGovError(error) && error.code, `octet ${at}, bit ${bit}`).toBe('timestamp-malformed');
          return undefined;
        });
        if (result?.verdict !== 'valid') continue;
        if (!(bit === 0x20 && inSignerName(at))) survived.push(at);
        expect(result.subject, `octet ${at}, bit ${bit}`).toEqual(subject);
      }
    }
    // What stands in front for whoever hashes before the signers are read, and is signed by nobody.
    const digestAlgorithms = Buffer.from(right).indexOf(der.oid(OID['SHA-256'])) + 2;
    expect(survived.filter((at) => at < digestAlgorithms || at >= digestAlgorithms + 9)).toEqual([]);
  });
});
