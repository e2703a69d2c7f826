import {
  ASSURANCE_LEVELS,
  ASSURANCE_LIMITS,
  type AssuranceTable,
  acrOfLevel,
  assuranceMapping,
  levelOfAcr,
  mappedLevel,
  PAIRWISE_LIMITS,
  PERSONAL_CLAIMS,
  pairwiseSubject,
  personalClaims,
  readAssuranceTable,
  readSubject,
} from '@gov/identity';
import { hmacSm3, toBase64url } from '@gov/sm';
import { isGovError } from '@gov/verdict';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const PERSON = {
  kind: 'natural-person',
  id: 'u-1001',
  name: '张三',
  document: { type: '111', number: '11010519491231002X' },
};
const COMPANY = { kind: 'legal-person', id: 'o-7', name: '某某有限公司', creditCode: '11100000000013338W' };

function issuesOf(act: () => unknown): string[] {
  try {
    act();
  } catch (error) {
    if (!isGovError(error)) throw error;
    expect(error.code).toBe('input-malformed');
    // What is wrong is named, never the value.
    expect(error.message).not.toMatch(/张三|110105/);
    for (const { message, messageZh } of error.issues) expect([message, messageZh]).not.toContain('');
    return error.issues.map(({ path, code }) => `${path.join('.')} ${code}`);
  }
  return [];
}

describe('subjects', () => {
  it('are persons and organisations', () => {
    expect(readSubject(PERSON)).toEqual(PERSON);
    expect(readSubject(COMPANY)).toEqual(COMPANY);
    const passport = { ...PERSON, document: { type: '414', number: 'E12345678' } };
    expect(readSubject(passport)).toEqual(passport);
  });

  it.each<[string, unknown, readonly string[]]>([
    ['nothing', undefined, [' missing']],
    ['no kind', {}, ['kind not-allowed']],
    ['a kind that there is not', { ...PERSON, kind: 'robot' }, ['kind not-allowed']],
    [
      'a wrong check character',
      { ...PERSON, document: { type: '111', number: '110105194912310021' } },
      ['document.number citizen-id-check'],
    ],
    [
      'a person with a credit code',
      { ...PERSON, document: { type: '001', number: '11100000000013338W' } },
      ['document.type not-allowed'],
    ],
    ['a document of no type', { ...PERSON, document: { type: '777', number: '1' } }, ['document.type not-allowed']],
    ['a wrong credit code', { ...COMPANY, creditCode: '111000000000133380' }, ['creditCode credit-code-check']],
    ['a company with a document', { ...COMPANY, document: PERSON.document }, ['document' + ' unknown-field']],
    ['an empty id', { ...PERSON, id: '' }, ['id too-small']],
    ['a long id', { ...PERSON, id: 'x'.repeat(201) }, ['id too-large']],
    ['an id with a line end', { ...PERSON, id: 'a\nb' }, ['id text-form']],
    ['a name that turns around', { ...PERSON, name: '张\u202e三' }, ['name text-form']],
    ['a name with a blank before it', { ...PERSON, name: ' 张三' }, ['name text-form']],
    ['half a character', { ...PERSON, id: 'a\ud800' }, ['id text-form']],
    ['several wrong', { ...PERSON, id: 1, name: undefined }, ['id wrong-type', 'name missing']],
  ])('refuse %s', (_, value, issues) => expect(issuesOf(() => readSubject(value))).toEqual(issues));

  it('tell of a person only what was asked', () => {
    const person = readSubject(PERSON);
    expect(personalClaims(person, [])).toEqual({});
    expect(personalClaims(person, ['name_masked', 'document_number_masked'])).toEqual({
      name_masked: '张*',
      document_number_masked: '110***********002X',
    });
    expect(personalClaims(person, PERSONAL_CLAIMS)).toEqual({
      name: '张三',
      name_masked: '张*',
      document_type: '111',
      document_number: '11010519491231002X',
      document_number_masked: '110***********002X',
    });
    expect(personalClaims(readSubject(COMPANY), PERSONAL_CLAIMS)).toEqual({
      name: '某某有限公司',
      name_masked: '某某有限公司',
      credit_code: '11100000000013338W',
    });
  });
});

