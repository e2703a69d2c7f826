/** `gov citycode verify --license`: a code that carries a licence (证码合一), and the licence beside it. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { FOOD_BUSINESS } from '@gov/e-license';
import { LicenseRegister } from '@gov/e-license/register';
import { readCertificate } from '@gov/pki';
import { decodeBase45, encodeBase45 } from '@gov/qr/base45';
import { qrCode, qrPng } from '@gov/qr/draw';
import { readSm2PrivateKey, sm2Signer } from '@gov/sm';
import { openStore } from '@gov/store';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { newDatabase } from '../../../test/databases.js';
import { CityFiles, NOW } from './citycode-world.js';
import { gov, json } from './run.js';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const folder = mkdtempSync(join(tmpdir(), 'gov-citycode-license-'));
const city = new CityFiles(folder);
const { at } = city;
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const BASE = 'https://status.example.gov.cn/status/';
const ACT = { actor: 'window-3', reason: '监督检查' };
const STATUSES = ['valid', 'suspended', 'revoked'] as const;
let listed: readonly string[];

beforeAll(async () => {
  await city.make();
  const sample = JSON.parse(
    readFileSync(new URL('../../../examples/license/food-business.json', import.meta.url), 'utf8'),
  );
  const certificate = readCertificate(new Uint8Array(readFileSync(at('licences.crt.pem'))));
  const signer = sm2Signer(readSm2PrivateKey(readFileSync(at('licences.key.pem'), 'utf8')));
  await newDatabase(at('register'));
  await newDatabase(at('online'));
  const clock = () => new Date('2026-11-01T00:00:00Z');
  const registered = async (work: (licences: LicenseRegister) => Promise<void>): Promise<void> => {
    const store = await openStore(at('register'));
    const issuer = { certificate, signer };
    try {
      await work(new LicenseRegister({ store, types: [FOOD_BUSINESS], issuer, log: 'licences', clock }));
    } finally {
      await store.close();
    }
  };
  const published = async (out: string): Promise<void> => {
    const issuer = ['--cert', at('licences.crt.pem'), '--key', at('licences.key.pem')];
    const lists = ['--base', BASE, '--out', out, '--hours', '72', '--at', NOW];
    expect((await json('license', 'status-list', '--database', at('register'), ...issuer, ...lists)).status).toBe(0);
  };
  let revoked = '';
  await registered(async (licences) => {
    for (const [n, status] of [...STATUSES, 'expired', 'other'].entries()) {
      const dates = status === 'expired' ? { validTo: '2026-11-22' } : {};
      const data = { ...sample, number: `JY2990101000001${n}`, ...dates };
      const { entry } = await licences.issue(data, { actor: 'window-3' });
      city.write(`${status}.txt`, `${entry.qrText}\n`);
      if (status === 'suspended') await licences.suspend(entry.identifier, ACT);
      if (status === 'revoked') revoked = entry.identifier;
    }
  });
  await published(at('lists-before'));
  await registered(async (licences) => void (await licences.revoke(revoked, { ...ACT, as: 'revoked' })));
  await published(at('lists'));
  listed = ['--status', at('lists'), '--status-base', `${BASE}{issuer}/`];
  await city.ran(...city.delegateArgs('plain'));
  for (const status of [...STATUSES, 'expired'])
    await city.ran(...city.delegateArgs(status, '--license', at(`${status}.txt`)));
});

let made = 0;
async function verified(name: string, ...more: readonly string[]) {
  const { answer: shown } = await json(...city.showArgs(name));
  const file = city.write(`code-${++made}.txt`, `${shown.text}\n`);
  const { status, answer } = await json(...city.verifyArgs(file, '--state', at(`state-${made}`), ...more));
  const reports = answer.error === undefined ? [answer, ...(answer.signatures ?? [])] : [];
  const open = reports.flatMap(({ findings, unchecked }) =>
    findings
      .filter(({ outcome, code }: { outcome: string; code: string }) => outcome !== 'pass' && !unchecked.includes(code))
      .map(({ code }: { code: string }) => code),
  );
  return { status, verdict: answer.verdict ?? answer.error.code, open, answer };
}
/** The same payload under another signature. */
function forged(name: string): string {
  const octets = inflateRawSync(
    decodeBase45(
      readFileSync(at(`${name}.txt`), 'latin1')
        .trim()
        .slice(4),
    ),
  );
  octets[octets.length - 1]! ^= 1;
  return city.write(`${name}-forged.txt`, `EL1:${encodeBase45(deflateRawSync(octets))}`);
}
const license = (name: string): readonly string[] => ['--license', at(`${name}.txt`)];

