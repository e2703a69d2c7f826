/**
 * The QR's decoder meets what a stranger may write: text, deflate stream, message and claims are spoilt one layer at a time,
 * and everything around is made right again, so that each reader is reached. Claims are signed anew by the real issuer.
 */
import { readFileSync } from 'node:fs';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { FOOD_BUSINESS, licenseClaims, licenseRecord, parseLicenseData } from '@gov/e-license';
import { issueLicenseQr, LICENSE_QR_REQUIRED, verifyLicenseQr } from '@gov/e-license/qr';
import { decodeBase45, encodeBase45 } from '@gov/qr/base45';
import { type CborValue, decodeCbor, encodeCbor, Tagged } from '@gov/token/cbor';
import { readSign1, sigStructure } from '@gov/token/cose';
import type { FindingCode, Report } from '@gov/verdict';
import { expect, it } from 'vitest';
import { cpuTime } from '../../../test/cpu-time.js';
import { type Random, random } from '../../../test/fuzz/mutation.js';
import { makeWorld, TIMES } from '../../../test/world.js';

/** Texts in the ordinary suite, where a minute does not come first; in the slow one only time ends it. */
const COUNT = process.env.SLOW === undefined ? 20_000 : Number.POSITIVE_INFINITY;
const SECONDS = Number(process.env.FUZZ_SECONDS ?? (process.env.SLOW === undefined ? 60 : 600));
const MAX_MS = 1_000;

const LAYERS = ['characters', 'compressed', 'message', 'envelope', 'claims', 'values'] as const;
type Layer = (typeof LAYERS)[number];

/** What stands between the honest text and a spoilt one. */
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:aé漢\u0000';

const world = await makeWorld();
const sample = JSON.parse(
  readFileSync(new URL('../../../examples/license/food-business.json', import.meta.url), 'utf8'),
);
const data = parseLicenseData(sample, [FOOD_BUSINESS]);
const claims = licenseClaims(licenseRecord(data, { type: FOOD_BUSINESS, issuedAt: TIMES.signed }), FOOD_BUSINESS);
const text = await issueLicenseQr(claims, world.issuer);
const compressed = decodeBase45(text.slice(4));
const message = new Uint8Array(inflateRawSync(compressed));
const sign1 = readSign1(message, { profile: 'strict' });
const payload = sign1.payload!;
const payloadAt = Buffer.from(message).indexOf(Buffer.from(payload));

const wrap = (bytes: Uint8Array): string => `EL1:${encodeBase45(bytes)}`;
const pack = (bytes: Uint8Array): string => wrap(new Uint8Array(deflateRawSync(bytes)));

/** One to four changes: octets changed, taken out, put in, repeated, or cut off. CBOR heads are met often: messages are short. */
function spoil(bytes: Uint8Array, next: Random): Uint8Array {
  let spoilt = [...bytes];
  for (let changes = 1 + next(4); changes > 0; changes--) {
    const at = next(spoilt.length + 1);
    const few = 1 + next(8);
    switch (next(8)) {
      case 0:
        spoilt[at] = next(256);
        break;
      case 1:
        spoilt[at] = (spoilt[at] ?? 0) ^ (1 << next(8));
        break;
      case 2:
        spoilt.splice(at, few);
        break;
      case 3:
        spoilt.splice(at, 0, ...Array.from({ length: few }, () => next(256)));
        break;
      case 4:
        spoilt.splice(at, 0, ...spoilt.slice(at, at + 4 * few));
        break;
      case 5:
        spoilt = spoilt.slice(0, at);
        break;
      case 6:
        // Heads that promise much: 2^64−1 items, indefinite lengths, tags, floats.
        spoilt.splice(at, 1, [0x9b, 0xbf, 0x5b, 0x7f, 0xdb, 0xfb, 0xff][next(7)]!, ...Array(few).fill(0xff));
        break;
      default:
        spoilt.splice(at, few, ...spoilt.slice(next(spoilt.length + 1)).slice(0, few));
    }
  }
  return Uint8Array.from(spoilt, (octet) => octet & 0xff);
}

async function spoiltText(layer: Layer, next: Random): Promise<string> {
  switch (layer) {
    case 'characters': {
      const characters = [...text];
      for (let changes = 1 + next(4); changes > 0; changes--) {
        const other = [...ALPHABET][next([...ALPHABET].length)]!;
        const at = next(characters.length);
        if (next(4) === 0) characters.splice(at, 1 + next(6));
        else if (next(3) === 0) characters.splice(at, 0, other);
        else characters[at] = other;
      }
      return characters.join('');
    }
    case 'compressed':
      return wrap(spoil(compressed, next));
    case 'message':
      return pack(spoil(message, next));
    case 'envelope': {
      const { value } = decodeCbor(message, { profile: 'strict' }) as Tagged;
      return pack(encodeCbor(new Tagged(next(8) === 0 ? 17 + next(3) : 18, otherValue(value, next))));
    }
    case 'claims':
      return signedAnew(spoil(payload, next));
    case 'values':
      return signedAnew(encodeCbor(otherValue(decodeCbor(payload, { profile: 'strict' }), next)));
  }
}

