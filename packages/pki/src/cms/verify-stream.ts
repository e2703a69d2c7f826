/** Verifying messages that hold content of any size: it goes by once, in constant memory. */
import { context, type DerMode, der, readDer, Tag } from '@gov/der';
import type { ByteSource } from '@gov/sm/sm3-stream';
import { GovError, type Report } from '@gov/verdict';
import { readAlgorithm } from '../algorithm.js';
import { type BerHeader, ByteReader } from '../internal/byte-reader.js';
import { chunksOf } from '../internal/byte-source.js';
import { digestName } from './algorithm.js';
import { ContentPass, joined, type SeenContent } from './content.js';
import { CMS_LIMITS } from './limits.js';
import { asCms, readSignedData, type SignedData } from './signed-data.js';
import { type CmsSubject, cmsReport, type VerifyCmsOptions } from './verify.js';

export interface VerifyCmsStreamOptions extends Omit<VerifyCmsOptions, 'content'> {
  /** Given the content, piece by piece, before anything is known of its signatures: keep it apart until the report is there. */
  readonly onContent?: (piece: Uint8Array) => void | Promise<void>;
}

/**
 * Verifies a signed message that holds its content, DER or (lenient) BER, as `verifyCms` does. Digests are computed as listed
 * in digestAlgorithms. A signer without signed attributes signs the content itself, of which `CMS_LIMITS.maxHeldContent`
 * octets are held: with more, its signature is unknown `cms-content-not-held`.
 *
 * @throws GovError `cms-malformed`, `limit-exceeded` for what cannot be read; `cms-content-missing` for a message without
 *   content; whatever the source or `onContent` throws
 * @example
 * const { verdict } = await verifyCmsStream(stream, { at: new Date(), trust });
 */
export async function verifyCmsStream(
  message: Uint8Array | ByteSource,
  options: VerifyCmsStreamOptions,
): Promise<Report<CmsSubject>> {
  const { onContent = () => undefined, trust } = options;
  const chunks = chunksOf(message, options);
  try {
    const reader = new ByteReader(chunks, trust.profile);
    const { signedData, seen } = await readStream(reader, trust.profile, onContent);
    return await cmsReport(signedData, { signed: seen }, options);
  } finally {
    await chunks.return();
  }
}

/** What stands before content is a few dozen octets; more is another thing. */
const MAX_SMALL = 4096;
/** Nesting of the pieces of a string. */
const MAX_PIECE_DEPTH = 4;

async function readStream(
  reader: ByteReader,
  mode: DerMode,
  onContent: (piece: Uint8Array) => void | Promise<void>,
): Promise<{ readonly signedData: SignedData; readonly seen: SeenContent }> {
  const outer = [await level(reader, Tag.sequence)];
  const type = der.element(Tag.oid, await reader.small(Tag.oid, MAX_SMALL));
  outer.unshift(await level(reader, context(0)));
  outer.unshift(await level(reader, Tag.sequence));
  const version = der.element(Tag.integer, await reader.small(Tag.integer, MAX_SMALL));
  const algorithms = der.element(Tag.set, await reader.small(Tag.set, MAX_SMALL));
  const encapsulated = [await level(reader, Tag.sequence)];
  const contentType = der.element(Tag.oid, await reader.small(Tag.oid, MAX_SMALL));
  // Behind encapContentInfo certificates have the same tag.
  if (encapsulated[0]!.end === reader.offset || (await reader.peek()) !== context(0))
    throw new GovError('cms-content-missing', 'the message is detached: its content is needed');
  encapsulated.unshift(await level(reader, context(0)));

  const pass = new ContentPass(namesIn(algorithms, mode), CMS_LIMITS.maxHeldContent);
  const take = async (piece: Uint8Array): Promise<void> => {
    pass.update(piece);
    await onContent(piece);
  };
  const cut = await readString(reader, await reader.header(), take, 0);
  if (cut && mode === 'strict') throw malformed('string in pieces', reader.offset);
  for (const one of encapsulated) await closeLevel(reader, one);
  const seen = pass.seen();

  const rest = await readRest(reader, outer);
  const content = seen.whole === undefined ? [] : [der.explicit(0, der.octetString(seen.whole))];
  const small = der.sequence(
    type,
    der.explicit(0, der.sequence(version, algorithms, der.sequence(contentType, ...content), rest)),
  );
  const signedData = readSignedData(small, { mode });
  const ber = reader.ber || cut ? ['ber'] : [];
  return { signedData: { ...signedData, deviations: [...ber, ...signedData.deviations] }, seen };
}

interface Level {
  /** Offset where it must end; undefined: at its end-of-contents octets. */
  readonly end: number | undefined;
}

async function level(reader: ByteReader, tag: number): Promise<Level> {
  const { length } = await reader.expect(tag);
  return { end: length === undefined ? undefined : reader.offset + length };
}

async function closeLevel(reader: ByteReader, { end }: Level): Promise<void> {
  if (end === undefined) await reader.endOfContents();
  else if (end !== reader.offset) throw malformed('element of another length', reader.offset);
}

const namesIn = (algorithms: Uint8Array, mode: DerMode) =>
  asCms('SignedData', () =>
    readDer(algorithms, { mode })
      .children()
      .rest()
      .flatMap((element) => digestName(readAlgorithm(element)) ?? []),
  );

/** An OCTET STRING, or its pieces (X.690 8.7). True where it came in pieces. */
async function readString(
  reader: ByteReader,
  { tag, length }: BerHeader,
  take: (piece: Uint8Array) => Promise<void>,
  depth: number,
): Promise<boolean> {
  const start = reader.offset;
  if (tag === Tag.octetString && length !== undefined) {
    for (let left = length; left > 0; ) {
      const piece = await reader.some(left);
      left -= piece.length;
      await take(piece);
    }
    return false;
  }
  if (tag !== (Tag.octetString | 0x20)) throw malformed('OCTET STRING expected', start);
  if (depth >= MAX_PIECE_DEPTH) throw malformed('string in pieces of pieces', start);
  const end = length === undefined ? undefined : start + length;
  while (end === undefined ? (await reader.peek()) !== 0 : reader.offset < end)
    await readString(reader, await reader.header(), take, depth + 1);
  await closeLevel(reader, { end });
  return true;
}

/** The elements behind the content, up to the end of the stream, without what closes the levels around them. */
async function readRest(reader: ByteReader, outer: readonly Level[]): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  const start = reader.offset;
  while ((await reader.peek()) !== undefined) {
    if (reader.offset - start > CMS_LIMITS.maxSurroundings)
      throw new GovError('limit-exceeded', `more than ${CMS_LIMITS.maxSurroundings} bytes beside the content`);
    parts.push((await reader.some(CMS_LIMITS.maxSurroundings)).slice());
  }
  const all = joined(parts);
  let at = all.length;
  for (const { end } of [...outer].reverse()) {
    if (end === undefined) {
      if (at < 2 || all[at - 1] !== 0 || all[at - 2] !== 0) throw malformed('end of contents expected', start + at);
      at -= 2;
    } else if (end !== start + at) throw malformed('element of another length', start + at);
  }
  return all.subarray(0, at);
}

const malformed = (what: string, offset: number): GovError =>
  new GovError('cms-malformed', `not a CMS SignedData: ${what} at offset ${offset}`);
