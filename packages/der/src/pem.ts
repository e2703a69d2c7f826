/**
 * PEM (RFC 7468).
 *
 * @packageDocumentation
 */
import { GovError } from '@gov/verdict';

/** One `-----BEGIN label-----` block. */
export interface PemBlock {
  /** e.g. `CERTIFICATE`, `PRIVATE KEY` */
  readonly label: string;
  readonly bytes: Uint8Array;
}

/** Size of the text that `readPem` takes, characters. */
export const PEM_MAX_CHARACTERS = 16 * 1024 * 1024;

/**
 * All blocks of a text, or those with a label, in order; text between them is passed over, as RFC 7468 allows.
 *
 * @throws GovError `pem-malformed` for a block that is cut short or holds anything but base64, `key-encrypted` for a key in
 *   OpenSSL's old encryption (`Proc-Type: 4,ENCRYPTED`), `input-too-large`
 * @example
 * const [certificate] = readPem(text, 'CERTIFICATE');
 */
export function readPem(text: string, label?: string): PemBlock[] {
  if (text.length > PEM_MAX_CHARACTERS)
    throw new GovError('input-too-large', `more than ${PEM_MAX_CHARACTERS} characters`);
  const blocks: PemBlock[] = [];
  const begin = /-----BEGIN ([A-Z0-9 ]{1,64})-----/g;
  for (let match = begin.exec(text); match !== null; match = begin.exec(text)) {
    const name = match[1]!;
    const end = `-----END ${name}-----`;
    const stop = text.indexOf(end, begin.lastIndex);
    if (stop < 0) throw new GovError('pem-malformed', `no end of ${name}`);
    const body = text.slice(begin.lastIndex, stop);
    begin.lastIndex = stop + end.length;
    if (label !== undefined && name !== label) continue;
    if (/^Proc-Type:.*ENCRYPTED/m.test(body))
      throw new GovError('key-encrypted', `${name} in the old OpenSSL encryption is not read`);
    blocks.push({ label: name, bytes: fromBase64(body.replace(/\s+/g, '')) });
  }
  return blocks;
}

/** True when the bytes look like PEM text and not like DER, whatever either holds inside. */
export function looksLikePem(bytes: Uint8Array): boolean {
  // A SEQUENCE with a length of several octets: no text in ASCII or UTF-8 begins like that.
  if (bytes[0] === 0x30 && bytes[1]! > 0x80 && bytes[1]! < 0x85) return false;
  return new TextDecoder('latin1').decode(bytes.subarray(0, PEM_MAX_CHARACTERS)).includes('-----BEGIN ');
}

/** A block with lines of 64 characters. */
export function writePem(label: string, bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  const lines = btoa(binary).match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

function fromBase64(text: string): Uint8Array {
  if (text.length % 4 !== 0 || /[^A-Za-z0-9+/]/.test(text.replace(/={1,2}$/, '')))
    throw new GovError('pem-malformed', 'not base64');
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
