/** An issuer, a verifier's policy and a forger, who signs whatever bytes he likes. */
import { generateSm2Key, type Signer, sm2Signer } from '@gov/sm';
import type { JsonObject } from '@gov/token/json';
import { type Jwk, publicJwk } from '@gov/token/jwk';
import { type JwtPolicy, verifyJwt } from '@gov/token/jwt';
import { fixedKeys } from '@gov/token/key-source';
import type { ReplayStore } from '@gov/token/one-time';
import { isGovError, type Report } from '@gov/verdict';

export const ISSUER = 'https://id.example.gov.cn';
export const AUDIENCE = 'https://api.example.gov.cn';
export const KID = '2026-1';
export const AT = new Date('2026-07-24T04:00:00Z');
export const NOW = AT.getTime() / 1000;

export const signer = sm2Signer(generateSm2Key());
export const CLAIMS = { iss: ISSUER, sub: 'a1', aud: AUDIENCE, jti: 'j1', iat: NOW - 10, exp: NOW + 290 };
export const HEADER = { typ: 'at+jwt', kid: KID, alg: 'SGD_SM3_SM2' };

export const profile = { issuer: ISSUER, keys: fixedKeys([publicJwk(signer.publicKey, { kid: KID })]) };
export const POLICY: JwtPolicy = { typ: 'at+jwt', issuers: [profile], audience: AUDIENCE, at: AT };

/** Text is taken as it is, anything else as JSON. */
export const part = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

export interface Forger {
  readonly sign: (message: Uint8Array) => Promise<Uint8Array> | Uint8Array;
}

/** A token of any header and payload, signed over exactly these. */
export async function forged(header: unknown, payload: unknown, { sign }: Forger = signer): Promise<string> {
  const input = `${part(header)}.${part(payload)}`;
  return `${input}.${Buffer.from(await sign(new TextEncoder().encode(input))).toString('base64url')}`;
}

/** A rightly signed token with other claims; undefined takes one out. */
export const tokenOf = (claims: Readonly<Record<string, unknown>> = {}, header: object = {}): Promise<string> =>
  forged({ ...HEADER, ...header }, { ...CLAIMS, ...claims });

interface Judged {
  readonly verdict: string;
  /** Codes of what did not pass. */
  readonly codes: readonly string[];
  readonly claims?: JsonObject;
}

export const codesOf = ({ findings }: Pick<Report, 'findings'>): readonly string[] =>
  findings.filter(({ outcome }) => outcome !== 'pass').map(({ code }) => code);

export async function judged(text: string, policy: Partial<JwtPolicy> = {}): Promise<Judged> {
  const { report, ...rest } = await verifyJwt(text, { ...POLICY, ...policy });
  return { verdict: report.verdict, codes: codesOf(report), ...rest };
}

export const VALID = (claims: unknown): unknown => ({ verdict: 'valid', codes: [], claims });
export const INVALID = (...codes: readonly string[]): unknown => ({ verdict: 'invalid', codes });
export const UNKNOWN = (...codes: readonly string[]): unknown => ({ verdict: 'indeterminate', codes });

/** The code of a `GovError`; anything else that is thrown is thrown on. */
export async function thrown(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (error) {
    if (isGovError(error)) return error.code;
    throw error;
  }
  return 'nothing thrown';
}

/** Remembers in memory, and what it was asked. */
export function replays(): ReplayStore & { readonly asked: readonly { scope: string; id: string; until: Date }[] } {
  const seen = new Set<string>();
  const asked: { scope: string; id: string; until: Date }[] = [];
  return {
    asked,
    async firstUse(scope, id, until) {
      asked.push({ scope, id, until });
      const key = JSON.stringify([scope, id]);
      return !seen.has(key) && seen.add(key) !== undefined;
    },
  };
}

/** A pair of WebCrypto's, as a signer and a JWK. */
export async function es256(): Promise<{ readonly signer: Signer; readonly jwk: Jwk }> {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  const publicKey = new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey));
  return {
    jwk: publicJwk(publicKey, { kid: KID }),
    signer: {
      algorithm: 'ECDSA-P256-SHA256',
      publicKey,
      sign: async (message) =>
        new Uint8Array(
          await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, pair.privateKey, Uint8Array.from(message)),
        ),
    },
  };
}

/** One RSA key, signing in two ways. */
export async function rsa(): Promise<{ readonly rs256: Forger; readonly ps256: Forger; readonly jwk: Jwk }> {
  const make = { modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1), hash: 'SHA-256' };
  const pair = await crypto.subtle.generateKey({ name: 'RSASSA-PKCS1-v1_5', ...make }, true, ['sign', 'verify']);
  const pkcs8 = await crypto.subtle.exportKey('pkcs8', pair.privateKey);
  const pss = await crypto.subtle.importKey('pkcs8', pkcs8, { name: 'RSA-PSS', hash: 'SHA-256' }, false, ['sign']);
  const publicKey = new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey));
  const sign = (use: AlgorithmIdentifier | RsaPssParams, key: CryptoKey): Forger => ({
    sign: async (message) => new Uint8Array(await crypto.subtle.sign(use, key, Uint8Array.from(message))),
  });
  return {
    rs256: sign('RSASSA-PKCS1-v1_5', pair.privateKey),
    ps256: sign({ name: 'RSA-PSS', saltLength: 32 }, pss),
    jwk: publicJwk(publicKey, { kid: KID }),
  };
}
