/** CRC-32 (ISO 3309) of a part of a zip, four bytes at a time: parts of 100 MB are usual. */

type Crc32Tables = readonly [Uint32Array, Uint32Array, Uint32Array, Uint32Array];

export function crc32Tables(): Crc32Tables {
  const tables: Crc32Tables = [new Uint32Array(256), new Uint32Array(256), new Uint32Array(256), new Uint32Array(256)];
  for (let byte = 0; byte < 256; byte++) {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    tables[0][byte] = value;
  }
  for (let byte = 0; byte < 256; byte++)
    for (let further = 1; further < 4; further++) {
      const before = tables[further - 1]![byte]!;
      tables[further]![byte] = (before >>> 8) ^ tables[0][before & 0xff]!;
    }
  return tables;
}

/** `crc` is the value of what went before, 0 at the beginning. */
export function crc32([t0, t1, t2, t3]: Crc32Tables, bytes: Uint8Array, crc: number): number {
  let value = ~crc;
  let at = 0;
  for (const end = bytes.length - 3; at < end; at += 4) {
    value ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    value = t3[value & 0xff]! ^ t2[(value >>> 8) & 0xff]! ^ t1[(value >>> 16) & 0xff]! ^ t0[value >>> 24]!;
  }
  for (; at < bytes.length; at++) value = t0[(value ^ bytes[at]!) & 0xff]! ^ (value >>> 8);
  return ~value >>> 0;
}
