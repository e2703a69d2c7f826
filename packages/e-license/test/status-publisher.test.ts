/** What the register says comes out signed, in the right slot, and at once. */
import type { LicenseStatus } from '@gov/e-license';
import { StatusPublisher, type StatusPublisherOptions } from '@gov/e-license/status-publisher';
import { readSm2PublicKey, sm2Verifier } from '@gov/sm';
import { readStatusListToken, StatusList, verifyStatusListToken } from '@gov/token/status-list';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeWorld, TIMES, type World } from '../../../test/world.js';

const BASE = 'https://status.example.gov.cn/11990100MB0000019L/';
const CODE = '11990100MB0000019L';
let world: World;
beforeAll(async () => {
  world = await makeWorld();
});

function setUp(options: Partial<StatusPublisherOptions> = {}) {
  const state = { now: TIMES.verified, asked: 0, taken: 8, changed: [] as { index: number; status: LicenseStatus }[] };
  const publisher = new StatusPublisher({
    store: {
      slotStatuses: async (issuerCode, list, size) => {
        state.asked++;
        expect([issuerCode, size]).toEqual([CODE, options.listSize ?? 1_048_576]);
        return list === 0 ? { taken: state.taken, changed: [...state.changed] } : { taken: 0, changed: [] };
      },
    },
    issuer: world.issuer,
    issuerCode: CODE,
    base: BASE,
    clock: () => state.now,
    ...options,
  });
  const statuses = async (): Promise<number[]> => {
    const token = readStatusListToken((await publisher.token(0, 'jwt'))!);
    const list = StatusList.decompress(token.compressed, token.bits);
    return Array.from({ length: 8 }, (_, index) => list.get(index));
  };
  return { state, publisher, statuses };
}

describe('a status publisher', () => {
  it('signs what the register says, value by value', async () => {
    const { state, publisher, statuses } = setUp();
    state.changed.push(
      ...(['valid', 'suspended', 'revoked', 'superseded', 'withdrawn', 'cancelled', 'void'] as const).map(
        (status, index) => ({ index, status }),
      ),
    );
    expect(await statuses()).toEqual([0, 2, 1, 3, 1, 1, 1, 0]);
    const token = readStatusListToken((await publisher.token(0))!);
    expect(token).toMatchObject({ uri: `${BASE}0`, ttl: 300, bits: 2, issuedAt: TIMES.verified });
    expect(token.expires!.getTime() - token.issuedAt.getTime()).toBe(86_400_000);
    const key = sm2Verifier(readSm2PublicKey(world.issuer.certificate.publicKey));
    expect(await verifyStatusListToken(token, key)).toBe(true);
    const cwt = readStatusListToken((await publisher.token(0, 'cwt'))!);
    expect([cwt.format, cwt.uri, await verifyStatusListToken(cwt, key)]).toEqual(['cwt', `${BASE}0`, true]);
    // As long as any other list, however few licences there are.
    expect(StatusList.decompress(token.compressed, 2).length).toBe(1_048_576);
  });

  it('asks the register once in a while, and at once after a change here', async () => {
    const { state, publisher, statuses } = setUp({ listSize: 64 });
    await Promise.all([publisher.token(0), publisher.token(0), publisher.token(0)]);
    expect(state.asked).toBe(1);
    state.changed.push({ index: 3, status: 'revoked' });
    state.now = new Date(state.now.getTime() + 29_000);
    expect(await statuses()).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    publisher.changed(0);
    expect(await statuses()).toEqual([0, 0, 0, 1, 0, 0, 0, 0]);
    state.changed.push({ index: 4, status: 'suspended' });
    state.now = new Date(state.now.getTime() + 30_000);
    expect(await statuses()).toEqual([0, 0, 0, 1, 2, 0, 0, 0]);
    expect(state.asked).toBe(3);
  });

  it('has no lists but those with a licence, under their own names', async () => {
    const { publisher } = setUp({ listSize: 64 });
    expect(await publisher.token(1)).toBeUndefined();
    expect(await publisher.tokenAt(`${BASE}0`)).toBeTypeOf('string');
    for (const name of ['', '00', '-1', '1', '0x0', '0/', '99999999999'])
      expect([name, await publisher.tokenAt(`${BASE}${name}`)]).toEqual([name, undefined]);
    expect(await publisher.tokenAt('https://other.example/0')).toBeUndefined();
  });

  it('tries again after a failure', async () => {
    let broken = true;
    const { publisher } = setUp({
      store: {
        slotStatuses: async () => {
          if (broken) throw new Error('away');
          return { taken: 1, changed: [] };
        },
      },
    });
    await expect(publisher.token(0)).rejects.toThrow('away');
    broken = false;
    expect(await publisher.token(0)).toBeTypeOf('string');
  });

  it('refuses what would publish nothing good', () => {
    const code = (options: Partial<StatusPublisherOptions>) => {
      try {
        setUp(options);
      } catch (error) {
        return (error as { code?: string }).code;
      }
      return 'made';
    };
    expect(code({ issuer: { certificate: world.signer.certificate, signer: world.issuer.signer } })).toBe(
      'key-mismatch',
    );
    for (const wrong of [
      { bits: 1 as never },
      { ttl: 0 },
      { ttl: 1.5 },
      { ttl: 300, lifetime: 300 },
      { ttl: 300, refresh: 301 },
      { base: 'lists/' },
    ])
      expect([wrong, code(wrong)]).toEqual([wrong, 'invalid-argument']);
    expect(code({ ttl: 10 })).toBe('made');
    expect(code({ ttl: 200_000 })).toBe('made');
  });
});
