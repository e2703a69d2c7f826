/**
 * Mandates (授权委托): who may act for whom, in what, and until when. A mandate is kept in the register, where it can be revoked, and
 * handed out as a signed JWS; tokens that rest upon it name it.
 */
import { type Signer, toBase64url } from '@gov/sm';
import { type JsonObject, readJson } from '@gov/token/json';
import {
  type JwtPolicy,
  type JwtSubject,
  jwtFindings,
  jwtRequired,
  jwtSubject,
  readJwt,
  signJwt,
} from '@gov/token/jwt';
import { type Check, type Finding, type FindingCode, GovError, type Issue, type Report, report } from '@gov/verdict';
import * as z from 'zod/mini';
import { CLAIM_LIMITS, MANDATE_RELATIONS, type MandateClaim, scopeValue } from './claims.js';
import { DAY_FORM, DAY_SECONDS, startOfDay } from './internal/days.js';
import { issue, parseWith, readAs, rule, text } from './internal/parse-with.js';
import type { IdentityStore, IdentityTransaction, KeptMandate } from './port.js';
import { SUBJECT_KINDS, SUBJECT_LIMITS } from './subject.js';

/** `typ` of a mandate that is handed out. */
export const MANDATE_TYPE = 'gov-mandate+jwt';

export const MANDATE_LIMITS = {
  /** Days from the first to the last, both counted. */
  days: 3660,
  /** Characters of the purpose. */
  purpose: 500,
  /** Mandates that were passed on from one another. */
  chain: 3,
} as const;

const day = z.string().check(
  z.regex(DAY_FORM),
  rule((date) => (DAY_FORM.test(date) && startOfDay(date) === undefined ? [issue('form')] : [])),
);

const party = z.strictObject({
  kind: z.enum(SUBJECT_KINDS),
  /** Local id, not pairwise. */
  id: text(SUBJECT_LIMITS.id),
  name: text(SUBJECT_LIMITS.name),
});

/** Of days that are none, nothing more is said. */
function periodIssues(first: number | undefined, last: number | undefined): readonly Issue[] {
  if (first === undefined || last === undefined) return [];
  if (last < first) return [issue('too-small', ['to'])];
  return last - first >= MANDATE_LIMITS.days * DAY_SECONDS ? [issue('too-large', ['to'])] : [];
}

const mandateSchema = z
  .strictObject({
    schema: z.literal('gov-mandate-1'),
    id: z.string().check(z.regex(/^[A-Za-z0-9_-]{16,64}$/)),
    principal: party,
    agent: party,
    relation: z.enum(MANDATE_RELATIONS),
    scope: z.array(scopeValue).check(z.minLength(1), z.maxLength(CLAIM_LIMITS.scopes)),
    from: day,
    to: day,
    purpose: text(MANDATE_LIMITS.purpose),
    redelegation: z.boolean(),
    parent: z.exactOptional(z.string().check(z.regex(/^[A-Za-z0-9_-]{16,64}$/))),
  })
  .check(
    rule(({ principal, agent, relation, scope, from, to, parent }) => [
      ...(principal.id === agent.id ? [issue('not-allowed', ['agent', 'id'])] : []),
      ...(relation === 'guardian' && principal.kind !== 'natural-person' ? [issue('not-allowed', ['principal'])] : []),
      ...(relation === 'role-switch' && principal.kind !== 'legal-person' ? [issue('not-allowed', ['principal'])] : []),
      ...(relation !== 'agent' && agent.kind !== 'natural-person' ? [issue('not-allowed', ['agent'])] : []),
      ...(relation !== 'agent' && parent !== undefined ? [issue('not-allowed', ['parent'])] : []),
      ...(new Set(scope).size === scope.length ? [] : [issue('not-allowed', ['scope'])]),
      ...periodIssues(startOfDay(from), startOfDay(to)),
    ]),
  );

/**
 * A mandate (授权委托). `principal` is the represented (委托人、法人、被监护人), `agent` who acts (经办人、监护人). `from` and `to` are days in
 * Asia/Shanghai, both included; there is none without an end. Passing it on (转委托) is not allowed unless `redelegation` says so;
 * one that was passed on names the `parent`.
 */
export type Mandate = z.output<typeof mandateSchema>;

/** What a new mandate says; passing on is not allowed unless said. */
export type MandateDraft = Omit<Mandate, 'schema' | 'id' | 'redelegation'> & { readonly redelegation?: boolean };

/** JSON Schema of a mandate. */
export const mandateJsonSchema = () => z.toJSONSchema(mandateSchema, { io: 'input' });

/** @throws GovError `input-malformed` with issues */
export const readMandate = (value: unknown): Mandate => readAs(mandateSchema, value, 'mandate');

/** The first second in which it counts, and the first in which it does not any more, since 1970. */
const periodOf = ({ from, to }: Mandate) => ({ begins: startOfDay(from)!, ends: startOfDay(to)! + DAY_SECONDS });

