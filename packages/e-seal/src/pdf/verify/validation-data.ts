/**
 * The document security store (DSS, 长期验证信息; ISO 32000-2 12.8.4.3): certificates, CRLs and OCSP responses that a document
 * brings for its signatures. All of it is signed by itself, and believed no further than that.
 */
import { decodeStream, PdfArray, PdfDict, type PdfDocument, type PdfObject, PdfStream } from '@gov/pdf';
import { CERTIFICATE_MAX_BYTES, type Certificate, readCertificate, type VerificationOptions } from '@gov/pki';
import { CRL_LIMITS, OCSP_RESPONSE_LIMITS, type RevocationData, readCrl, readOcspResponse } from '@gov/pki/revocation';
import { isGovError } from '@gov/verdict';

/** How much of a DSS is looked at. What is beyond it is as if it were not there: whoever wrote it could have left it out. */
export const DSS_LIMITS = {
  certificates: 256,
  crls: 100,
  ocspResponses: 256,
  /** Entries of /VRI. */
  signatures: 256,
  /** Bytes of all of it, decoded. */
  bytes: 64 * 1024 * 1024,
} as const;

export interface ValidationData {
  readonly certificates: readonly Certificate[];
  readonly revocation: RevocationData;
}

/**
 * The DSS as the newest revision has it, /VRI of every signature included; undefined where there is none.
 *
 * @throws GovError `pdf-malformed`, `pdf-loop`, `pdf-limit`
 */
export function validationDataOf(doc: PdfDocument): ValidationData | undefined {
  const dss = doc.resolve(doc.catalog.get('DSS'));
  if (!(dss instanceof PdfDict)) return undefined;
  const vri = doc.resolve(dss.get('VRI'));
  const keys = vri instanceof PdfDict ? [...vri.keys()].slice(0, DSS_LIMITS.signatures) : [];
  const perSignature = keys.map((key) => (vri instanceof PdfDict ? doc.resolve(vri.get(key)) : null));
  const store = new Store(doc);
  // /VRI names mostly what the store lists too: each stream is read once.
  const streams = (listed: string, own: string, most: number): PdfStream[] => {
    const found = new Set<PdfStream>();
    for (const [dict, key] of [[dss, listed] as const, ...perSignature.map((entry) => [entry, own] as const)])
      if (dict instanceof PdfDict) for (const stream of store.streams(dict.get(key), most)) found.add(stream);
    return [...found].slice(0, most);
  };
  return {
    certificates: streams('Certs', 'Cert', DSS_LIMITS.certificates).flatMap((stream) =>
      store.read(stream, CERTIFICATE_MAX_BYTES, readCertificate),
    ),
    revocation: {
      crls: streams('CRLs', 'CRL', DSS_LIMITS.crls).flatMap((stream) =>
        store.read(stream, CRL_LIMITS.maxBytes, readCrl),
      ),
      ocspResponses: streams('OCSPs', 'OCSP', DSS_LIMITS.ocspResponses).flatMap((stream) =>
        store.read(stream, OCSP_RESPONSE_LIMITS.maxBytes, readOcspResponse),
      ),
    },
  };
}

class Store {
  readonly #doc: PdfDocument;
  #left: number = DSS_LIMITS.bytes;

  constructor(doc: PdfDocument) {
    this.#doc = doc;
  }

  streams(list: PdfObject | undefined, most: number): PdfStream[] {
    const array = this.#doc.resolve(list);
    if (!(array instanceof PdfArray)) return [];
    return array.items
      .slice(0, most)
      .map((item) => this.#doc.resolve(item))
      .filter((object) => object instanceof PdfStream);
  }

  /** One that cannot be read says nothing, and costs what it might have held. */
  read<T>(stream: PdfStream, maxBytes: number, read: (bytes: Uint8Array) => T): T[] {
    const decodedBytes = Math.min(maxBytes, this.#left);
    if (stream.raw.length > decodedBytes) return [];
    try {
      const doc = this.#doc;
      const bytes = decodeStream(
        { limits: { ...doc.limits, decodedBytes }, catalog: doc.catalog, resolve: (object) => doc.resolve(object) },
        stream,
      );
      this.#left -= bytes.length;
      return [read(bytes)];
    } catch (error) {
      if (!isGovError(error)) throw error;
      if (error.code === 'pdf-limit') this.#left -= decodedBytes;
      return [];
    }
  }
}

/** What the caller has, and what the document brings: certificates to look up, and data to judge revocation by. */
export function withValidationData<T extends VerificationOptions>(options: T, data: ValidationData | undefined): T {
  if (data === undefined) return options;
  const { trust, revocation } = options;
  return {
    ...options,
    trust: trust.withCertificates(data.certificates),
    revocation: {
      ...revocation,
      crls: [...(revocation?.crls ?? []), ...data.revocation.crls],
      ocspResponses: [...(revocation?.ocspResponses ?? []), ...data.revocation.ocspResponses],
    },
  };
}
