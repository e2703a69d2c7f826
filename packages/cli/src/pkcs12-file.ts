/** What stands in a PKCS#12, told with its password or without. */
import { type Certificate, formatName } from '@gov/pki';
import type { KeyProtection } from '@gov/pki/cbom';
import { outlinePkcs12, readPkcs12 } from '@gov/pki/pkcs12';

type Facts = Readonly<Record<string, unknown>>;

/**
 * Facts for people and for JSON; never a private key.
 *
 * @throws GovError what `outlinePkcs12` and `readPkcs12` throw
 */
export async function pkcs12Facts(
  bytes: Uint8Array,
  password: Uint8Array | undefined,
  encryptionFacts: (protection: KeyProtection) => Facts,
  publicFacts: (spki: Uint8Array) => Facts,
): Promise<Facts> {
  const { mac, parts } = outlinePkcs12(bytes);
  const outline = {
    kind: 'pkcs12',
    form: 'pkcs12',
    encoding: 'der',
    authentication: mac ?? 'none',
    parts: parts.map((part) =>
      'encryption' in part
        ? { encryption: encryptionFacts(part.encryption) }
        : {
            bags: part.bags.map(({ kind, encryption, friendlyName }) => ({
              kind,
              ...(friendlyName === undefined ? {} : { friendlyName }),
              ...(encryption === undefined ? {} : { encryption: encryptionFacts(encryption) }),
            })),
          },
    ),
  };
  if (password === undefined) return outline;
  const { keys, certificates } = await readPkcs12(bytes, password);
  for (const key of keys) key.destroy();
  return {
    ...outline,
    keys: keys.map(({ signer, certificate, friendlyName }) => ({
      ...(friendlyName === undefined ? {} : { friendlyName }),
      ...(certificate === undefined ? {} : { certificate: formatName(certificate.subject) }),
      ...publicFacts(signer.publicKey),
    })),
    certificates: certificates.map(({ certificate }) => certificateFacts(certificate)),
  };
}

const certificateFacts = ({ subject, issuer, notBefore, notAfter }: Certificate): Facts => ({
  subject: formatName(subject),
  issuer: formatName(issuer),
  notBefore: notBefore.toISOString(),
  notAfter: notAfter.toISOString(),
});
