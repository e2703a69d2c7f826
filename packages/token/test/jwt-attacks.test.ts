/** Each known attack on tokens, one by one, and what refuses it (RFC 8725, RFC 9700). The table: docs/identity-attacks.md. */
import { createHmac } from 'node:crypto';
import { generateSm2Key, hmacSm3, sm2Signer } from '@gov/sm';
import { JOSE_DIALECTS } from '@gov/token/dialect';
import { type Jwk, publicJwk } from '@gov/token/jwk';
import type { JwtPolicy } from '@gov/token/jwt';
import { fixedKeys, type KeySource } from '@gov/token/key-source';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  AUDIENCE,
  CLAIMS,
  es256,
  type Forger,
  forged,
  HEADER,
  INVALID,
  ISSUER,
  judged,
  KID,
  NOW,
  part,
  profile,
  rsa,
  signer,
  thrown,
  tokenOf,
  UNKNOWN,
} from './jwt-world.js';

const attacker = sm2Signer(generateSm2Key());
const attackerJwk = publicJwk(attacker.publicKey, { kid: KID });
const issuers = (more: Partial<JwtPolicy['issuers'][number]>): Pick<JwtPolicy, 'issuers'> => ({
  issuers: [{ ...profile, ...more }],
});
const refusal = (text: string | Promise<string>, policy: Partial<JwtPolicy> = {}): Promise<string> =>
  thrown(async () => judged(await text, policy));

/** SPKI, PEM, raw point, coordinates and JWK of a public key: all that a stranger could take for a secret. */
function secretsOf(publicKey: Uint8Array): readonly (readonly [string, Uint8Array])[] {
  const pem = (end: string): Uint8Array =>
    Buffer.from(
      `-----BEGIN PUBLIC KEY-----\n${Buffer.from(publicKey)
        .toString('base64')
        .replace(/.{64}/g, '$&\n')}\n-----END PUBLIC KEY-----${end}`,
    );
  return [
    ['SPKI', publicKey],
    ['PEM', pem('\n')],
    ['PEM without the last line feed', pem('')],
    ['raw point', publicKey.slice(-65)],
    ['coordinates', publicKey.slice(-64)],
    ['JWK', Buffer.from(JSON.stringify(publicJwk(publicKey, { kid: KID })))],
    ['nothing', new Uint8Array(0)],
  ];
}
const hs256 = (secret: Uint8Array): Forger => ({
  sign: (message) => createHmac('sha256', secret).update(message).digest(),
});
const hsm3 = (secret: Uint8Array): Forger => ({ sign: (message) => hmacSm3(secret, message) });

