/** Keys of one issuer in memory, each with the verifiers that were made of it. */
import { GovError } from '@gov/verdict';
import type { JoseDialect, TokenAlgorithm, TokenVerifier } from '../dialect.js';
import { type Jwk, jwkFits, jwkVerifier } from '../jwk.js';

/** What a token asks of its issuer's keys. `algorithm` is what the profile of the issuer allows under the token's `alg`. */
export interface WantedKey {
  /** As the token names it. */
  readonly kid: string | undefined;
  readonly algorithm: TokenAlgorithm;
  readonly dialect: JoseDialect;
  /** The moment for which the token is judged. */
  readonly at: Date;
}

/** `unknown`: the issuer has no such key. `unavailable`: its keys could not be had, so nobody can tell. */
export type FoundKey =
  | { readonly outcome: 'found'; readonly verifier: TokenVerifier }
  | { readonly outcome: 'unknown' }
  | {
      readonly outcome: 'unavailable';
      /** English, without addresses and secrets. */
      readonly detail: string;
    };

/** A verifier under its name: it is used as it is, whatever the dialect. */
export interface NamedVerifier {
  readonly kid: string;
  readonly verifier: TokenVerifier;
}

interface Entry {
  readonly kid: string | undefined;
  /** Undefined where the key is not for that. */
  verifier(wanted: WantedKey): (() => TokenVerifier) | undefined;
}

export class KeySet {
  readonly #entries: readonly Entry[];

  /** @throws GovError `invalid-argument` for two keys of the same `kid` */
  constructor(keys: readonly Jwk[] | readonly NamedVerifier[]) {
    this.#entries = keys.map((key) => ('verifier' in key ? ready(key) : lazy(key)));
    const kids = this.#entries.flatMap(({ kid }) => kid ?? []);
    if (new Set(kids).size !== kids.length) throw new GovError('invalid-argument', 'two keys of the same kid');
  }

  find(wanted: WantedKey): FoundKey {
    const named = wanted.kid === undefined ? this.#entries : this.#entries.filter(({ kid }) => kid === wanted.kid);
    const fitting = named.flatMap((entry) => entry.verifier(wanted) ?? []);
    // Among several nobody chooses: to try them is to let the token choose.
    return fitting.length === 1 ? { outcome: 'found', verifier: fitting[0]!() } : { outcome: 'unknown' };
  }
}

const ready = ({ kid, verifier }: NamedVerifier): Entry => ({
  kid,
  verifier: ({ algorithm }) => (verifier.algorithm === algorithm ? () => verifier : undefined),
});

/** Verifiers grow faster with use, so they are kept: one for each algorithm and way of writing a signature. */
function lazy(jwk: Jwk): Entry {
  const made = new Map<string, TokenVerifier>();
  return {
    kid: jwk.kid,
    verifier({ algorithm, dialect }) {
      if (!jwkFits(jwk, algorithm, dialect)) return undefined;
      return () => {
        const way = `${algorithm} ${dialect.signature} ${dialect.sm2Id}`;
        const verifier = made.get(way) ?? jwkVerifier(jwk, { algorithm, dialect });
        made.set(way, verifier);
        return verifier;
      };
    },
  };
}
