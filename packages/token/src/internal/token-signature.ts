/** Who protected a token: the algorithm by the profile of the issuer, the key by its keys, and the signature by that key. */
import type { Finding } from '@gov/verdict';
import { algorithmNames, GMT_0125, type JoseDialect, type TokenAlgorithm } from '../dialect.js';
import type { Jws } from '../jws.js';
import type { KeySource } from '../key-source.js';

/** How an issuer signs; what a token says of itself only chooses among what stands here. */
interface SigningProfile {
  readonly keys: KeySource;
  readonly algorithms?: readonly TokenAlgorithm[];
  readonly dialect?: JoseDialect;
}

/** The algorithm of the profile that `alg` names; undefined where the profile has none of that name. */
export function profileAlgorithm(
  alg: string,
  { algorithms = ['SM2-SM3'], dialect = GMT_0125 }: SigningProfile,
): TokenAlgorithm | undefined {
  return algorithms.find((algorithm) => algorithmNames(algorithm, dialect).includes(alg));
}

/** Answers `key` and, where there is one, `authenticity`. */
export async function signatureFindings(
  { header, signed, signature }: Jws,
  profile: SigningProfile,
  at: Date,
): Promise<readonly Finding[]> {
  const algorithm = profileAlgorithm(header.alg, profile);
  if (algorithm === undefined) return [key('fail', 'token-algorithm-refused', 'RFC 8725 3.1')];
  const kid = header.kid as string | undefined;
  const found = await profile.keys.find({ kid, algorithm, dialect: profile.dialect ?? GMT_0125, at });
  if (found.outcome === 'unavailable') return [{ ...key('unknown', 'token-key-unavailable'), detail: found.detail }];
  // A key of another algorithm is not what was asked for, whoever handed it out.
  if (found.outcome === 'unknown' || found.verifier.algorithm !== algorithm)
    return [key('unknown', 'token-key-unknown', 'RFC 7515 4.1.4')];
  const genuine = await found.verifier.verify(signed, signature);
  return [key('pass', 'token-key-ok'), authenticity(genuine)];
}

/** The finding about the signature value. */
export const authenticity = (genuine: boolean): Finding => ({
  check: 'authenticity',
  ...(genuine ? { outcome: 'pass', code: 'signature-ok' } : { outcome: 'fail', code: 'signature-invalid' }),
  clause: 'RFC 7515 5.2',
});

const key = (outcome: Finding['outcome'], code: Finding['code'], clause?: string): Finding => ({
  check: 'key',
  outcome,
  code,
  ...(clause === undefined ? {} : { clause }),
});
