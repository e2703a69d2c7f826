/** The province: oidc-provider, which knows nothing of ours but `acr`, pairwise `sub` and what a token for the city says. */
import { generateKeyPairSync, type JsonWebKey, randomBytes } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { ASSURANCE_LEVELS, acrOfLevel, levelOfAcr, pairwiseSubject } from '@gov/identity';
import express from 'express';
import { html, raw } from 'hono/html';
import { type Configuration, errors, interactionPolicy, type KoaContextWithOIDC, Provider } from 'oidc-provider';
import { PAGE_HEADERS, page } from './pages.js';

const SITE = '某省统一身份认证';

/** Of the department, at the province and at the city. */
export const DEPARTMENT = 'tax-bureau';

/** Of the city, at the province: it is told there of logouts. */
export const CITY_AT_PROVINCE = 'city-identity';

/** The one person of this world. */
export const PERSON = { account: 'zhangsan', password: 'correct horse', faceCode: '135790' } as const;

const SCOPES: Readonly<Record<string, string>> = { openid: '确认您的身份', 'license.read': '查看您的电子证照' };

const PASSWORD_LEVEL = 2;
const FACE_LEVEL = 3;

export interface ProvinceOptions {
  readonly url: string;
  readonly departmentUrl: string;
  readonly departmentKey: JsonWebKey;
  readonly cityUrl: string;
}

export interface Province {
  readonly listener: RequestListener;
  /** Why requests were refused, and notices not delivered: what operators are told, and nobody else. */
  readonly errors: string[];
}

export function province(options: ProvinceOptions): Province {
  const provider: Provider = new Provider(
    options.url,
    configurationOf(options, () => provider),
  );
  // One session of the province is one of the city, under an id that is the city's own: so the city gets its logout token.
  provider.on('authorization.accepted', ({ oidc }) => {
    if (Object.hasOwn(oidc.resourceServers ?? {}, options.cityUrl))
      oidc.session?.ensureClientContainer(CITY_AT_PROVINCE);
  });
  const failed: string[] = [];
  const note = (_ctx: unknown, error: Error): void =>
    void failed.push(String(Reflect.get(error, 'error_detail') ?? Reflect.get(error, 'error_description') ?? error));
  provider.on('authorization.error', note);
  provider.on('pushed_authorization_request.error', note);
  provider.on('grant.error', note);
  provider.on('backchannel.error', note);
  const app = express();
  app.disable('x-powered-by');
  interactions(app, provider);
  app.use(provider.callback());
  return { listener: app, errors: failed };
}

/** Its own servers, and the city: whose tokens are JWTs (RFC 9068), each for one of them. */
const apiOf = ({ url }: ProvinceOptions): string => `${url}/api`;

