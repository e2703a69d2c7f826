/** Codes as people write them: what is accepted and named, what is suggested, and what is never said. */
import {
  type CheckCodeOptions,
  CODE_KINDS,
  type CodeKind,
  checkCode,
  kindsOf,
  type LikelyCode,
  MAX_CODE_LENGTH,
  MAX_LIKELY,
} from '@gov/codes/check';
import { divisions } from '@gov/codes/divisions';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkCharacterMod11_2,
  checkCharacterOfCreditCode,
  checkCharacterOfOrganizationCode,
  luhnDigit,
} from '../src/index.js';
import { CASES } from './cases.js';

const TABLE = divisions();
const AT = new Date('2026-06-01T00:00:00Z');

const codes = (list: readonly { readonly code: string }[]): string[] => list.map(({ code }) => code);
const texts = (kind: CodeKind, text: string, options: CheckCodeOptions = {}): string[] =>
  checkCode(kind, text, options).likely.map((one) => `${one.change} ${one.text}`);

describe('spelling', () => {
  it.each<[CodeKind, string, string, ...string[]]>([
    ['citizen-id', '11010519491231002X', '11010519491231002X'],
    ['citizen-id', '11010519491231002x', '11010519491231002X', 'spelling-lower-case'],
    ['citizen-id', '１１０１０５１９４９１２３１００２Ｘ', '11010519491231002X', 'spelling-full-width'],
    [
      'citizen-id',
      '１１０１０５１９４９１２３１００２ｘ',
      '11010519491231002X',
      'spelling-full-width',
      'spelling-lower-case',
    ],
    ['citizen-id', '110105 19491231 002X', '11010519491231002X', 'spelling-blank'],
    ['citizen-id', '\u300011010519491231002X\n', '11010519491231002X', 'spelling-blank'],
    ['citizen-id', '110105-19491231-002X', '11010519491231002X', 'spelling-hyphen'],
    ['citizen-id', '110105—19491231—002X', '11010519491231002X', 'spelling-hyphen'],
    ['citizen-id', '\u200b11010519491231002X\ufeff', '11010519491231002X', 'spelling-invisible'],
    ['citizen-id', '\u202a11010519491231002X\u202c', '11010519491231002X', 'spelling-invisible'],
    ['citizen-id', '11010519491231002×', '11010519491231002X', 'spelling-look-alike'],
    ['citizen-id', '11010519491231002Х', '11010519491231002X', 'spelling-look-alike'],
    ['citizen-id', '11010519491231002Ⅹ', '11010519491231002X', 'spelling-look-alike'],
    ['credit-code', '11100000000013338w', '11100000000013338W', 'spelling-lower-case'],
    ['organization-code', '00001333-8', '000013338', 'spelling-hyphen'],
    ['organization-code', '００００１３３３－８', '000013338', 'spelling-full-width', 'spelling-hyphen'],
    ['bank-card', '6222 0212 3456 7890 128', '6222021234567890128', 'spelling-blank'],
    ['passport', 'ｅ12345678', 'E12345678', 'spelling-full-width', 'spelling-lower-case'],
    ['travel-permit', '1234567801（Ａ）', '1234567801(A)', 'spelling-full-width'],
  ])('of a %s: %j', (kind, given, text, ...spelling) => {
    const check = checkCode(kind, given);
    expect([check.ok, check.text, codes(check.spelling)]).toEqual([true, text, spelling]);
    expect(check.issues).toEqual([]);
    expect(check.value).toBeDefined();
  });

  it.each<[CodeKind, string]>([
    ['citizen-id', '11010519491231002.'],
    ['citizen-id', '1101O519491231002X'],
    ['citizen-id', '壹壹010519491231002X'],
    ['citizen-id', '①1010519491231002X'],
    ['citizen-id', '11010519491231002²'],
    ['credit-code', '1110000000001333８O'],
    ['bank-card', '6222_0212_3456_7890_128'],
  ])('of a %s does not take %j', (kind, given) => {
    expect(checkCode(kind, given).ok).toBe(false);
  });

  it('changes nothing that is right already, of any kind', () => {
    for (const { kind, text, ok } of CASES)
      if ((CODE_KINDS as readonly string[]).includes(kind)) {
        const check = checkCode(kind as CodeKind, text);
        if (ok) expect([check.ok, check.text.replaceAll('-', '')], text).toEqual([true, text.replaceAll('-', '')]);
        if (check.text === text) expect(check.ok, text).toBe(ok);
        if (!check.ok) expect(check.issues.length, text).toBeGreaterThan(0);
      }
  });
});

