/** Verifying a verdict log (核验日志的验证): that nothing in it was changed, left out or put elsewhere since it was signed. */
import { bytesToHex, fromBase64url, hexToBytes, type Verifier } from '@gov/sm';
import { type Check, type Finding, type FindingCode, type Outcome, type Report, report } from '@gov/verdict';
import { chained, checkpointOctets, firstHead } from './internal/verdict-chain.js';

/** A state of a log that somebody has seen: after so many lines it had this head, hexadecimal. */
export interface VerdictLogState {
  readonly position: number;
  readonly head: string;
}

export interface VerifyVerdictLogOptions {
  readonly gate: string;
  /** Of the gate's key. */
  readonly verifier: Verifier;
  /** The last state that was seen of this log; without one nobody can tell whether lines are missing at the end. */
  readonly known?: VerdictLogState;
  /** Most lines without a checkpoint, 1,000 unless given. */
  readonly checkpointEvery?: number;
  /** Most lines, 2,000,000 unless given. */
  readonly maxLines?: number;
}

export interface VerdictLogSubject {
  readonly kind: 'verdict-log';
  readonly gate: string;
  /** Lines before those that were given. */
  readonly first: number;
  /** Lines ever, those given included. */
  readonly lines: number;
  /** The state to remember, where the log ends in a checkpoint and nothing is wrong. */
  readonly state?: VerdictLogState;
}

/** Characters of a line. */
const LINE = 4096;

const REQUIRED: readonly Check[] = ['format', 'integrity', 'authenticity', 'coverage'];

/**
 * Verifies the lines of a log. A log whose older lines were forgotten begins with a checkpoint: it says what came before. Lines
 * behind the last checkpoint are signed by nothing: indeterminate, `verdict-log-unsealed`.
 */
export async function verifyVerdictLog(
  lines: readonly string[],
  { gate, verifier, known, checkpointEvery = 1000, maxLines = 2_000_000 }: VerifyVerdictLogOptions,
): Promise<Report<VerdictLogSubject>> {
  const begun = start(gate, lines[0]);
  const subject = {
    kind: 'verdict-log',
    gate,
    first: begun?.position ?? 0,
    lines: (begun?.position ?? 0) + lines.length,
  } as const;
  const findings: Finding[] = [];
  const say = (check: Check, outcome: Outcome, code: FindingCode, detail?: string) =>
    findings.push({ check, outcome, code, ...(detail === undefined ? {} : { detail }) });
  const answer = (state?: VerdictLogState): Report<VerdictLogSubject> =>
    report({ ...subject, ...(state && { state }) }, findings, { required: REQUIRED });
  if (begun === undefined || lines.length > maxLines || !lines.every(isLine)) {
    say('format', 'fail', 'format-malformed');
    return answer();
  }
  say('format', 'pass', 'format-ok');
  let { head } = begun;
  let open = 0;
  let signed = 0;
  let passesKnown = known === undefined || (known.position === begun.position && known.head === bytesToHex(head));
  for (const [at, line] of lines.entries()) {
    const position = begun.position + at;
    const checkpoint = readCheckpoint(line);
    if (checkpoint === undefined) open++;
    else {
      const { signature } = checkpoint;
      if (checkpoint.position !== position || checkpoint.head !== bytesToHex(head)) {
        say('integrity', 'fail', 'verdict-log-broken', `line ${position}`);
        break;
      }
      if (!(await verifier.verify(checkpointOctets(gate, position, checkpoint.head, checkpoint.at), signature))) {
        say('authenticity', 'fail', 'verdict-log-checkpoint-forged', `line ${position}`);
        break;
      }
      open = 0;
      signed++;
    }
    if (open > checkpointEvery) {
      say('coverage', 'fail', 'verdict-log-checkpoint-missing', `line ${position}`);
      break;
    }
    head = chained(head, line);
    passesKnown ||= known?.position === position + 1 && known.head === bytesToHex(head);
  }
  const broken = findings.some(({ outcome }) => outcome === 'fail');
  if (!broken && !passesKnown && known!.position < begun.position) {
    say('coverage', 'unknown', 'check-not-made', `lines ${known!.position} to ${begun.position} are not here`);
  } else if (!broken && !passesKnown) {
    const isShort = known!.position > subject.lines;
    if (isShort) say('coverage', 'fail', 'verdict-log-truncated', `line ${subject.lines} of ${known!.position}`);
    else say('integrity', 'fail', 'verdict-log-broken', `line ${known!.position}`);
  } else if (!broken) {
    say('integrity', 'pass', 'verdict-log-ok');
    say(
      'authenticity',
      signed > 0 ? 'pass' : 'unknown',
      signed > 0 ? 'verdict-log-checkpoint-ok' : 'verdict-log-unsealed',
    );
    if (open > 0 || signed === 0) say('coverage', 'unknown', 'verdict-log-unsealed', `${open} lines`);
    else say('coverage', 'pass', 'coverage-ok');
  }
  const sealed = findings.every(({ outcome }) => outcome === 'pass');
  return answer(sealed ? { position: subject.lines, head: bytesToHex(head) } : undefined);
}

/** Where the lines begin, and with which head; undefined for none, and for a first line that is no checkpoint of later lines. */
function start(
  gate: string,
  line: string | undefined,
): { readonly position: number; readonly head: Uint8Array } | undefined {
  if (line === undefined) return undefined;
  const checkpoint = readCheckpoint(line);
  if (checkpoint === undefined || checkpoint.position === 0) return { position: 0, head: firstHead(gate) };
  return { position: checkpoint.position, head: hexToBytes(checkpoint.head) };
}

interface Checkpoint {
  readonly position: number;
  readonly at: string;
  readonly head: string;
  readonly signature: Uint8Array;
}

const CHECKPOINT =
  /^\{"checkpoint":(0|[1-9][0-9]{0,14}),"at":"([0-9TZ:.-]{24})","head":"([0-9a-f]{64})","signature":"([A-Za-z0-9_-]{1,400})"\}$/;

/** There is one spelling of a checkpoint. */
function readCheckpoint(line: string): Checkpoint | undefined {
  const [, position, at, head, text] = CHECKPOINT.exec(line) ?? [];
  const signature = text === undefined ? undefined : fromBase64url(text);
  return signature && { position: Number(position), at: at!, head: head!, signature };
}

const isLine = (line: string): boolean =>
  line.length <= LINE && !line.includes('\n') && line.startsWith('{') && line.endsWith('}');
