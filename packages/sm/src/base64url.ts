/** base64url without padding (RFC 4648 5), the one spelling of each octet string. */
import { decodeBase64url, encodeBase64url } from '#backend/base64url';

export const toBase64url = (bytes: Uint8Array): string => encodeBase64url(bytes);

/** Undefined for padding, any other character, a length that cannot be, and bits set past the end. */
export const fromBase64url = (text: string): Uint8Array | undefined => decodeBase64url(text);
