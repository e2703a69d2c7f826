import { der, readDer } from '@gov/der';
import { readCertificate } from '@gov/pki';
import {
  ATTRIBUTE_TYPE,
  CMS_LIMITS,
  type CmsSigner,
  CONTENT_TYPE,
  readSignedData,
  type SignCmsOptions,
  signCms,
  signCmsDetached,
  signCmsStream,
  verifyCms,
} from '@gov/pki/cms';
import type { SignatureAlgorithm } from '@gov/sm';
import { beforeAll, describe, expect, it } from 'vitest';
import { codeOf, sm2 } from './builder.js';
import { AT, CONTENT, found, makeWorld, NOTHING, type Person, SIGNED_AT, VALIDITY, type World } from './cms-world.js';

let world: World;
let one: Person;
beforeAll(async () => {
  world = await makeWorld();
  one = world.one;
});
const verify = (message: Uint8Array, content?: Uint8Array, trust = world.strict) =>
  verifyCms(message, { at: AT, trust, ...(content === undefined ? {} : { content }) });

type Options = Partial<SignCmsOptions> & { readonly detached?: boolean };

describe('signCms', () => {
  it.each([
    ['attached', {}, 'gm', 'attached'],
    ['detached', { detached: true }, 'gm', 'detached'],
    ['RFC 5652', { form: 'rfc5652' }, 'rfc5652', 'attached'],
    ['with a time', { signingTime: SIGNED_AT }, 'gm', 'attached'],
    ['of another content type', { form: 'rfc5652', contentType: '1.2.3.4' }, 'rfc5652', 'attached'],
  ] as [string, Options, string, string][])('writes what strict takes: %s', async (_name, options, form, content) => {
    const message = await signCms(CONTENT, { signers: [one], ...options });
    const report = await verify(message, options.detached === true ? CONTENT : undefined);
    expect(report.verdict).toBe('valid');
    expect(found(report)).toEqual(NOTHING);
    expect(report.subject).toMatchObject({ form, content, contentBytes: CONTENT.length });
    expect(readSignedData(message, { mode: 'strict' }).version).toBe(options.contentType === undefined ? 1 : 3);
  });

  it.each(['SM2-SM3', 'RSA-PKCS1-SHA256', 'RSA-PKCS1-SHA384', 'RSA-PKCS1-SHA512'] as SignatureAlgorithm[])(
    '%s',
    async (algorithm) => {
      const person = algorithm === 'SM2-SM3' ? one : await world.of(algorithm);
      const report = await verify(await signCms(CONTENT, { signers: [person], signingTime: SIGNED_AT }));
      expect(found(report)).toEqual(NOTHING);
      expect(report.subject.form).toBe(algorithm === 'SM2-SM3' ? 'gm' : 'rfc5652');
    },
  );

  it.each([
    'ECDSA-P256-SHA256',
    'ECDSA-P384-SHA384',
    'ECDSA-P521-SHA512',
    'Ed25519',
    'RSA-PSS-SHA256',
  ] as SignatureAlgorithm[])('%s', async (algorithm) => {
    const message = await signCms(CONTENT, { signers: [await world.of(algorithm)] });
    expect(found(await verify(message))).toEqual(NOTHING);
    const signature = readSignedData(message).signers[0]!.signature;
    const at = Buffer.from(message).lastIndexOf(signature);
    const spoilt = message.slice();
    spoilt[at + signature.length - 1]! ^= 1;
    expect(found(await verify(spoilt))).toEqual(['authenticity fail signature-invalid', ...NOTHING]);
  });

  it('several, of different algorithms', async () => {
    const signers = [one, world.two, await world.of('ECDSA-P256-SHA256'), await world.of('RSA-PKCS1-SHA384')];
    const message = await signCms(CONTENT, { signers });
    const report = await verify(message);
    expect(report.verdict).toBe('valid');
    expect(report.signatures).toHaveLength(4);
    expect(report.subject.form).toBe('rfc5652');
    const changed = message.slice();
    changed[Buffer.from(message).indexOf(CONTENT)]! ^= 1;
    expect((await verify(changed)).signatures?.map(({ verdict }) => verdict)).toEqual(Array(4).fill('invalid'));
  });

  it('writes the identifiers of GB/T 35275', async () => {
    const { signers, contentType } = readSignedData(await signCms(CONTENT, { signers: [one] }));
    expect(contentType).toBe(CONTENT_TYPE.gm.data);
    expect(signers[0]).toMatchObject({
      digestAlgorithm: '1.2.156.10197.1.401',
      signatureAlgorithm: '1.2.156.10197.1.301.1',
    });
    const [signer] = readSignedData(await signCms(CONTENT, { signers: [one], form: 'rfc5652' })).signers;
    expect(signer?.signatureAlgorithm).toBe('1.2.156.10197.1.501');
  });

  it('writes attributes once', async () => {
    const own = { type: ATTRIBUTE_TYPE.signingTime, values: [der.x509Time(new Date('2026-05-01T00:00:00Z'))] };
    const message = await signCms(CONTENT, {
      signers: [{ ...one, signedAttributes: [own, { type: '1.2.3', values: [der.integer(1), der.integer(0)] }] }],
      signingTime: SIGNED_AT,
    });
    const list = readSignedData(message, { mode: 'strict' }).signers[0]!.signedAttributes!.list;
    expect(list.map(({ type }) => type).sort()).toEqual(
      [
        '1.2.3',
        ATTRIBUTE_TYPE.contentType,
        ATTRIBUTE_TYPE.messageDigest,
        ATTRIBUTE_TYPE.signingTime,
        ATTRIBUTE_TYPE.signingCertificateV2,
      ].sort(),
    );
    const report = await verify(message);
    expect(report.signatures?.[0]?.subject).toMatchObject({
      signingTime: { value: '2026-05-01T00:00:00.000Z', basis: 'claimed' },
    });
  });

  it('takes unsigned attributes of the finished signature', async () => {
    let seen: Uint8Array | undefined;
    const signer: CmsSigner = {
      ...one,
      unsignedAttributes: async (signature) => {
        seen = signature;
        return [{ type: '1.2.3', values: [der.octetString(signature)] }];
      },
    };
    const [info] = readSignedData(await signCms(CONTENT, { signers: [signer] })).signers;
    expect(info!.signature).toEqual(seen);
    expect(info!.unsignedAttributes).toEqual([{ type: '1.2.3', values: [der.octetString(seen!)] }]);
  });

  it('sends the certificates that were asked for, each once', async () => {
    const none = readSignedData(await signCms(CONTENT, { signers: [one], certificates: [] }));
    expect(none.certificates).toEqual([]);
    const again = readCertificate(one.certificate.bytes.slice());
    const chain = await signCms(CONTENT, { signers: [one], certificates: [one.certificate, world.authority, again] });
    expect(readSignedData(chain, { mode: 'strict' }).certificates).toHaveLength(2);
  });

  it('digest as content holds the digest, no attributes, and no time', async () => {
    const message = await signCms(CONTENT, { signers: [one], dialect: 'digest-as-content' });
    const read = readSignedData(message, { mode: 'strict' });
    expect(read.content).toHaveLength(32);
    expect(read.signers[0]).not.toHaveProperty('signedAttributes');
    const detached = await signCmsDetached(CONTENT, { signers: [one], dialect: 'digest-as-content' });
    expect(readSignedData(detached).content).toEqual(read.content);
  });

  it.each([
    ['nobody', 'invalid-argument', () => ({ signers: [] })],
    ['too many', 'limit-exceeded', () => ({ signers: Array.from({ length: CMS_LIMITS.maxSigners + 1 }, () => one) })],
    ['the key of another', 'key-mismatch', () => ({ signers: [{ ...one, signer: world.two.signer }] })],
    ['an expired certificate', 'certificate-expired', () => ({ signingTime: new Date('2036-01-01T00:00:01Z') })],
    [
      'a certificate of the future',
      'certificate-not-yet-valid',
      () => ({ signingTime: new Date('2025-12-31T23:59:59Z') }),
    ],
    [
      'a contentType of its own',
      'invalid-argument',
      () => ({ signers: [{ ...one, signedAttributes: [{ type: ATTRIBUTE_TYPE.contentType, values: [] }] }] }),
    ],
    [
      'an attribute twice',
      'invalid-argument',
      () => ({ signers: [{ ...one, signedAttributes: [0, 1].map(() => ({ type: '1.2.3', values: [] })) }] }),
    ],
    ['digest as content with a time', 'invalid-argument', () => ({ dialect: 'digest-as-content', signingTime: AT })],
    [
      'digest as content of another type',
      'invalid-argument',
      () => ({ dialect: 'digest-as-content', contentType: '1.2.3' }),
    ],
  ] as [string, string, () => Options][])('refuses %s', async (_name, code, options) => {
    expect(await codeOf(() => signCms(CONTENT, { signers: [one], ...options() }))).toBe(code);
  });

  it('refuses RSA in the form of GB/T 35275, and one content for two digests', async () => {
    const rsa = await world.of('RSA-PKCS1-SHA256');
    expect(await codeOf(() => signCms(CONTENT, { signers: [rsa], form: 'gm' }))).toBe('invalid-argument');
    const both = { signers: [one, rsa], dialect: 'digest-as-content' } as const;
    expect(await codeOf(() => signCms(CONTENT, both))).toBe('invalid-argument');
  });

  it('refuses a CA certificate, whose key usage forbids it', async () => {
    const key = sm2();
    const { issueRoot } = await import('@gov/pki/dev-ca');
    const certificate = await issueRoot({ ...VALIDITY, subject: 'CN=根,C=CN', signer: key });
    expect(await codeOf(() => signCms(CONTENT, { signers: [{ signer: key, certificate }] }))).toBe(
      'certificate-unsuitable',
    );
  });
});

