/** Licence types of a run: those that come with the program, and `--types`. */
import { defineLicenseType, LICENSE_TYPES, type LicenseType } from '@gov/e-license';
import { GovError } from '@gov/verdict';
import type { OptionDefinition } from './command.js';
import { readInput } from './files.js';

export const TYPES_OPTION = {
  type: 'string',
  value: 'FILE',
  about: {
    en: 'more licence types: a definition or a list of them, JSON',
    zh: '另加的证照类型定义（JSON，单个或数组）',
  },
} as const satisfies OptionDefinition;

/** A definition of one's own takes the place of a shipped one with the same code. @throws GovError `license-type-invalid` and what reading throws */
export async function licenseTypes(file: string | undefined): Promise<readonly LicenseType[]> {
  if (file === undefined) return LICENSE_TYPES;
  const input = jsonOf(await readInput(file), 'the definition of licence types');
  const own = (Array.isArray(input) ? input : [input]).map((definition) => defineLicenseType(definition));
  const codes = own.map(({ code }) => code);
  if (new Set(codes).size !== codes.length) throw new GovError('license-type-invalid', 'two definitions have one code');
  return [...LICENSE_TYPES.filter(({ code }) => !codes.includes(code)), ...own];
}

/** @throws GovError `input-malformed` */
export function jsonOf(bytes: Uint8Array, what: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new GovError('input-malformed', `${what} is not JSON in UTF-8`, { cause });
  }
}