describe('a code that carries a licence', () => {
  it('is valid together with it: the report on the licence is a part of that on the code', async () => {
    const { status, verdict, open, answer } = await verified('valid', ...license('valid'), ...listed);
    expect([status, verdict, open]).toEqual([0, 'valid', []]);
    const [beside] = answer.signatures;
    expect([answer.subject.kind, answer.subject.profile, beside.subject.kind]).toEqual([
      'city-code',
      'P2',
      'license-qr',
    ]);
    expect(answer.required).toContain('status');
    for (const [report, finding] of [
      [answer, 'license-digest-ok'],
      [answer, 'status-ok'],
      [beside, 'signature-ok'],
      [beside, 'license-ok'],
    ])
      expect(report.findings).toContainEqual(expect.objectContaining({ outcome: 'pass', code: finding }));
  });

  it('takes the licence as a picture, or as it is', async () => {
    const text = readFileSync(at('valid.txt'), 'latin1').trim();
    const draw = (name: string, ...texts: readonly string[]) =>
      city.write(name, qrPng(qrCode(texts[0]!), { scale: 3 }));
    expect((await verified('valid', '--license', draw('beside.png', text), ...listed)).status).toBe(0);
    expect((await verified('valid', '--license', text, ...listed)).status).toBe(0);
    expect((await verified('valid', '--license', draw('plain.png', 'HELLO'), ...listed)).verdict).toBe(
      'input-malformed',
    );
    await city.ran(...city.delegateArgs('drawn', '--license', at('beside.png')));
    expect((await verified('drawn', ...license('valid'), ...listed)).status).toBe(0);
  });

  it.each([
    ['suspended', ['status-suspended', 'status-suspended']],
    ['revoked', ['status-revoked', 'status-revoked']],
    ['expired', ['license-expired']],
  ])('is invalid where the licence is %s', async (name, codes) => {
    const { status, open } = await verified(name, ...license(name), ...listed);
    expect([status, open]).toEqual([1, codes]);
  });

  it('was valid until its licence was revoked', async () => {
    const before = await verified('revoked', ...license('revoked'), ...listed, '--status', at('lists-before'));
    expect([before.status, before.open]).toEqual([0, []]);
    const since = await verified('revoked', ...license('revoked'), ...listed);
    expect(since.status).toBe(1);
  });

  it('is invalid beside another licence, though that is in force', async () => {
    const { status, open } = await verified('valid', ...license('other'), ...listed);
    expect([status, open]).toEqual([1, ['license-digest-mismatch']]);
  });

  it('is invalid beside its licence with another signature, whose payload is the same', async () => {
    const { status, open } = await verified('valid', '--license', forged('valid'), ...listed);
    expect(status).toBe(1);
    expect(open).toContain('signature-invalid');
    expect(open).not.toContain('license-digest-mismatch');
  });

  it('is invalid beside what only begins like a licence', async () => {
    const { status, open } = await verified('valid', '--license', 'EL1:HELLO', ...listed);
    expect([status, open]).toEqual([1, ['license-digest-mismatch', 'status-not-checked', 'qr-base45']]);
  });

  it('is not valid where nobody could tell the status that was asked for', async () => {
    const elsewhere = ['--status', at('lists'), '--status-base', `${BASE}elsewhere/`];
    const { status, open } = await verified('valid', ...license('valid'), ...elsewhere);
    expect([status, open]).toEqual([3, ['status-other', 'status-other']]);
  });

  it('says that the status was not checked where nobody asked for it', async () => {
    const { status, answer } = await verified('revoked', ...license('revoked'));
    expect([status, answer.unchecked, answer.signatures[0].unchecked]).toEqual([
      0,
      ['revocation-not-checked', 'status-not-checked'],
      expect.arrayContaining(['status-not-checked']),
    ]);
  });

  it('is not valid where nobody vouches for the issuer of the licence', async () => {
    const only = await city.list('city-only', [
      { cert: 'issuer.crt.pem', use: 'city-code-issuer', region: '440100', index: 1 },
    ]);
    const { status, open } = await verified('valid', ...license('valid'), '--trust', only);
    expect([status, open]).toEqual([3, expect.arrayContaining(['issuer-unknown'])]);
    // The list has the anchor: its certificate is enough.
    const found = await verified('valid', ...license('valid'), '--trust', only, '--certs', at('licences.crt.pem'));
    expect([found.status, found.open]).toEqual([0, []]);
  });

  it('is valid by itself, without its licence, unless its status is asked for', async () => {
    const { status, answer } = await verified('revoked');
    expect([status, answer.subject.kind, answer.unchecked]).toEqual([
      0,
      'city-code',
      ['revocation-not-checked', 'status-not-checked'],
    ]);
    const asked = await verified('valid', ...listed);
    expect([asked.status, asked.open]).toEqual([3, ['status-not-checked']]);
  });

  it('is in the log with what is wrong with its licence', async () => {
    const log = ['--log', at('gate.log'), '--log-key', at('gate.key.pem')];
    expect((await verified('expired', ...license('expired'), ...log)).status).toBe(1);
    const [line] = readFileSync(at('gate.log'), 'utf8').split('\n');
    expect(JSON.parse(line!)).toMatchObject({ verdict: 'invalid', codes: expect.arrayContaining(['license-expired']) });
  });

  it('says to people which report is on the licence', async () => {
    const { answer } = await json(...city.showArgs('valid'));
    const file = city.write('people.txt', answer.text);
    const args = city.verifyArgs(file, '--state', at('state-people'), ...license('valid'), ...listed);
    const { out } = await gov(...args, '--lang', 'zh');
    expect(out).toContain('同时出示的证照 食品经营许可证');
  });
});

