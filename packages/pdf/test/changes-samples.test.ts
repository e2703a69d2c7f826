/** The signed samples of others, with the verdict that their own tests assert. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { changeAnalysis, coverageFindings, openPdf, signaturesOf } from '../src/index.js';

const folder = new URL('../../../../shared/data/pdf/signed/', import.meta.url);
const absent = !existsSync(folder);
if (absent) console.log('skipped: ../shared/data is not there');

/** Of every signature: the level of what came later, and the findings on it. */
function judged(name: string): readonly (readonly [string, readonly string[]])[] {
  const doc = openPdf(readFileSync(new URL(`${name}.pdf`, folder)));
  const all = signaturesOf(doc);
  const analysis = changeAnalysis(doc, all);
  return all.map((signature) => [
    signature.revisionIndex === undefined ? '-' : analysis.since(signature.revisionIndex).level,
    coverageFindings(doc, signature, all, analysis).map(({ outcome, code }) => `${outcome} ${code}`),
  ]);
}

const SIGNED = ['form-filling', ['pass coverage-further-signature']] as const;
const WHOLE = ['none', ['pass coverage-whole-file']] as const;

describe.skipIf(absent)('signed samples', () => {
  it.each([
    ['minimal-two-fields-signed-twice', [WHOLE, SIGNED]],
    ['minimal-signed-twice-no-sig-type', [SIGNED, WHOLE]],
    ['separate-annots-kids-indir', [SIGNED, WHOLE]],
    ['certified-with-indirect-refs-in-dir', [WHOLE]],
    ['sig-no-signed-attrs', [WHOLE]],
    ['pdf-sig-with-econtent', [WHOLE]],
    ['extensions-direct', [SIGNED, WHOLE]],
    ['form-update-override-appearance-stream', [SIGNED, WHOLE]],
    ['extensions-indirect-not-all-paths', [['other', ['fail shared-object-changed']], WHOLE]],
    ['form-update-override-appearance-stream-sneaky', [['other', ['fail shared-object-changed']], WHOLE]],
    [
      'pades-lta-dss-indirect-arrs-test',
      [
        ['validation-data', ['pass coverage-further-signature']],
        ['validation-data', ['pass coverage-validation-data']],
      ],
    ],
  ] as const)('%s', (name, expected) => {
    expect(judged(name)).toEqual(expected);
  });

  it.each(['coverage-tail-uncovered', 'coverage-signature-gap-too-big', 'coverage-one-byterange'])('%s', (name) => {
    for (const [, findings] of judged(name)) expect(findings.some((finding) => finding.startsWith('fail '))).toBe(true);
  });
});
