/** The challenge of a gate, which the device answers at that moment. */
import { cityCodeText } from '@gov/city-code';
import { sm2DeviceKey } from '@gov/city-code/show';
import { generateSm2Key } from '@gov/sm';
import { describe, expect, it } from 'vitest';
import { AT, answered, codeOf, devices, newGate, POLICY, SCENE, told } from './gate-world.js';

const at = { at: AT };

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
