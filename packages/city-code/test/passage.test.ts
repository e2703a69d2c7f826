/** `judgePassage`: each step and each outcome of it, from facts alone. */
import { judgePassage, type PassageFacts } from '@gov/city-code/gate';
import type { TrustListIssuer } from '@gov/pki/trust-list';
import type { Check } from '@gov/verdict';
import { describe, expect, it } from 'vitest';
import type { GatePolicy } from '../src/gate/policy.js';
import { AT, codeOf, later, POLICY, SCENE } from './gate-world.js';

type Entry = Pick<TrustListIssuer, 'region' | 'status' | 'from' | 'to'>;

const entry = (changes: Partial<Entry> = {}): Entry => ({
  region: '440000',
  status: 'active',
  from: later(-86_400),
  ...changes,
});
const FILTER = { issued: later(-3600), until: later(3600), listed: false };
const code = await codeOf();
const withLicense = await codeOf({ licenseDigest: new Uint8Array(16) });
const GOOD: PassageFacts = {
  at: AT,
  code,
  issuer: entry(),
  delegationGenuine: true,
  deviceGenuine: true,
  filter: FILTER,
  firstUse: true,
};
const STRICT: GatePolicy = { ...POLICY, revocation: { maxAgeSeconds: 7200 } };

/** Facts that were not asked. */
function without(...names: readonly (keyof PassageFacts)[]): PassageFacts {
  return Object.fromEntries(
    Object.entries(GOOD).filter(([name]) => !(names as string[]).includes(name)),
  ) as unknown as PassageFacts;
}

const judged = (facts: PassageFacts, policy: GatePolicy, check: Check): string => {
  const { verdict, findings } = judgePassage(facts, policy);
  return [
    verdict,
    ...findings.filter((one) => one.check === check).map(({ outcome, code }) => `${outcome} ${code}`),
  ].join(', ');
};

