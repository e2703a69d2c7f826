/** Which backend serves: the first in order that passes the known answer. */
import { GovError } from '@gov/verdict';
import type { BackendName, Sm2Backend, Sm2Verification, Sm2Work } from './backend.js';
import { passesKnownAnswer, verifiesKnownAnswer } from './known-answer.js';

export type ChooseSm2 = (work: Sm2Work, name?: BackendName) => Sm2Backend;
export type ChooseSm2Verification = (name?: BackendName) => Sm2Verification;

/** `order` names what a work takes, best first. */
export function chooseSm2(
  backends: readonly Sm2Backend[],
  order: Readonly<Record<Sm2Work, readonly BackendName[]>>,
): ChooseSm2 {
  const choose = chooser(backends, passesKnownAnswer);
  return (work, name) => choose(name === undefined ? order[work] : [name]);
}

/** Best first. */
export function chooseSm2Verification(backends: readonly Sm2Verification[]): ChooseSm2Verification {
  const choose = chooser(backends, verifiesKnownAnswer);
  return (name) => choose(name === undefined ? backends.map((backend) => backend.name) : [name]);
}

/** Each backend is tried once, when it is first needed. */
function chooser<B extends Sm2Verification>(backends: readonly B[], passes: (backend: B) => boolean) {
  const passed = new Map<BackendName, boolean>();
  const serves = (backend: B): boolean => {
    const known = passed.get(backend.name) ?? passes(backend);
    passed.set(backend.name, known);
    return known;
  };
  return (order: readonly BackendName[]): B => {
    for (const wanted of order) {
      const backend = backends.find((one) => one.name === wanted);
      if (backend !== undefined && serves(backend)) return backend;
    }
    throw new GovError('backend-unavailable', `this runtime has no SM2 backend of ${order.join(', ')}`);
  };
}
