/** `gov license issue`: one licence, as files; with a database also in the register. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { formatIdentifier, type LicenseData, type LicenseType, parseLicenseData } from '@gov/e-license';
import { FaceFonts } from '@gov/e-license/face';
import { drawPrintForm, issueLicense, LicensePdfIssuer, type LicenseSeal } from '@gov/e-license/pdf';
import {
  type IssueAct,
  type IssuedEntry,
  type LicenseDocuments,
  type LicenseRegister,
  serialCounter,
  serialText,
} from '@gov/e-license/register';
import { readSeal } from '@gov/e-seal';
import { qrCode, qrPng } from '@gov/qr/draw';
import type { Store } from '@gov/store';
import { GovError } from '@gov/verdict';
import { certificateOf, PASSWORD_FILE, signerOf } from '../arguments.js';
import { command, type Outcome } from '../command.js';
import { DATABASE_OPTION } from '../database.js';
import { checkOutputs, readInput, writeOutputs } from '../files.js';
import { faceFont } from '../fonts.js';
import { ACTOR_OPTION, REASON_OPTION, REQUEST_OPTION, withRegister } from '../license-acts.js';
import { jsonOf, licenseTypes, TYPES_OPTION } from '../license-types.js';
import { refuseStdinTwice } from '../password.js';

const REISSUES = ['change', 'renewal', 'correction', 'replacement'] as const satisfies readonly IssueAct[];

export const licenseIssue = command({
  noun: 'license',
  verb: 'issue',
  about: {
    en: 'issue a licence: sealed PDF, QR, record; in a register with --database',
    zh: '签发证照：盖章 PDF、二维码、记录；用 --database 同时登记',
  },
  words: ['DATA.json'],
  options: {
    cert: { type: 'string', value: 'C', about: "the issuer's certificate", required: true },
    key: { type: 'string', value: 'K', about: "the issuer's private key", required: true },
    'key-password-file': PASSWORD_FILE,
    seal: { type: 'string', value: 'F.esl', about: "the issuing authority's seal" },
    'seal-cert': { type: 'string', value: 'C2', about: "the seal signer's certificate" },
    'seal-key': { type: 'string', value: 'K2', about: "the seal signer's private key" },
    'seal-key-password-file': PASSWORD_FILE,
    serial: {
      type: 'string',
      value: 'S',
      about: 'serial of the identifier (default: from the licence number; with --database always the next one)',
    },
    types: TYPES_OPTION,
    font: { type: 'string', value: 'FILE', about: 'TTF or OTF of the face' },
    database: { ...DATABASE_OPTION, required: false },
    actor: ACTOR_OPTION,
    request: REQUEST_OPTION,
    pdf: {
      type: 'boolean',
      about: { en: 'with --database: the sealed PDF at once', zh: '与 --database 同用：同时生成盖章 PDF' },
    },
    print: {
      type: 'string',
      value: 'FILE.pdf',
      about: { en: 'with --database: the paper form, counted', zh: '与 --database 同用：同步制发纸质证照（计数）' },
    },
    replaces: {
      type: 'string',
      value: 'IDENTIFIER',
      about: { en: 'with --database: the version that this one follows', zh: '被换发的证照标识' },
    },
    act: { type: 'string', value: 'ACT', about: { en: REISSUES.join(', '), zh: '变更、延续、更正、补发' } },
    reason: REASON_OPTION,
    out: {
      type: 'string',
      value: 'DIR',
      about: 'folder for <identifier>.pdf, .qr.png, .qr.txt, .json',
      required: true,
    },
  },
  async run([file], values, { at, force, readStdin }) {
    const { database, font, out } = values;
    const passwords = [values['key-password-file'], values['seal-key-password-file']] as const;
    refuseStdinTwice(...passwords);
    checkUse(values);
    const following = values.replaces === undefined ? undefined : actOf(values.act);
    // Found before a print is counted for nothing.
    if (values.print !== undefined && !force && existsSync(values.print)) {
      throw new GovError('file-exists', `${values.print} exists already; --force overwrites it`);
    }
    const types = await licenseTypes(values.types);
    const data = parseLicenseData(jsonOf(await readInput(file!), 'the licence data'), types);
    const type = types.find(({ code }) => code === data.type)!;
    const issuer = {
      certificate: await certificateOf(values.cert),
      signer: await signerOf(values.key, passwords[0], readStdin),
    };
    const seal = await sealOf(values, readStdin);
    const fonts = async () => new FaceFonts(font === undefined ? await faceFont() : await readInput(font));
    if (database === undefined) {
      const serial = values.serial === undefined ? {} : { serial: values.serial };
      const options = { type, issuedAt: at, issuer, seal: seal!, fonts: await fonts(), ...serial };
      const { record, qrText, pdf } = await issueLicense(data, options);
      return written({ record, qrText, pdf }, out, force, {});
    }
    const documents = await documentsOf(type, fonts, seal, values.print !== undefined);
    const issued = await withRegister(
      database,
      { types, issuer, clock: () => at, ...(documents === undefined ? {} : { documents }) },
      async (register, store) => {
        const { actor, request, replaces, reason } = values;
        // What is issued is issued, also where its files cannot be written.
        const next =
          replaces === undefined ? await nextIdentifier(store, data) : await followingIdentifier(register, replaces);
        const names = next === undefined ? [] : SUFFIXES.map((suffix) => join(out, `${next}${suffix}`));
        await checkOutputs(out, names, force);
        const options = {
          actor: actor!,
          document: values.pdf,
          print: values.print !== undefined,
          ...(request === undefined ? {} : { key: request }),
        };
        if (replaces === undefined || following === undefined) return register.issue(data, options);
        return register.reissue(replaces, data, { ...options, act: following, reason: reason! });
      },
      { create: true },
    );
    return registered(issued, data, { out, force, print: values.print });
  },
});

/** Of the files of a licence, behind its identifier. */
const SUFFIXES = ['.pdf', '.qr.png', '.qr.txt', '.json'] as const;

