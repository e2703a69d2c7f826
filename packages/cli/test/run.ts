import { main } from '@gov/cli';
import { expect, vi } from 'vitest';

interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** One command line, as a shell would run it. */
export async function gov(...args: readonly string[]): Promise<Ran> {
  let out = '';
  let err = '';
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += text;
    return true;
  });
  const stderr = vi.spyOn(console, 'error').mockImplementation((text) => {
    err += `${text}\n`;
  });
  try {
    return { status: await main(args), out, err };
  } finally {
    stdout.mockRestore();
    stderr.mockRestore();
  }
}

/** The one JSON object of a run. */
export async function json(...args: readonly string[]) {
  const { status, out, err } = await gov(...args, '--json');
  expect(out.endsWith('\n')).toBe(true);
  return { status, answer: JSON.parse(out), err };
}
