import { der } from '@gov/der';
import {
  type Certificate,
  CLOCK_SKEW_MS,
  certificateFindings,
  formatName,
  readCertificate,
  type SigningTime,
  TrustStore,
} from '@gov/pki';
import {
  type CertificateStatus,
  createOcspRequest,
  createOcspResponse,
  type OcspResponseOptions,
  type OcspSingleResponse,
} from '@gov/pki/ocsp';
import {
  type RevocationData,
  type RevocationReason,
  readCrl,
  readOcspResponse,
  revocationFindings,
} from '@gov/pki/revocation';
import type { Signer } from '@gov/sm';
import { DEFAULT_REQUIRED, judge } from '@gov/verdict';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  authorityKeyIdentifier,
  build,
  codeOf,
  extendedKeyUsage,
  extension,
  keyUsage,
  sm2,
  webCryptoSigner,
} from './builder.js';
import { CA, CRL_OID, type CrlSpec, crlOf, distributionPoints, fullName, pki, scope, T } from './revocation-build.js';
import { changed, RIGHT } from './wrong.js';

const S = 1000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const AT = T('2026-06-01T00:00:00Z');
const LEAF = 3n;

let world: Awaited<ReturnType<typeof pki>>;
/** Says that the authority is good, so that only the leaf is in question. */
let rootCrl: RevocationData['crls'][number];
beforeAll(async () => {
  world = await pki();
  rootCrl = await crlOf({ issuer: RIGHT.root.subject, by: RIGHT.root.key, nextUpdate: T('2040-01-01T00:00:00Z') });
});

const data = (crls: RevocationData['crls'], ocspResponses: RevocationData['ocspResponses'] = []): RevocationData => ({
  crls: [...crls, rootCrl],
  ocspResponses,
});

interface Case {
  readonly revocation: RevocationData;
  readonly time?: SigningTime | undefined;
  readonly at?: Date;
  readonly path?: readonly Certificate[];
  readonly trust?: TrustStore;
}

const judged = ({ revocation, time, at = AT, path = world.path, trust = world.trust }: Case) =>
  revocationFindings(path, time, { at, trust, revocation });

/** What is said of the leaf, as `check outcome code`. */
async function ofLeaf(one: Case): Promise<string> {
  const [{ check, outcome, code }] = (await judged(one)) as [Awaited<ReturnType<typeof judged>>[number]];
  return `${check} ${outcome} ${code}`;
}

interface OcspSpec extends Partial<Omit<OcspResponseOptions, 'responses'>> {
  readonly status?: CertificateStatus;
  readonly of?: Certificate;
  readonly single?: Partial<OcspSingleResponse>;
  readonly hash?: 'SM3' | 'SHA-1' | 'SHA-256';
}

async function ocspOf({
  status = { status: 'good' },
  of = world.leaf,
  single = {},
  hash = 'SM3',
  ...rest
}: OcspSpec = {}) {
  const { certIds } = await createOcspRequest({ certificates: [{ certificate: of, issuer: world.authority }], hash });
  return readOcspResponse(
    await createOcspResponse({
      signer: RIGHT.authority.key,
      responder: world.authority,
      producedAt: T('2026-05-31T00:00:00Z'),
      responses: [
        {
          certId: certIds[0]!,
          certificateStatus: status,
          thisUpdate: T('2026-05-31T00:00:00Z'),
          nextUpdate: T('2026-06-02T00:00:00Z'),
          ...single,
        },
      ],
      ...rest,
    }),
  );
}

const FAIL = 'revocation fail certificate-revoked';
const UNPROVED = 'time unknown revoked-time-unproved';
const AFTER = 'revocation pass revoked-after-signing';
const OK = 'revocation pass revocation-ok';
const STALE = 'revocation unknown revocation-stale';
const UNTRUSTED = 'revocation unknown revocation-data-untrusted';
const NOT_COVERED = 'revocation unknown revocation-not-covered';
const UNCHECKED = 'revocation unknown revocation-not-checked';
const STATUS_UNKNOWN = 'revocation unknown revocation-status-unknown';

