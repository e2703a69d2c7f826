/** The fonts that are used where none is given: Noto Sans SC, from its npm package. */
import { createRequire } from 'node:module';
import { readInput } from './files.js';

const FILES = {
  /** Licence faces. */
  regular: '400Regular/NotoSansSC_400Regular.ttf',
  /** Seals: strokes as heavy as on rubber. */
  bold: '700Bold/NotoSansSC_700Bold.ttf',
} as const;

export function defaultFont(weight: keyof typeof FILES): Promise<Uint8Array> {
  const require = createRequire(import.meta.url);
  return readInput(require.resolve(`@expo-google-fonts/noto-sans-sc/${FILES[weight]}`));
}