describe('pairwise subjects', () => {
  const key = new Uint8Array(32).fill(7);
  /** Sectors and ids of which many are the same text, one after the other. */
  const part = fc.string({
    unit: fc.constantFrom('a', 'b', '.', '\0', ':', '|', '张', '\u{20000}'),
    minLength: 1,
    maxLength: 6,
  });

  it('are what the format says', () => {
    const text = new TextEncoder();
    const message = [
      ...text.encode('gov-pairwise-sub-1'),
      0,
      18,
      ...text.encode('tax.example.gov.cn'),
      ...text.encode('u-1001'),
    ];
    expect(pairwiseSubject(key, 'tax.example.gov.cn', 'u-1001')).toBe(
      toBase64url(hmacSm3(key, Uint8Array.from(message))),
    );
    expect(pairwiseSubject(key, 'tax.example.gov.cn', 'u-1001')).toMatch(/^[\w-]{43}$/);
  });

  it('differ wherever sector or id do', () => {
    fc.assert(
      fc.property(part, part, part, part, (sector, id, otherSector, otherId) => {
        const same = sector === otherSector && id === otherId;
        const [one, other] = [pairwiseSubject(key, sector, id), pairwiseSubject(key, otherSector, otherId)];
        expect(one === other).toBe(same);
      }),
      { numRuns: 2000 },
    );
  });

  it('differ where the border is moved: the texts together are the same', () => {
    fc.assert(
      fc.property(part, part, part, (a, b, c) => {
        expect(pairwiseSubject(key, a + b, c)).not.toBe(pairwiseSubject(key, a, b + c));
      }),
    );
  });

  it('differ from key to key', () => {
    const other = Uint8Array.from(key, (octet, index) => (index === 31 ? 8 : octet));
    expect(pairwiseSubject(other, 'a', 'b')).not.toBe(pairwiseSubject(key, 'a', 'b'));
  });

  it.each<[string, Uint8Array, string, string]>([
    ['a key of 31 octets', key.subarray(1), 'a', 'b'],
    ['no sector', key, '', 'b'],
    ['no id', key, 'a', ''],
    ['a sector of 256 octets', key, 'x'.repeat(256), 'b'],
    ['a sector of 256 octets in 86 characters', key, `x${'张'.repeat(85)}`, 'b'],
    ['an id of 1025 octets', key, 'a', 'x'.repeat(1025)],
    ['half a character in the sector', key, 'a\ud800', 'b'],
    ['half a character in the id', key, 'a', '\udc00b'],
  ])('are not made with %s', (_, wrong, sector, id) => {
    expect(() => pairwiseSubject(wrong, sector, id)).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
  });

  it('are made up to the limits', () => {
    const { sector, subject } = PAIRWISE_LIMITS;
    expect(pairwiseSubject(key, 'x'.repeat(sector), 'y'.repeat(subject))).toMatch(/^[\w-]{43}$/);
  });
});

