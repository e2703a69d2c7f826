/** Who acts for whom, as a token says it: one person at most, under one mandate, and never beyond it. */
import type { Finding, FindingCode } from '@gov/verdict';
import type { ActorClaim, MandateClaim } from '../claims.js';
import type { SubjectKind } from '../subject.js';

interface Acting {
  readonly sub: string;
  /** Absent where the token does not say it. */
  readonly kind?: SubjectKind | undefined;
  readonly actor?: ActorClaim | undefined;
  readonly mandate?: MandateClaim | undefined;
  readonly scope: readonly string[];
  readonly expiresAt: Date;
}

/** The actors of a token, who acts now first. */
export const actorChain = (actor: ActorClaim | undefined): readonly ActorClaim[] =>
  actor === undefined ? [] : [actor, ...actorChain(actor.act)];

/** Nothing where nobody acts for the subject but programs. */
export function actingFindings(acting: Acting, at: Date): readonly Finding[] {
  const { mandate, actor } = acting;
  const persons = actorChain(actor).filter(({ sub_kind: kind }) => kind !== undefined);
  if (mandate === undefined)
    return persons.length === 0 ? [] : [finding('mandate-mismatch', 'a person acts for the subject without a mandate')];
  const [agent, further] = persons;
  if (agent === undefined || further !== undefined)
    return [finding('mandate-mismatch', 'not exactly one person acts under the mandate')];
  const findings: Finding[] = [];
  if (!fits(mandate, acting, agent))
    findings.push(finding('mandate-mismatch', `${mandate.relation} does not fit who acts for whom`));
  if (at.getTime() >= mandate.exp * 1000) findings.push(finding('mandate-expired'));
  else if (acting.expiresAt.getTime() > mandate.exp * 1000)
    findings.push(finding('mandate-mismatch', 'the token outlives its mandate'));
  if (!acting.scope.every((value) => mandate.scope.includes(value))) findings.push(finding('mandate-scope'));
  return findings.length > 0 ? findings : [{ check: 'authority', outcome: 'pass', code: 'mandate-ok' }];
}

/** A guardian is a person with a person for a ward; a role is switched from a person to an organisation. */
function fits({ relation }: MandateClaim, { sub, kind }: Acting, agent: ActorClaim): boolean {
  if (agent.sub === sub && agent.iss === undefined) return false;
  if (relation === 'guardian') return kind === 'natural-person' && agent.sub_kind === 'natural-person';
  if (relation === 'role-switch') return kind === 'legal-person' && agent.sub_kind === 'natural-person';
  return kind !== undefined;
}

const finding = (code: FindingCode, detail?: string): Finding => ({
  check: 'authority',
  outcome: 'fail',
  code,
  ...(detail === undefined ? {} : { detail }),
});
