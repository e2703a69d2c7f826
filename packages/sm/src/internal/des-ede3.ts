/** Triple DES outside Node: WebCrypto has none, and nobody should write it any more. */
import { GovError } from '@gov/verdict';
import type { Cbc } from './cbc-cipher.js';

export const desEde3Cbc: Cbc = () => {
  throw new GovError('backend-unavailable', 'this runtime has no triple DES');
};