describe('the algorithm is the profile’s', () => {
  it.each(['none', 'None', 'NONE', 'nOnE', 'none ', ' none', 'null', 'NoNe'])('alg %j is refused', async (alg) => {
    const header = { ...HEADER, alg };
    for (const signature of ['', 'A', 'AA', 'AAAA'])
      expect(await refusal(`${part(header)}.${part(CLAIMS)}${signature === '' ? '' : `.${signature}`}`)).toBe(
        signature.length > 1 ? 'nothing thrown' : 'jwt-malformed',
      );
    expect(await refusal(`${part(header)}.${part(CLAIMS)}.`)).toBe('jwt-malformed');
    expect(await judged(`${part(header)}.${part(CLAIMS)}.AA`)).toEqual(INVALID('token-algorithm-refused'));
    expect(await judged(await forged(header, CLAIMS))).toEqual(INVALID('token-algorithm-refused'));
    const every = ['SM2-SM3', 'HMAC-SM3', 'RSA-PKCS1-SHA256', 'ECDSA-P256-SHA256', 'Ed25519'] as const;
    expect(await judged(await forged(header, CLAIMS), issuers({ algorithms: every }))).toEqual(
      INVALID('token-algorithm-refused'),
    );
  });

  it.each(secretsOf(signer.publicKey))('no HMAC with the public key as its secret: %s', async (_what, secret) => {
    for (const [alg, by] of [
      ['HS256', hs256(secret)],
      ['HSM3', hsm3(secret)],
      ['SGD_SM3_HMAC', hsm3(secret)],
    ] as const) {
      const text = await forged({ ...HEADER, alg }, CLAIMS, by);
      expect(await judged(text)).toEqual(INVALID('token-algorithm-refused'));
    }
    // An issuer that has both: the key's name leads to the SM2 key, which is none for codes.
    const both = await forged({ ...HEADER, alg: 'SGD_SM3_HMAC' }, CLAIMS, hsm3(secret));
    expect(await judged(both, issuers({ algorithms: ['SM2-SM3', 'HMAC-SM3'] }))).toEqual(UNKNOWN('token-key-unknown'));
    // Under the right name it is no signature.
    expect(await judged(await forged(HEADER, CLAIMS, hsm3(secret)))).toEqual(INVALID('signature-invalid'));
  });

  it.each(['sgd_sm3_sm2', 'SM2', 'SM2SM3', 'GmSM2', 'SM2-SM3', 'SGD_SM3_SM2 ', 'ES256K', 'constructor', '__proto__'])(
    'alg %j over a genuine SM2 signature',
    async (alg) => {
      expect(await judged(await tokenOf({}, { alg }))).toEqual(INVALID('token-algorithm-refused'));
    },
  );

  it('RS256 for PS256, and the reverse, with one RSA key', async () => {
    const { rs256, ps256, jwk } = await rsa();
    const keys = fixedKeys([jwk]);
    const [pkcs1, pss] = [
      { ...HEADER, alg: 'RS256' },
      { ...HEADER, alg: 'PS256' },
    ];
    const onlyPss = issuers({ keys, algorithms: ['RSA-PSS-SHA256'] });
    const onlyPkcs1 = issuers({ keys, algorithms: ['RSA-PKCS1-SHA256'] });
    expect((await judged(await forged(pss, CLAIMS, ps256), onlyPss)).verdict).toBe('valid');
    expect((await judged(await forged(pkcs1, CLAIMS, rs256), onlyPkcs1)).verdict).toBe('valid');
    expect(await judged(await forged(pkcs1, CLAIMS, rs256), onlyPss)).toEqual(INVALID('token-algorithm-refused'));
    expect(await judged(await forged(pss, CLAIMS, ps256), onlyPkcs1)).toEqual(INVALID('token-algorithm-refused'));
    // Under the other name it is no signature, where both names are known.
    const both = issuers({ keys, algorithms: ['RSA-PSS-SHA256', 'RSA-PKCS1-SHA256'] });
    expect(await judged(await forged(pss, CLAIMS, rs256), both)).toEqual(INVALID('signature-invalid'));
    expect(await judged(await forged(pkcs1, CLAIMS, ps256), both)).toEqual(INVALID('signature-invalid'));
    // A key that says what it is for is for nothing else.
    const bound = issuers({ keys: fixedKeys([{ ...jwk, alg: 'PS256' }]), algorithms: ['RSA-PKCS1-SHA256'] });
    expect(await judged(await forged(pkcs1, CLAIMS, rs256), bound)).toEqual(UNKNOWN('token-key-unknown'));
  });

  it('an ES256 key for SM2, and the reverse', async () => {
    const p256 = await es256();
    const es = { ...HEADER, alg: 'ES256' };
    const algorithms = ['SM2-SM3', 'ECDSA-P256-SHA256'] as const;
    const [p256Keys, sm2Keys] = [fixedKeys([p256.jwk]), profile.keys];
    expect((await judged(await forged(es, CLAIMS, p256.signer), issuers({ keys: p256Keys, algorithms }))).verdict).toBe(
      'valid',
    );
    expect(await judged(await forged(HEADER, CLAIMS, p256.signer), issuers({ keys: p256Keys, algorithms }))).toEqual(
      UNKNOWN('token-key-unknown'),
    );
    expect(await judged(await forged(es, CLAIMS), issuers({ keys: sm2Keys, algorithms }))).toEqual(
      UNKNOWN('token-key-unknown'),
    );
    expect(await judged(await forged(es, CLAIMS, p256.signer))).toEqual(INVALID('token-algorithm-refused'));
  });

  it('a dialect is never found out by trying', async () => {
    for (const [name, dialect] of JOSE_DIALECTS)
      for (const alg of [...new Set([...JOSE_DIALECTS.values()].flatMap(({ sm2Names }) => sm2Names))]) {
        const answer = await judged(await tokenOf({}, { alg }), issuers({ dialect }));
        if (name === 'gmt-0125' && alg === 'SGD_SM3_SM2') expect(answer.verdict).toBe('valid');
        else
          expect(answer).toEqual(
            INVALID(dialect.sm2Names.includes(alg) ? 'signature-invalid' : 'token-algorithm-refused'),
          );
      }
  });

  it('DER where raw r‖s is meant, halves of it, and a signature of zeros', async () => {
    const message = new TextEncoder().encode(`${part(HEADER)}.${part(CLAIMS)}`);
    const genuine = await signer.sign(message);
    const der = Uint8Array.of(0x30, 68, 2, 32, ...genuine.slice(0, 32), 2, 32, ...genuine.slice(32));
    for (const signature of [
      der,
      genuine.slice(0, 63),
      genuine.slice(0, 32),
      Uint8Array.of(...genuine, 0),
      Uint8Array.of(0, ...genuine),
      new Uint8Array(64),
      new Uint8Array(64).fill(0xff),
    ])
      expect(await judged(await forged(HEADER, CLAIMS, { sign: () => signature }))).toEqual(
        INVALID('signature-invalid'),
      );
  });
});

