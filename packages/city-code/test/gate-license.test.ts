/** The licence in a code, and one that is shown beside it. */
import { licenseDigest } from '@gov/city-code/delegate';
import type { ShownLicense } from '@gov/city-code/gate';
import { VerdictLog } from '@gov/city-code/verdict-log';
import { generateSm2Key, sm2Signer } from '@gov/sm';
import { type Finding, report } from '@gov/verdict';
import { describe, expect, it } from 'vitest';
import { AT, codeOf, newGate, POLICY, thrown, told } from './gate-world.js';

const at = { at: AT };
const payload = new TextEncoder().encode('the claims of a licence');
const carried = { licenseDigest: licenseDigest(payload) };

/** As a verifier of licences answers. */
const licence = (...findings: readonly Finding[]): ShownLicense => ({
  report: report({ kind: 'license-qr' }, findings, { required: ['authenticity'] }),
  payload,
});
const genuine: Finding = { check: 'authenticity', outcome: 'pass', code: 'signature-ok' };
const unasked: Finding = { check: 'status', outcome: 'unknown', code: 'status-not-checked' };
const inForce: Finding = { check: 'status', outcome: 'pass', code: 'status-ok' };

describe('a licence that is shown beside a code', () => {
  const demanded = { policy: { ...POLICY, licenseStatus: 'demanded' as const } };

  it('is the one that the code carries, and in force', async () => {
    const { report } = await newGate(demanded).check((await codeOf(carried)).bytes, {
      at: AT,
      license: licence(genuine, inForce),
    });
    expect(told({ report })).toBe('valid revocation-not-checked');
    expect(
      report.findings.filter(({ check }) => ['content', 'status'].includes(check)).map(({ code }) => code),
    ).toEqual(['license-digest-ok', 'status-ok']);
    expect(report.signatures).toEqual([licence(genuine, inForce).report]);
  });

  it.each([
    ['revoked', { check: 'status', outcome: 'fail', code: 'status-revoked' }, 'invalid status-revoked'],
    [
      'of which nobody can tell',
      { check: 'status', outcome: 'unknown', code: 'status-expired' },
      'indeterminate status-expired',
    ],
    ['expired', { check: 'time', outcome: 'fail', code: 'license-expired' }, 'invalid status-not-checked'],
    ['forged', { check: 'authenticity', outcome: 'fail', code: 'signature-invalid' }, 'invalid status-not-checked'],
    [
      'of an issuer that is not known',
      { check: 'authenticity', outcome: 'skipped', code: 'issuer-unknown' },
      'indeterminate status-not-checked',
    ],
  ] as const)('and %s is not let in', async (_, finding, expected) => {
    const own = finding.check === 'authenticity' ? [finding] : [genuine, finding];
    const license = licence(...own, ...(finding.check === 'status' ? [] : [unasked]));
    for (const options of [{}, demanded]) {
      const { report } = await newGate(options).check((await codeOf(carried)).bytes, { at: AT, license });
      // A status that nobody can tell is left alone by who did not ask for it.
      const open = finding.code === 'status-expired' && options !== demanded;
      expect(told({ report }).replace('revocation-not-checked ', '')).toBe(
        open ? expected.replace('indeterminate', 'valid') : expected,
      );
      expect(report.signatures?.[0]?.findings.map(({ code }) => code)).toContain(finding.code);
    }
  });

  it('is not another one, nor what is no licence', async () => {
    const { bytes } = await codeOf(carried);
    const other = { ...licence(genuine, inForce), payload: new Uint8Array(3) };
    expect(told(await newGate().check(bytes, { at: AT, license: other }))).toBe(
      'invalid revocation-not-checked license-digest-mismatch',
    );
    const none = { report: report({}, [{ check: 'format', outcome: 'fail', code: 'qr-prefix' }], { required: [] }) };
    const next = await codeOf({ ...carried, counter: 1 });
    expect(told(await newGate().check(next.bytes, { at: AT, license: none }))).toContain('license-digest-mismatch');
  });

  it('is none beside a code that carries none: P1 claims no licence', async () => {
    const gate = newGate({ licenseStatus: async () => 'valid' });
    expect(told(await gate.check((await codeOf()).bytes, { at: AT, license: licence(genuine, inForce) }))).toBe(
      'invalid revocation-not-checked license-digest-mismatch',
    );
    expect(told(await gate.check((await codeOf()).bytes, at))).toBe('valid revocation-not-checked');
  });

  it('is not looked at where the code is refused before', async () => {
    const { report } = await newGate().check((await codeOf({ ...carried, scene: 9 })).bytes, {
      at: AT,
      license: licence(genuine, inForce),
    });
    expect([report.verdict, report.signatures]).toEqual(['invalid', undefined]);
  });

  it('stands in the log with what is wrong with it', async () => {
    const log = new VerdictLog({ gate: 'g', signer: sm2Signer(generateSm2Key()) });
    const license = licence(genuine, { check: 'time', outcome: 'fail', code: 'license-expired' }, unasked);
    await newGate({ log }).check((await codeOf(carried)).bytes, { at: AT, license });
    expect(JSON.parse(log.lines()[0]!)).toMatchObject({
      verdict: 'invalid',
      codes: ['revocation-not-checked', 'status-not-checked', 'license-expired'],
    });
  });
});

