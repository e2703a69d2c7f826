import { describe, expect, it } from 'vitest';
import { tool, workFolder } from '../tools.js';

const qpdf = tool('qpdf');
const pdftoppm = tool('pdftoppm', '-v');
const pdfsig = tool('pdfsig', '-v');

/** One empty A6 page, with a right cross-reference table. */
function onePage(): Uint8Array {
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 298 420] /Resources << >> /Contents 4 0 R >>',
    '<< /Length 28 >>\nstream\n1 0 0 rg 99 140 100 140 re f\nendstream',
  ];
  let file = '%PDF-1.7\n';
  const offsets = objects.map((body, i) => {
    const offset = file.length;
    file += `${i + 1} 0 obj\n${body}\nendobj\n`;
    return `${String(offset).padStart(10, '0')} 00000 n \n`;
  });
  const start = file.length;
  file += `xref\n0 5\n0000000000 65535 f \n${offsets.join('')}trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  return new TextEncoder().encode(file);
}

describe.skipIf(qpdf === undefined)('qpdf', () => {
  it('finds no fault in a right file, and finds the fault in a broken one', () => {
    using folder = workFolder();
    const file = onePage();
    expect(qpdf!(['--check', folder.write('a.pdf', file)])).toMatchObject({ status: 0 });
    const broken = new TextDecoder().decode(file).replace('/Root 1 0 R', '/Root 9 0 R');
    expect(qpdf!(['--check', folder.write('b.pdf', broken)]).status).not.toBe(0);
  });
});

describe.skipIf(pdftoppm === undefined)('pdftoppm', () => {
  it('shows the red field in the middle of the page', () => {
    using folder = workFolder();
    const { status, stdout } = pdftoppm!(['-r', '72', '-singlefile', folder.write('a.pdf', onePage())]);
    expect(status).toBe(0);
    const [, width, height] = /^P6\s+(\d+) (\d+)\s+255\n/.exec(stdout.toString('latin1'))!.map(Number);
    const pixels = stdout.subarray(stdout.length - width! * height! * 3);
    const at = (x: number, y: number): number[] => [...pixels.subarray((y * width! + x) * 3, (y * width! + x) * 3 + 3)];
    expect([width, height]).toEqual([298, 420]);
    expect(at(149, 210)).toEqual([255, 0, 0]);
    expect(at(20, 20)).toEqual([255, 255, 255]);
  });
});

describe.skipIf(pdfsig === undefined)('pdfsig', () => {
  it('says that an unsigned file is not signed', () => {
    using folder = workFolder();
    expect(pdfsig!([folder.write('a.pdf', onePage())]).text).toContain('does not contain any signatures');
  });
});
