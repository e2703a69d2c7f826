import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NewPdfFile, openPdf, PdfArray, PdfDict, PdfName, PdfRef, PdfStream, PdfString } from '@gov/pdf';
import { describe, expect, it } from 'vitest';

const id = Uint8Array.from({ length: 16 }, (_, i) => i);

function small(): { file: NewPdfFile; root: PdfRef } {
  const file = new NewPdfFile();
  const pages = file.reserve();
  const contents = file.add(new PdfStream(PdfDict.of({}), new TextEncoder().encode('1 0 0 rg 10 10 50 50 re f')));
  const page = file.add(
    PdfDict.of({
      Type: new PdfName('Page'),
      Parent: pages,
      MediaBox: new PdfArray([0, 0, 200.5, 100]),
      Resources: PdfDict.of({}),
      Contents: contents,
    }),
  );
  file.fill(pages, PdfDict.of({ Type: new PdfName('Pages'), Kids: new PdfArray([page]), Count: 1 }));
  return { file, root: file.add(PdfDict.of({ Type: new PdfName('Catalog'), Pages: pages })) };
}

describe('a new file', () => {
  it('is read back without a deviation', () => {
    const { file, root } = small();
    const info = file.add(PdfDict.of({ Title: PdfString.text('证照') }));
    const doc = openPdf(file.toBytes({ root, info, id }));
    expect(doc.deviations).toEqual([]);
    expect(doc.revisions).toHaveLength(1);
    expect(doc.pageCount).toBe(1);
    expect(doc.size).toBe(6);
    expect((doc.resolve(doc.trailer.get('Info')) as PdfDict).get('Title')).toMatchObject({ text: '证照' });
    const halves = (doc.trailer.get('ID') as PdfArray).items as readonly PdfString[];
    expect(halves.map(({ bytes }) => [...bytes])).toEqual([[...id], [...id]]);
    expect(new TextDecoder().decode((doc.get(new PdfRef(2, 0)) as PdfStream).raw)).toContain('50 50 re');
  });

  it('the same objects give the same bytes', () => {
    const bytes = () => {
      const { file, root } = small();
      return file.toBytes({ root, id });
    };
    expect(bytes()).toEqual(bytes());
  });

  const qpdf = spawnSync('qpdf', ['--version']).error === undefined;
  it.skipIf(!qpdf)('qpdf finds no fault', () => {
    const { file, root } = small();
    const folder = mkdtempSync(join(tmpdir(), 'gov-new-file-'));
    writeFileSync(join(folder, 'new.pdf'), file.toBytes({ root, id }));
    const { status, stdout } = spawnSync('qpdf', ['--check', join(folder, 'new.pdf')], { encoding: 'utf8' });
    rmSync(folder, { recursive: true });
    expect(stdout).toContain('No syntax or stream encoding errors');
    expect(status).toBe(0);
  });

  it('refuses what was reserved and never made, and what was made twice', () => {
    const { file, root } = small();
    const open = file.reserve();
    expect(() => file.toBytes({ root, id })).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
    file.fill(open, null);
    for (const ref of [open, root, new PdfRef(99, 0), new PdfRef(0, 0)]) {
      expect(() => file.fill(ref, 1)).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
    }
    expect(openPdf(file.toBytes({ root, id })).get(open)).toBeNull();
  });
});
