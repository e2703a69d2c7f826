/** PDFs signed with CMS and with document timestamps by hand, each part free to be wrong; and a small world of signers. */
import { der } from '@gov/der';
import {
  beginUpdate,
  openPdf,
  PdfArray,
  PdfDict,
  type PdfRectangle,
  PdfStream,
  prepareSignature,
  type SignatureAppearance,
} from '@gov/pdf';
import { type Certificate, TrustStore, type VerificationOptions } from '@gov/pki';
import { type CmsSigner, type SignCmsOptions, signCms } from '@gov/pki/cms';
import { issueIntermediate, issueLeaf, issueRoot } from '@gov/pki/dev-ca';
import { generatePrivateKey } from '@gov/pki/private-key';
import { issueCrl, type RevokedCertificate } from '@gov/pki/revocation';
import { requestTimestamp, type TimestampHash } from '@gov/pki/timestamp';
import { tsaHandler } from '@gov/pki/tsa';
import type { SignatureAlgorithm, Signer } from '@gov/sm';
import type { Report } from '@gov/verdict';
import type { Holder } from '../../../test/world.js';
import { type VerifyPdfOptions, verifyPdf } from '../src/pdf/index.js';
import { concat, said } from './build.js';

const DAY = 24 * 3_600_000;
export const days = (count: number): number => count * DAY;
export const VALID = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2030-01-01T00:00:00Z') };
export const SIGNED = new Date('2026-05-20T02:00:00Z');
export const AT = new Date('2026-11-22T04:00:00Z');
export const later = (date: Date, ms: number): Date => new Date(date.getTime() + ms);

export interface SignersWorld {
  readonly root: Holder;
  readonly ca: Holder;
  readonly tsa: Holder;
  readonly ecdsa: Holder;
  readonly trust: TrustStore;
  of(algorithm: SignatureAlgorithm, validity?: Partial<typeof VALID>): Promise<Holder>;
  tsaOf(validity: Partial<typeof VALID>): Promise<Holder>;
  /** CRLs of root and CA. */
  crls(thisUpdate: Date, revoked?: readonly RevokedCertificate[]): ReturnType<typeof issueCrl>[];
}

export async function makeSigners(): Promise<SignersWorld> {
  const key = async (algorithm: SignatureAlgorithm = 'ECDSA-P256-SHA256') =>
    (await generatePrivateKey(algorithm)).signer;
  const rootSigner = await key();
  const root = {
    certificate: await issueRoot({ ...VALID, subject: 'CN=Root,C=CN', signer: rootSigner, pathLength: 1 }),
    signer: rootSigner,
  };
  const caSigner = await key();
  const ca = {
    certificate: await issueIntermediate({ ...VALID, ca: root, subject: 'CN=CA,C=CN', publicKey: caSigner.publicKey }),
    signer: caSigner,
  };
  const leaf = async (
    use: 'signer' | 'timestamp',
    signer: Signer,
    validity: Partial<typeof VALID>,
  ): Promise<Holder> => ({
    signer,
    certificate: await issueLeaf({
      ...VALID,
      ...validity,
      ca,
      use,
      subject: `CN=${use} ${signer.algorithm},C=CN`,
      publicKey: signer.publicKey,
    }),
  });
  const tsaOf = async (validity: Partial<typeof VALID>) => leaf('timestamp', await key(), validity);
  return {
    root,
    ca,
    tsa: await tsaOf({}),
    ecdsa: await leaf('signer', await key(), {}),
    trust: new TrustStore({ anchors: [root.certificate], certificates: [ca.certificate] }),
    of: async (algorithm, validity = {}) => leaf('signer', await key(algorithm), validity),
    tsaOf,
    crls: (thisUpdate, revoked = []) =>
      [root, ca].map(({ certificate: issuer, signer }) =>
        issueCrl({
          issuer,
          signer,
          entries: issuer === ca.certificate ? revoked : [],
          thisUpdate,
          nextUpdate: later(thisUpdate, days(7)),
          crlNumber: 1n,
        }),
      ),
  };
}

let serial = 0n;

/** A timestamp token on a content. */
export async function stampBy(
  of: Holder,
  time: Date,
  content: Uint8Array,
  hash: TimestampHash = 'SHA-256',
): Promise<Uint8Array> {
  const fetch = tsaHandler({
    ...of,
    policy: '1.2.156.11235.1',
    clock: () => time,
    serial: async () => ++serial,
    accuracyMs: 1000,
  });
  return (await requestTimestamp('http://tsa/', { content, hash }, { fetch, at: time })).bytes;
}

