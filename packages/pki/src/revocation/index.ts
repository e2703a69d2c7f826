/**
 * `@gov/pki/revocation`: CRLs read and issued, OCSP responses read, revocation judged by the time rule, and the data
 * gathered through a port (证书吊销).
 *
 * @packageDocumentation
 */
export { type Fetch, URL_MAX_LENGTH } from '../internal/fetch-bounded.js';
export { OCSP_RESPONSE_LIMITS, OcspResponse, readOcspResponse } from '../ocsp/response.js';
export { MEMORY_CACHE_MAX_BYTES, memoryRevocationCache, type RevocationCache } from './cache.js';
export { CRL_LIMITS, Crl, readCrl } from './crl.js';
export type { RevocationData, RevocationProblem } from './data.js';
export { GATHER_LIMITS, type GatheredRevocation, type GatherOptions, gatherRevocation } from './gather.js';
export { type CrlOptions, issueCrl, type RevokedCertificate } from './issue-crl.js';
export { REVOCATION_REASONS, type Revocation, type RevocationReason } from './reason.js';
export { revocationFindings } from './revocation-findings.js';
