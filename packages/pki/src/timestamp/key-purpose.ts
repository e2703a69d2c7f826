/** What the certificate of a timestamp authority must say (RFC 3161 2.3). */
import type { Certificate } from '../certificate.js';
import { EXTENSION, USE_OIDS } from '../oid.js';

/** Extended key usage is id-kp-timeStamping, critical, and nothing beside it. */
export const isTimestampCertificate = ({ extendedKeyUsage, extensions }: Certificate): boolean =>
  extendedKeyUsage?.length === 1 &&
  extendedKeyUsage[0] === USE_OIDS.timestamp &&
  extensions.get(EXTENSION.extendedKeyUsage)?.critical === true;
