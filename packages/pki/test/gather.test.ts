import { certificateFindings } from '@gov/pki';
import { type CertificateStatus, createOcspFailure, createOcspRequest, ocspResponder } from '@gov/pki/ocsp';
import {
  CRL_LIMITS,
  type Fetch,
  GATHER_LIMITS,
  type GatherOptions,
  gatherRevocation,
  memoryRevocationCache,
  type RevocationCache,
  URL_MAX_LENGTH,
} from '@gov/pki/revocation';
import { beforeAll, describe, expect, it } from 'vitest';
import { type CrlSpec, crlBytes, distributionPoints, pki, responders, T } from './revocation-build.js';
import { RIGHT } from './wrong.js';

const AT = T('2026-06-01T00:00:00Z');
const OCSP = 'http://ocsp.example/';
const CRL = 'http://ca.example/ca.crl';
const ROOT_CRL = 'https://ca.example/root.crl';
const ROOT = { issuer: RIGHT.root.subject, by: RIGHT.root.key };

type World = Awaited<ReturnType<typeof pki>>;
let world: World;
beforeAll(async () => {
  world = await worldOf([OCSP], [[CRL]]);
});

const worldOf = (ocsp: string[], points: string[][]) =>
  pki({
    leaf: {
      extensions: {
        ...(ocsp.length === 0 ? {} : { ocsp: responders(...ocsp) }),
        ...(points.length === 0 ? {} : { points: distributionPoints(...points) }),
      },
    },
    authority: { extensions: { points: distributionPoints([ROOT_CRL]) } },
  });

const responder = (status: CertificateStatus = { status: 'good' }): Fetch =>
  ocspResponder({ issuer: world.authority, signer: RIGHT.authority.key, statusOf: () => status, clock: () => AT });
const serve =
  (bytes: Uint8Array | Promise<Uint8Array>): Fetch =>
  async () =>
    new Response(Uint8Array.from(await bytes));
const crl = (spec: CrlSpec = {}) => serve(crlBytes(spec));
const status =
  (code: number, headers: Record<string, string> = {}): Fetch =>
  async () =>
    new Response(null, { status: code, headers });

/** What each address answers, and what was asked. */
function network(places: Readonly<Record<string, Fetch>>): { readonly fetch: Fetch; readonly asked: string[] } {
  const asked: string[] = [];
  const all: Readonly<Record<string, Fetch>> = { [OCSP]: responder(), [CRL]: crl(), [ROOT_CRL]: crl(ROOT), ...places };
  return {
    asked,
    fetch: async (request) => {
      asked.push(`${request.method} ${request.url}`);
      const answer = all[request.url];
      if (answer === undefined) throw new TypeError('fetch failed');
      return answer(request);
    },
  };
}

async function gather(
  places: Readonly<Record<string, Fetch>> = {},
  options: Partial<GatherOptions> = {},
  of: World = world,
) {
  const { fetch, asked } = network(places);
  const { trust, leaf } = of;
  // The path of the store, as verifiers use it.
  const { path } = await trust.path(leaf);
  const gathered = await gatherRevocation(path, { trust, at: AT, fetch, ...options });
  const { findings } = await certificateFindings(
    leaf,
    { use: 'signer', time: undefined },
    { at: AT, trust, revocation: gathered },
  );
  return {
    asked,
    gathered,
    problems: gathered.problems.map(({ url, problem }) => `${url} ${problem}`),
    revocation: findings.filter(({ check }) => check === 'revocation'),
    codes: findings.filter(({ check }) => check === 'revocation').map(({ code }) => code),
  };
}

