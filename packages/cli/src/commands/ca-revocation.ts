/** `gov ca revoke` and `gov ca crl`: taking back what a development CA issued. */
import { writePem } from '@gov/der/pem';
import { type Certificate, formatName, sameName, structureVerifier } from '@gov/pki';
import { issueCrl, REVOCATION_REASONS, type RevocationReason } from '@gov/pki/revocation';
import { sameBytes } from '@gov/sm';
import { GovError } from '@gov/verdict';
import { certificateOf, numberOf, timeOf } from '../arguments.js';
import { readCaFolder } from '../ca-folder.js';
import { recordRevocation, revocationsOf, takeCrlNumber, wasIssued } from '../ca-revocations.js';
import { type Command, command } from '../command.js';
import { writeOutputs } from '../files.js';

const DAY_MS = 86_400_000;

const CA_OPTION = {
  type: 'string',
  value: 'DIR',
  about: { en: 'folder that `gov ca init` wrote', zh: 'gov ca init 建立的目录' },
  required: true,
} as const;

const revoke = command({
  noun: 'ca',
  verb: 'revoke',
  about: { en: 'revoke a certificate for good', zh: '吊销证书（不可撤回）' },
  words: ['[CERT]'],
  options: {
    ca: CA_OPTION,
    serial: {
      type: 'string',
      value: 'HEX',
      about: { en: 'serial number, where the certificate is not at hand', zh: '证书序列号（没有证书文件时）' },
    },
    reason: { type: 'string', value: 'REASON', about: REVOCATION_REASONS.join('|') },
    'invalidity-date': {
      type: 'string',
      value: 'TIME',
      about: { en: 'since when the key may be in other hands', zh: '密钥可能已失控的起始时间' },
    },
  },
  async run([file], values, { at }) {
    const { reason, 'invalidity-date': invalidity } = values;
    if (reason !== undefined && !REVOCATION_REASONS.includes(reason as RevocationReason)) {
      throw new GovError('usage', `--reason is one of ${REVOCATION_REASONS.join(', ')}`);
    }
    if ((file === undefined) === (values.serial === undefined)) {
      throw new GovError('usage', 'gov ca revoke takes a certificate, or --serial HEX');
    }
    const invalidityDate = invalidity === undefined ? undefined : timeOf(invalidity, 'invalidity-date');
    if (invalidityDate !== undefined && invalidityDate > at) {
      throw new GovError('usage', '--invalidity-date lies after the revocation');
    }
    const serialNumber =
      file === undefined
        ? await issuedSerial(values.ca, values.serial!)
        : await ownSerial(values.ca, await certificateOf(file));
    if ((await revocationsOf(values.ca)).has(serialNumber)) {
      throw new GovError('already-revoked', `${serialNumber.toString(16)} was revoked before`);
    }
    await recordRevocation(values.ca, {
      serialNumber,
      revokedAt: at,
      ...(reason === undefined ? {} : { reason: reason as RevocationReason }),
      ...(invalidityDate === undefined ? {} : { invalidityDate }),
    });
    const serial = serialNumber.toString(16);
    const json = { serial, revokedAt: at.toISOString(), ...(reason === undefined ? {} : { reason }) };
    return { kind: 'done', json, lines: [serial] };
  },
});

/** @throws GovError `certificate-unknown` for a certificate that the CA of this folder did not sign, and its own */
async function ownSerial(folder: string, certificate: Certificate): Promise<bigint> {
  const { certificate: ca } = await readCaFolder(folder);
  const own =
    sameName(certificate.issuer, ca.subject) &&
    !sameBytes(certificate.publicKey, ca.publicKey) &&
    (await structureVerifier(ca.publicKey, certificate.signatureAlgorithm).verify(
      certificate.tbs,
      certificate.signature,
    ));
  if (!own) {
    throw new GovError(
      'certificate-unknown',
      `${formatName(ca.subject)} did not issue ${formatName(certificate.subject)}`,
    );
  }
  return certificate.serialNumber;
}

/** @throws GovError `certificate-unknown` for a number that is not in the record of the CA */
async function issuedSerial(folder: string, text: string): Promise<bigint> {
  const digits = text.replaceAll(':', '');
  if (!/^[0-9a-fA-F]{1,64}$/.test(digits)) throw new GovError('usage', '--serial is a hexadecimal number');
  const serialNumber = BigInt(`0x${digits}`);
  if (!(await wasIssued(folder, serialNumber))) {
    throw new GovError('certificate-unknown', `no certificate with the serial number ${text} was issued`);
  }
  return serialNumber;
}

const crl = command({
  noun: 'ca',
  verb: 'crl',
  about: { en: 'issue the list of revoked certificates (CRL)', zh: '签发证书吊销列表（CRL）' },
  words: [],
  options: {
    ca: CA_OPTION,
    out: {
      type: 'string',
      value: 'F.crl',
      about: { en: 'DER, or PEM where the name ends in .pem', zh: '输出文件：DER，以 .pem 结尾时为 PEM' },
      required: true,
    },
    days: { type: 'string', value: 'N', about: { en: 'until the next one (7)', zh: '距下次签发的天数（7）' } },
  },
  async run(_words, values, { at, force }) {
    const days = numberOf(values.days ?? '7', 'days');
    if (!(days > 0)) throw new GovError('usage', '--days is more than 0');
    const { certificate: issuer, signer } = await readCaFolder(values.ca);
    const entries = [...(await revocationsOf(values.ca))].map(([serialNumber, revocation]) => ({
      serialNumber,
      ...revocation,
    }));
    const thisUpdate = at;
    const nextUpdate = new Date(at.getTime() + days * DAY_MS);
    const crlNumber = await takeCrlNumber(values.ca, thisUpdate);
    const { bytes } = await issueCrl({ issuer, signer, entries, thisUpdate, nextUpdate, crlNumber });
    const content = values.out.endsWith('.pem') ? writePem('X509 CRL', bytes) : bytes;
    await writeOutputs([{ path: values.out, content }], force);
    const json = {
      crl: values.out,
      crlNumber: String(crlNumber),
      revoked: entries.length,
      nextUpdate: nextUpdate.toISOString(),
    };
    return { kind: 'done', json, lines: [values.out] };
  },
});

export const CA_REVOCATION_COMMANDS: readonly Command[] = [revoke, crl];
