/** `gov citycode` issue, delegate, show and verify, as a shell would run them. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCityCode, readCityCodeText } from '@gov/city-code';
import { challengeText } from '@gov/city-code/challenge';
import { buildRevocationFilter } from '@gov/city-code/filter';
import { verifyVerdictLog } from '@gov/city-code/verdict-log';
import { FOOD_BUSINESS, licenseClaims, licenseRecord, parseLicenseData } from '@gov/e-license';
import { issueLicenseQr } from '@gov/e-license/qr';
import { readCertificate } from '@gov/pki';
import { qrCode, qrPng } from '@gov/qr/draw';
import { readQr } from '@gov/qr/read';
import { hexToBytes, readSm2PrivateKey, readSm2PublicKey, sm2Signer, sm2Verifier } from '@gov/sm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { after, CityFiles, NOW } from './citycode-world.js';
import { gov, json } from './run.js';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const folder = mkdtempSync(join(tmpdir(), 'gov-citycode-'));
const city = new CityFiles(folder);
const { at } = city;

/** What a run answers: its exit status and its error's code, or the verdict, and the codes of what was asked and did not pass. */
async function judged(...args: readonly string[]): Promise<readonly [number, string, ...string[]]> {
  const { status, answer } = await json(...args);
  if (answer.error !== undefined) return [status, answer.error.code];
  const open = answer.findings.filter(
    ({ outcome, code }: { outcome: string; code: string }) =>
      !['pass', 'skipped'].includes(outcome) && !answer.unchecked.includes(code),
  );
  return [status, answer.verdict, ...open.map(({ code }: { code: string }) => code)];
}

let made = 0;
/** A code of a device, as a file of text. */
async function code(name: string, ...more: readonly string[]): Promise<string> {
  const { answer } = await json(...city.showArgs(name, ...more));
  return city.write(`code-${++made}.txt`, `${answer.text}\n`);
}
const fresh = (): readonly string[] => ['--state', at(`state-${++made}`)];
const verified = (file: string, ...more: readonly string[]) => judged(...city.verifyArgs(file, ...fresh(), ...more));

const licence = async (number: string): Promise<string> => {
  const sample = JSON.parse(
    readFileSync(new URL('../../../examples/license/food-business.json', import.meta.url), 'utf8'),
  );
  const data = parseLicenseData({ ...sample, number }, [FOOD_BUSINESS]);
  const record = licenseRecord(data, { type: FOOD_BUSINESS, issuedAt: new Date('2026-05-20T02:00:00Z') });
  const certificate = readCertificate(new Uint8Array(readFileSync(at('licences.crt.pem'))));
  const signer = sm2Signer(readSm2PrivateKey(readFileSync(at('licences.key.pem'), 'utf8')));
  return issueLicenseQr(licenseClaims(record, FOOD_BUSINESS), { certificate, signer });
};

