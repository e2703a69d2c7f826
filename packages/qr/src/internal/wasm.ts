import { GovError } from '@gov/verdict';

/** Outside Node nothing is fetched unasked: the caller passes the bytes. */
export function instantiatePackaged(): never {
  throw new GovError(
    'backend-unavailable',
    'reading QR codes here needs the option `wasm`: zxing_reader.wasm as bytes',
  );
}
