/** Node, Bun, Deno. */
import { lengthOf, type Sm3Backend } from './backend.js';
import { chooseSm3 } from './sm3-choice.js';
import { js } from './sm3-js.js';
import { native } from './sm3-native.node.js';
import { wasm } from './sm3-wasm.js';

/** Octets that WebAssembly hashes in the 2 µs which a hash object of Node takes to begin and to end. */
const SHORT = 1024;

const both: Sm3Backend = {
  ...native,
  hash: (...parts) => (lengthOf(parts) <= SHORT ? wasm : native).hash(...parts),
};

export const sm3Backend: () => Sm3Backend = chooseSm3([both, native, wasm, js]);
