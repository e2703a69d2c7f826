import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writePem } from '@gov/der/pem';
import { FOOD_BUSINESS, licenseClaims, licenseRecord, parseLicenseData } from '@gov/e-license';
import { issueLicenseQr } from '@gov/e-license/qr';
import { readTrustList } from '@gov/pki/trust-list';
import { generateSm2Key, sm2Signer } from '@gov/sm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyUsage } from '../../pki/test/builder.js';
import { certificate, rootCertificate } from '../../pki/test/trust-list-world.js';
import { publicKeysOf, verifyTrustListFile } from '../src/trust-list-file.js';
import { gov, json } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'gov-trust-'));
const at = (name: string) => join(folder, name);
const AT = ['--at', '2026-05-20T10:00:00+08:00'];
const sample = JSON.parse(
  readFileSync(new URL('../../../examples/license/food-business.json', import.meta.url), 'utf8'),
);

const write = (name: string, content: unknown) =>
  writeFileSync(at(name), typeof content === 'string' ? content : JSON.stringify(content));

const issuerEntry = { cert: 'issuer.crt.pem', use: 'license-issuer', region: 'CN' };
const draft = (changes: object = {}, issuer: object = {}) => ({
  id: 'https://trust.example.gov.cn/99',
  issued: '2026-05-01',
  nextUpdate: '2026-06-01',
  hardExpiry: '2026-11-01',
  keys: { current: 'k1.pub.pem' },
  anchors: [{ cert: 'root.crt.pem', services: ['license'] }],
  issuers: [{ ...issuerEntry, ...issuer }],
  ...changes,
});

/** Draft to signed list; answers its file. */
async function edition(name: string, content: object, key = 'k1', ...options: readonly string[]): Promise<string> {
  write(`${name}.draft.json`, content);
  const built = await gov('trust', 'build', at(`${name}.draft.json`), '--out', at(`${name}.json`), ...options, ...AT);
  expect([built.status, built.err]).toEqual([0, '']);
  return sign(name, key);
}

async function sign(name: string, key: string): Promise<string> {
  const file = at(`${name}.jws`);
  const signed = await gov('trust', 'sign', at(`${name}.json`), '--key', at(`${key}.key.pem`), '--out', file);
  expect([signed.status, signed.err]).toEqual([0, '']);
  return file;
}

const verifyQr = (list: string, ...more: readonly string[]) =>
  json('license', 'verify', at('licence.txt'), '--trust', list, '--trust-key', at('k1.pub.pem'), ...AT, ...more);

const codesOf = (answer: { findings: { outcome: string; code: string }[] }) =>
  answer.findings.map(({ outcome, code }) => `${outcome} ${code}`);

beforeAll(async () => {
  for (const name of ['k1', 'k2', 'k3']) {
    const made = await gov('key', 'generate', '--out', at(`${name}.key.pem`), '--public-out', at(`${name}.pub.pem`));
    expect(made.status).toBe(0);
  }
  const rootKey = sm2Signer(generateSm2Key());
  const issuerKey = sm2Signer(generateSm2Key());
  const root = await rootCertificate(rootKey);
  const issuer = await certificate(rootKey, issuerKey, {
    subject: 'CN=证照签发,O=某市行政审批局,C=CN',
    extensions: { keyUsage: keyUsage('digitalSignature') },
  });
  write('root.crt.pem', writePem('CERTIFICATE', root.bytes));
  write('issuer.crt.pem', writePem('CERTIFICATE', issuer.bytes));
  const data = parseLicenseData(sample, [FOOD_BUSINESS]);
  const issuedAt = new Date('2026-05-10T02:00:00Z');
  const claims = licenseClaims(licenseRecord(data, { type: FOOD_BUSINESS, issuedAt }), FOOD_BUSINESS);
  write('licence.txt', await issueLicenseQr(claims, { certificate: issuer, signer: issuerKey }));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a licence whose issuer has no EKU of ours', () => {
  it('cannot be told valid from an anchor alone, and is with the trust list', async () => {
    const anchors = ['--trust', at('root.crt.pem'), '--certs', at('issuer.crt.pem')];
    const without = await json('license', 'verify', at('licence.txt'), ...anchors, ...AT);
    expect(without.status).toBe(3);
    expect(codesOf(without.answer)).toContain('unknown authority-unknown');
    const list = await edition('first', draft());
    const { status, answer } = await verifyQr(list);
    expect([status, answer.verdict]).toEqual([0, 'valid']);
    expect(codesOf(answer)).toEqual(expect.arrayContaining(['pass authority-ok', 'pass listing-ok', 'pass path-ok']));
  });

  it.each([
    ['retired after it', { status: 'retired', to: '2026-05-12' }, 0, 'pass listing-ok'],
    ['retired before it', { status: 'retired', to: '2026-05-08' }, 1, 'fail listing-ended'],
    ['revoked after it', { status: 'revoked', to: '2026-05-12' }, 3, 'unknown revoked-time-unproved'],
    ['revoked before it', { status: 'revoked', to: '2026-05-08' }, 1, 'fail certificate-revoked'],
    ['compromised after it', { status: 'compromised', to: '2026-05-12' }, 1, 'fail certificate-revoked'],
    ['listed from later', { from: '2026-05-12' }, 1, 'fail listing-not-yet-valid'],
    ['listed for another use', { use: 'signer' }, 1, 'fail not-authorised-for-use'],
    ['listed for another region', { region: '110000' }, 1, 'fail region-not-authorised'],
  ])('%s', async (what, change, status, code) => {
    const list = await edition(`case-${what.replaceAll(' ', '-')}`, draft({}, change));
    const ran = await verifyQr(list);
    expect([ran.status, codesOf(ran.answer)]).toEqual([status, expect.arrayContaining([code])]);
  });

  it('an anchor for another service is none', async () => {
    const list = await edition('seal-only', draft({ anchors: [{ cert: 'root.crt.pem', services: ['seal'] }] }));
    const ran = await verifyQr(list);
    expect([ran.status, codesOf(ran.answer)]).toEqual([3, expect.arrayContaining(['unknown path-no-anchor'])]);
  });

  it('a stale list warns, one past hardExpiry leaves the verdict open', async () => {
    const stale = await verifyQr(at('first.jws'), '--at', '2026-06-02');
    expect([stale.status, codesOf(stale.answer)]).toEqual([0, expect.arrayContaining(['warn trust-list-stale'])]);
    const expired = await verifyQr(at('first.jws'), '--at', '2026-11-02');
    expect([expired.status, codesOf(expired.answer)]).toEqual([
      3,
      expect.arrayContaining(['unknown trust-list-expired']),
    ]);
  });
});

