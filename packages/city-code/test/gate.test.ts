/** `Gate`: what it asks, in which order, and what it remembers. */
import { cityCodeText, cityCodeUrl } from '@gov/city-code';
import { buildRevocationFilter, type RevocationFilterOptions, readRevocationFilter } from '@gov/city-code/filter';
import { Gate, ReplayWindow } from '@gov/city-code/gate';
import { sm2DeviceKey } from '@gov/city-code/show';
import { generateSm2Key, sm2Signer } from '@gov/sm';
import type { ReplayStore } from '@gov/token/one-time';
import { isGovError } from '@gov/verdict';
import { describe, expect, it } from 'vitest';
import {
  AT,
  answered,
  codeOf,
  devices,
  issuer,
  joined,
  later,
  newGate,
  newIssuer,
  newTag,
  POLICY,
  SCENE,
  told,
} from './gate-world.js';

const at = { at: AT };

async function filterOf(tags: readonly Uint8Array[], changes: Partial<RevocationFilterOptions> = {}) {
  const options = {
    issuerIndex: 7,
    sequence: 1,
    issued: later(-3600),
    until: later(3600),
    signer: issuer.signer,
    ...changes,
  };
  return readRevocationFilter(await buildRevocationFilter(tags, options));
}

const thrown = async (work: () => unknown): Promise<string> => {
  try {
    await work();
    return 'nothing';
  } catch (error) {
    return isGovError(error) ? error.code : String(error);
  }
};

