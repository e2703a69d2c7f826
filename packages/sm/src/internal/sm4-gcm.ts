/** GCM (NIST SP 800-38D, GB/T 36624-2018) over a block cipher; GHASH is that of @noble/ciphers. */
import { GHASH } from '@noble/ciphers/_polyval.js';
import { sameSecret } from '../bytes.js';
import type { Sm4Backend } from './sm4-backend.js';

export interface AeadParameters {
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
  readonly aad: Uint8Array;
  readonly tagLength: number;
}

const BLOCK = 16;

/** GHASH copies what it takes: a bound on the copy. A multiple of 16, since every piece is padded to whole blocks. */
const PIECE = 1 << 16;

/** Ciphertext ‖ tag. */
export function gcmEncrypt(backend: Sm4Backend, parameters: AeadParameters, plaintext: Uint8Array): Uint8Array {
  const start = begun(backend, parameters);
  const ciphertext = ctr32(backend, parameters.key, following(start.j0), plaintext);
  const out = new Uint8Array(plaintext.length + parameters.tagLength);
  out.set(ciphertext);
  out.set(tag(start, parameters, ciphertext), ciphertext.length);
  return out;
}

/** Undefined when the tag does not fit; nothing has been decrypted then. */
export function gcmDecrypt(
  backend: Sm4Backend,
  parameters: AeadParameters,
  sealed: Uint8Array,
): Uint8Array | undefined {
  const end = sealed.length - parameters.tagLength;
  if (end < 0) return undefined;
  const ciphertext = sealed.subarray(0, end);
  const start = begun(backend, parameters);
  if (!sameSecret(tag(start, parameters, ciphertext), sealed.subarray(end))) return undefined;
  return ctr32(backend, parameters.key, following(start.j0), ciphertext);
}

/** The hash key H, the pre-counter block J0, and J0 encrypted, which hides the tag (SP 800-38D 7.1). */
interface Start {
  readonly h: Uint8Array;
  readonly j0: Uint8Array;
  readonly mask: Uint8Array;
}

function begun(backend: Sm4Backend, { key, nonce }: AeadParameters): Start {
  if (nonce.length !== 12) {
    const h = backend.ecb('encrypt', key, new Uint8Array(BLOCK));
    const j0 = ghash(h, new Uint8Array(0), nonce);
    return { h, j0, mask: backend.ecb('encrypt', key, j0) };
  }
  const blocks = new Uint8Array(2 * BLOCK);
  blocks.set(nonce, BLOCK);
  blocks[31] = 1;
  const encrypted = backend.ecb('encrypt', key, blocks);
  return { h: encrypted.slice(0, BLOCK), j0: blocks.slice(BLOCK), mask: encrypted.slice(BLOCK) };
}

function tag({ h, mask }: Start, { aad, tagLength }: AeadParameters, ciphertext: Uint8Array): Uint8Array {
  const sum = ghash(h, aad, ciphertext);
  for (let i = 0; i < BLOCK; i++) sum[i] = sum[i]! ^ mask[i]!;
  return sum.subarray(0, tagLength);
}

/** GHASH of both texts, each padded with zeros, and their lengths in bits. */
function ghash(h: Uint8Array, aad: Uint8Array, text: Uint8Array): Uint8Array {
  const hash = new GHASH(h, aad.length + text.length);
  for (const part of [aad, text])
    for (let at = 0; at < part.length; at += PIECE) hash.update(part.subarray(at, at + PIECE));
  const lengths = new DataView(new ArrayBuffer(BLOCK));
  lengths.setBigUint64(0, BigInt(aad.length) * 8n);
  lengths.setBigUint64(8, BigInt(text.length) * 8n);
  return hash.update(new Uint8Array(lengths.buffer)).digest();
}

/** inc32: only the last 32 bits count. */
function following(counter: Uint8Array): Uint8Array {
  const next = counter.slice();
  const view = new DataView(next.buffer);
  view.setUint32(12, view.getUint32(12) + 1);
  return next;
}

/** GCTR: the counter wraps within its last 32 bits, where that of CTR carries on. */
function ctr32(backend: Sm4Backend, key: Uint8Array, counter: Uint8Array, data: Uint8Array): Uint8Array {
  const wrap = (2 ** 32 - new DataView(counter.buffer).getUint32(12)) * BLOCK;
  if (data.length <= wrap) return backend.ctr(key, counter, data);
  const out = new Uint8Array(data.length);
  out.set(backend.ctr(key, counter, data.subarray(0, wrap)));
  const wrapped = counter.slice();
  wrapped.fill(0, 12);
  out.set(backend.ctr(key, wrapped, data.subarray(wrap)), wrap);
  return out;
}
