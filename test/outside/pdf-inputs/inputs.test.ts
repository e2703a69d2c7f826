/**
 * Files of every making are sealed with SM2, then signed with RSA: the input stays as it was, qpdf finds no more fault than
 * before, poppler's pdfsig finds the RSA signature valid, poppler and MuPDF draw the seal.
 * `KEEP_PDFS=DIR` leaves the signed files and their pictures there, to be looked at.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type SealPlace, sealPdf, seenSize, signPdf, verifyPdf } from '@gov/e-seal/pdf';
import { openPdf } from '@gov/pdf';
import { TrustStore } from '@gov/pki';
import { issueLeaf, issueRoot } from '@gov/pki/dev-ca';
import { generatePrivateKey } from '@gov/pki/private-key';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Holder, makeWorld, TIMES, type World } from '../../../test/world.js';
import { launch } from '../browser/browser.js';
import { tool, workFolder } from '../tools.js';
import type { Input } from './input.js';
import { LIBRARY_INPUTS } from './libraries.js';
import { OFFICE_INPUTS } from './office.js';
import { chromiumInputs } from './pages.js';
import { PROGRAM_INPUTS } from './programs.js';

const qpdf = tool('qpdf');
const pdfsig = tool('pdfsig', '-v');
const pdftoppm = tool('pdftoppm', '-v');
const mutool = tool('mutool', '-v');
const keep = process.env.KEEP_PDFS;

let browser: Browser;
let world: World;
let rsa: Holder;
let trust: TrustStore;
beforeAll(async () => {
  [browser, world] = await Promise.all([launch(), makeWorld()]);
  const dates = { notBefore: TIMES.certificatesFrom, notAfter: TIMES.certificatesTo };
  const [ca, leaf] = await Promise.all([
    generatePrivateKey('RSA-PKCS1-SHA256'),
    generatePrivateKey('RSA-PKCS1-SHA256'),
  ]);
  const root = {
    certificate: await issueRoot({ subject: 'CN=RSA root,C=CN', signer: ca.signer, ...dates }),
    signer: ca.signer,
  };
  const certificate = await issueLeaf({
    ca: root,
    use: 'signer',
    subject: 'CN=RSA signer,C=CN',
    publicKey: leaf.signer.publicKey,
    ...dates,
  });
  rsa = { certificate, signer: leaf.signer };
  trust = new TrustStore({ anchors: [world.root.certificate, root.certificate] });
});
afterAll(() => browser?.close());

const inputs: readonly Input[] = [
  ...LIBRARY_INPUTS,
  ...PROGRAM_INPUTS,
  ...chromiumInputs(() => browser),
  ...(process.env.SLOW === undefined ? [] : OFFICE_INPUTS),
];

/** The middle of the first page; a page too small for the seal is none of these. */
function middle(pdf: Uint8Array, password: string | undefined): SealPlace {
  const { widthMm, heightMm } = seenSize(openPdf(pdf, password === undefined ? {} : { password }).page(1));
  return { page: 1, xMm: widthMm / 2, yMm: heightMm / 2 };
}

/** Pixels of the first page in the seal's red. */
function redPixels(ppm: Buffer): number {
  const [head, width, height] = /^P6\s+(\d+)\s+(\d+)\s+255\s/.exec(ppm.subarray(0, 64).toString('latin1'))!;
  const pixels = ppm.subarray(head.length, head.length + Number(width) * Number(height) * 3);
  let count = 0;
  for (let i = 0; i < pixels.length; i += 3)
    if (pixels[i]! > 150 && pixels[i + 1]! < 90 && pixels[i + 2]! < 90) count++;
  return count;
}

describe('inputs of every making', () => {
  it('are sixty at least', () => expect(inputs.length).toBeGreaterThanOrEqual(60));

  it.for(inputs.map((input, n) => [input.name, input, n] as const))('%s', async ([, input, n], { skip }) => {
    const { make, password, refused, drawnAnew = false } = input;
    const pdf = await make();
    if (pdf === undefined) return skip('the program that makes it is not on this machine');
    using folder = workFolder();
    const opened = password === undefined ? {} : { password };
    const sealing = { ...opened, seal: world.seal, ...world.signer, place: middle(pdf, password), time: TIMES.signed };
    if (refused !== undefined) {
      await expect(sealPdf(pdf, sealing)).rejects.toMatchObject({ code: refused });
      return;
    }
    const sealed = await sealPdf(pdf, sealing);
    const signed = await signPdf(sealed, { ...opened, ...rsa, time: TIMES.signed });
    expect(Buffer.compare(signed.subarray(0, pdf.length), pdf)).toBe(0);
    expect(Buffer.compare(signed.subarray(0, sealed.length), sealed)).toBe(0);

    const { verdict, signatures } = await verifyPdf(signed, { at: TIMES.verified, trust, ...opened });
    expect(signatures?.flatMap(({ findings }) => findings.filter(({ outcome }) => outcome === 'fail'))).toEqual([]);
    expect([verdict, signatures?.length]).toEqual(['valid', 2]);

    const [before, after] = [folder.write('in.pdf', pdf), folder.write('out.pdf', signed)];
    const asQpdf = password === undefined ? [] : [`--password=${password}`];
    const asPoppler = password === undefined ? [] : ['-opw', password];
    if (qpdf !== undefined)
      expect(qpdf([...asQpdf, '--check', after]).status).toBeLessThanOrEqual(
        qpdf([...asQpdf, '--check', before]).status,
      );
    if (pdfsig !== undefined) {
      const { text } = pdfsig(['-nocert', ...asPoppler, after]);
      expect(text).toContain('Total document signed');
      expect(text).toContain('Signature is Valid.');
    }
    if (pdftoppm !== undefined) {
      const drawn = (file: string) =>
        redPixels(pdftoppm(['-r', '60', '-f', '1', '-singlefile', ...asPoppler, file]).stdout);
      if (!drawnAnew) expect(drawn(after)).toBeGreaterThan(drawn(before) + 100);
    }
    if (mutool !== undefined) {
      const asMupdf = password === undefined ? [] : ['-p', password];
      const { stdout } = mutool(['draw', '-q', '-r', '60', '-F', 'ppm', '-o', '-', ...asMupdf, after, '1']);
      expect(redPixels(stdout)).toBeGreaterThan(100);
    }
    if ([qpdf, pdfsig, pdftoppm, mutool].includes(undefined))
      skip('sealed and verified by ourselves, not seen by every program');
    if (keep !== undefined) {
      mkdirSync(keep, { recursive: true });
      const name = join(keep, String(n).padStart(2, '0'));
      writeFileSync(`${name}.pdf`, signed);
      pdftoppm?.(['-r', '30', '-png', '-f', '1', '-singlefile', ...asPoppler, after, name]);
    }
  });
});
