/** Proofs of possession that come to a token endpoint (RFC 9449 5 and 8): of the key that what is issued is bound to. */
import { verifyDpop } from '@gov/token/dpop';
import type { ReplayStore } from '@gov/token/one-time';
import { type GovError, isGovError } from '@gov/verdict';
import { type DpopNonces, nonceOfProof } from './dpop-nonces.js';
import { OAuthRefusal } from './oauth.js';

interface EndpointProofPolicy {
  /** URL of the endpoint, as proofs name it. */
  readonly endpoint: string;
  readonly replay: ReplayStore;
  readonly nonces?: DpopNonces;
}

/**
 * The thumbprint of the key that a proof was made with.
 *
 * @throws OAuthRefusal `use_dpop_nonce` before anything else is looked at, `invalid_dpop_proof`
 */
export async function thumbprintOfProof(
  proof: string,
  { endpoint: url, replay, nonces }: EndpointProofPolicy,
  at: Date,
): Promise<string> {
  if (nonces !== undefined) {
    const nonce = nonceOfProof(proof);
    if (nonce === undefined || !nonces.accepts(nonce, at)) throw new OAuthRefusal('use_dpop_nonce');
  }
  try {
    const { thumbprint } = await verifyDpop(proof, { method: 'POST', url, at, replay });
    if (thumbprint !== undefined) return thumbprint;
  } catch (error) {
    if (!isGovError(error) || !UNREADABLE.includes(error.code)) throw error;
  }
  throw new OAuthRefusal('invalid_dpop_proof');
}

const UNREADABLE: readonly GovError['code'][] = ['jwt-malformed', 'jwk-malformed', 'jwk-private', 'input-too-large'];
