import { context, der } from '@gov/der';
import type { Certificate } from '@gov/pki';
import { CMS_LIMITS, CONTENT_TYPE, decryptCms, encryptCms, readEnvelopedData } from '@gov/pki/cms';
import { issueDual, issueRoot } from '@gov/pki/dev-ca';
import { type Decrypter, generateSm2Key, type Sm2PrivateKey, sm2Signer, sm4Encrypt } from '@gov/sm';
import { sm2Decrypter, sm2Encrypt } from '@gov/sm/sm2-encryption';
import { GovError } from '@gov/verdict';
import { beforeAll, describe, expect, it } from 'vitest';
import { codeOf, webCryptoSigner } from './builder.js';
import { issuerAndSerial } from './cms-builder.js';
import { CONTENT, makeWorld, VALIDITY } from './cms-world.js';

interface Holder {
  readonly key: Sm2PrivateKey;
  readonly certificate: Certificate;
  readonly decrypter: Decrypter;
}

let one: Holder;
let two: Holder;
let stranger: Holder;
let signing: Certificate;
beforeAll(async () => {
  const signer = sm2Signer(generateSm2Key());
  const ca = { certificate: await issueRoot({ ...VALIDITY, subject: 'CN=根,C=CN', signer }), signer };
  const holder = async (name: string): Promise<Holder> => {
    const key = generateSm2Key();
    const pair = await issueDual({
      ...VALIDITY,
      ca,
      subject: `CN=${name},C=CN`,
      use: 'signer',
      signingKey: generateSm2Key().publicKey.toSpki(),
      encryptionKey: key.publicKey.toSpki(),
    });
    signing = pair.signing;
    return { key, certificate: pair.encryption, decrypter: sm2Decrypter(key) };
  };
  [one, two, stranger] = [await holder('甲'), await holder('乙'), await holder('丙')];
});

/** An envelope of hand-made parts. */
interface Parts {
  readonly outer?: string;
  readonly version?: number;
  readonly encryptedKey?: Uint8Array;
  readonly keyAlgorithm?: Uint8Array;
  readonly recipients?: readonly Uint8Array[];
  readonly cipher?: Uint8Array;
  readonly encrypted?: readonly Uint8Array[];
  readonly after?: readonly Uint8Array[];
}
const KEY = new Uint8Array(16).fill(7);
const IV = new Uint8Array(16).fill(9);
const SM2_ENCRYPT = der.sequence(der.oid('1.2.156.10197.1.301.3'));
const CBC = '1.2.156.10197.1.104.2';
const GCM = '1.2.156.10197.1.104.8';
const AUTH = '1.2.840.113549.1.9.16.1.23';

const recipientOf = (holder: Holder, encryptedKey: Uint8Array, algorithm = SM2_ENCRYPT, version = 1) =>
  der.sequence(
    der.integer(version),
    issuerAndSerial({ certificate: holder.certificate, signer: undefined as never }),
    algorithm,
    der.octetString(encryptedKey),
  );

async function envelope(parts: Parts = {}): Promise<Uint8Array> {
  const encryptedKey = parts.encryptedKey ?? (await sm2Encrypt(one.key.publicKey, KEY));
  const encrypted = sm4Encrypt({ mode: 'cbc', key: KEY, iv: IV }, CONTENT);
  return der.sequence(
    der.oid(parts.outer ?? CONTENT_TYPE.gm.envelopedData),
    der.explicit(
      0,
      der.sequence(
        der.integer(parts.version ?? 1),
        der.setOf(...(parts.recipients ?? [recipientOf(one, encryptedKey, parts.keyAlgorithm)])),
        der.sequence(
          der.oid(parts.outer === AUTH ? CONTENT_TYPE.rfc5652.data : CONTENT_TYPE.gm.data),
          parts.cipher ?? der.sequence(der.oid(CBC), der.octetString(IV)),
          ...(parts.encrypted ?? [der.element(0x80, encrypted)]),
        ),
        ...(parts.after ?? []),
      ),
    ),
  );
}

const open = (message: Uint8Array, { certificate, decrypter }: Pick<Holder, 'certificate' | 'decrypter'> = one) =>
  decryptCms(message, { certificate, decrypter });

