/** Highlighting (荧光标记): an appearance that only tints what lies beneath cannot hide it. */
import { isGovError } from '@gov/verdict';
import type { PdfDocument } from '../document.js';
import { decodeStream } from '../filter.js';
import { isName, PdfDict, type PdfObject, PdfStream } from '../object.js';
import { operationsIn } from './content-operators.js';

const MAX_FORM_DEPTH = 4;
const MAX_TINT_OPERATORS = 10_000;

/** Paths, the state they are painted in, and clipping. */
const HARMLESS = new Set([
  ...['m', 'l', 'c', 'v', 'y', 'h', 're', 'n', 'W', 'W*', 'cm', 'w', 'i', 'j', 'J', 'M', 'd', 'ri', 'G', 'RG', 'K'],
]);

/**
 * Whether an appearance does nothing but fill paths in a light colour, multiplied with what is below (ISO 32000-2 §11.3.5.2).
 * Anything else, and what cannot be read, is taken to hide something.
 */
export function onlyTints(doc: PdfDocument, appearance: PdfObject): boolean {
  let left = MAX_TINT_OPERATORS;
  const tints = (stream: PdfObject, multiplied: boolean, light: boolean, depth: number): boolean => {
    if (!(stream instanceof PdfStream) || depth > MAX_FORM_DEPTH) return false;
    // Inside a group colours are first mixed among themselves: it must be multiplied as a whole.
    const group = doc.resolve(stream.dict.get('Group')) !== null;
    if (group && !multiplied) return false;
    const resources = doc.resolve(stream.dict.get('Resources'));
    const resource = (kind: string, name: unknown): PdfObject => {
      const named = resources instanceof PdfDict ? doc.resolve(resources.get(kind)) : null;
      return named instanceof PdfDict && typeof name === 'string' ? doc.resolve(named.get(name.slice(1))) : null;
    };
    let state = { multiplied, light };
    const stack: (typeof state)[] = [];
    for (const { operator, operands } of operationsIn(decodeStream(doc, stream))) {
      if (--left < 0) return false;
      const numbers = operands.map((value) => (typeof value === 'number' ? value : 0));
      if (operator === 'q') stack.push({ ...state });
      else if (operator === 'Q') state = stack.pop() ?? state;
      else if (operator === 'g' || operator === 'rg') state.light = Math.max(...numbers) >= 0.5;
      else if (operator === 'k') state.light = Math.min(...numbers.slice(0, 3)) + (numbers[3] ?? 1) <= 0.5;
      else if (operator === 'gs') {
        const dict = resource('ExtGState', operands[0]);
        const mode = dict instanceof PdfDict ? doc.resolve(dict.get('BM')) : null;
        if (mode !== null) state.multiplied = isName(mode, 'Multiply');
      } else if (operator === 'Do') {
        if (!tints(resource('XObject', operands[0]), state.multiplied, state.light, depth + 1)) return false;
      } else if (operator === 'f' || operator === 'F' || operator === 'f*') {
        if (!state.multiplied || !state.light) return false;
      } else if (!HARMLESS.has(operator)) return false;
    }
    return true;
  };
  try {
    return tints(appearance, false, false, 0);
  } catch (error) {
    if (isGovError(error)) return false;
    throw error;
  }
}
