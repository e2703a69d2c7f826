/** Issuers that tests verify against: one that signs with SM2, one with ES256, and how their tokens are forged. */
import { generateSm2Key, type Signer, sm2Signer, sm2Verifier } from '@gov/sm';
import { foreignVerifier } from '@gov/sm/foreign-verifier';
import type { TokenAlgorithm, TokenVerifier } from '@gov/token/dialect';
import type { JsonObject } from '@gov/token/json';
import { type Jwk, jwkSigner, publicJwk, readJwk } from '@gov/token/jwk';
import { type IssuerProfile, signJwt } from '@gov/token/jwt';
import { fixedKeys } from '@gov/token/key-source';
import type { ReplayStore } from '@gov/token/one-time';
import type { Finding, FindingCode, Outcome, Report } from '@gov/verdict';
import { expect } from 'vitest';

export const ISSUER = 'https://id.example.gov.cn';
export const API = 'https://api.example.gov.cn';
export const AT = new Date('2026-05-20T01:00:00Z');
export const NOW = AT.getTime() / 1000;

export interface Issuer {
  readonly name: string;
  readonly signer: Signer;
  readonly algorithm: TokenAlgorithm;
  readonly jwk: Jwk;
  readonly profile: IssuerProfile;
}

function issuerOf(name: string, signer: Signer, verifier: TokenVerifier): Issuer {
  const { algorithm } = signer;
  const jwk = publicJwk(signer.publicKey, { kid: 'k1' });
  const profile = { issuer: ISSUER, keys: fixedKeys([{ kid: 'k1', verifier }]), algorithms: [algorithm] };
  return { name, signer, algorithm, jwk, profile };
}

export async function es256Signer(): Promise<Signer> {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  const { kty, crv, x, y, d } = await crypto.subtle.exportKey('jwk', pair.privateKey);
  return jwkSigner(readJwk({ kty, crv, x, y, d } as JsonObject, { privateKey: true }));
}

const sm2Key = generateSm2Key();
const es256 = await es256Signer();

export const ISSUERS: readonly Issuer[] = [
  issuerOf('SM2', sm2Signer(sm2Key), sm2Verifier(sm2Key.publicKey)),
  issuerOf('ES256', es256, foreignVerifier(es256.publicKey, es256.algorithm)),
];

/** A genuine signature over whatever claims: what an issuer that errs would write. */
export const signed = (claims: JsonObject, { signer }: Issuer, typ: string): Promise<string> =>
  signJwt(claims, { typ, kid: 'k1', signer });

export function memoryReplay(): ReplayStore & { readonly seen: Set<string> } {
  const seen = new Set<string>();
  return {
    seen,
    async firstUse(scope, id) {
      const key = `${scope} ${id}`;
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    },
  };
}

/** The finding is there with this outcome, the verdict is what it makes of it, and nothing else is wrong. */
export function expectOnly(report: Report, outcome: Outcome, ...codes: readonly FindingCode[]): void {
  const wrong = report.findings.filter((one: Finding) => one.outcome === 'fail' || one.outcome === 'unknown');
  expect(wrong.map((one) => [one.outcome, one.code])).toEqual(codes.map((code) => [outcome, code]));
  expect(report.verdict).toBe(outcome === 'fail' ? 'invalid' : 'indeterminate');
}