/** Unsigned attribute with timestamps on the signature value. */
export const stampedBy =
  (stamp: (signature: Uint8Array) => Promise<Uint8Array>): NonNullable<CmsSigner['unsignedAttributes']> =>
  async (signature) => [{ type: '1.2.840.113549.1.9.16.2.14', values: [await stamp(signature)] }];

interface FieldParts {
  readonly subFilter?: string;
  readonly filter?: string;
  readonly type?: 'Sig' | 'DocTimeStamp';
  readonly rect?: PdfRectangle;
  readonly appearance?: SignatureAppearance;
  readonly signingTime?: Date | undefined;
  readonly certify?: 1 | 2 | 3;
  readonly padding?: Uint8Array;
  /** Bytes kept for the value. */
  readonly reserved?: number;
}

/** A field signed with whatever `make` answers for the signed bytes. */
export async function fieldSigned(
  pdf: Uint8Array,
  parts: FieldParts,
  make: (signed: Uint8Array) => Promise<Uint8Array> | Uint8Array,
): Promise<Uint8Array> {
  const { subFilter = 'adbe.pkcs7.detached', filter = 'Adobe.PPKLite', padding = new Uint8Array() } = parts;
  const { rect = [0, 0, 0, 0], appearance, type, signingTime, certify } = parts;
  const prepared = prepareSignature(openPdf(pdf), {
    page: 1,
    rect,
    ...(appearance === undefined ? {} : { appearance }),
    ...(type === undefined ? {} : { type }),
    ...(signingTime === undefined ? {} : { signingTime }),
    ...(certify === undefined ? {} : { certify }),
    filter,
    subFilter,
    reservedBytes: parts.reserved ?? 20_000,
  });
  return prepared.finish(concat(await make(concat(...prepared.coveredParts())), padding));
}

export interface CmsParts extends FieldParts, Partial<Omit<SignCmsOptions, 'signers' | 'signingTime'>> {
  readonly holder: Holder;
  readonly attached?: boolean;
  readonly unsignedAttributes?: CmsSigner['unsignedAttributes'];
  /** What is signed instead of the covered bytes. */
  readonly content?: (signed: Uint8Array) => Uint8Array;
  readonly rewrite?: (message: Uint8Array) => Uint8Array;
}

export const cmsSigned = (pdf: Uint8Array, parts: CmsParts): Promise<Uint8Array> =>
  fieldSigned(pdf, parts, async (signed) => {
    const {
      holder,
      unsignedAttributes,
      content = (bytes) => bytes,
      rewrite = (bytes) => bytes,
      attached = false,
    } = parts;
    const { form, dialect, contentType, signingTime, certificates } = parts;
    const message = await signCms(content(signed), {
      signers: [{ ...holder, ...(unsignedAttributes === undefined ? {} : { unsignedAttributes }) }],
      detached: !attached,
      ...(form === undefined ? {} : { form }),
      ...(dialect === undefined ? {} : { dialect }),
      ...(contentType === undefined ? {} : { contentType }),
      ...(signingTime === undefined ? {} : { signingTime }),
      ...(certificates === undefined ? {} : { certificates }),
    });
    return rewrite(message);
  });

/** A document timestamp. */
export const documentStamped = (
  pdf: Uint8Array,
  of: Holder,
  time: Date,
  parts: FieldParts & { readonly hash?: TimestampHash } = {},
): Promise<Uint8Array> =>
  fieldSigned(pdf, { subFilter: 'ETSI.RFC3161', type: 'DocTimeStamp', ...parts }, (signed) =>
    stampBy(of, time, signed, parts.hash),
  );

/** A revision with a DSS. */
export function withStore(
  pdf: Uint8Array,
  store: { readonly certificates?: readonly Certificate[]; readonly crls?: readonly { readonly bytes: Uint8Array }[] },
): Uint8Array {
  const doc = openPdf(pdf);
  const update = beginUpdate(doc);
  const list = (items: readonly { readonly bytes: Uint8Array }[] = []) =>
    new PdfArray(items.map(({ bytes }) => update.add(new PdfStream(PdfDict.of({}), bytes))));
  const dss = update.add(PdfDict.of({ Certs: list(store.certificates), CRLs: list(store.crls) }));
  update.replace(doc.catalogRef, doc.catalog.with('DSS', dss));
  return concat(pdf, update.toTail());
}

export const verifyAt = (
  pdf: Uint8Array,
  trust: TrustStore,
  options: Partial<VerifyPdfOptions & VerificationOptions> = {},
) => verifyPdf(pdf, { at: AT, trust, ...options });

/** Codes of each signature that do not pass. */
export const each = (report: Report): string[][] => report.signatures!.map((one) => said(one).codes);

/** OCTET STRING, as adbe.x509.rsa_sha1 has. */
export const octetString = (bytes: Uint8Array): Uint8Array => der.octetString(bytes);
