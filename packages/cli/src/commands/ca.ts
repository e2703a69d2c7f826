/** `gov ca`: a development CA in a folder. */
import { writePem } from '@gov/der/pem';
import { type Certificate, type CertificateUse, type DistinguishedName, formatName, USE_OIDS } from '@gov/pki';
import {
  authorityInfoAccess,
  crlDistributionPoints,
  parseGeneralName,
  readCertificateRequest,
  requireKey,
  subjectAltName,
} from '@gov/pki/ca';
import { issueDual, issueIntermediate, issueLeaf, issueRoot } from '@gov/pki/dev-ca';
import { generatePrivateKey } from '@gov/pki/private-key';
import { GovError } from '@gov/verdict';
import { numberOf, subjectOf } from '../arguments.js';
import { algorithmOf, caFiles, KEY_ALGORITHMS, readCaFolder, recordIssued } from '../ca-folder.js';
import { type Command, command } from '../command.js';
import { readInput, writeOutputs } from '../files.js';
import { readKeyItem } from '../key-file.js';

const DAY_MS = 86_400_000;

/** Validity beginning a little before now, so that a clock a minute behind does not refuse what was just issued. */
function validity(at: Date, days: number) {
  if (!(days > 0)) throw new GovError('usage', '--days is more than 0');
  return { notBefore: new Date(at.getTime() - 5 * 60_000), notAfter: new Date(at.getTime() + days * DAY_MS) };
}

const pem = (certificates: readonly Certificate[]): string =>
  certificates.map(({ bytes }) => writePem('CERTIFICATE', bytes)).join('');

const algorithmOption = {
  type: 'string',
  value: Object.keys(KEY_ALGORITHMS).join('|'),
  about: { en: 'kind of the new key (sm2)', zh: '新密钥的算法（默认 sm2）' },
} as const;

const init = command({
  noun: 'ca',
  verb: 'init',
  about: { en: 'make a development root, or a CA under one', zh: '建立开发用根 CA 或其下级 CA' },
  words: [],
  options: {
    out: {
      type: 'string',
      value: 'DIR',
      about: {
        en: 'folder of the CA: root.crt.pem and root.key.pem, or ca.…',
        zh: 'CA 目录：root.crt.pem 与 root.key.pem，下级为 ca.…',
      },
      required: true,
    },
    subject: { type: 'string', value: 'NAME', about: 'CN=…,O=…,C=CN' },
    algorithm: algorithmOption,
    'intermediate-of': {
      type: 'string',
      value: 'DIR',
      about: { en: 'folder of the CA above', zh: '上级 CA 目录' },
    },
    'path-length': {
      type: 'string',
      value: 'N',
      about: { en: 'CAs allowed below it (a root 1, others 0)', zh: '允许的下级 CA 层数（根默认 1，其余 0）' },
    },
    days: {
      type: 'string',
      value: 'N',
      about: { en: 'validity in days (7300, under a root 3650)', zh: '有效天数（根 7300，下级 3650）' },
    },
  },
  async run(_words, values, { at, force }) {
    const parent = values['intermediate-of'];
    const above = parent === undefined ? undefined : await readCaFolder(parent);
    const { signer, pkcs8 } = await generatePrivateKey(algorithmOf(values.algorithm));
    const common = {
      pathLength: countOf(values['path-length'] ?? (above === undefined ? '1' : '0'), 'path-length'),
      ...validity(at, numberOf(values.days ?? (above === undefined ? '7300' : '3650'), 'days')),
    };
    const certificate =
      above === undefined
        ? await issueRoot({
            ...common,
            subject: subjectOf(values.subject ?? 'CN=Development Root CA,O=Development,C=CN'),
            signer,
          })
        : await issueIntermediate({
            ...common,
            ca: above,
            subject: subjectOf(values.subject ?? 'CN=Development CA,O=Development,C=CN'),
            publicKey: signer.publicKey,
          });
    const files = caFiles(values.out, above === undefined ? 'root' : 'ca');
    await writeOutputs(
      [
        { path: files.certificate, content: pem([certificate, ...(above?.path ?? [])]) },
        { path: files.privateKey, content: writePem('PRIVATE KEY', pkcs8), secret: true },
      ],
      force,
    );
    if (parent !== undefined) await recordIssued(parent, certificate, 'ca');
    return { kind: 'done', json: files, lines: Object.values(files) };
  },
});