describe('encryptCms and decryptCms', () => {
  it.each([
    ['gm', 'sm4-cbc', {}],
    ['rfc5652', 'sm4-cbc', { form: 'rfc5652' }],
    ['rfc5652', 'sm4-gcm', { cipher: 'sm4-gcm' }],
  ] as const)('agree: %s %s', async (form, cipher, options) => {
    const recipients = [one.certificate, two.certificate];
    const message = await encryptCms(CONTENT, { recipients, ...options });
    readEnvelopedData(message, { mode: 'strict' });
    for (const holder of [one, two]) {
      const opened = await open(message, holder);
      expect(opened).toEqual({ content: CONTENT, contentType: CONTENT_TYPE[form].data, form, cipher });
    }
    expect(await codeOf(() => open(message, stranger))).toBe('recipient-not-found');
    expect(Buffer.from(message).includes(Buffer.from(CONTENT))).toBe(false);
  });

  it('writes another key and iv each time, and any length', async () => {
    const [a, b] = [0, 1].map(() => encryptCms(CONTENT, { recipients: [one.certificate] }));
    expect(readEnvelopedData(await a!).iv).not.toEqual(readEnvelopedData(await b!).iv);
    for (const cipher of ['sm4-cbc', 'sm4-gcm'] as const)
      for (const length of [0, 1, 15, 16, 17, 5000]) {
        const content = new Uint8Array(length).fill(5);
        expect((await open(await encryptCms(content, { recipients: [one.certificate], cipher }))).content).toEqual(
          content,
        );
      }
  });

  it('is what others write', async () => {
    expect((await open(await envelope())).content).toEqual(CONTENT);
    const withNull = der.sequence(der.oid('1.2.156.10197.1.301.3'), der.nullValue());
    expect((await open(await envelope({ keyAlgorithm: withNull }))).content).toEqual(CONTENT);
    // gmsm wraps an OCTET STRING where the tag is implicit
    const encrypted = sm4Encrypt({ mode: 'cbc', key: KEY, iv: IV }, CONTENT);
    const wrapped = [der.element(context(0), der.octetString(encrypted))];
    expect((await open(await envelope({ encrypted: wrapped }))).content).toEqual(CONTENT);
    // by key identifier, as CFCA does
    const { subjectKeyIdentifier } = one.certificate;
    const byKey = der.sequence(
      der.integer(2),
      der.implicitPrimitive(0, subjectKeyIdentifier!),
      SM2_ENCRYPT,
      der.octetString(await sm2Encrypt(one.key.publicKey, KEY)),
    );
    expect((await open(await envelope({ version: 2, recipients: [byKey] }))).content).toEqual(CONTENT);
  });

  it('opens what an older program wrote, with a decrypter of that form', async () => {
    const encryptedKey = await sm2Encrypt(one.key.publicKey, KEY, { form: 'c1c2c3-bare' });
    const message = await envelope({ encryptedKey });
    expect(await codeOf(() => open(message))).toBe('decryption-failed');
    const decrypter = sm2Decrypter(one.key, { form: 'c1c2c3-bare' });
    expect((await open(message, { certificate: one.certificate, decrypter })).content).toEqual(CONTENT);
  });

  it('says one thing whatever goes wrong inside', async () => {
    const changed = async (length: number) => {
      const key = crypto.getRandomValues(new Uint8Array(length));
      return envelope({ encryptedKey: await sm2Encrypt(one.key.publicKey, key) });
    };
    const cases = [
      await envelope({ encryptedKey: new Uint8Array(0) }),
      await envelope({ encryptedKey: Uint8Array.of(1, 2, 3) }),
      await envelope({ encryptedKey: await sm2Encrypt(two.key.publicKey, KEY) }),
      await changed(15),
      await changed(17),
      await changed(32),
      await envelope({ encrypted: [der.element(0x80, new Uint8Array(0))] }),
      await envelope({ encrypted: [der.element(0x80, new Uint8Array(15))] }),
      await envelope({
        encrypted: [
          der.element(0x80, sm4Encrypt({ mode: 'cbc', key: KEY, iv: IV, padding: 'none' }, new Uint8Array(16))),
        ],
      }),
    ];
    const messages = new Set<string>();
    for (const [index, message] of cases.entries()) {
      const error = await open(message).catch((thrown: unknown) => thrown);
      expect((error as GovError).code, `case ${index}`).toBe('decryption-failed');
      messages.add((error as GovError).message);
      expect((error as GovError).cause).toBeUndefined();
    }
    expect(messages.size).toBe(1);
  });

  it('a wrong key never opens to anything, though one padding in 256 looks right', async () => {
    const message = await envelope({ encryptedKey: await sm2Encrypt(two.key.publicKey, KEY) });
    for (let run = 0; run < 600; run++) expect(await codeOf(() => open(message))).toBe('decryption-failed');
  });

  it('every byte of a ciphertext with an authentication code matters', async () => {
    const message = await encryptCms(CONTENT, { recipients: [one.certificate], cipher: 'sm4-gcm' });
    for (let at = 0; at < message.length; at++) {
      const spoilt = message.slice();
      spoilt[at]! ^= 1;
      const opened = await open(spoilt).catch((error: unknown) => (error as GovError).code);
      // versions, and the issuer in other letters, are the same to us
      if (typeof opened === 'object') expect(opened.content).toEqual(CONTENT);
      else
        expect(['decryption-failed', 'cms-malformed', 'algorithm-unsupported', 'recipient-not-found']).toContain(
          opened,
        );
    }
  });

  it('wipes the key of the content', async () => {
    const keys: Uint8Array[] = [];
    const decrypter: Decrypter = {
      publicKey: one.decrypter.publicKey,
      decrypt: async (ciphertext) => {
        const key = await one.decrypter.decrypt(ciphertext);
        keys.push(key);
        return key;
      },
    };
    await open(await envelope(), { certificate: one.certificate, decrypter });
    expect(keys).toEqual([new Uint8Array(16)]);
  });

  it('passes on what is no matter of the ciphertext', async () => {
    const key = generateSm2Key();
    const decrypter = sm2Decrypter(key);
    key.destroy();
    expect(await codeOf(async () => open(await envelope(), { certificate: one.certificate, decrypter }))).toBe(
      'key-destroyed',
    );
    const broken = {
      publicKey: decrypter.publicKey,
      decrypt: () => Promise.reject(new GovError('pool-unavailable', 'no')),
    };
    expect(await codeOf(async () => open(await envelope(), { certificate: one.certificate, decrypter: broken }))).toBe(
      'pool-unavailable',
    );
  });
});

