import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writePem } from '@gov/der/pem';
import { readCertificate, readCertificates } from '@gov/pki';
import {
  basicConstraints,
  certificatePolicies,
  createCertificateRequest,
  inhibitAnyPolicy,
  issueCertificate,
  keyUsage,
  nameConstraints,
  parseGeneralName,
  policyConstraints,
  policyMappings,
} from '@gov/pki/ca';
import { generateSm2Key, sm2Signer } from '@gov/sm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasOpenssl, Openssl } from '../../sm/test/openssl.js';
import { gov, json } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'gov-cert-'));
const at = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

const NOW = ['--at', '2026-06-01'];
const done = async (...args: readonly string[]) => {
  const { status, answer } = await json(...args, '--at', '2026-01-01');
  expect(answer.error).toBeUndefined();
  expect(status).toBe(0);
  return answer;
};
const issue = (...args: readonly string[]) => done('ca', 'issue', '--use', 'signer', ...args);
const verdict = async (...args: readonly string[]) => {
  const { status, answer } = await json('cert', 'verify', ...args, ...NOW);
  return {
    status,
    codes: answer.findings?.map(({ outcome, code }: { outcome: string; code: string }) => `${outcome} ${code}`),
    answer,
  };
};
const VALID = ['pass path-ok', 'pass time-ok', 'unknown revocation-not-checked'];

beforeAll(async () => {
  await done('ca', 'init', '--out', at('root'), '--subject', 'CN=某省根,C=CN');
  await done('ca', 'init', '--out', at('city'), '--intermediate-of', at('root'), '--subject', 'CN=某市 CA,C=CN');
  await issue(
    '--ca',
    at('city'),
    '--subject',
    'CN=某局,C=CN',
    '--out',
    at('leaf'),
    '--san',
    'DNS:gov.cn',
    '--san',
    'IP:10.0.0.1',
    '--crl-url',
    'http://gov.cn/a.crl',
    '--ocsp-url',
    'http://ocsp.gov.cn',
    '--ca-path',
  );
});

