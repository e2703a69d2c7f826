/**
 * The declared test PKI: root → authority → leaf, right in everything, and a table of certificates each wrong in exactly
 * one way.
 */
import { der } from '@gov/der';
import { type PathDemands, USE_OIDS } from '@gov/pki';
import { generateSm2Key, sm2Signer } from '@gov/sm';
import {
  authorityKeyIdentifier,
  basicConstraints,
  extendedKeyUsage,
  extension,
  keyUsage,
  OID,
  type Spec,
  sm2,
  subjectKeyIdentifier,
} from './builder.js';

export const AT = new Date('2026-06-01T00:00:00Z');
const root = sm2();
const authority = sm2();
const leaf = sm2();
const stranger = sm2();
const middle = sm2();
const otherIdKey = generateSm2Key();
const otherId = sm2Signer(otherIdKey, { id: new TextEncoder().encode('ALICE123@YAHOO.COM') });

const id = (octet: number) => new Uint8Array(20).fill(octet);
const validity = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2030-01-01T00:00:00Z') };

interface Chain {
  readonly leaf: Spec;
  readonly authority: Spec;
  /** Stands between root and authority where a case speaks of it. */
  readonly middle: Spec;
  readonly root: Spec;
}

export const RIGHT: Chain = {
  root: {
    ...validity,
    version: 2,
    serialNumber: Uint8Array.of(1),
    subject: 'CN=某省根,O=某省,C=CN',
    issuer: 'CN=某省根,O=某省,C=CN',
    key: root,
    by: root,
    extensions: {
      basicConstraints: basicConstraints(true),
      keyUsage: keyUsage('keyCertSign', 'cRLSign'),
      subjectKeyIdentifier: subjectKeyIdentifier(id(1)),
    },
  },
  middle: {
    ...validity,
    version: 2,
    serialNumber: Uint8Array.of(4),
    subject: 'CN=某省二级 CA,O=某省,C=CN',
    issuer: 'CN=某省根,O=某省,C=CN',
    key: middle,
    by: root,
    extensions: {
      basicConstraints: basicConstraints(true, 1),
      keyUsage: keyUsage('keyCertSign'),
      subjectKeyIdentifier: subjectKeyIdentifier(id(4)),
      authorityKeyIdentifier: authorityKeyIdentifier(id(1)),
    },
  },
  authority: {
    ...validity,
    version: 2,
    serialNumber: Uint8Array.of(2),
    subject: 'CN=某市 CA,O=某省,C=CN',
    issuer: 'CN=某省根,O=某省,C=CN',
    key: authority,
    by: root,
    extensions: {
      basicConstraints: basicConstraints(true, 0),
      keyUsage: keyUsage('keyCertSign'),
      subjectKeyIdentifier: subjectKeyIdentifier(id(2)),
      authorityKeyIdentifier: authorityKeyIdentifier(id(1)),
    },
  },
  leaf: {
    ...validity,
    version: 2,
    serialNumber: Uint8Array.of(3),
    subject: 'CN=某局电子印章,O=某局,C=CN',
    issuer: 'CN=某市 CA,O=某省,C=CN',
    key: leaf,
    by: authority,
    extensions: {
      keyUsage: keyUsage('digitalSignature', 'nonRepudiation'),
      extendedKeyUsage: extendedKeyUsage(USE_OIDS.signer),
      authorityKeyIdentifier: authorityKeyIdentifier(id(2)),
    },
  },
};

/** A change of one certificate: fields to replace, and extensions to replace (undefined: to leave out). */
export interface Change extends Partial<Omit<Spec, 'extensions' | 'version'>> {
  readonly version?: number | undefined;
  readonly extensions?: Readonly<Record<string, Uint8Array | undefined>>;
}

export interface Wrong {
  readonly name: string;
  readonly leaf?: Change;
  readonly authority?: Change;
  readonly middle?: Change;
  readonly root?: Change;
  /** Further certificates to look up, before the authority. */
  readonly others?: readonly Spec[];
  readonly demands?: Pick<PathDemands, 'policies' | 'extendedKeyUsage'>;
  /** Findings that are no pass, `check outcome code`; nothing: the certificate is right after all. */
  readonly found?: readonly string[];
  /** Where strict differs. */
  readonly strict?: readonly string[];
  /** Or the reader throws: in both modes, or in strict only. */
  readonly throws?: 'always' | 'strict';
}

const none = {
  basicConstraints: undefined,
  keyUsage: undefined,
  subjectKeyIdentifier: undefined,
  authorityKeyIdentifier: undefined,
};
const unknown = (critical: boolean) => extension('1.2.3.4', der.nullValue(), critical);
const validityOf = (...times: Uint8Array[]) => der.sequence(...times);
const time = (text: string) => der.element(0x17, new TextEncoder().encode(text));
const offCurve = leaf.publicKey.map((octet, at) => (at === leaf.publicKey.length - 1 ? octet ^ 1 : octet));

