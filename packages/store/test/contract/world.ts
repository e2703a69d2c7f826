import type { BatchRecord, RegisterEntry } from '@gov/e-license/register';
import type { Store } from '@gov/store';
import { isGovError } from '@gov/verdict';
import { expect } from 'vitest';

/** Opens an empty store; closed by the suite. */
export type OpenStore = () => Promise<Store>;

let worlds = 0;

/** Keys of their own for one test, so that tests share a store. */
export function world() {
  const issuer = `ISSUER${String(++worlds).padStart(4, '0')}`;
  return {
    issuer,
    counter: `serial:${issuer}`,
    log: `log-${issuer}`,
    /** A licence with number n. */
    entry: (n: number, more: Partial<RegisterEntry> = {}): RegisterEntry => ({
      identifier: `1.2.156.3005.2.TYPE.${issuer}.${String(n).padStart(9, '0')}.001.X`,
      typeCode: 'TYPE',
      issuerCode: issuer,
      serial: String(n).padStart(9, '0'),
      version: 1,
      number: `号${n}`,
      act: 'first',
      issuedAt: '2026-05-20T01:00:00.000Z',
      validTo: '2030-05-19',
      status: 'valid',
      statusAt: '2026-05-20T01:00:00.000Z',
      slot: { list: 0, index: n },
      auditIndex: n,
      ...more,
    }),
    batch: (id: string, more: Partial<BatchRecord> = {}): BatchRecord => ({
      id: `${issuer}.${id}`,
      typeCode: 'TYPE',
      issuerCode: issuer,
      digest: `digest of ${issuer}.${id}`,
      rows: 10,
      rangeSize: 4,
      firstSerial: 1,
      firstSlot: 0,
      createdAt: '2026-05-20T01:00:00Z',
      options: '{"who":"张三"}',
      ...more,
    }),
  };
}

/** The promise is refused with this code, and with a message that does not hold any of these texts. */
export async function refused(promise: Promise<unknown>, code: string, hidden: readonly string[] = []): Promise<void> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(isGovError(error) ? error.code : `not a GovError: ${error}`).toBe(code);
  const shown = `${error}${(error as Error).stack}${JSON.stringify((error as Error).cause ?? '')}`;
  for (const text of hidden) expect(shown).not.toContain(text);
}

export async function gathered<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

export const octets = (text: string): Uint8Array => new TextEncoder().encode(text);
