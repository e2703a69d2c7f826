/** Certificates wrong in exactly one way: name constraints. */
import { der } from '@gov/der';
import { extension, general, nameConstraints, OID, subjectAltName } from './builder.js';
import { type Change, RIGHT, type Wrong } from './wrong.js';

const FORBIDDEN = { found: ['path fail path-name-constraints'] } as const;
const MALFORMED = { found: ['path fail path-extension-malformed'] } as const;
const { dns, email, uri, ip, directory, registered, other } = general;

/** A leaf in the order that directories use, so that it lies in subtrees. */
const SUBJECT = 'C=CN,O=某局,CN=某局电子印章';

type Bases = Parameters<typeof nameConstraints>[0];

/** An authority that constrains, and a leaf with alternative names. */
const under = (bases: Bases, ...names: readonly Uint8Array[]): { authority: Change; leaf: Change } => ({
  authority: { extensions: { nameConstraints: nameConstraints(bases) } },
  leaf: { subject: SUBJECT, extensions: names.length === 0 ? {} : { subjectAltName: subjectAltName(...names) } },
});
const mapped = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];
const zeros = (count: number) => new Array<number>(count).fill(0);
const PROVINCE = RIGHT.root.subject;

export const WRONG_NAMES: readonly Wrong[] = [
  // directoryName
  { name: 'DN: within the permitted subtree', ...under({ permitted: [directory('C=CN,O=某局')] }) },
  {
    name: 'DN: within the permitted subtree, in other letters and blanks',
    ...under({ permitted: [directory('C=CN,O=Some Bureau')] }),
    leaf: { subject: 'C=CN,O=some   BUREAU,CN=x' },
  },
  { name: 'DN: without the permitted subtree', ...under({ permitted: [directory('C=CN,O=另一局')] }), ...FORBIDDEN },
  {
    name: 'DN: a value that only begins like the permitted one',
    ...under({ permitted: [directory('C=CN,O=某')] }),
    ...FORBIDDEN,
  },
  {
    name: 'DN: above the permitted subtree',
    ...under({ permitted: [directory('C=CN,O=某局,CN=某局电子印章,OU=x')] }),
    ...FORBIDDEN,
  },
  {
    name: 'DN: the permitted subtree in another order',
    ...under({ permitted: [directory('O=某局,C=CN')] }),
    ...FORBIDDEN,
  },
  {
    name: 'DN: within one of two permitted subtrees',
    ...under({ permitted: [directory('C=CN,O=另一局'), directory('C=CN,O=某局')] }),
  },
  { name: 'DN: everything permitted', ...under({ permitted: [directory('')] }) },
  { name: 'DN: everything excluded', ...under({ excluded: [directory('')] }), ...FORBIDDEN },
  { name: 'DN: excluded', ...under({ excluded: [directory('C=CN,O=某局')] }), ...FORBIDDEN },
  {
    name: 'DN: excluded, in other letters',
    ...under({ excluded: [directory('C=CN,O=SOME bureau')] }),
    leaf: { subject: 'C=CN,O=Some Bureau,CN=x' },
    ...FORBIDDEN,
  },
  { name: 'DN: another is excluded', ...under({ excluded: [directory('C=CN,O=另一局')] }) },
  {
    name: 'DN: permitted and excluded',
    ...under({ permitted: [directory('C=CN')], excluded: [directory('C=CN,O=某局')] }),
    ...FORBIDDEN,
  },
  {
    name: 'DN: an alternative name without the permitted subtree',
    ...under({ permitted: [directory('C=CN,O=某局')] }, directory('C=CN,O=另一局')),
    ...FORBIDDEN,
  },
  {
    name: 'DN: a subject of nothing, which no constraint concerns',
    ...under({ permitted: [directory('C=CN,O=某局')] }, dns('gov.cn')),
    leaf: {
      subject: '',
      extensions: { subjectAltName: extension(OID.subjectAltName, der.sequence(dns('gov.cn')), true) },
    },
  },
  {
    name: 'DN: what the root permits and the authority narrows',
    ...under({ permitted: [directory('C=CN,O=某局,CN=另一印章')] }),
    authority: {
      subject: 'C=CN,O=某局',
      extensions: { nameConstraints: nameConstraints({ permitted: [directory('C=CN,O=某局,CN=另一印章')] }) },
    },
    leaf: { subject: SUBJECT, issuer: 'C=CN,O=某局' },
    root: { extensions: { nameConstraints: nameConstraints({ permitted: [directory('C=CN')] }) } },
    ...FORBIDDEN,
  },
  {
    name: 'DN: the authority, without what the root permits',
    root: { extensions: { nameConstraints: nameConstraints({ permitted: [directory('C=CN,O=某局')] }) } },
    leaf: { subject: SUBJECT },
    ...FORBIDDEN,
  },
  {
    name: 'DN: a self-issued authority, which no constraint concerns',
    root: { extensions: { nameConstraints: nameConstraints({ permitted: [directory('C=CN,O=某局')] }) } },
    authority: { subject: PROVINCE },
    leaf: { subject: SUBJECT, issuer: PROVINCE },
  },
  {
    name: 'DN: a self-issued leaf, which it does concern',
    ...under({ permitted: [directory('C=CN,O=某局')] }),
    leaf: { subject: RIGHT.authority.subject },
    ...FORBIDDEN,
  },
  {
    name: 'DN: constraints that are not critical',
    authority: { extensions: { nameConstraints: nameConstraints({ excluded: [directory('C=CN')] }, false) } },
    leaf: { subject: SUBJECT },
    ...FORBIDDEN,
  },
  {
    name: 'constraints of a leaf, which issues nothing',
    leaf: { extensions: { nameConstraints: nameConstraints({ excluded: [directory('')] }) } },
  },
  // dNSName
  { name: 'DNS: the permitted host', ...under({ permitted: [dns('gov.cn')] }, dns('gov.cn')) },
  { name: 'DNS: below the permitted host', ...under({ permitted: [dns('gov.cn')] }, dns('www.x.gov.cn')) },
  { name: 'DNS: below the permitted host, in capitals', ...under({ permitted: [dns('Gov.cn')] }, dns('WWW.GOV.CN')) },
  { name: 'DNS: no such name', ...under({ permitted: [dns('gov.cn')] }) },
  {
    name: 'DNS: a host that only ends alike',
    ...under({ permitted: [dns('gov.cn')] }, dns('evilgov.cn')),
    ...FORBIDDEN,
  },
  { name: 'DNS: above the permitted host', ...under({ permitted: [dns('www.gov.cn')] }, dns('gov.cn')), ...FORBIDDEN },
  {
    name: 'DNS: one of two names is not permitted',
    ...under({ permitted: [dns('gov.cn')] }, dns('gov.cn'), dns('x.cn')),
    ...FORBIDDEN,
  },
  { name: 'DNS: excluded', ...under({ excluded: [dns('evil.cn')] }, dns('www.evil.cn')), ...FORBIDDEN },
  { name: 'DNS: excluded, in capitals', ...under({ excluded: [dns('evil.cn')] }, dns('WWW.EVIL.CN')), ...FORBIDDEN },
  {
    name: 'DNS: excluded, with a dot behind',
    ...under({ excluded: [dns('evil.cn')] }, dns('www.evil.cn.')),
    ...FORBIDDEN,
  },
  {
    name: 'DNS: permitted, with a dot behind',
    ...under({ permitted: [dns('gov.cn')] }, dns('www.gov.cn.')),
    ...FORBIDDEN,
  },
  { name: 'DNS: everything excluded', ...under({ excluded: [dns('')] }, dns('gov.cn')), ...FORBIDDEN },
  { name: 'DNS: everything permitted', ...under({ permitted: [dns('')] }, dns('gov.cn')) },
  { name: 'DNS: an empty name', ...under({ permitted: [dns('gov.cn')] }, dns('')), ...FORBIDDEN },
  {
    name: 'DNS: a name with NUL in it',
    ...under({ permitted: [dns('gov.cn')] }, dns('evil.cn\0.gov.cn')),
    ...FORBIDDEN,
  },
  { name: 'DNS: every host of the permitted domain', ...under({ permitted: [dns('gov.cn')] }, dns('*.gov.cn')) },
  {
    name: 'DNS: every host, the excluded one too',
    ...under({ excluded: [dns('evil.gov.cn')] }, dns('*.gov.cn')),
    ...FORBIDDEN,
  },
  { name: 'DNS: every host of another domain', ...under({ excluded: [dns('evil.gov.cn')] }, dns('*.x.gov.cn')) },
  {
    name: 'DNS: a dot before the permitted domain',
    ...under({ permitted: [dns('.gov.cn')] }, dns('www.gov.cn')),
    strict: ['path fail path-extension-malformed'],
  },
  {
    name: 'DNS: a dot before the permitted domain, and the domain itself',
    ...under({ permitted: [dns('.gov.cn')] }, dns('gov.cn')),
    ...FORBIDDEN,
    strict: ['path fail path-extension-malformed'],
  },
  { name: 'DNS: a base with a dot behind', ...under({ excluded: [dns('evil.cn.')] }, dns('gov.cn')), ...MALFORMED },
  // rfc822Name
  { name: 'mail: a mailbox of the permitted host', ...under({ permitted: [email('gov.cn')] }, email('a@GOV.cn')) },
  {
    name: 'mail: a mailbox of a host below',
    ...under({ permitted: [email('gov.cn')] }, email('a@mail.gov.cn')),
    ...FORBIDDEN,
  },
  {
    name: 'mail: a mailbox of the permitted domain',
    ...under({ permitted: [email('.gov.cn')] }, email('a@mail.gov.cn')),
  },
  {
    name: 'mail: a mailbox of the domain itself',
    ...under({ permitted: [email('.gov.cn')] }, email('a@gov.cn')),
    ...FORBIDDEN,
  },
  { name: 'mail: the permitted mailbox', ...under({ permitted: [email('a@gov.cn')] }, email('a@Gov.cn')) },
  { name: 'mail: another mailbox', ...under({ permitted: [email('a@gov.cn')] }, email('b@gov.cn')), ...FORBIDDEN },
  {
    name: 'mail: the permitted mailbox in capitals',
    ...under({ permitted: [email('a@gov.cn')] }, email('A@gov.cn')),
    ...FORBIDDEN,
  },
  {
    name: 'mail: the excluded mailbox in capitals',
    ...under({ excluded: [email('a@gov.cn')] }, email('A@gov.cn')),
    ...FORBIDDEN,
  },
  { name: 'mail: everything excluded', ...under({ excluded: [email('')] }, email('a@gov.cn')), ...FORBIDDEN },
  {
    name: 'mail: a quoted mailbox that begins with another',
    ...under({ permitted: [email('gov.cn')] }, email('"a@evil.cn"@gov.cn')),
    ...FORBIDDEN,
  },
  {
    name: 'mail: in the subject',
    ...under({ permitted: [email('gov.cn')] }),
    leaf: { subject: `${SUBJECT},E=a@evil.cn` },
    ...FORBIDDEN,
  },
  {
    name: 'mail: in the subject beside an alternative name',
    ...under({ permitted: [email('gov.cn')] }),
    leaf: { subject: `${SUBJECT},E=a@evil.cn`, extensions: { subjectAltName: subjectAltName(email('a@gov.cn')) } },
    ...FORBIDDEN,
  },
  {
    name: 'mail: a mailbox in UTF-8',
    ...under({ permitted: [email('gov.cn')] }, other('1.3.6.1.5.5.7.8.9', der.utf8String('甲@evil.cn'))),
    ...FORBIDDEN,
  },
  // uniformResourceIdentifier
  { name: 'URI: the permitted host', ...under({ permitted: [uri('gov.cn')] }, uri('https://GOV.cn:443/x')) },
  {
    name: 'URI: below the permitted host',
    ...under({ permitted: [uri('gov.cn')] }, uri('https://www.gov.cn/')),
    ...FORBIDDEN,
  },
  { name: 'URI: below the permitted domain', ...under({ permitted: [uri('.gov.cn')] }, uri('https://www.gov.cn/')) },
  {
    name: 'URI: the permitted host behind a user',
    ...under({ permitted: [uri('gov.cn')] }, uri('https://u:p@gov.cn/')),
  },
  {
    name: 'URI: the permitted host as a user',
    ...under({ permitted: [uri('gov.cn')] }, uri('https://gov.cn@evil.cn/')),
    ...FORBIDDEN,
  },
  {
    name: 'URI: the permitted host as a path',
    ...under({ permitted: [uri('gov.cn')] }, uri('https://evil.cn/@gov.cn')),
    ...FORBIDDEN,
  },
  { name: 'URI: excluded', ...under({ excluded: [uri('evil.cn')] }, uri('https://u:p@EVIL.cn:8443?x')), ...FORBIDDEN },
  { name: 'URI: an address without a host', ...under({ excluded: [uri('evil.cn')] }, uri('urn:x:y')), ...FORBIDDEN },
  {
    name: 'URI: a number in place of a host',
    ...under({ excluded: [uri('evil.cn')] }, uri('https://10.0.0.1/')),
    ...FORBIDDEN,
  },
  // iPAddress
  { name: 'IP: within the permitted net', ...under({ permitted: [ip(10, 0, 0, 0, 255, 0, 0, 0)] }, ip(10, 1, 2, 3)) },
  {
    name: 'IP: without the permitted net',
    ...under({ permitted: [ip(10, 0, 0, 0, 255, 0, 0, 0)] }, ip(11, 1, 2, 3)),
    ...FORBIDDEN,
  },
  {
    name: 'IP: version 6 where version 4 is permitted',
    ...under({ permitted: [ip(10, 0, 0, 0, 255, 0, 0, 0)] }, ip(...zeros(16))),
    ...FORBIDDEN,
  },
  { name: 'IP: excluded', ...under({ excluded: [ip(10, 0, 0, 0, 255, 0, 0, 0)] }, ip(10, 1, 2, 3)), ...FORBIDDEN },
  {
    name: 'IP: excluded, as version 6',
    ...under({ excluded: [ip(10, 0, 0, 0, 255, 0, 0, 0)] }, ip(...mapped, 10, 1, 2, 3)),
    ...FORBIDDEN,
  },
  {
    name: 'IP: excluded in version 6, as version 4',
    ...under(
      {
        excluded: [
          ip(
            ...mapped,
            10,
            0,
            0,
            0,
            ...zeros(32)
              .map((_, i) => (i < 13 ? 255 : 0))
              .slice(0, 16),
          ),
        ],
      },
      ip(10, 1, 2, 3),
    ),
    ...FORBIDDEN,
  },
  {
    name: 'IP: a mask with a hole',
    ...under({ permitted: [ip(10, 0, 0, 0, 255, 0, 255, 0)] }, ip(10, 1, 0, 3)),
    ...MALFORMED,
  },
  { name: 'IP: a base without a mask', ...under({ permitted: [ip(10, 0, 0, 0)] }, ip(10, 0, 0, 0)), ...MALFORMED },
  {
    name: 'IP: an address of five octets',
    ...under({ excluded: [ip(10, 0, 0, 0, 255, 0, 0, 0)] }, ip(11, 0, 0, 0, 0)),
    ...FORBIDDEN,
  },
  // other forms, and the structure
  {
    name: 'a form that is not compared, and a name of it',
    ...under({ permitted: [registered('1.2.3')] }, registered('1.2.3')),
    ...FORBIDDEN,
  },
  {
    name: 'a form that is not compared, and no name of it',
    ...under({ permitted: [registered('1.2.3')] }, dns('gov.cn')),
  },
  {
    name: 'another name of the constrained type',
    ...under({ excluded: [other('1.2.3', der.nullValue())] }, other('1.2.3', der.integer(1))),
    ...FORBIDDEN,
  },
  {
    name: 'another name of another type',
    ...under({ excluded: [other('1.2.3', der.nullValue())] }, other('1.2.4', der.integer(1))),
  },
  {
    name: 'a minimum',
    ...under({ permitted: [[dns('gov.cn'), der.implicitPrimitive(0, Uint8Array.of(1))]] }, dns('gov.cn')),
    ...MALFORMED,
  },
  {
    name: 'a maximum',
    ...under({ permitted: [[dns('gov.cn'), der.implicitPrimitive(1, Uint8Array.of(1))]] }, dns('gov.cn')),
    ...MALFORMED,
  },
  {
    name: 'a minimum of 0 written out',
    ...under({ permitted: [[dns('gov.cn'), der.implicitPrimitive(0, Uint8Array.of(0))]] }, dns('gov.cn')),
    strict: MALFORMED.found,
  },
  { name: 'an empty list of subtrees', ...under({ permitted: [] }), ...MALFORMED },
  {
    name: 'constrained alternative names of nothing',
    ...under({ permitted: [dns('gov.cn')] }),
    leaf: { extensions: { subjectAltName: subjectAltName() } },
    ...MALFORMED,
  },
];
