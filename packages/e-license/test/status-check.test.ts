/** Whether a licence is still in force: status lists, their binding to the issuer, and what an attacker may try. */
import { readFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import { FOOD_BUSINESS, licenseClaims, licenseRecord, parseLicenseData } from '@gov/e-license';
import { issueLicenseQr, verifyLicenseQr } from '@gov/e-license/qr';
import { LicenseStatusLists, type LicenseStatusOptions, STATUS_CHECK_LIMITS } from '@gov/e-license/status-check';
import { type Certificate, certificateKid, TrustStore } from '@gov/pki';
import type { TrustList, TrustListIssuer } from '@gov/pki/trust-list';
import { bytesToHex, generateSm2Key, type Signer, sm2Signer, toBase64url } from '@gov/sm';
import { signJws } from '@gov/token/jws';
import { compressStatusList, issueStatusListToken, type StatusBits, StatusList } from '@gov/token/status-list';
import type { Check, Finding, Report } from '@gov/verdict';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Holder, makeLeaf, makeRoot, makeWorld, TIMES, type World } from '../../../test/world.js';

const sample = JSON.parse(
  readFileSync(new URL('../../../examples/license/food-business.json', import.meta.url), 'utf8'),
);
const BASE = 'https://status.example.gov.cn/lists/';
const INDEX = 17;
const AT = TIMES.verified;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const ago = (ms: number): Date => new Date(AT.getTime() - ms);

let world: World;
let qr: string;

async function qrWith(
  status?: { readonly list: number; readonly index: number },
  issuer = world.issuer,
): Promise<string> {
  const data = parseLicenseData(sample, [FOOD_BUSINESS]);
  const options = { type: FOOD_BUSINESS, issuedAt: TIMES.signed, ...(status === undefined ? {} : { status }) };
  return issueLicenseQr(licenseClaims(licenseRecord(data, options), FOOD_BUSINESS), issuer);
}

beforeAll(async () => {
  world = await makeWorld();
  qr = await qrWith({ list: 0, index: INDEX });
});

/** What a server answers with. */
const reply = (body: string | Uint8Array = ''): Response =>
  new Response(typeof body === 'string' ? body : Uint8Array.from(body));

interface TokenOptions {
  readonly value?: number;
  readonly uri?: string;
  readonly bits?: StatusBits;
  readonly length?: number;
  readonly issuedAt?: Date;
  /** Milliseconds after `issuedAt`; null: none. */
  readonly lives?: number | null;
  readonly ttl?: number;
  readonly signer?: Signer;
  readonly format?: 'jwt' | 'cwt';
}

function token(options: TokenOptions = {}): Promise<string | Uint8Array> {
  const { value = 0, uri = `${BASE}0`, bits = 2, length = 64, issuedAt = ago(HOUR), lives = DAY, ttl } = options;
  const list = new StatusList(length, bits);
  if (value !== 0) list.set(INDEX, value);
  return issueStatusListToken(
    {
      uri,
      list,
      issuedAt,
      ...(lives === null ? {} : { expires: new Date(issuedAt.getTime() + lives) }),
      ...(ttl === undefined ? {} : { ttl }),
    },
    { signer: options.signer ?? world.issuer.signer, format: options.format ?? 'jwt' },
  );
}

interface CheckOptions {
  readonly status?: LicenseStatusLists | LicenseStatusOptions;
  readonly trust?: TrustStore;
  readonly at?: Date;
  readonly require?: readonly Check[];
  readonly text?: string;
}

async function verify(options: CheckOptions): Promise<Report> {
  const { status = {}, trust = world.trust, at = AT, require = [], text = qr } = options;
  return verifyLicenseQr(text, {
    at,
    trust,
    require,
    status: status instanceof LicenseStatusLists ? status : new LicenseStatusLists({ base: BASE, ...status }),
  });
}

const statusOf = ({ findings }: Report): Finding => findings.find(({ check }) => check === 'status')!;

/** By the tokens given: verdict without and with `--require status`, and the one code. */
async function outcome(
  tokens: readonly (string | Uint8Array)[],
  options: CheckOptions = {},
): Promise<readonly [string, string, string, string]> {
  const status = new LicenseStatusLists({ base: BASE, tokens, ...(options.status as LicenseStatusOptions) });
  const plain = await verify({ ...options, status });
  const required = await verify({ ...options, status, require: ['status'] });
  const found = statusOf(plain);
  return [found.code, found.outcome, plain.verdict, required.verdict];
}

