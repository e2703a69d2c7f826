/**
 * `@gov/e-seal/pdf/diff`: what later revisions of a PDF changed, in words and pictures.
 *
 * @packageDocumentation
 */
export { type DiffPdfOptions, diffPdf, type PagePair, type PdfDiff, type PdfDifference } from './difference.js';
export { type Comparison, type DiffHtmlOptions, diffHtml } from './html.js';
export {
  type ComparedPages,
  comparePages,
  MAX_RENDERED_BYTES,
  type PageComparison,
  PICTURE_LIMITS,
  type PictureOptions,
  type RenderPage,
} from './pictures.js';
export {
  DIFFERENCE_TOLERANCE,
  differingRegions,
  MAX_REGIONS,
  type PagePicture,
  type PictureRegion,
} from './regions.js';
export { type DiffLanguage, levelText, sentenceOf, sentencesOf } from './words.js';
