/** `Gate`: whom it believes, what it keeps verified, and what it says of its clock. */
import { cityCodeText, cityCodeUrl } from '@gov/city-code';
import { sm2DeviceKey } from '@gov/city-code/show';
import { generateSm2Key, sm2Signer } from '@gov/sm';
import { describe, expect, it } from 'vitest';
import {
  AT,
  answered,
  codeOf,
  devices,
  filterOf,
  issuer,
  joined,
  later,
  newGate,
  newIssuer,
  newTag,
  POLICY,
  thrown,
  told,
} from './gate-world.js';

const at = { at: AT };

describe('a gate', () => {
  it.each([1, 2] as const)('lets a code of suite %d pass, as octets, as text, as URL', async (suite) => {
    const base = 'https://code.example.gov.cn/c#';
    const gate = newGate({ bases: [base] });
    const shown = [0, 1, 2].map((counter) => codeOf({ suite, counter, tag: new Uint8Array(10).fill(suite) }));
    const [octets, text, url] = await Promise.all(shown);
    expect(told(await gate.check(octets!.bytes, at))).toBe('valid revocation-not-checked');
    expect(told(await gate.check(cityCodeText(text!.bytes), at))).toBe('valid revocation-not-checked');
    expect(told(await gate.check(cityCodeUrl(url!.bytes, base), at))).toBe('valid revocation-not-checked');
  });

  it('finds what is no code malformed, and does not throw', async () => {
    for (const shown of [
      '',
      'HELLO',
      'ü',
      'x'.repeat(10_000),
      new Uint8Array(),
      new Uint8Array(195),
      new Uint8Array(1_000_000),
    ])
      expect(told(await newGate().check(shown, at))).toBe('invalid format-malformed');
  });

  it('leaves online codes to the service that made them', async () => {
    const online = Uint8Array.of(0xc0, ...new Uint8Array(33));
    expect(told(await newGate().check(online, at))).toBe('indeterminate city-code-online');
  });

  it('believes issuers of its list alone', async () => {
    const other = await newIssuer({ index: 8 });
    expect(told(await newGate().check((await codeOf({ issuerIndex: 8, signer: other.signer })).bytes, at))).toBe(
      'indeterminate city-issuer-unknown',
    );
    expect(told(await newGate().check((await codeOf({ signer: other.signer })).bytes, at))).toBe(
      'invalid delegation-forged',
    );
    const both = newGate({ issuers: [issuer.entry, other.entry] });
    expect(told(await both.check((await codeOf({ issuerIndex: 8, signer: other.signer })).bytes, at))).toBe(
      'valid revocation-not-checked',
    );
    expect(told(await both.check((await codeOf({ issuerIndex: 8 })).bytes, at))).toBe('invalid delegation-forged');
  });

  it.each([
    ['listed for something else', { use: 'license-issuer', service: 'license' }],
    ['whose certificate cannot be read', { certificate: new Uint8Array(9) }],
  ])('does not know an issuer %s', async (_what, changes) => {
    const gate = newGate({ issuers: [{ ...issuer.entry, ...changes }] });
    expect(told(await gate.check((await codeOf()).bytes, at))).toBe('indeterminate city-issuer-unknown');
  });

  it('believes no issuer of a part for the whole: the province, the country, or a region that only begins like its own', async () => {
    const city = await newIssuer({ region: '440100' });
    const gate = newGate({ issuers: [city.entry] });
    const verdictOn = async (region: string) =>
      told(await gate.check((await codeOf({ region, signer: city.signer })).bytes, at));
    expect(await verdictOn('440106')).toBe('valid revocation-not-checked');
    for (const region of ['440000', '441000', '440200', '100000', '540100'])
      expect(await verdictOn(region)).toBe('invalid city-issuer-region');
    const policed = newGate({ policy: { ...POLICY, region: '440100' } });
    for (const region of ['440000', '440200'])
      expect(told(await policed.check((await codeOf({ region })).bytes, at))).toContain('city-code-region-refused');
  });

  it('takes no answer to a challenge for a code, and no code for an answer', async () => {
    const challenge = new Uint8Array(16).fill(7);
    const code = await codeOf();
    const shown = await answered(code, challenge);
    const swapped = joined(code.signed, shown.subarray(-64), code.deviceSignature);
    expect(told(await newGate().check(swapped, { at: AT, challenge }))).toBe('invalid device-signature-forged');
    expect(told(await newGate().check(joined(code.bytes, code.deviceSignature), { at: AT, challenge }))).toBe(
      'invalid challenge-failed',
    );
    expect(told(await newGate().check(joined(code.signed, code.delegation.issuerSignature), at))).toBe(
      'invalid device-signature-forged',
    );
  });

  it('knows no issuer whose certificate was made for something else, though the list has it', async () => {
    const { entry, signer } = await newIssuer({}, 'license-issuer');
    const gate = newGate({ issuers: [entry] });
    expect(told(await gate.check((await codeOf({ signer })).bytes, at))).toBe('indeterminate city-issuer-unknown');
  });

  it('refuses a code that another device made, whatever it copied', async () => {
    const thief = sm2DeviceKey(generateSm2Key());
    expect(told(await newGate().check((await codeOf({ signingDevice: thief })).bytes, at))).toBe(
      'invalid device-signature-forged',
    );
  });

  it('refuses a device key that is no point, though the issuer signed it', async () => {
    const none = { ...devices[1], publicKey: Uint8Array.of(2, ...new Uint8Array(32).fill(0xff)) };
    for (const suite of [1, 2] as const)
      expect(told(await newGate().check((await codeOf({ suite, device: none })).bytes, at))).toBe(
        'invalid device-signature-forged',
      );
  });

  it('is misused with a policy that cannot be, an index twice, a challenge of another length, a time that is none', async () => {
    for (const policy of [
      { scenes: [] },
      { scenes: [0x10000] },
      { scenes: [1], region: '12345' },
      { scenes: [1], maxTtlSeconds: 0 },
      { scenes: [1], maxTtlSeconds: 256 },
      { scenes: [1], minAssurance: 4 },
      { scenes: [1], demandedEntitlements: -1 },
      { scenes: [1], challengeFor: [-1] },
      { scenes: [1], profiles: [] },
      { scenes: [1], subjects: [] },
      { scenes: [1], revocation: { maxAgeSeconds: 0 } },
    ])
      expect(await thrown(() => newGate({ policy }))).toBe('invalid-argument');
    expect(await thrown(() => newGate({ issuers: [issuer.entry, issuer.entry] }))).toBe('invalid-argument');
    expect(await thrown(() => newGate({ maxDelegations: 0 }))).toBe('invalid-argument');
    const { bytes } = await codeOf();
    expect(await thrown(() => newGate().check(bytes, { at: AT, challenge: new Uint8Array(15) }))).toBe(
      'invalid-argument',
    );
    expect(await thrown(() => newGate().check(bytes, { at: new Date(Number.NaN) }))).toBe('invalid-argument');
  });
});

