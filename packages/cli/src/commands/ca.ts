/** `gov ca`: a development CA in a folder. */
import { join } from 'node:path';
import { writePem } from '@gov/der/pem';
import { type CertificateUse, readCertificate, USE_OIDS } from '@gov/pki';
import { issueLeaf, issueRoot } from '@gov/pki/dev-ca';
import { generateSm2Key, sm2Signer } from '@gov/sm';
import { GovError } from '@gov/verdict';
import { numberOf, signerOf, subjectOf } from '../arguments.js';
import { type Command, command } from '../command.js';
import { readInput, writeOutputs } from '../files.js';

const DAY_MS = 86_400_000;

/** Validity beginning a little before now, so that a clock a minute behind does not refuse what was just issued. */
function validity(at: Date, days: number) {
  if (!(days > 0)) throw new GovError('usage', '--days is more than 0');
  return { notBefore: new Date(at.getTime() - 5 * 60_000), notAfter: new Date(at.getTime() + days * DAY_MS) };
}

const init = command({
  noun: 'ca',
  verb: 'init',
  about: { en: 'make a development root (SM2)', zh: '建立开发用根证书（SM2）' },
  words: [],
  options: {
    out: { type: 'string', value: 'DIR', about: 'folder for root.crt.pem and root.key.pem', required: true },
    subject: { type: 'string', value: 'NAME', about: 'CN=…,O=…,C=CN' },
    days: { type: 'string', value: 'N', about: 'validity in days (7300)' },
  },
  async run(_words, values, { at, force }) {
    const key = generateSm2Key();
    const root = await issueRoot({
      subject: subjectOf(values.subject ?? 'CN=Development Root CA,O=Development,C=CN'),
      signer: sm2Signer(key),
      ...validity(at, numberOf(values.days ?? '7300', 'days')),
    });
    const certificate = join(values.out, 'root.crt.pem');
    const privateKey = join(values.out, 'root.key.pem');
    await writeOutputs(
      [
        { path: certificate, content: writePem('CERTIFICATE', root.bytes) },
        { path: privateKey, content: key.toPem(), secret: true },
      ],
      force,
    );
    return { kind: 'done', json: { certificate, privateKey }, lines: [certificate, privateKey] };
  },
});

const issue = command({
  noun: 'ca',
  verb: 'issue',
  about: { en: 'issue a certificate for one use', zh: '签发单一用途的证书' },
  words: [],
  options: {
    ca: { type: 'string', value: 'DIR', about: 'folder that `gov ca init` wrote', required: true },
    use: { type: 'string', value: 'USE', about: Object.keys(USE_OIDS).join('|'), required: true },
    subject: { type: 'string', value: 'NAME', about: 'CN=…,O=…,C=CN', required: true },
    out: { type: 'string', value: 'PREFIX', about: 'writes PREFIX.crt.pem and PREFIX.key.pem', required: true },
    days: { type: 'string', value: 'N', about: 'validity in days (1825)' },
  },
  async run(_words, values, { at, force }) {
    if (!Object.hasOwn(USE_OIDS, values.use))
      throw new GovError('usage', `--use is one of ${Object.keys(USE_OIDS).join(', ')}`);
    const key = generateSm2Key();
    const certificate = await issueLeaf({
      ca: {
        certificate: readCertificate(await readInput(join(values.ca, 'root.crt.pem'))),
        signer: await signerOf(join(values.ca, 'root.key.pem')),
      },
      subject: subjectOf(values.subject),
      publicKey: key.publicKey.toSpki(),
      use: values.use as CertificateUse,
      ...validity(at, numberOf(values.days ?? '1825', 'days')),
    });
    const files = { certificate: `${values.out}.crt.pem`, privateKey: `${values.out}.key.pem` };
    await writeOutputs(
      [
        { path: files.certificate, content: writePem('CERTIFICATE', certificate.bytes) },
        { path: files.privateKey, content: key.toPem(), secret: true },
      ],
      force,
    );
    return { kind: 'done', json: { ...files, use: values.use }, lines: [files.certificate, files.privateKey] };
  },
});

export const CA_COMMANDS: readonly Command[] = [init, issue];
