/** `gov citycode` revoke and filter, with a register in a file or a database, as a shell would run them. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRevocationFilter } from '@gov/city-code/filter';
import { hexToBytes, readSm2PrivateKey, sm2Verifier } from '@gov/sm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { after, CityFiles, NOW } from './citycode-world.js';
import { gov, json } from './run.js';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const folder = mkdtempSync(join(tmpdir(), 'gov-citycode-revoke-'));
const city = new CityFiles(folder);
const { at } = city;

beforeAll(() => city.make());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Arguments of `gov citycode filter`. */
const filterArgs = (name: string, ...more: readonly string[]): string[] => [
  ...['citycode', 'filter', '--key', at('issuer.key.pem'), '--cert', at('issuer.crt.pem'), '--index', '1'],
  ...['--out', at(`${name}.filter`), '--at', NOW, ...more],
];

describe.each([
  ['a file', ['--register', at('register.jsonl')]],
  ['a database', ['--database', at('db')]],
])('a register in %s', (kind, register) => {
  const name = (of: string): string => `${register[0]!.slice(2)}-${of}`;
  /** The last of two registers would be a third place. */
  const delegate = (of: string, ...more: readonly string[]): string[] => {
    const args = city.delegateArgs(name(of), ...register, ...more);
    if (register[0] === '--register') return args;
    const own = args.indexOf('--register');
    return [...args.slice(0, own), ...args.slice(own + 2)];
  };
  const run = async (...args: readonly string[]) => {
    const { status, answer } = await json(...args);
    return [status, answer.error?.code ?? answer.revoked ?? answer.verdict];
  };
  const revoke = (...more: readonly string[]) => run('citycode', 'revoke', ...register, ...more);
  const tags: Record<string, string> = {};

  beforeAll(async () => {
    const delegated = async (of: string, holder: string): Promise<void> => {
      const { status, answer } = await json(...delegate(of, '--holder', holder));
      expect(status).toBe(0);
      tags[of] = answer.tag;
    };
    await delegated('one', 'account 1');
    await delegated('two', 'account 2');
    await delegated('three', 'account 2');
    await delegated('free', 'account 3');
  });

  it('takes a device key once, also in another run', async () => {
    const again = delegate('again', '--device-key', at(`${name('one')}.key.pem`));
    expect(await run(...again)).toEqual([2, 'delegation-exists']);
    expect(existsSync(at(`${name('again')}.delegation`))).toBe(false);
  });

  it('writes a filter of nothing as long as nothing was taken back', async () => {
    const { status, answer } = await json(...filterArgs(name('empty'), ...register));
    expect([status, answer.count, answer.issuerIndex]).toEqual([0, 0, 1]);
  });

  it('takes back by tag and by holder, each once, and says where there was nothing', async () => {
    expect(await revoke('--tag', tags.one!.toUpperCase())).toEqual([0, 1]);
    expect(await revoke('--tag', tags.one!)).toEqual([1, 0]);
    expect(await revoke('--holder', 'account 2')).toEqual([0, 2]);
    expect(await revoke('--holder', 'account 2')).toEqual([1, 0]);
    expect(await revoke('--holder', 'account 22')).toEqual([1, 0]);
    expect(await revoke('--tag', '00'.repeat(10))).toEqual([1, 0]);
  });

  it('signs a filter of what was taken back, which gates believe', async () => {
    const { status, answer } = await json(...filterArgs(name('now'), ...register));
    expect(status).toBe(0);
    expect(answer).toMatchObject({ count: 3, sequence: Date.parse(NOW) / 1000, until: '2026-11-23T08:00:00.000Z' });
    const filter = readRevocationFilter(new Uint8Array(readFileSync(at(`${name('now')}.filter`))));
    const { publicKey } = readSm2PrivateKey(readFileSync(at('issuer.key.pem'), 'utf8'));
    expect(await filter.isSignedBy(sm2Verifier(publicKey))).toBe(true);
    for (const of of ['one', 'two', 'three']) expect(filter.mayContain(hexToBytes(tags[of]!))).toBe(true);
    const verdict = async (of: string) => {
      const shown = await json(...city.showArgs(name(of)));
      const file = city.write(`${name(of)}.txt`, shown.answer.text);
      return run(...city.verifyArgs(file, '--state', at(`${name(of)}-state`), '--filter', at(`${name('now')}.filter`)));
    };
    expect(await verdict('two')).toEqual([3, 'indeterminate']);
    expect(await verdict('free')).toEqual([0, 'valid']);
  });

  it('leaves out what no gate takes any longer', async () => {
    const { answer } = await json(...filterArgs(name('later'), ...register, '--at', after(86_400 + 601)));
    expect(answer.count).toBe(0);
  });

  it('is asked by one name', async () => {
    const both = ['--register', at('register.jsonl'), '--database', at('db')];
    for (const of of [both, []]) {
      expect(await run('citycode', 'revoke', '--holder', 'account 3', ...of)).toEqual([2, 'usage']);
      expect(await run(...filterArgs(name('none'), ...of))).toEqual([2, 'usage']);
    }
    expect(existsSync(at(`${name('none')}.filter`))).toBe(false);
  });

  it('is not made by a name that was mistyped', async () => {
    const before = readdirSync(folder);
    const elsewhere = [register[0]!, at('nowhere')];
    const code = kind === 'a file' ? 'file-missing' : 'store-version';
    expect(await run('citycode', 'revoke', '--holder', 'account 3', ...elsewhere)).toEqual([2, code]);
    expect(await run(...filterArgs(name('none'), ...elsewhere))).toEqual([2, code]);
    expect(readdirSync(folder)).toEqual(before);
  });

  it.each([
    ['neither tag nor holder', []],
    ['both', ['--tag', '00'.repeat(10), '--holder', 'account 3']],
    ['a tag of 9 octets', ['--tag', '00'.repeat(9)]],
    ['a tag in other digits', ['--tag', 'zz'.repeat(10)]],
    ['nobody', ['--holder', '']],
  ])('is not asked to take back %s', async (_, more) => {
    expect(await revoke(...more)).toEqual([2, 'usage']);
  });
});

