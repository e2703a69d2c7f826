import { webcrypto } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { SignatureAlgorithm, Signer, Verifier } from '@gov/sm';
import { type CborValue, decodeCbor, encodeCbor, Tagged } from '@gov/token/cbor';
import {
  COSE_HEADER,
  type CoseHeaders,
  coseAlgorithm,
  encodeSign1,
  type ReadSign1Options,
  readSign1,
  type Sign1Content,
  sigStructure,
  verifySign1,
} from '@gov/token/cose';
import { isGovError } from '@gov/verdict';
import fc from 'fast-check';
import smCrypto from 'sm-crypto';
import { beforeAll, describe, expect, test } from 'vitest';

const bytes = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const hex = (data: Uint8Array) => Array.from(data, (byte) => byte.toString(16).padStart(2, '0')).join('');
const utf8 = (text: string) => new TextEncoder().encode(text);
const code = (error: unknown): string => (isGovError(error) ? error.code : `no GovError: ${error}`);
const readFailure = (message: Uint8Array, options: Partial<ReadSign1Options> = {}): string => {
  try {
    readSign1(message, { profile: 'strict', ...options });
  } catch (error) {
    return `${code(error)} ${(error as Error).message}`;
  }
  return 'no error';
};

interface Curve {
  readonly algorithm: SignatureAlgorithm;
  readonly namedCurve: string;
  readonly hash: string;
}
const P256: Curve = { algorithm: 'ECDSA-P256-SHA256', namedCurve: 'P-256', hash: 'SHA-256' };
const P384: Curve = { algorithm: 'ECDSA-P384-SHA384', namedCurve: 'P-384', hash: 'SHA-384' };
const P521: Curve = { algorithm: 'ECDSA-P521-SHA512', namedCurve: 'P-521', hash: 'SHA-512' };
const { subtle } = webcrypto;

async function webVerifier({ algorithm, hash }: Curve, key: webcrypto.CryptoKey): Promise<Verifier> {
  return {
    algorithm,
    publicKey: new Uint8Array(await subtle.exportKey('spki', key)),
    verify: (message, signature) => subtle.verify({ name: 'ECDSA', hash }, key, signature, message),
  };
}

async function webKeys(curve: Curve): Promise<{ signer: Signer; verifier: Verifier }> {
  const { algorithm, namedCurve, hash } = curve;
  const pair = await subtle.generateKey({ name: 'ECDSA', namedCurve }, true, ['sign', 'verify']);
  const verifier = await webVerifier(curve, pair.publicKey);
  const sign = async (message: Uint8Array) =>
    new Uint8Array(await subtle.sign({ name: 'ECDSA', hash }, pair.privateKey, message));
  return { verifier, signer: { algorithm, publicKey: verifier.publicKey, sign } };
}

/** SM2 of a foreign library, default identifier, raw r‖s. */
function smKeys(): { signer: Signer; verifier: Verifier } {
  const { publicKey, privateKey } = smCrypto.sm2.generateKeyPairHex();
  const options = { hash: true, publicKey, der: false } as const;
  const port = { algorithm: 'SM2-SM3', publicKey: bytes(publicKey) } as const;
  return {
    signer: { ...port, sign: async (message) => bytes(smCrypto.sm2.doSignature([...message], privateKey, options)) },
    verifier: {
      ...port,
      verify: async (message, signature) =>
        signature.length === 64 && smCrypto.sm2.doVerifySignature([...message], hex(signature), publicKey, options),
    },
  };
}

const kid = bytes('0102030405060708');
const payload = encodeCbor(new Map([[6, 1760000000]]));
let p256: { signer: Signer; verifier: Verifier };
let other: { signer: Signer; verifier: Verifier };
let signed: Uint8Array;

beforeAll(async () => {
  p256 = await webKeys(P256);
  other = await webKeys(P256);
  signed = await encodeSign1(
    { protected: new Map([[COSE_HEADER.kid, kid]]), payload, externalAad: utf8('EL1') },
    p256.signer,
  );
});