describe('where it looks', () => {
  it('asks the responder first, and lists only where there is none', async () => {
    const { asked, codes, problems, gathered } = await gather();
    expect(asked).toEqual([`POST ${OCSP}`, `GET ${ROOT_CRL}`]);
    expect(codes).toEqual(['revocation-ok', 'revocation-ok']);
    expect(problems).toEqual([]);
    expect([gathered.ocspResponses.length, gathered.crls.length]).toEqual([1, 1]);
  });

  it('is content with a responder that says revoked', async () => {
    const revoked = responder({ status: 'revoked', revokedAt: T('2026-05-01T00:00:00Z') });
    const { asked, codes } = await gather({ [OCSP]: revoked });
    expect(asked).toEqual([`POST ${OCSP}`, `GET ${ROOT_CRL}`]);
    expect(codes).toEqual(['certificate-revoked', 'revocation-ok']);
  });

  const late = new Promise<Response>(() => {});
  it.each<[string, Fetch, string]>([
    ['is away', async () => Promise.reject(new TypeError('fetch failed')), 'fetch-failed'],
    ['does not answer', () => late, 'timeout'],
    ['answers an error', status(500), 'http-status'],
    ['answers nothing', status(204), 'http-status'],
    ['moved', status(307, { location: 'http://other.example/' }), 'fetch-failed'],
    ['answers something else', serve(new TextEncoder().encode('<html>')), 'unreadable'],
    ['is not for us', serve(createOcspFailure('unauthorized')), 'no-answer'],
    ['does not know', (request) => responder({ status: 'unknown' })(request), 'not-usable'],
    ['answers without end', async () => new Response(endless()), 'too-large'],
    ['stops in the middle', async () => new Response(breaking()), 'fetch-failed'],
  ])('falls back to the list where the responder %s', async (_, answer, problem) => {
    const { asked, codes, problems } = await gather(
      { [OCSP]: answer },
      problem === 'timeout' ? { timeoutMs: 1000 } : {},
    );
    expect(problems).toEqual([`${OCSP} ${problem}`]);
    expect(asked).toEqual([`POST ${OCSP}`, `GET ${CRL}`, `GET ${ROOT_CRL}`]);
    expect(codes).toEqual(['revocation-ok', 'revocation-ok']);
  });

  it('does not believe a responder of nobody, one that replays, or one that answers about another', async () => {
    const stranger = RIGHT.leaf.key;
    const forged: Fetch = ocspResponder({
      issuer: { ...world.authority, publicKey: stranger.publicKey },
      signer: stranger,
      statusOf: () => ({ status: 'good' }),
      clock: () => AT,
    });
    const old: Fetch = ocspResponder({
      issuer: world.authority,
      signer: RIGHT.authority.key,
      statusOf: () => ({ status: 'good' }),
      clock: () => T('2026-05-31T00:00:00Z'),
    });
    for (const answer of [forged, old]) {
      const { problems, codes } = await gather({ [OCSP]: answer, [CRL]: crl({ entries: [{}] }) });
      expect(problems).toEqual([`${OCSP} not-usable`]);
      expect(codes[0]).toBe('certificate-revoked');
    }
    const forgery = await gather({ [OCSP]: forged, [CRL]: crl({ by: stranger }) });
    expect(forgery.problems).toEqual([`${OCSP} not-usable`, `${CRL} not-usable`]);
    expect(forgery.codes[0]).toBe('revocation-data-untrusted');
  });

  it('wants its nonce repeated', async () => {
    const nonce = () => new Uint8Array(16).fill(5);
    expect((await gather({}, { nonce })).problems).toEqual([]);
    const forgetful: Fetch = async (request) => {
      const certificates = [{ certificate: world.leaf, issuer: world.authority }];
      const { bytes } = await createOcspRequest({ certificates, hash: 'SM3' });
      return responder()(new Request(request.url, { method: 'POST', body: Uint8Array.from(bytes) }));
    };
    const { problems, gathered } = await gather({ [OCSP]: forgetful }, { nonce });
    expect(problems).toEqual([`${OCSP} no-answer`]);
    expect(gathered.ocspResponses).toEqual([]);
  });

  it('names what it found nothing for', async () => {
    const { revocation } = await gather({ [OCSP]: status(503), [CRL]: status(404) });
    expect(revocation[0]).toMatchObject({ outcome: 'unknown', code: 'revocation-not-checked' });
    expect(revocation[0]!.detail).toContain(`${OCSP} http-status (status 503); ${CRL} http-status (status 404)`);
    expect(revocation[1]!.code).toBe('revocation-ok');
  });

  it('asks nothing for a certificate that names nothing', async () => {
    const silent = await worldOf([], []);
    const { asked, codes } = await gather({}, {}, silent);
    expect(asked).toEqual([`GET ${ROOT_CRL}`]);
    expect(codes).toEqual(['revocation-not-checked', 'revocation-ok']);
    const { fetch, asked: none } = network({});
    const { root, trust } = silent;
    expect(await gatherRevocation([root], { trust, at: AT, fetch })).toEqual({
      crls: [],
      ocspResponses: [],
      problems: [],
    });
    expect(none).toEqual([]);
  });
});

