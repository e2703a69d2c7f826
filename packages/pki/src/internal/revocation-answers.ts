/** What revocation data says about one certificate, and whether whoever says so may. */
import { sameBytes } from '@gov/sm';
import { isGovError } from '@gov/verdict';
import type { StructureVerifier } from '../algorithm.js';
import type { Certificate } from '../certificate.js';
import { formatName, sameName } from '../name.js';
import { isOfIssuer, responderKeyHash } from '../ocsp/cert-id.js';
import type { OcspResponse } from '../ocsp/response.js';
import { EXTENSION, OCSP } from '../oid.js';
import type { Crl } from '../revocation/crl.js';
import type { RevocationData } from '../revocation/data.js';
import { distributionPointNames } from '../revocation/locations.js';
import type { Revocation } from '../revocation/reason.js';

interface Source {
  readonly source: 'CRL' | 'OCSP';
  readonly thisUpdate: Date;
}

export interface GoodAnswer extends Source {
  readonly kind: 'good';
  readonly nextUpdate: Date | undefined;
  /** Certificates that expired after this moment are still spoken of. */
  readonly expiredAfter: Date | undefined;
  /** End of the validity of a delegated responder. */
  readonly signerNotAfter: Date | undefined;
}

export type Answer =
  | GoodAnswer
  | (Source & { readonly kind: 'revoked'; readonly revocation: Revocation })
  | (Source & { readonly kind: 'unknown' })
  | (Source & { readonly kind: 'other-point' })
  | (Source & { readonly kind: 'untrusted'; readonly why: string });

interface Question {
  readonly certificate: Certificate;
  /** The certificate above it in the path. */
  readonly issuer: Certificate;
  readonly data: RevocationData;
  readonly profile: 'strict' | 'lenient';
  /** @throws GovError */
  readonly verifier: (certificate: Certificate, signatureAlgorithm: string) => StructureVerifier;
}

export async function answersAbout(question: Question): Promise<Answer[]> {
  return [...(await crlAnswers(question)), ...(await ocspAnswers(question))];
}

async function crlAnswers(question: Question): Promise<Answer[]> {
  const { certificate, issuer, data } = question;
  const answers: Answer[] = [];
  for (const crl of data.crls) {
    if (!sameName(crl.issuer, issuer.subject)) continue;
    const source = { source: 'CRL', thisUpdate: crl.thisUpdate } as const;
    const why = await crlFlaw(crl, question);
    if (why !== undefined) {
      answers.push({ ...source, kind: 'untrusted', why });
      continue;
    }
    const revocations = crl.revocations(certificate.serialNumber);
    answers.push(...revocations.map((revocation) => ({ ...source, kind: 'revoked', revocation }) as const));
    if (revocations.length > 0) continue;
    if (!speaksOf(crl, certificate)) answers.push({ ...source, kind: 'other-point' });
    else {
      const { nextUpdate, expiredCertsOnCrl: expiredAfter } = crl;
      answers.push({ ...source, kind: 'good', nextUpdate, expiredAfter, signerNotAfter: undefined });
    }
  }
  return answers;
}

/** RFC 5280 6.3.3 (f) and (g), for lists that the certificate's own issuer signs with the same key. */
async function crlFlaw(crl: Crl, { issuer, verifier }: Question): Promise<string | undefined> {
  const wanted = crl.authorityKeyIdentifier;
  if (wanted !== undefined && issuer.subjectKeyIdentifier !== undefined) {
    if (!sameBytes(wanted, issuer.subjectKeyIdentifier)) return 'it names another key of that name';
  }
  if (issuer.keyUsage !== undefined && !issuer.keyUsage.has('cRLSign')) return 'the issuer may not sign CRLs';
  return (await verifies(() => crl.signedBy(verifier(issuer, crl.signatureAlgorithm))))
    ? undefined
    : 'the issuer did not sign it';
}

/** RFC 5280 6.3.3 (b) (2): a list for one distribution point speaks of the certificates that name it. */
function speaksOf(crl: Crl, certificate: Certificate): boolean {
  if (crl.distributionPoint === undefined) return true;
  const own = distributionPointNames(certificate);
  return crl.distributionPoint.some((name) => own.some((other) => sameBytes(name, other)));
}

