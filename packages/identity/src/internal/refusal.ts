/** How a server says no (拒绝应答): RFC 6750 3, RFC 9449 7.1, RFC 9470 3, with problem documents by RFC 9457. */
import type { Report } from '@gov/verdict';
import { type StepUpDemand, stepUpChallenge, type TokenScheme } from '../step-up.js';
import { challengeText } from './challenge.js';

/** Why a request was refused, as far as whoever sent it is told; texts are in `REFUSALS`. */
export type RefusalCode =
  | 'token-missing'
  | 'request-malformed'
  | 'token-invalid'
  | 'proof-invalid'
  | 'proof-nonce'
  | 'assurance-insufficient'
  | 'subject-refused'
  | 'scope-insufficient'
  | 'service-unavailable';

/** For the operator: what was found, which whoever sent the request is not told. No token is in it. */
export interface Refusal {
  readonly code: RefusalCode;
  /** Of the token or, where that is what was wrong, of its proof; absent where nothing could be read. */
  readonly report?: Report;
}

interface RefusalKind {
  readonly status: 400 | 401 | 403 | 503;
  /** Registered for challenges; none where no token was shown, or asking in another way does not help. */
  readonly error?: string;
  readonly title: string;
  readonly detail: string;
  readonly messageZh: string;
}

const REFUSALS: Readonly<Record<RefusalCode, RefusalKind>> = {
  'token-missing': {
    status: 401,
    title: 'Access token missing',
    detail: 'This resource needs an access token in the Authorization header.',
    messageZh: '缺少访问令牌：请在 Authorization 请求头中提供访问令牌。',
  },
  'request-malformed': {
    status: 400,
    error: 'invalid_request',
    title: 'Request malformed',
    detail: 'The access token must be given once, in the Authorization header and nowhere else.',
    messageZh: '请求有误：访问令牌只能在 Authorization 请求头中提供，且只能提供一次。',
  },
  'token-invalid': {
    status: 401,
    error: 'invalid_token',
    title: 'Access token not accepted',
    detail: 'The access token is not accepted here. Get another one.',
    messageZh: '访问令牌未被接受，请重新获取。',
  },
  'proof-invalid': {
    status: 401,
    error: 'invalid_dpop_proof',
    title: 'Proof of possession not accepted',
    detail: 'The DPoP proof is missing, or was not made for this request and this access token.',
    messageZh: '持有证明未被接受：缺少 DPoP 证明，或该证明不是为本次请求和本令牌生成的。',
  },
  'proof-nonce': {
    status: 401,
    error: 'use_dpop_nonce',
    title: 'Proof of possession needs a nonce',
    detail: 'Make the DPoP proof with the nonce of the DPoP-Nonce header.',
    messageZh: '持有证明须包含服务器随机数：请使用 DPoP-Nonce 响应头中的值重新生成。',
  },
  'assurance-insufficient': {
    status: 401,
    error: 'insufficient_user_authentication',
    title: 'Surer or fresher login needed',
    detail: 'This resource needs a login of a higher assurance level, or a more recent one.',
    messageZh: '身份保障等级不足或登录时间过久，请按要求重新认证。',
  },
  'subject-refused': {
    status: 403,
    title: 'Not for this kind of subject',
    detail: 'This resource is for the other kind of subject: natural persons, or legal persons.',
    messageZh: '主体类型不符：本资源仅限另一类主体（自然人或法人）访问。',
  },
  'scope-insufficient': {
    status: 403,
    error: 'insufficient_scope',
    title: 'Scope insufficient',
    detail: 'The access token does not have the scope that this resource needs.',
    messageZh: '权限范围不足：访问令牌不具备访问本资源所需的权限。',
  },
  'service-unavailable': {
    status: 503,
    title: 'Access token cannot be judged now',
    detail: 'What the access token must be checked against cannot be reached. Try again later.',
    messageZh: '暂时无法核验访问令牌，请稍后重试。',
  },
};

/** What a challenge says besides the error. */
export interface Demands {
  readonly schemes: readonly TokenScheme[];
  /** JOSE names of the algorithms of proofs (RFC 9449 7.1). */
  readonly algorithms: readonly string[];
  readonly stepUp: Omit<StepUpDemand, 'scheme'>;
  readonly scope: readonly string[];
  readonly retrySeconds: number;
}

/** An answer, in whatever way it is sent. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** @param shown how the token was shown */
export function refusalAnswer(
  code: RefusalCode,
  demands: Demands,
  shown: TokenScheme | undefined,
  headers: Readonly<Record<string, string>>,
): Answer {
  const { status, error, title, detail, messageZh } = REFUSALS[code];
  const type = `urn:gov:problem:${code}`;
  const challenges = status === 503 || code === 'subject-refused' ? [] : challengesOf(code, error, demands, shown);
  return {
    status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...(challenges.length === 0 ? {} : { 'www-authenticate': challenges.join(', ') }),
      ...(status === 503 ? { 'retry-after': String(demands.retrySeconds) } : {}),
      ...headers,
    },
    body: JSON.stringify({ type, title, status, detail, code, messageZh }),
  };
}

/** One for each way in which a token may be shown; what was wrong stands with the way it was shown in, if that is one. */
function challengesOf(
  code: RefusalCode,
  error: string | undefined,
  { schemes, algorithms, stepUp, scope }: Demands,
  shown: TokenScheme | undefined,
): readonly string[] {
  const blamed = schemes.find((scheme) => scheme === shown) ?? schemes[0];
  return schemes.map((scheme) => {
    const algs = scheme === 'DPoP' ? { algs: algorithms.join(' ') } : {};
    if (scheme !== blamed || error === undefined) return challengeText(scheme, algs);
    if (code === 'assurance-insufficient') {
      const text = stepUpChallenge({ scheme, ...stepUp });
      return scheme === 'DPoP' ? `${text}, algs="${algs.algs}"` : text;
    }
    return challengeText(scheme, {
      error,
      ...(code === 'scope-insufficient' ? { scope: scope.join(' ') } : {}),
      ...algs,
    });
  });
}
