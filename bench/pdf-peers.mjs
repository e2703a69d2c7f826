// Other ways to sign a PDF from JavaScript: an invisible field on the first page, RSA with SHA-256, CMS.

import { peer } from './peers.mjs';
import { detachedCms, PASSPHRASE, p12 } from './rsa.mjs';

const CONTENTS_BYTES = 8192;
const RANGE_DIGITS = '9999999999';

const PEERS = { '@signpdf': signpdf, '@libpdf/core': libpdf, '@cantoo/pdf-lib': cantoo, mupdf };

/**
 * Each answers the signed file.
 * @param {readonly string[]} [labels] all of them unless told
 * @returns {Promise<{ label: string, sign: (pdf: Buffer) => Promise<Uint8Array> }[]>}
 */
export async function pdfPeers(labels = Object.keys(PEERS)) {
  const wanted = Object.entries(PEERS).filter(([label]) => labels.includes(label));
  return Promise.all(wanted.map(([, make]) => make()));
}

/** Reads with string operations, so that files with cross-reference streams are beyond it. */
async function signpdf() {
  const { SignPdf } = await peer('@signpdf/signpdf');
  const { P12Signer } = await peer('@signpdf/signer-p12');
  const { plainAddPlaceholder } = await peer('@signpdf/placeholder-plain');
  return {
    label: '@signpdf',
    /** @param {Buffer} pdfBuffer */
    sign: (pdfBuffer) => {
      const words = { reason: 'bench', contactInfo: 'bench', name: 'bench', location: 'bench' };
      const prepared = plainAddPlaceholder({ pdfBuffer, ...words, signatureLength: CONTENTS_BYTES });
      return new SignPdf().sign(prepared, new P12Signer(p12, { passphrase: PASSPHRASE }));
    },
  };
}

async function libpdf() {
  const { P12Signer, PDF } = await peer('@libpdf/core');
  const signer = await P12Signer.create(p12, PASSPHRASE);
  return {
    label: '@libpdf/core',
    /** @param {Buffer} pdf */
    sign: async (pdf) => (await (await PDF.load(pdf)).sign({ signer })).bytes,
  };
}

/** Has incremental saving but no signing of its own: its README's placeholder, filled here. */
async function cantoo() {
  const { PDFDocument, PDFHexString, PDFInvalidObject, PDFName, PDFNumber, PDFString } = await peer('@cantoo/pdf-lib');
  return {
    label: '@cantoo/pdf-lib',
    /** @param {Buffer} pdf */
    sign: async (pdf) => {
      const doc = await PDFDocument.load(pdf, { forIncrementalUpdate: true, updateMetadata: false });
      const { context } = doc;
      const dict = context.obj({
        Type: 'Sig',
        Filter: 'Adobe.PPKLite',
        SubFilter: 'adbe.pkcs7.detached',
        ByteRange: [0, ...Array(3).fill(PDFNumber.of(Number(RANGE_DIGITS)))],
        Contents: PDFHexString.of('0'.repeat(CONTENTS_BYTES * 2)),
      });
      // As the README does, to keep it out of an object stream.
      const bytes = new Uint8Array(dict.sizeInBytes());
      dict.copyBytesInto(bytes, 0);
      const page = doc.getPage(0);
      const widget = context.register(
        context.obj({
          Type: 'Annot',
          Subtype: 'Widget',
          FT: 'Sig',
          Rect: [0, 0, 0, 0],
          V: context.register(PDFInvalidObject.of(bytes)),
          T: PDFString.of('Signature1'),
          F: 2,
          P: page.ref,
        }),
      );
      page.node.set(PDFName.of('Annots'), context.obj([widget]));
      doc.catalog.set(PDFName.of('AcroForm'), context.obj({ Fields: [widget], SigFlags: 3 }));
      return fill(await doc.save(), pdf.length);
    },
  };
}

/** Its JavaScript has no signing: objects by hand, saved incrementally, filled here. AGPL, so for measuring only. */
async function mupdf() {
  const { PDFDocument } = await peer('mupdf');
  return {
    label: 'mupdf',
    /** @param {Buffer} pdf */
    sign: async (pdf) => {
      const doc = new PDFDocument(pdf);
      const dict = doc.addObject({
        Type: doc.newName('Sig'),
        Filter: doc.newName('Adobe.PPKLite'),
        SubFilter: doc.newName('adbe.pkcs7.detached'),
      });
      // Integers end at 2^31 − 1 there: reals would be rounded, names are written as they are.
      dict.put('ByteRange', [0, ...Array(3).fill(doc.newName(RANGE_DIGITS))]);
      dict.put('Contents', doc.newByteString(new Uint8Array(CONTENTS_BYTES)));
      const page = doc.findPage(0);
      const widget = doc.addObject({
        Type: doc.newName('Annot'),
        Subtype: doc.newName('Widget'),
        FT: doc.newName('Sig'),
        Rect: [0, 0, 0, 0],
        V: dict,
        T: doc.newString('Signature1'),
        F: 2,
        P: page,
      });
      page.put('Annots', [widget]);
      doc
        .getTrailer()
        .get('Root')
        .put('AcroForm', { Fields: [widget], SigFlags: 3 });
      const saved = doc.saveToBuffer('incremental');
      // A copy, since the memory it views goes away with the document.
      const out = saved.asUint8Array().slice();
      saved.destroy();
      doc.destroy();
      return fill(out, pdf.length);
    },
  };
}

/**
 * Writes the byte range and the signature into the placeholders after `from`.
 * @param {Uint8Array} out @param {number} from
 */
function fill(out, from) {
  const tail = Buffer.from(out.buffer, out.byteOffset + from, out.length - from);
  const contents = tail.indexOf(`<${'0'.repeat(64)}`);
  const end = tail.indexOf('>', contents) + 1;
  const range = tail.indexOf('[', tail.indexOf('/ByteRange'));
  const rangeEnd = tail.indexOf(']', range) + 1;
  const numbers = [0, from + contents, from + end, out.length - from - end];
  tail.write(`[${numbers.join(' ')}]`.padEnd(rangeEnd - range), range, 'latin1');
  const signature = detachedCms([out.subarray(0, from + contents), out.subarray(from + end)]);
  tail.write(Buffer.from(signature).toString('hex'), contents + 1, 'latin1');
  return out;
}
