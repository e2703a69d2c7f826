/** What was found out about one signature of a PDF, whatever its kind. */
import type { PdfSignature } from '@gov/pdf';
import type { Certificate, SigningTime } from '@gov/pki';
import type { Finding } from '@gov/verdict';
import type { SesSignature } from '../../ses-signature.js';
import type { SesSignatureSubject } from '../../verify.js';
import type { PadesLevel } from '../sign-options.js';

/**
 * What a signature is, told by its content: a seal signature (电子签章), a CMS signature (PAdES or GB/T 35275), a document
 * timestamp (文档时间戳), or what nobody here can judge.
 */
export type PdfSignatureType = 'seal' | 'cms' | 'timestamp' | 'unknown';

/** Everything but what later signatures do to it. */
export interface Judged {
  readonly signature: PdfSignature;
  readonly type: PdfSignatureType;
  readonly findings: readonly Finding[];
  readonly ses?: SesSignature;
  readonly seal?: SesSignatureSubject;
  /** Whose key it is: of a timestamp, the authority's. */
  readonly signer?: Certificate;
  /** Subject of that certificate. */
  readonly signerName?: string;
  readonly level?: PadesLevel;
  /** Name, or OID of one that is not accepted. */
  readonly digestAlgorithm?: string;
  readonly claimed?: Date;
  /** The time that was weighed. */
  readonly time?: SigningTime;
  /** Of a document timestamp that is valid. */
  readonly proved?: SigningTime;
}

export const broken = (
  signature: PdfSignature,
  type: PdfSignatureType,
  code: Finding['code'],
  detail: string,
): Judged => ({
  signature,
  type,
  findings: [{ check: 'format', outcome: 'fail', code, detail }],
});
