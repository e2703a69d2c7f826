import {
  DELEGATION_LIMITS,
  type DelegationContent,
  type DelegationRequest,
  Delegator,
  type DelegatorOptions,
  delegationRequest,
  expiryOf,
  licenseDigest,
  memoryDelegationRegister,
  REQUEST_CHALLENGE,
  REVOKED_FOR,
  SHOWN_BY_RELATIVE,
} from '@gov/city-code/delegate';
import { type SignedDelegation, sm2DeviceKey } from '@gov/city-code/show';
import { bytesToHex, generateSm2Key, type Signer, sm3 } from '@gov/sm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { challengeOctets } from '../src/challenge.js';
import { readDelegation } from '../src/index.js';
import {
  AT,
  CHALLENGE,
  CONTENT,
  codeOf,
  issued,
  issuerVerifier,
  later,
  newDelegator,
  newDevice,
  signer,
} from './delegation-world.js';

const requestOf = async (suite: 1 | 2 = 1): Promise<DelegationRequest> =>
  delegationRequest(CHALLENGE, await newDevice(suite));

const tagsOf = async (tags: AsyncIterable<Uint8Array>): Promise<string[]> => {
  const all: string[] = [];
  for await (const tag of tags) all.push(bytesToHex(tag));
  return all.sort();
};

describe('a delegation', () => {
  it.each([1, 2] as const)('of suite %i says what the issuer was told, and no more', async (suite) => {
    const { key, delegation } = await issued(suite);
    expect(readDelegation(delegation.bytes)).toEqual(delegation);
    expect(delegation).toMatchObject({
      profile: 'P1',
      subject: 'person',
      assurance: 2,
      suite,
      region: '440106',
      issuerIndex: 7,
      expires: later(8 * 3600, new Date('2026-11-22T08:00:00Z')),
      entitlements: 5,
      deviceKey: key.publicKey,
    });
    expect(await issuerVerifier.verify(delegation.signed, delegation.issuerSignature)).toBe(true);
    expect(new TextDecoder('latin1').decode(delegation.bytes)).not.toContain(CONTENT.holder);
  });

  it('of profile P2 carries the digest of a licence', async () => {
    const digest = licenseDigest(new TextEncoder().encode('payload'));
    expect(digest).toEqual(sm3(new TextEncoder().encode('payload')).subarray(0, 16));
    const { delegation } = await issued(2, { licenseDigest: digest });
    expect(delegation).toMatchObject({ profile: 'P2', licenseDigest: digest });
    expect(delegation.bytes).toHaveLength(138);
  });

  it('to a relative says so, and says so only then', async () => {
    const register = memoryDelegationRegister();
    const kept: unknown[] = [];
    const delegator = newDelegator({ ...register, keep: async (entry) => void kept.push(entry) });
    const delegation = await delegator.issue(await requestOf(), { ...CONTENT, relative: 'account 12' });
    expect(delegation.entitlements).toBe(0x8000_0005);
    expect(kept).toMatchObject([{ holder: 'account 4711', relative: 'account 12' }]);
    expect(
      await codeOf(async () =>
        newDelegator().issue(await requestOf(), { ...CONTENT, entitlements: SHOWN_BY_RELATIVE }),
      ),
    ).toBe('invalid-argument');
  });
});

