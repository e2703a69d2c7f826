/** Editions: one spelling, one order, one signature over all of it. */
import type { CatalogRecord } from '@gov/catalog';
import {
  EDITION_LIMITS,
  type FrozenEdition,
  freezeEdition,
  readEdition,
  signEdition,
  verifyEdition,
} from '@gov/catalog/edition';
import { TrustStore } from '@gov/pki';
import { type CertificateAuthority, issueLeaf, issueRoot } from '@gov/pki/dev-ca';
import { bytesToHex, generateSm2Key, sm2Signer, sm3 } from '@gov/sm';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { DEMAND, DEPARTMENT, drain, PROFILE, RESOURCE, resource, someRecords } from './records.js';

const AT = new Date('2026-09-01T00:00:00Z');
const VALIDITY = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2036-01-01T00:00:00Z') };
const DRAFT = {
  edition: '2026',
  name: '某市政务数据目录',
  region: '370100',
  level: '市级',
  profile: PROFILE,
  frozenAt: new Date('2026-08-31T16:00:00Z'),
} as const;
const RECORDS: readonly CatalogRecord[] = [DEMAND, resource({ code: 'B/2', name: '乙' }), RESOURCE, DEPARTMENT];

const text = async (frozen: FrozenEdition): Promise<string> =>
  new TextDecoder().decode(Buffer.concat((await drain(frozen.pieces())).values));