/** Who asks and is not told knows nothing: never `valid`. */
const OPEN = (code: string) => [code, 'unknown', 'indeterminate', 'indeterminate'];

describe('a licence and the status list of its issuer', () => {
  it.each(['jwt', 'cwt'] as const)('is in force, by a %s', async (format) => {
    expect(await outcome([await token({ format })])).toEqual(['status-ok', 'pass', 'valid', 'valid']);
  });

  it.each([
    [1, 'status-revoked'],
    [2, 'status-suspended'],
    [3, 'status-superseded'],
  ])('is invalid where the list says %i, whether that was asked for or not', async (value, code) => {
    expect(await outcome([await token({ value })])).toEqual([code, 'fail', 'invalid', 'invalid']);
  });

  it('says that a suspended one may be resumed, and how old the list is', async () => {
    const status = { tokens: [await token({ value: 2, issuedAt: ago(27 * HOUR + 5 * MINUTE), lives: 7 * DAY })] };
    const { detail } = statusOf(await verify({ status }));
    expect(detail).toMatch(/it may be resumed/);
    expect(detail).toMatch(
      /^https:\/\/status.example.gov.cn\/lists\/0 index 17; list of 2026-11-21T00:55:00Z, 1 d 3 h old;/,
    );
  });

  it('is not read past its neighbours', async () => {
    for (const index of [INDEX - 1, INDEX + 1]) {
      const text = await qrWith({ list: 0, index });
      expect(await outcome([await token({ value: 3 })], { text })).toEqual(['status-ok', 'pass', 'valid', 'valid']);
    }
  });

  it('tells apart: no data, no place, no source', async () => {
    expect(await outcome([])).toEqual(OPEN('status-unavailable'));
    expect(await outcome([await token()], { text: await qrWith() })).toEqual(OPEN('status-none'));
    const { findings, verdict } = await verifyLicenseQr(qr, { at: AT, trust: world.trust });
    expect([statusOf({ findings } as Report).code, verdict]).toEqual(['status-not-checked', 'valid']);
    const nowhere = new LicenseStatusLists({ tokens: [await token()] });
    expect(statusOf(await verify({ status: nowhere })).code).toBe('status-unavailable');
  });

  it('tells an expired licence from one whose status cannot be told', async () => {
    const at = new Date('2031-06-01T00:00:00Z');
    const { findings, verdict } = await verify({ status: { tokens: [await token()] }, at });
    expect(verdict).toBe('invalid');
    expect(findings.filter(({ outcome: one }) => one === 'fail').map(({ code }) => code)).toEqual(['license-expired']);
    expect(statusOf({ findings } as Report).code).toBe('status-expired');
  });

  it('is found in a list of 1, 4 and 8 bits', async () => {
    for (const bits of [1, 4, 8] as const) {
      expect((await outcome([await token({ bits })]))[0]).toBe('status-ok');
      expect((await outcome([await token({ bits, value: 1 })]))[0]).toBe('status-revoked');
    }
    // Nobody here knows what these mean: neither valid nor revoked.
    for (const value of [4, 11, 15])
      expect(await outcome([await token({ bits: 4, value })])).toEqual(OPEN('status-value-unknown'));
  });

  it('cannot be suspended in a list of one bit', async () => {
    await expect(async () => token({ bits: 1, value: 2 })).rejects.toMatchObject({ code: 'invalid-argument' });
  });

  it('is invalid where its place is not in the list: the last one is', async () => {
    expect((await outcome([await token({ length: INDEX + 1, bits: 8 })]))[0]).toBe('status-ok');
    const beyond = ['status-index', 'fail', 'invalid', 'invalid'];
    expect(await outcome([await token({ length: INDEX, bits: 8 })])).toEqual(beyond);
    expect(await outcome([await token()], { text: await qrWith({ list: 0, index: 0xffffffff }) })).toEqual(beyond);
  });
});

