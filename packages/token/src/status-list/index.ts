/**
 * `@gov/token/status-list`: which of millions of tokens are still in force, in a few bits each (IETF Token Status List, 状态列表):
 * the list, its signed token, serving it and fetching it.
 *
 * @example
 * import { generateSm2Key, sm2Signer, sm2Verifier } from '@gov/sm';
 * import { issueStatusListToken, readStatusListToken, StatusList, verifyStatusListToken } from '@gov/token/status-list';
 *
 * const key = generateSm2Key();
 * const list = new StatusList(1_048_576, 2);
 * list.set(17, 1); // invalid
 * const uri = 'https://status.example.gov.cn/lists/0';
 * const text = await issueStatusListToken({ uri, list, issuedAt: new Date(), ttl: 300 }, { signer: sm2Signer(key) });
 *
 * const token = readStatusListToken(text);
 * if (token.uri !== uri || !(await verifyStatusListToken(token, sm2Verifier(key.publicKey)))) throw new Error('not genuine');
 * console.log(StatusList.decompress(token.compressed, token.bits).get(17)); // 1
 *
 * @packageDocumentation
 */
export { type CachedStatusList, StatusListCache, type StatusListCacheOptions } from './cache.js';
export {
  type FetchedStatusList,
  type FetchStatusListOptions,
  fetchStatusList,
  type StatusListFetch,
  type StatusListProblem,
} from './fetch.js';
export { type StatusListHandlerOptions, statusListHandler } from './handler.js';
export { STATUS_FETCH_LIMITS, STATUS_LIST_LIMITS } from './limits.js';
export { compressStatusList, type StatusBits, StatusList } from './list.js';
export {
  issueStatusListToken,
  readStatusListToken,
  STATUS_LIST_TYPES,
  type StatusListContent,
  type StatusListFormat,
  type StatusListSigner,
  type StatusListToken,
  verifyStatusListToken,
} from './token.js';
