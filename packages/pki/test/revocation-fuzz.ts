/** Spoils DER as a stranger would: octets changed, cut, doubled, moved in from another file. */
import { isGovError } from '@gov/verdict';
import { expect } from 'vitest';

/** xorshift32: the number of a run makes the same bytes again. */
function random(seed: number): (below: number) => number {
  let state = (Math.imul(seed + 1, 0x9e3779b9) ^ 0x5bd1e995) | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** Tags, lengths, and octets at the edge of a value. */
const OCTETS = [0, 1, 2, 4, 5, 6, 10, 0x17, 0x18, 0x1f, 0x30, 0x31, 0x7f, 0x80, 0x81, 0x84, 0xa0, 0xa1, 0xa2, 0xff];

function mutate(seeds: readonly Uint8Array[], next: (below: number) => number): Uint8Array {
  let bytes = seeds[next(seeds.length)]!.slice();
  for (let changes = 1 + next(3); changes > 0; changes--) {
    const at = next(bytes.length + 1);
    const other = seeds[next(seeds.length)]!;
    const from = next(other.length);
    switch (next(6)) {
      case 0:
      case 1:
        if (at < bytes.length) bytes[at] = OCTETS[next(OCTETS.length)]!;
        break;
      case 2:
        if (at < bytes.length) bytes[at]! ^= 1 << next(8);
        break;
      case 3:
        bytes = Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + next(20))]);
        break;
      case 4:
        bytes = Uint8Array.from([
          ...bytes.subarray(0, at),
          ...other.subarray(from, from + next(40)),
          ...bytes.subarray(at),
        ]);
        break;
      default:
        bytes.set(other.subarray(from, from + Math.min(next(20), bytes.length - at)), at);
    }
  }
  return bytes;
}

/** Time of this process since then, whatever else the machine has to do. */
export const milliseconds = (since: NodeJS.CpuUsage): number => process.cpuUsage(since).user / 1000;

/** Whatever is read, only a `GovError` of these codes is thrown, within a second. Answers how many were read after all. */
export async function fuzz(
  seeds: readonly Uint8Array[],
  codes: readonly string[],
  read: (bytes: Uint8Array) => unknown,
): Promise<number> {
  const slow = process.env.SLOW !== undefined;
  const end = performance.now() + 8000;
  let right = 0;
  for (let run = 0; run < (slow ? 100_000 : 2500) && (slow || performance.now() < end); run++) {
    const bytes = mutate(seeds, random(run));
    const start = process.cpuUsage();
    try {
      await read(bytes);
      right++;
    } catch (error) {
      if (!isGovError(error)) throw new Error(`run ${run}`, { cause: error });
      expect(codes, `run ${run}: ${error.message}`).toContain(error.code);
    }
    expect(milliseconds(start)).toBeLessThan(1000);
  }
  return right;
}
