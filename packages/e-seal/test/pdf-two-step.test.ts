/** Signing in two steps: what is handed over, what comes back, and what is let through. */
import { openPdf } from '@gov/pdf';
import { generateSm2Key, rawToDer, readSm2PublicKey, sm2Digest, sm2Signer, toBase64url } from '@gov/sm';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { makePadesWorld, type PadesWorld } from '../../../test/pades-world.js';
import { type Holder, makeWorld, TIMES, type World } from '../../../test/world.js';
import {
  addValidationData,
  completePdfSignature,
  completeSeal,
  MAX_STATE_LENGTH,
  type PendingPdf,
  type PreparePdfSignatureOptions,
  preparePdfSignature,
  prepareSeal,
  timestampPdf,
  verifyPdf,
} from '../src/pdf/index.js';
import { codeOf } from './build.js';
import { buildPdf, placed, sealed, signatures } from './pdf-build.js';

let world: World;
let rsa: PadesWorld;
const plain = buildPdf();
beforeAll(async () => {
  [world, rsa] = [await makeWorld(), await makePadesWorld()];
});

const pendingSeal = (pdf = plain) => {
  const { signer: _, ...options } = placed(world);
  return prepareSeal(pdf, options);
};
const pendingSignature = (holder: Holder = rsa.signer, change: Partial<PreparePdfSignatureOptions> = {}) =>
  preparePdfSignature(plain, {
    certificate: holder.certificate,
    algorithm: holder.signer.algorithm,
    time: TIMES.signed,
    ...change,
  });
const verdict = async (pdf: Uint8Array, trust = world.trust) =>
  (await verifyPdf(pdf, { at: TIMES.verified, trust })).verdict;
const altered = (pending: PendingPdf, change: Record<string, unknown>): PendingPdf => ({
  ...pending,
  state: JSON.stringify({ ...JSON.parse(pending.state), ...change }),
});

describe('a seal in two steps', () => {
  it('is valid, and the same as in one', async () => {
    const pending = await pendingSeal();
    expect(signatures(pending.document)[0]?.contents?.every((byte) => byte === 0)).toBe(true);
    const out = await completeSeal(pending, await world.signer.signer.sign(pending.toSign));
    expect(await verdict(out)).toBe('valid');
    const { start, end } = signatures(out)[0]!.contentsSpan!;
    const once = await sealed(plain, world);
    expect([out.subarray(0, start), out.subarray(end)]).toEqual([once.subarray(0, start), once.subarray(end)]);
    expect(out.subarray(0, start)).toEqual(pending.document.subarray(0, start));
    expect(await verdict(await completeSeal(await pendingSeal(out), await signed(await pendingSeal(out))))).toBe(
      'valid',
    );
  });
  const signed = (pending: PendingPdf) => world.signer.signer.sign(pending.toSign);

  it('takes a value of a machine that signs digests, as r ‖ s and as DER', async () => {
    const key = readSm2PublicKey(world.signer.certificate.publicKey);
    const pending = await pendingSeal();
    expect(pending.e).toEqual(sm2Digest(key, pending.toSign));
    const value = await (world.signer.signer as ReturnType<typeof sm2Signer>).signDigest(pending.e!);
    expect(await verdict(await completeSeal(pending, value))).toBe('valid');
    expect(await verdict(await completeSeal(pending, rawToDer(value)))).toBe('valid');
  });

  it('takes no value of anything else', async () => {
    const pending = await pendingSeal();
    const value = await signed(pending);
    const other = await sm2Signer(generateSm2Key()).sign(pending.toSign);
    const elsewhere = await world.signer.signer.sign(Uint8Array.of(1));
    for (const bad of [other, elsewhere, new Uint8Array(0), value.subarray(1), Uint8Array.of(...value, 0)])
      expect(await codeOf(() => completeSeal(pending, bad))).toBe('key-mismatch');
  });

  it('takes no document but the one that was prepared', async () => {
    const pending = await pendingSeal();
    const value = await signed(pending);
    const { start, end } = signatures(pending.document)[0]!.contentsSpan!;
    const changed = (at: number, to: number) => {
      const document = pending.document.slice();
      document[at] = to;
      return { ...pending, document };
    };
    const content = Buffer.from(plain).indexOf('0.9 g');
    expect(await codeOf(() => completeSeal(changed(content, 0x31), value))).toBe('pdf-file-changed');
    expect(await codeOf(() => completeSeal(changed(start + 1, 0x31), value))).toBe('pdf-file-changed');
    expect(await codeOf(() => completeSeal(changed(end - 2, 0x66), value))).toBe('pdf-file-changed');
    const full = { ...pending, document: await completeSeal(pending, value) };
    expect(await codeOf(() => completeSeal(full, value))).toBe('pdf-file-changed');
    expect(await codeOf(() => completeSeal({ ...pending, document: plain }, value))).toBe('pdf-file-changed');
    const longer = { ...pending, document: Uint8Array.of(...pending.document, 10) };
    expect(await codeOf(() => completeSeal(longer, value))).toBe('pdf-file-changed');
    const later = { ...pending, document: await sealed(pending.document, world) };
    expect(await codeOf(() => completeSeal(later, value))).toBe('pdf-file-changed');
    const own = await sealed(plain, world);
    expect(await codeOf(() => completeSeal({ ...pending, document: own }, value))).toBe('pdf-file-changed');
  });

  it('takes no state but its own', async () => {
    const pending = await pendingSeal();
    const value = await signed(pending);
    const maker = toBase64url(world.maker.certificate.bytes);
    for (const [change, code] of [
      [{ certificate: maker }, 'key-mismatch'],
      [{ time: '2026-05-20T02:00:01.000Z' }, 'pdf-file-changed'],
      [{ propertyInfo: 'x' }, 'pdf-file-changed'],
      [{ toSign: '00' }, 'pdf-file-changed'],
      [{ field: 'Signature2' }, 'pdf-file-changed'],
      [{ seal: 'AAAA' }, 'seal-malformed'],
      [{ algorithm: 'RSA-PKCS1-SHA256' }, 'invalid-argument'],
      [{ algorithm: 7 }, 'invalid-argument'],
      [{ certificate: 'AAAA' }, 'invalid-argument'],
      [{ certificate: '=' }, 'invalid-argument'],
      [{ time: 'x' }, 'invalid-argument'],
      [{ version: 2 }, 'invalid-argument'],
      [{ kind: 'cms' }, 'invalid-argument'],
      [{ seal: undefined }, 'invalid-argument'],
      [{ field: undefined }, 'invalid-argument'],
    ] as const)
      expect([change, await codeOf(() => completeSeal(altered(pending, change), value))]).toEqual([change, code]);
    for (const state of ['', 'null', '[]', '{', ' '.repeat(MAX_STATE_LENGTH + 1)])
      expect(await codeOf(() => completeSeal({ ...pending, state }, value))).toBe('invalid-argument');
    expect(await codeOf(() => completePdfSignature(pending, value))).toBe('invalid-argument');
  });

  it('never lets a changed byte through, wherever it is', async () => {
    const pending = await pendingSeal();
    const value = await signed(pending);
    await fc.assert(
      fc.asyncProperty(fc.nat(pending.document.length - 1), fc.integer({ min: 1, max: 255 }), async (at, by) => {
        const document = pending.document.slice();
        document[at] = document[at]! ^ by;
        expect(await codeOf(() => completeSeal({ ...pending, document }, value))).not.toBe('nothing thrown');
      }),
      { numRuns: process.env.SLOW === undefined ? 200 : 5000 },
    );
  });

  it('refuses at once what would be refused at last', async () => {
    const { signer: _, ...options } = placed(world);
    const strange = { ...options, certificate: world.maker.certificate };
    expect(await codeOf(() => prepareSeal(plain, strange))).toBe('signer-not-in-seal');
    expect(await codeOf(() => prepareSeal(plain, { ...options, algorithm: 'RSA-PKCS1-SHA256' }))).toBe(
      'algorithm-unsupported',
    );
  });
});