describe('gov ca', () => {
  it('puts CAs under CAs, as far as the one above allows', async () => {
    const path = readCertificates(readFileSync(at('leaf.crt.pem')));
    expect(path.map(({ basicConstraints }) => basicConstraints?.pathLength)).toEqual([undefined, 0, 1]);
    expect((await verdict(at('leaf.crt.pem'), '--trust', at('root/root.crt.pem'))).codes).toEqual(VALID);
    const { status, answer } = await json('ca', 'init', '--out', at('x'), '--intermediate-of', at('city'));
    expect([status, answer.error.code]).toEqual([2, 'certificate-unsuitable']);
  });

  it('records what it issued, a line each', async () => {
    const records = readFileSync(at('root/issued.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const city = readCertificate(readFileSync(at('city/ca.crt.pem')));
    expect(records).toEqual([
      {
        serial: city.serialNumber.toString(16),
        subject: 'CN=某市 CA,C=CN',
        notAfter: city.notAfter.toISOString(),
        use: 'ca',
      },
    ]);
    const before = readFileSync(at('city/issued.jsonl'), 'utf8').split('\n').length;
    await issue('--ca', at('city'), '--subject', 'CN=a,C=CN', '--out', at('dual'), '--dual');
    const after = readFileSync(at('city/issued.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(after.length).toBe(before + 1);
    expect(after.slice(-2).map(({ use }) => use)).toEqual(['signer', 'encryption']);
  });

  it.each(['sm2', 'rsa', 'p256', 'p384', 'ed25519'])('%s: makes roots and leaves that verify', async (algorithm) => {
    await done('ca', 'init', '--out', at(algorithm), '--algorithm', algorithm);
    await issue(
      '--ca',
      at(algorithm),
      '--algorithm',
      algorithm,
      '--subject',
      'CN=x,C=CN',
      '--out',
      at(`${algorithm}/leaf`),
    );
    const { status, codes } = await verdict(
      at(`${algorithm}/leaf.crt.pem`),
      '--trust',
      at(`${algorithm}/root.crt.pem`),
      '--use',
      'signer',
      '--profile',
      'strict',
    );
    expect(codes).toEqual(['pass path-ok', 'pass authority-ok', 'pass time-ok', 'unknown revocation-not-checked']);
    expect(status).toBe(0);
    expect(statSync(at(`${algorithm}/leaf.key.pem`)).mode & 0o077).toBe(0);
  });

  it('issues dual certificates, of which one signs and one decrypts', async () => {
    const answer = await issue('--ca', at('city'), '--subject', 'CN=双,C=CN', '--out', at('pair'), '--dual');
    expect(answer).toEqual({
      certificate: at('pair.sign.crt.pem'),
      privateKey: at('pair.sign.key.pem'),
      use: 'signer',
      encryption: { certificate: at('pair.enc.crt.pem'), privateKey: at('pair.enc.key.pem') },
    });
    const trust = ['--trust', at('root'), '--certs', at('city'), '--use', 'signer'];
    expect((await verdict(at('pair.sign.crt.pem'), ...trust)).status).toBe(0);
    const { status, codes } = await verdict(at('pair.enc.crt.pem'), ...trust);
    expect(status).toBe(1);
    expect(codes).toContain('fail key-usage');
  });

  it('takes the key and the name of a request, and writes no key', async () => {
    const signer = sm2Signer(generateSm2Key());
    const request = await createCertificateRequest({
      subject: 'CN=申请者,C=CN',
      signer,
      extensions: [basicConstraints()],
    });
    writeFileSync(at('r.csr'), writePem('CERTIFICATE REQUEST', request.bytes));
    const answer = await issue('--ca', at('city'), '--csr', at('r.csr'), '--out', at('requested'));
    expect(answer).toEqual({ certificate: at('requested.crt.pem'), use: 'signer' });
    const certificate = readCertificate(readFileSync(at('requested.crt.pem')));
    expect(certificate.publicKey).toEqual(signer.publicKey);
    expect(certificate.subject.bytes).toEqual(request.subject.bytes);
    // What was asked for is a wish, and this one would have made a CA of him.
    expect(certificate.basicConstraints).toBeUndefined();
  });

  it('refuses a request of somebody who does not hold the key', async () => {
    const [mine, other] = [sm2Signer(generateSm2Key()), sm2Signer(generateSm2Key())];
    const request = await createCertificateRequest({
      subject: 'CN=x',
      signer: { ...mine, publicKey: other.publicKey },
    });
    writeFileSync(at('stolen.csr'), request.bytes);
    const { status, answer } = await json(
      'ca',
      'issue',
      '--ca',
      at('city'),
      '--use',
      'signer',
      '--csr',
      at('stolen.csr'),
      '--out',
      at('y'),
    );
    expect([status, answer.error.code]).toEqual([2, 'certificate-request-unproved']);
  });

  it('takes a public key', async () => {
    const key = generateSm2Key();
    writeFileSync(at('p.pem'), key.publicKey.toPem());
    writeFileSync(at('s.pem'), key.toPem());
    await issue('--ca', at('city'), '--public-key', at('p.pem'), '--subject', 'CN=x', '--out', at('given'));
    expect(readCertificate(readFileSync(at('given.crt.pem'))).publicKey).toEqual(key.publicKey.toSpki());
    const { answer } = await json(
      'ca',
      'issue',
      '--ca',
      at('city'),
      '--use',
      'signer',
      '--public-key',
      at('s.pem'),
      '--subject',
      'CN=x',
      '--out',
      at('y'),
    );
    expect(answer.error.code).toBe('usage');
  });

  it.each<[string, readonly string[], string]>([
    ['no subject', [], 'usage'],
    ['a use that is none', ['--subject', 'CN=x', '--use', 'king'], 'usage'],
    ['an algorithm that is none', ['--subject', 'CN=x', '--algorithm', 'dsa'], 'usage'],
    ['two sources of a key', ['--subject', 'CN=x', '--algorithm', 'sm2', '--public-key', 'p'], 'usage'],
    ['dual with a request', ['--dual', '--csr', 'r'], 'usage'],
    ['a name that is none', ['--subject', 'CN=x', '--san', 'gov.cn'], 'invalid-argument'],
    ['a folder that is no CA', ['--subject', 'CN=x', '--ca', at('nowhere')], 'file-missing'],
  ])('refuses %s', async (_, args, code) => {
    const { status, answer } = await json(
      'ca',
      'issue',
      '--ca',
      at('city'),
      '--use',
      'signer',
      '--out',
      at('z'),
      ...args,
    );
    expect([status, answer.error.code]).toEqual([2, code]);
  });

  it('refuses path lengths that are none', async () => {
    for (const length of ['-1', 'x', '1.5', '100']) {
      const { answer } = await json('ca', 'init', '--out', at('x'), `--path-length=${length}`);
      expect(answer.error.code).toBe('usage');
    }
  });
});

describe('gov cert verify', () => {
  const trust = ['--trust', at('root'), '--certs', at('city')];

  it('judges the time at --at', async () => {
    const { status, answer } = await json('cert', 'verify', at('leaf.crt.pem'), ...trust, '--at', '2040-01-01');
    expect([status, answer.verdict]).toEqual([3, 'indeterminate']);
    expect((await json('cert', 'verify', at('leaf.crt.pem'), ...trust, '--at', '2025-01-01')).status).toBe(1);
  });

  it('knows no path without trust', async () => {
    expect(await verdict(at('leaf.crt.pem'))).toMatchObject({ status: 3 });
    expect((await verdict(at('leaf.crt.pem'), '--certs', at('root'))).codes).toContain('unknown path-no-anchor');
  });

  it('asks for a use, a policy, an extended key usage', async () => {
    expect((await verdict(at('leaf.crt.pem'), ...trust, '--use', 'seal-maker')).codes).toContain(
      'fail not-authorised-for-use',
    );
    expect((await verdict(at('leaf.crt.pem'), ...trust, '--policy', '1.2.3')).codes).toContain('fail path-policy');
    expect(await verdict(at('leaf.crt.pem'), ...trust, '--use', 'signer', '--policy', '1.2.3')).toMatchObject({
      status: 1,
    });
    expect((await verdict(at('leaf.crt.pem'), ...trust, '--eku', '1.3.6.1.5.5.7.3.1')).codes).toContain(
      'fail path-extended-key-usage',
    );
    for (const wrong of [
      ['--use', 'king'],
      ['--policy', 'x'],
      ['--eku', '1'],
    ])
      expect((await json('cert', 'verify', at('leaf.crt.pem'), ...wrong)).answer.error.code).toBe('usage');
  });

  it('wants a certificate', async () => {
    expect((await json('cert', 'verify', at('leaf.key.pem'))).answer.error.code).toBe('certificate-malformed');
  });
});

describe('gov cert inspect', () => {
  it('tells everything that can be read', async () => {
    const { answer } = await json('cert', 'inspect', at('leaf.crt.pem'));
    expect(answer.items).toHaveLength(3);
    const [leaf] = answer.items;
    expect(leaf).toMatchObject({
      type: 'certificate',
      subject: 'CN=某局,C=CN',
      issuer: 'CN=某市 CA,C=CN',
      notBefore: '2025-12-31T15:55:00.000Z',
      version: 3,
      signatureAlgorithm: 'SM2-SM3',
      kid: leaf.fingerprints.sm3.slice(0, 16),
    });
    const values = Object.fromEntries(
      leaf.extensions.map(({ name, value }: { name: string; value: unknown }) => [name, value]),
    );
    expect(values).toMatchObject({
      keyUsage: ['digitalSignature', 'nonRepudiation'],
      extendedKeyUsage: ['signer'],
      subjectAltName: ['DNS:gov.cn', 'IP:10.0.0.1'],
      cRLDistributionPoints: ['URI:http://gov.cn/a.crl'],
      authorityInfoAccess: ['OCSP URI:http://ocsp.gov.cn'],
    });
  });

  it('decodes the extensions of a CA', async () => {
    const signer = sm2Signer(generateSm2Key());
    const ca = await issueCertificate({
      signer,
      subject: 'CN=x',
      notBefore: new Date('2026-01-01'),
      notAfter: new Date('2027-01-01'),
      extensions: [
        basicConstraints({ pathLength: 2 }),
        keyUsage(['keyCertSign']),
        nameConstraints({
          permitted: [{ form: 'iPAddress', value: Uint8Array.of(10, 0, 0, 0, 255, 0, 0, 0) }],
          excluded: [parseGeneralName('email:a@b.cn')],
        }),
        certificatePolicies(['1.2.3']),
        policyMappings([['1.2.3', '1.2.4']]),
        policyConstraints({ requireExplicitPolicy: 0 }),
        inhibitAnyPolicy(1),
      ],
    });
    writeFileSync(at('ca.der'), ca.bytes);
    const { answer } = await json('cert', 'inspect', at('ca.der'));
    const values = Object.fromEntries(
      answer.items[0].extensions.map(({ name, value }: { name: string; value: unknown }) => [name, value]),
    );
    expect(values).toMatchObject({
      basicConstraints: { ca: true, pathLength: 2 },
      nameConstraints: { permitted: ['IP:10.0.0.0/255.0.0.0'], excluded: ['email:a@b.cn'] },
      certificatePolicies: ['1.2.3'],
      policyMappings: ['1.2.3 = 1.2.4'],
      policyConstraints: { requireExplicitPolicy: 0 },
      inhibitAnyPolicy: 1,
    });
    const { out } = await gov('cert', 'inspect', at('ca.der'), '--lang', 'zh');
    expect(out).toContain('nameConstraints（关键）: permitted IP:10.0.0.0/255.0.0.0; excluded email:a@b.cn');
    expect(out).toContain('主体: CN=x');
  });

  it('tells of a request whether its maker holds the key', async () => {
    for (const [file, holds] of [
      ['r.csr', true],
      ['stolen.csr', false],
    ] as const)
      expect((await json('cert', 'inspect', at(file))).answer.items[0]).toMatchObject({
        type: 'certificate-request',
        holdsKey: holds,
      });
  });

  it.skipIf(!hasOpenssl)('has the fingerprints of openssl', async () => {
    const openssl = new Openssl();
    openssl.put('x.pem', readFileSync(at('leaf.crt.pem')));
    const { answer } = await json('cert', 'inspect', at('leaf.crt.pem'));
    for (const hash of ['sm3', 'sha256']) {
      const printed = openssl.run('x509', '-in', 'x.pem', '-noout', '-fingerprint', `-${hash}`);
      expect(printed.split('=')[1]!.trim().replaceAll(':', '').toLowerCase()).toBe(answer.items[0].fingerprints[hash]);
    }
    openssl.remove();
  });

  it('refuses what is neither', async () => {
    for (const [name, content] of [
      ['none.pem', 'x'],
      ['key.pem', writePem('PRIVATE KEY', new Uint8Array(3))],
      ['none.der', Uint8Array.of(0x30, 0)],
    ] as const) {
      writeFileSync(at(name), content);
      const { status, answer } = await json('cert', 'inspect', at(name));
      expect([status, answer.error.code]).toEqual([2, 'certificate-malformed']);
    }
  });
});
