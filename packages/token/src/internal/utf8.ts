const CHUNK = 1024;

/**
 * Decodes UTF-8 (RFC 3629) or answers `undefined`: no overlong forms, no surrogates, nothing above U+10FFFF. By hand,
 * because a licence holds a dozen short texts and the call into `TextDecoder` costs more than the text itself.
 */
export function decodeUtf8(bytes: Uint8Array, start: number, end: number): string | undefined {
  let text = '';
  let units: number[] = [];
  let position = start;
  while (position < end) {
    const lead = bytes[position++]!;
    if (lead < 0x80) {
      units.push(lead);
    } else {
      const following = lead < 0xc2 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : lead < 0xf5 ? 3 : 0;
      if (following === 0 || position + following > end) return undefined;
      let point = lead & (0x3f >> following);
      for (let i = 0; i < following; i++) {
        const next = bytes[position++]!;
        if ((next & 0xc0) !== 0x80) return undefined;
        point = (point << 6) | (next & 0x3f);
      }
      if (following === 2 && (point < 0x800 || (point >= 0xd800 && point <= 0xdfff))) return undefined;
      if (following < 3) {
        units.push(point);
      } else {
        if (point < 0x10000 || point > 0x10ffff) return undefined;
        units.push(0xd800 + ((point - 0x10000) >> 10), 0xdc00 + (point & 0x3ff));
      }
    }
    // Arguments of one call lie on the stack, so that long text goes in pieces.
    if (units.length >= CHUNK) {
      text += String.fromCharCode(...units);
      units = [];
    }
  }
  return text + String.fromCharCode(...units);
}

/** Bytes of the UTF-8 form, or `undefined` when a surrogate has no partner and there is none. */
export function utf8Length(text: string): number | undefined {
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) length++;
    else if (unit < 0x800) length += 2;
    else if (unit < 0xd800 || unit > 0xdfff) length += 3;
    else {
      const next = unit < 0xdc00 ? text.charCodeAt(++i) : Number.NaN;
      if (!(next >= 0xdc00 && next <= 0xdfff)) return undefined;
      length += 4;
    }
  }
  return length;
}

/** Writes the UTF-8 form of a text that has one; `bytes` has room for `utf8Length(text)` bytes at `position`. */
export function writeUtf8(text: string, bytes: Uint8Array, position: number): void {
  let at = position;
  for (let i = 0; i < text.length; i++) {
    let point = text.charCodeAt(i);
    if (point < 0x80) {
      bytes[at++] = point;
      continue;
    }
    if (point < 0x800) {
      bytes[at++] = 0xc0 | (point >> 6);
    } else {
      if (point < 0xd800 || point > 0xdfff) {
        bytes[at++] = 0xe0 | (point >> 12);
      } else {
        point = ((point & 0x3ff) << 10) + (text.charCodeAt(++i) & 0x3ff) + 0x10000;
        bytes[at++] = 0xf0 | (point >> 18);
        bytes[at++] = 0x80 | ((point >> 12) & 0x3f);
      }
      bytes[at++] = 0x80 | ((point >> 6) & 0x3f);
    }
    bytes[at++] = 0x80 | (point & 0x3f);
  }
}
