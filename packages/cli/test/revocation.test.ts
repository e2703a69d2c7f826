import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '@gov/cli';
import { readCertificate } from '@gov/pki';
import { createOcspRequest } from '@gov/pki/ocsp';
import { readCrl, readOcspResponse } from '@gov/pki/revocation';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { SEAL_PNG } from '../../../test/world.js';
import { gov, json } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'gov-revocation-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const ok = async (...args: string[]) => {
  const { status, answer } = await json(...args);
  expect(status, JSON.stringify(answer)).toBe(0);
  return answer;
};
const code = async (...args: string[]) => {
  const { status, answer } = await json(...args);
  return status === 0 ? 'done' : `${status} ${answer.error?.code}`;
};
const certificateAt = (name: string) => readCertificate(readFileSync(at(`${name}.crt.pem`), 'utf8'));
const serialOf = (name: string) => certificateAt(name).serialNumber.toString(16);

const issue = (name: string, use = 'signer', ca = 'ca') =>
  ok(
    'ca',
    'issue',
    '--ca',
    at(ca),
    '--use',
    use,
    '--subject',
    `CN=${name},C=CN`,
    '--out',
    at(name),
    '--at',
    '2026-01-02',
  );
const revoke = (...args: string[]) => ['ca', 'revoke', '--ca', at('ca'), '--at', '2026-06-01T00:00:00Z', ...args];
const crl = (out: string, time: string, ...args: string[]) =>
  ok('ca', 'crl', '--ca', at('ca'), '--out', at(out), '--at', time, ...args);

beforeAll(async () => {
  for (const ca of ['ca', 'other-ca']) await ok('ca', 'init', '--out', at(ca), '--at', '2026-01-01');
  await issue('maker', 'seal-maker');
  for (const name of ['signer', 'lost', 'old', 'retired']) await issue(name);
  await issue('foreign', 'signer', 'other-ca');
});

describe('gov ca revoke', () => {
  it('records a certificate, or a serial number, once', async () => {
    const answer = await ok(
      ...revoke(at('lost.crt.pem'), '--reason', 'keyCompromise', '--invalidity-date', '2026-03-01'),
    );
    expect(answer).toEqual({
      serial: serialOf('lost'),
      revokedAt: '2026-06-01T00:00:00.000Z',
      reason: 'keyCompromise',
    });
    expect(await code(...revoke(at('lost.crt.pem')))).toBe('2 already-revoked');
    expect(await code(...revoke('--serial', serialOf('lost')))).toBe('2 already-revoked');
    const colons = serialOf('old')
      .toUpperCase()
      .replace(/..(?=.)/g, '$&:');
    expect(await code(...revoke('--serial', colons))).toBe('done');
    expect(await code(...revoke('--serial', serialOf('old')))).toBe('2 already-revoked');
    const lines = readFileSync(at('ca/revoked.jsonl'), 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        serial: serialOf('lost'),
        revokedAt: '2026-06-01T00:00:00.000Z',
        reason: 'keyCompromise',
        invalidityDate: '2026-02-28T16:00:00.000Z',
      },
      { serial: serialOf('old'), revokedAt: '2026-06-01T00:00:00.000Z' },
    ]);
  });

  it('refuses what it did not issue, and wrong use', async () => {
    expect(await code(...revoke(at('foreign.crt.pem')))).toBe('2 certificate-unknown');
    expect(await code(...revoke(at('ca/root.crt.pem')))).toBe('2 certificate-unknown');
    expect(await code(...revoke('--serial', serialOf('foreign')))).toBe('2 certificate-unknown');
    for (const args of [
      [],
      [at('retired.crt.pem'), '--serial', '1'],
      [at('retired.crt.pem'), at('lost.crt.pem')],
      ['--serial', 'xyz'],
      [at('retired.crt.pem'), '--reason', 'removeFromCRL'],
      [at('retired.crt.pem'), '--reason', 'lost'],
      [at('retired.crt.pem'), '--invalidity-date', '2026-06-02'],
    ]) {
      expect(await code(...revoke(...args)), args.join(' ')).toBe('2 usage');
    }
    expect(await code(...revoke(at('absent.pem')))).toBe('2 file-missing');
    expect(readFileSync(at('ca/revoked.jsonl'), 'utf8')).not.toContain(serialOf('retired'));
  });

  it('passes over no damaged record', async () => {
    const ca = at('damaged');
    await ok('ca', 'init', '--out', ca);
    await ok('ca', 'issue', '--ca', ca, '--use', 'signer', '--subject', 'CN=x', '--out', at('x'));
    for (const line of [
      '{"serial":"1","revokedAt":"2026',
      '[]',
      '{"serial":"01","revokedAt":"x"}',
      '{"serial":"A","revokedAt":"2026-01-01T00:00:00Z"}',
      '{"serial":"a","revokedAt":"2026-01-01T00:00:00Z","reason":"none"}',
      '7',
      'null',
    ]) {
      writeFileSync(join(ca, 'revoked.jsonl'), `${line}\n`);
      expect(await code('ca', 'crl', '--ca', ca, '--out', at('damaged.crl')), line).toBe('2 file-unreadable');
      expect(await code('ca', 'revoke', '--ca', ca, at('x.crt.pem')), line).toBe('2 file-unreadable');
    }
    // Two that revoked at the same moment: the first counts.
    const line = (day: string) => `{"serial":"a","revokedAt":"2026-01-0${day}T00:00:00.000Z"}\n`;
    writeFileSync(join(ca, 'revoked.jsonl'), line('1') + line('2'));
    await ok('ca', 'crl', '--ca', ca, '--out', at('damaged.crl'));
    expect(readCrl(readFileSync(at('damaged.crl'))).revocations(10n)).toEqual([
      { revokedAt: new Date('2026-01-01T00:00:00Z') },
    ]);
    writeFileSync(join(ca, 'crls.jsonl'), '{"number":"x"}\n');
    expect(await code('ca', 'crl', '--ca', ca, '--out', at('again.crl'))).toBe('2 file-unreadable');
  });
});

