/** `gov pdf prepare` and `gov pdf complete`: the signature value comes from elsewhere, such as a password machine (密码机). */
import { readSeal } from '@gov/e-seal';
import { completePdfSignature, completeSeal, preparePdfSignature, prepareSeal } from '@gov/e-seal/pdf';
import { openPdf, sealingHazards } from '@gov/pdf';
import { bytesToHex } from '@gov/sm';
import { GovError } from '@gov/verdict';
import { certificateOf } from '../arguments.js';
import { algorithmOf, KEY_ALGORITHMS } from '../ca-folder.js';
import { command } from '../command.js';
import { readInput, writeOutputs } from '../files.js';
import { OptionProblems } from '../option-problems.js';
import { PDF_PASSWORD, pdfPassword } from '../pdf-input.js';
import { placed, refuseHazards, SEALING_OPTIONS, sealingOf, signatureParts } from '../pdf-sealing.js';

export const pdfPrepare = command({
  noun: 'pdf',
  verb: 'prepare',
  about: { en: 'first step of sealing with a key that is elsewhere', zh: '两步签章第一步：生成待签数据' },
  words: ['IN.pdf'],
  options: {
    ...SEALING_OPTIONS,
    algorithm: {
      type: 'string',
      value: 'NAME',
      about: {
        en: `of the key: ${Object.keys(KEY_ALGORITHMS).join(', ')} (sm2)`,
        zh: `私钥的算法：${Object.keys(KEY_ALGORITHMS).join('、')}（默认 sm2）`,
      },
    },
    'to-sign': {
      type: 'string',
      value: 'F.bin',
      about: { en: 'what the key signs', zh: '待签数据的输出文件' },
      required: true,
    },
    state: {
      type: 'string',
      value: 'F.json',
      about: { en: 'what the second step must know', zh: '供第二步使用的状态文件' },
      required: true,
    },
    out: {
      type: 'string',
      value: 'PENDING.pdf',
      about: { en: 'the document that waits', zh: '待签文档的输出文件' },
      required: true,
    },
  },
  async run([file], values, { at, force, readStdin }) {
    const problems = new OptionProblems();
    const sealing = sealingOf(values, problems);
    const algorithm = problems.try('algorithm', '不支持的签名算法', () => algorithmOf(values.algorithm));
    problems.check();
    const password = await pdfPassword(values.password, readStdin);
    const reading = { repair: values.repair, ...(password === undefined ? {} : { password }) };
    const pdf = await readInput(file!);
    const hazards = sealingHazards(openPdf(pdf, reading));
    if (values['refuse-hazards']) refuseHazards(hazards);
    const act = {
      ...sealing.options,
      ...placed(sealing, password),
      ...reading,
      certificate: await certificateOf(values.cert),
      time: at,
      algorithm: algorithm!,
    };
    const pending =
      values.seal === undefined
        ? await preparePdfSignature(pdf, { ...act, ...(await signatureParts(values)) })
        : await prepareSeal(pdf, { ...act, place: sealing.places, seal: readSeal(await readInput(values.seal)) });
    await writeOutputs(
      [
        { path: values.out, content: pending.document },
        { path: values['to-sign'], content: pending.toSign },
        { path: values.state, content: pending.state },
      ],
      force,
    );
    const e = pending.e === undefined ? {} : { e: bytesToHex(pending.e) };
    return {
      kind: 'done',
      json: { pdf: values.out, toSign: values['to-sign'], state: values.state, ...e },
      lines: [
        values.out,
        values['to-sign'],
        values.state,
        ...Object.entries(e).map(([name, hex]) => `${name}: ${hex}`),
      ],
      warnings: hazards,
    };
  },
});

export const pdfComplete = command({
  noun: 'pdf',
  verb: 'complete',
  about: { en: 'second step: put the signature value in', zh: '两步签章第二步：填入签名值' },
  words: ['PENDING.pdf'],
  options: {
    state: {
      type: 'string',
      value: 'F.json',
      about: { en: 'from the first step', zh: '第一步生成的状态文件' },
      required: true,
    },
    value: { type: 'string', value: 'F.bin', about: { en: 'the signature value', zh: '签名值文件' }, required: true },
    password: PDF_PASSWORD,
    out: { type: 'string', value: 'OUT.pdf', about: { en: 'the sealed file', zh: '输出文件' }, required: true },
  },
  async run([file], values, { force, readStdin }) {
    const password = await pdfPassword(values.password, readStdin);
    const state = new TextDecoder().decode(await readInput(values.state));
    const pending = { document: await readInput(file!), state };
    const complete = isOfSeal(state) ? completeSeal : completePdfSignature;
    const content = await complete(pending, await readInput(values.value), password === undefined ? {} : { password });
    await writeOutputs([{ path: values.out, content }], force);
    return { kind: 'done', json: { pdf: values.out, bytes: content.length }, lines: [values.out] };
  },
});

function isOfSeal(state: string): boolean {
  try {
    return (JSON.parse(state) as { kind?: unknown } | null)?.kind === 'seal';
  } catch (cause) {
    throw new GovError('json-malformed', 'the state is no JSON', { cause });
  }
}