describe('a token brings no key of its own', () => {
  it.each([
    ['jwk', attackerJwk],
    ['jku', 'https://evil.example/jwks.json'],
    ['x5u', 'https://evil.example/cert.pem'],
    ['x5c', ['MIIB']],
    ['crit', ['exp']],
    ['crit', ['b64']],
    ['crit', ['https://evil.example/x']],
    ['crit', []],
    ['b64', false],
    ['b64', true],
  ])('%s in the header', async (name, value) => {
    const more = name === 'crit' && Array.isArray(value) && value[0] === 'b64' ? { b64: false } : {};
    expect(await refusal(forged({ ...HEADER, ...more, [name]: value }, CLAIMS, attacker))).toBe('jwt-malformed');
    expect(await refusal(tokenOf({}, { ...more, [name]: value }))).toBe('jwt-malformed');
  });

  it('a key of the attacker under the issuer’s kid', async () => {
    expect(await judged(await forged(HEADER, CLAIMS, attacker))).toEqual(INVALID('signature-invalid'));
    expect(await judged(await forged({ ...HEADER, kid: undefined }, CLAIMS, attacker))).toEqual(
      INVALID('signature-invalid'),
    );
  });

  it.each([
    '../../../../dev/null',
    '/dev/null',
    '..\\..\\windows\\win.ini',
    'file:///etc/passwd',
    "' UNION SELECT 'key",
    '; id |',
    '__proto__',
    'constructor',
    'toString',
    `${KID} `,
    KID.toUpperCase() === KID ? `${KID}/` : KID.toUpperCase(),
  ])('kid %j is a name and nothing else', async (kid) => {
    for (const by of [signer, attacker, hsm3(new Uint8Array(0))])
      expect(await judged(await forged({ ...HEADER, kid }, CLAIMS, by))).toEqual(UNKNOWN('token-key-unknown'));
  });

  it.each([
    ['a very long kid', 'x'.repeat(257)],
    ['an empty kid', ''],
    ['a kid with U+0000', `${KID}\0`],
    ['a kid with a line feed', `${KID}\n`],
    ['a kid that is no text', 1],
    ['a kid that is null', null],
    ['a kid that is an array', [KID]],
  ])('%s', async (_what, kid) => {
    expect(await refusal(tokenOf({}, { kid }))).toBe('jwt-malformed');
  });
});

