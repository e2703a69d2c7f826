/**
 * `@gov/pki/pkcs12`: private keys with their certificates in one file (个人信息交换, RFC 7292).
 *
 * @packageDocumentation
 */
export { PKCS12_LIMITS } from './limits.js';
export { looksLikePkcs12, outlinePkcs12, type Pkcs12Bag, type Pkcs12Outline, type Pkcs12Part } from './outline.js';
export { type Pkcs12, type Pkcs12Certificate, Pkcs12Key, readPkcs12 } from './read.js';
export { type Pkcs12Content, writePkcs12 } from './write.js';
