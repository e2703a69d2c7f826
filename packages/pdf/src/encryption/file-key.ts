/** What a right password gives. */
export interface FileKey {
  readonly key: Uint8Array;
  readonly role: 'user' | 'owner';
}

/** Compares in a time that does not tell where the first difference is. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= (a[i] as number) ^ (b[i] ?? 0);
  return difference === 0;
}
