/** Node, Bun, Deno. */
import { type ChooseSm2, chooseSm2 } from './sm2-choice.js';
import { js } from './sm2-js.js';
import { native } from './sm2-native.node.js';

export const sm2Backend: ChooseSm2 = chooseSm2([native, js], {
  sign: ['native', 'js'],
  verify: ['native', 'js'],
  point: ['js'],
});