describe('unlinkable', () => {
  it('delegations of one holder share nothing that others of the region do not share', async () => {
    const delegator = newDelegator();
    const requests = await Promise.all(Array.from({ length: 16 }, (_, i) => requestOf(i % 2 === 0 ? 1 : 2)));
    const delegations = await delegator.issueMany(requests, CONTENT);
    const stranger = await delegator.issue(await requestOf(), { ...CONTENT, at: later(400), holder: 'account 12' });
    for (const field of ['tag', 'deviceKey', 'issuerSignature'] as const) {
      const all = new Set(delegations.map((one) => bytesToHex(one[field])));
      expect(all.size, field).toBe(16);
      // Nor halves: x of a key with the other sign, r of a signature.
      expect(new Set([...all].map((text) => text.slice(2, 18))).size, field).toBe(16);
    }
    const shared = ({ profile, subject, assurance, region, issuerIndex, expires, entitlements }: SignedDelegation) => ({
      ...{ profile, subject, assurance, region, issuerIndex, expires, entitlements },
    });
    const own = ['suite', 'tag', 'deviceKey', 'issuerSignature', 'bytes', 'signed'];
    expect([...Object.keys(shared(stranger)), ...own].sort()).toEqual(Object.keys(stranger).sort());
    for (const one of delegations) expect(shared(one)).toEqual(shared(stranger));
  });

  it('tags come from nothing but chance', async () => {
    const asked: number[] = [];
    const random = (octets: number): Uint8Array => {
      asked.push(octets);
      return new Uint8Array(octets).fill(asked.length);
    };
    const register = memoryDelegationRegister();
    const delegator = new Delegator({ signer, issuerIndex: 7, register, random });
    const all = await delegator.issueMany([await requestOf(), await requestOf()], CONTENT);
    expect(all.map(({ tag }) => bytesToHex(tag))).toEqual(['01'.repeat(10), '02'.repeat(10)]);
    expect(asked).toEqual([10, 10]);
  });

  it('a device key is taken once: at once, later, for another holder, by another issuer with the same register', async () => {
    const register = memoryDelegationRegister();
    const delegator = newDelegator(register);
    const key = await newDevice(2);
    const request = await delegationRequest(CHALLENGE, key);
    expect(await codeOf(() => delegator.issueMany([request, request], CONTENT))).toBe('delegation-exists');
    expect((await delegator.issueMany([request], CONTENT)).length).toBe(1);
    const challenge = new Uint8Array(16).fill(3);
    const again = await delegationRequest(challenge, key);
    for (const content of [CONTENT, { ...CONTENT, at: later(3 * 86_400) }, { ...CONTENT, holder: 'account 12' }]) {
      expect(await codeOf(() => delegator.issue(again, { ...content, challenge }))).toBe('delegation-exists');
      expect(await codeOf(() => newDelegator(register).issue(again, { ...content, challenge }))).toBe(
        'delegation-exists',
      );
    }
  });

  it('of many who ask with one key at the same moment one is answered', async () => {
    const delegator = newDelegator();
    const request = await requestOf();
    const answers = await Promise.all(Array.from({ length: 8 }, () => codeOf(() => delegator.issue(request, CONTENT))));
    expect(answers.filter((answer) => answer === 'nothing thrown')).toHaveLength(1);
    expect(answers.filter((answer) => answer === 'delegation-exists')).toHaveLength(7);
  });

  it('a tag that comes twice is refused: the source of chance is broken', async () => {
    const delegator = new Delegator({
      signer,
      issuerIndex: 7,
      register: memoryDelegationRegister(),
      random: (octets) => new Uint8Array(octets),
    });
    expect(await codeOf(async () => delegator.issue(await requestOf(), CONTENT))).toBe('nothing thrown');
    expect(await codeOf(async () => delegator.issue(await requestOf(), CONTENT))).toBe('delegation-exists');
  });
});

