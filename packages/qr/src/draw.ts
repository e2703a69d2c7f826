/**
 * `@gov/qr/draw`: QR codes (二维码, ISO/IEC 18004, GB/T 18284) as modules, PNG and SVG.
 *
 * @example
 * import { moduleMillimetres, qrCode, qrPng } from '@gov/qr/draw';
 *
 * const code = qrCode('EL1:NCFOXN', { level: 'M', maxVersion: 20 });
 * const png = qrPng(code, { scale: 8 });
 * moduleMillimetres(code, 30); // side of one module where the picture is printed 30 mm wide
 *
 * @packageDocumentation
 */
import { GovError } from '@gov/verdict';
import { encode } from 'fast-png';
import core from 'qrcode/lib/core/qrcode.js';

/** How much of the code may be lost: about 7, 15, 25 or 30 per cent (纠错等级). */
export type QrLevel = 'L' | 'M' | 'Q' | 'H';

export interface QrCodeOptions {
  /** `M` unless given. */
  readonly level?: QrLevel;
  /** Largest version (1 to 40) that may be drawn; 40 unless given. */
  readonly maxVersion?: number;
  /** Light modules around the code (静区); 4 unless given. Fewer only where the page itself leaves that room. */
  readonly quietZone?: number;
}

/** A QR code as its modules. */
export interface QrCode {
  /** 1 to 40 (版本). */
  readonly version: number;
  readonly level: QrLevel;
  /** Modules per side, without the quiet zone: 17 + 4 · version. */
  readonly size: number;
  /** Light modules on each side. */
  readonly quietZone: number;
  /** Row by row from the top left, `size` × `size`, true for a dark module (深色模块); without the quiet zone. */
  readonly modules: readonly boolean[];
}

/** Limits of what is drawn. */
export const DRAW_LIMITS = {
  /** Characters: the numeric capacity of version 40, level L; no text beyond it fits. */
  characters: 7089,
  /** Modules of quiet zone on each side. */
  quietZone: 64,
  /** Pixels per side of a PNG. */
  pixels: 8192,
} as const;

/**
 * Makes the smallest code that holds `text`. Digits and the 45 characters of base45 go in the short modes, all other
 * text as UTF-8 bytes.
 *
 * @throws GovError `qr-too-large` when the text needs a version above `maxVersion`; `invalid-argument` for empty text,
 * lone surrogates, and a level, version or quiet zone out of range.
 */
export function qrCode(text: string, { level = 'M', maxVersion = 40, quietZone = 4 }: QrCodeOptions = {}): QrCode {
  if (text === '') throw new GovError('invalid-argument', 'a QR code needs at least one character');
  if (/\p{Surrogate}/u.test(text))
    throw new GovError('invalid-argument', 'text with a lone surrogate has no UTF-8 form');
  if (!['L', 'M', 'Q', 'H'].includes(level)) throw new GovError('invalid-argument', 'level is L, M, Q or H');
  checkInteger('maxVersion', maxVersion, 1, 40);
  checkInteger('quietZone', quietZone, 0, DRAW_LIMITS.quietZone);
  const symbol = text.length > DRAW_LIMITS.characters ? undefined : create(text, level);
  if (symbol === undefined || symbol.version > maxVersion) {
    const needed = symbol === undefined ? 'no version holds' : `version ${symbol.version} is needed for`;
    throw new GovError('qr-too-large', `${needed} ${text.length} characters at level ${level}; at most ${maxVersion}`);
  }
  const { size, data } = symbol.modules;
  return { version: symbol.version, level, size, quietZone, modules: Array.from(data, (module) => module !== 0) };
}

/**
 * Texts whose shortest form is one segment: base45, without seven digits in a row, which might be shorter in the numeric mode.
 * Looking for the best division takes half of the time of such a code, and finds the same.
 */
const ONE_SEGMENT = /^(?=.*[A-Z $%*+\-./:])(?!.*\d{7})[0-9A-Z $%*+\-./:]+$/;

function create(text: string, level: QrLevel) {
  try {
    const content = ONE_SEGMENT.test(text) ? [{ data: text, mode: 'alphanumeric' } as const] : text;
    return core.create(content, { errorCorrectionLevel: level });
  } catch {
    // The core throws for one reason that is left: the text fits no version.
    return undefined;
  }
}

export interface QrPngOptions {
  /** Pixels per module; 4 unless given. */
  readonly scale?: number;
}

/**
 * Draws a code as a PNG with one bit per pixel, quiet zone included.
 *
 * @throws GovError `invalid-argument` for a scale that is no positive integer or makes more than `DRAW_LIMITS.pixels`
 * per side.
 */
export function qrPng(code: QrCode, { scale = 4 }: QrPngOptions = {}): Uint8Array {
  const span = code.size + 2 * code.quietZone;
  checkInteger('scale', scale, 1, Math.floor(DRAW_LIMITS.pixels / span));
  const width = span * scale;
  const stride = Math.ceil(width / 8);
  const data = new Uint8Array(stride * width).fill(0xff);
  for (let row = 0; row < code.size; row++) {
    const top = (code.quietZone + row) * scale;
    for (let column = 0; column < code.size; column++) {
      if (!code.modules[row * code.size + column]) continue;
      const left = (code.quietZone + column) * scale;
      for (let x = left; x < left + scale; x++) data[top * stride + (x >> 3)]! &= ~(0x80 >> (x & 7));
    }
    for (let line = 1; line < scale; line++) {
      data.copyWithin((top + line) * stride, top * stride, (top + 1) * stride);
    }
  }
  return encode({ width, height: width, data, depth: 1, channels: 1 }, { zlib: { level: 9 } });
}

/** Draws a code as SVG, one unit per module, quiet zone included; it fills whatever width it is given. */
export function qrSvg(code: QrCode): string {
  const span = code.size + 2 * code.quietZone;
  let path = '';
  for (let row = 0; row < code.size; row++) {
    for (let column = 0; column < code.size; column++) {
      const start = column;
      while (column < code.size && code.modules[row * code.size + column]) column++;
      if (column > start) {
        path += `M${start + code.quietZone} ${row + code.quietZone}h${column - start}v1h-${column - start}z`;
      }
    }
  }
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${span} ${span}" shape-rendering="crispEdges">` +
    `<path fill="#fff" d="M0 0h${span}v${span}h-${span}z"/><path d="${path}"/></svg>`
  );
}

/**
 * Side of one module in millimetres when the whole picture, quiet zone included, is printed `width` millimetres wide.
 * Common printers and telephones want at least 0.4.
 *
 * @throws GovError `invalid-argument` when `width` is not a positive finite number.
 */
export function moduleMillimetres(code: QrCode, width: number): number {
  if (!(width > 0 && width < Number.POSITIVE_INFINITY))
    throw new GovError('invalid-argument', 'width is in millimetres');
  return width / (code.size + 2 * code.quietZone);
}

function checkInteger(name: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new GovError('invalid-argument', `${name} is an integer from ${least} to ${most}`);
  }
}
