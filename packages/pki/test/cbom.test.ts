import { der } from '@gov/der';
import { readCertificate } from '@gov/pki';
import {
  CBOM_MAX_FOUND,
  type CbomComponent,
  type CbomDocument,
  type CbomInput,
  type CryptographicAsset,
  cbom,
  describePublicKey,
  type FoundKey,
  readKeyProtection,
} from '@gov/pki/cbom';
import { bytesToHex, generateSm2Key, type Signer, sm2Signer, sm3 } from '@gov/sm';
import { isGovError } from '@gov/verdict';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { build, codeOf, keyUsage, type Spec, webCryptoSigner } from './builder.js';

const AT = new Date('2026-05-20T00:00:00Z');
const BEGIN = new Date('2026-01-01T00:00:00Z');
const END = new Date('2027-01-01T00:00:00Z');
const occurrence = (location: string) => ({ location });

const pair = generateSm2Key();
const ours = sm2Signer(pair);
let rsa: Signer;
let p384: Signer;
beforeAll(async () => {
  rsa = await webCryptoSigner('RSA-PKCS1-SHA256');
  p384 = await webCryptoSigner('ECDSA-P384-SHA384');
});

async function certificate(changes: Partial<Spec> = {}) {
  const bytes = await build({
    version: 2,
    serialNumber: Uint8Array.of(1, 2, 3),
    subject: 'CN=电子印章,O=某市行政审批局,C=CN',
    issuer: 'CN=某省电子政务根,O=某省,C=CN',
    key: ours,
    by: ours,
    notBefore: BEGIN,
    notAfter: END,
    extensions: {},
    ...changes,
  });
  return readCertificate(bytes);
}

const found = async (changes: Partial<Spec> = {}, location = 'a.crt') => ({
  certificate: await certificate(changes),
  occurrence: occurrence(location),
});

const listed = (input: Partial<CbomInput>): CbomDocument => cbom({ at: AT, ...input });
const isAsset = (one: CbomComponent): one is CryptographicAsset => one.type === 'cryptographic-asset';
const assets = (document: CbomDocument, kind: string) =>
  document.components.filter(isAsset).filter((one) => one['bom-ref'].startsWith(`crypto/${kind}`));
const names = (document: CbomDocument, kind: string) => assets(document, kind).map(({ name }) => name);
const values = ({ properties }: CbomComponent, name: string) =>
  properties.filter((one) => one.name === `gov:${name}`).map(({ value }) => value);

/** Every string of a document under a key that refers to a component. */
function references(document: CbomDocument): string[] {
  const all: string[] = [];
  JSON.stringify(document, (key, value) => {
    if (key.endsWith('Ref') || key === 'ref') all.push(value);
    return value;
  });
  return [...all, ...document.dependencies.flatMap(({ dependsOn }) => dependsOn)];
}

