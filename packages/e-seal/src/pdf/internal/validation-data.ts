/** Gathering what verifiers will need later (长期验证数据) and putting it into the document security store, as a step. */
import { beginUpdate, extendSecurityStore, type PdfSignature, signaturesOf, type ValidationData } from '@gov/pdf';
import {
  type Certificate,
  formatName,
  readCertificate,
  sameName,
  type TrustStore,
  type VerificationOptions,
} from '@gov/pki';
import { ATTRIBUTE_TYPE, readSignedData, type SignedData } from '@gov/pki/cms';
import { type Crl, type OcspResponse, revocationFindings } from '@gov/pki/revocation';
import { readTimestampToken } from '@gov/pki/timestamp';
import { bytesToHex, sameBytes } from '@gov/sm';
import { GovError, isGovError } from '@gov/verdict';
import { readSesSignature } from '../../ses-signature.js';
import { shapeOf, valueEnd } from '../verify/contents.js';
import { opened, type PdfActOptions, type Step } from './act.js';

/** Where validation data comes from. */
export interface ValidationSources extends Pick<VerificationOptions, 'trust' | 'revocation' | 'fetchRevocation'> {
  /** The moment at which revocation data must be current. */
  readonly at: Date;
}

export interface ValidationDataOptions extends PdfActOptions, ValidationSources {
  /** Names of the signature fields to gather for; all of the document's where not given. */
  readonly fields?: readonly string[];
  /** Certificates to look up, beside those of the trust store and of the signatures. */
  readonly further?: readonly Certificate[];
}

/** Paths gathered for one document: each costs questions to the network. */
export const MAX_VALIDATION_PATHS = 256;

/** Asked when it is run: a step before it may have to name the field first. An empty tail: all was there. */
export const validationDataStep =
  (optionsOf: () => ValidationDataOptions): Step =>
  async (file) => {
    const options = optionsOf();
    const { fields, signal, onProgress } = options;
    signal?.throwIfAborted();
    const doc = opened(file, options);
    const signatures = signaturesOf(doc).filter(({ fieldName }) => fields?.includes(fieldName) ?? true);
    const missing = fields?.find((field) => !signatures.some(({ fieldName }) => fieldName === field));
    if (missing !== undefined || signatures.length === 0)
      throw new GovError('pdf-field-missing', 'there is no signature to gather validation data for');
    const gathering = new Gathering(options);
    const bySignature = new Map<string, ValidationData>();
    for (const signature of signatures) bySignature.set(await signatureKey(signature), await gathering.of(signature));
    const update = beginUpdate(doc);
    onProgress?.({ step: 'validation-data', bytes: doc.length, totalBytes: doc.length });
    return extendSecurityStore(update, bySignature) ? update.toTail() : new Uint8Array(0);
  };

/** EN 319 142-1 5.4.2.2: SHA-1 of the whole of /Contents, padding included; a name, not a safeguard. */
async function signatureKey({ contents }: PdfSignature): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-1', Uint8Array.from(contents ?? []));
  return bytesToHex(new Uint8Array(digest)).toUpperCase();
}

/** Certificates whose paths are to be shown, with what was sent along. */
interface Signers {
  readonly signers: readonly Certificate[];
  readonly others: readonly Certificate[];
}

class Gathering {
  readonly #options: ValidationDataOptions;
  /** By the certificate's bytes: signatures share authorities. */
  readonly #paths = new Map<string, Promise<Material>>();

  constructor(options: ValidationDataOptions) {
    this.#options = options;
  }

