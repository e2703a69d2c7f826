/** A gate of one run, as files: what it remembers of codes, its revocation filters, its log. */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readRevocationFilter } from '@gov/city-code/filter';
import type { Gate } from '@gov/city-code/gate';
import { VerdictLog, type VerdictLogSnapshot } from '@gov/city-code/verdict-log';
import type { Signer } from '@gov/sm';
import { isJsonObject, type JsonValue, readJson } from '@gov/token/json';
import { type Finding, GovError } from '@gov/verdict';
import { lock } from './file-lock.js';
import { fileError, readInput, writeOutputs } from './files.js';

/**
 * Does something with the memory of the codes that were let pass, in a folder that is made where there is none. Other runs wait; it
 * is on the disk before the answer is known to anybody.
 *
 * @throws GovError `gate-state-malformed`, `file-unreadable`, `file-unwritable`; what the work throws
 */
export async function withGateState<T>(folder: string | undefined, gate: Gate, work: () => Promise<T>): Promise<T> {
  if (folder === undefined) return work();
  const file = join(folder, 'replay.bin');
  try {
    await mkdir(folder, { recursive: true });
  } catch (cause) {
    throw fileError(cause, folder, 'file-unwritable');
  }
  const release = await lock(`${file}.lock`);
  try {
    if (existsSync(file)) gate.restore(await readInput(file));
    const answer = await work();
    await writeOutputs([{ path: file, content: gate.snapshot(), secret: true }], true);
    return answer;
  } finally {
    await release();
  }
}

/**
 * Gives revocation filters to a gate. One that it does not take leaves the question open: the findings say why.
 *
 * @throws GovError `revocation-filter-malformed`, what reading throws
 */
export async function takeFilters(gate: Gate, files: readonly string[], at: Date): Promise<Finding[]> {
  const refused: Finding[] = [];
  for (const file of files) {
    const { verdict, findings } = await gate.take(readRevocationFilter(await readInput(file)), { at });
    if (verdict === 'valid') continue;
    const open = findings.filter(({ outcome }) => outcome !== 'pass');
    refused.push(...open.map(({ code }) => ({ check: 'revocation', outcome: 'unknown', code, detail: file }) as const));
  }
  return refused;
}

/**
 * Does something with a log of verdicts, which is signed afterwards; the file is made where there is none. Beside it lies what it is
 * continued from: the keys of its pseudonyms, readable by their owner alone.
 *
 * @throws GovError `file-unreadable` for a state that is none; `file-unwritable`; what the work throws
 */
export async function withVerdictLog<T>(
  options: { readonly file: string; readonly gate: string; readonly signer: Signer; readonly at: Date } | undefined,
  work: (log?: VerdictLog) => Promise<T>,
): Promise<T> {
  if (options === undefined) return work();
  const { file, gate, signer, at } = options;
  const release = await lock(`${file}.lock`);
  try {
    const state = await stateOf(file);
    const log = new VerdictLog({ gate, signer, ...(state === undefined ? {} : { state }) });
    const answer = await work(log);
    await log.checkpoint(at);
    log.forget(at);
    const { lines, ...rest } = log.state();
    await writeOutputs(
      [
        { path: file, content: `${lines.join('\n')}\n`, secret: true },
        { path: `${file}.state`, content: `${JSON.stringify(rest)}\n`, secret: true },
      ],
      true,
    );
    return answer;
  } finally {
    await release();
  }
}

/** A log without its state cannot be continued, and must not begin anew over what is there. */
async function stateOf(file: string): Promise<VerdictLogSnapshot | undefined> {
  const beside = `${file}.state`;
  if (!existsSync(file) && !existsSync(beside)) return undefined;
  const lines = new TextDecoder()
    .decode(await readInput(file))
    .split('\n')
    .slice(0, -1);
  const kept = readJson(await readInput(beside));
  if (isJsonObject(kept)) {
    const { first, head, keys } = kept;
    if (Number.isInteger(first) && isHex(head) && isJsonObject(keys) && Object.values(keys).every(isHex))
      return { first: first as number, lines, head, keys: keys as Record<string, string> };
  }
  throw new GovError('file-unreadable', `${beside} is not the state of a log`);
}

const isHex = (value: JsonValue | undefined): value is string =>
  typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
