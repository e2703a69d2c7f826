import { der } from '@gov/der';
import { CONTENT_TYPE, readSignedData, signCms, verifyCms } from '@gov/pki/cms';
import { generateSm2Key, rawToDer, sm2Signer, sm3 } from '@gov/sm';
import { beforeAll, describe, expect, it } from 'vitest';
import { build, DATA, OTHER } from './cms-builder.js';
import { AT, CONTENT, found, makeWorld, NOTHING, type Person, type World } from './cms-world.js';

let world: World;
let one: Person;
beforeAll(async () => {
  world = await makeWorld();
  one = world.one;
});

const verify = (message: Uint8Array, content?: Uint8Array, trust = world.trust) =>
  verifyCms(message, { at: AT, trust, ...(content === undefined ? {} : { content }) });
const oid = (text: string) => der.sequence(der.oid(text));

describe('no signed attributes', () => {
  it('attributes put in the place of the content prove nothing', async () => {
    const honest = readSignedData(await signCms(CONTENT, { signers: [one] }));
    const [signer] = honest.signers;
    const forged = await build({
      content: signer!.signedAttributes!.bytes,
      signers: [{ by: one, attributes: null, signature: () => signer!.signature }],
    });
    const report = await verify(forged);
    expect(found(report)).toContain('integrity fail cms-attributes-as-content');
    expect(report.verdict).toBe('invalid');
  });

  it('nor do they as a detached content, nor under another key of another algorithm', async () => {
    const rsa = await world.of('RSA-PKCS1-SHA256');
    const honest = readSignedData(await signCms(CONTENT, { signers: [rsa] }));
    const [signer] = honest.signers;
    const content = signer!.signedAttributes!.bytes;
    const forged = await build(
      {
        outer: CONTENT_TYPE.rfc5652.signedData,
        contentType: CONTENT_TYPE.rfc5652.data,
        content: null,
        signers: [
          {
            by: rsa,
            attributes: null,
            signature: () => signer!.signature,
            digestAlgorithm: oid('2.16.840.1.101.3.4.2.1'),
            signatureAlgorithm: oid('1.2.840.113549.1.1.1'),
          },
        ],
      },
      content,
    );
    expect(found(await verify(forged, content))).toContain('integrity fail cms-attributes-as-content');
  });

  it('a SET that is followed by something, or holds something else, is no attributes', async () => {
    const attributes = der.setOf(der.sequence(der.oid('1.2.3'), der.setOf(der.nullValue())));
    const wanted = await build({ content: attributes, signers: [{ by: one, attributes: null }] });
    expect(found(await verify(wanted))).toContain('integrity fail cms-attributes-as-content');
    for (const content of [
      Uint8Array.of(...attributes, 0),
      der.setOf(der.integer(6)),
      der.setOf(der.sequence(der.integer(1))),
    ]) {
      const message = await build({ content, signers: [{ by: one, attributes: null }] });
      expect((await verify(message)).verdict).toBe('valid');
    }
  });

  it('text that begins like a SET is no attribute', async () => {
    for (const text of ['1', '1.0', '1234567890', '10000000000000000000000000000000000000000000000000']) {
      const message = await build({
        content: new TextEncoder().encode(text),
        signers: [{ by: one, attributes: null }],
      });
      expect((await verify(message)).verdict, text).toBe('valid');
    }
  });
});

