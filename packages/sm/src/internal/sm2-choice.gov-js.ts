/** The smallest bundle: the condition `gov-js`. */
import { type ChooseSm2, chooseSm2 } from './sm2-choice.js';
import { js } from './sm2-js.js';

export const sm2Backend: ChooseSm2 = chooseSm2([js], { sign: ['js'], point: ['js'] });