describe('a standard signature in two steps', () => {
  it.each(['RSA-PKCS1-SHA256', 'RSA-PSS-SHA512', 'ECDSA-P256-SHA256', 'ECDSA-P521-SHA512'] as const)(
    '%s is valid, and grows to B-LTA',
    async (algorithm) => {
      const holder = await rsa.leaf('signer', algorithm);
      const pending = await pendingSignature(holder, { chain: [rsa.root.certificate] });
      expect(pending.e).toBeUndefined();
      const out = await completePdfSignature(pending, await holder.signer.sign(pending.toSign));
      expect(await verdict(out, rsa.trust)).toBe('valid');
      const validation = { trust: rsa.trust, revocation: rsa.revocation, at: TIMES.verified };
      const lasting = await timestampPdf(await addValidationData(out, validation), { timestamp: rsa.timestamp });
      expect(openPdf(lasting).revisions).toHaveLength(4);
    },
  );

  it.each([{}, { dialect: 'attributes' }, { subFilter: 'adbe.pkcs7.detached' }] as const)(
    'SM2 with %o is valid',
    async (change) => {
      const pending = await pendingSignature(world.signer, change);
      const out = await completePdfSignature(pending, await world.signer.signer.sign(pending.toSign));
      expect(await verdict(out)).toBe('valid');
    },
  );

  it('takes no other value, document or state', async () => {
    const pending = await pendingSignature();
    const value = await rsa.signer.signer.sign(pending.toSign);
    const other = await rsa.signer.signer.sign(Uint8Array.of(1));
    expect(await codeOf(() => completePdfSignature(pending, other))).toBe('key-mismatch');
    expect(await codeOf(() => completePdfSignature(altered(pending, { chain: [7] }), value))).toBe('invalid-argument');
    expect(await codeOf(() => completePdfSignature(altered(pending, { chain: 'x' }), value))).toBe('invalid-argument');
    expect(
      await codeOf(() => completePdfSignature(altered(pending, { subFilter: 'adbe.pkcs7.detached' }), value)),
    ).toBe('pdf-file-changed');
    const document = pending.document.slice();
    document[Buffer.from(plain).indexOf('0.9 g')] = 0x31;
    expect(await codeOf(() => completePdfSignature({ ...pending, document }, value))).toBe('pdf-file-changed');
  });
});