describe('a certificate', () => {
  it('is listed with its algorithm and key, and nothing points nowhere', async () => {
    const document = listed({ certificates: [await found({ extensions: { usage: keyUsage('digitalSignature') } })] });
    const [only] = assets(document, 'certificate');
    expect(only).toMatchObject({
      name: 'CN=电子印章,O=某市行政审批局,C=CN',
      cryptoProperties: {
        assetType: 'certificate',
        certificateProperties: {
          issuerName: 'CN=某省电子政务根,O=某省,C=CN',
          notValidBefore: '2026-01-01T00:00:00.000Z',
          notValidAfter: '2027-01-01T00:00:00.000Z',
          signatureAlgorithmRef: 'crypto/algorithm/sm2-sm3@1.2.156.10197.1.501',
          subjectPublicKeyRef: `crypto/key/public/${bytesToHex(sm3(ours.publicKey))}`,
        },
      },
      properties: [
        { name: 'gov:national-cryptography', value: 'true' },
        { name: 'gov:expires-in-days', value: '226' },
        { name: 'gov:validity', value: 'valid' },
        { name: 'gov:certificate-serial-number', value: '010203' },
        { name: 'gov:certificate-authority', value: 'false' },
        { name: 'gov:key-usage', value: 'digitalSignature' },
      ],
      evidence: { occurrences: [{ location: 'a.crt' }] },
    });
    expect(names(document, 'algorithm')).toEqual(['SM2-SM3', 'SM2', 'SM3']);
    const refs = document.components.map((one) => one['bom-ref']);
    expect(new Set(refs).size).toBe(refs.length);
    expect(references(document).filter((ref) => !refs.includes(ref))).toEqual([]);
    expect(document.dependencies.map(({ ref }) => ref)).toEqual(refs);
  });

  it('counts days from the given moment, and is expired one millisecond after its end', async () => {
    const certificates = [await found()];
    const at = (time: number) => {
      const document = listed({ certificates, at: new Date(time) });
      const [only] = assets(document, 'certificate');
      const [key] = assets(document, 'key/public');
      const { cryptoProperties } = key!;
      return [
        values(only!, 'expires-in-days')[0],
        values(only!, 'validity')[0],
        cryptoProperties.assetType === 'related-crypto-material' &&
          cryptoProperties.relatedCryptoMaterialProperties.state,
      ];
    };
    const day = 86_400_000;
    expect(at(END.getTime() - day)).toEqual(['1', 'valid', 'active']);
    expect(at(END.getTime() - day + 1)).toEqual(['0', 'valid', 'active']);
    expect(at(END.getTime())).toEqual(['0', 'valid', 'active']);
    expect(at(END.getTime() + 1)).toEqual(['-1', 'expired', 'deactivated']);
    expect(at(BEGIN.getTime())[1]).toBe('valid');
    expect(at(BEGIN.getTime() - 1).slice(1)).toEqual(['not-yet-valid', 'pre-activation']);
  });

  it('is national only where both its key and its signature are', async () => {
    const certificates = [
      await found({ by: rsa }),
      await found({ key: rsa }),
      await found({ key: p384, by: p384 }),
      await found(),
    ];
    const document = listed({ certificates });
    const national = assets(document, 'certificate').map((one) => {
      const { cryptoProperties } = one;
      const key =
        cryptoProperties.assetType === 'certificate' && cryptoProperties.certificateProperties.signatureAlgorithmRef;
      return [key, values(one, 'national-cryptography')[0]];
    });
    expect(national.filter(([, is]) => is === 'true')).toEqual([
      ['crypto/algorithm/sm2-sm3@1.2.156.10197.1.501', 'true'],
    ]);
    expect(national).toHaveLength(4);
  });

  it('says what is weak: SHA-1, and RSA of fewer than 2048 bits', async () => {
    const short = await webCryptoSigner('RSA-PKCS1-SHA256', 1024);
    const sha1 = der.sequence(der.oid('1.2.840.113549.1.1.5'), der.nullValue());
    const weak = (document: CbomDocument, kind: string) =>
      assets(document, kind).flatMap((one) => values(one, 'weakness'));
    const one = listed({ certificates: [await found({ by: rsa, inner: sha1 })] });
    expect(weak(one, 'certificate')).toEqual(['broken-hash']);
    expect(weak(one, 'algorithm')).toEqual(['broken-hash', 'broken-hash']);
    const other = listed({ certificates: [await found({ key: short, by: ours })] });
    expect(weak(other, 'certificate')).toEqual(['short-key']);
    expect(weak(other, 'key')).toEqual(['short-key']);
    expect(weak(listed({ certificates: [await found({ key: rsa, by: rsa })] }), '')).toEqual([]);
  });

  it('is listed once however often it is found, with every place once', async () => {
    const one = await certificate();
    const certificates = ['b', 'a', 'b'].map((location) => ({ certificate: one, occurrence: occurrence(location) }));
    const [only, ...others] = assets(listed({ certificates }), 'certificate');
    expect(others).toEqual([]);
    expect(only!.evidence).toEqual({ occurrences: [{ location: 'a' }, { location: 'b' }] });
  });

  it('is listed although its key cannot be read, or its algorithm is not known', async () => {
    const offCurve = ours.publicKey.slice();
    offCurve[offCurve.length - 1]! ^= 1;
    const broken = listed({ certificates: [await found({ publicKey: offCurve })] });
    expect(names(broken, 'certificate')).toHaveLength(1);
    expect(names(broken, 'algorithm/unreadable')).toEqual(['unreadable']);
    expect(values(assets(broken, 'certificate')[0]!, 'national-cryptography')).toEqual(['false']);
    const strange = listed({ certificates: [await found({ inner: der.sequence(der.oid('1.2.3.4')) })] });
    expect(names(strange, 'algorithm/algorithm')).toEqual(['algorithm 1.2.3.4']);
  });
});

