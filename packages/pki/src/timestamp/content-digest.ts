/** The digest of content of any size, for authorities that are asked about a digest. */
import type { ByteSource } from '@gov/sm/sm3-stream';
import { seeContent } from '../cms/content.js';
import type { StreamOptions } from '../internal/byte-source.js';
import type { TimestampHash } from './imprint.js';

/**
 * What a timestamp on this content is about.
 *
 * @throws whatever the source throws; the signal's reason
 * @example
 * import { contentDigest } from '@gov/pki/timestamp';
 * const stamped = { digest: await contentDigest(message, 'SM3'), hash: 'SM3' } as const;
 */
export async function contentDigest(
  content: Uint8Array | ByteSource,
  hash: TimestampHash,
  options: StreamOptions = {},
): Promise<Uint8Array> {
  const { digests } = await seeContent(content, [hash], 0, options);
  return digests.get(hash)!;
}
