/** What sealing a PDF is told: by whom, where, when and how. */
import type { FieldLock } from '@gov/pdf';
import type { Certificate } from '@gov/pki';
import type { Signer } from '@gov/sm';
import type { Seal } from '../seal.js';
import type { PdfActOptions } from './internal/act.js';
import type { PdfTimestamp } from './internal/timestamp-port.js';
import type { FindText, SealPlace } from './place.js';
import type { SignPdfOptions } from './sign-options.js';

/** Who seals, and with what; the same for many documents. */
export interface PdfSealerOptions {
  readonly seal: Seal;
  /** The signer's certificate; it must be in the seal's list. */
  readonly certificate: Certificate;
  readonly signer: Signer;
  readonly filter?: string;
  readonly subFilter?: string;
  /** Asks for the timestamp on the seal's signature value: `requestTimestamp` of `@gov/pki/timestamp`. */
  readonly timestamp?: PdfTimestamp;
  /**
   * A second signature over the seal in the same act (双重签章): a standard one, which viewers that know no SM2 verify. It does
   * not show unless it has a place of its own.
   */
  readonly dual?: Omit<SignPdfOptions, 'time' | keyof PdfActOptions>;
  /** Finds the keywords of places: `pdfjsTextFinder()` of `@gov/e-seal/pdf/keyword`. */
  readonly findText?: FindText;
}

/** Where, when and how one document is sealed. */
export interface PdfSealing extends PdfActOptions {
  /** Several places are one signature that shows in all of them. */
  readonly place: SealPlace | readonly SealPlace[];
  /** The signing time that is claimed; seconds count. */
  readonly time: Date;
  readonly reason?: string;
  readonly location?: string;
  /** Name of the new signature field; without it the first free one of Signature1, Signature2… */
  readonly fieldName?: string;
  /** What is read out for the picture; the seal's name where not given. */
  readonly description?: string;
  /** Certifies the document (认证签名): 1 no change, 2 filling forms and signing, 3 annotations too. First signature only. */
  readonly certify?: 1 | 2 | 3;
  /** Locks form fields. */
  readonly lock?: FieldLock;
}

export interface SealPdfOptions extends PdfSealerOptions, PdfSealing {}
