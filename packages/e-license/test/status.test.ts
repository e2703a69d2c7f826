import { describe, expect, it } from 'vitest';
import {
  fromDialect,
  LICENSE_STATUSES,
  type LicenseStatus,
  mayBecome,
  STATUS_DIALECTS,
  type StatusDialect,
  toDialect,
} from '../src/index.js';

const ALL = LICENSE_STATUSES.map((row) => row.status);

describe('the table of statuses', () => {
  it('says of each what lists say, and whether it is final', () => {
    expect(Object.fromEntries(LICENSE_STATUSES.map((row) => [row.status, [row.zh, row.listValue, row.final]]))).toEqual(
      {
        draft: ['拟制', 2, false],
        registered: ['已登记', 2, false],
        valid: ['有效', 0, false],
        suspended: ['暂扣', 2, false],
        withdrawn: ['撤销', 1, true],
        cancelled: ['注销', 1, true],
        revoked: ['吊销', 1, true],
        lapsed: ['失效', 1, true],
        transferred: ['办理转出', 1, true],
        superseded: ['已被新版本取代', 3, true],
        void: ['作废号', 1, true],
        other: ['其他', 1, true],
      },
    );
    expect(new Set(ALL).size).toBe(LICENSE_STATUSES.length);
    for (const row of LICENSE_STATUSES) expect(row.en).toMatch(/^[a-z]/);
  });

  it('lists say invalid or superseded of what is final, and of nothing that may come back', () => {
    for (const { status, listValue, final } of LICENSE_STATUSES)
      expect([status, listValue === 1 || listValue === 3]).toEqual([status, final]);
  });

  it('only valid reads as valid', () => {
    expect(LICENSE_STATUSES.filter((row) => row.listValue === 0).map((row) => row.status)).toEqual(['valid']);
  });
});

describe('what may become what', () => {
  // Every pair, row by row: + may follow, . may not. Columns in the order of rows.
  const PAIRS = `
    draft        . + + . . . . . . . + .
    registered   . . + . . . . . . . + .
    valid        . . . + + + + + + + . +
    suspended    . . + . + + + + + + . +
    withdrawn    . . . . . . . . . . . .
    cancelled    . . . . . . . . . . . .
    revoked      . . . . . . . . . . . .
    lapsed       . . . . . . . . . . . .
    transferred  . . . . . . . . . . . .
    superseded   . . . . . . . . . . . .
    void         . . . . . . . . . . . .
    other        . . . . . . . . . . . .
  `;
  const rows = PAIRS.trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/) as [LicenseStatus, ...string[]]);
  const columns = rows.map(([status]) => status);

  it('is said of every pair', () => {
    expect([...columns].sort()).toEqual([...ALL].sort());
    for (const [, ...marks] of rows) expect(marks).toHaveLength(ALL.length);
  });

  it.each(rows.flatMap(([from, ...marks]) => marks.map((mark, k) => [from, mark, columns[k]!] as const)))(
    '%s %s %s',
    (from, mark, to) => {
      expect(mayBecome(from, to)).toBe(mark === '+');
    },
  );

  it('nothing follows what is final, and something what is not', () => {
    for (const { status, final } of LICENSE_STATUSES) {
      expect(ALL.some((to) => mayBecome(status, to))).toBe(!final);
    }
  });
});

describe('dialects', () => {
  const TO: Record<StatusDialect, Partial<Record<LicenseStatus, string>>> = {
    mohurd: {
      valid: '01',
      suspended: '02',
      withdrawn: '03',
      cancelled: '04',
      lapsed: '05',
      transferred: '06',
      revoked: '07',
      other: '99',
    },
    guangdong: {
      draft: 'DRAFT',
      registered: 'REGISTERED',
      valid: 'ISSUED',
      withdrawn: 'ABOLISHED',
      cancelled: 'ABOLISHED',
      revoked: 'ABOLISHED',
      lapsed: 'ABOLISHED',
    },
    'real-estate': { valid: '1', cancelled: '2' },
  };
  const FROM: Record<StatusDialect, Record<string, LicenseStatus | undefined>> = {
    mohurd: {
      '01': 'valid',
      '02': 'suspended',
      '03': 'withdrawn',
      '04': 'cancelled',
      '05': 'lapsed',
      '06': 'transferred',
      '07': 'revoked',
      '99': 'other',
    },
    guangdong: { DRAFT: 'draft', REGISTERED: 'registered', ISSUED: 'valid', ABOLISHED: undefined },
    'real-estate': { '1': 'valid', '2': 'cancelled' },
  };
  const NAMES = Object.keys(TO) as StatusDialect[];

  it('are those three', () => {
    expect(Object.keys(STATUS_DIALECTS)).toEqual(NAMES);
  });

  it.each(NAMES.flatMap((dialect) => ALL.map((status) => [status, dialect] as const)))(
    '%s to %s',
    (status, dialect) => {
      expect(toDialect(status, dialect)).toBe(TO[dialect][status]);
    },
  );

  it.each(
    NAMES.flatMap((dialect) => Object.entries(FROM[dialect]).map(([code, status]) => [code, dialect, status] as const)),
  )('%s from %s is %s', (code, dialect, status) => {
    expect(fromDialect(code, dialect)).toBe(status);
  });

  it.each(NAMES)('%s has those codes and no other', (dialect) => {
    expect(STATUS_DIALECTS[dialect].map((row) => row.code).sort()).toEqual(Object.keys(FROM[dialect]).sort());
  });

  it.each(['', '1', '08', 'ISSUED', 'issued', '01 ', 'constructor'])('unknown codes mean nothing: %j', (code) => {
    const known = NAMES.filter((dialect) => code in { ...FROM[dialect] } && Object.hasOwn(FROM[dialect], code));
    for (const dialect of NAMES) if (!known.includes(dialect)) expect(fromDialect(code, dialect)).toBeUndefined();
  });

  it('where one status has a code, the code alone leads back to it', () => {
    for (const dialect of NAMES)
      for (const status of ALL) {
        const code = toDialect(status, dialect);
        if (code !== undefined && code !== 'ABOLISHED') expect(fromDialect(code, dialect)).toBe(status);
      }
  });
});
