import { GovError } from '@gov/verdict';
import { initWasm, Resvg } from '@resvg/resvg-wasm';
import { resvgWasm } from '#backend/resvg';

/** Limits of `sealPng`, checked before a pixel is drawn. */
export const SEAL_PNG_LIMITS = {
  /** UTF-16 units of the SVG; a round seal has 20 to 100 thousand. */
  svgLength: 1024 * 1024,
  widthMaxMm: 200,
  dpiMin: 36,
  dpiMax: 1200,
  /** Pixels of the picture: a seal of 50 mm at 1200 dpi has 5.6 million. */
  pixels: 6_000_000,
} as const;

export interface SealPngOptions {
  /** Width on paper in mm; the height follows from the picture. */
  readonly widthMm: number;
  /** Pixels per inch, 36 to 1200; 300 unless told. */
  readonly dpi?: number;
  /** `@resvg/resvg-wasm/index_bg.wasm`, needed outside Node; the first call decides. */
  readonly wasm?: Uint8Array | WebAssembly.Module;
}

// The renderer is a process-wide singleton that refuses a second initialisation: the promise is its state, not a cache of ours.
let started: Promise<void> | undefined;

/**
 * Draws a seal picture's SVG as PNG with alpha (印章图像栅格化). Meant for what `roundSeal` answers: texts and linked files in
 * other SVGs are left out.
 *
 * @throws GovError `invalid-argument` for a width or dpi outside the limits; `input-too-large` for a long SVG; `limit-exceeded`
 * for too many pixels; `seal-picture-unsupported` for what is not SVG; `backend-unavailable` outside Node without `wasm`
 */
export async function sealPng(svg: string, { widthMm, dpi = 300, wasm }: SealPngOptions): Promise<Uint8Array> {
  const limits = SEAL_PNG_LIMITS;
  if (!(widthMm > 0 && widthMm <= limits.widthMaxMm)) {
    throw new GovError('invalid-argument', `a picture is up to ${limits.widthMaxMm} mm wide`);
  }
  if (!(dpi >= limits.dpiMin && dpi <= limits.dpiMax)) {
    throw new GovError('invalid-argument', `the resolution is ${limits.dpiMin} to ${limits.dpiMax} dpi`);
  }
  if (svg.length > limits.svgLength) {
    throw new GovError('input-too-large', `an SVG has at most ${limits.svgLength} characters, this one ${svg.length}`);
  }
  started ??= start(wasm);
  await started.catch((error) => {
    started = undefined;
    throw error;
  });
  const width = Math.max(1, Math.round((widthMm / 25.4) * dpi));
  let picture: InstanceType<typeof Resvg> | undefined;
  try {
    picture = new Resvg(svg, { fitTo: { mode: 'width', value: width } });
    const pixels = width * Math.ceil((width * picture.height) / picture.width);
    if (!(pixels <= limits.pixels)) {
      throw new GovError('limit-exceeded', `a picture has at most ${limits.pixels} pixels, this one ${pixels}`);
    }
    const image = picture.render();
    const png = image.asPng();
    image.free();
    return png;
  } catch (cause) {
    if (cause instanceof GovError) throw cause;
    throw new GovError('seal-picture-unsupported', 'the SVG cannot be drawn', { cause });
  } finally {
    picture?.free();
  }
}

async function start(wasm: Uint8Array | WebAssembly.Module | undefined): Promise<void> {
  const source = wasm ?? (await resvgWasm());
  try {
    await initWasm(source instanceof WebAssembly.Module ? source : new Uint8Array(source));
  } catch (cause) {
    // Someone else in this process was first; their renderer serves as well.
    if (cause instanceof Error && cause.message.startsWith('Already initialized')) return;
    throw new GovError('backend-unavailable', 'the SVG renderer does not start', { cause });
  }
}