async function* pieces(file: string | Uint8Array, size = 7): AsyncGenerator<Uint8Array, void> {
  const bytes = typeof file === 'string' ? new TextEncoder().encode(file) : file;
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
const read = async (file: string): Promise<CatalogRecord[]> => (await drain(readEdition(pieces(file), PROFILE))).values;

describe('freezing', () => {
  it('writes a head that counts, then the records in order, each in its one spelling', async () => {
    const frozen = await freezeEdition(RECORDS, DRAFT);
    const lines = (await text(frozen)).split('\n');
    expect(lines.pop()).toBe('');
    expect(JSON.parse(lines[0]!)).toEqual({
      catalogEdition: 1,
      ...DRAFT,
      profile: PROFILE.id,
      frozenAt: '2026-08-31T16:00:00Z',
      counts: { department: 1, resource: 2, demand: 1 },
    });
    expect(lines.slice(1).map((line) => JSON.parse(line).code)).toEqual([
      DEPARTMENT.code,
      RESOURCE.code,
      'B/2',
      DEMAND.code,
    ]);
    expect(frozen.sm3).toBe(bytesToHex(sm3(new TextEncoder().encode(await text(frozen)))));
  });

  it('is the same file for the same records in any order, and reads back as they were', async () => {
    await fc.assert(
      fc.asyncProperty(someRecords, fc.nat(), async (records, turn) => {
        const turned = [
          ...records.slice(turn % (records.length + 1)),
          ...records.slice(0, turn % (records.length + 1)),
        ];
        const [a, b] = [await freezeEdition(records, DRAFT), await freezeEdition(turned, DRAFT)];
        expect(a.sm3).toBe(b.sm3);
        const back = await read(await text(a));
        expect(back).toHaveLength(records.length);
        for (const record of records)
          expect(back.find(({ kind, code }) => kind === record.kind && code === record.code)).toEqual(record);
      }),
      { numRuns: 200 },
    );
  });

  it('says how far it is', async () => {
    const told: number[] = [];
    const many = Array.from({ length: 2_001 }, (_, n) => resource({ code: `A/${n}` }));
    await freezeEdition(many, DRAFT, { onProgress: (records) => told.push(records) });
    expect(told).toEqual([1_000, 2_000]);
  });

  it('takes nothing that is marked a secret, as a whole or in an item', async () => {
    const [item] = RESOURCE.items;
    for (const wrong of [
      resource({ secrecy: '秘密' }),
      resource({ secrecy: '工作秘密' }),
      resource({ items: [item!, { ...item!, name: '乙', secrecy: '机密' }] }),
    ])
      await expect(freezeEdition([wrong], DRAFT)).rejects.toMatchObject({
        code: 'input-malformed',
        issues: [{ code: 'secret-refused' }],
      });
    expect((await freezeEdition([resource({ secrecy: '非涉密' })], DRAFT)).head.counts).toEqual({ resource: 1 });
  });

  it('refuses a record twice, a head that nobody would read, and stops when told', async () => {
    await expect(freezeEdition([RESOURCE, DEPARTMENT, RESOURCE], DRAFT)).rejects.toMatchObject({
      code: 'catalog-order',
    });
    await expect(freezeEdition([resource({ code: 'x' })], DRAFT)).rejects.toMatchObject({
      code: 'input-malformed',
      issues: [{ code: 'resource-code-form' }],
    });
    for (const wrong of [
      { edition: '' },
      { name: 'x'.repeat(EDITION_LIMITS.text + 1) },
      { region: '37' },
      { level: '县级' as '市级' },
      { previous: 'abc' },
      { frozenAt: new Date(Number.NaN) },
    ])
      await expect(freezeEdition(RECORDS, { ...DRAFT, ...wrong }), JSON.stringify(wrong)).rejects.toMatchObject({
        code: 'invalid-argument',
      });
    const stop = AbortSignal.abort(new Error('enough'));
    await expect(freezeEdition(RECORDS, DRAFT, { signal: stop })).rejects.toThrow('enough');
  });
});

describe('a file that is no edition', () => {
  it('is refused with the line', async () => {
    const right = await text(await freezeEdition(RECORDS, DRAFT));
    const [head, first, second, third, fourth] = right.split('\n') as [string, string, string, string, string];
    const whole = (...lines: string[]): string => `${lines.join('\n')}\n`;
    const wrong: [string, string, RegExp][] = [
      ['empty', '', /no head/],
      ['no head', whole(first), /line 1: no edition/],
      ['another version', right.replace('"catalogEdition":1', '"catalogEdition":2'), /line 1: no edition/],
      ['a member of the head missing', right.replace('"edition":"2026",', ''), /line 1: members/],
      ['a member more', right.replace('"edition":', '"edited":"x","edition":'), /line 1: members/],
      ['a day that does not exist', right.replace('2026-08-31T16', '2026-08-32T16'), /line 1: a member/],
      ['a day after the end of its month', right.replace('2026-08-31T16', '2026-06-31T16'), /line 1: a member/],
      ['a time with more behind it', right.replace('16:00:00Z', '16:00:00Zz'), /line 1: a member/],
      [
        'counts that are a list',
        whole(head.replace(/\{"business.*?\}|"counts":\{[^}]*\}/, '"counts":[]')),
        /line 1: a member/,
      ],
      ['made under another profile', right.replace('"profile":"test"', '"profile":"national"'), /line 1: made under/],
      [
        'what hangs together with half of one',
        right.replace('"profile"', `"previous":"${'a'.repeat(65)}","profile"`),
        /line 1: a member/,
      ],
      ['a count of nothing', right.replace('"demand":1', '"demand":0'), /line 1: a member/],
      ['records out of order', whole(head, second, first, third, fourth), /line 3: out of order/],
      ['a record twice', whole(head, first, second, second, third, fourth), /line 4: out of order/],
      ['a record fewer', whole(head, first, second, third), /line 4: not as many demand/],
      [
        'a record more',
        whole(head, first, second, third, fourth, fourth.replace('X-2026-001', 'X-2026-002')),
        /not as many demand/,
      ],
      ['a blank', right.replace('{"abstract"', '{ "abstract"'), /line 3: not JSON/],
      ['a member twice', right.replace('{"abstract"', '{"abstract":"a","abstract"'), /line 3: not JSON/],
      [
        'members in another order',
        right.replace('"kind":"demand","purpose"', '"purpose":"x","kind":"demand"'),
        /line 5: not JSON/,
      ],
      ['an escape that is not needed', right.replace('公租房', '\\u516c租房'), /line 5: not JSON/],
      ['another kind', right.replace('"kind":"demand"', '"kind":"request"'), /line 5: no record/],
      ['no code', whole(head, first, second, third, '{"kind":"demand"}'), /line 5: no record/],
      ['a line without end', right.slice(0, -1), /line 4: the last line has no end/],
      ['a carriage return', right.replaceAll('\n', '\r\n'), /line 1: not JSON/],
      ['a byte order mark', `\ufeff${right}`, /line 1: not JSON/],
      ['__proto__', right.replace('{"abstract"', '{"__proto__":{},"abstract"'), /line 3: not JSON/],
    ];
    for (const [what, file, message] of wrong) {
      expect(file, what).not.toBe(right);
      await expect(read(file), what).rejects.toMatchObject({
        code: 'edition-malformed',
        message: expect.stringMatching(message),
      });
    }
    await expect(
      drain(readEdition(pieces(Buffer.concat([Buffer.from(head), Buffer.from([0x0a, 0xff, 0x0a])])), PROFILE)),
    ).rejects.toMatchObject({ code: 'edition-malformed' });
  });

  it('is refused when its lines have no end', async () => {
    const right = await text(await freezeEdition([], DRAFT));
    const long = (octets: number): string => `${right}${'x'.repeat(octets)}`;
    await expect(drain(readEdition(pieces(long(EDITION_LIMITS.line + 1), 65_536), PROFILE))).rejects.toMatchObject({
      code: 'limit-exceeded',
    });
    await expect(drain(readEdition(pieces(long(EDITION_LIMITS.line), 65_536), PROFILE))).rejects.toMatchObject({
      code: 'edition-malformed',
    });
    await expect(drain(readEdition(pieces('x'.repeat(EDITION_LIMITS.head + 1)), PROFILE))).rejects.toMatchObject({
      code: 'limit-exceeded',
    });
  });
});

describe('a signed edition', () => {
  let ca: CertificateAuthority;
  let trust: TrustStore;
  let frozen: FrozenEdition;
  let signature: Uint8Array;
  let file: string;
  const sign = async (edition: FrozenEdition): Promise<Uint8Array> => {
    const signer = sm2Signer(generateSm2Key());
    const certificate = await issueLeaf({
      ...VALIDITY,
      ca,
      subject: 'CN=目录专用,O=某市数据局,C=CN',
      publicKey: signer.publicKey,
      use: 'signer',
    });
    return signEdition(edition, { signers: [{ signer, certificate }], signingTime: DRAFT.frozenAt });
  };
  beforeAll(async () => {
    const signer = sm2Signer(generateSm2Key());
    ca = { certificate: await issueRoot({ ...VALIDITY, subject: 'CN=某省根,O=某省,C=CN', signer }), signer };
    trust = new TrustStore({ anchors: [ca.certificate] });
    frozen = await freezeEdition(RECORDS, DRAFT);
    signature = await sign(frozen);
    file = await text(frozen);
  });
  const codes = ({ report }: Awaited<ReturnType<typeof verifyEdition>>): string[] =>
    [report, ...(report.signatures ?? []).flatMap((one) => [one, ...(one.signatures ?? [])])].flatMap(({ findings }) =>
      findings.filter(({ outcome }) => outcome === 'fail').map(({ code }) => code),
    );

  it('is valid, and says which edition it is', async () => {
    for (const size of [1, 50, 100_000]) {
      const verified = await verifyEdition(pieces(file, size), signature, { at: AT, trust, profile: PROFILE });
      expect(verified.report.verdict).toBe('valid');
      expect(verified.report.subject).toMatchObject({ kind: 'catalog-edition', edition: '2026', region: '370100' });
      expect(verified.sm3).toBe(frozen.sm3);
    }
  });

  it('is invalid with one octet changed, cut or added, wherever it is', async () => {
    const octets = new TextEncoder().encode(file);
    await fc.assert(
      fc.asyncProperty(fc.nat(octets.length - 1), fc.integer({ min: 1, max: 255 }), async (at, by) => {
        const changed = octets.slice();
        changed[at]! ^= by;
        const verified = await verifyEdition(pieces(changed, 500), signature, {
          at: AT,
          trust,
          profile: PROFILE,
        });
        expect(verified.report.verdict).toBe('invalid');
        expect(codes(verified)).toContain('digest-mismatch');
      }),
      { numRuns: 60 },
    );
    for (const other of [file.slice(0, -1), `${file}\n`, file.split('\n').slice(0, -2).join('\n')]) {
      const verified = await verifyEdition(pieces(other, 500), signature, { at: AT, trust, profile: PROFILE });
      expect(codes(verified)).toEqual(['edition-malformed', 'digest-mismatch']);
    }
  });

  it('is invalid where somebody signed what is no edition', async () => {
    const [head, first, second, ...others] = file.split('\n');
    const turned = [head, second, first, ...others].join('\n');
    const forged = await sign({ ...frozen, pieces: () => pieces(turned) });
    const verified = await verifyEdition(pieces(turned), forged, { at: AT, trust, profile: PROFILE });
    expect(verified.report.verdict).toBe('invalid');
    expect(codes(verified)).toEqual(['edition-malformed']);
    expect(verified.report.signatures?.[0]?.verdict).toBe('valid');
  });

  it('is invalid under the signature of another edition, of the same catalogue or with records behind it', async () => {
    const other = await freezeEdition(RECORDS, { ...DRAFT, edition: '2025' });
    const longer = await freezeEdition([...RECORDS, resource({ code: 'C/1' })], DRAFT);
    for (const another of [other, longer]) {
      const verified = await verifyEdition(another.pieces(), signature, { at: AT, trust, profile: PROFILE });
      expect(verified.report.verdict).toBe('invalid');
      // It is an edition; it is not the one that was signed.
      expect(codes(verified)).toEqual(['digest-mismatch']);
    }
    const appended = `${file}${(await text(longer)).split('\n').at(-2)}\n`;
    const verified = await verifyEdition(pieces(appended), signature, { at: AT, trust, profile: PROFILE });
    expect(codes(verified)).toEqual(['edition-malformed', 'digest-mismatch']);
  });

  it('is not valid under a root that nobody knows', async () => {
    const verified = await verifyEdition(pieces(file), signature, {
      at: AT,
      trust: new TrustStore({ anchors: [] }),
      profile: PROFILE,
    });
    expect(verified.report.verdict).toBe('indeterminate');
  });

  it('follows the edition before it, or does not', async () => {
    const next = await freezeEdition([...RECORDS, resource({ code: 'C/1' })], {
      ...DRAFT,
      edition: '2027',
      previous: frozen.sm3,
    });
    const signed = await sign(next);
    const verify = (previous: string) =>
      verifyEdition(next.pieces(), signed, { at: AT, trust, profile: PROFILE, previous });
    expect((await verify(frozen.sm3)).report.verdict).toBe('valid');
    expect(codes(await verify(next.sm3))).toEqual(['edition-does-not-follow']);
    const first = await verifyEdition(frozen.pieces(), signature, {
      at: AT,
      trust,
      profile: PROFILE,
      previous: next.sm3,
    });
    expect(codes(first)).toEqual(['edition-does-not-follow']);
  });

  it('needs a signature that can be read', async () => {
    await expect(
      verifyEdition(pieces(file), new Uint8Array(8), { at: AT, trust, profile: PROFILE }),
    ).rejects.toMatchObject({
      code: 'cms-malformed',
    });
  });
});
