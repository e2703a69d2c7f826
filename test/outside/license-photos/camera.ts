/**
 * A camera by arithmetic: a flat print, photographed from an angle, out of focus, in uneven light, with noise, as a JPEG. What
 * chance there is comes from a seed, so that a picture that was not read can be made again.
 */
import { encode } from 'jpeg-js';

/** Grey, 0 black to 255 white, row by row. */
export interface Print {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

export interface Shot {
  /** Pixels of the photograph. */
  readonly width: number;
  readonly height: number;
  /** Photograph pixels to one print pixel, in the middle. */
  readonly scale: number;
  /** Turn in the plane of the picture, degrees. */
  readonly degrees?: number;
  /** Tilts of the paper away from the camera, to the side and backwards; degrees. */
  readonly tilt?: readonly [number, number];
  /** Standard deviation of the blur, photograph pixels: focus. */
  readonly blur?: number;
  /** Length of a sideways smear, photograph pixels: a moving hand. */
  readonly motion?: number;
  /** Standard deviation of the noise, grey levels. */
  readonly noise?: number;
  /** Light at the left and at the right edge; 1 is full. */
  readonly light?: readonly [number, number];
  /** 1 to 100. */
  readonly quality?: number;
  readonly seed?: number;
}

/** The table the print lies on. */
const TABLE = 96;
/** Distance of the camera, in widths of the print. */
const DISTANCE = 3;

export function photograph(print: Print, shot: Shot): Uint8Array {
  const { width, height, light = [1, 1], quality = 85, noise = 0, seed = 1 } = shot;
  let grey = project(print, shot);
  if (shot.blur !== undefined)
    grey = convolve(convolve(grey, width, height, gauss(shot.blur), 1), width, height, gauss(shot.blur), width);
  if (shot.motion !== undefined)
    grey = convolve(grey, width, height, new Float64Array(shot.motion).fill(1 / shot.motion), 1);
  const next = random(seed);
  const rgba = new Uint8Array(width * height * 4);
  for (let at = 0; at < width * height; at++) {
    const lit = light[0] + ((light[1] - light[0]) * (at % width)) / width;
    const value = grey[at]! * lit + (noise === 0 ? 0 : noise * normal(next));
    rgba.fill(Math.max(0, Math.min(255, Math.round(value))), at * 4, at * 4 + 3);
    rgba[at * 4 + 3] = 255;
  }
  return new Uint8Array(encode({ width, height, data: rgba }, quality).data);
}

/** Each pixel of the photograph looks along its ray at the tilted paper; four looks a pixel. */
function project(print: Print, { width, height, scale, degrees = 0, tilt = [0, 0] }: Shot): Float64Array {
  const [cos, sin] = [Math.cos(rad(degrees)), Math.sin(rad(degrees))];
  const [slopeX, slopeY] = [Math.tan(rad(tilt[0])), Math.tan(rad(tilt[1]))];
  const distance = DISTANCE * print.width;
  const grey = new Float64Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (const [du, dv] of [
        [0.25, 0.25],
        [0.75, 0.25],
        [0.25, 0.75],
        [0.75, 0.75],
      ] as const) {
        const u = (x + du - width / 2) / scale;
        const v = (y + dv - height / 2) / scale;
        // The plane of the paper: depth = distance + slopeX·X + slopeY·Y, seen at u = X·distance/depth.
        const depth = distance / (1 - (slopeX * u + slopeY * v) / distance);
        const [planeX, planeY] = [(u * depth) / distance, (v * depth) / distance];
        // Lengths on the tilted paper are longer than what they cover.
        const [paperX, paperY] = [planeX / Math.cos(rad(tilt[0])), planeY / Math.cos(rad(tilt[1]))];
        sum += darkness(
          print,
          paperX * cos + paperY * sin + print.width / 2,
          paperY * cos - paperX * sin + print.height / 2,
        );
      }
      grey[y * width + x] = sum / 4;
    }
  }
  return grey;
}

function darkness({ width, height, data }: Print, x: number, y: number): number {
  const [column, row] = [Math.floor(x), Math.floor(y)];
  return column < 0 || row < 0 || column >= width || row >= height ? TABLE : data[row * width + column]!;
}

const rad = (degrees: number): number => (degrees * Math.PI) / 180;

function gauss(sigma: number): Float64Array {
  const reach = Math.ceil(3 * sigma);
  const kernel = Float64Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp(-((i - reach) ** 2) / (2 * sigma ** 2)),
  );
  const sum = kernel.reduce((a, b) => a + b);
  return kernel.map((weight) => weight / sum);
}

/** Along rows (`step` 1) or columns (`step` the width); the edge goes on beyond the edge. */
function convolve(grey: Float64Array, width: number, height: number, kernel: Float64Array, step: number): Float64Array {
  const reach = kernel.length >> 1;
  const length = step === 1 ? width : height;
  const answer = new Float64Array(grey.length);
  for (let at = 0; at < grey.length; at++) {
    const along = step === 1 ? at % width : Math.floor(at / width);
    let sum = 0;
    for (let k = 0; k < kernel.length; k++) {
      const to = Math.max(0, Math.min(length - 1, along + k - reach));
      sum += kernel[k]! * grey[at + (to - along) * step]!;
    }
    answer[at] = sum;
  }
  return answer;
}

/** mulberry32, 0 to 1. */
function random(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const normal = (next: () => number): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());

/** A QR code of so many millimetres without its quiet zone, as a printer of so many dots per inch puts it: whole dots. */
export function printed(
  code: { readonly size: number; readonly modules: readonly boolean[]; readonly quietZone: number },
  mm: number,
  dpi: number,
): Print {
  const span = code.size + 2 * code.quietZone;
  const dots = (mm / 25.4) * dpi;
  const side = Math.round((dots * span) / code.size);
  const data = new Uint8Array(side * side).fill(255);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const column = Math.floor((x / side) * span) - code.quietZone;
      const row = Math.floor((y / side) * span) - code.quietZone;
      const inside = row >= 0 && column >= 0 && row < code.size && column < code.size;
      if (inside && code.modules[row * code.size + column]) data[y * side + x] = 16;
    }
  }
  return { width: side, height: side, data };
}

/** Prints side by side on white paper. */
export function beside(prints: readonly Print[]): Print {
  const width = prints.reduce((sum, print) => sum + print.width, 0);
  const height = Math.max(...prints.map((print) => print.height));
  const data = new Uint8Array(width * height).fill(255);
  let left = 0;
  for (const print of prints) {
    for (let row = 0; row < print.height; row++)
      data.set(print.data.subarray(row * print.width, (row + 1) * print.width), row * width + left);
    left += print.width;
  }
  return { width, height, data };
}
