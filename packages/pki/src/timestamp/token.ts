/** TimeStampToken (时间戳令牌, RFC 3161 2.4.2): a SignedData whose content is TSTInfo. Read here, judged in verify.ts. */
import type { DerMode } from '@gov/der';
import { GovError, isGovError } from '@gov/verdict';
import { readSignedData, type SignedData } from '../cms/index.js';
import { asTimestamp, TIMESTAMP_LIMITS } from './encoding.js';
import { readTstInfo, type TstInfo } from './tst-info.js';

/** id-ct-TSTInfo */
export const TST_INFO = '1.2.840.113549.1.9.16.1.4';

export interface TimestampToken {
  /** ContentInfo as received. */
  readonly bytes: Uint8Array;
  readonly info: TstInfo;
  readonly signedData: SignedData;
}

/**
 * Reads a token, DER or BER; nothing in it is believed yet.
 *
 * @throws GovError `timestamp-malformed` for anything that is no SignedData with a TSTInfo in it, `input-too-large`
 * @example
 * import { readTimestampToken } from '@gov/pki/timestamp';
 * const { info } = readTimestampToken(bytes);
 * info.genTime; // what the authority says: a claim until `verifyTimestamp` says more
 */
export function readTimestampToken(bytes: Uint8Array, mode: DerMode = 'lenient'): TimestampToken {
  return asTimestamp('timestamp token', bytes, TIMESTAMP_LIMITS.tokenBytes, () => {
    const signedData = readMessage(bytes, mode);
    const { contentType, content } = signedData;
    if (contentType !== TST_INFO || content === undefined)
      throw new GovError('timestamp-malformed', `not a timestamp token: content of type ${contentType}`);
    return { bytes, info: readTstInfo(content, mode), signedData };
  });
}

function readMessage(bytes: Uint8Array, mode: DerMode): SignedData {
  try {
    return readSignedData(bytes, { mode });
  } catch (error) {
    if (isGovError(error) && error.code !== 'input-too-large')
      throw new GovError('timestamp-malformed', `not a timestamp token: ${error.message}`, { cause: error });
    throw error;
  }
}
