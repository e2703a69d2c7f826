/** What signing a PDF with a standard signature is told. */
import type { FieldLock } from '@gov/pdf';
import type { Certificate } from '@gov/pki';
import type { Signer } from '@gov/sm';
import type { SealPicture } from '../seal.js';
import type { PdfActOptions } from './internal/act.js';
import type { PdfTimestamp } from './internal/timestamp-port.js';
import type { ValidationSources } from './internal/validation-data.js';
import type { FindText, SealPlace } from './place.js';

/**
 * How long a signature can be verified (EN 319 142-1 6): B-B as long as its certificates are valid, B-T with a proved time, B-LT
 * when nobody answers for the certificates any more, B-LTA for as long as its document timestamps are renewed.
 */
export type PadesLevel = 'B-B' | 'B-T' | 'B-LT' | 'B-LTA';

export interface SignPdfOptions extends PdfActOptions {
  readonly certificate: Certificate;
  /** Certificates above the signer's, sent along. */
  readonly chain?: readonly Certificate[];
  /** Its algorithm decides what is written: SM2 → `GM.sm2cms.detached`, any other → PAdES. */
  readonly signer: Signer;
  /** The signing time that is claimed; seconds count. */
  readonly time: Date;
  /** B-T where there is a timestamp, else B-B. SM2 goes up to B-T. */
  readonly level?: PadesLevel;
  /** `GM.sm2cms.detached` (SM2), `ETSI.CAdES.detached` (others) or `adbe.pkcs7.detached`. */
  readonly subFilter?: string;
  readonly filter?: string;
  /** `digest-as-content` is what products with `GM.sm2cms.detached` write, and the default there; `attributes` everywhere else. */
  readonly dialect?: 'attributes' | 'digest-as-content';
  /** Asks for the timestamps, on the signature value and (B-LTA) on the document. */
  readonly timestamp?: PdfTimestamp;
  /** Room for a timestamp token, bytes; `TIMESTAMP_RESERVED_BYTES` where not given. */
  readonly timestampBytes?: number;
  /** Whom to believe and where revocation data comes from (B-LT, B-LTA). */
  readonly validation?: ValidationSources;
  /** Where the picture shows; without both the signature does not show. A field alone may be signed without a picture. */
  readonly place?: SealPlace | readonly SealPlace[];
  readonly picture?: SealPicture;
  readonly findText?: FindText;
  /** Name of the new signature field; without it the first free one of Signature1, Signature2… */
  readonly fieldName?: string;
  /** Who signs; the common name of the certificate where not given. */
  readonly name?: string;
  /** What is read out for the picture; the name where not given. */
  readonly description?: string;
  readonly reason?: string;
  readonly location?: string;
  /** Certifies the document (认证签名): 1 no change, 2 filling forms and signing, 3 annotations too. First signature only. */
  readonly certify?: 1 | 2 | 3;
  /** Locks form fields. */
  readonly lock?: FieldLock;
}
