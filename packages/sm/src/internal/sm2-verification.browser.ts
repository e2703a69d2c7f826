/** Browsers, and whatever else is not Node. A page may forbid WebAssembly (Content-Security-Policy); JavaScript serves then. */
import { type ChooseSm2Verification, chooseSm2Verification } from './sm2-choice.js';
import { jsVerification } from './sm2-verify-js.js';
import { wasm } from './sm2-wasm.js';

export const sm2Verification: ChooseSm2Verification = chooseSm2Verification([wasm, jsVerification]);
