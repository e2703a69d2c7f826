import { describe, expect, it } from 'vitest';
import { REPORT_MAX_DEPTH, type ReportHtmlOptions, reportHtml } from '../src/html.js';
import { DEFAULT_REQUIRED, type Finding, type Report, report } from '../src/index.js';

const policy = { required: DEFAULT_REQUIRED };
const options: ReportHtmlOptions = { lang: 'zh', title: '核验报告', subjectRows: [['文件', '执照.pdf']] };
const passed: Finding[] = DEFAULT_REQUIRED.map((check) => ({ check, outcome: 'pass', code: 'integrity-ok' }));
const unrevoked: Finding = { check: 'revocation', outcome: 'unknown', code: 'revocation-not-checked' };
const changed: Finding = { check: 'integrity', outcome: 'fail', code: 'digest-mismatch' };
const good = report({}, [...passed, unrevoked], policy);
const bad = report({}, [...passed, changed], policy);

/** Card answers in their order. */
const answers = (page: string): string[] => [...page.matchAll(/<li class="(\w+)">/g)].map((match) => match[1]!);
const withoutStyle = (page: string): string => page.replace(/<style>[\s\S]*?<\/style>/, '');

const ATTACKS = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</style><script>alert(1)</script>',
  '</title><script>alert(1)</script>',
  '<!--',
  ']]><svg onload=alert(1)>',
  '&lt;script&gt;',
  'javascript:alert(1)',
];

