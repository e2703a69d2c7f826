/** Seals and seal signatures of real products, with the verdict of an independent checker. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TrustStore } from '@gov/pki';
import { aspects, DEFAULT_REQUIRED } from '@gov/verdict';
import { describe, expect, it } from 'vitest';
import { TIMES } from '../../../test/world.js';
import { readSeal, readSesSignature, verifySeal, verifySesSignature } from '../src/index.js';
import { codeOf, flipped, said } from './build.js';

const DATA = join(import.meta.dirname, '../../../../shared/data/seal');
const hasData = existsSync(DATA);
if (!hasData) console.log(`skipped: no real seals at ${DATA}`);

describe.skipIf(!hasData)('real files', () => {
  const file = (name: string) => new Uint8Array(readFileSync(join(DATA, name)));
  const nobody = new TrustStore({ anchors: [] });
  const at = TIMES.verified;
  const policy = { required: DEFAULT_REQUIRED.filter((check) => check !== 'coverage') };
  const sum = ({ findings }: { findings: Parameters<typeof aspects>[0] }) => {
    const { intact, authentic } = aspects(findings, policy);
    return { intact, authentic };
  };

  it('seal v4: signed by its maker, expired 2022', async () => {
    const report = await verifySeal(file('seals/UserV4.esl'), { at, trust: nobody });
    expect(report.findings).toContainEqual(expect.objectContaining({ code: 'signature-ok' }));
    expect(said(report)).toEqual({
      verdict: 'invalid',
      codes: ['fail seal-expired', 'unknown authority-unknown', 'unknown path-no-anchor', 'warn expired-time-unproved'],
    });
    expect(report.subject).toMatchObject({
      name: 'OFD R&W 测试用印章',
      picture: { type: 'png', widthMm: 40, heightMm: 40 },
    });
    const then = await verifySeal(file('seals/UserV4.esl'), { at: new Date('2021-06-01'), trust: nobody });
    expect(then.verdict).toBe('indeterminate');
  });

  it.each(['UserV5', 'UserV5_ts'])("%s: signed; the maker's certificate expired before", async (name) => {
    const report = await verifySeal(file(`seals/${name}.esl`), { at, trust: nobody });
    expect(report.subject.version).toBe(5);
    expect(report.findings).toContainEqual(expect.objectContaining({ code: 'signature-ok' }));
    expect(said(report).codes).toContain('fail seal-maker-expired-at-creation');
    expect(report.unchecked.includes('timestamp-malformed')).toBe(name === 'UserV5_ts');
  });

  it('the dummy time stamp', () => {
    expect(readSeal(file('seals/UserV5_ts.esl')).timeStamp).toEqual(Uint8Array.of(1, 2, 3));
  });

  it('version 1 is refused by code', async () => {
    expect(await codeOf(() => readSeal(file('seals/UserV1.esl')))).toBe('seal-malformed');
    expect(await codeOf(() => readSesSignature(file('signatures/n__Sign_0.SignedValue.dat')))).toBe('seal-malformed');
  });

  it('a tax seal: intact and authentic, trusted by nobody', async () => {
    const bytes = file('signatures/v4signed__Sign_0.SignedValue.dat');
    const content = file('signatures/v4signed__Sign_0.Signature.xml');
    const report = await verifySesSignature(bytes, [content], { at, trust: nobody });
    expect(sum(report)).toEqual({ intact: 'yes', authentic: 'yes' });
    expect(report.verdict).toBe('indeterminate');
    expect(said(report).codes.filter((code) => code.startsWith('fail'))).toEqual([]);
    const changed = await verifySesSignature(bytes, [flipped(content, 100)], { at, trust: nobody });
    expect(sum(changed)).toEqual({ intact: 'no', authentic: 'yes' });
  });

  it('a signature over nothing: authentic, not intact', async () => {
    const bytes = file('signatures/SignedValueV4.dat');
    const report = await verifySesSignature(bytes, [file('signatures/Signature.xml')], { at, trust: nobody });
    expect(readSesSignature(bytes).dataHash).toEqual(new Uint8Array(32));
    expect(sum(report)).toEqual({ intact: 'no', authentic: 'yes' });
    expect(said(report).codes).toContain('fail digest-mismatch');
    expect(report.findings).toContainEqual(expect.objectContaining({ code: 'signer-in-seal' }));
  });

  it('GB/T 35275 is no seal signature', async () => {
    expect(await codeOf(() => readSesSignature(file('signatures/keyword__Sign_3.SignedValue.dat')))).toBe(
      'seal-malformed',
    );
  });
});
