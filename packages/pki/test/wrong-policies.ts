/** Certificates wrong in exactly one way: certificate policies, extended key usage, and paths over several authorities. */
import { der } from '@gov/der';
import {
  basicConstraints,
  certificatePolicies,
  extendedKeyUsage,
  extension,
  inhibitAnyPolicy,
  OID,
  policyConstraints,
  policyMappings,
} from './builder.js';
import { changed, RIGHT, type Wrong } from './wrong.js';

const [ONE, TWO, ANY] = ['1.2.3.1', '1.2.3.2', '2.5.29.32.0'];
const NO_POLICY = { found: ['path fail path-policy'] } as const;
const MALFORMED = { found: ['path fail path-extension-malformed'] } as const;
const NOT_FOR = { found: ['path fail path-extended-key-usage'] } as const;
const one = { policies: [ONE] };
const has = (...policies: readonly string[]) => ({
  extensions: { certificatePolicies: certificatePolicies(...policies) },
});
/** An authority that has the first policy and says more. */
const authority = (more: Readonly<Record<string, Uint8Array>>, policy = ONE) => ({
  extensions: { certificatePolicies: certificatePolicies(policy), ...more },
});
const mapping = { policyMappings: policyMappings([ONE, TWO]) };

const CLIENT = '1.3.6.1.5.5.7.3.2';
const client = { extendedKeyUsage: CLIENT };
const eku = (...oids: readonly string[]) => ({ extensions: { extendedKeyUsage: extendedKeyUsage(...oids) } });
const NOT_CLIENT = { found: ['authority unknown authority-unknown'] } as const;

