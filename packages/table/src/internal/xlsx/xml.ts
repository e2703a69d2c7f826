/**
 * XML of a workbook as a stream of events (saxes). What saxes refuses is refused; and so is what no workbook needs: document
 * types (with them entities), other encodings than UTF-8, and namespaces that change inside a part.
 */

import { GovError } from '@gov/verdict';
import { SaxesParser } from 'saxes';
import type { TableLimits } from '../../limits.js';
import { beyond } from '../limit.js';
import { malformed } from './zip.js';

export type Attributes = Readonly<Record<string, string>>;

interface XmlEvents {
  /** `path` is the local names from the root to this element, `/worksheet/sheetData/row`; '' in foreign namespaces. */
  open(path: string, attributes: Attributes): void;
  /** `text` is what stood directly in the element. */
  close(path: string, text: string): void;
}

export class XmlReader {
  readonly #parser = new SaxesParser<{ readonly xmlns: false }>({ xmlns: false });
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  readonly #part: string;
  readonly #limits: TableLimits;
  readonly #events: XmlEvents;
  /** Path and text of each open element. */
  readonly #paths: string[] = [];
  readonly #texts: string[] = [];
  /** By depth: the latest element there. */
  readonly #last: { readonly parent: string; readonly name: string; readonly path: string }[] = [];
  /** `x:` where the root is `x:worksheet`: elements of other prefixes are of other namespaces. */
  #prefix = '';
  /** UTF-16 units given since the parser last gave anything back. */
  #held = 0;

  constructor(part: string, limits: TableLimits, events: XmlEvents) {
    this.#part = part;
    this.#limits = limits;
    this.#events = events;
    const parser = this.#parser;
    parser.on('error', (error) => {
      throw malformed(`XML of ${part}`, error);
    });
    parser.on('doctype', () => {
      throw malformed(`document type in ${part}`);
    });
    parser.on('xmldecl', ({ encoding }) => {
      if (encoding !== undefined && !/^utf-?8$/i.test(encoding))
        throw new GovError('table-unsupported', `XML in another encoding than UTF-8 (${part})`);
    });
    parser.on('opentag', ({ name, attributes }) => this.#open(name, attributes));
    parser.on('closetag', () => this.#close());
    parser.on('text', (text) => this.#text(text));
    parser.on('cdata', (text) => this.#text(text));
  }

  /** @throws GovError `table-malformed`, `limit-exceeded` */
  write(bytes: Uint8Array): void {
    const text = this.#decode(bytes);
    this.#held += text.length;
    this.#parser.write(text);
    if (this.#held > this.#limits.xmlToken) throw this.#beyondToken();
  }

  /** @throws GovError `table-malformed` */
  end(): void {
    if (this.#decode() !== '') throw malformed(`UTF-8 of ${this.#part}`);
    this.#parser.close();
  }

  #decode(bytes?: Uint8Array): string {
    try {
      return bytes === undefined ? this.#decoder.decode() : this.#decoder.decode(bytes, { stream: true });
    } catch (cause) {
      throw malformed(`UTF-8 of ${this.#part}`, cause);
    }
  }

  #open(name: string, attributes: Attributes): void {
    this.#held = 0;
    const depth = this.#paths.length;
    if (depth >= this.#limits.xmlDepth)
      throw beyond('XML elements inside one another', this.#limits.xmlDepth, this.#part);
    if (depth === 0) this.#prefix = name.slice(0, name.indexOf(':') + 1);
    const own = this.#prefix === '' ? !name.includes(':') : name.startsWith(this.#prefix);
    const declaration = this.#prefix === '' ? 'xmlns' : `xmlns:${this.#prefix.slice(0, -1)}`;
    if (depth > 0 && own && attributes[declaration] !== undefined) throw malformed(`namespaces of ${this.#part}`);
    const parent = depth === 0 ? '/' : this.#paths[depth - 1]!;
    // Below a foreign element nothing is ours.
    const path = own && parent !== '' ? this.#path(depth, parent, name) : '';
    this.#paths.push(path);
    this.#texts.push('');
    if (path !== '') this.#events.open(path, attributes);
  }

  /** At one depth the same element mostly follows itself: its path is not made anew millions of times. */
  #path(depth: number, parent: string, name: string): string {
    const last = this.#last[depth];
    if (last !== undefined && last.name === name && last.parent === parent) return last.path;
    const path = `${depth === 0 ? '' : parent}/${name.slice(this.#prefix.length)}`;
    this.#last[depth] = { parent, name, path };
    return path;
  }

  #close(): void {
    this.#held = 0;
    const path = this.#paths.pop() ?? '';
    const text = this.#texts.pop() ?? '';
    if (path !== '') this.#events.close(path, text);
  }

  #text(text: string): void {
    this.#held = 0;
    const last = this.#texts.length - 1;
    // Outside the root there are only blanks.
    if (last < 0) return;
    const whole = this.#texts[last] === '' ? text : this.#texts[last] + text;
    if (whole.length > this.#limits.xmlToken) throw this.#beyondToken();
    this.#texts[last] = whole;
  }

  #beyondToken = (): GovError => beyond('XML characters in one piece', this.#limits.xmlToken, this.#part);
}

/** Reads a part to its end. @throws GovError as `XmlReader` and the source of the bytes */
export function readXml(part: string, bytes: Iterable<Uint8Array>, limits: TableLimits, events: XmlEvents): void {
  const reader = new XmlReader(part, limits, events);
  for (const chunk of bytes) reader.write(chunk);
  reader.end();
}

/** xsd:boolean */
export const isTrue = (value: string | undefined): boolean => value === '1' || value === 'true';
