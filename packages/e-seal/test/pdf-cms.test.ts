/** CMS signatures in PDFs: every kind that is judged, and every way to pretend to be one. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { der } from '@gov/der';
import {
  memoryFile,
  openPdf,
  type PdfDocument,
  type PdfFile,
  type PdfSignature,
  prepareSignature,
  signaturesOf,
} from '@gov/pdf';
import { TrustStore } from '@gov/pki';
import { readSignedData, signCms } from '@gov/pki/cms';
import { generatePrivateKey } from '@gov/pki/private-key';
import { sm3 } from '@gov/sm';
import { isGovError, type Report } from '@gov/verdict';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Holder, makeWorld, type World } from '../../../test/world.js';
import { MAX_WHOLE_BYTES, type PdfSignatureSubject, verifyPdf } from '../src/pdf/index.js';
import { valueEnd } from '../src/pdf/verify/contents.js';
import { signedWhole } from '../src/pdf/verify/signed-bytes.js';
import { pdfDate } from '../src/pdf/verify/time.js';
import { ascii, codeOf, concat, flipped, said } from './build.js';
import { buildPdf, sealed } from './pdf-build.js';
import {
  AT,
  type CmsParts,
  cmsSigned,
  each,
  fieldSigned,
  later,
  makeSigners,
  octetString,
  SIGNED,
  type SignersWorld,
  stampBy,
  stampedBy,
  verifyAt,
} from './pdf-signed.js';

let world: SignersWorld;
let gov: World;
let rsa: Holder;
const plain = buildPdf({ pages: [{}, {}] });
beforeAll(async () => {
  world = await makeSigners();
  gov = await makeWorld();
  rsa = await world.of('RSA-PKCS1-SHA256');
}, 60_000);

const verify = (pdf: Uint8Array, trust = world.trust) => verifyAt(pdf, trust);
const subject = (report: Report, index = 0) => report.signatures![index]!.subject as PdfSignatureSubject;
const cms = (parts: Partial<CmsParts> = {}) => cmsSigned(plain, { holder: world.ecdsa, signingTime: SIGNED, ...parts });
const GM = { subFilter: 'GM.sm2cms.detached', filter: 'DJ.GMPkiLite' };

describe('is valid', () => {
  it.each([
    'ECDSA-P256-SHA256',
    'ECDSA-P384-SHA384',
    'ECDSA-P521-SHA512',
    'RSA-PKCS1-SHA256',
    'RSA-PSS-SHA256',
    'SM2-SM3',
  ] as const)('%s', async (algorithm) => {
    const holder = await world.of(algorithm);
    for (const subFilter of ['adbe.pkcs7.detached', 'ETSI.CAdES.detached']) {
      const report = await verify(await cms({ holder, subFilter }));
      expect(report.verdict).toBe('valid');
      expect(each(report)).toEqual([[]]);
      expect(subject(report)).toMatchObject({
        type: 'cms',
        level: 'B-B',
        subFilter,
        revision: 2,
        digestAlgorithm: algorithm === 'SM2-SM3' ? 'SM3' : `SHA-${algorithm.slice(-3)}`,
        signingTime: { value: SIGNED.toISOString(), basis: 'claimed' },
      });
    }
  });

  it('SM2 as products write it: the digest stands as content', async () => {
    const gmTrust = gov.trust;
    const bare = await cmsSigned(plain, { ...GM, holder: gov.signer, dialect: 'digest-as-content' });
    const report = await verify(bare, gmTrust);
    expect(report.verdict).toBe('valid');
    expect(each(report)).toEqual([['warn cms-dialect']]);
    expect(subject(report)).not.toHaveProperty('level');
    // With signed attributes over that digest.
    const attached = { ...GM, holder: gov.signer, attached: true, content: sm3, signingTime: SIGNED };
    expect(each(await verify(await cmsSigned(plain, attached), gmTrust))).toEqual([['warn cms-dialect']]);
    // Or truly detached.
    const detached = await cmsSigned(plain, { ...GM, holder: gov.signer, signingTime: SIGNED });
    expect(each(await verify(detached, gmTrust))).toEqual([[]]);
    const strict = new TrustStore({ anchors: gmTrust.anchors, profile: 'strict' });
    expect(each(await verify(bare, strict))).toEqual([['fail cms-dialect']]);
  });

  it('in BER of indefinite length, its end found behind the end-of-contents octets', async () => {
    const indefinite = (message: Uint8Array) => {
      const { content, length } = headerOf(message);
      return concat(Uint8Array.of(0x30, 0x80), message.subarray(content, content + length), Uint8Array.of(0, 0));
    };
    expect(each(await verify(await cms({ rewrite: indefinite })))).toEqual([['warn format-deviation']]);
    const padded = { rewrite: indefinite, padding: Uint8Array.of(0, 0, 1) };
    expect(each(await verify(await cms(padded)))).toEqual([['fail coverage-padding', 'warn format-deviation']]);
    const strict = new TrustStore({
      anchors: world.trust.anchors,
      certificates: world.trust.certificates,
      profile: 'strict',
    });
    expect(each(await verify(await cms({ rewrite: indefinite }), strict))).toEqual([['fail format-malformed']]);
  });

  it('without a claimed time: what /M says is the claim', async () => {
    const none = await verify(await cmsSigned(plain, { holder: world.ecdsa }));
    expect(none.verdict).toBe('valid');
    expect(subject(none)).not.toHaveProperty('signingTime');
    const said = await verify(await cmsSigned(plain, { holder: world.ecdsa }).then(() => fieldM(SIGNED)));
    expect(subject(said).signingTime).toEqual({ value: SIGNED.toISOString(), basis: 'claimed' });
    const future = await verify(await fieldM(later(AT, 3_600_000)));
    expect(each(future)).toEqual([['fail signing-time-future']]);
  });

  const fieldM = (time: Date) =>
    fieldSigned(plain, { signingTime: time }, (signed) => signCms(signed, { signers: [world.ecdsa], detached: true }));

  it('without the attribute that PAdES asks for: warned of, and no level', async () => {
    const bare = { holder: gov.signer, dialect: 'digest-as-content', ...GM } as const;
    expect(subject(await verify(await cmsSigned(plain, bare), gov.trust))).not.toHaveProperty('level');
    // openssl writes it only when asked.
    const noName = { subFilter: 'ETSI.CAdES.detached', holder: world.ecdsa, rewrite: withoutName };
    const report = await verify(await cmsSigned(plain, noName));
    expect(each(report)).toEqual([['fail signature-invalid', 'warn signing-certificate-missing']]);
    expect(subject(report)).not.toHaveProperty('level');
  });
});

/** The attribute renamed: signingCertificateV2 becomes an OID that nobody knows, of the same length. */
function withoutName(message: Uint8Array): Uint8Array {
  const oid = Buffer.from('060b2a864886f70d010910022f', 'hex');
  const at = Buffer.from(message).indexOf(oid);
  return flipped(message, at + oid.length - 1, 0x40);
}

