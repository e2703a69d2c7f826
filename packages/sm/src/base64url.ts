/** base64url without padding (RFC 4648 5), the one spelling of each octet string. By table: `btoa` takes ten times as long. */

const ALPHABET = Uint8Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_', (letter) =>
  letter.charCodeAt(0),
);

/** Of what is no letter: one bit more than a value has. */
const NONE = 64;

const VALUES = new Uint8Array(128).fill(NONE);
ALPHABET.forEach((letter, value) => {
  VALUES[letter] = value;
});

export function toBase64url(bytes: Uint8Array): string {
  const { length } = bytes;
  const text = new Uint8Array(Math.ceil((length * 4) / 3));
  let end = 0;
  for (let at = 0; at < length; at += 3) {
    const three = (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    // Past the end of `text` nothing is kept.
    text[end++] = ALPHABET[three >> 18]!;
    text[end++] = ALPHABET[(three >> 12) & 63]!;
    text[end++] = ALPHABET[(three >> 6) & 63]!;
    text[end++] = ALPHABET[three & 63]!;
  }
  return new TextDecoder('latin1').decode(text);
}

/** Undefined for padding, any other character, a length that cannot be, and bits set past the end. */
export function fromBase64url(text: string): Uint8Array | undefined {
  const { length } = text;
  if (length % 4 === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((length * 3) / 4));
  let end = 0;
  let bits = 0;
  let held = 0;
  for (let at = 0; at < length; at++) {
    const value = VALUES[text.charCodeAt(at)] ?? NONE;
    if (value === NONE) return undefined;
    bits = (bits << 6) | value;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes[end++] = bits >> held;
    bits &= (1 << held) - 1;
  }
  return bits === 0 ? bytes : undefined;
}
