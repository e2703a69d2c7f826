/** Browsers, and whatever else is not Node. */
import { type ChooseSm4, chooseSm4 } from './sm4-backend.js';
import { js } from './sm4-js.js';

export const sm4Backend: ChooseSm4 = chooseSm4([js]);
