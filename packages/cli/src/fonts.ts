/** The font that is used where none is given: Noto Sans SC, from its npm package. */
import { createRequire } from 'node:module';
import { readInput } from './files.js';

export function defaultFont(): Promise<Uint8Array> {
  const require = createRequire(import.meta.url);
  return readInput(require.resolve('@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf'));
}
