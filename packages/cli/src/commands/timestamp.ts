/** `gov timestamp`: asking for timestamps and verifying them. */
import { formatName } from '@gov/pki';
import {
  createTimestampRequest,
  readTimestamp,
  readTimestampRequest,
  requestTimestamp,
  type TimestampHash,
  timestampFinding,
  timestampNonce,
  verifyTimestamp,
  writeTimestampResponse,
} from '@gov/pki/timestamp';
import { GovError } from '@gov/verdict';
import { TRUST_OPTIONS, trustOf } from '../arguments.js';
import { type Command, command } from '../command.js';
import { readInput, writeOutputs } from '../files.js';

const HASHES: Readonly<Record<string, TimestampHash>> = {
  sm3: 'SM3',
  sha256: 'SHA-256',
  sha384: 'SHA-384',
  sha512: 'SHA-512',
};

/** As people and openssl write it: SM3, sha256, SHA-256. @throws GovError `usage` */
export function hashOf(text: string): TimestampHash {
  const name = text.toLowerCase().replace('-', '');
  const hash = Object.hasOwn(HASHES, name) ? HASHES[name] : undefined;
  if (hash === undefined) throw new GovError('usage', `--hash is ${Object.values(HASHES).join(', ')}, not "${text}"`);
  return hash;
}

const request = command({
  noun: 'timestamp',
  verb: 'request',
  about: { en: 'have a file timestamped, or write the request', zh: '为文件申请时间戳，或只生成请求' },
  words: ['FILE'],
  options: {
    tsa: { type: 'string', value: 'URL', about: { en: 'the timestamp authority', zh: '时间戳服务地址' } },
    out: {
      type: 'string',
      value: 'F.tsr',
      about: { en: 'where the answer goes (TimeStampResp)', zh: '时间戳应答的输出文件' },
    },
    'query-out': {
      type: 'string',
      value: 'F.tsq',
      about: { en: 'write the request only, to be sent by other means', zh: '只输出请求文件，另行发送' },
    },
    hash: {
      type: 'string',
      value: 'NAME',
      about: { en: 'SM3 (default), SHA-256, SHA-384, SHA-512', zh: '摘要算法：SM3（默认）、SHA-256、SHA-384、SHA-512' },
    },
    policy: { type: 'string', value: 'OID', about: { en: 'ask for this policy', zh: '要求的时间戳策略' } },
    ...TRUST_OPTIONS,
  },
  async run([file], values, { at, force }) {
    const { tsa, out, policy, 'query-out': queryOut } = values;
    if ((tsa === undefined) !== (out === undefined) || (tsa === undefined) === (queryOut === undefined))
      throw new GovError('usage', '--tsa URL with --out F.tsr, or --query-out F.tsq');
    const stamped = { content: await readInput(file!), hash: hashOf(values.hash ?? 'SM3') };
    const asked = policy === undefined ? {} : { policy };
    if (queryOut !== undefined) {
      const query = createTimestampRequest({ ...stamped, ...asked, nonce: timestampNonce() });
      await writeOutputs([{ path: queryOut, content: query }], force);
      return { kind: 'done', json: { file: queryOut, hash: stamped.hash }, lines: [queryOut] };
    }
    const { trust } = await trustOf(values, at);
    const token = await requestTimestamp(tsa!, stamped, { ...asked, fetch, at, trust });
    await writeOutputs([{ path: out!, content: writeTimestampResponse(token.bytes) }], force);
    const { genTime, serialNumber, policy: given } = token.info;
    const [certificate] = token.signedData.certificates;
    const answer = {
      file: out,
      genTime: genTime.toISOString(),
      serialNumber: serialNumber.toString(),
      policy: given,
      hash: stamped.hash,
      ...(certificate === undefined ? {} : { authority: formatName(certificate.subject) }),
    };
    return { kind: 'done', json: answer, lines: [`${out}  ${answer.genTime}`] };
  },
});

const verify = command({
  noun: 'timestamp',
  verb: 'verify',
  about: { en: 'verify a timestamp on a file', zh: '验证文件的时间戳' },
  words: ['TIMESTAMP', 'FILE'],
  options: {
    query: {
      type: 'string',
      value: 'F.tsq',
      about: {
        en: 'the request that it answers: nonce and policy are compared',
        zh: '所对应的请求文件，核对随机数和策略',
      },
    },
    ...TRUST_OPTIONS,
  },
  async run([tokenFile, file], values, { at }) {
    const token = readTimestamp(await readInput(tokenFile!));
    const { nonce, policy } = values.query === undefined ? {} : readTimestampRequest(await readInput(values.query));
    const question = {
      content: await readInput(file!),
      ...(nonce === undefined ? {} : { nonce }),
      ...(policy === undefined ? {} : { policy }),
    };
    const report = await verifyTimestamp(token, question, { at, ...(await trustOf(values, at)) });
    return { kind: 'report', report: { ...report, findings: [...report.findings, timestampFinding(report)] } };
  },
});

export const TIMESTAMP_COMMANDS: readonly Command[] = [request, verify];