describe('one token, one reading', () => {
  const alg = '"alg":"SGD_SM3_SM2"';
  it.each([
    ['alg twice in the header', `{"typ":"at+jwt","kid":"${KID}","alg":"none",${alg}}`],
    ['alg twice, once escaped', `{"typ":"at+jwt","kid":"${KID}","\\u0061lg":"none",${alg}}`],
    ['kid twice', `{"typ":"at+jwt","kid":"x","kid":"${KID}",${alg}}`],
    ['typ twice, once escaped', `{"typ":"at+jwt","t\\u0079p":"JWT","kid":"${KID}",${alg}}`],
    ['jwk spelt with an escape', `{"typ":"at+jwt","\\u006awk":{},"kid":"${KID}",${alg}}`],
    ['a header that is an array', `[{"typ":"at+jwt",${alg}}]`],
    ['a header of nothing', '{}'],
    ['a header that is null', 'null'],
    ['a header in UTF-8 with a byte order mark', `\ufeff{"typ":"at+jwt","kid":"${KID}",${alg}}`],
  ])('%s', async (_what, header) => {
    expect(await refusal(forged(header, CLAIMS))).toBe('jwt-malformed');
  });

  const body = JSON.stringify(CLAIMS).slice(1, -1);
  it.each([
    ['sub twice', `{${body},"sub":"admin"}`],
    ['sub twice, once escaped', `{${body},"\\u0073ub":"admin"}`],
    ['exp twice', `{${body},"exp":${NOW + 1e6}}`],
    ['aud twice, escaped in capital hexadecimal', `{${body},"a\\u0075\\u0064":"x"}`],
    ['a member twice inside another', `{${body},"act":{"sub":"a","sub":"b"}}`],
    ['claims that are an array', `[{${body}}]`],
    ['claims that are a text', JSON.stringify(body)],
    ['claims that are null', 'null'],
    ['a comma at the end', `{${body},}`],
    ['exp of 1e309', `{${body.replace(/"exp":\d+/, '"exp":1e309')}}`],
    ['exp of -1e309', `{${body.replace(/"exp":\d+/, '"exp":-1e309')}}`],
    ['exp of NaN', `{${body.replace(/"exp":\d+/, '"exp":NaN')}}`],
    ['exp of Infinity', `{${body.replace(/"exp":\d+/, '"exp":Infinity')}}`],
    ['exp in hexadecimal', `{${body.replace(/"exp":\d+/, '"exp":0xffffffff')}}`],
    ['U+0000 behind the claims', `{${body}}\0`],
  ])('claims: %s', async (_what, payload) => {
    expect(await refusal(forged(HEADER, payload))).toBe('jwt-malformed');
  });

  it('claims that are not UTF-8', async () => {
    const payload = Buffer.from(JSON.stringify({ ...CLAIMS, sub: 'ÿ' }), 'latin1').toString('base64url');
    const input = `${part(HEADER)}.${payload}`;
    const signature = Buffer.from(await signer.sign(new TextEncoder().encode(input))).toString('base64url');
    expect(await refusal(`${input}.${signature}`)).toBe('jwt-malformed');
  });

  it.each([
    ['padding', (text: string) => `${text}=`],
    ['padding before a dot', (text: string) => text.replace('.', '=.')],
    ['the alphabet of base64', (text: string) => text.replaceAll('-', '+').replaceAll('_', '/').replace(/$/, '+A')],
    ['bits set past the end', (text: string) => text.slice(0, -1) + nextOf(text.at(-1)!)],
    ['a space in front', (text: string) => ` ${text}`],
    ['a line feed behind', (text: string) => `${text}\n`],
    ['a carriage return inside', (text: string) => text.replace('.', '\r.')],
    ['U+0000 behind', (text: string) => `${text}\0`],
    ['a dot behind', (text: string) => `${text}.`],
    ['a dot in front', (text: string) => `.${text}`],
    ['a fourth part', (text: string) => `${text}.AAAA`],
    ['five parts, as of an encrypted token', (text: string) => `${text}.AAAA.AAAA`],
    ['two parts', (text: string) => text.slice(0, text.lastIndexOf('.'))],
    ['one part', (text: string) => text.slice(0, text.indexOf('.'))],
    ['no header', (text: string) => text.slice(text.indexOf('.'))],
    ['no payload (detached)', (text: string) => text.replace(/\..*\./, '..')],
    ['no signature', (text: string) => text.slice(0, text.lastIndexOf('.') + 1)],
    ['nothing', () => ''],
    ['dots', () => '..'],
    ['the JSON serialization', (text: string) => JSON.stringify({ payload: text.split('.')[1] })],
    ['Bearer in front', (text: string) => `Bearer ${text}`],
    ['full-width letters', (text: string) => text.replace('e', 'ｅ')],
  ])('%s', async (_what, spoil) => {
    const text = await tokenOf();
    const spoilt = spoil(text);
    expect(spoilt).not.toBe(text);
    expect(await refusal(spoilt)).toBe('jwt-malformed');
  });

  it('a token inside a token', async () => {
    const inner = await tokenOf();
    for (const header of [{ ...HEADER, cty: 'JWT' }, { ...HEADER, cty: 'jwt' }, HEADER])
      for (const payload of [inner, JSON.stringify(inner)])
        expect(await refusal(forged(header, payload))).toBe('jwt-malformed');
    // Nor does anything else say that it holds one.
    for (const cty of ['JWT', 'application/jwt', 'at+jwt', ''])
      expect(await judged(await tokenOf({}, { cty }))).toEqual(INVALID('token-type-mismatch'));
  });
});

