/**
 * `@gov/e-seal`: electronic seals and seal signatures (电子印章与电子签章).
 *
 * @packageDocumentation
 */
export {
  type ExtensionData,
  makeSeal,
  mayUseSeal,
  pictureType,
  readSeal,
  SEAL_LIMITS,
  type Seal,
  type SealDeviation,
  type SealOptions,
  type SealPicture,
  type SealProfile,
  type SignerList,
} from './seal.js';
export {
  assertUsable,
  readSesSignature,
  SES_TIMESTAMP_MAX_BYTES,
  type SesSignature,
  type SesSignatureOptions,
  sesSignatureSize,
  signSes,
} from './ses-signature.js';
export { type SealSubject, type SesSignatureSubject, verifySeal, verifySesSignature } from './verify.js';
