/** Signatures over signatures. */
import { der } from '@gov/der';
import { TrustStore } from '@gov/pki';
import { ATTRIBUTE_TYPE, CMS_MAX_COUNTERSIGNATURES, signCms, verifyCms } from '@gov/pki/cms';
import { sm3 } from '@gov/sm';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  contentTypeAttribute,
  DATA,
  digestAttribute,
  OTHER,
  type SignerSpec,
  signerInfo,
  signingCertificate,
  timeAttribute,
} from './cms-builder.js';
import { AT, CONTENT, found, makeWorld, NOTHING, type Person, SIGNED_AT, type World } from './cms-world.js';

let world: World;
let one: Person;
let two: Person;
let stranger: Person;
beforeAll(async () => {
  world = await makeWorld();
  ({ one, two } = world);
  stranger = (await makeWorld()).one;
});

/** A message of one, countersigned by two, who signs right unless a field says otherwise. */
const countersigned = (
  spec: (signature: Uint8Array) => Partial<SignerSpec> = () => ({}),
  values: (value: Uint8Array) => readonly Uint8Array[] = (value) => [value],
) =>
  signCms(CONTENT, {
    signers: [
      {
        ...one,
        unsignedAttributes: async (signature) => {
          const attributes = [digestAttribute(sm3(signature)), timeAttribute(SIGNED_AT)];
          const value = await signerInfo({ by: two, attributes, ...spec(signature) }, DATA, signature);
          return [{ type: ATTRIBUTE_TYPE.countersignature, values: values(value) }];
        },
      },
    ],
    signingTime: SIGNED_AT,
    certificates: [one.certificate, two.certificate, stranger.certificate],
  });

const verify = async (message: Uint8Array, trust = world.trust) => {
  const report = await verifyCms(message, { at: AT, trust });
  const own = report.signatures![0]!.findings.filter(({ check }) => check === 'countersignature');
  return { report, told: own.map(({ outcome, code }) => `${outcome} ${code}`), detail: own[0]?.detail };
};

describe('a countersignature', () => {
  it('is genuine, with attributes or without', async () => {
    const { report, told, detail } = await verify(await countersigned());
    expect(told).toEqual(['pass countersignature-ok']);
    expect(detail).toContain('CN=乙');
    expect(detail).toContain(SIGNED_AT.toISOString());
    expect(report.verdict).toBe('valid');
    expect(found(report)).toEqual(NOTHING);
    expect((await verify(await countersigned(() => ({ attributes: null })))).told).toEqual([
      'pass countersignature-ok',
    ]);
    // What RFC 5652 11.4 forbids, and does no harm.
    const typed = (signature: Uint8Array) => ({
      attributes: [contentTypeAttribute('1.2.3'), digestAttribute(sm3(signature))],
    });
    expect((await verify(await countersigned(typed))).told).toEqual(['pass countersignature-ok']);
  });

  it.each<[string, (signature: Uint8Array) => Partial<SignerSpec>, string]>([
    ['over something else', () => ({ attributes: [digestAttribute(sm3(OTHER))] }), 'digest-mismatch'],
    ['over something else, without attributes', () => ({ attributes: null, signs: OTHER }), 'signature-invalid'],
    ['without a digest', () => ({ attributes: [timeAttribute(SIGNED_AT)] }), 'cms-attribute-missing'],
    [
      'with another certificate than it names',
      (signature) => ({ attributes: [digestAttribute(sm3(signature)), signingCertificate(one)] }),
      'signing-certificate-mismatch',
    ],
    [
      'from the future',
      (signature) => ({ attributes: [digestAttribute(sm3(signature)), timeAttribute(new Date('2030-01-01'))] }),
      'signing-time-future',
    ],
  ])('%s: not genuine', async (_, spec, reason) => {
    const { report, told, detail } = await verify(await countersigned(spec));
    expect(told).toEqual(['fail countersignature-invalid']);
    expect(detail).toContain(reason);
    expect(report.verdict).toBe('invalid');
  });

  it('of somebody nobody knows is unproved, and leaves the verdict alone', async () => {
    const { report, told, detail } = await verify(await countersigned(() => ({ by: stranger })));
    expect(told).toEqual(['unknown countersignature-unproved']);
    expect(detail).toContain('path-no-anchor');
    expect(report.verdict).toBe('valid');
    expect(report.signatures![0]!.unchecked).toContain('countersignature-unproved');
    const lost = await verify(await countersigned(), new TrustStore({ anchors: [] }));
    expect(lost.told).toEqual(['unknown countersignature-unproved']);
  });

  it('that cannot be read, or is one too many, is not looked at', async () => {
    const none = await verify(await countersigned(undefined, () => [der.sequence()]));
    expect(none.told).toEqual(['unknown countersignature-not-checked']);
    const many = (count: number) => countersigned(undefined, (value) => Array(count).fill(value));
    expect((await verify(await many(CMS_MAX_COUNTERSIGNATURES))).told).toEqual(
      Array(CMS_MAX_COUNTERSIGNATURES).fill('pass countersignature-ok'),
    );
    expect((await verify(await many(CMS_MAX_COUNTERSIGNATURES + 1))).told.at(-1)).toBe(
      'unknown countersignature-not-checked',
    );
  });
});
