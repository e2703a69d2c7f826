/** CCM (NIST SP 800-38C, RFC 3610, GB/T 36624-2018) over a block cipher: CBC-MAC of the plaintext, then CTR of both. */
import { sameSecret } from '../bytes.js';
import type { Sm4Backend } from './sm4-backend.js';
import type { AeadParameters } from './sm4-gcm.js';

const BLOCK = 16;

/** CBC-MAC keeps only the last block of what it makes: a bound on the rest. A multiple of 16. */
const PIECE = 1 << 16;

/** Ciphertext ‖ tag. */
export function ccmEncrypt(backend: Sm4Backend, parameters: AeadParameters, plaintext: Uint8Array): Uint8Array {
  const out = new Uint8Array(plaintext.length + parameters.tagLength);
  const [hidden, ciphertext] = ctr(backend, parameters, cbcMac(backend, parameters, plaintext), plaintext);
  out.set(ciphertext);
  out.set(hidden.subarray(0, parameters.tagLength), ciphertext.length);
  return out;
}

/** Undefined when the tag does not fit; what was decrypted to see that is wiped. */
export function ccmDecrypt(
  backend: Sm4Backend,
  parameters: AeadParameters,
  sealed: Uint8Array,
): Uint8Array | undefined {
  const { tagLength } = parameters;
  const end = sealed.length - tagLength;
  if (end < 0) return undefined;
  const [mac, plaintext] = ctr(backend, parameters, sealed.subarray(end), sealed.subarray(0, end));
  const wanted = cbcMac(backend, parameters, plaintext).subarray(0, tagLength);
  if (sameSecret(wanted, mac.subarray(0, tagLength))) return plaintext;
  plaintext.fill(0);
  return undefined;
}

/** The first counter block is for the authentication code, the others are for the text (SP 800-38C 6.1 and A.3). */
function ctr(
  backend: Sm4Backend,
  { key, nonce }: AeadParameters,
  mac: Uint8Array,
  text: Uint8Array,
): [mac: Uint8Array, text: Uint8Array] {
  const counter = new Uint8Array(BLOCK);
  counter[0] = 15 - nonce.length - 1;
  counter.set(nonce, 1);
  const data = new Uint8Array(BLOCK + text.length);
  data.set(mac);
  data.set(text, BLOCK);
  const out = backend.ctr(key, counter, data);
  const parts: [Uint8Array, Uint8Array] = [out.slice(0, BLOCK), out.slice(BLOCK)];
  data.fill(0);
  out.fill(0);
  return parts;
}

/** Of B_0, the associated data behind its length, and the plaintext, each filled up with zeros (SP 800-38C A.2). */
function cbcMac(
  backend: Sm4Backend,
  { key, nonce, aad, tagLength }: AeadParameters,
  plaintext: Uint8Array,
): Uint8Array {
  const sizeOctets = aad.length === 0 ? 0 : aad.length < 0xff00 ? 2 : 6;
  const start = BLOCK + wholeBlocks(sizeOctets + aad.length);
  const blocks = new Uint8Array(start + wholeBlocks(plaintext.length));
  const view = new DataView(blocks.buffer);
  // The length has the last 15 − n octets of the block; the nonce overwrites what reaches beyond them to the left.
  view.setBigUint64(8, BigInt(plaintext.length));
  blocks[0] = (aad.length > 0 ? 0x40 : 0) | ((tagLength - 2) << 2) | (15 - nonce.length - 1);
  blocks.set(nonce, 1);
  if (sizeOctets === 2) view.setUint16(BLOCK, aad.length);
  if (sizeOctets === 6) {
    view.setUint16(BLOCK, 0xfffe);
    view.setUint32(BLOCK + 2, aad.length);
  }
  blocks.set(aad, BLOCK + sizeOctets);
  blocks.set(plaintext, start);
  let mac: Uint8Array = new Uint8Array(BLOCK);
  for (let at = 0; at < blocks.length; at += PIECE)
    mac = backend.cbc('encrypt', key, mac, blocks.subarray(at, at + PIECE)).slice(-BLOCK);
  blocks.fill(0);
  return mac;
}

const wholeBlocks = (length: number): number => Math.ceil(length / BLOCK) * BLOCK;
