/** `gov catalog freeze`, `verify`, `merge` and `graph`, as a shell would run them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { bytesToHex, sm3 } from '@gov/sm';
import { beforeAll, describe, expect, it } from 'vitest';
import { BAD_ROW, DEPARTMENT, duty, dutyCsv, jsonl, RESOURCE, world } from './catalog-world.js';
import { gov, json } from './run.js';

const { path, file, named } = world('edition');
const text = (name: string) => readFileSync(path(name), 'utf8');
const AT = ['--at', '2026-08-31T16:00:00Z'];
const HEAD = ['--edition', '2026', '--name', '某市政务数据目录', '--region', '370100', '--level', '市级'];
const SIGN = ['--key', path('one.key.pem'), '--cert', path('one.crt.pem')];
const TRUST = ['--trust', path('ca/root.crt.pem'), '--at', '2026-09-01T00:00:00Z'];

const catalog = file('catalog.jsonl', jsonl(RESOURCE, duty('ZN-1', '社会保险登记'), DEPARTMENT));
const broken = file('broken.csv', dutyCsv(BAD_ROW));

const freeze = (input: string, name: string, ...args: readonly string[]) =>
  json('catalog', 'freeze', input, '--out', path(name), ...HEAD, ...AT, ...args);
const verify = (name: string, ...args: readonly string[]) => json('catalog', 'verify', path(name), ...TRUST, ...args);

beforeAll(async () => {
  await gov('ca', 'init', '--out', path('ca'), '--at', '2026-01-01');
  for (const name of ['one', 'two']) {
    const subject = ['--subject', `CN=${name},C=CN`, '--use', 'signer'];
    await gov('ca', 'issue', '--ca', path('ca'), ...subject, '--out', path(name), '--at', '2026-01-02');
  }
  expect((await freeze(catalog, 'signed.jsonl', ...SIGN)).status).toBe(0);
});

describe('gov catalog freeze', () => {
  it('writes the edition in order, and its signature beside it', async () => {
    const { status, answer } = await freeze(catalog, 'fresh.jsonl', ...SIGN);
    expect(status).toBe(0);
    expect(answer).toMatchObject({
      out: path('fresh.jsonl'),
      signature: path('fresh.jsonl.p7s'),
      head: {
        edition: '2026',
        name: '某市政务数据目录',
        region: '370100',
        level: '市级',
        profile: 'national',
        frozenAt: '2026-08-31T16:00:00Z',
        counts: { department: 1, duty: 1, resource: 1 },
      },
      sm3: bytesToHex(sm3(readFileSync(path('fresh.jsonl')))),
    });
    const kinds = text('fresh.jsonl')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).kind);
    expect(kinds).toEqual([undefined, 'department', 'duty', 'resource']);
  });

  it('goes without a signature, and names the edition before', async () => {
    const { answer } = await freeze(catalog, 'next.jsonl', '--previous', path('signed.jsonl'));
    expect(answer.signature).toBeUndefined();
    expect(answer.head.previous).toBe(bytesToHex(sm3(readFileSync(path('signed.jsonl')))));
    expect(named('next')).toEqual(['next.jsonl']);
    const { out } = await gov(
      ...['catalog', 'freeze', catalog, '--out', path('words.jsonl'), '--lang', 'zh'],
      ...[...HEAD, ...AT],
    );
    expect(out).toMatch(/words\.jsonl：3 条记录\nSM3 [0-9a-f]{64}\n$/);
  });

  it('freezes an edition again, and what is imported from it, to the same records', async () => {
    await freeze(path('signed.jsonl'), 'again.jsonl');
    expect(text('again.jsonl')).toBe(text('signed.jsonl'));
    const imported = await json('catalog', 'import', path('signed.jsonl'), '--out', path('imported.jsonl'));
    expect([imported.status, imported.answer.records]).toEqual([0, { department: 1, duty: 1, resource: 1 }]);
    const { answer } = await json('catalog', 'diff', path('signed.jsonl'), path('imported.jsonl'));
    expect(answer).toMatchObject({ added: 0, removed: 0, changed: 0, unchanged: 3 });
  });

  it('leaves nothing behind when it is stopped, nor does what reads an edition', async () => {
    const many = Array.from({ length: 20_000 }, (_, at) => duty(`ZN-${at}`, `${at}号职能`));
    const input = file('many.jsonl', jsonl(...many));
    await freeze(input, 'many-frozen.jsonl');
    for (const start of [
      () => freeze(input, 'stopped.jsonl'),
      () => json('catalog', 'import', path('many-frozen.jsonl'), '--out', path('stopped.jsonl')),
    ]) {
      const running = start();
      const stop = setInterval(() => process.listenerCount('SIGINT') > 0 && process.emit('SIGINT', 'SIGINT'), 1);
      const { status, answer } = await running;
      clearInterval(stop);
      expect([status, answer.error?.code, named('stopped')]).toEqual([2, 'interrupted', []]);
    }
  });

  it.each([
    ['a key without a certificate', catalog, SIGN.slice(0, 2), 'usage'],
    ['a certificate without a key', catalog, SIGN.slice(2), 'usage'],
    ['a signature without a key', catalog, ['--signature', path('s.p7s')], 'usage'],
    ["somebody else's certificate", catalog, [...SIGN.slice(0, 3), path('two.crt.pem')], 'key-mismatch'],
    ['a file without a certificate', catalog, [...SIGN.slice(0, 3), path('one.key.pem')], 'certificate-malformed'],
    ['a level that is none', catalog, ['--level', '县级'], 'invalid-argument'],
    ['a region that is none', catalog, ['--region', '37'], 'invalid-argument'],
    ['an edition before that is none', catalog, ['--previous', catalog], 'edition-malformed'],
    ['an edition before that is not there', catalog, ['--previous', path('gone.jsonl')], 'file-missing'],
    ['a record that cannot be read', broken, [], 'input-malformed'],
    ['a record twice', file('twice.jsonl', jsonl(DEPARTMENT, DEPARTMENT)), [], 'catalog-order'],
    ['a signature that is there', catalog, [...SIGN, '--signature', broken], 'file-exists'],
  ])('refuses %s', async (_what, input, args, code) => {
    const { status, answer } = await freeze(input, 'refused.jsonl', ...args);
    expect([status, answer.error.code]).toEqual([2, code]);
    expect(named('refused')).toEqual([]);
  });
});

describe('gov catalog verify', () => {
  it('believes a signed edition', async () => {
    const { status, answer } = await verify('signed.jsonl');
    expect([status, answer.verdict]).toEqual([0, 'valid']);
    expect(answer.subject).toMatchObject({ kind: 'catalog-edition', edition: '2026', level: '市级' });
    expect(answer.signatures[0].signatures[0].subject.signer).toBe('CN=one,C=CN');
    const { out } = await gov('catalog', 'verify', path('signed.jsonl'), ...TRUST, '--lang', 'en');
    expect(out.match(/\(valid\)/g)).toHaveLength(3);
  });

  it('does not believe what was changed, nor a signature of something else', async () => {
    writeFileSync(path('changed.jsonl'), text('signed.jsonl').replace('社会保险登记', '社会保险稽核'));
    const changed = await verify('changed.jsonl', '--signature', path('signed.jsonl.p7s'));
    expect([changed.status, changed.answer.verdict]).toEqual([1, 'invalid']);
    const words = await gov(
      ...['catalog', 'verify', path('changed.jsonl'), '--signature', path('signed.jsonl.p7s'), ...TRUST],
    );
    expect(words.out).toContain('[digest-mismatch]');
    const other = await verify('catalog.jsonl', '--signature', path('signed.jsonl.p7s'));
    expect([other.status, other.answer.findings[0].code]).toEqual([1, 'edition-malformed']);
  });

  it('cannot tell without anchors', async () => {
    const { status, answer } = await json('catalog', 'verify', path('signed.jsonl'), ...TRUST.slice(2));
    expect([status, answer.verdict]).toEqual([3, 'indeterminate']);
  });

  it('asks whether the edition before is the one that is named', async () => {
    await freeze(catalog, 'second.jsonl', ...SIGN, '--previous', path('signed.jsonl'), '--edition', '2027');
    const right = await verify('second.jsonl', '--previous', path('signed.jsonl'));
    expect([right.status, right.answer.verdict]).toEqual([0, 'valid']);
    const wrong = await verify('second.jsonl', '--previous', path('second.jsonl'));
    expect([wrong.status, wrong.answer.verdict]).toEqual([1, 'invalid']);
  });

  it('finds an edition of another profile invalid', async () => {
    const { status } = await verify('signed.jsonl', '--profile', 'sample-city');
    expect(status).toBe(1);
  });

  it.each([
    ['a signature that is not there', ['next.jsonl'], 'file-missing'],
    ['a signature that is none', ['signed.jsonl', '--signature', catalog], 'cms-malformed'],
    ['an edition that is not there', ['gone.jsonl', '--signature', path('signed.jsonl.p7s')], 'file-missing'],
    ['encodings that are none', ['signed.jsonl', '--encodings', 'loose'], 'usage'],
  ] as [string, [string, ...string[]], string][])('refuses %s', async (_what, [name, ...args], code) => {
    const { status, answer } = await verify(name, ...args);
    expect([status, answer.error.code]).toEqual([2, code]);
  });
});

describe('gov catalog merge', () => {
  const province = (name: string, ...records: readonly unknown[]) =>
    freeze(file(`${name}-in.jsonl`, jsonl(...records)), name, '--level', '省级', '--name', '某省政务数据目录');

  it('keeps what the higher ledger has, and names each conflict', async () => {
    await province('province.jsonl', { ...RESOURCE, updateCycle: '每日' }, duty('ZN-7', '医疗保险登记'));
    const [out, conflicts] = [path('merged.jsonl'), path('conflicts.csv')];
    const args = ['catalog', 'merge', path('signed.jsonl'), path('province.jsonl')];
    const { status, answer } = await json(...args, '--out', out, '--conflicts', conflicts);
    expect(status).toBe(1);
    expect(answer).toMatchObject({ records: 4, common: 1, conflicts: 1, table: conflicts });
    expect(answer.ledgers.map(({ level }: { level: string }) => level)).toEqual(['市级', '省级']);
    expect(answer.shown[0]).toMatchObject({
      kind: 'resource',
      record: RESOURCE.code,
      code: 'ledger-field',
      ledgers: ['某省政务数据目录', '某市政务数据目录'],
    });
    const merged = text('merged.jsonl')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(merged.find(({ kind }) => kind === 'resource').updateCycle).toBe('每日');
    expect(text('conflicts.csv').trimEnd().split('\r\n')).toHaveLength(2);
    const zh = await gov(...args, '--out', path('merged-zh.jsonl'), '--lang', 'zh');
    expect(zh.out).toContain('4 条记录，其中 1 条见于多本目录；冲突 1 处\n');
    const en = await gov(...args, '--out', path('merged-en.jsonl'), '--lang', 'en');
    expect(en.out).toContain('4 records, 1 of them in several ledgers; conflicts: 1\n');
  });

  it('has nothing to say of ledgers that agree', async () => {
    await province('agrees.jsonl', DEPARTMENT);
    const inputs = [path('signed.jsonl'), path('agrees.jsonl')];
    const { status, answer } = await json('catalog', 'merge', ...inputs, '--out', path('agreed.jsonl'));
    expect([status, answer.conflicts, answer.common, answer.shown]).toEqual([0, 0, 1, []]);
  });

  it.each([
    ['what is no edition', [path('signed.jsonl'), catalog], 'edition-malformed'],
    ['two ledgers of one name', [path('signed.jsonl'), path('next.jsonl')], 'invalid-argument'],
    ['a file that is not there', [path('gone.jsonl')], 'file-missing'],
    ['no file', [], 'usage'],
    ['conflicts of another ending', [path('signed.jsonl'), '--conflicts', path('c.txt')], 'usage'],
    ['a table that is there', [path('signed.jsonl'), '--conflicts', broken], 'file-exists'],
  ])('refuses %s', async (_what, args, code) => {
    const { status, answer } = await json('catalog', 'merge', ...args, '--out', path('nothing.jsonl'));
    expect([status, answer.error.code]).toEqual([2, code]);
    expect(named('nothing')).toEqual([]);
  });
});

describe('gov catalog graph', () => {
  const business = {
    kind: 'business',
    code: 'YW-1',
    name: '参保登记',
    department: DEPARTMENT.code,
    duties: ['ZN-1'],
    resources: [],
  };
  const input = file('graph.jsonl', jsonl(duty('ZN-1', '登记'), duty('ZN-2', '稽核'), business, RESOURCE));

  it('draws duties, businesses and data, and counts what is missing', async () => {
    const out = path('graph.dot');
    const { status, answer } = await json('catalog', 'graph', input, '--out', out);
    expect([status, answer.nodes, answer.edges]).toEqual([0, 4, 1]);
    expect(answer.gaps).toEqual({
      dutiesWithoutBusiness: 1,
      businessesWithoutDuty: 0,
      businessesWithoutData: 1,
      resourcesWithoutBusiness: 1,
    });
    expect(text('graph.dot')).toContain('登记');
    const zh = await gov('catalog', 'graph', input, '--out', path('zh.dot'), '--lang', 'zh');
    expect(zh.out).toContain('有职能无业务 1\n');
    const again = await json('catalog', 'graph', input, '--out', out);
    expect(again.answer.error.code).toBe('file-exists');
    expect((await json('catalog', 'graph', broken, '--out', path('b.dot'))).answer.error.code).toBe('input-malformed');
  });
});