describe('a gate', () => {
  it.each([1, 2] as const)('lets a code of suite %d pass, as octets, as text, as URL', async (suite) => {
    const base = 'https://code.example.gov.cn/c#';
    const gate = newGate({ bases: [base] });
    const shown = [0, 1, 2].map((counter) => codeOf({ suite, counter, tag: new Uint8Array(10).fill(suite) }));
    const [octets, text, url] = await Promise.all(shown);
    expect(told(await gate.check(octets!.bytes, at))).toBe('valid revocation-not-checked');
    expect(told(await gate.check(cityCodeText(text!.bytes), at))).toBe('valid revocation-not-checked');
    expect(told(await gate.check(cityCodeUrl(url!.bytes, base), at))).toBe('valid revocation-not-checked');
  });

  it('finds what is no code malformed, and does not throw', async () => {
    for (const shown of [
      '',
      'HELLO',
      'ü',
      'x'.repeat(10_000),
      new Uint8Array(),
      new Uint8Array(195),
      new Uint8Array(1_000_000),
    ])
      expect(told(await newGate().check(shown, at))).toBe('invalid format-malformed');
  });

  it('leaves online codes to the service that made them', async () => {
    const online = Uint8Array.of(0xc0, ...new Uint8Array(33));
    expect(told(await newGate().check(online, at))).toBe('indeterminate city-code-online');
  });

  it('believes issuers of its list alone', async () => {
    const other = await newIssuer({ index: 8 });
    expect(told(await newGate().check((await codeOf({ issuerIndex: 8, signer: other.signer })).bytes, at))).toBe(
      'indeterminate city-issuer-unknown',
    );
    expect(told(await newGate().check((await codeOf({ signer: other.signer })).bytes, at))).toBe(
      'invalid delegation-forged',
    );
    const both = newGate({ issuers: [issuer.entry, other.entry] });
    expect(told(await both.check((await codeOf({ issuerIndex: 8, signer: other.signer })).bytes, at))).toBe(
      'valid revocation-not-checked',
    );
    expect(told(await both.check((await codeOf({ issuerIndex: 8 })).bytes, at))).toBe('invalid delegation-forged');
  });

  it.each([
    ['listed for something else', { use: 'license-issuer', service: 'license' }],
    ['whose certificate cannot be read', { certificate: new Uint8Array(9) }],
  ])('does not know an issuer %s', async (_what, changes) => {
    const gate = newGate({ issuers: [{ ...issuer.entry, ...changes }] });
    expect(told(await gate.check((await codeOf()).bytes, at))).toBe('indeterminate city-issuer-unknown');
  });

  it('believes no issuer of a part for the whole: the province, the country, or a region that only begins like its own', async () => {
    const city = await newIssuer({ region: '440100' });
    const gate = newGate({ issuers: [city.entry] });
    const verdictOn = async (region: string) =>
      told(await gate.check((await codeOf({ region, signer: city.signer })).bytes, at));
    expect(await verdictOn('440106')).toBe('valid revocation-not-checked');
    for (const region of ['440000', '441000', '440200', '100000', '540100'])
      expect(await verdictOn(region)).toBe('invalid city-issuer-region');
    const policed = newGate({ policy: { ...POLICY, region: '440100' } });
    for (const region of ['440000', '440200'])
      expect(told(await policed.check((await codeOf({ region })).bytes, at))).toContain('city-code-region-refused');
  });

  it('takes no answer to a challenge for a code, and no code for an answer', async () => {
    const challenge = new Uint8Array(16).fill(7);
    const code = await codeOf();
    const shown = await answered(code, challenge);
    const swapped = joined(code.signed, shown.subarray(-64), code.deviceSignature);
    expect(told(await newGate().check(swapped, { at: AT, challenge }))).toBe('invalid device-signature-forged');
    expect(told(await newGate().check(joined(code.bytes, code.deviceSignature), { at: AT, challenge }))).toBe(
      'invalid challenge-failed',
    );
    expect(told(await newGate().check(joined(code.signed, code.delegation.issuerSignature), at))).toBe(
      'invalid device-signature-forged',
    );
  });

  it('knows no issuer whose certificate was made for something else, though the list has it', async () => {
    const { entry, signer } = await newIssuer({}, 'license-issuer');
    const gate = newGate({ issuers: [entry] });
    expect(told(await gate.check((await codeOf({ signer })).bytes, at))).toBe('indeterminate city-issuer-unknown');
  });

  it('refuses a code that another device made, whatever it copied', async () => {
    const thief = sm2DeviceKey(generateSm2Key());
    expect(told(await newGate().check((await codeOf({ signingDevice: thief })).bytes, at))).toBe(
      'invalid device-signature-forged',
    );
  });

  it('refuses a device key that is no point, though the issuer signed it', async () => {
    const none = { ...devices[1], publicKey: Uint8Array.of(2, ...new Uint8Array(32).fill(0xff)) };
    for (const suite of [1, 2] as const)
      expect(told(await newGate().check((await codeOf({ suite, device: none })).bytes, at))).toBe(
        'invalid device-signature-forged',
      );
  });

  it('is misused with a policy that cannot be, an index twice, a challenge of another length, a time that is none', async () => {
    for (const policy of [
      { scenes: [] },
      { scenes: [0x10000] },
      { scenes: [1], region: '12345' },
      { scenes: [1], maxTtlSeconds: 0 },
      { scenes: [1], maxTtlSeconds: 256 },
      { scenes: [1], minAssurance: 4 },
      { scenes: [1], demandedEntitlements: -1 },
      { scenes: [1], challengeFor: [-1] },
      { scenes: [1], profiles: [] },
      { scenes: [1], subjects: [] },
      { scenes: [1], revocation: { maxAgeSeconds: 0 } },
    ])
      expect(await thrown(() => newGate({ policy }))).toBe('invalid-argument');
    expect(await thrown(() => newGate({ issuers: [issuer.entry, issuer.entry] }))).toBe('invalid-argument');
    expect(await thrown(() => newGate({ maxDelegations: 0 }))).toBe('invalid-argument');
    const { bytes } = await codeOf();
    expect(await thrown(() => newGate().check(bytes, { at: AT, challenge: new Uint8Array(15) }))).toBe(
      'invalid-argument',
    );
    expect(await thrown(() => newGate().check(bytes, { at: new Date(Number.NaN) }))).toBe('invalid-argument');
  });
});

