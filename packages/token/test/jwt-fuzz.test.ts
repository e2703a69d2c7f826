/** What a stranger may send as a token: nothing but a `GovError` or a report, never valid for what was not signed, none slow. */
import { generateSm2Key, sm2Signer } from '@gov/sm';
import { dpopProof, verifyDpop } from '@gov/token/dpop';
import type { JsonObject } from '@gov/token/json';
import { publicJwk } from '@gov/token/jwk';
import { verifyJwt } from '@gov/token/jwt';
import { describe, expect, it } from 'vitest';
import type { Random } from '../../../test/fuzz/mutation.js';
import { fuzz, type Outcome } from '../../../test/fuzz/run.js';
import {
  AT,
  AUDIENCE,
  CLAIMS,
  forged,
  HEADER,
  ISSUER,
  KID,
  NOW,
  POLICY,
  part,
  replays,
  signer,
  tokenOf,
} from './jwt-world.js';

const COUNT = 10_000;
/** Of one test: the runner stops by itself before. */
const TIMEOUT = process.env.SLOW === undefined ? 90_000 : 1_200_000;

const seeds = await Promise.all([
  tokenOf(),
  tokenOf({ aud: [AUDIENCE, 'x'], nbf: NOW - 10, scope: 'a b', act: { sub: 'b', act: { sub: 'c' } }, amr: ['pwd', 7] }),
  tokenOf(
    { iss: '省级统一身份认证平台', auth_time: NOW - 100.5, cnf: { jkt: 'x'.repeat(43) } },
    { typ: 'Application/AT+JWT', kid: undefined },
  ),
]);
const genuine = new Set(seeds.map((text) => text.slice(0, text.lastIndexOf('.'))));

/** What breaks readers of JSON and judges of claims. */
const VALUES: readonly string[] = [
  ...[
    'null',
    'true',
    '0',
    '-0',
    '-1',
    '1e308',
    '1e309',
    '1e-400',
    '253402300800',
    '9007199254740993',
    '""',
    '"\\u0000"',
  ],
  ...[
    '[]',
    '{}',
    '[[]]',
    '[null]',
    '"\\ud800"',
    '"\\u202e"',
    '{"__proto__":{}}',
    `"${'x'.repeat(257)}"`,
    '"\u212a"',
    'NaN',
  ],
  ...[`[${'0,'.repeat(300)}0]`, '['.repeat(50), `${'['.repeat(9)}${']'.repeat(9)}`, `"${ISSUER}"`, `"${AUDIENCE}"`],
  ...[
    `["${AUDIENCE}"]`,
    `${NOW}`,
    `${NOW + 1e5}`,
    '"none"',
    '"SGD_SM3_SM2"',
    '"ES256"',
    '"HSM3"',
    '"dpop+jwt"',
    '"at+jwt"',
  ],
];
const NAMES: readonly string[] = [
  ...[
    'iss',
    'sub',
    'aud',
    'exp',
    'nbf',
    'iat',
    'jti',
    'cnf',
    'alg',
    'typ',
    'kid',
    'cty',
    'crit',
    'b64',
    'jwk',
    'jku',
    'x5c',
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    '',
    'i\\u0073s',
    '\\u0065xp',
    '\\u0000',
    'zip',
    'enc',
    'p2c',
    'htm',
    'htu',
    'ath',
    'nonce',
  ],
];
const TEXT = 'ABCabc019-_.=+/ \n\0"{}[]:,\\é治';

const pick = <T>(from: ArrayLike<T>, next: Random): T => from[next(from.length)]!;