function headerOf(bytes: Uint8Array): { content: number; length: number } {
  const count = bytes[1]! > 0x80 ? bytes[1]! & 0x7f : 0;
  let length = count === 0 ? bytes[1]! : 0;
  for (let i = 0; i < count; i++) length = length * 256 + bytes[2 + i]!;
  return { content: 2 + count, length };
}

describe('is never valid', () => {
  const outcome = async (pdf: Uint8Array, trust = world.trust) => {
    const report = await verify(pdf, trust);
    expect(report.verdict).not.toBe('valid');
    return each(report)[0]!;
  };

  it.each(['adbe.pkcs7.detached', 'ETSI.CAdES.detached'])('%s with content', async (subFilter) => {
    // The file itself, nothing, and its digest: whatever it is, it is what was signed, and not the file.
    const whole = { subFilter, attached: true, signingTime: SIGNED };
    expect(await outcome(await cms(whole))).toEqual(['fail cms-content-not-detached']);
    const empty = { ...whole, content: () => new Uint8Array() };
    expect(await outcome(await cms(empty))).toEqual(['fail cms-content-not-detached', 'fail digest-mismatch']);
    const digest = (bytes: Uint8Array) => new Uint8Array(createHash('sha256').update(bytes).digest());
    const codes = await outcome(await cms({ ...whole, content: digest }));
    expect(codes).toEqual(['fail cms-content-not-detached', 'warn cms-dialect']);
    const other = await outcome(await cms({ ...whole, content: () => ascii('something else') }));
    expect(other).toEqual(['fail cms-content-not-detached', 'fail digest-mismatch']);
  });

  it('GM.sm2cms.detached with content that is not the digest', async () => {
    const parts = { ...GM, holder: gov.signer, attached: true, signingTime: SIGNED };
    expect(await outcome(await cmsSigned(plain, parts), gov.trust)).toEqual(['fail cms-content-not-detached']);
    const wrong = { ...parts, content: (bytes: Uint8Array) => flipped(sm3(bytes), 3) };
    expect(await outcome(await cmsSigned(plain, wrong), gov.trust)).toEqual([
      'fail cms-content-not-detached',
      'fail digest-mismatch',
    ]);
  });

  it('adbe.pkcs7.sha1: judged, but SHA-1 binds nothing', async () => {
    const sha1 = (bytes: Uint8Array) => new Uint8Array(createHash('sha1').update(bytes).digest());
    const parts = { subFilter: 'adbe.pkcs7.sha1', attached: true };
    expect(await outcome(await cms({ ...parts, content: sha1 }))).toEqual(['unknown digest-weak']);
    const wrong = (bytes: Uint8Array) => flipped(sha1(bytes), 0);
    expect(await outcome(await cms({ ...parts, content: wrong }))).toEqual(['fail digest-mismatch']);
    expect(await outcome(await cms({ ...parts, attached: false }))).toEqual(['fail format-malformed']);
  });

  it.each<[string, Uint8Array | undefined, string]>([
    ['nothing', new Uint8Array(), 'fail signature-empty'],
    ['zeros', new Uint8Array(100), 'fail signature-empty'],
    ['garbage', ascii('garbage'), 'fail format-malformed'],
    ['a lone tag', Uint8Array.of(0x30), 'fail format-malformed'],
    ['a NULL', Uint8Array.of(5, 0), 'fail format-malformed'],
    ['a CMS of no type', Uint8Array.of(0x30, 3, 0x06, 1, 0x2a), 'fail format-malformed'],
    ['a CMS cut short', Uint8Array.of(0x30, 0x82, 0x7f, 0xff, 0x06, 1, 0x2a), 'fail format-malformed'],
    ['an endless CMS', Uint8Array.of(0x30, 0x80, 0x06, 1, 0x2a, 0x30, 0x80, 1, 1, 1), 'fail format-malformed'],
    ['an OCTET STRING', octetString(ascii('pkcs1')), 'fail format-malformed'],
  ])('%s as /Contents', async (_, contents, code) => {
    for (const subFilter of ['adbe.pkcs7.detached', 'ETSI.CAdES.detached', 'adbe.pkcs7.sha1', 'GM.sm2cms.detached']) {
      expect(await outcome(await fieldSigned(plain, { subFilter }, () => contents!))).toEqual([code]);
    }
  });

  it('/Contents null, missing, or elsewhere', async () => {
    const pdf = await cms();
    const text = Buffer.from(pdf).toString('latin1');
    const token = /\/Contents <[0-9a-fA-F]+>/.exec(text)![0];
    for (const other of ['/Contents null', '/Contentz <00>', '/Contents 2 0 R']) {
      const changed = ascii(text.replace(token, other.padEnd(token.length)));
      const codes = await outcome(changed);
      expect(codes).toContain('fail signature-empty');
      expect(codes).toContain('fail coverage-gap');
    }
    for (const other of ['/ByteRange null', '/ByteRangf [0 1 2 3]', '/ByteRange [0 0 0 0]', '/ByteRange [0 -1 2 3]']) {
      const range = /\/ByteRange \[[^\]]*\]/.exec(text)![0];
      const codes = await outcome(ascii(text.replace(range, other.padEnd(range.length))));
      expect(codes).toContain('fail coverage-byte-range');
      expect(codes).toContain('fail digest-mismatch');
    }
  });

  it('a message that nobody signed, or two did', async () => {
    const message = await signCms(ascii('x'), { signers: [world.ecdsa, rsa], detached: true, form: 'rfc5652' });
    expect(await outcome(await fieldSigned(plain, {}, () => message))).toEqual(['fail format-malformed']);
    const two = await fieldSigned(plain, {}, (signed) =>
      signCms(signed, { signers: [world.ecdsa, rsa], detached: true }),
    );
    expect(await outcome(two)).toEqual(['fail format-malformed']);
    const nobody = der.sequence(
      der.oid('1.2.840.113549.1.7.2'),
      der.explicit(
        0,
        der.sequence(der.integer(1), der.setOf(), der.sequence(der.oid('1.2.840.113549.1.7.1')), der.setOf()),
      ),
    );
    expect(await outcome(await fieldSigned(plain, {}, () => nobody))).toEqual(['fail signature-empty']);
  });

  it.each(['adbe.x509.rsa_sha1', 'GM.SM2', 'Acme.sign', '__proto__'])(
    '%s: unknown, whatever is in it',
    async (subFilter) => {
      expect(await outcome(await cms({ subFilter }))).toEqual(['unknown subfilter-unknown']);
      const pkcs1 = await fieldSigned(plain, { subFilter }, () => octetString(ascii('pkcs1')));
      expect(await outcome(pkcs1)).toEqual(['unknown subfilter-unknown']);
    },
  );

  it('when its name says another kind', async () => {
    expect(await outcome(await cms({ subFilter: 'GM.sm2seal' }))).toEqual(['unknown subfilter-mismatch']);
    expect(await outcome(await cms({ type: 'DocTimeStamp' }))).toEqual(['unknown subfilter-mismatch']);
    expect(await outcome(await cms({ subFilter: 'ETSI.RFC3161' }))).toEqual(['fail timestamp-malformed']);
    for (const subFilter of [
      'adbe.pkcs7.detached',
      'ETSI.CAdES.detached',
      'GM.sm2cms.detached',
      'ETSI.RFC3161',
      'adbe.pkcs7.sha1',
    ])
      expect(await outcome(await sealed(plain, gov, { subFilter }), gov.trust)).toEqual(['unknown subfilter-mismatch']);
    // One that nobody knows contradicts nothing: a seal signature is read in one way only.
    expect((await verify(await sealed(plain, gov, { subFilter: 'Acme.seal' }), gov.trust)).verdict).toBe('valid');
  });

  it('a seal signature of GM/T 0031 (version 1): unknown, not unsigned', async () => {
    const v1 = der.sequence(
      der.sequence(der.integer(1), der.sequence(), der.bitString(new Uint8Array(8)), der.bitString(new Uint8Array(32))),
      der.bitString(new Uint8Array(64)),
    );
    const report = await verify(await fieldSigned(plain, { subFilter: 'GM.sm2seal' }, () => v1));
    expect(report.verdict).toBe('indeterminate');
    expect(each(report)).toEqual([['unknown seal-version-unsupported']]);
    expect(subject(report).type).toBe('seal');
  });

  it('by a stranger, by somebody who may not, or with another key', async () => {
    const stranger = await makeSigners();
    expect(await outcome(await cms({ holder: stranger.ecdsa }))).toEqual(['unknown path-no-anchor']);
    expect(await outcome(await cms({ holder: world.tsa }))).toEqual(['fail not-authorised-for-use']);
    const other = (await world.of('ECDSA-P256-SHA256')).certificate;
    // Another certificate in the message, which the signer does not name.
    expect(await outcome(await cms({ certificates: [other] }))).toEqual(['unknown certificate-missing']);
    const expired = await world.of('ECDSA-P256-SHA256', { notAfter: new Date('2026-06-01') });
    expect(await outcome(await cms({ holder: expired }))).toEqual(['unknown expired-time-unproved']);
  });

  it('with bytes other than zero behind it', async () => {
    expect((await verify(await cms({ padding: new Uint8Array(9) }))).verdict).toBe('valid');
    expect(await outcome(await cms({ padding: Uint8Array.of(0, 1) }))).toEqual(['fail coverage-padding']);
    expect(await outcome(await cms({ padding: Uint8Array.of(0x30, 0) }))).toEqual(['fail coverage-padding']);
  });

  it('attributes in the place of the content', async () => {
    // A PDF may begin behind other bytes, but not behind a SET that fills the whole of it.
    const message = await signCms(plain, { signers: [world.ecdsa], detached: true });
    const report = await verify(await fieldSigned(plain, {}, () => message));
    expect(each(report)).toEqual([['fail digest-mismatch']]);
  });
});

