/** Browsers, and whatever else is not Node. */
import type { Sm3Backend } from './backend.js';
import { chooseSm3 } from './sm3-choice.js';
import { js } from './sm3-js.js';
import { wasm } from './sm3-wasm.js';

export const sm3Backend: () => Sm3Backend = chooseSm3([wasm, js]);
