/** A timestamp on the whole document (文档时间戳, ISO 32000-2 12.8.5, EN 319 142-1 5.4.3) as a step. */
import { prepareSignature } from '@gov/pdf';
import { PDF_CMS_NAMES } from '../profile.js';
import { inTurns, opened, type PdfActOptions, type Step } from './act.js';
import { INVISIBLE } from './invisible.js';
import { type PdfTimestamp, stamped, TIMESTAMP_RESERVED_BYTES } from './timestamp-port.js';

export interface DocumentTimestampOptions extends PdfActOptions {
  readonly timestamp: PdfTimestamp;
  /** Room for the token, bytes; `TIMESTAMP_RESERVED_BYTES` where not given. */
  readonly timestampBytes?: number;
}

export const documentTimestampStep =
  (options: DocumentTimestampOptions): Step =>
  async (file) => {
    options.signal?.throwIfAborted();
    const { timestamp, timestampBytes = TIMESTAMP_RESERVED_BYTES } = options;
    const prepared = prepareSignature(opened(file, options), {
      ...INVISIBLE,
      ...PDF_CMS_NAMES.timestamp,
      type: 'DocTimeStamp',
      reservedBytes: timestampBytes,
    });
    const [, before, , after] = prepared.byteRange;
    const length = before + after;
    const pieces = inTurns(prepared.coveredParts(), length, 'document-timestamp', options);
    return prepared.tail(await stamped(timestamp, { length, pieces }, timestampBytes));
  };