async function ocspAnswers(question: Question): Promise<Answer[]> {
  const { certificate, issuer, data } = question;
  const named = { subject: certificate.issuer, publicKey: issuer.publicKey };
  const answers: Answer[] = [];
  for (const response of data.ocspResponses) {
    for (const single of response.responses) {
      const { certId, certificateStatus, thisUpdate, nextUpdate, archiveCutoff } = single;
      if (certId.serialNumber !== certificate.serialNumber || !(await isOfIssuer(certId, named))) continue;
      const source = { source: 'OCSP', thisUpdate } as const;
      const responder = await responderOf(response, question);
      if ('why' in responder) answers.push({ ...source, kind: 'untrusted', why: responder.why });
      else if (certificateStatus.status === 'unknown') answers.push({ ...source, kind: 'unknown' });
      else if (certificateStatus.status === 'revoked') {
        answers.push({ ...source, kind: 'revoked', revocation: certificateStatus });
      } else {
        const { notAfter: signerNotAfter } = responder;
        answers.push({ ...source, kind: 'good', nextUpdate, expiredAfter: archiveCutoff, signerNotAfter });
      }
    }
  }
  return answers;
}

/** RFC 6960 4.2.2.2: the issuer itself, or a certificate that it issued directly for OCSP. */
async function responderOf(
  response: OcspResponse,
  question: Question,
): Promise<{ readonly notAfter: Date | undefined } | { readonly why: string }> {
  const { issuer, verifier } = question;
  const signedBy = (certificate: Certificate) =>
    verifies(() => response.signedBy(verifier(certificate, response.signatureAlgorithm)));
  if ((await isNamed(response, issuer)) && (await signedBy(issuer))) return { notAfter: undefined };
  let why: string | undefined;
  for (const delegate of response.certificates) {
    if (!(await isNamed(response, delegate)) || sameBytes(delegate.bytes, issuer.bytes)) continue;
    const flaw = await delegateFlaw(delegate, response, question);
    if (flaw === undefined && (await signedBy(delegate))) return { notAfter: delegate.notAfter };
    why ??= `${formatName(delegate.subject)}: ${flaw ?? 'did not sign it'}`;
  }
  return { why: why ?? 'neither the issuer nor a responder of its own signed it' };
}

async function isNamed({ responderId }: OcspResponse, certificate: Certificate): Promise<boolean> {
  return 'name' in responderId
    ? sameName(responderId.name, certificate.subject)
    : sameBytes(responderId.keyHash, await responderKeyHash(certificate.publicKey));
}

/** What a delegated certificate may mark critical. */
const UNDERSTOOD: ReadonlySet<string> = new Set([
  EXTENSION.basicConstraints,
  EXTENSION.keyUsage,
  EXTENSION.extendedKeyUsage,
  EXTENSION.subjectKeyIdentifier,
  EXTENSION.authorityKeyIdentifier,
  OCSP.noCheck,
]);

async function delegateFlaw(
  delegate: Certificate,
  { producedAt }: OcspResponse,
  question: Question,
): Promise<string | undefined> {
  const { certificate, issuer, verifier, profile } = question;
  const { keyUsage, extendedKeyUsage, extensions, notBefore, notAfter } = delegate;
  // Of the same issuer, as is seen below.
  if (delegate.serialNumber === certificate.serialNumber) return 'it speaks of itself';
  // Without this any leaf could say of any other that it is good.
  if (extendedKeyUsage?.includes(OCSP.signing) !== true) return 'not meant for signing OCSP responses';
  if (keyUsage !== undefined && !keyUsage.has('digitalSignature') && !keyUsage.has('nonRepudiation')) {
    return 'its key usage does not permit signing';
  }
  if ([...extensions].some(([oid, { critical }]) => critical && !UNDERSTOOD.has(oid))) {
    return 'it has a critical extension that is not known';
  }
  if (producedAt < notBefore || producedAt > notAfter) return 'not valid when it signed';
  const issued =
    sameName(delegate.issuer, issuer.subject) &&
    (await verifies(() => verifier(issuer, delegate.signatureAlgorithm).verify(delegate.tbs, delegate.signature)));
  if (!issued) return 'the issuer of the certificate did not issue it';
  const answers = await crlAnswers({ ...question, certificate: delegate });
  if (answers.some(({ kind }) => kind === 'revoked')) return 'it was revoked';
  // RFC 6960 4.2.2.2.1 leaves what is neither exempted nor listed to local policy.
  if (profile === 'strict' && !extensions.has(OCSP.noCheck) && !answers.some(({ kind }) => kind === 'good')) {
    return 'whether it was revoked is not known';
  }
  return undefined;
}

/** An algorithm that is not read here verifies nothing. */
async function verifies(verify: () => Promise<boolean>): Promise<boolean> {
  try {
    return await verify();
  } catch (error) {
    if (isGovError(error)) return false;
    throw error;
  }
}
