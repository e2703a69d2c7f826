/**
 * Names that PDF products write (GM/T 0112-2021). [open] The standard's own text could not be read: what stands here was
 * seen in products, and is corrected here alone. Files are read by their content, never by these names.
 */
export const PDF_SEAL_NAMES = {
  filter: 'Gomain.GMPkiLite',
  subFilter: 'GM.sm2seal',
} as const;

/** Names of CMS in PDF: what SM2 products write, and what ISO 32000-2 12.8.3.3 and EN 319 142-1 write for all others. */
export const PDF_CMS_NAMES = {
  sm2: { filter: 'DJ.GMPkiLite', subFilter: 'GM.sm2cms.detached' },
  pkcs7: { filter: 'Adobe.PPKLite', subFilter: 'adbe.pkcs7.detached' },
  pades: { filter: 'Adobe.PPKLite', subFilter: 'ETSI.CAdES.detached' },
  timestamp: { filter: 'Adobe.PPKLite', subFilter: 'ETSI.RFC3161' },
} as const;
