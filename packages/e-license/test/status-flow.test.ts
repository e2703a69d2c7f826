/** From the register to the counter: issued, published, served, fetched, verified; suspended, resumed, revoked, superseded. */
import { readFileSync } from 'node:fs';
import { FOOD_BUSINESS } from '@gov/e-license';
import { verifyLicenseQr } from '@gov/e-license/qr';
import { LicenseRegister } from '@gov/e-license/register';
import { LicenseStatusLists } from '@gov/e-license/status-check';
import { StatusPublisher } from '@gov/e-license/status-publisher';
import { memoryStore } from '@gov/store/memory';
import { statusListHandler } from '@gov/token/status-list';
import { expect, it } from 'vitest';
import { AUTHORITY_CODE, makeWorld, TIMES } from '../../../test/world.js';

const sample = JSON.parse(
  readFileSync(new URL('../../../examples/license/food-business.json', import.meta.url), 'utf8'),
);

it('what the register decides reaches a counter after the ttl', async () => {
  const world = await makeWorld();
  const store = memoryStore();
  let now = TIMES.signed;
  const clock = (): Date => now;
  const pass = (seconds: number): void => {
    now = new Date(now.getTime() + seconds * 1000);
  };
  const register = new LicenseRegister({ store, types: [FOOD_BUSINESS], issuer: world.issuer, log: 'licences', clock });
  const base = `https://status.example.gov.cn/${AUTHORITY_CODE}/`;
  const publisher = new StatusPublisher({
    store,
    issuer: world.issuer,
    issuerCode: AUTHORITY_CODE,
    base,
    clock,
    ttl: 60,
  });
  const server = statusListHandler({ base, clock, token: (uri, format) => publisher.tokenAt(uri, format) });
  const status = new LicenseStatusLists({ base, fetch: server });

  const issue = async (number: string) => (await register.issue({ ...sample, number }, { actor: 'window-3' })).entry;
  const first = await issue('JY19901010000001');
  const second = await issue('JY19901010000002');
  expect([first.slot, second.slot]).toEqual([
    { list: 0, index: 0 },
    { list: 0, index: 1 },
  ]);
  const check = async ({ qrText }: { readonly qrText?: string }): Promise<readonly [string, string]> => {
    const { verdict, findings } = await verifyLicenseQr(qrText!, {
      at: now,
      trust: world.trust,
      status,
      require: ['status'],
    });
    return [verdict, findings.find((finding) => finding.check === 'status')!.code];
  };
  const act = { actor: 'window-3', reason: '监督检查' };
  expect(await check(first)).toEqual(['valid', 'status-ok']);

  await register.suspend(first.identifier, act);
  pass(30);
  expect(await check(first)).toEqual(['valid', 'status-ok']);
  pass(30);
  expect(await check(first)).toEqual(['invalid', 'status-suspended']);
  expect(await check(second)).toEqual(['valid', 'status-ok']);

  await register.resume(first.identifier, act);
  pass(60);
  expect(await check(first)).toEqual(['valid', 'status-ok']);

  await register.revoke(first.identifier, { ...act, as: 'revoked' });
  pass(60);
  expect(await check(first)).toEqual(['invalid', 'status-revoked']);

  const { entry: next } = await register.reissue(
    second.identifier,
    { ...sample, number: second.number, version: 2 },
    {
      ...act,
      act: 'replacement',
    },
  );
  pass(60);
  expect(await check(second)).toEqual(['invalid', 'status-superseded']);
  expect(await check(next)).toEqual(['valid', 'status-ok']);

  // The server is gone: good until the end of the list, then nobody knows; what was revoked stays so.
  const away = new LicenseStatusLists({
    base,
    tokens: [(await publisher.token(0))!],
    fetch: () => Promise.reject(new TypeError('away')),
  });
  const offline = async ({ qrText }: { readonly qrText?: string }) => {
    const { verdict, findings } = await verifyLicenseQr(qrText!, {
      at: now,
      trust: world.trust,
      status: away,
      require: ['status'],
    });
    return [verdict, findings.find((finding) => finding.check === 'status')!.code];
  };
  pass(3600);
  expect(await offline(next)).toEqual(['valid', 'status-stale']);
  pass(86_400);
  expect(await offline(next)).toEqual(['indeterminate', 'status-expired']);
  expect(await offline(first)).toEqual(['invalid', 'status-revoked']);
});
