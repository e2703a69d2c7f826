/** Online codes (P0): redeemed once, at their scene, in time; the store has nothing that lets anybody in. */
import { cityCodeText, cityCodeUrl } from '@gov/city-code';
import {
  ONLINE_CODE_LIMITS,
  type OnlineCodeRequest,
  OnlineCodes,
  REDEEM_LIMITS,
  redeemHandler,
} from '@gov/city-code/online';
import { qrCode } from '@gov/qr/draw';
import { bytesToHex, sm3 } from '@gov/sm';
import { memoryStore } from '@gov/store/memory';
import type { OneTimeStore } from '@gov/token/one-time';
import { isGovError } from '@gov/verdict';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';

const AT = new Date('2026-11-23T02:00:00Z');
const after = (seconds: number): Date => new Date(AT.getTime() + seconds * 1000);
const grant = { holder: 'account 4711', subject: 'person', assurance: 2, entitlements: 0b101 } as const;

const codesOn = (store: OneTimeStore = memoryStore().oneTime): OnlineCodes => new OnlineCodes({ store });
const issue = (codes: OnlineCodes, more: Partial<OnlineCodeRequest> = {}) => codes.issue({ ...grant, at: AT, ...more });

const thrown = async (work: () => Promise<unknown>): Promise<string> =>
  work().then(
    () => 'nothing',
    (error: unknown) => (isGovError(error) ? error.code : `not a GovError: ${error}`),
  );

describe('an online code', () => {
  it('has 34 octets, is drawn in version 3 at level M, and says nothing', async () => {
    const code = await issue(codesOn());
    expect([code.length, code[0]]).toEqual([34, 0xc0]);
    expect(qrCode(cityCodeText(code), { level: 'M', maxVersion: 3 }).version).toBe(3);
    expect(qrCode(cityCodeUrl(code, 'https://m.example.gov.cn#'), { level: 'M', maxVersion: 5 }).version).toBe(5);
    const codes = codesOn();
    const many = await Promise.all(Array.from({ length: 100 }, () => issue(codes)));
    expect(new Set(many.map(bytesToHex)).size).toBe(100);
  });

  it('is kept as its SM3 digest, and as nothing else', async () => {
    const kept: unknown[][] = [];
    const code = await issue(codesOn({ put: async (...args) => void kept.push(args), redeem: async () => undefined }));
    expect(kept).toHaveLength(1);
    const [scope, digest, value, until] = kept[0]!;
    expect([scope, digest, until]).toEqual(['city-code', sm3(code), after(60)]);
    expect(JSON.parse(String(value))).toEqual({ ...grant, issued: AT.toISOString(), expires: after(60).toISOString() });
    expect(JSON.stringify(kept)).not.toContain(bytesToHex(code.subarray(1)));
  });

  it('is redeemed by exactly one of many callers', async () => {
    const codes = codesOn();
    const code = await issue(codes);
    const answers = await Promise.all(Array.from({ length: 50 }, () => codes.redeem(code, { at: after(1), scene: 7 })));
    expect(answers.filter((answer) => answer !== undefined)).toEqual([{ ...grant, issued: AT, expires: after(60) }]);
    expect(await codes.redeem(code, { at: after(2), scene: 7 })).toBeUndefined();
  });

  it('is redeemed before it expires, not at that moment', async () => {
    for (const [lifetimeSeconds, seconds, isRedeemed] of [
      [60, 59.999, true],
      [60, 60, false],
      [1, 0.999, true],
      [1, 1, false],
      [ONLINE_CODE_LIMITS.lifetimeSeconds, ONLINE_CODE_LIMITS.lifetimeSeconds - 1, true],
    ] as const) {
      const codes = codesOn();
      const code = await issue(codes, { lifetimeSeconds });
      const passage = await codes.redeem(code, { at: after(seconds), scene: 1 });
      expect([lifetimeSeconds, seconds, passage !== undefined]).toEqual([lifetimeSeconds, seconds, isRedeemed]);
    }
  });

  it('of one scene is refused at another, and not used up by that', async () => {
    const codes = codesOn();
    const code = await issue(codes, { scene: 7 });
    expect(await codes.redeem(code, { at: AT, scene: 8 })).toBeUndefined();
    expect(await codes.redeem(code, { at: AT, scene: 7 })).toMatchObject(grant);
    expect(await codes.redeem(code, { at: AT, scene: 7 })).toBeUndefined();
  });

  it('is not redeemed with one bit changed', async () => {
    const codes = codesOn();
    const code = await issue(codes);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 8, max: 34 * 8 - 1 }), async (bit) => {
        const changed = code.slice();
        changed[bit >> 3]! ^= 1 << (bit & 7);
        expect(await codes.redeem(changed, { at: AT, scene: 1 })).toBeUndefined();
      }),
    );
    expect(await codes.redeem(code, { at: AT, scene: 1 })).toBeDefined();
  });

  it.each([
    ['a lifetime of nothing', { lifetimeSeconds: 0 }],
    ['a lifetime beyond the limit', { lifetimeSeconds: ONLINE_CODE_LIMITS.lifetimeSeconds + 1 }],
    ['half a second', { lifetimeSeconds: 0.5 }],
    ['no holder', { holder: '' }],
    ['a holder beyond the limit', { holder: 'x'.repeat(ONLINE_CODE_LIMITS.holder + 1) }],
    ['a subject of a fourth kind', { subject: 'animal' as 'person' }],
    ['an assurance of 4', { assurance: 4 }],
    ['33 bits', { entitlements: 2 ** 32 }],
    ['a scene of 17 bits', { scene: 65_536 }],
  ])('is not issued for %s', async (_, more) => {
    expect(await thrown(() => issue(codesOn(), more))).toBe('invalid-argument');
  });

  it('takes the edges of its fields', async () => {
    const codes = codesOn();
    const edge = {
      holder: 'x'.repeat(ONLINE_CODE_LIMITS.holder),
      assurance: 3,
      entitlements: 0xffffffff,
      scene: 65_535,
    };
    const code = await issue(codes, edge);
    expect(await codes.redeem(code, { at: AT, scene: 65_535 })).toMatchObject({
      entitlements: 0xffffffff,
      assurance: 3,
    });
  });

  it('of another writer in the store is an error of that store, not a passage', async () => {
    for (const value of ['{}', '[]', '{"holder":"x","subject":"person","assurance":9,"entitlements":0}']) {
      const codes = codesOn({ put: async () => undefined, redeem: async () => value });
      expect(await thrown(async () => codes.redeem(await issue(codesOn()), { at: AT, scene: 1 }))).toBe('internal');
    }
  });
});

