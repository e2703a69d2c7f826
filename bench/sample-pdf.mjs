// PDFs of a given weight: every page shows one image of random samples, so that nothing in the file compresses.
import { randomFillSync } from 'node:crypto';
import { deflateSync } from 'node:zlib';

/** Children of one node of the page tree. */
const FAN_OUT = 50;
/** Objects in one object stream, as most producers write. */
const PER_STREAM = 100;

/**
 * @param {{ bytes: number, pages: number, streams?: boolean }} options `streams`: PDF 1.5 with object streams and a
 *   cross-reference stream instead of a table.
 * @returns {Buffer}
 */
export function samplePdf({ bytes, pages, streams = false }) {
  /** @type {(string | Buffer)[]} Bodies by object number; a Buffer is a stream with its dictionary. */
  const objects = ['', ''];
  const add = (/** @type {string | Buffer} */ body) => objects.push(body) - 1;
  const width = 64;
  const height = Math.max(1, Math.round((bytes / pages - 600) / (3 * width)));
  objects[1] = '<< /Type /Catalog /Pages 2 0 R >>';
  add(''); // The root of the page tree comes last.
  const nodes = Array.from({ length: Math.ceil(pages / FAN_OUT) }, () => add(''));
  const kids = nodes.map(() => /** @type {number[]} */ ([]));
  for (let page = 0; page < pages; page++) {
    const at = Math.floor(page / FAN_OUT);
    const samples = randomFillSync(Buffer.alloc(width * height * 3));
    const kind = `/Type /XObject /Subtype /Image /Width ${width} /Height ${height} /ColorSpace /DeviceRGB /BitsPerComponent 8`;
    const image = add(stream(kind, samples));
    const content = add(stream('', Buffer.from('q 595 0 0 842 0 0 cm /I Do Q')));
    const resources = `/Resources << /XObject << /I ${image} 0 R >> >>`;
    kids[at]?.push(add(`<< /Type /Page /Parent ${nodes[at]} 0 R /Contents ${content} 0 R ${resources} >>`));
  }
  nodes.forEach((node, at) => {
    objects[node] = `<< /Type /Pages /Parent 2 0 R /Count ${kids[at]?.length} /Kids [${list(kids[at] ?? [])}] >>`;
  });
  objects[2] = `<< /Type /Pages /Count ${pages} /MediaBox [0 0 595 842] /Kids [${list(nodes)}] >>`;
  return streams ? withStreams(objects) : withTable(objects);
}

const list = (/** @type {readonly number[]} */ numbers) => numbers.map((number) => `${number} 0 R`).join(' ');

/** @param {string} keys @param {Buffer} data */
const stream = (keys, data) =>
  Buffer.concat([Buffer.from(`<< ${keys} /Length ${data.length} >>\nstream\n`), data, Buffer.from('\nendstream')]);

class File {
  /** @type {Buffer[]} */
  parts = [Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n', 'latin1')];
  length = this.parts[0]?.length ?? 0;

  /** @param {string | Buffer} part */
  write(part) {
    const bytes = Buffer.from(part);
    this.parts.push(bytes);
    this.length += bytes.length;
  }

  /** @param {number} number @param {string | Buffer} body @returns {number} where it stands */
  object(number, body) {
    const at = this.length;
    for (const part of [`${number} 0 obj\n`, body, '\nendobj\n']) this.write(part);
    return at;
  }

  /** @param {number} xref */
  end(xref) {
    this.write(`startxref\n${xref}\n%%EOF\n`);
    return Buffer.concat(this.parts);
  }
}

/** @param {readonly (string | Buffer)[]} objects */
function withTable(objects) {
  const file = new File();
  const lines = objects.map((body, number) =>
    number === 0 ? '0000000000 65535 f \n' : `${String(file.object(number, body)).padStart(10, '0')} 00000 n \n`,
  );
  const xref = file.length;
  file.write(`xref\n0 ${objects.length}\n${lines.join('')}`);
  file.write(`trailer\n<< /Size ${objects.length} /Root 1 0 R >>\n`);
  return file.end(xref);
}

/** @param {readonly (string | Buffer)[]} objects */
function withStreams(objects) {
  const file = new File();
  /** @type {[number, number, number][]} type, offset or stream, generation or index */
  const entries = [[0, 0, 0]];
  /** @type {{ number: number, body: string }[]} */
  const small = [];
  objects.forEach((body, number) => {
    if (number === 0) return;
    if (typeof body === 'string') small.push({ number, body });
    else entries[number] = [1, file.object(number, body), 0];
  });
  for (let from = 0; from < small.length; from += PER_STREAM) {
    const inside = small.slice(from, from + PER_STREAM);
    const own = entries.length < objects.length ? objects.length : entries.length;
    let offset = 0;
    const head = inside.map(({ number, body }, index) => {
      entries[number] = [2, own, index];
      const text = `${number} ${offset}`;
      offset += body.length + 1;
      return text;
    });
    const first = `${head.join(' ')}\n`;
    const data = deflateSync(`${first}${inside.map(({ body }) => body).join('\n')}`);
    const keys = `/Type /ObjStm /N ${inside.length} /First ${first.length} /Filter /FlateDecode`;
    entries[own] = [1, file.object(own, stream(keys, data)), 0];
  }
  const xref = file.length;
  const number = Math.max(entries.length, objects.length);
  entries[number] = [1, xref, 0];
  const rows = Buffer.alloc(entries.length * 7);
  entries.forEach(([type, second, third], row) => {
    rows.writeUInt8(type, row * 7);
    rows.writeUInt32BE(second, row * 7 + 1);
    rows.writeUInt16BE(third, row * 7 + 5);
  });
  const keys = `/Type /XRef /Size ${entries.length} /W [1 4 2] /Root 1 0 R /Filter /FlateDecode`;
  file.object(number, stream(keys, deflateSync(rows)));
  return file.end(xref);
}
