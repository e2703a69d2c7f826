/** PDFs as programs of Debian write them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Tool, tool, workFolder } from '../tools.js';
import type { Input } from './input.js';
import { formPdf, plainPdf } from './libraries.js';

/** Runs `program` on `in.pdf`; its output is `out.pdf`. */
function through(
  program: Tool | undefined,
  input: () => Promise<Uint8Array>,
  args: (input: string, output: string) => string[],
): () => Promise<Uint8Array | undefined> {
  return async () => {
    if (program === undefined) return undefined;
    using folder = workFolder();
    const output = join(folder.path, 'out.pdf');
    const { status, text } = program(args(folder.write('in.pdf', await input()), output), { cwd: folder.path });
    // qpdf says 3 for a warning.
    if (status !== 0 && status !== 3) throw new Error(text);
    return new Uint8Array(readFileSync(output));
  };
}

const qpdf = tool('qpdf');
const mutool = tool('mutool', '-v');
const pdfunite = tool('pdfunite', '-v');
const pdfseparate = tool('pdfseparate', '-v');
const pdftocairo = tool('pdftocairo', '-v');

const qpdfInput = (name: string, ...options: string[]): Input[] => [
  { name: `qpdf ${name}`, make: through(qpdf, plainPdf, (a, b) => [...options, a, b]) },
  { name: `qpdf ${name}, form`, make: through(qpdf, formPdf, (a, b) => [...options, a, b]) },
];

const encrypted = (name: string, bits: string, ...options: string[]): Input => ({
  name: `qpdf encrypted ${name}`,
  password: 'owner',
  make: through(qpdf, plainPdf, (a, b) => [
    '--allow-weak-crypto',
    ...['--encrypt', 'user', 'owner', bits, ...options, '--', a, b],
  ]),
});

const cleaned = (name: string, flags: string): Input => ({
  name: `mutool clean ${name}`,
  make: through(mutool, formPdf, (a, b) => ['clean', flags, a, b]),
});

export const PROGRAM_INPUTS: readonly Input[] = [
  ...qpdfInput('linearized', '--linearize'),
  ...qpdfInput('linearized with object streams', '--linearize', '--object-streams=generate'),
  ...qpdfInput('object streams', '--object-streams=generate'),
  ...qpdfInput('no object streams', '--object-streams=disable'),
  ...qpdfInput('qdf', '--qdf'),
  ...qpdfInput('streams not compressed', '--stream-data=uncompress'),
  ...qpdfInput('version 1.3', '--force-version=1.3', '--object-streams=disable'),
  ...qpdfInput('version 2.0', '--force-version=2.0'),
  ...qpdfInput('contents in one', '--coalesce-contents'),
  ...qpdfInput('turned', '--rotate=+90:1-z'),
  ...qpdfInput('pages in another order', '--pages', '.', 'z-1', '--'),
  ...qpdfInput('pages twice', '--pages', '.', '1,1,1', '--'),
  ...qpdfInput('form flattened', '--flatten-annotations=all', '--generate-appearances'),
  ...qpdfInput('without identifier of its own', '--deterministic-id', '--normalize-content=y'),
  encrypted('RC4-40', '40'),
  encrypted('RC4-128', '128', '--use-aes=n'),
  encrypted('AES-128', '128', '--use-aes=y'),
  encrypted('AES-128, metadata readable', '128', '--use-aes=y', '--cleartext-metadata'),
  encrypted('AES-256', '256'),
  encrypted('AES-256, revision 5', '256', '--force-R5'),
  {
    name: 'qpdf encrypted for everybody',
    make: through(qpdf, plainPdf, (a, b) => ['--encrypt', '', 'owner', '256', '--', a, b]),
  },
  {
    name: 'qpdf encrypted, linearized, object streams',
    password: 'owner',
    make: through(qpdf, formPdf, (a, b) => [
      ...['--linearize', '--object-streams=generate', '--encrypt', 'user', 'owner', '256', '--', a, b],
    ]),
  },
  cleaned('as it is', '-s'),
  cleaned('renumbered', '-gggg'),
  cleaned('streams expanded', '-d'),
  cleaned('pretty', '-zia'),
  { name: 'mutool merge', make: through(mutool, plainPdf, (a, b) => ['merge', '-o', b, a, a]) },
  // It counts the objects of the first file only: what lies beyond /Size is there for some readers.
  { name: 'pdfunite', refused: 'pdf-unfaithful', make: through(pdfunite, plainPdf, (a, b) => [a, a, b]) },
  { name: 'pdfseparate', make: through(pdfseparate, plainPdf, (a, b) => ['-f', '1', '-l', '1', a, b]) },
  { name: 'cairo', make: through(pdftocairo, plainPdf, (a, b) => ['-pdf', a, b]) },
];