  async of(signature: PdfSignature): Promise<ValidationData> {
    const { further = [] } = this.#options;
    const { signers, others } = signersOf(signature, [...this.#options.trust.certificates, ...further]);
    const material = new Material();
    for (const signer of signers) material.add(await this.#for(signer, [...others, ...further]));
    return material;
  }

  /** The path of one certificate with revocation data for each of its certificates, and for those who answered. */
  #for(certificate: Certificate, others: readonly Certificate[]): Promise<Material> {
    const key = bytesToHex(certificate.bytes);
    const known = this.#paths.get(key);
    if (known !== undefined) return known;
    if (this.#paths.size >= MAX_VALIDATION_PATHS)
      throw new GovError('limit-exceeded', `more than ${MAX_VALIDATION_PATHS} paths to gather validation data for`);
    const found = this.#gather(certificate, others);
    this.#paths.set(key, found);
    return found;
  }

  async #gather(certificate: Certificate, others: readonly Certificate[]): Promise<Material> {
    const { at, signal, revocation, fetchRevocation } = this.#options;
    signal?.throwIfAborted();
    const trust: TrustStore = this.#options.trust.withCertificates(others);
    const { path, complete } = await trust.path(certificate, { at });
    if (!complete) throw missing(`no path to an anchor from ${formatName(certificate.subject)}`);
    const fetched = path.length > 1 ? await fetchRevocation?.(path) : undefined;
    const data = {
      crls: [...(revocation?.crls ?? []), ...(fetched?.crls ?? [])].filter((crl) => speaksOf(crl, path)),
      ocspResponses: [...(revocation?.ocspResponses ?? []), ...(fetched?.ocspResponses ?? [])].filter((response) =>
        answersFor(response, path),
      ),
      problems: fetched?.problems ?? [],
    };
    if (path.length > 1) {
      const findings = await revocationFindings(path, undefined, { at, trust, revocation: data });
      const [open] = findings.filter(({ outcome }) => outcome === 'unknown');
      if (open !== undefined)
        throw missing(
          `revocation of the path of ${formatName(certificate.subject)}: ${open.code} ${open.detail ?? ''}`,
        );
    }
    const material = new Material();
    material.addOwn(path, data.crls, data.ocspResponses);
    for (const responder of data.ocspResponses.flatMap((response) => response.certificates)) {
      material.addOwn([responder], [], []);
      // RFC 6960 4.2.2.2.1: nobody is asked about this one.
      if (responder.extensions.has(OCSP_NO_CHECK) || path.some((one) => sameBytes(one.bytes, responder.bytes)))
        continue;
      material.add(await this.#for(responder, [...others, ...path]));
    }
    return material;
  }
}

const OCSP_NO_CHECK = '1.3.6.1.5.5.7.48.1.5';

const missing = (what: string): GovError => new GovError('validation-data-missing', what);

const speaksOf = (crl: Crl, path: readonly Certificate[]): boolean =>
  path.some(({ issuer }) => sameName(issuer, crl.issuer));

const answersFor = (response: OcspResponse, path: readonly Certificate[]): boolean =>
  response.responses.some(({ certId }) => path.some(({ serialNumber }) => serialNumber === certId.serialNumber));

/** Validation data, each once. */
class Material implements ValidationData {
  readonly certificates: Uint8Array[] = [];
  readonly crls: Uint8Array[] = [];
  readonly ocspResponses: Uint8Array[] = [];

  addOwn(certificates: readonly Certificate[], crls: readonly Crl[], ocspResponses: readonly OcspResponse[]): void {
    for (const { bytes } of certificates) once(this.certificates, bytes);
    for (const { bytes } of crls) once(this.crls, bytes);
    for (const { bytes } of ocspResponses) once(this.ocspResponses, bytes);
  }

  add(other: ValidationData): void {
    for (const bytes of other.certificates) once(this.certificates, bytes);
    for (const bytes of other.crls) once(this.crls, bytes);
    for (const bytes of other.ocspResponses) once(this.ocspResponses, bytes);
  }
}

function once(list: Uint8Array[], bytes: Uint8Array): void {
  if (!list.some((other) => sameBytes(other, bytes))) list.push(bytes);
}

/** Who signed, and who stamped the signature. */
function signersOf({ contents, fieldName }: PdfSignature, known: readonly Certificate[]): Signers {
  const end = contents && valueEnd(contents);
  if (contents === undefined || end === undefined) throw missing(`the signature ${fieldName} cannot be read`);
  const value = contents.subarray(0, end);
  try {
    return shapeOf(contents) === 'seal' ? sealSigners(value, known) : cmsSigners(readSignedData(value), known);
  } catch (error) {
    if (!isGovError(error) || error.code === 'validation-data-missing') throw error;
    throw new GovError('validation-data-missing', `the signature ${fieldName} cannot be read`, { cause: error });
  }
}

function sealSigners(value: Uint8Array, known: readonly Certificate[]): Signers {
  const { certificate, seal, timeStamp } = readSesSignature(value);
  const stamp = timeStamp === undefined ? NOBODY : tokenSigners(timeStamp, known);
  const own = [readCertificate(certificate), readCertificate(seal.makerCertificate)];
  return { signers: [...own, ...stamp.signers], others: stamp.others };
}

function cmsSigners(signedData: SignedData, known: readonly Certificate[]): Signers {
  const { certificates, signers } = signedData;
  const all = [...certificates, ...known];
  const own = signers.map(({ identifier }) => {
    const found = all.find((one) =>
      identifier.kind === 'issuerAndSerialNumber'
        ? one.serialNumber === identifier.serialNumber && sameName(one.issuer, identifier.issuer)
        : one.subjectKeyIdentifier !== undefined && sameBytes(one.subjectKeyIdentifier, identifier.keyIdentifier),
    );
    if (found === undefined) throw missing('the certificate of a signer is not there');
    return found;
  });
  const stamps = signers
    .flatMap(({ unsignedAttributes }) => unsignedAttributes)
    .filter(({ type }) => type === ATTRIBUTE_TYPE.signatureTimeStamp)
    .flatMap(({ values }) => values.map((token) => tokenSigners(token, known)));
  return {
    signers: [...own, ...stamps.flatMap((stamp) => stamp.signers)],
    others: [...certificates, ...stamps.flatMap((stamp) => stamp.others)],
  };
}

const tokenSigners = (token: Uint8Array, known: readonly Certificate[]): Signers =>
  cmsSigners(readTimestampToken(token).signedData, known);

const NOBODY: Signers = { signers: [], others: [] };
