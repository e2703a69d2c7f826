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
 * All blocks of a text, in order; text between them is passed over, as RFC 7468 allows.
 *
 * @throws GovError `pem-malformed` for a block that is cut short or holds anything but base64, `input-too-large`
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
    if (/:/.test(body))
      throw new GovError('key-encrypted', `${name} with headers (the old OpenSSL encryption) is not read`);
    if (label === undefined || name === label)
      blocks.push({ label: name, bytes: fromBase64(body.replace(/\s+/g, '')) });
    begin.lastIndex = stop + end.length;
  }
  return blocks;
}

/** True when the bytes look like PEM text and not like DER. */
export function looksLikePem(bytes: Uint8Array): boolean {
  return new TextDecoder('latin1').decode(bytes.subarray(0, 4096)).includes('-----BEGIN ');
}

/** A block with lines of 64 characters. */
export function writePem(label: string, bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  const lines = btoa(binary).match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

function fromBase64(text: string): Uint8Array {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw new GovError('pem-malformed', 'not base64');
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
