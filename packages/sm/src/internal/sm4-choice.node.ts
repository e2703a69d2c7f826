/** Node, Bun, Deno. */
import { type ChooseSm4, chooseSm4 } from './sm4-backend.js';
import { js } from './sm4-js.js';
import { native } from './sm4-native.node.js';

export const sm4Backend: ChooseSm4 = chooseSm4([native, js]);
