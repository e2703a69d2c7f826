import { readFileSync } from 'node:fs';
import { readTrustListState, verifyTrustList } from '@gov/pki/trust-list';
import { fromBase64url } from '@gov/sm';
import { describe, expect, it } from 'vitest';
import { codeOf } from './builder.js';

const file = JSON.parse(
  readFileSync(new URL('../../../docs/formats/trust-list-vectors.json', import.meta.url), 'utf8'),
);

interface Vector {
  readonly name: string;
  readonly jws: string;
  readonly at?: string;
  readonly previous?: unknown;
  readonly verdict?: string;
  readonly codes?: readonly string[];
  readonly error?: string;
}

describe('the published vectors of the trust list', () => {
  it.each(file.vectors as Vector[])('$name', async ({ jws, at, previous, verdict, codes, error }) => {
    const state =
      previous === undefined ? undefined : readTrustListState(new TextEncoder().encode(JSON.stringify(previous)));
    const run = () =>
      verifyTrustList(jws, {
        keys: [fromBase64url(file.pinned)!],
        at: new Date(at ?? file.at),
        ...(state === undefined ? {} : { previous: state }),
      });
    if (error !== undefined) return expect(await codeOf(run)).toBe(error);
    const { report, list } = await run();
    expect(report.verdict).toBe(verdict);
    expect(report.findings.map(({ code }) => code)).toEqual(expect.arrayContaining([...codes!]));
    expect(list === undefined).toBe(verdict === 'invalid');
  });
});
