/** Writes the JSON Schemas of identity and docs/formats/identity-vectors.json anew (npx tsx scripts/identity-vectors.ts): a new key, the same cases. */
import { writeFileSync } from 'node:fs';
import {
  type AccessGrant,
  accessTokenJsonSchema,
  idTokenJsonSchema,
  issueAccessToken,
  issueIdToken,
  issueMandate,
  mandateClaim,
  mandateJsonSchema,
  pairwiseSubject,
  subjectJsonSchema,
  verifyAccessToken,
} from '@gov/identity';
import { bytesToHex, generateSm2Key, sm2Signer } from '@gov/sm';
import type { JsonObject } from '@gov/token/json';
import { publicJwk } from '@gov/token/jwk';
import { signJwt } from '@gov/token/jwt';
import { fixedKeys } from '@gov/token/key-source';

const write = (name: string, value: unknown): void =>
  writeFileSync(`docs/formats/${name}`, `${JSON.stringify(value, null, 2)}\n`);

write('access-token.schema.json', accessTokenJsonSchema());
write('id-token.schema.json', idTokenJsonSchema());
write('mandate.schema.json', mandateJsonSchema());
write('subject.schema.json', subjectJsonSchema());

const at = new Date('2026-05-20T01:00:00Z');
const issuer = 'https://id.example.gov.cn';
const audience = 'https://api.example.gov.cn';
const signer = sm2Signer(generateSm2Key());
const jwk = publicJwk(signer.publicKey, { kid: '2026' });
const options = { issuer, signer, kid: '2026', at };

const pairwiseKey = Uint8Array.from({ length: 32 }, (_, index) => index);
const pairwise = [
  ['tax.example.gov.cn', 'u-1001'],
  ['tax.example.gov.cn', 'u-1002'],
  ['social.example.gov.cn', 'u-1001'],
  // The same texts one after the other, with the border moved.
  ['a', 'bc'],
  ['ab', 'c'],
  ['税务', '张三'],
].map(([sector = '', subject = '']) => ({ sector, subject, sub: pairwiseSubject(pairwiseKey, sector, subject) }));

const sub = (subject: string): string => pairwiseSubject(pairwiseKey, 'api.example.gov.cn', subject);
const person: AccessGrant = {
  subject: { kind: 'natural-person', sub: sub('u-1001') },
  clientId: 'city-portal',
  audience: [audience],
  scope: ['license.apply'],
  level: 3,
  authTime: new Date('2026-05-20T00:58:00Z'),
};
const mandate = await issueMandate(
  {
    principal: { kind: 'legal-person', id: 'o-7', name: '某某有限公司' },
    agent: { kind: 'natural-person', id: 'u-1001', name: '张三' },
    relation: 'agent',
    scope: ['license.apply', 'license.read'],
    from: '2026-05-01',
    to: '2026-05-31',
    purpose: '办理食品经营许可',
  },
  options,
);
const agent: AccessGrant = {
  ...person,
  subject: { kind: 'legal-person', sub: sub('o-7') },
  actor: { sub: sub('u-1001'), sub_kind: 'natural-person' },
  mandate: mandateClaim(mandate.mandate),
};
const plain = await issueAccessToken(person, options);
const acting = await issueAccessToken(agent, options);

/** What an issuer that errs would sign. */
const changed = (change: JsonObject, claims: JsonObject = acting.claims) =>
  signJwt({ ...claims, ...change }, { ...options, typ: 'at+jwt' });
const { mandate: _, ...withoutMandate } = acting.claims;
const cases: [string, string][] = [
  ['a person', plain.token],
  ['a person who acts for a company', acting.token],
  ['a scope beyond the mandate', await changed({ scope: 'license.apply seal.use' })],
  ['a person who acts without a mandate', await changed({}, withoutMandate)],
  ['an acr of nobody', await changed({ acr: 'urn:gov:assurance:9' })],
  ['bound to a certificate', await changed({ cnf: { 'x5t#S256': 'bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2' } })],
  [
    'bound to a key, shown as plain bearer',
    await changed({ cnf: { jkt: 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs' } }),
  ],
];
const issuers = [{ issuer, keys: fixedKeys([jwk]) }];
const accessTokens = await Promise.all(
  cases.map(async ([name, token]) => {
    const { report } = await verifyAccessToken(token, { issuers, audience, at });
    const against = report.findings.filter(({ outcome }) => outcome === 'fail' || outcome === 'unknown');
    return { name, verdict: report.verdict, codes: against.map(({ code }) => code), token };
  }),
);
const idToken = await issueIdToken(
  { ...person, authTime: at, nonce: 'n-0S6_WzA2Mj', accessToken: plain.token },
  options,
);

write('identity-vectors.json', {
  about: 'See identity-tokens.md. The key and every name are made up.',
  at: at.toISOString(),
  issuer,
  audience,
  jwk,
  pairwise: { key: bytesToHex(pairwiseKey), vectors: pairwise },
  accessTokens,
  idToken: { clientId: 'city-portal', nonce: 'n-0S6_WzA2Mj', accessToken: plain.token, token: idToken.token },
  mandate: { token: mandate.token, content: mandate.mandate },
});
for (const { name, verdict, codes } of accessTokens) console.log(`${name}: ${verdict} ${codes.join(' ')}`);
