import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { type CbomDocument, cbom } from '@gov/pki/cbom';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gov, issueRoad } from '../road/gov.js';
import { tool, workFolder } from '../tools.js';

const sample = join(import.meta.dirname, '../../../examples/license/food-business.json');
const dir = workFolder();
afterAll(() => dir[Symbol.dispose]());

const openssl = tool('openssl', 'version');
const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
/** What the official JSON schema of CycloneDX 1.6 says against a document; null for nothing. */
const wrong = (document: unknown) => validator.validate(JSON.stringify(document));

/** The part of a document that the negative cases break. */
// biome-ignore lint/suspicious/noExplicitAny: it is broken in ways that no type has
type Breakable = any;

let exported: Breakable;

beforeAll(() => {
  issueRoad(dir.path, sample);
  dir.write('password', '口令\n');
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  dir.write('keys/rsa.pem', rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  dir.write('keys/ed.pem', generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }));
  dir.write('keys/store.p12', 'not read');
  if (openssl !== undefined) {
    const subject = ['-subj', '/CN=www.example.gov.cn', '-days', '30', '-out', 'keys/rsa.crt', '-sha1'];
    const made = openssl(['req', '-x509', '-key', 'keys/rsa.pem', ...subject], { cwd: dir.path });
    if (made.status !== 0) throw new Error(made.text);
  }
  const line = (text: string) => {
    const { status, stdout, stderr } = gov(dir.path, text);
    if (status !== 0) throw new Error(`gov ${text}: ${stdout}${stderr}`);
  };
  line('key generate --out keys/locked.pem --password-file password');
  line('key generate --out keys/locked-aes.der --password-file password --cipher aes --encoding der');
  line('cbom export ca keys licences seal.esl --system 一网通办 --out cbom.json');
  exported = JSON.parse(readFileSync(join(dir.path, 'cbom.json'), 'utf8'));
});

describe('what gov cbom export writes', () => {
  it('is CycloneDX 1.6 by its official schema', async () => {
    expect(await wrong(exported)).toBeNull();
    const names: readonly string[] = exported.components.map(({ name }: { name: string }) => name);
    expect(names).toEqual(expect.arrayContaining(['SM2-SM3', 'SM4-CBC', 'AES-256-CBC', 'RSA-2048', 'keys/store.p12']));
  });

  it('points nowhere outside itself, and names nothing twice', () => {
    const refs: readonly string[] = exported.components.map((one: Record<string, string>) => one['bom-ref']);
    expect(new Set(refs).size).toBe(refs.length);
    const used: string[] = [];
    JSON.stringify(exported, (key, value) => {
      if (key === 'ref' || key.endsWith('Ref')) used.push(value);
      if (key === 'dependsOn') used.push(...value);
      return value;
    });
    expect(used.length).toBeGreaterThan(refs.length);
    expect(used.filter((ref) => !refs.includes(ref))).toEqual([]);
  });
});