describe('what it does not ask', () => {
  it('anything but http and https', async () => {
    const strange = [
      'ldap://ca.example/cn=ca?certificateRevocationList',
      'file:///etc/passwd',
      'ftp://ca.example/ca.crl',
      'ca.crl',
      'javascript:0',
      'http://user:secret@ca.example/ca.crl',
      `http://ca.example/${'x'.repeat(URL_MAX_LENGTH)}`,
      '',
    ];
    const odd = await worldOf(strange, [strange, [CRL]]);
    const { asked, problems } = await gather({}, {}, odd);
    expect(asked).toEqual([`GET ${CRL}`, `GET ${ROOT_CRL}`]);
    expect(problems).toHaveLength(2 * strange.length);
    expect(problems.every((text) => text.endsWith(' not-fetched') && text.length < 220)).toBe(true);
  });

  it('more than a few addresses', async () => {
    const many = Array.from({ length: 100 }, (_, index) => `http://ca.example/${index}.crl`);
    const busy = await worldOf([], [many]);
    const { asked, problems } = await gather({}, {}, busy);
    expect(asked).toHaveLength(GATHER_LIMITS.maxUrls + 1);
    expect(problems).toHaveLength(GATHER_LIMITS.maxUrls + 1);
    expect(problems.at(-1)).toBe(`http://ca.example/${GATHER_LIMITS.maxUrls}.crl too-many-urls`);
    const last = many.slice(0, GATHER_LIMITS.maxUrls);
    const fine = await gather(
      { [last.at(-1)!]: crl() },
      {},
      await worldOf(
        [],
        last.map((url) => [url]),
      ),
    );
    expect(fine.codes).toEqual(['revocation-ok', 'revocation-ok']);
  });

  it('redirections to other schemes, or without end', async () => {
    const only = await worldOf([], [[CRL]]);
    const to = (location: string) => status(302, { location });
    const there = await gather({ [CRL]: to('/new.crl'), 'http://ca.example/new.crl': crl() }, {}, only);
    expect(there.asked).toEqual([`GET ${CRL}`, 'GET http://ca.example/new.crl', `GET ${ROOT_CRL}`]);
    expect(there.codes[0]).toBe('revocation-ok');
    for (const location of ['file:///etc/passwd', 'ldap://ca.example/', 'http://u:p@ca.example/', CRL]) {
      const { problems } = await gather({ [CRL]: to(location) }, {}, only);
      expect(problems).toEqual([`${CRL} fetch-failed`]);
    }
    const { asked } = await gather({ [CRL]: to(CRL) }, {}, only);
    expect(asked).toHaveLength(1 + GATHER_LIMITS.maxRedirects + 1);
  });

  it('lists that are larger than any list', async () => {
    const only = await worldOf([], [[CRL]]);
    let sent = 0;
    const { problems } = await gather(
      {
        [CRL]: async () =>
          new Response(
            endless((length) => {
              sent += length;
            }),
          ),
      },
      {},
      only,
    );
    expect(problems).toEqual([`${CRL} too-large`]);
    expect(sent).toBeLessThan(CRL_LIMITS.maxBytes + 8 * 1024 * 1024);
  });
});

function endless(count: (length: number) => void = () => {}): ReadableStream<Uint8Array> {
  const chunk = new Uint8Array(1024 * 1024);
  return new ReadableStream({
    pull(controller) {
      count(chunk.length);
      controller.enqueue(chunk);
    },
  });
}

const breaking = (): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start(controller) {
      controller.enqueue(new Uint8Array(10));
      controller.error(new TypeError('terminated'));
    },
  });

