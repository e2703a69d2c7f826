/** What a verb is: its words, its options, and what it answers. */
import { parseArgs } from 'node:util';
import { type Finding, GovError, type Report } from '@gov/verdict';

export interface OptionDefinition {
  readonly type: 'string' | 'boolean';
  /** Shown in help, e.g. `MM`. */
  readonly value?: string;
  readonly about: string | { readonly en: string; readonly zh: string };
  readonly required?: boolean;
  /** May be given several times: a list then. */
  readonly multiple?: true;
  /** What is wrong with a value, in words that do not repeat it; undefined for nothing. */
  readonly problem?: (value: string) => string | undefined;
}

type Options = Readonly<Record<string, OptionDefinition>>;

type Values<O extends Options> = {
  readonly [Name in keyof O]: O[Name]['type'] extends 'boolean'
    ? boolean
    : O[Name] extends { readonly multiple: true }
      ? readonly string[] | undefined
      : O[Name] extends { readonly required: true }
        ? string
        : string | undefined;
};

/** What was given, by the names of the options. */
type GivenValues = Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;

/**
 * What a verb did: something for people and the same as one JSON object, or a report; or what it does until it is ended by a
 * signal, then `closed` is done.
 */
export type Outcome =
  | {
      readonly kind: 'done';
      readonly json: Readonly<Record<string, unknown>>;
      readonly lines: readonly string[];
      /** What to know of the input: on standard error, or `warnings` in the JSON. */
      readonly warnings?: readonly Finding[];
      /** Done, and not all of it came out as it was meant: exit status 1. */
      readonly incomplete?: boolean;
    }
  | {
      readonly kind: 'serving';
      readonly json: Readonly<Record<string, unknown>>;
      readonly lines: readonly string[];
      readonly closed: Promise<void>;
    }
  | {
      readonly kind: 'report';
      readonly report: Report;
      /** For people: what each of the report's `signatures` is. */
      readonly headings?: readonly string[];
    };

/** The surroundings of a run; nothing else is global. */
interface Context {
  /** The clock, fixed by `--at`. */
  readonly at: Date;
  readonly lang: 'zh' | 'en';
  readonly force: boolean;
  readonly readStdin: () => Promise<Uint8Array>;
}

export interface Command {
  readonly noun: string;
  readonly verb: string;
  readonly about: { readonly en: string; readonly zh: string };
  /** Names of the words after the verb, e.g. `['IN.pdf']`; one that ends in `…` stands for one word or more, `[CERT]` for one or none. */
  readonly words: readonly string[];
  readonly options: Options;
  run(words: readonly string[], values: GivenValues, context: Context): Promise<Outcome>;
}

/** Keeps the types of a command's own options while all commands stand in one list. */
export function command<const O extends Options>(definition: {
  readonly noun: string;
  readonly verb: string;
  readonly about: { readonly en: string; readonly zh: string };
  readonly words: readonly string[];
  readonly options: O;
  run(words: readonly string[], values: Values<O>, context: Context): Promise<Outcome>;
}): Command {
  return definition as unknown as Command;
}

/** Options that every verb takes. */
export const COMMON: Options = {
  json: { type: 'boolean', about: { en: 'print exactly one JSON object', zh: '只输出一个 JSON 对象' } },
  at: {
    type: 'string',
    value: 'TIME',
    about: { en: 'fix the clock (RFC 3339, or YYYY-MM-DD)', zh: '指定时间（RFC 3339 或 YYYY-MM-DD）' },
  },
  force: { type: 'boolean', about: { en: 'overwrite existing output files', zh: '覆盖已有的输出文件' } },
  lang: {
    type: 'string',
    value: 'zh|en',
    about: { en: 'language of the text (default: the locale)', zh: '文本语言（默认取系统语言）' },
  },
  help: { type: 'boolean', about: { en: 'show this help', zh: '显示帮助' } },
};

export interface Parsed {
  readonly words: readonly string[];
  readonly values: GivenValues;
}

/** @throws GovError `usage` */
export function parse(args: readonly string[], definition: Command): Parsed {
  const options = { ...COMMON, ...definition.options };
  const { values, positionals } = parsed(args, options);
  if (values.help === true) return { words: positionals, values };
  const expected = definition.words.length;
  const repeated = definition.words.at(-1)?.endsWith('…') === true;
  const least = definition.words.filter((word) => !word.startsWith('[')).length;
  if (positionals.length < least || (positionals.length > expected && !repeated)) {
    throw new GovError(
      'usage',
      `gov ${definition.noun} ${definition.verb} takes ${definition.words.join(' ') || 'no words'}`,
    );
  }
  for (const [name, option] of Object.entries(options)) {
    const value = values[name];
    if (option.required === true && value === undefined) throw new GovError('usage', `--${name} is required`);
    const problem = typeof value === 'string' ? option.problem?.(value) : undefined;
    if (problem !== undefined) throw new GovError('invalid-argument', `--${name} ${problem}`);
  }
  return { words: positionals, values };
}

function parsed(args: readonly string[], options: Options) {
  try {
    return parseArgs({
      args: withNegatives(args, options),
      options: Object.fromEntries(
        Object.entries(options).map(([name, { type, multiple = false }]) => [name, { type, multiple }]),
      ),
      allowPositionals: true,
      strict: true,
    });
  } catch (cause) {
    throw new GovError('usage', cause instanceof Error ? cause.message : 'wrong use', { cause });
  }
}

/** `--dx -5` as `--dx=-5`: alone, the number would be taken for an option. */
function withNegatives(args: readonly string[], options: Options): string[] {
  const joined: string[] = [];
  for (const arg of args) {
    const before = joined.at(-1) ?? '';
    const takesValue = before.startsWith('--') && options[before.slice(2)]?.type === 'string';
    if (takesValue && /^-\d/.test(arg)) joined[joined.length - 1] = `${before}=${arg}`;
    else joined.push(arg);
  }
  return joined;
}
