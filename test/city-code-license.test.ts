/** A licence from its register to a gate: issued, carried by a city code, shown beside it, revoked. */
import { readFileSync } from 'node:fs';
import { Delegator, delegationRequest, licenseDigest, memoryDelegationRegister } from '@gov/city-code/delegate';
import { Gate } from '@gov/city-code/gate';
import { CodeHolder, memoryCounters, sm2DeviceKey } from '@gov/city-code/show';
import { FOOD_BUSINESS } from '@gov/e-license';
import { examineLicenseQr, licenseQrPayload } from '@gov/e-license/qr';
import { LicenseRegister } from '@gov/e-license/register';
import { LicenseStatusLists } from '@gov/e-license/status-check';
import { StatusPublisher } from '@gov/e-license/status-publisher';
import { certificateKid } from '@gov/pki';
import { bytesToHex, generateSm2Key } from '@gov/sm';
import { memoryStore } from '@gov/store/memory';
import { expect, it } from 'vitest';
import { AUTHORITY_CODE, makeLeaf, makeRoot, makeWorld, TIMES } from './world.js';

const BASE = 'https://status.example.gov.cn/';
const at = TIMES.verified;
const sample = JSON.parse(readFileSync(new URL('../examples/license/food-business.json', import.meta.url), 'utf8'));

it('lets a code pass with its licence, until the licence is revoked', async () => {
  const world = await makeWorld();
  const store = memoryStore();
  const clock = () => at;
  const licences = new LicenseRegister({ store, types: [FOOD_BUSINESS], issuer: world.issuer, log: 'l', clock });
  const { entry } = await licences.issue(sample, { actor: 'window-3' });

  const codeIssuer = await makeLeaf(await makeRoot(), 'city-code-issuer');
  const device = sm2DeviceKey(generateSm2Key());
  const challenge = new Uint8Array(32);
  const delegator = new Delegator({
    signer: codeIssuer.signer,
    issuerIndex: 7,
    register: memoryDelegationRegister(),
  });
  const delegation = await delegator.issue(await delegationRequest(challenge, device), {
    ...{
      challenge,
      at,
      lifetimeSeconds: 3600,
      subject: 'organization',
      assurance: 2,
      region: '110101',
      entitlements: 0,
    },
    ...{ holder: 'account 1', licenseDigest: licenseDigest(licenseQrPayload(entry.qrText!)!) },
  });
  const holder = new CodeHolder({
    delegations: async () => [delegation],
    counters: memoryCounters(),
    keyOf: async () => device,
  });
  const issuers = [
    {
      ...{ kid: bytesToHex(certificateKid(codeIssuer.certificate)), index: 7, use: 'city-code-issuer' as const },
      ...{ service: 'city-code' as const, region: 'CN', certificate: codeIssuer.certificate.bytes },
      ...{ from: codeIssuer.certificate.notBefore, status: 'active' as const },
    },
  ];
  const gate = new Gate({ issuers, policy: { scenes: [1], licenseStatus: 'demanded' } });
  const publishing = { store, issuerCode: AUTHORITY_CODE, base: BASE, clock, issuer: world.issuer };
  const passage = async (text = entry.qrText!) => {
    // Each time a new one, which makes the list of now.
    const token = await new StatusPublisher(publishing).token(0, 'jwt');
    const status = new LicenseStatusLists({ base: BASE, tokens: [token!] });
    const license = await examineLicenseQr(text, { at, trust: world.trust, status });
    return (await gate.check((await holder.show({ at, scene: 1 })).bytes, { at, license })).report;
  };

  const before = await passage();
  expect([before.verdict, before.signatures?.[0]?.verdict]).toEqual(['valid', 'valid']);
  const { entry: other } = await licences.issue({ ...sample, number: 'JY29901010000099' }, { actor: 'window-3' });
  expect((await passage(other.qrText!)).findings.find(({ outcome }) => outcome === 'fail')?.code).toBe(
    'license-digest-mismatch',
  );
  await licences.revoke(entry.identifier, { actor: 'window-3', reason: '依法吊销', as: 'revoked' });
  const after = await passage();
  expect([after.verdict, after.findings.find(({ outcome }) => outcome === 'fail')?.code]).toEqual([
    'invalid',
    'status-revoked',
  ]);
});
