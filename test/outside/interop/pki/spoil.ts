/** Things spoilt in one place each, so that taking the whole one means something. */
import { createHash } from 'node:crypto';
import { sm3 } from '@gov/sm';
import type { Bytes } from '../peer.js';
import { CONTENT, type Exhibits, NAMES, type Rooted, type Thing } from './exhibits.js';
import { read } from './structure.js';

export interface Spoiler<Exhibit> {
  readonly name: string;
  readonly spoil: (exhibit: Exhibit) => Exhibit;
}

const utf8 = (text: string): Bytes => new TextEncoder().encode(text);

/** One bit of the octet at `at` (from the end if negative) changed. */
function flip(bytes: Bytes, at: number, mask = 1): Bytes {
  const spoilt = Uint8Array.from(bytes);
  const index = at < 0 ? bytes.length + at : at;
  spoilt[index]! ^= mask;
  return spoilt;
}

/** The last octet of `mark` changed wherever it stands; a mark that is not there would make the test worthless. */
function flipMark(bytes: Bytes, mark: Bytes): Bytes {
  const found = placesOf(bytes, mark);
  if (found.length === 0) throw new Error('nothing to spoil');
  return found.reduce((spoilt, at) => flip(spoilt, at + mark.length - 1), bytes);
}

function placesOf(bytes: Bytes, mark: Bytes): number[] {
  const places: number[] = [];
  const all = Buffer.from(bytes);
  for (let at = all.indexOf(mark); at >= 0; at = all.indexOf(mark, at + 1)) places.push(at);
  return places;
}

/** genTime of a token, producedAt of an OCSP response: a second later. */
function later(bytes: Bytes): Bytes {
  const at = read.firstTime(bytes);
  const digits = Buffer.from(bytes.subarray(at, at + 14)).toString('latin1');
  const iso = digits.replace(/^(....)(..)(..)(..)(..)(..)$/, '$1-$2-$3T$4:$5:$6Z');
  const next = new Date(Date.parse(iso) + 1000).toISOString().slice(0, 19).replace(/[-T:]/g, '');
  const spoilt = Uint8Array.from(bytes);
  spoilt.set(utf8(next), at);
  return spoilt;
}

const letter = (bytes: Bytes, word: string): Bytes => flipMark(bytes, utf8(word));

const digests = (content: Bytes): readonly Bytes[] => [
  sm3(content),
  ...['sha256', 'sha384', 'sha512', 'sha1'].map((name) => new Uint8Array(createHash(name).update(content).digest())),
];

/** The digest of one content replaced by that of another, in whichever hash it is there. */
function redigested(bytes: Bytes, from: Bytes, to: Bytes): Bytes {
  const hash = digests(from).findIndex((digest) => placesOf(bytes, digest).length > 0);
  if (hash < 0) throw new Error('no digest to change');
  const spoilt = Uint8Array.from(bytes);
  for (const at of placesOf(bytes, digests(from)[hash]!)) spoilt.set(digests(to)[hash]!, at);
  return spoilt;
}

const stranger = <E extends Rooted>(): Spoiler<E> => ({
  name: 'another root of the same name',
  spoil: (one) => ({ ...one, root: one.stranger }),
});

/** The last octet of SIGNED{} belongs to the signature: the low end of s or of an RSA number. */
const SIGNATURE = 'a bit of the signature';
const SUBJECT = 'a letter of the subject';

const signedData = (attached: boolean): readonly Spoiler<Exhibits['CMS SignedData, attached']>[] => {
  const changed = flipMark(CONTENT, CONTENT);
  const content = (one: Exhibits['CMS SignedData, attached']) => ({
    ...one,
    content: changed,
    ...(attached ? { cms: flipMark(one.cms, CONTENT) } : {}),
  });
  return [
    { name: 'a letter of the content', spoil: content },
    {
      name: 'a letter of the content, its digest made to fit',
      spoil(one) {
        const spoilt = content(one);
        return { ...spoilt, cms: redigested(spoilt.cms, one.content, spoilt.content) };
      },
    },
    {
      name: SIGNATURE,
      spoil: (one) => ({ ...one, cms: flip(one.cms, read.lastSignatureEnd(one.cms) - 1) }),
    },
    stranger(),
  ];
};

const intermediate = (one: Exhibits['chain'], spoil: (ca: Bytes) => Bytes): Exhibits['chain'] => ({
  ...one,
  intermediates: one.intermediates.map(spoil),
});

const timestampRequest: readonly Spoiler<Exhibits['timestamp request, SM3']>[] = [
  { name: 'another imprint', spoil: (one) => ({ ...one, data: letter(one.data, 'Interop') }) },
];

const timestampToken: readonly Spoiler<Exhibits['timestamp token, SM3']>[] = [
  { name: 'a letter of the data', spoil: (one) => ({ ...one, data: letter(one.data, 'Interop') }) },
  {
    name: 'a letter of the data, the imprint made to fit',
    spoil(one) {
      const data = letter(one.data, 'Interop');
      return { ...one, data, token: redigested(one.token, one.data, data) };
    },
  },
  { name: 'a second later', spoil: (one) => ({ ...one, token: later(one.token) }) },
  { name: SIGNATURE, spoil: (one) => ({ ...one, token: flip(one.token, read.lastSignatureEnd(one.token) - 1) }) },
  stranger(),
];