describe('a request', () => {
  it.each([1, 2] as const)('of suite %i is answered to who holds the key alone', async (suite) => {
    const good = await requestOf(suite);
    const other = await requestOf(suite);
    const flipped = good.proof.slice();
    flipped[63]! ^= 1;
    const wrong: [string, DelegationRequest, Partial<DelegationContent>][] = [
      ['the proof of another key', { ...good, proof: other.proof }, {}],
      ['a changed proof', { ...good, proof: flipped }, {}],
      ['no proof', { ...good, proof: new Uint8Array() }, {}],
      ['a proof of zeros', { ...good, proof: new Uint8Array(64) }, {}],
      ['a proof for another challenge', good, { challenge: new Uint8Array(32) }],
      ['a proof for a longer challenge', good, { challenge: Uint8Array.of(...CHALLENGE, 9) }],
    ];
    for (const [name, request, content] of wrong) {
      const register = memoryDelegationRegister();
      expect(await codeOf(() => newDelegator(register).issue(request, { ...CONTENT, ...content })), name).toBe(
        'delegation-unproved',
      );
      // Nothing was kept: the same device may ask again.
      expect(await codeOf(() => newDelegator(register).issue(good, CONTENT)), name).toBe('nothing thrown');
    }
  });

  it('names its key in what is proved: other keys can be made up that verify a signature one has seen', async () => {
    const { sign, publicKey } = sm2DeviceKey(generateSm2Key());
    const domain = new TextEncoder().encode('gov-city-code/request/1\0');
    const verdictOn = async (...parts: Uint8Array[]) => {
      const request = {
        suite: 1 as const,
        deviceKey: publicKey,
        proof: await sign(Uint8Array.from(parts.flatMap((part) => [...part]))),
      };
      return codeOf(() => newDelegator().issue(request, CONTENT));
    };
    expect(await verdictOn(domain, publicKey, CHALLENGE)).toBe('nothing thrown');
    expect(await verdictOn(domain, CHALLENGE)).toBe('delegation-unproved');
    expect(await verdictOn(publicKey, CHALLENGE)).toBe('delegation-unproved');
    expect(await verdictOn(domain, CHALLENGE, publicKey)).toBe('delegation-unproved');
  });

  it('is not what a device signs at a gate', async () => {
    const key = sm2DeviceKey(generateSm2Key());
    const proof = await key.sign(challengeOctets(new Uint8Array(16), Uint8Array.of(...key.publicKey, ...CHALLENGE)));
    const request = { suite: 1 as const, deviceKey: key.publicKey, proof };
    expect(await codeOf(() => newDelegator().issue(request, CONTENT))).toBe('delegation-unproved');
  });

  it.each([
    ['off its curve', 'key-malformed', { deviceKey: Uint8Array.of(2, ...new Uint8Array(32).fill(255)) }],
    ['uncompressed', 'key-malformed', { deviceKey: new Uint8Array(65) }],
    ['of no suite', 'invalid-argument', { suite: 3 as 1 }],
  ])('with a key %s is refused', async (_, error, change) => {
    const request = { ...(await requestOf()), ...change };
    expect(await codeOf(() => newDelegator().issue(request, CONTENT))).toBe(error);
  });

  it('has a challenge of 16 to 64 octets', async () => {
    const key = await newDevice(1);
    for (const [length, error] of [
      [REQUEST_CHALLENGE.least - 1, 'invalid-argument'],
      [REQUEST_CHALLENGE.least, 'nothing thrown'],
      [REQUEST_CHALLENGE.most, 'nothing thrown'],
      [REQUEST_CHALLENGE.most + 1, 'invalid-argument'],
    ] as const) {
      expect(await codeOf(() => delegationRequest(new Uint8Array(length), key)), `${length}`).toBe(error);
      const content = { ...CONTENT, challenge: new Uint8Array(length) };
      const request = error === 'nothing thrown' ? await delegationRequest(content.challenge, key) : await requestOf();
      expect(await codeOf(() => newDelegator().issue(request, content)), `${length}`).toBe(error);
    }
  });

  it('among many: one bad one, and nothing is issued', async () => {
    const register = memoryDelegationRegister();
    const [one, two] = [await requestOf(), await requestOf(2)];
    const bad = { ...two, proof: one.proof };
    expect(await codeOf(() => newDelegator(register).issueMany([one, bad], CONTENT))).toBe('delegation-unproved');
    expect(await newDelegator(register).issueMany([one, two], CONTENT)).toHaveLength(2);
  });

  it('come at most so many at once', async () => {
    const request = await requestOf();
    const many = Array.from({ length: DELEGATION_LIMITS.requests + 1 }, () => request);
    expect(await codeOf(() => newDelegator().issueMany(many, CONTENT))).toBe('limit-exceeded');
    expect(await codeOf(() => newDelegator().issueMany(many.slice(1), CONTENT))).toBe('delegation-exists');
    expect(await newDelegator().issueMany([], CONTENT)).toEqual([]);
  });

  it('may change while it is looked at: what was proved is delegated', async () => {
    const request = await requestOf(2);
    const deviceKey = request.deviceKey.slice();
    const mutable = { ...request, deviceKey };
    const pending = newDelegator().issue(mutable, CONTENT);
    deviceKey.fill(7);
    expect((await pending).deviceKey).toEqual(request.deviceKey);
  });
});

describe('content', () => {
  it.each<[string, Partial<DelegationContent>]>([
    ['no lifetime', { lifetimeSeconds: 0 }],
    ['a lifetime below zero', { lifetimeSeconds: -60 }],
    ['half a second', { lifetimeSeconds: 60.5 }],
    ['more than a day', { lifetimeSeconds: DELEGATION_LIMITS.lifetimeSeconds + 1 }],
    ['no time', { at: new Date(Number.NaN) }],
    ['a time after 2106', { at: new Date('2107-01-01T00:00:00Z') }],
    ['a region elsewhere', { region: '330100' }],
    ['a region of the whole country', { region: '000000' }],
    ['no region', { region: '' }],
    ['a region of letters', { region: '44010x' }],
    ['assurance 4', { assurance: 4 }],
    ['entitlements of 33 bits', { entitlements: 0x1_0000_0000 }],
    ['half an entitlement', { entitlements: 0.5 }],
    ['negative entitlements', { entitlements: -1 }],
    ['a licence of 32 octets', { licenseDigest: new Uint8Array(32) }],
    ['no holder', { holder: '' }],
    ['a long holder', { holder: 'x'.repeat(DELEGATION_LIMITS.reference + 1) }],
    ['an empty relative', { relative: '' }],
    ['a long relative', { relative: 'x'.repeat(DELEGATION_LIMITS.reference + 1) }],
  ])('with %s is refused, and nothing is kept', async (_, change) => {
    const register = memoryDelegationRegister();
    const request = await requestOf();
    expect(await codeOf(() => newDelegator(register).issue(request, { ...CONTENT, ...change }))).toBe(
      'invalid-argument',
    );
    expect(await codeOf(() => newDelegator(register).issue(request, CONTENT))).toBe('nothing thrown');
  });

  it.each<[string, string, Partial<DelegatorOptions>]>([
    ['an index of 17 bits', 'invalid-argument', { issuerIndex: 0x10000 }],
    ['an index below zero', 'invalid-argument', { issuerIndex: -1 }],
    ['a lifetime of more than a day', 'invalid-argument', { maxLifetimeSeconds: 86_401 }],
    ['a lifetime of nothing', 'invalid-argument', { maxLifetimeSeconds: 0 }],
    ['a signer on P-256', 'algorithm-unsupported', { signer: { ...signer, algorithm: 'ECDSA-P256-SHA256' } as Signer }],
  ])('an issuer with %s is refused', async (_, error, change) => {
    const options = { signer, issuerIndex: 7, register: memoryDelegationRegister(), ...change };
    expect(await codeOf(() => new Delegator(options))).toBe(error);
  });

  it('an issuer may allow less than a day, and a region within its own', async () => {
    const register = memoryDelegationRegister();
    const delegator = new Delegator({ signer, issuerIndex: 0, region: '440106', maxLifetimeSeconds: 600, register });
    const content = { ...CONTENT, lifetimeSeconds: 600 };
    expect((await delegator.issue(await requestOf(), content)).expires).toEqual(new Date('2026-11-22T08:10:00Z'));
    expect(await codeOf(async () => delegator.issue(await requestOf(), { ...content, lifetimeSeconds: 601 }))).toBe(
      'invalid-argument',
    );
    expect(await codeOf(async () => delegator.issue(await requestOf(), { ...content, region: '440100' }))).toBe(
      'invalid-argument',
    );
  });
});

