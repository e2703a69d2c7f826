/**
 * Who a login or a right belongs to (主体): natural persons (自然人) and legal persons (法人), each with the code that
 * identifies it and the id under which one domain keeps it.
 */
import { HOLDER_CODE_TYPES, maskCitizenId, maskName, parseHolderCode } from '@gov/codes';
import type { JsonObject } from '@gov/token/json';
import type { Issue } from '@gov/verdict';
import * as z from 'zod/mini';
import { readAs, rule, text } from './internal/parse-with.js';

/** Natural person (自然人) or legal person (法人), other organisations among the latter. */
export const SUBJECT_KINDS = ['natural-person', 'legal-person'] as const;

export type SubjectKind = (typeof SUBJECT_KINDS)[number];

/** Longest local id, name, in UTF-16 code units. */
export const SUBJECT_LIMITS = { id: 200, name: 200 } as const;

/** The holder code type (持证主体代码类型) of unified social credit codes. */
const CREDIT_CODE = '001';

const codeIssues = (type: string, code: string): readonly Issue[] => {
  const read = parseHolderCode(type, code);
  return read.ok ? [] : read.issues;
};

/** Organisations have credit codes, nothing else. */
const DOCUMENT_TYPES = HOLDER_CODE_TYPES.filter(({ party }) => party !== 'organization').map(({ type }) => type);

const document = z
  .strictObject({ type: z.enum(DOCUMENT_TYPES), number: text(40) })
  .check(rule(({ type, number }) => codeIssues(type, number).map((found) => ({ ...found, path: ['number'] }))));

const naturalPerson = z.strictObject({
  kind: z.literal('natural-person'),
  id: text(SUBJECT_LIMITS.id),
  name: text(SUBJECT_LIMITS.name),
  document,
});

const legalPerson = z.strictObject({
  kind: z.literal('legal-person'),
  id: text(SUBJECT_LIMITS.id),
  name: text(SUBJECT_LIMITS.name),
  creditCode: text(18).check(rule((code) => codeIssues(CREDIT_CODE, code))),
});

/**
 * A natural person (自然人). `id` is the id of the account in this domain and leaves it only as a pairwise `sub`; `document` the
 * identity document (证件): a holder code type of `@gov/codes` (`111`: 居民身份证) and its number.
 */
export type NaturalPerson = z.output<typeof naturalPerson>;

/** A legal person or other organisation (法人和其他组织), by its unified social credit code (统一社会信用代码). */
export type LegalPerson = z.output<typeof legalPerson>;

export type Subject = NaturalPerson | LegalPerson;

const subjectSchema = z.discriminatedUnion('kind', [naturalPerson, legalPerson]);

/**
 * Reads a subject from outside: codes are checked as their type demands, everything wrong is told at once.
 *
 * @throws GovError `input-malformed` with issues
 * @example
 * readSubject({
 *   kind: 'natural-person',
 *   id: 'u-1001',
 *   name: '张三',
 *   document: { type: '111', number: '11010519491231002X' },
 * });
 */
export const readSubject = (value: unknown): Subject => readAs(subjectSchema, value, 'subject');

/** JSON Schema of a subject. */
export const subjectJsonSchema = () => z.toJSONSchema(subjectSchema, { io: 'input' });

/** The claims about a person that a token can be asked for; none goes into a token that was not asked for it. */
export const PERSONAL_CLAIMS = [
  'name',
  'name_masked',
  'document_type',
  'document_number',
  'document_number_masked',
  'credit_code',
] as const;

/** Those that name the person in full: of no access token, which every server on its way can read. @internal */
export const FULL_CLAIMS: readonly string[] = ['name', 'document_type', 'document_number'] satisfies PersonalClaim[];

export type PersonalClaim = (typeof PERSONAL_CLAIMS)[number];

/**
 * The claims that were asked for (按需返回的个人信息), and no others: what a subject has not, is left out. Masked forms are those of
 * `@gov/codes`; name and credit code of a legal person are public and are not masked.
 *
 * @example
 * const person = readSubject(json);
 * personalClaims(person, ['name_masked', 'document_number_masked']);
 * // { name_masked: '张*', document_number_masked: '110***********002X' }
 */
export function personalClaims(subject: Subject, asked: readonly PersonalClaim[]): JsonObject {
  const all: Partial<Record<PersonalClaim, string>> =
    subject.kind === 'legal-person'
      ? { name: subject.name, name_masked: subject.name, credit_code: subject.creditCode }
      : {
          name: subject.name,
          name_masked: maskName(subject.name),
          document_type: subject.document.type,
          document_number: subject.document.number,
          document_number_masked: maskCitizenId(subject.document.number),
        };
  return Object.fromEntries(
    PERSONAL_CLAIMS.flatMap((name) => {
      const value = all[name];
      return asked.includes(name) && value !== undefined ? [[name, value]] : [];
    }),
  );
}