const issue = command({
  noun: 'ca',
  verb: 'issue',
  about: { en: 'issue a certificate for one use', zh: '签发单一用途的证书' },
  words: [],
  options: {
    ca: {
      type: 'string',
      value: 'DIR',
      about: { en: 'folder that `gov ca init` wrote', zh: 'gov ca init 建立的目录' },
      required: true,
    },
    use: { type: 'string', value: 'USE', about: Object.keys(USE_OIDS).join('|'), required: true },
    subject: {
      type: 'string',
      value: 'NAME',
      about: {
        en: 'CN=…,O=…,C=CN; that of the request where there is one',
        zh: 'CN=…,O=…,C=CN；有证书请求时默认取其主体名',
      },
    },
    out: {
      type: 'string',
      value: 'PREFIX',
      about: {
        en: 'writes PREFIX.crt.pem, and PREFIX.key.pem for a new key',
        zh: '写出 PREFIX.crt.pem，新生成密钥时另写 PREFIX.key.pem',
      },
      required: true,
    },
    algorithm: algorithmOption,
    csr: {
      type: 'string',
      value: 'FILE',
      about: { en: 'certificate request: its key, once its holder is proved', zh: '证书请求：验证私钥持有后取其公钥' },
    },
    'public-key': { type: 'string', value: 'FILE', about: { en: 'a key made elsewhere', zh: '在别处生成的公钥' } },
    dual: {
      type: 'boolean',
      about: {
        en: 'two keys and certificates: PREFIX.sign.… and PREFIX.enc.…',
        zh: '双证书：PREFIX.sign.… 与 PREFIX.enc.…',
      },
    },
    san: {
      type: 'string',
      multiple: true,
      value: 'NAME',
      about: {
        en: 'alternative name: DNS:…, email:…, URI:…, IP:…, dir:…',
        zh: '主体备用名称：DNS:…、email:…、URI:…、IP:…、dir:…',
      },
    },
    'crl-url': { type: 'string', multiple: true, value: 'URL', about: { en: 'where the CRL lies', zh: 'CRL 分发点' } },
    'ocsp-url': {
      type: 'string',
      multiple: true,
      value: 'URL',
      about: { en: 'where OCSP is answered', zh: 'OCSP 服务地址' },
    },
    'ca-path': {
      type: 'boolean',
      about: { en: 'write the certificates of the CA behind it', zh: '在证书之后附上 CA 证书链' },
    },
    days: { type: 'string', value: 'N', about: { en: 'validity in days (1825)', zh: '有效天数（1825）' } },
  },
  async run(_words, values, { at, force }) {
    if (!Object.hasOwn(USE_OIDS, values.use))
      throw new GovError('usage', `--use is one of ${Object.keys(USE_OIDS).join(', ')}`);
    const use = values.use as CertificateUse;
    const ca = await readCaFolder(values.ca);
    const keys = await keysOf(values);
    if (keys.subject === undefined) throw new GovError('usage', '--subject is required');
    const { 'crl-url': crl = [], 'ocsp-url': ocsp = [], san = [] } = values;
    const fields = {
      ca,
      use,
      subject: keys.subject,
      ...validity(at, numberOf(values.days ?? '1825', 'days')),
      extensions: [
        ...(san.length === 0 ? [] : [subjectAltName(san.map(parseGeneralName))]),
        ...(crl.length === 0 ? [] : [crlDistributionPoints(crl)]),
        ...(ocsp.length === 0 ? [] : [authorityInfoAccess({ ocsp })]),
      ],
    };
    const made: {
      readonly name: string;
      readonly use: string;
      readonly certificate: Certificate;
      readonly pkcs8?: Uint8Array | undefined;
    }[] = [];
    const { first, second } = keys;
    if (second === undefined) {
      const certificate = await issueLeaf({ ...fields, publicKey: first.publicKey });
      made.push({ name: values.out, use, certificate, pkcs8: first.pkcs8 });
    } else {
      const pair = await issueDual({ ...fields, signingKey: first.publicKey, encryptionKey: second.publicKey });
      made.push(
        { name: `${values.out}.sign`, use, certificate: pair.signing, pkcs8: first.pkcs8 },
        { name: `${values.out}.enc`, use: 'encryption', certificate: pair.encryption, pkcs8: second.pkcs8 },
      );
    }
    const above = values['ca-path'] === true ? ca.path : [];
    const outputs = made.map(({ name, certificate, pkcs8 }) => ({
      certificate: { path: `${name}.crt.pem`, content: pem([certificate, ...above]) },
      privateKey:
        pkcs8 === undefined
          ? undefined
          : { path: `${name}.key.pem`, content: writePem('PRIVATE KEY', pkcs8), secret: true },
    }));
    await writeOutputs(
      outputs.flatMap(({ certificate, privateKey }) =>
        privateKey === undefined ? [certificate] : [certificate, privateKey],
      ),
      force,
    );
    for (const one of made) await recordIssued(values.ca, one.certificate, one.use);
    const files = outputs.map(({ certificate, privateKey }) => ({
      certificate: certificate.path,
      ...(privateKey === undefined ? {} : { privateKey: privateKey.path }),
    }));
    const [own, encryption] = files;
    const json = { ...own!, use, ...(encryption === undefined ? {} : { encryption }) };
    return { kind: 'done', json, lines: files.flatMap((file) => Object.values(file)) };
  },
});