function configurationOf(options: ProvinceOptions, self: () => Provider): Configuration {
  const { departmentUrl, departmentKey, cityUrl } = options;
  const secret = randomBytes(32);
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const common = {
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: 'ES256',
    id_token_signed_response_alg: 'ES256',
    subject_type: 'pairwise',
    response_types: ['code'],
    grant_types: ['authorization_code'],
    backchannel_logout_session_required: true,
  } as const;
  return {
    clients: [
      {
        ...common,
        client_id: DEPARTMENT,
        client_name: '某市税务局',
        jwks: { keys: [departmentKey] },
        redirect_uris: [`${departmentUrl}/back`],
        post_logout_redirect_uris: [`${departmentUrl}/`],
        backchannel_logout_uri: `${departmentUrl}/logout-notice`,
        dpop_bound_access_tokens: true,
      },
      {
        ...common,
        client_id: CITY_AT_PROVINCE,
        client_name: '某市统一身份认证',
        // With SM2 keys alone it cannot ask for anything here.
        jwks_uri: `${cityUrl}/jwks.json`,
        redirect_uris: [`${cityUrl}/back`],
        backchannel_logout_uri: `${cityUrl}/logout-notice`,
      },
    ],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'province-2026', use: 'sig', alg: 'ES256' }] },
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    scopes: ['openid'],
    subjectTypes: ['pairwise'],
    pairwiseIdentifier: (_ctx, accountId, client) =>
      pairwiseSubject(secret, String(client.sectorIdentifier), accountId),
    acrValues: ASSURANCE_LEVELS.levels.map(({ acr }) => acr),
    responseTypes: ['code'],
    pkce: { required: () => true },
    clientAuthMethods: ['private_key_jwt'],
    enabledJWA: {
      clientAuthSigningAlgValues: ['ES256'],
      idTokenSigningAlgValues: ['ES256'],
      dPoPSigningAlgValues: ['ES256'],
    },
    features: {
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: true },
      dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => cityUrl,
        useGrantedResource: () => true,
        getResourceServerInfo: (_ctx, resource) => {
          if (resource !== cityUrl && resource !== apiOf(options)) throw new errors.InvalidTarget();
          const jwt = { sign: { alg: 'ES256' } } as const;
          return { scope: 'license.read', audience: resource, accessTokenFormat: 'jwt', accessTokenTTL: 300, jwt };
        },
      },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: async (ctx, form) => {
          const body = html`<p>退出后，您在各部门和各市的登录也将一并退出。</p>${raw(form)}
            <button form="op.logoutForm" name="logout" value="yes">退出登录</button>`;
          await show(ctx, '退出登录', body);
        },
        postLogoutSuccessSource: (ctx) => show(ctx, '已退出登录', html`<p>您已安全退出。</p>`),
      },
    },
    interactions: { policy: policy(), url: (_ctx, { uid }) => `/interaction/${uid}` },
    findAccount: (_ctx, accountId) => ({ accountId, claims: async () => ({ sub: accountId }) }),
    // What a token says beside RFC 9068: how surely and when the person logged in, and whose login it is.
    extraTokenClaims: async ({ oidc }, token) => {
      const code = oidc.entities.AuthorizationCode;
      const session = await self().Session.findByUid(code?.sessionUid ?? '');
      if (code === undefined || session === undefined) throw new errors.InvalidGrant('the session has ended');
      const sid = token.aud === cityUrl ? session.sidFor(CITY_AT_PROVINCE) : undefined;
      const { acr, authTime: auth_time } = code;
      return { sub_kind: 'natural-person', acr, auth_time, ...(sid === undefined ? {} : { sid }) };
    },
    // Its own connections are to no address of this machine.
    fetch: (address, init) => fetch(address, Object.assign({}, init, { dispatcher: undefined })),
    renderError: (ctx, { error, error_description: why }) =>
      show(ctx, '请求未被接受', html`<p role="alert">${error}：${why}</p><p><a href="${departmentUrl}/">返回</a></p>`),
    ttl: { AccessToken: 300, AuthorizationCode: 60, Grant: 3600, IdToken: 300, Interaction: 600, Session: 3600 },
  };
}

/** A login that is not as sure as was asked for is asked for again (RFC 9470 5). */
function policy() {
  const { Check, base } = interactionPolicy;
  const prompts = base();
  const sureEnough = new Check('acr_values', 'a surer login is asked for', ({ oidc }) => {
    const asked = acrsOf(oidc.params?.acr_values);
    return asked.length > 0 && !asked.includes(oidc.session?.acr ?? '');
  });
  prompts.get('login')!.checks.add(sureEnough);
  return prompts;
}

const acrsOf = (value: unknown): readonly string[] => (typeof value === 'string' ? value.split(' ') : []);

/** Whether the face of the person is asked for: nothing less is enough. */
function needsFace(acrValues: unknown): boolean {
  const levels = acrsOf(acrValues).flatMap((acr) => levelOfAcr(ASSURANCE_LEVELS, acr) ?? []);
  return levels.length > 0 && Math.min(...levels) > PASSWORD_LEVEL;
}

