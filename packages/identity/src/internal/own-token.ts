/** Access tokens that were issued here and come back to be asked about (本域令牌). */
import { type IssuerProfile, JWT_LIMITS, readJwt } from '@gov/token/jwt';
import { type GovError, isGovError } from '@gov/verdict';
import { type Identity, verifyAccessToken } from '../access-token.js';
import type { AssuranceTable } from '../assurance.js';

/** An authorization server (认证服务器), by what it knows its own tokens. */
export interface OwnIssuer {
  /** Itself. */
  readonly profile: IssuerProfile;
  /** `ASSURANCE_LEVELS` unless given. */
  readonly table?: AssuranceTable;
}

/**
 * What a genuine, unexpired token says that is for somebody whom `isFor` names; undefined for every other text. Who shows it has
 * no proof of possession, and need not: they get no access.
 */
export async function ownIdentity(
  text: string,
  { profile, table }: OwnIssuer,
  { at, isFor }: { readonly at: Date; readonly isFor: (audience: string) => boolean },
): Promise<Identity | undefined> {
  try {
    const { aud, cnf } = readJwt(text).claims;
    const audience = (Array.isArray(aud) ? aud.slice(0, JWT_LIMITS.audiences) : [aud]).find(
      (one): one is string => typeof one === 'string' && one !== '' && isFor(one),
    );
    if (audience === undefined) return undefined;
    const thumbprint = (cnf as { readonly jkt?: unknown } | null | undefined)?.jkt;
    const { identity } = await verifyAccessToken(text, {
      issuers: [profile],
      audience,
      at,
      ...(table === undefined ? {} : { table }),
      ...(typeof thumbprint === 'string' ? { possession: { thumbprint } } : {}),
    });
    return identity;
  } catch (error) {
    if (isGovError(error) && UNREADABLE.includes(error.code)) return undefined;
    throw error;
  }
}

const UNREADABLE: readonly GovError['code'][] = ['jwt-malformed', 'input-too-large'];
