/**
 * The issuer of the demonstration: delegations, printed codes, what was taken back, and the trust list that names it. Keys are new
 * each time. Who asks is believed: where this is more than a demonstration, a login stands before each of these answers.
 */
import { cityCodeText } from '@gov/city-code';
import { type DelegationRequest, Delegator, memoryDelegationRegister } from '@gov/city-code/delegate';
import { buildRevocationFilter } from '@gov/city-code/filter';
import { OnlineCodes, redeemHandler } from '@gov/city-code/online';
import { issueLeaf, issueRoot } from '@gov/pki/dev-ca';
import { buildTrustList, signTrustList } from '@gov/pki/trust-list';
import { bytesToHex, fromBase64url, generateSm2Key, hexToBytes, sm2Signer, toBase64url } from '@gov/sm';
import { memoryStore } from '@gov/store/memory';
import { GovError } from '@gov/verdict';
import { isRoleName, MAY_PASS, PRINTED_SCENE, ROLES, type Role } from './roles.js';

const HOUR = 3600;
const DAY = 24 * HOUR;

/** A challenge that was given out and not answered yet is forgotten after so many seconds, or so many others. */
const CHALLENGE = { seconds: 120, open: 1000 } as const;

export interface Issuer {
  /** What terminals are built with: SubjectPublicKeyInfo of the trust list's key. */
  readonly pin: Uint8Array;
  /** Answers under `/issuer/`; undefined for an address that is not its own. */
  readonly handle: (request: Request) => Promise<Response | undefined>;
}