describe('delegations that were verified once', () => {
  it('are not verified again, but for expiry, region, status and revocation', async () => {
    const tag = newTag();
    const gate = newGate();
    const first = { tag, expires: later(600) };
    expect(told(await gate.check((await codeOf(first)).bytes, at))).toBe('valid revocation-not-checked');
    const after = { at: later(601) };
    const late = await codeOf({ ...first, generated: later(601), counter: 1 });
    expect(told(await gate.check(late.bytes, after))).toBe('invalid delegation-expired');
    await gate.take(await filterOf([tag]), at);
    expect(told(await gate.check((await codeOf({ ...first, counter: 2 })).bytes, at))).toBe(
      'indeterminate delegation-perhaps-revoked',
    );
  });

  it('are not taken for others that have the same octets 0 to 57', async () => {
    const tag = newTag();
    const gate = newGate();
    const code = await codeOf({ tag });
    expect(told(await gate.check(code.bytes, at))).toBe('valid revocation-not-checked');
    const other = await codeOf({ tag, counter: 1, signer: sm2Signer(generateSm2Key()) });
    expect(told(await gate.check(other.bytes, at))).toBe('invalid delegation-forged');
  });

  it('are kept up to a number, and verified anew beyond it', async () => {
    const gate = newGate({ maxDelegations: 1 });
    const [one, two] = [newTag(), newTag()];
    for (const [counter, tag] of [one, two, one, two].entries())
      expect(told(await gate.check((await codeOf({ tag, counter })).bytes, at))).toBe('valid revocation-not-checked');
  });
});

describe('a code that was shown', () => {
  it('is taken once, however many ask at the same moment', async () => {
    const gate = newGate();
    const { bytes } = await codeOf();
    const all = await Promise.all(Array.from({ length: 8 }, () => gate.check(bytes, at)));
    expect(all.filter(({ report }) => report.verdict === 'valid')).toHaveLength(1);
    expect(told(await gate.check(bytes, { at: later(90) }))).toBe('invalid revocation-not-checked city-code-replayed');
  });

  it('is the same by its tag and counter, whatever else the device signs', async () => {
    const gate = newGate();
    const tag = newTag();
    await gate.check((await codeOf({ tag })).bytes, at);
    const again = await codeOf({ tag, generated: later(20), ttlSeconds: 61 });
    expect(told(await gate.check(again.bytes, { at: later(20) }))).toContain('city-code-replayed');
    const next = await codeOf({ tag, counter: 1 });
    expect(told(await gate.check(next.bytes, at))).toBe('valid revocation-not-checked');
  });

  it('is the same with the other root of an ECDSA signature', async () => {
    const gate = newGate();
    const { bytes } = await codeOf({ suite: 2 });
    await gate.check(bytes, at);
    const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
    const s = order - BigInt(`0x${Buffer.from(bytes.subarray(-32)).toString('hex')}`);
    const other = Uint8Array.of(...bytes.subarray(0, -32), ...Buffer.from(s.toString(16).padStart(64, '0'), 'hex'));
    expect(told(await gate.check(other, at))).toContain('city-code-replayed');
  });

  it('is not used up by a check that fails before', async () => {
    const gate = newGate({ policy: { ...POLICY, revocation: { maxAgeSeconds: 9999 } } });
    const { bytes } = await codeOf();
    expect(told(await gate.check(bytes, at))).toBe('indeterminate revocation-not-checked');
    expect(told(await gate.check(bytes, { at: later(-31) }))).toBe('invalid city-code-from-later');
    await gate.take(await filterOf([]), at);
    expect(told(await gate.check(bytes, at))).toBe('valid');
  });

  it('cannot be told from a new one where the memory is full, or was lost', async () => {
    const full = new ReplayWindow({ maxEntries: 1 });
    const gate = newGate({ replay: full });
    expect(told(await gate.check((await codeOf()).bytes, at))).toBe('valid revocation-not-checked');
    expect(told(await gate.check((await codeOf({ tag: new Uint8Array(10).fill(0xee) })).bytes, at))).toBe(
      'indeterminate revocation-not-checked replay-not-checked',
    );
    const down: ReplayStore = { firstUse: async () => Promise.reject(new Error('down')) };
    expect(told(await newGate({ replay: down }).check((await codeOf()).bytes, at))).toBe(
      'indeterminate revocation-not-checked replay-not-checked',
    );
  });

  it('is remembered by a store that gates share, to the second after the last at which it passes', async () => {
    const asked: unknown[] = [];
    const replay: ReplayStore = { firstUse: async (scope, id, until) => asked.push([scope, id, until]) > 0 };
    const code = await codeOf({ counter: 0x0102 });
    await newGate({ replay }).check(code.bytes, at);
    const id = `${Buffer.from(code.delegation.tag).toString('hex')}0102`;
    expect(asked).toEqual([['city-code', id, later(91)]]);
  });

  it('is remembered for all gates of a process that share a window, also as a store', async () => {
    const replay = new ReplayWindow();
    const { bytes } = await codeOf();
    expect(told(await newGate({ replay }).check(bytes, at))).toBe('valid revocation-not-checked');
    expect(told(await newGate({ replay }).check(bytes, at))).toContain('city-code-replayed');
    const store: ReplayStore = { firstUse: (scope, id, until) => replay.firstUse(scope, id, until) };
    expect(told(await newGate({ replay: store }).check(bytes, at))).toContain('city-code-replayed');
  });

  it('is remembered for gates that allow longer lives: in one window, in a store, after a restart', async () => {
    const longer = { policy: { ...POLICY, maxTtlSeconds: 255 } };
    const replay = new ReplayWindow();
    const { bytes } = await codeOf({ ttlSeconds: 255 });
    const gate = newGate({ replay });
    expect(told(await gate.check(bytes, at))).toBe('valid revocation-not-checked');
    // Others pass meanwhile, and the gate forgets what it can.
    await gate.check((await codeOf({ generated: later(280) })).bytes, { at: later(280) });
    const after = newGate(longer);
    after.restore(gate.snapshot());
    for (const other of [newGate({ ...longer, replay }), after])
      expect(told(await other.check(bytes, { at: later(285) }))).toContain('city-code-replayed');
    const asked: Date[] = [];
    const store: ReplayStore = { firstUse: async (_scope, _id, until) => asked.push(until) > 0 };
    await newGate({ replay: store }).check((await codeOf({ ttlSeconds: 255 })).bytes, at);
    expect(asked).toEqual([later(286)]);
  });

  it('is remembered over a restart', async () => {
    const { bytes } = await codeOf();
    const before = newGate();
    await before.check(bytes, at);
    const after = newGate();
    after.restore(before.snapshot());
    expect(told(await after.check(bytes, at))).toContain('city-code-replayed');
  });
});

