/**
 * `@gov/identity/step-up`: step-up authentication (RFC 9470, 提升认证等级): a server says that the login behind a token is not sure
 * or not fresh enough, and the application asks for a better one.
 *
 * @example
 * import { readChallenge, stepUpChallenge } from '@gov/identity/step-up';
 *
 * const header = stepUpChallenge({ scheme: 'DPoP', acrValues: ['urn:gov:assurance:3'], maxAgeSeconds: 300 });
 * const response = new Response(null, { status: 401, headers: { 'www-authenticate': header } });
 * const challenge = readChallenge(response);
 * if (challenge?.error === 'insufficient_user_authentication')
 *   console.log(challenge.acrValues, challenge.maxAgeSeconds); // [ 'urn:gov:assurance:3' ] 300
 *
 * @packageDocumentation
 */
import { GovError } from '@gov/verdict';
import { type Challenge, challengeText, readChallenges } from './internal/challenge.js';

/** How a token is shown (RFC 6750, RFC 9449 7.1). */
export type TokenScheme = 'Bearer' | 'DPoP';

export interface StepUpDemand {
  /** As the token was shown. */
  readonly scheme: TokenScheme;
  /** Any of these will do, the one that is liked best first. */
  readonly acrValues?: readonly string[];
  /** Since the login. */
  readonly maxAgeSeconds?: number;
}

/** What a server asks of an application (质询). */
export interface TokenChallenge {
  readonly scheme: TokenScheme;
  /** Registered code: `invalid_token`, `insufficient_scope`, `insufficient_user_authentication`, `use_dpop_nonce` …; absent where no token was shown. */
  readonly error?: string;
  /** For `acr_values` of the next authorization request; may be none. */
  readonly acrValues: readonly string[];
  /** For its `max_age`. */
  readonly maxAgeSeconds?: number;
  /** That the token must have; may be none. */
  readonly scope: readonly string[];
  /** For the next proof of possession (RFC 9449 9), from the header `DPoP-Nonce`. */
  readonly nonce?: string;
}

/** Values of `acr_values` and `scope` that are read. */
export const CHALLENGE_LIMITS = { values: 64 } as const;

/**
 * The value of `WWW-Authenticate` of a 401 that demands a better login (RFC 9470 3).
 *
 * @throws GovError `invalid-argument` for a demand of nothing, or one that a header cannot hold
 */
export function stepUpChallenge({ scheme, acrValues = [], maxAgeSeconds }: StepUpDemand): string {
  if (acrValues.length === 0 && maxAgeSeconds === undefined)
    throw new GovError('invalid-argument', 'step-up: neither acrValues nor maxAgeSeconds');
  if (maxAgeSeconds !== undefined && !(Number.isSafeInteger(maxAgeSeconds) && maxAgeSeconds >= 0))
    throw new GovError('invalid-argument', 'step-up: maxAgeSeconds is no number of seconds');
  return challengeText(scheme, {
    error: 'insufficient_user_authentication',
    ...(acrValues.length === 0 ? {} : { acr_values: wordsText(acrValues) }),
    ...(maxAgeSeconds === undefined ? {} : { max_age: String(maxAgeSeconds) }),
  });
}

/**
 * Reads what a server demands in its 400, 401 or 403; undefined where there is no challenge for tokens, or one that cannot be read.
 * Of several the one with an error counts: it is about the token that was shown.
 */
export function readChallenge({ status, headers }: Pick<Response, 'status' | 'headers'>): TokenChallenge | undefined {
  if (status !== 400 && status !== 401 && status !== 403) return undefined;
  const known = (readChallenges(headers.get('www-authenticate') ?? '') ?? []).flatMap((challenge) => {
    const scheme = SCHEMES.find((name) => name.toLowerCase() === challenge.scheme);
    return scheme === undefined ? [] : [{ ...challenge, scheme }];
  });
  const chosen = known.find(({ parameters }) => parameters.has('error')) ?? known[0];
  return chosen && demandOf(chosen, headers.get('dpop-nonce'));
}

const SCHEMES: readonly TokenScheme[] = ['DPoP', 'Bearer'];

function demandOf(
  { scheme, parameters }: Challenge & { readonly scheme: TokenScheme },
  nonce: string | null,
): TokenChallenge | undefined {
  const error = parameters.get('error');
  const [acrValues, scope] = [wordsOf(parameters.get('acr_values')), wordsOf(parameters.get('scope'))];
  const maxAge = parameters.get('max_age');
  if (acrValues === undefined || scope === undefined || (maxAge !== undefined && !/^\d{1,9}$/.test(maxAge)))
    return undefined;
  return {
    scheme,
    acrValues,
    scope,
    ...(error === undefined ? {} : { error }),
    ...(maxAge === undefined ? {} : { maxAgeSeconds: Number(maxAge) }),
    ...(nonce !== null && NONCE.test(nonce) ? { nonce } : {}),
  };
}

/** RFC 6749 A.4, and A.12 for nonces. */
const WORD = /^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/;
const NONCE = /^[\x21\x23-\x5b\x5d-\x7e]{1,512}$/;

/** @throws GovError `invalid-argument` */
function wordsText(words: readonly string[]): string {
  if (words.length > CHALLENGE_LIMITS.values || !words.every((word) => WORD.test(word)))
    throw new GovError('invalid-argument', 'challenge: a value that a header cannot hold, or too many');
  return words.join(' ');
}

/** Undefined for what is no list. */
function wordsOf(text: string | undefined): readonly string[] | undefined {
  if (text === undefined || text === '') return [];
  const words = text.split(' ');
  return words.length <= CHALLENGE_LIMITS.values && words.every((word) => WORD.test(word)) ? words : undefined;
}