describe('the age of a list', () => {
  it('is unknown from its exp on', async () => {
    const list = await token({ issuedAt: ago(DAY), lives: DAY - 1000 });
    const at = (ms: number) => ({ at: new Date(AT.getTime() + ms) });
    expect((await outcome([list], at(-1001)))[0]).toBe('status-ok');
    expect(await outcome([list], at(-1000))).toEqual(OPEN('status-expired'));
    // Suspended then: nobody knows whether it was resumed.
    expect(await outcome([await token({ value: 2, issuedAt: ago(2 * DAY) })])).toEqual(OPEN('status-expired'));
  });

  it('does not matter where it says revoked', async () => {
    const old = { issuedAt: ago(30 * DAY), lives: DAY };
    expect(await outcome([await token({ ...old, value: 1 })])).toEqual([
      'status-revoked',
      'fail',
      'invalid',
      'invalid',
    ]);
    expect((await outcome([await token({ ...old, value: 3 })]))[0]).toBe('status-superseded');
  });

  it('is a warning past the ttl, and limited by what the caller allows', async () => {
    const list = await token({ issuedAt: ago(HOUR), ttl: 1800 });
    expect(await outcome([list])).toEqual(['status-stale', 'warn', 'valid', 'valid']);
    expect((await outcome([await token({ issuedAt: ago(HOUR), ttl: 3600 })]))[0]).toBe('status-ok');
    expect((await outcome([list], { status: { maxAge: 3600 } }))[0]).toBe('status-expired');
    expect((await outcome([list], { status: { maxAge: 3601 } }))[0]).toBe('status-stale');
  });

  it('has an end without exp', async () => {
    const { maxAge } = STATUS_CHECK_LIMITS;
    expect((await outcome([await token({ issuedAt: ago(maxAge * 1000 - 1000), lives: null })]))[0]).toBe('status-ok');
    expect((await outcome([await token({ issuedAt: ago(maxAge * 1000), lives: null })]))[0]).toBe('status-expired');
  });

  it('may be ahead of the clock by its skew, no further', async () => {
    expect((await outcome([await token({ issuedAt: ago(-5 * MINUTE) })]))[0]).toBe('status-ok');
    expect(await outcome([await token({ issuedAt: ago(-5 * MINUTE - 1000) })])).toEqual(OPEN('status-future'));
    // An end counts from whenever it comes, a suspension does not.
    const revoked = await token({ value: 1, issuedAt: ago(-HOUR) });
    expect(await outcome([revoked])).toEqual(['status-revoked', 'fail', 'invalid', 'invalid']);
    expect((await outcome([await token({ issuedAt: ago(2 * HOUR) }), revoked]))[0]).toBe('status-revoked');
    expect((await outcome([await token({ value: 3, issuedAt: ago(-HOUR) })]))[0]).toBe('status-superseded');
    expect(await outcome([await token({ value: 2, issuedAt: ago(-HOUR) })])).toEqual(OPEN('status-future'));
    const forged = await token({ value: 1, issuedAt: ago(-HOUR), signer: sm2Signer(generateSm2Key()) });
    expect(await outcome([forged])).toEqual(OPEN('status-untrusted'));
  });

  it('is a number of seconds', () => {
    for (const maxAge of [Number.NaN, -1])
      expect(() => new LicenseStatusLists({ maxAge })).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
    expect(new LicenseStatusLists({ maxAge: 0 })).toBeDefined();
  });

  it('decides between several: an old list that is replayed changes nothing', async () => {
    const old = await token({ issuedAt: ago(3 * HOUR) });
    const revoked = await token({ issuedAt: ago(HOUR), value: 1 });
    expect((await outcome([revoked, old]))[0]).toBe('status-revoked');
    expect((await outcome([old, revoked]))[0]).toBe('status-revoked');
    const resumed = await token({ issuedAt: ago(HOUR) });
    expect((await outcome([await token({ issuedAt: ago(2 * HOUR), value: 2 }), resumed]))[0]).toBe('status-ok');
    // Of one second the one that says more.
    expect((await outcome([revoked, resumed]))[0]).toBe('status-revoked');
    expect((await outcome([resumed, revoked]))[0]).toBe('status-revoked');
  });

  it('does not let a newer list take an end back', async () => {
    const valid = await token({ issuedAt: ago(HOUR) });
    for (const [value, code] of [
      [1, 'status-revoked'],
      [3, 'status-superseded'],
    ] as const) {
      const ended = await token({ issuedAt: ago(2 * HOUR), value });
      expect(await outcome([ended, valid])).toEqual([code, 'fail', 'invalid', 'invalid']);
      expect(await outcome([valid, ended])).toEqual([code, 'fail', 'invalid', 'invalid']);
    }
    const status = { tokens: [valid, await token({ issuedAt: ago(40 * DAY), value: 1 })] };
    expect(statusOf(await verify({ status })).detail).toMatch(
      /40 d old; another list says 0, which takes nothing back$/,
    );
    // Somebody else's word is no end.
    const stranger = await token({ issuedAt: ago(2 * HOUR), value: 1, signer: sm2Signer(generateSm2Key()) });
    expect((await outcome([stranger, valid]))[0]).toBe('status-ok');
  });
});

