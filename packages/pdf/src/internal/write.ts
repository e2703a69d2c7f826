/** Writing objects. What was read and not altered is copied byte for byte from where it stood. */
import { GovError } from '@gov/verdict';
import { isCrossReference, isSignatureValue } from '../encryption/plain.js';
import {
  PdfArray,
  type PdfCipher,
  PdfDict,
  PdfName,
  type PdfObject,
  PdfRef,
  type PdfSource,
  PdfStream,
  PdfString,
} from '../object.js';

/** Gathers bytes; text is ASCII. */
export class ByteWriter {
  readonly #parts: Uint8Array[] = [];
  length = 0;

  put(part: string | Uint8Array): this {
    const bytes = typeof part === 'string' ? ascii(part) : part;
    this.#parts.push(bytes);
    this.length += bytes.length;
    return this;
  }

  toBytes(): Uint8Array {
    return concatenate(this.#parts);
  }
}

const ascii = (text: string): Uint8Array => {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
};

export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** With a cipher, strings and stream data are encrypted with it. */
export function writeObject(out: ByteWriter, object: PdfObject, cipher?: PdfCipher): void {
  if (object === null || typeof object === 'boolean') out.put(String(object));
  else if (typeof object === 'number') out.put(numeral(object));
  else if (object instanceof PdfName) out.put(name(object.value));
  else if (object instanceof PdfString) out.put(string(cipher === undefined ? object : encrypted(object, cipher)));
  else if (object instanceof PdfRef) out.put(object.toString());
  else if (object instanceof PdfArray) writeArray(out, object, cipher);
  else if (object instanceof PdfStream) writeStream(out, object, cipher);
  else writeDict(out, object, cipher);
}

/** True when bytes of this source may be copied: its strings, where there are any, are encrypted with the same cipher. */
function copies(source: PdfSource | undefined, cipher: PdfCipher | undefined): source is PdfSource {
  if (source === undefined) return false;
  if (source.cipher === undefined) return true;
  return source.cipher === null ? cipher === undefined : source.cipher.equals(cipher);
}

/** The same for one value of a dictionary: numbers, names and references are never encrypted. */
const copiesValue = (value: PdfObject, source: PdfSource | undefined, cipher: PdfCipher | undefined): boolean =>
  value instanceof PdfDict || value instanceof PdfArray
    ? copies(value.source, cipher)
    : !(value instanceof PdfString) || copies(source, cipher);

const encrypted = ({ bytes }: PdfString, cipher: PdfCipher): PdfString =>
  new PdfString(cipher.encryptString(bytes), true);

function writeArray(out: ByteWriter, { items, source, span, read }: PdfArray, cipher: PdfCipher | undefined): void {
  const copied = copies(source, cipher) && span !== undefined ? { source, span } : undefined;
  if (copied !== undefined && read === items.length) {
    out.put(copied.source.file.read(copied.span.start, copied.span.end));
    return;
  }
  if (copied !== undefined) out.put(copied.source.file.read(copied.span.start, copied.span.end - 1)).put(' ');
  else out.put('[');
  items.slice(copied === undefined ? 0 : read).forEach((item, i) => {
    if (i > 0) out.put(' ');
    writeObject(out, item, cipher);
  });
  out.put(']');
}

function writeDict(out: ByteWriter, dict: PdfDict, cipher: PdfCipher | undefined): void {
  const { source, span } = dict;
  if (copies(source, cipher) && span !== undefined) {
    out.put(source.file.read(span.start, span.end));
    return;
  }
  if (dict.duplicates.length > 0)
    throw new GovError('pdf-unfaithful', `/${dict.duplicates[0]} is repeated: the dictionary has no single meaning`);
  out.put('<<');
  for (const [key, entry] of dict.entries) {
    out.put('\n').put(name(key)).put(' ');
    const plain = isSignatureValue(dict, key);
    if (source !== undefined && entry.start >= 0 && (plain || copiesValue(entry.value, source, cipher)))
      out.put(source.file.read(entry.start, entry.end));
    else writeObject(out, entry.value, plain ? undefined : cipher);
  }
  out.put('\n>>');
}

function writeStream(out: ByteWriter, stream: PdfStream, documentCipher: PdfCipher | undefined): void {
  const cipher = isCrossReference(stream) ? undefined : documentCipher;
  const data = cipher === undefined ? stream.data : cipher.encryptStream(stream);
  writeDict(out, stream.dict.with('Length', data.length), cipher);
  out.put('\nstream\n').put(data.read(0, data.length)).put('\nendstream');
}

function numeral(value: number): string {
  if (!Number.isFinite(value) || Math.abs(value) >= 1e15)
    throw new GovError('invalid-argument', `number ${value} in a PDF`);
  if (Number.isInteger(value)) return String(value);
  const text = value.toFixed(6).replace(/\.?0+$/, '');
  return text === '-0' ? '0' : text;
}

function name(value: string): string {
  let text = '/';
  for (const char of value) {
    const code = char.codePointAt(0) as number;
    if (code === 0 || code > 0xff) throw new GovError('invalid-argument', 'a PDF name is bytes other than zero');
    const plain = code > 0x20 && code < 0x7f && !'()<>[]{}/%#'.includes(char);
    text += plain ? char : `#${code.toString(16).padStart(2, '0')}`;
  }
  return text;
}

function string({ bytes, hex }: PdfString): string | Uint8Array {
  if (hex || bytes.some((byte) => byte < 0x20 || byte > 0x7e)) {
    const token = new Uint8Array(2 * bytes.length + 2);
    token[0] = 0x3c;
    token[token.length - 1] = 0x3e;
    writeHex(token, 1, bytes);
    return token;
  }
  let text = '(';
  for (const byte of bytes) {
    const char = String.fromCharCode(byte);
    text += '()\\'.includes(char) ? `\\${char}` : char;
  }
  return `${text})`;
}

const DIGITS = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));

/** Two hexadecimal digits for each byte; a signature value has some hundred thousand of them. */
export function writeHex(target: Uint8Array, at: number, bytes: Uint8Array): void {
  for (let i = 0, to = at; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    target[to++] = DIGITS[byte >> 4] as number;
    target[to++] = DIGITS[byte & 15] as number;
  }
}
