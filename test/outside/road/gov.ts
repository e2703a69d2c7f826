import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { packed } from '../packed.js';

export interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The installed command, as a shell runs it. */
export function gov(cwd: string, line: string, input?: Uint8Array): Ran {
  const args = line.split(' ').filter((word) => word !== '');
  const { status, stdout, stderr, error } = spawnSync(join(packed, 'node_modules/.bin/gov'), args, {
    cwd,
    input,
    encoding: 'utf8',
    timeout: 60_000,
    env: { ...process.env, LC_ALL: 'C' },
  });
  if (error !== undefined) throw error;
  return { status: status ?? -1, stdout, stderr };
}

/** A CA, its three kinds of certificates, a seal and a licence in `licences/`. Answers the identifier of the licence. */
export function issueRoad(cwd: string, data: string): string {
  const done = (line: string): string => {
    const { status, stdout, stderr } = gov(cwd, line);
    if (status !== 0) throw new Error(`gov ${line}: ${status} ${stdout}${stderr}`);
    return stdout;
  };
  done('ca init --out ca');
  for (const use of ['seal-maker', 'signer', 'license-issuer']) {
    done(`ca issue --ca ca --use ${use} --subject CN=${use},O=某市行政审批局,C=CN --out keys/${use}`);
  }
  done(
    'seal make --name 某市行政审批局 --id 99010000000001 --width 42 --height 42 --signer keys/signer.crt.pem ' +
      '--maker-cert keys/seal-maker.crt.pem --maker-key keys/seal-maker.key.pem ' +
      '--valid-from 2026-01-01 --valid-to 2046-12-31 --out seal.esl',
  );
  const issued = done(
    `license issue ${data} --cert keys/license-issuer.crt.pem --key keys/license-issuer.key.pem --seal seal.esl ` +
      '--seal-cert keys/signer.crt.pem --seal-key keys/signer.key.pem --out licences --json',
  );
  return JSON.parse(issued).identifier;
}

export const TRUST = '--trust ca/root.crt.pem --certs keys/license-issuer.crt.pem';
