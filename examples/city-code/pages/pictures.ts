/** QR codes drawn, and read from pictures and from the camera. */
import { qrCode, qrPng } from '@gov/qr/draw';
import { readQr } from '@gov/qr/read';

/** Pixels of a module: browsers make a large picture smaller evenly, so that it can be read where a module is under two pixels. */
const SCALE = 8;

/** Draws a text into an image element: level M, four modules of quiet zone. */
export function drawQr(image: HTMLImageElement, text: string, maxVersion: number): void {
  const png = qrPng(qrCode(text, { level: 'M', maxVersion }), { scale: SCALE });
  const before = image.src;
  image.src = URL.createObjectURL(new Blob([Uint8Array.from(png)], { type: 'image/png' }));
  if (before !== '') URL.revokeObjectURL(before);
}

/** Pixels of a picture that is looked at once more, twice as large, where nothing was found in it. */
const SMALL = 2_000_000;

/** Reads pictures; the decoder is fetched once, from this site. */
export class PictureReader {
  #decoder: Promise<Uint8Array> | undefined;

  /**
   * Texts of all codes in a PNG or JPEG that somebody chose. Where a module has less than two pixels it depends on how they fall
   * whether it can be read; enlarged it always can.
   *
   * @throws GovError `image-malformed`, `input-too-large`
   */
  async readCarefully(picture: Blob): Promise<string[]> {
    const texts = await this.read(picture);
    if (texts.length > 0) return texts;
    const bitmap = await createImageBitmap(picture);
    const { width, height } = bitmap;
    if (width * height > SMALL) return [];
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [2 * width, 2 * height];
    const context = canvas.getContext('2d', { alpha: false })!;
    context.imageSmoothingQuality = 'high';
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    const larger = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/png'));
    return larger === null ? [] : this.read(larger);
  }

  /** Texts of all codes in a PNG or JPEG. @throws GovError `image-malformed`, `input-too-large` */
  async read(picture: Blob): Promise<string[]> {
    this.#decoder ??= fetch('/zxing_reader.wasm').then(async (answer) => new Uint8Array(await answer.arrayBuffer()));
    const [wasm, bytes] = await Promise.all([this.#decoder, picture.arrayBuffer()]);
    return readQr(new Uint8Array(bytes), { wasm, limits: { codes: 4 } });
  }
}

/** Pixels of a camera's picture on its longer side: more is slower, and reads no better. */
const LONGER_SIDE = 1280;

/** Milliseconds between two looks, reading not counted. */
const PAUSE = 120;

/** A camera that is looked through until it is closed. */
export class Camera {
  readonly #video: HTMLVideoElement;
  readonly #reader: PictureReader;
  #stream: MediaStream | undefined;

  constructor(video: HTMLVideoElement, reader: PictureReader) {
    this.#video = video;
    this.#reader = reader;
  }

  static readonly isThere = (): boolean => navigator.mediaDevices?.getUserMedia !== undefined;

  /** Calls `seen` for each look, with the texts that were in it. @throws DOMException where nobody allows it, or none is there */
  async open(seen: (texts: readonly string[]) => void): Promise<void> {
    const { mediaDevices } = navigator;
    const stream = await mediaDevices.getUserMedia({
      video: { facingMode: 'environment', width: { ideal: LONGER_SIDE } },
    });
    this.#stream = stream;
    this.#video.srcObject = stream;
    await this.#video.play();
    void this.#look(stream, seen);
  }

  close(): void {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = undefined;
    this.#video.srcObject = null;
  }

  async #look(stream: MediaStream, seen: (texts: readonly string[]) => void): Promise<void> {
    const canvas = document.createElement('canvas');
    const context = canvas.getContext('2d', { alpha: false })!;
    while (this.#stream === stream) {
      const { videoWidth: width, videoHeight: height } = this.#video;
      const scale = Math.min(1, LONGER_SIDE / Math.max(width, height, 1));
      if (width > 0 && document.visibilityState === 'visible') {
        canvas.width = Math.round(width * scale);
        canvas.height = Math.round(height * scale);
        context.drawImage(this.#video, 0, 0, canvas.width, canvas.height);
        const picture = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', 0.92));
        const texts = picture === null ? [] : await this.#reader.read(picture).catch(() => []);
        if (this.#stream === stream) seen(texts);
      }
      await new Promise((done) => setTimeout(done, PAUSE));
    }
  }
}

/** The picture that somebody chose or dropped. */
export function onPicture(input: HTMLInputElement, target: HTMLElement, take: (picture: Blob) => void): void {
  input.addEventListener('change', () => {
    for (const file of input.files ?? []) take(file);
    // The same file again is another showing.
    input.value = '';
  });
  target.addEventListener('dragover', (event) => event.preventDefault());
  target.addEventListener('drop', (event) => {
    event.preventDefault();
    for (const file of event.dataTransfer?.files ?? []) take(file);
  });
}
