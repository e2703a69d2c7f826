/** `gov cms`: signed messages and envelopes (签名数据与数字信封). */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { looksLikePem, readPem } from '@gov/der/pem';
import { type Certificate, type CertificateUse, formatName, readCertificates, USE_OIDS } from '@gov/pki';
import {
  CMS_LIMITS,
  type CmsSigner,
  decryptCms,
  encryptCms,
  readSignedData,
  type SignCmsOptions,
  signCms,
  signCmsDetached,
  signCmsStream,
  verifyCms,
  verifyCmsStream,
} from '@gov/pki/cms';
import { readSm2PrivateKey } from '@gov/sm';
import { readEncryptedSm2PrivateKey } from '@gov/sm/key-encryption';
import { sm2Decrypter } from '@gov/sm/sm2-encryption';
import { GovError } from '@gov/verdict';
import { certificateOf, PASSWORD_FILE, signerOf, TRUST_OPTIONS, trustOf } from '../arguments.js';
import { type Command, command } from '../command.js';
import { fileError, filesOf, readInput, writeOutputs } from '../files.js';
import { readPassword } from '../password.js';

/** Larger files go through in pieces. */
const IN_MEMORY = CMS_LIMITS.maxBytes / 2;

/** Of a file that is there; what it holds comes in pieces. */
async function opened(
  file: string,
): Promise<{ readonly size: number; readonly pieces: () => AsyncIterable<Uint8Array> }> {
  try {
    const { size } = await stat(file);
    return { size, pieces: () => createReadStream(file, { highWaterMark: 1 << 20 }) };
  } catch (cause) {
    throw fileError(cause, file, 'file-unreadable');
  }
}

const oneOf = <T extends string>(text: string, allowed: readonly T[], name: string): T => {
  const found = allowed.find((one) => one === text);
  if (found === undefined) throw new GovError('usage', `--${name} is one of ${allowed.join(', ')}, not "${text}"`);
  return found;
};

/** A message in DER, or in PEM as `CMS` or `PKCS7`. */
function messageBytes(input: Uint8Array): Uint8Array {
  if (!looksLikePem(input)) return input;
  const block = readPem(new TextDecoder('latin1').decode(input)).find(({ label }) => /^(CMS|PKCS7)$/.test(label));
  if (block === undefined) throw new GovError('cms-malformed', 'no CMS or PKCS7 in the PEM text');
  return block.bytes;
}

const sign = command({
  noun: 'cms',
  verb: 'sign',
  about: { en: 'sign a file (CMS, GB/T 35275)', zh: '签署文件（CMS、GB/T 35275 签名数据）' },
  words: ['FILE'],
  options: {
    key: {
      type: 'string',
      value: 'K',
      multiple: true,
      required: true,
      about: { en: 'private key of a signer; again for each further one', zh: '签署者私钥；多个签署者时重复给出' },
    },
    'key-password-file': PASSWORD_FILE,
    cert: {
      type: 'string',
      value: 'C',
      multiple: true,
      required: true,
      about: {
        en: 'certificate of the signer, in the order of the keys; more in the file are sent along',
        zh: '签署者证书，次序与私钥相同；文件中的其余证书一并随附',
      },
    },
    chain: {
      type: 'string',
      value: 'FILE|DIR',
      about: { en: 'further certificates to send along', zh: '随附的其他证书' },
    },
    detached: { type: 'boolean', about: { en: 'leave the file out of the message', zh: '签名与文件分离' } },
    form: {
      type: 'string',
      value: 'gm|rfc5652',
      about: { en: 'which identifiers (gm for SM2)', zh: '采用的标识体系（SM2 默认 gm）' },
    },
    dialect: {
      type: 'string',
      value: 'attributes|digest-as-content',
      about: { en: 'what the signature covers (attributes)', zh: '签名覆盖的内容（默认 attributes）' },
    },
    out: { type: 'string', value: 'F.p7s', required: true, about: { en: 'the message, DER', zh: '输出文件（DER）' } },
  },
  async run([file], values, { at, force, readStdin }) {
    const { size, pieces } = await opened(file!);
    const keys = values.key ?? [];
    const chains = await Promise.all((values.cert ?? []).map(chainOf));
    const certificates = chains.map(([certificate]) => certificate!);
    if (keys.length !== certificates.length) throw new GovError('usage', 'as many --cert as --key');
    if (keys.length > 1 && values['key-password-file'] !== undefined)
      throw new GovError('usage', '--key-password-file goes with one --key');
    const signers: CmsSigner[] = [];
    for (const [index, key] of keys.entries()) {
      const signer = await signerOf(key, values['key-password-file'], readStdin);
      signers.push({ signer, certificate: certificates[index]! });
    }
    const dialect = oneOf(values.dialect ?? 'attributes', ['attributes', 'digest-as-content'], 'dialect');
    const options: SignCmsOptions = {
      signers,
      dialect,
      ...(values.form === undefined ? {} : { form: oneOf(values.form, ['gm', 'rfc5652'], 'form') }),
      ...(dialect === 'attributes' ? { signingTime: at } : {}),
      certificates: [...chains.flat(), ...(values.chain === undefined ? [] : await chainOf(values.chain))],
    };
    const outside = values.detached || dialect === 'digest-as-content';
    const content = outside
      ? await signCmsDetached(pieces(), options)
      : size > IN_MEMORY
        ? signCmsStream(pieces(), options)
        : await signCms(await readInput(file!), options);
    await writeOutputs([{ path: values.out, content }], force);
    const names = certificates.map(({ subject }) => formatName(subject));
    return {
      kind: 'done',
      json: { message: values.out, content: outside ? 'detached' : 'attached', dialect, signers: names },
      lines: [values.out],
    };
  },
});