describe('a status list that is not the issuer’s', () => {
  it('is of another issuer for the same number', async () => {
    const other = await makeLeaf(world.root, 'license-issuer', { subject: 'CN=乙,O=乙市行政审批局,C=CN' });
    expect(await outcome([await token({ signer: other.signer })])).toEqual(OPEN('status-untrusted'));
    expect((await outcome([await token({ signer: other.signer, value: 1 })]))[0]).toBe('status-untrusted');
    // The genuine one counts beside it.
    const forged = await token({ signer: other.signer, issuedAt: ago(MINUTE) });
    expect((await outcome([forged, await token({ value: 1 })]))[0]).toBe('status-revoked');
  });

  it('may bear the next key of the same body, and that of no other body or use', async () => {
    const body = 'CN=next,O=11990100MB0000019L某市行政审批局,C=CN';
    const holders = {
      'status-ok': await makeLeaf(world.root, 'license-issuer', { subject: body }),
      'status-untrusted': await makeLeaf(world.root, 'signer', { subject: body }),
      'another body': await makeLeaf(world.root, 'license-issuer', {
        subject: 'CN=x,O=11990100MB0000027G某市行政审批局,C=CN',
      }),
      'another root': await makeLeaf(await makeRoot('CN=o,O=o,C=CN'), 'license-issuer', { subject: body }),
    };
    for (const [what, { certificate, signer }] of Object.entries(holders)) {
      const trust = new TrustStore({
        anchors: [world.root.certificate],
        certificates: [world.issuer.certificate, certificate],
      });
      const list = new StatusList(64, 2);
      const options = { uri: `${BASE}0`, list, issuedAt: ago(HOUR), expires: ago(-HOUR) };
      const signed = await issueStatusListToken(options, { signer, kid: kidOf(certificate) });
      expect([what, (await outcome([signed], { trust }))[0]]).toEqual([
        what,
        what === 'status-ok' ? what : 'status-untrusted',
      ]);
      // Which certificate was missing must be found out by somebody.
      const blind = statusOf(await verify({ status: { tokens: [signed] } }));
      expect([blind.code, blind.outcome]).toEqual(['status-untrusted', 'unknown']);
      expect(blind.detail).toContain(`the key ${kidOf(certificate)}`);
    }
  });

  it('has the name of its key shown only where it is one', async () => {
    const { signer } = await makeLeaf(world.root, 'signer');
    const list = new StatusList(64, 2);
    for (const kid of ['\u001b[31m', 'a key', 'a'.repeat(65), 'AB']) {
      const signed = await issueStatusListToken({ uri: `${BASE}0`, list, issuedAt: ago(HOUR) }, { signer, kid });
      const { code, detail } = statusOf(await verify({ status: { tokens: [signed] } }));
      expect(['status-untrusted', 'status-malformed']).toContain(code);
      expect(detail).not.toContain(kid);
    }
  });

  it('is another list of the same issuer', async () => {
    for (const uri of [`${BASE}1`, `${BASE}00`, `${BASE}0/`, `${BASE}0?x`, BASE, 'https://other.example/lists/0'])
      expect(await outcome([await token({ uri })])).toEqual(OPEN('status-other'));
  });

  it('is signed by a key that nobody knows', async () => {
    const signer = sm2Signer(generateSm2Key());
    for (const format of ['jwt', 'cwt'] as const)
      expect(await outcome([await token({ signer, format })])).toEqual(OPEN('status-untrusted'));
  });

  it('is a JWT of another kind, or another name for the algorithm', async () => {
    const lst = toBase64url(await compressStatusList(new StatusList(64, 2)));
    const claims = { sub: `${BASE}0`, iat: ago(HOUR).getTime() / 1000, status_list: { bits: 2, lst } };
    const utf8 = (value: object): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
    expect(await outcome([await signJws({ typ: 'JWT' }, utf8(claims), world.issuer.signer)])).toEqual(
      OPEN('status-malformed'),
    );
    for (const alg of ['none', 'ES256', 'HS256']) {
      const input = `${toBase64url(utf8({ typ: 'statuslist+jwt', alg }))}.${toBase64url(utf8(claims))}`;
      const signature = toBase64url(await world.issuer.signer.sign(new TextEncoder().encode(input)));
      expect(await outcome([`${input}.${signature}`])).toEqual(OPEN('status-untrusted'));
    }
  });

  it('cannot be read once it is opened: truncated, with something behind it, a bomb', async () => {
    const zipped = new Uint8Array(deflateSync(new Uint8Array(16)));
    const truncated = zipped.subarray(0, -5);
    const trailing = Uint8Array.of(...zipped, 0);
    const bomb = new Uint8Array(deflateSync(new Uint8Array(40 * 1024 * 1024)));
    for (const lst of [truncated, trailing, bomb]) {
      const claims = {
        sub: `${BASE}0`,
        iat: ago(HOUR).getTime() / 1000,
        status_list: { bits: 2, lst: toBase64url(lst) },
      };
      const payload = new TextEncoder().encode(JSON.stringify(claims));
      const text = await signJws({ typ: 'statuslist+jwt' }, payload, world.issuer.signer);
      expect(await outcome([text])).toEqual(OPEN('status-malformed'));
    }
    expect(await outcome(['garbage'])).toEqual(OPEN('status-malformed'));
  });

  it('has no licence’s word for where it is', async () => {
    const asked: string[] = [];
    const status = new LicenseStatusLists({
      base: 'https://status.example.gov.cn/{issuer}/',
      fetch: async ({ url }) => {
        asked.push(url);
        return new Response(null, { status: 404 });
      },
    });
    await verify({ status });
    expect(asked).toEqual(['https://status.example.gov.cn/11990100MB0000019L/0']);
  });
});

