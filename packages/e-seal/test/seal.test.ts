import { der, Tag } from '@gov/der';
import { generateSm2Key, sm2Signer, sm3 } from '@gov/sm';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeWorld, SEAL_PNG, sealOptions, TIMES, type World } from '../../../test/world.js';
import { makeSeal, mayUseSeal, readSeal, SEAL_LIMITS, type SealOptions } from '../src/index.js';
import {
  ascii,
  buildSeal,
  buildV1Seal,
  certificates,
  codeOf,
  concat,
  extension,
  flipped,
  type SealParts,
  TINY_PNG,
} from './build.js';

let world: World;
let base: SealParts;
beforeAll(async () => {
  world = await makeWorld();
  base = { maker: world.maker, signers: certificates(world.signer) };
});

describe('making a seal', () => {
  const made = (change: Partial<SealOptions>) => makeSeal({ ...sealOptions(world.maker, [world.signer]), ...change });

  it('gives back what went in, in strict DER', async () => {
    const extra = new Date('2026-02-01T00:00:00.987Z');
    const seal = await made({ type: 3, vendorId: 'ACME', createdAt: extra });
    expect(readSeal(seal.bytes, 'strict')).toEqual(seal);
    expect(seal).toMatchObject({
      version: 4,
      vendorId: 'ACME',
      id: '99010000000001',
      type: 3,
      name: '某市行政审批局',
      createdAt: TIMES.sealMade,
      validFrom: TIMES.sealMade,
      validTo: TIMES.sealTo,
      picture: { type: 'png', data: SEAL_PNG, widthMm: 42, heightMm: 42 },
      signers: { kind: 'certificates', certificates: [world.signer.certificate.bytes] },
      makerCertificate: world.maker.certificate.bytes,
      extensions: [],
      deviations: [],
    });
    expect(seal.timeStamp).toBeUndefined();
    expect(await made({})).toMatchObject({ type: 1, vendorId: 'GOV' });
  });

  const picture = (change: object) => ({
    picture: { type: 'png', data: SEAL_PNG, widthMm: 42, heightMm: 42, ...change },
  });
  it.each<[string, () => Partial<SealOptions>, string]>([
    ['an empty name', () => ({ name: '' }), 'invalid-argument'],
    ['a blank name', () => ({ name: ' \t' }), 'invalid-argument'],
    ['a name of 201', () => ({ name: '章'.repeat(201) }), 'invalid-argument'],
    ['an id outside IA5', () => ({ id: '编号' }), 'invalid-argument'],
    ['nobody who may use it', () => ({ signers: [] }), 'invalid-argument'],
    ['more signers than the limit', () => ({ signers: Array(257).fill(world.signer.certificate) }), 'invalid-argument'],
    ['a validity that ends at once', () => ({ validTo: TIMES.sealMade }), 'invalid-argument'],
    ['a validity that ends before it begins', () => ({ validTo: new Date(0) }), 'invalid-argument'],
    ['a date that is none', () => ({ validTo: new Date(Number.NaN) }), 'invalid-argument'],
    ['a creation that is no date', () => ({ createdAt: new Date(Number.NaN) }), 'invalid-argument'],
    ['half a millimetre', () => picture({ widthMm: 42.5 }), 'invalid-argument'],
    ['no width', () => picture({ widthMm: 0 }), 'invalid-argument'],
    ['over a metre', () => picture({ heightMm: 1001 }), 'invalid-argument'],
    ['half a type', () => ({ type: 1.5 }), 'invalid-argument'],
    ['a negative type', () => ({ type: -1 }), 'invalid-argument'],
    ['a type past 31 bits', () => ({ type: 2 ** 31 }), 'invalid-argument'],
    ['a GIF', () => picture({ data: ascii('GIF89a') }), 'seal-picture-unsupported'],
    ['no picture', () => picture({ data: new Uint8Array() }), 'seal-picture-unsupported'],
    [
      'a picture past the limit',
      () => picture({ data: concat(TINY_PNG, new Uint8Array(SEAL_LIMITS.maxBytes)) }),
      'input-too-large',
    ],
    ["somebody else's key", () => ({ maker: { ...world.maker, signer: world.signer.signer } }), 'key-mismatch'],
  ])('refuses %s', async (_, change, code) => {
    expect(await codeOf(() => made(change()))).toBe(code);
  });

  it('goes to the edges', async () => {
    const signers = Array(SEAL_LIMITS.maxSigners).fill(world.signer.certificate);
    const seal = await made({
      name: '章'.repeat(200),
      signers,
      type: 2 ** 31 - 1,
      ...picture({ widthMm: 1, heightMm: SEAL_LIMITS.maxMillimetres }),
    });
    expect(seal.picture).toMatchObject({ widthMm: 1, heightMm: 1000 });
    expect(seal.signers).toMatchObject({ kind: 'certificates', certificates: { length: 256 } });
  });
});

