/** What a trust list does to the judgement on a signer's certificate. */
import { type CertificateUse, certificateFindings, type SigningTime, TrustStore, USE_OIDS } from '@gov/pki';
import type { TrustList, TrustListIssuer } from '@gov/pki/trust-list';
import { judge } from '@gov/verdict';
import { beforeAll, describe, expect, it } from 'vitest';
import { extendedKeyUsage, keyUsage, sm2 } from './builder.js';
import { certificate, day, type ListWorld, listWorld, rootCertificate } from './trust-list-world.js';

let world: ListWorld;
beforeAll(async () => {
  world = await listWorld();
});

const REQUIRED = { required: ['path', 'authority', 'time'] } as const;
const AT = day('2026-05-10');
const claimed = (text: string): SigningTime => ({ value: new Date(text), basis: 'claimed' });
const proved = (text: string): SigningTime => ({ value: new Date(text), basis: 'proved' });

interface Asked {
  readonly list?: TrustList;
  readonly of?: TrustListIssuer;
  readonly use?: CertificateUse;
  readonly time?: SigningTime | undefined;
  readonly region?: string;
  readonly at?: Date;
  readonly certificate?: Awaited<ReturnType<typeof certificate>>;
  readonly anchors?: readonly Awaited<ReturnType<typeof certificate>>[];
}

/** Verdict, and every finding but those that say nothing. */
async function ask(asked: Asked): Promise<string[]> {
  const { use = 'license-issuer', region, at = AT } = asked;
  const time = 'time' in asked ? asked.time : claimed('2026-02-01T00:00:00Z');
  const trust = new TrustStore({
    anchors: asked.anchors ?? [],
    ...(asked.list === undefined ? {} : { list: asked.list }),
  });
  const { findings } = await certificateFindings(
    asked.certificate ?? world.issuer,
    { use, time, region },
    { at, trust },
  );
  return [
    judge(findings, REQUIRED),
    ...findings
      .filter(({ code }) => code !== 'revocation-not-checked')
      .map(({ outcome, code }) => `${outcome} ${code}`),
  ];
}

const GOOD = ['valid', 'pass path-ok', 'pass authority-ok', 'pass time-ok', 'pass listing-ok'];

describe('authority', () => {
  it('a certificate without an EKU of ours may do what the list says, and nothing without one', async () => {
    expect(await ask({ list: world.list() })).toEqual(GOOD);
    expect(await ask({ anchors: [world.root] })).toEqual([
      'indeterminate',
      'pass path-ok',
      'unknown authority-unknown',
      'pass time-ok',
    ]);
    expect(await ask({ list: world.list({ issuers: [] }) })).toContain('unknown authority-unknown');
  });

  it('listed for another use: not for this one', async () => {
    const list = world.listed({ use: 'signer' });
    expect((await ask({ list })).slice(0, 3)).toEqual(['invalid', 'pass path-ok', 'fail not-authorised-for-use']);
  });

  it('lists narrow what a certificate says, and never widen it', async () => {
    const key = sm2();
    const own = await certificate(world.rootKey, key, {
      extensions: { keyUsage: keyUsage('digitalSignature'), eku: extendedKeyUsage(USE_OIDS['license-issuer']) },
    });
    const unlisted = await ask({ certificate: own, list: world.list() });
    expect(unlisted).toEqual(['valid', 'pass path-ok', 'pass authority-ok', 'pass time-ok']);
    const entry = { certificate: own, region: '370300' };
    const narrowed = world.list({ issuers: [{ ...entry, use: 'signer' }] });
    expect(await ask({ certificate: own, list: narrowed })).toContain('fail not-authorised-for-use');
    expect(await ask({ certificate: own, list: narrowed, use: 'signer' })).toContain('fail not-authorised-for-use');
    const agreed = world.list({ issuers: [{ ...entry, use: 'license-issuer' }] });
    expect(await ask({ certificate: own, list: agreed })).toEqual(GOOD);
  });

  it('an entry is of the very certificate, not of its short name', async () => {
    const other = await certificate(world.rootKey, world.issuerKey);
    const list = world.list();
    const forged = { ...list, issuers: [{ ...list.issuers[0]!, certificate: other.bytes }] };
    expect(await ask({ list: forged })).toContain('unknown authority-unknown');
  });
});

