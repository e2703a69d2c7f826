/** Asking for a timestamp: what is answered is held against the question before it goes into a file. */
import { contentDigest, readTimestampToken, type TimestampHash } from '@gov/pki/timestamp';
import { sameBytes } from '@gov/sm';
import { GovError } from '@gov/verdict';

/** Asks about content: `async (content) => (await requestTimestamp(url, { content, hash: 'SM3' }, …)).bytes`. */
export type ContentTimestamp = (content: Uint8Array) => Promise<Uint8Array>;

/** Asks about a digest: a document of any size needs not be held in memory for it. */
export interface DigestTimestamp {
  readonly hash: TimestampHash;
  /** `async (digest) => (await requestTimestamp(url, { digest, hash: 'SM3' }, …)).bytes` */
  readonly stamp: (digest: Uint8Array) => Promise<Uint8Array>;
}

/** Answers a timestamp token (时间戳令牌), DER. */
export type PdfTimestamp = ContentTimestamp | DigestTimestamp;

/** Room that is kept for a timestamp token with its certificates where no other is asked for, bytes. */
export const TIMESTAMP_RESERVED_BYTES = 16 * 1024;

/**
 * A token on content that comes in pieces.
 *
 * @throws GovError `timestamp-answer-wrong` for a token about something else, `timestamp-malformed`; `pdf-reservation` for one
 *   that is larger than the room kept for it; what the port throws
 */
export async function stamped(port: PdfTimestamp, pieces: Pieces, maxBytes: number): Promise<Uint8Array> {
  const token = typeof port === 'function' ? await byContent(port, pieces) : await byDigest(port, pieces);
  if (token.length > maxBytes)
    throw new GovError('pdf-reservation', `${token.length} bytes of timestamp, ${maxBytes} were reserved`);
  return token;
}

/** What is stamped: its length, bytes, and itself; a piece holds its bytes until the next one is asked for. */
interface Pieces {
  readonly length: number;
  readonly pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

async function byContent(port: ContentTimestamp, { length, pieces }: Pieces): Promise<Uint8Array> {
  const content = new Uint8Array(length);
  let at = 0;
  for await (const piece of pieces) {
    content.set(piece, at);
    at += piece.length;
  }
  const token = await port(content);
  const { imprint } = readTimestampToken(token).info;
  if (imprint.hash === undefined || !sameBytes(imprint.digest, await contentDigest(content, imprint.hash)))
    throw wrong();
  return token;
}

async function byDigest({ hash, stamp }: DigestTimestamp, { pieces }: Pieces): Promise<Uint8Array> {
  async function* source() {
    yield* pieces;
  }
  const digest = await contentDigest(source(), hash);
  const token = await stamp(digest);
  const { imprint } = readTimestampToken(token).info;
  if (imprint.hash !== hash || !sameBytes(imprint.digest, digest)) throw wrong();
  return token;
}

const wrong = (): GovError => new GovError('timestamp-answer-wrong', 'the timestamp is about something else');
