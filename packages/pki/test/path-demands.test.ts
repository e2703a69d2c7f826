import { der } from '@gov/der';
import {
  type Certificate,
  type CertificateUse,
  certificateFindings,
  NAME_CONSTRAINTS_MAX_COMPARISONS,
  POLICIES_MAX,
  readCertificate,
  readNameConstraints,
  readPolicies,
  subjectAltNames,
  TrustStore,
  USE_OIDS,
  validatePath,
} from '@gov/pki';
import { describe, expect, it } from 'vitest';
import { cpuTime } from '../../../test/cpu-time.js';
import { Corpus, random } from '../../../test/fuzz/mutation.js';
import {
  basicConstraints,
  build,
  certificatePolicies,
  codeOf,
  extendedKeyUsage,
  general,
  keyUsage,
  nameConstraints,
  policyConstraints,
  policyMappings,
  sm2,
  subjectAltName,
} from './builder.js';
import { type Change, changed, RIGHT } from './wrong.js';

const key = sm2();
const make = async (change: Change = {}, spec = RIGHT.leaf): Promise<Certificate> =>
  readCertificate(await build(changed(spec, change)));
const codes = async (leaf: Certificate, chain: readonly Certificate[], more = {}) =>
  (await validatePath(leaf, { anchors: chain.slice(-1), intermediates: chain.slice(0, -1), ...more })).findings.map(
    ({ outcome, code }) => `${outcome} ${code}`,
  );

describe('of several paths', () => {
  const AT = new Date('2026-06-01T00:00:00Z');
  const LATER = new Date('2027-06-01T00:00:00Z');
  const short = { serialNumber: Uint8Array.of(7), notAfter: new Date('2027-01-01T00:00:00Z') };
  const late = { serialNumber: Uint8Array.of(8), notBefore: new Date('2027-01-01T00:00:00Z') };

  it('one that is valid at the moment asked for is preferred, whichever comes first', async () => {
    const [leaf, root] = [await make(), await make({}, RIGHT.root)];
    const [old, young] = [await make(short, RIGHT.authority), await make(late, RIGHT.authority)];
    for (const intermediates of [
      [old, young],
      [young, old],
    ]) {
      const options = { anchors: [root], intermediates, profile: 'strict' as const };
      expect((await validatePath(leaf, { ...options, at: AT })).path[1]).toBe(old);
      expect((await validatePath(leaf, { ...options, at: LATER })).path[1]).toBe(young);
      expect((await validatePath(leaf, options)).path[1]).toBe(intermediates[0]);
    }
  });

  it('one that is valid at no moment asked for is found all the same', async () => {
    const [leaf, root] = [await make(), await make({}, RIGHT.root)];
    const old = await make(short, RIGHT.authority);
    const found = await validatePath(leaf, { anchors: [root], intermediates: [old], at: LATER });
    expect(found.findings.map(({ code }) => code)).toEqual(['path-ok']);
    expect(found.path).toEqual([leaf, old, root]);
  });

  it('time does not make up for a flaw', async () => {
    const [leaf, root] = [await make(), await make({}, RIGHT.root)];
    const old = await make(short, RIGHT.authority);
    const noCa = await make({ extensions: { basicConstraints: basicConstraints(false) } }, RIGHT.authority);
    for (const intermediates of [
      [old, noCa],
      [noCa, old],
    ])
      expect((await validatePath(leaf, { anchors: [root], intermediates, at: LATER })).path[1]).toBe(old);
  });

  it('the one whose constraints allow the leaf is taken', async () => {
    const [leaf, root] = [await make(), await make({}, RIGHT.root)];
    const narrow = { extensions: { nameConstraints: nameConstraints({ excluded: [general.directory('')] }) } };
    const [bad, good] = [await make(narrow, RIGHT.authority), await make({}, RIGHT.authority)];
    expect((await validatePath(leaf, { anchors: [root], intermediates: [bad, good] })).path[1]).toBe(good);
    expect(await codes(leaf, [bad, root])).toEqual(['fail path-name-constraints']);
  });

  it('that were not all tried, a flawed one proves nothing', async () => {
    const [leaf, root] = [await make(), await make({}, RIGHT.root)];
    const noCa = await make({ extensions: { basicConstraints: basicConstraints(false) } }, RIGHT.authority);
    const other = await make({ key }, RIGHT.authority);
    const intermediates = [noCa, ...new Array<Certificate>(300).fill(other)];
    expect(await codes(leaf, [...intermediates, root])).toEqual(['unknown path-limit']);
  });
});

