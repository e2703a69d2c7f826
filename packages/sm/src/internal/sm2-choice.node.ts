/**
 * Node, Bun, Deno: OpenSSL signs where it can, WebAssembly verifies (ten times OpenSSL) and does the rest. The JavaScript
 * backend is left out: @noble/curves would cost every import 30 ms, and all of these have WebAssembly.
 */
import { type ChooseSm2, chooseSm2 } from './sm2-choice.js';
import { native } from './sm2-native.node.js';
import { wasm } from './sm2-wasm.js';

export const sm2Backend: ChooseSm2 = chooseSm2([native, wasm], {
  sign: ['native', 'wasm'],
  point: ['wasm'],
});