const kidOf = (certificate: Certificate): string => bytesToHex(certificateKid(certificate));

/** An entry of a trust list. */
const entryOf = ({ certificate }: Holder, more: Partial<TrustListIssuer> = {}): TrustListIssuer => ({
  kid: kidOf(certificate),
  index: 0,
  use: 'license-issuer',
  service: 'license',
  region: 'CN',
  certificate: certificate.bytes,
  from: TIMES.certificatesFrom,
  status: 'active',
  ...more,
});

function trustList(...issuers: readonly TrustListIssuer[]): TrustStore {
  const list: TrustList = {
    id: 'test',
    sequence: 1,
    issued: ago(DAY),
    nextUpdate: ago(-DAY),
    hardExpiry: ago(-30 * DAY),
    keys: { current: world.root.signer.publicKey },
    anchors: [{ certificate: world.root.certificate.bytes }],
    issuers: issuers.map((entry, index) => ({ ...entry, index })),
  };
  return new TrustStore({ list });
}

describe('a trust list', () => {
  const LISTED = 'https://lists.province.gov.cn/a/';
  const uri = `${LISTED}0`;

  it('says where the lists are, before the caller does', async () => {
    const trust = trustList(entryOf(world.issuer, { statusBase: LISTED }));
    expect((await outcome([await token({ uri })], { trust }))[0]).toBe('status-ok');
    expect((await outcome([await token()], { trust }))[0]).toBe('status-other');
  });

  it('lets another sign them: with a path, for that use, and while it is listed', async () => {
    const status = await makeLeaf(world.root, 'license-status');
    const signed = await token({ uri, signer: status.signer, value: 1 });
    const issuer = entryOf(world.issuer, { statusBase: LISTED, statusKid: kidOf(status.certificate) });
    const signer = (more: Partial<TrustListIssuer> = {}) => entryOf(status, { use: 'license-status', ...more });
    const code = async (...entries: readonly TrustListIssuer[]): Promise<string> =>
      (await outcome([signed], { trust: trustList(...entries) }))[0];
    expect(await code(issuer, signer())).toBe('status-revoked');
    // The issuer itself still may.
    expect((await outcome([await token({ uri })], { trust: trustList(issuer, signer()) }))[0]).toBe('status-ok');
    // Not named by the issuer's entry; listed for another use; not any more; not yet; not at all.
    expect(await code(entryOf(world.issuer, { statusBase: LISTED }), signer())).toBe('status-untrusted');
    expect(await code(issuer, signer({ use: 'license-issuer' }))).toBe('status-untrusted');
    expect(await code(issuer, signer({ status: 'retired', to: ago(2 * DAY) }))).toBe('status-untrusted');
    expect(await code(issuer, signer({ status: 'compromised', to: ago(2 * DAY) }))).toBe('status-untrusted');
    expect(await code(issuer, signer({ from: ago(MINUTE) }))).toBe('status-untrusted');
    expect(await code(issuer)).toBe('status-untrusted');
  });

  it('does not lend the use: a signer of documents, or one of another root, signs no lists', async () => {
    const sealer = await makeLeaf(world.root, 'signer');
    const stranger = await makeLeaf(await makeRoot('CN=other,O=other,C=CN'), 'license-status');
    for (const holder of [sealer, stranger]) {
      const trust = trustList(
        entryOf(world.issuer, { statusBase: LISTED, statusKid: kidOf(holder.certificate) }),
        entryOf(holder, { use: 'license-status' }),
      );
      expect((await outcome([await token({ uri, signer: holder.signer })], { trust }))[0]).toBe('status-untrusted');
    }
  });

  it('of other regions does not answer for this one', async () => {
    const trust = trustList(entryOf(world.issuer, { statusBase: LISTED, region: '440000' }));
    expect((await outcome([await token({ uri })], { trust }))[0]).toBe('status-other');
  });
});