beforeAll(async () => {
  await city.make();
  city.write('licence.txt', await licence('JY29901010000013'));
  city.write('another.txt', await licence('JY29901010000021'));
  await city.ran(...city.delegateArgs('one'));
  await city.ran(...city.delegateArgs('p256', '--suite', '2'));
  await city.ran(...city.delegateArgs('licence', '--license', at('licence.txt')));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('gov citycode delegate', () => {
  it('makes a delegation and a device key, readable by their owner alone', async () => {
    const { status, answer } = await json(...city.delegateArgs('made', '--lifetime', '7200'));
    expect(status).toBe(0);
    expect(answer).toMatchObject({
      profile: 'P1',
      suite: 1,
      region: '440106',
      issuerIndex: 1,
      delegation: at('made.delegation'),
    });
    expect(answer.expires).toBe('2026-11-23T04:00:00.000Z');
    for (const name of ['made.delegation', 'made.key.pem']) expect(statSync(at(name)).mode & 0o777).toBe(0o600);
    expect([readFileSync(at('made.delegation')).length, readFileSync(at('licence.delegation')).length]).toEqual([
      122, 138,
    ]);
  });

  it('keeps whose it is in the register, and nowhere else', async () => {
    const register = readFileSync(at('register.jsonl'), 'utf8');
    const { answer } = await json(...city.delegateArgs('whose', '--holder', 'account 0815'));
    const added = readFileSync(at('register.jsonl'), 'utf8').slice(register.length);
    expect(JSON.parse(added)).toMatchObject({ tag: answer.tag, holder: 'account 0815', expires: answer.expires });
    expect(readFileSync(at('whose.delegation')).includes('0815')).toBe(false);
  });

  it('refuses a device key that was used before: its codes could be linked', async () => {
    const again = city.delegateArgs('again', '--device-key', at('one.key.pem'));
    expect(await judged(...again)).toEqual([2, 'delegation-exists']);
    expect(existsSync(at('again.delegation'))).toBe(false);
    await city.ran('key', 'generate', '--out', at('own.key.pem'), '--public-out', at('own.pub.pem'));
    await city.ran(...city.delegateArgs('own', '--device-key', at('own.key.pem')));
  });

  it.each([
    ['the certificate of another key', ['--cert', 'other.crt.pem'], 'key-mismatch'],
    [
      'a certificate for another use',
      ['--cert', 'signer.crt.pem', '--key', 'signer.key.pem'],
      'certificate-unsuitable',
    ],
    ['an expired certificate', ['--at', '2036-02-01T00:00:00Z'], 'certificate-expired'],
    ['a certificate of later', ['--at', '2025-02-01T00:00:00Z'], 'certificate-not-yet-valid'],
    ['a region that is none', ['--region', '44'], 'invalid-argument'],
    ['an index of 17 bits', ['--index', '65536'], 'usage'],
    ['an assurance of 4', ['--assurance', '4'], 'usage'],
    ['33 bits', ['--entitlements', '0x100000000'], 'usage'],
    ['a life of two days', ['--lifetime', '172800'], 'usage'],
    ['no life', ['--lifetime', '0'], 'invalid-argument'],
    ['a subject of a fourth kind', ['--subject', 'animal'], 'usage'],
    ['a third suite', ['--suite', '3'], 'usage'],
    ['two device keys', ['--device-key', 'own.key.pem', '--new-device-key', 'x.pem'], 'usage'],
    ['a suite for a key that is there', ['--device-key', 'own.key.pem', '--suite', '1'], 'usage'],
    ['no licence', ['--license', 'root.pem'], 'input-malformed'],
  ])('refuses %s', async (_, more, error) => {
    const args = more.map((one) => (/\.pem$/.test(one) ? at(one) : one));
    const before = readdirSync(folder);
    expect(await judged(...city.delegateArgs('refused', ...args))).toEqual([2, error]);
    expect(readdirSync(folder)).toEqual(before);
  });

  it('overwrites nothing, and registers nothing then', async () => {
    const register = readFileSync(at('register.jsonl'), 'utf8');
    expect(await judged(...city.delegateArgs('one'))).toEqual([2, 'file-exists']);
    expect(readFileSync(at('register.jsonl'), 'utf8')).toBe(register);
  });

  it('does not go on with a register that it cannot read', async () => {
    city.write('broken.jsonl', '{"tag":"00"}\n');
    expect(await judged(...city.delegateArgs('broken', '--register', at('broken.jsonl')))).toEqual([
      2,
      'file-unreadable',
    ]);
  });
});

describe('gov citycode show', () => {
  it('prints the code alone, with a number that no code had before', async () => {
    await city.ran(...city.delegateArgs('count'));
    const counters: number[] = [];
    for (let i = 0; i < 3; i++) {
      const { status, out } = await gov(...city.showArgs('count'));
      expect([status, /^[0-9A-Z $%*+\-./:]+\n$/.test(out)]).toEqual([0, true]);
      counters.push(readCityCode(readCityCodeText(out.trimEnd())).counter);
    }
    expect(counters).toEqual([0, 1, 2]);
    expect(statSync(at('count.key.pem.counter')).mode & 0o777).toBe(0o600);
    const many = await Promise.all(
      Array.from({ length: 8 }, () =>
        import('../src/city-code-device.js').then(({ fileCounters }) =>
          fileCounters(at('parallel.counter')).take(new Uint8Array(10)),
        ),
      ),
    );
    expect(many.sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('keeps the number before anybody sees the code, and stops where it cannot', async () => {
    await city.ran(...city.delegateArgs('kept'));
    expect(await judged(...city.showArgs('kept', '--counter', at('missing/counter')))).toEqual([2, 'file-unwritable']);
    const nowhere = '/proc/gov-code.png';
    expect(await judged(...city.showArgs('kept', '--out', nowhere))).toEqual([2, 'file-unwritable']);
    const { answer } = await json(...city.showArgs('kept'));
    expect(answer.counter).toBe(1);
    city.write('kept.key.pem.counter', 'not a number');
    expect(await judged(...city.showArgs('kept'))).toEqual([2, 'file-unreadable']);
    city.write('kept.key.pem.counter', '{"a":-1.5}');
    expect(await judged(...city.showArgs('kept'))).toEqual([2, 'file-unreadable']);
  });

  it('draws it as PNG and SVG, in the version that the standard allows', async () => {
    const { answer } = await json(...city.showArgs('one', '--out', at('one.png')));
    expect(answer.qrVersion).toBeLessThanOrEqual(10);
    expect(await readQr(new Uint8Array(readFileSync(at('one.png'))))).toEqual([answer.text]);
    const p2 = await json(...city.showArgs('licence', '--out', at('licence.svg')));
    expect(p2.answer).toMatchObject({ profile: 'P2' });
    expect(p2.answer.qrVersion).toBeLessThanOrEqual(11);
    expect(readFileSync(at('licence.svg'), 'utf8')).toMatch(/^<svg/);
    const url = await json(...city.showArgs('one', '--url', 'https://m.example.gov.cn#', '--out', at('url.png')));
    expect(url.answer.qrVersion).toBeLessThanOrEqual(13);
    expect(url.answer.text.startsWith('https://m.example.gov.cn#')).toBe(true);
  });

  it.each([
    ['a delegation that has expired', 'one', ['--at', after(86_401)], 'delegation-missing'],
    ['the key of another device', 'one', ['--device-key', 'p256.key.pem'], 'key-mismatch'],
    ['a scene of 17 bits', 'one', ['--scene', '65536'], 'usage'],
    ['a life of 256 seconds', 'one', ['--ttl', '256'], 'usage'],
    ['a picture of another kind', 'one', ['--out', 'one.gif'], 'usage'],
    ['a picture that is there', 'one', ['--out', 'root.pem.png'], 'file-exists'],
    ['a base that is none', 'one', ['--url', 'http://m.example.gov.cn/'], 'invalid-argument'],
  ])('refuses %s, and uses up no number', async (_, name, more, error) => {
    city.write('root.pem.png', 'x');
    const before = existsSync(at(`${name}.key.pem.counter`)) ? readFileSync(at(`${name}.key.pem.counter`), 'utf8') : '';
    const args = more.map((one) => (/\.(pem|png|gif)$/.test(one) ? at(one) : one));
    expect(await judged(...city.showArgs(name, ...args))).toEqual([2, error]);
    expect(existsSync(at(`${name}.key.pem.counter`)) ? readFileSync(at(`${name}.key.pem.counter`), 'utf8') : '').toBe(
      before,
    );
  });

  it('reads no delegation from anything else', async () => {
    city.write('short.delegation', readFileSync(at('one.delegation')).subarray(1));
    city.write('large.delegation', new Uint8Array(4096));
    const show = (file: string) =>
      judged('citycode', 'show', at(file), '--device-key', at('one.key.pem'), '--scene', '7');
    expect(await show('short.delegation')).toEqual([2, 'city-code-malformed']);
    expect(await show('large.delegation')).toEqual([2, 'input-too-large']);
  });
});

describe('gov citycode verify', () => {
  it('takes text, octets and pictures, of both suites and profiles', async () => {
    const text = await code('one');
    expect(await verified(text)).toEqual([0, 'valid']);
    const octets = readCityCodeText(readFileSync(text, 'utf8').trimEnd());
    expect(await verified(city.write('code.bin', octets))).toEqual([0, 'valid']);
    const picture = qrPng(qrCode(readFileSync(text, 'utf8').trimEnd()));
    expect(await verified(city.write('code.png', picture))).toEqual([0, 'valid']);
    expect(await verified(await code('p256'))).toEqual([0, 'valid']);
    const base = 'https://m.example.gov.cn#';
    const url = await code('one', '--url', base);
    expect(await verified(url, '--url', base)).toEqual([0, 'valid']);
    expect(await verified(url)).toEqual([1, 'invalid', 'format-malformed']);
    const people = await gov(...city.verifyArgs(await code('one'), ...fresh(), '--lang', 'zh'));
    expect([people.status, people.out]).toEqual([0, expect.stringContaining('有效')]);
  });

  it('knows a code that it has let pass, also in another run', async () => {
    const file = await code('one');
    const state = ['--state', at('gate-state')];
    expect(await judged(...city.verifyArgs(file, ...state))).toEqual([0, 'valid']);
    expect(await judged(...city.verifyArgs(file, ...state))).toEqual([1, 'invalid', 'city-code-replayed']);
    expect(await judged(...city.verifyArgs(await code('one'), ...state))).toEqual([0, 'valid']);
  });

  it('says that it cannot tell where it remembers nothing', async () => {
    expect(await judged(...city.verifyArgs(await code('one')))).toEqual([3, 'indeterminate', 'replay-not-checked']);
  });

  it('demands the answer to its challenge, which no code of before has', async () => {
    const [mine, other] = ['00112233445566778899aabbccddeeff', 'ff112233445566778899aabbccddeeff'];
    const file = await code('one', '--challenge', mine, '--out', at('answered.png'));
    expect(await verified(at('answered.png'), '--challenge', mine)).toEqual([0, 'valid']);
    expect(await verified(file, '--challenge', other)).toEqual([1, 'invalid', 'challenge-failed']);
    expect(await verified(await code('one'), '--challenge', mine)).toEqual([1, 'invalid', 'challenge-missing']);
    expect(await verified(file, '--challenge', '00')).toEqual([2, 'usage']);
    expect(await judged(...city.showArgs('one', '--challenge', 'x'))).toEqual([2, 'usage']);
    const text = challengeText(hexToBytes(mine));
    expect(await verified(await code('one', '--challenge', text), '--challenge', mine)).toEqual([0, 'valid']);
    expect(await verified(await code('one', '--challenge', mine), '--challenge', text)).toEqual([0, 'valid']);
    expect(await judged(...city.showArgs('one', '--challenge', `${text}0`))).toEqual([2, 'challenge-malformed']);
  });

  it('does not burn a code that it refuses', async () => {
    const file = await code('one');
    const state = ['--state', at('burn-state')];
    expect(await judged(...city.verifyArgs(file, ...state, '--at', after(3600)))).toEqual([
      1,
      'invalid',
      'city-code-too-old',
    ]);
    expect(await judged(...city.verifyArgs(file, ...state))).toEqual([0, 'valid']);
  });

  it('does not go on with a memory that it cannot read', async () => {
    await gov(...city.verifyArgs(await code('one'), '--state', at('bad-state')));
    writeFileSync(join(at('bad-state'), 'replay.bin'), 'x');
    expect(await judged(...city.verifyArgs(await code('one'), '--state', at('bad-state')))).toEqual([
      2,
      'gate-state-malformed',
    ]);
  });

  it.each([
    ['another scene', ['--scene', '8'], [1, 'invalid', 'city-code-scene-refused']],
    ['another region', ['--region', '110000'], [1, 'invalid', 'city-code-region-refused']],
    ['an entitlement that is missing', ['--entitlements', '0x2'], [1, 'invalid', 'entitlement-missing']],
    ['too low an assurance', ['--min-assurance', '3'], [1, 'invalid', 'assurance-too-low']],
    ['another kind of holder', ['--subject', 'thing'], [1, 'invalid', 'city-code-subject-refused']],
    ['a code that is too old for the gate', ['--max-ttl', '5', '--at', after(96)], [1, 'invalid', 'city-code-too-old']],
    ['a code from half a minute later', ['--at', after(30)], [0, 'valid']],
    ['a code from later', ['--at', after(29)], [1, 'invalid', 'city-code-from-later']],
    ['a delegation longer than a day ahead', ['--at', after(-3600)], [1, 'invalid']],
    [
      'what it demands and gets',
      ['--region', '440000', '--entitlements', '5', '--min-assurance', '2', '--subject', 'person'],
      [0, 'valid'],
    ],
  ] as const)('judges %s', async (_, more, answer) => {
    const file = await code('one');
    const args = city
      .verifyArgs(file, ...fresh())
      .filter(
        (one, index, all) =>
          !(more.includes('--scene' as never) && (one === '--scene' || all[index - 1] === '--scene')),
      );
    const got = await judged(...args, ...more);
    expect(got.slice(0, answer.length)).toEqual(answer);
  });

  it('believes the trust list alone', async () => {
    const file = await code('one');
    const listed = (name: string) => verified(file, '--trust', at(`${name}.jws`));
    await city.list('without', [{ cert: 'other.crt.pem', use: 'city-code-issuer', region: '110000', index: 2 }]);
    expect(await listed('without')).toEqual([3, 'indeterminate', 'city-issuer-unknown']);
    await city.list('elsewhere', [{ cert: 'issuer.crt.pem', use: 'city-code-issuer', region: '110000', index: 1 }]);
    expect(await listed('elsewhere')).toEqual([1, 'invalid', 'city-issuer-region']);
    await city.list('swapped', [{ cert: 'other.crt.pem', use: 'city-code-issuer', region: '440100', index: 1 }]);
    expect(await listed('swapped')).toEqual([1, 'invalid', 'delegation-forged']);
    await city.list('revoked', [
      {
        cert: 'issuer.crt.pem',
        use: 'city-code-issuer',
        region: '440100',
        index: 1,
        status: 'revoked',
        to: '2026-11-20',
      },
    ]);
    expect(await listed('revoked')).toEqual([1, 'invalid', 'city-issuer-revoked']);
    expect(await verified(file, '--trust-key', at('gate.pub.pem'))).toEqual([2, 'trust-list-untrusted']);
    expect(await verified(file, '--trust', at('root.pem'))).toEqual([2, 'usage']);
    expect(await judged('citycode', 'verify', file, '--scene', '7')).toEqual([2, 'usage']);
  });

  it('never takes a code with an octet changed', async () => {
    const text = readFileSync(await code('one'), 'utf8').trimEnd();
    const octets = readCityCodeText(text);
    for (const place of [2, 5, 7, 17, 21, 30, 60, 121, 122, 126, 127, 129, 131, 194]) {
      const changed = octets.slice();
      changed[place]! ^= 1;
      const [status, verdict] = await verified(city.write('changed.bin', changed));
      expect([place, [1, 2, 3].includes(status), verdict]).not.toEqual([place, true, 'valid']);
    }
  });

  it('is not stopped by what somebody shows', async () => {
    for (const content of ['', 'HELLO', `${'A'.repeat(4096)}`, '\u0000', 'NaN', '城市码'])
      expect(await verified(city.write('junk.txt', content))).toEqual([1, 'invalid', 'format-malformed']);
    expect(await verified(city.write('junk.txt', 'A'.repeat(4097)))).toEqual([2, 'input-too-large']);
    expect(
      await verified(city.write('blank.png', qrPng({ ...qrCode('x'), modules: new Uint8Array(441) as never }))),
    ).toEqual([2, 'qr-not-found']);
    expect(await verified(city.write('broken.png', '\u0089PNG'))).toEqual([1, 'invalid', 'format-malformed']);
    expect(await verified(at('nowhere.txt'))).toEqual([2, 'file-missing']);
  });

  it('asks the revocation filters of the issuer', async () => {
    const { answer } = await json(...city.delegateArgs('revoked'));
    const signer = (name: string) => sm2Signer(readSm2PrivateKey(readFileSync(at(`${name}.key.pem`), 'utf8')));
    const filter = async (tags: readonly Uint8Array[], name: string, key = 'issuer', issued = NOW) =>
      city.write(
        `${name}.filter`,
        await buildRevocationFilter(tags, {
          issuerIndex: 1,
          sequence: 1,
          issued: new Date(issued),
          until: new Date(Date.parse(issued) + 86_400_000),
          signer: signer(key),
        }),
      );
    const listed = await filter([hexToBytes(answer.tag)], 'listed');
    const empty = await filter([], 'empty');
    const forged = await filter([], 'forged', 'other');
    const old = await filter([], 'old', 'issuer', after(-90_000));
    const check = async (...files: readonly string[]) =>
      verified(await code('revoked'), ...files.flatMap((one) => ['--filter', one]));
    expect(await check()).toEqual([0, 'valid']);
    expect(await check(empty)).toEqual([0, 'valid']);
    expect(await check(listed)).toEqual([3, 'indeterminate', 'delegation-perhaps-revoked']);
    expect(await check(forged)).toEqual([3, 'indeterminate', 'revocation-not-checked', 'revocation-filter-forged']);
    expect(await check(old)).toEqual([3, 'indeterminate', 'revocation-not-checked', 'revocation-filter-stale']);
    expect(await verified(await code('revoked'), '--filter', empty, '--filter-age', '5')).toEqual([
      3,
      'indeterminate',
      'revocation-filter-stale',
    ]);
    expect(await verified(await code('revoked'), '--filter', at('root.pem'))).toEqual([
      2,
      'revocation-filter-malformed',
    ]);
    expect(await verified(await code('revoked'), '--filter-age', '5')).toEqual([2, 'usage']);
  });

  it('writes a log that is signed, continued, and names no tag', async () => {
    const log = ['--log', at('gate.log'), '--log-key', at('gate.key.pem'), '--gate', 'station-7/2'];
    const verifier = sm2Verifier(readSm2PublicKey(readFileSync(at('gate.pub.pem'), 'utf8')));
    for (const [file, status] of [
      [await code('one'), 0],
      [city.write('junk.txt', 'HELLO'), 1],
    ] as const) {
      expect((await verified(file, ...log))[0]).toBe(status);
    }
    const text = readFileSync(at('gate.log'), 'utf8');
    const report = await verifyVerdictLog(text.trimEnd().split('\n'), { gate: 'station-7/2', verifier });
    expect(report.verdict).toBe('valid');
    const tag = readCityCode(readCityCodeText(readFileSync(await code('one'), 'utf8').trimEnd())).delegation.tag;
    expect(text).not.toContain([...tag].map((octet) => octet.toString(16).padStart(2, '0')).join(''));
    expect(text.match(/"verdict":"(\w+)"/g)).toEqual(['"verdict":"valid"', '"verdict":"invalid"']);
    expect(statSync(at('gate.log.state')).mode & 0o777).toBe(0o600);
    rmSync(at('gate.log.state'));
    expect(await verified(await code('one'), ...log)).toEqual([2, 'file-missing']);
    expect(await verified(await code('one'), '--log', at('x.log'))).toEqual([2, 'usage']);
    expect(await verified(await code('one'), '--gate', 'x')).toEqual([2, 'usage']);
  });
});

describe('online codes', () => {
  const database = ['--database', at('db')];
  const issued = async (...more: readonly string[]): Promise<string> => {
    const holder = ['--holder', 'account 4711', '--assurance', '2', '--entitlements', '5', '--at', NOW];
    const { status, answer } = await json('citycode', 'issue', ...database, ...holder, ...more);
    expect([status, answer.profile]).toEqual([0, 'P0']);
    return city.write(`online-${++made}.txt`, answer.text);
  };
  const redeemed = (file: string, ...more: readonly string[]) =>
    judged('citycode', 'verify', file, ...database, '--scene', '7', '--at', after(30), ...more);

  it('are redeemed once, in time, at their scene', async () => {
    const file = await issued('--scene', '7', '--out', at('online.png'));
    const elsewhere = ['citycode', 'verify', file, ...database, '--at', after(30), '--scene', '8'];
    expect(await judged(...elsewhere)).toEqual([1, 'invalid', 'online-code-refused']);
    expect(await redeemed(at('online.png'))).toEqual([0, 'valid']);
    expect(await redeemed(file)).toEqual([1, 'invalid', 'online-code-refused']);
    expect(await redeemed(await issued('--lifetime', '30'))).toEqual([1, 'invalid', 'online-code-refused']);
    expect(await redeemed(await issued('--lifetime', '31'))).toEqual([0, 'valid']);
    expect(await redeemed(await issued(), '--entitlements', '2')).toEqual([1, 'invalid', 'entitlement-missing']);
  });

  it('are not redeemed without the database, nor at several scenes at once', async () => {
    const file = await issued();
    expect(await verified(file)).toEqual([3, 'indeterminate', 'city-code-online']);
    expect(await judged('citycode', 'verify', file, '--scene', '7')).toEqual([2, 'usage']);
    expect(await redeemed(file, '--scene', '8')).toEqual([2, 'usage']);
    expect(await redeemed(file)).toEqual([0, 'valid']);
  });

  it.each([
    ['a life of more than a week', ['--lifetime', '604801'], 'usage'],
    ['no life', ['--lifetime', '0'], 'usage'],
    ['a scene of 17 bits', ['--scene', '65536'], 'usage'],
    ['no holder', ['--holder', ''], 'invalid-argument'],
  ])('are not issued for %s', async (_, more, error) => {
    const holder = ['--holder', 'x', '--assurance', '2', '--at', NOW];
    expect(await judged('citycode', 'issue', ...database, ...holder, ...more)).toEqual([2, error]);
  });
});
