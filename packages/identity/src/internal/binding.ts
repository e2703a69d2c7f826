/** Whether who shows a token holds the key it is bound to (持有证明, RFC 9449 7). */
import { verifyDpop } from '@gov/token/dpop';
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

/** Nothing for a token that is not bound, where nobody asks for it. */
export async function bindingFindings(
  { text, cnf, at }: BoundToken,
  {
    possession,
    demandBinding,
  }: { readonly possession: Possession | ProvedPossession | undefined; readonly demandBinding: boolean },
): Promise<readonly Finding[]> {
  if (cnf === undefined) {
    if (possession !== undefined) return [fail('token-unbound', 'a proof is shown')];
    return demandBinding ? [fail('token-unbound', 'a bound token is demanded')] : [];
  }
  const { jkt } = cnf;
  if (jkt === undefined || Object.keys(cnf).some((member) => member !== THUMBPRINT))
    return [fail('token-binding-mismatch', 'the token is bound in a way that is not known here')];
  if (possession === undefined) return [fail('token-binding-missing', 'no proof of possession was shown')];
  if ('thumbprint' in possession)
    return possession.thumbprint === jkt
      ? [{ check: 'binding', outcome: 'pass', code: 'token-binding-ok' }]
      : [fail('token-binding-mismatch', 'the proof is by another key')];
  try {
    const { proof, ...asked } = possession;
    const { report } = await verifyDpop(proof, { ...asked, at, accessToken: text, thumbprint: jkt });
    if (report.verdict === 'valid') return [{ check: 'binding', outcome: 'pass', code: 'token-binding-ok' }];
    // What the proof has in order answers nothing about the token.
    return report.findings
      .filter(({ outcome }) => outcome !== 'pass' && outcome !== 'warn')
      .map((finding) => ({ ...finding, check: 'binding' }));
  } catch (error) {
    if (!isGovError(error)) throw error;
    return [fail('format-malformed', `the proof: ${error.code}`)];
  }
}

const fail = (code: FindingCode, detail: string): Finding => ({
  check: 'binding',
  outcome: 'fail',
  code,
  clause: 'RFC 9449 7',
  detail,
});
