/** PDFs that are read, encrypted ones too. */
import { openPdf, type PdfDocument } from '@gov/pdf';
import { openFile } from '@gov/pdf/file';
import type { OptionDefinition } from './command.js';
import { readPassword } from './password.js';

/** The password of the PDF itself: never on the command line, which every user of the machine can read. */
export const PDF_PASSWORD = {
  type: 'string',
  value: 'FILE|-',
  about: {
    en: 'file of the password that opens the PDF, - for standard input',
    zh: 'PDF 打开口令所在的文件，- 表示标准输入',
  },
} as const satisfies OptionDefinition;

export const PDF_REPAIR = {
  type: 'boolean',
  about: {
    en: 'take an unsigned file with a damaged cross-reference; a new one is appended',
    zh: '允许未签名而交叉引用损坏的文件，另附完整的新交叉引用',
  },
} as const satisfies OptionDefinition;

/** Does something with an open PDF; the file is closed afterwards. It is read where it is needed, not as a whole. */
export async function withPdf<T>(
  path: string,
  options: { readonly password?: Uint8Array | undefined; readonly repair?: boolean },
  use: (doc: PdfDocument) => Promise<T> | T,
): Promise<T> {
  const file = openFile(path);
  try {
    const { password, repair } = options;
    return await use(
      openPdf(file, { ...(password === undefined ? {} : { password }), ...(repair === true ? { repair: true } : {}) }),
    );
  } finally {
    file.close();
  }
}

/** The password in a file, or undefined where none was named. */
export const pdfPassword = async (
  file: string | undefined,
  readStdin: () => Promise<Uint8Array>,
): Promise<Uint8Array | undefined> => (file === undefined ? undefined : readPassword(file, readStdin));