describe('gov ca crl', () => {
  it('lists what was revoked, under a number that grows', async () => {
    const answer = await crl('one.crl', '2026-06-02T00:00:00Z');
    expect(answer).toEqual({ crl: at('one.crl'), crlNumber: '1', revoked: 2, nextUpdate: '2026-06-09T00:00:00.000Z' });
    const list = readCrl(readFileSync(at('one.crl')), 'strict');
    expect(list.revocations(certificateAt('lost').serialNumber)).toEqual([
      {
        revokedAt: new Date('2026-06-01T00:00:00Z'),
        reason: 'keyCompromise',
        invalidityDate: new Date('2026-02-28T16:00:00Z'),
      },
    ]);
    expect(list.revocations(certificateAt('signer').serialNumber)).toEqual([]);
    await crl('two.crl.pem', '2026-06-02T00:00:00Z', '--days', '1');
    const pem = readFileSync(at('two.crl.pem'), 'utf8');
    expect(pem).toMatch(/^-----BEGIN X509 CRL-----\n/);
    const { crlNumber, nextUpdate } = readCrl(pem, 'strict');
    expect([crlNumber, nextUpdate]).toEqual([2n, new Date('2026-06-03T00:00:00Z')]);
    expect(await code('ca', 'crl', '--ca', at('ca'), '--out', at('one.crl'))).toBe('2 file-exists');
    expect(await code('ca', 'crl', '--ca', at('ca'), '--out', at('no.crl'), '--days', '0')).toBe('2 usage');
    expect(existsSync(at('no.crl'))).toBe(false);
  });
});

