import { isGovError } from '@gov/verdict';

/** The code of the GovError that `run` throws; any other error is let through, for a test to fail on. */
export function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (isGovError(error)) return error.code;
    throw error;
  }
  return 'nothing thrown';
}

/** Octets of hexadecimal text; blanks are for the eye. */
export const hex = (text: string): Uint8Array =>
  Uint8Array.from(text.replace(/\s+/g, '').match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

export const ascii = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
