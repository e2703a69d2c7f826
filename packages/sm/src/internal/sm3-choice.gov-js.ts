/** The smallest bundle: the condition `gov-js`. */
import type { Sm3Backend } from './backend.js';
import { js } from './sm3-js.js';

export const sm3Backend = (): Sm3Backend => js;
