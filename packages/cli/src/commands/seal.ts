/** `gov seal`: making and checking electronic seals. */
import { makeSeal, pictureType, readSeal, verifySeal } from '@gov/e-seal';
import { openFont, roundSeal, sealPng } from '@gov/e-seal/picture';
import { formatName, readCertificate } from '@gov/pki';
import { bytesToHex, sm3 } from '@gov/sm';
import { GovError } from '@gov/verdict';
import { certificateOf, numberOf, PASSWORD_FILE, signerOf, TRUST_OPTIONS, timeOf, trustOf } from '../arguments.js';
import { type Command, command } from '../command.js';
import { readInput, writeOutputs } from '../files.js';
import { sealFont } from '../fonts.js';

const make = command({
  noun: 'seal',
  verb: 'make',
  about: { en: 'make an electronic seal (SESeal v4)', zh: '制作电子印章（SESeal v4）' },
  words: [],
  options: {
    name: {
      type: 'string',
      value: 'N',
      about: 'name of the seal, on its arc where the picture is drawn',
      required: true,
    },
    id: { type: 'string', value: 'ESID', about: 'esID, usually 14 digits', required: true },
    picture: { type: 'string', value: 'FILE', about: 'PNG or JPEG; without it a round seal is drawn' },
    width: { type: 'string', value: 'MM', about: 'whole millimetres', required: true },
    height: { type: 'string', value: 'MM', about: 'whole millimetres', required: true },
    signer: { type: 'string', value: 'CERT', about: 'who may use the seal', required: true },
    'maker-cert': { type: 'string', value: 'C', about: "the seal maker's certificate", required: true },
    'maker-key': { type: 'string', value: 'K', about: "the seal maker's private key", required: true },
    'maker-key-password-file': PASSWORD_FILE,
    'valid-from': { type: 'string', value: 'T', about: 'time or day', required: true },
    'valid-to': { type: 'string', value: 'T', about: 'time or day (its end)', required: true },
    purpose: { type: 'string', value: 'TEXT', about: 'text under the star of a drawn seal' },
    code: { type: 'string', value: 'CODE', about: '13 or 18 digits on the lower arc of a drawn seal' },
    font: { type: 'string', value: 'FILE', about: 'TTF or OTF for a drawn seal' },
    type: { type: 'string', value: 'N', about: 'type code (1: organisation)' },
    out: { type: 'string', value: 'F.esl', about: 'the seal', required: true },
  },
  async run(_words, values, { at, force, readStdin }) {
    const widthMm = numberOf(values.width, 'width');
    const heightMm = numberOf(values.height, 'height');
    const data =
      values.picture === undefined
        ? await drawn(values.name, widthMm, heightMm, values.purpose, values.code, values.font)
        : await readInput(values.picture);
    const type = pictureType(data);
    if (type === undefined) throw new GovError('seal-picture-unsupported', 'the picture is neither PNG nor JPEG');
    const seal = await makeSeal({
      id: values.id,
      name: values.name,
      ...(values.type === undefined ? {} : { type: numberOf(values.type, 'type') }),
      picture: { type, data, widthMm, heightMm },
      signers: [await certificateOf(values.signer)],
      createdAt: at,
      validFrom: timeOf(values['valid-from'], 'valid-from'),
      validTo: timeOf(values['valid-to'], 'valid-to', true),
      maker: {
        certificate: await certificateOf(values['maker-cert']),
        signer: await signerOf(values['maker-key'], values['maker-key-password-file'], readStdin),
      },
    });
    await writeOutputs([{ path: values.out, content: seal.bytes }], force);
    return { kind: 'done', json: { seal: values.out, id: seal.id, name: seal.name }, lines: [values.out] };
  },
});

async function drawn(
  name: string,
  widthMm: number,
  heightMm: number,
  purpose: string | undefined,
  code: string | undefined,
  font: string | undefined,
): Promise<Uint8Array> {
  if (widthMm !== heightMm) throw new GovError('usage', 'a drawn seal is round: --width and --height are its diameter');
  const picture = roundSeal(
    {
      name,
      diameterMm: widthMm,
      ...(purpose === undefined ? {} : { purpose }),
      ...(code === undefined ? {} : { code }),
    },
    { font: openFont(font === undefined ? await sealFont() : await readInput(font)) },
  );
  return sealPng(picture.svg, { widthMm });
}

const verify = command({
  noun: 'seal',
  verb: 'verify',
  about: { en: 'verify an electronic seal', zh: '验证电子印章' },
  words: ['F.esl'],
  options: TRUST_OPTIONS,
  async run([file], values, { at }) {
    const options = { at, ...(await trustOf(values, at)) };
    return { kind: 'report', report: await verifySeal(await readInput(file!), options) };
  },
});

const inspect = command({
  noun: 'seal',
  verb: 'inspect',
  about: { en: 'show what a seal says, unverified', zh: '查看印章内容（不验证）' },
  words: ['F.esl'],
  options: {},
  async run([file]) {
    const seal = readSeal(await readInput(file!));
    const json = {
      version: seal.version,
      vendorId: seal.vendorId,
      id: seal.id,
      name: seal.name,
      type: seal.type,
      createdAt: seal.createdAt.toISOString(),
      validFrom: seal.validFrom.toISOString(),
      validTo: seal.validTo.toISOString(),
      picture: {
        type: seal.picture.type,
        bytes: seal.picture.data.length,
        sm3: bytesToHex(sm3(seal.picture.data)),
        widthMm: seal.picture.widthMm,
        heightMm: seal.picture.heightMm,
      },
      signers:
        seal.signers.kind === 'certificates'
          ? seal.signers.certificates.map((bytes) => nameOf(bytes))
          : seal.signers.digests.map(({ type, value }) => `${type} ${bytesToHex(value)}`),
      maker: nameOf(seal.makerCertificate),
      deviations: [...new Set(seal.deviations.map(({ code }) => code))],
    };
    const lines = Object.entries(json).map(
      ([key, value]) => `${key}: ${typeof value === 'object' ? JSON.stringify(value) : value}`,
    );
    return { kind: 'done', json, lines };
  },
});

function nameOf(certificate: Uint8Array): string {
  try {
    return formatName(readCertificate(certificate).subject);
  } catch {
    return `${certificate.length} bytes that are no certificate`;
  }
}

export const SEAL_COMMANDS: readonly Command[] = [make, verify, inspect];