const cases: readonly (readonly [string, Check, PassageFacts, GatePolicy, string])[] = [
  ['read', 'format', GOOD, POLICY, 'valid, pass format-ok'],
  ['not read', 'format', without('code'), POLICY, 'invalid, fail format-malformed'],
  ['an online code', 'format', { at: AT, online: true }, POLICY, 'indeterminate, unknown city-code-online'],

  ['listed', 'key', GOOD, POLICY, 'valid, pass city-issuer-ok'],
  ['not listed', 'key', without('issuer'), POLICY, 'indeterminate, unknown city-issuer-unknown'],
  ['the whole country', 'key', { ...GOOD, issuer: entry({ region: 'CN' }) }, POLICY, 'valid, pass city-issuer-ok'],
  [
    'the next district',
    'key',
    { ...GOOD, issuer: entry({ region: '440105' }) },
    POLICY,
    'invalid, fail city-issuer-region',
  ],
  [
    'another province',
    'key',
    { ...GOOD, issuer: entry({ region: '450000' }) },
    POLICY,
    'invalid, fail city-issuer-region',
  ],
  ['from this moment', 'key', { ...GOOD, issuer: entry({ from: AT }) }, POLICY, 'valid, pass city-issuer-ok'],
  [
    'from the next',
    'key',
    { ...GOOD, issuer: entry({ from: later(0.001) }) },
    POLICY,
    'invalid, fail city-issuer-expired',
  ],
  ['to this moment', 'key', { ...GOOD, issuer: entry({ to: AT }) }, POLICY, 'valid, pass city-issuer-ok'],
  [
    'to the one before',
    'key',
    { ...GOOD, issuer: entry({ to: later(-0.001) }) },
    POLICY,
    'invalid, fail city-issuer-expired',
  ],
  [
    'retired a day ago',
    'key',
    { ...GOOD, issuer: entry({ status: 'retired', from: later(-99_999), to: later(-86_400) }) },
    POLICY,
    'valid, pass city-issuer-ok',
  ],
  [
    'retired before',
    'key',
    { ...GOOD, issuer: entry({ status: 'retired', from: later(-99_999), to: later(-86_400.001) }) },
    POLICY,
    'invalid, fail city-issuer-expired',
  ],
  [
    'revoked now',
    'key',
    { ...GOOD, issuer: entry({ status: 'revoked', to: AT }) },
    POLICY,
    'invalid, fail city-issuer-revoked',
  ],
  [
    'revoked later',
    'key',
    { ...GOOD, issuer: entry({ status: 'revoked', to: later(0.001) }) },
    POLICY,
    'valid, pass city-issuer-ok',
  ],
  [
    'compromised',
    'key',
    { ...GOOD, issuer: entry({ status: 'compromised', to: later(-60) }) },
    POLICY,
    'invalid, fail city-issuer-revoked',
  ],
  [
    'compromised, nobody says when',
    'key',
    { ...GOOD, issuer: entry({ status: 'compromised' }) },
    POLICY,
    'invalid, fail city-issuer-revoked',
  ],
  [
    'edition of now',
    'key',
    { ...GOOD, edition: { nextUpdate: AT, hardExpiry: AT } },
    POLICY,
    'valid, pass city-issuer-ok',
  ],
  [
    'edition is old',
    'key',
    { ...GOOD, edition: { nextUpdate: later(-1), hardExpiry: AT } },
    POLICY,
    'valid, pass city-issuer-ok, warn trust-list-stale',
  ],
  [
    'edition has ended',
    'key',
    { ...GOOD, edition: { nextUpdate: later(-9), hardExpiry: later(-1) } },
    POLICY,
    'indeterminate, unknown trust-list-expired',
  ],

  ['genuine', 'authenticity', GOOD, POLICY, 'valid, pass delegation-ok'],
  ['forged', 'authenticity', { ...GOOD, delegationGenuine: false }, POLICY, 'invalid, fail delegation-forged'],
  ['not verified', 'authenticity', without('delegationGenuine'), POLICY, 'indeterminate, skipped check-not-made'],

  ['genuine', 'binding', GOOD, POLICY, 'valid, pass device-signature-ok'],
  ['forged', 'binding', { ...GOOD, deviceGenuine: false }, POLICY, 'invalid, fail device-signature-forged'],
  ['not verified', 'binding', without('deviceGenuine'), POLICY, 'indeterminate, skipped check-not-made'],
  [
    'answered',
    'binding',
    { ...GOOD, challenge: 'answered' },
    POLICY,
    'valid, pass device-signature-ok, pass challenge-ok',
  ],
  [
    'answered otherwise',
    'binding',
    { ...GOOD, challenge: 'failed' },
    POLICY,
    'invalid, pass device-signature-ok, fail challenge-failed',
  ],
  [
    'not answered',
    'binding',
    { ...GOOD, challenge: 'missing' },
    POLICY,
    'invalid, pass device-signature-ok, fail challenge-missing',
  ],
  [
    'never challenged, where the scene is',
    'binding',
    GOOD,
    { ...POLICY, challengeFor: [SCENE] },
    'invalid, pass device-signature-ok, fail challenge-missing',
  ],
  [
    'never challenged, where another scene is',
    'binding',
    GOOD,
    { ...POLICY, challengeFor: [9] },
    'valid, pass device-signature-ok',
  ],

  [
    'a drifting clock',
    'time',
    { ...GOOD, driftSeconds: 10.5 },
    POLICY,
    'valid, pass city-code-time-ok, warn gate-clock-drift',
  ],
  [
    'a clock ahead',
    'time',
    { ...GOOD, driftSeconds: -46 },
    POLICY,
    'valid, pass city-code-time-ok, warn gate-clock-drift',
  ],
  [
    'codes that were shown for a while',
    'time',
    { ...GOOD, driftSeconds: -45 },
    POLICY,
    'valid, pass city-code-time-ok',
  ],

  ['not listed', 'revocation', GOOD, STRICT, 'valid, pass delegation-not-revoked'],
  ['no filter', 'revocation', without('filter'), POLICY, 'valid, unknown revocation-not-checked'],
  ['no filter, demanded', 'revocation', without('filter'), STRICT, 'indeterminate, unknown revocation-not-checked'],
  [
    'filter of its last second',
    'revocation',
    { ...GOOD, filter: { ...FILTER, until: AT } },
    STRICT,
    'valid, pass delegation-not-revoked',
  ],
  [
    'filter has ended',
    'revocation',
    { ...GOOD, filter: { ...FILTER, until: later(-1) } },
    STRICT,
    'indeterminate, unknown revocation-filter-stale',
  ],
  [
    'filter as old as allowed',
    'revocation',
    { ...GOOD, filter: { ...FILTER, issued: later(-7200) } },
    STRICT,
    'valid, pass delegation-not-revoked',
  ],
  [
    'filter too old',
    'revocation',
    { ...GOOD, filter: { ...FILTER, issued: later(-7201) } },
    STRICT,
    'indeterminate, unknown revocation-filter-stale',
  ],
  [
    'listed',
    'revocation',
    { ...GOOD, filter: { ...FILTER, listed: true } },
    STRICT,
    'indeterminate, unknown delegation-perhaps-revoked',
  ],
  [
    'listed, not demanded',
    'revocation',
    { ...GOOD, filter: { ...FILTER, listed: true } },
    POLICY,
    'indeterminate, unknown delegation-perhaps-revoked',
  ],
  [
    'listed by an old filter, not demanded',
    'revocation',
    { ...GOOD, filter: { ...FILTER, until: later(-1), listed: true } },
    POLICY,
    'indeterminate, unknown delegation-perhaps-revoked',
  ],
  [
    'listed, refused',
    'revocation',
    { ...GOOD, filter: { ...FILTER, listed: true } },
    { ...POLICY, revocation: { maxAgeSeconds: 9, refusePerhaps: true } },
    'invalid, fail delegation-perhaps-revoked',
  ],
  [
    'listed, and confirmed',
    'revocation',
    { ...GOOD, filter: { ...FILTER, listed: true, revoked: true } },
    POLICY,
    'invalid, fail delegation-revoked',
  ],
  [
    'listed, by mistake',
    'revocation',
    { ...GOOD, filter: { ...FILTER, listed: true, revoked: false } },
    STRICT,
    'valid, pass delegation-not-revoked',
  ],

  ['new', 'replay', GOOD, POLICY, 'valid, pass city-code-first-use'],
  ['seen', 'replay', { ...GOOD, firstUse: false }, POLICY, 'invalid, fail city-code-replayed'],
  ['not known', 'replay', without('firstUse'), POLICY, 'indeterminate, unknown replay-not-checked'],
  [
    'new, remembered for long',
    'replay',
    { ...GOOD, remembersSince: later(-30) },
    POLICY,
    'valid, pass city-code-first-use',
  ],
  [
    'new, from before the gate remembers',
    'replay',
    { ...GOOD, remembersSince: later(-29) },
    POLICY,
    'indeterminate, unknown replay-not-checked',
  ],
  [
    'seen, from before the gate remembers',
    'replay',
    { ...GOOD, firstUse: false, remembersSince: AT },
    POLICY,
    'invalid, fail city-code-replayed',
  ],

  ['served', 'authority', GOOD, POLICY, 'valid, pass city-code-scene-ok'],
  ['another scene', 'authority', GOOD, { scenes: [SCENE + 1] }, 'invalid, fail city-code-scene-refused'],
  ['a region around it', 'authority', GOOD, { ...POLICY, region: '440100' }, 'valid, pass city-code-scene-ok'],
  ['another region', 'authority', GOOD, { ...POLICY, region: '440300' }, 'invalid, fail city-code-region-refused'],
  ['another profile', 'authority', GOOD, { ...POLICY, profiles: ['P2'] }, 'invalid, fail city-code-profile-refused'],
  ['another subject', 'authority', GOOD, { ...POLICY, subjects: ['thing'] }, 'invalid, fail city-code-subject-refused'],
  ['entitled', 'authority', GOOD, { ...POLICY, demandedEntitlements: 5 }, 'valid, pass city-code-scene-ok'],
  [
    'entitled to a part',
    'authority',
    GOOD,
    { ...POLICY, demandedEntitlements: 7 },
    'invalid, fail entitlement-missing',
  ],
  [
    'the highest bit',
    'authority',
    GOOD,
    { ...POLICY, demandedEntitlements: 0x80000000 },
    'invalid, fail entitlement-missing',
  ],

  ['enough', 'assurance', GOOD, { ...POLICY, minAssurance: 2 }, 'valid, pass assurance-ok'],
  ['not enough', 'assurance', GOOD, { ...POLICY, minAssurance: 3 }, 'invalid, fail assurance-too-low'],
  ['not asked', 'assurance', GOOD, POLICY, 'valid'],

  ['of a code that has none', 'status', { ...GOOD, license: { status: 'revoked' } }, POLICY, 'valid'],
  [
    'of a code that has none, demanded',
    'authority',
    { ...GOOD, license: { status: 'valid' } },
    { ...POLICY, licenseStatus: 'demanded' },
    'invalid, fail city-code-profile-refused',
  ],
  ['not asked', 'status', { ...GOOD, code: withLicense }, POLICY, 'valid, unknown status-not-checked'],
  [
    'not known',
    'status',
    { ...GOOD, code: withLicense },
    { ...POLICY, licenseStatus: 'demanded' },
    'indeterminate, unknown status-not-checked',
  ],
  [
    'in force',
    'status',
    { ...GOOD, code: withLicense, license: { status: 'valid' } },
    { ...POLICY, licenseStatus: 'demanded' },
    'valid, pass status-ok',
  ],
  [
    'suspended',
    'status',
    { ...GOOD, code: withLicense, license: { status: 'suspended' } },
    POLICY,
    'invalid, fail status-suspended',
  ],
  [
    'revoked',
    'status',
    { ...GOOD, code: withLicense, license: { status: 'revoked' } },
    POLICY,
    'invalid, fail status-revoked',
  ],
  [
    'superseded',
    'status',
    { ...GOOD, code: withLicense, license: { status: 'superseded' } },
    POLICY,
    'invalid, fail status-superseded',
  ],
  [
    'the licence',
    'content',
    { ...GOOD, code: withLicense, license: { digestFits: true } },
    POLICY,
    'valid, pass license-digest-ok',
  ],
  [
    'a licence beside a code that has none',
    'content',
    { ...GOOD, license: { digestFits: true } },
    POLICY,
    'invalid, fail license-digest-mismatch',
  ],
  [
    'another licence',
    'content',
    { ...GOOD, code: withLicense, license: { digestFits: false } },
    POLICY,
    'invalid, fail license-digest-mismatch',
  ],
];

