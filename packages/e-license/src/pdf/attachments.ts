/** Names of what a licence PDF carries besides its page. */
export const QR_ATTACHMENT = 'license.qr.txt';
export const RECORD_ATTACHMENT = 'license.json';

/** Bytes of either that are read. */
export const ATTACHMENT_MAX_BYTES = 256 * 1024;
