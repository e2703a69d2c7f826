/** The message imprint (消息印迹): which digest of which content a timestamp is about. */
import { type DerElement, der, Tag } from '@gov/der';
import { sameBytes } from '@gov/sm';
import type { ByteSource } from '@gov/sm/sm3-stream';
import { GovError } from '@gov/verdict';
import { digestName, digestOid } from '../cms/algorithm.js';
import { seeContent } from '../cms/content.js';
import { type DigestName, digestOf } from '../internal/running-digest.js';

/** Digest algorithms that can be stamped; anything weaker is refused on both sides. */
export type TimestampHash = DigestName;

/** Octets of each digest. */
export const TIMESTAMP_HASHES: Readonly<Record<TimestampHash, number>> = {
  SM3: 32,
  'SHA-256': 32,
  'SHA-384': 48,
  'SHA-512': 64,
};

/** MessageImprint. */
export interface MessageImprint {
  /** OID of the digest algorithm. */
  readonly algorithm: string;
  /** Its name; absent where it is none of ours. */
  readonly hash?: TimestampHash;
  readonly digest: Uint8Array;
  /** As received, DER: what a token must repeat. */
  readonly bytes: Uint8Array;
}

/** What is to be stamped or was: the content itself, or its digest with the name of the algorithm. */
export type Stamped =
  | { readonly content: Uint8Array; readonly hash: TimestampHash }
  | { readonly digest: Uint8Array; readonly hash: TimestampHash };

/** Parameters of these algorithms are NULL or absent (RFC 5754 2), nothing else. */
export function readImprint(element: DerElement): MessageImprint {
  const fields = element.children(Tag.sequence);
  const identifier = fields.next(Tag.sequence).children();
  const algorithm = identifier.next(Tag.oid).oid();
  if (identifier.more) identifier.next().null();
  identifier.end();
  const digest = fields.next(Tag.octetString).octets();
  fields.end();
  const hash = digestName(algorithm);
  if (hash !== undefined && digest.length !== TIMESTAMP_HASHES[hash])
    throw new GovError('timestamp-malformed', `${hash} digest of ${digest.length} octets`);
  return { algorithm, ...(hash === undefined ? {} : { hash }), digest, bytes: element.raw };
}

/** MessageImprint, DER. @throws GovError `invalid-argument` for a digest of another length or an unknown algorithm */
export function writeImprint(stamped: Stamped): Uint8Array {
  const { hash } = stamped;
  if (!Object.hasOwn(TIMESTAMP_HASHES, hash)) throw new GovError('invalid-argument', `not a digest algorithm: ${hash}`);
  const digest = 'digest' in stamped ? stamped.digest : digestOf(hash, stamped.content);
  if (digest.length !== TIMESTAMP_HASHES[hash])
    throw new GovError('invalid-argument', `a digest of ${hash} has ${TIMESTAMP_HASHES[hash]} octets`);
  return der.sequence(der.sequence(der.oid(digestOid(hash))), der.octetString(digest));
}

/** Whether an imprint is the one of this content; by a digest only where the algorithms are the same. */
export async function imprintFits(imprint: MessageImprint, stamped: StampedBy): Promise<boolean> {
  if (imprint.hash === undefined) return false;
  if ('digest' in stamped) return imprint.hash === stamped.hash && sameBytes(imprint.digest, stamped.digest);
  const { digests } = await seeContent(stamped.content, [imprint.hash], 0);
  return sameBytes(imprint.digest, digests.get(imprint.hash)!);
}

/** What a token is held against; whoever has the content (a stream is read once) needs not know which algorithm was asked for. */
export type StampedBy =
  | { readonly content: Uint8Array | ByteSource }
  | { readonly digest: Uint8Array; readonly hash: TimestampHash };
