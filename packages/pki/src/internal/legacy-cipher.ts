/**
 * DES, triple DES and RC2 in CBC mode, for opening old key files only: OpenSSL 3 and WebCrypto no longer have them all.
 * node-forge is loaded when a file asks for one. It works on strings, which nothing can overwrite.
 */

export type LegacyCipher =
  | { readonly name: 'DES' }
  | { readonly name: 'DES-EDE3' }
  | { readonly name: 'RC2'; readonly effectiveBits: number };

/** Blocks of eight octets, with whatever padding they have. */
export async function legacyDecrypt(
  cipher: LegacyCipher,
  key: Uint8Array,
  iv: Uint8Array,
  blocks: Uint8Array,
): Promise<Uint8Array> {
  const { default: util } = await import('node-forge/lib/util.js');
  const decipher = await decipherOf(cipher, binary(key));
  decipher.start(binary(iv));
  decipher.update(util.createBuffer(binary(blocks)));
  // A padding function that does nothing: the padding stays.
  decipher.finish(() => true);
  return Uint8Array.from(decipher.output.getBytes(), (character) => character.charCodeAt(0));
}

async function decipherOf(cipher: LegacyCipher, key: string) {
  if (cipher.name !== 'RC2') return (await import('node-forge/lib/des.js')).default.createDecryptionCipher(key, 'CBC');
  return (await import('node-forge/lib/rc2.js')).default.createDecryptionCipher(key, cipher.effectiveBits);
}

function binary(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return text;
}
