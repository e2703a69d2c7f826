/** Writes docs/formats/status-list-vectors.json anew (npx tsx scripts/status-list-vectors.ts): new keys, the same cases. */
import { writeFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import { bytesToHex, generateSm2Key, sm2Signer, toBase64url } from '@gov/sm';
import { type CborValue, encodeCbor } from '@gov/token/cbor';
import { encodeSign1 } from '@gov/token/cose';
import { signJws } from '@gov/token/jws';
import { issueStatusListToken, type StatusBits, StatusList } from '@gov/token/status-list';

const LISTS: readonly (readonly [StatusBits, readonly number[]])[] = [
  [1, [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]],
  [2, [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]],
  [4, [0, 1, 2, 3, 15, 0, 8, 12]],
  [8, [0, 1, 2, 3, 255, 128, 64, 0]],
];

/** By hand, not by the code that the vectors are for. */
const lists = LISTS.map(([bits, statuses]) => {
  const octets = new Uint8Array((statuses.length * bits) / 8);
  statuses.forEach((status, index) => {
    octets[Math.floor((index * bits) / 8)]! += status * 2 ** ((index * bits) % 8);
  });
  return {
    bits,
    statuses,
    octets: bytesToHex(octets),
    lst: toBase64url(new Uint8Array(deflateSync(octets, { level: 9 }))),
  };
});

const key = generateSm2Key();
const signer = sm2Signer(key);
const uri = 'https://status.example.gov.cn/lists/0';
const issuedAt = new Date('2026-11-22T00:00:00Z');
const iat = issuedAt.getTime() / 1000;
const expires = new Date('2026-11-23T00:00:00Z');
const list = new StatusList(16, 2);
list.set(1, 1);
list.set(2, 2);
list.set(3, 3);
const content = { uri, list, issuedAt, expires, ttl: 300 };
const good = lists[0]!.lst;

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const jwt = (payload: unknown, typ = 'statuslist+jwt'): Promise<string> =>
  signJws({ typ }, utf8(typeof payload === 'string' ? payload : JSON.stringify(payload)), signer);
const claims = (more: object = {}, statusList: object = {}): object => ({
  sub: uri,
  iat,
  status_list: { bits: 1, lst: good, ...statusList },
  ...more,
});
const cwt = async (typ: string, payload: readonly (readonly [number, CborValue])[]): Promise<string> =>
  toBase64url(await encodeSign1({ protected: new Map([[16, typ]]), payload: encodeCbor(new Map(payload)) }, signer));
const cborList = new Map<string, CborValue>([
  ['bits', 1],
  ['lst', new Uint8Array(deflateSync(new Uint8Array([0xb9, 0xa3])))],
]);
const CWT_TYP = 'application/statuslist+cwt';

const file = {
  lists,
  publicKey: toBase64url(key.publicKey.toSpki()),
  uri,
  /** Both of the same list: 16 slots of 2 bits, 1, 2 and 3 at these indexes. */
  jwt: await issueStatusListToken(content, { signer, kid: '12' }),
  cwt: toBase64url(await issueStatusListToken(content, { signer, kid: '12', format: 'cwt' })),
  /** All rightly signed, none of them read. */
  refused: {
    'typ JWT': await jwt(claims(), 'JWT'),
    'no sub': await jwt(claims({ sub: undefined })),
    'empty sub': await jwt(claims({ sub: '' })),
    'no iat': await jwt(claims({ iat: undefined })),
    'iat as text': await jwt(claims({ iat: `${iat}` })),
    'iat below zero': await jwt(claims({ iat: -1 })),
    'iat beyond any date': await jwt(claims({ iat: 1e15 })),
    'iat with a fraction': await jwt(claims({ iat: iat + 0.5 })),
    'exp null': await jwt(claims({ exp: null })),
    'exp before iat': await jwt(claims({ exp: iat - 1 })),
    'ttl 0': await jwt(claims({ ttl: 0 })),
    'ttl below zero': await jwt(claims({ ttl: -300 })),
    'ttl as text': await jwt(claims({ ttl: '300' })),
    'ttl beyond any number': await jwt(JSON.stringify(claims()).replace('"iat"', '"ttl":1e999,"iat"')),
    'sub twice': await jwt(JSON.stringify(claims()).replace('{', '{"sub":"https://other.example/0",')),
    'status_list twice': await jwt(
      JSON.stringify(claims()).replace('{', '{"status_list":{"bits":1,"lst":"eNrbuRgAAhcBXQ"},'),
    ),
    'bits 3': await jwt(claims({}, { bits: 3 })),
    'bits 16': await jwt(claims({}, { bits: 16 })),
    'bits as text': await jwt(claims({}, { bits: '1' })),
    'no lst': await jwt(claims({}, { lst: undefined })),
    'lst with padding': await jwt(claims({}, { lst: `${good}==` })),
    'lst empty': await jwt(claims({}, { lst: '' })),
    'aggregation_uri a number': await jwt(claims({}, { aggregation_uri: 1 })),
    'no status_list': await jwt({ sub: uri, iat }),
    'status_list an array': await jwt({ sub: uri, iat, status_list: [1, good] }),
    'not an object': await jwt([]),
    'CWT of another type': await cwt('application/cwt', [
      [2, uri],
      [6, iat],
      [65533, cborList],
    ]),
    'CWT without iat': await cwt(CWT_TYP, [
      [2, uri],
      [65533, cborList],
    ]),
    'CWT with ttl 0': await cwt(CWT_TYP, [
      [2, uri],
      [6, iat],
      [65534, 0],
      [65533, cborList],
    ]),
    'CWT with exp null': await cwt(CWT_TYP, [
      [2, uri],
      [4, null],
      [6, iat],
      [65533, cborList],
    ]),
    'CWT with the label of a referenced token': await cwt(CWT_TYP, [
      [2, uri],
      [6, iat],
      [65535, cborList],
    ]),
  },
};
writeFileSync('docs/formats/status-list-vectors.json', `${JSON.stringify(file, null, 2)}\n`);
