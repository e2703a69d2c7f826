/**
 * Names that PDF products write (GM/T 0112-2021). [open] The standard's own text could not be read: what stands here was
 * seen in products, and is corrected here alone. Files are read by their content, never by these names.
 */
export const PDF_SEAL_NAMES = {
  filter: 'Gomain.GMPkiLite',
  subFilter: 'GM.sm2seal',
} as const;