export interface MandateIssuer {
  readonly issuer: string;
  /** Who may rely on what is handed out; the issuer itself unless given. */
  readonly audience?: string;
  readonly signer: Signer;
  readonly kid: string;
  readonly at: Date;
  /** For the id; the runtime's generator unless given. */
  readonly random?: (octets: number) => Uint8Array;
}

export interface IssuedMandate {
  readonly mandate: Mandate;
  /** JWS (`gov-mandate+jwt`); it holds the names and local ids of both. */
  readonly token: string;
  /** For the register: `tx.insertMandate(kept)`. */
  readonly kept: KeptMandate;
}

/**
 * Issues a mandate (出具授权委托): the signed form to hand out, and the entry to keep.
 *
 * @throws GovError `input-malformed` with issues; `invalid-argument` for one that has ended
 */
export async function issueMandate(draft: MandateDraft, options: MandateIssuer): Promise<IssuedMandate> {
  const { issuer, audience = issuer, signer, kid, at, random = randomOctets } = options;
  const mandate = readMandate({
    redelegation: false,
    ...draft,
    schema: 'gov-mandate-1',
    id: toBase64url(random(16)),
  });
  const { begins, ends } = periodOf(mandate);
  if (at.getTime() >= ends * 1000) throw new GovError('invalid-argument', 'the mandate has ended');
  const claims: JsonObject = {
    iss: issuer,
    aud: audience,
    jti: mandate.id,
    iat: Math.floor(at.getTime() / 1000),
    nbf: begins,
    exp: ends,
    mandate: mandate as unknown as JsonObject,
  };
  const token = await signJwt(claims, { typ: MANDATE_TYPE, kid, signer });
  return { mandate, token, kept: keptMandate(mandate) };
}

const keptMandate = (mandate: Mandate): KeptMandate => ({
  mandateId: mandate.id,
  principal: mandate.principal.id,
  agent: mandate.agent.id,
  expiresAt: `${new Date(periodOf(mandate).ends * 1000).toISOString().slice(0, 19)}Z`,
  mandate: JSON.stringify(mandate),
});

/** The register, as far as it answers for mandates. */
export type MandateStore = Pick<IdentityStore, 'mandate'>;

/** What somebody wants to do under a mandate. */
export interface MandateQuestion {
  readonly at: Date;
  readonly scope: readonly string[];
  /** Local id of who acts. */
  readonly agent: string;
  /** Local id of whom it is done for; any unless given. */
  readonly principal?: string;
  /** Given, the mandate must be in it, unrevoked. */
  readonly store?: MandateStore;
}

/**
 * Whether a mandate covers what is asked (核验授权委托). Findings: `mandate-ok`; fail `mandate-not-yet-valid`, `mandate-expired`,
 * `mandate-scope`, `mandate-mismatch`, `mandate-revoked`. Without the register nobody knows whether it was revoked
 * (`status-not-checked`), nor whether one that was passed on might be.
 */
export async function mandateFindings(mandate: Mandate, question: MandateQuestion): Promise<readonly Finding[]> {
  const { at, scope, agent, principal, store } = question;
  const { begins, ends } = periodOf(mandate);
  const seconds = at.getTime() / 1000;
  const findings: Finding[] = [];
  if (seconds < begins) findings.push(fail('authority', 'mandate-not-yet-valid'));
  // A time that is none lies nowhere.
  if (!(seconds < ends)) findings.push(fail('authority', 'mandate-expired'));
  if (scope.length === 0 || !scope.every((value) => mandate.scope.includes(value)))
    findings.push(fail('authority', 'mandate-scope'));
  if (mandate.agent.id !== agent) findings.push(fail('authority', 'mandate-mismatch', 'somebody else is the agent'));
  if (principal !== undefined && mandate.principal.id !== principal)
    findings.push(fail('authority', 'mandate-mismatch', 'somebody else is the principal'));
  findings.push(...(await registerFindings(mandate, store)));
  if (findings.some(({ check }) => check === 'authority')) return findings;
  return [{ check: 'authority', outcome: 'pass', code: 'mandate-ok' }, ...findings];
}

