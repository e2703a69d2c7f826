/** Copies of the files that departments filled, with what is wrong as comments on the cells (批注副本). */
import type { CatalogIssue } from '@gov/catalog';
import { markUp } from '@gov/catalog/markup';
import { GovError } from '@gov/verdict';
import type { CatalogInput } from './catalog-input.js';
import type { OptionDefinition } from './command.js';
import { readInput } from './files.js';
import type { Language } from './output.js';

/** Issues of one file that are held for its copy; more could not be comments anyway. */
const HELD = 100_000;

export const MARKED = {
  type: 'string',
  value: 'COPY.xlsx',
  multiple: true,
  about: {
    en: 'copy of the input with comments on its cells; again for each further input',
    zh: '输出带批注的副本；多个输入文件时按次序重复给出',
  },
} as const satisfies OptionDefinition;

export class MarkedCopies {
  readonly #input: CatalogInput;
  readonly #paths: readonly string[];
  readonly #lang: Language;
  readonly #issues = new Map<string, CatalogIssue[]>();

  /** @throws GovError `usage` unless there are as many copies as inputs, or none, all of spreadsheets */
  constructor(input: CatalogInput, paths: readonly string[] | undefined) {
    this.#input = input;
    this.#paths = paths ?? [];
    this.#lang = input.lang;
    if (paths === undefined) return;
    if (paths.length !== input.files.length) throw new GovError('usage', 'as many --marked as inputs');
    if (input.files.some((file) => /\.jsonl$/i.test(file)))
      throw new GovError('usage', '--marked goes with .xlsx and .csv: JSON Lines have no cells');
    for (const file of input.files) this.#issues.set(file, []);
  }

  add(issue: CatalogIssue): void {
    const held = this.#issues.get(issue.place?.file ?? '');
    if (held !== undefined && held.length < HELD) held.push(issue);
  }

  /** To be written after everything was read: each copy is made when it is asked for. */
  outputs() {
    return this.#paths.map((path, index) => ({ path, content: this.#copy(this.#input.files[index]!) }));
  }

  async *#copy(file: string): AsyncGenerator<Uint8Array, void> {
    const { encoding } = this.#input;
    yield await markUp(await readInput(file), this.#issues.get(file)!, {
      language: this.#lang,
      ...(encoding === undefined ? {} : { encoding }),
    });
  }
}
