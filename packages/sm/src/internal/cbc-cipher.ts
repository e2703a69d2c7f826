/** What a block cipher in CBC mode is to PBES2: whole blocks, no padding. */
export type Cbc = (
  direction: 'encrypt' | 'decrypt',
  key: Uint8Array,
  iv: Uint8Array,
  blocks: Uint8Array,
) => Uint8Array | Promise<Uint8Array>;

export interface CbcCipher {
  readonly keyLength: number;
  readonly block: number;
  /** @throws GovError `backend-unavailable` */
  readonly cbc: Cbc;
}
