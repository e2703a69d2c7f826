/** Pictures twice as large: a code whose modules have less than two pixels is found at some places alone, and then at all. */
import { type DecodedPng, decode } from 'fast-png';

/** Four octets for each pixel, as decoders of codes take them. */
interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray<ArrayBuffer>;
}

const FACTOR = 2;

/** A PNG in grey, twice as large on either side; undefined for one that cannot be read here. */
export function enlargedPng(png: Uint8Array): Pixels | undefined {
  let picture: DecodedPng;
  try {
    picture = decode(png);
  } catch {
    // The decoder of codes was content with it: this one looks more closely.
    return undefined;
  }
  const { width, height } = picture;
  const grey = greyOf(picture);
  const wide = FACTOR * width;
  const data = new Uint8ClampedArray(wide * FACTOR * height * 4).fill(255);
  // Each pixel becomes four, which are a quarter nearer to its neighbours on their sides than it was: 9, 3, 3 and 1 sixteenths.
  for (let row = 0; row < FACTOR * height; row++) {
    const near = row >> 1;
    const other = within(near + (row & 1 ? 1 : -1), height);
    for (let column = 0; column < wide; column++) {
      const left = column >> 1;
      const right = within(left + (column & 1 ? 1 : -1), width);
      const [here, there] = [near * width, other * width];
      const sum = 9 * grey[here + left]! + 3 * (grey[here + right]! + grey[there + left]!) + grey[there + right]!;
      const to = 4 * (row * wide + column);
      data[to] = data[to + 1] = data[to + 2] = (sum + 8) >> 4;
    }
  }
  return { width: wide, height: FACTOR * height, data };
}

const within = (at: number, length: number): number => Math.min(length - 1, Math.max(0, at));

/** One octet for each pixel, upon white where the picture is transparent. */
function greyOf({ width, height, data, depth, channels, palette }: DecodedPng): Uint8Array {
  const grey = new Uint8Array(width * height);
  const samples = width * channels;
  const perRow = data.length / height;
  const colours = palette?.map(([red = 0, green = 0, blue = 0, alpha = 255]) => shade(red, green, blue, alpha));
  const mask = (1 << Math.min(depth, 8)) - 1;
  const sample = (row: number, at: number): number => {
    if (depth === 16) return data[row * perRow + at]! >> 8;
    const bit = at * depth;
    const value = (data[row * perRow + (bit >> 3)]! >> (8 - depth - (bit & 7))) & mask;
    return colours === undefined ? Math.round((value * 255) / mask) : (colours[value] ?? 0);
  };
  for (let row = 0; row < height; row++) {
    for (let at = 0, to = row * width; at < samples; at += channels, to++) {
      const first = sample(row, at);
      if (channels === 1) grey[to] = first;
      else if (channels === 2) grey[to] = shade(first, first, first, sample(row, at + 1));
      else {
        const alpha = channels === 4 ? sample(row, at + 3) : 255;
        grey[to] = shade(first, sample(row, at + 1), sample(row, at + 2), alpha);
      }
    }
  }
  return grey;
}

/** Luma of ITU-R BT.601, upon white. */
const shade = (red: number, green: number, blue: number, alpha: number): number =>
  255 - (alpha * (255 - (red * 306 + green * 601 + blue * 117) / 1024)) / 255;
