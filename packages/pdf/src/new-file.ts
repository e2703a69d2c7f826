/** Writing a new file of one revision (新建 PDF, ISO 32000-2 §7.5): the objects as they come, a table, a trailer. */
import { GovError } from '@gov/verdict';
import { ByteWriter, writeObject } from './internal/write.js';
import { PdfArray, PdfDict, type PdfObject, PdfRef, PdfString } from './object.js';

/** What the trailer names. */
export interface NewFileTrailer {
  readonly root: PdfRef;
  readonly info?: PdfRef;
  /** File identifier (§14.4), 16 bytes; for both halves. */
  readonly id: Uint8Array;
}

/**
 * A file in the making. The same objects in the same order give the same bytes: no clock and no chance.
 *
 * @example
 * const file = new NewPdfFile();
 * const pages = file.reserve();
 * const page = file.add(PdfDict.of({ Type: new PdfName('Page'), Parent: pages, MediaBox: new PdfArray([0, 0, 595, 842]) }));
 * file.fill(pages, PdfDict.of({ Type: new PdfName('Pages'), Kids: new PdfArray([page]), Count: 1 }));
 * const root = file.add(PdfDict.of({ Type: new PdfName('Catalog'), Pages: pages }));
 * const pdf = file.toBytes({ root, id: new Uint8Array(16) });
 */
export class NewPdfFile {
  readonly #objects: (PdfObject | undefined)[] = [];

  add(object: PdfObject): PdfRef {
    this.#objects.push(object);
    return new PdfRef(this.#objects.length, 0);
  }

  /** A number for an object that is not made yet: for objects that refer to each other. */
  reserve(): PdfRef {
    this.#objects.push(undefined);
    return new PdfRef(this.#objects.length, 0);
  }

  /** @throws GovError `invalid-argument` for a number that was not reserved */
  fill(ref: PdfRef, object: PdfObject): void {
    const { length } = this.#objects;
    if (!(ref.number >= 1 && ref.number <= length) || this.#objects[ref.number - 1] !== undefined)
      throw new GovError('invalid-argument', `object ${ref} was not reserved`);
    this.#objects[ref.number - 1] = object;
  }

  /** @throws GovError `invalid-argument` where an object was reserved and never made */
  toBytes({ root, info, id }: NewFileTrailer): Uint8Array {
    const out = new ByteWriter();
    // Four bytes beyond ASCII tell programs that the file is binary (§7.5.2).
    out
      .put('%PDF-1.7\n%')
      .put(Uint8Array.of(0xe2, 0xe3, 0xcf, 0xd3))
      .put('\n');
    const table = ['0000000000 65535 f \n'];
    this.#objects.forEach((object, index) => {
      if (object === undefined)
        throw new GovError('invalid-argument', `object ${index + 1} was reserved and never made`);
      table.push(`${String(out.length).padStart(10, '0')} 00000 n \n`);
      out.put(`${index + 1} 0 obj\n`);
      writeObject(out, object);
      out.put('\nendobj\n');
    });
    const at = out.length;
    out.put(`xref\n0 ${table.length}\n${table.join('')}trailer\n`);
    const half = new PdfString(id, true);
    writeObject(out, PdfDict.of({ Size: table.length, Root: root, Info: info, ID: new PdfArray([half, half]) }));
    return out.put(`\nstartxref\n${at}\n%%EOF\n`).toBytes();
  }
}
