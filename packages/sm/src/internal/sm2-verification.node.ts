/** Node, Bun, Deno: WebAssembly verifies, ten times as fast as OpenSSL. */
import { type ChooseSm2Verification, chooseSm2Verification } from './sm2-choice.js';
import { native } from './sm2-native.node.js';
import { wasm } from './sm2-wasm.js';

export const sm2Verification: ChooseSm2Verification = chooseSm2Verification([wasm, native]);
