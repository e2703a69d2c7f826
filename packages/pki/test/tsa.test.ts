import { der } from '@gov/der';
import { readCertificate, TrustStore } from '@gov/pki';
import {
  createTimestampRequest,
  readTimestampRequest,
  readTimestampResponse,
  readTimestampToken,
  requestTimestamp,
  type Stamped,
  TIMESTAMP_LIMITS,
  timestampNonce,
  verifyTimestamp,
} from '@gov/pki/timestamp';
import { type TsaOptions, tsaHandler } from '@gov/pki/tsa';
import { isGovError } from '@gov/verdict';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cpuTime } from '../../../test/cpu-time.js';
import { codeOf, sm2 } from './builder.js';
import {
  algorithmIdentifier,
  buildToken,
  CONTENT,
  digest,
  imprint,
  OID,
  tsaCertificate,
  type World,
  worldOf,
} from './timestamp-build.js';

const world = await worldOf();
const others = [world, await worldOf('RSA-PKCS1-SHA256'), await worldOf('ECDSA-P256-SHA256')];
const NOW = new Date('2026-06-01T08:00:00.120Z');

function optionsOf({ signer, certificate }: World = world, more: Partial<TsaOptions> = {}): TsaOptions {
  let serial = 0n;
  return { signer, certificate, policy: OID.policy, clock: () => NOW, serial: async () => ++serial, ...more };
}

const handler = (more?: Partial<TsaOptions>, of?: World) => tsaHandler(optionsOf(of, more));

const post = (body: Uint8Array, type = 'application/timestamp-query') =>
  new Request('http://tsa/', { method: 'POST', headers: { 'content-type': type }, body: Uint8Array.from(body) });

/** The token, or what was thrown for want of one. */
async function ask(body: Uint8Array, more?: Partial<TsaOptions>, of?: World) {
  const response = await handler(more, of)(post(body));
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/timestamp-reply');
  return readTimestampResponse(new Uint8Array(await response.arrayBuffer()));
}

