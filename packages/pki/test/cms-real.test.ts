import { existsSync, readFileSync } from 'node:fs';
import { TrustStore } from '@gov/pki';
import { readSignedData, verifyCms } from '@gov/pki/cms';
import { sm3 } from '@gov/sm';
import { describe, expect, it } from 'vitest';
import { found } from './cms-world.js';

const DATA = new URL('../../../../shared/data/seal/signatures/', import.meta.url);
const here = existsSync(DATA);
if (!here) console.warn('skipped: the real signatures of ../shared/data, which are not here');

/** A signature of GB/T 35275 from an OFD file of 2020, and the Signature.xml it is about. */
describe.skipIf(!here)('a real seal signature in the dialect digest as content', () => {
  const file = (name: string) => new Uint8Array(readFileSync(new URL(`keyword__Sign_3.${name}`, DATA)));
  const at = new Date('2020-06-20T10:00:00Z');
  const trust = new TrustStore({ anchors: [] });

  it('is what it is', () => {
    const { form, version, contentType, content, certificates, signers } = readSignedData(file('SignedValue.dat'), {
      mode: 'strict',
    });
    expect({ form, version, contentType }).toEqual({ form: 'gm', version: 1, contentType: '1.2.156.10197.6.1.4.2.1' });
    expect(content).toEqual(sm3(file('Signature.xml')));
    expect(certificates).toHaveLength(1);
    expect(signers[0]!.signature).toHaveLength(64);
    expect(signers[0]).not.toHaveProperty('signedAttributes');
  });

  it('verifies over its Signature.xml, with a raw signature; nobody here knows its CA', async () => {
    const report = await verifyCms(file('SignedValue.dat'), { at, trust, content: file('Signature.xml') });
    expect(report.verdict).toBe('indeterminate');
    expect(report.subject).toMatchObject({ form: 'gm', content: 'digest' });
    const [signer] = report.signatures!;
    expect(signer!.subject).toMatchObject({ dialect: 'digest-as-content' });
    const passed = signer!.findings.filter(({ outcome }) => outcome === 'pass').map(({ code }) => code);
    expect(passed).toEqual(['integrity-ok', 'signature-ok', 'certificate-ok', 'time-ok']);
    expect(found(report)).toEqual([
      'format warn cms-dialect',
      'path unknown path-no-anchor',
      'authority unknown authority-unknown',
      'revocation unknown revocation-not-checked',
    ]);
  });

  it('does not verify over any other content, nor strictly, nor with a bit changed', async () => {
    const other = file('Signature.xml');
    other[700]! ^= 1;
    const changed = await verifyCms(file('SignedValue.dat'), { at, trust, content: other });
    expect(found(changed)).toContain('integrity fail digest-mismatch');
    const strict = new TrustStore({ anchors: [], profile: 'strict' });
    const refused = await verifyCms(file('SignedValue.dat'), { at, trust: strict, content: file('Signature.xml') });
    expect(found(refused)).toContain('authenticity fail signature-invalid');
    const spoilt = file('SignedValue.dat');
    spoilt[spoilt.length - 1]! ^= 1;
    const report = await verifyCms(spoilt, { at, trust, content: file('Signature.xml') });
    expect(found(report)).toContain('authenticity fail signature-invalid');
  });
});