describe('an envelope wrong in one way', () => {
  const gcm = (nonce: Uint8Array, ...rest: readonly Uint8Array[]) =>
    der.sequence(der.oid(GCM), der.sequence(der.octetString(nonce), ...rest));
  const nonce = new Uint8Array(12);
  const tag = (length: number) => [der.octetString(new Uint8Array(length))];

  it.each([
    ['signed data', 'cms-malformed', { outer: CONTENT_TYPE.gm.signedData }],
    ['version 5', 'cms-malformed', { version: 5 }],
    [
      'another cipher',
      'algorithm-unsupported',
      { cipher: der.sequence(der.oid('2.16.840.1.101.3.4.1.2'), der.octetString(IV)) },
    ],
    [
      'another key encryption',
      'algorithm-unsupported',
      { keyAlgorithm: der.sequence(der.oid('1.2.840.113549.1.1.1')) },
    ],
    [
      'an iv of 15 octets',
      'cms-malformed',
      { cipher: der.sequence(der.oid(CBC), der.octetString(new Uint8Array(15))) },
    ],
    ['no iv', 'cms-malformed', { cipher: der.sequence(der.oid(CBC)) }],
    ['no content', 'cms-malformed', { encrypted: [] }],
    [
      'shared information behind the content',
      'cms-malformed',
      { encrypted: [der.element(0x80, IV), der.element(0x81, IV)] },
    ],
    ['nobody to open it', 'recipient-not-found', { recipients: [] }],
    [
      'recipients of other kinds',
      'recipient-not-found',
      { recipients: [der.element(0xa1, der.integer(3)), der.element(0xa3, der.integer(0))] },
    ],
    ['GCM without an authentication code', 'cms-malformed', { cipher: gcm(nonce) }],
    ['CBC with one', 'cms-malformed', { outer: AUTH, after: tag(16) }],
    [
      'an authentication code of 11 octets',
      'cms-malformed',
      { outer: AUTH, cipher: gcm(nonce, der.integer(11)), after: tag(11) },
    ],
    ['one of 17', 'cms-malformed', { outer: AUTH, cipher: gcm(nonce, der.integer(17)), after: tag(17) }],
    [
      'one shorter than announced',
      'cms-malformed',
      { outer: AUTH, cipher: gcm(nonce, der.integer(16)), after: tag(12) },
    ],
    ['one longer than the default', 'cms-malformed', { outer: AUTH, cipher: gcm(nonce), after: tag(16) }],
    ['a nonce of 16 octets', 'cms-malformed', { outer: AUTH, cipher: gcm(IV, der.integer(16)), after: tag(16) }],
    ['something behind', 'cms-malformed', { after: [der.nullValue()] }],
  ] as [string, string, Parts][])('%s', async (_name, code, parts) => {
    expect(await codeOf(async () => open(await envelope(parts)))).toBe(code);
  });

  it('more recipients than are read', async () => {
    const recipients = Array.from({ length: CMS_LIMITS.maxRecipients + 1 }, (_, i) =>
      der.element(0xa1, der.integer(i)),
    );
    expect(await codeOf(async () => open(await envelope({ recipients })))).toBe('limit-exceeded');
    expect(await codeOf(async () => open(await envelope({ recipients: recipients.slice(1) })))).toBe(
      'recipient-not-found',
    );
  });

  it('a recipient of a wrong version, strictly', async () => {
    const encryptedKey = await sm2Encrypt(one.key.publicKey, KEY);
    const message = await envelope({ recipients: [recipientOf(one, encryptedKey, SM2_ENCRYPT, 2)] });
    expect(await codeOf(() => readEnvelopedData(message, { mode: 'strict' }))).toBe('cms-malformed');
    expect((await open(message)).content).toEqual(CONTENT);
    const third = await envelope({ recipients: [recipientOf(one, encryptedKey, SM2_ENCRYPT, 3)] });
    expect(await codeOf(() => open(third))).toBe('cms-malformed');
  });

  it('a content type that the code does not cover', async () => {
    const message = await encryptCms(CONTENT, { recipients: [one.certificate], cipher: 'sm4-gcm' });
    const data = der.oid(CONTENT_TYPE.rfc5652.data);
    const at = Buffer.from(message).indexOf(data) + data.length - 1;
    const other = message.slice();
    other[at] = 2;
    expect(await codeOf(() => open(other))).toBe('cms-malformed');
  });
});