const refusal = async (body: Uint8Array, more?: Partial<TsaOptions>): Promise<string> => {
  try {
    await ask(body, more);
  } catch (error) {
    if (isGovError(error)) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'granted';
};

const query = (...fields: Uint8Array[]) => der.sequence(der.integer(1), imprint('SM3'), ...fields);

describe('the authority', () => {
  it('stamps what the client asks for, and the client checks it', async () => {
    for (const of of others) {
      const options = { fetch: handler({}, of), at: NOW, trust: of.trust };
      const token = await requestTimestamp('http://tsa/', { content: CONTENT, hash: 'SM3' }, options);
      expect(token.info).toMatchObject({
        policy: OID.policy,
        genTime: NOW,
        accuracyMicros: 1_000_000,
        ordering: false,
      });
      expect(token.info.deviations).toEqual([]);
      // RFC 3161 2.4.2, whatever the key: the types of GB/T 35275 are for others.
      expect(token.signedData).toMatchObject({ form: 'rfc5652', version: 3, deviations: [] });
      expect(readTimestampToken(token.bytes, 'strict').info.serialNumber).toBe(1n);
      const report = await verifyTimestamp(token.bytes, { content: CONTENT }, { at: NOW, trust: of.trust });
      expect(report.verdict).toBe('valid');
    }
  });

  it('repeats the nonce, the policy and the imprint to the octet, and brings certificates only where asked', async () => {
    const { certificate, root } = world;
    const withNull = der.sequence(
      algorithmIdentifier(OID['SHA-256'], der.nullValue()),
      der.octetString(digest('SHA-256', CONTENT)),
    );
    const body = der.sequence(der.integer(1), withNull, der.oid(OID.policy), der.integer(-1));
    const token = await ask(body, { chain: [root] });
    expect(token.info.imprint.bytes).toEqual(withNull);
    expect(token.info.nonce).toBe(-1n);
    expect(token.signedData.certificates).toEqual([]);
    const bringing = await ask(query(der.boolean(true)), { chain: [root] });
    expect(bringing.signedData.certificates.map(({ bytes }) => bytes)).toEqual(
      expect.arrayContaining([certificate.bytes, root.bytes]),
    );
    expect(bringing.info.nonce).toBeUndefined();
  });

  it('never gives a serial number twice', async () => {
    const answers = handler();
    const tokens = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const response = await answers(post(query()));
        return readTimestampResponse(new Uint8Array(await response.arrayBuffer())).info.serialNumber;
      }),
    );
    expect(new Set(tokens).size).toBe(20);
  });

  it('writes what the clock says, to the millisecond, and its own accuracy', async () => {
    const token = await ask(query(), { clock: () => new Date('2026-06-01T08:00:00Z'), accuracyMs: 2500 });
    expect(token.info.genTime).toEqual(new Date('2026-06-01T08:00:00Z'));
    expect(token.info.latest).toEqual(new Date('2026-06-01T08:00:02.500Z'));
    expect((await ask(query(), { accuracyMs: 20 })).info.accuracyMicros).toBe(20_000);
  });

  it.each<[string, Uint8Array, string, Partial<TsaOptions>?]>([
    ['SHA-1', der.sequence(der.integer(1), imprint('SHA-1')), 'badAlg'],
    ['a digest that it does not take', query(), 'badAlg', { hashes: ['SHA-256', 'SHA-512'] }],
    ['another policy', query(der.oid('1.2.3')), 'unacceptedPolicy'],
    [
      'an extension',
      query(der.element(0xa0, der.sequence(der.oid('1.2.3'), der.octetString(Uint8Array.of(1))))),
      'unacceptedExtension',
    ],
    ['no request', Uint8Array.of(1, 2, 3), 'badDataFormat'],
    ['nothing', new Uint8Array(0), 'badDataFormat'],
    ['version 2', der.sequence(der.integer(2), imprint('SM3')), 'badDataFormat'],
    ['bytes after it', Uint8Array.of(...query(), 1), 'badDataFormat'],
    ['a field too many', query(der.boolean(true), der.integer(1)), 'badDataFormat'],
    [
      'a digest of the wrong length',
      der.sequence(
        der.integer(1),
        der.sequence(algorithmIdentifier(OID['SHA-512']), der.octetString(new Uint8Array(32))),
      ),
      'badDataFormat',
    ],
    ['anything before its certificate', query(), 'timeNotAvailable', { clock: () => new Date('2025-12-31T23:59:59Z') }],
    ['anything after its certificate', query(), 'timeNotAvailable', { clock: () => new Date('2030-01-01T00:00:01Z') }],
    ['anything without a time', query(), 'timeNotAvailable', { clock: () => new Date(Number.NaN) }],
    ['anything with a serial number of zero', query(), 'systemFailure', { serial: async () => 0n }],
    ['anything with one of more than 160 bits', query(), 'systemFailure', { serial: async () => 1n << 160n }],
  ])('refuses %s', async (_, body, failure, more) => {
    expect(await refusal(body, more)).toContain(`timestamp-refused rejection, ${failure}, `);
  });

  it('tells its operator and nobody else why it failed', async () => {
    const told: unknown[] = [];
    const secret = new Error('slot 3, PIN 1234');
    const failing = { ...optionsOf().signer, sign: () => Promise.reject(secret) };
    expect(await refusal(query(), { signer: failing, onError: (error) => told.push(error) })).toBe(
      'timestamp-refused rejection, systemFailure, the timestamp could not be made',
    );
    const noSerial = () => Promise.reject(new Error('disk full'));
    expect(await refusal(query(), { serial: noSerial, onError: (error) => told.push(error) })).toContain(
      'systemFailure',
    );
    expect(told).toEqual([secret, new Error('disk full')]);
  });

  it('takes one serial number for each timestamp, and none for a refusal', async () => {
    let taken = 0n;
    const serial = async () => ++taken;
    await refusal(Uint8Array.of(1), { serial });
    await refusal(query(der.oid('1.2.3')), { serial });
    await refusal(query(), { serial, clock: () => new Date('2040-01-01T00:00:00Z') });
    expect(taken).toBe(0n);
    await ask(query(), { serial });
    expect(taken).toBe(1n);
  });

  it.each<[string, Request, number]>([
    ['GET', new Request('http://tsa/'), 405],
    ['another type', post(query(), 'application/ocsp-request'), 415],
    ['more than the limit', post(new Uint8Array(TIMESTAMP_LIMITS.requestBytes + 1)), 413],
  ])('answers %s with a status of HTTP', async (_, request, status) => {
    const response = await handler()(request);
    expect(response.status).toBe(status);
    expect(await response.text()).toBe('');
  });

  it('reads a request of exactly the limit', async () => {
    expect(await refusal(new Uint8Array(TIMESTAMP_LIMITS.requestBytes).fill(1))).toContain('badDataFormat');
  });

  it.each<[string, () => Partial<TsaOptions> | Promise<Partial<TsaOptions>>, string]>([
    ['the key of another', () => ({ signer: sm2() }), 'key-mismatch'],
    [
      'a certificate for something else',
      () => ({ certificate: world.root, signer: world.ca.signer }),
      'certificate-unsuitable',
    ],
    ['a policy that is no OID', () => ({ policy: 'policy' }), 'invalid-argument'],
    ['no digest', () => ({ hashes: [] }), 'invalid-argument'],
    ['a weak digest', () => ({ hashes: ['SHA-1' as 'SM3'] }), 'invalid-argument'],
    ['an accuracy of nothing', () => ({ accuracyMs: 0 }), 'invalid-argument'],
    ['an accuracy in parts of a millisecond', () => ({ accuracyMs: 0.5 }), 'invalid-argument'],
  ])('is not set up with %s', async (_, more, code) => {
    const options = optionsOf(world, await more());
    expect(await codeOf(() => tsaHandler(options))).toBe(code);
  });
});

