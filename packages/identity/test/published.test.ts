/** What docs/formats says of identity is what the package says, and its vectors verify. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  accessTokenJsonSchema,
  idTokenJsonSchema,
  mandateJsonSchema,
  pairwiseSubject,
  readMandate,
  subjectJsonSchema,
  verifyAccessToken,
  verifyIdToken,
  verifyMandate,
} from '@gov/identity';
import { hexToBytes } from '@gov/sm';
import { readJwk } from '@gov/token/jwk';
import { fixedKeys } from '@gov/token/key-source';
import { describe, expect, it } from 'vitest';

const FORMATS = join(import.meta.dirname, '../../../docs/formats');
const published = (name: string) => JSON.parse(readFileSync(join(FORMATS, name), 'utf8'));

it.each([
  ['access-token', accessTokenJsonSchema],
  ['id-token', idTokenJsonSchema],
  ['mandate', mandateJsonSchema],
  ['subject', subjectJsonSchema],
])('the JSON Schema of %s', (name, schema) => {
  expect(published(`${name}.schema.json`)).toEqual(JSON.parse(JSON.stringify(schema())));
});

describe('the vectors', () => {
  const {
    at: time,
    issuer,
    audience,
    jwk,
    pairwise,
    accessTokens,
    idToken,
    mandate,
  } = published('identity-vectors.json');
  const at = new Date(time);
  const issuers = [{ issuer, keys: fixedKeys([readJwk(jwk)]) }];

  it('of pairwise subjects', () => {
    expect(pairwise.vectors.length).toBeGreaterThan(5);
    for (const { sector, subject, sub } of pairwise.vectors)
      expect(pairwiseSubject(hexToBytes(pairwise.key), sector, subject)).toBe(sub);
  });

  it('of access tokens', async () => {
    expect(accessTokens.length).toBeGreaterThan(6);
    for (const { name, verdict, codes, token } of accessTokens) {
      const { report } = await verifyAccessToken(token, { issuers, audience, at });
      const against = report.findings.filter(({ outcome }) => outcome === 'fail' || outcome === 'unknown');
      expect([report.verdict, against.map(({ code }) => code)], name).toEqual([verdict, codes]);
    }
  });

  it('of an ID token and a mandate', async () => {
    const { token, ...asked } = idToken;
    expect((await verifyIdToken(token, { ...asked, issuers, at })).report.verdict).toBe('valid');
    const question = { scope: ['license.apply'], agent: 'u-1001', audience: issuer };
    const verified = await verifyMandate(mandate.token, { ...question, issuers, at });
    expect(verified.mandate).toEqual(readMandate(mandate.content));
  });
});
