/** base64url without padding (RFC 4648 5), the one spelling of each octet string. */

export function toBase64url(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** Undefined for padding, any other character, a length that cannot be, and bits set past the end. */
export function fromBase64url(text: string): Uint8Array | undefined {
  if (text.length % 4 === 1 || /[^A-Za-z0-9_-]/.test(text)) return undefined;
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  const whole = text.length - (text.length % 4);
  return toBase64url(bytes.subarray((whole / 4) * 3)) === text.slice(whole) ? bytes : undefined;
}
