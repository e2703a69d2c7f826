import { der } from '@gov/der';
import {
  decryptCms,
  encryptCms,
  readEnvelopedData,
  readSignedData,
  signCms,
  signCmsStream,
  verifyCms,
  verifyCmsStream,
} from '@gov/pki/cms';
import { generateSm2Key, sm2Signer } from '@gov/sm';
import { sm2Decrypter } from '@gov/sm/sm2-encryption';
import { isGovError, type Report } from '@gov/verdict';
import { beforeAll, describe, expect, it } from 'vitest';
import { cpuTime } from '../../../test/cpu-time.js';
import { codeOf } from './builder.js';
import { build, issuerAndSerial, SM3 } from './cms-builder.js';
import { AT, CONTENT, makeWorld, type World } from './cms-world.js';

let world: World;
beforeAll(async () => {
  world = await makeWorld();
});

const RUNS = process.env.SLOW ? 60_000 : 2_000;

/** The verdict, or the code of what was thrown; anything but a GovError goes on. */
async function outcome(run: () => Promise<Report>): Promise<string> {
  try {
    return (await run()).verdict;
  } catch (error) {
    if (isGovError(error)) return error.code;
    throw error;
  }
}

/** A small generator, so that a failure can be seen again. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

describe('every byte of a message', () => {
  /** Where `part` stands, the last time. */
  const place = (message: Uint8Array, part: Uint8Array, first = false): [number, number] => {
    const at = first ? Buffer.from(message).indexOf(part) : Buffer.from(message).lastIndexOf(part);
    expect(at).toBeGreaterThan(0);
    return [at, at + part.length];
  };

  it.each(['attributes', 'content', 'digest-as-content'] as const)('matters: %s', async (dialect) => {
    const message =
      dialect === 'content'
        ? await build({ content: CONTENT, signers: [{ by: world.one, attributes: null }] })
        : await signCms(CONTENT, { signers: [world.one], dialect });
    // Nobody signs these: they say where to look, and looking elsewhere finds nothing, or the same.
    const free = [
      // version 1 → 3 or 5: a deviation, and refused by strict
      place(message, der.integer(1), true),
      place(message, der.integer(1)),
      // what to hash, said in advance
      place(message, der.setOf(SM3), true),
      // the issuer in other letters is the same issuer
      place(message, issuerAndSerial(world.one)),
      // with SM2 over content, the content type is not signed: data of either form
      ...(dialect === 'attributes' ? [] : [place(message, der.oid('1.2.156.10197.6.1.4.2.1'), true)]),
    ];
    const content = dialect === 'digest-as-content' ? { content: CONTENT } : {};
    const options = { at: AT, trust: world.trust, ...content };
    expect((await verifyCms(message, options)).verdict).toBe('valid');
    const strict = { ...options, trust: world.strict };
    for (let at = 0; at < message.length; at++) {
      for (const mask of process.env.SLOW ? Array.from({ length: 255 }, (_, i) => i + 1) : [0x01, 0x02, 0x20, 0x80]) {
        const spoilt = message.slice();
        spoilt[at]! ^= mask;
        if ((await outcome(() => verifyCms(spoilt, options))) !== 'valid') continue;
        expect(
          free.some(([from, to]) => at >= from && at < to),
          `byte ${at}, mask ${mask}`,
        ).toBe(true);
        if (at === free[0]![0] + 2 || at === free[1]![0] + 2)
          expect(await outcome(() => verifyCms(spoilt, strict))).not.toBe('valid');
      }
    }
  });

  it('is needed', async () => {
    const message = await signCms(CONTENT, { signers: [world.one] });
    for (let length = 0; length < message.length; length++)
      expect(await codeOf(() => readSignedData(message.subarray(0, length)))).toBe('cms-malformed');
    expect(await codeOf(() => readSignedData(Uint8Array.of(...message, 1)))).toBe('cms-malformed');
    expect(await codeOf(() => readSignedData(Uint8Array.of(...message, 0), { mode: 'strict' }))).toBe('cms-malformed');
    expect(readSignedData(Uint8Array.of(...message, 0)).deviations).toEqual(['trailing-zeros']);
  });
});

describe('mutations', () => {
  const mutate = (bytes: Uint8Array, next: (below: number) => number): Uint8Array => {
    const parts = [...bytes];
    for (let count = 1 + next(3); count > 0; count--) {
      const at = next(parts.length);
      const kind = next(4);
      if (kind === 0) parts[at] = next(256);
      else if (kind === 1) parts.splice(at, 1 + next(8));
      else if (kind === 2) parts.splice(at, 0, ...parts.slice(next(parts.length)).slice(0, 1 + next(40)));
      else parts[at]! ^= 1 << next(8);
    }
    return Uint8Array.from(parts);
  };

  it('of signed messages throw codes only, and a stream believes no more than memory', async () => {
    const collect: Uint8Array[] = [];
    for await (const part of signCmsStream(CONTENT, { signers: [world.one] })) collect.push(part);
    const seeds = [
      await signCms(CONTENT, { signers: [world.one, world.two] }),
      await build({ content: CONTENT, signers: [{ by: world.one, attributes: null }] }),
      new Uint8Array(Buffer.concat(collect)),
    ];
    const next = random(7);
    const options = { at: AT, trust: world.trust };
    for (let run = 0; run < RUNS; run++) {
      const message = mutate(seeds[run % seeds.length]!, next);
      const start = cpuTime();
      const whole = await outcome(() =>
        verifyCms(message, { ...options, ...(next(2) === 0 ? { content: CONTENT } : {}) }),
      );
      const stream = await outcome(() => verifyCmsStream(message, options));
      expect(cpuTime() - start).toBeLessThan(1000);
      if (stream === 'valid') expect(whole).toBe('valid');
    }
  });

  it('of envelopes throw codes only, and open to nothing else than data', async () => {
    const key = generateSm2Key();
    const { certificate } = await world.leaf('信封', sm2Signer(key));
    const recipient = { certificate: { ...certificate, keyUsage: new Set(['keyEncipherment'] as const) } };
    const decrypter = sm2Decrypter(key);
    const seeds = [
      await encryptCms(CONTENT, { recipients: [recipient.certificate] }),
      await encryptCms(CONTENT, { recipients: [recipient.certificate], cipher: 'sm4-gcm' }),
    ];
    const next = random(9);
    for (let run = 0; run < RUNS; run++) {
      const message = mutate(seeds[run % 2]!, next);
      try {
        readEnvelopedData(message);
        const { content, cipher } = await decryptCms(message, { certificate, decrypter });
        if (cipher === 'sm4-gcm') expect(content).toEqual(CONTENT);
      } catch (error) {
        if (!isGovError(error)) throw error;
        expect([
          'cms-malformed',
          'decryption-failed',
          'recipient-not-found',
          'algorithm-unsupported',
          'limit-exceeded',
        ]).toContain(error.code);
      }
    }
  });
});