/** JSON with members put in, taken out, doubled, renamed or given other values, and now and then a letter that does not belong. */
function spoiltJson(json: string, next: Random): string {
  let text = json;
  for (let changes = 1 + next(3); changes > 0; changes--) {
    const members = [
      ...text.matchAll(/"((?:[^"\\]|\\.)*)":("(?:[^"\\]|\\.)*"|[\d.eE+-]+|\[[^[\]]*\]|\{[^{}]*\}|null|true|false)/g),
    ];
    const member = members[next(members.length)];
    const swap = (by: string): string =>
      member === undefined ? text : text.slice(0, member.index) + by + text.slice(member.index + member[0].length);
    const name = member?.[1] ?? '';
    text = [
      () => swap(`"${name}":${pick(VALUES, next)}`),
      () => swap(`"${pick(NAMES, next)}":${member?.[2] ?? '0'}`),
      () => swap(`${member?.[0]},${member?.[0]}`),
      () => swap(`${member?.[0]},"${pick(NAMES, next)}":${pick(VALUES, next)}`),
      () => swap(`"a":0`),
      () => swap(''),
      () => spoiltText(text, next),
    ][next(7)]!();
  }
  return text;
}

function spoiltText(text: string, next: Random): string {
  const at = next(text.length + 1);
  switch (next(5)) {
    case 0:
      return text.slice(0, at) + pick(TEXT, next) + text.slice(at + 1);
    case 1:
      return text.slice(0, at) + pick(TEXT, next) + text.slice(at);
    case 2:
      return text.slice(0, at) + text.slice(at + 1 + next(8));
    case 3:
      return text.slice(0, at) + text.slice(next(text.length), next(text.length)) + text.slice(at);
    default:
      return text.slice(0, at);
  }
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const decoded = (token: string, index: number): string => Buffer.from(token.split('.')[index]!, 'base64url').toString();

const keys = POLICY.issuers[0]!.keys;
const policy = {
  ...POLICY,
  issuers: [
    ...POLICY.issuers,
    { issuer: '省级统一身份认证平台', keys, algorithms: ['SM2-SM3', 'HMAC-SM3', 'RSA-PSS-SHA256'] as const },
  ],
  maxLifetimeSeconds: 600,
};

/** Judges one; valid only for what was signed as it stands. */
async function judge(token: string, signed: ReadonlySet<string>): Promise<void> {
  const { report, claims } = await verifyJwt(token, { ...policy, replay: replays() });
  if (report.verdict === 'valid') expect(signed).toContain(token.slice(0, token.lastIndexOf('.')));
  else expect(claims).toBeUndefined();
  expect(JSON.stringify(report).length).toBeLessThan(8192);
}

function told(what: string, { runs, slowestMs, codes }: Outcome): void {
  console.log(`${what}: ${runs} runs, slowest ${slowestMs.toFixed(1)} ms, ${JSON.stringify(codes)}`);
  expect(runs).toBeGreaterThan(100);
}
const known = (...codes: readonly string[]): RegExp =>
  new RegExp(`^(read|jwt-malformed|input-too-large|${codes.join('|')})$`);

describe('tokens that were spoilt', () => {
  it(
    'are refused, or judged for what they are',
    async () => {
      const outcome = await fuzz(
        (bytes) => judge(text(bytes), genuine),
        {
          mutate(next) {
            const token = pick(seeds, next);
            const parts = token.split('.');
            switch (next(4)) {
              case 0:
                return utf8(spoiltText(token, next));
              case 1:
                return utf8([part(spoiltJson(decoded(token, 0), next)), parts[1], parts[2]].join('.'));
              case 2:
                return utf8([parts[0], part(spoiltJson(decoded(token, 1), next)), parts[2]].join('.'));
              default:
                // Parts of several tokens.
                return utf8([0, 1, 2].map((index) => pick(seeds, next).split('.')[index]).join('.'));
            }
          },
        },
        { count: COUNT },
      );
      told('tokens', outcome);
      for (const code of Object.keys(outcome.codes)) expect(code).toMatch(known());
    },
    TIMEOUT,
  );

  it(
    'and signed again by the issuer, or by somebody else',
    async () => {
      const stranger = sm2Signer(generateSm2Key());
      let valid = 0;
      const outcome = await fuzz(
        async (bytes) => {
          const [header = '', payload = '', by] = JSON.parse(text(bytes)) as string[];
          const token = await forged(header, payload, by === 'issuer' ? signer : stranger);
          const { report, claims } = await verifyJwt(token, { ...policy, replay: replays() });
          if (report.verdict !== 'valid') return;
          valid++;
          expect(by).toBe('issuer');
          // An oracle of its own: what JSON.parse sees is what was judged.
          const said = JSON.parse(payload) as JsonObject;
          expect(claims).toEqual(said);
          expect(policy.issuers.map(({ issuer }) => issuer)).toContain(said.iss);
          expect([said.aud].flat()).toContain(AUDIENCE);
          expect(said.exp).toBeGreaterThan(NOW - 60);
          expect(said.iat).toBeLessThanOrEqual(NOW + 60);
          expect(said.cnf).toBeUndefined();
          expect(typeof said.jti).toBe('string');
          const protectedHeader = JSON.parse(header) as JsonObject;
          expect(protectedHeader.alg).toBe('SGD_SM3_SM2');
          expect(String(protectedHeader.typ).toLowerCase()).toMatch(/^(application\/)?at\+jwt$/);
        },
        {
          mutate(next) {
            const token = pick(seeds, next);
            const parts = [0, 1].map((index) =>
              next(2) === 0 ? decoded(token, index) : spoiltJson(decoded(token, index), next),
            );
            return utf8(JSON.stringify([...parts, next(8) === 0 ? 'stranger' : 'issuer']));
          },
        },
        { count: COUNT / 2 },
      );
      told('signed again', outcome);
      expect(valid).toBeGreaterThan(0);
      for (const code of Object.keys(outcome.codes)) expect(code).toMatch(known());
    },
    TIMEOUT,
  );
});

describe('proofs of possession that were spoilt', () => {
  it(
    'are refused, or judged for what they are',
    async () => {
      const request = { method: 'POST', url: 'https://api.example.gov.cn/licenses', at: AT };
      const accessToken = seeds[0]!;
      const proofs = [
        await dpopProof({ ...request, accessToken }, signer),
        await dpopProof({ ...request, nonce: 'n' }, signer),
      ];
      const header = { typ: 'dpop+jwt', alg: HEADER.alg, jwk: publicJwk(signer.publicKey, { kid: KID }) };
      let valid = 0;
      const outcome = await fuzz(
        async (bytes) => {
          const { resigned, proof } = JSON.parse(text(bytes)) as { resigned?: string[]; proof?: string };
          const shown = proof ?? (await forged(resigned![0], resigned![1]));
          const { report, thumbprint } = await verifyDpop(shown, { ...request, replay: replays() });
          if (report.verdict !== 'valid') return expect(thumbprint).toBeUndefined();
          valid++;
          const said = JSON.parse(decoded(shown, 1)) as JsonObject;
          expect(said.htm).toBe('POST');
          expect(Math.abs((said.iat as number) - NOW)).toBeLessThanOrEqual(60);
          if (proof !== undefined)
            expect(proofs.map((one) => one.slice(0, one.lastIndexOf('.')))).toContain(
              proof.slice(0, proof.lastIndexOf('.')),
            );
        },
        {
          mutate(next) {
            const proof = pick(proofs, next);
            const whole = next(2) === 0;
            const claims = JSON.stringify({ ...(JSON.parse(decoded(proof, 1)) as object), sub: CLAIMS.sub });
            return utf8(
              JSON.stringify(
                whole
                  ? { proof: spoiltText(proof, next) }
                  : {
                      resigned: [
                        next(2) === 0 ? spoiltJson(JSON.stringify(header), next) : JSON.stringify(header),
                        spoiltJson(claims, next),
                      ],
                    },
              ),
            );
          },
        },
        { count: COUNT / 2 },
      );
      told('proofs', outcome);
      for (const code of Object.keys(outcome.codes)) expect(code).toMatch(known('jwk-malformed', 'jwk-private'));
      expect(valid).toBeGreaterThan(0);
    },
    TIMEOUT,
  );
});
