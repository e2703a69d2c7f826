import { der } from '@gov/der';
import { ATTRIBUTE_TYPE, CONTENT_TYPE, verifyCms } from '@gov/pki/cms';
import { rawToDer, sm3 } from '@gov/sm';
import { beforeAll, describe, expect, it } from 'vitest';
import { codeOf } from './builder.js';
import {
  attribute,
  build,
  contentTypeAttribute,
  DATA,
  digestAttribute,
  issuerAndSerial,
  type MessageSpec,
  OTHER,
  type SignerSpec,
  signingCertificate,
  standard,
  timeAttribute,
} from './cms-builder.js';
import { AT, CONTENT, found, makeWorld, NOTHING, type Person, type World } from './cms-world.js';

let world: World;
let one: Person;
let two: Person;
beforeAll(async () => {
  world = await makeWorld();
  ({ one, two } = world);
});

const verify = (message: Uint8Array, content?: Uint8Array, trust = world.trust) =>
  verifyCms(message, { at: AT, trust, ...(content === undefined ? {} : { content }) });
const oid = (text: string) => der.sequence(der.oid(text));

interface Case {
  readonly name: string;
  readonly signer?: () => Partial<SignerSpec>;
  readonly message?: () => Partial<MessageSpec>;
  /** Beside revocation, which is never looked at here. */
  readonly found?: readonly string[];
  readonly strict?: readonly string[] | string;
  /** Code of what reading throws. */
  readonly throws?: string;
  readonly verdict?: string;
}