describe('the challenge of a gate', () => {
  const challenge = new Uint8Array(16).fill(7);

  it.each([1, 2] as const)('is answered by the device, suite %d', async (suite) => {
    const code = await codeOf({ suite });
    const shown = await answered(code, challenge, devices[suite]);
    expect(told(await newGate().check(shown, { at: AT, challenge }))).toBe('valid revocation-not-checked');
    expect(told(await newGate().check(cityCodeText(shown), { at: AT, challenge }))).toBe(
      'valid revocation-not-checked',
    );
  });

  it('is not answered by the code alone, by an answer to another, for another code, or of another device', async () => {
    const code = await codeOf();
    const wrong = [
      await answered(code, new Uint8Array(16).fill(8)),
      Uint8Array.of(...code.bytes, ...(await answered(await codeOf(), challenge)).subarray(-64)),
      await answered(code, challenge, sm2DeviceKey(generateSm2Key())),
      Uint8Array.of(...code.bytes, ...code.deviceSignature),
    ];
    expect(told(await newGate().check(code.bytes, { at: AT, challenge }))).toBe('invalid challenge-missing');
    for (const shown of wrong)
      expect(told(await newGate().check(shown, { at: AT, challenge }))).toBe('invalid challenge-failed');
  });

  it('is demanded by policy, also where the gate forgot to show one', async () => {
    const gate = newGate({ policy: { ...POLICY, challengeFor: [SCENE] } });
    const code = await codeOf();
    expect(told(await gate.check(await answered(code, challenge), at))).toBe('invalid challenge-missing');
    expect(told(await gate.check(await answered(code, challenge), { at: AT, challenge }))).toBe(
      'valid revocation-not-checked',
    );
  });

  it('is another one each time', () => {
    const gate = newGate();
    expect(gate.challenge()).toHaveLength(16);
    expect(gate.challenge()).not.toEqual(gate.challenge());
  });
});