describe('a trust store', () => {
  const AT = new Date('2026-06-01T00:00:00Z');
  const LATER = new Date('2027-06-01T00:00:00Z');
  const short = { serialNumber: Uint8Array.of(7), notAfter: new Date('2027-01-01T00:00:00Z') };
  const late = { serialNumber: Uint8Array.of(8), notBefore: new Date('2027-01-01T00:00:00Z') };
  const ask = async (trust: TrustStore, leaf: Certificate, at: Date, basis?: 'claimed') =>
    (
      await certificateFindings(
        leaf,
        { use: 'signer', time: basis === undefined ? undefined : { value: at, basis } },
        { at: LATER, trust },
      )
    ).findings.map(({ outcome, code }) => `${outcome} ${code}`);

  it('takes the path whose CAs were valid when was signed, whatever it remembers', async () => {
    const [leaf, root] = [await make(), await make({}, RIGHT.root)];
    const certificates = [await make(short, RIGHT.authority), await make(late, RIGHT.authority)];
    for (const trust of [
      new TrustStore({ anchors: [root], certificates }),
      new TrustStore({ anchors: [root], certificates: certificates.slice(0, 1) }).withCertificates(certificates),
    ]) {
      for (const at of [AT, LATER, AT, LATER]) {
        const { path } = await trust.path(leaf, { use: 'signer', at });
        expect(path[1]!.serialNumber).toBe(at === AT ? 7n : 8n);
      }
      expect(await ask(trust, leaf, LATER)).toContain('pass time-ok');
    }
    const old = new TrustStore({ anchors: [root], certificates: certificates.slice(0, 1) });
    expect(await ask(old, leaf, AT, 'claimed')).toContain('unknown expired-time-unproved');
  });

  it('minds what a CA’s own extended key usage leaves out', async () => {
    const [leaf, root] = [await make(), await make({}, RIGHT.root)];
    const eku = (...oids: readonly string[]) =>
      make({ extensions: { extendedKeyUsage: extendedKeyUsage(...oids) } }, RIGHT.authority);
    const findings = async (authority: Certificate, use: CertificateUse = 'signer') => {
      const { findings } = await new TrustStore({ anchors: [root], certificates: [authority] }).path(leaf, { use });
      return findings.map(({ outcome, code }) => `${outcome} ${code}`);
    };
    expect(await findings(await eku(USE_OIDS['license-issuer']))).toEqual(['fail path-extended-key-usage']);
    expect(await findings(await eku(USE_OIDS.signer))).toEqual(['pass path-ok']);
    // The leaf does not name this use: authority says so, not the path.
    expect(await findings(await eku(USE_OIDS['license-issuer']), 'license-issuer')).toEqual(['pass path-ok']);
  });
});

describe('what an attacker writes to keep a verifier busy', () => {
  const soon = async (run: () => Promise<unknown>) => {
    const started = cpuTime();
    const answer = await run();
    expect(cpuTime() - started).toBeLessThan(1000);
    return answer;
  };
  const chain = async (levels: number, extensions: (level: number) => Readonly<Record<string, Uint8Array>>) => {
    const certificates = [
      await make(
        { key, by: key, subject: 'CN=l0', issuer: 'CN=l0', extensions: { subjectKeyIdentifier: undefined } },
        RIGHT.root,
      ),
    ];
    for (let level = 1; level <= levels; level++) {
      certificates.unshift(
        await make(
          {
            key,
            by: key,
            subject: `CN=l${level}`,
            issuer: `CN=l${level - 1}`,
            extensions: {
              ...(level < levels
                ? { basicConstraints: basicConstraints(true), keyUsage: keyUsage('keyCertSign') }
                : {}),
              authorityKeyIdentifier: undefined,
              ...extensions(level),
            },
          },
          RIGHT.leaf,
        ),
      );
    }
    return certificates;
  };

  it('policies that are each mapped to all (CVE-2023-0464) do not explode', async () => {
    const count = 30;
    const oids = Array.from({ length: count }, (_, i) => `1.2.3.${i}`);
    const pairs = oids.flatMap((a) => oids.map((b) => [a, b] as const));
    const [leaf, ...rest] = await chain(8, (level) => ({
      certificatePolicies: certificatePolicies(...oids),
      ...(level < 8 ? { policyMappings: policyMappings(...pairs) } : {}),
    }));
    expect(await soon(() => codes(leaf!, rest, { policies: ['1.2.3.4'] }))).toEqual(['pass path-ok']);
    expect(await soon(() => codes(leaf!, rest, { policies: ['1.2.4'] }))).toEqual(['fail path-policy']);
  });

  it(`${POLICIES_MAX} policies are read, one more is not`, async () => {
    const oids = Array.from({ length: POLICIES_MAX + 1 }, (_, i) => `1.2.3.${i}`);
    const root = await make({}, RIGHT.root);
    const authority = await make({}, RIGHT.authority);
    for (const [count, wanted] of [
      [POLICIES_MAX, 'pass path-ok'],
      [POLICIES_MAX + 1, 'unknown path-limit'],
    ] as const) {
      const leaf = await make({ extensions: { certificatePolicies: certificatePolicies(...oids.slice(0, count)) } });
      expect(await soon(() => codes(leaf, [authority, root]))).toEqual([wanted]);
    }
  });

  it(`${NAME_CONSTRAINTS_MAX_COMPARISONS} comparisons of names are made, not one more`, async () => {
    const excluded = Array.from({ length: 1000 }, (_, i) => general.dns(`x${i}.cn`));
    const authority = await make({ extensions: { nameConstraints: nameConstraints({ excluded }) } }, RIGHT.authority);
    const root = await make({}, RIGHT.root);
    // The subject counts for one name.
    const just = NAME_CONSTRAINTS_MAX_COMPARISONS / 1000 - 1;
    for (const [count, wanted] of [
      [just, 'pass path-ok'],
      [just + 1, 'unknown path-limit'],
    ] as const) {
      const names = Array.from({ length: count }, (_, i) => general.dns(`a${i}.gov.cn`));
      const leaf = await make({ extensions: { subjectAltName: subjectAltName(...names) } });
      expect(await soon(() => codes(leaf, [authority, root]))).toEqual([wanted]);
    }
  });

  it('a name of 30,000 letters beside thousands of constraints', async () => {
    for (const [base, name] of [
      [general.dns, general.dns(`${'a.'.repeat(15_000)}cn`)],
      [general.email, general.email(`${'a'.repeat(30_000)}@cn`)],
      [general.uri, general.uri(`https://${'a.'.repeat(15_000)}cn/`)],
    ] as const) {
      const excluded = Array.from({ length: 10_000 }, (_, i) => base(`x${i}.cn`));
      const authority = await make({ extensions: { nameConstraints: nameConstraints({ excluded }) } }, RIGHT.authority);
      const leaf = await make({ extensions: { subjectAltName: subjectAltName(name) } });
      const root = await make({}, RIGHT.root);
      expect(await soon(() => codes(leaf, [authority, root]))).toEqual(['fail path-name-constraints']);
    }
  });
});