function interactions(app: express.Express, provider: Provider): void {
  const form = express.urlencoded({ extended: false, limit: 4096 });

  app.get('/interaction/:uid', async (request, response) => {
    const { prompt, params, uid } = await provider.interactionDetails(request, response);
    const client = await provider.Client.find(String(params.client_id));
    const name = client?.clientName ?? '';
    const text =
      prompt.name === 'login'
        ? loginPage(uid, { name, face: needsFace(params.acr_values) })
        : consentPage(uid, { name, scope: missingScope(prompt.details).flatMap(({ scope }) => scope) });
    response.set(PAGE_HEADERS).send(await text);
  });

  app.post('/interaction/:uid/login', form, async (request, response) => {
    const { params, uid } = await provider.interactionDetails(request, response);
    const { account, password, faceCode } = request.body as Readonly<Record<string, string>>;
    const face = needsFace(params.acr_values);
    // A real one compares hashes, and counts how often somebody tries.
    if (account !== PERSON.account || password !== PERSON.password || (face && faceCode !== PERSON.faceCode)) {
      const client = await provider.Client.find(String(params.client_id));
      response.set(PAGE_HEADERS).send(await loginPage(uid, { name: client?.clientName ?? '', face, wrong: true }));
      return;
    }
    const acr = acrOfLevel(ASSURANCE_LEVELS, face ? FACE_LEVEL : PASSWORD_LEVEL);
    const login = { accountId: account, acr, amr: face ? ['pwd', 'face'] : ['pwd'], remember: false };
    await provider.interactionFinished(request, response, { login });
  });

  app.post('/interaction/:uid/consent', async (request, response) => {
    const { prompt, params, session, grantId } = await provider.interactionDetails(request, response);
    const known = grantId === undefined ? undefined : await provider.Grant.find(grantId);
    const grant = known ?? new provider.Grant({ accountId: session!.accountId, clientId: String(params.client_id) });
    for (const { resource, scope } of missingScope(prompt.details))
      if (resource === undefined) grant.addOIDCScope(scope.join(' '));
      else grant.addResourceScope(resource, scope.join(' '));
    const consent = { grantId: await grant.save() };
    await provider.interactionFinished(request, response, { consent }, { mergeWithLastSubmission: true });
  });

  app.post('/interaction/:uid/cancel', async (request, response) => {
    const { prompt, params } = await provider.interactionDetails(request, response);
    const isUnmet = prompt.name === 'login' && params.acr_values !== undefined;
    const error = isUnmet ? 'unmet_authentication_requirements' : 'access_denied';
    const result = { error, error_description: 'the person went back' };
    await provider.interactionFinished(request, response, result);
  });
}

interface MissingScope {
  /** Absent for what is the province's own. */
  readonly resource?: string;
  readonly scope: readonly string[];
}

function missingScope(details: Readonly<Record<string, unknown>>): readonly MissingScope[] {
  const { missingOIDCScope: own = [], missingResourceScopes: others = {} } = details as {
    readonly missingOIDCScope?: readonly string[];
    readonly missingResourceScopes?: Readonly<Record<string, readonly string[]>>;
  };
  return [{ scope: own }, ...Object.entries(others).map(([resource, scope]) => ({ resource, scope }))];
}

interface LoginPage {
  readonly name: string;
  readonly face: boolean;
  readonly wrong?: boolean;
}

const loginPage = (uid: string, { name, face, wrong = false }: LoginPage): Promise<string> =>
  page(
    SITE,
    face ? '登录并核验本人' : '登录',
    html`<p>登录后将返回：${name}</p>
${wrong ? html`<p role="alert">账号、密码或核验码不正确。</p>` : ''}
<form method="post" action="/interaction/${uid}/login">
<label for="account">账号</label><input id="account" name="account" autocomplete="username" required>
<label for="password">密码</label><input id="password" name="password" type="password" autocomplete="current-password" required>
${
  face
    ? html`<label for="faceCode">人脸核验码</label><input id="faceCode" name="faceCode" inputmode="numeric" autocomplete="one-time-code" required>`
    : ''
}
<button>登录</button><button class="plain" formaction="/interaction/${uid}/cancel" formnovalidate>取消</button>
</form>`,
  );

const consentPage = (uid: string, { name, scope }: { readonly name: string; readonly scope: readonly string[] }) =>
  page(
    SITE,
    '授权确认',
    html`<p>${name}申请：</p>
<ul>${scope.map((one) => html`<li>${SCOPES[one] ?? one}</li>`)}</ul>
<form method="post" action="/interaction/${uid}/consent">
<button>同意</button><button class="plain" formaction="/interaction/${uid}/cancel">不同意</button>
</form>`,
  );

async function show(ctx: KoaContextWithOIDC, title: string, body: ReturnType<typeof html>): Promise<void> {
  ctx.set(PAGE_HEADERS);
  ctx.body = await page(SITE, title, body);
}