describe('--trust LIST.jws', () => {
  const refused = async (...args: readonly string[]) => {
    const { status, answer } = await json('license', 'verify', at('licence.txt'), ...args);
    return [status, answer.error?.code];
  };

  it('needs --trust-key, which needs it', async () => {
    const list = at('first.jws');
    expect(await refused('--trust', list, ...AT)).toEqual([2, 'usage']);
    const key = ['--trust-key', at('k1.pub.pem')];
    expect(await refused('--trust', at('root.crt.pem'), ...key, ...AT)).toEqual([2, 'usage']);
    expect(await refused('--trust', at('root.crt.pem'), '--trust-state', at('s'), ...AT)).toEqual([2, 'usage']);
    expect(await refused('--trust', folder, ...key, ...AT)).toEqual([2, 'usage']);
    expect(await refused(...key, ...AT)).toEqual([2, 'usage']);
  });

  it('is refused before anything rests on it', async () => {
    const list = at('first.jws');
    const with_ = (file: string, key: string, when = AT) => refused('--trust', file, '--trust-key', at(key), ...when);
    expect(await with_(list, 'k2.pub.pem')).toEqual([2, 'trust-list-untrusted']);
    expect(await with_(list, 'k1.pub.pem', ['--at', '2026-04-01'])).toEqual([2, 'trust-list-untrusted']);
    expect(await with_(list, 'k1.key.pem')).toEqual([2, 'usage']);
    expect(await with_(list, 'nowhere.pem')).toEqual([2, 'file-missing']);
    const text = readFileSync(list, 'utf8');
    write('broken.jws', text.slice(0, 200));
    expect(await with_(at('broken.jws'), 'k1.pub.pem')).toEqual([2, 'jws-malformed']);
    write(
      'changed.jws',
      text.replace(/.\../, (two) => (two.startsWith('A') ? `B${two.slice(1)}` : `A${two.slice(1)}`)),
    );
    expect((await with_(at('changed.jws'), 'k1.pub.pem'))[0]).toBe(2);
    write('newline.jws', `${text}\n`);
    expect((await verifyQr(at('newline.jws'))).status).toBe(0);
  });

  it('also stands behind seals and PDFs', async () => {
    const key = ['--trust', at('first.jws'), '--trust-key', at('k2.pub.pem'), ...AT];
    for (const args of [
      ['seal', 'verify', at('licence.txt')],
      ['pdf', 'verify', at('licence.txt')],
    ]) {
      const { status, answer } = await json(...args, ...key);
      expect([status, answer.error.code]).toEqual([2, 'trust-list-untrusted']);
    }
  });
});

