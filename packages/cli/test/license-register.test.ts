/** `gov license` with a database: what one run leaves, the next finds. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FOOD_BUSINESS, formatIdentifier } from '@gov/e-license';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { newDatabase } from '../../../test/databases.js';
import { json, gov as run } from './run.js';

// An embedded database is opened by every run: half a second where nothing else runs, ten where much does.
vi.setConfig({ testTimeout: 120_000 });

const sample = new URL('../../../examples/license/food-business.json', import.meta.url).pathname;
const AT = ['--at', '2026-05-20T10:00:00+08:00'] as const;

let folder: string;
const at = (name: string) => join(folder, name);
let issuer: readonly string[];
let seal: readonly string[];
let database: readonly string[];
const BY = ['--actor', 'window-3'] as const;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gov-license-register-'));
  database = ['--database', await newDatabase(at('db'))];
  const done = async (...args: string[]) => {
    const { status, err } = await run(...args, '--at', '2026-05-01');
    expect(err).toBe('');
    expect(status).toBe(0);
  };
  await done('ca', 'init', '--out', at('ca'));
  for (const use of ['seal-maker', 'signer', 'license-issuer']) {
    const subject = `CN=${use},O=11990100MB0000019L某市行政审批局,C=CN`;
    await done('ca', 'issue', '--ca', at('ca'), '--use', use, '--subject', subject, '--out', at(use));
  }
  issuer = ['--cert', at('license-issuer.crt.pem'), '--key', at('license-issuer.key.pem'), '--out', at('out')];
  const maker = ['--maker-cert', at('seal-maker.crt.pem'), '--maker-key', at('seal-maker.key.pem')];
  const size = ['--width', '42', '--height', '42', '--valid-from', '2026-01-01', '--valid-to', '2046-12-31'];
  const name = ['--name', '某市行政审批局', '--id', '99010000000001', '--signer', at('signer.crt.pem')];
  await done('seal', 'make', ...name, ...maker, ...size, '--out', at('seal.esl'));
  seal = ['--seal', at('seal.esl'), '--seal-cert', at('signer.crt.pem'), '--seal-key', at('signer.key.pem')];
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const issue = (...more: readonly string[]) => json('license', 'issue', sample, ...issuer, ...AT, ...more);
const act = (verb: string, ...more: readonly string[]) => json('license', verb, ...more, ...database, ...AT);

describe('gov license with a database', () => {
  let identifier: string;

  it('issues with the next serial, the PDF and the paper form at once', async () => {
    const { status, answer } = await issue(
      ...database,
      ...BY,
      ...seal,
      '--pdf',
      '--print',
      at('paper.pdf'),
      '--request',
      'k1',
    );
    expect(status).toBe(0);
    expect(answer).toMatchObject({ version: 1, slot: { list: 0, index: 0 }, auditIndex: 0, again: false, copy: 1 });
    identifier = answer.identifier;
    expect(identifier).toContain('.000000001.001.');
    expect(answer.print).toBe(at('paper.pdf'));
    for (const file of [answer.pdf, answer.print, answer.qrPng]) expect(readFileSync(file).length).toBeGreaterThan(500);
    const verified = await json(
      'license',
      'verify',
      answer.pdf,
      '--trust',
      at('ca/root.crt.pem'),
      '--certs',
      at('license-issuer.crt.pem'),
      ...AT,
    );
    expect(verified.answer.verdict).toBe('valid');
    expect(JSON.parse(readFileSync(answer.record, 'utf8')).identifier).toBe(identifier);
  });

  it('answers the same licence to the same request, and refuses another one with its key', async () => {
    rmSync(at('out'), { recursive: true });
    const { answer } = await issue(...database, ...BY, ...seal, '--pdf', '--request', 'k1');
    expect(answer).toMatchObject({ identifier, again: true });
    expect(existsSync(answer.pdf)).toBe(true);
    const other = JSON.parse(readFileSync(sample, 'utf8'));
    writeFileSync(at('other.json'), JSON.stringify({ ...other, number: 'JY29901010000099' }));
    const reused = await json(
      'license',
      'issue',
      at('other.json'),
      ...issuer,
      ...AT,
      ...database,
      ...BY,
      '--request',
      'k1',
    );
    expect([reused.status, reused.answer.error.code]).toEqual([2, 'idempotency-key-reused']);
    const printed = await issue(...database, ...BY, '--print', at('paper.pdf'));
    expect(printed.answer.error.code).toBe('file-exists');
    const again = await issue(...database, ...BY, '--force');
    expect([again.status, again.answer.error.code]).toEqual([2, 'license-exists']);
  });

  it('suspends, resumes, and says where the licence stands', async () => {
    const why = [identifier, '--reason', '限期整改', ...BY];
    expect((await act('suspend', ...why, '--office', '某局')).answer).toMatchObject({
      identifier,
      status: 'suspended',
    });
    const suspended = await act('status', identifier, '--dialect', 'mohurd');
    expect(suspended.answer).toMatchObject({
      status: 'suspended',
      reason: '限期整改（某局）',
      dialect: 'mohurd',
      code: '02',
      validity: 'within',
      versions: [{ identifier, status: 'suspended' }],
    });
    const none = await act('status', identifier, '--dialect', 'guangdong');
    expect(Object.hasOwn(none.answer, 'code')).toBe(false);
    expect((await act('suspend', ...why)).answer.error.code).toBe('license-status');
    expect((await act('resume', ...why, '--request', 'r1')).answer.status).toBe('valid');
    expect((await act('resume', ...why, '--request', 'r1')).answer.status).toBe('valid');
    const { out } = await run('license', 'status', identifier, ...database, ...AT, '--lang', 'zh');
    expect(out).toContain('有效');
    expect(out).not.toContain('餐饮');
  });

  it('issues the next version, and ends it', async () => {
    const renewed = await issue(
      ...database,
      ...BY,
      '--replaces',
      identifier,
      '--act',
      'replacement',
      '--reason',
      '遗失补发',
    );
    expect(renewed.answer).toMatchObject({ version: 2, again: false });
    const next = renewed.answer.identifier;
    const revoked = await act('revoke', next, '--reason', '违法', '--as', 'withdrawn', ...BY);
    expect(revoked.answer.status).toBe('withdrawn');
    const { answer } = await act('status', identifier, '--dialect', 'mohurd');
    expect(answer.versions.map((one: { status: string }) => one.status)).toEqual(['superseded', 'withdrawn']);
    expect((await act('status', next, '--dialect', 'mohurd')).answer.code).toBe('03');
  });

  it('finds it without the root and in small letters, too', async () => {
    const short = identifier.slice('1.2.156.3005.2.'.length);
    const [, next] = (await act('status', short)).answer.versions;
    for (const spelt of [short, identifier.toLowerCase(), short.toLowerCase()]) {
      expect((await act('status', spelt)).answer.identifier).toBe(identifier);
      const drawn = await act('render', spelt, '--out', at('preview.pdf'), '--force');
      expect([drawn.status, drawn.answer.identifier]).toEqual([0, identifier]);
      for (const verb of ['suspend', 'resume', 'revoke']) {
        const { answer } = await act(verb, next.identifier.slice(15).toLowerCase(), '--reason', 'x', ...BY);
        expect(answer.error.code).toBe('license-status');
      }
    }
  });

  it('shows a reason to nobody’s terminal but as text', async () => {
    const { answer } = await issue(...database, ...BY, '--out', at('more'), '--request', 'k9');
    // The number is taken: the register is asked by hand.
    expect(answer.error.code).toBe('license-exists');
    const on = (verb: string, at: string, ...more: readonly string[]) =>
      json('license', verb, other.answer.identifier, ...more, ...BY, ...database, '--at', `2026-05-20T${at}+08:00`);
    const other = await json('license', 'issue', at('other.json'), ...issuer, ...AT, ...database, ...BY);
    expect((await on('suspend', '11:00:00', '--reason', '整改\u202e改整\u2066')).status).toBe(0);
    const { out } = await run('license', 'status', other.answer.identifier, ...database, ...AT);
    expect(out).toContain('整改\\u202e改整\\u2066');
    expect(out).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
    const asJson = await run('license', 'status', other.answer.identifier, ...database, ...AT, '--json');
    expect(asJson.out).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
    expect(JSON.parse(asJson.out).reason).toBe('整改\u202e改整\u2066');
    // An hour behind is another clock; a minute is not.
    const behind = await on('resume', '10:00:00', '--reason', 'x');
    expect([behind.status, behind.answer.error.code]).toEqual([2, 'clock-behind']);
    expect(behind.answer.error.messageZh).toContain('时钟');
    const near = await on('resume', '10:59:00', '--reason', 'x');
    expect([near.status, near.answer.statusAt]).toEqual([0, '2026-05-20T03:00:00.000Z']);
  });

  it('takes nobody’s number for an actor or an office', async () => {
    const person = '张三 370303199001011237';
    const why = [identifier, '--reason', 'x'];
    const acts: readonly (readonly [string, ...string[]])[] = [
      ['suspend', ...why, '--actor', person],
      ['suspend', ...why, ...BY, '--office', '王某 138-1234-5678'],
      ['cancel-batch', 'b', '--reason', 'x', '--actor', person],
    ];
    for (const [verb, ...words] of acts) {
      const { status, answer } = await act(verb, ...words);
      expect([status, answer.error.code]).toEqual([2, 'invalid-argument']);
      expect(JSON.stringify(answer)).not.toMatch(/3703|1234/);
    }
    expect((await issue(...database, '--actor', person)).answer.error.code).toBe('invalid-argument');
  });

  it('issues nothing whose files cannot be written, and lets nobody else read them', async () => {
    const entries = async () => (await json('audit', 'stats', ...database)).answer.entries;
    const before = await entries();
    const data = JSON.parse(readFileSync(sample, 'utf8'));
    writeFileSync(at('third.json'), JSON.stringify({ ...data, number: 'JY29901010000077' }));
    writeFileSync(at('a-file'), '');
    const third = (out: string, ...more: readonly string[]) =>
      json(
        'license',
        'issue',
        at('third.json'),
        ...issuer.slice(0, 4),
        '--out',
        out,
        ...AT,
        ...database,
        ...BY,
        ...more,
      );
    expect((await third(join(at('a-file'), 'out'))).answer.error.code).toBe('file-unwritable');
    expect((await third(at('a-file'))).answer.error.code).toMatch(/^file-/);
    const free = await third(at('free'));
    expect(free.status).toBe(0);
    expect(await entries()).toBe(before + 1);
    for (const file of [free.answer.qrText, free.answer.qrPng, free.answer.record]) {
      expect([file, statSync(file).mode & 0o777]).toEqual([file, 0o600]);
    }
    expect(statSync(at('preview.pdf')).mode & 0o777).toBe(0o600);
    const following = formatIdentifier({
      type: data.type,
      issuer: data.authority.code,
      serial: String(Number(free.answer.identifier.split('.')[7]) + 1).padStart(9, '0'),
      version: 1,
    });
    writeFileSync(at('fourth.json'), JSON.stringify({ ...data, number: 'JY29901010000078' }));
    // Of a test register, in the same folder.
    writeFileSync(join(at('free'), `${following}.qr.txt`), 'EL1:OF ANOTHER REGISTER');
    const fourth = [
      'license',
      'issue',
      at('fourth.json'),
      ...issuer.slice(0, 4),
      '--out',
      at('free'),
      ...AT,
      ...database,
    ];
    const taken = await json(...fourth, ...BY);
    expect([taken.status, taken.answer.error.code]).toEqual([2, 'file-exists']);
    expect(await entries()).toBe(before + 1);
    expect((await json(...fourth, ...BY, '--force')).answer.identifier).toBe(following);
  });

  it('takes types of its own', async () => {
    const type = { ...FOOD_BUSINESS, code: `${FOOD_BUSINESS.code.slice(0, 18)}777`, name: '自定义许可证' };
    writeFileSync(at('types.json'), JSON.stringify([type]));
    const data = JSON.parse(readFileSync(sample, 'utf8'));
    writeFileSync(at('own.json'), JSON.stringify({ ...data, type: type.code }));
    const args = ['license', 'issue', at('own.json'), ...issuer, ...AT, ...database, ...BY];
    expect((await json(...args)).answer.error.code).toBe('license-data-invalid');
    const { answer } = await json(...args, '--types', at('types.json'));
    expect(answer.identifier).toContain(`${type.code}.11990100MB0000019L.000000001.001.`);
    writeFileSync(at('types.json'), JSON.stringify([type, type]));
    expect((await json(...args, '--types', at('types.json'))).answer.error.code).toBe('license-type-invalid');
  });

  it('says what is wrongly asked', async () => {
    const usage = async (promise: ReturnType<typeof json>, code = 'usage') => {
      const { status, answer } = await promise;
      expect([status, answer.error.code]).toEqual([2, code]);
    };
    await usage(issue());
    await usage(issue(...seal, '--request', 'k'));
    await usage(issue(...seal, ...BY));
    await usage(issue(...seal, '--pdf'));
    await usage(issue(...database));
    await usage(issue(...database, ...BY, '--pdf'));
    await usage(issue(...database, ...BY, '--serial', '000000009'));
    await usage(issue(...database, ...BY, '--act', 'renewal'));
    await usage(issue(...database, ...BY, '--replaces', identifier, '--act', 'first', '--reason', 'x'));
    await usage(act('suspend', identifier, ...BY));
    await usage(act('suspend', identifier, '--reason', 'x'));
    await usage(act('revoke', identifier, '--reason', 'x', ...BY, '--as', 'superseded'));
    await usage(act('status', identifier, '--dialect', 'x'));
    await usage(act('status', 'x'), 'license-not-found');
    await usage(act('revoke', 'x', '--reason', 'x', ...BY), 'license-not-found');
  });
});