describe('a step', () => {
  it.each(cases)('%s: %s', (_what, check, facts, policy, expected) => {
    expect(judged(facts, policy, check)).toBe(expected);
  });
});

/** Seconds from generation to the gate's now, time to live, the gate's maximum, seconds from now to the end of the delegation. */
const times = [
  [0, 60, undefined, 3600, 'valid'],
  [-30, 60, undefined, 3600, 'valid'],
  [-30.001, 60, undefined, 3600, 'city-code-from-later'],
  [90, 60, undefined, 3600, 'valid'],
  [90.001, 60, undefined, 3600, 'city-code-too-old'],
  [90, 255, undefined, 3600, 'valid'],
  [90.001, 255, undefined, 3600, 'city-code-too-old'],
  [30, 0, undefined, 3600, 'valid'],
  [30.001, 0, undefined, 3600, 'city-code-too-old'],
  [40, 60, 10, 3600, 'valid'],
  [40.001, 60, 10, 3600, 'city-code-too-old'],
  [130, 100, 200, 3600, 'valid'],
  [130.001, 100, 200, 3600, 'city-code-too-old'],
  [285.001, 255, 255, 3600, 'city-code-too-old'],
  [0, 60, undefined, 0, 'valid'],
  [20, 60, undefined, -20, 'valid'],
  [20, 60, undefined, -21, 'delegation-expired'],
  [0, 60, undefined, 86_430, 'valid'],
  [0, 60, undefined, 86_431, 'delegation-too-long'],
  [-31, 60, undefined, 30, 'city-code-from-later delegation-expired'],
] as const;

