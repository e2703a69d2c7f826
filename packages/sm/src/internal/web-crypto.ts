import { GovError } from '@gov/verdict';

/** Pages that did not come over TLS have none. @throws GovError `backend-unavailable` */
export function webCrypto(): SubtleCrypto {
  const subtle = globalThis.crypto?.subtle;
  if (subtle === undefined) throw new GovError('backend-unavailable', 'this runtime has no WebCrypto');
  return subtle;
}