describe('--crls and --ocsp', () => {
  const verify = (time: string, ...args: string[]) =>
    json('seal', 'verify', at('seal.esl'), '--trust', at('ca/root.crt.pem'), '--at', time, ...args);
  const found = (answer: { findings: { check: string; code: string }[] }) =>
    answer.findings.flatMap(({ check, code }) => (check === 'revocation' || code.startsWith('revoked-') ? [code] : []));

  beforeAll(async () => {
    writeFileSync(at('seal.png'), SEAL_PNG);
    await ok(
      ...['seal', 'make', '--name', '某市行政审批局', '--id', '99010000000001', '--picture', at('seal.png')],
      ...['--width', '42', '--height', '42', '--signer', at('signer.crt.pem'), '--maker-cert', at('maker.crt.pem')],
      ...['--maker-key', at('maker.key.pem'), '--valid-from', '2026-01-01', '--valid-to', '2030-12-31'],
      ...['--out', at('seal.esl'), '--at', '2026-05-20T10:00:00+08:00'],
    );
  });

  it('answer what is unchecked without them', async () => {
    const time = '2026-06-03T00:00:00Z';
    const none = await verify(time);
    expect([none.status, none.answer.unchecked]).toEqual([0, ['revocation-not-checked']]);
    expect((await verify(time, '--require', 'revocation')).status).toBe(3);
    const good = await verify(time, '--crls', at('one.crl'), '--require', 'revocation');
    expect([good.status, found(good.answer), good.answer.unchecked]).toEqual([0, ['revocation-ok'], []]);
    const stale = await verify('2026-07-01', '--crls', at('one.crl'), '--require', 'revocation');
    expect([stale.status, found(stale.answer)]).toEqual([3, ['revocation-stale']]);
    // A folder: lists in either form, whatever else lies there is left alone.
    const all = await verify('2026-06-03T00:00:00Z', '--crls', folder, '--require', 'revocation');
    expect([all.status, found(all.answer)]).toEqual([0, ['revocation-ok']]);
  });

  it('count where they say revoked, asked for or not', async () => {
    await ok(...revoke(at('maker.crt.pem'), '--reason', 'superseded'));
    await crl('after.crl', '2026-06-04T00:00:00Z');
    // The seal's own date is a claim of its maker.
    const claimed = await verify('2026-06-05', '--crls', at('after.crl'));
    expect([claimed.status, claimed.answer.verdict, found(claimed.answer)]).toEqual([
      3,
      'indeterminate',
      ['revoked-time-unproved'],
    ]);
  });

  it('refuse what is none', async () => {
    const error = async (...args: string[]) => {
      const { status, answer } = await verify('2026-06-05', ...args);
      return `${status} ${answer.error?.code}`;
    };
    expect(await error('--crls', at('absent.crl'))).toBe('2 file-missing');
    expect(await error('--crls', at('seal.esl'))).toBe('2 crl-malformed');
    expect(await error('--crls', at('signer.crt.pem'))).toBe('2 crl-malformed');
    expect(await error('--ocsp', at('one.crl'))).toBe('2 ocsp-malformed');
  });
});