describe('the time rule', () => {
  const INVALID = T('2026-02-01T00:00:00Z').getTime();
  const REVOKED = T('2026-03-01T00:00:00Z').getTime();
  const later = REVOKED + DAY;

  type Row = readonly [
    reason: RevocationReason | undefined,
    invalidity: number | undefined,
    time: number,
    claimed: string,
    proved: string,
  ];
  /** Reasons that say nothing about who has the key: the invalidity date does not count either. */
  const plain = (reason: RevocationReason | undefined): Row[] => [
    [reason, undefined, REVOKED - S, UNPROVED, AFTER],
    [reason, undefined, REVOKED, FAIL, FAIL],
    [reason, undefined, REVOKED + S, FAIL, FAIL],
    [reason, INVALID, INVALID - S, UNPROVED, AFTER],
    [reason, INVALID, INVALID + S, UNPROVED, AFTER],
    [reason, INVALID, REVOKED - S, UNPROVED, AFTER],
    [reason, INVALID, REVOKED, FAIL, FAIL],
  ];
  const compromise = (reason: RevocationReason): Row[] => [
    [reason, undefined, REVOKED - S, FAIL, AFTER],
    [reason, undefined, REVOKED, FAIL, FAIL],
    [reason, undefined, REVOKED + S, FAIL, FAIL],
    [reason, INVALID, INVALID - S, FAIL, AFTER],
    [reason, INVALID, INVALID, FAIL, FAIL],
    [reason, INVALID, INVALID + S, FAIL, FAIL],
    [reason, INVALID, REVOKED - S, FAIL, FAIL],
    [reason, INVALID, REVOKED + S, FAIL, FAIL],
    // An invalidity date after the revocation takes nothing back.
    [reason, later, REVOKED - S, FAIL, AFTER],
    [reason, later, REVOKED, FAIL, FAIL],
    [reason, later, REVOKED + S, FAIL, FAIL],
  ];
  const TABLE: readonly Row[] = [
    ...plain(undefined),
    ...plain('unspecified'),
    ...plain('affiliationChanged'),
    ...plain('superseded'),
    ...plain('cessationOfOperation'),
    ...plain('certificateHold'),
    ...plain('privilegeWithdrawn'),
    ...compromise('keyCompromise'),
    ...compromise('cACompromise'),
    ...compromise('aACompromise'),
  ];
  const revocationOf = (reason: RevocationReason | undefined, invalidity: number | undefined) => ({
    revokedAt: new Date(REVOKED),
    ...(reason === undefined ? {} : { reason }),
    ...(invalidity === undefined ? {} : { invalidityDate: new Date(invalidity) }),
  });
  const NUMBERS: Readonly<Record<RevocationReason, number>> = {
    unspecified: 0,
    keyCompromise: 1,
    cACompromise: 2,
    affiliationChanged: 3,
    superseded: 4,
    cessationOfOperation: 5,
    certificateHold: 6,
    privilegeWithdrawn: 9,
    aACompromise: 10,
  };
  const crlWith = ([reason, invalidity]: Row, spec: CrlSpec = {}) =>
    crlOf({
      ...spec,
      entries: [
        {
          at: new Date(REVOKED),
          ...(reason === undefined ? {} : { reason: NUMBERS[reason] }),
          ...(invalidity === undefined ? {} : { invalidityDate: new Date(invalidity) }),
        },
      ],
    });

  const SOURCES: readonly (readonly [string, Date, (row: Row) => Promise<RevocationData>])[] = [
    ['a CRL that is current', AT, async (row) => data([await crlWith(row)])],
    ['a CRL that is stale', T('2026-08-01T00:00:00Z'), async (row) => data([await crlWith(row)])],
    ['a CRL, the certificate expired since', T('2031-01-01T00:00:00Z'), async (row) => data([await crlWith(row)])],
    [
      'a CRL from after the moment that is judged',
      T('2026-03-02T00:00:00Z'),
      async (row) => data([await crlWith(row)]),
    ],
    [
      'a CRL from after the certificate expired',
      T('2031-01-02T00:00:00Z'),
      async (row) => data([await crlWith(row, { thisUpdate: T('2031-01-01T00:00:00Z'), nextUpdate: null })]),
    ],
    [
      'OCSP',
      AT,
      async ([reason, invalidity]) =>
        data([], [await ocspOf({ status: { status: 'revoked', ...revocationOf(reason, invalidity) } })]),
    ],
    ['a CRL, against a good OCSP response', AT, async (row) => data([await crlWith(row)], [await ocspOf()])],
    [
      'an OCSP response, against a good CRL',
      AT,
      async ([reason, invalidity]) =>
        data([await crlOf()], [await ocspOf({ status: { status: 'revoked', ...revocationOf(reason, invalidity) } })]),
    ],
  ];

  it.each(SOURCES)('%s', async (_, at, source) => {
    for (const row of TABLE) {
      const [reason, invalidity, time, claimed, proved] = row;
      const revocation = await source(row);
      const name = `${reason} ${invalidity} ${time}`;
      const value = new Date(time);
      expect(await ofLeaf({ revocation, at, time: { value, basis: 'claimed' } }), name).toBe(claimed);
      expect(await ofLeaf({ revocation, at, time: { value, basis: 'proved' } }), name).toBe(proved);
      expect(await ofLeaf({ revocation, at }), name).toBe(FAIL);
    }
  });

  it('makes the verdict: also where revocation is not required', async () => {
    const required = DEFAULT_REQUIRED.filter((check) => ['path', 'authority', 'time'].includes(check));
    const verdict = async (row: Row, basis?: 'claimed' | 'proved') => {
      const time = basis && { value: new Date(row[2]), basis };
      const revocation = data([await crlWith(row)]);
      const options = { at: AT, trust: world.trust, revocation };
      const { findings } = await certificateFindings(world.leaf, { use: 'signer', time }, options);
      return [judge(findings, { required }), judge(findings, { required: [...required, 'revocation'] })];
    };
    const before: Row = ['superseded', undefined, REVOKED - S, '', ''];
    expect(await verdict(before, 'claimed')).toEqual(['indeterminate', 'indeterminate']);
    expect(await verdict(before, 'proved')).toEqual(['valid', 'valid']);
    expect(await verdict(before)).toEqual(['invalid', 'invalid']);
    expect(await verdict(['keyCompromise', undefined, REVOKED - S, '', ''], 'claimed')).toEqual(['invalid', 'invalid']);
    expect(await verdict(['superseded', undefined, REVOKED, '', ''], 'proved')).toEqual(['invalid', 'invalid']);
  });

  it('takes the worst of several entries, and of several sources', async () => {
    const proved: SigningTime = { value: new Date(INVALID + S), basis: 'proved' };
    const twice = await crlOf({ entries: [{ reason: 4 }, { reason: 1, invalidityDate: new Date(INVALID) }] });
    expect(await ofLeaf({ revocation: data([twice]), time: proved })).toBe(FAIL);
    const mild = await crlWith(['superseded', undefined, 0, '', '']);
    const bad = await crlWith(['keyCompromise', INVALID, 0, '', '']);
    expect(await ofLeaf({ revocation: data([mild, bad]), time: proved })).toBe(FAIL);
    expect(await ofLeaf({ revocation: data([bad, mild]), time: proved })).toBe(FAIL);
    expect(await ofLeaf({ revocation: data([bad, mild]), time: { ...proved, basis: 'claimed' } })).toBe(FAIL);
  });

  it('lets only a hold be lifted, and only by a newer answer that is not from the future', async () => {
    const listed = (reason: number) => crlOf({ entries: [{ reason }], thisUpdate: T('2026-05-20T00:00:00Z') });
    const newer = await crlOf();
    expect(await ofLeaf({ revocation: data([await listed(6), newer]) })).toBe(OK);
    expect(await ofLeaf({ revocation: data([newer, await listed(6)]) })).toBe(OK);
    expect(await ofLeaf({ revocation: data([await listed(4), newer]) })).toBe(FAIL);
    const same = await crlOf({ entries: [{ reason: 6 }] });
    expect(await ofLeaf({ revocation: data([same, newer]) })).toBe(FAIL);
    const forged = await crlOf({ by: RIGHT.leaf.key });
    expect(await ofLeaf({ revocation: data([await listed(6), forged]) })).toBe(FAIL);
    expect(await ofLeaf({ revocation: data([await listed(6), newer]), at: T('2026-05-21T00:00:00Z') })).toBe(FAIL);
  });

  it('holds for every certificate below the anchor', async () => {
    const revokedCa = await crlOf({
      issuer: RIGHT.root.subject,
      by: RIGHT.root.key,
      entries: [{ serial: 2n, reason: 2 }],
    });
    const good = await crlOf();
    const find = async (time?: SigningTime) =>
      (await judged({ revocation: { crls: [good, revokedCa], ocspResponses: [] }, time })).map(
        ({ check, outcome, code }) => `${check} ${outcome} ${code}`,
      );
    expect(await find()).toEqual([OK, FAIL]);
    expect(await find({ value: new Date(REVOKED - S), basis: 'claimed' })).toEqual([OK, FAIL]);
    expect(await find({ value: new Date(REVOKED - S), basis: 'proved' })).toEqual([OK, AFTER]);
  });
});

