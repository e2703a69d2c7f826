import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMrz } from '../src/documents.js';
import { codesOf } from './codes.js';

// The specimens of ICAO Doc 9303: part 4 appendix B, part 5 appendix B, part 6 appendix B, part 11 appendix D.2.
const TD3 = ['P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<', 'L898902C36UTO7408122F1204159ZE184226B<<<<<10'];
const TD1 = ['I<UTOD231458907<<<<<<<<<<<<<<<', '7408122F1204159UTO<<<<<<<<<<<6', 'ERIKSSON<<ANNA<MARIA<<<<<<<<<<'];
const TD2 = ['I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<', 'D231458907UTO7408122F1204159<<<<<<<6'];
const TD1_LONG = ['I<UTOD23145890<7349<<<<<<<<<<<', '3407127M9507122UTO<<<<<<<<<<<2', 'STEVENSON<<PETER<JOHN<<<<<<<<<'];
const TD2_LONG = ['I<UTOSTEVENSON<<PETER<JOHN<<<<<<<<<<', 'D23145890<UTO3407127M95071227349<<<8'];

const ERIKSSON = {
  issuer: 'UTO',
  primaryName: 'ERIKSSON',
  secondaryName: 'ANNA MARIA',
  nationality: 'UTO',
  birthDate: 'XX74-08-12',
  sex: 'female',
  expiryDate: 'XX12-04-15',
};

const read = (lines: readonly string[], at?: Date) => parseMrz(lines.join('\n'), at === undefined ? {} : { at });
const partsOf = (lines: readonly string[], at?: Date) => {
  const result = read(lines, at);
  return result.ok ? result.value : codesOf(result);
};

/** Check digit of Doc 9303-3, written anew. */
const digit = (text: string): string =>
  String([...text].reduce((sum, c, i) => sum + (c === '<' ? 0 : Number.parseInt(c, 36)) * [7, 3, 1][i % 3]!, 0) % 10);

interface Line2 {
  number?: string;
  numberCheck?: string;
  nationality?: string;
  birth?: string;
  sex?: string;
  expiry?: string;
  optional?: string;
  optionalCheck?: string;
}
/** The second line of a passport, with check digits that fit. */
const line2 = ({
  number = 'L898902C3',
  numberCheck = digit(number),
  nationality = 'UTO',
  birth = '740812',
  sex = 'F',
  expiry = '120415',
  optional = '<'.repeat(14),
  optionalCheck = digit(optional),
}: Line2) => {
  const head = number + numberCheck;
  const dates = [birth + digit(birth), expiry + digit(expiry)] as const;
  const rest = optional + optionalCheck;
  return head + nationality + dates[0] + sex + dates[1] + rest + digit(head + dates[0] + dates[1] + rest);
};
const passport = (parts: Line2, first = TD3[0]!): string[] => [first, line2(parts)];

/** The second line of a card of 36 whose number goes on in the optional data. */
const td2 = (number: string, optional: string): string => {
  const checked = ['7408122', `1204159${optional}`] as const;
  return `${number}<UTO${checked[0]}F${checked[1]}${digit(`${number}<${checked.join('')}`)}`;
};