describe('expiryOf', () => {
  it('never gives more than was asked for, nor nothing at all', () => {
    fc.assert(
      fc.property(
        fc.date({ min: AT, max: later(1e9), noInvalidDate: true }),
        fc.integer({ min: 1, max: 86_400 }),
        (at, life) => {
          const left = (expiryOf(at, life).getTime() - at.getTime()) / 1000;
          expect(left).toBeLessThanOrEqual(life);
          expect(left).toBeGreaterThan(life >= 3600 ? life - 901 : life >= 600 ? life - 61 : life - 1);
        },
      ),
    );
  });

  it('puts those of one step together', () => {
    const ends = Array.from({ length: 900 }, (_, i) =>
      expiryOf(later(i, new Date('2026-11-22T08:00:00Z')), 3600).getTime(),
    );
    expect(new Set(ends).size).toBe(1);
  });
});

describe('the register', () => {
  it('remembers whose a tag is, and the key by its digest alone', async () => {
    const kept: unknown[] = [];
    const register = { ...memoryDelegationRegister(), keep: async (entry: unknown) => void kept.push(entry) };
    const delegation = await newDelegator(register).issue(await requestOf(), CONTENT);
    expect(kept).toEqual([
      {
        tag: delegation.tag,
        expires: delegation.expires,
        deviceKeyDigest: sm3(delegation.deviceKey),
        holder: 'account 4711',
      },
    ]);
  });

  it('that fails lets nothing out', async () => {
    const register = { ...memoryDelegationRegister(), keep: () => Promise.reject(new Error('disk full')) };
    expect(await codeOf(async () => newDelegator(register).issue(await requestOf(), CONTENT))).toBe('Error: disk full');
  });

  it('takes back one or all of a holder, once, and says which as long as it matters', async () => {
    const register = memoryDelegationRegister();
    const delegator = newDelegator(register);
    const [one, two] = await delegator.issueMany([await requestOf(), await requestOf()], CONTENT);
    const strange = await delegator.issue(await requestOf(), { ...CONTENT, holder: 'account 12' });
    expect(await tagsOf(register.revokedTags(AT))).toEqual([]);
    expect(await register.revoke({ tag: one!.tag })).toBe(1);
    expect(await register.revoke({ tag: one!.tag })).toBe(0);
    expect(await register.revoke({ tag: new Uint8Array(10) })).toBe(0);
    expect(await tagsOf(register.revokedTags(AT))).toEqual([bytesToHex(one!.tag)]);
    expect(await register.revoke({ holder: 'account 4711' })).toBe(1);
    expect(await register.revoke({ holder: 'nobody' })).toBe(0);
    const both = [one!, two!].map(({ tag }) => bytesToHex(tag)).sort();
    expect(await tagsOf(register.revokedTags(AT))).toEqual(both);
    // Codes outlive their delegation by a little.
    expect(await tagsOf(register.revokedTags(later(REVOKED_FOR, one!.expires)))).toEqual(both);
    expect(await tagsOf(register.revokedTags(later(REVOKED_FOR + 1, one!.expires)))).toEqual([]);
    expect(both).not.toContain(bytesToHex(strange.tag));
  });
});
