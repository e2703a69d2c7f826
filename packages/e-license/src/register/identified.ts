/** Identifiers as people give them: with or without the root, in capital or small letters. */
import { GovError } from '@gov/verdict';
import { formatIdentifier, parseIdentifier } from '../identifier.js';

interface Identified {
  /** As the register has it. */
  readonly identifier: string;
  readonly issuer: string;
}

/** Undefined for what is no identifier, or has a wrong check character. */
export function identified(spelt: string): Identified | undefined {
  const parsed = parseIdentifier(spelt.replace(/[a-z]+/g, (letters) => letters.toUpperCase()));
  return parsed.ok ? { identifier: formatIdentifier(parsed.value), issuer: parsed.value.issuer } : undefined;
}

/** @throws GovError `license-not-found` */
export function known(spelt: string): Identified {
  const found = identified(spelt);
  if (found === undefined) throw notFound();
  return found;
}

export const notFound = (): GovError =>
  new GovError('license-not-found', 'the register has no licence with this identifier');
