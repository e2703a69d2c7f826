import { describe, expect, it } from 'vitest';
import { tool, workFolder } from '../tools.js';
import { onePage } from './one-page.js';

const qpdf = tool('qpdf');
const pdftoppm = tool('pdftoppm', '-v');
const pdfsig = tool('pdfsig', '-v');

describe.skipIf(qpdf === undefined)('qpdf', () => {
  it('finds no fault in a right file, and finds the fault in a broken one', () => {
    using folder = workFolder();
    const file = onePage(297, 420);
    expect(qpdf!(['--check', folder.write('a.pdf', file)])).toMatchObject({ status: 0 });
    const broken = new TextDecoder().decode(file).replace('/Root 1 0 R', '/Root 9 0 R');
    expect(qpdf!(['--check', folder.write('b.pdf', broken)]).status).not.toBe(0);
  });
});

describe.skipIf(pdftoppm === undefined)('pdftoppm', () => {
  it('shows the red field in the middle of the page', () => {
    using folder = workFolder();
    const { status, stdout } = pdftoppm!(['-r', '72', '-singlefile', folder.write('a.pdf', onePage(297, 420))]);
    expect(status).toBe(0);
    const [, width, height] = /^P6\s+(\d+) (\d+)\s+255\n/.exec(stdout.toString('latin1'))!.map(Number);
    const pixels = stdout.subarray(stdout.length - width! * height! * 3);
    const at = (x: number, y: number): number[] => [...pixels.subarray((y * width! + x) * 3, (y * width! + x) * 3 + 3)];
    expect([width, height]).toEqual([297, 420]);
    expect(at(149, 210)).toEqual([255, 0, 0]);
    expect(at(20, 20)).toEqual([255, 255, 255]);
  });
});

describe.skipIf(pdfsig === undefined)('pdfsig', () => {
  it('says that an unsigned file is not signed', () => {
    using folder = workFolder();
    expect(pdfsig!([folder.write('a.pdf', onePage(297, 420))]).text).toContain('does not contain any signatures');
  });
});
