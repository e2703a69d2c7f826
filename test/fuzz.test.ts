/** Every reader of DER meets what a stranger may send: nothing but a `GovError`, none slow, none greedy. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readDer } from '@gov/der';
import { berToDer } from '@gov/der/ber';
import { readPem } from '@gov/der/pem';
import { readSeal, readSesSignature } from '@gov/e-seal';
import { readCertificate, readNameConstraints, readPolicies, structureVerifier, subjectAltNames } from '@gov/pki';
import { readCertificateRequest } from '@gov/pki/ca';
import { readEnvelopedData, readSignedData } from '@gov/pki/cms';
import { readOcspRequest, readOcspResponse } from '@gov/pki/ocsp';
import { outlinePkcs12, readPkcs12 } from '@gov/pki/pkcs12';
import { readPrivateKey } from '@gov/pki/private-key';
import { readCrl } from '@gov/pki/revocation';
import { readTimestamp, readTimestampRequest } from '@gov/pki/timestamp';
import { readSm2PrivateKey, readSm2PublicKey } from '@gov/sm';
import { describe, expect, it } from 'vitest';
import { nested } from './fuzz/mutation.js';
import { fuzz } from './fuzz/run.js';
import { makeSeeds } from './fuzz/seeds.js';

const REAL = join(import.meta.dirname, '../../shared/data/seal');
/** Real files of other programs join the seeds where they are. */
const real = (folder: string, name: RegExp): Uint8Array[] =>
  existsSync(join(REAL, folder))
    ? readdirSync(join(REAL, folder))
        .filter((file) => name.test(file))
        .map((file) => new Uint8Array(readFileSync(join(REAL, folder, file))))
    : [];

const seeds = await makeSeeds();
const realCertificates = real('keys', /cert\.pem$/).flatMap((pem) =>
  readPem(new TextDecoder().decode(pem), 'CERTIFICATE').map(({ bytes }) => bytes),
);

interface Reader {
  readonly name: string;
  readonly seeds: readonly Uint8Array[];
  readonly read: (bytes: Uint8Array) => unknown;
}

const READERS: readonly Reader[] = [
  {
    name: 'certificate',
    seeds: [...seeds.certificates, ...realCertificates],
    read: (bytes) => {
      const certificate = readCertificate(bytes);
      readNameConstraints(certificate);
      readPolicies(certificate);
      subjectAltNames(certificate);
      return structureVerifier(certificate.publicKey, certificate.signatureAlgorithm);
    },
  },
  { name: 'certificate request', seeds: seeds.certificateRequests, read: (bytes) => readCertificateRequest(bytes) },
  {
    name: 'CRL',
    seeds: seeds.crls,
    read: (bytes) => readCrl(bytes).revocations(5n),
  },
  { name: 'OCSP request', seeds: seeds.ocspRequests, read: (bytes) => readOcspRequest(bytes) },
  { name: 'OCSP response', seeds: seeds.ocspResponses, read: (bytes) => readOcspResponse(bytes) },
  { name: 'timestamp request', seeds: seeds.timestampRequests, read: (bytes) => readTimestampRequest(bytes) },
  { name: 'timestamp', seeds: seeds.timestampResponses, read: (bytes) => readTimestamp(bytes) },
  {
    name: 'SignedData',
    seeds: [...seeds.signedMessages, ...real('signatures', /^keyword.*\.dat$/)],
    read: (bytes) => readSignedData(bytes),
  },
  { name: 'EnvelopedData', seeds: seeds.envelopes, read: (bytes) => readEnvelopedData(bytes) },
  {
    name: 'PKCS#12',
    seeds: [...seeds.pkcs12, ...real('keys', /\.(p12|pfx)$/)],
    read: (bytes) => (roundsOf(bytes) > FEW_ROUNDS ? undefined : readPkcs12(bytes, 'x')),
  },
  {
    name: 'private key',
    seeds: [...seeds.privateKeys, ...seeds.foreignKeys],
    read: (bytes) => readPrivateKey(bytes),
  },
  { name: 'SM2 private key', seeds: seeds.privateKeys, read: (bytes) => readSm2PrivateKey(bytes) },
  { name: 'SM2 public key', seeds: seeds.publicKeys, read: (bytes) => readSm2PublicKey(bytes) },
  { name: 'seal', seeds: [...seeds.seals, ...real('seals', /\.esl$/)], read: (bytes) => readSeal(bytes) },
  {
    name: 'seal signature',
    seeds: [...seeds.sealSignatures, ...real('signatures', /^(Signed|n_|v4).*\.dat$/)],
    read: (bytes) => readSesSignature(bytes),
  },
];

/** Deriving a key costs what the file asks for, within `PKCS12_LIMITS`; here reading is what counts. */
const FEW_ROUNDS = 10_000n;

function roundsOf(bytes: Uint8Array): bigint {
  const { mac, parts } = outlinePkcs12(bytes);
  const encrypted = parts.flatMap((part) =>
    'encryption' in part ? [part.encryption] : part.bags.flatMap(({ encryption }) => encryption ?? []),
  );
  return encrypted.reduce((sum, { iterations = 0n }) => sum + iterations, BigInt(mac?.iterations ?? 0));
}

const BER: Reader = {
  name: 'BER',
  seeds: [...seeds.signedMessages, ...seeds.pkcs12],
  read: (bytes) => berToDer(bytes),
};

describe.each([BER, ...READERS])('$name', ({ name, seeds, read }) => {
  it('throws nothing but GovError, soon, in little memory', { timeout: 1_200_000 }, async () => {
    for (const seed of seeds) expect(() => readDer(berToDer(seed), { mode: 'lenient' })).not.toThrow();
    const { runs, slowestMs, memory, codes } = await fuzz(read, seeds);
    const told = Object.entries(codes).map(([code, count]) => `${code} ${count}`);
    console.log(
      `${name}: ${runs} mutations, slowest ${slowestMs.toFixed(1)} ms, ${(memory / 2 ** 20).toFixed(0)} MiB; ${told.join(', ')}`,
    );
    expect(runs).toBeGreaterThan(100);
  });
});

describe.each(READERS)('$name', ({ seeds, read }) => {
  it.each([
    ['an indefinite length', Uint8Array.of(0x30, 0x80, 0, 0)],
    ['a length of 2^32', Uint8Array.of(0x30, 0x85, 1, 0, 0, 0, 0)],
    ['a length of 2^32 − 1', Uint8Array.of(0x30, 0x84, 0xff, 0xff, 0xff, 0xff)],
    ['10,000 sequences in one another', nested(10_000)],
    ['10,000 octet strings in one another', nested(10_000, 0x04)],
    ['nothing', new Uint8Array(0)],
    ['a megabyte of zeros', new Uint8Array(1 << 20)],
  ])('refuses %s', async (_what, bytes) => {
    await expect(async () => read(bytes)).rejects.toMatchObject({ name: 'GovError' });
  });

  it.each(['a trailing octet', 'a wrong tag'])('refuses a good one with %s', async (what) => {
    for (const seed of seeds) {
      const bytes = Uint8Array.from([...seed, 0x41]);
      if (what === 'a wrong tag') bytes[0] = 0x31;
      await expect(async () => read(what === 'a wrong tag' ? bytes.subarray(0, -1) : bytes)).rejects.toMatchObject({
        name: 'GovError',
      });
    }
  });
});