export const WRONG_POLICIES: readonly Wrong[] = [
  { name: 'policy: the demanded one', authority: has(ONE), leaf: has(ONE), demands: one },
  {
    name: 'policy: one of those demanded',
    authority: has(ONE),
    leaf: has(TWO, ONE),
    demands: { policies: [ONE, TWO] },
  },
  { name: 'policy: another', authority: has(TWO), leaf: has(TWO), demands: one, ...NO_POLICY },
  { name: 'policy: none of the leaf', authority: has(ONE), demands: one, ...NO_POLICY },
  { name: 'policy: none of the authority', leaf: has(ONE), demands: one, ...NO_POLICY },
  { name: 'policy: two that do not meet', authority: has(TWO), leaf: has(ONE), demands: one, ...NO_POLICY },
  { name: 'policy: two that do not meet, where none is demanded', authority: has(TWO), leaf: has(ONE) },
  { name: 'policy: any of the authority', authority: has(ANY), leaf: has(ONE), demands: one },
  { name: 'policy: any of the leaf', authority: has(ONE), leaf: has(ANY), demands: one },
  { name: 'policy: any of the leaf, under another', authority: has(TWO), leaf: has(ANY), demands: one, ...NO_POLICY },
  { name: 'policy: any of both', authority: has(ANY), leaf: has(ANY), demands: one },
  { name: 'policy: any is demanded', authority: has(TWO), leaf: has(TWO), demands: { policies: [ANY] } },
  { name: 'policy: any is demanded, and there is none', demands: { policies: [ANY] }, ...NO_POLICY },
  {
    name: 'policy: explicit at once, and none',
    authority: authority({ policyConstraints: policyConstraints(0) }),
    ...NO_POLICY,
  },
  {
    name: 'policy: explicit at once',
    authority: authority({ policyConstraints: policyConstraints(0) }),
    leaf: has(ONE),
  },
  {
    name: 'policy: explicit after one more, and none',
    authority: authority({ policyConstraints: policyConstraints(1) }),
    ...NO_POLICY,
  },
  {
    name: 'policy: explicit after two more, and none',
    authority: authority({ policyConstraints: policyConstraints(2) }),
  },
  {
    name: 'policy: explicit by the leaf itself, and none',
    leaf: { extensions: { policyConstraints: policyConstraints(0) } },
    ...NO_POLICY,
  },
  {
    name: 'policy: explicit by the root, whose policies do not count',
    root: { extensions: { policyConstraints: policyConstraints(0) } },
  },
  { name: 'policy: mapped to another', authority: authority(mapping), leaf: has(TWO), demands: one },
  {
    name: 'policy: the mapped one is not the demanded one',
    authority: authority(mapping),
    leaf: has(TWO),
    demands: { policies: [TWO] },
    ...NO_POLICY,
  },
  { name: 'policy: mapped away', authority: authority(mapping), leaf: has(ONE), demands: one, ...NO_POLICY },
  { name: 'policy: mapped under any', authority: authority(mapping, ANY), leaf: has(TWO), demands: one },
  {
    name: 'policy: mapped where mapping is forbidden',
    middle: authority({ policyConstraints: policyConstraints(undefined, 0) }),
    authority: authority(mapping),
    leaf: has(TWO),
    demands: one,
    ...NO_POLICY,
  },
  {
    name: 'policy: mapped where mapping is forbidden later',
    middle: authority({ policyConstraints: policyConstraints(undefined, 1) }),
    authority: authority(mapping),
    leaf: has(TWO),
    demands: one,
  },
  {
    name: 'policy: any is mapped',
    authority: authority({ policyMappings: policyMappings([ANY, TWO]) }, ANY),
    leaf: has(TWO),
    demands: one,
    ...MALFORMED,
  },
  {
    name: 'policy: any of the leaf, where any is forbidden',
    authority: authority({ inhibitAnyPolicy: inhibitAnyPolicy(0) }),
    leaf: has(ANY),
    demands: one,
    ...NO_POLICY,
  },
  {
    name: 'policy: any of the leaf, where any is forbidden later',
    authority: authority({ inhibitAnyPolicy: inhibitAnyPolicy(1) }),
    leaf: has(ANY),
    demands: one,
  },
  {
    name: 'policy: any of a self-issued authority, where any is forbidden',
    middle: authority({ inhibitAnyPolicy: inhibitAnyPolicy(0), basicConstraints: basicConstraints(true) }),
    authority: { ...has(ANY), subject: RIGHT.middle.subject },
    leaf: { ...has(ONE), issuer: RIGHT.middle.subject },
    demands: one,
  },
  {
    name: 'policy: any of an authority, where any is forbidden',
    middle: authority({ inhibitAnyPolicy: inhibitAnyPolicy(0) }),
    authority: has(ANY),
    leaf: has(ONE),
    demands: one,
    ...NO_POLICY,
  },
  {
    name: 'policy: any of a self-issued leaf, where any is forbidden',
    authority: authority({ inhibitAnyPolicy: inhibitAnyPolicy(0) }),
    leaf: { ...has(ANY), subject: RIGHT.authority.subject },
    demands: one,
    ...NO_POLICY,
  },
  {
    name: 'policy: explicit after two more, of which a self-issued one does not count, and none',
    middle: authority({ policyConstraints: policyConstraints(2), basicConstraints: basicConstraints(true) }),
    authority: { subject: RIGHT.middle.subject },
    leaf: { issuer: RIGHT.middle.subject },
  },
  { name: 'policy: the same twice', leaf: has(ONE, ONE), ...MALFORMED },
  { name: 'policy: a list of none', leaf: has(), ...MALFORMED },
  {
    name: 'policy: constraints of nothing',
    authority: authority({ policyConstraints: policyConstraints() }),
    ...MALFORMED,
  },
  {
    name: 'policy: any is forbidden after -1',
    authority: authority({ inhibitAnyPolicy: inhibitAnyPolicy(-1) }),
    ...MALFORMED,
  },
  {
    name: 'policy: with qualifiers',
    authority: has(ONE),
    leaf: {
      extensions: {
        certificatePolicies: extension(
          OID.certificatePolicies,
          der.sequence(
            der.sequence(
              der.oid(ONE!),
              der.sequence(der.sequence(der.oid('1.3.6.1.5.5.7.2.1'), der.ia5String('https://gov.cn/cps'))),
            ),
          ),
          true,
        ),
      },
    },
    demands: one,
  },
  // extended key usage of the whole path
  { name: 'EKU: the demanded one', leaf: eku(CLIENT), demands: client, ...NOT_CLIENT },
  { name: 'EKU: not of the leaf', demands: client, ...NOT_FOR },
  {
    name: 'EKU: a leaf without any list',
    leaf: { extensions: { extendedKeyUsage: undefined } },
    demands: client,
    found: [...NOT_FOR.found, ...NOT_CLIENT.found],
  },
  {
    name: 'EKU: a leaf for anything',
    leaf: eku('2.5.29.37.0'),
    demands: client,
    found: [...NOT_FOR.found, ...NOT_CLIENT.found],
  },
  {
    name: 'EKU: an authority for another purpose',
    authority: eku('1.3.6.1.5.5.7.3.8'),
    leaf: eku(CLIENT),
    demands: client,
    found: [...NOT_FOR.found, ...NOT_CLIENT.found],
  },
  {
    name: 'EKU: an authority for this and another purpose',
    authority: eku('1.3.6.1.5.5.7.3.8', CLIENT),
    leaf: eku(CLIENT),
    demands: client,
    ...NOT_CLIENT,
  },
  {
    name: 'EKU: an authority for anything',
    authority: eku('2.5.29.37.0'),
    leaf: eku(CLIENT),
    demands: client,
    ...NOT_CLIENT,
  },
  {
    name: 'EKU: a root for another purpose',
    root: eku('1.3.6.1.5.5.7.3.8'),
    leaf: eku(CLIENT),
    demands: client,
    found: [...NOT_FOR.found, ...NOT_CLIENT.found],
  },
  { name: 'EKU: an authority for another purpose, where none is demanded', authority: eku('1.3.6.1.5.5.7.3.8') },
  // several authorities
  { name: 'three authorities', middle: {} },
  {
    name: 'the second of three authorities allows none below',
    middle: { extensions: { basicConstraints: basicConstraints(true, 0) } },
    found: ['path fail path-length-exceeded'],
  },
  {
    name: 'the second of three authorities is not a CA',
    middle: { extensions: { basicConstraints: basicConstraints(false) } },
    found: ['path fail path-not-ca'],
  },
  {
    name: 'the second of three authorities expired',
    middle: { notAfter: new Date('2026-05-01T00:00:00Z') },
    found: ['time unknown expired-time-unproved'],
  },
  {
    name: 'a cross-certificate that leads nowhere, and a good one',
    others: [changed(RIGHT.authority, { issuer: 'CN=elsewhere', by: RIGHT.leaf.key, serialNumber: Uint8Array.of(9) })],
  },
  {
    name: 'a cross-certificate that is not a CA, and a good one',
    others: [
      changed(RIGHT.authority, {
        serialNumber: Uint8Array.of(9),
        extensions: { basicConstraints: basicConstraints(false) },
      }),
    ],
  },
  {
    name: 'a cross-certificate that expired, and a good one',
    others: [changed(RIGHT.authority, { serialNumber: Uint8Array.of(9), notAfter: new Date('2026-05-01T00:00:00Z') })],
  },
  {
    name: 'a cross-certificate whose policy does not fit, and a good one',
    others: [changed(RIGHT.authority, { serialNumber: Uint8Array.of(9), ...has(TWO) })],
    authority: has(ONE),
    leaf: has(ONE),
    demands: one,
  },
];
