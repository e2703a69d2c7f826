import { beforeAll, describe, expect, it } from 'vitest';
import { makeWorld, TIMES, type World } from '../../../test/world.js';
import { verifyPdf } from '../src/pdf/index.js';
import { codeOf, latin } from './build.js';
import { buildPdf, sealed } from './pdf-build.js';

let world: World;
beforeAll(async () => {
  world = await makeWorld();
});

const damaged = (pdf: Uint8Array): Uint8Array =>
  new Uint8Array(Buffer.from(latin(pdf).replace(/startxref\s+\d+/g, 'startxref\n5'), 'latin1'));
const options = () => ({ at: TIMES.verified, trust: world.trust });

describe('a file with a damaged cross-reference', () => {
  it('is refused, and sealed when repair is asked for', async () => {
    const input = damaged(buildPdf());
    expect(await codeOf(() => sealed(input, world))).toBe('pdf-malformed');
    const out = await sealed(input, world, { repair: true });
    expect(latin(out.subarray(0, input.length))).toBe(latin(input));
    const report = await verifyPdf(out, options());
    expect(report.verdict).toBe('valid');
    expect(report.subject).toMatchObject({ revisions: 1 });
    const twice = await verifyPdf(await sealed(out, world), options());
    expect(twice.signatures?.map(({ verdict }) => verdict)).toEqual(['valid', 'valid']);
  });

  it('is not repaired once it is sealed, and never to be verified', async () => {
    const out = damaged(await sealed(buildPdf(), world));
    expect(await codeOf(() => sealed(out, world, { repair: true }))).toBe('pdf-unfaithful');
    const asked = { ...options(), repair: true };
    expect(await codeOf(() => verifyPdf(out, asked))).toBe('pdf-malformed');
  });
});
