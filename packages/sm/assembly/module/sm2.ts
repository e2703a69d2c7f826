/** The module sm2.wasm: what the host calls. Octets go through the places of io.ts. */
import { DIGEST, MESSAGE } from '../io';
import { hash } from '../sm3';

// For the tests of the bounds.
export { mul, square } from '../field';
export { DIGEST, INVERSE, KEY, MESSAGE, RANDOM, SCALAR, SIGNATURE } from '../io';
export { invertKey, multiplyPoint, publicPoint, sign, signWithNonce } from '../sign';
export { buildKeyTable, isOnCurve, KEY_TABLE, openKey, verify } from '../verify';

/** DIGEST := SM3 of `length` octets at MESSAGE. */
export function digest(length: usize): void {
  hash(DIGEST, MESSAGE, length);
}

/** Where the host may put tables: behind everything else. */
export const FREE: usize = __heap_base;