/** The mandate in the register, and those that it was passed on from. */
async function registerFindings(mandate: Mandate, store: MandateStore | undefined): Promise<readonly Finding[]> {
  if (store === undefined)
    return [
      { check: 'status', outcome: 'skipped', code: 'status-not-checked' },
      ...(mandate.parent === undefined
        ? []
        : [
            {
              check: 'authority',
              outcome: 'unknown',
              code: 'mandate-mismatch',
              detail: 'the register has the parent',
            } as const,
          ]),
    ];
  let shown = mandate;
  for (let length = 1; length <= MANDATE_LIMITS.chain; length++) {
    const kept = await store.mandate(shown.id);
    if (kept === undefined || !isSame(kept, shown))
      return [fail('authority', 'mandate-mismatch', 'the register has no such mandate')];
    if (kept.revokedAt !== undefined) return [fail('status', 'mandate-revoked')];
    if (shown.parent === undefined) return [{ check: 'status', outcome: 'pass', code: 'mandate-ok' }];
    const parent = await store.mandate(shown.parent);
    const from = parent === undefined ? undefined : contentOf(parent);
    if (from === undefined || !mayPassOn(from, shown))
      return [fail('authority', 'mandate-mismatch', 'the mandate it was passed on from does not allow it')];
    shown = from;
  }
  return [fail('authority', 'mandate-mismatch', `passed on more than ${MANDATE_LIMITS.chain - 1} times`)];
}

/** Passed on by the agent of the other (转委托), within it: where that one has ended, so has this. */
const mayPassOn = (from: Mandate, to: Mandate): boolean =>
  from.redelegation &&
  from.relation === 'agent' &&
  from.principal.id === to.principal.id &&
  to.scope.every((value) => from.scope.includes(value)) &&
  from.from <= to.from &&
  to.to <= from.to;

/** Undefined for a register entry that holds something else. */
function contentOf({ mandate }: KeptMandate): Mandate | undefined {
  const read = parseWith(mandateSchema, readJson(new TextEncoder().encode(mandate)));
  return 'value' in read ? read.value : undefined;
}

const isSame = (kept: KeptMandate, mandate: Mandate): boolean => {
  const content = contentOf(kept);
  // Both in the order of the schema.
  return content !== undefined && JSON.stringify(content) === JSON.stringify(readMandate(mandate));
};

export interface MandatePolicy extends Omit<JwtPolicy, 'typ'>, Omit<MandateQuestion, 'at'> {}

export interface MandateVerification {
  readonly report: Report<JwtSubject>;
  /** Only where the verdict is valid. */
  readonly mandate?: Mandate;
}

/**
 * Verifies a mandate that was handed out (验证授权委托书): its issuer's signature, and that it covers what is asked. Status is required
 * where the register is given.
 *
 * @throws GovError `jwt-malformed`, `input-too-large`
 */
export async function verifyMandate(text: string, policy: MandatePolicy): Promise<MandateVerification> {
  const jwt = readJwt(text, policy.limits);
  const jwtPolicy = { ...policy, typ: MANDATE_TYPE };
  const mandate = mandateIn(jwt.claims);
  const own: Check[] = policy.store === undefined ? [] : ['status'];
  const findings = await jwtFindings(jwt, jwtPolicy, {
    required: own,
    findings: async () =>
      mandate === undefined ? [fail('format', 'token-claim-malformed', 'mandate')] : mandateFindings(mandate, policy),
  });
  const judged = report(jwtSubject(jwt, jwtPolicy), findings, { required: [...jwtRequired(jwt, jwtPolicy), ...own] });
  return judged.verdict === 'valid' && mandate !== undefined ? { report: judged, mandate } : { report: judged };
}

/** As `issueMandate` writes it: the claims say the same. */
function mandateIn({ mandate, jti, nbf, exp }: JsonObject): Mandate | undefined {
  const read = parseWith(mandateSchema, mandate);
  if ('issues' in read) return undefined;
  const { begins, ends } = periodOf(read.value);
  return jti === read.value.id && nbf === begins && exp === ends ? read.value : undefined;
}

/**
 * What a token says of a mandate, for all it covers or a part of it.
 *
 * @throws GovError `invalid-argument` for a scope beyond it
 */
export function mandateClaim(mandate: Mandate, scope: readonly string[] = mandate.scope): MandateClaim {
  if (scope.length === 0 || !scope.every((value) => mandate.scope.includes(value)))
    throw new GovError('invalid-argument', 'mandate: a scope beyond it');
  return { id: mandate.id, relation: mandate.relation, scope, exp: periodOf(mandate).ends };
}

/**
 * Revokes a mandate (撤销授权委托), and with it every token that rests upon it. To be written together with an audit entry, it takes the
 * transaction that both are in.
 *
 * @returns false where it was revoked before, or there is none
 */
export async function revokeMandate(
  tx: Pick<IdentityTransaction, 'revokeMandate' | 'revokeTokens'>,
  mandateId: string,
  at: Date,
): Promise<boolean> {
  if (!(await tx.revokeMandate(mandateId, at))) return false;
  await tx.revokeTokens({ mandateId }, at);
  return true;
}

const fail = (check: Check, code: FindingCode, detail?: string): Finding => ({
  check,
  outcome: 'fail',
  code,
  ...(detail === undefined ? {} : { detail }),
});

const randomOctets = (octets: number): Uint8Array => crypto.getRandomValues(new Uint8Array(octets));
