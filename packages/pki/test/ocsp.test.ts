import { der } from '@gov/der';
import { type Certificate, readCertificate } from '@gov/pki';
import {
  type CertificateStatus,
  createOcspFailure,
  createOcspRequest,
  createOcspResponse,
  OCSP_NONCE_MAX,
  OCSP_REQUEST_LIMITS,
  OCSP_RESPONSE_LIMITS,
  type OcspFailure,
  type OcspResponderOptions,
  type OcspSingleResponse,
  ocspResponder,
  readOcspRequest,
  readOcspResponse,
} from '@gov/pki/ocsp';
import { REVOCATION_REASONS, revocationFindings } from '@gov/pki/revocation';
import { rawToDer } from '@gov/sm';
import { beforeAll, describe, expect, it } from 'vitest';
import { build, codeOf, extendedKeyUsage, extension, sm2 } from './builder.js';
import { pki, T } from './revocation-build.js';
import { fuzz } from './revocation-fuzz.js';
import { changed, RIGHT } from './wrong.js';

const NOW = T('2026-06-01T00:00:00Z');
const NONCE = new Uint8Array(32).fill(7);
const NONCE_OID = '1.3.6.1.5.5.7.48.1.2';
const BASIC = '1.3.6.1.5.5.7.48.1.1';
const HASHES = ['SM3', 'SHA-1', 'SHA-256'] as const;

let leaf: Certificate;
let authority: Certificate;
let world: Awaited<ReturnType<typeof pki>>;
beforeAll(async () => {
  world = await pki();
  ({ leaf, authority } = world);
});

const requestOf = (hash: (typeof HASHES)[number] = 'SM3', nonce?: Uint8Array) =>
  createOcspRequest({
    certificates: [{ certificate: leaf, issuer: authority }],
    hash,
    ...(nonce === undefined ? {} : { nonce }),
  });