describe('gov serve ocsp', () => {
  const running: (() => Promise<number>)[] = [];
  afterEach(async () => {
    for (const stop of running.splice(0)) await stop();
  });

  /** Until `stop`; what it prints, and the status it ends with. */
  async function serve(...args: string[]) {
    let out = '';
    let written = () => {};
    const first = new Promise<void>((resolve) => {
      written = resolve;
    });
    const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
      out += chunk;
      written();
      return true;
    });
    const status = main(['serve', 'ocsp', '--listen', '127.0.0.1:0', ...args, '--json']);
    await first;
    stdout.mockRestore();
    const answer = JSON.parse(out);
    if (answer.url !== undefined) {
      running.push(() => {
        process.emit('SIGTERM', 'SIGTERM');
        return status;
      });
    }
    return { answer, status };
  }

  const ask = async (url: string, name: string) => {
    const issuer = readCertificate(readFileSync(at('ca/root.crt.pem'), 'utf8'));
    const certificates = [{ certificate: certificateAt(name), issuer }];
    const { bytes } = await createOcspRequest({ certificates, hash: 'SM3' });
    const response = await fetch(url, { method: 'POST', body: Uint8Array.from(bytes) });
    const body = new Uint8Array(await response.arrayBuffer());
    return { body, status: readOcspResponse(body, 'strict').responses[0]!.certificateStatus };
  };

  it('answers from the records, and picks up what is revoked meanwhile', async () => {
    const { answer } = await serve('--ca', at('ca'));
    expect((await ask(answer.url, 'lost')).status).toMatchObject({ status: 'revoked', reason: 'keyCompromise' });
    expect((await ask(answer.url, 'signer')).status).toEqual({ status: 'good' });
    expect((await ask(answer.url, 'foreign')).status).toEqual({ status: 'unknown' });
    expect((await ask(answer.url, 'retired')).status).toEqual({ status: 'good' });
    await ok(...revoke(at('retired.crt.pem'), '--reason', 'cessationOfOperation'));
    expect((await ask(answer.url, 'retired')).status).toMatchObject({
      status: 'revoked',
      reason: 'cessationOfOperation',
    });
    await issue('new');
    expect((await ask(answer.url, 'new')).status).toEqual({ status: 'good' });
    // What it answered counts where it is given to a verifier.
    writeFileSync(at('maker.ors'), (await ask(answer.url, 'maker')).body);
    const { status, answer: report } = await json(
      ...['seal', 'verify', at('seal.esl'), '--trust', at('ca/root.crt.pem'), '--ocsp', at('maker.ors')],
    );
    expect([status, report.verdict]).toEqual([3, 'indeterminate']);
    // A record that cannot be read is no "good".
    appendFileSync(at('ca/revoked.jsonl'), '{"serial":');
    const error = vi.spyOn(console, 'error').mockImplementation(() => {});
    await expect(ask(answer.url, 'signer')).rejects.toMatchObject({ code: 'ocsp-unsuccessful' });
    expect(error).toHaveBeenCalledWith(expect.stringContaining('revoked.jsonl'));
    error.mockRestore();
  });

  it('is asked by whoever verifies, where he is told to, and not otherwise', async () => {
    await ok('ca', 'init', '--out', at('net'), '--at', '2026-01-01');
    const { answer } = await serve('--ca', at('net'));
    const subject = ['--use', 'seal-maker', '--subject', 'CN=net,C=CN', '--out', at('net-maker'), '--at', '2026-01-02'];
    await ok('ca', 'issue', '--ca', at('net'), '--ocsp-url', answer.url, ...subject);
    await ok(
      ...['seal', 'make', '--name', '某市行政审批局', '--id', '99010000000001', '--picture', at('seal.png')],
      ...['--width', '42', '--height', '42', '--signer', at('signer.crt.pem'), '--maker-cert', at('net-maker.crt.pem')],
      ...['--maker-key', at('net-maker.key.pem'), '--valid-from', '2026-01-01', '--valid-to', '2030-12-31'],
      ...['--out', at('net.esl'), '--at', '2026-05-20T10:00:00+08:00'],
    );
    const verify = async (...args: string[]) => {
      const trust = ['--trust', at('net/root.crt.pem')];
      const { status, answer } = await json(
        'seal',
        'verify',
        at('net.esl'),
        ...trust,
        '--require',
        'revocation',
        ...args,
      );
      const [found] = answer.findings.filter(({ check }: { check: string }) => check === 'revocation');
      return `${status} ${found?.code}`;
    };
    expect(await verify()).toBe('3 revocation-not-checked');
    expect(await verify('--fetch-revocation')).toBe('0 revocation-ok');
    const early = ['--at', '2026-05-21T00:00:00Z', '--reason', 'superseded'];
    await ok('ca', 'revoke', '--ca', at('net'), at('net-maker.crt.pem'), ...early);
    const revoked = await json(
      'seal',
      'verify',
      at('net.esl'),
      '--trust',
      at('net/root.crt.pem'),
      '--fetch-revocation',
    );
    expect([revoked.status, revoked.answer.verdict]).toEqual([3, 'indeterminate']);
    for (const stop of running.splice(0)) await stop();
    expect(await verify('--fetch-revocation')).toBe('3 revocation-not-checked');
  });

  it('says what is wrong before it listens', async () => {
    const { answer } = await serve('--ca', at('ca'), '--minutes', '0');
    expect(answer.error.code).toBe('usage');
    expect((await serve('--ca', at('ca'), '--cert', at('signer.crt.pem'))).answer.error.code).toBe('usage');
    expect((await serve('--ca', at('nowhere'))).answer.error.code).toBe('file-missing');
    const own = ['--cert', at('signer.crt.pem'), '--key', at('signer.key.pem')];
    expect((await serve('--ca', at('other-ca'), ...own)).answer.error.code).toBe('certificate-unsuitable');
  });

  it('has help', async () => {
    for (const verb of [
      ['serve', 'ocsp'],
      ['ca', 'revoke'],
      ['ca', 'crl'],
    ]) {
      for (const lang of ['zh', 'en']) {
        const { status, out } = await gov(...verb, '--help', '--lang', lang);
        expect([status, out.includes('--ca DIR')]).toEqual([0, true]);
      }
    }
  });
});
