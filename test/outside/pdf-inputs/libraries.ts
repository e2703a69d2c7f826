/** PDFs as the libraries of npm write them. */
import { PDFDocument as CantooDocument } from '@cantoo/pdf-lib';
import { PDF as LibPdf } from '@libpdf/core';
import { jsPDF } from 'jspdf';
import { degrees, PDFDocument, StandardFonts } from 'pdf-lib';
import PdfKit from 'pdfkit';
import type { Input } from './input.js';

const TEXT = 'The seal goes below. Total: 1,024.00';

async function pdfLib(prepare: (doc: PDFDocument) => Promise<void> | void, useObjectStreams: boolean) {
  const doc = await PDFDocument.create();
  await prepare(doc);
  return doc.save({ useObjectStreams });
}

async function written(doc: PDFDocument): Promise<void> {
  const font = await doc.embedFont(StandardFonts.TimesRoman);
  for (let n = 1; n <= 3; n++) doc.addPage().drawText(`${TEXT}, page ${n}`, { x: 60, y: 600, size: 18, font });
}

async function form(doc: PDFDocument): Promise<void> {
  await written(doc);
  const fields = doc.getForm();
  const page = doc.getPage(0);
  const name = fields.createTextField('applicant.name');
  name.setText('Zhang San');
  name.addToPage(page, { x: 60, y: 500, width: 200, height: 24 });
  const agree = fields.createCheckBox('agree');
  agree.addToPage(page, { x: 60, y: 450, width: 16, height: 16 });
  agree.check();
  const kind = fields.createDropdown('kind');
  kind.addOptions(['first', 'second']);
  kind.select('second');
  kind.addToPage(page, { x: 60, y: 400, width: 120, height: 20 });
}

function turned(doc: PDFDocument): void {
  for (const angle of [0, 90, 180, 270]) {
    const page = doc.addPage([420, 595]);
    page.setRotation(degrees(angle));
    page.setCropBox(30, 40, 350, 500);
    page.drawRectangle({ x: 60, y: 80, width: 200, height: 100 });
  }
}

/** Another origin than (0, 0), and units larger than a point. */
function shifted(doc: PDFDocument): void {
  const page = doc.addPage();
  page.setMediaBox(-200, 1000, 400, 600);
  page.drawText(TEXT, { x: -150, y: 1300 });
  const large = doc.addPage([300, 400]);
  large.node.set(doc.context.obj('UserUnit') as never, doc.context.obj(2));
}

function pdfKit(options: PDFKit.PDFDocumentOptions, prepare: (doc: PDFKit.PDFDocument) => void): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const doc = new PdfKit(options);
    const parts: Buffer[] = [];
    doc.on('data', (part: Buffer) => parts.push(part));
    doc.on('end', () => resolve(new Uint8Array(Buffer.concat(parts))));
    doc.on('error', reject);
    prepare(doc);
    doc.end();
  });
}

const kitText = (doc: PDFKit.PDFDocument): void => {
  doc.text(TEXT).addPage({ layout: 'landscape' }).circle(200, 200, 80).fill('#eeeeee');
};

const kitForm = (doc: PDFKit.PDFDocument): void => {
  kitText(doc);
  doc.initForm();
  doc.formText('name', 60, 300, 200, 24, { value: 'Li Si' });
  doc.formCheckbox('yes', 60, 350, 16, 16, {});
};

export const LIBRARY_INPUTS: readonly Input[] = [
  { name: 'pdf-lib, table', make: () => pdfLib(written, false) },
  { name: 'pdf-lib, object streams', make: () => pdfLib(written, true) },
  { name: 'pdf-lib, form, table', make: () => pdfLib(form, false) },
  { name: 'pdf-lib, form, object streams', make: () => pdfLib(form, true) },
  { name: 'pdf-lib, four rotations with a crop box', make: () => pdfLib(turned, false) },
  { name: 'pdf-lib, other origin, user unit', make: () => pdfLib(shifted, true) },
  { name: 'pdfkit 1.3', make: () => pdfKit({ pdfVersion: '1.3' }, kitText) },
  { name: 'pdfkit 1.7, not compressed', make: () => pdfKit({ pdfVersion: '1.7', compress: false }, kitText) },
  { name: 'pdfkit tagged', make: () => pdfKit({ pdfVersion: '1.7', tagged: true, lang: 'zh-CN' }, kitText) },
  { name: 'pdfkit with a form', drawnAnew: true, make: () => pdfKit({ pdfVersion: '1.5' }, kitForm) },
  {
    name: 'pdfkit, AES-256',
    password: 'owner',
    make: () =>
      pdfKit({ pdfVersion: '1.7ext3', userPassword: 'user', ownerPassword: 'owner', permissions: {} }, kitText),
  },
  { name: 'jsPDF', make: async () => bytesOf(new jsPDF().text(TEXT, 20, 20)) },
  {
    name: 'jsPDF, compressed, landscape A3',
    make: async () => bytesOf(new jsPDF({ compress: true, format: 'a3', orientation: 'l' }).text(TEXT, 20, 20)),
  },
  {
    name: 'LibPDF',
    make: async () => {
      const doc = LibPdf.create();
      doc.addPage({ size: 'a4' });
      return doc.save();
    },
  },
  {
    name: 'cantoo pdf-lib, incremental',
    make: async () => {
      const doc = await CantooDocument.load(await pdfLib(written, false), { forIncrementalUpdate: true });
      doc.getPage(0).drawText('later', { x: 60, y: 300 });
      return doc.save();
    },
  },
];

const bytesOf = (doc: jsPDF): Uint8Array => new Uint8Array(doc.output('arraybuffer'));

/** What the programs of qpdf-inputs.ts work on. */
export const plainPdf = (): Promise<Uint8Array> => pdfLib(written, false);
export const formPdf = (): Promise<Uint8Array> => pdfLib(form, true);