describe('anchors', () => {
  it('only for their services: for another, there is none', async () => {
    const anchors = [{ certificate: world.root, services: ['seal'] }];
    expect((await ask({ list: world.list({ anchors }) })).slice(0, 2)).toEqual([
      'indeterminate',
      'unknown path-no-anchor',
    ]);
    expect(await ask({ list: world.list({ anchors: [{ certificate: world.root, services: ['license'] }] }) })).toEqual(
      GOOD,
    );
    const both = [...anchors, { certificate: world.root, services: ['x', 'license'] }];
    expect(await ask({ list: world.list({ anchors: both }) })).toEqual(GOOD);
  });

  it('only for their regions, where the region is known', async () => {
    const list = world.list({ anchors: [{ certificate: world.root, regions: ['110000', '120000'] }] });
    expect(await ask({ list, region: '370303' })).toEqual(
      expect.arrayContaining(['invalid', 'fail region-not-authorised']),
    );
    expect(await ask({ list })).toEqual(GOOD);
    const wide = world.list({ anchors: [{ certificate: world.root, regions: ['110000', '370000'] }] });
    expect(await ask({ list: wide, region: '370303' })).toEqual(GOOD);
  });

  it('of two anchors of one name the one for this region is found', async () => {
    const renewed = await rootCertificate(world.rootKey);
    const anchors = [
      { certificate: world.root, regions: ['110000'] },
      { certificate: renewed, regions: ['370000'] },
    ];
    expect(await ask({ list: world.list({ anchors }), region: '370303' })).toEqual(GOOD);
  });

  it('given anchors count beside those of the list, for everything', async () => {
    const list = world.list({ anchors: [{ certificate: world.root, services: ['seal'] }] });
    expect(await ask({ list, anchors: [world.root] })).toEqual(GOOD);
  });

  it('are the anchors of the store', () => {
    expect(new TrustStore({ list: world.list() }).anchors.map(({ bytes }) => bytes)).toEqual([world.root.bytes]);
  });
});

describe('regions of an entry', () => {
  it.each([
    ['370303', 'valid'],
    ['370300', 'valid'],
    ['370000', 'invalid'],
    ['370402', 'invalid'],
    ['110101', 'invalid'],
  ])('370300 for %s: %s', async (region, verdict) => {
    const [answer, ...codes] = await ask({ list: world.list(), region });
    expect(answer).toBe(verdict);
    expect(codes.includes('fail region-not-authorised')).toBe(verdict === 'invalid');
  });
});

describe('status, by the time rule', () => {
  const TO = day('2026-03-01');
  const status = (name: 'retired' | 'revoked' | 'compromised', more = {}) =>
    world.listed({ status: name, to: TO, ...more }, { hardExpiry: day('2030-01-01'), nextUpdate: day('2030-01-01') });
  const BEFORE = '2026-02-28T23:59:59Z';
  const AFTER = '2026-03-01T00:00:01Z';

  it.each<[string, 'retired' | 'revoked' | 'compromised', SigningTime | undefined, string, string]>([
    ['claimed before', 'retired', claimed(BEFORE), 'valid', 'pass listing-ok'],
    ['claimed at the last moment', 'retired', claimed('2026-03-01T00:00:00Z'), 'valid', 'pass listing-ok'],
    ['claimed after', 'retired', claimed(AFTER), 'invalid', 'fail listing-ended'],
    ['proved before', 'retired', proved(BEFORE), 'valid', 'pass listing-ok'],
    ['proved after', 'retired', proved(AFTER), 'invalid', 'fail listing-ended'],
    ['at no time', 'retired', undefined, 'indeterminate', 'unknown listing-ended'],
    ['claimed before', 'revoked', claimed(BEFORE), 'indeterminate', 'unknown revoked-time-unproved'],
    ['claimed at', 'revoked', claimed('2026-03-01T00:00:00Z'), 'invalid', 'fail certificate-revoked'],
    ['claimed after', 'revoked', claimed(AFTER), 'invalid', 'fail certificate-revoked'],
    ['proved before', 'revoked', proved(BEFORE), 'valid', 'pass revoked-after-signing'],
    ['proved after', 'revoked', proved(AFTER), 'invalid', 'fail certificate-revoked'],
    ['at no time', 'revoked', undefined, 'invalid', 'fail certificate-revoked'],
    ['claimed before', 'compromised', claimed(BEFORE), 'invalid', 'fail certificate-revoked'],
    ['claimed after', 'compromised', claimed(AFTER), 'invalid', 'fail certificate-revoked'],
    ['proved before', 'compromised', proved(BEFORE), 'valid', 'pass revoked-after-signing'],
    ['proved at', 'compromised', proved('2026-03-01T00:00:00Z'), 'invalid', 'fail certificate-revoked'],
    ['at no time', 'compromised', undefined, 'invalid', 'fail certificate-revoked'],
  ])('signed %s, %s', async (_what, name, time, verdict, code) => {
    const [answer, ...codes] = await ask({ list: status(name), time });
    expect([answer, codes.includes(code)]).toEqual([verdict, true]);
    if (verdict === 'valid') expect(codes.every((one) => one.startsWith('pass'))).toBe(true);
  });

  const EXPIRED = { at: day('2027-06-01'), time: claimed(BEFORE) };

  it.each([
    ['retired', 'valid', 'pass time-ok'],
    ['revoked', 'indeterminate', 'unknown revoked-time-unproved'],
    ['compromised', 'invalid', 'fail certificate-revoked'],
  ] as const)('after the certificate expired, %s: %s', async (name, verdict, code) => {
    const [answer, ...codes] = await ask({ list: status(name), ...EXPIRED });
    expect([answer, codes.includes(code)]).toEqual([verdict, true]);
  });

  it('after the certificate expired, active settles nothing, nor does a list that does not list it', async () => {
    const long = { hardExpiry: day('2030-01-01'), nextUpdate: day('2030-01-01') };
    for (const list of [world.list(long), world.list({ ...long, issuers: [] })])
      expect(await ask({ list, ...EXPIRED })).toEqual(
        expect.arrayContaining(['indeterminate', 'unknown expired-time-unproved']),
      );
  });

  it('retired does not mend a claim after the certificate expired', async () => {
    const list = status('retired', { to: day('2028-01-01') });
    expect(await ask({ list, at: day('2027-06-01'), time: claimed('2027-03-01T00:00:00Z') })).toEqual(
      expect.arrayContaining(['invalid', 'fail certificate-expired-at-signing']),
    );
  });

  it('before `from` an entry does not count', async () => {
    for (const name of ['retired', 'revoked', 'compromised'] as const) {
      const list = status(name, { from: day('2026-02-01') });
      expect(await ask({ list, time: claimed('2026-01-31T23:59:59Z') })).toEqual(
        expect.arrayContaining(['invalid', 'fail listing-not-yet-valid']),
      );
    }
  });

  it('what befell a key befell it in every use', async () => {
    const fate = { certificate: world.issuer, status: 'compromised', to: TO } as const;
    const list = world.list({
      issuers: [
        { ...fate, use: 'signer', region: 'CN' },
        { ...fate, use: 'license-issuer', region: '370300' },
      ],
    });
    for (const use of ['signer', 'license-issuer', 'seal-maker'] as const)
      expect(await ask({ list, use })).toContain('fail certificate-revoked');
  });

  it('one of several entries that covers the moment is enough', async () => {
    const entry = { certificate: world.issuer, use: 'license-issuer' };
    const list = world.list({
      issuers: [
        { ...entry, region: '370000', status: 'retired', to: day('2025-12-31') },
        { ...entry, region: '370300', from: day('2026-01-01') },
      ],
    });
    expect(await ask({ list })).toEqual(GOOD);
    expect(await ask({ list, region: '370400' })).toContain('fail listing-ended');
  });
});