export async function openIssuer(clock: () => Date): Promise<Issuer> {
  const now = wholeSeconds(clock());
  const after = (seconds: number, from = now): Date => new Date(from.getTime() + seconds * 1000);
  const validity = { notBefore: after(-DAY), notAfter: after(3650 * DAY) };
  const [listKey, rootKey] = [generateSm2Key(), generateSm2Key()];
  const ca = {
    certificate: await issueRoot({ subject: 'CN=演示根证书,C=CN', signer: sm2Signer(rootKey), ...validity }),
    signer: sm2Signer(rootKey),
  };
  const register = memoryDelegationRegister();
  const issuerOf = async (name: string, issuerIndex: number, region: string) => {
    const key = generateSm2Key();
    const subject = `CN=城市码签发,O=${name}政务服务和数据管理局（演示）,C=CN`;
    const publicKey = key.publicKey.toSpki();
    const certificate = await issueLeaf({ ca, use: 'city-code-issuer', subject, publicKey, ...validity });
    // No `region`: one of the roles shows that gates see what an issuer does not keep to.
    const delegator = new Delegator({ signer: sm2Signer(key), issuerIndex, register });
    return {
      signer: sm2Signer(key),
      delegator,
      entry: { certificate, use: 'city-code-issuer', region, index: issuerIndex },
    };
  };
  const issuers = {
    guangzhou: await issuerOf('广州市', 1, '440100'),
    shanghai: await issuerOf('上海市', 2, '310000'),
  };
  const list = buildTrustList({
    id: 'https://trust.example.gov.cn/city-code',
    issued: now,
    nextUpdate: after(30 * DAY),
    hardExpiry: after(180 * DAY),
    keys: { current: sm2Signer(listKey).publicKey },
    anchors: [{ certificate: ca.certificate, services: ['city-code'] }],
    issuers: [issuers.guangzhou.entry, issuers.shanghai.entry],
  });
  const trustList = await signTrustList(list, sm2Signer(listKey));
  const online = new OnlineCodes({ store: memoryStore().oneTime });
  const redeem = redeemHandler({
    codes: online,
    // Where gates are strangers to one another, mutual TLS says which one asks.
    authenticate: async () => ({ id: 'demonstration', scenes: [PRINTED_SCENE] }),
    clock,
  });
  /** Role and end by challenge. */
  const challenges = new Map<string, { readonly role: Role; readonly until: number }>();
  let sequence = 0;

  const answers: Readonly<Record<string, (request: Request, query: URLSearchParams) => Promise<Response>>> = {
    'GET trust-list': async () => new Response(trustList, { headers: { 'content-type': 'text/plain' } }),
    'POST challenge': async (request) => {
      const { role } = await asked(request);
      const challenge = toBase64url(crypto.getRandomValues(new Uint8Array(32)));
      challenges.set(challenge, { role: roleOf(role), until: clock().getTime() + CHALLENGE.seconds * 1000 });
      if (challenges.size > CHALLENGE.open) challenges.delete(challenges.keys().next().value!);
      return Response.json({ challenge });
    },
    'POST delegations': async (request) => {
      const { challenge, requests } = await asked(request);
      const open = challenges.get(String(challenge));
      challenges.delete(String(challenge));
      if (open === undefined || open.until < clock().getTime()) throw refused('no challenge that is open');
      const { subject, region, holder, issuer, relative } = open.role;
      const delegations = await issuers[issuer].delegator.issueMany(requestsOf(requests), {
        challenge: octetsOf(challenge),
        at: clock(),
        lifetimeSeconds: 8 * HOUR,
        subject,
        assurance: 2,
        region,
        entitlements: MAY_PASS,
        holder,
        ...(relative !== undefined && { relative }),
      });
      return Response.json({ delegations: delegations.map(({ bytes }) => toBase64url(bytes)) });
    },
    'POST revoke': async (request) => {
      const { holder } = roleOf((await asked(request)).role);
      return Response.json({ revoked: await register.revoke({ holder }) });
    },
    'POST printed': async (request) => {
      const { subject, holder } = roleOf((await asked(request)).role);
      const [at, lifetimeSeconds] = [clock(), 7 * DAY];
      const what = { holder, subject, assurance: 1, entitlements: MAY_PASS, scene: PRINTED_SCENE };
      const code = await online.issue({ ...what, at, lifetimeSeconds });
      return Response.json({ text: cityCodeText(code), expires: after(lifetimeSeconds, at) });
    },
    'POST redeem': redeem,
    'GET filter': async () => {
      const issued = wholeSeconds(clock());
      const { signer, entry } = issuers.guangzhou;
      const head = { issuerIndex: entry.index, sequence: ++sequence, issued, until: after(3 * DAY, issued) };
      const filter = await buildRevocationFilter(register.revokedTags(issued), { ...head, signer });
      return new Response(Uint8Array.from(filter), { headers: { 'content-type': 'application/octet-stream' } });
    },
    'GET revoked': async (_, query) => {
      const tag = bytesToHex(hexToBytes(query.get('tag') ?? ''));
      for await (const one of register.revokedTags(clock())) {
        if (bytesToHex(one) === tag) return Response.json({ revoked: true });
      }
      return Response.json({ revoked: false });
    },
  };

  return {
    pin: sm2Signer(listKey).publicKey,
    async handle(request) {
      const { pathname, searchParams } = new URL(request.url);
      if (!pathname.startsWith('/issuer/')) return undefined;
      const name = `${request.method} ${pathname.slice('/issuer/'.length)}`;
      return Object.hasOwn(answers, name) ? answers[name]!(request, searchParams) : undefined;
    },
  };
}

const wholeSeconds = (time: Date): Date => new Date(Math.floor(time.getTime() / 1000) * 1000);

const refused = (what: string): GovError => new GovError('invalid-argument', what);

async function asked(request: Request): Promise<Readonly<Record<string, unknown>>> {
  const json: unknown = await request.json().catch(() => undefined);
  if (typeof json !== 'object' || json === null) throw refused('the request is no JSON object');
  return { ...json };
}

function roleOf(name: unknown): Role {
  if (!isRoleName(name)) throw refused('no role of that name');
  return ROLES[name];
}

function octetsOf(text: unknown): Uint8Array {
  const octets = typeof text === 'string' ? fromBase64url(text) : undefined;
  if (octets === undefined) throw refused('no base64url');
  return octets;
}

function requestsOf(requests: unknown): DelegationRequest[] {
  if (!Array.isArray(requests)) throw refused('no list of requests');
  return requests.map((one: { readonly deviceKey?: unknown; readonly proof?: unknown } | null) => ({
    suite: 2,
    deviceKey: octetsOf(one?.deviceKey),
    proof: octetsOf(one?.proof),
  }));
}
