/** Identifiers of electronic licences (电子证照标识), GB/T 36904. */

import { checkCharacterMod37_36, type Parsed, parseCreditCode, parseDivisionCode } from '@gov/codes';
import { GovError, type Issue } from '@gov/verdict';
import { identifierIssue } from './internal/identifier-issues.js';
import { under } from './internal/issue-path.js';

/** The root of all licence identifiers, with its last full stop left out (根). */
export const IDENTIFIER_ROOT = '1.2.156.3005.2';

/** Length of the serial number in characters. [open] These are the lengths seen; the text of the standard was not at hand. */
export const IDENTIFIER_LIMITS = { serialMin: 7, serialMax: 32 } as const;

const TEXT_MAX = 128;
const CODE_LENGTH = 18;

/** The parts of an identifier. Its check character follows from them. */
export interface LicenseIdentifier {
  /** 证照类型代码, 21 characters: the credit code of the defining authority and 3 digits. */
  readonly type: string;
  /** 证照颁发机构代码: a credit code, or a 6-digit division code. */
  readonly issuer: string;
  /** 流水号, of 0–9 and A–Z. */
  readonly serial: string;
  /** 版本号, 0 to 999. */
  readonly version: number;
}

/**
 * Writes an identifier: with the root, unless `root` is false (as the QR carries it).
 *
 * @throws GovError `invalid-argument` with all `issues` when a part is wrong.
 * @example
 * formatIdentifier({ type: '11100000MB03271699022', issuer: '340100', serial: '000000016', version: 1 })
 * // '1.2.156.3005.2.11100000MB03271699022.340100.000000016.001.9'
 */
export function formatIdentifier(parts: LicenseIdentifier, options: { readonly root?: boolean } = {}): string {
  const version = String(parts.version).padStart(3, '0');
  const issues = partIssues(parts.type, parts.issuer, parts.serial, version);
  if (issues.length > 0)
    throw new GovError('invalid-argument', 'the parts of a licence identifier are wrong', { issues });
  const body = [parts.type, parts.issuer, parts.serial, version];
  const text = [...body, checkCharacterMod37_36(body.join(''))].join('.');
  return options.root === false ? text : `${IDENTIFIER_ROOT}.${text}`;
}

/**
 * Reads an identifier with or without its root. Issues: `identifier-form` alone, or of `identifier-type`,
 * `identifier-issuer`, `identifier-serial`, `identifier-version`, `identifier-check` and those of `parseCreditCode` and
 * `parseDivisionCode` all that apply.
 *
 * @example
 * parseIdentifier('11100000MB03271699022.340100.000000016.001.9')
 * // { ok: true, value: { type: '11100000MB03271699022', issuer: '340100', serial: '000000016', version: 1 } }
 */
export function parseIdentifier(text: string): Parsed<LicenseIdentifier> {
  const rest = text.startsWith(`${IDENTIFIER_ROOT}.`) ? text.slice(IDENTIFIER_ROOT.length + 1) : text;
  const parts = text.length <= TEXT_MAX ? rest.split('.') : [];
  if (parts.length !== 5) return { ok: false, issues: [identifierIssue('identifier-form')] };
  const [type, issuer, serial, version, check] = parts as [string, string, string, string, string];
  const body = type + issuer + serial + version;
  const issues = partIssues(type, issuer, serial, version).map((found): Issue => ({ ...found, path: [] }));
  if (!/^[0-9A-Z]+$/.test(body) || checkCharacterMod37_36(body) !== check)
    issues.push(identifierIssue('identifier-check'));
  return issues.length > 0
    ? { ok: false, issues }
    : { ok: true, value: { type, issuer, serial, version: Number(version) } };
}

/** Issues of a licence type code (证照类型代码). */
export function typeCodeIssues(type: string): readonly Issue[] {
  if (!/^.{18}[0-9]{3}$/su.test(type)) return [identifierIssue('identifier-type')];
  const authority = parseCreditCode(type.slice(0, CODE_LENGTH));
  return authority.ok ? [] : authority.issues;
}

function partIssues(type: string, issuer: string, serial: string, version: string): Issue[] {
  const { serialMin: min, serialMax: max } = IDENTIFIER_LIMITS;
  return [
    ...under(['type'], typeCodeIssues(type)),
    ...under(['issuer'], issuerIssues(issuer)),
    ...(/^[0-9A-Z]+$/.test(serial) && serial.length >= min && serial.length <= max
      ? []
      : [identifierIssue('identifier-serial', ['serial'], { min, max })]),
    ...(/^[0-9]{3}$/.test(version) ? [] : [identifierIssue('identifier-version', ['version'])]),
  ];
}

function issuerIssues(issuer: string): readonly Issue[] {
  if (issuer.length !== CODE_LENGTH && issuer.length !== 6) return [identifierIssue('identifier-issuer')];
  const result = issuer.length === 6 ? parseDivisionCode(issuer) : parseCreditCode(issuer);
  return result.ok ? [] : result.issues;
}