/**
 * All that the signature value is about, and itself. What else stands in a CMS message nobody signed: its version, the list of
 * digest algorithms, how the issuer's name is spelt.
 */
function signedParts(pdf: Uint8Array): string {
  const { contents, byteRange } = signaturesOf(openPdf(pdf)).at(-1)!;
  const { signers, content } = readSignedData(contents!.subarray(0, valueEnd(contents!)));
  const [{ signature, signedAttributes } = { signature: undefined, signedAttributes: undefined }] = signers;
  const [, start, end] = byteRange as number[];
  const outside = [pdf.subarray(0, start), pdf.subarray(end)];
  return [signature, signedAttributes?.bytes, content, ...outside]
    .map((part) => Buffer.from(part ?? []).toString('hex'))
    .join(' ');
}

describe('one byte changed', () => {
  async function survivors(pdf: Uint8Array, trust: TrustStore, count: number): Promise<number[]> {
    const signature = signaturesOf(openPdf(pdf)).at(-1)!;
    const { start, end } = signature.contentsSpan!;
    const used = start + 1 + 2 * valueEnd(signature.contents!)!;
    const regions = [
      [0, plain.length],
      [plain.length, start],
      [start, used],
      [used, end],
      [end, pdf.length],
    ] as const;
    const survived: number[] = [];
    const essence = signedParts(pdf);
    let state = 20260520;
    const random = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 32;
    };
    for (const [from, to] of regions) {
      for (let i = 0; i < count; i++) {
        const at = from + Math.floor(random() * (to - from));
        const mask = 1 << Math.floor(random() * 8);
        if (at > start && at < end - 1 && mask === 0x20 && /[a-fA-F]/.test(String.fromCharCode(pdf[at]!))) continue;
        const changed = flipped(pdf, at, mask);
        try {
          if ((await verify(changed, trust)).verdict === 'valid' && signedParts(changed) !== essence) survived.push(at);
        } catch (error) {
          if (!isGovError(error)) throw error;
        }
      }
    }
    return survived;
  }
  const count = process.env.SLOW ? 2000 : 40;

  it.each<[string, () => Promise<readonly [Uint8Array, TrustStore]>]>([
    ['ECDSA', async () => [await cms(), world.trust]],
    ['RSA', async () => [await cms({ holder: rsa, subFilter: 'ETSI.CAdES.detached' }), world.trust]],
    ['SM2', async () => [await cmsSigned(plain, { ...GM, holder: gov.signer, signingTime: SIGNED }), gov.trust]],
    [
      'digest as content',
      async () => [await cmsSigned(plain, { ...GM, holder: gov.signer, dialect: 'digest-as-content' }), gov.trust],
    ],
  ])(
    '%s',
    async (_, make) => {
      const [pdf, trust] = await make();
      expect((await verify(pdf, trust)).verdict).toBe('valid');
      expect(await survivors(pdf, trust, count)).toEqual([]);
    },
    300_000,
  );

  it('with a timestamp that nobody signed but its authority', async () => {
    const stamp = stampedBy((signature) => stampBy(world.tsa, later(SIGNED, 2000), signature));
    const pdf = await cms({ unsignedAttributes: stamp });
    expect((await verify(pdf)).verdict).toBe('valid');
    // The timestamp is no part of what was signed: broken, it proves nothing, and says so.
    expect(await survivors(pdf, world.trust, count)).toEqual([]);
  }, 300_000);
});

