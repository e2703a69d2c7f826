/** Catalogues as DCAT: written in two forms, read back from both. */
import type { CatalogResource, DataItem } from '@gov/catalog';
import { DCAT_LIMITS, type DcatForm, readDcat, writeJsonLd, writeTurtle } from '@gov/catalog/dcat';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DATA_LEVELS,
  FORMAT_CLASSES,
  ITEM_TYPES,
  OPENING_TYPES,
  SECRECY_LABELS,
  SHARING_METHODS,
  SHARING_TYPES,
  UPDATE_CYCLES,
} from '../src/labels.js';
import { DEPARTMENT, drain, RESOURCE, resource } from './records.js';

const CATALOG = {
  base: 'https://data.example.gov.cn/catalog/',
  title: '某市政务数据目录',
  description: '某市各部门的政务信息资源',
  publisher: { code: '11370100MB28265678', name: '某市数据局' },
};
const WRITERS = { turtle: writeTurtle, 'json-ld': writeJsonLd } as const;
const FORMS = Object.keys(WRITERS) as DcatForm[];

const written = async (form: DcatForm, records: readonly CatalogResource[]): Promise<string> =>
  Buffer.concat((await drain(WRITERS[form](records, CATALOG))).values).toString('utf8');
const read = (form: DcatForm, text: string) => readDcat(new TextEncoder().encode(text), { form });
const values = async (form: DcatForm, text: string) => (await read(form, text)).map(({ value }) => value);

const FULL: CatalogResource = resource({
  code: 'BA6006/000218 甲',
  classification: ['主题', '住房 与/建设', '“保障”'],
  sharing: { type: '不予共享', legalBasis: '某法第十条', method: '邮件' },
  opening: { type: '有条件开放', condition: '经申请' },
  updatedOn: '2026-04-01',
  level: '重要数据',
  secrecy: '非涉密',
  related: [RESOURCE.code, 'elsewhere/1'],
  systems: ['S-1', 'S-2'],
  source: '多行\n"引号" \\ 反斜线\t制表',
  items: [
    {
      name: '姓名',
      type: '字符型',
      length: 50,
      level: '一般数据3级',
      secrecy: '非涉密',
      sharing: '有条件共享',
      opening: '不予开放',
    },
    { name: '标识', type: '通用型', element: 'DE00001', samples: ['甲', '乙', '甲'], note: '无' },
    { name: '面积', type: '双精度型', length: 12, scale: 2, copyOf: { resource: RESOURCE.code, item: '缴费基数' } },
    {
      name: '来源',
      type: '备注型',
      responsible: '11370100MB28260000',
      source: '另处',
      updating: '每日',
      quality: '好',
      usage: '核验',
    },
  ],
});

