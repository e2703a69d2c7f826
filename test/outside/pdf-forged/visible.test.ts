/** What a person sees of the forged files: poppler draws the sealed and the forged one, and they differ in the place named. */
import { signPdf, verifyPdf } from '@gov/e-seal/pdf';
import { beforeAll, describe, expect, it } from 'vitest';
import { letter } from '../../../packages/e-seal/test/forged/documents.js';
import { FORGED } from '../../../packages/e-seal/test/forged/index.js';
import { makeScene, type Scene, sealedFile } from '../../../packages/e-seal/test/forged/world.js';
import { makePeople, type People, trustBoth } from '../../../packages/e-seal/test/honest/people.js';
import { TIMES } from '../../world.js';
import { tool, workFolder } from '../tools.js';

const pdftoppm = tool('pdftoppm', '-v');
const pdfsig = tool('pdfsig', '-v');
const qpdf = tool('qpdf');

let scene: Scene;
let people: People;
beforeAll(async () => {
  scene = await makeScene();
  people = await makePeople();
});

interface Picture {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue. */
  readonly pixels: Uint8Array;
}

/** A page at 72 dpi: a pixel is a point. */
function picture(path: string, page: number): Picture {
  const { stdout } = pdftoppm!(['-cropbox', '-r', '72', '-f', String(page), '-l', String(page), path]);
  const [, width = 0, height = 0] = (/^P6\s+(\d+) (\d+)\s+255\n/.exec(stdout.toString('latin1')) ?? []).map(Number);
  return { width, height, pixels: stdout.subarray(stdout.length - width * height * 3) };
}

/** Pixels of a rectangle, from the lower left corner, that are not the same. */
function differing(a: Picture, b: Picture, [x1, y1, x2, y2]: readonly [number, number, number, number]): number {
  if (a.width !== b.width || a.height !== b.height) return Number.POSITIVE_INFINITY;
  let count = 0;
  for (let y = a.height - y2; y < a.height - y1; y++)
    for (let x = x1; x < x2; x++) {
      const at = (y * a.width + x) * 3;
      if ([0, 1, 2].some((i) => Math.abs((a.pixels[at + i] ?? 0) - (b.pixels[at + i] ?? 0)) > 40)) count++;
    }
  return count;
}

const visible = FORGED.filter((forged) => forged.visible !== undefined);

describe.skipIf(pdftoppm === undefined)('pdftoppm shows the difference', () => {
  it.each(visible)('$class: $name', async (forged) => {
    using folder = workFolder();
    const { page, rect, what } = forged.visible!;
    const sealed = await sealedFile(forged, scene);
    const before = picture(folder.write('sealed.pdf', sealed), page);
    const after = picture(folder.write('forged.pdf', await forged.forge(sealed, scene)), page);
    expect(before.width).toBeGreaterThan(100);
    expect(differing(before, after, rect), what).toBeGreaterThan(10);
  });

  it('most of the corpus can be seen', () => {
    expect(visible.length).toBeGreaterThan(60);
  });
});

describe.skipIf(pdfsig === undefined || qpdf === undefined)('what other verifiers say, for information', () => {
  it('of an RSA signature that was attacked in the same ways', async () => {
    using folder = workFolder();
    const signed = await signPdf(letter(), {
      ...people.rsa,
      chain: [people.root],
      time: TIMES.signed,
      place: { page: 1, xMm: 150, yMm: 60 },
      picture: scene.world.seal.picture,
    });
    const trust = trustBoth(scene.world.root.certificate, people);
    const says = (pdf: Uint8Array): string => {
      const { text } = pdfsig!(['-nocert', folder.write('a.pdf', pdf)]);
      const lines = [/Signature Validation: (.*)/, /(Total document signed|Not total document signed)/];
      return lines.flatMap((line) => line.exec(text)?.[1] ?? []).join(', ') || 'no signature';
    };
    const checks = (pdf: Uint8Array): string =>
      ['sound', '', 'errors', 'warnings'][qpdf!(['--check', folder.write('b.pdf', pdf)]).status] ?? 'errors';
    expect(says(signed)).toBe('Signature is Valid., Total document signed');
    const lines: string[] = [];
    for (const forged of FORGED.filter((one) => one.sealed === 'letter' && !one.class.includes('standard signature'))) {
      let file: Uint8Array;
      try {
        file = await forged.forge(signed, scene);
      } catch {
        continue; // made for the seal's own objects
      }
      const ours = await verifyPdf(file, { at: TIMES.verified, trust }).then(
        ({ verdict }) => verdict,
        (error) => error.code as string,
      );
      expect(ours, forged.name).not.toBe('valid');
      lines.push(`${forged.class}: ${forged.name} | ours: ${ours} | pdfsig: ${says(file)} | qpdf: ${checks(file)}`);
    }
    console.log(lines.join('\n'));
    expect(lines.length).toBeGreaterThan(30);
  });
});
