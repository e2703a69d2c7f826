import { AUDIT_ENTRY_LIMITS, type AuditEntryDraft, auditEntry, readAuditEntry, verifyCommitment } from '@gov/audit';
import { hmacSm3, toBase64url } from '@gov/sm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const AT = new Date('2026-05-20T01:00:00Z');
const DRAFT: AuditEntryDraft = {
  at: AT,
  action: 'license-query',
  actor: '11370300MB28261234',
  details: { purpose: '企业开办', copies: 2, annotated: true },
  secrets: { holder: '张三', code: '370303199001011237' },
};
const invalid = expect.objectContaining({ code: 'invalid-argument' });
const malformed = expect.objectContaining({ code: 'audit-malformed' });

describe('an entry', () => {
  it('is one line of canonical JSON, from which nothing personal can be read', () => {
    const { bytes, secrets } = auditEntry({ ...DRAFT, random: (octets) => new Uint8Array(octets).fill(7) });
    const salt = new Uint8Array(32).fill(7);
    const [code, holder] = [utf8('code\u0000370303199001011237'), utf8('holder\u0000张三')].map((data) =>
      toBase64url(hmacSm3(salt, data)),
    );
    expect(text(bytes)).toBe(
      `{"action":"license-query","actor":"11370300MB28261234","at":"2026-05-20T01:00:00Z","commitments":{"code":"${code}","holder":"${holder}"},"details":{"annotated":true,"copies":2,"purpose":"企业开办"},"v":1}`,
    );
    expect(text(bytes)).not.toMatch(/张三|3703031990/);
    expect(secrets).toEqual([
      { name: 'holder', salt, value: '张三' },
      { name: 'code', salt, value: '370303199001011237' },
    ]);
  });

  it('has salts of its own each time: the same holder is not the same commitment', () => {
    const read = [1, 2].map(() => readAuditEntry(auditEntry({ ...DRAFT, secrets: { a: 'x', b: 'x' } }).bytes));
    const commitments = read.flatMap((entry) => Object.values(entry.commitments));
    expect(new Set(commitments).size).toBe(4);
  });

  it('asks for the octets of all salts at once, and for none where it has no secret', () => {
    const asked: number[] = [];
    const random = (octets: number) => {
      asked.push(octets);
      return Uint8Array.from({ length: octets }, (_, at) => at);
    };
    const secrets = auditEntry({ ...DRAFT, secrets: { a: 'x', b: 'x', c: 'x' }, random }).secrets;
    expect(secrets.map(({ salt }) => salt)).toEqual(
      [0, 32, 64].map((from) => Uint8Array.from({ length: 32 }, (_, at) => from + at)),
    );
    expect(secrets.every(({ salt }) => salt.buffer.byteLength === 32)).toBe(true);
    auditEntry({ ...DRAFT, secrets: {}, random });
    const many = Object.fromEntries(Array.from({ length: 3000 }, (_, at) => [`a${at}`, 'x']));
    expect(() => auditEntry({ ...DRAFT, secrets: many, random })).toThrow(invalid);
    expect(asked).toEqual([96]);
  });

  it('is read back as it was written', () => {
    const name = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9_-]{0,31}$/);
    const line = fc
      .string({ unit: 'grapheme', maxLength: 40 })
      .filter((one) => !/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(one));
    fc.assert(
      fc.property(
        fc.dictionary(
          name,
          fc.oneof(
            line,
            fc.maxSafeInteger().map((n) => n + 0),
            fc.boolean(),
          ),
          { maxKeys: 8 },
        ),
        fc.dictionary(name, fc.string({ unit: 'grapheme', maxLength: 40 }), { maxKeys: 8 }),
        fc.date({ min: new Date('1970-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
        (details, secrets, at) => {
          const entry = auditEntry({ ...DRAFT, at, details, secrets });
          const read = readAuditEntry(entry.bytes);
          expect(read.details).toEqual({ ...details });
          expect(new Date(read.at)).toEqual(at);
          expect(entry.secrets).toHaveLength(Object.keys(secrets).length);
          for (const { name, ...opening } of entry.secrets) expect(verifyCommitment(read, name, opening)).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each<[string, Partial<AuditEntryDraft>]>([
    ['no time', { at: new Date(Number.NaN) }],
    ['a year of five digits', { at: new Date('+012026-01-01T00:00:00Z') }],
    ['an action with a space', { action: 'license query' }],
    ['an action in capitals', { action: 'License' }],
    ['no action', { action: '' }],
    ['an action of 65 characters', { action: 'a'.repeat(65) }],
    ['no actor', { actor: '' }],
    ['an actor of two lines', { actor: 'a\nb' }],
    ['an actor that turns the direction of text', { actor: 'a\u202eb' }],
    ['half of a pair', { actor: 'a\ud800' }],
    ['an actor too long', { actor: 'a'.repeat(1025) }],
    ['a name with a dot', { details: { 'a.b': 1 } }],
    ['a name of 33 characters', { details: { ['a'.repeat(33)]: 1 } }],
    ['a fraction', { details: { a: 0.5 } }],
    ['a number beyond 2^53', { details: { a: 2 ** 53 } }],
    ['−0, which is written as 0', { details: { a: -0 } }],
    ['no number', { details: { a: Number.NaN } }],
    ['nothing', { details: { a: null as unknown as string } }],
    ['an object', { details: { a: {} as string } }],
    ['a detail of two lines', { details: { a: 'a\nb' } }],
    ['a detail too long', { details: { a: 'a'.repeat(1025) } }],
    ['33 details', { details: Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`a${i}`, i])) }],
    ['a list of details', { details: ['a'] as unknown as Record<string, string> }],
    ['a secret with a name that is none', { secrets: { 'a b': 'x' } }],
    ['a secret name with the octet 00', { secrets: { 'a\u0000b': 'x' } }],
    ['a secret too long', { secrets: { a: 'x'.repeat(65_537) } }],
    ['a secret that is no text', { secrets: { a: 5 as unknown as string } }],
    ['a secret with half of a pair', { secrets: { a: '\udc00' } }],
    ['65 secrets', { secrets: Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`a${i}`, 'x'])) }],
    ['a salt too short', { random: (octets: number) => new Uint8Array(octets - 1) }],
    ['octets left over', { random: (octets: number) => new Uint8Array(octets + 1) }],
    [
      'too large altogether',
      { details: Object.fromEntries(Array.from({ length: 32 }, (_, i) => [`a${i}`, '证'.repeat(400)])) },
    ],
  ])('cannot hold %s', (_, wrong) => {
    expect(() => auditEntry({ ...DRAFT, ...wrong })).toThrow(invalid);
  });

  it('holds as much as its limits say', () => {
    const { details, commitments, text: longest, value } = AUDIT_ENTRY_LIMITS;
    const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `a${i}`);
    readAuditEntry(
      auditEntry({ ...DRAFT, details: Object.fromEntries(names(details).map((name) => [name, 1])) }).bytes,
    );
    readAuditEntry(
      auditEntry({ ...DRAFT, secrets: Object.fromEntries(names(commitments).map((name) => [name, ''])) }).bytes,
    );
    readAuditEntry(
      auditEntry({ ...DRAFT, details: { a: 'x'.repeat(longest) }, secrets: { a: 'x'.repeat(value) } }).bytes,
    );
    readAuditEntry(auditEntry({ ...DRAFT, action: 'a'.repeat(64), actor: 'x'.repeat(longest) }).bytes);
  });

  it('fills its limit of octets, and not one more', () => {
    const filled = (extra: number) => {
      const details = Object.fromEntries(Array.from({ length: 15 }, (_, i) => [`a${i + 10}`, 'x'.repeat(1024)]));
      const room =
        AUDIT_ENTRY_LIMITS.bytes - auditEntry({ ...DRAFT, secrets: {}, details: { ...details, z: '' } }).bytes.length;
      return auditEntry({ ...DRAFT, secrets: {}, details: { ...details, z: 'x'.repeat(room + extra) } });
    };
    const { bytes } = filled(0);
    expect(bytes.length).toBe(AUDIT_ENTRY_LIMITS.bytes);
    expect(readAuditEntry(bytes).action).toBe('license-query');
    expect(() => filled(1)).toThrow(invalid);
    expect(() => readAuditEntry(Uint8Array.of(...bytes, 0x20))).toThrow(malformed);
  });
});

