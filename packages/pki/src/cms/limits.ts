/** How much of a CMS message is read: each is checked before the work that it bounds. */
export const CMS_LIMITS = {
  /** A message in memory, bytes; streams have no limit. */
  maxBytes: 64 * 1024 * 1024,
  /** Signers of one message. */
  maxSigners: 64,
  /** Recipients of one envelope. */
  maxRecipients: 1000,
  maxCertificates: 128,
  maxCrls: 100,
  maxDigestAlgorithms: 16,
  /** What a stream has before and behind its content, bytes. */
  maxSurroundings: 16 * 1024 * 1024,
  /** Content of a stream that is held for signers without signed attributes, who sign the content itself, bytes. */
  maxHeldContent: 4 * 1024 * 1024,
} as const;
