/** `gov license status-list`, `gov license verify --status` and `gov serve license`, on an embedded database. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '@gov/cli';
import { writePem } from '@gov/der/pem';
import { FOOD_BUSINESS } from '@gov/e-license';
import { LicenseRegister, STATUS_LIST_SIZE, slotCounter } from '@gov/e-license/register';
import { issueLeaf } from '@gov/pki/dev-ca';
import { generateSm2Key, sm2Signer } from '@gov/sm';
import { openStore } from '@gov/store';
import { readStatusListToken } from '@gov/token/status-list';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { newDatabase } from '../../../test/databases.js';
import { AUTHORITY, AUTHORITY_CODE, makeRoot, TIMES } from '../../../test/world.js';
import { gov, json } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'gov-status-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = (name: string): string => join(folder, name);
const put = (name: string, content: string): string => {
  writeFileSync(path(name), content, { mode: 0o600 });
  return path(name);
};

const sample = JSON.parse(
  readFileSync(new URL('../../../examples/license/food-business.json', import.meta.url), 'utf8'),
);
const BASE = 'https://status.example.gov.cn/status/';
const database = path('register');
const ACT = { actor: 'window-3', reason: '监督检查' };
let register: (work: (register: LicenseRegister) => Promise<unknown>) => Promise<void>;
let trusted: readonly string[];
let publishing: readonly string[];
const identifiers: string[] = [];
const texts: string[] = [];

beforeAll(async () => {
  await newDatabase(database);
  const root = await makeRoot();
  const key = generateSm2Key();
  const certificate = await issueLeaf({
    ca: root,
    use: 'license-issuer',
    subject: `CN=issuer,O=${AUTHORITY_CODE}${AUTHORITY},C=CN`,
    publicKey: key.publicKey.toSpki(),
    notBefore: TIMES.certificatesFrom,
    notAfter: TIMES.certificatesTo,
  });
  const issuer = { certificate, signer: sm2Signer(key) };
  const pem = (bytes: Uint8Array): string => writePem('CERTIFICATE', bytes);
  trusted = [
    '--trust',
    put('root.pem', pem(root.certificate.bytes)),
    '--certs',
    put('issuer.pem', pem(certificate.bytes)),
  ];
  publishing = ['--database', database, '--cert', path('issuer.pem'), '--key', put('issuer.key', key.toPem())];
  register = async (work) => {
    const store = await openStore(database);
    try {
      await work(
        new LicenseRegister({ store, types: [FOOD_BUSINESS], issuer, log: 'licences', clock: () => TIMES.signed }),
      );
    } finally {
      await store.close();
    }
  };
  await register(async (licences) => {
    for (const number of ['JY19901010000001', 'JY19901010000002', 'JY19901010000003']) {
      const { entry } = await licences.issue({ ...sample, number }, { actor: 'window-3' });
      identifiers.push(entry.identifier);
      texts.push(put(`${number}.txt`, entry.qrText!));
    }
  });
}, 120_000);

/** When it is verified, and when the lists are signed. */
const AT = '2026-11-22T04:00:00Z';
const verify = async (text: string, ...more: readonly string[]) => {
  const { status, answer } = await json('license', 'verify', text, ...trusted, '--at', AT, ...more);
  const found = answer.findings?.find(({ check }: { check: string }) => check === 'status');
  return { status, verdict: answer.verdict ?? answer.error.code, code: found?.code, detail: found?.detail, answer };
};

