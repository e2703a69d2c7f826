/**
 * The command `gov`: `gov <noun> <verb>`.
 *
 * Exit status: 0 done or valid, 1 invalid, 2 wrong use or unreadable input, 3 indeterminate, 70 internal error.
 *
 * @packageDocumentation
 */
import { GovError, isGovError, type Verdict } from '@gov/verdict';
import { timeOf } from './arguments.js';
import { COMMON, type Command, type Outcome, type Parsed, parse } from './command.js';
import { errorJson, errorLines, findingLine, jsonLine, type Language, printable, reportLines, warn } from './output.js';

/** The verbs of each noun, in the order of `gov --help`; loaded where they are asked for: all together take most of a second. */
const NOUNS: Readonly<Record<string, readonly (() => Promise<readonly Command[]>)[]>> = {
  ca: [
    async () => (await import('./commands/ca.js')).CA_COMMANDS,
    async () => (await import('./commands/ca-revocation.js')).CA_REVOCATION_COMMANDS,
  ],
  cert: [async () => (await import('./commands/cert.js')).CERT_COMMANDS],
  cms: [async () => (await import('./commands/cms.js')).CMS_COMMANDS],
  seal: [async () => (await import('./commands/seal.js')).SEAL_COMMANDS],
  pdf: [async () => (await import('./commands/pdf.js')).PDF_COMMANDS],
  license: [async () => (await import('./commands/license.js')).LICENSE_COMMANDS],
  citycode: [async () => (await import('./commands/citycode.js')).CITYCODE_COMMANDS],
  catalog: [async () => (await import('./commands/catalog.js')).CATALOG_COMMANDS],
  code: [
    async () => (await import('./commands/code-division.js')).CODE_DIVISION_COMMANDS,
    async () => (await import('./commands/code-check.js')).CODE_CHECK_COMMANDS,
  ],
  key: [async () => (await import('./commands/key.js')).KEY_COMMANDS],
  cbom: [async () => (await import('./commands/cbom.js')).CBOM_COMMANDS],
  store: [async () => (await import('./commands/store.js')).STORE_COMMANDS],
  trust: [async () => (await import('./commands/trust.js')).TRUST_COMMANDS],
  audit: [async () => (await import('./commands/audit.js')).AUDIT_COMMANDS],
  timestamp: [async () => (await import('./commands/timestamp.js')).TIMESTAMP_COMMANDS],
  token: [async () => (await import('./commands/token.js')).TOKEN_COMMANDS],
  serve: [
    async () => (await import('./commands/serve.js')).SERVE_COMMANDS,
    async () => (await import('./commands/serve-tsa.js')).TSA_COMMANDS,
    async () => (await import('./commands/serve-ocsp.js')).OCSP_COMMANDS,
    async () => (await import('./commands/serve-license.js')).SERVE_LICENSE_COMMANDS,
  ],
};

const STATUS: Readonly<Record<Verdict, number>> = { valid: 0, invalid: 1, indeterminate: 3 };

/** Size of what is read from standard input, bytes. */
const MAX_STDIN_BYTES = 64 * 1024 * 1024;

/** Runs one command line (without `node` and the script) and answers the exit status. */
export async function main(args: readonly string[]): Promise<number> {
  const json = args.includes('--json');
  let lang = languageOf(args);
  try {
    const [noun, verb, ...rest] = args;
    const command = (await commandsOf(noun)).find((one) => one.noun === noun && one.verb === verb);
    if (command === undefined) return await overview(noun, verb, lang, json);
    const { words, values } = parse(rest, command);
    lang = chosenLanguage(values, lang);
    if (values.help === true) return print(helpLines(command, lang));
    const outcome = await command.run(words, values, {
      at: typeof values.at === 'string' ? timeOf(values.at, 'at') : new Date(),
      lang,
      force: values.force === true,
      readStdin,
    });
    return await finish(outcome, lang, json);
  } catch (error) {
    return failed(error, lang, json);
  }
}

