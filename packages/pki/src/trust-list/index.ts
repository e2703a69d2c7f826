/**
 * `@gov/pki/trust-list`: signed lists of whom to believe, carried by verifiers that are offline for months (信任列表).
 *
 * @packageDocumentation
 * @example
 * import { TrustStore } from '@gov/pki';
 * import { verifyTrustList } from '@gov/pki/trust-list';
 *
 * const { report, list, state } = await verifyTrustList(text, { keys: [verifier.publicKey], at: new Date() });
 * if (list === undefined) throw new Error(report.findings.map(({ code }) => code).join());
 * const store = new TrustStore({ list }); // keep `state`: it is `previous` for the next edition
 */
export {
  buildTrustList,
  checkSuccession,
  type RotateOptions,
  rotateTrustListKeys,
  type TrustListAnchorDraft,
  type TrustListDraft,
  type TrustListIssuerDraft,
} from './edition.js';
export { decodeTrustList, encodeTrustList, trustListJson } from './encoding.js';
export {
  LISTING_STATUSES,
  type ListingStatus,
  regionCovers,
  serviceOf,
  TRUST_LIST_LIMITS,
  TRUST_LIST_SERVICES,
  TRUST_LIST_TYP,
  type TrustList,
  type TrustListAnchor,
  type TrustListIssuer,
} from './list.js';
export {
  readTrustList,
  signTrustList,
  type TrustListSubject,
  type VerifiedTrustList,
  type VerifyTrustListOptions,
  verifyTrustList,
} from './signature.js';
export { readTrustListState, type TrustListState, writeTrustListState } from './state.js';