describe('signing and verifying', () => {
  test.each([
    ['ECDSA P-256', () => webKeys(P256), -7, 64],
    ['ECDSA P-384', () => webKeys(P384), -35, 96],
    ['ECDSA P-521', () => webKeys(P521), -36, 132],
    ['SM2 by sm-crypto', async () => smKeys(), -65537, 64],
  ] as const)('%s', async (_, make, algorithm, length) => {
    const { signer, verifier } = await make();
    const content: Sign1Content = {
      protected: new Map([[COSE_HEADER.kid, kid]]),
      unprotected: new Map([[100, 'hint']]),
      payload,
      externalAad: utf8('EL1'),
    };
    const encoded = await encodeSign1(content, signer);
    const message = readSign1(encoded, { profile: 'strict' });
    expect(message.tags).toEqual([18]);
    expect(message.protected).toEqual(
      new Map<number, unknown>([
        [1, algorithm],
        [4, kid],
      ]),
    );
    expect(message.unprotected).toEqual(new Map([[100, 'hint']]));
    expect(message.payload).toEqual(payload);
    expect(message.signature).toHaveLength(length);
    expect(await verifySign1(message, verifier, { externalAad: utf8('EL1') })).toBe(true);
    expect(await verifySign1(message, verifier, { externalAad: utf8('EL2') })).toBe(false);
    expect(await verifySign1(message, verifier)).toBe(false);
    expect(await verifySign1(message, p256.verifier, { externalAad: utf8('EL1') })).toBe(false);
  });

  test('the bytes of the message', () => {
    // tag 18, array of 4, protected {1: -7, 4: kid}, unprotected {}, payload, signature
    expect(hex(signed.slice(0, -64))).toBe(`d2844da2012604480102030405060708a047${hex(payload)}5840`);
  });

  test('Sig_structure', () => {
    const message = readSign1(signed, { profile: 'strict' });
    expect(decodeCbor(sigStructure(message, utf8('EL1')), { profile: 'strict' })).toEqual([
      'Signature1',
      message.protectedBytes,
      utf8('EL1'),
      payload,
    ]);
    expect(decodeCbor(sigStructure(message), { profile: 'strict' })).toHaveProperty('2', new Uint8Array(0));
  });

  test('another key does not verify', async () => {
    const message = readSign1(signed, { profile: 'strict' });
    expect(await verifySign1(message, other.verifier, { externalAad: utf8('EL1') })).toBe(false);
  });

  test('an alg given must be that of the signer', async () => {
    const encoded = await encodeSign1({ protected: new Map([[1, -7]]), payload }, p256.signer);
    expect(await verifySign1(readSign1(encoded, { profile: 'strict' }), p256.verifier)).toBe(true);
  });

  test('the identifiers', () => {
    expect(coseAlgorithm('SM2-SM3')).toBe(-65537);
    expect(coseAlgorithm('ECDSA-P256-SHA256')).toBe(-7);
    expect(coseAlgorithm('ECDSA-P384-SHA384')).toBe(-35);
    expect(coseAlgorithm('ECDSA-P521-SHA512')).toBe(-36);
    expect(coseAlgorithm('RSA-PKCS1-SHA256')).toBe(undefined);
  });

  test.each<[string, Partial<Sign1Content>]>([
    ['the alg of another key', { protected: new Map([[1, -65537]]) }],
    ['an unprotected alg', { unprotected: new Map([[1, -7]]) }],
    ['a label in both headers', { protected: new Map([[4, kid]]), unprotected: new Map([[4, kid]]) }],
    ['an unprotected crit', { unprotected: new Map([[2, [1]]]) }],
    ['an empty crit', { protected: new Map([[2, []]]) }],
    ['a crit that is no list', { protected: new Map([[2, 1]]) }],
    ['a crit that names what is absent', { protected: new Map([[2, [99]]]) }],
    ['a crit that names what is unprotected', { protected: new Map([[2, [99]]]), unprotected: new Map([[99, 0]]) }],
  ])('does not write %s', async (_, content) => {
    const error = await encodeSign1({ payload, ...content }, p256.signer).catch((error) => error);
    expect(code(error)).toBe('invalid-argument');
  });

  test('an algorithm without an identifier', async () => {
    const signer: Signer = { ...p256.signer, algorithm: 'RSA-PKCS1-SHA256' };
    expect(code(await encodeSign1({ payload }, signer).catch((error) => error))).toBe('algorithm-unsupported');
  });
});

/** A message put together by hand, signed with whatever headers it has. */
async function handmade(
  protectedBytes: Uint8Array,
  unprotected: CborValue,
  { inside = payload, outside, tags = [18] }: { inside?: CborValue; outside?: Uint8Array; tags?: number[] } = {},
  toSign = protectedBytes,
): Promise<Uint8Array> {
  const body = encodeCbor(['Signature1', toSign, new Uint8Array(0), outside ?? (inside as Uint8Array)]);
  const signature = await p256.signer.sign(body);
  const message: CborValue = [protectedBytes, unprotected, inside, signature];
  return encodeCbor(tags.reduceRight<CborValue>((value, tag) => new Tagged(tag, value), message));
}
const none = new Uint8Array(0);
const alg = encodeCbor(new Map([[1, -7]]));

