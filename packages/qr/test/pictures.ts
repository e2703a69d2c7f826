import type { QrCode } from '@gov/qr/draw';
import { encode } from 'fast-png';
import jsqr from 'jsqr';

/** A grey picture that is drawn by asking for the darkness at a point, 0 light to 1 dark. */
export function render(
  width: number,
  height: number,
  dark: (x: number, y: number) => boolean,
  samples = 5,
): Uint8Array {
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let hits = 0;
      for (let v = 0; v < samples; v++) {
        for (let u = 0; u < samples; u++) if (dark(x + (u + 0.5) / samples, y + (v + 0.5) / samples)) hits++;
      }
      data[y * width + x] = 255 - Math.round((255 * hits) / (samples * samples));
    }
  }
  return data;
}

export const grey = (width: number, height: number, data: Uint8Array): Uint8Array =>
  encode({ width, height, data, channels: 1, depth: 8 });

/** Whether the code is dark at a point, in modules from the corner of its quiet zone. */
export function darkAt(code: QrCode, x: number, y: number): boolean {
  const column = Math.floor(x) - code.quietZone;
  const row = Math.floor(y) - code.quietZone;
  if (row < 0 || column < 0 || row >= code.size || column >= code.size) return false;
  return code.modules[row * code.size + column]!;
}

export const span = (code: QrCode): number => code.size + 2 * code.quietZone;

/** What jsQR, another reader, finds in a grey square. */
export function readByJsqr(data: Uint8Array, width: number): string | undefined {
  const rgba = new Uint8ClampedArray(data.length * 4).map((_, i) => (i % 4 === 3 ? 255 : data[i >> 2]!));
  // Its types describe an ES module, what Node imports is the function itself.
  return (jsqr as unknown as typeof jsqr.default)(rgba, width, width)?.data;
}