describe('how old a good answer may be', () => {
  const crl = (spec: CrlSpec = {}) => crlOf(spec).then((one) => data([one]));
  const THIS = T('2026-05-31T00:00:00Z').getTime();
  const NEXT = T('2026-07-01T00:00:00Z').getTime();
  const noNext: CrlSpec = { nextUpdate: null };
  const END = T('2030-01-01T00:00:00Z').getTime();
  const afterEnd: CrlSpec = { thisUpdate: new Date(END + S), nextUpdate: new Date(END + 30 * DAY) };
  const keeps = (from: number) => [extension(CRL_OID.expiredCerts, der.generalizedTime(new Date(from)))];

  it.each<[string, CrlSpec, number, string, [number, string]?, string?]>([
    // name, CRL, at, without a time; a time, and what it is worth proved; claimed (as without a time unless said)
    ['at the first moment', {}, THIS, OK],
    ['a clock five minutes behind', {}, THIS - CLOCK_SKEW_MS, OK],
    ['a millisecond more', {}, THIS - CLOCK_SKEW_MS - 1, STALE, [THIS - DAY, STALE]],
    ['at the last moment', {}, NEXT, OK],
    ['a millisecond later', {}, NEXT + 1, STALE, [THIS + S, STALE]],
    ['stale, signed before it was issued', {}, NEXT + DAY, STALE, [THIS - S, OK]],
    ['stale, signed when it was issued', {}, NEXT + DAY, STALE, [THIS, OK]],
    ['stale, signed after it was issued', {}, NEXT + DAY, STALE, [THIS + S, STALE]],
    ['current, signed after it was issued', {}, NEXT, OK, [NEXT - DAY, OK]],
    ['no nextUpdate, five minutes old', noNext, THIS + CLOCK_SKEW_MS, OK],
    ['no nextUpdate, a millisecond more', noNext, THIS + CLOCK_SKEW_MS + 1, STALE, [THIS - S, OK]],
    ['issued at the last moment of the certificate', { ...afterEnd, thisUpdate: new Date(END) }, END + DAY, OK],
    ['issued after the certificate expired', afterEnd, END + DAY, NOT_COVERED, [THIS, NOT_COVERED]],
    ['the same, keeping what expired', { ...afterEnd, extensions: keeps(END) }, END + DAY, OK],
    ['the same, keeping what expired later', { ...afterEnd, extensions: keeps(END + S) }, END + DAY, NOT_COVERED],
    ['long expired, with a CRL from after the signature', {}, END + DAY, STALE, [THIS - DAY, OK]],
  ])('%s', async (_, spec, at, none, [time, proved] = [THIS, none]) => {
    const revocation = await crl(spec);
    const when = (basis: SigningTime['basis']) => ({ value: new Date(time), basis });
    expect(await ofLeaf({ revocation, at: new Date(at) })).toBe(none);
    expect(await ofLeaf({ revocation, at: new Date(at), time: when('claimed') })).toBe(none);
    expect(await ofLeaf({ revocation, at: new Date(at), time: when('proved') })).toBe(proved);
  });

  it('holds for OCSP alike, archiveCutoff included', async () => {
    const at = new Date(END + DAY);
    const dates = { thisUpdate: new Date(END + S), nextUpdate: new Date(END + 2 * DAY) };
    const kept = async (archiveCutoff?: Date) =>
      ofLeaf({
        at,
        revocation: data([], [await ocspOf({ single: { ...dates, ...(archiveCutoff && { archiveCutoff }) } })]),
      });
    expect(await kept()).toBe(NOT_COVERED);
    expect(await kept(new Date(END))).toBe(OK);
    expect(await kept(new Date(END + S))).toBe(NOT_COVERED);
  });

  it('tells how old it is, and whether it is older than the signature', async () => {
    const detail = async (one: Case) => (await judged(one))[0]!.detail;
    const revocation = await crl();
    expect(await detail({ revocation })).toBe(
      'CN=某局电子印章,O=某局,C=CN: CRL of 2026-05-31T00:00:00Z, next 2026-07-01T00:00:00Z, 24 hours old',
    );
    const time: SigningTime = { value: new Date(THIS + S), basis: 'claimed' };
    expect(await detail({ revocation, at: new Date(THIS + 5 * DAY), time })).toMatch(
      / 5 days old, older than the signing time$/,
    );
  });

  it('prefers any that counts to those that do not', async () => {
    const stale = await crlOf({ nextUpdate: T('2026-05-31T12:00:00Z') });
    const forged = await crlOf({ by: RIGHT.leaf.key });
    const unknown = await ocspOf({ status: { status: 'unknown' } });
    expect(await ofLeaf({ revocation: data([stale, forged, await crlOf()], [unknown]) })).toBe(OK);
    const newest = await crlOf({ thisUpdate: T('2026-05-31T12:00:00Z') });
    for (const crls of [
      [await crlOf(), newest],
      [newest, await crlOf()],
    ]) {
      expect((await judged({ revocation: data(crls) }))[0]!.detail).toContain('CRL of 2026-05-31T12:00:00Z');
    }
    expect(await ofLeaf({ revocation: data([forged, stale], [unknown]) })).toBe(STALE);
    expect(await ofLeaf({ revocation: data([forged], [unknown]) })).toBe(STATUS_UNKNOWN);
  });
});

