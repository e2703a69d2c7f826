/** `gov citycode verify`: a gate that is asked once. */
import { cityCodeProfile, readCityCodeText } from '@gov/city-code';
import { Gate, type GatePolicy } from '@gov/city-code/gate';
import { OnlineCodes } from '@gov/city-code/online';
import type { VerdictLog } from '@gov/city-code/verdict-log';
import { examineLicenseQr } from '@gov/e-license/qr';
import { TrustStore } from '@gov/pki';
import type { TrustList } from '@gov/pki/trust-list';
import { readQr } from '@gov/qr/read';
import { type Finding, GovError, isGovError, type Report, report } from '@gov/verdict';
import { believedOf, certificatesAt, PASSWORD_FILE, signerOf, TRUST_OPTIONS } from '../arguments.js';
import { licenseTextOf } from '../carried-license.js';
import { takeFilters, withGateState, withVerdictLog } from '../city-code-gate.js';
import { bitsOf, CHALLENGE_OPTION, challengeOf, citySubjectOf, wholeOf } from '../city-code-options.js';
import { command } from '../command.js';
import { DATABASE_OPTION, openDatabase } from '../database.js';
import { readInput } from '../files.js';
import { licenseStatusOf, STATUS_OPTIONS } from '../license-status.js';

export const citycodeVerify = command({
  noun: 'citycode',
  verb: 'verify',
  about: {
    en: 'verify a code as a gate does: text, picture of a QR, or octets',
    zh: '像闸机一样核验城市码：文本、二维码图片或原始字节',
  },
  words: ['F.txt|F.png|F.bin|-'],
  options: {
    scene: {
      type: 'string',
      value: 'N',
      multiple: true,
      about: { en: 'scene that the gate serves', zh: '闸机所属场景（可多个）' },
      required: true,
    },
    trust: { ...TRUST_OPTIONS.trust, value: 'LIST', about: { en: 'trust list of the issuers', zh: '签发者信任列表' } },
    'trust-key': TRUST_OPTIONS['trust-key'],
    'trust-state': TRUST_OPTIONS['trust-state'],
    certs: {
      ...TRUST_OPTIONS.certs,
      about: { en: 'certificates of issuers of licences, to look up', zh: '供查找的证照签发者证书，本身不作信任锚' },
    },
    region: {
      type: 'string',
      value: 'CODE',
      about: { en: 'region whose codes are taken (any)', zh: '受理的行政区划（默认不限）' },
    },
    entitlements: {
      type: 'string',
      value: 'BITS',
      about: { en: 'bits that must all be there: 5 or 0x5', zh: '必须具备的权益位，如 5 或 0x5' },
    },
    'min-assurance': {
      type: 'string',
      value: '0..3',
      about: { en: 'least assurance', zh: '最低身份保障等级' },
    },
    subject: {
      type: 'string',
      value: 'KIND',
      multiple: true,
      about: { en: 'kinds of holders that are let in (all)', zh: '受理的主体（可多个，默认不限）' },
    },
    'max-ttl': {
      type: 'string',
      value: 'S',
      about: { en: 'longest life of a code, whatever it says (60)', zh: '码的最长有效秒数（默认 60）' },
    },
    url: {
      type: 'string',
      value: 'BASE',
      multiple: true,
      about: { en: 'base behind which URLs are taken', zh: '受理的网址码前缀（可多个）' },
    },
    filter: {
      type: 'string',
      value: 'FILE',
      multiple: true,
      about: { en: 'revocation filter of an issuer; demands its answer', zh: '签发者的撤销过滤器（给出即须核验撤销）' },
    },
    'filter-age': {
      type: 'string',
      value: 'S',
      about: { en: 'greatest age of a filter (86400)', zh: '过滤器最大时龄，秒（默认 86400）' },
    },
    challenge: CHALLENGE_OPTION,
    state: {
      type: 'string',
      value: 'DIR',
      about: { en: 'remembers codes, to know replays', zh: '防重放状态目录' },
    },
    license: {
      type: 'string',
      value: 'F.txt|F.png|EL1:…',
      about: {
        en: 'licence shown beside the code: verified, and it must be the one that the code carries (P2)',
        zh: '同时出示的证照（二维码文本或图片）：一并核验，且须为该码所载证照（P2）',
      },
    },
    ...STATUS_OPTIONS,
    status: {
      ...STATUS_OPTIONS.status,
      about: {
        en: 'status lists of issuers of licences; demands a licence in force',
        zh: '证照签发机构的状态列表令牌；给出即须携带有效证照',
      },
    },
    log: {
      type: 'string',
      value: 'FILE',
      about: { en: 'log of verdicts, chained and signed', zh: '核验日志（链式并签名）' },
    },
    'log-key': {
      type: 'string',
      value: 'FILE',
      about: { en: 'private key of the gate, for the log', zh: '闸机私钥（用于日志签名）' },
    },
    'log-key-password-file': PASSWORD_FILE,
    gate: {
      type: 'string',
      value: 'NAME',
      about: { en: 'name of the gate in the log (gate)', zh: '日志中的闸机名称（默认 gate）' },
    },
    database: {
      ...DATABASE_OPTION,
      required: false,
      about: { en: 'redeems online codes (P0)', zh: '核销联机码（P0）的数据库' },
    },
  },
  async run([file], values, { at, lang, readStdin }) {
    const { database, log: logFile, 'log-key': logKey, url: bases = [] } = values;
    const scenes = (values.scene ?? []).map((scene) => wholeOf(scene, 'scene', 0xffff));
    if (scenes.length === 0) throw new GovError('usage', '--scene is required');
    if ((logFile === undefined) !== (logKey === undefined)) throw new GovError('usage', '--log goes with --log-key');
    if (logFile === undefined && values.gate !== undefined) throw new GovError('usage', '--gate goes with --log');
    if (values['filter-age'] !== undefined && values.filter === undefined)
      throw new GovError('usage', '--filter-age goes with --filter');
    const policy = policyOf(values, scenes);
    const challenge = challengeOf(values.challenge);
    const shown = await shownOf(file === '-' ? await readStdin() : await readInput(file!));
    const licenseText = values.license === undefined ? undefined : await licenseTextOf(values.license);
    const status = await licenseStatusOf(values);
    const signer = logKey && (await signerOf(logKey, values['log-key-password-file'], readStdin));
    const logged = signer && { file: logFile!, gate: values.gate ?? 'gate', signer, at };
    const online = database === undefined ? [] : shown.filter((one) => isOnline(one, bases));
    const offline = shown.filter((one) => !online.includes(one));
    // All that can be wrong is looked at before a code is used up.
    if (online.length > 0 && scenes.length > 1)
      throw new GovError('usage', 'an online code is redeemed at one --scene');
    if (online.length > 0 && (licenseText !== undefined || status.status !== undefined))
      throw new GovError('usage', 'an online code carries no licence');
    const list = offline.length === 0 ? undefined : await trustListOf(values, at);
    const trust = list && new TrustStore({ list, certificates: await certificatesAt(values.certs) });
    const license = trust && licenseText && (await examineLicenseQr(licenseText, { at, trust, ...status }));
    const reports = await withVerdictLog(logged || undefined, async (log) => {
      const judged: Report[] = [];
      if (online.length > 0) judged.push(...(await redeem(online, { database: database!, policy, at, bases, log })));
      if (list === undefined) return judged;
      const gate = new Gate({
        issuers: list,
        policy: status.status === undefined ? policy : { ...policy, licenseStatus: 'demanded' },
        bases,
        ...(values.state === undefined ? { replay: NO_MEMORY } : {}),
        ...(log === undefined ? {} : { log }),
      });
      const refused = await takeFilters(gate, values.filter ?? [], at);
      const options = { at, ...challenge, ...(license && { license }) };
      await withGateState(values.state, gate, async () => {
        for (const one of offline) judged.push(withFindings((await gate.check(one, options)).report, refused));
      });
      return judged;
    });
    if (reports.length === 1) {
      const headings = license && [`${BESIDE[lang]} ${license.report.subject.typeName ?? ''}`.trimEnd()];
      return { kind: 'report', report: reports[0]!, ...(headings && { headings }) };
    }
    const subject = { kind: 'picture', codes: reports.length };
    return { kind: 'report', report: report(subject, [], { required: [] }, reports) };
  },
});

