/** Who issues city codes: a key, its certificate, a place in trust lists. */
import { authorityFindings } from '@gov/pki';
import { type Signer, sameBytes } from '@gov/sm';
import { GovError } from '@gov/verdict';
import { certificateOf, PASSWORD_FILE, signerOf } from './arguments.js';
import { wholeOf } from './city-code-options.js';
import type { OptionDefinition } from './command.js';

export const ISSUER_OPTIONS = {
  key: {
    type: 'string',
    value: 'FILE',
    about: { en: 'private key of the issuer (SM2)', zh: '签发者私钥（SM2）' },
    required: true,
  },
  'key-password-file': PASSWORD_FILE,
  cert: {
    type: 'string',
    value: 'FILE',
    about: { en: 'certificate of the issuer (city-code-issuer)', zh: '签发者证书（city-code-issuer）' },
    required: true,
  },
  index: {
    type: 'string',
    value: 'N',
    about: { en: "the issuer's index in the trust list", zh: '签发者在信任列表中的索引' },
    required: true,
  },
} as const satisfies Readonly<Record<string, OptionDefinition>>;

/**
 * What gates would refuse signs nothing.
 *
 * @throws GovError `usage`; `key-mismatch`; `certificate-unsuitable`, `certificate-expired`, `certificate-not-yet-valid`
 */
export async function issuerOf(
  values: {
    readonly key: string;
    readonly 'key-password-file': string | undefined;
    readonly cert: string;
    readonly index: string;
  },
  at: Date,
  readStdin: () => Promise<Uint8Array>,
): Promise<{ readonly signer: Signer; readonly issuerIndex: number }> {
  const issuerIndex = wholeOf(values.index, 'index', 0xffff);
  const signer = await signerOf(values.key, values['key-password-file'], readStdin);
  const certificate = await certificateOf(values.cert);
  if (!sameBytes(signer.publicKey, certificate.publicKey))
    throw new GovError('key-mismatch', 'the key does not belong to the certificate');
  const refused = authorityFindings(certificate, 'city-code-issuer').find(({ outcome }) => outcome === 'fail');
  if (refused !== undefined) throw new GovError('certificate-unsuitable', `${refused.code}: ${refused.detail ?? ''}`);
  if (at > certificate.notAfter) throw new GovError('certificate-expired', 'the certificate of the issuer has expired');
  if (at < certificate.notBefore)
    throw new GovError('certificate-not-yet-valid', 'the certificate of the issuer is not yet valid');
  return { signer, issuerIndex };
}
