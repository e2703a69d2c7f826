/** Browsers, and whatever else is not Node. A page may forbid WebAssembly (Content-Security-Policy); JavaScript serves then. */
import { type ChooseSm2, chooseSm2 } from './sm2-choice.js';
import { js } from './sm2-js.js';
import { wasm } from './sm2-wasm.js';

export const sm2Backend: ChooseSm2 = chooseSm2([wasm, js], {
  sign: ['wasm', 'js'],
  point: ['wasm', 'js'],
});