interface LeafKey {
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /** Of a key that was made here. */
  readonly pkcs8?: Uint8Array;
}

interface LeafKeys {
  readonly subject: string | DistinguishedName | undefined;
  readonly first: LeafKey;
  /** The encryption key of dual certificates. */
  readonly second?: LeafKey;
}

/** The key of a request or a file, or new ones. @throws GovError `usage`, `certificate-request-unproved`, and what reading throws */
async function keysOf(values: {
  readonly csr: string | undefined;
  readonly 'public-key': string | undefined;
  readonly subject: string | undefined;
  readonly algorithm: string | undefined;
  readonly dual: boolean;
}): Promise<LeafKeys> {
  const { csr, 'public-key': publicKeyFile, algorithm } = values;
  const subject = values.subject === undefined ? undefined : subjectOf(values.subject);
  const given = [csr, publicKeyFile, algorithm].filter((value) => value !== undefined).length;
  if (given > 1 || (values.dual === true && given > (algorithm === undefined ? 0 : 1)))
    throw new GovError('usage', 'of --csr, --public-key and --algorithm one is given; --dual makes its own keys');
  if (csr !== undefined) {
    const request = readCertificateRequest(await readInput(csr));
    await requireKey(request);
    // A name of nothing certifies nobody.
    const asked = formatName(request.subject) === '' ? undefined : request.subject;
    return { subject: subject ?? asked, first: { publicKey: request.publicKey } };
  }
  if (publicKeyFile !== undefined) {
    const item = readKeyItem(await readInput(publicKeyFile));
    if (item.kind !== 'public') throw new GovError('usage', `${publicKeyFile} holds no public key`);
    return { subject, first: { publicKey: item.publicKey } };
  }
  const first = await newKey(algorithm);
  return values.dual === true ? { subject, first, second: await newKey(algorithm) } : { subject, first };
}

async function newKey(algorithm: string | undefined): Promise<LeafKey> {
  const { signer, pkcs8 } = await generatePrivateKey(algorithmOf(algorithm));
  return { publicKey: signer.publicKey, pkcs8 };
}

function countOf(text: string, name: string): number {
  if (!/^\d{1,2}$/.test(text)) throw new GovError('usage', `--${name} is a whole number, not "${text}"`);
  return Number(text);
}

export const CA_COMMANDS: readonly Command[] = [init, issue];
