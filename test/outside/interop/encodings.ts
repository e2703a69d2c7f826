/** The few DER forms that the peers' adapters need, written apart from the code under test. */
import type { Bytes } from './peer.js';
import { hex, join, unhex } from './peer.js';

export function tlv(tag: number, ...content: readonly Bytes[]): Bytes {
  const body = join(...content);
  const { length } = body;
  const head =
    length < 128
      ? [length]
      : length < 256
        ? [0x81, length]
        : length < 65536
          ? [0x82, length >> 8, length & 255]
          : [0x83, length >> 16, (length >> 8) & 255, length & 255];
  return join(Uint8Array.of(tag, ...head), body);
}

export function integer(value: Bytes): Bytes {
  const first = value.findIndex((octet) => octet !== 0);
  const body = first < 0 ? Uint8Array.of(0) : value.subarray(first);
  return tlv(2, body[0]! >= 0x80 ? join(Uint8Array.of(0), body) : body);
}

export const rawToDer = (raw: Bytes): Bytes => tlv(0x30, integer(raw.subarray(0, 32)), integer(raw.subarray(32)));

/** Of a signature that is known to be well formed. */
export function derToRaw(der: Bytes): Bytes {
  const raw = new Uint8Array(64);
  let at = 2;
  for (const end of [32, 64]) {
    const value = der.subarray(at + 2, at + 2 + der[at + 1]!);
    const significant = value.length === 33 ? value.subarray(1) : value;
    raw.set(significant, end - significant.length);
    at += 2 + value.length;
  }
  return raw;
}

const EC = unhex('06072a8648ce3d0201');
const SM2 = unhex('06082a811ccf5501822d');

export const sec1 = (d: Bytes, point?: Bytes): Bytes =>
  tlv(
    0x30,
    unhex('020101'),
    tlv(4, d),
    tlv(0xa0, SM2),
    ...(point === undefined ? [] : [tlv(0xa1, tlv(3, Uint8Array.of(0), point))]),
  );

export const spki = (point: Bytes): Bytes => tlv(0x30, tlv(0x30, EC, SM2), tlv(3, Uint8Array.of(0), point));

/** d of a SEC1 or PKCS#8 file that names it with its 32 octets. */
export function scalarIn(der: Bytes): Bytes {
  const at = hex(der).indexOf('0201010420');
  if (at < 0) throw new Error('no ECPrivateKey of 32 octets within');
  return der.slice(at / 2 + 5, at / 2 + 37);
}

/** 04 ‖ x ‖ y at the end of an SPKI. */
export const pointIn = (der: Bytes): Bytes => der.slice(-65);

export const compress = (point: Bytes): Bytes => join(Uint8Array.of(2 + (point[64]! & 1)), point.subarray(1, 33));

export function pemBytes(pem: Bytes): Bytes {
  const body = /-----BEGIN [^-]*(?:KEY)-----([^-]*)-----END/.exec(Buffer.from(pem).toString('latin1'))?.[1];
  return new Uint8Array(Buffer.from(body ?? '', 'base64'));
}