describe('--trust-state', () => {
  it('keeps the highest edition, never lower, and only after it was verified', async () => {
    const one = await edition('s1', draft());
    const two = await edition('s2', draft({ issued: '2026-05-02' }), 'k1', '--previous', at('s1.jws'));
    const state = ['--trust-state', at('state.json')];
    const sequence = () => JSON.parse(readFileSync(at('state.json'), 'utf8')).sequence;

    const wrong = await json('trust', 'verify', one, '--trust-key', at('k2.pub.pem'), ...state, ...AT);
    expect([wrong.status, existsSync(at('state.json'))]).toEqual([1, false]);
    expect((await verifyQr(one, ...state)).status).toBe(0);
    expect(sequence()).toBe(1);
    expect((await verifyQr(two, ...state)).status).toBe(0);
    expect((await verifyQr(two, ...state)).status).toBe(0);
    expect(sequence()).toBe(2);

    const back = await verifyQr(one, ...state);
    expect([back.status, back.answer.error.code]).toEqual([2, 'trust-list-rollback']);
    const report = await json('trust', 'verify', one, '--trust-key', at('k1.pub.pem'), ...state, ...AT);
    expect([report.status, codesOf(report.answer)]).toEqual([1, expect.arrayContaining(['fail trust-list-rollback'])]);
    const other = await edition('s2b', draft({ issued: '2026-05-02', hardExpiry: '2026-12-01', sequence: 2 }));
    expect((await verifyQr(other, ...state)).answer.error.code).toBe('trust-list-rollback');
    expect(sequence()).toBe(2);
    expect(readdirSync(folder).filter((name) => /^state\.json\./.test(name))).toEqual([]);

    write('state.json', '{"sequence":0}');
    expect((await verifyQr(two, ...state)).answer.error.code).toBe('trust-list-malformed');
    const nowhere = await verifyQr(two, '--trust-state', at('no/such/folder/state'));
    expect([nowhere.status, nowhere.answer.error.code]).toEqual([2, 'file-unwritable']);
  });

  describe('of many at once', () => {
    const files: string[] = [];
    const left = (name: string) => readdirSync(folder).filter((file) => file.startsWith(`${name}.`));
    const sequence = (name: string) => JSON.parse(readFileSync(at(name), 'utf8')).sequence;
    beforeAll(async () => {
      files.push(await edition('p1', draft()));
      for (const n of [2, 3, 4]) {
        const content = draft({ issued: `2026-05-0${n}` });
        files.push(await edition(`p${n}`, content, 'k1', '--previous', at(`p${n - 1}.jws`)));
      }
    });

    it('calls the highest stays, and each that was accepted was so in order', async () => {
      const keys = await publicKeysOf(at('k1.pub.pem'));
      const lists = files.map((file) => readFileSync(file, 'utf8'));
      for (let round = 0; round < 5; round++) {
        const stateFile = at(`calls-${round}`);
        const options = { keys, at: new Date('2026-05-20T00:00:00Z'), stateFile };
        const verified = await Promise.all(
          [...lists, ...lists].reverse().map((jws) => verifyTrustListFile(jws, options)),
        );
        expect(verified.filter(({ list }) => list?.sequence === 4)).toHaveLength(2);
        expect([sequence(`calls-${round}`), left(`calls-${round}`)]).toEqual([4, []]);
      }
    });

    it('processes the highest stays', async () => {
      const hooks = new URL('../../../scripts/from-source-hooks.mjs', import.meta.url).href;
      const fromSource = `import { register } from 'node:module'; register(${JSON.stringify(hooks)});`;
      const main = new URL('../src/main.ts', import.meta.url).href;
      const script = `import { main } from ${JSON.stringify(main)}; process.exitCode = await main(process.argv.slice(1));`;
      const run = async (file: string): Promise<string> => {
        const node = ['--import', 'tsx', '--import', `data:text/javascript,${encodeURIComponent(fromSource)}`];
        const args = ['--trust-key', at('k1.pub.pem'), '--trust-state', at('many'), '--json', ...AT];
        const ran = spawn(process.execPath, [
          ...[...node, '--input-type=module', '-e', script],
          ...['--', 'trust', 'verify', file, ...args],
        ]);
        const out = (await ran.stdout.setEncoding('utf8').toArray()).join('');
        return JSON.parse(out).verdict;
      };
      const verdicts = await Promise.all([files[3]!, files[2]!].map(run));
      expect(verdicts[0]).toBe('valid');
      expect([sequence('many'), left('many')]).toEqual([4, []]);
    }, 90_000);
  });

  it('a lock that a dead process left is removed', async () => {
    const list = await edition('locked', draft());
    write('lock-state.json.lock', '');
    const old = new Date(Date.now() - 60_000);
    utimesSync(at('lock-state.json.lock'), old, old);
    expect((await verifyQr(list, '--trust-state', at('lock-state.json'))).status).toBe(0);
    expect(existsSync(at('lock-state.json.lock'))).toBe(false);
  });
});

