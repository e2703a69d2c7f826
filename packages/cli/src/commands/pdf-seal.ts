/** `gov pdf seal`: an SM2 seal, a standard signature, or both in one act. */
import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { readSeal } from '@gov/e-seal';
import type { PadesLevel, PdfProgress, SealPdfOptions, SignPdfOptions, ValidationSources } from '@gov/e-seal/pdf';
import { sealPdfFile, signPdfFile } from '@gov/e-seal/pdf/file';
import { sealingHazards } from '@gov/pdf';
import { requestTimestamp, type TimestampHash } from '@gov/pki/timestamp';
import type { Signer } from '@gov/sm';
import { certificateOf, certificatesAt, PASSWORD_FILE, signerOf, TRUST_OPTIONS, trustOf } from '../arguments.js';
import { command } from '../command.js';
import { readInput } from '../files.js';
import { interruptible, progressLine } from '../interrupt.js';
import { OptionProblems } from '../option-problems.js';
import type { Language } from '../output.js';
import { refuseStdinTwice } from '../password.js';
import { pdfPassword, withPdf } from '../pdf-input.js';
import { placed, refuseHazards, SEALING_OPTIONS, sealingOf, signatureParts } from '../pdf-sealing.js';
import { hashOf } from './timestamp.js';

const LEVELS: readonly PadesLevel[] = ['B-B', 'B-T', 'B-LT', 'B-LTA'];

const STEPS: Readonly<Record<Language, Readonly<Record<PdfProgress['step'], string>>>> = {
  zh: { seal: '盖章', signature: '签名', 'validation-data': '验证信息', 'document-timestamp': '文档时间戳' },
  en: {
    seal: 'sealing',
    signature: 'signing',
    'validation-data': 'validation data',
    'document-timestamp': 'timestamp',
  },
};

export const pdfSeal = command({
  noun: 'pdf',
  verb: 'seal',
  about: { en: 'seal or sign a PDF', zh: '为 PDF 盖章或签名' },
  words: ['IN.pdf'],
  options: {
    ...SEALING_OPTIONS,
    key: { type: 'string', value: 'K', about: { en: "the signer's private key", zh: '签章人私钥' }, required: true },
    'key-password-file': PASSWORD_FILE,
    level: {
      type: 'string',
      value: LEVELS.join('|'),
      about: { en: 'how long the standard signature can be verified', zh: '标准签名的长期有效级别' },
    },
    tsa: { type: 'string', value: 'URL', about: { en: 'the timestamp authority', zh: '时间戳服务地址' } },
    'tsa-hash': {
      type: 'string',
      value: 'NAME',
      about: {
        en: 'SM3 (default with SM2), SHA-256 (default otherwise) …',
        zh: '时间戳摘要算法（SM2 默认 SM3，其余默认 SHA-256）',
      },
    },
    'dual-cert': {
      type: 'string',
      value: 'C',
      about: {
        en: 'sign beside the seal with this certificate (RSA, ECDSA)',
        zh: '双重签章：第二张证书（RSA 或 ECDSA）',
      },
    },
    'dual-key': { type: 'string', value: 'K', about: { en: 'its private key', zh: '第二张证书的私钥' } },
    'dual-key-password-file': PASSWORD_FILE,
    'dual-chain': {
      type: 'string',
      value: 'FILE|DIR',
      about: { en: 'certificates above it, sent along', zh: '随第二个签名附带的上级证书' },
    },
    ...TRUST_OPTIONS,
    out: { type: 'string', value: 'OUT.pdf', about: { en: 'the sealed file', zh: '输出文件' }, required: true },
  },
  async run([file], values, { at, force, lang, readStdin }) {
    const problems = new OptionProblems();
    const sealing = sealingOf(values, problems);
    const level = levelOf(values, problems);
    const hash = hashOption(values['tsa-hash'], problems);
    problems.check();
    refuseStdinTwice(values['key-password-file'], values['dual-key-password-file'], values.password);

    const password = await pdfPassword(values.password, readStdin);
    const hazards = await withPdf(file!, { password, repair: values.repair }, sealingHazards);
    if (values['refuse-hazards']) refuseHazards(hazards);
    const certificate = await certificateOf(values.cert);
    const signer = await signerOf(values.key, values['key-password-file'], readStdin);
    const validation: ValidationSources = { at, ...(await trustOf(values, at)) };
    const progress = progressLine();
    await mkdir(dirname(values.out), { recursive: true });
    await interruptible(async (signal) => {
      const tsa = { url: values.tsa, hash, validation, signal };
      const act = {
        ...sealing.options,
        ...placed(sealing, password),
        ...{ certificate, signer, time: at, overwrite: force, repair: values.repair, signal },
        onProgress: ({ step, bytes, totalBytes }: PdfProgress) => progress.show(STEPS[lang][step], bytes, totalBytes),
        ...(password === undefined ? {} : { password }),
      };
      if (values.seal === undefined) {
        const own = { ...(await signatureParts(values)), ...standard(signer, level, tsa) };
        await signPdfFile(file!, values.out, { ...act, ...own });
        return;
      }
      const seal = readSeal(await readInput(values.seal));
      const dual = await dualOf(values, level, tsa, readStdin);
      await sealPdfFile(file!, values.out, { ...act, place: sealing.places, seal, ...sealTimestamp(tsa), ...dual });
    }).finally(progress.done);
    const { size } = await stat(values.out);
    return { kind: 'done', json: { pdf: values.out, bytes: size }, lines: [values.out], warnings: hazards };
  },
});

