/** Revocation filters at a gate. */
import type { RevocationFilterOptions } from '@gov/city-code/filter';
import { generateSm2Key, sm2Signer } from '@gov/sm';
import { describe, expect, it } from 'vitest';
import { AT, codeOf, filterOf, issuer, later, newGate, newIssuer, newTag, POLICY, told } from './gate-world.js';

const at = { at: AT };

describe('a revocation filter', () => {
  const policy = { ...POLICY, revocation: { maxAgeSeconds: 7200 } };

  it('refuses what the issuer confirms, and lets pass what it denies', async () => {
    const [one, two, three] = [newTag(), newTag(), newTag()];
    const asked: number[] = [];
    const gate = newGate({
      policy,
      confirmRevoked: async (index, tag) => {
        asked.push(index);
        if (tag[3] === three[3]) throw new Error('no network');
        return tag[3] === one[3];
      },
    });
    await gate.take(await filterOf([one, two, three]), at);
    expect(told(await gate.check((await codeOf({ tag: one })).bytes, at))).toBe('invalid delegation-revoked');
    expect(told(await gate.check((await codeOf({ tag: two })).bytes, at))).toBe('valid');
    expect(told(await gate.check((await codeOf({ tag: three })).bytes, at))).toBe(
      'indeterminate delegation-perhaps-revoked',
    );
    expect(told(await gate.check((await codeOf()).bytes, at))).toBe('valid');
    expect(asked).toEqual([7, 7, 7]);
  });

  it('counts where nobody demanded it: what is listed and cannot be confirmed is left open, and not used up', async () => {
    const tag = newTag();
    const { bytes } = await codeOf({ tag });
    let revoked: boolean | undefined;
    const gate = newGate({ confirmRevoked: async () => revoked });
    await gate.take(await filterOf([tag]), at);
    expect(told(await gate.check(bytes, at))).toBe('indeterminate delegation-perhaps-revoked');
    // Old as well: what it lists was revoked, and stays so.
    expect(told(await gate.check(bytes, { at: later(60) }))).toBe('indeterminate delegation-perhaps-revoked');
    expect(told(await gate.check((await codeOf()).bytes, at))).toBe('valid');
    revoked = false;
    expect(told(await gate.check(bytes, at))).toBe('valid');
    revoked = true;
    expect(told(await gate.check((await codeOf({ tag, counter: 1 })).bytes, at))).toBe('invalid delegation-revoked');
  });

  it('answers nothing when it is too old', async () => {
    const gate = newGate({ policy });
    await gate.take(await filterOf([], { until: later(99_999) }), at);
    const after = later(3601);
    expect(told(await gate.check((await codeOf({ generated: after })).bytes, { at: after }))).toBe(
      'indeterminate revocation-filter-stale',
    );
  });

  it('answers for the codes of its own issuer alone', async () => {
    const other = await newIssuer({ index: 8 });
    const gate = newGate({ policy, issuers: [issuer.entry, other.entry] });
    await gate.take(await filterOf([]), at);
    expect(told(await gate.check((await codeOf({ issuerIndex: 8, signer: other.signer })).bytes, at))).toBe(
      'indeterminate revocation-not-checked',
    );
  });

  it('is taken only if the issuer signed it, it is of now, and not older than the one before', async () => {
    const gate = newGate({ policy });
    const tag = newTag();
    const verdictOn = async (changes: Partial<RevocationFilterOptions>) =>
      told({ report: (await gate.take(await filterOf([], changes), at)) as never });
    expect(told({ report: (await gate.take(await filterOf([tag], { sequence: 5 }), at)) as never })).toBe('valid');
    expect(await verdictOn({ sequence: 6, signer: sm2Signer(generateSm2Key()) })).toBe(
      'invalid revocation-filter-forged',
    );
    expect(await verdictOn({ sequence: 6, issuerIndex: 9 })).toBe('indeterminate city-issuer-unknown');
    expect(await verdictOn({ sequence: 4 })).toBe('invalid revocation-filter-older');
    expect(await verdictOn({ sequence: 6, issued: later(-99), until: later(-1) })).toBe(
      'invalid revocation-filter-stale',
    );
    expect(told(await gate.check((await codeOf({ tag })).bytes, at))).toBe('indeterminate delegation-perhaps-revoked');
    expect(await verdictOn({ sequence: 5 })).toBe('valid');
    expect(told(await gate.check((await codeOf({ tag })).bytes, at))).toBe('valid');
  });
});
