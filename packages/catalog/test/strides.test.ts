import { NATIONAL_PROFILE } from '@gov/catalog';
import { CatalogCheck, type CheckProgress } from '@gov/catalog/rules';
import { expect, it, vi } from 'vitest';
import { NameFolder } from '../src/internal/name-form.js';
import { TextTable } from '../src/internal/text-table.js';
import { STRIDE } from '../src/rules/found.js';
import { drain } from './records.js';
import { item, resource, SAMPLE_AT } from './sample-catalog.js';

const RESOURCES = 4;
const ITEMS = 8_000;

/** A catalogue of many names, no two of them alike. */
function manyNames(): CatalogCheck {
  const check = new CatalogCheck({ profile: NATIONAL_PROFILE, at: SAMPLE_AT });
  for (let number = 0; number < RESOURCES; number++) {
    const items = Array.from({ length: ITEMS }, (_, at) => item({ name: `登记数据项目${number * ITEMS + at}` }));
    check.add({ record: resource(number, { items }) });
  }
  return check;
}

it.each([
  ['are folded', NameFolder.prototype, 'fold', 1],
  // Each name is looked for with one of its characters left out; digits tell something and stay.
  ['are searched', TextTable.prototype, 'find', '登记数据项目'.length],
] as const)('a check that is stopped while names %s stops before the next stride', async (_, type, method, each) => {
  const asked = vi.spyOn(type as TextTable & NameFolder, method);
  try {
    const stop = new AbortController();
    let until = 0;
    const check = manyNames();
    const onProgress = ({ phase }: CheckProgress) => {
      if (phase !== 'sources') return;
      const before = asked.mock.calls.length;
      const wait = () => {
        // Common names are looked up at once, before anything else.
        if (asked.mock.calls.length < before + 1000) {
          setTimeout(wait, 0);
          return;
        }
        until = asked.mock.calls.length;
        stop.abort(new Error('enough'));
      };
      setTimeout(wait, 0);
    };
    await expect(drain(check.finishInTurns({ signal: stop.signal, onProgress }))).rejects.toThrow('enough');
    expect(until).toBeLessThan((RESOURCES * ITEMS * each) / 2);
    expect(asked.mock.calls.length - until).toBeLessThanOrEqual(STRIDE * each);
  } finally {
    asked.mockRestore();
  }
});