describe('who may say so: CRLs', () => {
  const stranger = sm2();
  const leafOf = async (spec: CrlSpec) => ofLeaf({ revocation: data([await crlOf({ entries: [{}], ...spec })]) });
  const aki = (octet: number) => [authorityKeyIdentifier(new Uint8Array(20).fill(octet))];

  it.each<[string, CrlSpec, string]>([
    ['the issuer', {}, FAIL],
    ['the issuer, who names his key', { extensions: aki(2) }, FAIL],
    ['another CA of the same name', { by: stranger }, UNTRUSTED],
    ['another key of that name', { extensions: aki(9) }, UNTRUSTED],
    ['the leaf itself', { by: RIGHT.leaf.key }, UNTRUSTED],
    ['the root, in the name of the issuer', { by: RIGHT.root.key }, UNTRUSTED],
    ['the root, in its own name', { by: RIGHT.root.key, issuer: RIGHT.root.subject }, UNCHECKED],
    ['the issuer, of another name', { issuer: 'CN=某市 CA 2,O=某省,C=CN' }, UNCHECKED],
    ['the issuer, in other letters and blanks', { issuer: 'CN=某市  ca,O=某省,C=CN' }, FAIL],
    [
      'changed after signing',
      { tamper: (tbs) => tbs.map((octet, at) => (at === tbs.length - 2 ? octet ^ 1 : octet)) },
      UNTRUSTED,
    ],
  ])('%s', async (_, spec, wanted) => expect(await leafOf(spec)).toBe(wanted));

  it('not an issuer without cRLSign, but one without keyUsage', async () => {
    const revocation = data([await crlOf({ entries: [{}] })]);
    const code = async (usage: Uint8Array | undefined) => {
      const other = await pki({ authority: { extensions: { keyUsage: usage } } });
      return ofLeaf({ ...other, revocation });
    };
    expect(await code(keyUsage('keyCertSign'))).toBe(UNTRUSTED);
    expect(await code(undefined)).toBe(FAIL);
  });

  it('a list for a distribution point speaks of the certificates that name it', async () => {
    const [one, two] = ['http://ca.example/1.crl', 'http://ca.example/2.crl'];
    const at = (...points: string[][]) => pki({ leaf: { extensions: { points: distributionPoints(...points) } } });
    const scoped = async (...urls: string[]) => data([await crlOf({ extensions: [scope(fullName(...urls))] })]);
    const code = async (world: Awaited<ReturnType<typeof pki>>, revocation: RevocationData) =>
      ofLeaf({ ...world, revocation });
    expect(await code(await at([one]), await scoped(one))).toBe(OK);
    expect(await code(await at([two, one]), await scoped(one))).toBe(OK);
    expect(await code(await at([two], [one]), await scoped(one, 'ldap://x/y'))).toBe(OK);
    expect(await code(await at([two]), await scoped(one))).toBe(NOT_COVERED);
    expect(await code(world, await scoped(one))).toBe(NOT_COVERED);
    // A point for some reasons, or of another issuer.
    const partial = der.sequence(der.sequence(fullName(one), der.implicitPrimitive(1, Uint8Array.of(1, 2))));
    const other = await pki({ leaf: { extensions: { points: extension(CRL_OID.crlDistributionPoints, partial) } } });
    expect(await code(other, await scoped(one))).toBe(NOT_COVERED);
    const damaged = await pki({
      leaf: { extensions: { points: extension(CRL_OID.crlDistributionPoints, Uint8Array.of(1)) } },
    });
    expect(await code(damaged, await scoped(one))).toBe(NOT_COVERED);
    // Whoever is listed is revoked, whatever the list is for.
    const listed = data([await crlOf({ entries: [{}], extensions: [scope(fullName(one))] })]);
    expect(await code(world, listed)).toBe(FAIL);
  });

  it('remembers a signature that it verified with the list, for each trust store', async () => {
    const crl = await crlOf();
    const revocation = data([crl]);
    expect(await ofLeaf({ revocation })).toBe(OK);
    const verifier = world.trust.verifier(world.authority, crl.signatureAlgorithm);
    expect(crl.signedBy(verifier)).toBe(crl.signedBy(verifier));
    // A store that calls another key by the same name.
    const other = await pki({ authority: { key: stranger }, leaf: { by: stranger } });
    expect(await ofLeaf({ ...other, revocation })).toBe(UNTRUSTED);
  });
});

