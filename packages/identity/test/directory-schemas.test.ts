/** What the directory reads, and what it refuses. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Application,
  applicationJsonSchema,
  DIRECTORY_LIMITS,
  isRedirectUri,
  organizationJsonSchema,
  readApplication,
  readOrganization,
  readScope,
  readStaff,
  scopeJsonSchema,
  staffIdentityDigest,
  staffJsonSchema,
} from '@gov/identity/directory';
import { generateSm2Key, sm2Signer } from '@gov/sm';
import { publicJwk } from '@gov/token/jwk';
import { GovError, isGovError } from '@gov/verdict';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { application, code, jwks, native, organization, scope, staff } from './directory-world.js';

/** `path: code` of each issue. */
function issuesOf(read: () => unknown): string[] {
  try {
    read();
  } catch (error) {
    if (!isGovError(error)) throw error;
    expect(error.code).toBe('input-malformed');
    expect(error.issues?.every(({ message, messageZh }) => message !== '' && /\p{Script=Han}/u.test(messageZh))).toBe(
      true,
    );
    return (error.issues ?? []).map((one) => `${one.path.join('.')}: ${one.code}`);
  }
  return [];
}

const FORMATS = join(import.meta.dirname, '../../../docs/formats');

it.each([
  ['application', applicationJsonSchema],
  ['organization', organizationJsonSchema],
  ['scope', scopeJsonSchema],
  ['staff', staffJsonSchema],
])('the published JSON Schema of %s is the one in use', (name, schema) => {
  const text = readFileSync(join(FORMATS, `directory-${name}.schema.json`), 'utf8');
  expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(schema())));
});

