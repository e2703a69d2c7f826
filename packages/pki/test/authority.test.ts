import { authorityFindings, certificateBody, readCertificate, sameBody, USE_OIDS } from '@gov/pki';
import { describe, expect, it } from 'vitest';
import { build, extendedKeyUsage } from './builder.js';
import { changed, RIGHT } from './wrong.js';

const CODE = '11100000000013338W';
const OTHER = '91350211M000100Y43';
const bodyOf = async (subject: string) =>
  certificateBody(readCertificate(await build(changed(RIGHT.leaf, { subject }))));

describe('certificateBody', () => {
  it.each<[string, string, ReturnType<typeof certificateBody>]>([
    [
      'the code in organizationIdentifier',
      `CN=x,O=某局,organizationIdentifier=${CODE}`,
      { creditCode: CODE, name: '某局' },
    ],
    ['the code in front of the name', `CN=x,O=${CODE}某局`, { creditCode: CODE, name: '某局' }],
    ['the code and a blank in front of the name', `CN=x,O=${CODE} 某局`, { creditCode: CODE, name: '某局' }],
    ['the code alone', `CN=x,O=${CODE}`, { creditCode: CODE }],
    [
      'the code in both places',
      `CN=x,O=${CODE}某局,organizationIdentifier=${CODE}`,
      { creditCode: CODE, name: '某局' },
    ],
    ['no code', 'CN=x,O=某局', { name: '某局' }],
    ['no O', 'CN=x', {}],
    ['a wrong check character', `CN=x,O=${CODE.slice(0, -1)}X某局`, { name: `${CODE.slice(0, -1)}X某局` }],
    [
      'a wrong organizationIdentifier and a good O',
      `CN=x,O=${CODE}某局,organizationIdentifier=7`,
      { creditCode: CODE, name: '某局' },
    ],
    ['the first O only', `CN=x,O=某局,O=${CODE}乙局`, { name: '某局' }],
    ['the code behind the name', `CN=x,O=某局${CODE}`, { name: `某局${CODE}` }],
    ['the code in OU', `CN=x,OU=${CODE}某局`, {}],
    ['the code in CN', `CN=${CODE}某局`, {}],
    ['small letters', `CN=x,O=${CODE.toLowerCase()}某局`, { name: `${CODE.toLowerCase()}某局` }],
  ])('%s', async (_, subject, body) => expect(await bodyOf(subject)).toEqual(body));

  it('takes organizationIdentifier before another code in O, and keeps that one in the name', async () => {
    const body = await bodyOf(`CN=x,O=${OTHER}某局,organizationIdentifier=${CODE}`);
    expect(body.creditCode).toBe(CODE);
    expect(body.name).toContain('某局');
  });
});

describe('sameBody', () => {
  it.each([
    [{ creditCode: CODE, name: '甲' }, { creditCode: CODE, name: '乙' }, true],
    [{ creditCode: CODE, name: '甲' }, { creditCode: OTHER, name: '甲' }, false],
    [{ creditCode: CODE, name: '甲' }, { name: '甲' }, true],
    [{ creditCode: CODE, name: '甲' }, { name: '乙' }, false],
    [{ creditCode: CODE }, { name: '甲' }, false],
    [{ creditCode: CODE }, {}, false],
    [{}, {}, false],
  ])('%j and %j: %s', (a, b, same) => {
    expect(sameBody(a, b)).toBe(same);
    expect(sameBody(b, a)).toBe(same);
  });
});

describe('authorityFindings', () => {
  const uses = Object.keys(USE_OIDS) as (keyof typeof USE_OIDS)[];
  it('lets a certificate of each use do that and nothing else', async () => {
    for (const own of uses) {
      const certificate = readCertificate(
        await build(changed(RIGHT.leaf, { extensions: { extendedKeyUsage: extendedKeyUsage(USE_OIDS[own]) } })),
      );
      for (const use of uses) {
        const [finding, ...others] = authorityFindings(certificate, use);
        expect(others).toEqual([]);
        expect([finding!.outcome, finding!.code]).toEqual(
          use === own ? ['pass', 'authority-ok'] : ['fail', 'not-authorised-for-use'],
        );
      }
    }
  });

  it('has one identifier per use, none the beginning of another', () => {
    const oids = Object.values(USE_OIDS);
    expect(new Set(oids).size).toBe(oids.length);
    for (const a of oids) for (const b of oids) if (a !== b) expect(a.startsWith(`${b}.`)).toBe(false);
  });
});
