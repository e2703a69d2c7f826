/** What can be told of a PKCS#12 without its password. */
import { type DerElement, der } from '@gov/der';
import { type KeyProtection, readKeyProtection } from '../cbom/key-protection.js';
import { type Bag, readPfx } from './pfx.js';

export interface Pkcs12Outline {
  /** Absent: the file carries no authentication code. */
  readonly mac?: { readonly form: 'PKCS12-KDF' | 'PBMAC1'; readonly hash: string; readonly iterations: number };
  readonly parts: readonly Pkcs12Part[];
}

/** A part whose bags are seen, or one that is encrypted. */
export type Pkcs12Part = { readonly encryption: KeyProtection } | { readonly bags: readonly Pkcs12Bag[] };

export interface Pkcs12Bag {
  readonly kind: 'key' | 'encrypted-key' | 'certificate' | 'other';
  readonly encryption?: KeyProtection;
  readonly friendlyName?: string;
}

/**
 * What stands in a PKCS#12, without its password: nothing of it is proved.
 *
 * @throws GovError `pkcs12-malformed`, `key-unsupported`, `algorithm-unsupported`, `limit-exceeded`, `input-too-large`, `key-malformed`
 */
export function outlinePkcs12(input: Uint8Array): Pkcs12Outline {
  const { mac, parts } = readPfx(input);
  return {
    ...(mac === undefined
      ? {}
      : { mac: { form: mac.form, hash: mac.hash.name, iterations: mac.derivation.iterations } }),
    parts: parts.map((part) =>
      part.kind === 'encrypted' ? { encryption: protection(part.algorithm) } : { bags: part.bags.map(outlineBag) },
    ),
  };
}

function outlineBag(bag: Bag): Pkcs12Bag {
  const name = bag.friendlyName === undefined ? {} : { friendlyName: bag.friendlyName };
  if (bag.kind === 'shrouded-key') return { kind: 'encrypted-key', encryption: protection(bag.algorithm), ...name };
  return { kind: bag.kind === 'unread' ? 'other' : bag.kind, ...name };
}

const protection = (algorithm: DerElement): KeyProtection =>
  readKeyProtection(der.sequence(algorithm.raw, der.octetString(new Uint8Array(0))));

/** Whether the bytes begin as a PKCS#12 does, sound further on or not: version 3, and a content type of PKCS#7. */
export function looksLikePkcs12(bytes: Uint8Array): boolean {
  const version = contentAt(bytes, 0);
  const type = contentAt(bytes, version + HEAD.length - 1);
  return (
    bytes[0] === 0x30 &&
    HEAD.every((octet, i) => bytes[version + i] === octet) &&
    TYPE.every((octet, i) => bytes[type + i] === octet)
  );
}

/** INTEGER 3, and the tag of ContentInfo. */
const HEAD = [0x02, 0x01, 0x03, 0x30];
/** OID of nine octets, 1.2.840.113549.1.7. */
const TYPE = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07];

/** Where the content of the element at an offset begins, be its length definite or not. */
const contentAt = (bytes: Uint8Array, at: number): number => {
  const first = bytes[at + 1] ?? 0;
  return at + 2 + (first > 0x80 ? first & 0x7f : 0);
};
