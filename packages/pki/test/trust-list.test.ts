import {
  checkSuccession,
  decodeTrustList,
  encodeTrustList,
  readTrustList,
  readTrustListState,
  regionCovers,
  rotateTrustListKeys,
  serviceOf,
  signTrustList,
  TRUST_LIST_LIMITS,
  type TrustList,
  trustListJson,
  writeTrustListState,
} from '@gov/pki/trust-list';
import type { Signer } from '@gov/sm';
import { signJws } from '@gov/token/jws';
import { isGovError } from '@gov/verdict';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { cpuTime } from '../../../test/cpu-time.js';
import { codeOf, webCryptoSigner } from './builder.js';
import { certificate, day, kidOf, LIST_ID, type ListWorld, listWorld } from './trust-list-world.js';

let world: ListWorld;
let list: TrustList;
let jws: string;
beforeAll(async () => {
  world = await listWorld();
  list = world.list();
  jws = await signTrustList(list, world.keys[0]!);
});

/** Whatever JSON.parse answers. */
type Json = ReturnType<typeof JSON.parse>;
const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
/** The payload with one thing changed. */
function changed(change: (json: Json) => void): Uint8Array {
  const json = structuredClone(trustListJson(list)) as Json;
  change(json);
  return bytes(json);
}
async function failure(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (error) {
    if (isGovError(error)) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'nothing thrown';
}
const findings = ({ report }: { report: { findings: readonly { outcome: string; code: string }[] } }) =>
  report.findings.map(({ outcome, code }) => `${outcome} ${code}`);

describe('buildTrustList', () => {
  it('works out kid, service, index, sequence and from', () => {
    expect(list.issuers).toEqual([
      {
        kid: kidOf(world.issuer),
        index: 0,
        use: 'license-issuer',
        service: 'license',
        region: '370300',
        certificate: world.issuer.bytes,
        from: world.issuer.notBefore,
        status: 'active',
      },
    ]);
    expect(list.sequence).toBe(1);
    expect(decodeTrustList(encodeTrustList(list))).toEqual(list);
  });

  it('goes on from the edition before: sequence, indexes, from', async () => {
    const further = await certificate(world.rootKey, world.issuerKey);
    const entry = { use: 'license-issuer', region: '370300' };
    const before = world.listed({ index: 7, from: day('2025-06-01') });
    const after = world.list({
      previous: before,
      issuers: [
        { ...entry, certificate: further },
        { ...entry, certificate: world.issuer },
      ],
    });
    expect(after.sequence).toBe(2);
    expect(after.issuers.map(({ index }) => index)).toEqual([8, 7]);
    expect(after.issuers[1]!.from).toEqual(day('2025-06-01'));
  });

  it('refuses a use of no service', async () => {
    expect(await failure(() => world.listed({ use: 'trust-list' }))).toMatch(/^trust-list-malformed .*issuers\.0\.use/);
  });

  describe('between editions', () => {
    const after = (change: Partial<Parameters<ListWorld['list']>[0]>, before = list): TrustList =>
      world.list({ previous: before, issued: day('2026-05-02'), ...change });

    it.each<[string, () => TrustList]>([
      ['another id', () => after({ id: 'other' })],
      ['the same sequence', () => after({ sequence: 1 })],
      ['an earlier date', () => after({ issued: day('2026-04-30') })],
      ['an entry that vanished', () => after({ issuers: [] })],
      ['a key that was not announced', () => after({ keys: { current: world.keys[1]!.publicKey } })],
      [
        'an announced key replaced',
        () =>
          after(
            { keys: { current: world.keys[0]!.publicKey, next: world.keys[2]!.publicKey } },
            world.list({ keys: { current: world.keys[0]!.publicKey, next: world.keys[1]!.publicKey } }),
          ),
      ],
      [
        'an announced key withdrawn',
        () => after({}, world.list({ keys: { current: world.keys[0]!.publicKey, next: world.keys[1]!.publicKey } })),
      ],
      [
        'an index for another region',
        () => world.listed({ region: '370000', index: 0 }, { previous: list, issued: day('2026-05-02') }),
      ],
      [
        'a revoked one active again',
        () =>
          world.listed(
            {},
            { previous: world.listed({ status: 'revoked', to: day('2026-04-01') }), issued: day('2026-05-02') },
          ),
      ],
      [
        'a compromised one only revoked',
        () =>
          world.listed(
            { status: 'revoked', to: day('2026-04-01') },
            { previous: world.listed({ status: 'compromised', to: day('2026-04-01') }), issued: day('2026-05-02') },
          ),
      ],
    ])('refuses %s', async (_what, make) => {
      expect(await codeOf(make)).toBe('trust-list-malformed');
    });

    it('takes what ends in good order, and worse', () => {
      const retired = world.listed({ status: 'retired', to: day('2026-04-01') }, { previous: list });
      const compromised = world.listed({ status: 'compromised', to: day('2026-03-01') }, { previous: retired });
      expect(compromised.sequence).toBe(3);
      checkSuccession(list, compromised);
    });
  });
});

describe('decodeTrustList', () => {
  it.each<[string, (json: Json) => void]>([
    ['id', (j) => delete j.id],
    ['id', (j) => Object.assign(j, { id: '' })],
    ['id', (j) => Object.assign(j, { id: 'x'.repeat(257) })],
    ['id', (j) => Object.assign(j, { id: 'a\u202eb' })],
    ['id', (j) => Object.assign(j, { id: 1 })],
    ['sequence', (j) => Object.assign(j, { sequence: 0 })],
    ['sequence', (j) => Object.assign(j, { sequence: 1.5 })],
    ['sequence', (j) => Object.assign(j, { sequence: '1' })],
    ['sequence', (j) => Object.assign(j, { sequence: Date.UTC(2026, 4, 1) / 60_000 + 1 })],
    ['issued', (j) => Object.assign(j, { issued: '2026-05-01' })],
    ['issued', (j) => Object.assign(j, { issued: '2026-05-01T08:00:00+08:00' })],
    ['issued', (j) => Object.assign(j, { issued: '2026-05-01T00:00:00.000Z' })],
    ['nextUpdate', (j) => Object.assign(j, { nextUpdate: '2026-06-31T00:00:00Z' })],
    ['nextUpdate', (j) => Object.assign(j, { nextUpdate: j.issued })],
    ['hardExpiry', (j) => Object.assign(j, { hardExpiry: 1 })],
    ['nextUpdate', (j) => Object.assign(j, { hardExpiry: '2026-05-31T23:59:59Z' })],
    ['keys', (j) => Object.assign(j, { keys: [] })],
    ['keys.current', (j) => delete j.keys.current],
    ['keys.current', (j) => Object.assign(j.keys, { current: `${j.keys.current}=` })],
    ['keys.current', (j) => Object.assign(j.keys, { current: 'MAA' })],
    ['keys.next', (j) => Object.assign(j.keys, { next: null })],
    ['anchors', (j) => Object.assign(j, { anchors: {} })],
    ['anchors', (j) => Object.assign(j, { anchors: Array(TRUST_LIST_LIMITS.anchors + 1).fill(j.anchors[0]) })],
    ['anchors.0', (j) => Object.assign(j, { anchors: ['x'] })],
    ['anchors.0.cert', (j) => Object.assign(j.anchors[0], { cert: 'MAA' })],
    ['anchors.0.services', (j) => Object.assign(j.anchors[0], { services: [] })],
    ['anchors.0.services', (j) => Object.assign(j.anchors[0], { services: Array(101).fill('seal') })],
    ['anchors.0.services.0', (j) => Object.assign(j.anchors[0], { services: ['Seal'] })],
    ['anchors.0.regions.1', (j) => Object.assign(j.anchors[0], { regions: ['CN', '37'] })],
    ['issuers', (j) => delete j.issuers],
    ['issuers', (j) => Object.assign(j, { issuers: Array(TRUST_LIST_LIMITS.issuers + 1).fill(j.issuers[0]) })],
    ['issuers.0.kid', (j) => Object.assign(j.issuers[0], { kid: '0000000000000000' })],
    ['issuers.0.kid', (j) => Object.assign(j.issuers[0], { kid: j.issuers[0].kid.toUpperCase() })],
    ['issuers.0.index', (j) => Object.assign(j.issuers[0], { index: 65_536 })],
    ['issuers.0.index', (j) => Object.assign(j.issuers[0], { index: -1 })],
    ['issuers.0.use', (j) => delete j.issuers[0].use],
    ['issuers.0.service', (j) => Object.assign(j.issuers[0], { service: 'seal' })],
    ['issuers.0.region', (j) => Object.assign(j.issuers[0], { region: '37030' })],
    ['issuers.0.region', (j) => Object.assign(j.issuers[0], { region: 'cn' })],
    ['issuers.0.cert', (j) => Object.assign(j.issuers[0], { cert: Buffer.alloc(16_385).toString('base64url') })],
    ['issuers.0.from', (j) => delete j.issuers[0].from],
    ['issuers.0.to', (j) => Object.assign(j.issuers[0], { to: null })],
    ['issuers.0.to', (j) => Object.assign(j.issuers[0], { to: '2024-12-31T23:59:59Z' })],
    ['issuers.0.to', (j) => Object.assign(j.issuers[0], { status: 'retired' })],
    ['issuers.0.status', (j) => Object.assign(j.issuers[0], { status: 'suspended' })],
    ['issuers.0.status', (j) => Object.assign(j.issuers[0], { status: 'toString' })],
    ['issuers.0.statusBase', (j) => Object.assign(j.issuers[0], { statusBase: 'javascript:1' })],
    ['issuers.0.statusKid', (j) => Object.assign(j.issuers[0], { statusKid: 'x' })],
    ['issuers.1.index', (j) => j.issuers.push({ ...j.issuers[0], region: '370000' })],
    ['issuers.1', (j) => j.issuers.push({ ...j.issuers[0], index: 1 })],
    [
      'issuers.1.status',
      (j) =>
        j.issuers.push({ ...j.issuers[0], index: 1, region: '370000', status: 'revoked', to: '2026-01-01T00:00:00Z' }),
    ],
  ])('names %s', async (where, change) => {
    expect(await failure(() => decodeTrustList(changed(change)))).toContain(
      `trust-list-malformed trust list: ${where}: `,
    );
  });

  it('refuses a member twice, and what is no object', async () => {
    const text = JSON.stringify(trustListJson(list)).replace('{', '{"sequence":9,');
    expect(await codeOf(() => decodeTrustList(new TextEncoder().encode(text)))).toBe('json-malformed');
    expect(await codeOf(() => decodeTrustList(bytes([])))).toBe('trust-list-malformed');
  });

  it('passes over members it does not know, and keeps uses and services it does not know apart', () => {
    const read = decodeTrustList(
      changed((j) => {
        j.further = { x: 1 };
        j.issuers.push({ ...j.issuers[0], index: 1, use: 'parking-issuer', service: 'parking' });
        j.anchors[0].services = ['license', 'parking'];
      }),
    );
    expect(read.issuers[1]).toMatchObject({ use: 'parking-issuer', service: 'parking' });
    expect(read).not.toHaveProperty('further');
  });

  it('holds as many issuers as it says', () => {
    const json = trustListJson(list) as Json;
    const [one] = json.issuers;
    json.issuers = Array.from({ length: TRUST_LIST_LIMITS.issuers }, (_, index) => ({
      ...one,
      index,
      region: String(100_000 + index),
      statusBase: 'https://status.example.gov.cn/',
      statusKid: one.kid,
      to: '2026-12-31T00:00:00Z',
    }));
    const began = cpuTime();
    expect(decodeTrustList(bytes(json)).issuers).toHaveLength(TRUST_LIST_LIMITS.issuers);
    expect(cpuTime() - began).toBeLessThan(5000);
  });
});

describe('regionCovers', () => {
  it.each([
    ['370000', '370303', true],
    ['370000', '370000', true],
    ['370300', '370303', true],
    ['370300', '370000', false],
    ['370300', '370403', false],
    ['370303', '370303', true],
    ['370303', '370304', false],
    ['CN', '110101', true],
    ['000000', '110101', true],
    ['CN', 'CN', true],
    ['000000', 'CN', true],
    ['370000', 'CN', false],
    ['100000', '100000', true],
    ['100000', '110000', false],
    ['110000', '100000', false],
    ['371000', '371002', true],
    ['371000', '370100', false],
  ])('%s covers %s: %s', (region, other, expected) => {
    expect(regionCovers(region, other)).toBe(expected);
  });
});

it('each use has its service', () => {
  expect(
    ['signer', 'seal-maker', 'license-issuer', 'timestamp', 'city-code-issuer', 'trust-list', 'x'].map(serviceOf),
  ).toEqual(['seal', 'seal', 'license', 'timestamp', 'city-code', undefined, undefined]);
});

describe('signTrustList', () => {
  it('signs with the current key only', async () => {
    expect(await codeOf(() => signTrustList(list, world.keys[1]!))).toBe('key-mismatch');
  });

  it('signs nothing that would not be read', async () => {
    const wrong = { ...list, nextUpdate: list.issued };
    expect(await codeOf(() => signTrustList(wrong, world.keys[0]!))).toBe('trust-list-malformed');
  });
});

describe('verifyTrustList', () => {
  it('answers the list, a report and the state', async () => {
    const verified = await world.verify(jws);
    expect(verified.report.verdict).toBe('valid');
    expect(findings(verified)).toEqual([
      'pass format-ok',
      'pass trust-list-ok',
      'pass integrity-ok',
      'pass trust-list-current',
    ]);
    expect(verified.list).toEqual(list);
    expect(verified.state).toMatchObject({ id: LIST_ID, sequence: 1, keys: { current: world.keys[0]!.publicKey } });
    expect(verified.report.subject).toMatchObject({ kind: 'trust-list', id: LIST_ID, issuers: 1, anchors: 1 });
  });

  it.each(['ECDSA-P256-SHA256', 'ECDSA-P384-SHA384', 'RSA-PKCS1-SHA256'] as const)(
    'also with %s',
    async (algorithm) => {
      const key = await webCryptoSigner(algorithm);
      const other = await webCryptoSigner(algorithm);
      const signed = await signTrustList(world.list({ keys: { current: key.publicKey } }), key);
      expect((await world.verify(signed, { keys: [key] })).report.verdict).toBe('valid');
      expect(findings(await world.verify(signed, { keys: [other] }))).toEqual(['fail trust-list-untrusted']);
    },
  );

  it.each<[string, string, (typ: string, payload: Uint8Array, key: Signer) => Promise<string>]>([
    ['another key', 'fail trust-list-untrusted', (typ, payload) => signJws({ typ }, payload, world.keys[1]!)],
    ['another typ', 'fail trust-list-untrusted', (_typ, payload, key) => signJws({ typ: 'JWT' }, payload, key)],
  ])('refuses %s', async (_what, code, make) => {
    const forged = await make('gov-trust-list+jws', encodeTrustList(list), world.keys[0]!);
    const verified = await world.verify(forged);
    expect(findings(verified)).toEqual([code]);
    expect(verified.report.verdict).toBe('invalid');
    expect([verified.list, verified.state, verified.report.subject]).toEqual([
      undefined,
      undefined,
      { kind: 'trust-list' },
    ]);
  });

  it('refuses a list that names another key than the one that signed it', async () => {
    const payload = encodeTrustList(world.list({ keys: { current: world.keys[1]!.publicKey } }));
    const forged = await signJws({ typ: 'gov-trust-list+jws' }, payload, world.keys[0]!);
    for (const keys of [world.keys.slice(0, 1), world.keys.slice(0, 2)])
      expect(findings(await world.verify(forged, { keys }))).toContain('fail trust-list-key');
  });

  it('reads nothing that was not signed: a payload of a stranger is not even looked at', async () => {
    const forged = await signJws({ typ: 'gov-trust-list+jws' }, new TextEncoder().encode('{'), world.keys[1]!);
    expect(findings(await world.verify(forged))).toEqual(['fail trust-list-untrusted']);
    const own = await signJws({ typ: 'gov-trust-list+jws' }, new TextEncoder().encode('{'), world.keys[0]!);
    expect(await codeOf(() => world.verify(own))).toBe('json-malformed');
  });

  it.each([
    ['2026-04-30T23:55:00Z', 'pass trust-list-current', 'valid'],
    ['2026-04-30T23:54:59Z', 'fail trust-list-future', 'invalid'],
    ['2026-06-01T00:00:00Z', 'pass trust-list-current', 'valid'],
    ['2026-06-01T00:00:01Z', 'warn trust-list-stale', 'valid'],
    ['2026-11-01T00:00:00Z', 'warn trust-list-stale', 'valid'],
    ['2026-11-01T00:00:01Z', 'unknown trust-list-expired', 'indeterminate'],
  ])('at %s: %s', async (at, code, verdict) => {
    const verified = await world.verify(jws, { at: new Date(at) });
    expect(findings(verified).at(-1)).toBe(code);
    expect(verified.report.verdict).toBe(verdict);
    expect(verified.list === undefined).toBe(verdict === 'invalid');
  });

  it('refuses what is older than the state, other content of the same sequence, and another list', async () => {
    const { state } = await world.verify(await signTrustList(world.list({ sequence: 5 }), world.keys[0]!));
    const after = async (change: Parameters<ListWorld['list']>[0]) =>
      findings(await world.verify(await signTrustList(world.list(change), world.keys[0]!), { previous: state! }));
    expect(await after({ sequence: 4 })).toContain('fail trust-list-rollback');
    expect(await after({ sequence: 5, nextUpdate: day('2026-06-02') })).toContain('fail trust-list-rollback');
    expect(await after({ sequence: 9, id: 'other' })).toContain('fail trust-list-other');
    expect(await after({ sequence: 9 })).not.toContainEqual(expect.stringMatching(/^fail/));
    // Signed anew without a change, as a signer does that lost its file: the same edition.
    expect(await after({ sequence: 5 })).not.toContainEqual(expect.stringMatching(/^fail/));
  });

  it('refuses wrong options', async () => {
    expect(await codeOf(() => world.verify(jws, { keys: [] }))).toBe('invalid-argument');
    expect(await codeOf(() => world.verify(jws, { keys: Array(17).fill(world.keys[0]) }))).toBe('invalid-argument');
    expect(await codeOf(() => world.verify(jws, { at: new Date(Number.NaN) }))).toBe('invalid-argument');
    const key = { ...world.keys[0]!, publicKey: new Uint8Array(4) };
    expect(await codeOf(() => world.verify(jws, { keys: [key] }))).toBe('invalid-argument');
    expect(await codeOf(() => world.verify('x'.repeat(TRUST_LIST_LIMITS.characters + 1)))).toBe('input-too-large');
  });

  it('no changed byte is accepted, and nothing but GovError is thrown', async () => {
    for (let at = 0; at < jws.length; at++) {
      for (const flip of [1, 2, 0x20]) {
        const forged = jws.slice(0, at) + String.fromCharCode(jws.charCodeAt(at) ^ flip) + jws.slice(at + 1);
        const outcome = await world.verify(forged).then(
          ({ report, list: read }) => [report.verdict, read],
          (error) => {
            if (!isGovError(error)) throw error;
            return ['invalid', undefined];
          },
        );
        if (outcome[0] !== 'invalid' || outcome[1] !== undefined) expect([at, flip, outcome]).toBe('refused');
      }
    }
  });

  it('payloads that a thief signs throw nothing but GovError', async () => {
    const text = JSON.stringify(trustListJson(list));
    await fc.assert(
      fc.asyncProperty(fc.nat(text.length), fc.nat(30), fc.string({ maxLength: 6 }), async (at, drop, put) => {
        const payload = new TextEncoder().encode(text.slice(0, at) + put + text.slice(at + drop));
        const code = await codeOf(() => decodeTrustList(payload));
        expect(['nothing thrown', 'trust-list-malformed', 'json-malformed']).toContain(code);
      }),
      { numRuns: process.env.SLOW === undefined ? 1500 : 30_000 },
    );
  });
});

describe('readTrustList', () => {
  it('reads without a key, and refuses what is no list', async () => {
    expect(readTrustList(jws)).toEqual(list);
    expect(await codeOf(() => readTrustList('a.b.c'))).toBe('jws-malformed');
  });
});

describe('rotateTrustListKeys', () => {
  it('announces, then promotes, and verifiers follow', async () => {
    const [first, second, third] = world.keys as [Signer, Signer, Signer];
    const announced = rotateTrustListKeys(list, { issued: day('2026-05-02'), next: second.publicKey });
    expect(announced).toMatchObject({ sequence: 2, nextUpdate: day('2026-06-02'), hardExpiry: day('2026-11-02') });
    const one = await world.verify(await signTrustList(announced, first));
    const promoted = rotateTrustListKeys(announced, {
      issued: day('2026-05-03'),
      promote: true,
      next: third.publicKey,
    });
    expect(promoted.keys).toEqual({ current: second.publicKey, next: third.publicKey });
    const signed = await signTrustList(promoted, second);
    const two = await world.verify(signed, { previous: one.state! });
    expect(two.report.verdict).toBe('valid');
    expect(two.state!.pin).toBe(one.state!.pin);
    // Who missed the announcement cannot follow, and who goes on with the old key is refused.
    expect(findings(await world.verify(signed))).toEqual(['fail trust-list-untrusted']);
    const old = await signTrustList({ ...announced, sequence: 9 }, first);
    expect(findings(await world.verify(old, { previous: two.state! }))).toEqual(['fail trust-list-untrusted']);
  });

  it('refuses to announce another key, to promote none, and to do nothing', async () => {
    const [, second, third] = world.keys as [Signer, Signer, Signer];
    const issued = day('2026-05-02');
    const announced = rotateTrustListKeys(list, { issued, next: second.publicKey });
    expect(await codeOf(() => rotateTrustListKeys(list, { issued, promote: true }))).toBe('trust-list-malformed');
    expect(await codeOf(() => rotateTrustListKeys(announced, { issued, next: third.publicKey }))).toBe(
      'trust-list-malformed',
    );
    expect(await codeOf(() => rotateTrustListKeys(list, { issued }))).toBe('invalid-argument');
  });

  it('a thief of the current key can neither replace nor withdraw the announced one, and the owner goes on with it', async () => {
    const [first, second, third] = world.keys as [Signer, Signer, Signer];
    const announced = rotateTrustListKeys(list, { issued: day('2026-05-02'), next: second.publicKey });
    const { state } = await world.verify(await signTrustList(announced, first));
    for (const next of [{ next: third.publicKey }, {}]) {
      const forged = await signTrustList(
        { ...announced, sequence: 3, keys: { current: first.publicKey, ...next } },
        first,
      );
      expect(findings(await world.verify(forged, { previous: state! }))).toContain('fail trust-list-key');
    }
    const rescue = rotateTrustListKeys(announced, { issued: day('2026-05-03'), promote: true });
    expect((await world.verify(await signTrustList(rescue, second), { previous: state! })).report.verdict).toBe(
      'valid',
    );
  });

  it('a new pinned key begins a new chain, and the sequence goes on', async () => {
    const [first, , third] = world.keys as [Signer, Signer, Signer];
    const { state } = await world.verify(await signTrustList(world.list({ sequence: 5 }), first));
    const anew = (sequence: number) =>
      signTrustList(world.list({ sequence, keys: { current: third.publicKey } }), third);
    const pinned = { keys: [third], previous: state! };
    expect(findings(await world.verify(await anew(4), pinned))).toContain('fail trust-list-rollback');
    const { state: fresh } = await world.verify(await anew(6), pinned);
    expect(fresh!.pin).not.toBe(state!.pin);
    // The stolen key is out, although the state still knew it.
    const stolen = await signTrustList(world.list({ sequence: 7 }), first);
    expect(findings(await world.verify(stolen, pinned))).toEqual(['fail trust-list-untrusted']);
  });
});

describe('the state as text', () => {
  it('comes back as it was', async () => {
    const { state } = await world.verify(jws);
    expect(readTrustListState(new TextEncoder().encode(writeTrustListState(state!)))).toEqual(state);
  });

  it.each([
    '',
    '{}',
    '[]',
    'null',
    '{"id":"a","sequence":1}',
    '{"id":"a","sequence":1.5,"digest":"D","keys":{"current":"AA"},"pin":"D"}',
    '{"id":"a","sequence":1,"digest":"x","keys":{"current":"AA"},"pin":"D"}',
    '{"id":"a","sequence":1,"digest":"D","keys":{"current":"A="},"pin":"D"}',
    '{"id":"a","sequence":1,"digest":"D","keys":{"current":"AA","next":1},"pin":"D"}',
    '{"id":"a","sequence":1,"digest":"D","keys":[],"pin":"D"}',
  ])('refuses %s', async (text) => {
    const whole = text.replaceAll('"D"', `"${'0'.repeat(64)}"`);
    expect(await codeOf(() => readTrustListState(new TextEncoder().encode(whole)))).toBe('trust-list-malformed');
  });
});