describe('the client', () => {
  const stamped: Stamped = { content: CONTENT, hash: 'SM3' };
  const trust = world.trust;
  const reply =
    (body: Uint8Array, init: ResponseInit = {}) =>
    async () =>
      new Response(Uint8Array.from(body), { headers: { 'content-type': 'application/timestamp-reply' }, ...init });
  const answer = (token: Uint8Array) => reply(der.sequence(der.sequence(der.integer(0)), token));
  const requested = (fetch: (request: Request) => Promise<Response>, more = {}) =>
    requestTimestamp('http://tsa/', stamped, { fetch, at: NOW, trust, ...more });
  const nonce = { nonce: 5n };
  const right = { genTime: der.generalizedTime(NOW), nonce: der.integer(5) };

  it('sends a new nonce each time, and wants the certificate', async () => {
    const seen: unknown[] = [];
    for (let i = 0; i < 2; i++) {
      await requested(async (request) => {
        expect(request.method).toBe('POST');
        expect(request.headers.get('content-type')).toBe('application/timestamp-query');
        const read = readTimestampRequest(new Uint8Array(await request.clone().arrayBuffer()), 'strict');
        expect(read.certReq).toBe(true);
        seen.push(read.nonce);
        return handler()(request);
      });
    }
    expect(new Set(seen).size).toBe(2);
  });

  it.each<[string, () => Promise<Uint8Array>, string]>([
    [
      'other content',
      () => buildToken(world, { info: { ...right, imprint: imprint('SM3', Uint8Array.of(1)) } }),
      'timestamp-imprint-mismatch',
    ],
    [
      'another digest algorithm',
      () => buildToken(world, { info: { ...right, imprint: imprint('SHA-256') } }),
      'timestamp-imprint-mismatch',
    ],
    [
      'an old nonce',
      () => buildToken(world, { info: { ...right, nonce: der.integer(6) } }),
      'timestamp-nonce-mismatch',
    ],
    ['no nonce', () => buildToken(world, { info: { ...right, nonce: undefined } }), 'timestamp-nonce-mismatch'],
    ['the signature of a stranger', () => buildToken(world, { info: right, signer: sm2() }), 'signature-invalid'],
    [
      'a time to come',
      () => buildToken(world, { info: { ...right, genTime: der.generalizedTime(new Date('2026-06-02T00:00:00Z')) } }),
      'signing-time-future',
    ],
  ])('gives out no token about %s', async (_, token, code) => {
    const fetch = answer(await token());
    const problem = await requested(fetch, nonce).catch((error: unknown) => error);
    expect(isGovError(problem) && `${problem.code} ${problem.message}`).toContain('timestamp-answer-wrong');
    expect(String(problem)).toContain(code);
  });

  it('gives out the one that is right, also where it knows no anchor', async () => {
    const fetch = answer(await buildToken(world, { info: right }));
    expect((await requested(fetch, nonce)).info.nonce).toBe(5n);
    expect((await requested(fetch, { ...nonce, trust: new TrustStore({ anchors: [] }) })).info.nonce).toBe(5n);
  });

  it('wants the policy that it asked for', async () => {
    const fetch = answer(await buildToken(world, { info: right }));
    expect(await codeOf(() => requested(fetch, { ...nonce, policy: '1.2.3' }))).toBe('timestamp-answer-wrong');
    expect(await codeOf(() => requested(fetch, { ...nonce, policy: OID.policy }))).toBe('nothing thrown');
    expect(await codeOf(() => requested(handler(), { policy: '1.2.3' }))).toBe('timestamp-refused');
  });

  it.each<[string, (request: Request) => Promise<Response>, string]>([
    ['no network', () => Promise.reject(new TypeError('fetch failed')), 'timestamp-unavailable'],
    ['a status', reply(new Uint8Array(0), { status: 503 }), 'timestamp-unavailable'],
    [
      'another type',
      async () => new Response('<html>', { headers: { 'content-type': 'text/html' } }),
      'timestamp-malformed',
    ],
    [
      'another address',
      async () => new Response(null, { status: 307, headers: { location: 'http://tsa/2' } }),
      'timestamp-unavailable',
    ],
    ['nothing', reply(new Uint8Array(0)), 'timestamp-malformed'],
    ['more than the limit', reply(new Uint8Array(TIMESTAMP_LIMITS.tokenBytes + 1)), 'input-too-large'],
    ['a status of its own', reply(der.sequence(der.sequence(der.integer(3)))), 'timestamp-refused'],
    [
      'a token beside a refusal',
      async () => reply(der.sequence(der.sequence(der.integer(2)), await buildToken(world)))(),
      'timestamp-malformed',
    ],
    ['no token beside a grant', reply(der.sequence(der.sequence(der.integer(1)))), 'timestamp-malformed'],
  ])('answered with %s', async (_, fetch, code) => {
    expect(await codeOf(() => requested(fetch))).toBe(code);
  });

  it('names every failure of a refusal, and its words', async () => {
    const refused = (...bits: number[]) =>
      reply(
        der.sequence(
          der.sequence(
            der.integer(2),
            der.sequence(der.utf8String('明天再来'), der.utf8String('a'.repeat(500))),
            der.namedBits(bits),
          ),
        ),
      );
    const problem = await requested(refused(0, 2, 14, 17, 25)).catch((error: unknown) => error);
    expect((problem as Error).message).toBe(
      `rejection, badAlg, badRequest, timeNotAvailable, addInfoNotAvailable, systemFailure, 明天再来, ${'a'.repeat(200)}`,
    );
  });

  it.each(['', 'tsa', 'file:///etc/passwd', 'ftp://tsa/'])('does not ask at "%s"', async (url) => {
    expect(await codeOf(() => requestTimestamp(url, stamped, { fetch: handler(), at: NOW, trust }))).toBe(
      'invalid-argument',
    );
  });

  it('stops when told to', async () => {
    const controller = new AbortController();
    const hanging = (request: Request) =>
      new Promise<Response>((_, reject) =>
        request.signal.addEventListener('abort', () => reject(request.signal.reason)),
      );
    const asked = requested(hanging, { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(asked).rejects.toThrow('enough');
    expect(await codeOf(() => requested(hanging, { timeoutMs: 20 }))).toBe('timestamp-unavailable');
  });
});

describe('requests', () => {
  it.each<[string, Stamped, object?]>([
    ['a digest of the wrong length', { digest: new Uint8Array(31), hash: 'SM3' }],
    ['a digest of another algorithm', { digest: new Uint8Array(32), hash: 'SHA-512' }],
    ['an algorithm that is none', { content: CONTENT, hash: 'SHA-1' as 'SM3' }],
    ['an algorithm of the language', { content: CONTENT, hash: 'toString' as 'SM3' }],
    ['a policy that is no OID', { content: CONTENT, hash: 'SM3' }, { policy: '1.2.' }],
  ])('are not made for %s', async (_, stamped, more) => {
    expect(await codeOf(() => createTimestampRequest({ ...stamped, ...more }))).toBe('invalid-argument');
  });

  it('are read as they were made', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('SM3', 'SHA-256', 'SHA-384', 'SHA-512'),
        fc.uint8Array({ maxLength: 200 }),
        fc.option(fc.bigInt(), { nil: undefined }),
        fc.boolean(),
        fc.boolean(),
        (hash, content, nonce, certReq, withPolicy) => {
          const options = { ...(nonce === undefined ? {} : { nonce }), ...(withPolicy ? { policy: OID.policy } : {}) };
          const bytes = createTimestampRequest({ content, hash, certReq, ...options });
          const { imprint: read, ...rest } = readTimestampRequest(bytes, 'strict');
          expect(rest).toEqual({ ...options, certReq, extensions: new Map() });
          expect(read).toMatchObject({ hash, digest: digest(hash, content) });
          expect(createTimestampRequest({ digest: read.digest, hash, certReq, ...options })).toEqual(bytes);
        },
      ),
    );
  });

  it('want more than one nonce', () => {
    expect(new Set(Array.from({ length: 100 }, timestampNonce)).size).toBe(100);
  });
});