/** @throws GovError `usage`; `trust-list-untrusted`, `trust-list-rollback`; what reading throws */
async function trustListOf(values: Parameters<typeof believedOf>[0], at: Date): Promise<TrustList> {
  if (values.trust === undefined)
    throw new GovError('usage', '--trust LIST says who issues codes; an online code takes --database in its place');
  const believed = await believedOf(values, at);
  if ('list' in believed) return believed.list;
  throw new GovError('usage', `${values.trust} is not a trust list`);
}

/** What the report within the report is on. */
const BESIDE = { zh: '同时出示的证照', en: 'licence shown beside the code' } as const;

/** Without a folder one run cannot know what others saw: the gate then says that it does not know. */
const NO_MEMORY = {
  firstUse: async (): Promise<boolean> => {
    throw new GovError('invalid-argument', 'no memory');
  },
};

/** Of text and octets: more than any code has. */
const MAX_BYTES = 4096;

/** What lies in a file, told by its content: the codes of a picture, octets, or text. */
async function shownOf(input: Uint8Array): Promise<readonly (Uint8Array | string)[]> {
  const starts = (...octets: number[]) => octets.every((octet, index) => input[index] === octet);
  if (starts(0x89, 0x50, 0x4e, 0x47) || starts(0xff, 0xd8, 0xff)) {
    const texts = await readQr(input);
    if (texts.length === 0) throw new GovError('qr-not-found', 'no QR code in the picture');
    return texts;
  }
  if (input.length > MAX_BYTES) throw new GovError('input-too-large', `more than ${MAX_BYTES} bytes are no city code`);
  // Neither is a character of any text.
  if (starts(0xc0) || starts(0xc1)) return [input];
  return [new TextDecoder('latin1').decode(input).replace(/\r?\n$/, '')];
}

