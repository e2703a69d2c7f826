/** The department: a web application that logs people in at the province and shows what the city has of them. */
import { randomBytes } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { html } from 'hono/html';
import {
  type Login,
  type LoginClient,
  type LoginOptions,
  loginClient,
  type PendingLogin,
  reasonOf,
  type Seen,
} from './login.js';
import { PAGE_HEADERS, page } from './pages.js';

const SITE = '某市税务局';
const COOKIE = 'tax-session';
const SECTIONS = [
  { path: '/records', title: '我的预约' },
  { path: '/licenses', title: '我的电子证照' },
] as const;

/** Of a browser. */
export interface DepartmentSession {
  login?: Login;
  pending?: PendingLogin;
  /** What the city demands of the next login (RFC 9470), and for which page. */
  demanded?: { readonly acrValues: readonly string[]; readonly path: string };
}

export interface Department extends Pick<LoginClient, 'province' | 'city' | 'dpopKey'> {
  readonly listener: RequestListener;
  readonly sessions: ReadonlyMap<string, DepartmentSession>;
}

export interface DepartmentOptions extends Omit<LoginOptions, 'backUri' | 'leftUri'> {
  readonly url: string;
}

/** The province and the city must be answering. */
export async function department({ url, ...options }: DepartmentOptions): Promise<Department> {
  const client = await loginClient({ ...options, backUri: `${url}/back`, leftUri: `${url}/` });
  const sessions = new Map<string, DepartmentSession>();
  const sessionOf = (c: Context): DepartmentSession | undefined => sessions.get(getCookie(c, COOKIE) ?? '');
  /** Under a new id each time: whoever knew the old one knows nothing. */
  const keep = (c: Context, session: DepartmentSession): void => {
    sessions.delete(getCookie(c, COOKIE) ?? '');
    const id = randomBytes(32).toString('base64url');
    sessions.set(id, session);
    setCookie(c, COOKIE, id, { httpOnly: true, sameSite: 'Lax', path: '/' });
  };
  const app = new Hono();

  app.get('/', (c) => (sessionOf(c)?.login === undefined ? start(c) : c.redirect(SECTIONS[0].path, 303)));

  app.get('/login', async (c) => {
    const session = sessionOf(c) ?? {};
    const { to, pending } = await client.begin(session.demanded?.acrValues ?? []);
    keep(c, { ...session, pending });
    return c.redirect(to.href, 303);
  });

  app.get('/back', async (c) => {
    const session = sessionOf(c);
    if (session?.pending === undefined) return start(c);
    const { pending, demanded } = session;
    // An answer counts once, whatever comes of it.
    delete session.pending;
    try {
      const login = await client.finish(pending, new URL(c.req.url).search);
      keep(c, { login });
      return c.redirect(demanded?.path ?? SECTIONS[0].path, 303);
    } catch (error) {
      const code = reasonOf(error);
      if (code === undefined) throw error;
      return show(c, '登录未完成', alert(`登录未完成（${code}）。`, '/', '返回'));
    }
  });

  for (const { path, title } of SECTIONS)
    app.get(path, async (c) => {
      const session = sessionOf(c);
      if (session?.login === undefined) return start(c);
      const answer = await client.ask(session.login.cityToken, path);
      if ('seen' in answer) return show(c, title, seenBy(answer.seen, path));
      const { error = '-', acrValues = [] } = answer.challenge ?? {};
      if (error !== 'insufficient_user_authentication') {
        delete session.login;
        return show(c, '登录已失效', alert(`登录已失效（${error}）。`, '/login', '重新登录'));
      }
      session.demanded = { acrValues, path };
      const body = html`<p>${title}须先核验本人。核验在省统一身份认证进行，完成后将返回此处。</p>`;
      return show(c, '需要核验本人', html`${body}${button('/login', '前往核验')}`);
    });

  app.post('/logout', (c) => {
    const idToken = sessionOf(c)?.login?.idToken;
    sessions.delete(getCookie(c, COOKIE) ?? '');
    deleteCookie(c, COOKIE);
    return c.redirect(client.leave(idToken).href, 303);
  });

  app.post('/logout-notice', async (c) => {
    const { logout_token: token } = await c.req.parseBody();
    const ended = await client.ended(String(token));
    if (ended?.sessionId === undefined) return c.json({ error: 'invalid_request' }, 400);
    for (const [id, { login }] of sessions) if (login?.sid === ended.sessionId) sessions.delete(id);
    return c.body(null, 200);
  });

  const { province, city, dpopKey } = client;
  return { listener: getRequestListener(app.fetch), sessions, province, city, dpopKey };
}

type Html = ReturnType<typeof html>;

const show = async (c: Context, title: string, body: Html) => c.body(await page(SITE, title, body), 200, PAGE_HEADERS);

const button = (to: string, text: string): Html => html`<a class="button" href="${to}">${text}</a>`;

const alert = (text: string, to: string, way: string): Html => html`<p role="alert">${text}</p>${button(to, way)}`;

const start = (c: Context) => show(c, '网上办事', html`<p>请先通过省统一身份认证登录。</p>${button('/login', '登录')}`);

const seenBy = (
  { subject, actor, acr, level, records }: Seen,
  here: string,
) => html`<ul>${records.map((one) => html`<li>${one}</li>`)}</ul>
<h2>市级系统所见</h2>
<dl>
<dt>您在本市的标识</dt><dd id="sub">${subject.sub}</dd>
<dt>经手应用</dt><dd id="actor">${actor.sub}</dd>
<dt>身份保障等级</dt><dd id="acr">${level}（${acr}）</dd>
</dl>
<form method="post" action="/logout">
${SECTIONS.filter(({ path }) => path !== here).map(({ path, title }) => button(path, title))}
<button class="plain">退出登录</button></form>`;