describe('the status of a licence that a code carries', () => {
  it('is asked for by its digest; no answer is none', async () => {
    const asked: Uint8Array[] = [];
    const licenseStatus = async (digest: Uint8Array) =>
      asked.push(digest) > 1 ? Promise.reject(new Error('down')) : ('revoked' as const);
    const gate = newGate({ policy: { ...POLICY, licenseStatus: 'demanded' }, licenseStatus });
    expect(told(await gate.check((await codeOf(carried)).bytes, at))).toBe(
      'invalid revocation-not-checked status-revoked',
    );
    expect(told(await gate.check((await codeOf(carried)).bytes, at))).toBe(
      'indeterminate revocation-not-checked status-not-checked',
    );
    expect(asked[0]).toEqual(carried.licenseDigest);
    expect(told(await newGate().check((await codeOf(carried)).bytes, at))).toBe(
      'valid revocation-not-checked status-not-checked',
    );
  });

  it('counts whoever says that it ended: who is asked, or the licence that is shown', async () => {
    const revoked: Finding = { check: 'status', outcome: 'fail', code: 'status-revoked' };
    for (const [answer, shown] of [
      ['revoked', inForce],
      ['valid', revoked],
    ] as const) {
      const gate = newGate({ licenseStatus: async () => answer });
      const passage = await gate.check((await codeOf(carried)).bytes, { at: AT, license: licence(genuine, shown) });
      expect(passage.report.verdict).toBe('invalid');
    }
    const silent = newGate({ policy: { ...POLICY, licenseStatus: 'demanded' }, licenseStatus: async () => undefined });
    const { bytes } = await codeOf(carried);
    expect(told(await silent.check(bytes, { at: AT, license: licence(genuine, inForce) }))).toBe(
      'valid revocation-not-checked',
    );
  });

  it('that is demanded lets no code pass that carries no licence', async () => {
    const gate = newGate({ policy: { ...POLICY, licenseStatus: 'demanded' }, licenseStatus: async () => 'valid' });
    expect(told(await gate.check((await codeOf()).bytes, at))).toBe(
      'invalid revocation-not-checked city-code-profile-refused',
    );
    expect(told(await gate.check((await codeOf(carried)).bytes, at))).toBe('valid revocation-not-checked');
    for (const profiles of [['P1'], ['P1', 'P2']] as const)
      expect(await thrown(() => newGate({ policy: { ...POLICY, licenseStatus: 'demanded', profiles } }))).toBe(
        'invalid-argument',
      );
    expect(await thrown(() => newGate({ policy: { ...POLICY, licenseStatus: 'demanded', profiles: ['P2'] } }))).toBe(
      'nothing',
    );
  });
});
