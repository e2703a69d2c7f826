/** Seals put where `placesOf` says, signed by the small test world. */
import { openPdf, prepareSignature, prepareSignatureInField } from '@gov/pdf';
import { sm3 } from '@gov/sm';
import { encode } from 'fast-png';
import { TIMES, type World } from '../../../test/world.js';
import { type Seal, type SealPicture, signSes } from '../src/index.js';
import { encodePicture } from '../src/pdf/appearance.js';
import { PDF_SEAL_NAMES } from '../src/pdf/index.js';
import { type PlacingOptions, placesOf, type SealPlace } from '../src/pdf/place.js';

export interface StampOptions extends Omit<PlacingOptions, 'picture'> {
  /** Signed by the world's signer; without it the signature value is no signature. */
  readonly world?: World;
  readonly seal?: Seal;
  readonly picture?: SealPicture;
}

/** One signature with its seal at one place or several. */
export async function stamped(
  pdf: Uint8Array,
  place: SealPlace | readonly SealPlace[],
  { world, seal = world?.seal, picture = seal?.picture ?? SQUARE, ...placing }: StampOptions = {},
): Promise<Uint8Array> {
  const doc = openPdf(pdf);
  const placed = await placesOf(doc, place, { picture: encodePicture(picture), ...placing });
  const value = { ...PDF_SEAL_NAMES, reservedBytes: 8000 };
  const prepared =
    placed.kind === 'field'
      ? prepareSignatureInField(doc, placed.fieldName, { ...value, appearance: placed.appearance })
      : prepareSignature(doc, { ...placed.widgets[0], alsoOn: placed.widgets.slice(1), ...value });
  if (world === undefined || seal === undefined) return prepared.finish(Uint8Array.of(0x30, 0));
  const dataHash = sm3(...prepared.coveredParts());
  return prepared.finish(
    await signSes({ seal, ...world.signer, time: TIMES.signed, dataHash, propertyInfo: PDF_SEAL_NAMES.subFilter }),
  );
}

/** Four quarters in four colours, 40 mm: shows which way up, where and how large. */
export const SQUARE: SealPicture = { type: 'png', data: quarters(40), widthMm: 40, heightMm: 40 };

function quarters(size: number): Uint8Array {
  const data = new Uint8Array(size * size * 3);
  const colours = [
    [200, 0, 0],
    [0, 200, 0],
    [0, 0, 200],
    [200, 200, 0],
  ];
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++)
      data.set(colours[(y < size / 2 ? 0 : 2) + (x < size / 2 ? 0 : 1)]!, (y * size + x) * 3);
  return new Uint8Array(encode({ width: size, height: size, data, channels: 3 }));
}