describe('what openssl signs', () => {
  let folder = '';
  const has = spawnSync('openssl', ['version']).error === undefined;
  if (!has) console.log('skipped: openssl is not installed');
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'gov-cms-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.skipIf(!has).each([
    ['with attributes', [], []],
    ['without attributes', ['-noattr'], []],
    ['by key identifier', ['-keyid'], []],
    ['without names of its own', ['-cades'], []],
    ['SHA-512', ['-md', 'sha512'], []],
    ['SHA-1', ['-md', 'sha1'], ['unknown algorithm-unsupported']],
  ])('%s', async (_, options, expected) => {
    const { signer, pkcs8 } = await generatePrivateKey('RSA-PKCS1-SHA256');
    const own = await makeOwn(signer);
    const pem = (kind: string, bytes: Uint8Array) =>
      `-----BEGIN ${kind}-----\n${Buffer.from(bytes).toString('base64').replace(/.{64}/g, '$&\n')}\n-----END ${kind}-----\n`;
    const path = (name: string) => join(folder, name);
    writeFileSync(path('key.pem'), pem('PRIVATE KEY', pkcs8));
    writeFileSync(path('cert.pem'), pem('CERTIFICATE', own.bytes));
    const pdf = await fieldSigned(plain, { signingTime: SIGNED }, (signed) => {
      writeFileSync(path('data'), signed);
      const files = ['-in', path('data'), '-signer', path('cert.pem'), '-inkey', path('key.pem'), '-out', path('out')];
      const { status, stderr } = spawnSync('openssl', [
        'cms',
        '-sign',
        '-binary',
        '-outform',
        'DER',
        ...options,
        ...files,
      ]);
      expect(status, String(stderr)).toBe(0);
      return new Uint8Array(readFileSync(path('out')));
    });
    const report = await verifyPdf(pdf, { at: new Date(Date.now() + 60_000), trust: world.trust });
    expect(each(report)).toEqual([expected]);
    expect(report.verdict).toBe(expected.length === 0 ? 'valid' : 'indeterminate');
  });

  const makeOwn = async (signer: Holder['signer']) => {
    const { issueLeaf } = await import('@gov/pki/dev-ca');
    return issueLeaf({
      notBefore: new Date('2020-01-01'),
      notAfter: new Date('2060-01-01'),
      ca: world.ca,
      use: 'signer',
      subject: 'CN=openssl,C=CN',
      publicKey: signer.publicKey,
    });
  };
});