describe('whatever is asked', () => {
  it('is stamped so that it verifies', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...others),
        fc.constantFrom('SM3', 'SHA-256', 'SHA-384', 'SHA-512'),
        fc.uint8Array({ maxLength: 100 }),
        fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
        fc.date({ min: new Date('2026-01-01T00:00:00Z'), max: new Date('2029-12-31T23:59:58Z'), noInvalidDate: true }),
        fc.integer({ min: 1, max: 100_000 }),
        async (of, hash, content, nonce, clock, accuracyMs) => {
          const token = await ask(
            createTimestampRequest({ content, hash, nonce }),
            { clock: () => clock, accuracyMs },
            of,
          );
          const at = new Date(clock.getTime() + 3_600_000);
          const question = { digest: digest(hash, content), hash, nonce, policy: OID.policy };
          const trust = new TrustStore({ anchors: [of.root], profile: 'strict' });
          const report = await verifyTimestamp(token.bytes, question, {
            at: at > of.certificate.notAfter ? clock : at,
            trust,
          });
          expect(report.verdict).toBe('valid');
          expect(report.subject.genTime).toBe(clock.toISOString());
          if (at <= of.certificate.notAfter)
            expect(report.provedTime?.value.getTime()).toBe(clock.getTime() + accuracyMs);
          const other = { content: Uint8Array.of(...content, 0) };
          expect((await verifyTimestamp(token.bytes, other, { at, trust })).verdict).toBe('invalid');
        },
      ),
      { numRuns: process.env.SLOW === undefined ? 60 : 1000 },
    );
  });
});

