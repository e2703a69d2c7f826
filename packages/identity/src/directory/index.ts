/**
 * `@gov/identity/directory`: applications, scopes, organisations and staff (应用、权限范围、组织机构、人员目录), with versions, on any store.
 *
 * @example
 * import { Directory } from '@gov/identity/directory';
 * import { memoryStore } from '@gov/store/memory';
 *
 * const directory = new Directory({ store: memoryStore(), log: 'directory' });
 * const change = { at: new Date('2026-05-20T01:00:00Z'), actor: 'directory-console' };
 * const code = '11100000000013338W';
 * const organization = { code, name: { zh: '某某局' }, division: '100000', type: 'government' } as const;
 * await directory.put('organization', organization, change);
 * await directory.put('organization', { ...organization, name: { zh: '某某委' } }, { ...change, version: 1 });
 * console.log((await directory.find('organization', code))?.version); // 2
 *
 * @packageDocumentation
 */
export {
  type Application,
  applicationJsonSchema,
  GRANT_TYPES,
  isRedirectUri,
  readApplication,
} from './application.js';
export {
  Directory,
  type DirectoryChange,
  type DirectoryOptions,
  type DirectoryRecord,
  type DirectoryValues,
} from './directory.js';
export { type ApplicationKeysOptions, applicationKeys, type RegisteredApplication } from './keys.js';
export { ORGANIZATION_TYPES, type Organization, organizationJsonSchema, readOrganization } from './organization.js';
export { DIRECTORY_LIMITS } from './parts.js';
export { readScope, type Scope, scopeJsonSchema } from './scope.js';
export { type Post, readStaff, type Staff, staffIdentityDigest, staffJsonSchema } from './staff.js';