describe('where the bytes come from', () => {
  it('does not matter: a file of pieces is read piece by piece', async () => {
    const pdf = await cms();
    const whole = memoryFile(pdf);
    const file: PdfFile = { length: pdf.length, read: (start, end) => whole.read(start, end).slice() };
    const report = await verifyPdf(file, { at: AT, trust: world.trust });
    expect(report).toEqual(await verify(pdf));
    expect(report.verdict).toBe('valid');
  });

  const encrypted = join(import.meta.dirname, '../../../../shared/data/pdf/inputs/minimal-two-fields-aes256.pdf');
  it.skipIf(!existsSync(encrypted))('may be encrypted: the value never is', async () => {
    const input = new Uint8Array(readFileSync(encrypted));
    const prepared = prepareSignature(openPdf(input, { password: 'ownersecret' }), {
      page: 1,
      rect: [0, 0, 0, 0],
      filter: 'Adobe.PPKLite',
      subFilter: 'ETSI.CAdES.detached',
      reservedBytes: 9000,
      signingTime: SIGNED,
    });
    const signed = concat(...prepared.coveredParts());
    const pdf = prepared.finish(await signCms(signed, { signers: [world.ecdsa], detached: true }));
    const open = (password?: string) =>
      verifyPdf(pdf, { at: AT, trust: world.trust, ...(password === undefined ? {} : { password }) });
    for (const password of ['ownersecret', 'usersecret']) {
      const report = await open(password);
      expect(report.verdict).toBe('valid');
      expect(subject(report)).toMatchObject({ level: 'B-B', signingTime: { value: SIGNED.toISOString() } });
    }
    expect(await codeOf(() => open())).toBe('pdf-encrypted');
    expect(await codeOf(() => open('nonsense'))).toBe('password-wrong');
    const at = Math.floor(input.length / 2);
    const changed = await codeOf(async () =>
      expect((await verifyPdf(flipped(pdf, at), { at: AT, trust: world.trust, password: 'usersecret' })).verdict).toBe(
        'invalid',
      ),
    );
    expect(['nothing thrown', 'pdf-malformed']).toContain(changed);
  });
});

