/** What a stranger may send as a status list: nothing but a `GovError`, none slow, none greedy. */
import { readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { fromBase64url, toBase64url } from '@gov/sm';
import { readStatusListToken, StatusList } from '@gov/token/status-list';
import { GovError } from '@gov/verdict';
import { describe, expect, it } from 'vitest';
import type { Random } from '../../../test/fuzz/mutation.js';
import { fuzz } from '../../../test/fuzz/run.js';
import * as js from '../src/status-list/zlib.js';
import * as native from '../src/status-list/zlib.node.js';

const COUNT = 3000;
/** Of what is inflated here. */
const OCTETS = 65_536;

const vectors = JSON.parse(
  readFileSync(new URL('../../../docs/formats/status-list-vectors.json', import.meta.url), 'utf8'),
) as { readonly jwt: string; readonly cwt: string; readonly refused: Readonly<Record<string, string>> };

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const [header = '', payload = '', signature = ''] = vectors.jwt.split('.');
const cwt = fromBase64url(vectors.cwt)!;
const lists = await Promise.all(
  [1, 7, 1000].map((spread) =>
    native.compress(new Uint8Array(4096).map((_, at) => (at % spread === 0 ? at % 251 : 0))),
  ),
);

/** One to four octets changed, taken out, put in or repeated, or the end cut off. */
function spoilt(bytes: Uint8Array, next: Random): Uint8Array {
  const octets = [...bytes];
  for (let changes = 1 + next(4); changes > 0; changes--) {
    const at = next(octets.length + 1);
    const few = 1 + next(8);
    switch (next(6)) {
      case 0:
        octets[Math.min(at, octets.length - 1)] = next(256);
        break;
      case 1:
        octets.splice(at, few);
        break;
      case 2:
        octets.splice(at, 0, ...Array.from({ length: few }, () => next(256)));
        break;
      case 3:
        octets.splice(at, 0, ...octets.slice(at, at + 64));
        break;
      case 4:
        octets[Math.min(at, octets.length - 1)]! ^= 1 << next(8);
        break;
      default:
        octets.length = at;
    }
  }
  return Uint8Array.from(octets);
}

/** Numbers, names and braces of the claims exchanged for others, as the layer above would not notice. */
function spoiltClaims(next: Random): Uint8Array {
  const values = [
    '-1',
    '0',
    '1e308',
    '1e999',
    '"1"',
    'null',
    '[]',
    '{}',
    'true',
    '4294967296',
    '0.5',
    '99999999999999999999',
  ];
  const text = new TextDecoder().decode(fromBase64url(payload)!);
  const places = [...text.matchAll(/\d+|"[a-z_]+"/g)];
  const place = places[next(places.length)]!;
  const claims = text.slice(0, place.index) + values[next(values.length)] + text.slice(place.index + place[0].length);
  return next(2) === 0 ? utf8(claims) : spoilt(utf8(claims), next);
}

const MUTATIONS = {
  text: (next: Random) => spoilt(utf8(vectors.jwt), next),
  claims: (next: Random) => utf8(`${header}.${toBase64url(spoiltClaims(next))}.${signature}`),
  'header of JSON': (next: Random) =>
    utf8(`${toBase64url(spoilt(fromBase64url(header)!, next))}.${payload}.${signature}`),
  CWT: (next: Random) => spoilt(cwt, next),
} as const;

function readWhole(bytes: Uint8Array): void {
  const token = readStatusListToken(bytes);
  const list = StatusList.decompress(token.compressed, token.bits, OCTETS);
  list.get(list.length - 1);
}

describe('a status list token that was spoilt', () => {
  it.each(Object.entries(MUTATIONS))('in its %s', async (name, mutate) => {
    const { runs, slowestMs, codes } = await fuzz(readWhole, { mutate }, { count: COUNT });
    console.log(`${name}: ${runs} runs, slowest ${slowestMs.toFixed(1)} ms, ${JSON.stringify(codes)}`);
    expect(runs).toBeGreaterThan(100);
    const known = ['read', 'status-list-malformed', 'input-too-large'];
    expect(Object.keys(codes).filter((code) => !known.includes(code))).toEqual([]);
  });
});

describe('a compressed list that was spoilt', () => {
  it('is read by both backends alike', async () => {
    let inflated = 0;
    const { runs, codes } = await fuzz(
      async (bytes) => {
        // Node gives back what a broken stream held at the next turn of its loop.
        if (++inflated % 64 === 0) await setImmediate();
        const [one, other] = [native.decompress(bytes, OCTETS), js.decompress(bytes, OCTETS)];
        // The one in JavaScript lets incomplete code tables pass; what comes out still has the checksum of the stream.
        if ('octets' in one) expect(other).toEqual(one);
        if ('problem' in one) throw new GovError('status-list-malformed', one.problem);
      },
      { mutate: (next) => spoilt(lists[next(lists.length)]!, next) },
      { count: COUNT },
    );
    console.log(`zlib: ${runs} runs, ${JSON.stringify(codes)}`);
  });
});
