/** scrypt outside Node: WebCrypto has none. */
import { GovError } from '@gov/verdict';
import type { Scrypt } from './scrypt-options.js';

export const scrypt: Scrypt = async () => {
  throw new GovError('backend-unavailable', 'this runtime has no scrypt');
};