describe('reading a seal', () => {
  const read = async (change: Partial<SealParts>, profile?: 'strict') =>
    readSeal(await buildSeal({ ...base, ...change }), profile);
  const refused = (change: () => Partial<SealParts>, profile?: 'strict') => codeOf(() => read(change(), profile));

  it('reads what the tests write', async () => {
    const seal = await read({}, 'strict');
    expect(seal).toMatchObject({ version: 4, type: 1, name: '某市行政审批局', deviations: [] });
    expect(seal.picture.type).toBe('png');
  });

  it('reads version 5, with a time stamp as fifth field or without', async () => {
    expect((await read({ version: 5 }, 'strict')).version).toBe(5);
    const stamped = await read({ version: 5, timeStamp: Uint8Array.of(1, 2, 3) }, 'strict');
    expect(stamped.timeStamp).toEqual(Uint8Array.of(1, 2, 3));
  });

  it('reads certListType 2', async () => {
    const value = sm3(world.signer.certificate.bytes);
    const entry = (type: Uint8Array) => [der.sequence(type, der.octetString(value))];
    const seal = await read({ listType: 2, signers: entry(der.printableString('SM3')) }, 'strict');
    expect(seal.signers).toEqual({ kind: 'digests', digests: [{ type: 'SM3', value }] });
    expect(mayUseSeal(seal, world.signer.certificate.bytes)).toBe(true);
    expect(mayUseSeal(seal, world.issuer.certificate.bytes)).toBe(false);
    expect(mayUseSeal(seal, value)).toBe(false);
    const other = { listType: 2, signers: entry(der.ia5String('SM3')) };
    expect((await read(other)).deviations.map(({ code }) => code)).toEqual(['signer-list-type']);
    expect(await refused(() => other, 'strict')).toBe('seal-malformed');
  });

  it('says who may use it', async () => {
    const seal = await read({ signers: certificates(world.issuer, world.signer) });
    expect(mayUseSeal(seal, world.signer.certificate.bytes)).toBe(true);
    expect(mayUseSeal(seal, world.maker.certificate.bytes)).toBe(false);
    for (const at of [0, 200, world.signer.certificate.bytes.length - 1]) {
      expect(mayUseSeal(seal, flipped(world.signer.certificate.bytes, at))).toBe(false);
    }
    expect(mayUseSeal(seal, world.signer.certificate.bytes.subarray(1))).toBe(false);
    expect(mayUseSeal(seal, new Uint8Array())).toBe(false);
  });

  it('reads IA5String in the list of signers as lenient, and says so', async () => {
    const bytes = world.signer.certificate.bytes;
    const change = { signers: [der.element(Tag.ia5String, bytes), ...certificates(world.issuer)] };
    const seal = await read(change);
    expect(mayUseSeal(seal, bytes)).toBe(true);
    expect(seal.deviations).toHaveLength(1);
    expect(seal.deviations[0]?.code).toBe('signer-list-type');
    expect(seal.bytes[seal.deviations[0]!.offset]).toBe(Tag.ia5String);
    expect(await refused(() => change, 'strict')).toBe('seal-malformed');
    expect(await refused(() => ({ signers: [der.utf8String('1')] }))).toBe('seal-malformed');
  });

  it.each<[string, (bytes: Uint8Array) => Uint8Array, string]>([
    ['trailing zeros', (bytes) => concat(bytes, new Uint8Array(7)), 'trailing-zeros'],
    ['a length of more octets than it needs', (bytes) => longLength(bytes), 'length-not-minimal'],
  ])('reads %s as lenient alone', async (_, change, code) => {
    const bytes = change(await buildSeal(base));
    expect(readSeal(bytes).deviations.map((deviation) => deviation.code)).toEqual([code]);
    expect(await codeOf(() => readSeal(bytes, 'strict'))).toBe('seal-malformed');
  });

  it('keeps the bytes without what follows them', async () => {
    const bytes = await buildSeal(base);
    expect(readSeal(concat(bytes, new Uint8Array(7))).bytes).toEqual(bytes);
    expect(await codeOf(() => readSeal(concat(bytes, Uint8Array.of(0, 1))))).toBe('seal-malformed');
  });

  it('reads extensions; critical FALSE as lenient alone', async () => {
    const value = Uint8Array.of(1);
    const seal = await read({ extensions: [extension('critical'), extension('absent')] }, 'strict');
    expect(seal.extensions).toEqual([
      { id: '1.2.3.4', critical: true, value },
      { id: '1.2.3.4', critical: false, value },
    ]);
    const written = { extensions: [extension('criticalFalse')] };
    expect(await read(written)).toMatchObject({ extensions: [{ critical: false }] });
    expect((await read(written)).deviations.map(({ code }) => code)).toEqual(['default-encoded']);
    expect(await refused(() => written, 'strict')).toBe('seal-malformed');
  });

  const many = (count: number, one: Uint8Array) => Array<Uint8Array>(count).fill(one);
  it('stops at its limits', async () => {
    const entry = der.octetString(Uint8Array.of(1));
    expect((await read({ signers: many(256, entry) })).signers).toMatchObject({ certificates: { length: 256 } });
    expect(await refused(() => ({ signers: many(257, entry) }))).toBe('seal-malformed');
    expect((await read({ extensions: many(64, extension('absent')) })).extensions).toHaveLength(64);
    expect(await refused(() => ({ extensions: many(65, extension('absent')) }))).toBe('seal-malformed');
    expect((await read({ millimetres: [1, 1000] })).picture.heightMm).toBe(1000);
    expect(await refused(() => ({ millimetres: [1, 1001] }))).toBe('seal-malformed');
    expect(await refused(() => ({ millimetres: [1001, 1] }))).toBe('seal-malformed');
    const sized = (picture: number) => buildSeal({ ...base, picture: new Uint8Array(picture), form: (raw) => raw });
    const full = await sized(SEAL_LIMITS.maxBytes - ((await sized(100_000)).length - 100_000));
    expect(full).toHaveLength(SEAL_LIMITS.maxBytes);
    expect(readSeal(full).bytes).toHaveLength(SEAL_LIMITS.maxBytes);
    expect(await codeOf(() => readSeal(concat(full, new Uint8Array(1))))).toBe('input-too-large');
    expect(await codeOf(() => readSeal(new Uint8Array(SEAL_LIMITS.maxBytes)))).toBe('seal-malformed');
    expect(await codeOf(() => readSeal(new Uint8Array(SEAL_LIMITS.maxBytes + 1)))).toBe('input-too-large');
  });

  it.each<[string, () => Partial<SealParts>]>([
    ['another header', () => ({ header: 'EX' })],
    ['version 1 in the form of version 4', () => ({ version: 1 })],
    ['version 3', () => ({ version: 3 })],
    ['version 6', () => ({ version: 6 })],
    ['a negative version', () => ({ version: -4 })],
    ['version 4 with a fifth field', () => ({ timeStamp: Uint8Array.of(1) })],
    ['version 5 with a sixth', () => ({ version: 5, timeStamp: TINY_PNG, more: { seal: der.nullValue() } })],
    ['version 5 with another fifth', () => ({ version: 5, more: { seal: der.nullValue() } })],
    ['certListType 0', () => ({ listType: 0 })],
    ['certListType 3', () => ({ listType: 3 })],
    [
      'digests under certListType 1',
      () => ({ signers: [der.sequence(der.printableString('SM3'), der.octetString(TINY_PNG))] }),
    ],
    ['certificates under certListType 2', () => ({ listType: 2 })],
    [
      'a digest with a third field',
      () => ({
        listType: 2,
        signers: [der.sequence(der.printableString('S'), der.octetString(TINY_PNG), der.nullValue())],
      }),
    ],
    ['a property with one field too many', () => ({ more: { property: der.nullValue() } })],
    ['extensions that are none', () => ({ more: { info: der.nullValue() } })],
    ['extensions twice', () => ({ extensions: [], more: { info: der.sequence() } })],
    ['no width', () => ({ millimetres: [0, 42] })],
    ['no height', () => ({ millimetres: [42, 0] })],
    ['a negative width', () => ({ millimetres: [-42, 42] })],
  ])('refuses %s', async (_, change) => {
    expect(await refused(change)).toBe('seal-malformed');
  });

  it('refuses version 1 by code', async () => {
    const bytes = await buildV1Seal(world);
    expect(await codeOf(() => readSeal(bytes))).toBe('seal-malformed');
    expect(() => readSeal(bytes)).toThrow(/version 1/);
  });

  it('refuses what is no seal', async () => {
    for (const bytes of [new Uint8Array(), Uint8Array.of(0x30), Uint8Array.of(0x30, 0), ascii('%PDF-1.7')]) {
      expect(await codeOf(() => readSeal(bytes))).toBe('seal-malformed');
    }
  });

  it('throws nothing but coded errors, whatever the bytes', async () => {
    const bytes = await buildSeal({ ...base, extensions: [extension('critical')] });
    const runs = process.env.SLOW ? 50_000 : 2_000;
    const edit = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(edit, fc.nat(bytes.length), fc.constantFrom('strict', 'lenient'), (edits, end, profile) => {
        const changed = bytes.slice(0, end % 3 === 0 ? end : bytes.length);
        for (const [at, value] of edits) changed[at] = value;
        try {
          readSeal(changed, profile);
        } catch (error) {
          expect((error as { code: string }).code).toBe('seal-malformed');
        }
      }),
      { numRuns: runs },
    );
  });
});

/** The outer length in one octet more than it needs. */
function longLength(bytes: Uint8Array): Uint8Array {
  const octets = bytes[1]! & 0x7f;
  return concat(Uint8Array.of(bytes[0]!, 0x80 | (octets + 1), 0), bytes.subarray(2));
}

describe('the key behind a seal', () => {
  it('belongs to the certificate', async () => {
    const maker = { certificate: world.maker.certificate, signer: sm2Signer(generateSm2Key()) };
    expect(await codeOf(() => makeSeal(sealOptions(maker, [world.signer])))).toBe('key-mismatch');
  });
});