describe('a revocation filter', () => {
  const policy = { ...POLICY, revocation: { maxAgeSeconds: 7200 } };

  it('refuses what the issuer confirms, and lets pass what it denies', async () => {
    const [one, two, three] = [newTag(), newTag(), newTag()];
    const asked: number[] = [];
    const gate = newGate({
      policy,
      confirmRevoked: async (index, tag) => {
        asked.push(index);
        if (tag[3] === three[3]) throw new Error('no network');
        return tag[3] === one[3];
      },
    });
    await gate.take(await filterOf([one, two, three]), at);
    expect(told(await gate.check((await codeOf({ tag: one })).bytes, at))).toBe('invalid delegation-revoked');
    expect(told(await gate.check((await codeOf({ tag: two })).bytes, at))).toBe('valid');
    expect(told(await gate.check((await codeOf({ tag: three })).bytes, at))).toBe(
      'indeterminate delegation-perhaps-revoked',
    );
    expect(told(await gate.check((await codeOf()).bytes, at))).toBe('valid');
    expect(asked).toEqual([7, 7, 7]);
  });

  it('counts where nobody demanded it: what is listed and cannot be confirmed is left open, and not used up', async () => {
    const tag = newTag();
    const { bytes } = await codeOf({ tag });
    let revoked: boolean | undefined;
    const gate = newGate({ confirmRevoked: async () => revoked });
    await gate.take(await filterOf([tag]), at);
    expect(told(await gate.check(bytes, at))).toBe('indeterminate delegation-perhaps-revoked');
    // Old as well: what it lists was revoked, and stays so.
    expect(told(await gate.check(bytes, { at: later(60) }))).toBe('indeterminate delegation-perhaps-revoked');
    expect(told(await gate.check((await codeOf()).bytes, at))).toBe('valid');
    revoked = false;
    expect(told(await gate.check(bytes, at))).toBe('valid');
    revoked = true;
    expect(told(await gate.check((await codeOf({ tag, counter: 1 })).bytes, at))).toBe('invalid delegation-revoked');
  });

  it('answers nothing when it is too old', async () => {
    const gate = newGate({ policy });
    await gate.take(await filterOf([], { until: later(99_999) }), at);
    const after = later(3601);
    expect(told(await gate.check((await codeOf({ generated: after })).bytes, { at: after }))).toBe(
      'indeterminate revocation-filter-stale',
    );
  });

  it('answers for the codes of its own issuer alone', async () => {
    const other = await newIssuer({ index: 8 });
    const gate = newGate({ policy, issuers: [issuer.entry, other.entry] });
    await gate.take(await filterOf([]), at);
    expect(told(await gate.check((await codeOf({ issuerIndex: 8, signer: other.signer })).bytes, at))).toBe(
      'indeterminate revocation-not-checked',
    );
  });

  it('is taken only if the issuer signed it, it is of now, and not older than the one before', async () => {
    const gate = newGate({ policy });
    const tag = newTag();
    const verdictOn = async (changes: Partial<RevocationFilterOptions>) =>
      told({ report: (await gate.take(await filterOf([], changes), at)) as never });
    expect(told({ report: (await gate.take(await filterOf([tag], { sequence: 5 }), at)) as never })).toBe('valid');
    expect(await verdictOn({ sequence: 6, signer: sm2Signer(generateSm2Key()) })).toBe(
      'invalid revocation-filter-forged',
    );
    expect(await verdictOn({ sequence: 6, issuerIndex: 9 })).toBe('indeterminate city-issuer-unknown');
    expect(await verdictOn({ sequence: 4 })).toBe('invalid revocation-filter-older');
    expect(await verdictOn({ sequence: 6, issued: later(-99), until: later(-1) })).toBe(
      'invalid revocation-filter-stale',
    );
    expect(told(await gate.check((await codeOf({ tag })).bytes, at))).toBe('indeterminate delegation-perhaps-revoked');
    expect(await verdictOn({ sequence: 5 })).toBe('valid');
    expect(told(await gate.check((await codeOf({ tag })).bytes, at))).toBe('valid');
  });
});

