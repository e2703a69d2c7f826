/** A root, an issuer of licences without any EKU of ours, and a list of both. */
import { type Certificate, certificateKid, readCertificate } from '@gov/pki';
import {
  buildTrustList,
  type TrustList,
  type TrustListDraft,
  type TrustListIssuerDraft,
  type TrustListState,
  type VerifiedTrustList,
  verifyTrustList,
} from '@gov/pki/trust-list';
import { bytesToHex, type Signer } from '@gov/sm';
import { basicConstraints, build, keyUsage, type Spec, sm2 } from './builder.js';

export const day = (text: string): Date => new Date(`${text}T00:00:00Z`);

let serial = 1;

/** A certificate as a CA writes it that knows nothing of our uses. */
export async function certificate(by: Signer, key: Signer, changes: Partial<Spec> = {}): Promise<Certificate> {
  return readCertificate(
    await build({
      version: 2,
      serialNumber: Uint8Array.of(1, ++serial >> 8, serial & 255),
      subject: 'CN=证照签发,O=11370300MB0000019F某市行政审批局,C=CN',
      issuer: 'CN=某省电子政务根,O=某省,C=CN',
      key,
      by,
      notBefore: day('2025-01-01'),
      notAfter: day('2027-01-01'),
      extensions: { keyUsage: keyUsage('digitalSignature', 'nonRepudiation') },
      ...changes,
    }),
  );
}

export const rootCertificate = (key: Signer, subject = 'CN=某省电子政务根,O=某省,C=CN'): Promise<Certificate> =>
  certificate(key, key, {
    subject,
    issuer: subject,
    notAfter: day('2045-01-01'),
    extensions: { basicConstraints: basicConstraints(true), keyUsage: keyUsage('keyCertSign', 'cRLSign') },
  });

export const LIST_ID = 'https://trust.example.gov.cn/370000';

export interface ListWorld {
  readonly root: Certificate;
  readonly rootKey: Signer;
  readonly issuer: Certificate;
  readonly issuerKey: Signer;
  /** Keys of the list, in the order of their use. */
  readonly keys: readonly Signer[];
  draft(changes?: Partial<TrustListDraft>): TrustListDraft;
  list(changes?: Partial<TrustListDraft>): TrustList;
  /** A list whose one entry is changed. */
  listed(entry: Partial<TrustListIssuerDraft>, changes?: Partial<TrustListDraft>): TrustList;
  verify(
    jws: string,
    options?: { at?: Date; keys?: readonly Signer[]; previous?: TrustListState },
  ): Promise<VerifiedTrustList>;
}

export async function listWorld(): Promise<ListWorld> {
  const rootKey = sm2();
  const issuerKey = sm2();
  const keys = [sm2(), sm2(), sm2(), sm2()];
  const root = await rootCertificate(rootKey);
  const issuer = await certificate(rootKey, issuerKey);
  const entry: TrustListIssuerDraft = { certificate: issuer, use: 'license-issuer', region: '370300' };
  const draft = (changes: Partial<TrustListDraft> = {}): TrustListDraft => ({
    id: LIST_ID,
    issued: day('2026-05-01'),
    nextUpdate: day('2026-06-01'),
    hardExpiry: day('2026-11-01'),
    keys: { current: keys[0]!.publicKey },
    anchors: [{ certificate: root }],
    issuers: [entry],
    ...changes,
  });
  return {
    root,
    rootKey,
    issuer,
    issuerKey,
    keys,
    draft,
    list: (changes) => buildTrustList(draft(changes)),
    listed: (change, changes) => buildTrustList(draft({ issuers: [{ ...entry, ...change }], ...changes })),
    verify: (jws, { at = day('2026-05-10'), keys: pinned = keys.slice(0, 1), previous } = {}) =>
      verifyTrustList(jws, {
        keys: pinned.map(({ publicKey }) => publicKey),
        at,
        ...(previous === undefined ? {} : { previous }),
      }),
  };
}

export const kidOf = (one: Certificate): string => bytesToHex(certificateKid(one));