/** What is issued next, unless somebody else is faster. */
async function nextIdentifier(store: Store, { type, authority }: LicenseData): Promise<string> {
  const counter = serialCounter(type, authority.code);
  const last = (await store.counters()).find((one) => one.counter === counter)?.last ?? 0;
  return formatIdentifier({ type, issuer: authority.code, serial: serialText(last + 1), version: 1 });
}

/** Undefined where there is nothing to follow: the register says why. */
async function followingIdentifier(register: LicenseRegister, identifier: string): Promise<string | undefined> {
  const old = await register.find({ identifier });
  if (old === undefined) return undefined;
  const { typeCode: type, issuerCode: issuer, serial, version } = old;
  return formatIdentifier({ type, issuer, serial, version: version + 1 });
}

/** @throws GovError `usage` */
function checkUse(
  values: {
    readonly [name in 'database' | 'actor' | 'request' | 'print' | 'replaces' | 'act' | 'reason' | 'serial']?:
      | string
      | undefined;
  } & { readonly pdf: boolean },
): void {
  const given = (name: keyof typeof values): boolean => values[name] !== undefined && values[name] !== false;
  if (!given('database')) {
    const lost = (['actor', 'request', 'pdf', 'print', 'replaces', 'act', 'reason'] as const).filter(given);
    if (lost.length > 0) throw new GovError('usage', `--${lost[0]} goes with --database`);
    return;
  }
  if (!given('actor')) throw new GovError('usage', '--database needs --actor');
  if (given('serial')) throw new GovError('usage', 'with --database the serial is the next one: --serial does nothing');
  if (given('act') !== given('replaces') || given('reason') !== given('replaces')) {
    throw new GovError('usage', '--replaces, --act and --reason go together');
  }
}

function actOf(text: string | undefined): (typeof REISSUES)[number] {
  const act = REISSUES.find((name) => name === text);
  if (act === undefined) throw new GovError('usage', `--act is one of ${REISSUES.join(', ')}`);
  return act;
}