describe('the same document broken', () => {
  const first = (document: Breakable, kind: string) =>
    document.components.find((one: Breakable) => one.cryptoProperties?.assetType === kind);
  const algorithm = (document: Breakable) => first(document, 'algorithm').cryptoProperties.algorithmProperties;
  const key = (document: Breakable) =>
    first(document, 'related-crypto-material').cryptoProperties.relatedCryptoMaterialProperties;
  const certificate = (document: Breakable) => first(document, 'certificate').cryptoProperties.certificateProperties;

  it.each<readonly [string, (document: Breakable) => void]>([
    ['another format', (one) => Object.assign(one, { bomFormat: 'CBOM' })],
    ['a version before the first', (one) => Object.assign(one, { version: 0 })],
    ['a bare UUID', (one) => Object.assign(one, { serialNumber: one.serialNumber.slice(9) })],
    ['a day for a time', (one) => Object.assign(one.metadata, { timestamp: '2026-05-20' })],
    ['an unknown phase', (one) => Object.assign(one.metadata, { lifecycles: [{ phase: 'assessment' }] })],
    [
      'an unknown kind of asset',
      (one) => Object.assign(first(one, 'algorithm').cryptoProperties, { assetType: 'key' }),
    ],
    ['an unknown primitive', (one) => Object.assign(algorithm(one), { primitive: 'signing' })],
    ['an unknown function', (one) => Object.assign(algorithm(one), { cryptoFunctions: ['hash'] })],
    ['a mode in capitals', (one) => Object.assign(algorithm(one), { mode: 'CBC' })],
    ['an unknown padding', (one) => Object.assign(algorithm(one), { padding: 'pss' })],
    ['a level in words', (one) => Object.assign(algorithm(one), { classicalSecurityLevel: '128' })],
    ['a category that is none', (one) => Object.assign(algorithm(one), { nistQuantumSecurityLevel: 7 })],
    ['a type of key that is none', (one) => Object.assign(key(one), { type: 'sm2-key' })],
    ['a state that is none', (one) => Object.assign(key(one), { state: 'valid' })],
    ['a size in words', (one) => Object.assign(key(one), { size: '256' })],
    ['a member of our own in a key', (one) => Object.assign(key(one), { fingerprint: 'x' })],
    ['a protection in one word', (one) => Object.assign(key(one), { securedBy: 'Software' })],
    ['an end that is no time', (one) => Object.assign(certificate(one), { notValidAfter: '长期' })],
    ['an empty reference', (one) => Object.assign(certificate(one), { signatureAlgorithmRef: '' })],
    ['a member of our own in a certificate', (one) => Object.assign(certificate(one), { serialNumber: '01' })],
    ['a component without a name', (one) => delete one.components[0].name],
    ['a property without a name', (one) => delete one.components[0].properties[0].name],
    ['a property that is a number', (one) => Object.assign(one.components[0].properties[0], { value: 1 })],
    ['a place without a location', (one) => delete first(one, 'certificate').evidence.occurrences[0].location],
    [
      'a line before the first',
      (one) => Object.assign(first(one, 'certificate').evidence.occurrences[0], { line: -1 }),
    ],
    ['a dependency of nothing', (one) => delete one.dependencies[0].ref],
    ['the same dependency twice', (one) => Object.assign(one.dependencies[0], { dependsOn: ['a', 'a'] })],
    ['an unknown completeness', (one) => Object.assign(one.compositions[0], { aggregate: 'partial' })],
  ])('is refused with %s', async (_, spoil) => {
    const copy = structuredClone(exported);
    spoil(copy);
    expect(await wrong(copy)).not.toBeNull();
  });
});

it('is CycloneDX for every algorithm that is known, and for one that is not', async () => {
  const oids = [
    ...[301.1, 401, 401.2, 501, 504, 104.1, 104.2, 104.3, 104.4, 104.7, 104.8, 104.9].map(
      (n) => `1.2.156.10197.1.${n}`,
    ),
    ...[1, 2, 3, 4, 6, 7, 21, 22, 26, 41, 42, 46, 47].map((n) => `2.16.840.1.101.3.4.1.${n}`),
    ...[1, 2, 3, 4].map((n) => `2.16.840.1.101.3.4.2.${n}`),
    ...[4, 5, 10, 11, 12, 13, 14].map((n) => `1.2.840.113549.1.1.${n}`),
    ...['4.1', '4.3.1', '4.3.2', '4.3.3', '4.3.4'].map((n) => `1.2.840.10045.${n}`),
    ...['2.5', '2.7', '2.9', '2.11', '3.2', '3.7', '1.5.3', '1.12.1.1', '1.12.1.3'].map((n) => `1.2.840.113549.${n}`),
    ...['1.2.840.10040.4.3', '2.16.840.1.101.3.4.3.2', '1.3.14.3.2.26', '1.3.14.3.2.7', '1.3.101.112', '1.2.3.4'],
  ];
  const algorithms = oids.map((oid) => ({ oid, occurrence: { location: 'x' } }));
  const document: CbomDocument = cbom({ algorithms, at: new Date('2026-05-20T00:00:00Z') });
  expect(await wrong(document)).toBeNull();
  const found = document.components.filter((one) => one.type === 'cryptographic-asset' && one.evidence !== undefined);
  expect(found).toHaveLength(oids.length);
  expect(found.filter(({ name }) => name.startsWith('algorithm ')).map(({ name }) => name)).toEqual([
    'algorithm 1.2.3.4',
  ]);
});