describe('its surroundings', () => {
  it('keeps what settled something until it is due, and never asks twice', async () => {
    const cache = memoryRevocationCache();
    const hour = (hours: number) => new Date(AT.getTime() + hours * 3_600_000);
    expect((await gather({}, { cache })).asked).toHaveLength(2);
    const again = await gather({}, { cache, at: hour(1) });
    expect(again.asked).toEqual([]);
    expect(again.codes).toEqual(['revocation-ok', 'revocation-ok']);
    // The OCSP response is due, the list is not.
    const due = await gather({}, { cache, at: new Date(hour(1).getTime() + 1) });
    expect(due.asked).toEqual([`POST ${OCSP}`, `GET ${CRL}`]);
    // With a nonce nothing old will do.
    expect((await gather({}, { cache, nonce: () => new Uint8Array(8).fill(1) })).asked).toEqual([`POST ${OCSP}`]);
  });

  it('keeps nothing that was not verified, and believes no cache', async () => {
    const put: string[] = [];
    const none: RevocationCache = {
      get: async () => undefined,
      put: async (key) => {
        put.push(key.split(' ').slice(0, 2).join(' '));
      },
    };
    const forged = crl({ by: RIGHT.leaf.key });
    await gather({ [OCSP]: status(500), [CRL]: forged, [ROOT_CRL]: serve(new Uint8Array(3)) }, { cache: none });
    expect(put).toEqual([]);
    await gather({}, { cache: none });
    expect(put).toEqual([`ocsp ${OCSP}`, `crl ${ROOT_CRL}`]);
    const poisoned: RevocationCache = { ...none, get: async () => crlBytes({ by: RIGHT.leaf.key }) };
    const { codes } = await gather({}, { cache: poisoned });
    expect(codes).toEqual(['revocation-data-untrusted', 'revocation-not-checked']);
  });

  it('keeps one certificate from the answer about another', async () => {
    const cache = memoryRevocationCache();
    await gather({}, { cache });
    const serialNumber = Uint8Array.of(4);
    const other = await pki({ leaf: { serialNumber, extensions: { ocsp: responders(OCSP) } } });
    expect((await gather({}, { cache }, other)).asked).toContain(`POST ${OCSP}`);
  });

  it('drops the oldest past its size', async () => {
    const cache = memoryRevocationCache(10);
    const put = (key: string, length: number) => cache.put(key, new Uint8Array(length), AT);
    const kept = async () => {
      const found = await Promise.all(['a', 'b', 'c'].map((key) => cache.get(key, AT)));
      return found.map((bytes) => bytes?.length);
    };
    await put('a', 5);
    await put('b', 5);
    expect(await kept()).toEqual([5, 5, undefined]);
    await put('a', 4);
    await put('c', 1);
    expect(await kept()).toEqual([4, 5, 1]);
    await put('c', 2);
    expect(await kept()).toEqual([4, undefined, 2]);
    await put('b', 11);
    expect(await kept()).toEqual([4, undefined, 2]);
    expect(await cache.get('a', new Date(AT.getTime() + 1))).toBeUndefined();
  });

  it('says what it asks, and stops when told to', async () => {
    const steps: string[] = [];
    const onProgress: GatherOptions['onProgress'] = ({ url }) => steps.push(url);
    await gather({}, { onProgress });
    expect(steps).toEqual([OCSP, ROOT_CRL]);
    const stop = new AbortController();
    const reason = new Error('enough');
    const stuck = gather({ [OCSP]: () => new Promise(() => stop.abort(reason)) }, { signal: stop.signal });
    await expect(stuck).rejects.toBe(reason);
    await expect(gather({}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it('asks in SHA-1 for a chain that is not of SM2, or in what it is told', async () => {
    const hashes: number[] = [];
    const watch: Fetch = async (request) => {
      const bytes = new Uint8Array(await request.clone().arrayBuffer());
      hashes.push(bytes.length);
      return responder()(request);
    };
    for (const hash of [undefined, 'SHA-1', 'SHA-256'] as const) await gather({ [OCSP]: watch }, hash ? { hash } : {});
    // Two digests of 32 octets, or of 20.
    expect(hashes[0]! - hashes[1]!).toBeGreaterThan(20);
    expect(hashes).toHaveLength(3);
  });
});
