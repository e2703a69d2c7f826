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
import { AUDIT_COMMANDS } from './commands/audit.js';
import { CA_COMMANDS } from './commands/ca.js';
import { CA_REVOCATION_COMMANDS } from './commands/ca-revocation.js';
import { CBOM_COMMANDS } from './commands/cbom.js';
import { CERT_COMMANDS } from './commands/cert.js';
import { CITYCODE_COMMANDS } from './commands/citycode.js';
import { CMS_COMMANDS } from './commands/cms.js';
import { KEY_COMMANDS } from './commands/key.js';
import { LICENSE_COMMANDS } from './commands/license.js';
import { PDF_COMMANDS } from './commands/pdf.js';
import { SEAL_COMMANDS } from './commands/seal.js';
import { SERVE_COMMANDS } from './commands/serve.js';
import { SERVE_LICENSE_COMMANDS } from './commands/serve-license.js';
import { OCSP_COMMANDS } from './commands/serve-ocsp.js';
import { TSA_COMMANDS } from './commands/serve-tsa.js';
import { STORE_COMMANDS } from './commands/store.js';
import { TIMESTAMP_COMMANDS } from './commands/timestamp.js';
import { TOKEN_COMMANDS } from './commands/token.js';
import { TRUST_COMMANDS } from './commands/trust.js';
import { errorJson, errorLines, findingLine, jsonLine, type Language, printable, reportLines, warn } from './output.js';

const COMMANDS: readonly Command[] = [
  ...CA_COMMANDS,
  ...CA_REVOCATION_COMMANDS,
  ...CERT_COMMANDS,
  ...CMS_COMMANDS,
  ...SEAL_COMMANDS,
  ...PDF_COMMANDS,
  ...LICENSE_COMMANDS,
  ...CITYCODE_COMMANDS,
  ...KEY_COMMANDS,
  ...CBOM_COMMANDS,
  ...STORE_COMMANDS,
  ...TRUST_COMMANDS,
  ...AUDIT_COMMANDS,
  ...TIMESTAMP_COMMANDS,
  ...TOKEN_COMMANDS,
  ...SERVE_COMMANDS,
  ...TSA_COMMANDS,
  ...OCSP_COMMANDS,
  ...SERVE_LICENSE_COMMANDS,
];

const STATUS: Readonly<Record<Verdict, number>> = { valid: 0, invalid: 1, indeterminate: 3 };

/** Size of what is read from standard input, bytes. */
const MAX_STDIN_BYTES = 64 * 1024 * 1024;

/** Runs one command line (without `node` and the script) and answers the exit status. */
export async function main(args: readonly string[]): Promise<number> {
  const json = args.includes('--json');
  let lang = languageOf(args);
  try {
    const [noun, verb, ...rest] = args;
    const command = COMMANDS.find((one) => one.noun === noun && one.verb === verb);
    if (command === undefined) return overview(noun, verb, lang, json);
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

function overview(noun: string | undefined, verb: string | undefined, lang: Language, json: boolean): number {
  const asked = noun === undefined || noun === '--help' || noun === 'help';
  const own = COMMANDS.filter((one) => one.noun === noun);
  if (!asked && !(own.length > 0 && (verb === undefined || verb === '--help'))) {
    throw new GovError('usage', `there is no "gov ${noun} ${verb ?? ''}"; gov --help lists what there is`);
  }
  if (json) throw new GovError('usage', 'gov <noun> <verb> [--json] …');
  return print([
    'gov <noun> <verb> [options]',
    '',
    ...(asked ? COMMANDS : own).map(
      (one) => `  gov ${one.noun} ${one.verb} ${one.words.join(' ')}`.padEnd(52) + one.about[lang],
    ),
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
