/** What a PKCS#12 file may ask for; each is checked before the work. */
export const PKCS12_LIMITS = {
  /** Of the file, bytes. */
  bytes: 4 * 1024 * 1024,
  /** ContentInfos of the authenticated safe. */
  parts: 64,
  /** Bags in all of them, nested ones included. */
  bags: 256,
  /** Safe contents within safe contents. */
  depth: 4,
  /** Rounds of all key derivations together, the authentication code's included; some seconds. */
  iterations: 3_000_000,
} as const;
