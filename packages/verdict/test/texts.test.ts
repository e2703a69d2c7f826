import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as en from '../src/en.js';
import * as zh from '../src/zh.js';

const TABLES = [
  'findingText',
  'checkText',
  'verdictText',
  'verdictExplanation',
  'outcomeText',
  'answerText',
  'aspectText',
  'aspectQuestion',
] as const;

/** The members of a union as they stand in the source: the types check the tables, this checks that nobody casts. */
function union(file: string, name: string): string[] {
  const source = readFileSync(join(import.meta.dirname, '../src', file), 'utf8');
  const body = new RegExp(`export type ${name} =([\\s\\S]*?);`).exec(source)?.[1] ?? '';
  return [...body.matchAll(/\| '([^']+)'/g)].map((match) => match[1]!);
}

describe.each([
  ['en', en],
  ['zh', zh],
] as const)('%s texts', (lang, texts) => {
  it.each(TABLES)('%s has no empty text and no two codes with the same', (table) => {
    const values = Object.values(texts[table]);
    expect(values.filter((value) => value.trim() === '')).toEqual([]);
    expect(new Set(values).size).toBe(values.length);
  });

  it('has a sentence for every finding code', () => {
    expect(Object.keys(texts.findingText).sort()).toEqual(union('report.ts', 'FindingCode').sort());
    for (const [code, value] of Object.entries(texts.findingText))
      expect(value.at(-1), code).toBe(lang === 'zh' ? '。' : '.');
  });

  it('speaks of no certificate where tokens, that have none, say the same', () => {
    for (const code of ['signature-ok', 'signature-invalid', 'signature-malformed', 'algorithm-unsupported'] as const)
      expect(texts.findingText[code]).not.toMatch(/certificate|证书/i);
  });

  it('calls nothing passed that was not looked at', () => {
    const promise = lang === 'zh' ? /通过|有效$/ : /\b(valid|passed|in order)\b/i;
    for (const text of [texts.verdictText.indeterminate, texts.outcomeText.skipped, texts.outcomeText.unknown])
      expect(text).not.toMatch(promise);
  });
});

describe('zh error texts', () => {
  it('has one for every error code, none twice, none English', () => {
    expect(Object.keys(zh.errorText).sort()).toEqual(union('error.ts', 'ErrorCode').sort());
    const values = Object.values(zh.errorText);
    expect(new Set(values).size).toBe(values.length);
    for (const [code, value] of Object.entries(zh.errorText)) expect(value, code).toMatch(/[\u4e00-\u9fff]{4}.*。$/);
  });

  it('writes Chinese with Chinese punctuation', () => {
    for (const table of [zh.errorText, zh.findingText, zh.verdictExplanation, zh.aspectQuestion])
      for (const [code, value] of Object.entries(table))
        expect(value, code).not.toMatch(/[\u4e00-\u9fff][,;:?!()]|[,;:?!()][\u4e00-\u9fff]/);
  });
});