describe('reportHtml', () => {
  it('says the verdict in words, in the language asked for', () => {
    expect(reportHtml(good, options)).toMatch(/<html lang="zh-CN">[\s\S]*<strong>有效<\/strong>/);
    expect(reportHtml(bad, options)).toContain('<strong>无效</strong>');
    expect(reportHtml(report({}, [], policy), options)).toContain('<strong>无法判定</strong>');
    const english = reportHtml(bad, { ...options, lang: 'en', title: 'Report', subjectRows: [] });
    expect(english).toContain('<strong>Invalid</strong>');
    expect(withoutStyle(english)).not.toMatch(/[\u4e00-\u9fff]/);
  });

  it('answers the four questions from the findings', () => {
    expect(answers(reportHtml(good, options))).toEqual(['yes', 'yes', 'yes', 'yes']);
    expect(answers(reportHtml(bad, options))).toEqual(['no', 'yes', 'yes', 'yes']);
    expect(answers(reportHtml(report({}, [], policy), options))).toEqual(['unknown', 'unknown', 'unknown', 'unknown']);
  });

  it('spells out what was not checked, also of a valid document', () => {
    const page = reportHtml(good, options);
    expect(page).toContain('没有核验的事项');
    expect(page).toContain('未核验证书是否已被吊销。');
    expect(reportHtml(report({}, passed, policy), options)).not.toContain('没有核验的事项');
  });

  it('marks a yes in which something was left open, and no other', () => {
    const remarks = (page: string): boolean[] =>
      [...page.matchAll(/<li class="\w+">.*?<\/li>/g)].map((card) => card[0].includes('部分未核验'));
    expect(remarks(reportHtml(good, options))).toEqual([false, false, false, true]);
    expect(remarks(reportHtml(report({}, passed, policy), options))).toEqual([false, false, false, false]);
    const expired: Finding = { check: 'time', outcome: 'fail', code: 'license-expired' };
    expect(remarks(reportHtml(report({}, [...passed, unrevoked, expired], policy), options))).not.toContain(true);
  });

  it('gives the reason for a no and for a cannot tell, naming checks nobody answered', () => {
    expect(reportHtml(bad, options)).toMatch(/为什么无效<\/h2><ul><li>受保护的内容在签署后被改动。<\/li><\/ul>/);
    const partly = report(
      {},
      passed.filter(({ check }) => check !== 'path'),
      policy,
    );
    expect(reportHtml(partly, options)).toContain('未对“证书路径”作出核验。');
    const open = report({}, [unrevoked], { required: ['revocation'] });
    expect(reportHtml(open, options)).toMatch(/为什么无法判定<\/h2><ul><li>未核验证书是否已被吊销。<\/li><\/ul>/);
  });

  it('shows every signature, and its verdict; the four answers are the worst ones', () => {
    const file = report({}, [], { required: [] }, [good, bad]);
    const page = reportHtml(file, { ...options, signatureRows: [[['签章者', '甲']], [['签章者', '乙']]] });
    expect(page).toMatch(/签名 1[\s\S]*<strong>有效[\s\S]*甲[\s\S]*签名 2[\s\S]*<strong>无效[\s\S]*乙/);
    expect(answers(page)).toEqual(['no', 'yes', 'yes', 'yes', 'yes', 'yes', 'yes', 'yes', 'no', 'yes', 'yes', 'yes']);
    expect(page.match(/<section class="open">/g)).toHaveLength(2);
  });

  it('counts a failure of the file itself although its signatures are good', () => {
    const file = report({}, [{ check: 'coverage', outcome: 'fail', code: 'coverage-trailing-bytes' }], policy, [good]);
    expect(answers(reportHtml(file, options)).slice(0, 4)).toEqual(['no', 'yes', 'yes', 'yes']);
  });

  it('does not let one good signature answer for another that was never asked', () => {
    const silent = report(
      {},
      passed.filter(({ check }) => check !== 'path' && check !== 'authority'),
      policy,
    );
    const file = report({}, [], { required: [] }, [good, silent]);
    expect(answers(reportHtml(file, options)).slice(0, 4)).toEqual(['yes', 'yes', 'unknown', 'yes']);
  });

  it.each(ATTACKS)('shows %s as text in every place that takes one', (attack) => {
    const finding = {
      check: attack,
      outcome: attack,
      code: attack,
      clause: attack,
      detail: attack,
    } as never as Finding;
    const hostile = {
      verdict: attack,
      subject: attack,
      findings: [finding],
      required: [attack],
      unchecked: [attack],
      signatures: [{ verdict: attack, subject: attack, findings: [finding], required: [attack], unchecked: [attack] }],
    } as never as Report;
    const place: ReportHtmlOptions = {
      lang: 'zh',
      title: attack,
      subjectRows: [[attack, attack]],
      signatureRows: [[[attack, attack]]],
      images: [{ alt: attack, dataUri: 'data:image/png;base64,AAAA' }],
    };
    const plain = reportHtml(hostile, place);
    const harmless = JSON.parse(JSON.stringify([hostile, place]).replaceAll(JSON.stringify(attack).slice(1, -1), 'x'));
    // The same tags with the same attribute names, whether the text is hostile or not.
    const shape = (page: string): string[] =>
      [...page.matchAll(/<[^>]*>/g)].map((tag) => tag[0].replace(/"[^"]*"/g, '""'));
    expect(shape(plain)).toEqual(shape(reportHtml(harmless[0], harmless[1])));
    expect(plain).not.toMatch(/<script|<svg|<!--/);
  });

  it('loses nothing of a text', () => {
    expect(reportHtml(good, { ...options, title: `<a> & "b" 'c' &amp; 张三\u{20bb7}` })).toContain(
      '<title>&lt;a&gt; &amp; &quot;b&quot; &#39;c&#39; &amp;amp; 张三\u{20bb7}</title>',
    );
  });

  it('makes characters visible that would turn or hide text', () => {
    const page = reportHtml(good, { ...options, subjectRows: [['a\u202eb', 'c\u0000d\u2066e\u200ff\u2028g\ufeffh']] });
    expect(page).toContain('a\ufffdb');
    expect(page).toContain('c\ufffdd\ufffde\ufffdf\ufffdg\ufffdh');
  });

  it('takes nothing from outside and runs nothing', () => {
    const image = { alt: '照面', dataUri: 'data:image/png;base64,iVBORw0KGgo=' };
    const page = reportHtml(good, { ...options, images: [image] });
    expect(page).toContain(`default-src 'none'`);
    expect(page).toContain(`<img src="${image.dataUri}" alt="照面">`);
    expect(page).not.toMatch(/https?:|<script|<link|<iframe|url\(|@import|\son\w+=/);
  });

  it.each([
    'https://example.org/a.png',
    'data:text/html;base64,AAAA',
    'data:image/png;base64,AA"onerror="x',
    'data:image/png,AAAA',
    'data:image/svg+xml;utf8,<svg/>',
    'data:image/png;base64,',
    'DATA:image/png;base64,AAAA\n',
    ' javascript:x',
  ])('refuses %s as an image', (dataUri) => {
    expect(() => reportHtml(good, { ...options, images: [{ alt: '', dataUri }] })).toThrow(
      expect.objectContaining({ name: 'GovError', code: 'invalid-argument' }),
    );
  });

  it('shows codes it has no text for as they are, also names of Object.prototype', () => {
    const finding = { check: 'toString', outcome: 'pass', code: 'constructor' } as never as Finding;
    const page = reportHtml({ ...good, findings: [finding], unchecked: ['hasOwnProperty' as never] }, options);
    expect(page).toContain('<code>constructor</code>');
    expect(page).toContain('<li>hasOwnProperty</li>');
    expect(page).not.toContain('native code');
  });

  it('stops at its depth', () => {
    const nest = (depth: number): Report => (depth === 0 ? good : { ...good, signatures: [nest(depth - 1)] });
    expect(reportHtml(nest(REPORT_MAX_DEPTH), options)).toContain('签名 1');
    expect(() => reportHtml(nest(REPORT_MAX_DEPTH + 1), options)).toThrow(
      expect.objectContaining({ name: 'GovError', code: 'limit-exceeded' }),
    );
  });
});