describe('the likely code', () => {
  it.each<[CodeKind, string, ...string[]]>([
    ['citizen-id', '11010519491231002', 'completed 11010519491231002X'],
    ['citizen-id', '110105491231002', 'completed 11010519491231002X'],
    ['credit-code', '11100000000013338', 'completed 11100000000013338W'],
    ['organization-code', '00001333', 'completed 000013338'],
    ['permanent-residence', '91139819901231002', 'completed 911398199012310021'],
    ['citizen-id', '1101O519491231OO2X', 'look-alike 11010519491231002X'],
    ['citizen-id', 'll010519491231002X', 'look-alike 11010519491231002X'],
    ['credit-code', '1110000000001333BW', 'look-alike 11100000000013338W'],
    ['credit-code', 'I1100000000013338W', 'look-alike 11100000000013338W'],
    ['bank-card', '62220212345678901Z8', 'look-alike 6222021234567890128'],
    ['citizen-id', '110105194912310002X', 'extra 11010519491231002X'],
    ['division-code', '1IO1O5', 'look-alike 110105'],
    ['statistical-division', '22O581102200', 'look-alike 220581102200'],
  ])('of a %s: %s', (kind, text, ...likely) => {
    expect(texts(kind, text, { divisions: TABLE, at: AT })).toEqual(likely);
  });

  it('of two neighbours exchanged is among the first', () => {
    expect(texts('citizen-id', '11010519491213002X', { at: AT, divisions: TABLE })[0]).toBe(
      'exchanged 11010519491231002X',
    );
    expect(texts('credit-code', '11100000000031338W')[0]).toBe('exchanged 11100000000013338W');
  });

  it('is not looked for where nobody wants it', () => {
    const [with1, without] = [true, false].map((suggest) => checkCode('citizen-id', '11010519491231002', { suggest }));
    expect([with1!.likely.length, without!.likely.length, without!.unlisted]).toEqual([1, 0, 0]);
    expect(without!.issues).toEqual(with1!.issues);
    expect(kindsOf('11010519491231002', { suggest: false })).toEqual([]);
    expect(kindsOf('11010519491231002X', { suggest: false })).toEqual(['citizen-id']);
  });

  it('is only what leaves a trace where that is asked for', () => {
    expect(texts('credit-code', '1110000000001333BW', { suggest: 'usual' })).toEqual(['look-alike 11100000000013338W']);
    for (const text of ['914403001922038217', '11010519491231003X', '6222021234567890120'])
      for (const kind of CODE_KINDS) {
        const usual = checkCode(kind, text, { suggest: 'usual' });
        const all = checkCode(kind, text);
        expect(usual.likely).toEqual(all.likely.filter(({ change }) => change !== 'keypad' && change !== 'character'));
        expect(usual.issues).toEqual(all.issues);
      }
  });

  it('says where it differs, from 1', () => {
    expect(checkCode('credit-code', '1110000000001333BW').likely).toEqual([
      { text: '11100000000013338W', change: 'look-alike', places: [17] },
    ]);
    expect(checkCode('citizen-id', '1101O519491231OO2X').likely[0]!.places).toEqual([5, 15, 16]);
    expect(checkCode('citizen-id', '11010519491231002').likely[0]!.places).toEqual([18]);
    expect(checkCode('citizen-id', '110105194912310002X').likely[0]!.places).toEqual([17]);
  });

  it('lies in a division that is known, and before today, where these are', () => {
    // 12 is Tianjin, 12010 is nowhere.
    const without = checkCode('citizen-id', '11010519491231003X');
    const withTable = checkCode('citizen-id', '11010519491231003X', { divisions: TABLE });
    const all = ({ likely, unlisted }: typeof without): number => likely.length + unlisted;
    expect(all(withTable)).toBeLessThan(all(without));
    for (const { text } of withTable.likely) expect(TABLE.find(text.slice(0, 6))).toBeDefined();
    const body = '11010520260602001';
    const future = body + checkCharacterMod11_2(body);
    const check = checkCode('citizen-id', future, { at: AT });
    expect(codes(check.issues)).toEqual(['citizen-id-birth-date-future']);
    for (const { text } of check.likely) expect(text.slice(6, 14) <= '20260601').toBe(true);
  });

  it('is none where any other would do as well: those are counted', () => {
    const check = checkCode('citizen-id', '110105194912310020');
    expect(check.likely.length).toBeLessThanOrEqual(MAX_LIKELY);
    expect(check.unlisted).toBeGreaterThan(0);
  });

  it('and what is not listed are all that is one slip away, counted', () => {
    const text = '110105194912310020';
    const slips = new Set<string>();
    for (let at = 0; at < text.length; at++) {
      const [before, after] = [text.slice(0, at), text.slice(at + 1)];
      for (const one of '0123456789X') slips.add(before + one + after);
      slips.add(before + after);
      if (after !== '') slips.add(before + after[0] + text[at] + after.slice(1));
    }
    slips.delete(text);
    const fitting = [...slips].filter((slip) => checkCode('citizen-id', slip, { suggest: false }).ok);
    const { likely, unlisted } = checkCode('citizen-id', text);
    expect(likely.length + unlisted).toBe(fitting.length);
    expect(checkCode('division-code', '010105').unlisted).toBeGreaterThan(0);
  });

  it('is none of a code without a check character, unless the form refuses what was written', () => {
    for (const [kind, text] of [
      ['division-code', '010105'],
      ['passport', 'Q12345678'],
      ['statistical-division', '12345'],
    ] as const)
      expect(checkCode(kind, text).likely.filter(({ change }) => change !== 'look-alike')).toEqual([]);
  });

  it('is no credit code of a category that nobody has yet, though one that is written is good', () => {
    expect(texts('credit-code', '19100000000013338')).toEqual(['completed 191000000000133384']);
    expect(checkCode('credit-code', '14100000000013338K').ok).toBe(true);
    expect(texts('credit-code', '14100000000013338', { suggest: 'usual' })).toEqual([]);
  });

  it('is none of nothing, and none of anything', () => {
    for (const kind of CODE_KINDS)
      for (const text of ['', 'x', '张三', '0'.repeat(40), '-'.repeat(40)])
        expect(checkCode(kind, text).likely, `${kind} ${text}`).toEqual([]);
  });

  const idBody = fc
    .tuple(
      fc.constantFrom('110105', '330106', '440524', '653101'),
      fc.date({ min: new Date('1930-01-01'), max: new Date('2020-12-31'), noInvalidDate: true }),
      fc.integer({ min: 0, max: 999 }),
    )
    .map(([area, day, n]) => area + day.toISOString().slice(0, 10).replaceAll('-', '') + String(n).padStart(3, '0'));
  const ids = idBody.map((body) => body + checkCharacterMod11_2(body));
  const CREDIT = '0123456789ABCDEFGHJKLMNPQRTUWXY';
  const creditCodes = fc
    .array(fc.constantFrom(...CREDIT), { minLength: 8, maxLength: 8 })
    .map((characters) => characters.join(''))
    .map((organization) => `91110000${organization}${checkCharacterOfOrganizationCode(organization)}`)
    .filter((body) => [...body].every((one) => CREDIT.includes(one)))
    .map((body) => body + checkCharacterOfCreditCode(body));
  const cards = fc
    .array(fc.constantFrom(...'0123456789'), { minLength: 16, maxLength: 16 })
    .map((digits) => `62${digits.join('')}`)
    .map((body) => body + luhnDigit(body));

  it.each<[CodeKind, fc.Arbitrary<string>, string]>([
    ['citizen-id', ids, '0123456789'],
    ['credit-code', creditCodes, CREDIT],
    ['bank-card', cards, '0123456789'],
  ])('of a %s with one wrong character is listed or counted, and always right itself', (kind, good, alphabet) => {
    fc.assert(
      fc.property(good, fc.nat(16), fc.constantFrom(...alphabet), (code, at, character) => {
        const wrong = code.slice(0, at) + character + code.slice(at + 1);
        fc.pre(wrong !== code);
        const check = checkCode(kind, wrong);
        expect(check.ok).toBe(false);
        expect(check.likely.length).toBeLessThanOrEqual(MAX_LIKELY);
        const found = check.likely.some(({ text }) => text === code);
        expect(found || check.unlisted > 0).toBe(true);
        for (const { text } of check.likely) expect(checkCode(kind, text).ok).toBe(true);
        expect(new Set(check.likely.map(({ text }) => text)).size).toBe(check.likely.length);
      }),
      { numRuns: process.env.SLOW === undefined ? 300 : 20_000 },
    );
  });

  it('is the same whoever asks, and puts likelier slips first', () => {
    const rank = ['completed', 'look-alike', 'exchanged', 'extra', 'keypad', 'character'];
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'0123456789XOIBS -'), maxLength: 20 }), (text) => {
        for (const kind of CODE_KINDS) {
          const { likely } = checkCode(kind, text);
          const ranks = likely.map(({ change }: LikelyCode) => rank.indexOf(change));
          expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('divisions', () => {
  const id = (area: string): string => {
    const body = `${area}19491231002`;
    return body + checkCharacterMod11_2(body);
  };

  it.each<[CodeKind, string, ...string[]]>([
    ['citizen-id', id('110105')],
    ['citizen-id', id('110103'), 'division-abolished'],
    ['citizen-id', id('119999'), 'division-unknown'],
    ['citizen-id', id('810000')],
    // Residents of Taiwan, and foreigners: what these begin with is no place, and in no table.
    ['citizen-id', id('830000')],
    ['citizen-id', '911398199012310021'],
    ['credit-code', '11100000000013338W'],
    ['division-code', '330106'],
    ['division-code', '110103', 'division-abolished'],
    ['division-code', '119999', 'division-unknown'],
    ['statistical-division', '220581102200'],
    ['statistical-division', '119999102200', 'division-unknown'],
  ])('of a %s are warned of, never refused: %s', (kind, text, ...warnings) => {
    const check = checkCode(kind, text, { divisions: TABLE });
    expect([check.ok, codes(check.warnings)]).toEqual([true, warnings]);
    expect(checkCode(kind, text).warnings).toEqual([]);
  });
});

describe('kinds', () => {
  it.each<[string, ...CodeKind[]]>([
    ['11010519491231002x', 'citizen-id'],
    ['11100000000013338W', 'credit-code'],
    ['000013338', 'organization-code'],
    ['110105', 'division-code'],
    ['H12345678', 'passport', 'travel-permit'],
    ['E12345678', 'passport'],
    ['6222021234567890128', 'bank-card'],
    ['220581102200122', 'statistical-division'],
    ['911398199012310021', 'citizen-id', 'permanent-residence'],
    ['11100000MB03271699022', 'license-type-code'],
    ['', ...([] as CodeKind[])],
    ['张三', ...([] as CodeKind[])],
  ])('of %j', (text, ...kinds) => {
    expect(kindsOf(text)).toEqual(kinds);
  });

  it('of what is one slip away from some', () => {
    expect(kindsOf('1110000000001333BW')).toEqual(['credit-code']);
    expect(kindsOf('110105491231002')).toContain('citizen-id');
    expect(kindsOf('11010519491231002X', { at: new Date('1940-01-01') })[0]).toBe('citizen-id');
    expect(kindsOf('110105194913310021')).toContain('citizen-id');
  });
});

describe('what comes from outside', () => {
  it('is not looked at beyond a length', () => {
    const check = checkCode('citizen-id', '1'.repeat(MAX_CODE_LENGTH + 1));
    expect([codes(check.issues), check.text, check.likely]).toEqual([['code-too-long'], '', []]);
    expect(
      codes(checkCode('citizen-id', ' '.repeat(MAX_CODE_LENGTH - 18).concat('11010519491231002X')).issues),
    ).toEqual([]);
    expect(kindsOf('1'.repeat(1_000_000))).toEqual([]);
  });

  it('is never repeated in a text, and never throws', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...CODE_KINDS),
        fc.string({ unit: 'binary', minLength: 6, maxLength: 40 }),
        (kind, text) => {
          const { issues, spelling, warnings } = checkCode(kind, text, { divisions: TABLE, at: AT });
          for (const { message, messageZh } of [...issues, ...spelling, ...warnings]) {
            expect(message).not.toContain(text);
            expect(messageZh).not.toContain(text);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('may be a time that is none', () => {
    expect(() => checkCode('citizen-id', '11010519491231002X', { at: new Date(Number.NaN) })).toThrow(
      expect.objectContaining({ code: 'invalid-argument' }),
    );
  });
});