describe('an application', () => {
  it('is read as it was written, in its own order', () => {
    for (const one of [application(), native(), native({ redirectUris: ['http://[::1]:1/x', 'https://a.gov.cn/'] })])
      expect(readApplication(one)).toEqual(one);
  });

  it.each<[string, unknown, string]>([
    ['nothing', undefined, ': missing'],
    ['a list', [], ': wrong-type'],
    ['a member more', { ...application(), clientSecret: 'x' }, 'clientSecret: unknown-field'],
    ['an empty client_id', application({ clientId: '' }), 'clientId: form'],
    ['a space in client_id', application({ clientId: 'a b' }), 'clientId: form'],
    ['a long client_id', application({ clientId: 'a'.repeat(DIRECTORY_LIMITS.id + 1) }), 'clientId: form'],
    ['a name with a direction', application({ name: { zh: 'a\u202eb' } }), 'name.zh: text-form'],
    ['a long name', application({ name: { zh: '名'.repeat(201) } }), 'name.zh: too-large'],
    ['an owner of no code', application({ owner: '11100000000013338X' }), 'owner: credit-code-check'],
    ['a secret', application({ authentication: 'client_secret_basic' as 'none' }), 'authentication: not-allowed'],
    ['the password grant', application({ grantTypes: ['password' as 'refresh_token'] }), 'grantTypes.0: not-allowed'],
    ['the implicit grant', application({ grantTypes: ['implicit' as 'refresh_token'] }), 'grantTypes.0: not-allowed'],
    ['no grant', application({ grantTypes: [] }), 'grantTypes: too-small'],
    [
      'a refresh token of nobody',
      application({ grantTypes: ['refresh_token'], redirectUris: [] }),
      'grantTypes: not-allowed',
    ],
    ['no redirect URI', application({ redirectUris: [] }), 'redirectUris: missing'],
    ['a redirect URI without need', application({ grantTypes: ['client_credentials'] }), 'redirectUris: not-allowed'],
    ['a service that logs people in', application({ type: 'service' }), 'grantTypes: not-allowed'],
    ['a scope twice', application({ scopes: ['a', 'a'] }), 'scopes: duplicate'],
    ['a scope of two words', application({ scopes: ['a b'] }), 'scopes.0: form'],
    ['too many scopes', application({ scopes: Array.from({ length: 65 }, (_, i) => `s${i}`) }), 'scopes: too-large'],
    ['an audience without TLS', application({ audiences: ['http://api.gov.cn/'] }), 'audiences.0: uri-form'],
    ['level 0', application({ minimumLevel: 0 }), 'minimumLevel: too-small'],
    ['half a level', application({ minimumLevel: 1.5 }), 'minimumLevel: wrong-type'],
    ['a sector with a path', application({ sector: 'a.gov.cn/x' }), 'sector: form'],
    [
      'a logout to itself',
      application({ backChannelLogoutUri: 'http://127.0.0.1/' }),
      'backChannelLogoutUri: uri-form',
    ],
    ['keys here and there', application({ jwksUri: 'https://a.gov.cn/jwks' }), 'jwksUri: not-allowed'],
    ['no key', { ...application(), jwks: undefined }, 'jwks: missing'],
    ['an empty set of keys', application({ jwks: { keys: [] } }), 'jwks.keys: too-small'],
    [
      'a key that is none',
      application({ jwks: { keys: [{ kty: 'EC', crv: 'SM2-P-256', x: 'AA', y: 'AA' }] } }),
      'jwks.keys: key-form',
    ],
    [
      'one key of two that is none',
      application({ jwks: { keys: [...jwks.keys, { kty: 'XX' } as never] } }),
      'jwks.keys: key-form',
    ],
    ['a shared secret', application({ jwks: { keys: [{ kty: 'oct', k: 'A'.repeat(43) }] } }), 'jwks.keys: key-'],
    [
      'a private key',
      application({ jwks: { keys: [{ ...jwks.keys[0]!, d: 'A'.repeat(43) } as never] } }),
      'jwks.keys: key-private',
    ],
    [
      'two keys of one kid',
      application({
        jwks: {
          keys: [jwks.keys[0]!, { ...publicJwk(sm2Signer(generateSm2Key()).publicKey, { kid: 'k1' }) } as never],
        },
      }),
      'jwks.keys: key-form',
    ],
    [
      'a public one that is no native one',
      application({ authentication: 'none', dpop: true }),
      'authentication: not-allowed',
    ],
    ['a public one with a key', native({ jwks }), 'jwks: not-allowed'],
    ['a public one with keys elsewhere', native({ jwksUri: 'https://a.gov.cn/j' }), 'jwksUri: not-allowed'],
    ['a public one without DPoP', native({ dpop: false }), 'dpop: not-allowed'],
    [
      'a public one on its own account',
      native({ grantTypes: ['authorization_code', 'client_credentials'] }),
      'grantTypes: not-allowed',
    ],
    [
      'a public one that exchanges',
      native({ grantTypes: ['authorization_code', 'urn:ietf:params:oauth:grant-type:token-exchange'] }),
      'grantTypes: not-allowed',
    ],
  ])('with %s is refused', (_, value, expected) => {
    expect(issuesOf(() => readApplication(value)).some((one) => one.startsWith(expected))).toBe(true);
  });

  it('without a key is refused', () => {
    const { jwks: _, ...rest } = application();
    expect(issuesOf(() => readApplication(rest))).toEqual(['jwks: missing']);
  });

  const HOSTILE = [
    'http://portal.gov.cn/',
    'http://127.0.0.1/',
    'http://localhost/',
    'https://portal.gov.cn/#x',
    'https://portal.gov.cn/#',
    'https://*.gov.cn/',
    'https://portal.gov.cn/*',
    'https://user@portal.gov.cn/',
    'https://:pass@portal.gov.cn/',
    'https://PORTAL.gov.cn/',
    'https://portal.gov.cn',
    'https://portal.gov.cn:443/',
    'https://portal.gov.cn/a/../b',
    'https://portal.gov.cn/a/%2e%2e/b',
    'https:\\\\portal.gov.cn\\',
    ' https://portal.gov.cn/',
    'https://portal.gov.cn/\n',
    'https://门户.gov.cn/',
    'javascript:alert(1)',
    'data:text/html,x',
    'com.example.app:/back',
    '//portal.gov.cn/',
    '/back',
  ];
  it.each(HOSTILE)('of the web with the address %j is refused', (uri) => {
    expect(issuesOf(() => readApplication(application({ redirectUris: [uri] })))).toEqual(['redirectUris.0: uri-form']);
    expect(issuesOf(() => readApplication(application({ postLogoutRedirectUris: [uri] })))).toEqual([
      'postLogoutRedirectUris.0: uri-form',
    ]);
  });

  it.each(
    HOSTILE.filter((uri) => uri !== 'http://127.0.0.1/').concat(
      'http://127.0.0.2/',
      'http://127.1/',
      'http://0.0.0.0/',
    ),
  )('of a device with the address %j is refused', (uri) => {
    expect(issuesOf(() => readApplication(native({ redirectUris: [uri] })))).toEqual(['redirectUris.0: uri-form']);
  });

  it('takes as many addresses as the limit, and no longer ones', () => {
    const uris = (count: number) => Array.from({ length: count }, (_, i) => `https://a.gov.cn/${i}`);
    expect(issuesOf(() => readApplication(application({ redirectUris: uris(20) })))).toEqual([]);
    expect(issuesOf(() => readApplication(application({ redirectUris: uris(21) })))).toEqual([
      'redirectUris: too-large',
    ]);
    const long = (length: number) => `https://a.gov.cn/${'a'.repeat(length - 17)}`;
    expect(issuesOf(() => readApplication(application({ redirectUris: [long(2000)] })))).toEqual([]);
    expect(issuesOf(() => readApplication(application({ redirectUris: [long(2001)] })))).toEqual([
      'redirectUris.0: too-large',
    ]);
  });

  it('is sent answers where it said, to the letter', () => {
    const { redirectUris } = application();
    const web = { type: 'web', redirectUris } as const;
    expect(isRedirectUri(web, 'https://portal.example.gov.cn/back')).toBe(true);
    for (const uri of ['/', '/back/', '/back?x=1', '/Back', '/back#', ':444/back', '.evil.cn/back'])
      expect(isRedirectUri(web, `https://portal.example.gov.cn${uri}`), uri).toBe(false);
    const device: Pick<Application, 'type' | 'redirectUris'> = native();
    expect(isRedirectUri(device, 'http://127.0.0.1:51234/back')).toBe(true);
    expect(isRedirectUri(device, 'http://127.0.0.1/back')).toBe(true);
    for (const uri of [
      'http://127.0.0.1:51234/other',
      'http://127.0.0.1:51234/back?x',
      'http://[::1]:51234/back',
      'http://localhost:51234/back',
      'https://127.0.0.1:51234/back',
      'http://127.0.0.1:51234@evil.cn/back',
      'http://127.0.0.1.evil.cn/back',
      `http://127.0.0.1:4000/back${'?'.repeat(2000)}`,
    ])
      expect(isRedirectUri(device, uri), uri).toBe(false);
    expect(isRedirectUri({ ...device, type: 'web' }, 'http://127.0.0.1:51234/back')).toBe(false);
  });
});

