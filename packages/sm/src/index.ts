export type { SignatureAlgorithm, Signer, Verifier } from './signer.js';
