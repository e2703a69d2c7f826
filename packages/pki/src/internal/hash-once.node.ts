/** Node's OpenSSL takes half the time of plain JavaScript. */
import * as nodeCrypto from 'node:crypto';
import type { HashOnce } from './hash-once.js';

export const hashOnce: HashOnce = (name, plain) => {
  const node = name.replace('-', '').toLowerCase();
  // Absent in runtimes that follow Node from afar; MD5 in one that was configured so (FIPS).
  if (typeof nodeCrypto.hash !== 'function' || !nodeCrypto.getHashes().includes(node)) return plain;
  return (data) => nodeCrypto.hash(node, data, 'buffer');
};