async function finish(outcome: Outcome, lang: Language, json: boolean): Promise<number> {
  if (outcome.kind === 'done') {
    const { warnings, incomplete = false } = outcome;
    const status = incomplete ? 1 : 0;
    if (json) {
      print([jsonLine(warnings === undefined ? outcome.json : { ...outcome.json, warnings })]);
      return status;
    }
    for (const warning of warnings ?? []) warn(findingLine(warning, lang));
    print(outcome.lines);
    return status;
  }
  if (outcome.kind === 'serving') {
    print(json ? [jsonLine(outcome.json)] : outcome.lines);
    // The one object on standard output was the answer; what ends the service is said beside it.
    return outcome.closed.then(
      () => 0,
      (error: unknown) => failed(error, lang, false),
    );
  }
  const { report, headings } = outcome;
  print(json ? [jsonLine(report)] : reportLines(report, lang, headings));
  return STATUS[report.verdict];
}

function failed(error: unknown, lang: Language, json: boolean): number {
  const known = isGovError(error);
  // The message of an unforeseen error may hold anything; a developer sees it by asking for it.
  const shown = known ? error : new GovError('internal', 'internal error; set GOV_DEBUG=1 to see it');
  if (!known && process.env.GOV_DEBUG === '1') console.error(error);
  if (json) print([jsonLine(errorJson(shown))]);
  else for (const line of errorLines(shown, lang)) warn(line);
  return known ? 2 : 70;
}

/** Of one noun, or of none that there is. */
async function commandsOf(noun: string | undefined): Promise<readonly Command[]> {
  if (noun === undefined || !Object.hasOwn(NOUNS, noun)) return [];
  return (await Promise.all(NOUNS[noun]!.map((load) => load()))).flat();
}

async function overview(
  noun: string | undefined,
  verb: string | undefined,
  lang: Language,
  json: boolean,
): Promise<number> {
  const asked = noun === undefined || noun === '--help' || noun === 'help';
  const own = await commandsOf(noun);
  if (!asked && !(own.length > 0 && (verb === undefined || verb === '--help'))) {
    throw new GovError('usage', `there is no "gov ${noun} ${verb ?? ''}"; gov --help lists what there is`);
  }
  if (json) throw new GovError('usage', 'gov <noun> <verb> [--json] …');
  const shown = asked ? (await Promise.all(Object.keys(NOUNS).map(commandsOf))).flat() : own;
  return print([
    'gov <noun> <verb> [options]',
    '',
    ...shown.map((one) => `  gov ${one.noun} ${one.verb} ${one.words.join(' ')}`.padEnd(52) + one.about[lang]),
    '',
    lang === 'zh' ? 'gov <noun> <verb> --help 查看选项' : 'gov <noun> <verb> --help shows its options',
  ]);
}

function helpLines(command: Command, lang: Language): string[] {
  return [
    `gov ${command.noun} ${command.verb} ${command.words.join(' ')}`.trimEnd(),
    command.about[lang],
    '',
    ...Object.entries({ ...command.options, ...COMMON }).map(([name, option]) => {
      const head = `  --${name}${option.value === undefined ? '' : ` ${option.value}`}`;
      const about = typeof option.about === 'string' ? option.about : option.about[lang];
      const required = lang === 'zh' ? '（必填）' : ' (required)';
      return `${`${head}  `.padEnd(26)}${about}${option.required === true ? required : ''}`;
    }),
  ];
}

/** The only way to standard output. */
function print(lines: readonly string[]): number {
  process.stdout.write(`${lines.map(printable).join('\n')}\n`);
  return 0;
}

function chosenLanguage(values: Parsed['values'], otherwise: Language): Language {
  const { lang } = values;
  if (lang === undefined) return otherwise;
  if (lang !== 'zh' && lang !== 'en') throw new GovError('usage', '--lang is zh or en');
  return lang;
}

/** The locale, as POSIX orders its variables. */
function languageOf(args: readonly string[]): Language {
  const at = args.indexOf('--lang');
  const locale =
    args[at + 1 || args.length] ?? (process.env.LC_ALL || process.env.LC_MESSAGES || process.env.LANG || '');
  return /^zh/i.test(locale) ? 'zh' : 'en';
}

async function readStdin(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of process.stdin) {
    length += (chunk as Uint8Array).length;
    if (length > MAX_STDIN_BYTES)
      throw new GovError('input-too-large', `more than ${MAX_STDIN_BYTES} bytes on standard input`);
    chunks.push(chunk as Uint8Array);
  }
  const all = new Uint8Array(length);
  let filled = 0;
  for (const chunk of chunks) {
    all.set(chunk, filled);
    filled += chunk.length;
  }
  return all;
}
