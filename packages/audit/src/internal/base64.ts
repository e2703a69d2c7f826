/** base64 with padding (RFC 4648 4), the one spelling of each octet string. */
import { fromBase64url, toBase64url } from '@gov/sm';

export function toBase64(bytes: Uint8Array): string {
  const text = toBase64url(bytes).replaceAll('-', '+').replaceAll('_', '/');
  return text.padEnd(Math.ceil(text.length / 4) * 4, '=');
}

/** Undefined for any other spelling. */
export function fromBase64(text: string): Uint8Array | undefined {
  const bytes = fromBase64url(text.replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_'));
  return bytes !== undefined && toBase64(bytes) === text ? bytes : undefined;
}
