/** Constants of the wire format, docs/formats/license-qr.cddl. */

export const QR_PREFIX = 'EL1:';

/** external_aad: the same message under another prefix does not verify. */
export const QR_AAD: Uint8Array = new TextEncoder().encode('EL1');

export const QR_LIMITS = {
  /** Alphanumeric characters of QR version 20 at level M (ISO/IEC 18004 table 7). */
  issueCharacters: 970,
  /** Characters that are read: what the largest QR holds (version 40 at level L). */
  characters: 4296,
  /** Octets of the digest of a member of a composite licence: no second QR with the same 128 bits will be found. */
  memberDigest: 16,
  /** Bytes after inflating: texts compress to a third at best. */
  inflatedBytes: 16_384,
} as const;