describe('check', () => {
  const judged = async (demand: object, more: Partial<OnlineCodeRequest> = {}) => {
    const codes = codesOn();
    const { report } = await codes.check(await issue(codes, more), { at: AT, scene: 7, ...demand });
    return [report.verdict, ...report.findings.filter(({ outcome }) => outcome === 'fail').map(({ code }) => code)];
  };

  it('lets in whoever fits', async () => {
    expect(await judged({})).toEqual(['valid']);
    expect(await judged({ demandedEntitlements: 0b100, minAssurance: 2, subjects: ['person'] })).toEqual(['valid']);
    expect(await judged({ demandedEntitlements: 0x80000000 }, { entitlements: 0x80000000 })).toEqual(['valid']);
  });

  it.each([
    ['an entitlement that is missing', { demandedEntitlements: 0b110 }, {}, 'entitlement-missing'],
    ['the highest entitlement', { demandedEntitlements: 0x80000000 }, {}, 'entitlement-missing'],
    ['too low an assurance', { minAssurance: 3 }, {}, 'assurance-too-low'],
    ['another kind of holder', { subjects: ['thing'] }, {}, 'city-code-subject-refused'],
    ['another scene', {}, { scene: 8 }, 'online-code-refused'],
    ['a code that has expired', { at: after(61) }, {}, 'online-code-refused'],
  ])('refuses %s', async (_, demand, more, code) => {
    expect(await judged(demand, more)).toEqual(['invalid', code]);
  });

  it('names the entitlements that are missing', async () => {
    const codes = codesOn();
    const { report } = await codes.check(await issue(codes), { at: AT, scene: 7, demandedEntitlements: 0x80000004 });
    expect(report.findings.find(({ code }) => code === 'entitlement-missing')?.detail).toBe('bits 0x80000000');
  });

  it('uses up what it refuses after redeeming, and says nothing of whom', async () => {
    const codes = codesOn();
    const code = await issue(codes);
    const first = await codes.check(code, { at: AT, scene: 7, minAssurance: 3 });
    expect([first.report.verdict, first.passage?.holder]).toEqual(['invalid', grant.holder]);
    expect(JSON.stringify(first.report)).not.toContain(grant.holder);
    const second = await codes.check(code, { at: AT, scene: 7 });
    expect([second.report.verdict, second.passage]).toEqual(['invalid', undefined]);
  });

  it('reads text and URLs behind the bases it knows', async () => {
    const codes = codesOn();
    const base = 'https://m.example.gov.cn/c#';
    const demand = { at: AT, scene: 7 };
    expect((await codes.check(cityCodeText(await issue(codes)), demand)).report.verdict).toBe('valid');
    expect((await codes.check(cityCodeUrl(await issue(codes), base), demand, [base])).report.verdict).toBe('valid');
    const other = await codes.check(cityCodeUrl(await issue(codes), base), demand, ['https://other.example/']);
    expect(other.report.findings).toEqual([{ check: 'format', outcome: 'fail', code: 'format-malformed' }]);
  });

  it('never throws at what is shown, and never lets it in', async () => {
    const codes = codesOn();
    const shown = fc.oneof(
      fc.string({ maxLength: 600 }),
      fc.uint8Array({ maxLength: 300 }),
      fc.uint8Array({ minLength: 33, maxLength: 33 }).map((rest) => Uint8Array.of(0xc0, ...rest)),
    );
    await fc.assert(
      fc.asyncProperty(shown, async (one) => {
        const { report, passage } = await codes.check(one, { at: AT, scene: 7 });
        expect([report.verdict, passage]).toEqual(['invalid', undefined]);
      }),
      { numRuns: process.env.SLOW === undefined ? 1000 : 20_000 },
    );
  });

  it('refuses a demand that is none before anything is used up', async () => {
    const codes = codesOn();
    const code = await issue(codes);
    for (const demand of [{ scene: 65_536 }, { minAssurance: 4 }, { demandedEntitlements: -1 }])
      expect(await thrown(() => codes.check(code, { at: AT, scene: 7, ...demand }))).toBe('invalid-argument');
    expect(await thrown(() => codes.check('x', { at: AT, scene: 7 }, ['http://plain/']))).toBe('invalid-argument');
    expect((await codes.check(code, { at: AT, scene: 7 })).report.verdict).toBe('valid');
  });
});

