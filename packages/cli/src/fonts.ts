/** The fonts that are used where none is given: Noto Sans SC, from its npm package. */
import { createRequire } from 'node:module';
import { readInput } from './files.js';

const { resolve } = createRequire(import.meta.url);

/** Licence faces. */
export const faceFont = (): Promise<Uint8Array> =>
  readInput(resolve('@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf'));

/** Seals: strokes as heavy as on rubber. */
export const sealFont = (): Promise<Uint8Array> =>
  readInput(resolve('@expo-google-fonts/noto-sans-sc/700Bold/NotoSansSC_700Bold.ttf'));