describe('signCmsDetached and signCmsStream', () => {
  const chunks = async function* (content: Uint8Array, size: number) {
    for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size);
  };
  const collect = async (pieces: AsyncIterable<Uint8Array>) => {
    const parts: Uint8Array[] = [];
    for await (const piece of pieces) parts.push(piece.slice());
    return new Uint8Array(Buffer.concat(parts));
  };

  it.each([1, 7, 1000])('chunks of %i are the same content', async (size) => {
    const signature = await signCmsDetached(chunks(CONTENT, size), { signers: [one] });
    expect(found(await verify(signature, CONTENT))).toEqual(NOTHING);
    const message = await collect(signCmsStream(chunks(CONTENT, size), { signers: [one], signingTime: SIGNED_AT }));
    const report = await verify(message, undefined, world.trust);
    expect(report.verdict).toBe('valid');
    expect(found(report)).toEqual(['format warn format-deviation', ...NOTHING]);
    expect(readSignedData(message).content).toEqual(CONTENT);
    expect(await codeOf(() => verify(message))).toBe('cms-malformed');
  });

  it('no content is content too', async () => {
    const message = await collect(signCmsStream(chunks(new Uint8Array(0), 1), { signers: [one] }));
    expect((await verify(message, undefined, world.trust)).verdict).toBe('valid');
    expect((await verify(await signCms(new Uint8Array(0), { signers: [one] }))).verdict).toBe('valid');
  });

  it('tells its progress, stops, and closes the source', async () => {
    const told: number[] = [];
    await signCmsDetached(chunks(CONTENT, 10), { signers: [one], onProgress: (bytes) => told.push(bytes) });
    expect(told.at(-1)).toBe(CONTENT.length);
    expect(told).toHaveLength(Math.ceil(CONTENT.length / 10));
    const stop = new AbortController();
    let closed = false;
    const endless = async function* () {
      try {
        for (;;) {
          yield CONTENT;
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      } finally {
        closed = true;
      }
    };
    const work = signCmsDetached(endless(), { signers: [one], signal: stop.signal });
    setTimeout(() => stop.abort(new Error('enough')), 10);
    await expect(work).rejects.toThrow('enough');
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(closed).toBe(true);
    expect(await codeOf(() => signCmsDetached(chunks(CONTENT, 1), { signers: [], signal: stop.signal }))).toBe(
      'invalid-argument',
    );
  });

  it('passes on what a source throws, and refuses what is none', async () => {
    const broken = async function* (): AsyncGenerator<Uint8Array> {
      yield CONTENT;
      throw new Error('disk');
    };
    await expect(signCmsDetached(broken(), { signers: [one] })).rejects.toThrow('disk');
    const texts = (async function* () {
      yield 'text';
    })() as unknown as AsyncIterable<Uint8Array>;
    expect(await codeOf(() => signCmsDetached(texts, { signers: [one] }))).toBe('invalid-argument');
    expect(await codeOf(() => signCmsDetached({} as AsyncIterable<Uint8Array>, { signers: [one] }))).toBe(
      'invalid-argument',
    );
  });

  it('a stream of a browser', async () => {
    const stream = new Blob([Uint8Array.from(CONTENT)]).stream();
    const signature = await signCmsDetached(stream, { signers: [one] });
    expect((await verify(signature, CONTENT)).verdict).toBe('valid');
    expect(await codeOf(() => signCmsDetached(stream, { signers: [one] }))).toBe('invalid-argument');
  });

  it('no digest as content in a stream that holds content', async () => {
    const pieces = signCmsStream(chunks(CONTENT, 9), { signers: [one], dialect: 'digest-as-content' });
    expect(await codeOf(() => collect(pieces))).toBe('invalid-argument');
  });

  it('is DER where nothing is a stream', async () => {
    readDer(await signCmsDetached(CONTENT, { signers: [one] }));
  });
});
