/** `gov serve ocsp`: whether certificates of a development CA are revoked, answered over HTTP. */
import { ocspResponder } from '@gov/pki/ocsp';
import { GovError } from '@gov/verdict';
import { certificateOf, numberOf, PASSWORD_FILE, signerOf } from '../arguments.js';
import { readCaFolder } from '../ca-folder.js';
import { watchedRecords } from '../ca-revocations.js';
import { type Command, command } from '../command.js';
import { serveHttp } from '../http-server.js';
import { LISTEN_OPTIONS, listenOf } from '../listen.js';
import { warn } from '../output.js';

const MINUTE_MS = 60_000;

const ocsp = command({
  noun: 'serve',
  verb: 'ocsp',
  about: { en: 'answer whether certificates are revoked (OCSP)', zh: '提供在线证书状态查询服务（OCSP）' },
  words: [],
  options: {
    ca: {
      type: 'string',
      value: 'DIR',
      about: { en: 'folder of the CA; new revocations are picked up', zh: 'CA 目录，新吊销的证书随即生效' },
      required: true,
    },
    cert: {
      type: 'string',
      value: 'FILE',
      about: {
        en: 'certificate for OCSP that the CA issued (the CA signs itself)',
        zh: 'CA 签发的 OCSP 证书（默认由 CA 自己签名）',
      },
    },
    key: { type: 'string', value: 'FILE', about: { en: 'its private key', zh: '其私钥' } },
    'key-password-file': PASSWORD_FILE,
    minutes: {
      type: 'string',
      value: 'N',
      about: { en: 'how long an answer may be kept (60)', zh: '应答可缓存的分钟数（60）' },
    },
    ...LISTEN_OPTIONS,
  },
  async run(_words, values, { readStdin }) {
    const place = await listenOf(values);
    const { cert, key } = values;
    if ((cert === undefined) !== (key === undefined)) throw new GovError('usage', '--cert and --key belong together');
    const minutes = numberOf(values.minutes ?? '60', 'minutes');
    if (!(minutes >= 1)) throw new GovError('usage', '--minutes is 1 or more');
    const ca = await readCaFolder(values.ca);
    const records = watchedRecords(values.ca);
    // A folder that cannot be read is told now, not to the first client.
    await records();
    const handler = ocspResponder({
      issuer: ca.certificate,
      signer: key === undefined ? ca.signer : await signerOf(key, values['key-password-file'], readStdin),
      ...(cert === undefined ? {} : { certificate: await certificateOf(cert) }),
      statusOf: async (serialNumber) => {
        const { issued, revocations } = await records();
        const revocation = revocations.get(serialNumber);
        if (revocation !== undefined) return { status: 'revoked', ...revocation };
        return { status: issued.has(serialNumber) ? 'good' : 'unknown' };
      },
      clock: () => new Date(),
      validityMs: minutes * MINUTE_MS,
      onError: (error) => warn(error instanceof Error ? error.message : 'the status could not be told'),
    });
    const { url, closed } = await serveHttp({ handler, ...place });
    return { kind: 'serving', json: { url }, lines: [url], closed };
  },
});

export const OCSP_COMMANDS: readonly Command[] = [ocsp];