describe('assurance', () => {
  const PROVINCE: AssuranceTable = {
    levels: [
      { level: 1, acr: 'urn:province:account', name: 'account', nameZh: '账号' },
      { level: 3, acr: 'urn:province:face', name: 'face', nameZh: '人脸' },
      { level: 4, acr: 'urn:province:key', name: 'key', nameZh: '证书' },
    ],
  };

  it('has one acr for each level and back', () => {
    for (const { level, acr } of ASSURANCE_LEVELS.levels) {
      expect(acrOfLevel(ASSURANCE_LEVELS, level)).toBe(acr);
      expect(levelOfAcr(ASSURANCE_LEVELS, acr)).toBe(level);
    }
    expect(readAssuranceTable(ASSURANCE_LEVELS)).toEqual(ASSURANCE_LEVELS);
  });

  it.each(['', 'urn:gov:assurance:5', 'URN:GOV:ASSURANCE:1', 'urn:gov:assurance:1 ', '1', '__proto__', 'length'])(
    'knows no level of %j',
    (acr) => expect(levelOfAcr(ASSURANCE_LEVELS, acr)).toBeUndefined(),
  );

  it.each([0, 5, 1.5, Number.NaN])('has no level %d', (level) => {
    expect(() => acrOfLevel(ASSURANCE_LEVELS, level)).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
  });

  const row = ASSURANCE_LEVELS.levels[0]!;
  it.each<[string, unknown, string]>([
    ['no levels', { levels: [] }, 'levels too-small'],
    ['a level twice', { levels: [row, { ...row, acr: 'urn:b' }] }, 'levels.1.level not-allowed'],
    ['an acr twice', { levels: [row, { ...row, level: 2 }] }, 'levels.1.acr not-allowed'],
    ['an acr of two', { levels: [{ ...row, acr: 'a b' }] }, 'levels.0.acr form'],
    ['a long acr', { levels: [{ ...row, acr: 'a'.repeat(ASSURANCE_LIMITS.acr + 1) }] }, 'levels.0.acr too-large'],
    ['half a level', { levels: [{ ...row, level: 1.5 }] }, 'levels.0.level wrong-type'],
    ['a level below 0', { levels: [{ ...row, level: -1 }] }, 'levels.0.level too-small'],
    ['a member that there is not', { levels: [{ ...row, rank: 1 }] }, 'levels.0.rank unknown-field'],
    [
      '17 levels',
      { levels: Array.from({ length: 17 }, (_, level) => ({ ...row, level, acr: `urn:${level}` })) },
      'levels too-large',
    ],
  ])('has no table with %s', (_, value, found) => expect(issuesOf(() => readAssuranceTable(value))).toEqual([found]));

  it('is carried from one table to another by rules alone', () => {
    const city = assuranceMapping(PROVINCE, ASSURANCE_LEVELS, {
      'urn:province:face': 'urn:gov:assurance:2',
      'urn:province:key': 'urn:gov:assurance:4',
    });
    expect(mappedLevel(city, 'urn:province:face')).toBe(2);
    expect(mappedLevel(city, 'urn:province:key')).toBe(4);
    for (const acr of ['urn:province:account', 'urn:gov:assurance:1', 'constructor', '__proto__', ''])
      expect(mappedLevel(city, acr)).toBeUndefined();
  });

  it.each<[string, Record<string, string>]>([
    ['upwards', { 'urn:province:account': 'urn:gov:assurance:2' }],
    ['from an acr that is not there', { 'urn:province:none': 'urn:gov:assurance:1' }],
    ['to an acr that is not there', { 'urn:province:face': 'urn:gov:assurance:9' }],
    ['crosswise', { 'urn:province:face': 'urn:gov:assurance:3', 'urn:province:key': 'urn:gov:assurance:2' }],
  ])('is not carried %s', (_, rules) => {
    expect(() => assuranceMapping(PROVINCE, ASSURANCE_LEVELS, rules)).toThrow(
      expect.objectContaining({ code: 'invalid-argument' }),
    );
  });

  it('does not rise by a mapping that was made by hand either', () => {
    const rules = { 'urn:province:account': 'urn:gov:assurance:4', 'urn:province:none': 'urn:gov:assurance:1' };
    const mapping = { from: PROVINCE, to: ASSURANCE_LEVELS, rules };
    for (const acr of Object.keys(rules)) expect(mappedLevel(mapping, acr)).toBeUndefined();
  });

  it('never rises, there and back, whatever the rules', () => {
    const acrs = (table: AssuranceTable) => table.levels.map(({ acr }) => acr);
    const rules = (from: AssuranceTable, to: AssuranceTable) =>
      fc.dictionary(fc.constantFrom(...acrs(from)), fc.constantFrom(...acrs(to)));
    const made = (from: AssuranceTable, to: AssuranceTable, pairs: Record<string, string>) => {
      try {
        return assuranceMapping(from, to, pairs);
      } catch (error) {
        expect(error).toMatchObject({ code: 'invalid-argument' });
        return undefined;
      }
    };
    fc.assert(
      fc.property(rules(PROVINCE, ASSURANCE_LEVELS), rules(ASSURANCE_LEVELS, PROVINCE), (there, back) => {
        const [out, home] = [made(PROVINCE, ASSURANCE_LEVELS, there), made(ASSURANCE_LEVELS, PROVINCE, back)];
        if (out === undefined || home === undefined) return;
        for (const { acr, level } of PROVINCE.levels) {
          const abroad = mappedLevel(out, acr);
          if (abroad === undefined) continue;
          const again = mappedLevel(home, acrOfLevel(ASSURANCE_LEVELS, abroad));
          expect(again ?? 0).toBeLessThanOrEqual(level);
        }
      }),
    );
  });
});
