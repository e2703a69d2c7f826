/** Long work at a terminal: how far it is, and Ctrl-C. */
import { GovError } from '@gov/verdict';
import { printable } from './output.js';

/**
 * Runs work that a signal can end: what it made so far it takes away itself, or `left` says what becomes of it.
 *
 * @throws GovError `interrupted` where SIGINT or SIGTERM came
 */
export async function interruptible<T>(
  work: (signal: AbortSignal) => Promise<T>,
  left = 'nothing was written',
): Promise<T> {
  const controller = new AbortController();
  const stop = (name: NodeJS.Signals): void =>
    controller.abort(new GovError('interrupted', `stopped by ${name}: ${left}`));
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  try {
    return await work(controller.signal);
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}

/** A line on standard error that says how far something is, on a terminal alone; `done` takes it away. */
export function progressLine(): {
  readonly show: (step: string, part: number, whole: number) => void;
  readonly done: () => void;
} {
  const { stderr } = process;
  if (stderr.isTTY !== true) return { show: () => undefined, done: () => undefined };
  let last = '';
  return {
    show(step, part, whole) {
      const line = `${step} ${whole === 0 ? 100 : Math.floor((100 * part) / whole)} %`;
      if (line === last) return;
      last = line;
      stderr.write(`\r\x1b[K${printable(line)}`);
    },
    done() {
      if (last !== '') stderr.write('\r\x1b[K');
      last = '';
    },
  };
}