describe('verification takes nothing on the word of the message', () => {
  const verify = async (message: Uint8Array, verifier = p256.verifier) =>
    verifySign1(readSign1(message, { profile: 'strict' }), verifier);

  test.each<[string, () => Promise<Uint8Array>, boolean]>([
    ['alg protected', () => handmade(alg, new Map()), true],
    ['alg unprotected only: the header shows it', () => handmade(none, new Map([[1, -7]])), true],
    ['no alg at all', () => handmade(none, new Map()), false],
    ['alg of another hash', () => handmade(encodeCbor(new Map([[1, -35]])), new Map()), false],
    ['alg SM2', () => handmade(encodeCbor(new Map([[1, -65537]])), new Map()), false],
    ['alg by name', () => handmade(encodeCbor(new Map([[1, 'ES256']])), new Map()), false],
    [
      'an empty map as protected header, signed as the empty string',
      () => handmade(bytes('a0'), new Map([[1, -7]]), {}, none),
      true,
    ],
    ['an empty map as protected header, signed as such', () => handmade(bytes('a0'), new Map([[1, -7]])), false],
  ])('%s', async (_, make, expected) => {
    expect(await verify(await make())).toBe(expected);
  });

  test('a verifier without a COSE identifier does not verify a message without alg', async () => {
    const willing: Verifier = { ...p256.verifier, algorithm: 'RSA-PKCS1-SHA256', verify: async () => true };
    expect(await verify(await handmade(none, new Map()), willing)).toBe(false);
    expect(await verify(await handmade(alg, new Map()), willing)).toBe(false);
  });

  test('the protected header is hashed as received, not as it would be written', async () => {
    const long = bytes('a1 18 01 26'.replaceAll(' ', ''));
    const message = await handmade(long, new Map());
    expect(readFailure(message)).toMatch(/^cbor-malformed/);
    const read = readSign1(message, { profile: 'lenient' });
    expect(read.protectedBytes).toEqual(long);
    expect(await verifySign1(read, p256.verifier)).toBe(true);
    const rewritten = { ...read, protectedBytes: alg };
    expect(await verifySign1(rewritten, p256.verifier)).toBe(false);
  });

  test('a signature of a wrong length', async () => {
    const message = readSign1(await handmade(alg, new Map()), { profile: 'strict' });
    for (const signature of [none, message.signature.slice(1), new Uint8Array([...message.signature, 0])]) {
      expect(await verifySign1({ ...message, signature }, p256.verifier)).toBe(false);
    }
  });
});

describe('detached payloads', () => {
  const outside = utf8('outside');

  test('are given by the caller', async () => {
    const message = readSign1(await handmade(alg, new Map(), { inside: null, outside }), { profile: 'strict' });
    expect(message.payload).toBe(null);
    expect(await verifySign1(message, p256.verifier, { detachedPayload: outside })).toBe(true);
    expect(await verifySign1(message, p256.verifier, { detachedPayload: utf8('outsidf') })).toBe(false);
    expect(code(await verifySign1(message, p256.verifier).catch((error) => error))).toBe('cose-malformed');
  });

  test('are not taken beside a payload inside', async () => {
    const message = readSign1(await handmade(alg, new Map()), { profile: 'strict' });
    const error = await verifySign1(message, p256.verifier, { detachedPayload: payload }).catch((error) => error);
    expect(code(error)).toBe('cose-malformed');
  });

  test('an empty payload is a payload', async () => {
    const message = readSign1(await handmade(alg, new Map(), { inside: none }), { profile: 'strict' });
    expect(await verifySign1(message, p256.verifier)).toBe(true);
  });
});