describe('a licence in a code', () => {
  const licensePayload = new TextEncoder().encode('the claims of a licence');
  const draft = async () => ({
    licenseDigest: (await import('@gov/city-code/delegate')).licenseDigest(licensePayload),
  });

  it('is the one that is shown beside it, and in force', async () => {
    const gate = newGate({
      policy: { ...POLICY, profiles: ['P2'], licenseStatus: 'demanded' },
      licenseStatus: async () => 'valid',
    });
    expect(told(await gate.check((await codeOf(await draft())).bytes, { at: AT, licensePayload }))).toBe(
      'valid revocation-not-checked',
    );
    expect(
      told(await gate.check((await codeOf(await draft())).bytes, { at: AT, licensePayload: new Uint8Array(3) })),
    ).toBe('invalid revocation-not-checked license-digest-mismatch');
    expect(told(await gate.check((await codeOf()).bytes, at))).toBe(
      'invalid revocation-not-checked city-code-profile-refused',
    );
  });

  it('is none beside a code that carries none: P1 claims no licence', async () => {
    const gate = newGate({ licenseStatus: async () => 'valid' });
    expect(told(await gate.check((await codeOf()).bytes, { at: AT, licensePayload }))).toBe(
      'invalid revocation-not-checked license-digest-mismatch',
    );
    expect(told(await gate.check((await codeOf()).bytes, at))).toBe('valid revocation-not-checked');
  });

  it('is asked for by its digest; no answer is none', async () => {
    const asked: Uint8Array[] = [];
    const licenseStatus = async (digest: Uint8Array) =>
      asked.push(digest) > 1 ? Promise.reject(new Error('down')) : ('revoked' as const);
    const gate = newGate({ policy: { ...POLICY, licenseStatus: 'demanded' }, licenseStatus });
    const { licenseDigest } = await draft();
    expect(told(await gate.check((await codeOf({ licenseDigest })).bytes, at))).toBe(
      'invalid revocation-not-checked status-revoked',
    );
    expect(told(await gate.check((await codeOf({ licenseDigest })).bytes, at))).toBe(
      'indeterminate revocation-not-checked status-not-checked',
    );
    expect(asked[0]).toEqual(licenseDigest);
    expect(told(await newGate().check((await codeOf({ licenseDigest })).bytes, at))).toBe(
      'valid revocation-not-checked status-not-checked',
    );
  });
});

describe('the clock of a gate', () => {
  it('is told to be off when most codes differ from it, and not before sixteen of them', async () => {
    const gate = newGate();
    const off = { at: later(-25) };
    for (let i = 0; i < 15; i++)
      expect(told(await gate.check((await codeOf()).bytes, off))).toBe('valid revocation-not-checked');
    expect(told(await gate.check((await codeOf()).bytes, off))).toBe('valid gate-clock-drift revocation-not-checked');
  });

  it('is told also by codes that it refuses for their time', async () => {
    const gate = newGate();
    const off = { at: later(7200) };
    for (let i = 0; i < 15; i++) await gate.check((await codeOf()).bytes, off);
    expect(told(await gate.check((await codeOf()).bytes, off))).toBe('invalid city-code-too-old gate-clock-drift');
  });

  it('is not judged by one device that shows often, nor by forged codes', async () => {
    const gate = newGate();
    const off = { at: later(-25) };
    const tag = newTag();
    const thief = sm2DeviceKey(generateSm2Key());
    for (let counter = 0; counter < 40; counter++) {
      await gate.check((await codeOf({ tag, counter })).bytes, off);
      await gate.check((await codeOf({ signingDevice: thief })).bytes, off);
    }
    expect(told(await gate.check((await codeOf({ tag, counter: 40 })).bytes, off))).toBe(
      'valid revocation-not-checked',
    );
  });
});