describe('others', () => {
  it.each<[string, () => unknown, string]>([
    ['a scope with a quotation mark', () => readScope(scope('a"b')), 'name: form'],
    ['an empty scope', () => readScope(scope('')), 'name: form'],
    [
      'a scope that opens what there is not',
      () => readScope(scope('a', { claims: ['password' as 'name'] })),
      'claims.0: not-allowed',
    ],
    ['a scope that opens it twice', () => readScope(scope('a', { claims: ['name', 'name'] })), 'claims: duplicate'],
    ['a scope without a text', () => readScope({ ...scope('a'), text: {} }), 'text.zh: missing'],
    ['an organisation of no code', () => readOrganization(organization(1, { code: '1' })), 'code: credit-code-length'],
    [
      'an organisation nowhere',
      () => readOrganization(organization(1, { division: '370001' })),
      'division: division-code-level',
    ],
    [
      'an organisation of no kind',
      () => readOrganization(organization(1, { type: 'x' as 'other' })),
      'type: not-allowed',
    ],
    [
      'an organisation below itself',
      () => readOrganization(organization(1, { parent: code(1) })),
      'parent: not-allowed',
    ],
    [
      'staff with an ID number',
      () => readStaff({ ...staff(), idNumber: '11010519491231002X' }),
      'idNumber: unknown-field',
    ],
    ['staff that are one', () => readStaff(staff({ id: '11010519491231002X' })), 'id: personal-number'],
    ['staff named by one', () => readStaff(staff({ name: '李四11010519491231002X' })), 'name: personal-number'],
    ['staff without posts', () => readStaff(staff({ posts: [] })), 'posts: too-small'],
    [
      'staff with a digest that is a number',
      () => readStaff(staff({ identityDigest: '11010519491231002X' })),
      'identityDigest: form',
    ],
  ])('%s is refused', (_, read, expected) => {
    expect(issuesOf(read)).toContain(expected);
  });

  const post = { organization: code(1), title: '科长', main: true, from: '2020-01-01' };
  it.each<[string, object[], string[]]>([
    ['none the main one', [{ ...post, main: false }], ['posts.main: missing']],
    ['two main ones at a time', [post, { ...post, from: '2021-01-01' }], ['posts.main: duplicate']],
    [
      'two main ones on one day',
      [
        { ...post, to: '2021-01-01' },
        { ...post, from: '2021-01-01' },
      ],
      ['posts.main: duplicate'],
    ],
    [
      'one main one after the other',
      [
        { ...post, to: '2020-12-31' },
        { ...post, from: '2021-01-01' },
      ],
      [],
    ],
    ['one that ends before it begins', [{ ...post, to: '2019-12-31' }], ['posts.0.to: too-small']],
    ['a day that is none', [{ ...post, from: '2020-02-30' }], ['posts.0.from: form']],
  ])('posts with %s', (_, posts, expected) => {
    expect(issuesOf(() => readStaff({ ...staff(), posts }))).toEqual(expected);
  });

  it('as many posts as the limit', () => {
    const posts = (count: number) => Array.from({ length: count }, (_, i) => ({ ...post, main: i === 0 }));
    expect(issuesOf(() => readStaff(staff({ posts: posts(50) })))).toEqual([]);
    expect(issuesOf(() => readStaff(staff({ posts: posts(51) })))).toEqual(['posts: too-large']);
  });

  it('digests of documents are one for each key and document, and show nothing without the key', () => {
    const key = new Uint8Array(32).fill(7);
    const document = { type: '111', number: '11010519491231002X' };
    const digest = staffIdentityDigest(key, document);
    expect(readStaff(staff({ identityDigest: digest })).identityDigest).toBe(digest);
    expect(staffIdentityDigest(key, { ...document })).toBe(digest);
    expect(staffIdentityDigest(new Uint8Array(32).fill(8), document)).not.toBe(digest);
    expect(staffIdentityDigest(key, { type: '414', number: document.number })).not.toBe(digest);
    const refused = expect.objectContaining({ code: 'invalid-argument' });
    expect(() => staffIdentityDigest(new Uint8Array(31), document)).toThrow(refused);
    expect(() => staffIdentityDigest(key, { ...document, number: '110105194912310021' })).toThrow(refused);
  });

  it('whatever comes in, only GovError comes out', () => {
    const readers = [readApplication, readScope, readOrganization, readStaff];
    const bases = [application(), scope('a'), organization(1), staff()];
    const changed = fc
      .nat({ max: 3 })
      .chain((i) => fc.tuple(fc.constant(i), fc.constantFrom(...Object.keys(bases[i]!)), fc.anything({ maxDepth: 4 })));
    fc.assert(
      fc.property(changed, ([i, name, value]) => {
        for (const input of [{ ...bases[i], [name]: value }, value])
          try {
            readers[i]!(input);
          } catch (error) {
            if (!(error instanceof GovError)) throw error;
          }
      }),
      { numRuns: process.env.SLOW ? 20_000 : 1000 },
    );
  });
});
