import { authorityFindings, readCertificate, signingTimeFindings, validatePath } from '@gov/pki';
import { describe, expect, it } from 'vitest';
import { build, codeOf } from './builder.js';
import { AT, changed, RIGHT, WRONG, type Wrong } from './wrong.js';

/** Everything that is asked of a signer’s certificate, as `check outcome code`. */
async function found(wrong: Omit<Wrong, 'name'>, profile: 'strict' | 'lenient'): Promise<string[]> {
  const read = async (name: 'leaf' | 'authority' | 'root') =>
    readCertificate(await build(changed(RIGHT[name], wrong[name])), profile);
  const [leaf, authority, root] = [await read('leaf'), await read('authority'), await read('root')];
  const path = await validatePath(leaf, { anchors: [root], intermediates: [authority], profile });
  return [...path.findings, ...authorityFindings(leaf, 'signer'), ...signingTimeFindings(path.path, undefined, AT)].map(
    ({ check, outcome, code }) => `${check} ${outcome} ${code}`,
  );
}

const PASSED = ['path pass path-ok', 'authority pass authority-ok', 'time pass time-ok'];

it('finds nothing wrong with what is right', async () => {
  expect(await found({}, 'strict')).toEqual(PASSED);
});

it('has at least 25 certificates that are wrong, each under a name of its own', () => {
  expect(WRONG.filter(({ found, throws }) => found !== undefined || throws !== undefined).length).toBeGreaterThan(25);
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