describe('gov citycode filter', () => {
  const register = ['--register', at('register.jsonl')];
  const codeOf = async (...more: readonly string[]) => {
    const before = readdirSync(folder);
    const { status, answer } = await json(...filterArgs('refused', ...register, ...more));
    expect(readdirSync(folder)).toEqual(before);
    return [status, answer.error?.code];
  };

  it.each([
    ['the certificate of another key', ['--cert', 'other.crt.pem'], 'key-mismatch'],
    ['a certificate of another use', ['--cert', 'signer.crt.pem', '--key', 'signer.key.pem'], 'certificate-unsuitable'],
    ['an expired certificate', ['--at', '2036-02-01T00:00:00Z'], 'certificate-expired'],
    ['an index of 17 bits', ['--index', '65536'], 'usage'],
    ['no life', ['--lifetime', '0'], 'usage'],
    ['an end beyond 32 bits', ['--lifetime', '4294967295'], 'invalid-argument'],
    ['sequence 0', ['--sequence', '0'], 'usage'],
    ['fingerprints of 12 bits', ['--bits', '12'], 'usage'],
  ])('signs nothing with %s', async (_, more, code) => {
    expect(await codeOf(...more.map((one) => (/\.pem$/.test(one) ? at(one) : one)))).toEqual([2, code]);
  });

  it('overwrites nothing, unless forced', async () => {
    city.write('there.filter', 'kept');
    const { status, answer } = await json(...filterArgs('there', ...register));
    expect([status, answer.error.code]).toEqual([2, 'file-exists']);
    expect(readFileSync(at('there.filter'), 'utf8')).toBe('kept');
    const forced = await json(...filterArgs('there', ...register, '--force', '--bits', '8', '--sequence', '7'));
    expect(forced.answer).toMatchObject({ sequence: 7 });
    expect(readRevocationFilter(new Uint8Array(readFileSync(at('there.filter')))).fingerprintBits).toBe(8);
  });
});

describe('a register in a file', () => {
  it('only grows: what was taken back is a line of its own', async () => {
    const own = at('own.jsonl');
    const register = ['--register', own];
    const { answer } = await json(...city.delegateArgs('own', ...register));
    const before = readFileSync(own, 'utf8');
    expect((await gov('citycode', 'revoke', '--tag', answer.tag, ...register)).status).toBe(0);
    expect((await gov('citycode', 'revoke', '--tag', answer.tag, ...register)).status).toBe(1);
    expect(readFileSync(own, 'utf8')).toBe(`${before}{"revoked":{"tag":"${answer.tag}"}}\n`);
    // Who gets a delegation afterwards was not meant.
    await city.ran(...city.delegateArgs('own2', ...register));
    expect((await json(...filterArgs('own', ...register))).answer.count).toBe(1);
  });

  it.each(['{"revoked":{}}', '{"revoked":{"tag":"00"}}', '{"revoked":"x"}', '{"revoked":{"tag":"00","holder":"x"}}'])(
    'with the line %s is refused',
    async (line) => {
      city.write('bad.jsonl', `${line}\n`);
      const { status, answer } = await json('citycode', 'revoke', '--holder', 'x', '--register', at('bad.jsonl'));
      expect([status, answer.error.code]).toEqual([2, 'file-unreadable']);
    },
  );
});
