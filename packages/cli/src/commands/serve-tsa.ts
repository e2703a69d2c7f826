/** `gov serve tsa`: a timestamp authority on this machine. */
import { readCertificates } from '@gov/pki';
import { tsaHandler } from '@gov/pki/tsa';
import { GovError } from '@gov/verdict';
import { numberOf, PASSWORD_FILE, signerOf } from '../arguments.js';
import { type Command, command } from '../command.js';
import { readInput } from '../files.js';
import { serveHttp } from '../http-server.js';
import { LISTEN_OPTIONS, listenOf } from '../listen.js';
import { warn } from '../output.js';
import { serialFile } from '../serial-file.js';
import { hashOf } from './timestamp.js';

const tsa = command({
  noun: 'serve',
  verb: 'tsa',
  about: { en: 'serve timestamps over HTTP (RFC 3161)', zh: '提供时间戳服务（HTTP，RFC 3161）' },
  words: [],
  options: {
    cert: {
      type: 'string',
      value: 'FILE',
      about: {
        en: 'certificate of the authority; more in the file are sent along',
        zh: '时间戳服务证书；文件中其余证书一并发送',
      },
      required: true,
    },
    key: { type: 'string', value: 'FILE', about: { en: 'its private key', zh: '其私钥' }, required: true },
    'key-password-file': PASSWORD_FILE,
    policy: {
      type: 'string',
      value: 'OID',
      about: { en: 'policy of the timestamps', zh: '时间戳策略' },
      required: true,
    },
    serials: {
      type: 'string',
      value: 'FILE',
      about: { en: 'where serial numbers are kept; made where there is none', zh: '序列号文件，不存在时新建' },
      required: true,
    },
    hash: {
      type: 'string',
      value: 'LIST',
      about: { en: 'digests that are stamped (SM3,SHA-256,SHA-384,SHA-512)', zh: '接受的摘要算法' },
    },
    'accuracy-ms': {
      type: 'string',
      value: 'N',
      about: { en: 'how far the clock of this machine may be wrong (1000)', zh: '本机时钟的最大误差，毫秒（1000）' },
    },
    ...LISTEN_OPTIONS,
  },
  async run(_words, values, { readStdin }) {
    const place = await listenOf(values);
    const [certificate, ...chain] = readCertificates(await readInput(values.cert));
    if (certificate === undefined) throw new GovError('certificate-malformed', `no certificate in ${values.cert}`);
    const handler = tsaHandler({
      signer: await signerOf(values.key, values['key-password-file'], readStdin),
      certificate,
      chain,
      policy: values.policy,
      clock: () => new Date(),
      serial: await serialFile(values.serials),
      ...(values.hash === undefined ? {} : { hashes: values.hash.split(',').map(hashOf) }),
      ...(values['accuracy-ms'] === undefined ? {} : { accuracyMs: numberOf(values['accuracy-ms'], 'accuracy-ms') }),
      onError: (error) => warn(error instanceof Error ? error.message : 'the timestamp could not be made'),
    });
    const { url, closed } = await serveHttp({ handler, ...place });
    return { kind: 'serving', json: { url, policy: values.policy }, lines: [`${url}  ${values.policy}`], closed };
  },
});

export const TSA_COMMANDS: readonly Command[] = [tsa];