describe('a licence', () => {
  it('beside a code that carries none is not accepted', async () => {
    const { status, open } = await verified('plain', ...license('valid'));
    expect([status, open]).toEqual([1, ['license-digest-mismatch']]);
  });

  it('that is demanded lets no code pass that carries none', async () => {
    const { status, open } = await verified('plain', ...listed);
    expect([status, open]).toEqual([1, ['city-code-profile-refused', 'check-not-made']]);
  });

  it('that is none is wrong use', async () => {
    for (const file of ['root.pem', 'list.jws'])
      expect(await verified('valid', '--license', at(file))).toMatchObject({ status: 2, verdict: 'input-malformed' });
    expect(await verified('valid', '--license', at('nowhere.txt'))).toMatchObject({
      status: 2,
      verdict: 'file-missing',
    });
    expect(await verified('valid', '--status-base', BASE)).toMatchObject({ status: 2, verdict: 'usage' });
  });

  it('goes with no online code', async () => {
    const issue = ['citycode', 'issue', '--database', at('online'), '--holder', 'x', '--assurance', '1', '--at', NOW];
    const { answer } = await json(...issue);
    const file = city.write('online.txt', answer.text);
    for (const more of [license('valid'), listed])
      expect(await json(...city.verifyArgs(file, '--database', at('online'), ...more))).toMatchObject({
        status: 2,
        answer: { error: { code: 'usage' } },
      });
  });
});