describe('delegations that were verified once', () => {
  it('are not verified again, but for expiry, region, status and revocation', async () => {
    const tag = newTag();
    const gate = newGate();
    const first = { tag, expires: later(600) };
    expect(told(await gate.check((await codeOf(first)).bytes, at))).toBe('valid revocation-not-checked');
    const after = { at: later(601) };
    const late = await codeOf({ ...first, generated: later(601), counter: 1 });
    expect(told(await gate.check(late.bytes, after))).toBe('invalid delegation-expired');
    await gate.take(await filterOf([tag]), at);
    expect(told(await gate.check((await codeOf({ ...first, counter: 2 })).bytes, at))).toBe(
      'indeterminate delegation-perhaps-revoked',
    );
  });

  it('are not taken for others that have the same octets 0 to 57', async () => {
    const tag = newTag();
    const gate = newGate();
    const code = await codeOf({ tag });
    expect(told(await gate.check(code.bytes, at))).toBe('valid revocation-not-checked');
    const other = await codeOf({ tag, counter: 1, signer: sm2Signer(generateSm2Key()) });
    expect(told(await gate.check(other.bytes, at))).toBe('invalid delegation-forged');
  });

  it('are kept up to a number, and verified anew beyond it', async () => {
    const gate = newGate({ maxDelegations: 1 });
    const [one, two] = [newTag(), newTag()];
    for (const [counter, tag] of [one, two, one, two].entries())
      expect(told(await gate.check((await codeOf({ tag, counter })).bytes, at))).toBe('valid revocation-not-checked');
  });
});

describe('the clock of a gate', () => {
  it('is told to be off when most codes differ from it, and not before sixteen of them', async () => {
    const gate = newGate();
    const off = { at: later(-25) };
    for (let i = 0; i < 15; i++)
      expect(told(await gate.check((await codeOf()).bytes, off))).toBe('valid revocation-not-checked');
    expect(told(await gate.check((await codeOf()).bytes, off))).toBe('valid gate-clock-drift revocation-not-checked');
  });

  it('is told also by codes that it refuses for their time', async () => {
    const gate = newGate();
    const off = { at: later(7200) };
    for (let i = 0; i < 15; i++) await gate.check((await codeOf()).bytes, off);
    expect(told(await gate.check((await codeOf()).bytes, off))).toBe('invalid city-code-too-old gate-clock-drift');
  });

  it('is not judged by one device that shows often, nor by forged codes', async () => {
    const gate = newGate();
    const off = { at: later(-25) };
    const tag = newTag();
    const thief = sm2DeviceKey(generateSm2Key());
    for (let counter = 0; counter < 40; counter++) {
      await gate.check((await codeOf({ tag, counter })).bytes, off);
      await gate.check((await codeOf({ signingDevice: thief })).bytes, off);
    }
    expect(told(await gate.check((await codeOf({ tag, counter: 40 })).bytes, off))).toBe(
      'valid revocation-not-checked',
    );
  });
});
