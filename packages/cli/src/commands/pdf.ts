/** `gov pdf`: sealing PDFs, verifying their seals, and what happened to them since. */
import type { Command } from '../command.js';
import { pdfDiff } from './pdf-diff.js';
import { pdfInspect } from './pdf-inspect.js';
import { pdfRevisions } from './pdf-revisions.js';
import { pdfSeal } from './pdf-seal.js';
import { pdfComplete, pdfPrepare } from './pdf-two-step.js';
import { pdfVerify } from './pdf-verify.js';

export const PDF_COMMANDS: readonly Command[] = [
  pdfSeal,
  pdfVerify,
  pdfInspect,
  pdfRevisions,
  pdfDiff,
  pdfPrepare,
  pdfComplete,
];
