import { authorityFindings, signingTimeFindings, validatePath } from '@gov/pki';
import { describe, expect, it } from 'vitest';
import { codeOf } from './builder.js';
import { AT, type Wrong } from './wrong.js';
import { buildChain, readChain, WRONG } from './wrong-chain.js';

/** Everything that is asked of a signer’s certificate, as `check outcome code`. */
async function found(wrong: Omit<Wrong, 'name'>, profile: 'strict' | 'lenient'): Promise<string[]> {
  const { leaf, options } = readChain(await buildChain(wrong), wrong, profile);
  const { findings, path } = await validatePath(leaf, options);
  return [...findings, ...authorityFindings(leaf, 'signer'), ...signingTimeFindings(path, undefined, AT)].map(
    ({ check, outcome, code }) => `${check} ${outcome} ${code}`,
  );
}

const PASSED = ['path pass path-ok', 'authority pass authority-ok', 'time pass time-ok'];

it('finds nothing wrong with what is right', async () => {
  expect(await found({}, 'strict')).toEqual(PASSED);
});

it('has at least 100 certificates that are wrong, each under a name of its own', () => {
  expect(WRONG.filter(({ found, throws }) => found !== undefined || throws !== undefined).length).toBeGreaterThan(100);
  expect(new Set(WRONG.map(({ name }) => name)).size).toBe(WRONG.length);
});

describe.each(['strict', 'lenient'] as const)('%s', (profile) => {
  it.each(WRONG)('$name', async (wrong) => {
    if (wrong.throws === 'always' || wrong.throws === profile) {
      expect(await codeOf(() => found(wrong, profile))).toBe('certificate-malformed');
      return;
    }
    const wanted = (profile === 'strict' ? wrong.strict : undefined) ?? wrong.found ?? [];
    const findings = await found(wrong, profile);
    expect(findings.filter((finding) => !finding.includes(' pass '))).toEqual(wanted);
    // A check that failed or could not be answered has no pass beside it in what concerns the path and the time.
    for (const check of ['path', 'time']) {
      const own = findings.filter((finding) => finding.startsWith(`${check} `));
      if (own.some((finding) => / fail | unknown /.test(finding))) expect(own.join()).not.toContain(' pass ');
    }
  });
});
