/**
 * `@gov/pki/cms`: signed messages (签名数据) and envelopes (数字信封) of RFC 5652 and of GB/T 35275-2017 (GM/T 0010-2012).
 *
 * @packageDocumentation
 */
export { ATTRIBUTE_TYPE, type CmsForm, CONTENT_TYPE, digestName } from './algorithm.js';
export { CMS_MAX_ATTRIBUTES, type CmsAttribute } from './attribute.js';
export { CMS_MAX_COUNTERSIGNATURES } from './countersignature.js';
export {
  type CmsRecipient,
  decryptCms,
  type EncryptCmsOptions,
  encryptCms,
  type OpenedCms,
} from './envelope.js';
export { type CmsCipher, type EnvelopedData, type RecipientInfo, readEnvelopedData } from './enveloped-data.js';
export { CMS_LIMITS } from './limits.js';
export { type CmsSigner, type SignCmsOptions, signCms, signCmsDetached, signCmsStream } from './sign.js';
export {
  type ReadCmsOptions,
  readSignedData,
  type SignedData,
  type SignerIdentifier,
  type SignerInfo,
} from './signed-data.js';
export type { CmsDialect, SignerQuestion, VerifiedSigner } from './signer-findings.js';
export {
  type CmsSignerSubject,
  type CmsSubject,
  signedDataFindings,
  type VerifyCmsOptions,
  verifyCms,
} from './verify.js';
export { type VerifyCmsStreamOptions, verifyCmsStream } from './verify-stream.js';
