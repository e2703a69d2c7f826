/** Every forged file. */
import { annotationForgeries } from './annotation.js';
import { byteRangeTampering } from './byte-range-tampering.js';
import { certificationForgeries } from './certification.js';
import { cmsForgeries } from './cms.js';
import { encryptionForgeries } from './encryption.js';
import { fieldForgeries } from './field.js';
import { pageForgeries } from './page.js';
import { removedSignatures } from './removed.js';
import { denialsOfService } from './service.js';
import { shadowForgeries } from './shadow.js';
import { signatureWrapping } from './signature-wrapping.js';
import { structureForgeries } from './structure.js';
import { universalSignatureForgery } from './universal-signature-forgery.js';
import { validationDataForgeries } from './validation-data.js';
import type { ForgedCase } from './world.js';

export const FORGED: readonly ForgedCase[] = [
  ...universalSignatureForgery,
  ...signatureWrapping,
  ...byteRangeTampering,
  ...pageForgeries,
  ...shadowForgeries,
  ...annotationForgeries,
  ...fieldForgeries,
  ...certificationForgeries,
  ...structureForgeries,
  ...validationDataForgeries,
  ...removedSignatures,
  ...cmsForgeries,
  ...denialsOfService,
  ...encryptionForgeries,
];
