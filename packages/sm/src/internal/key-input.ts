/** What keys are read from: PEM or DER, and what an unreadable one is called. */
import { looksLikePem, type PemBlock, readPem } from '@gov/der/pem';
import { GovError, isGovError } from '@gov/verdict';

/** DER without a label, or the first PEM block that has one of the labels. @throws GovError `key-unsupported`, `pem-malformed` */
export function keyInput(
  input: Uint8Array | string,
  labels: readonly [string, ...string[]],
): Partial<PemBlock> & Pick<PemBlock, 'bytes'> {
  if (typeof input !== 'string' && !looksLikePem(input)) return { bytes: input };
  const text = typeof input === 'string' ? input : new TextDecoder('latin1').decode(input);
  const blocks = readPem(text);
  const block = blocks.find(({ label }) => labels.includes(label));
  if (block !== undefined) return block;
  // RSA PRIVATE KEY, OPENSSH PRIVATE KEY, RSA PUBLIC KEY …
  const foreign = blocks.find(({ label }) => label.endsWith(` ${labels[0]}`));
  if (foreign !== undefined) throw new GovError('key-unsupported', `not an SM2 key: ${foreign.label}`);
  throw new GovError('pem-malformed', `no ${labels[0]} in the PEM text`);
}

/** Whatever is wrong with the bytes, the caller asked for a key. */
export function asKey<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (isGovError(error) && error.code.startsWith('der-')) {
      throw new GovError('key-malformed', `not a key: ${error.message}`, { cause: error });
    }
    throw error;
  }
}