describe('reading', () => {
  test.each([[[]], [[18]], [[18, 18]], [[61, 18]], [[55799, 18]]])('tags %j', async (tags) => {
    const message = readSign1(await handmade(alg, new Map(), { tags }), { profile: 'strict' });
    expect(message.tags).toEqual(tags);
    expect(await verifySign1(message, p256.verifier)).toBe(true);
  });

  test.each([[[61]], [[98]], [[998]], [[17]], [[18, 61]], [[18, 98]], [[18, 18, 18]], [[61, 61, 18]], [[1, 18]]])(
    'not tags %j',
    async (tags) => {
      expect(readFailure(await handmade(alg, new Map(), { tags }))).toMatch(/^cose-malformed .* tag/);
    },
  );

  const parts = (change: (parts: CborValue[]) => void): Uint8Array => {
    const list: CborValue[] = [alg, new Map(), payload, new Uint8Array(64)];
    change(list);
    return encodeCbor(new Tagged(18, list));
  };
  const headers = (signedHeaders: CborValue, unsigned: CborValue = new Map()) =>
    parts((list) => {
      list[0] = encodeCbor(signedHeaders);
      list[1] = unsigned;
    });

  test.each<[string, Uint8Array]>([
    ['a number', bytes('00')],
    ['a map', bytes('a0')],
    ['a tagged map', bytes('d2a0')],
    ['three parts', parts((list) => list.pop())],
    ['five parts', parts((list) => list.push(null))],
    ['a protected header not wrapped in bytes', parts((list) => list.splice(0, 1, new Map([[1, -7]])))],
    ['a protected header as text', parts((list) => list.splice(0, 1, ''))],
    ['an unprotected header wrapped in bytes', parts((list) => list.splice(1, 1, bytes('a0')))],
    ['an unprotected header that is a list', parts((list) => list.splice(1, 1, []))],
    ['a payload as text', parts((list) => list.splice(2, 1, 'text'))],
    ['an undefined payload', parts((list) => list.splice(2, 1, undefined))],
    ['a payload as a map', parts((list) => list.splice(2, 1, new Map()))],
    ['no signature', parts((list) => list.splice(3, 1, null))],
    ['a list of signatures', parts((list) => list.splice(3, 1, []))],
    ['a protected header that is a list', headers([])],
    ['a protected header that is tagged', headers(new Tagged(18, new Map()))],
    ['a label that is bytes', headers(new Map([[bytes('01'), 0]]))],
    ['a label that is a boolean', headers(new Map([[true, 0]]))],
    ['a label over 2^53', headers(new Map([[2n ** 60n, 0]]))],
    ['a label that is half', headers(new Map([[0.5, 0]]))],
    ['an unprotected label that is null', headers(new Map(), new Map([[null, 0]]))],
    ['alg as bytes', headers(new Map([[1, bytes('26')]]))],
    ['alg null', headers(new Map([[1, null]]))],
    ['an unprotected alg undefined', headers(new Map(), new Map([[1, undefined]]))],
    ['kid as text', headers(new Map([[4, 'kid']]))],
    ['an unprotected kid as a number', headers(new Map(), new Map([[4, 1]]))],
    ['alg in both headers', headers(new Map([[1, -7]]), new Map([[1, -7]]))],
    ['an unknown label in both headers', headers(new Map([['x', 1]]), new Map([['x', 2]]))],
    ['crit unprotected', headers(new Map(), new Map([[2, [1]]]))],
    ['crit empty', headers(new Map([[2, []]]))],
    ['crit not a list', headers(new Map([[2, 1]]))],
    [
      'crit names an unknown label',
      headers(
        new Map<number, CborValue>([
          [2, [99]],
          [99, 0],
        ]),
      ),
    ],
    ['crit names a label that is absent', headers(new Map<number, CborValue>([[2, [4]]]))],
    ['crit names a label that is unprotected', headers(new Map<number, CborValue>([[2, [4]]]), new Map([[4, kid]]))],
  ])('refuses %s', (_, message) => {
    for (const profile of ['strict', 'lenient'] as const) {
      expect(readFailure(message, { profile })).toMatch(/^cose-malformed/);
    }
  });

  test.each<[string, Uint8Array]>([
    ['trailing bytes', new Uint8Array([...parts(() => undefined), 0])],
    ['a truncated message', parts(() => undefined).slice(0, -1)],
    ['trailing bytes in the protected header', parts((list) => list.splice(0, 1, bytes('a0a0')))],
    ['duplicate labels in the protected header', parts((list) => list.splice(0, 1, bytes('a201260126')))],
    ['a protected header that is no CBOR', parts((list) => list.splice(0, 1, bytes('ff')))],
  ])('refuses %s', (_, message) => {
    for (const profile of ['strict', 'lenient'] as const) {
      expect(readFailure(message, { profile })).toMatch(/^cbor-malformed/);
    }
  });

  test('crit with labels that are understood', () => {
    const known = headers(
      new Map<number, CborValue>([
        [1, -7],
        [2, [1]],
      ]),
    );
    expect(readFailure(known)).toBe('no error');
    const special = headers(
      new Map<number | string, CborValue>([
        [2, [99, 'x']],
        [99, 0],
        ['x', 0],
      ]),
    );
    expect(readFailure(special)).toMatch(/^cose-malformed .*not understood/);
    expect(readFailure(special, { understood: [99] })).toMatch(/not understood/);
    expect(readFailure(special, { understood: [99, 'x'] })).toBe('no error');
  });

  test('limits reach the reader', () => {
    expect(readFailure(signed, { limits: { bytes: signed.length } })).toBe('no error');
    expect(readFailure(signed, { limits: { bytes: signed.length - 1 } })).toMatch(/^input-too-large/);
    expect(readFailure(signed, { limits: { items: 5 } })).toMatch(/^cbor-malformed/);
    expect(readFailure(signed, { limits: { depth: 3 } })).toBe('no error');
    expect(readFailure(signed, { limits: { depth: 2 } })).toMatch(/^cbor-malformed/);
  });
});