describe('an old list', () => {
  it('past nextUpdate warns, past hardExpiry makes the path unknown, whatever the store was made when', async () => {
    const list = world.list();
    const at = (text: string) => ask({ list, at: new Date(text) });
    expect(await at('2026-06-01T00:00:00Z')).toEqual(GOOD);
    expect(await at('2026-06-01T00:00:01Z')).toEqual(['valid', ...GOOD.slice(1, 4), 'warn trust-list-stale', GOOD[4]]);
    expect(await at('2026-11-01T00:00:01Z')).toEqual([
      'indeterminate',
      ...GOOD.slice(1, 4),
      'unknown trust-list-expired',
      GOOD[4],
    ]);
  });

  it('still says what it knows to be bad', async () => {
    const list = world.listed({ status: 'compromised', to: day('2026-03-01') });
    expect(await ask({ list, at: day('2026-12-01') })).toEqual(
      expect.arrayContaining(['invalid', 'unknown trust-list-expired', 'fail certificate-revoked']),
    );
  });
});

describe('looking up by key identifier', () => {
  it('finds the listed, each once, and passes over what cannot be read', () => {
    const list = world.list();
    const kid = Buffer.from(list.issuers[0]!.kid, 'hex');
    expect(new TrustStore({ list }).byKid(kid).map(({ bytes }) => bytes)).toEqual([world.issuer.bytes]);
    expect(new TrustStore({ list, certificates: [world.issuer] }).byKid(kid)).toHaveLength(1);
    const broken = { ...list, issuers: [{ ...list.issuers[0]!, certificate: Uint8Array.of(0x30, 0) }] };
    expect(new TrustStore({ list: broken }).byKid(kid)).toEqual([]);
  });

  it('goes on in a store with further certificates', async () => {
    const store = new TrustStore({ list: world.list() });
    const other = await certificate(world.rootKey, sm2());
    const wider = store.withCertificates([other]);
    expect(wider.listings(world.issuer)).toHaveLength(1);
    expect(wider.anchors).toHaveLength(1);
    expect(wider.list).toBe(store.list);
  });
});
