/** SM3 (GB/T 32905-2016): the compression function, and one-shot hashing of what lies in memory. */

/** V, eight words. */
export const STATE: usize = memory.data(32);

const INITIAL: usize = memory.data<u32>([
  0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e,
]);

const words: usize = memory.data(272);
/** T_j ⋘ j for the 64 rounds (4.2, 5.3.3); filled on first use. */
const constants: usize = memory.data(256);

function fillConstants(): void {
  for (let j: u32 = 0; j < 64; j++) store<u32>(constants + 4 * j, rotl<u32>(j < 16 ? 0x79cc4519 : 0x7a879d8a, j & 31));
}

/** V := CF(V, B) for each of `count` blocks of 64 octets (5.3). */
export function compress(data: usize, count: usize): void {
  if (load<u32>(constants) === 0) fillConstants();
  for (const end = data + 64 * count; data < end; data += 64) compressBlock(data);
}

function compressBlock(data: usize): void {
  // 5.3.2
  for (let j: usize = 0; j < 64; j += 4) store<u32>(words + j, bswap<u32>(load<u32>(data + j)));
  for (let at = words; at < words + 208; at += 4) {
    const early = load<u32>(at, 52);
    const x = load<u32>(at) ^ load<u32>(at, 28) ^ rotl<u32>(early, 15);
    const p1 = x ^ rotl<u32>(x, 15) ^ rotl<u32>(x, 23);
    store<u32>(at, p1 ^ rotl<u32>(load<u32>(at, 12), 7) ^ load<u32>(at, 40), 64);
  }
  let a = load<u32>(STATE);
  let b = load<u32>(STATE, 4);
  let c = load<u32>(STATE, 8);
  let d = load<u32>(STATE, 12);
  let e = load<u32>(STATE, 16);
  let f = load<u32>(STATE, 20);
  let g = load<u32>(STATE, 24);
  let h = load<u32>(STATE, 28);
  let a12: u32;
  let ss1: u32;
  let word: u32;
  // 5.3.3, four rounds a turn: after four the eight names are back in their places.
  for (let j: usize = 0; j < 64; j += 16) {
    a12 = rotl<u32>(a, 12);
    ss1 = rotl<u32>(a12 + e + load<u32>(constants + j), 7);
    word = load<u32>(words + j);
    d = (a ^ b ^ c) + d + (ss1 ^ a12) + (word ^ load<u32>(words + j, 16));
    h = (e ^ f ^ g) + h + ss1 + word;
    b = rotl<u32>(b, 9);
    h = h ^ rotl<u32>(h, 9) ^ rotl<u32>(h, 17);
    f = rotl<u32>(f, 19);
    a12 = rotl<u32>(d, 12);
    ss1 = rotl<u32>(a12 + h + load<u32>(constants + j, 4), 7);
    word = load<u32>(words + j, 4);
    c = (d ^ a ^ b) + c + (ss1 ^ a12) + (word ^ load<u32>(words + j, 20));
    g = (h ^ e ^ f) + g + ss1 + word;
    a = rotl<u32>(a, 9);
    g = g ^ rotl<u32>(g, 9) ^ rotl<u32>(g, 17);
    e = rotl<u32>(e, 19);
    a12 = rotl<u32>(c, 12);
    ss1 = rotl<u32>(a12 + g + load<u32>(constants + j, 8), 7);
    word = load<u32>(words + j, 8);
    b = (c ^ d ^ a) + b + (ss1 ^ a12) + (word ^ load<u32>(words + j, 24));
    f = (g ^ h ^ e) + f + ss1 + word;
    d = rotl<u32>(d, 9);
    f = f ^ rotl<u32>(f, 9) ^ rotl<u32>(f, 17);
    h = rotl<u32>(h, 19);
    a12 = rotl<u32>(b, 12);
    ss1 = rotl<u32>(a12 + f + load<u32>(constants + j, 12), 7);
    word = load<u32>(words + j, 12);
    a = (b ^ c ^ d) + a + (ss1 ^ a12) + (word ^ load<u32>(words + j, 28));
    e = (f ^ g ^ h) + e + ss1 + word;
    c = rotl<u32>(c, 9);
    e = e ^ rotl<u32>(e, 9) ^ rotl<u32>(e, 17);
    g = rotl<u32>(g, 19);
  }
  for (let j: usize = 64; j < 256; j += 16) {
    a12 = rotl<u32>(a, 12);
    ss1 = rotl<u32>(a12 + e + load<u32>(constants + j), 7);
    word = load<u32>(words + j);
    d = ((a & b) | (c & (a | b))) + d + (ss1 ^ a12) + (word ^ load<u32>(words + j, 16));
    h = (g ^ (e & (f ^ g))) + h + ss1 + word;
    b = rotl<u32>(b, 9);
    h = h ^ rotl<u32>(h, 9) ^ rotl<u32>(h, 17);
    f = rotl<u32>(f, 19);
    a12 = rotl<u32>(d, 12);
    ss1 = rotl<u32>(a12 + h + load<u32>(constants + j, 4), 7);
    word = load<u32>(words + j, 4);
    c = ((d & a) | (b & (d | a))) + c + (ss1 ^ a12) + (word ^ load<u32>(words + j, 20));
    g = (f ^ (h & (e ^ f))) + g + ss1 + word;
    a = rotl<u32>(a, 9);
    g = g ^ rotl<u32>(g, 9) ^ rotl<u32>(g, 17);
    e = rotl<u32>(e, 19);
    a12 = rotl<u32>(c, 12);
    ss1 = rotl<u32>(a12 + g + load<u32>(constants + j, 8), 7);
    word = load<u32>(words + j, 8);
    b = ((c & d) | (a & (c | d))) + b + (ss1 ^ a12) + (word ^ load<u32>(words + j, 24));
    f = (e ^ (g & (h ^ e))) + f + ss1 + word;
    d = rotl<u32>(d, 9);
    f = f ^ rotl<u32>(f, 9) ^ rotl<u32>(f, 17);
    h = rotl<u32>(h, 19);
    a12 = rotl<u32>(b, 12);
    ss1 = rotl<u32>(a12 + f + load<u32>(constants + j, 12), 7);
    word = load<u32>(words + j, 12);
    a = ((b & c) | (d & (b | c))) + a + (ss1 ^ a12) + (word ^ load<u32>(words + j, 28));
    e = (h ^ (f & (g ^ h))) + e + ss1 + word;
    c = rotl<u32>(c, 9);
    e = e ^ rotl<u32>(e, 9) ^ rotl<u32>(e, 17);
    g = rotl<u32>(g, 19);
  }
  store<u32>(STATE, load<u32>(STATE) ^ a);
  store<u32>(STATE, load<u32>(STATE, 4) ^ b, 4);
  store<u32>(STATE, load<u32>(STATE, 8) ^ c, 8);
  store<u32>(STATE, load<u32>(STATE, 12) ^ d, 12);
  store<u32>(STATE, load<u32>(STATE, 16) ^ e, 16);
  store<u32>(STATE, load<u32>(STATE, 20) ^ f, 20);
  store<u32>(STATE, load<u32>(STATE, 24) ^ g, 24);
  store<u32>(STATE, load<u32>(STATE, 28) ^ h, 28);
}

const tail: usize = memory.data(128);

/** The digest of `length` octets at `data`, 32 octets at `out`. */
export function hash(out: usize, data: usize, length: usize): void {
  memory.copy(STATE, INITIAL, 32);
  const whole = length >> 6;
  compress(data, whole);
  const rest = length & 63;
  const blocks: usize = rest < 56 ? 1 : 2;
  memory.fill(tail, 0, 128);
  memory.copy(tail, data + (whole << 6), rest);
  store<u8>(tail + rest, 0x80);
  store<u64>(tail + (blocks << 6) - 8, bswap<u64>((length as u64) << 3));
  compress(tail, blocks);
  for (let i: usize = 0; i < 32; i += 4) store<u32>(out + i, bswap<u32>(load<u32>(STATE + i)));
  // It may have been a key.
  memory.fill(words, 0, 272);
  memory.fill(tail, 0, 128);
  memory.fill(STATE, 0, 32);
}
