/** Nonces that a server demands in proofs (RFC 9449 8 and 9): nothing is kept, each belongs to a span of time. */
import { fromBase64url, hmacSm3, toBase64url } from '@gov/sm';
import { readJsonObject } from '@gov/token/json';
import { JWT_LIMITS } from '@gov/token/jwt';
import { GovError, isGovError } from '@gov/verdict';

/** What proofs must have been made with. */
export interface DpopNonces {
  /** For `DPoP-Nonce`. */
  current(at: Date): string;
  /** Also one that was the current one a short while ago. */
  accepts(nonce: string, at: Date): boolean;
}

/**
 * Nonces from a secret that all servers of one address share: of a span of time and the one before.
 *
 * @param secret at least 32 octets
 * @param seconds of a span: 1 to 3600, 300 unless given
 * @throws GovError `invalid-argument`
 */
export function dpopNonces(secret: Uint8Array, seconds = 300): DpopNonces {
  if (secret.length < 32 || !Number.isSafeInteger(seconds) || seconds < 1 || seconds > 3600)
    throw new GovError(
      'invalid-argument',
      'DPoP nonces: a secret of fewer than 32 octets, or a span outside 1 to 3600 s',
    );
  const key = secret.slice();
  const spanOf = (at: Date): number => Math.floor(at.getTime() / (seconds * 1000));
  const nonceOf = (span: number): string => toBase64url(hmacSm3(key, new TextEncoder().encode(`DPoP-Nonce ${span}`)));
  return {
    current: (at) => nonceOf(spanOf(at)),
    accepts: (nonce, at) => nonce === nonceOf(spanOf(at)) || nonce === nonceOf(spanOf(at) - 1),
  };
}

/** As a proof says it, which nobody has verified; undefined where it says none. */
export function nonceOfProof(proof: string): string | undefined {
  const payload = proof.length > JWT_LIMITS.characters ? undefined : fromBase64url(proof.split('.', 2)[1] ?? '');
  if (payload === undefined) return undefined;
  try {
    const { nonce } = readJsonObject(payload, { depth: JWT_LIMITS.depth, items: JWT_LIMITS.claims });
    return typeof nonce === 'string' ? nonce : undefined;
  } catch (error) {
    if (!isGovError(error)) throw error;
    return undefined;
  }
}