describe('the bytes themselves, where there are no signed attributes', () => {
  it('are put together up to a limit', () => {
    const piece = new Uint8Array(1024 * 1024);
    const whole = (size: number) => {
      const file: PdfFile = { length: size, read: (start, end) => piece.subarray(0, end - start) };
      const doc = { length: size, file } as PdfDocument;
      return signedWhole(doc, { byteRange: [0, 10, 20, size - 20] } as unknown as PdfSignature);
    };
    expect(whole(MAX_WHOLE_BYTES + 10)).toHaveLength(MAX_WHOLE_BYTES);
    expect(whole(MAX_WHOLE_BYTES + 11)).not.toBeInstanceOf(Uint8Array);
  });
});

describe('dates of PDF', () => {
  it.each([
    ["D:20260520100000+08'00'", '2026-05-20T02:00:00.000Z'],
    ["D:20260520100000+08'00", '2026-05-20T02:00:00.000Z'],
    ['D:20260520100000+0800', '2026-05-20T02:00:00.000Z'],
    ['D:20260520100000+08', '2026-05-20T02:00:00.000Z'],
    ["D:20260519213000-04'30'", '2026-05-20T02:00:00.000Z'],
    ['D:20260520020000Z', '2026-05-20T02:00:00.000Z'],
    ["D:20260520020000Z00'00'", '2026-05-20T02:00:00.000Z'],
    ['D:20260520Z', '2026-05-20T00:00:00.000Z'],
  ])('%s', (text, instant) => expect(pdfDate(text)?.toISOString()).toBe(instant));

  it.each([
    'D:20260520020000', // no time zone: no instant
    'D:2026',
    'D:20261320020000Z',
    'D:20260230020000Z',
    'D:20260520250000Z',
    "D:20260520020000+99'00'",
    '20260520020000Z',
    '',
    undefined,
  ])('%s is none', (text) => expect(pdfDate(text)).toBeUndefined());
});

describe('where a value ends', () => {
  it('is where DER says, or behind the last end-of-contents octets', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.nat(4),
        fc.uint8Array({ maxLength: 9 }),
        (content, depth, rest) => {
          let value: Uint8Array = octetString(content);
          for (let i = 0; i < depth; i++)
            value = i % 2 === 0 ? concat(Uint8Array.of(0x30, 0x80), value, Uint8Array.of(0, 0)) : der.sequence(value);
          expect(valueEnd(concat(value, rest))).toBe(value.length);
          expect(valueEnd(value.subarray(0, value.length - 1))).toBeUndefined();
        },
      ),
    );
  });

  it('of anything is inside, or nowhere', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const end = valueEnd(bytes);
        if (end !== undefined) expect(end).toBeLessThanOrEqual(bytes.length);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('of an RSA signer', () => {
  it('names the algorithm of the digest', async () => {
    expect(subject(await verify(await cms({ holder: rsa }))).digestAlgorithm).toBe('SHA-256');
    expect(said(await verify(await cms({ holder: rsa })))).toEqual({ verdict: 'valid', codes: [] });
  });
});