describe('redeemHandler', () => {
  const codes = codesOn();
  const handle = redeemHandler({
    codes,
    clock: () => AT,
    authenticate: async ({ headers }) =>
      headers.get('authorization') === 'gate-1' ? { id: 'gate-1', scenes: [7] } : undefined,
  });
  const post = (body: BodyInit, headers: Record<string, string> = {}) =>
    handle(
      new Request('https://codes.example.gov.cn/redeem', {
        method: 'POST',
        body,
        headers: { authorization: 'gate-1', 'content-type': 'application/json', ...headers },
      }),
    );
  const ask = async (code: Uint8Array, scene = 7) => post(JSON.stringify({ text: cityCodeText(code), scene }));

  it('answers one known client with what the code stands for, once', async () => {
    const code = await issue(codes);
    const [first, second] = [await ask(code), await ask(code)];
    expect([first.status, first.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(await first.json()).toEqual(grant);
    expect([second.status, await second.json()]).toEqual([404, { error: 'code' }]);
  });

  it('uses nothing up for a stranger, or for a scene that is not the client’s', async () => {
    const code = await issue(codes);
    const text = JSON.stringify({ text: cityCodeText(code), scene: 7 });
    expect((await post(text, { authorization: 'gate-2' })).status).toBe(401);
    expect((await ask(code, 8)).status).toBe(403);
    expect((await ask(code)).status).toBe(200);
  });

  it.each([
    ['no JSON', 'x', 400],
    ['a member twice', '{"text":"A","scene":7,"scene":7}', 400],
    ['a member too many', '{"text":"A","scene":7,"at":1}', 400],
    ['a scene that is a text', '{"text":"A","scene":"7"}', 400],
    ['a text that is no code', '{"text":"A","scene":7}', 400],
    ['a text of another profile', `{"text":"${cityCodeText(new Uint8Array(195))}","scene":7}`, 400],
    ['nothing', '', 400],
    ['an octet too many', ' '.repeat(REDEEM_LIMITS.bytes + 1), 413],
    ['all octets that are read', ' '.repeat(REDEEM_LIMITS.bytes), 400],
  ])('refuses %s', async (_, body, status) => {
    expect((await post(body)).status).toBe(status);
  });

  it('refuses other methods and other types', async () => {
    const other = await handle(new Request('https://codes.example.gov.cn/redeem'));
    expect([other.status, other.headers.get('allow')]).toEqual([405, 'POST']);
    expect((await post('{}', { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await post('{}', { 'content-type': 'application/jsonp' })).status).toBe(415);
  });

  it('waits for no slow body', async () => {
    const body = new ReadableStream({ start() {} });
    const request = new Request('https://codes.example.gov.cn/', {
      method: 'POST',
      body,
      headers: { authorization: 'gate-1', 'content-type': 'application/json' },
      duplex: 'half',
    } as RequestInit);
    vi.useFakeTimers();
    try {
      const answer = handle(request);
      await vi.advanceTimersByTimeAsync(REDEEM_LIMITS.milliseconds);
      expect((await answer).status).toBe(408);
    } finally {
      vi.useRealTimers();
    }
  });
});
