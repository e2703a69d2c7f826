/** Tokens and proofs as clients show them, what is refused of them, and what is said then. */
import { issueAccessToken } from '@gov/identity';
import { dpopNonces, type ProtectOptions, type RefusalCode } from '@gov/identity/server';
import { generateSm2Key, sm2Signer } from '@gov/sm';
import { dpopProof } from '@gov/token/dpop';
import { jwkThumbprint, publicJwk } from '@gov/token/jwk';
import { fixedKeys } from '@gov/token/key-source';

export const ISSUER = 'https://id.example.gov.cn';
export const ORIGIN = 'https://api.example.gov.cn';
const issuer = sm2Signer(generateSm2Key());
export const holder = sm2Signer(generateSm2Key());
export const thumbprint = await jwkThumbprint(publicJwk(holder.publicKey));
export const keys = fixedKeys([publicJwk(issuer.publicKey, { kid: 'k1' })]);

export async function accessToken(
  more: { readonly level?: number; readonly thumbprint?: string } = {},
): Promise<string> {
  const at = new Date();
  const grant = {
    subject: { kind: 'natural-person', sub: 'pairwise' },
    clientId: 'city-portal',
    audience: [ORIGIN],
    scope: ['license.read'],
    level: 3,
    ...more,
  } as const;
  return (await issueAccessToken(grant, { issuer: ISSUER, signer: issuer, kid: 'k1', at })).token;
}

export async function proved(
  token: string,
  path: string,
  method = 'GET',
  nonce?: string,
): Promise<Record<string, string>> {
  const url = ORIGIN + path;
  const asked = { method, url, at: new Date(), accessToken: token, ...(nonce === undefined ? {} : { nonce }) };
  return { authorization: `DPoP ${token}`, dpop: await dpopProof(asked, holder) };
}

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

function memoryReplay() {
  const seen = new Set<string>();
  return {
    async firstUse(scope: string, id: string): Promise<boolean> {
      const key = `${scope} ${id}`;
      return !seen.has(key) && seen.add(key).size > 0;
    },
  };
}

const DPOP = 'DPoP algs="SGD_SM3_SM2 ES256"';

/** What strangers are told, by the code: status, title and the Chinese text. */
export const TOLD: Readonly<Record<RefusalCode, readonly [number, string, string]>> = {
  'token-missing': [401, 'Access token missing', '缺少访问令牌：请在 Authorization 请求头中提供访问令牌。'],
  'request-malformed': [
    400,
    'Request malformed',
    '请求有误：访问令牌只能在 Authorization 请求头中提供，且只能提供一次。',
  ],
  'token-invalid': [401, 'Access token not accepted', '访问令牌未被接受，请重新获取。'],
  'proof-invalid': [
    401,
    'Proof of possession not accepted',
    '持有证明未被接受：缺少 DPoP 证明，或该证明不是为本次请求和本令牌生成的。',
  ],
  'proof-nonce': [
    401,
    'Proof of possession needs a nonce',
    '持有证明须包含服务器随机数：请使用 DPoP-Nonce 响应头中的值重新生成。',
  ],
  'assurance-insufficient': [
    401,
    'Surer or fresher login needed',
    '身份保障等级不足或登录时间过久，请按要求重新认证。',
  ],
  'subject-refused': [403, 'Not for this kind of subject', '主体类型不符：本资源仅限另一类主体（自然人或法人）访问。'],
  'scope-insufficient': [403, 'Scope insufficient', '权限范围不足：访问令牌不具备访问本资源所需的权限。'],
  'service-unavailable': [503, 'Access token cannot be judged now', '暂时无法核验访问令牌，请稍后重试。'],
};