/** EncryptedPrivateKeyInfo with the given AlgorithmIdentifier. */
const encrypted = (...algorithm: readonly Uint8Array[]) =>
  der.sequence(der.sequence(...algorithm), der.octetString(new Uint8Array(32)));
const derivation = (oid: string, ...parameters: readonly Uint8Array[]) =>
  der.sequence(der.oid(oid), der.sequence(der.octetString(new Uint8Array(8)), ...parameters));
const pbes2 = (kdf: Uint8Array, cipher: string) =>
  encrypted(
    der.oid('1.2.840.113549.1.5.13'),
    der.sequence(kdf, der.sequence(der.oid(cipher), der.octetString(new Uint8Array(16)))),
  );
const PBKDF2 = '1.2.840.113549.1.5.12';
const prf = (oid: string) => der.sequence(der.oid(oid), der.nullValue());
const SM4_CBC = '1.2.156.10197.1.104.2';
const national = () => pbes2(derivation(PBKDF2, der.integer(65_536), prf('1.2.156.10197.1.401.2')), SM4_CBC);

describe('a key', () => {
  const key = (kind: 'public' | 'private', publicKey: Uint8Array, format = 'PKCS#8 PEM'): FoundKey => ({
    kind,
    publicKey,
    format,
    occurrence: occurrence(`${kind}.pem`),
  });
  const locked = (bytes: Uint8Array): FoundKey => ({
    kind: 'encrypted',
    encrypted: bytes,
    occurrence: occurrence('k'),
  });

  it('that is private stands beside its public key, with the certificate that uses it', async () => {
    const document = listed({ certificates: [await found()], keys: [key('private', ours.publicKey)] });
    const id = bytesToHex(sm3(ours.publicKey));
    expect(assets(document, 'key/private')).toMatchObject([
      {
        name: `SM2 private key ${id.slice(0, 16)}`,
        cryptoProperties: {
          relatedCryptoMaterialProperties: {
            type: 'private-key',
            id,
            size: 256,
            state: 'active',
            algorithmRef: 'crypto/algorithm/sm2@1.2.156.10197.1.301',
            securedBy: { mechanism: 'None' },
            format: 'PKCS#8 PEM',
            expirationDate: '2027-01-01T00:00:00.000Z',
          },
        },
        properties: [
          { name: 'gov:national-cryptography', value: 'true' },
          { name: 'gov:encrypted', value: 'false' },
        ],
      },
    ]);
    expect(document.dependencies.find(({ ref }) => ref === `crypto/key/private/${id}`)?.dependsOn).toEqual([
      'crypto/algorithm/sm2@1.2.156.10197.1.301',
      `crypto/key/public/${id}`,
    ]);
  });

  it('without a certificate has no state: nobody said that it may be used', () => {
    const [only] = assets(listed({ keys: [key('public', ours.publicKey)] }), 'key');
    expect(JSON.stringify(only)).not.toMatch(/state|expirationDate/);
  });

  it('with several certificates is active while one is valid, and expires with the last', async () => {
    const certificates = [
      await found({ notAfter: new Date('2026-02-01T00:00:00Z') }),
      await found({ notBefore: new Date('2027-02-01T00:00:00Z'), notAfter: new Date('2028-02-01T00:00:00Z') }),
    ];
    const [waiting] = assets(listed({ certificates }), 'key');
    expect(waiting!.cryptoProperties).toMatchObject({
      relatedCryptoMaterialProperties: {
        state: 'pre-activation',
        activationDate: '2026-01-01T00:00:00.000Z',
        expirationDate: '2028-02-01T00:00:00.000Z',
      },
    });
    const [active] = assets(listed({ certificates: [...certificates, await found()] }), 'key');
    expect(active!.cryptoProperties).toMatchObject({ relatedCryptoMaterialProperties: { state: 'active' } });
  });

  it('of other algorithms is described by its size', () => {
    const described = (spki: Uint8Array) => {
      const { algorithm, size } = describePublicKey(spki);
      return [algorithm.name, algorithm.national, size, algorithm.properties.classicalSecurityLevel];
    };
    expect(described(ours.publicKey)).toEqual(['SM2', true, 256, 128]);
    expect(described(rsa.publicKey)).toEqual(['RSA-2048', false, 2048, 112]);
    expect(described(p384.publicKey)).toEqual(['EC-P384', false, 384, 192]);
    const of = (...algorithm: readonly Uint8Array[]) =>
      described(der.sequence(der.sequence(...algorithm), der.bitString(new Uint8Array(33))));
    expect(of(der.oid('1.3.101.112'))).toEqual(['Ed25519', false, 256, 128]);
    expect(of(der.oid('1.2.840.10045.2.1'), der.oid('1.3.132.0.10'))[0]).toBe('EC key on curve 1.3.132.0.10');
    expect(of(der.oid('1.2.840.10045.2.1'))[0]).toBe('EC key on curve without a name');
    expect(of(der.oid('1.2.156.10197.1.302'))).toEqual([
      'key of algorithm 1.2.156.10197.1.302',
      true,
      undefined,
      undefined,
    ]);
  });

  it('has one fingerprint, compressed or not', () => {
    const point = pair.publicKey.point;
    const compressed = Uint8Array.of(2 + (point[64]! & 1), ...point.subarray(1, 33));
    const algorithm = der.sequence(der.oid('1.2.840.10045.2.1'), der.oid('1.2.156.10197.1.301'));
    const spki = der.sequence(algorithm, der.bitString(compressed));
    expect(describePublicKey(spki).fingerprint).toEqual(sm3(ours.publicKey));
  });

  it('that cannot be read is refused, a private one given by mistake too', async () => {
    const reading = (bytes: Uint8Array) => codeOf(() => listed({ keys: [key('public', bytes)] }));
    expect(await reading(new Uint8Array())).toBe('key-malformed');
    expect(await reading(pair.toPkcs8())).toBe('key-malformed');
    expect(await reading(ours.publicKey.subarray(1))).toBe('key-malformed');
    const algorithm = der.sequence(der.oid('1.2.840.113549.1.1.1'), der.nullValue());
    const negative = der.sequence(der.integer(-5), der.integer(3));
    expect(await reading(der.sequence(algorithm, der.bitString(negative)))).toBe('key-malformed');
    expect(await codeOf(() => listed({ keys: [locked(ours.publicKey)] }))).toBe('key-malformed');
    expect(await codeOf(() => listed({ keys: [locked(pair.toPkcs8())] }))).toBe('key-malformed');
  });

  it('that is encrypted is listed unopened, by how it is protected', () => {
    const document = listed({ keys: [locked(national())] });
    expect(assets(document, 'key')).toMatchObject([
      {
        cryptoProperties: {
          relatedCryptoMaterialProperties: {
            type: 'private-key',
            id: bytesToHex(sm3(national())),
            securedBy: { mechanism: 'Software', algorithmRef: 'crypto/algorithm/sm4-cbc@1.2.156.10197.1.104.2' },
          },
        },
        properties: [
          { name: 'gov:national-cryptography', value: 'unknown' },
          { name: 'gov:encrypted', value: 'true' },
          { name: 'gov:protection-national-cryptography', value: 'true' },
        ],
      },
    ]);
    expect(names(document, 'algorithm')).toEqual(['HMAC-SM3', 'PBKDF2-HMAC-SM3', 'SM3', 'SM4-CBC']);
  });

  it.each([
    // SM4 under a password stretched with SHA-256 is half national: not national
    ['SM4, SHA-256', pbes2(derivation(PBKDF2, der.integer(1), prf('1.2.840.113549.2.9')), SM4_CBC), 'false', []],
    [
      'AES, HMAC-SM3',
      pbes2(derivation(PBKDF2, der.integer(1), prf('1.2.156.10197.1.401.2')), '2.16.840.1.101.3.4.1.42'),
      'false',
      [],
    ],
    ['3DES', pbes2(derivation(PBKDF2, der.integer(1)), '1.2.840.113549.3.7'), 'false', ['short-block']],
    ['PBE of PKCS#12', encrypted(der.oid('1.2.840.113549.1.12.1.6')), 'false', ['broken-cipher']],
  ])('that is protected by %s says so', (_, bytes, expected, weakness) => {
    const [only] = assets(listed({ keys: [locked(bytes)] }), 'key');
    expect(values(only!, 'protection-national-cryptography')).toEqual([expected]);
    expect(values(only!, 'weakness')).toEqual(weakness);
  });

  it('that names one algorithm for everything depends on it once', () => {
    const { dependencies } = listed({ keys: [locked(pbes2(derivation('1.2.3.4'), '1.2.3.4'))] });
    const own = dependencies.find(({ ref }) => ref.startsWith('crypto/key'));
    expect(own?.dependsOn).toEqual(['crypto/algorithm/algorithm-1.2.3.4@1.2.3.4']);
  });

  it('tells derivation and rounds of its protection', () => {
    const read = (bytes: Uint8Array) => {
      const { cipher, derivation: kdf, iterations } = readKeyProtection(bytes);
      return [cipher.name, kdf?.name, iterations];
    };
    expect(read(national())).toEqual(['SM4-CBC', 'PBKDF2-HMAC-SM3', 65_536n]);
    // RFC 8018: HMAC-SHA1 where no function is named
    expect(read(pbes2(derivation(PBKDF2, der.integer(2048), der.integer(16)), SM4_CBC))[1]).toBe('PBKDF2-HMAC-SHA1');
    const scrypt = derivation('1.3.6.1.4.1.11591.4.11', der.integer(16_384), der.integer(8), der.integer(1));
    expect(read(pbes2(scrypt, SM4_CBC))).toEqual(['SM4-CBC', 'scrypt', 16_384n]);
    const old = encrypted(
      der.oid('1.2.840.113549.1.5.3'),
      der.sequence(der.octetString(new Uint8Array(8)), der.integer(5)),
    );
    expect(read(old)).toEqual(['PBE-MD5-DES', undefined, 5n]);
  });
});

