/**
 * `@gov/der`: a bounded reader that keeps offsets, and a writer, for DER.
 *
 * @packageDocumentation
 */
export {
  DER_LIMITS,
  DER_VALUE_LIMITS,
  type DerDeviation,
  type DerDeviationCode,
  DerElement,
  type DerLimits,
  type DerMode,
  type DerOptions,
  DerReader,
  readDer,
  readDerPrefix,
} from './reader.js';
export { context, contextPrimitive, Tag } from './tag.js';
export * as der from './writer.js';
