/** A province whose tokens a city exchanges, on a store in memory or another one. */
import { readAuditEntry } from '@gov/audit';
import {
  type AccessGrant,
  ASSURANCE_LEVELS,
  assuranceMapping,
  type IdentityStore,
  type IdentityTransaction,
  issueAccessToken,
} from '@gov/identity';
import { type ExchangeRequest, TokenExchange, type TokenExchangeOptions } from '@gov/identity/exchange';
import { generateSm2Key, type Signer, sm2Signer } from '@gov/sm';
import type { Store } from '@gov/store';
import { publicJwk } from '@gov/token/jwk';
import { fixedKeys, type KeySource } from '@gov/token/key-source';

export const PROVINCE = 'https://id.province.example.gov.cn';
export const CITY = 'https://id.city.example.gov.cn';
export const ENDPOINT = `${CITY}/token`;
export const API = 'https://api.city.example.gov.cn';
export const CLIENT = 'city-portal';
export const LOG = 'identity';
export const AT = new Date('2026-05-20T01:00:00Z');
export const NOW = AT.getTime() / 1000;
export const ACCESS = 'urn:ietf:params:oauth:token-type:access_token';
export const ID = 'urn:ietf:params:oauth:token-type:id_token';

interface Party {
  readonly signer: Signer;
  readonly keys: KeySource;
}

export function party(signer: Signer = sm2Signer(generateSm2Key())): Party {
  return { signer, keys: fixedKeys([publicJwk(signer.publicKey, { kid: 'k1' })]) };
}

const acr = (level: number): string => `urn:gov:assurance:${level}`;

export interface World {
  readonly province: Party;
  readonly city: Party;
  readonly options: TokenExchangeOptions;
  readonly exchange: TokenExchange;
  /** A token of the province that is meant for the city. */
  subjectToken(grant?: Partial<AccessGrant>, lifetimeSeconds?: number): Promise<string>;
  request(more?: Partial<ExchangeRequest>): Promise<ExchangeRequest>;
}

export const GRANT: AccessGrant = {
  subject: { kind: 'natural-person', sub: 'province-person' },
  clientId: 'province-portal',
  audience: [CITY],
  scope: ['license.read', 'license.apply'],
  level: 4,
  authTime: new Date(AT.getTime() - 60_000),
  sessionId: 'province-session',
};

export function world(store: Store, more: Partial<TokenExchangeOptions> = {}): World {
  const [province, city] = [party(), party()];
  const options: TokenExchangeOptions = {
    issuer: CITY,
    endpoint: ENDPOINT,
    keys: { current: () => ({ kid: 'k1', signer: city.signer }) },
    store,
    replay: store.replay,
    log: LOG,
    actor: 'id-city',
    issuers: [
      {
        profile: { issuer: PROVINCE, keys: province.keys },
        audience: CITY,
        idTokenAudience: (clientId) => (clientId === CLIENT ? 'city-at-province' : undefined),
        // Level 4 there is 3 here, and 1 nothing.
        assurance: assuranceMapping(ASSURANCE_LEVELS, ASSURANCE_LEVELS, {
          [acr(2)]: acr(2),
          [acr(3)]: acr(2),
          [acr(4)]: acr(3),
        }),
      },
    ],
    subject: async ({ sub, kind = 'natural-person' }) =>
      sub.startsWith('province-') ? { kind, sub: sub.replace('province', 'city') } : undefined,
    rule: async ({ clientId }) => (clientId === CLIENT ? { audience: [API], scope: ['license.read'] } : undefined),
    ...more,
  };
  const subjectToken = async (grant: Partial<AccessGrant> = {}, lifetimeSeconds = 300): Promise<string> => {
    const { token } = await issueAccessToken(
      { ...GRANT, ...grant },
      { issuer: PROVINCE, signer: province.signer, kid: 'k1', at: AT, lifetimeSeconds },
    );
    return token;
  };
  return {
    province,
    city,
    options,
    exchange: new TokenExchange(options),
    subjectToken,
    request: async (own = {}) => ({
      clientId: CLIENT,
      subjectToken: own.subjectToken ?? (await subjectToken()),
      subjectTokenType: ACCESS,
      at: AT,
      ...own,
    }),
  };
}

/** The entries of the log, as everybody sees them. */
export async function entriesOf(store: Store) {
  return (await store.audit.entries(LOG, 0, 1000)).map(readAuditEntry);
}

/** A store whose `step` fails when it is asked for in a transaction. */
export function failing(
  store: Store,
  step: keyof IdentityTransaction | 'commit',
): Pick<IdentityStore, 'identityTransaction'> {
  return {
    identityTransaction: (work) =>
      store.identityTransaction(async (tx) => {
        const broken = new Proxy(tx, {
          get: (target, name) => {
            if (name === step) throw new Error('crash');
            return target[name as keyof IdentityTransaction];
          },
        });
        const result = await work(broken);
        if (step === 'commit') throw new Error('crash');
        return result;
      }),
  };
}