describe('who may say so: OCSP', () => {
  const delegateKey = sm2();
  const OCSP_SIGNING = '1.3.6.1.5.5.7.3.9';
  const NO_CHECK = extension('1.3.6.1.5.5.7.48.1.5', der.nullValue());
  type Change = Parameters<typeof changed>[1];
  const DELEGATE = changed(RIGHT.leaf, {
    serialNumber: Uint8Array.of(9),
    subject: 'CN=OCSP,O=某省,C=CN',
    key: delegateKey,
    extensions: { extendedKeyUsage: extendedKeyUsage(OCSP_SIGNING), keyUsage: keyUsage('digitalSignature') },
  });
  const delegate = async (change?: Change) => readCertificate(await build(changed(DELEGATE, change)));
  const by = async (change?: Change, spec: OcspSpec = {}, signer: Signer = delegateKey) => {
    const responder = await delegate(change);
    return ocspOf({ signer, responder, certificates: [responder], ...spec });
  };
  const revokedSpec: OcspSpec = { status: { status: 'revoked', revokedAt: T('2026-03-01T00:00:00Z') } };
  const code = async (response: Awaited<ReturnType<typeof ocspOf>>, one: Partial<Case> = {}) =>
    ofLeaf({ revocation: data([], [response]), ...one });

  it('the issuer, by name and by key, with any hash', async () => {
    for (const responderId of ['name', 'key'] as const) {
      for (const hash of ['SM3', 'SHA-1', 'SHA-256'] as const) {
        expect(await code(await ocspOf({ responderId, hash }))).toBe(OK);
        expect(await code(await ocspOf({ responderId, hash, ...revokedSpec }))).toBe(FAIL);
      }
    }
  });

  it.each<[string, Change, string]>([
    ['a responder of the issuer', {}, FAIL],
    ['one that need not be checked', { extensions: { noCheck: NO_CHECK } }, FAIL],
    ['without keyUsage', { extensions: { keyUsage: undefined } }, FAIL],
    ['not meant for OCSP', { extensions: { extendedKeyUsage: undefined } }, UNTRUSTED],
    ['meant for anything', { extensions: { extendedKeyUsage: extendedKeyUsage('2.5.29.37.0') } }, UNTRUSTED],
    ['that may not sign', { extensions: { keyUsage: keyUsage('keyEncipherment') } }, UNTRUSTED],
    ['that may sign certificates only', { extensions: { keyUsage: keyUsage('keyCertSign') } }, UNTRUSTED],
    ['of another CA, with OCSPSigning', { by: RIGHT.root.key, issuer: RIGHT.root.subject }, UNTRUSTED],
    ['of another CA of the same name', { by: sm2() }, UNTRUSTED],
    ['signed by the issuer in the name of another CA', { issuer: RIGHT.root.subject }, UNTRUSTED],
    ['signed by itself', { by: delegateKey }, UNTRUSTED],
    ['expired when it signed', { notAfter: T('2026-05-30T23:59:59Z') }, UNTRUSTED],
    ['not yet valid when it signed', { notBefore: T('2026-05-31T00:00:01Z') }, UNTRUSTED],
    [
      'valid for the moment of signing',
      { notBefore: T('2026-05-31T00:00:00Z'), notAfter: T('2026-05-31T00:00:00Z') },
      FAIL,
    ],
    [
      'with a critical extension nobody knows',
      { extensions: { x: extension('1.2.3.4', der.nullValue(), true) } },
      UNTRUSTED,
    ],
  ])('%s', async (_, change, wanted) => {
    expect(await code(await by(change, revokedSpec))).toBe(wanted);
    const { notAfter } = await delegate(change);
    // Good is believed only while the responder's own certificate lasts.
    const good = wanted === FAIL ? (notAfter < AT ? STALE : OK) : wanted;
    expect(await code(await by(change))).toBe(good);
    expect(await code(await by(change, { responderId: 'key' }))).toBe(good);
  });

  it('not whoever signs in the name of a right responder, nor a responder of which the certificate is missing', async () => {
    const right = await delegate();
    const forged = { ...RIGHT.leaf.key, publicKey: right.publicKey };
    expect(await code(await by({}, {}, forged))).toBe(UNTRUSTED);
    expect(await code(await ocspOf({ signer: delegateKey, responder: right }))).toBe(UNTRUSTED);
    const inIssuersName = { ...RIGHT.leaf.key, publicKey: world.authority.publicKey };
    for (const responderId of ['name', 'key'] as const) {
      expect(await code(await ocspOf({ signer: inIssuersName, responderId }))).toBe(UNTRUSTED);
      // Revoked is not believed of anybody either.
      expect(await code(await ocspOf({ signer: inIssuersName, responderId, ...revokedSpec }))).toBe(UNTRUSTED);
    }
    // Signed by the right one, in the name of another.
    const { subject, publicKey } = world.leaf;
    expect(await code(await ocspOf({ responder: { ...world.authority, subject } }))).toBe(UNTRUSTED);
    const named = { signer: delegateKey, certificates: [right] };
    expect(await code(await ocspOf({ ...named, responder: right }))).toBe(OK);
    expect(await code(await ocspOf({ ...named, responder: { ...right, subject } }))).toBe(UNTRUSTED);
    const byKey = { responder: { ...right, publicKey }, responderId: 'key' } as const;
    expect(await code(await ocspOf({ ...named, ...byKey, signer: { ...delegateKey, publicKey } }))).toBe(UNTRUSTED);
    // The leaf's own key, the leaf's certificate sent along.
    expect(
      await code(await ocspOf({ signer: RIGHT.leaf.key, responder: world.leaf, certificates: [world.leaf] })),
    ).toBe(UNTRUSTED);
    // The right certificate sent along, the response names somebody else.
    expect(await code(await ocspOf({ signer: RIGHT.leaf.key, responder: world.leaf, certificates: [right] }))).toBe(
      UNTRUSTED,
    );
  });

  it('not a responder about itself', async () => {
    const own = await delegate();
    const others = await by();
    const path = [own, world.authority, world.root];
    expect(await code(others)).toBe(OK);
    expect(await code(await by({}, { of: own }), { path })).toBe(UNTRUSTED);
    expect(await code(await ocspOf({ of: own }), { path })).toBe(OK);
  });

  it('not a responder that was revoked, also where it need not be checked', async () => {
    const response = await by({ extensions: { noCheck: NO_CHECK } });
    const with_ = async (entries: CrlSpec['entries']) => {
      // A list for other certificates than the leaf.
      const crl = await crlOf({ entries: entries!, extensions: [scope(fullName('http://ca.example/other.crl'))] });
      return ofLeaf({ revocation: data([crl], [response]) });
    };
    expect(await with_([{ serial: 8n }])).toBe(OK);
    expect(await with_([{ serial: 9n }])).not.toBe(OK);
  });

  it('strict wants to know whether the responder was revoked, unless it need not be checked', async () => {
    const { trust } = await pki({}, 'strict');
    expect(await code(await by(), { trust })).toBe(UNTRUSTED);
    expect(await code(await by({ extensions: { noCheck: NO_CHECK } }), { trust })).toBe(OK);
    const stale = await crlOf({ nextUpdate: T('2026-05-31T00:00:01Z') });
    expect(await ofLeaf({ revocation: data([stale], [await by()]), trust })).toBe(OK);
  });

  it('nothing is said by an answer about another certificate, or another issuer', async () => {
    const other = readCertificate(await build(changed(RIGHT.leaf, { serialNumber: Uint8Array.of(4) })));
    expect(await code(await ocspOf({ of: other }))).toBe(UNCHECKED);
    const namesake = { ...world.authority, publicKey: sm2().publicKey };
    const { certIds } = await createOcspRequest({
      certificates: [{ certificate: world.leaf, issuer: namesake }],
      hash: 'SM3',
    });
    expect(await code(await ocspOf({ single: { certId: certIds[0]! } }))).toBe(UNCHECKED);
    const sha384 = {
      ...certIds[0]!,
      bytes: der.sequence(
        der.sequence(der.oid('2.16.840.1.101.3.4.2.2')),
        der.octetString(new Uint8Array(48)),
        der.octetString(new Uint8Array(48)),
        der.integer(LEAF),
      ),
    };
    expect(await code(await ocspOf({ single: { certId: sha384 } }))).toBe(UNCHECKED);
  });

  it('unknown is not good, a replayed answer is stale, revoked wins among several', async () => {
    expect(await code(await ocspOf({ status: { status: 'unknown' } }))).toBe(STATUS_UNKNOWN);
    expect(await code(await ocspOf(), { at: T('2026-06-02T00:00:01Z') })).toBe(STALE);
    const old = { thisUpdate: T('2026-02-01T00:00:00Z'), nextUpdate: T('2026-02-02T00:00:00Z') };
    const replayed = await ocspOf({ single: old });
    expect(await code(replayed)).toBe(STALE);
    expect(await ofLeaf({ revocation: data([], [replayed, await ocspOf(revokedSpec)]) })).toBe(FAIL);
  });

  it('signatures of other algorithms count, those nobody knows do not', async () => {
    const signer = await webCryptoSigner('RSA-PKCS1-SHA256');
    expect(await code(await by({ key: signer }, {}, signer))).toBe(OK);
    const liar: Signer = { ...delegateKey, algorithm: 'ECDSA-P256-SHA256' };
    expect(await code(await by({}, {}, liar))).toBe(UNTRUSTED);
  });
});