describe('fuzzing', () => {
  test('no single changed, lost or added byte survives', async () => {
    const externalAad = utf8('EL1');
    const survives = async (message: Uint8Array) => {
      try {
        return await verifySign1(readSign1(message, { profile: 'strict' }), p256.verifier, { externalAad });
      } catch (error) {
        expect(code(error)).toMatch(/^(cbor|cose)-malformed$/);
        return false;
      }
    };
    expect(await survives(signed)).toBe(true);
    const untagged = signed.slice(1);
    for (let i = 0; i < signed.length; i++) {
      for (const mask of [1, 2, 4, 8, 16, 32, 64, 128]) {
        const changed = signed.slice();
        changed[i] = changed[i]! ^ mask;
        if (await survives(changed)) expect.fail(`bit ${mask} of byte ${i}`);
      }
      const shorter = new Uint8Array([...signed.slice(0, i), ...signed.slice(i + 1)]);
      // Without its tag the message is the same one, as the reader promises.
      if (hex(shorter) !== hex(untagged) && (await survives(shorter))) expect.fail(`byte ${i} lost`);
    }
    expect(await survives(new Uint8Array([...signed, 0]))).toBe(false);
  });

  test('random changes throw nothing but GovError', async () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(changes, fc.nat(8), fc.constantFrom('strict', 'lenient'), async (list, cut, profile) => {
        const changed = signed.slice(0, signed.length - cut);
        for (const [offset, byte] of list) changed[offset % 40] = byte;
        try {
          await verifySign1(readSign1(changed, { profile }), p256.verifier, { externalAad: utf8('EL1') });
        } catch (error) {
          expect(code(error)).toMatch(/^(cbor|cose)-malformed$/);
        }
      }),
      { numRuns: process.env.SLOW ? 50_000 : 2_000 },
    );
  });

  test('any headers a writer accepts come back', async () => {
    const header = fc.dictionary(fc.string({ minLength: 1 }), fc.oneof(fc.integer(), fc.string(), fc.uint8Array()));
    await fc.assert(
      fc.asyncProperty(header, fc.uint8Array(), fc.uint8Array(), async (entries, body, externalAad) => {
        const headers: CoseHeaders = new Map(Object.entries(entries));
        const message = readSign1(await encodeSign1({ protected: headers, payload: body, externalAad }, p256.signer), {
          profile: 'strict',
        });
        expect(message.protected).toEqual(new Map<number | string, CborValue>([[1, -7], ...headers]));
        expect(message.payload).toEqual(body);
        expect(await verifySign1(message, p256.verifier, { externalAad })).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

const published = '../shared/data/license/cose';
if (!existsSync(published)) console.info(`skipped: ${published} is absent`);
describe.skipIf(!existsSync(published))('vectors of the COSE working group', () => {
  const files = existsSync(published)
    ? ['sign1-tests', 'RFC8152'].flatMap((folder) =>
        readdirSync(`${published}/${folder}`).map((name) => [name, `${published}/${folder}/${name}`] as const),
      )
    : [];

  test('are all there', () => {
    expect(files).toHaveLength(10);
  });

  test.each(files)('%s', async (_, path) => {
    const vector = JSON.parse(readFileSync(path, 'utf8'));
    const { sign0 } = vector.input;
    const { x, y } = sign0.key;
    const key = await subtle.importKey(
      'jwk',
      { kty: 'EC', crv: 'P-256', x, y },
      { name: 'ECDSA', namedCurve: 'P-256' },
      true,
      ['verify'],
    );
    const verifier = await webVerifier(P256, key);
    const externalAad = sign0.external === undefined ? {} : { externalAad: bytes(sign0.external) };
    const attempt = async () => {
      const message = readSign1(bytes(vector.output.cbor), { profile: 'strict' });
      if (!vector.fail) {
        expect(hex(sigStructure(message, externalAad.externalAad)).toUpperCase()).toBe(
          vector.intermediates.ToBeSign_hex,
        );
      }
      return verifySign1(message, verifier, externalAad);
    };
    if (vector.fail) {
      const result = await attempt().catch((error) => code(error));
      expect([false, 'cose-malformed']).toContain(result);
    } else {
      expect(await attempt()).toBe(true);
    }
  });
});