/** Every certificate of a file or folder, at least one. @throws GovError `certificate-malformed` */
async function chainOf(place: string): Promise<Certificate[]> {
  const files = await filesOf(place, /\.(pem|crt|cer|der)$/i);
  const chain = (await Promise.all(files.map(async (file) => readCertificates(await readInput(file))))).flat();
  if (chain.length === 0) throw new GovError('certificate-malformed', `no certificate in ${place}`);
  return chain;
}

const verify = command({
  noun: 'cms',
  verb: 'verify',
  about: { en: 'verify a signed message', zh: '验证签名数据' },
  words: ['F.p7s'],
  options: {
    content: {
      type: 'string',
      value: 'FILE',
      about: { en: 'the signed file, where it is not in the message', zh: '被签文件（签名与文件分离时）' },
    },
    use: {
      type: 'string',
      value: 'USE',
      about: { en: 'what the signers must be entitled to (signer)', zh: '签署者应有的用途（默认 signer）' },
    },
    out: {
      type: 'string',
      value: 'FILE',
      about: { en: 'write the content, unless the verdict is invalid', zh: '输出所签内容（结论为无效时不输出）' },
    },
    ...TRUST_OPTIONS,
  },
  async run([file], values, { at, force }) {
    const { size, pieces } = await opened(file!);
    const uses = Object.keys(USE_OIDS) as CertificateUse[];
    const use = values.use === undefined ? {} : { use: oneOf(values.use, uses, 'use') };
    const options = { at, ...use, ...(await trustOf(values, at)) };
    if (size > IN_MEMORY && values.content === undefined) {
      if (values.out !== undefined) throw new GovError('input-too-large', `--out takes messages of ${IN_MEMORY} bytes`);
      return { kind: 'report', report: await verifyCmsStream(pieces(), options) };
    }
    const message = messageBytes(await readInput(file!));
    const content = values.content === undefined ? {} : { content: (await opened(values.content)).pieces() };
    const report = await verifyCms(message, { ...options, ...content });
    if (values.out !== undefined && report.verdict !== 'invalid')
      await writeOutputs([{ path: values.out, content: contentOf(message) }], force);
    return { kind: 'report', report };
  },
});

function contentOf(message: Uint8Array): Uint8Array {
  const { content } = readSignedData(message);
  if (content === undefined)
    throw new GovError('cms-content-missing', 'the message is detached: --out has nothing to write');
  return content;
}

const encrypt = command({
  noun: 'cms',
  verb: 'encrypt',
  about: { en: 'encrypt a file to SM2 certificates', zh: '制作数字信封（SM2 证书加密）' },
  words: ['FILE'],
  options: {
    to: {
      type: 'string',
      value: 'C',
      multiple: true,
      required: true,
      about: { en: 'certificate of a recipient; again for each', zh: '接收者证书；多个时重复给出' },
    },
    cipher: {
      type: 'string',
      value: 'sm4-cbc|sm4-gcm',
      about: { en: 'sm4-cbc, or sm4-gcm, which notices changes', zh: 'sm4-cbc（默认），或可发现篡改的 sm4-gcm' },
    },
    form: { type: 'string', value: 'gm|rfc5652', about: { en: 'which identifiers', zh: '采用的标识体系' } },
    out: { type: 'string', value: 'F.p7m', required: true, about: { en: 'the envelope, DER', zh: '输出文件（DER）' } },
  },
  async run([file], values, { force }) {
    const recipients = await Promise.all((values.to ?? []).map(certificateOf));
    const cipher = oneOf(values.cipher ?? 'sm4-cbc', ['sm4-cbc', 'sm4-gcm'], 'cipher');
    const form = values.form === undefined ? {} : { form: oneOf(values.form, ['gm', 'rfc5652'], 'form') };
    const content = await encryptCms(await readInput(file!), { recipients, cipher, ...form });
    await writeOutputs([{ path: values.out, content }], force);
    const names = recipients.map(({ subject }) => formatName(subject));
    return { kind: 'done', json: { envelope: values.out, cipher, recipients: names }, lines: [values.out] };
  },
});

const decrypt = command({
  noun: 'cms',
  verb: 'decrypt',
  about: { en: 'open an envelope', zh: '打开数字信封' },
  words: ['F.p7m'],
  options: {
    key: { type: 'string', value: 'K', required: true, about: { en: 'private SM2 key', zh: 'SM2 私钥' } },
    'key-password-file': PASSWORD_FILE,
    cert: { type: 'string', value: 'C', required: true, about: { en: 'its certificate', zh: '与私钥对应的证书' } },
    out: { type: 'string', value: 'FILE', required: true, about: { en: 'the content', zh: '输出文件' } },
  },
  async run([file], values, { force, readStdin }) {
    const certificate = await certificateOf(values.cert);
    const input = await readInput(values.key);
    const passwordFile = values['key-password-file'];
    const key =
      passwordFile === undefined
        ? readSm2PrivateKey(input)
        : await readEncryptedSm2PrivateKey(input, await readPassword(passwordFile, readStdin));
    const message = messageBytes(await readInput(file!));
    const { content, cipher } = await decryptCms(message, { certificate, decrypter: sm2Decrypter(key) });
    await writeOutputs([{ path: values.out, content, secret: true }], force);
    return { kind: 'done', json: { content: values.out, bytes: content.length, cipher }, lines: [values.out] };
  },
});

export const CMS_COMMANDS: readonly Command[] = [sign, verify, encrypt, decrypt];
