/** PDFs as office programs and typesetters write them. Large programs: only in the slow suite. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Tool, tool, workFolder } from '../tools.js';
import type { Input } from './input.js';

const slow = process.env.SLOW !== undefined;
const program = (name: string, flag?: string): Tool | undefined => (slow ? tool(name, flag) : undefined);
const soffice = program('soffice');
const pdflatex = program('pdflatex');
const xelatex = program('xelatex');
const gs = program('gs');
const groff = program('groff');
const rsvg = program('rsvg-convert');

const LETTER = `<html><body><h1>Notice</h1><p>The seal goes below.</p>${'<p>Lorem ipsum dolor sit amet.</p>'.repeat(80)}</body></html>`;
const SHEET = `kind,number,sum\n${Array.from({ length: 200 }, (_, n) => `a,${n},${n * 3.5}`).join('\n')}\n`;
const tex = (packages: string) =>
  `\\documentclass{article}${packages}\\begin{document}\\section{Notice}The seal goes below. $\\int_0^1 x\\,dx$
\\newpage A second page.\\newpage A third.\\end{document}`;
const SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" width="600" height="800"><circle cx="300" cy="400" r="99" fill="#eeeeee"/></svg>';
const PS = '%!PS\n/Times-Roman findfont 24 scalefont setfont 72 600 moveto (Notice) show showpage\n';

interface Job {
  readonly name: string;
  readonly program: Tool | undefined;
  readonly source: readonly [name: string, text: string];
  readonly args: (input: string, folder: string) => string[];
  /** In the folder; standard output where absent. */
  readonly output?: string;
}

const made = ({ name, program, source, args, output }: Job): Input => ({
  name,
  async make() {
    if (program === undefined) return undefined;
    using folder = workFolder();
    const input = folder.write(...source);
    const { status, stdout, text } = program(args(input, folder.path), { cwd: folder.path, milliseconds: 300_000 });
    if (status !== 0) throw new Error(text);
    return new Uint8Array(output === undefined ? stdout : readFileSync(join(folder.path, output)));
  },
});

const office = (name: string, source: readonly [string, string], filter: string, options = ''): Input =>
  made({
    name: `LibreOffice ${name}`,
    program: soffice,
    source,
    output: 'in.pdf',
    args: (input, folder) => [
      `-env:UserInstallation=file://${folder}/profile`,
      ...['--headless', '--convert-to', `pdf:${filter}${options}`, '--outdir', folder, input],
    ],
  });

const writer = (name: string, options = '') =>
  office(name, ['in.html', LETTER], 'writer_web_pdf_Export', options === '' ? '' : `:${options}`);
const choice = (values: Record<string, unknown>): string =>
  JSON.stringify(
    Object.fromEntries(
      Object.entries(values).map(([key, value]) => [
        key,
        { type: typeof value === 'boolean' ? 'boolean' : 'long', value: String(value) },
      ]),
    ),
  );

const gsPdf = (name: string, ...options: string[]): Input =>
  made({
    name: `Ghostscript ${name}`,
    program: gs,
    source: ['in.ps', PS],
    output: 'out.pdf',
    args: (input) => ['-q', '-dBATCH', '-dNOPAUSE', '-sDEVICE=pdfwrite', ...options, '-sOutputFile=out.pdf', input],
  });

export const OFFICE_INPUTS: readonly Input[] = [
  writer('Writer'),
  writer('Writer, tagged', choice({ UseTaggedPDF: true })),
  writer('Writer, PDF/A-2', choice({ SelectPdfVersion: 2 })),
  writer('Writer, PDF/A-1', choice({ SelectPdfVersion: 1 })),
  writer('Writer, PDF 1.5', choice({ SelectPdfVersion: 15 })),
  office('Calc', ['in.csv', SHEET], 'calc_pdf_Export'),
  ...[
    ['pdfTeX', pdflatex, '', 'pdflatex'] as const,
    ['pdfTeX with hyperref', pdflatex, '\\usepackage{hyperref}', 'pdflatex'] as const,
    [
      'pdfTeX 1.4, nothing compressed',
      pdflatex,
      '\\pdfminorversion=4\\pdfobjcompresslevel=0\\pdfcompresslevel=0',
      '',
    ] as const,
    ['XeTeX', xelatex, '', ''] as const,
  ].map(([name, program, packages]) =>
    made({
      name,
      program,
      source: ['in.tex', tex(packages)],
      output: 'in.pdf',
      args: (input) => ['-interaction=batchmode', input],
    }),
  ),
  gsPdf('1.4', '-dCompatibilityLevel=1.4'),
  gsPdf('1.7, linear', '-dCompatibilityLevel=1.7', '-dFastWebView=true'),
  gsPdf('PDF/A', '-dPDFA=2'),
  made({
    name: 'groff',
    program: groff,
    source: ['in.ms', '.TL\nNotice\n.PP\nThe seal goes below.\n'],
    args: (input) => ['-Tpdf', '-ms', input],
  }),
  made({ name: 'rsvg-convert', program: rsvg, source: ['in.svg', SVG], args: (input) => ['-f', 'pdf', input] }),
];