interface SealValues {
  readonly seal: string | undefined;
  readonly level: string | undefined;
  readonly tsa: string | undefined;
  readonly 'dual-cert': string | undefined;
  readonly 'dual-key': string | undefined;
  readonly 'dual-key-password-file': string | undefined;
  readonly 'dual-chain': string | undefined;
}

function levelOf(values: SealValues, problems: OptionProblems): PadesLevel | undefined {
  const { seal, level, tsa } = values;
  const dual = values['dual-cert'] !== undefined;
  if (dual !== (values['dual-key'] !== undefined))
    problems.add('dual-cert', '--dual-cert and --dual-key belong together', '--dual-cert 与 --dual-key 应一起使用');
  if (dual && seal === undefined)
    problems.add('dual-cert', '--dual-cert signs beside a seal: --seal is missing', '双重签章缺少 --seal');
  for (const name of ['dual-chain', 'dual-key-password-file'] as const)
    if (values[name] !== undefined && !dual)
      problems.add(name, `--${name} goes with --dual-cert`, '应与 --dual-cert 一起使用');
  const known = LEVELS.find((one) => one === level);
  if (level === undefined) return undefined;
  if (known === undefined)
    problems.add('level', `--level is ${LEVELS.join(', ')}, not "${level}"`, `应为 ${LEVELS.join('、')}`);
  else if (known === 'B-B' && tsa !== undefined)
    problems.add('level', '--level B-B has no timestamp: leave --tsa out', 'B-B 级别不含时间戳，请去掉 --tsa');
  else if (known !== 'B-B' && tsa === undefined)
    problems.add('level', `--level ${known} needs --tsa`, `--level ${known} 需要 --tsa`);
  if (seal !== undefined && !dual && (known === 'B-LT' || known === 'B-LTA'))
    problems.add(
      'level',
      'a seal goes up to B-T; the second signature of --dual-cert goes further',
      '印章签名最高为 B-T；更高级别请配合 --dual-cert',
    );
  return known;
}

function hashOption(text: string | undefined, problems: OptionProblems): TimestampHash | undefined {
  return text === undefined ? undefined : problems.try('tsa-hash', '不支持的摘要算法', () => hashOf(text));
}

interface Stamping {
  readonly url: string | undefined;
  readonly hash: TimestampHash | undefined;
  readonly validation: ValidationSources;
  readonly signal: AbortSignal;
}

/** What makes a signature of a level: the timestamps, and where revocation data comes from. */
function standard(
  { algorithm }: Signer,
  level: PadesLevel | undefined,
  { url, hash = algorithm === 'SM2-SM3' ? 'SM3' : 'SHA-256', validation, signal }: Stamping,
): Pick<SignPdfOptions, 'level' | 'timestamp' | 'validation'> {
  const { at, trust } = validation;
  const stamp = async (digest: Uint8Array) =>
    (await requestTimestamp(url ?? '', { digest, hash }, { fetch, at, trust, signal })).bytes;
  return {
    ...(level === undefined ? {} : { level }),
    ...(url === undefined ? {} : { timestamp: { hash, stamp } }),
    ...(level === 'B-LT' || level === 'B-LTA' ? { validation } : {}),
  };
}

/** The timestamp on the signature value of a seal. */
function sealTimestamp({ url, hash = 'SM3', validation, signal }: Stamping): Pick<SealPdfOptions, 'timestamp'> {
  if (url === undefined) return {};
  const { at, trust } = validation;
  return {
    timestamp: async (content) => (await requestTimestamp(url, { content, hash }, { fetch, at, trust, signal })).bytes,
  };
}

async function dualOf(
  values: SealValues,
  level: PadesLevel | undefined,
  tsa: Stamping,
  readStdin: () => Promise<Uint8Array>,
): Promise<Pick<SealPdfOptions, 'dual'>> {
  const { 'dual-cert': cert, 'dual-key': key, 'dual-chain': chain } = values;
  if (cert === undefined || key === undefined) return {};
  const signer = await signerOf(key, values['dual-key-password-file'], readStdin);
  return {
    dual: {
      certificate: await certificateOf(cert),
      signer,
      ...(chain === undefined ? {} : { chain: await certificatesAt(chain) }),
      ...standard(signer, level, tsa),
    },
  };
}
