/** The target of a request as RFC 9449 4.3 compares it: without query and fragment, normalised as RFC 3986 6.2.2 and 6.2.3 say. */

/** Characters of any URI; a parser of URLs would take more, and mend it. */
const URI = /^https?:\/\/[\w\-.~:/?#[\]@!$&'()*+,;=%]+$/i;

const MAX_CHARACTERS = 2048;

/** Of a URI that somebody wrote; undefined for what is none. */
export const targetOfText = (uri: string): string | undefined =>
  uri.length <= MAX_CHARACTERS && URI.test(uri) ? targetOfUrl(uri) : undefined;

/** Of a URL that a program has; undefined for what is not http or https, or names a user. */
export function targetOfUrl(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { protocol, host, pathname, username, password } = new URL(url);
  if ((protocol !== 'https:' && protocol !== 'http:') || username !== '' || password !== '') return undefined;
  return `${protocol}//${host}${pathname.includes('%') ? normalEscapes(pathname) : pathname}`;
}

/** %7E is ~, and %2f is %2F; what is no escape stays. Dot segments are gone already, escaped ones too. */
const normalEscapes = (pathname: string): string =>
  pathname.replace(/%([0-9a-f]{2})/gi, (triplet, hex: string) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16));
    return /[\w\-.~]/.test(character) ? character : triplet.toUpperCase();
  });
