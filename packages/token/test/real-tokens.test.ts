/** Tokens that others really issued: each verifies under its own profile, and under no other. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readSm2PublicKey } from '@gov/sm';
import { hmacSm3Verifier, JOSE_DIALECTS, sm2DialectVerifier, type TokenAlgorithm } from '@gov/token/dialect';
import type { JsonObject } from '@gov/token/json';
import { jwkSpki, publicJwk, readJwk } from '@gov/token/jwk';
import { readJws } from '@gov/token/jws';
import { readJwt } from '@gov/token/jwt';
import { fixedKeys, type KeySource } from '@gov/token/key-source';
import { judge } from '@gov/verdict';
import { describe, expect, it } from 'vitest';
import { signatureFindings } from '../src/internal/token-signature.js';
import { AT, codesOf, judged } from './jwt-world.js';

const FILE = fileURLToPath(new URL('../../../../shared/data/identity/jose-gm-vectors.json', import.meta.url));
const there = existsSync(FILE);
if (!there) console.log('real tokens: skipped, ../shared/data/identity/jose-gm-vectors.json is absent');

interface Vectors {
  readonly jwk_sm2: JsonObject;
  readonly cases: readonly {
    readonly alg: string;
    readonly verifies?: { readonly emptyId: boolean; readonly noZ: boolean };
    readonly publicKeySpkiB64?: string;
    readonly keyUtf8?: string;
    readonly jws: readonly string[];
  }[];
}

interface RealToken {
  readonly text: string;
  readonly algorithm: TokenAlgorithm;
  /** The dialects that are right. */
  readonly dialects: readonly string[];
  readonly keys: KeySource;
  readonly spki?: Uint8Array;
}

function realTokens(): RealToken[] {
  if (!there) return [];
  const { jwk_sm2, cases } = JSON.parse(readFileSync(FILE, 'utf8')) as Vectors;
  const { d: _, ...own } = jwk_sm2;
  const dialect = JOSE_DIALECTS.get('sm2sm3-empty-id')!;
  return cases.flatMap(({ verifies, publicKeySpkiB64, keyUtf8, jws }): RealToken[] => {
    if (keyUtf8 !== undefined) {
      const verifier = hmacSm3Verifier(Buffer.from(keyUtf8), { minimumOctets: 6 });
      // A code is made in one way, whatever ID the signatures of its dialect have.
      const dialects = ['sm2sm3-empty-id', 'sm2sm3-no-za'];
      const keys = fixedKeys([{ kid: 'secret', verifier }]);
      return jws.map((text) => ({ text, algorithm: 'HMAC-SM3', dialects, keys }));
    }
    const spki =
      publicKeySpkiB64 === undefined
        ? jwkSpki(readJwk(own, { dialect }))
        : new Uint8Array(Buffer.from(publicKeySpkiB64, 'base64'));
    const dialects = [verifies?.emptyId === true ? 'sm2sm3-empty-id' : 'sm2sm3-no-za'];
    const keys = fixedKeys([publicJwk(spki)]);
    return jws.map((text) => ({ text, algorithm: 'SM2-SM3', dialects, keys, spki }));
  });
}

describe.skipIf(!there)('real tokens', () => {
  const tokens = realTokens();

  it('there are of three kinds', () => {
    expect(new Set(tokens.map(({ algorithm, dialects }) => `${algorithm} ${dialects}`)).size).toBe(3);
  });

  it.each(tokens)(
    'verify under their own profile and no other: $dialects',
    async ({ text, keys, algorithm, dialects }) => {
      const { jws } = readJwt(text);
      for (const [name, dialect] of JOSE_DIALECTS)
        for (const algorithms of [['SM2-SM3'], ['HMAC-SM3'], ['SM2-SM3', 'HMAC-SM3']] as const) {
          const findings = await signatureFindings(jws, { keys, dialect, algorithms }, AT);
          const own = dialects.includes(name) && algorithms.some((one) => one === algorithm);
          expect(judge(findings, { required: ['key', 'authenticity'] }) === 'valid').toBe(own);
          const expected = own
            ? []
            : [named(dialect, algorithms, algorithm) ? 'signature-invalid' : 'token-algorithm-refused'];
          expect(codesOf({ findings })).toEqual(expected);
        }
    },
  );

  it('the names apart, no signature fits in two ways', async () => {
    for (const { text, spki, dialects } of tokens.filter((token) => token.spki !== undefined)) {
      const { signed, signature } = readJws(text);
      const key = readSm2PublicKey(spki!);
      for (const [name, dialect] of JOSE_DIALECTS)
        expect(await sm2DialectVerifier(key, dialect).verify(signed, signature)).toBe(dialects.includes(name));
      for (const [, dialect] of JOSE_DIALECTS)
        expect(await sm2DialectVerifier(key, { ...dialect, signature: 'der' }).verify(signed, signature)).toBe(false);
    }
  });

  it('name no issuer and never end: as tokens they are good for nothing, whatever their signature', async () => {
    for (const { text } of tokens) {
      const answer = await judged(text);
      expect(answer.verdict).toBe('invalid');
      expect(answer.codes).toContain('token-claim-missing');
      expect(answer.codes).toContain('token-issuer-unknown');
    }
  });
});

/** Whether a profile has a name for what is written in the token. */
const named = (
  { sm2Names, hmacNames }: { readonly sm2Names: readonly string[]; readonly hmacNames: readonly string[] },
  algorithms: readonly TokenAlgorithm[],
  algorithm: TokenAlgorithm,
): boolean =>
  algorithms.includes(algorithm) &&
  (algorithm === 'SM2-SM3' ? sm2Names.includes('SM2SM3') : hmacNames.includes('HSM3'));