describe('reading refuses', () => {
  const good = text(auditEntry(DRAFT).bytes);
  const c = readAuditEntry(utf8(good)).commitments.code!;

  it.each<[string, string | Uint8Array]>([
    ['nothing', ''],
    ['no JSON', 'x'],
    ['null', 'null'],
    ['an array', '[]'],
    ['a deep array', '['.repeat(8000)],
    ['a member twice', good.replace('"v":1', '"v":1,"v":1')],
    ['an action twice, the other one first', good.replace('{"action":', '{"action":"void","action":')],
    ['a detail twice', good.replace('"copies":2', '"copies":3,"copies":2')],
    ['an unknown member', good.replace('"v":1', '"v":1,"w":1')],
    ['a missing member', good.replace(',"v":1', '')],
    ['another version', good.replace('"v":1', '"v":2')],
    ['a version as text', good.replace('"v":1', '"v":"1"')],
    ['white space', good.replace(',"v"', ', "v"')],
    ['a line feed at the end', `${good}\n`],
    ['a byte order mark', `\ufeff${good}`],
    ['another order', good.replace('"annotated":true,"copies":2', '"copies":2,"annotated":true')],
    ['another spelling of a text', good.replace('"license-query"', '"license\\u002dquery"')],
    ['another spelling of a number', good.replace('"copies":2', '"copies":2.0')],
    ['a number as an exponent', good.replace('"copies":2', '"copies":2e0')],
    ['another spelling of the time', good.replace('01:00:00Z', '01:00:00.000Z')],
    ['another zone', good.replace('01:00:00Z', '09:00:00+08:00')],
    ['a day that there is not', good.replace('2026-05-20', '2026-02-30')],
    ['a time as a number', good.replace('"2026-05-20T01:00:00Z"', '1')],
    ['a fraction', good.replace('"copies":2', '"copies":2.5')],
    ['null for a detail', good.replace('"copies":2', '"copies":null')],
    ['a list for a detail', good.replace('"copies":2', '"copies":[2]')],
    ['a detail in an object', good.replace('"copies":2', '"copies":{"n":2}')],
    ['details as a list', good.replace(/"details":\{.*?\}/, '"details":[]')],
    ['the prototype as a detail', good.replace('"annotated":true', '"__proto__":true')],
    ['a commitment too short', good.replace(c, c.slice(0, 42))],
    ['a commitment with padding', good.replace(c, `${c}=`)],
    ['a commitment with bits set past its end', good.replace(c, `${c.slice(0, 42)}B`)],
    ['a commitment that is a number', good.replace(`"${c}"`, '5')],
    ['something behind it', `${good}{}`],
    ['half of a pair', good.replace('企业开办', '\\ud800')],
    ['octets that are not UTF-8', Uint8Array.of(...utf8(good.slice(0, 20)), 0xff, ...utf8(good.slice(20)))],
  ])('%s', (_, spoilt) => {
    expect(typeof spoilt === 'string' && spoilt === good).toBe(false);
    expect(() => readAuditEntry(typeof spoilt === 'string' ? utf8(spoilt) : spoilt)).toThrow(malformed);
  });

  it('and says nothing of what it read', () => {
    try {
      readAuditEntry(utf8(good.replace('"copies":2', '"copies":"370303199001011237\\u0000"')));
      expect.unreachable();
    } catch (error) {
      expect((error as Error).message).not.toContain('3703');
    }
  });
});

