/** How a password becomes bytes (ISO 32000-2 §7.6.4.3): PDFDocEncoding up to revision 4, prepared UTF-8 from revision 5 on. */
import { GovError } from '@gov/verdict';
import { concatenate } from '../internal/write.js';

/** Bytes of a password that count up to revision 4. */
export const LEGACY_PASSWORD_BYTES = 32;
/** Bytes of a password that count from revision 5 on. */
export const MAX_PASSWORD_BYTES = 127;

// biome-ignore format: the string of algorithm 2, as the standard prints it
const PADDING = Uint8Array.of(
  0x28, 0xbf, 0x4e, 0x5e, 0x4e, 0x75, 0x8a, 0x41, 0x64, 0x00, 0x4e, 0x56, 0xff, 0xfa, 0x01, 0x08,
  0x2e, 0x2e, 0x00, 0xb6, 0xd0, 0x68, 0x3e, 0x80, 0x2f, 0x0c, 0xa9, 0xfe, 0x64, 0x53, 0x69, 0x7a,
);

/** Exactly 32 bytes: cut, or filled up with the standard's padding. Without an argument, the padding alone. */
export const paddedPassword = (password: Uint8Array = new Uint8Array()): Uint8Array =>
  concatenate([password.subarray(0, LEGACY_PASSWORD_BYTES), PADDING]).subarray(0, LEGACY_PASSWORD_BYTES);

/** What PDFDocEncoding (Annex D.3) has besides ASCII and Latin-1, from the given code on. */
const SPECIAL: readonly (readonly [number, string])[] = [
  [0x18, '˘ˇˆ˙˝˛˚˜'],
  [0x80, '•†‡…—–ƒ⁄‹›−‰„“”‘’‚™ﬁﬂŁŒŠŸŽıłœšž'],
  [0xa0, '€'],
];

/**
 * Bytes as they are, text in PDFDocEncoding.
 *
 * @throws GovError `password-wrong` for text this encoding has no characters for
 */
export function legacyPassword(password: string | Uint8Array): Uint8Array {
  if (typeof password !== 'string') return password;
  return Uint8Array.from([...password], (char) => {
    const code = char.codePointAt(0) as number;
    if ((code >= 0x20 && code <= 0x7e) || (code >= 0xa1 && code <= 0xff && code !== 0xad)) return code;
    for (const [first, chars] of SPECIAL) {
      const at = chars.indexOf(char);
      if (at >= 0) return first + at;
    }
    throw new GovError(
      'password-wrong',
      'the password has a character that the encryption of this file cannot express',
    );
  });
}

/**
 * The byte strings a password may stand for from revision 5 on, each at most 127 bytes: prepared as the standard asks, and,
 * where that makes a difference, as it is, because common writers (qpdf) leave the preparation out.
 */
export function utf8Passwords(password: string | Uint8Array): Uint8Array[] {
  if (typeof password !== 'string') return [password.subarray(0, MAX_PASSWORD_BYTES)];
  const texts = new Set([prepared(password), password]);
  return [...texts].map((text) => new TextEncoder().encode(text).subarray(0, MAX_PASSWORD_BYTES));
}

/**
 * The mapping and the normalization of SASLprep (RFC 4013 §2.1, §2.2). Its prohibitions (§2.3 to §2.5) are left out: they say
 * which passwords may be set, and here a password is only compared.
 */
const prepared = (password: string): string =>
  password
    .replace(/[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/g, ' ')
    .replace(/\p{Variation_Selector}|\u00ad|\u034f|\u1806|\u200c|\u200d|\u2060|\ufeff/gu, '')
    .normalize('NFKC');