describe('the time of a code', () => {
  it.each(times)(
    '%d s old, to live %d s, the gate %s s, the delegation %d s: %s',
    async (age, ttl, most, left, expected) => {
      // Codes have whole seconds: the gate's clock has the rest.
      const at = later(age - Math.floor(age));
      const generated = later(-Math.floor(age));
      const facts = { ...GOOD, at, code: await codeOf({ generated, ttlSeconds: ttl, expires: later(left) }) };
      const { verdict, findings } = judgePassage(facts, {
        ...POLICY,
        ...(most === undefined ? {} : { maxTtlSeconds: most }),
      });
      const codes = findings.filter((one) => one.check === 'time' && one.outcome === 'fail').map((one) => one.code);
      expect(verdict === 'valid' ? 'valid' : codes.join(' ')).toBe(expected);
    },
  );
});

describe('a passage', () => {
  it('answers every check that was demanded, in the order of the standard', () => {
    const policy: GatePolicy = { ...STRICT, minAssurance: 1, licenseStatus: 'demanded' };
    const { verdict, findings, unchecked } = judgePassage(
      { ...GOOD, code: withLicense, license: { digestFits: true, status: 'valid' } },
      policy,
    );
    expect([verdict, ...unchecked]).toEqual(['valid']);
    expect(findings.map(({ check }) => check)).toEqual([
      'format',
      'key',
      'authenticity',
      'binding',
      'time',
      'revocation',
      'replay',
      'authority',
      'assurance',
      'content',
      'status',
    ]);
  });

  it('says of everything behind a step that did not pass that it was not checked', () => {
    const { findings } = judgePassage({ ...GOOD, deviceGenuine: false, firstUse: false }, STRICT);
    expect(findings.slice(3).map(({ check, outcome, code }) => `${check} ${outcome} ${code}`)).toEqual([
      'binding fail device-signature-forged',
      'time skipped check-not-made',
      'revocation skipped check-not-made',
      'replay skipped check-not-made',
      'authority skipped check-not-made',
    ]);
  });

  it('names no tag and no key', () => {
    const text = JSON.stringify(judgePassage(GOOD, POLICY));
    for (const secret of [code.delegation.tag, code.delegation.deviceKey]) {
      expect(text).not.toContain(JSON.stringify(secret).slice(1, -1));
      expect(text).not.toContain(Buffer.from(secret).toString('hex'));
      expect(text).not.toContain(Buffer.from(secret).toString('base64url'));
    }
  });

  it.each(['issuer', 'delegationGenuine', 'deviceGenuine', 'firstUse'] as const)(
    'is not valid where %s was not asked',
    (name) => {
      expect(judgePassage(without(name), POLICY).verdict).toBe('indeterminate');
    },
  );
});
