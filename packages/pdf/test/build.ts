/** Small PDFs of every cross-reference kind, written by hand. */
import { zlibSync } from 'fflate';

export const ascii = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0) & 0xff);
export const latin = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
const _join = (...parts: (string | Uint8Array)[]): Uint8Array =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? ascii(part) : part)));

type Kind = 'table' | 'stream' | 'objstm' | 'hybrid';
export const KINDS: readonly Kind[] = ['table', 'stream', 'objstm', 'hybrid'];

export interface BuildOptions {
  readonly kind?: Kind;
  /** Bytes before %PDF-. */
  readonly junk?: string;
  /** Offsets count from byte 0 although there is junk. */
  readonly fromZero?: boolean;
  /** More trailer keys. */
  readonly trailer?: string;
  /** More keys of the object stream. */
  readonly containerKeys?: string;
  /** End of the file after %%EOF. */
  readonly end?: string;
  /** Object number to text between `obj` and `endobj`; these replace or add to the usual ones. */
  readonly objects?: Readonly<Record<number, string>>;
  readonly pages?: number;
}

/** Catalog 1, tree 2, info 3, pages from 4 on, two numbers each. */
function usualObjects(pages = 1): Record<number, string> {
  const objects: Record<number, string> = {
    1: '<</Type /Catalog /Pages 2 0 R /Unknown#20Key [1.50 (a\\)b) <0aF>]>>',
    3: '<</Producer (test)>>',
  };
  const kids: string[] = [];
  for (let i = 0; i < pages; i++) {
    const page = 4 + 2 * i;
    kids.push(`${page} 0 R`);
    objects[page] = `<</Type/Page/Parent 2 0 R/Contents ${page + 1} 0 R/Num 1.500>>`;
    const content = `BT (page ${i + 1}) Tj ET`;
    objects[page + 1] = `<</Length ${content.length}>>\nstream\n${content}\nendstream`;
  }
  objects[2] = `<</Type/Pages/Count ${pages}/Kids[${kids.join(' ')}]/MediaBox[0 0 600. 800]>>`;
  return objects;
}

export function buildPdf(options: BuildOptions = {}): Uint8Array {
  const { kind = 'table', junk = '', fromZero = false, trailer = '', end = '\n' } = options;
  const objects = { ...usualObjects(options.pages), ...options.objects };
  const numbers = Object.keys(objects)
    .map(Number)
    .sort((a, b) => a - b);
  const base = fromZero ? 0 : junk.length;
  let text = `${junk}%PDF-1.7\n%\xe2\xe3\xcf\xd3\n`;
  const offsets = new Map<number, number>();
  const inside = new Map<number, number>();
  const packed =
    kind === 'objstm' || kind === 'hybrid'
      ? numbers.filter((n) => !/stream\n/.test(objects[n] as string) && n > 2)
      : [];
  let next = (numbers.at(-1) ?? 0) + 1;
  const put = (n: number, body: string): void => {
    offsets.set(n, text.length - base);
    text += `${n} 0 obj\n${body}\nendobj\n`;
  };
  for (const n of numbers) if (!packed.includes(n)) put(n, objects[n] as string);
  let container = 0;
  if (packed.length > 0) {
    container = next++;
    let head = '';
    let body = '';
    packed.forEach((n, i) => {
      inside.set(n, i);
      head += `${n} ${body.length} `;
      body += `${objects[n]} `;
    });
    const data = latin(zlibSync(ascii(head + body)));
    put(
      container,
      `<</Type/ObjStm${options.containerKeys ?? ''}/N ${packed.length}/First ${head.length}/Filter/FlateDecode/Length ${data.length}>>\nstream\n${data}\nendstream`,
    );
  }
  const xrefStream = (own: number, extra: string, from = 0): string => {
    const rows: number[][] = [];
    for (let n = from; n <= own; n++) {
      const at = n === own ? text.length - base : offsets.get(n);
      if (n === 0) rows.push([0, 0, 0, 0, 255, 255]);
      else if (inside.has(n)) rows.push([2, 0, 0, container, 0, inside.get(n) as number]);
      else
        rows.push([at === undefined ? 0 : 1, ((at ?? 0) >> 16) & 255, ((at ?? 0) >> 8) & 255, (at ?? 0) & 255, 0, 0]);
    }
    // PNG "up" predictor, as real writers use it
    const data: number[] = [];
    for (const [i, row] of rows.entries()) data.push(2, ...row.map((b, j) => (b - (rows[i - 1]?.[j] ?? 0)) & 255));
    const packedRows = latin(zlibSync(Uint8Array.from(data)));
    return `${own} 0 obj\n<</Type/XRef/Size ${own + 1}/W[1 3 2]/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 6>>${extra}/Length ${packedRows.length}>>\nstream\n${packedRows}\nendstream\nendobj\n`;
  };
  const keys = `/Root 1 0 R/Info 3 0 R/ID[<0102><0304>]${trailer}`;
  let start: number;
  if (kind === 'table' || kind === 'hybrid') {
    let hidden = '';
    if (kind === 'hybrid') {
      const at = text.length - base;
      text += xrefStream(next++, '');
      offsets.set(next - 1, at);
      hidden = `/XRefStm ${at}`;
    }
    start = text.length - base;
    text += `xref\n0 ${next}\n0000000000 65535 f \n`;
    for (let n = 1; n < next; n++) {
      const at = offsets.get(n);
      text += at === undefined ? '0000000000 00000 f \n' : `${String(at).padStart(10, '0')} 00000 n \n`;
    }
    text += `trailer\n<</Size ${next}${keys}${hidden}>>\n`;
  } else {
    start = text.length - base;
    text += xrefStream(next++, keys);
  }
  return ascii(`${text}startxref\n${start}\n%%EOF${end}`);
}

/** Appends a table section; objects by number, null frees one. The caller says what the trailer has. */
export function appendTable(
  input: Uint8Array,
  objects: Readonly<Record<number, string | null>>,
  keys: string,
  start?: number,
): Uint8Array {
  const text = latin(input);
  const previous = Number(/startxref\s+(\d+)\s+%%EOF\s*$/.exec(text)?.[1]);
  let out = text;
  let table = 'xref\n';
  for (const [n, body] of Object.entries(objects)) {
    if (body === null) table += `${n} 1\n0000000000 00001 f \n`;
    else {
      table += `${n} 1\n${String(out.length).padStart(10, '0')} 00000 n \n`;
      out += `${n} 0 obj\n${body}\nendobj\n`;
    }
  }
  const at = out.length;
  return ascii(`${out}${table}trailer\n<<${keys}/Prev ${start ?? previous}>>\nstartxref\n${at}\n%%EOF\n`);
}

/** Replaces one text by another of the same length. */
export function patch(input: Uint8Array, from: string, to: string): Uint8Array {
  const text = latin(input);
  const at = text.lastIndexOf(from);
  if (at < 0 || from.length !== to.length) throw new Error(`cannot patch ${from}`);
  return ascii(text.slice(0, at) + to + text.slice(at + from.length));
}

/** The code of what `act` throws. */
export function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return (error as { code?: string }).code ?? `not a GovError: ${error}`;
  }
  return 'nothing thrown';
}
