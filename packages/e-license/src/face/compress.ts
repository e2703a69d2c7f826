/** The zlib format (RFC 1950) in JavaScript: the backend of browsers. */
import { zlibSync } from 'fflate';

export const compress = (bytes: Uint8Array): Uint8Array => zlibSync(bytes, { level: 6 });