/** The seal, where it is needed or given. @throws GovError `usage` */
async function sealOf(
  values: {
    readonly seal: string | undefined;
    readonly 'seal-cert': string | undefined;
    readonly 'seal-key': string | undefined;
    readonly 'seal-key-password-file': string | undefined;
    readonly database: string | undefined;
    readonly pdf: boolean;
  },
  readStdin: () => Promise<Uint8Array>,
): Promise<LicenseSeal | undefined> {
  const { seal, 'seal-cert': certificate, 'seal-key': key } = values;
  if (values.database !== undefined && !values.pdf && (seal ?? certificate ?? key) === undefined) return undefined;
  if (seal === undefined || certificate === undefined || key === undefined) {
    throw new GovError('usage', 'a sealed PDF needs --seal, --seal-cert and --seal-key');
  }
  return {
    seal: readSeal(await readInput(seal)),
    certificate: await certificateOf(certificate),
    signer: await signerOf(key, values['seal-key-password-file'], readStdin),
  };
}

async function documentsOf(
  type: LicenseType,
  fontsOf: () => Promise<FaceFonts>,
  seal: LicenseSeal | undefined,
  prints: boolean,
): Promise<LicenseDocuments | undefined> {
  if (seal === undefined && !prints) return undefined;
  const fonts = await fontsOf();
  const sealed = seal && new LicensePdfIssuer({ types: [type], fonts, seal });
  return {
    issue: async (record, qrText, sealedAt) => sealed!.issue(record, qrText, sealedAt),
    print: (record, qrText, options) => drawPrintForm(record, qrText, { type, fonts, ...options }),
  };
}

/** Files of a licence that is in the register now: the same command with the same `--request` writes what is missing. */
async function registered(
  { entry, again, pdf, paper }: IssuedEntry,
  data: LicenseData,
  options: { readonly out: string; readonly force: boolean; readonly print: string | undefined },
): Promise<Outcome> {
  const { identifier, number, version, slot, auditIndex, record, qrText } = entry;
  if (record === undefined || qrText === undefined) {
    throw new GovError('license-status', `the licence ${identifier} was erased`);
  }
  const print = paper === undefined ? undefined : { path: options.print!, content: paper.pdf };
  const facts = { number: number ?? data.number, version, slot, auditIndex, again, ...(paper && { copy: paper.copy }) };
  return written({ record, qrText, pdf, print }, options.out, options.force, facts);
}

async function written(
  license: {
    readonly record: { readonly identifier: string };
    readonly qrText: string;
    readonly pdf?: Uint8Array | undefined;
    readonly print?: { readonly path: string; readonly content: Uint8Array } | undefined;
  },
  out: string,
  force: boolean,
  facts: Readonly<Record<string, unknown>>,
): Promise<Outcome> {
  const { record, qrText, pdf, print } = license;
  const { identifier } = record;
  const code = qrCode(qrText, { level: 'M', maxVersion: 20 });
  const base = join(out, identifier);
  // Personal data, all of it.
  const secret = true;
  const contents = {
    ...(pdf === undefined ? {} : { pdf: { path: `${base}.pdf`, content: pdf, secret } }),
    qrPng: { path: `${base}.qr.png`, content: qrPng(code, { scale: 8 }), secret },
    qrText: { path: `${base}.qr.txt`, content: qrText, secret },
    record: { path: `${base}.json`, content: `${JSON.stringify(record, null, 2)}\n`, secret },
    ...(print === undefined ? {} : { print: { ...print, secret } }),
  };
  await writeOutputs(Object.values(contents), force);
  const files = Object.fromEntries(Object.entries(contents).map(([name, { path }]) => [name, path]));
  return {
    kind: 'done',
    json: { identifier, ...files, qrVersion: code.version, ...facts },
    lines: [identifier, ...Object.values(files)],
  };
}