describe('requests', () => {
  it('are read as they were written', async () => {
    for (const hash of HASHES) {
      for (const nonce of [undefined, NONCE, Uint8Array.of(1), new Uint8Array(OCSP_NONCE_MAX)]) {
        const certificates = [
          { certificate: leaf, issuer: authority },
          { certificate: authority, issuer: world.root },
        ];
        const request = await createOcspRequest({ certificates, hash, ...(nonce && { nonce }) });
        expect(readOcspRequest(request.bytes)).toEqual(request);
        expect(request.certIds.map(({ serialNumber }) => serialNumber)).toEqual([3n, 2n]);
      }
    }
  });

  it('hash the issuer as RFC 6960 4.1.1 says', async () => {
    const subtle = async (bytes: Uint8Array) =>
      new Uint8Array(await crypto.subtle.digest('SHA-256', Uint8Array.from(bytes)));
    const [id] = (await requestOf('SHA-256')).certIds;
    expect(id!.issuerNameHash).toEqual(await subtle(authority.subject.bytes));
    // The point alone: 65 octets at the end of the SPKI.
    expect(id!.issuerKeyHash).toEqual(await subtle(authority.publicKey.slice(-65)));
  });

  const write = (parts: {
    version?: Uint8Array;
    ids?: Uint8Array[];
    extensions?: Uint8Array[];
    single?: Uint8Array[];
    after?: Uint8Array[];
  }) =>
    der.sequence(
      der.sequence(
        ...(parts.version === undefined ? [] : [der.explicit(0, parts.version)]),
        der.sequence(
          ...(parts.ids ?? []).map((id) =>
            der.sequence(id, ...(parts.single === undefined ? [] : [der.explicit(0, der.sequence(...parts.single))])),
          ),
        ),
        ...(parts.extensions === undefined ? [] : [der.explicit(2, der.sequence(...parts.extensions))]),
      ),
      ...(parts.after ?? []),
    );

  it('that are wrong are refused', async () => {
    const id = (await requestOf()).certIds[0]!.bytes;
    const code = (parts: Parameters<typeof write>[0]) => codeOf(() => readOcspRequest(write({ ids: [id], ...parts })));
    const nonce = (octets: number) => extension(NONCE_OID, der.octetString(new Uint8Array(octets)));
    expect(await code({})).toBe('nothing thrown');
    expect(await code({ version: der.integer(0) })).toBe('nothing thrown');
    expect(await code({ version: der.integer(1) })).toBe('ocsp-malformed');
    expect(await code({ ids: [] })).toBe('ocsp-malformed');
    expect(await code({ ids: new Array(OCSP_REQUEST_LIMITS.maxCertIds).fill(id) })).toBe('nothing thrown');
    expect(await code({ ids: new Array(OCSP_REQUEST_LIMITS.maxCertIds + 1).fill(id) })).toBe('ocsp-malformed');
    expect(await code({ extensions: [nonce(128)] })).toBe('nothing thrown');
    expect(await code({ extensions: [nonce(129)] })).toBe('ocsp-malformed');
    expect(await code({ extensions: [nonce(0)] })).toBe('ocsp-malformed');
    expect(await code({ extensions: [extension(NONCE_OID, new Uint8Array(32).fill(9))] })).toBe('ocsp-malformed');
    expect(await code({ extensions: [nonce(1), nonce(1)] })).toBe('ocsp-malformed');
    expect(await code({ extensions: [extension('1.2.3', der.nullValue(), true)] })).toBe('ocsp-unsupported');
    expect(await code({ extensions: [extension('1.2.3', der.nullValue())] })).toBe('nothing thrown');
    expect(await code({ single: [extension('1.2.3', der.nullValue(), true)] })).toBe('ocsp-unsupported');
    // A signature is passed over.
    expect(await code({ after: [der.explicit(0, der.sequence())] })).toBe('nothing thrown');
    expect(await code({ after: [der.nullValue()] })).toBe('ocsp-malformed');
    expect(await codeOf(() => readOcspRequest(new Uint8Array(OCSP_REQUEST_LIMITS.maxBytes + 1)))).toBe(
      'input-too-large',
    );
    expect(await codeOf(() => readOcspRequest(new Uint8Array(OCSP_REQUEST_LIMITS.maxBytes)))).toBe('ocsp-malformed');
  });

  it('are not written wrong', async () => {
    const certificate = { certificate: leaf, issuer: authority };
    const code = (count: number, nonce = 1) =>
      codeOf(() =>
        createOcspRequest({
          certificates: new Array(count).fill(certificate),
          hash: 'SM3',
          nonce: new Uint8Array(nonce),
        }),
      );
    expect(await code(1, OCSP_NONCE_MAX)).toBe('nothing thrown');
    expect(await code(1, OCSP_NONCE_MAX + 1)).toBe('invalid-argument');
    expect(await code(1, 0)).toBe('invalid-argument');
    expect(await code(0)).toBe('invalid-argument');
    expect(await code(OCSP_REQUEST_LIMITS.maxCertIds)).toBe('nothing thrown');
    expect(await code(OCSP_REQUEST_LIMITS.maxCertIds + 1)).toBe('invalid-argument');
  });

  it('of any bytes are read or refused', async () => {
    const seeds = [(await requestOf('SHA-1', NONCE)).bytes, (await requestOf()).bytes];
    const codes = ['ocsp-malformed', 'ocsp-unsupported', 'input-too-large'];
    expect(await fuzz(seeds, codes, readOcspRequest)).toBeGreaterThan(0);
  });
});

const single = async (certificateStatus: CertificateStatus): Promise<OcspSingleResponse> => ({
  certId: (await requestOf()).certIds[0]!,
  certificateStatus,
  thisUpdate: NOW,
  nextUpdate: T('2026-06-02T00:00:00Z'),
});

const write = async (change: Partial<Parameters<typeof createOcspResponse>[0]> = {}) =>
  createOcspResponse({
    signer: RIGHT.authority.key,
    responder: authority,
    producedAt: NOW,
    responses: [await single({ status: 'good' })],
    ...change,
  });

