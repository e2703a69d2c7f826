/** `WWW-Authenticate` (RFC 9110 11.6.1): challenges with their parameters, as texts and back. */

export interface Challenge {
  /** In small letters. */
  readonly scheme: string;
  /** By names in small letters. */
  readonly parameters: ReadonlyMap<string, string>;
}

const LIMITS = { characters: 8192, challenges: 16, parameters: 32 } as const;

/** Values are visible ASCII without quotation marks and backslashes, as RFC 6749 and RFC 6750 3 have them: nothing is escaped. */
export const challengeText = (scheme: string, parameters: Readonly<Record<string, string>>): string =>
  [
    scheme,
    Object.entries(parameters)
      .map(([name, value]) => `${name}="${value}"`)
      .join(', '),
  ]
    .filter((part) => part !== '')
    .join(' ');

const TOKEN = "[\\w!#$%&'*+.^`|~-]+";
const SEPARATOR = /[ \t]*(?:,[ \t]*)+|[ \t]*$/y;
const SCHEME = new RegExp(`(${TOKEN})(?=[ \\t]*(?:,|$)|[ ])`, 'y');
const TOKEN68 = /[ ]+([A-Za-z0-9\-._~+/]+=*)(?=[ \t]*(?:,|$))/y;
const SPACES = / +(?=[^ ,])/y;
const PARAMETER = new RegExp(`(${TOKEN})[ \\t]*=[ \\t]*(?:(${TOKEN})|"((?:[^"\\\\]|\\\\.)*)")`, 'y');

/** Undefined for what is no list of challenges, or names a parameter twice. */
export function readChallenges(text: string): readonly Challenge[] | undefined {
  if (text.length > LIMITS.characters) return undefined;
  const challenges: { readonly scheme: string; readonly parameters: Map<string, string> }[] = [];
  let at = 0;
  let isToken68 = false;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match !== null) at = pattern.lastIndex;
    return match;
  };
  /** Null where there is none; undefined where it does not fit. */
  const takeParameter = (): true | null | undefined => {
    const parameters = challenges.at(-1)?.parameters;
    const match = parameters && take(PARAMETER);
    if (match === undefined || match === null) return null;
    const name = match[1]!.toLowerCase();
    if (isToken68 || parameters!.has(name) || parameters!.size === LIMITS.parameters) return undefined;
    parameters!.set(name, match[2] ?? match[3]!.replace(/\\(.)/g, '$1'));
    return true;
  };
  take(SEPARATOR);
  while (at < text.length) {
    const further = takeParameter();
    if (further === undefined) return undefined;
    if (further === null) {
      const scheme = take(SCHEME)?.[1];
      if (scheme === undefined || challenges.length === LIMITS.challenges) return undefined;
      challenges.push({ scheme: scheme.toLowerCase(), parameters: new Map() });
      isToken68 = take(TOKEN68) !== null;
      if (!isToken68 && take(SPACES) !== null && takeParameter() !== true) return undefined;
    }
    if (take(SEPARATOR) === null) return undefined;
  }
  return challenges;
}
