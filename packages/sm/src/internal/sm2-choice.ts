/** Which backend serves: the first in order that passes the known answer. */
import { GovError } from '@gov/verdict';
import type { BackendName, Sm2Backend, Sm2Work } from './backend.js';
import { passesKnownAnswer } from './known-answer.js';

export type ChooseSm2 = (work: Sm2Work, name?: BackendName) => Sm2Backend;

/** Each backend is tried once, when it is first needed. `order` names what a work takes, best first. */
export function chooseSm2(
  backends: readonly Sm2Backend[],
  order: Readonly<Record<Sm2Work, readonly BackendName[]>>,
): ChooseSm2 {
  const passed = new Map<BackendName, boolean>();
  const serves = (backend: Sm2Backend): boolean => {
    const known = passed.get(backend.name) ?? passesKnownAnswer(backend);
    passed.set(backend.name, known);
    return known;
  };
  return (work, name) => {
    for (const wanted of name === undefined ? order[work] : [name]) {
      const backend = backends.find((one) => one.name === wanted);
      if (backend !== undefined && serves(backend)) return backend;
    }
    throw new GovError('backend-unavailable', `this runtime has no ${name ?? 'SM2'} backend`);
  };
}
