/** A backend is believed after it has passed a known answer in this very runtime, never by a version number. */
import { bytesToHex, hexToBytes } from '../bytes.js';
import type { Sm2Backend, Sm2Verification } from './backend.js';

const SCALAR = '3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8';
const POINT =
  '0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020' +
  'ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13';
const ZA = 'b2e14c5c79c6df5b85f4fe7ed8db7a262b9da7e07ccb0ea9f4747b8ccda8a4f3';
const SIGNATURE =
  'f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3' +
  'b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa';
const message = (): Uint8Array => new TextEncoder().encode('message digest');

/** The signature of GB/T 32918.5-2017 A.2 must verify, and over another ZA it must not. */
export function verifiesKnownAnswer(backend: Sm2Verification): boolean {
  try {
    const verify = backend.verifier(hexToBytes(POINT)).message;
    const signature = hexToBytes(SIGNATURE);
    return verify(hexToBytes(ZA), message(), signature) && !verify(message(), message(), signature);
  } catch {
    return false;
  }
}

/** The same, the point of the standard from its scalar, and a fresh signature must verify. */
export function passesKnownAnswer(backend: Sm2Backend): boolean {
  try {
    const [scalar, za] = [hexToBytes(SCALAR), hexToBytes(ZA)];
    const point = backend.publicPoint(scalar);
    if (bytesToHex(point) !== POINT || !verifiesKnownAnswer(backend)) return false;
    return backend.verifier(point).message(za, message(), backend.signer(scalar, point).message(za, message()));
  } catch {
    return false;
  }
}