describe('encryptCms refuses', () => {
  it.each([
    ['nobody', 'invalid-argument', () => ({ recipients: [] })],
    [
      'too many',
      'limit-exceeded',
      () => ({ recipients: Array.from({ length: CMS_LIMITS.maxRecipients + 1 }, () => one.certificate) }),
    ],
    ['a signing certificate', 'certificate-unsuitable', () => ({ recipients: [signing] })],
    [
      'GCM in the form of GB/T 35275',
      'invalid-argument',
      () => ({ recipients: [one.certificate], cipher: 'sm4-gcm', form: 'gm' }),
    ],
    [
      'GCM of another type',
      'invalid-argument',
      () => ({ recipients: [one.certificate], cipher: 'sm4-gcm', contentType: '1.2.3' }),
    ],
  ] as const)('%s', async (_name, code, options) => {
    expect(await codeOf(() => encryptCms(CONTENT, options()))).toBe(code);
  });

  it('content too large, and a key that is not SM2', async () => {
    const large = new Uint8Array(CMS_LIMITS.maxBytes / 2 + 1);
    expect(await codeOf(() => encryptCms(large, { recipients: [one.certificate] }))).toBe('input-too-large');
    const world = await makeWorld();
    const { certificate } = await world.leaf('RSA', await webCryptoSigner('RSA-PKCS1-SHA256'));
    const recipients = [{ ...certificate, keyUsage: new Set(['keyEncipherment'] as const) }];
    expect(await codeOf(() => encryptCms(CONTENT, { recipients }))).toBe('algorithm-unsupported');
  });
});