describe('status lists as files', () => {
  const lists = path('lists');
  const offline = ['--status', lists, '--status-base', `${BASE}{issuer}/`, '--require', 'status'];

  it('are written, carried away, and say who is in force', async () => {
    const exported = ['license', 'status-list', ...publishing, '--base', BASE, '--out', lists, '--at', AT];
    await register((licences) => licences.suspend(identifiers[1]!, ACT));
    const { status, answer } = await json(...exported, '--hours', '72');
    expect([status, answer]).toEqual([
      0,
      { files: [join(lists, `${AUTHORITY_CODE}-0.jwt`)], statusBase: [`${BASE}${AUTHORITY_CODE}/`] },
    ]);
    const token = readStatusListToken(readFileSync(answer.files[0], 'utf8'));
    expect(token).toMatchObject({ uri: `${BASE}${AUTHORITY_CODE}/0`, ttl: 300 });
    expect(token.expires!.getTime() - token.issuedAt.getTime()).toBe(72 * 3_600_000);

    expect(await verify(texts[0]!, ...offline)).toMatchObject({ status: 0, verdict: 'valid', code: 'status-ok' });
    expect(await verify(texts[1]!, ...offline)).toMatchObject({
      status: 1,
      verdict: 'invalid',
      code: 'status-suspended',
    });

    await register(async (licences) => {
      await licences.resume(identifiers[1]!, ACT);
      await licences.revoke(identifiers[2]!, { ...ACT, as: 'revoked' });
    });
    expect((await json(...exported)).answer.error.code).toBe('file-exists');
    expect((await json(...exported, '--force')).status).toBe(0);
    expect(await verify(texts[1]!, ...offline)).toMatchObject({ status: 0, code: 'status-ok' });
    expect(await verify(texts[2]!, ...offline)).toMatchObject({ status: 1, code: 'status-revoked' });
    // Revoked counts though nobody asked for the status; without data it is unchecked.
    expect(await verify(texts[2]!, ...offline.slice(0, 4))).toMatchObject({ status: 1, code: 'status-revoked' });
    expect(await verify(texts[2]!)).toMatchObject({ status: 0, code: 'status-not-checked' });
    expect(await verify(texts[2]!, '--require', 'status')).toMatchObject({ status: 3, verdict: 'indeterminate' });
  });

  it('are no use in the wrong place, or too late', async () => {
    const wrongBase = ['--status', lists, '--status-base', BASE, '--require', 'status'];
    expect(await verify(texts[0]!, ...wrongBase)).toMatchObject({ status: 3, code: 'status-other' });
    const noBase = ['--status', lists, '--require', 'status'];
    expect(await verify(texts[0]!, ...noBase)).toMatchObject({ status: 3, code: 'status-unavailable' });
    expect(await verify(texts[0]!, ...offline, '--at', '2026-11-26T00:00:00Z')).toMatchObject({
      status: 3,
      code: 'status-expired',
    });
    const garbage = put('garbage.jwt', 'garbage');
    expect(await verify(texts[0]!, '--status', garbage, '--status-base', BASE)).toMatchObject({
      status: 3,
      verdict: 'indeterminate',
      code: 'status-malformed',
    });
  });

  it('are not there: who asks for the status is never told valid, with --require or without', async () => {
    const empty = path('empty');
    mkdirSync(empty);
    const nothing = { status: 3, verdict: 'indeterminate', code: 'status-unavailable' };
    expect(await verify(texts[0]!, '--status', empty, '--status-base', BASE)).toMatchObject(nothing);
    const nobody = ['--fetch-status', '--status-base', 'http://127.0.0.1:1/'];
    expect(await verify(texts[0]!, ...nobody)).toMatchObject(nothing);
    const late = [...offline.slice(0, 4), '--at', '2026-11-26T00:00:00Z'];
    expect(await verify(texts[0]!, ...late)).toMatchObject({ ...nothing, code: 'status-expired' });
  });

  it('are asked for in the right way', async () => {
    expect((await verify(texts[0]!, '--status-base', BASE)).verdict).toBe('usage');
    expect((await verify(texts[0]!, '--status', lists, '--status-base', 'lists')).verdict).toBe('usage');
    expect((await verify(texts[0]!, '--status', path('nothing'))).verdict).toBe('file-missing');
    const exported = ['license', 'status-list', ...publishing, '--out', path('more')];
    expect((await json(...exported, '--base', 'https://a.example/no-slash')).answer.error.code).toBe('usage');
    expect((await json(...exported, '--base', BASE, '--issuer', 'a/b')).answer.error.code).toBe('usage');
    expect((await json(...exported, '--base', BASE, '--ttl', '0')).answer.error.code).toBe('invalid-argument');
    expect((await json(...exported, '--base', BASE, '--issuer', '99')).answer.error.code).toBe('license-not-found');
    const key = put('other.key', generateSm2Key().toPem());
    expect((await json(...exported, '--base', BASE, '--key', key)).answer.error.code).toBe('key-mismatch');
    const { out } = await gov('license', 'verify', texts[2]!, ...trusted, '--at', AT, ...offline, '--lang', 'zh');
    expect(out).toContain('证照已被吊销、撤销或注销。');
  });
});

describe('gov serve license', () => {
  it('answers verifiers over HTTP', async () => {
    let out = '';
    const written = new Promise<void>((resolve) => {
      vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
        out += chunk;
        resolve();
        return true;
      });
    });
    const ended = main(['serve', 'license', ...publishing, '--listen', '127.0.0.1:0', '--json']);
    await written;
    vi.restoreAllMocks();
    const { url, statusBase } = JSON.parse(out);
    expect(statusBase).toEqual([`${url}status/${AUTHORITY_CODE}/`]);
    try {
      const response = await fetch(`${statusBase[0]}0`);
      expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/statuslist+jwt']);
      expect((await fetch(`${statusBase[0]}1`)).status).toBe(404);
      for (const list of ['2147483648', '9999999999'])
        expect((await fetch(`${statusBase[0]}${list}`)).status).toBe(404);
      expect((await fetch(`${url}status/99/0`)).status).toBe(404);
      expect((await fetch(`${url}licenses`)).status).toBe(404);
      const online = ['--fetch-status', '--status-base', `${url}status/{issuer}/`, '--require', 'status'];
      const now = ['--at', new Date().toISOString()];
      expect(await verify(texts[0]!, ...online, ...now)).toMatchObject({ status: 0, code: 'status-ok' });
      expect(await verify(texts[2]!, ...online, ...now)).toMatchObject({ status: 1, code: 'status-revoked' });
    } finally {
      process.emit('SIGTERM', 'SIGTERM');
      expect(await ended).toBe(0);
    }
    // It let go of the database.
    await register(async () => undefined);
  });
});

describe('status lists of places that were set aside', () => {
  it('are written too, and do not hide those behind them', async () => {
    const store = await openStore(database);
    try {
      await store.transaction((tx) => tx.takeNumbers(slotCounter(AUTHORITY_CODE), 2 * STATUS_LIST_SIZE));
    } finally {
      await store.close();
    }
    let text = '';
    await register(async (licences) => {
      const { entry } = await licences.issue({ ...sample, number: 'JY19901010000009' }, { actor: 'window-3' });
      expect(entry.slot).toEqual({ list: 2, index: 3 });
      text = put('behind.txt', entry.qrText!);
    });
    const out = path('all');
    const { answer } = await json('license', 'status-list', ...publishing, '--base', BASE, '--out', out, '--at', AT);
    expect(answer.files).toEqual([0, 1, 2].map((list) => join(out, `${AUTHORITY_CODE}-${list}.jwt`)));
    const offline = ['--status', out, '--status-base', `${BASE}{issuer}/`];
    expect(await verify(text, ...offline)).toMatchObject({ status: 0, code: 'status-ok' });
    expect(await verify(texts[2]!, ...offline)).toMatchObject({ status: 1, code: 'status-revoked' });
  });
});
