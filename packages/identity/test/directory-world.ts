/** A directory of a ministry, its office and one application, on a store in memory. */
import { readAuditEntry } from '@gov/audit';
import { checkCharacterOfCreditCode } from '@gov/codes';
import {
  type Application,
  Directory,
  type DirectoryOptions,
  type Organization,
  type Scope,
  type Staff,
} from '@gov/identity/directory';
import { generateSm2Key, type Signer, sm2Signer } from '@gov/sm';
import type { Store } from '@gov/store';
import { memoryStore } from '@gov/store/memory';
import { publicJwk } from '@gov/token/jwk';

export const AT = new Date('2026-05-20T01:00:00Z');
export const LOG = 'directory';
export const CHANGE = { at: AT, actor: 'console' } as const;

/** The n-th of credit codes that differ. */
export function code(n: number): string {
  // The ninth to seventeenth are an organisation code with its own check character (GB 11714).
  const body = String(n).padStart(8, '0');
  const sum = [3, 7, 9, 10, 5, 8, 4, 2].reduce((total, weight, i) => total + weight * Number(body[i]), 0);
  const check = 11 - (sum % 11);
  const begin = `11100000${body}${check === 10 ? 'X' : check === 11 ? '0' : check}`;
  return begin + checkCharacterOfCreditCode(begin);
}

export const organization = (n: number, more: Partial<Organization> = {}): Organization => ({
  code: code(n),
  name: { zh: `第${n}局` },
  division: '370300',
  type: 'government',
  ...more,
});

export const signer: Signer = sm2Signer(generateSm2Key());
export const jwks = { keys: [publicJwk(signer.publicKey, { kid: 'k1' })] };

export const application = (more: Partial<Application> = {}): Application => ({
  clientId: 'city-portal',
  name: { zh: '市民门户', en: 'City portal' },
  owner: code(1),
  type: 'web',
  redirectUris: ['https://portal.example.gov.cn/back'],
  postLogoutRedirectUris: [],
  grantTypes: ['authorization_code'],
  authentication: 'private_key_jwt',
  jwks,
  sector: 'portal.example.gov.cn',
  scopes: ['license.read', 'license.apply'],
  audiences: ['https://api.example.gov.cn/'],
  minimumLevel: 2,
  dpop: false,
  ...more,
});

export function native(more: Partial<Application> = {}): Application {
  const { jwks: _, ...rest } = application();
  return {
    ...rest,
    type: 'native',
    authentication: 'none',
    dpop: true,
    redirectUris: ['http://127.0.0.1:4000/back'],
    ...more,
  };
}

export const scope = (name: string, more: Partial<Scope> = {}): Scope => ({
  name,
  text: { zh: '查看证照' },
  claims: ['name_masked'],
  owner: code(1),
  ...more,
});

export const staff = (more: Partial<Staff> = {}): Staff => ({
  id: 'u-1001',
  name: '李四',
  posts: [{ organization: code(1), title: '科长', main: true, from: '2020-01-01' }],
  ...more,
});

export function emptyDirectory(more: Partial<DirectoryOptions> = {}): { store: Store; directory: Directory } {
  const store = memoryStore();
  return { store, directory: new Directory({ store, log: LOG, ...more }) };
}

/** Organisation 1, office 2 below it, two scopes, one application. */
export async function filledDirectory() {
  const made = emptyDirectory();
  const { directory } = made;
  await directory.put('organization', organization(1), CHANGE);
  await directory.put('organization', organization(2, { parent: code(1) }), CHANGE);
  for (const name of ['license.read', 'license.apply']) await directory.put('scope', scope(name), CHANGE);
  await directory.put('application', application(), CHANGE);
  return made;
}

export const entriesOf = async (store: Store) => (await store.audit.entries(LOG, 0, 1000)).map(readAuditEntry);

export async function gathered<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
