/**
 * The two forms of an SM2 or ECDSA signature value: DER `SEQUENCE { r, s }` inside certificates and seals, raw r ‖ s
 * everywhere else. Halves are always padded to their full size: a lost leading zero is the most reported defect of
 * public SM2 libraries.
 */
import { type DerMode, readDer, Tag } from '@gov/der';
import * as der from '@gov/der/writer';
import { GovError, isGovError } from '@gov/verdict';

/** DER of a raw value of 2 × n octets. @throws GovError `signature-malformed` for a value that has no two halves */
export function rawToDer(raw: Uint8Array): Uint8Array {
  const half = raw.length / 2;
  if (half === 0 || !Number.isInteger(half))
    throw new GovError('signature-malformed', `raw value of ${raw.length} octets`);
  return der.sequence(der.unsignedInteger(raw.subarray(0, half)), der.unsignedInteger(raw.subarray(half)));
}

/**
 * Raw value of 2 × `size` octets, undefined when the bytes are not such a DER value. `lenient` also reads integers
 * and lengths that are not minimal, and zeros after the value.
 */
export function derToRaw(bytes: Uint8Array, size = 32, mode: DerMode = 'strict'): Uint8Array | undefined {
  try {
    const fields = readDer(bytes, { mode }).children(Tag.sequence);
    const r = fields.next(Tag.integer).unsigned(size);
    const s = fields.next(Tag.integer).unsigned(size);
    fields.end();
    const raw = new Uint8Array(2 * size);
    raw.set(r);
    raw.set(s, size);
    return raw;
  } catch (error) {
    if (isGovError(error)) return undefined;
    throw error;
  }
}