describe('the document', () => {
  it('is the same in whatever order things come', async () => {
    const certificates = [await found({}, 'x'), await found({ key: rsa }, 'y'), await found({ by: p384 }, 'z')];
    const keys: FoundKey[] = [
      { kind: 'private', publicKey: rsa.publicKey, format: 'PKCS#8 DER', occurrence: occurrence('r') },
      { kind: 'private', publicKey: rsa.publicKey, format: 'PKCS#8 PEM', occurrence: { location: 'r', line: 3 } },
      { kind: 'encrypted', encrypted: national(), occurrence: occurrence('e') },
    ];
    const algorithms = [{ oid: '1.2.156.10197.1.401', occurrence: { location: 'f.pdf', additionalContext: 'seal 1' } }];
    const unread = ['q', 'p'].map((location) => ({ location, code: 'file-unreadable' }));
    const expected = JSON.stringify(listed({ certificates, keys, algorithms, unread }));
    expect(expected).toContain('"format":"PKCS#8 DER, PKCS#8 PEM"');
    const shuffled = <T>(all: readonly T[]) => fc.shuffledSubarray([...all], { minLength: all.length });
    fc.assert(
      fc.property(shuffled(certificates), shuffled(keys), shuffled(unread), (c, k, u) => {
        const document = listed({ certificates: c, keys: k, algorithms, unread: u });
        expect(JSON.stringify(document)).toBe(expected);
      }),
      { numRuns: 50 },
    );
  });

  it('says what was not read, and that it is therefore incomplete', () => {
    const unread = [
      { location: 'a.p12', code: 'format-unknown' },
      { location: 'a.p12', code: 'format-unknown' },
      { location: 'a.p12', code: 'input-too-large' },
    ];
    const document = listed({ unread });
    expect(document.components).toMatchObject([
      {
        type: 'file',
        name: 'a.p12',
        properties: [
          { name: 'gov:not-inventoried', value: 'format-unknown' },
          { name: 'gov:not-inventoried', value: 'input-too-large' },
        ],
      },
    ]);
    expect(document.compositions).toEqual([{ aggregate: 'incomplete' }]);
    expect(listed({}).compositions).toEqual([{ aggregate: 'unknown' }]);
  });

  it('carries time, serial number and system as given, and none of its own', () => {
    const { serialNumber, metadata } = listed({
      serialNumber: '3e671687-395b-41f5-a30f-a58921a69b79',
      system: '一网通办',
    });
    expect(serialNumber).toBe('urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79');
    expect(metadata).toMatchObject({ timestamp: '2026-05-20T00:00:00.000Z', component: { name: '一网通办' } });
    expect('serialNumber' in listed({})).toBe(false);
  });

  it.each([
    ['a date that is none', { at: new Date(Number.NaN) }],
    ['a UUID in capitals', { serialNumber: '3E671687-395B-41F5-A30F-A58921A69B79' }],
    ['a URN', { serialNumber: 'urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79' }],
    ['a line after the UUID', { serialNumber: '3e671687-395b-41f5-a30f-a58921a69b79\n' }],
    ['a name for an OID', { algorithms: [{ oid: 'SM3', occurrence: occurrence('x') }] }],
    ['an OID of one number', { algorithms: [{ oid: '1', occurrence: occurrence('x') }] }],
    ['an OID with a leading zero', { algorithms: [{ oid: '1.02', occurrence: occurrence('x') }] }],
  ])('refuses %s', async (_, input) => {
    expect(await codeOf(() => listed(input))).toBe('invalid-argument');
  });

  it('has a limit', async () => {
    const unread = Array.from({ length: CBOM_MAX_FOUND }, () => ({ location: 'x', code: 'file-unreadable' }));
    expect(listed({ unread }).components).toHaveLength(1);
    expect(await codeOf(() => listed({ unread: [...unread, unread[0]!] }))).toBe('limit-exceeded');
  });

  it('knows no more of a key than its public half', () => {
    const scalar = bytesToHex(pair.toPkcs8()).match(/0201010420([0-9a-f]{64})/)![1]!;
    const text = JSON.stringify(
      listed({ keys: [{ kind: 'private', publicKey: ours.publicKey, occurrence: occurrence('k') }] }),
    );
    expect(text).not.toContain(scalar);
  });
});

describe('hostile bytes', () => {
  it('throw nothing but GovError', () => {
    const samples = [ours.publicKey, rsa.publicKey, p384.publicKey, national()];
    const runs = process.env.SLOW === undefined ? 2000 : 50_000;
    fc.assert(
      fc.property(
        fc.constantFrom(...samples),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        fc.nat(),
        (sample, flips, cut) => {
          const bytes = sample.slice(0, cut % 5 === 0 ? cut % sample.length : sample.length);
          for (const [at, value] of flips) if (bytes.length > 0) bytes[at % bytes.length] = value;
          for (const read of [describePublicKey, readKeyProtection]) {
            try {
              read(bytes);
            } catch (error) {
              if (!isGovError(error)) throw error;
              expect(error.code).toBe('key-malformed');
            }
          }
        },
      ),
      { numRuns: runs },
    );
  });
});