describe.each(FORMS)('%s', (form) => {
  it('writes nothing that is marked a secret, as a whole or in an item', async () => {
    for (const { label } of SECRECY_LABELS) {
      const [item] = RESOURCE.items;
      for (const record of [
        resource({ secrecy: label }),
        resource({ items: [item!, { ...item!, name: '乙', secrecy: label }] }),
      ]) {
        const attempt = written(form, [RESOURCE, record]);
        if (label === '非涉密') expect(await attempt).toContain(RESOURCE.name);
        else
          await expect(attempt).rejects.toMatchObject({
            code: 'input-malformed',
            issues: [{ code: 'secret-refused' }],
          });
      }
    }
  });

  it('keeps every field of every record', async () => {
    expect(await values(form, await written(form, [RESOURCE, FULL]))).toEqual([RESOURCE, FULL]);
  });

  it('keeps whatever labels and texts there are', async () => {
    const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
    const label = <Label extends string>(rows: readonly { readonly label: Label }[]) =>
      fc.constantFrom(...rows.map((row) => row.label));
    const item: fc.Arbitrary<DataItem> = fc.record(
      {
        name: word,
        type: label(ITEM_TYPES),
        length: fc.nat(9999),
        level: label(DATA_LEVELS),
        samples: fc.array(word, { minLength: 1, maxLength: 3 }),
      },
      { requiredKeys: ['name', 'type'] },
    );
    const one = fc.record({
      code: word,
      name: word,
      abstract: word,
      classification: fc.constantFrom<CatalogResource['classification'][]>(
        ['基础'],
        ['部门', '甲'],
        ['主题', '甲', '甲/乙', '%'],
      ),
      format: fc.record({ class: label(FORMAT_CLASSES), type: word }),
      sharing: fc.record(
        { type: label(SHARING_TYPES), method: label(SHARING_METHODS), condition: word },
        { requiredKeys: ['type'] },
      ),
      opening: fc.record({ type: label(OPENING_TYPES) }),
      updateCycle: label(UPDATE_CYCLES),
      // What is marked a secret is not written: `secret-refused`.
      secrecy: fc.constant('非涉密' as const),
      items: fc.array(item, { maxLength: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(one, { selector: ({ code }) => code, maxLength: 3 }), async (parts) => {
        const records = parts.map(resource);
        expect(await values(form, await written(form, records))).toEqual(records);
      }),
      { numRuns: 60 },
    );
  });

  it('names its nodes under the base, and no two of them alike', async () => {
    const codes = ['a/b', 'a%2Fb', 'a b', 'a', 'A'];
    const found = await read(
      form,
      await written(
        form,
        codes.map((code) => resource({ code })),
      ),
    );
    expect(found.map(({ value }) => value.code)).toEqual(codes);
    expect(new Set(found.map(({ iri }) => iri)).size).toBe(codes.length);
    for (const { iri } of found) expect(iri.startsWith(`${CATALOG.base}resource/`)).toBe(true);
  });

  it('is written in pieces, and leaves out what DCAT has no place for', async () => {
    const many = Array.from({ length: 200 }, (_, n) => resource({ code: `R/${n}` }));
    const { values: pieces } = await drain(WRITERS[form]([DEPARTMENT, ...many], CATALOG));
    expect(pieces.length).toBeGreaterThan(5);
    expect(await values(form, Buffer.concat(pieces).toString())).toHaveLength(200);
    expect(
      await values(form, Buffer.concat((await drain(WRITERS[form]([DEPARTMENT], CATALOG))).values).toString()),
    ).toEqual([]);
  });

  it('needs a base that is one', async () => {
    for (const base of [
      '',
      'data.example.gov.cn/',
      'https://data.example.gov.cn',
      'ftp://x/',
      'https://x/a b/',
      'https://x/?a=/',
      'https://x/<y>/',
      'javascript:alert(1)/',
    ])
      await expect(drain(WRITERS[form]([RESOURCE], { ...CATALOG, base })), base).rejects.toMatchObject({
        code: 'invalid-argument',
      });
  });

  it('that is cut anywhere is refused, or lacks something; nothing else is thrown', async () => {
    const whole = await written(form, [FULL]);
    const good = JSON.stringify(FULL);
    for (let end = 0; end < whole.length - 3; end += 97) {
      const outcome = await values(form, whole.slice(0, end)).catch((error: unknown) => error);
      if (Array.isArray(outcome)) expect(JSON.stringify(outcome[0])).not.toBe(good);
      else expect(outcome, `${end}`).toMatchObject({ code: 'dcat-malformed' });
    }
  });

  it('that anybody changed is read or refused, never more', async () => {
    const whole = await written(form, [RESOURCE]);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(whole.length - 1),
        fc.string({ unit: 'binary', maxLength: 3 }),
        fc.nat(5),
        async (at, more, gone) => {
          const changed = whole.slice(0, at) + more + whole.slice(at + gone);
          const outcome = await values(form, changed).catch((error: unknown) => error);
          if (!Array.isArray(outcome))
            expect(['dcat-malformed', 'limit-exceeded']).toContain((outcome as { code: string }).code);
        },
      ),
      { numRuns: process.env.SLOW ? 3000 : 150 },
    );
  });

  it('that is no UTF-8, too long, or interrupted is refused', async () => {
    const octets = new TextEncoder().encode(await written(form, [RESOURCE]));
    const broken = octets.slice();
    broken[200] = 0xff;
    await expect(readDcat(broken, { form })).rejects.toMatchObject({ code: 'dcat-malformed' });
    await expect(readDcat(octets, { form, signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
    async function* endless(): AsyncGenerator<Uint8Array, void> {
      const piece = new Uint8Array(4_194_304).fill(0x20);
      for (;;) yield piece;
    }
    await expect(readDcat(endless(), { form })).rejects.toMatchObject({ code: 'input-too-large' });
  });
});

describe('the two forms', () => {
  it('say the same', async () => {
    const [turtle, json] = await Promise.all(
      FORMS.map(async (form) => read(form, await written(form, [FULL, RESOURCE]))),
    );
    expect(turtle).toEqual(json);
  });
});

describe('JSON-LD', () => {
  it('whose context is elsewhere is refused: nothing is fetched', async () => {
    for (const context of [
      '"https://example.com/context.jsonld"',
      '["https://example.com/c"]',
      '{"@import":"https://example.com/c"}',
    ])
      await expect(
        read('json-ld', `{"@context":${context},"@id":"http://a/","http://b/":"c"}`),
        context,
      ).rejects.toMatchObject({
        code: 'dcat-malformed',
      });
  });

  it('that is nested deeply is refused before it is parsed, brackets in texts apart', async () => {
    const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
    expect(await read('json-ld', nested(DCAT_LIMITS.depth))).toEqual([]);
    await expect(read('json-ld', nested(DCAT_LIMITS.depth + 1))).rejects.toMatchObject({ code: 'limit-exceeded' });
    const text = JSON.stringify({ '@id': 'http://a/', 'http://b/': `\\"${'['.repeat(99)}` });
    expect(await read('json-ld', text)).toEqual([]);
  });

  it('that makes much of contexts is refused before it is parsed', async () => {
    const refused = async (document: unknown) =>
      expect(read('json-ld', typeof document === 'string' ? document : JSON.stringify(document))).rejects.toMatchObject(
        {
          code: 'limit-exceeded',
        },
      );
    const list = (length: number) => Array.from({ length }, (_, n) => ({ [`p${n}`]: `http://x/${n}` }));
    const nodes = (length: number) => list(length).map((context) => ({ '@context': context, '@id': 'http://a/' }));
    // A copy for each context, for each node that has one, for each node of a type that has one.
    await refused({ '@context': list(DCAT_LIMITS.contextObjects + 1), '@id': 'http://a/' });
    expect(await read('json-ld', JSON.stringify({ '@context': list(DCAT_LIMITS.contextObjects) }))).toEqual([]);
    await refused({ '@graph': nodes(DCAT_LIMITS.contexts + 1) });
    expect(await read('json-ld', JSON.stringify({ '@graph': nodes(DCAT_LIMITS.contexts) }))).toEqual([]);
    await refused({ '@context': { T: { '@id': 'http://t/', '@context': {} } }, '@type': 'T' });
    await refused({ '@context': { a: `http://${'a'.repeat(DCAT_LIMITS.contextLength)}/` } });
    await refused(`{"@graph":[${Array(DCAT_LIMITS.contexts + 1).fill('{"\\u0040context":{},"@id":"http://a/"}')}]}`);
    // The word elsewhere is a word.
    const word = { '@id': 'http://a/', 'http://b/': Array(99).fill('"@context":{') };
    expect(await read('json-ld', JSON.stringify(word))).toEqual([]);
  });

  it('of another program is read by its statements, in another context', async () => {
    const foreign = {
      '@context': {
        '@vocab': 'http://purl.org/dc/terms/',
        dcat: 'http://www.w3.org/ns/dcat#',
        csvw: 'http://www.w3.org/ns/csvw#',
        name: 'http://xmlns.com/foaf/0.1/name',
      },
      '@type': 'dcat:Dataset',
      identifier: '1',
      title: [
        { '@value': 'Marriages', '@language': 'en' },
        { '@value': '婚姻登记', '@language': 'zh-CN' },
      ],
      publisher: { name: '民政部' },
      issued: '2026-01-01',
      accrualPeriodicity: { '@id': 'http://publications.europa.eu/resource/authority/frequency/DAILY' },
      'dcat:distribution': {
        'csvw:tableSchema': {
          'csvw:column': {
            '@list': [
              { 'csvw:name': '姓名', 'csvw:datatype': 'string' },
              { 'csvw:name': '日', 'csvw:datatype': { '@id': 'http://www.w3.org/2001/XMLSchema#date' } },
            ],
          },
        },
      },
    };
    expect(await values('json-ld', JSON.stringify(foreign))).toEqual([
      {
        kind: 'resource',
        code: '1',
        name: '婚姻登记',
        providerName: '民政部',
        publishedOn: '2026-01-01',
        updateCycle: '每日',
        format: {},
        sharing: {},
        opening: {},
        items: [
          { name: '姓名', type: '字符型' },
          { name: '日', type: '日期型' },
        ],
      },
    ]);
  });
});

describe('Turtle', () => {
  const PREFIXES =
    '@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix csvw: <http://www.w3.org/ns/csvw#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n';

  it('with a list or a chain of themes that bites its tail is read without it', async () => {
    const looped = `${PREFIXES}<http://a/> a dcat:Dataset ; dcat:theme <http://t/> ; dcat:distribution [ csvw:tableSchema [ csvw:column _:l ] ] .
      _:l rdf:first [ csvw:title "x" ] ; rdf:rest _:l .
      <http://t/> skos:prefLabel "甲" ; skos:broader <http://u/> . <http://u/> skos:prefLabel "乙" ; skos:broader <http://t/> .`;
    expect(await values('turtle', looped)).toEqual([
      { kind: 'resource', classification: ['乙', '甲'], format: {}, sharing: {}, opening: {} },
    ]);
  });

  it('takes texts for texts and names for names, where a property has both', async () => {
    const both = `${PREFIXES}@prefix dct: <http://purl.org/dc/terms/> .
      <http://a/> a dcat:Dataset ; dct:title <http://t/>, "Titel"@de, "名称"@zh-Hans, "标题" ;
        dct:identifier <http://c/>, "C/1" ; dct:accrualPeriodicity "DAILY", <http://publications.europa.eu/resource/authority/frequency/DAILY> ;
        dct:relation "R/1", <http://r/R%2F2>, <http://r/%E0%A4%A>, [ dct:identifier "R/3" ] .`;
    const [value] = (await values('turtle', both)) as { related: string[] }[];
    expect(value).toMatchObject({ name: '名称', code: 'C/1', updateCycle: '每日' });
    // What is no name of anything may say its own code.
    expect(value?.related.slice(1)).toEqual(['R/2', '%E0%A4%A', 'R/3']);
  });

  it('that makes long names of short ones is refused', async () => {
    const many = (length: number, count: number): string =>
      `@prefix a: <http://${'a'.repeat(length)}> . <http://b/> <http://c/> ${Array.from({ length: count }, (_, n) => `a:${n}`)} .`;
    await expect(read('turtle', many(DCAT_LIMITS.term, 1))).rejects.toMatchObject({ code: 'limit-exceeded' });
    expect(await read('turtle', many(DCAT_LIMITS.term - 20, 20))).toEqual([]);
    // Each of them may be so long, not all of them.
    const subject = `<http://${'a'.repeat(DCAT_LIMITS.term - 7)}>`;
    const statements = (count: number) => `${subject} <b:> ${Array.from({ length: count }, (_, n) => n)} .`;
    const most = Math.floor(DCAT_LIMITS.characters / DCAT_LIMITS.term);
    await expect(read('turtle', statements(most + 1))).rejects.toMatchObject({ code: 'limit-exceeded' });
    expect(await read('turtle', statements(most - 20))).toEqual([]);
    const literal = (length: number) => `<http://b/> <http://c/> "${'x'.repeat(length)}" .`;
    expect(await read('turtle', literal(DCAT_LIMITS.term))).toEqual([]);
    await expect(read('turtle', literal(DCAT_LIMITS.term + 1))).rejects.toMatchObject({ code: 'limit-exceeded' });
  });

  it('with more statements than are held is refused', async () => {
    async function* many(): AsyncGenerator<Uint8Array, void> {
      yield new TextEncoder().encode(`<http://a/> <http://b/> 0`);
      for (let n = 0; n < 30; n++)
        yield new TextEncoder().encode(Array.from({ length: 100_000 }, (_, m) => `,${n * 100_000 + m + 1}`).join(''));
    }
    if (process.env.SLOW)
      await expect(readDcat(many(), { form: 'turtle' })).rejects.toMatchObject({ code: 'limit-exceeded' });
  }, 120_000);
});
