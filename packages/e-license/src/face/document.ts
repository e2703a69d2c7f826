/** A licence page as a file: what goes around its content. */
import { NewPdfFile, PdfArray, PdfDict, PdfName, type PdfObject, type PdfRef, PdfString } from '@gov/pdf';
import { sm3 } from '@gov/sm';
import { GovError } from '@gov/verdict';
import { FACE_LIMITS } from './check.js';
import { POINTS_PER_MM } from './content.js';
import { compressedStream, type PageFonts } from './embed.js';
import type { FaceAttachment } from './face.js';
import type { Look } from './style.js';

interface PageContent {
  readonly title: string;
  readonly identifier: string;
  readonly createdAt: Date;
  readonly page: Look['page'];
  readonly operators: string;
  readonly fonts: PageFonts;
  /** /XObject of the page, by the names that the operators draw. */
  readonly forms: (file: NewPdfFile) => Readonly<Record<string, PdfRef>>;
  readonly attachments: readonly FaceAttachment[];
}

/** @throws GovError `license-face-too-large` */
export function pageFile(content: PageContent): Uint8Array {
  const { page, operators, createdAt } = content;
  const file = new NewPdfFile();
  const pages = file.reserve();
  const leaf = file.add(
    PdfDict.of({
      Type: new PdfName('Page'),
      Parent: pages,
      MediaBox: new PdfArray([0, 0, page.width * POINTS_PER_MM, page.height * POINTS_PER_MM]),
      Resources: PdfDict.of({
        Font: content.fonts.embed(file),
        XObject: PdfDict.of(content.forms(file)),
      }),
      Contents: file.add(compressedStream(new TextEncoder().encode(operators))),
    }),
  );
  file.fill(pages, PdfDict.of({ Type: new PdfName('Pages'), Kids: new PdfArray([leaf]), Count: 1 }));
  const date = pdfDate(createdAt);
  const root = file.add(
    PdfDict.of({
      Type: new PdfName('Catalog'),
      Pages: pages,
      Lang: PdfString.text('zh-CN'),
      ViewerPreferences: PdfDict.of({ DisplayDocTitle: true }),
      ...attached(file, content.attachments, date),
    }),
  );
  const info = file.add(PdfDict.of({ Title: PdfString.text(content.title), CreationDate: date, ModDate: date }));
  // File identifier (ISO 32000-2 14.4) from the contents instead of time and chance; it protects nothing.
  const id = sm3(new TextEncoder().encode(`${content.identifier}\n${createdAt.toISOString()}\n${operators}`));
  const pdf = file.toBytes({ root, info, id: id.slice(0, 16) });
  if (pdf.length > FACE_LIMITS.pdfBytes) {
    throw new GovError('license-face-too-large', `the face has ${pdf.length} bytes, at most ${FACE_LIMITS.pdfBytes}`);
  }
  return pdf;
}

/** Associated files (ISO 32000-2 14.13), which are in the name tree too: that is sorted by name (7.9.6). */
function attached(
  file: NewPdfFile,
  attachments: readonly FaceAttachment[],
  date: PdfString,
): Readonly<Record<string, PdfObject>> {
  if (attachments.length === 0) return {};
  const sorted = [...attachments].sort((a, b) => (a.name < b.name ? -1 : 1));
  const names = sorted.flatMap(({ name, mimeType, bytes, relationship }) => {
    const stream = compressedStream(bytes, {
      Type: new PdfName('EmbeddedFile'),
      Subtype: new PdfName(mimeType),
      Params: PdfDict.of({ Size: bytes.length, CreationDate: date, ModDate: date }),
    });
    const text = PdfString.text(name);
    const specification = PdfDict.of({
      Type: new PdfName('Filespec'),
      F: text,
      UF: text,
      EF: PdfDict.of({ F: file.add(stream) }),
      AFRelationship: new PdfName(relationship),
    });
    return [text, file.add(specification)];
  });
  return {
    Names: PdfDict.of({ EmbeddedFiles: PdfDict.of({ Names: new PdfArray(names) }) }),
    AF: new PdfArray(names.filter((_, i) => i % 2 === 1)),
  };
}

const pdfDate = (date: Date): PdfString => PdfString.text(`D:${date.toISOString().slice(0, 19).replace(/\D/g, '')}Z`);