describe('nothing given', () => {
  const none = (certificate: Certificate) => [
    {
      check: 'revocation',
      outcome: 'unknown',
      code: 'revocation-not-checked',
      detail: formatName(certificate.subject),
    },
  ];

  it('says so in one finding, as for a path that leads nowhere', async () => {
    const { path, trust } = world;
    expect(await revocationFindings(path, undefined, { at: AT, trust })).toEqual(none(path[0]!));
    expect(await judged({ revocation: { crls: [], ocspResponses: [], problems: [] } })).toEqual(none(path[0]!));
    expect(await judged({ revocation: data([await crlOf()]), path: [world.root] })).toEqual(none(world.root));
    const lost = new TrustStore({ anchors: [] });
    const { findings } = await certificateFindings(
      world.leaf,
      { use: 'signer', time: undefined },
      { at: AT, trust: lost, revocation: data([await crlOf({ entries: [{}] })]) },
    );
    expect(findings.filter(({ check }) => check === 'revocation')).toEqual(none(world.leaf));
  });

  it('names the certificate that nothing is known of, and why', async () => {
    const problems = [
      { certificate: world.leaf, url: 'http://ca.example/1.crl', problem: 'timeout', detail: 'no answer' } as const,
    ];
    const findings = await judged({ revocation: { crls: [], ocspResponses: [], problems } });
    expect(findings.map(({ code }) => code)).toEqual(['revocation-not-checked', 'revocation-not-checked']);
    expect(findings[0]!.detail).toBe('CN=某局电子印章,O=某局,C=CN; http://ca.example/1.crl timeout (no answer)');
    expect(findings[1]!.detail).toBe('CN=某市 CA,O=某省,C=CN');
  });

  it('asks for more where it is told to', async () => {
    const { path, trust } = world;
    const asked: (readonly Certificate[])[] = [];
    const revoked = await crlOf({ entries: [{}] });
    const fetchRevocation = async (of: readonly Certificate[]) => {
      asked.push(of);
      return { crls: [revoked], ocspResponses: [] };
    };
    const codes = async (given: readonly Certificate[], revocation?: RevocationData) => {
      const options = { at: AT, trust, fetchRevocation, ...(revocation && { revocation }) };
      return (await revocationFindings(given, undefined, options)).map(({ code }) => code);
    };
    expect(await codes(path)).toEqual(['certificate-revoked', 'revocation-not-checked']);
    expect(await codes(path, data([await crlOf()]))).toEqual(['certificate-revoked', 'revocation-ok']);
    expect(asked).toEqual([path, path]);
    expect(await codes([world.root])).toEqual(['revocation-not-checked']);
    expect(asked).toHaveLength(2);
  });

  it('refuses dates that are none', async () => {
    const revocation = data([await crlOf()]);
    const bad = new Date(Number.NaN);
    expect(await codeOf(() => judged({ revocation, at: bad }))).toBe('invalid-argument');
    expect(await codeOf(() => judged({ revocation, time: { value: bad, basis: 'proved' } }))).toBe('invalid-argument');
  });
});

it('reads what it judges: the CA of these tests may sign CRLs', () => {
  expect(readCrl(rootCrl.bytes, 'strict').size).toBe(0);
  expect(CA.extensions.keyUsage).toEqual(keyUsage('keyCertSign', 'cRLSign'));
});