describe('fetched status lists', () => {
  /** A server that answers what it is told, and counts. */
  function server(answer: () => Promise<Response> | Response) {
    const asked: string[] = [];
    const status = new LicenseStatusLists({
      base: BASE,
      fetch: async (request) => {
        asked.push(request.url);
        return answer();
      },
    });
    const at = async (ms: number): Promise<Finding> =>
      statusOf(await verify({ status, at: new Date(AT.getTime() + ms) }));
    return { asked, at };
  }

  it('are asked for again when the ttl has passed, and not before', async () => {
    let body = await token({ issuedAt: AT, ttl: 300 });
    const { asked, at } = server(() => reply(body));
    expect((await at(0)).code).toBe('status-ok');
    body = await token({ issuedAt: ago(-100_000), ttl: 300, value: 1 });
    expect((await at(299_999)).code).toBe('status-ok');
    expect(asked).toEqual([`${BASE}0`]);
    expect((await at(300_000)).code).toBe('status-revoked');
    expect(asked.length).toBe(2);
  });

  it('count their ttl from when they came', async () => {
    const { at } = server(async () => reply(await token({ issuedAt: ago(4 * MINUTE), ttl: 300 })));
    expect((await at(0)).code).toBe('status-ok');
    expect((await at(4 * MINUTE)).code).toBe('status-ok');
  });

  it('are a warning where they were old when they came: held back, or shown again', async () => {
    // Two ttl for caches on the way, five minutes for clocks.
    const code = async (age: number): Promise<readonly string[]> => {
      const { at } = server(async () => reply(await token({ issuedAt: ago(age), ttl: 300 })));
      const { code, outcome } = await at(0);
      return [code, outcome];
    };
    expect(await code(15 * MINUTE)).toEqual(['status-ok', 'pass']);
    expect(await code(15 * MINUTE + 1000)).toEqual(['status-stale', 'warn']);
    expect(await code(20 * HOUR)).toEqual(['status-stale', 'warn']);
  });

  it('from ahead of the clock are remembered for the ends that they tell, and replace nothing', async () => {
    const bodies = [
      await token({ issuedAt: AT, ttl: 60 }),
      await token({ issuedAt: ago(-3 * HOUR), value: 1 }),
      await token({ issuedAt: AT, ttl: 60 }),
    ];
    let next = 0;
    const { at } = server(() => reply(bodies[next++]));
    const { code } = await at(0);
    expect([code, (await at(HOUR)).code, (await at(2 * HOUR)).code]).toEqual([
      'status-ok',
      'status-revoked',
      'status-revoked',
    ]);
    expect(next).toBe(3);
    const suspended = [await token({ issuedAt: AT, ttl: 60 }), await token({ issuedAt: ago(-3 * HOUR), value: 2 })];
    const other = server(() => reply(suspended.shift()!));
    expect([(await other.at(0)).code, (await other.at(HOUR)).code]).toEqual(['status-ok', 'status-stale']);
  });

  it('stay good while the server is away, until their end, with their age', async () => {
    let up = true;
    const body = await token({ issuedAt: AT, ttl: 300, lives: DAY });
    const { asked, at } = server(() => (up ? reply(body) : Promise.reject(new TypeError('no route to 10.0.0.1'))));
    await at(0);
    up = false;
    const later = await at(2 * HOUR);
    expect([later.code, later.outcome]).toEqual(['status-stale', 'warn']);
    expect(later.detail).toMatch(/2 h old, fetched 2026-11-22T04:00:00Z, ttl 5 min; nothing newer: TypeError$/);
    expect(later.detail).not.toMatch(/10\.0\.0\.1/);
    expect((await at(DAY)).code).toBe('status-expired');
    // One try in half a minute.
    await at(DAY + 1000);
    expect(asked.length).toBe(3);
    up = true;
    expect((await at(DAY + 40_000)).code).toBe('status-expired');
    expect(asked.length).toBe(4);
  });

  it('are asked for once, however many ask', async () => {
    const body = await token();
    const { asked, at } = server(async () => reply(body));
    await Promise.all(Array.from({ length: 20 }, () => at(0)));
    expect(asked.length).toBe(1);
  });

  it('are not pushed out by a forged, older or strange one', async () => {
    const bodies = [
      await token({ issuedAt: AT, ttl: 60, value: 2 }),
      await token({ issuedAt: ago(-MINUTE), signer: sm2Signer(generateSm2Key()) }),
      await token({ issuedAt: ago(HOUR) }),
      await token({ issuedAt: ago(-MINUTE), uri: `${BASE}1` }),
      '<html>',
    ];
    let next = 0;
    const { at } = server(() => reply(bodies[next++]));
    for (let round = 0; round < bodies.length; round++) {
      const { code, detail } = await at(round * 10 * MINUTE);
      expect(code).toBe('status-suspended');
      if (round > 0) expect(detail).toMatch(/nothing newer: /);
    }
    expect(next).toBe(bodies.length);
  });

  it('tell why there is none', async () => {
    const cases: readonly (readonly [() => Promise<Response> | Response, string])[] = [
      [() => new Response('', { status: 404 }), 'status-unavailable'],
      [() => new Response('', { status: 302, headers: { location: `${BASE}0` } }), 'status-unavailable'],
      [() => reply('<html>'), 'status-malformed'],
      [() => reply(), 'status-malformed'],
      [async () => reply(await token({ uri: `${BASE}1` })), 'status-other'],
      [async () => reply(await token({ signer: sm2Signer(generateSm2Key()) })), 'status-untrusted'],
      [async () => reply(await token({ issuedAt: ago(-HOUR) })), 'status-future'],
    ];
    for (const [answer, code] of cases) {
      const found = await server(answer).at(0);
      expect([found.outcome, found.code]).toEqual(['unknown', code]);
    }
  });

  it('come beside those that are given, and the newest decides', async () => {
    const status = new LicenseStatusLists({
      base: BASE,
      tokens: [await token({ value: 2, issuedAt: ago(MINUTE) })],
      fetch: async () => reply(await token({ issuedAt: ago(HOUR) })),
    });
    expect(statusOf(await verify({ status })).code).toBe('status-suspended');
  });

  it('are asked for over https alone', async () => {
    for (const base of ['http://status.example.gov.cn/', 'file:///etc/', 'https://user:pw@status.example.gov.cn/']) {
      const status = new LicenseStatusLists({ base, fetch: () => Promise.reject(new Error('asked')) });
      const { code, detail } = statusOf(await verify({ status }));
      expect([code, detail]).toEqual(['status-unavailable', 'only https is asked, http on this machine']);
    }
  });
});
