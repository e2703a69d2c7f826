/** The module sm3.wasm. */
export { compress, STATE } from '../sm3';

/** What is to be hashed. */
export const DATA: usize = memory.data(65536);