const CASES: readonly Case[] = [
  { name: 'right' },
  // content
  {
    name: 'other content',
    message: () => ({ encapsulated: der.octetString(OTHER) }),
    found: ['integrity fail digest-mismatch'],
  },
  {
    name: 'other content, no attributes',
    message: () => ({ encapsulated: der.octetString(OTHER) }),
    signer: () => ({ attributes: null }),
    found: ['authenticity fail signature-invalid'],
  },
  { name: 'no attributes', signer: () => ({ attributes: null }) },
  {
    name: 'content that is no OCTET STRING',
    message: () => ({ encapsulated: der.sequence() }),
    throws: 'cms-malformed',
  },
  // signed attributes
  {
    name: 'no contentType',
    signer: () => ({ attributes: [digestAttribute(sm3(CONTENT))] }),
    found: ['format fail cms-attribute-missing'],
  },
  {
    name: 'no messageDigest',
    signer: () => ({ attributes: [contentTypeAttribute(DATA)] }),
    found: ['format fail cms-attribute-missing', 'integrity fail digest-mismatch'],
  },
  {
    name: 'no attribute in the set',
    signer: () => ({ attributes: [] }),
    found: ['format fail cms-attribute-missing', 'format fail cms-attribute-missing', 'integrity fail digest-mismatch'],
  },
  {
    name: 'contentType twice',
    signer: () => ({ attributes: [contentTypeAttribute(DATA), ...standard(CONTENT)] }),
    found: ['format fail cms-attribute-malformed'],
  },
  {
    name: 'messageDigest twice, the first right',
    signer: () => ({ attributes: [...standard(CONTENT), digestAttribute(sm3(OTHER))] }),
    found: ['format fail cms-attribute-malformed', 'integrity fail digest-mismatch'],
  },
  {
    name: 'messageDigest twice, both right',
    signer: () => ({ attributes: [...standard(CONTENT), digestAttribute(sm3(CONTENT))] }),
    found: ['format fail cms-attribute-malformed', 'integrity fail digest-mismatch'],
  },
  {
    name: 'messageDigest of two values',
    signer: () => ({
      attributes: [
        contentTypeAttribute(DATA),
        attribute(ATTRIBUTE_TYPE.messageDigest, der.octetString(sm3(CONTENT)), der.octetString(sm3(OTHER))),
      ],
    }),
    found: ['format fail cms-attribute-malformed', 'integrity fail digest-mismatch'],
  },
  {
    name: 'messageDigest without a value',
    signer: () => ({ attributes: [contentTypeAttribute(DATA), attribute(ATTRIBUTE_TYPE.messageDigest)] }),
    found: ['format fail cms-attribute-malformed', 'integrity fail digest-mismatch'],
  },
  {
    name: 'messageDigest cut short',
    signer: () => ({ attributes: [contentTypeAttribute(DATA), digestAttribute(sm3(CONTENT).subarray(0, 31))] }),
    found: ['integrity fail digest-mismatch'],
  },
  {
    name: 'messageDigest that is no OCTET STRING',
    signer: () => ({
      attributes: [contentTypeAttribute(DATA), attribute(ATTRIBUTE_TYPE.messageDigest, der.integer(1))],
    }),
    found: ['format fail cms-attribute-malformed', 'integrity fail digest-mismatch'],
  },
  {
    name: 'contentType of another type',
    signer: () => ({ attributes: [contentTypeAttribute(CONTENT_TYPE.rfc5652.data), digestAttribute(sm3(CONTENT))] }),
    found: ['integrity fail cms-content-type-mismatch'],
  },
  {
    name: 'an unknown attribute twice',
    signer: () => ({
      attributes: [attribute('1.2.3', der.nullValue()), attribute('1.2.3', der.integer(1)), ...standard(CONTENT)],
    }),
    found: ['format fail cms-attribute-malformed'],
  },
  {
    name: 'a signing time that is none',
    signer: () => ({
      attributes: [
        ...standard(CONTENT).slice(0, 1),
        attribute(ATTRIBUTE_TYPE.signingTime, der.nullValue()),
        standard(CONTENT)[1]!,
      ],
    }),
    found: ['format fail cms-attribute-malformed'],
  },
  {
    name: 'a signing time in the future',
    signer: () => ({
      attributes: [standard(CONTENT)[0]!, timeAttribute(new Date('2026-06-02T00:00:00Z')), standard(CONTENT)[1]!],
    }),
    found: ['time fail signing-time-future'],
  },
  {
    name: 'a signing time before the certificate',
    signer: () => ({
      attributes: [standard(CONTENT)[0]!, timeAttribute(new Date('2025-12-31T00:00:00Z')), standard(CONTENT)[1]!],
    }),
    found: ['time fail certificate-not-yet-valid-at-signing'],
  },
  {
    name: 'attributes not in the order of DER',
    signer: () => ({ attributes: standard(CONTENT).reverse(), unsorted: true }),
    found: ['format warn format-deviation'],
    strict: 'cms-malformed',
  },
  {
    name: 'attributes exchanged after signing',
    signer: () => ({ sentAttributes: [...standard(CONTENT), attribute('1.2.3', der.nullValue())] }),
    found: ['authenticity fail signature-invalid'],
  },
  {
    name: 'attributes removed after signing',
    signer: () => ({ sentAttributes: [] }),
    found: [
      'format fail cms-attribute-missing',
      'format fail cms-attribute-missing',
      'integrity fail digest-mismatch',
      'authenticity fail signature-invalid',
    ],
  },
  {
    name: 'other content than data without attributes',
    message: () => ({ contentType: '1.2.840.113549.1.9.16.1.4' }),
    signer: () => ({ attributes: null }),
    found: ['format fail cms-attribute-missing'],
  },
  {
    name: 'other content than data, version 1',
    message: () => ({ outer: CONTENT_TYPE.rfc5652.signedData, contentType: '1.2.840.113549.1.9.16.1.4' }),
    found: ['format warn format-deviation'],
    strict: 'cms-malformed',
  },
  // algorithms
  {
    name: 'digest SHA-1',
    signer: () => ({ digestAlgorithm: oid('1.3.14.3.2.26') }),
    found: ['integrity unknown algorithm-unsupported', 'authenticity unknown algorithm-unsupported'],
    verdict: 'indeterminate',
  },
  {
    name: 'digest MD5',
    signer: () => ({ digestAlgorithm: oid('1.2.840.113549.2.5') }),
    found: ['integrity unknown algorithm-unsupported', 'authenticity unknown algorithm-unsupported'],
    verdict: 'indeterminate',
  },
  {
    name: 'digest SHA-256 with SM2',
    signer: () => ({ digestAlgorithm: oid('2.16.840.1.101.3.4.2.1') }),
    found: ['integrity fail digest-mismatch', 'authenticity fail cms-algorithm-mismatch'],
  },
  {
    name: 'digest SHA-256 of the content with SM2 over it',
    signer: () => ({
      digestAlgorithm: oid('2.16.840.1.101.3.4.2.1'),
      attributes: null,
    }),
    found: ['authenticity fail cms-algorithm-mismatch'],
  },
  { name: 'SM3 by its other name', signer: () => ({ digestAlgorithm: oid('1.2.156.10197.1.401.1') }) },
  {
    name: 'digest algorithm with NULL',
    signer: () => ({ digestAlgorithm: der.sequence(der.oid('1.2.156.10197.1.401'), der.nullValue()) }),
  },
  {
    name: 'a signature algorithm with parameters',
    signer: () => ({ signatureAlgorithm: der.sequence(der.oid('1.2.156.10197.1.301.1'), der.integer(1)) }),
    found: ['authenticity unknown algorithm-unsupported'],
    verdict: 'indeterminate',
  },
  { name: 'signature algorithm .501', signer: () => ({ signatureAlgorithm: oid('1.2.156.10197.1.501') }) },
  { name: 'signature algorithm .301', signer: () => ({ signatureAlgorithm: oid('1.2.156.10197.1.301') }) },
  {
    name: 'signature algorithm RSA with an SM2 key',
    signer: () => ({ signatureAlgorithm: oid('1.2.840.113549.1.1.1') }),
    found: ['authenticity fail cms-algorithm-mismatch'],
  },
  {
    name: 'signature algorithm ECDSA with an SM2 key',
    signer: () => ({ signatureAlgorithm: oid('1.2.840.10045.4.3.2') }),
    found: ['authenticity fail cms-algorithm-mismatch'],
  },
  {
    name: 'signature algorithm SM2 encryption',
    signer: () => ({ signatureAlgorithm: oid('1.2.156.10197.1.301.3') }),
    found: ['authenticity unknown algorithm-unsupported'],
    verdict: 'indeterminate',
  },
  // signature values
  {
    name: 'raw r ‖ s',
    signer: () => ({ signature: (raw) => raw }),
    strict: ['authenticity fail signature-invalid'],
  },
  {
    name: 'empty signature',
    signer: () => ({ signature: () => new Uint8Array(0) }),
    found: ['authenticity fail signature-invalid'],
  },
  {
    name: 'r and s of zeros',
    signer: () => ({ signature: () => new Uint8Array(64) }),
    found: ['authenticity fail signature-invalid'],
  },
  {
    name: 'octets behind the signature',
    signer: () => ({ signature: (raw) => Uint8Array.of(...rawToDer(raw), 0) }),
    found: ['authenticity fail signature-invalid'],
  },
  // certificates
  {
    name: 'no certificate in the message',
    message: () => ({ certificates: null }),
    found: ['authenticity unknown certificate-missing', 'certificate unknown certificate-missing'],
    verdict: 'indeterminate',
  },
  {
    name: 'only the certificate of somebody else',
    message: () => ({ certificates: [two.certificate.bytes] }),
    found: ['authenticity unknown certificate-missing', 'certificate unknown certificate-missing'],
    verdict: 'indeterminate',
  },
  {
    name: 'the identifier of somebody else',
    message: () => ({ certificates: [one.certificate.bytes, two.certificate.bytes] }),
    signer: () => ({ identifier: issuerAndSerial(two) }),
    found: ['authenticity fail signature-invalid'],
  },
  {
    name: 'the serial number of another issuer',
    signer: () => ({
      identifier: der.sequence(world.root.subject.bytes, der.integer(one.certificate.serialNumber)),
    }),
    found: ['authenticity unknown certificate-missing', 'certificate unknown certificate-missing'],
    verdict: 'indeterminate',
  },
  {
    name: 'by key identifier',
    message: () => ({ outer: CONTENT_TYPE.rfc5652.signedData, version: 3 }),
    signer: () => ({ version: 3, identifier: der.implicitPrimitive(0, one.certificate.subjectKeyIdentifier!) }),
  },
  {
    name: 'by key identifier, version 1',
    message: () => ({ outer: CONTENT_TYPE.rfc5652.signedData, version: 3 }),
    signer: () => ({ version: 1, identifier: der.implicitPrimitive(0, one.certificate.subjectKeyIdentifier!) }),
    found: ['format warn format-deviation'],
    strict: 'cms-malformed',
  },
  {
    name: 'an empty key identifier',
    message: () => ({ outer: CONTENT_TYPE.rfc5652.signedData, version: 3 }),
    signer: () => ({ version: 3, identifier: der.implicitPrimitive(0, new Uint8Array(0)) }),
    found: ['authenticity unknown certificate-missing', 'certificate unknown certificate-missing'],
    verdict: 'indeterminate',
  },
  {
    name: 'something that is no certificate among them',
    message: () => ({ certificates: [one.certificate.bytes, der.sequence(der.integer(1))] }),
    found: ['format warn format-deviation'],
    strict: 'certificate-malformed',
  },
  {
    name: 'an attribute certificate among them',
    message: () => ({ certificates: [one.certificate.bytes, der.element(0xa1, der.integer(1))] }),
  },
  {
    name: 'signingCertificateV2 of somebody else',
    signer: () => ({ attributes: [...standard(CONTENT), signingCertificate(two)] }),
    found: ['certificate fail signing-certificate-mismatch'],
  },
  {
    name: 'signingCertificateV2 right',
    signer: () => ({ attributes: [...standard(CONTENT), signingCertificate(one)] }),
  },
  {
    name: 'signingCertificateV2 of two values',
    signer: () => ({
      attributes: [...standard(CONTENT), signingCertificate(one, two)],
    }),
    found: ['certificate fail signing-certificate-mismatch'],
  },
  // unsigned attributes
  {
    name: 'a countersignature',
    signer: () => ({ unsigned: [attribute(ATTRIBUTE_TYPE.countersignature, der.sequence())] }),
    found: ['countersignature unknown countersignature-not-checked'],
  },
  {
    name: 'a timestamp',
    signer: () => ({ unsigned: [attribute(ATTRIBUTE_TYPE.signatureTimeStamp, der.sequence())] }),
    found: ['timestamp unknown timestamp-not-checked'],
  },
  // structure
  { name: 'the form of RFC 5652', message: () => ({ outer: CONTENT_TYPE.rfc5652.signedData }) },
  {
    name: 'data of PKCS#7 inside the form of GB/T 35275',
    message: () => ({ contentType: CONTENT_TYPE.rfc5652.data }),
  },
  { name: 'version 0', message: () => ({ version: 0 }), throws: 'cms-malformed' },
  { name: 'version 2', message: () => ({ version: 2 }), throws: 'cms-malformed' },
  {
    name: 'version 3 in the form of GB/T 35275',
    message: () => ({ version: 3 }),
    found: ['format warn format-deviation'],
    strict: 'cms-malformed',
  },
  { name: 'a signer of version 2', signer: () => ({ version: 2 }), throws: 'cms-malformed' },
  {
    name: 'a signer of version 3 by issuer',
    signer: () => ({ version: 3 }),
    found: ['format warn format-deviation'],
    strict: 'cms-malformed',
  },
  { name: 'enveloped data', message: () => ({ outer: CONTENT_TYPE.gm.envelopedData }), throws: 'cms-malformed' },
  { name: 'an element behind the signers', message: () => ({ after: der.nullValue() }), throws: 'cms-malformed' },
  { name: 'an element behind a signer', signer: () => ({ after: der.nullValue() }), throws: 'cms-malformed' },
  { name: 'digestAlgorithms empty', message: () => ({ digestAlgorithms: der.setOf() }) },
];

describe('a message wrong in one way', () => {
  it.each(CASES.map((one) => [one.name, one] as const))('%s', async (_name, c) => {
    const message = await build({
      content: CONTENT,
      signers: [{ by: one, ...c.signer?.() }],
      ...c.message?.(),
    });
    if (c.throws !== undefined) {
      expect(await codeOf(() => verify(message))).toBe(c.throws);
      return;
    }
    const report = await verify(message);
    expect(found(report).filter((text) => text !== NOTHING[0])).toEqual(c.found ?? []);
    const fails = c.found?.some((text) => text.includes(' fail ')) === true;
    expect(report.verdict).toBe(c.verdict ?? (fails ? 'invalid' : 'valid'));
    if (typeof c.strict === 'string')
      expect(await codeOf(() => verify(message, undefined, world.strict))).toBe(c.strict);
    else {
      const strict = await verify(message, undefined, world.strict);
      expect(found(strict).filter((text) => text !== NOTHING[0])).toEqual(c.strict ?? c.found ?? []);
    }
  });
});
