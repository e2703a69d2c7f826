/** How zod's issues become ours: stable codes, texts in both languages, for one call only. */
import { type Finding, GovError, type Issue } from '@gov/verdict';
import * as z from 'zod/mini';

// Texts name rules, never values: those may be personal data.
const TEXTS = {
  missing: ['required and not there', '缺少必填项'],
  'wrong-type': ['of another type', '类型错误'],
  'unknown-field': ['unknown field', '未定义的字段'],
  'not-allowed': ['not one of the allowed values', '不是允许的值'],
  'too-small': ['too short, too few or too small', '过短、过少或过小'],
  'too-large': ['too long, too many or too large', '过长、过多或过大'],
  form: ['not in the form demanded', '格式错误'],
  duplicate: ['the same twice', '重复'],
  'uri-form': [
    'https in its one spelling, without user, wildcard or fragment',
    '应为规范写法的https地址，不含用户信息、通配符、片段',
  ],
  'key-form': ['no public key that is read', '不是可识别的公钥'],
  'key-private': ['a private key: it is known now and has to be replaced', '含私钥，该密钥已泄露，须更换'],
  'personal-number': ['the number of a person does not belong here', '此处不得填写身份证号码、手机号码'],
  'text-form': ['blanks at an end, or control or other invisible characters', '首尾有空白，或含控制符及其他不可见字符'],
} as const satisfies Record<string, readonly [string, string]>;

/** Stable codes of the issues of this package, beside those of `@gov/codes` and the rules of each schema. */
type DataIssue = keyof typeof TEXTS;

export function issue(code: DataIssue, path: Issue['path'] = []): Issue {
  const [message, messageZh] = TEXTS[code];
  return { path, code, message, messageZh };
}

/** A check that answers issues of ours; the others of the same value still run. */
export const rule = <Value>(find: (value: Value) => readonly Issue[]) =>
  z.check<Value>((context) => {
    for (const found of find(context.value))
      context.issues.push({
        code: 'custom',
        input: context.value,
        path: [...found.path],
        params: { found },
        continue: true,
      });
  });

/** Line ends, directions, halves of characters and what else nobody sees. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** Text of 1 to `max` UTF-16 code units that looks like what it is. */
export const text = (max: number) =>
  z.string().check(
    z.minLength(1),
    z.maxLength(max),
    rule((value) => (INVISIBLE.test(value) || value !== value.trim() ? [issue('text-form')] : [])),
  );

/** Everything wrong, or the value, with texts of our own whatever a global `z.config` elsewhere says. */
export function parseWith<Schema extends z.ZodMiniType>(
  schema: Schema,
  input: unknown,
): { readonly value: z.output<Schema> } | { readonly issues: readonly Issue[] } {
  // Without eval: a content security policy may forbid it.
  const result = z.safeParse(schema, input, { error: stableCode, jitless: true });
  return result.success ? { value: result.data } : { issues: result.error.issues.flatMap(ofZod) };
}

/** The value. @throws GovError `input-malformed` with every issue */
export function readAs<Schema extends z.ZodMiniType>(schema: Schema, input: unknown, what: string): z.output<Schema> {
  const result = parseWith(schema, input);
  if ('value' in result) return result.value;
  throw new GovError('input-malformed', `${what}: ${issuesText(result.issues)}`, { issues: result.issues });
}

/** `document.number: citizen-id-check`: places and codes, no values. */
export const issuesText = (issues: readonly Issue[]): string =>
  issues
    .slice(0, 5)
    .map(({ path, code }) => `${path.join('.')}: ${code}`)
    .join('; ');

/** What is wrong with the claims of a token: one finding each, by name. Those that are missing altogether are found by `jwtFindings`. */
export const claimsFindings = (issues: readonly Issue[]): readonly Finding[] =>
  issues
    .filter(({ code, path }) => code !== 'missing' || path.length > 1)
    .map(({ code, path }) => ({
      check: 'format',
      outcome: 'fail',
      code: 'token-claim-malformed',
      // The name of a field that is unknown is the sender's own word.
      detail: (code === 'unknown-field' ? path.slice(0, -1) : path).join('.'),
    }));

function stableCode(raw: z.core.$ZodRawIssue): DataIssue {
  if (raw.input === undefined) return 'missing';
  switch (raw.code) {
    case 'too_small':
      return 'too-small';
    case 'too_big':
      return 'too-large';
    case 'invalid_format':
      return 'form';
    case 'invalid_value':
    case 'invalid_union':
      return 'not-allowed';
    default:
      return 'wrong-type';
  }
}

function ofZod(raw: z.core.$ZodIssue): Issue[] {
  const path = raw.path.filter((step) => typeof step !== 'symbol');
  if (raw.code === 'custom') return [{ ...(raw.params?.found as Issue), path }];
  if (raw.code === 'unrecognized_keys') return raw.keys.map((key) => issue('unknown-field', [...path, key]));
  return [issue(raw.message as DataIssue, path)];
}