describe('parseMrz', () => {
  it.each([
    ['nothing', []],
    ['one line of 30', ['CSC123456784123456789<<<<<<<<<']],
    ['a line too few', TD1.slice(0, 2)],
    ['a line too long', [`${TD3[0]}<`, TD3[1]!]],
    ['lines of 43 and 45', [TD3[0]!.slice(1), `P${TD3[1]}`]],
    ['88 characters in four lines', [TD3[0]!.slice(0, 22), TD3[0]!.slice(22), TD3[1]!.slice(0, 22), TD3[1]!.slice(22)]],
    ['a blank line between', [TD3[0]!, '', TD3[1]!]],
    ['a hundred thousand fillers', ['<'.repeat(100_000)]],
  ])('refuses the layout: %s', (_, lines) => {
    expect(codesOf(read(lines))).toEqual(['mrz-layout']);
  });

  it.each(['p', '«', ' ', '\t', 'Ｐ', '\u2028'])('refuses %j in a zone', (character) => {
    expect(codesOf(read([`${character}${TD3[0]!.slice(1)}`, TD3[1]!]))).toEqual(['mrz-alphabet']);
  });

  it.each([
    ['a visa of 44', [TD3[0]!.replace('P', 'V'), TD3[1]!], ['mrz-document-code']],
    ['a card of 44', [TD3[0]!.replace('P', 'I'), TD3[1]!], ['mrz-document-code']],
    ['a digit in the document code', [TD3[0]!.replace('P<', 'P1'), TD3[1]!], ['mrz-document-code']],
    ['a passport of 36', [TD2[0]!.replace('I', 'P'), TD2[1]!], ['mrz-document-code']],
    ['IV', [TD2[0]!.replace('I<', 'IV'), TD2[1]!], ['mrz-document-code']],
    ['a digit in the issuer', [TD3[0]!.replace('UTO', 'UT0'), TD3[1]!], ['mrz-issuer']],
    ['an issuer of 2 letters', [TD3[0]!.replace('UTO', 'UT<'), TD3[1]!], ['mrz-issuer']],
    ['no name', [`P<UTO${'<'.repeat(39)}`, TD3[1]!], ['mrz-name']],
    ['no primary name', [`P<UTO<<ANNA${'<'.repeat(33)}`, TD3[1]!], ['mrz-name']],
    ['three identifiers', [TD3[0]!.replace('ANNA<', 'ANN<<'), TD3[1]!], ['mrz-name']],
    ['three fillers between', [TD3[0]!.replace('<<ANNA', '<<<NNA'), TD3[1]!], ['mrz-name']],
    ['a digit in the name', [TD3[0]!.replace('ANNA', 'ANN4'), TD3[1]!], ['mrz-name']],
    ['no number', passport({ number: '<'.repeat(9) }), ['mrz-document-number']],
    ['a digit in the nationality', passport({ nationality: 'UT0' }), ['mrz-nationality']],
    ['no nationality', passport({ nationality: '<<<' }), ['mrz-nationality']],
    ['the 30th of February', passport({ birth: '740230' }), ['mrz-birth-date']],
    ['the 29th of February of 75', passport({ birth: '750229' }), ['mrz-birth-date']],
    ['a day of no month', passport({ birth: '74<<12' }), ['mrz-birth-date']],
    ['a letter in the birth date', passport({ birth: '74O812' }), ['mrz-birth-date']],
    ['half a day', passport({ birth: '74081<' }), ['mrz-birth-date']],
    ['an X for the sex', passport({ sex: 'X' }), ['mrz-sex']],
    ['the 31st of April', passport({ expiry: '120431' }), ['mrz-expiry-date']],
    ['no expiry date', passport({ expiry: '<<<<<<' }), ['mrz-expiry-date']],
    ['a wrong check digit of the optional data', passport({ optionalCheck: '7' }), ['mrz-optional-data-check']],
    [
      'no check digit of optional data',
      passport({ optional: `A${'<'.repeat(13)}`, optionalCheck: '<' }),
      ['mrz-optional-data-check'],
    ],
    ['a wrong composite check digit', [TD3[0]!, `${TD3[1]!.slice(0, 43)}1`], ['mrz-composite-check']],
    ['no composite check digit', [TD3[0]!, `${TD3[1]!.slice(0, 43)}<`], ['mrz-composite-check']],
    [
      'a number of 9 characters without check digit',
      [TD2[0]!, 'D23145890<UTO7408122F1204159<<<<<<<6'],
      ['mrz-document-number-check', 'mrz-composite-check'],
    ],
    [
      'a wrong check digit of a long number',
      [TD1_LONG[0]!.replace('7349', '7348'), TD1_LONG[1]!, TD1_LONG[2]!],
      ['mrz-document-number-check', 'mrz-composite-check'],
    ],
    [
      'a long number in a passport',
      passport({ number: 'D23145890', numberCheck: '<', optional: `7349${'<'.repeat(10)}` }),
      ['mrz-document-number-check'],
    ],
    [
      'a long number that begins with a short one',
      [TD2[0]!, td2('D2314589<', `734${digit('D2314589<734')}<<<`)],
      ['mrz-document-number-check'],
    ],
    [
      'all at once',
      ['V1UT0ERIKSSON<<<<ANNA<<<<<<<<<<<<<<<<<<<<<<<', 'L898902C35UT07413121X1213151ZE184226B<<<<<29'],
      [
        'mrz-document-code',
        'mrz-issuer',
        'mrz-name',
        'mrz-document-number-check',
        'mrz-nationality',
        'mrz-birth-date',
        'mrz-birth-date-check',
        'mrz-sex',
        'mrz-expiry-date',
        'mrz-expiry-date-check',
        'mrz-optional-data-check',
        'mrz-composite-check',
      ],
    ],
  ])('refuses %s', (_, lines, issues) => {
    expect(codesOf(read(lines))).toEqual(issues);
  });

  it('reads the specimens of Doc 9303', () => {
    expect(partsOf(TD3)).toEqual({
      ...ERIKSSON,
      format: 'TD3',
      documentCode: 'P',
      documentNumber: 'L898902C3',
      optionalData: ['ZE184226B'],
    });
    expect(partsOf(TD1)).toEqual({
      ...ERIKSSON,
      format: 'TD1',
      documentCode: 'I',
      documentNumber: 'D23145890',
      optionalData: ['', ''],
    });
    expect(partsOf(TD2)).toEqual({
      ...ERIKSSON,
      format: 'TD2',
      documentCode: 'I',
      documentNumber: 'D23145890',
      optionalData: [''],
    });
  });

  it('reads numbers longer than 9 characters', () => {
    expect(partsOf(TD1_LONG)).toMatchObject({
      documentNumber: 'D23145890734',
      optionalData: ['', ''],
      primaryName: 'STEVENSON',
      sex: 'male',
    });
    // No filler behind the check digit, which fits.
    expect(partsOf([TD2[0]!, td2('D23145890', '734AB24')])).toEqual(['mrz-document-number-check']);
    expect(partsOf(TD2_LONG)).toMatchObject({ documentNumber: 'D23145890734', optionalData: [''] });
  });

  it('reads lines with any line ending, or none', () => {
    for (const lines of [TD1, TD2, TD3])
      for (const text of [lines.join(''), lines.join('\r\n'), `${lines.join('\n')}\n`, `${lines.join('\r\n')}\r\n`])
        expect(codesOf(parseMrz(text))).toEqual([]);
  });

  it('reads what the standard leaves open', () => {
    expect(partsOf([TD3[0]!.replace('UTO', 'D<<'), TD3[1]!])).toMatchObject({ issuer: 'D' });
    expect(partsOf([`P<UTOVAN<DER<MUSTERFRAU${'<'.repeat(21)}`, TD3[1]!])).toMatchObject({
      primaryName: 'VAN DER MUSTERFRAU',
      secondaryName: '',
    });
    expect(partsOf(passport({ sex: '<', optionalCheck: '<' }))).toMatchObject({
      sex: 'unspecified',
      optionalData: [''],
    });
    expect(partsOf(passport({ optionalCheck: '0' }))).toMatchObject({ optionalData: [''] });
    for (const [birth, birthDate] of [
      ['7408<<', 'XX74-08-XX'],
      ['74<<<<', 'XX74-XX-XX'],
      ['<<<<<<', 'XXXX-XX-XX'],
      ['000229', 'XX00-02-29'],
    ] as const)
      expect(partsOf(passport({ birth }))).toMatchObject({ birthDate });
  });

  it('knows the century by the clock it is given', () => {
    const at = (time: string) => partsOf(TD3, new Date(time));
    expect(at('2010-01-01')).toMatchObject({ birthDate: '1974-08-12', expiryDate: '2012-04-15' });
    expect(at('2063-01-01')).toMatchObject({ birthDate: '1974-08-12', expiryDate: '2112-04-15' });
    expect(at('2062-01-01')).toMatchObject({ expiryDate: '2012-04-15' });
    expect(at('2074-08-11T15:59:59Z')).toMatchObject({ birthDate: '1974-08-12' });
    expect(at('2074-08-11T16:00:00Z')).toMatchObject({ birthDate: '2074-08-12' });
    const unknown = (birth: string) => partsOf(passport({ birth }), new Date('2026-06-15'));
    expect(unknown('26<<<<')).toMatchObject({ birthDate: '2026-XX-XX' });
    expect(unknown('2607<<')).toMatchObject({ birthDate: '1926-07-XX' });
    expect(unknown('<<<<<<')).toMatchObject({ birthDate: 'XXXX-XX-XX' });
    expect(() => at('never')).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
  });

  it('finds every wrong digit that a check digit covers', () => {
    const [first, second] = TD3 as [string, string];
    for (let place = 0; place < second.length; place++)
      for (const other of '0123456789')
        if (/[0-9]/.test(second[place]!) && other !== second[place])
          expect(read([first, second.slice(0, place) + other + second.slice(place + 1)]).ok).toBe(false);
  });

  it('answers any text, and never repeats it', () => {
    const zone = fc.constantFrom(TD1, TD2, TD3).chain((lines) => {
      const text = lines.join('');
      return fc
        .array(fc.tuple(fc.nat(text.length - 1), fc.constantFrom(...'09AZF<X')), { maxLength: 4 })
        .map((changes) => changes.reduce((sum, [at, c]) => sum.slice(0, at) + c + sum.slice(at + 1), text));
    });
    fc.assert(
      fc.property(
        fc.oneof(zone, fc.string({ maxLength: 100 })),
        fc.option(fc.date({ noInvalidDate: true }), { nil: undefined }),
        (text, at) => {
          const result = parseMrz(text, at === undefined || Math.abs(at.getTime()) > 8e15 ? {} : { at });
          expect(result.ok ? '' : JSON.stringify(result.issues)).not.toMatch(/ERIKSSON|898902/);
        },
      ),
      { numRuns: 300 },
    );
  });
});
