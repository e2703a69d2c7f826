/** Whether who shows a token holds the key it is bound to (持有证明, RFC 9449 7). */
import { type DpopPolicy, type DpopVerification, verifyDpop } from '@gov/token/dpop';
import type { ReplayStore } from '@gov/token/one-time';
import { type Finding, type FindingCode, isGovError } from '@gov/verdict';

/** How a token was shown with a proof of possession (DPoP). */
export interface Possession {
  /** The `DPoP` header. */
  readonly proof: string;
  readonly method: string;
  readonly url: string;
  readonly replay: ReplayStore;
  /** That the server demands. */
  readonly nonce?: string;
}

/** Of whoever has verified the proof already, as an endpoint does that binds a token of its own to the same key. */
export interface ProvedPossession {
  /** As `verifyDpop` answered it for this very request. */
  readonly thumbprint: string;
}

/** The one member of `cnf` that is understood here: what others demand must not go unchecked. */
const THUMBPRINT = 'jkt';

interface BoundToken {
  readonly text: string;
  readonly cnf: { readonly jkt?: string; readonly [member: string]: unknown } | undefined;
  readonly at: Date;
}

/** What was found about the proof, and how to take its one use when all else is in order. */
interface Binding {
  readonly findings: readonly Finding[];
  /** Nothing is found where it is the first. */
  readonly firstUse?: () => Promise<readonly Finding[]>;
}

/** Nothing for a token that is not bound, where nobody asks for it. */
export async function bindingOf(
  { text, cnf, at }: BoundToken,
  {
    possession,
    demandBinding,
  }: { readonly possession: Possession | ProvedPossession | undefined; readonly demandBinding: boolean },
): Promise<Binding> {
  if (cnf === undefined) {
    if (possession !== undefined) return failed('token-unbound', 'a proof is shown');
    return demandBinding ? failed('token-unbound', 'a bound token is demanded') : { findings: [] };
  }
  const { jkt } = cnf;
  if (jkt === undefined || Object.keys(cnf).some((member) => member !== THUMBPRINT))
    return failed('token-binding-mismatch', 'the token is bound in a way that is not known here');
  if (possession === undefined) return failed('token-binding-missing', 'no proof of possession was shown');
  if ('thumbprint' in possession)
    return possession.thumbprint === jkt ? BOUND : failed('token-binding-mismatch', 'the proof is by another key');
  try {
    const { proof, ...asked } = possession;
    const { report, isFirst } = await verifyUnused(proof, { ...asked, at, accessToken: text, thumbprint: jkt });
    if (isFirst !== undefined)
      return {
        ...BOUND,
        firstUse: async () => ((await isFirst()) ? [] : [fail('token-replayed', 'the proof was used before')]),
      };
    // What the proof has in order answers nothing about the token.
    const wrong = report.findings.filter(({ outcome }) => outcome !== 'pass' && outcome !== 'warn');
    return { findings: wrong.map((finding) => ({ ...finding, check: 'binding' })) };
  } catch (error) {
    if (!isGovError(error)) throw error;
    return failed('format-malformed', `the proof: ${error.code}`);
  }
}

/** `verifyDpop`, of a proof whose first use is asked for afterwards: whoever has no good token writes nothing into the store. */
export async function verifyUnused(
  proof: string,
  { replay, ...asked }: DpopPolicy,
): Promise<DpopVerification & { readonly isFirst?: () => Promise<boolean> }> {
  let use: Parameters<ReplayStore['firstUse']> | undefined;
  const noted: ReplayStore = {
    async firstUse(...first) {
      use = first;
      return true;
    },
  };
  const verified = await verifyDpop(proof, { ...asked, replay: noted });
  if (use === undefined) return verified;
  const [scope, id, until] = use;
  return { ...verified, isFirst: () => replay.firstUse(scope, id, until) };
}

const fail = (code: FindingCode, detail: string): Finding => ({
  check: 'binding',
  outcome: 'fail',
  code,
  clause: 'RFC 9449 7',
  detail,
});

const failed = (code: FindingCode, detail: string): Binding => ({ findings: [fail(code, detail)] });

const BOUND: Binding = { findings: [{ check: 'binding', outcome: 'pass', code: 'token-binding-ok' }] };
