import { CHALLENGE_LIMITS, readChallenge, type StepUpDemand, stepUpChallenge } from '@gov/identity/step-up';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cpuTime } from '../../../test/cpu-time.js';
import { accessToken, server } from './server-world.js';

const read = (header: string | undefined, status = 401, more: Record<string, string> = {}) =>
  readChallenge({
    status,
    headers: new Headers(header === undefined ? more : { 'www-authenticate': header, ...more }),
  });

const none = { acrValues: [], scope: [] };

describe('a challenge', () => {
  it('is read as it was written', () => {
    const word = fc.stringMatching(/^[\x21\x23-\x5b\x5d-\x7e]{1,30}$/);
    fc.assert(
      fc.property(
        fc.constantFrom('Bearer' as const, 'DPoP' as const),
        fc.array(word, { minLength: 1, maxLength: 8 }),
        fc.option(fc.nat({ max: 999_999_999 }), { nil: undefined }),
        (scheme, acrValues, maxAgeSeconds) => {
          const demand = { scheme, acrValues, ...(maxAgeSeconds === undefined ? {} : { maxAgeSeconds }) };
          expect(read(stepUpChallenge(demand))).toEqual({
            ...demand,
            error: 'insufficient_user_authentication',
            scope: [],
          });
        },
      ),
    );
  });

  it.each<[string, StepUpDemand]>([
    ['nothing', { scheme: 'Bearer' }],
    ['a quotation mark', { scheme: 'Bearer', acrValues: ['a"b'] }],
    ['a line feed', { scheme: 'Bearer', acrValues: ['a\r\nset-cookie: x'] }],
    ['an empty acr', { scheme: 'Bearer', acrValues: [''] }],
    ['two in one', { scheme: 'Bearer', acrValues: ['a b'] }],
    ['too many', { scheme: 'Bearer', acrValues: Array(CHALLENGE_LIMITS.values + 1).fill('a') }],
    ['an age below 0', { scheme: 'Bearer', maxAgeSeconds: -1 }],
    ['a broken age', { scheme: 'Bearer', maxAgeSeconds: 0.5 }],
  ])('with %s is none', (_, demand) => {
    expect(() => stepUpChallenge(demand)).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
  });

  it('is what a protected server sends', async () => {
    const response = await server({ minAssurance: 4, maxAuthAgeSeconds: 30 }).ask({
      authorization: `Bearer ${await accessToken()}`,
    });
    expect(readChallenge(response)).toEqual({
      scheme: 'Bearer',
      error: 'insufficient_user_authentication',
      acrValues: ['urn:gov:assurance:4'],
      maxAgeSeconds: 30,
      scope: [],
    });
    expect(readChallenge(await server().ask({}))).toEqual({ scheme: 'DPoP', ...none });
    expect(
      readChallenge(await server({ scope: ['x'] }).ask({ authorization: `Bearer ${await accessToken()}` })),
    ).toEqual({
      scheme: 'Bearer',
      error: 'insufficient_scope',
      acrValues: [],
      scope: ['x'],
    });
  });
});

describe('read from a header', () => {
  it.each([
    // RFC 9470 3
    [
      'Bearer error="insufficient_user_authentication", error_description="A different authentication level is required", acr_values="myACR"',
      { scheme: 'Bearer', error: 'insufficient_user_authentication', acrValues: ['myACR'], scope: [] },
    ],
    ['Bearer', { scheme: 'Bearer', ...none }],
    ['bearer ERROR=invalid_token', { scheme: 'Bearer', error: 'invalid_token', ...none }],
    ['Negotiate abc==, Bearer error="x"', { scheme: 'Bearer', error: 'x', ...none }],
    ['Basic realm="a, Bearer error=\\"no\\"", dpop algs="ES256"', { scheme: 'DPoP', ...none }],
    [' , ,DPoP algs="a" ,, Bearer error = "y"', { scheme: 'Bearer', error: 'y', ...none }],
    ['Bearer max_age="0"', { scheme: 'Bearer', maxAgeSeconds: 0, ...none }],
  ])('%s', (header, expected) => {
    expect(read(header)).toEqual(expected);
  });

  it.each([
    undefined,
    '',
    'Basic realm="x"',
    'Bearer error="x', // not closed
    'Bearer error=,scope=a',
    'Bearer error="a" scope="b"',
    'Bearer error="a", error="b"',
    'error="a"',
    'Bearer Basic realm="x"',
    'Bearer acr_values="a  b"',
    'Bearer acr_values="a\u00e9"',
    'Bearer max_age="-1"',
    'Bearer max_age="1e3"',
    'Bearer max_age="9999999999"',
    `Bearer acr_values="${Array(65).fill('a').join(' ')}"`,
    `Bearer scope="${'a'.repeat(201)}"`,
    `Bearer ${Array.from({ length: 33 }, (_, i) => `p${i}=1`).join(', ')}`,
    Array(17).fill('Bearer').join(', '),
    `Bearer error="${'a'.repeat(8192)}"`,
  ])('nothing that can be relied on: %j', (header) => {
    expect(read(header)).toBeUndefined();
  });

  it.each([200, 302, 404, 407, 500, 503])('nothing at status %d', (status) => {
    expect(read('Bearer error="invalid_token"', status)).toBeUndefined();
    expect(read('Bearer error="invalid_token"', 403)).toBeDefined();
  });

  it('with the nonce beside it, if it is one', () => {
    const header = 'DPoP error="use_dpop_nonce"';
    expect(read(header, 401, { 'dpop-nonce': 'abc' })).toMatchObject({ error: 'use_dpop_nonce', nonce: 'abc' });
    for (const nonce of ['a"b', 'a b', 'a'.repeat(513)])
      expect(read(header, 401, { 'dpop-nonce': nonce })).not.toHaveProperty('nonce');
  });

  it('of any text: never a throw, never slow', () => {
    const piece = fc.constantFrom(
      'Bearer',
      'DPoP',
      ' ',
      ',',
      '=',
      '"',
      '\\',
      'error',
      'a',
      '  ',
      '\t',
      ', ',
      '="',
      '==',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        read(pieces.join('').trim());
      }),
      { numRuns: process.env.SLOW ? 50_000 : 2000 },
    );
    const start = cpuTime();
    for (const text of [
      `Bearer a="${'\\"'.repeat(4000)}`,
      `${', '.repeat(4000)}"`,
      'a='.repeat(4000),
      `Bearer${' '.repeat(8000)}"`,
    ])
      read(text);
    expect(cpuTime() - start).toBeLessThan(1000);
  });
});
