/** `gov catalog freeze`, `verify`: yearly editions, signed (目录年度版本的冻结与验证). */
import { LEDGER_LEVELS, type LedgerLevel } from '@gov/catalog';
import { type FrozenEdition, freezeEdition, signEdition, verifyEdition } from '@gov/catalog/edition';
import { GovError } from '@gov/verdict';
import { certificatesAt, PASSWORD_FILE, signerOf, TRUST_OPTIONS, trustOf } from '../arguments.js';
import { batchLine } from '../batch-progress.js';
import { editionFile } from '../catalog-edition.js';
import { catalogInput, everyRecord, INPUT_OPTIONS, PROFILE, piecesOf, profileOf } from '../catalog-input.js';
import { command } from '../command.js';
import { readInput, refuseExisting, writeOutputs } from '../files.js';
import { interruptible } from '../interrupt.js';

const LEVELS = LEDGER_LEVELS.map(({ label }) => label);

export const catalogFreeze = command({
  noun: 'catalog',
  verb: 'freeze',
  about: { en: 'freeze a catalogue into an edition, signed', zh: '冻结目录为年度版本并签名' },
  words: ['IN.jsonl…'],
  options: {
    out: { type: 'string', value: 'E.jsonl', required: true, about: { en: 'the edition', zh: '输出的版本文件' } },
    edition: { type: 'string', value: 'NAME', required: true, about: { en: 'e.g. 2026', zh: '版本，如 2026' } },
    name: { type: 'string', value: 'TEXT', required: true, about: { en: 'of the catalogue', zh: '目录名称' } },
    region: { type: 'string', value: 'CODE', required: true, about: { en: 'division code', zh: '行政区划代码' } },
    level: {
      type: 'string',
      value: LEVELS.join('|'),
      required: true,
      about: { en: 'whose ledger it is', zh: '目录层级' },
      problem: (value) => (LEVELS.some((level) => level === value) ? undefined : `is one of ${LEVELS.join(', ')}`),
    },
    previous: { type: 'string', value: 'E.jsonl', about: { en: 'the edition before', zh: '上一版本' } },
    key: { type: 'string', value: 'K', about: { en: 'private key to sign with', zh: '签名私钥' } },
    'key-password-file': PASSWORD_FILE,
    cert: {
      type: 'string',
      value: 'C',
      about: { en: 'its certificate; more in the file are sent along', zh: '签名证书，文件中的其余证书一并随附' },
    },
    signature: {
      type: 'string',
      value: 'S.p7s',
      about: { en: 'the signature (E.jsonl.p7s)', zh: '签名文件（默认 E.jsonl.p7s）' },
    },
    ...INPUT_OPTIONS,
  },
  async run(files, values, { at, force, lang, readStdin }) {
    const input = await catalogInput(files, values, lang);
    const { key, cert, out } = values;
    if ((key === undefined) !== (cert === undefined)) throw new GovError('usage', '--key and --cert go together');
    const passwordFile = values['key-password-file'];
    if (key === undefined && (values.signature ?? passwordFile) !== undefined)
      throw new GovError('usage', '--signature and --key-password-file go with --key');
    const signing =
      key === undefined
        ? undefined
        : { signer: await signerOf(key, passwordFile, readStdin), certificates: await chainOf(cert!) };
    const signature = signing && (values.signature ?? `${out}.p7s`);
    if (!force) for (const path of [out, signature ?? []].flat()) await refuseExisting(path);
    const line = batchLine(lang);
    const { head, sm3 } = await interruptible(async (signal): Promise<FrozenEdition> => {
      const previous = values.previous && (await editionFile(values.previous, input.profile, signal)).sm3;
      const frozen = await freezeEdition(
        everyRecord(input, signal),
        {
          edition: values.edition,
          name: values.name,
          region: values.region,
          level: values.level as LedgerLevel,
          profile: input.profile,
          frozenAt: at,
          ...(previous ? { previous } : {}),
        },
        { signal, onProgress: line.checked },
      );
      const outputs = [{ path: out, content: stoppable(frozen.pieces(), signal) }];
      if (signing === undefined || signature === undefined) await writeOutputs(outputs, force);
      else {
        const { signer, certificates } = signing;
        const signers = [{ signer, certificate: certificates[0]! }];
        const content = await signEdition(frozen, { signers, certificates, signingTime: at });
        await writeOutputs([...outputs, { path: signature, content }], force);
      }
      return frozen;
    }).finally(line.done);
    const counts = Object.values(head.counts).reduce((sum, count) => sum + count, 0);
    return {
      kind: 'done',
      json: { out, ...(signature === undefined ? {} : { signature }), head, sm3 },
      lines: [
        lang === 'zh' ? `${out}：${counts} 条记录` : `${out}: ${counts} records`,
        `SM3 ${sm3}`,
        ...(signature === undefined ? [] : [signature]),
      ],
    };
  },
});

/** Of the signer first. @throws GovError `certificate-malformed` where there is none */
async function chainOf(place: string) {
  const chain = await certificatesAt(place);
  if (chain.length === 0) throw new GovError('certificate-malformed', `no certificate in ${place}`);
  return chain;
}

async function* stoppable(pieces: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
  for await (const piece of pieces) {
    signal.throwIfAborted();
    yield piece;
  }
}

const { profile: strictness, ...TRUST } = TRUST_OPTIONS;

export const catalogVerify = command({
  noun: 'catalog',
  verb: 'verify',
  about: { en: 'verify a signed edition', zh: '验证签名的年度版本' },
  words: ['E.jsonl'],
  options: {
    signature: {
      type: 'string',
      value: 'S.p7s',
      about: { en: 'the signature (E.jsonl.p7s)', zh: '签名文件（默认 E.jsonl.p7s）' },
    },
    previous: {
      type: 'string',
      value: 'E.jsonl',
      about: { en: 'the edition before: must be the one that is named', zh: '上一版本，须与所载一致' },
    },
    profile: PROFILE,
    // In this noun `--profile` is that of a region.
    encodings: strictness,
    ...TRUST,
  },
  async run([file], values, { at }) {
    const profile = await profileOf(values.profile);
    const trusted = await trustOf({ ...values, profile: values.encodings }, at);
    const signature = await readInput(values.signature ?? `${file}.p7s`);
    const { report } = await interruptible(async (signal) => {
      const previous = values.previous && (await editionFile(values.previous, profile, signal)).sm3;
      return verifyEdition(piecesOf(file!, signal), signature, {
        at,
        profile,
        ...trusted,
        ...(previous ? { previous } : {}),
      });
    });
    return { kind: 'report', report };
  },
});
