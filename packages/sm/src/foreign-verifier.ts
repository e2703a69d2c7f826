/**
 * `@gov/sm/foreign-verifier`: verifiers for what is not SM2: RSA, ECDSA and Ed25519, by the runtime. It stands beside the port
 * that it serves, so that certificates and JSON Web Keys verify by the same code.
 *
 * @packageDocumentation
 */
export { foreignVerifier } from '#backend/foreign-verifier';
