import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';

/** Where the installed pdfjs-dist keeps the character maps of Chinese fonts that a PDF does not embed. */
export function characterMaps(): string | undefined {
  try {
    const manifest = createRequire(import.meta.url).resolve('pdfjs-dist/package.json');
    return `${dirname(manifest)}${sep}cmaps${sep}`;
  } catch {
    return undefined;
  }
}