describe('a commitment', () => {
  const stored = auditEntry(DRAFT);
  const entry = readAuditEntry(stored.bytes);
  const [holder, code] = stored.secrets as [(typeof stored.secrets)[0], (typeof stored.secrets)[0]];

  it('is opened by its salt and value, by nothing else', () => {
    expect(verifyCommitment(entry, 'holder', holder)).toBe(true);
    expect(verifyCommitment(entry, 'code', code)).toBe(true);
    expect(verifyCommitment(entry, 'holder', { ...holder, value: '张三 ' })).toBe(false);
    expect(verifyCommitment(entry, 'holder', { ...holder, salt: code.salt })).toBe(false);
    expect(verifyCommitment(entry, 'code', holder)).toBe(false);
    expect(verifyCommitment(entry, 'address', holder)).toBe(false);
    expect(verifyCommitment(entry, 'constructor', holder)).toBe(false);
    for (let bit = 0; bit < 256; bit++) {
      const salt = holder.salt.map((octet, at) => (at === bit >> 3 ? octet ^ (1 << (bit & 7)) : octet));
      expect(verifyCommitment(entry, 'holder', { salt, value: holder.value })).toBe(false);
    }
  });

  it('is not opened by a salt of another length: HMAC pads with zeros', () => {
    const salt = new Uint8Array(32);
    salt.set(holder.salt.subarray(0, 31));
    const zeroEnded = auditEntry({ ...DRAFT, secrets: { a: 'x' }, random: () => salt });
    const read = readAuditEntry(zeroEnded.bytes);
    expect(verifyCommitment(read, 'a', { salt, value: 'x' })).toBe(true);
    expect(verifyCommitment(read, 'a', { salt: salt.subarray(0, 31), value: 'x' })).toBe(false);
    expect(verifyCommitment(read, 'a', { salt: Uint8Array.of(...salt, 0), value: 'x' })).toBe(false);
  });
});
