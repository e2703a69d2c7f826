/** A zip with some of its parts exchanged (PKWARE APPNOTE 6.3.3): the others are copied as they are, compressed. */
import { deflateSync } from 'fflate';
import { concat } from '../source.js';
import { crc32, crc32Tables } from './crc32.js';
import type { ZipEntry } from './zip.js';

const LOCAL_LENGTH = 30;
const CENTRAL_LENGTH = 46;
const DEFLATE = 8;
const UTF8_FLAG = 0x0800;
const VERSION = 20;
/** 1980-01-01: new parts have no time of their own. */
const NO_DATE = 0x0021;

/** Parts keep their order; new ones follow. Names of `changes` as the package spells them. */
export function rewriteZip(entries: Iterable<ZipEntry>, changes: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const tables = crc32Tables();
  const left = new Map(changes);
  const made = (name: string, bytes: Uint8Array, header: Uint8Array, nameBytes: Uint8Array): ZipEntry => ({
    name,
    method: DEFLATE,
    crc: crc32(tables, bytes, 0),
    size: bytes.length,
    data: deflateSync(bytes),
    header,
    nameBytes,
  });
  const all: ZipEntry[] = [];
  for (const entry of entries) {
    const bytes = left.get(entry.name);
    all.push(bytes === undefined ? entry : made(entry.name, bytes, entry.header, entry.nameBytes));
    left.delete(entry.name);
  }
  for (const [name, bytes] of left) all.push(made(name, bytes, newHeader(), new TextEncoder().encode(name)));
  const locals: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const entry of all) {
    const local = new Uint8Array(LOCAL_LENGTH);
    const view = new DataView(local.buffer);
    const old = new DataView(entry.header.buffer, entry.header.byteOffset, CENTRAL_LENGTH);
    view.setUint32(0, 0x04034b50, true);
    view.setUint16(4, VERSION, true);
    describe(view, 6, entry, old);
    locals.push(local, entry.nameBytes, entry.data);
    const central = entry.header.slice(0, CENTRAL_LENGTH);
    const next = new DataView(central.buffer);
    next.setUint16(6, VERSION, true);
    describe(next, 8, entry, old);
    next.setUint32(30, 0, true);
    next.setUint16(34, 0, true);
    next.setUint32(42, at, true);
    directory.push(central, entry.nameBytes);
    at += LOCAL_LENGTH + entry.nameBytes.length + entry.data.length;
  }
  const central = concat(directory);
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, 0x06054b50, true);
  end.setUint16(8, all.length, true);
  end.setUint16(10, all.length, true);
  end.setUint32(12, central.length, true);
  end.setUint32(16, at, true);
  return concat([...locals, central, new Uint8Array(end.buffer)]);
}

function newHeader(): Uint8Array {
  const header = new Uint8Array(CENTRAL_LENGTH);
  const view = new DataView(header.buffer);
  view.setUint32(0, 0x02014b50, true);
  view.setUint16(4, VERSION, true);
  view.setUint16(8, UTF8_FLAG, true);
  view.setUint16(14, NO_DATE, true);
  return header;
}

/** The fields that both headers have, from the flags on; sizes stand in the header, so that no descriptor follows the data. */
function describe(view: DataView, at: number, { method, crc, size, data, nameBytes }: ZipEntry, old: DataView): void {
  view.setUint16(at, old.getUint16(8, true) & UTF8_FLAG, true);
  view.setUint16(at + 2, method, true);
  view.setUint32(at + 4, old.getUint32(12, true), true);
  view.setUint32(at + 8, crc, true);
  view.setUint32(at + 12, data.length, true);
  view.setUint32(at + 16, size, true);
  view.setUint16(at + 20, nameBytes.length, true);
  view.setUint16(at + 22, 0, true);
}