describe('damaged bytes', () => {
  const RUNS = process.env.SLOW === undefined ? 2000 : 40_000;

  async function fuzz(seed: Uint8Array, read: (bytes: Uint8Array) => unknown): Promise<void> {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.tuple(
            fc.nat(seed.length - 1),
            fc.constantFrom('set', 'cut', 'add', 'drop'),
            fc.integer({ min: 0, max: 255 }),
          ),
          {
            minLength: 1,
            maxLength: 4,
          },
        ),
        async (changes) => {
          const bytes = [...seed];
          for (const [at, kind, value] of changes) {
            if (kind === 'set') bytes[at % Math.max(bytes.length, 1)] = value;
            if (kind === 'cut') bytes.length = Math.min(bytes.length, at);
            if (kind === 'add') bytes.splice(at, 0, value);
            if (kind === 'drop') bytes.splice(at, 1);
          }
          const started = cpuTime();
          try {
            await read(Uint8Array.from(bytes));
          } catch (error) {
            if (!isGovError(error)) throw error;
            expect(['timestamp-malformed', 'timestamp-refused', 'input-too-large']).toContain(error.code);
          }
          expect(cpuTime() - started).toBeLessThan(1000);
        },
      ),
      { numRuns: RUNS },
    );
  }

  it('of requests are refused or read', () =>
    fuzz(
      createTimestampRequest({ content: CONTENT, hash: 'SM3', nonce: 1n, policy: OID.policy }),
      readTimestampRequest,
    ));

  it('of answers are refused or read', async () => {
    const token = await buildToken(world);
    await fuzz(der.sequence(der.sequence(der.integer(0)), token), readTimestampResponse);
    await fuzz(
      der.sequence(der.sequence(der.integer(2), der.sequence(der.utf8String('明天')), der.namedBits([0]))),
      readTimestampResponse,
    );
  });

  it('of tokens are refused, or judged and no more than the right one', async () => {
    const seed = await buildToken(world, { info: { accuracy: der.sequence(der.integer(1)), nonce: der.integer(1) } });
    const right = readTimestampToken(seed).info.genTime;
    await fuzz(seed, async (bytes) => {
      const { provedTime, subject } = await verifyTimestamp(
        bytes,
        { content: CONTENT },
        { at: NOW, trust: world.trust },
      );
      if (provedTime !== undefined) expect(subject.genTime).toBe(right.toISOString());
    });
  });

  it('of requests get an answer of the authority', async () => {
    const answers = handler();
    await fuzz(createTimestampRequest({ content: CONTENT, hash: 'SM3' }), async (bytes) => {
      const response = await answers(post(bytes));
      expect(response.status).toBe(200);
      readTimestampResponse(new Uint8Array(await response.arrayBuffer()));
    });
  });
});

describe('a certificate of the authority', () => {
  it('is what the development CA issues for timestamps', async () => {
    const { extensions, extendedKeyUsage } = readCertificate((await tsaCertificate(world.ca, world.signer)).bytes);
    expect(extendedKeyUsage).toEqual(['1.3.6.1.5.5.7.3.8']);
    expect(extensions.get('2.5.29.37')?.critical).toBe(true);
  });
});