describe('responses', () => {
  it('are read as they were written, strictly', async () => {
    const statuses: CertificateStatus[] = [
      { status: 'good' },
      { status: 'unknown' },
      ...REVOCATION_REASONS.filter((reason) => reason !== 'unspecified').map(
        (reason): CertificateStatus => ({ status: 'revoked', revokedAt: T('2026-05-01T00:00:00Z'), reason }),
      ),
      { status: 'revoked', revokedAt: T('2026-05-01T00:00:00Z'), invalidityDate: T('2026-04-01T00:00:00Z') },
    ];
    const responses = await Promise.all(statuses.map(single));
    responses.push({ ...responses[0]!, archiveCutoff: T('2020-01-01T00:00:00Z') });
    const { nextUpdate: _, ...open } = responses[0]!;
    responses.push(open);
    const bytes = await write({ responses, nonce: NONCE, certificates: [leaf], responderId: 'key' });
    const response = readOcspResponse(bytes, 'strict');
    expect(response.responses).toEqual(responses);
    expect(response.nonce).toEqual(NONCE);
    expect(response.producedAt).toEqual(NOW);
    expect(response.certificates.map((certificate) => certificate.bytes)).toEqual([leaf.bytes]);
    expect(response.responderId).toEqual({
      keyHash: new Uint8Array(await crypto.subtle.digest('SHA-1', Uint8Array.from(authority.publicKey.slice(-65)))),
    });
    const plain = readOcspResponse(await write(), 'strict');
    expect(plain.responderId).toEqual({ name: authority.subject });
    expect([plain.nonce, plain.certificates]).toEqual([undefined, []]);
  });

  it('without success say why', async () => {
    const failures: OcspFailure[] = ['malformedRequest', 'internalError', 'tryLater', 'sigRequired', 'unauthorized'];
    for (const failure of failures) {
      const error = await Promise.resolve()
        .then(() => readOcspResponse(createOcspFailure(failure)))
        .catch((thrown) => thrown);
      expect([error.code, error.message]).toEqual(['ocsp-unsuccessful', `the responder answers ${failure}`]);
    }
    expect([...createOcspFailure('unauthorized')]).toEqual([0x30, 3, 10, 1, 6]);
    expect(await codeOf(() => readOcspResponse(der.sequence(der.element(10, Uint8Array.of(9)))))).toBe(
      'ocsp-unsuccessful',
    );
    expect(await codeOf(() => readOcspResponse(der.sequence(der.element(10, new Uint8Array(0)))))).toBe(
      'ocsp-unsuccessful',
    );
  });

  interface Parts {
    readonly type?: string;
    readonly version?: number;
    readonly id?: Uint8Array;
    readonly producedAt?: Uint8Array;
    readonly status?: Uint8Array;
    readonly singleExtensions?: Uint8Array[];
    readonly extensions?: Uint8Array[];
    readonly singles?: number;
    readonly certificates?: Uint8Array[];
    readonly after?: Uint8Array;
  }
  /** One with every field free to be wrong. */
  async function made(parts: Parts): Promise<Uint8Array> {
    const { certId } = await single({ status: 'good' });
    const one = der.sequence(
      certId.bytes,
      parts.status ?? der.implicitPrimitive(0, new Uint8Array(0)),
      der.generalizedTime(NOW),
      ...(parts.singleExtensions === undefined ? [] : [der.explicit(1, der.sequence(...parts.singleExtensions))]),
    );
    const tbs = der.sequence(
      ...(parts.version === undefined ? [] : [der.explicit(0, der.integer(parts.version))]),
      parts.id ?? der.explicit(1, authority.subject.bytes),
      parts.producedAt ?? der.generalizedTime(NOW),
      der.sequence(...new Array(parts.singles ?? 1).fill(one)),
      ...(parts.extensions === undefined ? [] : [der.explicit(1, der.sequence(...parts.extensions))]),
    );
    const basic = der.sequence(
      tbs,
      der.sequence(der.oid('1.2.156.10197.1.501')),
      der.bitString(rawToDer(await RIGHT.authority.key.sign(tbs))),
      ...(parts.certificates === undefined ? [] : [der.explicit(0, der.sequence(...parts.certificates))]),
      ...(parts.after === undefined ? [] : [parts.after]),
    );
    return der.sequence(
      der.element(10, Uint8Array.of(0)),
      der.explicit(0, der.sequence(der.oid(parts.type ?? BASIC), der.octetString(basic))),
    );
  }

  const revoked = (...content: Uint8Array[]) => der.element(0xa1, ...content);
  const time = der.generalizedTime(NOW);
  const reason = (number: number) => der.explicit(0, der.element(10, Uint8Array.of(number)));
  const ext = (oid: string, critical = false) => extension(oid, der.nullValue(), critical);
  it.each<[string, Parts, string, string?]>([
    // lenient, and strict where it differs
    ['right', {}, 'nothing thrown'],
    ['another type', { type: '1.2.3' }, 'ocsp-unsupported'],
    ['version 1 written out', { version: 0 }, 'nothing thrown', 'ocsp-malformed'],
    ['version 2', { version: 1 }, 'ocsp-malformed'],
    ['no responder', { id: der.nullValue() }, 'ocsp-malformed'],
    ['a UTCTime', { producedAt: der.x509Time(NOW) }, 'ocsp-malformed'],
    ['a status of no kind', { status: der.implicitPrimitive(3, new Uint8Array(0)) }, 'ocsp-malformed'],
    ['good, with content', { status: der.implicitPrimitive(0, Uint8Array.of(0)) }, 'ocsp-malformed'],
    ['unknown', { status: der.implicitPrimitive(2, new Uint8Array(0)) }, 'nothing thrown'],
    ['revoked', { status: revoked(time) }, 'nothing thrown'],
    ['revoked, at no time', { status: revoked() }, 'ocsp-malformed'],
    ['revoked, for a reason', { status: revoked(time, reason(1)) }, 'nothing thrown'],
    ['revoked, taken back', { status: revoked(time, reason(8)) }, 'ocsp-malformed'],
    ['revoked, for a reason of none', { status: revoked(time, reason(7)) }, 'ocsp-malformed'],
    ['revoked, and more', { status: revoked(time, reason(1), time) }, 'ocsp-malformed'],
    ['an answer with an unknown critical extension', { singleExtensions: [ext('1.2.3', true)] }, 'ocsp-unsupported'],
    ['an answer with an unknown extension', { singleExtensions: [ext('1.2.3')] }, 'nothing thrown'],
    ['an unknown critical extension', { extensions: [ext('1.2.3', true)] }, 'ocsp-unsupported'],
    ['a nonce that is none', { extensions: [ext(NONCE_OID)] }, 'ocsp-malformed'],
    ['an extension twice', { extensions: [ext('1.2.3'), ext('1.2.3')] }, 'ocsp-malformed'],
    ['a certificate that is none', { certificates: [der.sequence()] }, 'ocsp-malformed'],
    ['something after it', { after: der.nullValue() }, 'ocsp-malformed'],
    ['as many answers as may be', { singles: OCSP_RESPONSE_LIMITS.maxResponses }, 'nothing thrown'],
    ['one more', { singles: OCSP_RESPONSE_LIMITS.maxResponses + 1 }, 'ocsp-malformed'],
  ])('%s', async (_, parts, lenient, strict = lenient) => {
    const bytes = await made(parts);
    expect(await codeOf(() => readOcspResponse(bytes))).toBe(lenient);
    expect(await codeOf(() => readOcspResponse(bytes, 'strict'))).toBe(strict);
  });

  it('keep within their limits', async () => {
    const certificates = new Array(OCSP_RESPONSE_LIMITS.maxCertificates).fill(leaf.bytes);
    expect(await codeOf(async () => readOcspResponse(await made({ certificates })))).toBe('nothing thrown');
    expect(
      await codeOf(async () => readOcspResponse(await made({ certificates: [...certificates, leaf.bytes] }))),
    ).toBe('ocsp-malformed');
    const size = OCSP_RESPONSE_LIMITS.maxBytes;
    expect(await codeOf(() => readOcspResponse(new Uint8Array(size + 1)))).toBe('input-too-large');
    expect(await codeOf(() => readOcspResponse(new Uint8Array(size)))).toBe('ocsp-malformed');
  });

  it('are not written by others, or without an answer', async () => {
    expect(await codeOf(() => write({ signer: RIGHT.leaf.key }))).toBe('key-mismatch');
    expect(await codeOf(() => write({ responses: [] }))).toBe('invalid-argument');
  });

  it('of any bytes are read or refused', async () => {
    const seeds = [
      await write({ nonce: NONCE, certificates: [leaf] }),
      await write({
        responderId: 'key',
        responses: [await single({ status: 'revoked', revokedAt: NOW, reason: 'keyCompromise', invalidityDate: NOW })],
      }),
      createOcspFailure('tryLater'),
    ];
    const codes = ['ocsp-malformed', 'ocsp-unsupported', 'ocsp-unsuccessful', 'input-too-large'];
    for (const mode of ['lenient', 'strict'] as const) {
      expect(await fuzz(seeds, codes, (bytes) => readOcspResponse(bytes, mode))).toBeGreaterThan(0);
    }
  });
});