describe('the replay window', () => {
  const id = (text: string) => text.padEnd(12, '.');
  const end = 1_795_334_400;

  it('forgets what has ended, and then cannot say of that time what is new', () => {
    const window = new ReplayWindow();
    expect(window.use(id('a'), end)).toBe(true);
    window.forgetBefore(new Date(end * 1000));
    expect([window.use(id('a'), end), window.size]).toEqual([false, 1]);
    window.forgetBefore(new Date((end + 32) * 1000));
    expect(window.size).toBe(0);
    expect(() => window.use(id('a'), end)).toThrow(/forgotten/);
    expect(window.use(id('a'), end + 32)).toBe(true);
  });

  it('merges what another has, and counts what both had', () => {
    const [one, two] = [new ReplayWindow(), new ReplayWindow()];
    for (const name of ['a', 'b', '\xff\x00']) one.use(id(name), end);
    for (const name of ['b', 'c']) two.use(id(name), end + 40);
    expect(two.merge(one.snapshot(), { at: new Date(end * 1000) })).toBe(1);
    expect([two.size, two.use(id('a'), end), two.use(id('\xff\x00'), end)]).toEqual([4, false, false]);
  });

  it('takes no snapshot that would fill it for ever, and nothing that has ended', async () => {
    const at = new Date(end * 1000);
    const [window, forged, old] = [new ReplayWindow({ maxEntries: 2 }), new ReplayWindow(), new ReplayWindow()];
    forged.use(id('a'), end + 1);
    forged.use(id('b'), end + 601);
    expect(await thrown(() => window.merge(forged.snapshot(), { at }))).toBe('gate-state-malformed');
    expect(await thrown(() => window.merge(forged.snapshot(), { at: new Date(Number.NaN) }))).toBe(
      'gate-state-malformed',
    );
    expect(window.size).toBe(0);
    for (const name of ['a', 'b', 'c']) old.use(id(name), end - 1);
    expect([window.merge(old.snapshot(), { at }), window.size]).toEqual([0, 0]);
    expect([window.merge(forged.snapshot(), { at: new Date((end + 1) * 1000) }), window.size]).toEqual([0, 2]);
  });

  it('counts what both had before it forgets, and what ended as well', () => {
    const [one, two] = [new ReplayWindow(), new ReplayWindow()];
    for (const window of [one, two]) window.use(id('a'), end);
    expect([two.merge(one.snapshot(), { at: new Date((end + 64) * 1000) }), two.size]).toEqual([1, 0]);
  });

  it('knows after a restart what it had forgotten before', () => {
    const [one, two] = [new ReplayWindow(), new ReplayWindow()];
    one.use(id('a'), end);
    one.forgetBefore(new Date((end + 32) * 1000));
    two.restore(one.snapshot());
    expect(() => two.use(id('a'), end)).toThrow(/forgotten/);
  });

  it('remembers the last codes of all over a restart: their end has more than 32 bits', () => {
    const [one, two] = [new ReplayWindow(), new ReplayWindow()];
    one.use(id('a'), 0xffffffff + 91);
    two.restore(one.snapshot());
    two.forgetBefore(new Date(0xffffffff * 1000));
    expect(two.use(id('a'), 0xffffffff + 91)).toBe(false);
  });

  it('has a limit, at which nothing is new any more', () => {
    const window = new ReplayWindow({ maxEntries: 2 });
    expect([window.use(id('a'), end), window.use(id('b'), end), window.use(id('a'), end)]).toEqual([true, true, false]);
    expect(() => window.use(id('c'), end)).toThrow(/2 codes/);
  });

  it('reads no damaged snapshot', async () => {
    const window = new ReplayWindow();
    window.use(id('a'), end);
    const snapshot = window.snapshot();
    for (const damaged of [snapshot.slice(1), snapshot.slice(0, -1), new Uint8Array(), new Uint8Array(24)])
      expect(await thrown(() => new ReplayWindow().merge(damaged, at))).toBe('gate-state-malformed');
    expect(await thrown(() => new Gate({ issuers: [], policy: POLICY }).restore(snapshot.slice(1)))).toBe(
      'gate-state-malformed',
    );
    expect(await thrown(() => window.firstUse('', 'short', AT))).toBe('invalid-argument');
    expect(await thrown(() => window.use('short', end))).toBe('invalid-argument');
    expect(await thrown(() => newGate({ replay: { firstUse: async () => true } }).snapshot())).toBe('invalid-argument');
  });
});