/** A letter that differs in the last bit alone: 64 octets leave four bits over. */
const nextOf = (letter: string): string => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return alphabet[alphabet.indexOf(letter) ^ 1]!;
};

describe('a token of another kind', () => {
  it.each([
    ['an ID token', 'JWT', { nonce: 'n', azp: 'app', auth_time: NOW }],
    ['an ID token without typ', undefined, { nonce: 'n' }],
    ['a logout token', 'logout+jwt', { events: { 'http://schemas.openid.net/event/backchannel-logout': {} } }],
    ['a proof of possession', 'dpop+jwt', { htm: 'GET', htu: AUDIENCE }],
    ['a client assertion', 'client-authentication+jwt', { sub: 'app' }],
    ['a status list', 'statuslist+jwt', { status_list: {} }],
    ['an introspection answer', 'token-introspection+jwt', { token_introspection: {} }],
    ['a secevent', 'secevent+jwt', { events: {} }],
  ])('%s is no access token', async (_what, typ, claims) => {
    expect(await judged(await tokenOf(claims, { typ }))).toEqual(INVALID('token-type-mismatch'));
  });

  it('an access token is no logout token and no ID token', async () => {
    for (const typ of ['logout+jwt', 'JWT', 'dpop+jwt'])
      expect(await judged(await tokenOf(), { typ })).toEqual(INVALID('token-type-mismatch'));
  });
});

describe('an issuer is its exact name', () => {
  it.each([
    `${ISSUER}/`,
    ISSUER.toUpperCase(),
    ISSUER.replace('id', 'ID'),
    ISSUER.replace('https', 'http'),
    `${ISSUER}:443`,
    `${ISSUER}.`,
    `${ISSUER}?`,
    `${ISSUER}#`,
    `${ISSUER}.evil.example`,
    ISSUER.replace('example', 'ex%61mple'),
    ISSUER.replace('id.', 'user@id.'),
    ISSUER.replace('example', 'exаmple'),
    ISSUER.slice(0, -1),
    ` ${ISSUER}`,
    'constructor',
  ])('%j is another one', async (iss) => {
    expect(await judged(await tokenOf({ iss }))).toEqual(UNKNOWN('token-issuer-unknown'));
  });

  it.each([`${ISSUER}\0`, `${ISSUER}\n`, '', [ISSUER], { iss: ISSUER }, null, 1, true, '\ud800'])(
    '%j is none',
    async (iss) => {
      expect(await judged(await tokenOf({ iss }))).toEqual(INVALID('token-claim-malformed', 'token-issuer-unknown'));
    },
  );

  it('a missing one', async () => {
    expect(await judged(await tokenOf({ iss: undefined }))).toEqual(
      INVALID('token-claim-missing', 'token-issuer-unknown'),
    );
  });

  it('a key of one issuer signs for no other (mix-up)', async () => {
    const city = 'https://city.example.gov.cn';
    const asked: string[] = [];
    const watched = (name: string, jwks: readonly Jwk[]): KeySource => {
      const keys = fixedKeys(jwks);
      return {
        find: async (wanted) => {
          asked.push(name);
          return keys.find(wanted);
        },
      };
    };
    const policy = {
      issuers: [
        { issuer: ISSUER, keys: watched('province', [publicJwk(signer.publicKey, { kid: KID })]) },
        { issuer: city, keys: watched('city', [publicJwk(attacker.publicKey, { kid: 'city-1' })]) },
      ],
    };
    const genuine = { ...HEADER, kid: 'city-1' };
    expect((await judged(await forged(genuine, { ...CLAIMS, iss: city }, attacker), policy)).verdict).toBe('valid');
    expect(await judged(await forged(genuine, CLAIMS, attacker), policy)).toEqual(UNKNOWN('token-key-unknown'));
    expect(await judged(await forged(HEADER, { ...CLAIMS, iss: city }), policy)).toEqual(UNKNOWN('token-key-unknown'));
    // The same kid at both.
    const same = { issuers: [policy.issuers[0]!, { issuer: city, keys: fixedKeys([attackerJwk]) }] };
    expect(await judged(await forged(HEADER, CLAIMS, attacker), same)).toEqual(INVALID('signature-invalid'));
    expect(asked).toEqual(['city', 'province', 'city', 'province']);
  });
});

