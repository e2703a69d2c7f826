/** `gov cert`: what a certificate says, and whether it is to be believed. */
import { looksLikePem, readPem } from '@gov/der/pem';
import {
  type Certificate,
  type CertificateUse,
  certificateFindings,
  certificateKid,
  formatName,
  readCertificate,
  readCertificates,
  signingTimeFindings,
  USE_OIDS,
  validatePath,
} from '@gov/pki';
import { readCertificateRequest } from '@gov/pki/ca';
import { revocationFindings } from '@gov/pki/revocation';
import { bytesToHex } from '@gov/sm';
import { type Check, type Finding, GovError, isGovError, report } from '@gov/verdict';
import { TRUST_OPTIONS, trustOf } from '../arguments.js';
import { certificateFacts, type Facts, requestFacts } from '../certificate-facts.js';
import { type Command, command } from '../command.js';
import { readInput } from '../files.js';
import type { Language } from '../output.js';

const inspect = command({
  noun: 'cert',
  verb: 'inspect',
  about: { en: 'tell what certificates and requests say', zh: '查看证书或证书请求的内容' },
  words: ['FILE|-'],
  options: {},
  async run([file], _values, { lang, readStdin }) {
    const items = await factsOf(file === '-' ? await readStdin() : await readInput(file!));
    return { kind: 'done', json: { items }, lines: items.flatMap((facts) => [...linesOf(facts, lang), '']) };
  },
});

/** Every certificate and request of a file. @throws GovError `certificate-malformed`, `certificate-request-malformed`, `pem-malformed` */
async function factsOf(bytes: Uint8Array): Promise<readonly Facts[]> {
  if (!looksLikePem(bytes)) return [await derFacts(bytes)];
  const items: Facts[] = [];
  for (const { label, bytes: block } of readPem(new TextDecoder('latin1').decode(bytes))) {
    if (/^(X509 |TRUSTED )?CERTIFICATE$/.test(label)) items.push(certificateFacts(readCertificate(block)));
    else if (label.endsWith('CERTIFICATE REQUEST')) items.push(await requestFacts(readCertificateRequest(block)));
  }
  if (items.length === 0) throw new GovError('certificate-malformed', 'no certificate or request in the PEM text');
  return items;
}

async function derFacts(bytes: Uint8Array): Promise<Facts> {
  try {
    return certificateFacts(readCertificate(bytes));
  } catch (error) {
    // Told apart by trying: a request begins with a version where a certificate has [0] or a serial number.
    const request = isGovError(error) ? attempt(() => readCertificateRequest(bytes)) : undefined;
    if (request === undefined) throw error;
    return requestFacts(request);
  }
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isGovError(error)) return undefined;
    throw error;
  }
}

const verify = command({
  noun: 'cert',
  verb: 'verify',
  about: { en: 'verify a certificate at a moment', zh: '验证证书在某一时刻是否可信' },
  words: ['FILE'],
  options: {
    use: { type: 'string', value: 'USE', about: Object.keys(USE_OIDS).join('|') },
    policy: {
      type: 'string',
      multiple: true,
      value: 'OID',
      about: { en: 'one of these policies must be valid', zh: '须有其中一项证书策略有效' },
    },
    eku: { type: 'string', value: 'OID', about: { en: 'extended key usage demanded', zh: '要求的扩展密钥用法' } },
    ...TRUST_OPTIONS,
  },
  async run([file], values, { at }) {
    const { use, policy: policies, eku: extendedKeyUsage } = values;
    if (use !== undefined && !Object.hasOwn(USE_OIDS, use))
      throw new GovError('usage', `--use is one of ${Object.keys(USE_OIDS).join(', ')}`);
    for (const oid of [...(policies ?? []), ...(extendedKeyUsage === undefined ? [] : [extendedKeyUsage])])
      if (!/^\d+(\.\d+)+$/.test(oid)) throw new GovError('usage', `"${oid}" is no OID`);
    const [certificate, ...behind] = readCertificates(await readInput(file!));
    if (certificate === undefined) throw new GovError('certificate-malformed', `no certificate in ${file}`);
    const { require, ...given } = await trustOf(values, at);
    const options = { ...given, at, trust: given.trust.withCertificates(behind) };
    const demands = {
      ...(policies === undefined ? {} : { policies }),
      ...(extendedKeyUsage === undefined ? {} : { extendedKeyUsage }),
    };
    const { anchors, certificates: intermediates, profile } = options.trust;
    const found = await validatePath(certificate, { anchors, intermediates, profile, at, ...demands });
    const findings: readonly Finding[] =
      use === undefined
        ? [
            ...found.findings,
            ...signingTimeFindings(found.path, undefined, at),
            ...(await revocationFindings(found.path, undefined, options)),
          ]
        : (
            await certificateFindings(certificate, { use: use as CertificateUse, time: undefined }, options)
          ).findings.concat(found.findings.filter(({ outcome }) => outcome !== 'pass'));
    const required: readonly Check[] = [
      'path',
      'time',
      ...(use === undefined ? [] : ['authority' as const]),
      ...require,
    ];
    return { kind: 'report', report: report(subjectOf(certificate, found.path), unique(findings), { required }) };
  },
});

/** What two searches say alike is said once. */
const unique = (findings: readonly Finding[]): readonly Finding[] => [
  ...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values(),
];

const subjectOf = (certificate: Certificate, path: readonly Certificate[]) => ({
  certificate: formatName(certificate.subject),
  kid: bytesToHex(certificateKid(certificate)),
  path: path.map(({ subject }) => formatName(subject)),
});

const LABELS_ZH: Readonly<Record<string, string>> = {
  type: '类别',
  subject: '主体',
  issuer: '签发者',
  serialNumber: '序列号',
  notBefore: '生效时间',
  notAfter: '失效时间',
  version: '版本',
  publicKey: '公钥',
  signatureAlgorithm: '签名算法',
  holdsKey: '私钥持有证明',
  extensions: '扩展',
  fingerprints: '指纹',
};

/** One line for each fact, one more for each extension. */
function linesOf(facts: Facts, lang: Language): string[] {
  return Object.entries(facts).flatMap(([name, value]) => {
    const label = lang === 'zh' ? (LABELS_ZH[name] ?? name) : name;
    if (!Array.isArray(value)) return [`${label}: ${textOf(value)}`];
    return [`${label}:`, ...value.map((extension: Facts) => `  ${extensionLine(extension, lang)}`)];
  });
}

function extensionLine({ name, critical, value, unreadable, hex }: Facts, lang: Language): string {
  const mark = critical === true ? (lang === 'zh' ? '（关键）' : ' (critical)') : '';
  const text = unreadable === undefined ? textOf(value ?? hex) : `${unreadable} ${hex}`;
  return `${name}${mark}: ${text}`;
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .filter(([, one]) => one !== undefined)
    .map(([name, one]) => `${name} ${textOf(one)}`)
    .join('; ');
}

export const CERT_COMMANDS: readonly Command[] = [inspect, verify];