export const nonces = dpopNonces(new Uint8Array(32).fill(1), 60);
const down = async () => ({ outcome: 'unavailable', detail: 'timeout' }) as const;
export const none = async () => ({});
export const asBearer = async () => bearer(await accessToken());
export const asBound = async () => proved(await accessToken({ thumbprint }), '/licenses/7');
export const boundWithoutProof = async () => ({ authorization: `DPoP ${await accessToken({ thumbprint })}` });
export const withDpop = (more: Partial<ProtectOptions['dpop']>) => ({
  dpop: { origin: ORIGIN, replay: memoryReplay(), ...more },
});

/** What is sent, to a server with these options; the code, and the challenges exactly. */
type Refused = readonly [
  what: string,
  options: () => Partial<ProtectOptions>,
  headers: () => Promise<Record<string, string>>,
  code: RefusalCode,
  challenges: string | null,
];

export const REFUSED: readonly Refused[] = [
  ['nothing', () => ({}), none, 'token-missing', `${DPOP}, Bearer`],
  ['nothing, where there is only DPoP', () => withDpop({ demanded: true }), none, 'token-missing', DPOP],
  ['a bearer token, where there is only DPoP', () => withDpop({ demanded: true }), asBearer, 'token-missing', DPOP],
  [
    'another scheme',
    () => ({}),
    async () => ({ authorization: 'Basic dXNlcjpwYXNz' }),
    'token-missing',
    `${DPOP}, Bearer`,
  ],
  [
    'a scheme alone',
    () => ({}),
    async () => ({ authorization: 'Bearer' }),
    'request-malformed',
    `DPoP error="invalid_request", algs="SGD_SM3_SM2 ES256", Bearer`,
  ],
  [
    'a token that is none',
    () => ({}),
    async () => bearer('a.b.c'),
    'token-invalid',
    `${DPOP}, Bearer error="invalid_token"`,
  ],
  [
    'a bound token as if it were not',
    () => ({}),
    async () => bearer(await accessToken({ thumbprint })),
    'token-invalid',
    `${DPOP}, Bearer error="invalid_token"`,
  ],
  [
    'a token that is not bound, with a proof',
    () => ({}),
    async () => proved(await accessToken(), '/licenses/7'),
    'token-invalid',
    'DPoP error="invalid_token", algs="SGD_SM3_SM2 ES256", Bearer',
  ],
  [
    'a bound token without a proof',
    () => ({}),
    boundWithoutProof,
    'proof-invalid',
    'DPoP error="invalid_dpop_proof", algs="SGD_SM3_SM2 ES256", Bearer',
  ],
  [
    'a proof without the nonce of the server',
    () => withDpop({ nonces }),
    asBound,
    'proof-nonce',
    'DPoP error="use_dpop_nonce", algs="SGD_SM3_SM2 ES256", Bearer',
  ],
  [
    'a login that is not sure enough',
    () => ({ minAssurance: 4 }),
    asBearer,
    'assurance-insufficient',
    `${DPOP}, Bearer error="insufficient_user_authentication", acr_values="urn:gov:assurance:4"`,
  ],
  [
    'a login that is not sure enough, bound',
    () => ({ minAssurance: 4 }),
    asBound,
    'assurance-insufficient',
    'DPoP error="insufficient_user_authentication", acr_values="urn:gov:assurance:4", algs="SGD_SM3_SM2 ES256", Bearer',
  ],
  [
    'too little scope',
    () => ({ scope: ['license.read', 'license.apply'] }),
    asBearer,
    'scope-insufficient',
    `${DPOP}, Bearer error="insufficient_scope", scope="license.read license.apply"`,
  ],
  [
    'too little scope, bound',
    () => ({ scope: ['license.apply'] }),
    asBound,
    'scope-insufficient',
    'DPoP error="insufficient_scope", scope="license.apply", algs="SGD_SM3_SM2 ES256", Bearer',
  ],
  ['the wrong kind of subject', () => ({ subject: 'legal-person' }), asBearer, 'subject-refused', null],
  [
    'a good token, while keys cannot be had',
    () => ({ issuers: [{ issuer: ISSUER, keys: { find: down } }] }),
    asBearer,
    'service-unavailable',
    null,
  ],
];
