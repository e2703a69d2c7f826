/** One hash by name, as often as an old derivation wants it: hundreds of thousands of times. */
export type HashOnce = (name: string, plain: (data: Uint8Array) => Uint8Array) => (data: Uint8Array) => Uint8Array;
