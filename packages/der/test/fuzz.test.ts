import { type DerElement, type DerMode, readDer, Tag } from '@gov/der';
import { looksLikePem, readPem, writePem } from '@gov/der/pem';
import { issueLeaf, issueRoot } from '@gov/pki/dev-ca';
import { generateSm2Key, readSm2PrivateKey, readSm2PublicKey, sm2Signer } from '@gov/sm';
import { isGovError } from '@gov/verdict';
import { beforeAll, describe, expect, it } from 'vitest';
import { cpuTime } from '../../../test/cpu-time.js';

const RUNS = process.env.SLOW ? 200_000 : 3000;
const seeds: Uint8Array[] = [];

beforeAll(async () => {
  const key = generateSm2Key();
  const signer = sm2Signer(key);
  const validity = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2051-01-01T00:00:00Z') };
  const certificate = await issueRoot({ ...validity, subject: 'CN=根,O=某省,C=CN', signer });
  const leaf = await issueLeaf({
    ...validity,
    ca: { certificate, signer },
    subject: 'CN=章,C=CN',
    publicKey: signer.publicKey,
    use: 'signer',
  });
  seeds.push(certificate.bytes, leaf.bytes, key.toPkcs8(), key.toSec1(), key.publicKey.toSpki());
});

/** xorshift32: a failure names the number of the run, which makes the same bytes again. */
function random(seed: number): (below: number) => number {
  let state = (seed + 1) * 0x9e3779b9;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const OCTETS = [0x00, 0x01, 0x1f, 0x30, 0x7f, 0x80, 0x81, 0x84, 0x85, 0xa0, 0xa3, 0xff];

function mutate(seed: Uint8Array, next: (below: number) => number): Uint8Array {
  let bytes = Array.from(seed);
  for (let changes = 1 + next(4); changes > 0; changes--) {
    const at = next(bytes.length + 1);
    switch (next(6)) {
      case 0:
        bytes[at] = next(256);
        break;
      case 1:
        bytes[at] = OCTETS[next(OCTETS.length)]!;
        break;
      case 2:
        bytes.splice(at, 1 + next(8));
        break;
      case 3:
        bytes.splice(at, 0, ...bytes.slice(next(bytes.length + 1)).slice(0, next(64)));
        break;
      case 4:
        bytes = bytes.slice(0, at);
        break;
      default:
        bytes[at] = (bytes[at] ?? 0) ^ (1 << next(8));
    }
  }
  return Uint8Array.from(bytes, (octet) => octet & 0xff);
}

/** Everything a reader can be asked, of every element. */
function readAll(element: DerElement): void {
  const reads: (() => unknown)[] = [
    () => element.boolean(),
    () => element.integer(),
    () => element.smallInteger(),
    () => element.unsigned(32),
    () => element.oid(),
    () => element.octets(),
    () => element.bits(),
    () => element.bitOctets(),
    () => element.null(),
    () => element.text(),
    () => element.time().toISOString(),
    () => element.inner(),
    () => element.constructed && element.children().rest().forEach(readAll),
    () => element.tag === Tag.octetString && readAll(element.nested()),
  ];
  for (const read of reads) onlyGovError(read);
}

function onlyGovError(run: () => unknown): void {
  try {
    run();
  } catch (error) {
    if (!isGovError(error)) throw error;
  }
}

describe('a stranger’s bytes', () => {
  it.each(['strict', 'lenient'] as const)(
    'lead to values or a GovError, soon, in %s',
    (mode: DerMode) => {
      let slowest = 0;
      for (let run = 0; run < RUNS; run++) {
        const next = random(run);
        const bytes = mutate(seeds[next(seeds.length)]!, next);
        const started = cpuTime();
        try {
          onlyGovError(() => readAll(readDer(bytes, { mode })));
          onlyGovError(() => readSm2PrivateKey(bytes, mode));
          onlyGovError(() => readSm2PublicKey(bytes, mode));
        } catch (cause) {
          throw new Error(`run ${run}`, { cause });
        }
        slowest = Math.max(slowest, cpuTime() - started);
      }
      expect(slowest).toBeLessThan(1000);
    },
    300_000,
  );

  it('as PEM lead to blocks or a GovError', () => {
    const text = new TextEncoder().encode(writePem('CERTIFICATE', seeds[0]!) + writePem('PRIVATE KEY', seeds[2]!));
    for (let run = 0; run < RUNS; run++) {
      const mutated = mutate(text, random(run));
      onlyGovError(() => readPem(new TextDecoder('latin1').decode(mutated)));
      onlyGovError(() => looksLikePem(mutated));
      onlyGovError(() => readSm2PrivateKey(mutated));
    }
  }, 300_000);
});
