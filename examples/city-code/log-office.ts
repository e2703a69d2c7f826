/** Where gates send their verdict logs when they have a network again. A gate's first key is believed here, and no other after it. */
import { verifyVerdictLog } from '@gov/city-code/verdict-log';
import { fromBase64url, readSm2PublicKey, sm2Verifier, type Verifier } from '@gov/sm';
import { GovError } from '@gov/verdict';

const LIMITS = { gates: 100, lines: 1_000_000 } as const;

interface GateLog {
  readonly key: string;
  readonly verifier: Verifier;
  readonly lines: string[];
}

/** Answers `/logs?gate=…`: GET says what is there and whether it holds together, POST takes more. */
export function openLogOffice(): (request: Request) => Promise<Response | undefined> {
  const logs = new Map<string, GateLog>();

  async function state(gate: string): Promise<Response> {
    const log = logs.get(gate);
    if (log === undefined) return Response.json({ received: 0 });
    const { verdict } = await verifyVerdictLog(log.lines, { gate, verifier: log.verifier });
    return Response.json({ received: log.lines.length, verdict });
  }

  function take(
    gate: string,
    json: { readonly key?: unknown; readonly from?: unknown; readonly lines?: unknown },
  ): void {
    const { key, from, lines } = json;
    if (typeof key !== 'string' || !Array.isArray(lines) || !lines.every((line) => typeof line === 'string'))
      throw new GovError('invalid-argument', 'a key, a number and lines');
    let log = logs.get(gate);
    if (log === undefined) {
      if (logs.size >= LIMITS.gates) throw new GovError('limit-exceeded', 'no room for another gate');
      log = { key, verifier: sm2Verifier(readSm2PublicKey(fromBase64url(key) ?? new Uint8Array())), lines: [] };
      logs.set(gate, log);
    }
    if (log.key !== key) throw new GovError('key-mismatch', 'this gate signed with another key before');
    if (from !== log.lines.length) throw new GovError('invalid-argument', `lines are here up to ${log.lines.length}`);
    if (log.lines.length + lines.length > LIMITS.lines) throw new GovError('limit-exceeded', 'no room for more lines');
    for (const line of lines) log.lines.push(line);
  }

  return async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    const gate = searchParams.get('gate');
    if (pathname !== '/logs' || gate === null) return undefined;
    if (request.method === 'POST') take(gate, await request.json());
    return state(gate);
  };
}
