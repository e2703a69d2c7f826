/** PDFs as a browser prints them. */
import type { Browser } from 'playwright-core';
import type { Input } from './input.js';

const HTML = `<html lang="zh-CN"><title>Notice</title><style>td{border:1px solid}@page{margin:20mm}</style>
<h1>Notice 通知</h1><p>Sealed below. <a href="https://example.org">A link</a></p>
<table>${'<tr><td>1</td><td>two</td></tr>'.repeat(60)}</table>`;

/** Printed by Chromium, in the forms its print dialogue offers. */
export function chromiumInputs(browser: () => Browser): Input[] {
  const printed = (name: string, options: Parameters<Awaited<ReturnType<Browser['newPage']>>['pdf']>[0]): Input => ({
    name: `Chromium, ${name}`,
    async make() {
      const page = await browser().newPage();
      await page.setContent(HTML);
      const pdf = await page.pdf(options);
      await page.close();
      return new Uint8Array(pdf);
    },
  });
  return [
    printed('A4', { format: 'A4' }),
    printed('tagged, with an outline', { tagged: true, outline: true }),
    printed('A3 landscape, ground printed', { format: 'A3', landscape: true, printBackground: true }),
    printed('half size, header and footer', { scale: 0.5, displayHeaderFooter: true }),
  ];
}