const keyFile = <E extends { readonly file: Bytes; readonly password: string }>(): readonly Spoiler<E>[] => [
  { name: 'another password', spoil: (one) => ({ ...one, password: `${one.password}!` }) },
];

const pkcs12: readonly Spoiler<Exhibits['PKCS#12, AES-256']>[] = [
  ...keyFile<Exhibits['PKCS#12, AES-256']>(),
  // The content of the authenticated safe; its MAC is behind it.
  { name: 'a bit of the content', spoil: (one) => ({ ...one, file: flip(one.file, one.file.length >> 1) }) },
];

const pkcs8: readonly Spoiler<Exhibits['encrypted PKCS#8, AES-256']>[] = [
  ...keyFile<Exhibits['encrypted PKCS#8, AES-256']>(),
  // In CBC it changes the same bit of the last octet of padding.
  {
    name: 'a bit of the ciphertext that makes the padding wrong',
    spoil: (one) => ({ ...one, file: flip(one.file, -17, 0x80) }),
  },
];

const certificate: readonly Spoiler<Exhibits['certificate']>[] = [
  { name: SUBJECT, spoil: (one) => ({ ...one, certificate: letter(one.certificate, NAMES.leaf) }) },
  { name: SIGNATURE, spoil: (one) => ({ ...one, certificate: flip(one.certificate, -1) }) },
  stranger(),
];

const SPOILERS: { readonly [T in Thing]: readonly Spoiler<Exhibits[T]>[] } = {
  certificate,
  'certificate for a use of ours': certificate,
  chain: [
    {
      name: 'the serial number of the intermediate',
      spoil: (one) => intermediate(one, (ca) => flip(ca, read.serialEnd(ca) - 1)),
    },
    { name: 'a bit of the signature of the intermediate', spoil: (one) => intermediate(one, (ca) => flip(ca, -1)) },
    {
      name: 'an issuer that is no CA',
      spoil: (one) => ({ ...one, certificate: one.child, intermediates: [one.certificate, ...one.intermediates] }),
    },
    stranger(),
  ],
  CSR: [
    { name: SUBJECT, spoil: (one) => ({ ...one, csr: letter(one.csr, NAMES.csr) }) },
    { name: SIGNATURE, spoil: (one) => ({ ...one, csr: flip(one.csr, -1) }) },
  ],
  CRL: [
    {
      name: 'the revoked serial number',
      spoil: (one) => ({ ...one, crl: flipMark(one.crl, read.serial(one.revoked)) }),
    },
    { name: SIGNATURE, spoil: (one) => ({ ...one, crl: flip(one.crl, -1) }) },
    { name: 'a certificate that is not in it', spoil: (one) => ({ ...one, revoked: one.good }) },
    stranger(),
  ],
  'OCSP request': [
    { name: 'a certificate that is not asked about', spoil: (one) => ({ ...one, certificate: one.other }) },
    { name: 'another issuer of the same name', spoil: (one) => ({ ...one, root: one.stranger }) },
  ],
  'OCSP response': [
    { name: 'a second later', spoil: (one) => ({ ...one, response: later(one.response) }) },
    {
      name: SIGNATURE,
      spoil: (one) => ({ ...one, response: flip(one.response, read.ocspSignatureEnd(one.response) - 1) }),
    },
    { name: 'a certificate that is not in it', spoil: (one) => ({ ...one, certificate: one.other }) },
    stranger(),
  ],
  'CMS SignedData, attached': signedData(true),
  'CMS SignedData, detached': signedData(false),
  'CMS SignedData, two signers': signedData(true),
  'CMS EnvelopedData, SM4-CBC': [
    { name: 'another key', spoil: (one) => ({ ...one, key: one.strangerKey }) },
    // The last octet of the block before the last: in CBC it makes the padding wrong.
    {
      name: 'a bit of the ciphertext that makes the padding wrong',
      spoil: (one) => ({ ...one, cms: flip(one.cms, -17, 0x80) }),
    },
  ],
  // Nobody here takes it.
  'CMS AuthEnvelopedData, SM4-GCM': [],
  'timestamp request, SM3': timestampRequest,
  'timestamp request, SHA-256': timestampRequest,
  'timestamp token, SM3': timestampToken,
  'timestamp token, SHA-256': timestampToken,
  'PKCS#12, AES-256': pkcs12,
  'PKCS#12, SM4': pkcs12,
  'PKCS#12, RC2 and 3DES': pkcs12,
  'encrypted PKCS#8, AES-256': pkcs8,
  'encrypted PKCS#8, SM4': pkcs8,
};

export const spoilers = <T extends Thing>(thing: T): readonly Spoiler<Exhibits[T]>[] => SPOILERS[thing];
