/** The operators of a content stream (内容流, ISO 32000-2 §7.8.2) with their operands. Whatever is odd throws `pdf-malformed`. */
import { malformed } from '../internal/fault.js';
import { hexDigit, isDigit, isSpace } from '../internal/lexer.js';

/** A number, the bytes of a string, a name (with its slash), an array; undefined for dictionaries and keywords. */
export type Operand = number | string | Uint8Array | readonly Operand[] | undefined;

interface Operation {
  readonly operator: string;
  readonly operands: readonly Operand[];
}

/** Operands before one operator, items of one array. */
const MAX_OPERANDS = 100_000;
const MAX_DEPTH = 16;

const DELIMITERS = new Set([...'()<>[]{}/%'].map((char) => char.charCodeAt(0)));
const isDelimiter = (byte: number | undefined): boolean => byte === undefined || isSpace(byte) || DELIMITERS.has(byte);

export function* operationsIn(bytes: Uint8Array): Generator<Operation> {
  const end = bytes.length;
  let pos = 0;
  const odd = (what: string): never => {
    throw malformed(`${what} in a content stream`, pos);
  };
  const skip = (): void => {
    for (;;) {
      while (pos < end && isSpace(bytes[pos])) pos++;
      if (bytes[pos] !== 0x25) return;
      while (pos < end && bytes[pos] !== 10 && bytes[pos] !== 13) pos++;
    }
  };
  const word = (): string => {
    const start = pos;
    while (pos < end && !isDelimiter(bytes[pos])) pos++;
    if (pos - start > 4096) odd('a long word');
    let text = '';
    for (let i = start; i < pos; i++) text += String.fromCharCode(bytes[i] as number);
    return text;
  };
  /** Undefined, and nowhere further, where no number stands. */
  const number = (): number | undefined => {
    let at = pos;
    const sign = bytes[at] === 0x2d ? -1 : 1;
    if (sign < 0 || bytes[at] === 0x2b) at++;
    let [value, scale, digits] = [0, 1, 0];
    for (; isDigit(bytes[at]); at++, digits++) value = value * 10 + (bytes[at] as number) - 48;
    if (bytes[at] === 0x2e)
      for (at++; isDigit(bytes[at]); at++, digits++) {
        scale /= 10;
        value += ((bytes[at] as number) - 48) * scale;
      }
    if (digits === 0 || !isDelimiter(bytes[at])) return undefined;
    pos = at;
    return sign * value;
  };
  const literal = (): Uint8Array => {
    const out: number[] = [];
    let depth = 1;
    for (pos++; ; pos++) {
      if (pos >= end) odd('an unterminated string');
      const byte = bytes[pos] as number;
      if (byte === 0x5c) {
        pos++;
        if (bytes[pos] === 13 && bytes[pos + 1] === 10) pos++;
        else if (bytes[pos] !== 10 && bytes[pos] !== 13) {
          // An octal escape is one character; which one does not matter here, but for the width.
          let value = 0;
          let digits = 0;
          while (digits < 3 && isDigit(bytes[pos + digits])) value = value * 8 + (bytes[pos + digits++] as number) - 48;
          out.push(digits > 0 ? value & 255 : (bytes[pos] ?? 0));
          if (digits > 1) pos += digits - 1;
        }
        continue;
      }
      if (byte === 0x28) depth++;
      if (byte === 0x29 && --depth === 0) break;
      out.push(byte);
    }
    pos++;
    return Uint8Array.from(out);
  };
  const hex = (): Uint8Array => {
    const out: number[] = [];
    let digits = 0;
    for (pos++; bytes[pos] !== 0x3e; pos++) {
      if (pos >= end) odd('an unterminated string');
      const value = hexDigit(bytes[pos] as number);
      if (value < 0) continue;
      if (digits++ % 2 === 0) out.push(value << 4);
      else out.push((out.pop() as number) | value);
    }
    pos++;
    return Uint8Array.from(out);
  };
  /** An operand, or the word of an operator in `[ ]`. */
  const next = (depth: number): { operand: Operand } | { operator: string } | undefined => {
    skip();
    if (pos >= end) return undefined;
    if (depth > MAX_DEPTH) odd('deep nesting');
    const byte = bytes[pos] as number;
    if (byte === 0x28) return { operand: literal() };
    if (byte === 0x2f) {
      pos++;
      return {
        operand: `/${word().replace(/#([0-9A-Fa-f]{2})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 16)))}`,
      };
    }
    if (byte === 0x3c && bytes[pos + 1] === 0x3c) {
      pos += 2;
      for (;;) {
        skip();
        if (bytes[pos] === 0x3e && bytes[pos + 1] === 0x3e) break;
        if (next(depth + 1) === undefined) odd('an unterminated dictionary');
      }
      pos += 2;
      return { operand: undefined };
    }
    if (byte === 0x3c) return { operand: hex() };
    if (byte === 0x5b) {
      pos++;
      const items: Operand[] = [];
      for (;;) {
        skip();
        if (bytes[pos] === 0x5d) break;
        const item = next(depth + 1);
        if (item === undefined || 'operator' in item || items.length > MAX_OPERANDS) return odd('an array');
        items.push(item.operand);
      }
      pos++;
      return { operand: items };
    }
    const value = number();
    if (value !== undefined) return { operand: value };
    const text = word();
    if (text === '') odd('a stray delimiter');
    if (text === 'true' || text === 'false' || text === 'null') return { operand: undefined };
    return { operator: text };
  };
  let operands: Operand[] = [];
  for (let token = next(0); token !== undefined; token = next(0)) {
    if ('operand' in token) {
      if (operands.length > MAX_OPERANDS) odd('too many operands');
      operands.push(token.operand);
      continue;
    }
    if (token.operator === 'ID') {
      // Data of an inline image (§8.9.7): up to EI between white space. Should the data look so itself, what follows is odd.
      pos++;
      while (
        pos < end &&
        !(isSpace(bytes[pos]) && bytes[pos + 1] === 0x45 && bytes[pos + 2] === 0x49 && isDelimiter(bytes[pos + 3]))
      )
        pos++;
      if (pos >= end) odd('an unterminated image');
      pos += 3;
      yield { operator: 'EI', operands: [] };
    } else yield { operator: token.operator, operands };
    operands = [];
  }
}