describe('dialects', () => {
  const dialectOf = (report: Awaited<ReturnType<typeof verify>>) =>
    (report.signatures?.[0]?.subject as { dialect: string }).dialect;

  it('are named', async () => {
    const attributes = await build({ content: CONTENT, signers: [{ by: one }] });
    expect(dialectOf(await verify(attributes))).toBe('attributes');
    const content = await build({ content: CONTENT, signers: [{ by: one, attributes: null }] });
    expect(dialectOf(await verify(content))).toBe('content');
    const digest = await signCms(CONTENT, { signers: [one], dialect: 'digest-as-content' });
    const report = await verify(digest, CONTENT);
    expect(dialectOf(report)).toBe('digest-as-content');
    expect(report.verdict).toBe('valid');
    expect(report.subject).toMatchObject({ content: 'digest', contentBytes: 32 });
    expect(found(report)).toEqual(['format warn cms-dialect', ...NOTHING]);
  });

  it('digest as content: no other content, and strict knows no such thing', async () => {
    const digest = await signCms(CONTENT, { signers: [one], dialect: 'digest-as-content' });
    expect(found(await verify(digest, OTHER))).toEqual(['integrity fail digest-mismatch', ...NOTHING]);
    expect(found(await verify(digest, sm3(sm3(CONTENT))))).toEqual(['integrity fail digest-mismatch', ...NOTHING]);
    expect(found(await verify(digest, new Uint8Array(0)))).toEqual(['integrity fail digest-mismatch', ...NOTHING]);
    const strict = await verify(digest, CONTENT, world.strict);
    expect(found(strict)).toEqual(['format fail cms-dialect', ...NOTHING]);
  });

  it('digest as content without the content: nobody says that it is the digest of anything', async () => {
    const digest = await signCms(CONTENT, { signers: [one], dialect: 'digest-as-content' });
    const report = await verify(digest);
    expect(dialectOf(report)).toBe('content');
    expect(found(report)).toEqual(['content unknown cms-content-may-be-digest', ...NOTHING]);
    expect(report.signatures?.[0]?.unchecked).toContain('cms-content-may-be-digest');
  });

  it('content of 32 octets given as it is stays content', async () => {
    const content = sm3(CONTENT);
    const message = await build({ content, signers: [{ by: one, attributes: null }] });
    expect(dialectOf(await verify(message, content))).toBe('content');
  });

  it('the digest may also be signed with attributes', async () => {
    const message = await build({ content: sm3(CONTENT), signers: [{ by: one }] });
    const report = await verify(message, CONTENT);
    expect(report.verdict).toBe('valid');
    expect(dialectOf(report)).toBe('attributes');
    expect(report.subject.content).toBe('digest');
    expect(found(report)).toEqual(['format warn cms-dialect', ...NOTHING]);
    expect(found(await verify(message, CONTENT, world.strict))).toEqual(['format fail cms-dialect', ...NOTHING]);
    expect(found(await verify(message, OTHER))).toEqual(['integrity fail digest-mismatch', ...NOTHING]);
  });

  it('content beside the one in the message is the same or none', async () => {
    const message = await build({ content: CONTENT, signers: [{ by: one }] });
    expect((await verify(message, CONTENT)).verdict).toBe('valid');
    expect(found(await verify(message, OTHER))).toEqual(['integrity fail digest-mismatch', ...NOTHING]);
  });

  describe('whole ContentInfo', () => {
    const key = generateSm2Key();
    const signer = sm2Signer(key);
    /** SM3 over encapContentInfo, no ZA, as GmSSL does. */
    const whole = async (contentType: string, content: Uint8Array, signed = content) => {
      const person = await world.leaf('丙', signer);
      const digest = sm3(der.sequence(der.oid(contentType), der.explicit(0, der.octetString(signed))));
      const signature = rawToDer(await signer.signDigest(digest));
      return build({ contentType, content, signers: [{ by: person, attributes: null, signature: () => signature }] });
    };

    it('is read and named', async () => {
      const report = await verify(await whole(DATA, CONTENT));
      expect(report.verdict).toBe('valid');
      expect(dialectOf(report)).toBe('whole-content-info');
      expect(found(report)).toEqual(['format warn cms-dialect', ...NOTHING]);
      expect(found(await verify(await whole(DATA, CONTENT), undefined, world.strict))).toEqual([
        'format fail cms-dialect',
        ...NOTHING,
      ]);
    });

    it('covers content and its type', async () => {
      expect(found(await verify(await whole(DATA, OTHER, CONTENT)))).toEqual([
        'authenticity fail signature-invalid',
        ...NOTHING,
      ]);
      const typed = await whole(CONTENT_TYPE.rfc5652.data, CONTENT);
      const inner = der.oid(CONTENT_TYPE.rfc5652.data);
      const at = Buffer.from(typed).indexOf(inner);
      const exchanged = typed.slice();
      exchanged[at + inner.length - 1] = 2;
      expect(found(await verify(exchanged))).toContain('authenticity fail signature-invalid');
    });

    it('is no content by itself, and content is not it', async () => {
      const info = der.sequence(der.oid(DATA), der.explicit(0, der.octetString(CONTENT)));
      const person = await world.leaf('丙', signer);
      const signature = rawToDer(await signer.signDigest(sm3(info)));
      const message = await build({
        content: info,
        signers: [{ by: person, attributes: null, signature: () => signature }],
      });
      expect(found(await verify(message))).toEqual(['authenticity fail signature-invalid', ...NOTHING]);
      const signed = rawToDer(await signer.sign(info));
      const other = await build({
        content: CONTENT,
        signers: [{ by: person, attributes: null, signature: () => signed }],
      });
      expect(found(await verify(other))).toEqual(['authenticity fail signature-invalid', ...NOTHING]);
    });

    it('is not looked for where there are attributes', async () => {
      const person = await world.leaf('丙', signer);
      const info = der.sequence(der.oid(DATA), der.explicit(0, der.octetString(CONTENT)));
      const signature = rawToDer(await signer.signDigest(sm3(info)));
      const message = await build({ content: CONTENT, signers: [{ by: person, signature: () => signature }] });
      expect(found(await verify(message))).toEqual(['authenticity fail signature-invalid', ...NOTHING]);
    });
  });
});
