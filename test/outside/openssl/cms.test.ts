import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Certificate, readCertificate, TrustStore } from '@gov/pki';
import { readSignedData, signCms, signCmsStream, verifyCms, verifyCmsStream } from '@gov/pki/cms';
import { issueLeaf, issueRoot } from '@gov/pki/dev-ca';
import { readPrivateKey } from '@gov/pki/private-key';
import { generateSm2Key, type SignatureAlgorithm, type Signer, sm2Signer } from '@gov/sm';
import type { Report } from '@gov/verdict';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tool, workFolder } from '../tools.js';

const openssl = tool('openssl', 'version');

const KEYS = {
  rsa: { newkey: ['rsa:2048'], algorithm: 'RSA-PKCS1-SHA256' },
  ec: { newkey: ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'], algorithm: 'ECDSA-P256-SHA256' },
} as const satisfies Record<string, { newkey: readonly string[]; algorithm: SignatureAlgorithm }>;
type Name = keyof typeof KEYS;
const NAMES = Object.keys(KEYS) as Name[];

const CONTENT = new TextEncoder().encode('某市行政审批局：准予许可。\r\n');
/** Later than the certificates that are made below. */
const AT = new Date(Date.now() + 60_000);
const codes = (report: Report): string[] =>
  [report, ...(report.signatures ?? [])].flatMap(({ findings }) =>
    findings.filter(({ outcome }) => outcome !== 'pass').map(({ outcome, code }) => `${outcome} ${code}`),
  );
/** OpenSSL's certificates carry none of our uses, and nobody looks at revocation. */
const FOREIGN = ['unknown authority-unknown', 'unknown revocation-not-checked'];

describe.skipIf(openssl === undefined)('CMS and openssl', () => {
  const folder = workFolder();
  const file = (name: string) => join(folder.path, name);
  const run = (...args: string[]) => {
    const answer = openssl!(args, { cwd: folder.path });
    expect(answer.status, answer.text).toBe(0);
    return answer;
  };
  const people = {} as Record<Name, { signer: Signer; certificate: Certificate }>;
  let trust: TrustStore;

  beforeAll(async () => {
    folder.write('content', CONTENT);
    for (const name of NAMES) {
      const { newkey, algorithm } = KEYS[name];
      const files = ['-keyout', `${name}.key`, '-out', `${name}.crt`, '-days', '30', '-subj', `/C=CN/CN=${name}`];
      run('req', '-x509', '-newkey', ...newkey, '-nodes', ...files);
      people[name] = {
        signer: await readPrivateKey(readFileSync(file(`${name}.key`), 'utf8'), { algorithm }),
        certificate: readCertificate(readFileSync(file(`${name}.crt`), 'utf8')),
      };
    }
    trust = new TrustStore({ anchors: NAMES.map((name) => people[name].certificate) });
  });
  afterAll(() => folder[Symbol.dispose]());

  const sign = (names: readonly Name[], ...options: string[]): Uint8Array => {
    const signers = names.flatMap((name) => ['-signer', `${name}.crt`, '-inkey', `${name}.key`]);
    run('cms', '-sign', '-binary', '-in', 'content', ...signers, '-outform', 'DER', '-out', 'theirs', ...options);
    return new Uint8Array(readFileSync(file('theirs')));
  };

  describe.each(NAMES)('%s', (name) => {
    it.each([
      ['detached', [], []],
      ['attached', ['-nodetach'], []],
      ['attached, BER', ['-nodetach', '-stream'], ['warn format-deviation']],
      ['attached, no attributes', ['-nodetach', '-noattr'], []],
      ['detached, no attributes', ['-noattr'], []],
      ['CAdES', ['-nodetach', '-cades'], []],
      ['by key identifier', ['-nodetach', '-keyid'], []],
      ['without certificates', ['-nodetach', '-nocerts'], []],
    ] as [string, string[], string[]][])('we read %s', async (_form, options, further) => {
      const message = sign([name], ...options);
      const content = options.includes('-nodetach') ? {} : { content: CONTENT };
      const report = await verifyCms(message, { at: AT, trust, ...content });
      expect(codes(report)).toEqual([...further, ...FOREIGN]);
      const spoilt = message.slice();
      spoilt[spoilt.length - (options.includes('-stream') ? 20 : 5)]! ^= 1;
      expect((await verifyCms(spoilt, { at: AT, trust, ...content })).verdict).toBe('invalid');
      if (!options.includes('-nodetach')) return;
      expect(codes(await verifyCmsStream(message, { at: AT, trust }))).toEqual([...further, ...FOREIGN]);
    });

    it('SHA-1 is not taken', async () => {
      const report = await verifyCms(sign([name], '-nodetach', '-md', 'sha1'), { at: AT, trust });
      expect(codes(report)).toContain('unknown algorithm-unsupported');
      expect(report.verdict).toBe('indeterminate');
    });

    it.each(['attached', 'detached', 'stream'])('openssl reads ours: %s', async (form) => {
      const options = { signers: [people[name]], signingTime: AT };
      const parts: Uint8Array[] = [];
      if (form === 'stream') for await (const part of signCmsStream(CONTENT, options)) parts.push(part);
      else parts.push(await signCms(CONTENT, { ...options, detached: form === 'detached' }));
      folder.write('ours', Buffer.concat(parts));
      folder.write('other', `${CONTENT} `);
      run('asn1parse', '-inform', 'DER', '-in', 'ours');
      const verify = ['cms', '-verify', '-binary', '-inform', 'DER', '-in', 'ours', '-CAfile', `${name}.crt`];
      for (const cades of [[], ['-cades']]) {
        const content = form === 'detached' ? ['-content', 'content'] : [];
        expect(new Uint8Array(run(...verify, ...cades, ...content).stdout)).toEqual(CONTENT);
        if (form === 'detached')
          expect(openssl!([...verify, ...cades, '-content', 'other'], { cwd: folder.path }).status).not.toBe(0);
      }
    });
  });

  it('several signers, both ways', async () => {
    const report = await verifyCms(sign(NAMES, '-nodetach'), { at: AT, trust });
    expect(codes(report)).toEqual([...FOREIGN, ...FOREIGN]);
    folder.write('ours', await signCms(CONTENT, { signers: NAMES.map((name) => people[name]) }));
    folder.write('all.crt', NAMES.map((name) => readFileSync(file(`${name}.crt`), 'utf8')).join(''));
    run('cms', '-verify', '-binary', '-inform', 'DER', '-in', 'ours', '-CAfile', 'all.crt', '-out', 'content2');
    expect(new Uint8Array(readFileSync(file('content2')))).toEqual(CONTENT);
  });

  it('RSA-PSS, both ways, with a salt of the length of the digest', async () => {
    const pss = ['-nodetach', '-keyopt', 'rsa_padding_mode:pss', '-keyopt'];
    const theirs = await verifyCms(sign(['rsa'], ...pss, 'rsa_pss_saltlen:32'), { at: AT, trust });
    expect(codes(theirs)).toEqual(FOREIGN);
    const longer = await verifyCms(sign(['rsa'], ...pss, 'rsa_pss_saltlen:40'), { at: AT, trust });
    expect(codes(longer)).toContain('unknown algorithm-unsupported');
    const signer = await readPrivateKey(readFileSync(file('rsa.key'), 'utf8'), { algorithm: 'RSA-PSS-SHA256' });
    folder.write('ours', await signCms(CONTENT, { signers: [{ ...people.rsa, signer }] }));
    const verify = ['cms', '-verify', '-binary', '-inform', 'DER', '-in', 'ours', '-CAfile', 'rsa.crt'];
    expect(new Uint8Array(run(...verify).stdout)).toEqual(CONTENT);
  });

  /** `openssl cms` of 3.0 takes no SM2 key: the parts are verified one by one. */
  it('the signature of SM2 is over the signed attributes', async () => {
    const validity = { notBefore: new Date(AT.getTime() - 1000), notAfter: new Date(AT.getTime() + 100_000) };
    const caSigner = sm2Signer(generateSm2Key());
    const root = await issueRoot({ ...validity, subject: 'CN=根,C=CN', signer: caSigner });
    const key = generateSm2Key();
    const certificate = await issueLeaf({
      ...validity,
      ca: { certificate: root, signer: caSigner },
      subject: 'CN=甲,C=CN',
      publicKey: key.publicKey.toSpki(),
      use: 'signer',
    });
    const message = await signCms(CONTENT, { signers: [{ signer: sm2Signer(key), certificate }] });
    const [info] = readSignedData(message).signers;
    folder.write('sm2.pub', key.publicKey.toPem());
    folder.write('attributes', info!.signedAttributes!.bytes);
    folder.write('signature', info!.signature);
    folder.write('sm2.cms', message);
    run('asn1parse', '-inform', 'DER', '-in', 'sm2.cms');
    const verify = ['pkeyutl', '-verify', '-pubin', '-inkey', 'sm2.pub', '-sigfile', 'signature', '-rawin'];
    const sm2 = ['-digest', 'sm3', '-pkeyopt', 'distid:1234567812345678'];
    run(...verify, '-in', 'attributes', ...sm2);
    expect(openssl!([...verify, '-in', 'content', ...sm2], { cwd: folder.path }).status).not.toBe(0);
  });
});