describe('ocspResponder', () => {
  const options = (): OcspResponderOptions => ({
    issuer: authority,
    signer: RIGHT.authority.key,
    statusOf: (serialNumber) =>
      serialNumber === 3n
        ? { status: 'revoked', revokedAt: T('2026-05-01T00:00:00Z'), reason: 'superseded' }
        : serialNumber === 4n
          ? { status: 'good' }
          : { status: 'unknown' },
    clock: () => new Date(NOW.getTime() + 500),
  });
  const post = (body: Uint8Array, url = 'http://server/') =>
    new Request(url, {
      method: 'POST',
      body: Uint8Array.from(body),
      headers: { 'content-type': 'application/ocsp-request' },
    });
  const bytesOf = async (response: Response) => new Uint8Array(await response.arrayBuffer());
  const ask = async (request: Request, change: Partial<OcspResponderOptions> = {}) => {
    const response = await ocspResponder({ ...options(), ...change })(request);
    return { response, read: readOcspResponse(await bytesOf(response), 'strict') };
  };
  const base64 = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes));

  it('answers POST and GET alike, in every hash, and its answers are believed', async () => {
    const { trust, path } = world;
    for (const hash of HASHES) {
      const { bytes } = await requestOf(hash);
      const escaped = encodeURIComponent(base64(bytes));
      const requests = [
        post(bytes),
        new Request(`http://server/${escaped}`),
        new Request(`http://server/${base64(bytes)}`),
      ];
      for (const request of requests) {
        const { response, read } = await ask(request);
        expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/ocsp-response']);
        const revocation = { crls: [], ocspResponses: [read] };
        const [finding] = await revocationFindings(path, undefined, { at: NOW, trust, revocation });
        expect(finding?.code).toBe('certificate-revoked');
      }
    }
  });

  it('answers for several certificates in the order of the request, others are unknown', async () => {
    const other = readCertificate(await build(changed(RIGHT.leaf, { serialNumber: Uint8Array.of(4) })));
    const request = await createOcspRequest({
      certificates: [
        { certificate: other, issuer: authority },
        { certificate: leaf, issuer: authority },
        // The same serial number of another issuer.
        { certificate: other, issuer: world.root },
      ],
      hash: 'SM3',
    });
    const { read } = await ask(post(request.bytes));
    expect(read.responses.map(({ certificateStatus }) => certificateStatus.status)).toEqual([
      'good',
      'revoked',
      'unknown',
    ]);
    expect(read.responses.map(({ certId }) => certId)).toEqual(request.certIds);
    expect(read.responses[0]!.thisUpdate).toEqual(NOW);
    expect(read.responses[0]!.nextUpdate).toEqual(new Date(NOW.getTime() + 3_600_000));
  });

  it('may be kept by caches, unless a nonce was sent, which is repeated', async () => {
    const { response } = await ask(post((await requestOf()).bytes), { validityMs: 600_000 });
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'cache-control': 'max-age=600, public, no-transform, must-revalidate',
      'last-modified': 'Mon, 01 Jun 2026 00:00:00 GMT',
      expires: 'Mon, 01 Jun 2026 00:10:00 GMT',
    });
    expect(response.headers.get('etag')).toMatch(/^"[0-9a-f]{64}"$/);
    const fresh = await ask(post((await requestOf('SM3', NONCE)).bytes));
    expect(fresh.response.headers.get('cache-control')).toBe('no-store');
    expect(fresh.read.nonce).toEqual(NONCE);
  });

  it('lets a delegated certificate sign, and sends it along', async () => {
    const signer = sm2();
    const certificate = readCertificate(
      await build(
        changed(RIGHT.leaf, {
          serialNumber: Uint8Array.of(9),
          subject: 'CN=OCSP,C=CN',
          key: signer,
          extensions: { extendedKeyUsage: extendedKeyUsage('1.3.6.1.5.5.7.3.9') },
        }),
      ),
    );
    const { read } = await ask(post((await requestOf()).bytes), { signer, certificate });
    expect(read.certificates.map(({ bytes }) => bytes)).toEqual([certificate.bytes]);
    const { trust, path } = world;
    const revocation = { crls: [], ocspResponses: [read] };
    expect((await revocationFindings(path, undefined, { at: NOW, trust, revocation }))[0]?.code).toBe(
      'certificate-revoked',
    );
    const code = (change: Partial<OcspResponderOptions>) => codeOf(() => ocspResponder({ ...options(), ...change }));
    expect(await code({ certificate })).toBe('key-mismatch');
    expect(await code({ certificate: leaf, signer: RIGHT.leaf.key })).toBe('certificate-unsuitable');
    expect(await code({ certificate, signer, issuer: world.root })).toBe('certificate-unsuitable');
    expect(await code({ signer })).toBe('key-mismatch');
    expect(await code({ path: '/ocsp' })).toBe('invalid-argument');
    expect(await code({ validityMs: 999 })).toBe('invalid-argument');
    expect(await code({ validityMs: Number.NaN })).toBe('invalid-argument');
  });

  it('lies at a path', async () => {
    const { bytes } = await requestOf();
    const at = async (request: Request) => (await ocspResponder({ ...options(), path: '/ocsp/' })(request)).status;
    expect(await at(post(bytes, 'http://server/ocsp'))).toBe(200);
    expect(await at(post(bytes, 'http://server/ocsp/'))).toBe(200);
    expect(await at(post(bytes, 'http://server/'))).toBe(404);
    expect(await at(new Request(`http://server/ocsp/${base64(bytes)}`))).toBe(200);
    expect(await at(new Request(`http://server/${base64(bytes)}`))).toBe(404);
  });

  it('refuses what is no request, without a signature and for no cache', async () => {
    const answers = async (request: Request, change: Partial<OcspResponderOptions> = {}) => {
      const response = await ocspResponder({ ...options(), ...change })(request);
      const body = await bytesOf(response);
      return `${response.status} ${[...body].join(' ')} ${response.headers.get('cache-control')}`;
    };
    const malformed = '200 48 3 10 1 1 no-store';
    const right = (await requestOf()).bytes;
    expect(await answers(post(new Uint8Array(0)))).toBe(malformed);
    expect(await answers(post(right.subarray(1)))).toBe(malformed);
    expect(await answers(new Request('http://server/%%%'))).toBe(malformed);
    expect(await answers(new Request('http://server/%F0%28'))).toBe(malformed);
    expect(await answers(new Request('http://server/'))).toBe(malformed);
    expect(await answers(post(new Uint8Array(OCSP_REQUEST_LIMITS.maxBytes)))).toBe(malformed);
    expect(await answers(post(new Uint8Array(OCSP_REQUEST_LIMITS.maxBytes + 1)))).toBe('413  null');
    expect(await answers(new Request(`http://server/${'A'.repeat(2 * OCSP_REQUEST_LIMITS.maxBytes + 1)}`))).toBe(
      '414  null',
    );
    expect(await answers(new Request(`http://server/${'A'.repeat(2 * OCSP_REQUEST_LIMITS.maxBytes)}`))).toBe(malformed);
    expect(await answers(new Request('http://server/', { method: 'PUT', body: 'x' }))).toBe('405  null');
    const told: unknown[] = [];
    const broken = () => {
      throw new Error('the store is away');
    };
    const internal = '200 48 3 10 1 2 no-store';
    expect(await answers(post(right), { statusOf: broken, onError: (error) => told.push(error) })).toBe(internal);
    expect(told).toHaveLength(1);
    expect(await answers(post(right), { signer: { ...RIGHT.authority.key, sign: broken } })).toBe(internal);
  });

  it('stops reading a body that does not end', async () => {
    let sent = 0;
    const body = new ReadableStream({
      pull(controller) {
        sent += 1024;
        controller.enqueue(new Uint8Array(1024));
      },
    });
    const request = new Request('http://server/', { method: 'POST', body, duplex: 'half' } as RequestInit);
    expect((await ocspResponder(options())(request)).status).toBe(413);
    expect(sent).toBeLessThan(3 * OCSP_REQUEST_LIMITS.maxBytes);
  });
});