function isOnline(shown: Uint8Array | string, bases: readonly string[]): boolean {
  try {
    return cityCodeProfile(typeof shown === 'string' ? readCityCodeText(shown, bases) : shown) === 'P0';
  } catch (error) {
    if (isGovError(error) && error.code !== 'invalid-argument') return false;
    throw error;
  }
}

function policyOf(
  values: {
    readonly region: string | undefined;
    readonly entitlements: string | undefined;
    readonly 'min-assurance': string | undefined;
    readonly 'max-ttl': string | undefined;
    readonly subject: readonly string[] | undefined;
    readonly filter: readonly string[] | undefined;
    readonly 'filter-age': string | undefined;
  },
  scenes: readonly number[],
): GatePolicy {
  const { region, entitlements, subject, filter, 'min-assurance': least, 'max-ttl': ttl, 'filter-age': age } = values;
  return {
    scenes,
    ...(region === undefined ? {} : { region }),
    ...(entitlements === undefined ? {} : { demandedEntitlements: bitsOf(entitlements, 'entitlements') }),
    ...(least === undefined ? {} : { minAssurance: wholeOf(least, 'min-assurance', 3) }),
    ...(ttl === undefined ? {} : { maxTtlSeconds: wholeOf(ttl, 'max-ttl', 0xff) }),
    ...(subject === undefined ? {} : { subjects: subject.map(citySubjectOf) }),
    ...(filter === undefined
      ? {}
      : { revocation: { maxAgeSeconds: wholeOf(age ?? '86400', 'filter-age', 0xffffffff) } }),
  };
}

/** Online codes, by the database that they were issued in. */
async function redeem(
  shown: readonly (Uint8Array | string)[],
  options: {
    readonly database: string;
    readonly policy: GatePolicy;
    readonly at: Date;
    readonly bases: readonly string[];
    readonly log: VerdictLog | undefined;
  },
): Promise<Report[]> {
  const { database, policy, at, bases, log } = options;
  const scene = policy.scenes[0]!;
  const store = await openDatabase(database);
  try {
    const codes = new OnlineCodes({ store: store.oneTime });
    const reports: Report[] = [];
    for (const one of shown) {
      const judged = (await codes.check(one, { ...policy, scene, at }, bases)).report;
      await log?.append(judged, { at });
      reports.push(judged);
    }
    return reports;
  } finally {
    await store.close();
  }
}

/** What was refused beside the code. */
const withFindings = ({ subject, findings, required, signatures }: Report, more: readonly Finding[]): Report =>
  report(subject, [...findings, ...more], { required }, signatures);
