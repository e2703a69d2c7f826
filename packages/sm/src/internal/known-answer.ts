/** A backend is believed after it has passed a known answer in this very runtime, never by a version number. */
import { bytesToHex, hexToBytes } from '../bytes.js';
import type { Sm2Backend } from './backend.js';

/** The signature of GB/T 32918.5-2017 A.2 must verify, a changed one must not, and a fresh one must verify. */
export function passesKnownAnswer(backend: Sm2Backend): boolean {
  const scalar = hexToBytes('3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8');
  const za = hexToBytes('b2e14c5c79c6df5b85f4fe7ed8db7a262b9da7e07ccb0ea9f4747b8ccda8a4f3');
  const signature = hexToBytes(
    'f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3' +
      'b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa',
  );
  const message = new TextEncoder().encode('message digest');
  try {
    const point = backend.publicPoint(scalar);
    if (!bytesToHex(point).startsWith('0409f9df31')) return false;
    const verify = backend.verifier(point).message;
    const fresh = backend.signer(scalar, point).message(za, message);
    return verify(za, message, signature) && verify(za, message, fresh) && !verify(message, message, signature);
  } catch {
    return false;
  }
}
