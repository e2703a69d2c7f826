/** What the register says comes out signed, in the right slot, and at once. */
import type { LicenseStatus } from '@gov/e-license';
import { StatusPublisher, type StatusPublisherOptions } from '@gov/e-license/status-publisher';
import { readSm2PublicKey, sm2Verifier } from '@gov/sm';
import { readStatusListToken, StatusList, statusListHandler, verifyStatusListToken } from '@gov/token/status-list';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeWorld, TIMES, type World } from '../../../test/world.js';

const BASE = 'https://status.example.gov.cn/11990100MB0000019L/';
const CODE = '11990100MB0000019L';
let world: World;
beforeAll(async () => {
  world = await makeWorld();
});

function setUp(options: Partial<StatusPublisherOptions> = {}) {
  const state = {
    now: TIMES.verified,
    asked: 0,
    counted: 0,
    slots: 8,
    changed: [] as { index: number; status: LicenseStatus }[],
  };
  const publisher = new StatusPublisher({
    store: {
      slotStatuses: async (issuerCode, list, size) => {
        state.asked++;
        expect([issuerCode, size]).toEqual([CODE, options.listSize ?? 1_048_576]);
        return list === 0 ? { taken: 8, changed: [...state.changed] } : { taken: 0, changed: [] };
      },
      counters: async () => {
        state.counted++;
        return [
          { counter: 'slot:11990100MB000001AA', last: 5_000_000 },
          { counter: `slot:${CODE}`, last: state.slots },
        ];
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

  it('has a list for every slot that was set aside, licences or not', async () => {
    const { state, publisher } = setUp({ listSize: 64 });
    const there = async () => [await publisher.lists(), typeof (await publisher.token(1)), await publisher.token(2)];
    state.slots = 65;
    expect(await there()).toEqual([2, 'string', undefined]);
    const reserved = readStatusListToken((await publisher.token(1, 'jwt'))!);
    expect(StatusList.decompress(reserved.compressed, 2).octets.every((octet) => octet === 0)).toBe(true);
    state.slots = 129;
    expect(await publisher.lists()).toBe(2);
    publisher.changed(2);
    expect(await publisher.lists()).toBe(3);
    state.slots = 193;
    state.now = new Date(state.now.getTime() + 30_000);
    expect(await publisher.lists()).toBe(4);
    const empty = setUp({ issuerCode: '11990100MB00000000' });
    expect([await empty.publisher.lists(), await empty.publisher.token(0)]).toEqual([0, undefined]);
  });

  it('neither asks the register nor forgets a list for strangers', async () => {
    const { state, publisher } = setUp();
    const handler = statusListHandler({
      base: BASE,
      token: (uri, format) => publisher.tokenAt(uri, format),
      clock: () => state.now,
    });
    const status = async (list: number): Promise<number> => (await handler(new Request(`${BASE}${list}`))).status;
    expect(await status(0)).toBe(200);
    for (let list = 1; list <= 300; list++) expect(await status(list)).toBe(404);
    for (const list of [2 ** 31, 9_999_999_999]) expect([list, await status(list)]).toEqual([list, 404]);
    for (const list of [-1, 0.5, Number.NaN]) expect(await publisher.token(list)).toBeUndefined();
    expect(await status(0)).toBe(200);
    expect([state.asked, state.counted]).toEqual([1, 1]);
  });

  it('has its lists under their own names', async () => {
    const { publisher } = setUp({ listSize: 64 });
    expect(await publisher.token(1)).toBeUndefined();
    expect(await publisher.tokenAt(`${BASE}0`)).toBeTypeOf('string');
    for (const name of ['', '00', '-1', '1', '0x0', '0/', '99999999999'])
      expect([name, await publisher.tokenAt(`${BASE}${name}`)]).toEqual([name, undefined]);
    expect(await publisher.tokenAt('https://other.example/0')).toBeUndefined();
  });

  it('tries again after a failure', async () => {
    let broken = true;
    let unreachable = true;
    const { publisher } = setUp({
      store: {
        slotStatuses: async () => {
          if (broken) throw new Error('away');
          return { taken: 1, changed: [] };
        },
        counters: async () => {
          if (unreachable) throw new Error('gone');
          return [{ counter: `slot:${CODE}`, last: 1 }];
        },
      },
    });
    await expect(publisher.token(0)).rejects.toThrow('gone');
    unreachable = false;
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
