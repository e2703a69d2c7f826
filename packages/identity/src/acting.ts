/**
 * Acting for somebody (代办): a person's login becomes a token in which they act for whom their mandate names, and back again
 * (经办、监护、法人账号切换). It is a new token each time, for one of the two: never for both at once.
 */
import { type Finding, GovError, type Report, report } from '@gov/verdict';
import type { AccessGrant, Identity } from './access-token.js';
import { type Mandate, type MandateStore, mandateClaim, mandateFindings } from './mandate.js';

export interface ActingRequest {
  /** As the token of the person says it, who acts for nobody yet. */
  readonly login: Identity;
  /** Local id of that person. */
  readonly agent: string;
  readonly mandate: Mandate;
  /** `sub` of the principal for this application (`pairwiseSubject`). */
  readonly principalSub: string;
  /** Of the new token; no larger than that of the mandate. */
  readonly scope: readonly string[];
  readonly at: Date;
  /** The register; without it nobody knows whether the mandate was revoked. */
  readonly store?: MandateStore;
}

export interface ActingAnswer {
  /** Of the mandate; its status is required where the register is given. */
  readonly report: Report<{ readonly mandateId: string }>;
  /** For `issueAccessToken`, only where the verdict is valid. */
  readonly grant?: AccessGrant;
}

/**
 * Lets a person act for their principal (代办、账号切换): application, audience, level, session and key are those of the login, scope and
 * subject those of the mandate. A login that acts already is refused, it is switched back first; so is one that a program
 * passed on.
 */
export async function actFor(request: ActingRequest): Promise<ActingAnswer> {
  const { login, agent, mandate, principalSub, scope, at, store } = request;
  const findings: Finding[] = [...(await mandateFindings(mandate, { at, scope, agent, ...(store && { store }) }))];
  if (login.mandate !== undefined || login.actor !== undefined)
    findings.push(mismatch('not a login of the person alone'));
  if (login.subject.kind !== mandate.agent.kind) findings.push(mismatch('the agent is another kind of subject'));
  const judged = report({ mandateId: mandate.id }, findings, {
    required: store === undefined ? ['authority'] : ['authority', 'status'],
  });
  if (judged.verdict !== 'valid') return { report: judged };
  const grant: AccessGrant = {
    ...grantOf(login, scope),
    subject: { kind: mandate.principal.kind, sub: principalSub },
    actor: { sub: login.subject.sub, sub_kind: login.subject.kind },
    mandate: mandateClaim(mandate),
  };
  return { report: judged, grant };
}

/**
 * Back to the person (切换回本人): the grant of the same login, without mandate, for whatever scope the person has.
 *
 * @throws GovError `invalid-argument` for an identity that acts for nobody, or through a program
 */
export function switchBack(acting: Identity, scope: readonly string[]): AccessGrant {
  const { actor, mandate } = acting;
  if (mandate === undefined || actor?.sub_kind === undefined || actor.iss !== undefined)
    throw new GovError('invalid-argument', 'not the identity of a person of this domain who acts for somebody');
  return { ...grantOf(acting, scope), subject: { kind: actor.sub_kind, sub: actor.sub } };
}

/** What stays as it is. A key stays too, or a bound login would become one that anybody can show. */
function grantOf(identity: Identity, scope: readonly string[]): Omit<AccessGrant, 'subject'> {
  const { clientId, audience, level, authTime, sessionId, claims } = identity;
  const { cnf } = claims as { readonly cnf?: { readonly jkt: string } };
  return {
    clientId,
    audience,
    scope,
    level,
    ...(authTime === undefined ? {} : { authTime }),
    ...(sessionId === undefined ? {} : { sessionId }),
    ...(cnf === undefined ? {} : { thumbprint: cnf.jkt }),
  };
}

const mismatch = (detail: string): Finding => ({
  check: 'authority',
  outcome: 'fail',
  code: 'mandate-mismatch',
  detail,
});
