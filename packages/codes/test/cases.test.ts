import { parseMrz, parsePassport, parsePermanentResidence, parseTravelPermit } from '@gov/codes/documents';
import { describe, expect, it } from 'vitest';
import {
  type Parsed,
  parseBankCard,
  parseCitizenId,
  parseCreditCode,
  parseDivisionCode,
  parseHolderCode,
  parseLicenseTypeCode,
  parseOrganizationCode,
  parseServiceItem,
  parseStatisticalDivision,
} from '../src/index.js';
import { CASES, type Kind } from './cases.js';
import { codesOf } from './codes.js';

const PARSERS: Readonly<Record<Kind, (text: string) => Parsed<unknown>>> = {
  'citizen-id': parseCitizenId,
  'residence-permit': parseCitizenId,
  'credit-code': parseCreditCode,
  'organization-code': parseOrganizationCode,
  'division-code': parseDivisionCode,
  'holder-code': (text) => {
    const [type = '', ...code] = text.split(' ');
    return parseHolderCode(type, code.join(' '));
  },
  'license-type-code': parseLicenseTypeCode,
  'service-item': parseServiceItem,
  'statistical-division': parseStatisticalDivision,
  'permanent-residence': parsePermanentResidence,
  passport: parsePassport,
  'travel-permit': parseTravelPermit,
  'bank-card': parseBankCard,
  mrz: parseMrz,
};

describe('the table of cases', () => {
  it.each(CASES)('$kind: $source: $text', ({ kind, text, ok, codes = [] }) => {
    const result = PARSERS[kind](text);
    expect([result.ok, codesOf(result)]).toEqual([ok, codes]);
  });

  it('has at least 220, no two the same, and more wrong than right ones of each kind', () => {
    expect(CASES.length).toBeGreaterThanOrEqual(220);
    expect(new Set(CASES.map(({ kind, text }) => `${kind} ${text}`)).size).toBe(CASES.length);
    for (const kind of Object.keys(PARSERS)) {
      const right = CASES.filter((one) => one.kind === kind && one.ok).length;
      const wrong = CASES.filter((one) => one.kind === kind && !one.ok).length;
      expect(right, kind).toBeGreaterThan(1);
      expect(wrong, kind).toBeGreaterThan(right);
    }
  });

  it('says of each where it comes from, and of each wrong one what was changed', () => {
    for (const { source, ok } of CASES) {
      expect(source).not.toBe('');
      expect(source.startsWith('derived: ')).toBe(!ok);
    }
  });

  it('never has the code in the text of an issue', () => {
    for (const { kind, text } of CASES.filter((one) => one.text.length > 5)) {
      const result = PARSERS[kind](text);
      if (result.ok) continue;
      for (const { message, messageZh } of result.issues) expect(message + messageZh).not.toContain(text);
    }
  });
});