export const WRONG_STRUCTURE: readonly Wrong[] = [
  // time
  {
    name: 'leaf expired',
    leaf: { notAfter: new Date('2026-05-01T00:00:00Z') },
    found: ['time unknown expired-time-unproved'],
  },
  {
    name: 'authority expired',
    authority: { notAfter: new Date('2026-05-01T00:00:00Z') },
    found: ['time unknown expired-time-unproved'],
  },
  {
    name: 'root expired',
    root: { notAfter: new Date('2026-05-01T00:00:00Z') },
    found: ['time unknown expired-time-unproved'],
  },
  {
    name: 'leaf not yet valid',
    leaf: { notBefore: new Date('2026-07-01T00:00:00Z') },
    found: ['time fail certificate-not-yet-valid-at-signing'],
  },
  {
    name: 'root not yet valid',
    root: { notBefore: new Date('2026-07-01T00:00:00Z') },
    found: ['time fail certificate-not-yet-valid-at-signing'],
  },
  {
    name: 'validity reversed',
    leaf: { notBefore: validity.notAfter, notAfter: validity.notBefore },
    found: ['time fail certificate-not-yet-valid-at-signing'],
  },
  {
    name: 'a month that does not exist',
    leaf: { validity: validityOf(time('261301000000Z'), time('270101000000Z')) },
    throws: 'always',
  },
  {
    name: 'a validity of three times',
    leaf: { validity: validityOf(...Array.from({ length: 3 }, () => time('260101000000Z'))) },
    throws: 'always',
  },
  {
    name: 'a time without seconds',
    leaf: { validity: validityOf(time('2601010000Z'), time('300101000000Z')) },
    throws: 'strict',
  },
  // what a CA must say
  {
    name: 'authority is not a CA',
    authority: { extensions: { basicConstraints: basicConstraints(false) } },
    found: ['path fail path-not-ca'],
  },
  {
    name: 'authority without basicConstraints',
    authority: { extensions: { basicConstraints: undefined } },
    found: ['path fail path-not-ca'],
  },
  {
    name: 'root is not a CA',
    root: { extensions: { basicConstraints: basicConstraints(false) } },
    found: ['path fail path-not-ca'],
  },
  {
    name: 'root without basicConstraints',
    root: { extensions: { basicConstraints: undefined } },
    found: ['path fail path-not-ca'],
  },
  {
    name: 'authority of version 1',
    authority: { version: undefined, extensions: none },
    found: ['path fail path-not-ca'],
  },
  { name: 'root of version 1, which cannot say what it is', root: { version: undefined, extensions: none } },
  {
    name: 'pathLen of the root exceeded',
    root: { extensions: { basicConstraints: basicConstraints(true, 0) } },
    found: ['path fail path-length-exceeded'],
  },
  { name: 'pathLen of the root just enough', root: { extensions: { basicConstraints: basicConstraints(true, 1) } } },
  {
    name: 'authority without keyCertSign',
    authority: { extensions: { keyUsage: keyUsage('cRLSign', 'digitalSignature') } },
    found: ['path fail path-key-usage'],
  },
  {
    name: 'root without keyCertSign',
    root: { extensions: { keyUsage: keyUsage('cRLSign') } },
    found: ['path warn path-key-usage'],
    strict: ['path fail path-key-usage'],
  },
  { name: 'authority without keyUsage, which allows all', authority: { extensions: { keyUsage: undefined } } },
  {
    name: 'keyCertSign only among the unused bits',
    authority: { extensions: { keyUsage: extension(OID.keyUsage, Uint8Array.of(0x03, 0x02, 0x07, 0x84), true) } },
    found: ['path fail path-key-usage'],
    throws: 'strict',
  },
  {
    name: 'cA FALSE written out',
    leaf: { extensions: { basicConstraints: extension(OID.basicConstraints, der.sequence(der.boolean(false))) } },
    throws: 'strict',
  },
  // extensions
  {
    name: 'leaf with an unknown critical extension',
    leaf: { extensions: { unknown: unknown(true) } },
    found: ['path fail path-critical-extension'],
  },
  {
    name: 'authority with an unknown critical extension',
    authority: { extensions: { unknown: unknown(true) } },
    found: ['path fail path-critical-extension'],
  },
  {
    name: 'root with an unknown critical extension',
    root: { extensions: { unknown: unknown(true) } },
    found: ['path fail path-critical-extension'],
  },
  { name: 'an unknown extension that is not critical', leaf: { extensions: { unknown: unknown(false) } } },
  {
    name: 'nameConstraints of nothing',
    authority: { extensions: { nameConstraints: extension(OID.nameConstraints, der.sequence()) } },
    found: ['path fail path-extension-malformed'],
  },
  { name: 'the same extension twice', leaf: { further: [unknown(false), unknown(false)] }, throws: 'always' },
  {
    name: 'critical FALSE written out',
    leaf: { further: [der.sequence(der.oid('1.2.3'), der.boolean(false), der.octetString(der.nullValue()))] },
    throws: 'strict',
  },
  { name: 'extensions in version 1', leaf: { version: undefined }, throws: 'always' },
  { name: 'extensions in version 2', leaf: { version: 1 }, throws: 'always' },
  { name: 'version 4', leaf: { version: 3 }, throws: 'always' },
  { name: 'version 1 written out', root: { version: 0, extensions: none }, throws: 'strict' },
  {
    name: 'a keyUsage that is none',
    leaf: { extensions: { keyUsage: extension(OID.keyUsage, der.integer(1)) } },
    throws: 'always',
  },
  {
    name: 'a basicConstraints with more in it',
    authority: {
      extensions: {
        basicConstraints: extension(OID.basicConstraints, der.sequence(der.boolean(true), der.nullValue())),
      },
    },
    throws: 'always',
  },
  {
    name: 'a negative pathLen',
    authority: { extensions: { basicConstraints: basicConstraints(true, -1) } },
    throws: 'always',
  },
  {
    name: 'an extension value with bytes after it',
    leaf: { extensions: { keyUsage: extension(OID.keyUsage, Uint8Array.of(3, 2, 7, 0x80, 0)) } },
    throws: 'always',
  },
  // what RFC 5280 says of the fields
  { name: 'serial number of zero', leaf: { serial: der.integer(0) }, throws: 'strict' },
  { name: 'negative serial number', leaf: { serial: der.integer(-3) }, throws: 'strict' },
  {
    name: 'serial number of 21 octets',
    leaf: { serial: der.element(2, new Uint8Array(21).fill(1)) },
    throws: 'strict',
  },
  { name: 'serial number of 20 octets', leaf: { serial: der.element(2, new Uint8Array(20).fill(1)) } },
  {
    name: 'unique identifiers in version 1',
    root: { version: undefined, extensions: none, identifiers: [der.implicitPrimitive(2, Uint8Array.of(0, 1))] },
    throws: 'strict',
  },
  {
    name: 'unique identifiers in version 3',
    leaf: { identifiers: [1, 2].map((n) => der.implicitPrimitive(n, Uint8Array.of(0, 1))) },
  },
  {
    name: 'unique identifiers in the wrong order',
    leaf: { identifiers: [2, 1].map((n) => der.implicitPrimitive(n, Uint8Array.of(0, 1))) },
    throws: 'always',
  },
  { name: 'an authority without a name', authority: { subject: '' }, leaf: { issuer: '' }, throws: 'strict' },
  // names and key identifiers
  {
    name: 'leaf names another issuer',
    leaf: { issuer: 'CN=某市 CA 2,O=某省,C=CN' },
    found: ['path unknown path-no-anchor'],
  },
  { name: 'leaf names its issuer in other letters and blanks', leaf: { issuer: 'CN=某市  ca,O=某省,C=CN' } },
  {
    name: 'leaf names its issuer in another order',
    leaf: { issuer: 'C=CN,O=某省,CN=某市 CA' },
    found: ['path unknown path-no-anchor'],
  },
  {
    name: 'AKI is not the SKI',
    leaf: { extensions: { authorityKeyIdentifier: authorityKeyIdentifier(id(9)) } },
    found: ['path unknown path-no-anchor'],
  },
  { name: 'no AKI', leaf: { extensions: { authorityKeyIdentifier: undefined } } },
  { name: 'no SKI', authority: { extensions: { subjectKeyIdentifier: undefined } } },
  {
    name: 'self-signed and unknown',
    leaf: { issuer: RIGHT.leaf.subject, by: leaf, extensions: { authorityKeyIdentifier: undefined } },
    found: ['path unknown path-no-anchor'],
  },
  // signatures
  { name: 'leaf signed by a stranger', leaf: { by: stranger }, found: ['path fail path-signature-invalid'] },
  { name: 'authority signed by a stranger', authority: { by: stranger }, found: ['path fail path-signature-invalid'] },
  {
    name: 'leaf changed after signing',
    leaf: { tamper: (tbs) => tbs.map((octet, at) => (at === 11 ? octet ^ 1 : octet)) },
    found: ['path fail path-signature-invalid'],
  },
  {
    name: 'signed under another SM2 ID',
    authority: { publicKey: otherIdKey.publicKey.toSpki() },
    leaf: { by: otherId },
    found: ['path fail path-signature-invalid'],
  },
  {
    name: 'no signature octets',
    leaf: { signature: () => new Uint8Array(0) },
    found: ['path fail path-signature-invalid'],
  },
  { name: 'a raw signature', leaf: { signature: (raw) => raw }, found: ['path fail path-signature-invalid'] },
  {
    name: 'an r that is not minimal',
    leaf: {
      signature: (raw) =>
        der.sequence(der.element(2, Uint8Array.of(0, 0), raw.subarray(0, 32)), der.unsignedInteger(raw.subarray(32))),
    },
    found: ['path fail path-signature-invalid'],
  },
  {
    name: 'an algorithm of another key',
    leaf: { inner: der.sequence(der.oid('1.2.840.10045.4.3.2')) },
    found: ['path unknown algorithm-unsupported'],
  },
  {
    name: 'an unknown algorithm',
    leaf: { inner: der.sequence(der.oid('1.2.840.113549.1.1.5'), der.nullValue()) },
    found: ['path unknown algorithm-unsupported'],
  },
  { name: 'two signature algorithms', leaf: { outer: der.sequence(der.oid('1.2.840.10045.4.3.2')) }, throws: 'always' },
  {
    name: 'parameters that are not NULL',
    leaf: { inner: der.sequence(der.oid('1.2.156.10197.1.501'), der.integer(1)) },
    found: ['path unknown algorithm-unsupported'],
  },
  {
    name: 'a NULL that holds something',
    leaf: { inner: der.sequence(der.oid('1.2.156.10197.1.501'), der.element(0x05, Uint8Array.of(0))) },
    throws: 'always',
  },
  { name: 'absent parameters', leaf: { inner: der.sequence(der.oid('1.2.156.10197.1.501')) } },
  {
    name: 'a key of the authority off the curve',
    authority: { publicKey: offCurve },
    found: ['path unknown algorithm-unsupported'],
  },
  {
    name: 'a key of the authority that is none',
    authority: { publicKey: der.sequence() },
    found: ['path unknown algorithm-unsupported'],
  },
  { name: 'a field after the signature', leaf: { after: der.nullValue() }, throws: 'always' },
  // what a leaf may do
  {
    name: 'EKU of another use',
    leaf: { extensions: { extendedKeyUsage: extendedKeyUsage(USE_OIDS['seal-maker']) } },
    found: ['authority fail not-authorised-for-use'],
  },
  {
    name: 'EKU of every other use',
    leaf: {
      extensions: {
        extendedKeyUsage: extendedKeyUsage(...Object.values(USE_OIDS).filter((oid) => oid !== USE_OIDS.signer)),
      },
    },
    found: ['authority fail not-authorised-for-use'],
  },
  {
    name: 'EKU of this use and another',
    leaf: { extensions: { extendedKeyUsage: extendedKeyUsage(USE_OIDS.timestamp, USE_OIDS.signer) } },
  },
  {
    name: 'no EKU',
    leaf: { extensions: { extendedKeyUsage: undefined } },
    found: ['authority unknown authority-unknown'],
  },
  {
    name: 'EKU of none of our uses',
    leaf: { extensions: { extendedKeyUsage: extendedKeyUsage('1.3.6.1.5.5.7.3.2') } },
    found: ['authority unknown authority-unknown'],
  },
  {
    name: 'anyExtendedKeyUsage, which is no use of ours',
    leaf: { extensions: { extendedKeyUsage: extendedKeyUsage('2.5.29.37.0') } },
    found: ['authority unknown authority-unknown'],
  },
  {
    name: 'keyUsage without signing',
    leaf: { extensions: { keyUsage: keyUsage('keyEncipherment', 'keyAgreement') } },
    found: ['authority fail key-usage'],
  },
  { name: 'keyUsage of no bit', leaf: { extensions: { keyUsage: keyUsage() } }, found: ['authority fail key-usage'] },
  { name: 'keyUsage of nonRepudiation alone', leaf: { extensions: { keyUsage: keyUsage('nonRepudiation') } } },
  { name: 'keyUsage of digitalSignature alone', leaf: { extensions: { keyUsage: keyUsage('digitalSignature') } } },
];

export function changed(spec: Spec, change: Change = {}): Spec {
  const { extensions = {}, ...fields } = change;
  const all = Object.entries({ ...spec.extensions, ...extensions });
  return {
    ...spec,
    ...fields,
    extensions: Object.fromEntries(all.filter((entry): entry is [string, Uint8Array] => entry[1] !== undefined)),
  } as Spec;
}
