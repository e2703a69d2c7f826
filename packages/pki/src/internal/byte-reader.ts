/** Reading a stream of bytes by count, with no more in memory than was asked for and the chunk at hand. */
import type { DerMode } from '@gov/der';
import { GovError } from '@gov/verdict';

/** Identifier and length of an element of BER. */
export interface BerHeader {
  readonly tag: number;
  /** Octets of content; undefined: until the end-of-contents octets. */
  readonly length: number | undefined;
}

export class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #mode: DerMode;
  #chunk = new Uint8Array(0);
  #at = 0;
  /** Offset of the next octet in the stream. */
  offset = 0;
  /** A length was not as DER writes it. */
  ber = false;

  /** @param mode `strict` takes definite, minimal lengths only */
  constructor(chunks: AsyncIterator<Uint8Array>, mode: DerMode) {
    this.#chunks = chunks;
    this.#mode = mode;
  }

  /** The next octet, left where it is; undefined at the end. */
  async peek(): Promise<number | undefined> {
    while (this.#at === this.#chunk.length) {
      const { done, value } = await this.#chunks.next();
      if (done === true) return undefined;
      this.#chunk = value as Uint8Array<ArrayBuffer>;
      this.#at = 0;
    }
    return this.#chunk[this.#at];
  }

  async octet(): Promise<number> {
    const octet = await this.peek();
    if (octet === undefined) throw malformed('the message is cut short', this.offset);
    this.#at++;
    this.offset++;
    return octet;
  }

  /** The next octets, at most `count` and at least one; a view of the chunk at hand. */
  async some(count: number): Promise<Uint8Array> {
    if ((await this.peek()) === undefined) throw malformed('the message is cut short', this.offset);
    const piece = this.#chunk.subarray(this.#at, this.#at + count);
    this.#at += piece.length;
    this.offset += piece.length;
    return piece;
  }

  async take(count: number): Promise<Uint8Array> {
    const octets = new Uint8Array(count);
    for (let at = 0; at < count; ) {
      const piece = await this.some(count - at);
      octets.set(piece, at);
      at += piece.length;
    }
    return octets;
  }

  async header(): Promise<BerHeader> {
    const start = this.offset;
    const tag = await this.octet();
    if ((tag & 0x1f) === 0x1f) throw malformed('tag numbers above 30 are not used here', start);
    const first = await this.octet();
    if (first < 0x80) return { tag, length: first };
    if (first === 0x80) {
      if (this.#mode === 'strict' || (tag & 0x20) === 0) throw malformed('indefinite length', start);
      this.ber = true;
      return { tag, length: undefined };
    }
    // Six octets are enough for any file and stay exact.
    if (first > 0x86) throw malformed('length of more than six octets', start);
    const octets = await this.take(first & 0x7f);
    const length = octets.reduce((value, octet) => value * 256 + octet, 0);
    if (length < 0x80 || octets[0] === 0) {
      if (this.#mode === 'strict') throw malformed('length not minimal', start);
      this.ber = true;
    }
    return { tag, length };
  }

  /** A header that must carry `tag`. */
  async expect(tag: number): Promise<BerHeader> {
    const start = this.offset;
    const header = await this.header();
    if (header.tag !== tag) throw malformed(`tag 0x${tag.toString(16)} expected`, start);
    return header;
  }

  /** A small element with a definite length, whole: its content. */
  async small(tag: number, most: number): Promise<Uint8Array> {
    const start = this.offset;
    const { length } = await this.expect(tag);
    if (length === undefined || length > most) throw malformed('element too large here', start);
    return this.take(length);
  }

  /** End-of-contents octets. */
  async endOfContents(): Promise<void> {
    const start = this.offset;
    if ((await this.octet()) !== 0 || (await this.octet()) !== 0) throw malformed('end of contents expected', start);
  }
}

const malformed = (what: string, offset: number): GovError =>
  new GovError('cms-malformed', `not a CMS SignedData: ${what} at offset ${offset}`);
