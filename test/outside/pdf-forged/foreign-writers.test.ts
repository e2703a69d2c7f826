/** Forms filled by other people's software after our seal: a faithful filling is no alarm, and nothing they write breaks the seal. */

import { PDFDocument } from '@cantoo/pdf-lib';
import { verifyPdf } from '@gov/e-seal/pdf';
import { PDF } from '@libpdf/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { form } from '../../../packages/e-seal/test/forged/documents.js';
import { makeScene, type Scene } from '../../../packages/e-seal/test/forged/world.js';
import { TIMES } from '../../world.js';

let scene: Scene;
beforeAll(async () => {
  scene = await makeScene();
});

/** What did not pass of each signature. */
async function told(pdf: Uint8Array): Promise<string[]> {
  const report = await verifyPdf(pdf, { at: TIMES.verified, trust: scene.world.trust });
  return [
    report.verdict,
    ...report.signatures!.flatMap(({ findings }) =>
      findings
        .filter(({ outcome, check }) => (outcome === 'fail' || outcome === 'unknown') && check !== 'revocation')
        .map(({ outcome, code, detail }) => `${outcome} ${code} ${detail ?? ''}`),
    ),
  ];
}

const prefixed = (before: Uint8Array, after: Uint8Array): boolean =>
  Buffer.from(after.subarray(0, before.length)).equals(Buffer.from(before));

describe.each(['table', 'stream'] as const)('%s', (kind) => {
  it('filled by LibPDF', async () => {
    const sealed = await scene.seal(form(kind), { page: 2 });
    const doc = await PDF.load(sealed);
    const filler = doc.getForm()!;
    filler.fill({ applicant: 'Zhang San', agree: true, city: 'South' });
    const filled = await doc.save({ incremental: true });
    expect(prefixed(sealed, filled)).toBe(true);
    expect(await told(filled)).toEqual(['valid']);
  });

  it('half filled by the fork of pdf-lib: a value that is not shown, an /Info that is not written', async () => {
    const sealed = await scene.seal(form(kind), { page: 2 });
    const doc = await PDFDocument.load(sealed, { forIncrementalUpdate: true });
    doc.getForm().getTextField('applicant').setText('Zhang San');
    const filled = await doc.save();
    expect(prefixed(sealed, filled)).toBe(true);
    const [verdict, ...codes] = await told(filled);
    expect(verdict).not.toBe('valid');
    expect(codes.join()).toMatch(/ (field|trailer)-/);
  });
});
