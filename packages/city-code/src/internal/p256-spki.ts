/** The form in which keys of P-256 are handed about. */
import { hexToBytes } from '@gov/sm';

/** SubjectPublicKeyInfo (RFC 5480 2), DER. @param point 04 ‖ x ‖ y */
export const p256Spki = (point: Uint8Array): Uint8Array =>
  Uint8Array.of(...hexToBytes('3059301306072a8648ce3d020106082a8648ce3d030107034200'), ...point);
