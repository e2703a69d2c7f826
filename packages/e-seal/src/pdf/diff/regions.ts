/** Where two pictures of a page differ. */

/** A picture: four bytes a pixel (red, green, blue, alpha), rows from the top. */
export interface PagePicture {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array;
}

/** In pixels from the upper left corner. */
export interface PictureRegion {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Pixels of a side of the squares that are compared. */
const CELL = 8;

/** By how much, of 255, a colour may differ and still count as the same. */
export const DIFFERENCE_TOLERANCE = 24;

/** Regions of one page; where there are more, one that holds all is answered. */
export const MAX_REGIONS = 40;

/**
 * The rectangles in which the pictures differ by more than `DIFFERENCE_TOLERANCE`; what lies close together is one rectangle.
 * Pictures of different size differ everywhere.
 */
export function differingRegions(a: PagePicture, b: PagePicture): PictureRegion[] {
  if (a.width !== b.width || a.height !== b.height)
    return [{ x: 0, y: 0, width: Math.max(a.width, b.width), height: Math.max(a.height, b.height) }];
  const columns = Math.ceil(a.width / CELL);
  const rows = Math.ceil(a.height / CELL);
  const cells = new Uint8Array(columns * rows);
  for (let y = 0; y < a.height; y++)
    for (let x = 0, i = y * a.width * 4; x < a.width; x++, i += 4)
      if (pixelDiffers(a.rgba, b.rgba, i)) cells[Math.floor(y / CELL) * columns + Math.floor(x / CELL)] = 1;
  const boxes = connected(cells, columns, rows);
  const regions = boxes.map(([left, top, right, bottom]) => ({
    x: left * CELL,
    y: top * CELL,
    width: Math.min(a.width, (right + 1) * CELL) - left * CELL,
    height: Math.min(a.height, (bottom + 1) * CELL) - top * CELL,
  }));
  return regions.length <= MAX_REGIONS ? regions : [around(regions)];
}

function pixelDiffers(a: Uint8Array, b: Uint8Array, at: number): boolean {
  for (let i = at; i < at + 3; i++) if (Math.abs((a[i] ?? 0) - (b[i] ?? 0)) > DIFFERENCE_TOLERANCE) return true;
  return false;
}

type Box = [left: number, top: number, right: number, bottom: number];

/** Groups of marked cells with at most one unmarked cell between them. */
function connected(cells: Uint8Array, columns: number, rows: number): Box[] {
  const boxes: Box[] = [];
  for (let start = 0; start < cells.length; start++) {
    if (cells[start] !== 1) continue;
    const box: Box = [columns, rows, 0, 0];
    const stack = [start];
    cells[start] = 0;
    for (let cell = stack.pop(); cell !== undefined; cell = stack.pop()) {
      const [x, y] = [cell % columns, Math.floor(cell / columns)];
      box[0] = Math.min(box[0], x);
      box[1] = Math.min(box[1], y);
      box[2] = Math.max(box[2], x);
      box[3] = Math.max(box[3], y);
      for (let ny = Math.max(0, y - 2); ny <= Math.min(rows - 1, y + 2); ny++)
        for (let nx = Math.max(0, x - 2); nx <= Math.min(columns - 1, x + 2); nx++) {
          const next = ny * columns + nx;
          if (cells[next] !== 1) continue;
          cells[next] = 0;
          stack.push(next);
        }
    }
    boxes.push(box);
  }
  return boxes;
}

function around(regions: readonly PictureRegion[]): PictureRegion {
  const x = Math.min(...regions.map((region) => region.x));
  const y = Math.min(...regions.map((region) => region.y));
  const right = Math.max(...regions.map((region) => region.x + region.width));
  const bottom = Math.max(...regions.map((region) => region.y + region.height));
  return { x, y, width: right - x, height: bottom - y };
}

/** Pixels of the line of a frame. */
const LINE = 3;

/** The picture with a red frame around each region: just outside it, or along the edge of the picture. */
export function framed(picture: PagePicture, regions: readonly PictureRegion[]): PagePicture {
  const rgba = Uint8Array.from(picture.rgba);
  const fill = (left: number, top: number, right: number, bottom: number): void => {
    for (let y = Math.max(0, top); y < Math.min(bottom, picture.height); y++)
      for (let x = Math.max(0, left); x < Math.min(right, picture.width); x++)
        rgba.set([216, 0, 39, 255], (y * picture.width + x) * 4);
  };
  for (const { x, y, width, height } of regions) {
    const [left, top] = [Math.max(0, x - LINE), Math.max(0, y - LINE)];
    const right = Math.min(picture.width, x + width + LINE);
    const bottom = Math.min(picture.height, y + height + LINE);
    fill(left, top, right, top + LINE);
    fill(left, bottom - LINE, right, bottom);
    fill(left, top, left + LINE, bottom);
    fill(right - LINE, top, right, bottom);
  }
  return { ...picture, rgba };
}