describe('the audience', () => {
  it.each([[AUDIENCE], [[AUDIENCE]], [['https://other.example', AUDIENCE]]])('%j is us', async (aud) => {
    expect((await judged(await tokenOf({ aud }))).verdict).toBe('valid');
  });

  it.each([
    `${AUDIENCE}/`,
    AUDIENCE.toUpperCase(),
    AUDIENCE.slice(0, -1),
    `${AUDIENCE} https://other.example`,
    `${AUDIENCE},https://other.example`,
    '*',
    'https://*.example.gov.cn',
    ['https://other.example'],
    [`${AUDIENCE}/`, AUDIENCE.toUpperCase()],
  ])('%j is somebody else', async (aud) => {
    expect(await judged(await tokenOf({ aud }))).toEqual(INVALID('token-audience-mismatch'));
  });

  it.each([
    [''],
    [[]],
    [[[AUDIENCE]]],
    [[AUDIENCE, '']],
    [[AUDIENCE, 1]],
    [[AUDIENCE, null]],
    [{ 0: AUDIENCE, length: 1 }],
    [null],
    [true],
    [0],
    [`${AUDIENCE}\0`],
    [Array.from({ length: 17 }, () => AUDIENCE)],
  ])('%j is no audience', async (aud) => {
    expect(await judged(await tokenOf({ aud }))).toEqual(INVALID('token-claim-malformed'));
  });

  it('a missing one', async () => {
    expect(await judged(await tokenOf({ aud: undefined }))).toEqual(INVALID('token-claim-missing'));
  });
});

describe('claims that look inherited', () => {
  it('demanded claims must be the token’s own', async () => {
    for (const demandedClaims of [['constructor'], ['__proto__'], ['toString']])
      expect(await judged(await tokenOf(), { demandedClaims })).toEqual(INVALID('token-claim-missing'));
  });

  it('__proto__ in the claims gives nothing', async () => {
    const { iss, exp, aud, ...rest } = CLAIMS;
    const payload = `{"__proto__":${JSON.stringify({ iss, exp, aud })},${JSON.stringify(rest).slice(1)}`;
    expect((await judged(await forged(HEADER, payload))).codes).toEqual([
      'token-claim-missing',
      'token-claim-missing',
      'token-claim-missing',
      'token-issuer-unknown',
    ]);
  });
});

describe('one of many', () => {
  let text: string;
  beforeAll(async () => {
    text = await tokenOf();
  });

  it('a signature of another token of the same key', async () => {
    const other = await tokenOf({ sub: 'admin' });
    const [header, payload] = other.split('.');
    expect(await judged(`${header}.${payload}.${text.split('.')[2]}`)).toEqual(INVALID('signature-invalid'));
  });

  it('a token without exp is good for nothing', async () => {
    expect(await judged(await tokenOf({ exp: undefined }))).toEqual(INVALID('token-claim-missing'));
  });

  it('no finding repeats what a token says', async () => {
    const secret = 'S3CRET-110101199003071234';
    const bad = await tokenOf(
      { sub: `${secret}\n`, aud: secret, jti: [secret], x: secret, exp: secret },
      { typ: secret },
    );
    const { report } = await import('@gov/token/jwt').then(({ verifyJwt }) =>
      verifyJwt(bad, { typ: 'at+jwt', ...issuers({}), audience: AUDIENCE, at: new Date(NOW * 1000) }),
    );
    expect(report.verdict).toBe('invalid');
    expect(JSON.stringify(report)).not.toContain(secret);
  });
});
