/**
 * `@gov/identity`: unified identity (统一身份认证): subjects, assurance, tokens, trust carried between identity domains.
 *
 * @example
 * import { issueAccessToken, verifyAccessToken } from '@gov/identity';
 * import { publicJwk } from '@gov/token/jwk';
 * import { fixedKeys } from '@gov/token/key-source';
 *
 * const [issuer, audience, at] = ['https://id.example.gov.cn', 'https://api.example.gov.cn', new Date()];
 * const subject = { kind: 'natural-person', sub: 'pairwise' } as const;
 * const grant = { subject, clientId: 'city-portal', audience: [audience], scope: ['license.read'], level: 3 };
 * const { token } = await issueAccessToken(grant, { issuer, signer, kid: '2026', at });
 *
 * const keys = fixedKeys([publicJwk(signer.publicKey, { kid: '2026' })]);
 * const { report, identity } = await verifyAccessToken(token, { issuers: [{ issuer, keys }], audience, at });
 * console.log(report.verdict, identity?.level); // valid 3
 *
 * @packageDocumentation
 */
export {
  ACCESS_TOKEN_LIFETIME,
  ACCESS_TOKEN_TYPE,
  type AccessGrant,
  type AccessTokenIssuer,
  type AccessTokenPolicy,
  type AccessTokenVerification,
  type Identity,
  type IssuedAccessToken,
  issueAccessToken,
  type Possession,
  type ProvedPossession,
  type TokenSubject,
  verifyAccessToken,
} from './access-token.js';
export { type ActingAnswer, type ActingRequest, actFor, switchBack } from './acting.js';
export {
  ASSURANCE_LEVELS,
  ASSURANCE_LIMITS,
  type AssuranceLevel,
  type AssuranceMapping,
  type AssuranceTable,
  acrOfLevel,
  assuranceMapping,
  levelOfAcr,
  mappedLevel,
  readAssuranceTable,
} from './assurance.js';
export {
  type AccessTokenClaims,
  type ActorClaim,
  accessTokenJsonSchema,
  CLAIM_LIMITS,
  type IdTokenClaims,
  idTokenJsonSchema,
  MANDATE_RELATIONS,
  type MandateClaim,
  type MandateRelation,
} from './claims.js';
export {
  ID_TOKEN_LIFETIME,
  ID_TOKEN_TYPE,
  type IdTokenGrant,
  type IdTokenIssuer,
  type IdTokenPolicy,
  type IdTokenVerification,
  issueIdToken,
  verifyIdToken,
} from './id-token.js';
export {
  type IssuedMandate,
  issueMandate,
  MANDATE_LIMITS,
  MANDATE_TYPE,
  type Mandate,
  type MandateDraft,
  type MandateIssuer,
  type MandatePolicy,
  type MandateQuestion,
  type MandateStore,
  type MandateVerification,
  mandateClaim,
  mandateFindings,
  mandateJsonSchema,
  readMandate,
  revokeMandate,
  verifyMandate,
} from './mandate.js';
export { PAIRWISE_LIMITS, pairwiseSubject } from './pairwise.js';
export type {
  DirectoryEntry,
  DirectoryKind,
  IdentityStore,
  IdentityTransaction,
  KeptMandate,
  KeptSession,
  KeptToken,
  SessionSelection,
  TokenName,
  TokenSelection,
  TokenSlot,
} from './port.js';
export {
  type StatusListIssuer,
  TOKEN_STATUS_LIMITS,
  TokenStatusLists,
  type TokenStatusListsOptions,
  type TokenStatusQuestion,
  type TokenStatusSource,
} from './status.js';
export {
  type LegalPerson,
  type NaturalPerson,
  PERSONAL_CLAIMS,
  type PersonalClaim,
  personalClaims,
  readSubject,
  SUBJECT_KINDS,
  SUBJECT_LIMITS,
  type Subject,
  type SubjectKind,
  subjectJsonSchema,
} from './subject.js';