describe('readers of extensions', () => {
  it('answer nothing where there is no such extension', async () => {
    const leaf = await make();
    expect(readNameConstraints(leaf)).toBeUndefined();
    expect(readPolicies(leaf)).toEqual({ mappings: [] });
    expect(subjectAltNames(leaf)).toEqual([]);
  });

  it('throw nothing but GovError for mutations', { timeout: 1_200_000 }, async () => {
    const { directory, dns, email, ip, registered, other, uri } = general;
    const every = [
      dns('gov.cn'),
      email('a@gov.cn'),
      uri('https://gov.cn'),
      ip(10, 0, 0, 0, 255, 0, 0, 0),
      directory('CN=x'),
      registered('1.2.3'),
      other('1.2.3', der.nullValue()),
    ];
    const value = (extension: Uint8Array) => readCertificateOf(extension);
    const seeds = [
      nameConstraints({ permitted: every, excluded: every }),
      subjectAltName(...every),
      certificatePolicies('1.2.3', '2.5.29.32.0'),
      policyMappings(['1.2.3', '1.2.4']),
      policyConstraints(0, 1),
    ].map(value);
    const base = await make();
    const read = (bytes: Uint8Array) => {
      for (const mode of ['strict', 'lenient'] as const) {
        for (const oid of ['2.5.29.17', '2.5.29.30', '2.5.29.32', '2.5.29.33', '2.5.29.36', '2.5.29.54']) {
          const certificate = { ...base, extensions: new Map([[oid, { critical: true, value: bytes }]]) };
          try {
            readNameConstraints(certificate, mode);
            readPolicies(certificate, mode);
            subjectAltNames(certificate, mode);
          } catch (error) {
            if ((error as { readonly code?: string }).code !== 'certificate-malformed') throw error;
          }
        }
      }
    };
    const corpus = new Corpus(seeds);
    for (let run = 0; run < (process.env.SLOW === undefined ? 2_000 : 100_000); run++) {
      const started = cpuTime();
      read(corpus.mutate(random(run)));
      expect(cpuTime() - started).toBeLessThan(1000);
    }
  });

  it('refuse a value that goes on', async () => {
    const leaf = await make();
    const long = {
      ...leaf,
      extensions: new Map([['2.5.29.54', { critical: true, value: Uint8Array.of(2, 1, 0, 0) }]]),
    };
    for (const mode of ['strict', 'lenient'] as const)
      expect(await codeOf(() => readPolicies(long, mode))).toBe('certificate-malformed');
  });
});

/** The value inside an Extension. */
function readCertificateOf(extension: Uint8Array): Uint8Array {
  const inner = extension.subarray(extension[1]! < 0x80 ? 2 : 2 + (extension[1]! & 0x7f));
  for (let at = 0; ; ) {
    const tag = inner[at]!;
    const header = inner[at + 1]! < 0x80 ? 2 : 2 + (inner[at + 1]! & 0x7f);
    const length =
      header === 2 ? inner[at + 1]! : inner.subarray(at + 2, at + header).reduce((sum, octet) => sum * 256 + octet, 0);
    if (tag === 4) return inner.subarray(at + header, at + header + length);
    at += header + length;
  }
}
