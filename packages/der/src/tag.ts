/** Identifier octets of the universal types used here (X.690 8.1.2); constructed types carry bit 0x20. */
export const Tag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utf8String: 0x0c,
  sequence: 0x30,
  set: 0x31,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  visibleString: 0x1a,
  bmpString: 0x1e,
} as const;

/** Identifier octet of a context-specific constructed element: `[n] EXPLICIT`, or `[n] IMPLICIT` of a constructed type. */
export const context = (n: number): number => 0xa0 | n;

/** Identifier octet of a context-specific primitive element: `[n] IMPLICIT` of a primitive type. */
export const contextPrimitive = (n: number): number => 0x80 | n;
