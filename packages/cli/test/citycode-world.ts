/** The files of a region that issues city codes: trust list, issuer, devices. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writePem } from '@gov/der/pem';
import type { Certificate, CertificateUse } from '@gov/pki';
import { issueLeaf, issueRoot } from '@gov/pki/dev-ca';
import { generateSm2Key, type Signer, sm2Signer } from '@gov/sm';
import { expect } from 'vitest';
import { gov } from './run.js';

export const NOW = '2026-11-23T10:00:00+08:00';
/** That many seconds after `NOW`. */
export const after = (seconds: number): string => new Date(Date.parse(NOW) + seconds * 1000).toISOString();

const validity = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2036-01-01T00:00:00Z') };

export class CityFiles {
  readonly folder: string;
  readonly rootSigner: Signer = sm2Signer(generateSm2Key());
  root!: Certificate;

  constructor(folder: string) {
    this.folder = folder;
  }

  at = (name: string): string => join(this.folder, name);

  write(name: string, content: string | Uint8Array): string {
    writeFileSync(this.at(name), content, { mode: 0o600 });
    return this.at(name);
  }

  /** `issuer` at index 1 for 440100, `other` at 2 for 110000, `licences` for licences, and the list of them. */
  async make(): Promise<void> {
    this.root = await issueRoot({ subject: 'CN=某省根,O=某省,C=CN', signer: this.rootSigner, ...validity });
    this.write('root.pem', writePem('CERTIFICATE', this.root.bytes));
    for (const name of ['issuer', 'other']) await this.issuer(name);
    await this.issuer('signer', 'signer');
    await this.issuer('licences', 'license-issuer', validity, '11990100MB0000019L某市行政审批局');
    for (const name of ['list', 'gate'])
      await this.ran(
        'key',
        'generate',
        '--out',
        this.at(`${name}.key.pem`),
        '--public-out',
        this.at(`${name}.pub.pem`),
      );
    await this.list('list', [
      { cert: 'issuer.crt.pem', use: 'city-code-issuer', region: '440100', index: 1 },
      { cert: 'other.crt.pem', use: 'city-code-issuer', region: '110000', index: 2 },
      { cert: 'licences.crt.pem', use: 'license-issuer', region: 'CN' },
    ]);
  }

  async issuer(
    name: string,
    use: CertificateUse = 'city-code-issuer',
    dates = validity,
    organization = '某市数据局',
  ): Promise<void> {
    const key = generateSm2Key();
    const certificate = await issueLeaf({
      ca: { certificate: this.root, signer: this.rootSigner },
      use,
      subject: `CN=${name},O=${organization},C=CN`,
      publicKey: key.publicKey.toSpki(),
      ...dates,
    });
    this.write(`${name}.key.pem`, key.toPem());
    this.write(`${name}.crt.pem`, writePem('CERTIFICATE', certificate.bytes));
  }

  async list(name: string, issuers: readonly object[], dates: object = {}): Promise<string> {
    const draft = {
      id: 'https://trust.example.gov.cn/44',
      issued: '2026-11-01',
      nextUpdate: '2026-12-01',
      hardExpiry: '2027-05-01',
      keys: { current: 'list.pub.pem' },
      anchors: [{ cert: 'root.pem' }],
      issuers: issuers.map((one) => ({ from: '2026-01-01', ...one })),
      ...dates,
    };
    this.write(`${name}.draft.json`, JSON.stringify(draft));
    const file = this.at(`${name}.jws`);
    await this.ran('trust', 'build', this.at(`${name}.draft.json`), '--out', this.at(`${name}.json`), '--at', NOW);
    await this.ran('trust', 'sign', this.at(`${name}.json`), '--key', this.at('list.key.pem'), '--out', file);
    return file;
  }

  async ran(...args: readonly string[]): Promise<void> {
    const { status, err } = await gov(...args);
    expect([args.slice(0, 2), status, err]).toEqual([args.slice(0, 2), 0, '']);
  }

  /** Arguments of `gov citycode delegate`, for a new key. */
  delegateArgs(name: string, ...more: readonly string[]): string[] {
    const files = ['--key', this.at('issuer.key.pem'), '--cert', this.at('issuer.crt.pem'), '--index', '1'];
    const content = ['--region', '440106', '--holder', 'account 4711', '--assurance', '2', '--entitlements', '0x5'];
    const out = ['--register', this.at('register.jsonl'), '--out', this.at(`${name}.delegation`), '--at', NOW];
    const key = more.includes('--device-key') ? [] : ['--new-device-key', this.at(`${name}.key.pem`)];
    // Of what is given twice the last counts.
    return ['citycode', 'delegate', ...files, ...content, ...key, ...out, ...more];
  }

  showArgs(name: string, ...more: readonly string[]): string[] {
    const device = ['--device-key', this.at(`${name}.key.pem`)];
    return ['citycode', 'show', this.at(`${name}.delegation`), ...device, '--scene', '7', '--at', after(60), ...more];
  }

  verifyArgs(file: string, ...more: readonly string[]): string[] {
    const trust = ['--trust', this.at('list.jws'), '--trust-key', this.at('list.pub.pem')];
    return ['citycode', 'verify', file, ...trust, '--scene', '7', '--at', after(70), ...more];
  }
}