describe('gov trust build', () => {
  const failed = async (content: unknown, ...options: readonly string[]) => {
    write('wrong.draft.json', content);
    const { status, answer } = await json(
      'trust',
      'build',
      at('wrong.draft.json'),
      '--out',
      at('wrong.json'),
      ...options,
    );
    expect(existsSync(at('wrong.json'))).toBe(false);
    return [status, answer.error.code, answer.error.message];
  };

  it.each<[string, unknown, string, RegExp]>([
    ['a misspelt member', draft({}, { stauts: 'revoked' }), 'input-malformed', /issuers\.0\.stauts/],
    ['an unknown member', draft({ keyz: {} }), 'input-malformed', /keyz/],
    ['a member twice', '{"id":"a","id":"b"}', 'json-malformed', /twice/],
    ['no JSON', 'x', 'json-malformed', /JSON/],
    ['no keys', draft({ keys: undefined }), 'input-malformed', /keys/],
    ['a private key', draft({ keys: { current: 'k1.key.pem' } }), 'usage', /private/],
    ['a file that is not there', draft({}, { cert: 'none.pem' }), 'file-missing', /none\.pem/],
    ['a status that is none', draft({}, { status: 'gone' }), 'input-malformed', /issuers\.0\.status/],
    ['a status without its end', draft({}, { status: 'revoked' }), 'trust-list-malformed', /issuers\.0\.to/],
    ['a use of no service', draft({}, { use: 'king' }), 'trust-list-malformed', /issuers\.0\.use/],
    ['a region that is none', draft({}, { region: '山东' }), 'trust-list-malformed', /issuers\.0\.region/],
    ['a time that is none', draft({ nextUpdate: '2026-02-30' }), 'input-malformed', /nextUpdate/],
    ['dates in the wrong order', draft({ nextUpdate: '2026-12-01' }), 'trust-list-malformed', /nextUpdate/],
  ])('refuses %s', async (_what, content, code, message) => {
    const [status, ...error] = await failed(content);
    expect([status, ...error]).toEqual([2, code, expect.stringMatching(message)]);
  });

  it('holds to the edition before', async () => {
    await edition('base', draft());
    const previous = ['--previous', at('base.json')];
    expect((await failed(draft({ issuers: [] }), ...previous)).slice(0, 2)).toEqual([2, 'trust-list-malformed']);
    expect((await failed(draft({ id: 'other' }), ...previous)).slice(0, 2)).toEqual([2, 'trust-list-malformed']);
  });

  it('does not sign with another key', async () => {
    const key = at('k2.key.pem');
    const { status, answer } = await json('trust', 'sign', at('base.json'), '--key', key, '--out', at('no.jws'));
    expect([status, answer.error.code, existsSync(at('no.jws'))]).toEqual([2, 'key-mismatch', false]);
  });
});

describe('gov trust rotate', () => {
  const rotate = (from: string, to: string, ...options: readonly string[]) =>
    json('trust', 'rotate', at(from), '--out', at(to), ...options);

  it('announces, promotes, and verifiers with a state follow', async () => {
    const one = await edition('r1', draft());
    const state = ['--trust-state', at('rotation.json')];
    expect((await verifyQr(one, ...state)).status).toBe(0);
    const announced = await rotate('r1.jws', 'r2.json', '--next-key', at('k2.pub.pem'), '--at', '2026-05-03');
    expect([announced.status, announced.answer.sequence]).toEqual([0, 2]);
    expect((await verifyQr(await sign('r2', 'k1'), ...state)).status).toBe(0);
    const promoted = await rotate(
      'r2.json',
      'r3.json',
      '--promote',
      '--next-key',
      at('k3.pub.pem'),
      '--at',
      '2026-05-04',
    );
    expect(promoted.status).toBe(0);
    const three = await sign('r3', 'k2');
    expect((await verifyQr(three, ...state)).status).toBe(0);
    expect((await verifyQr(three)).answer.error.code).toBe('trust-list-untrusted');
    expect(readTrustList(readFileSync(three, 'utf8')).sequence).toBe(3);
  });

  it('refuses what has nothing to do, or nothing to promote', async () => {
    expect((await rotate('r1.jws', 'x.json')).answer.error.code).toBe('usage');
    expect((await rotate('r1.jws', 'x.json', '--promote')).answer.error.code).toBe('trust-list-malformed');
  });
});

it('gov trust verify tells in words what it found', async () => {
  const ran = await gov('trust', 'verify', at('first.jws'), '--trust-key', at('k1.pub.pem'), ...AT, '--lang', 'zh');
  expect(ran.status).toBe(0);
  expect(ran.out).toContain('信任列表由所信任的密钥签发。');
  expect((await gov('trust', 'verify', at('root.crt.pem'), '--trust-key', at('k1.pub.pem'))).status).toBe(2);
});
