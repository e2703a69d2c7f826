/** Pages as all three show them: Chinese, for keyboards and screen readers too, without a script. */
import { html } from 'hono/html';

type Html = ReturnType<typeof html>;

/** For every answer with a page in it. Where forms go is not limited: behind a login stands a redirection to another origin. */
export const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

const STYLE = `
  body { margin: 0; font: 18px/1.6 system-ui, sans-serif; color: #1a1a1a; background: #f4f6f9 }
  header { padding: 12px 24px; color: #fff; background: #1f4e8c }
  main { max-width: 34em; margin: 24px auto; padding: 8px 32px 32px; background: #fff; border: 1px solid #d0d7e2 }
  label, dt { display: block; margin-top: 16px; font-weight: 600 }
  dd { margin: 0; overflow-wrap: anywhere }
  input { box-sizing: border-box; width: 100%; padding: 8px; font: inherit; border: 1px solid #5b6b80 }
  button, a.button { display: inline-block; margin: 24px 16px 0 0; padding: 8px 24px; font: inherit; color: #fff; background: #1f4e8c;
    border: 2px solid #1f4e8c; text-decoration: none }
  button.plain { color: #1f4e8c; background: #fff }
  :focus-visible { outline: 3px solid #d97706; outline-offset: 2px }
  [role=alert] { padding: 8px 16px; color: #8a1c1c; background: #fdf0f0; border-left: 4px solid #8a1c1c }`;

export async function page(site: string, title: string, body: Html): Promise<string> {
  const text = await html`<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · ${site}</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<header>${site}</header>
<main>
<h1>${title}</h1>
${body}
</main>
</body>
</html>`;
  return String(text);
}