/** The message with another payload, signed by the issuer. */
async function signedAnew(spoilt: Uint8Array): Promise<string> {
  const signature = await world.issuer.signer.sign(
    sigStructure({ ...sign1, payload: spoilt }, new TextEncoder().encode('EL1')),
  );
  const head =
    spoilt.length < 24
      ? [0x40 + spoilt.length]
      : spoilt.length < 256
        ? [0x58, spoilt.length]
        : [0x59, spoilt.length >> 8, spoilt.length];
  const before = message.subarray(0, payloadAt - (payload.length < 256 ? 2 : 3));
  return pack(Uint8Array.from([...before, ...head, ...spoilt, 0x58, 64, ...signature]));
}

const ODD: readonly CborValue[] = [
  null,
  undefined,
  true,
  -1,
  0,
  2 ** 32,
  2 ** 53,
  1.5,
  Number.NaN,
  2n ** 64n - 1n,
  '',
  '*',
  '\u202e长期',
  'x'.repeat(601),
  new Uint8Array(8),
  [],
  new Map(),
];

/** Well-formed claims with one value replaced, left out, doubled or under another label. */
function otherValue(value: CborValue, next: Random): CborValue {
  const odd = ODD[next(ODD.length)];
  if (value instanceof Map && value.size > 0 && next(5) > 0) {
    const entries = [...value] as [CborValue, CborValue][];
    const at = next(entries.length);
    const [label, own] = entries[at]!;
    const change = next(8);
    if (change === 0) entries.splice(at, 1);
    else if (change === 1) entries[at] = [next(12), own];
    else entries[at] = [label, otherValue(own, next)];
    return new Map(entries);
  }
  if (Array.isArray(value) && value.length > 0 && next(5) > 0) {
    const items = [...(value as readonly CborValue[])];
    const at = next(items.length);
    const change = next(6);
    if (change === 0) items.splice(at, 1);
    else if (change === 1) items.push(...items, ...items);
    else items[at] = otherValue(items[at], next);
    return items;
  }
  return odd;
}

const verify = (qr: string): Promise<Report> => verifyLicenseQr(qr, { at: TIMES.verified, trust: world.trust });

it('a spoilt QR text is a report, never an exception, and never valid for what was not signed', async () => {
  const codes = new Map<FindingCode, number>();
  const ends = performance.now() + SECONDS * 1000;
  let [runs, slowest, again] = [0, 0, 0];
  for (; runs < COUNT && performance.now() < ends; runs++) {
    const next = random(runs);
    const layer = LAYERS[next(LAYERS.length)]!;
    const qr = await spoiltText(layer, next);
    const began = cpuTime();
    const report = await verify(qr).catch((cause: unknown) => {
      throw new Error(`run ${runs} (${layer}) threw`, { cause });
    });
    slowest = Math.max(slowest, cpuTime() - began);
    if (report.verdict === 'valid') {
      // What the issuer signed is what is said: another text of the same message, or claims that were signed anew.
      if (layer === 'claims' || layer === 'values') again++;
      else expect(report.subject, `run ${runs} (${layer})`).toEqual((await verify(text)).subject);
    }
    for (const { code, outcome } of report.findings) {
      if (outcome === 'fail' || outcome === 'unknown') codes.set(code, (codes.get(code) ?? 0) + 1);
    }
  }
  console.log(
    `QR texts: ${runs}, slowest ${slowest.toFixed(1)} ms, ${again} signed anew and valid; ${[...codes].map(([code, n]) => `${code} ${n}`).join(', ')}`,
  );
  expect(slowest).toBeLessThan(MAX_MS);
  // Each reader was reached, and the last: a run that ends at the first character tests nothing.
  for (const code of ['qr-prefix', 'qr-base45', 'qr-deflate', 'qr-cbor', 'qr-cose', 'qr-claims', 'signature-invalid'])
    expect(codes.get(code as FindingCode) ?? 0, code).toBeGreaterThan(0);
}, 700_000);

it('the honest text is valid, by all that is required', async () => {
  const { verdict, required } = await verify(text);
  expect({ verdict, required }).toEqual({ verdict: 'valid', required: LICENSE_QR_REQUIRED });
});
