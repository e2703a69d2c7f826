/** The device of a holder, as files: its key, and how many codes it has shown. */
import { readFile } from 'node:fs/promises';
import type { CodeCounters, DeviceKey } from '@gov/city-code/show';
import { writePem } from '@gov/der/pem';
import { generatePrivateKey } from '@gov/pki/private-key';
import { bytesToHex, readSm2PublicKey, type Signer } from '@gov/sm';
import { isJsonObject, readJson } from '@gov/token/json';
import { GovError } from '@gov/verdict';
import { signerOf } from './arguments.js';
import { lock } from './file-lock.js';
import { fileError, writeOutputs } from './files.js';

/**
 * The device key of a file: SM2 for suite 1, ECDSA on P-256 for suite 2.
 *
 * @throws GovError `key-unsupported` for another algorithm; what reading throws
 */
export async function deviceKeyOf(
  file: string,
  passwordFile: string | undefined,
  readStdin: () => Promise<Uint8Array>,
): Promise<DeviceKey> {
  return deviceKey(await signerOf(file, passwordFile, readStdin));
}

/** A new device key, and the PEM text to keep it. */
export async function newDeviceKey(suite: 1 | 2): Promise<{ readonly key: DeviceKey; readonly pem: string }> {
  const { signer, pkcs8 } = await generatePrivateKey(suite === 1 ? 'SM2-SM3' : 'ECDSA-P256-SHA256');
  return { key: deviceKey(signer), pem: writePem('PRIVATE KEY', pkcs8) };
}

function deviceKey(signer: Signer): DeviceKey {
  const suite = ({ 'SM2-SM3': 1, 'ECDSA-P256-SHA256': 2 } as const)[signer.algorithm as 'SM2-SM3'];
  if (suite === undefined) throw new GovError('key-unsupported', 'a device key is one of SM2, or of ECDSA on P-256');
  // Both SubjectPublicKeyInfo end in the point, 04 ‖ x ‖ y.
  const point = signer.algorithm === 'SM2-SM3' ? readSm2PublicKey(signer.publicKey).point : signer.publicKey.slice(-65);
  const publicKey = Uint8Array.of(2 | (point[64]! & 1), ...point.subarray(1, 33));
  return { suite, publicKey, sign: (message) => signer.sign(message) };
}

/**
 * Counters in a file, a number for each tag. It says that a number is used before a code with it is made, whatever happens to the
 * program afterwards; programs that run at once wait for each other.
 *
 * @throws GovError (each method) `file-unreadable`, `file-unwritable`
 */
export function fileCounters(file: string): CodeCounters {
  return {
    shown: async (tag) => (await countsOf(file))[bytesToHex(tag)] ?? 0,
    async take(tag) {
      const release = await lock(`${file}.lock`);
      try {
        const counts = await countsOf(file);
        const next = counts[bytesToHex(tag)] ?? 0;
        const content = `${JSON.stringify({ ...counts, [bytesToHex(tag)]: next + 1 })}\n`;
        await writeOutputs([{ path: file, content, secret: true }], true);
        return next;
      } finally {
        await release();
      }
    },
  };
}

async function countsOf(file: string): Promise<Readonly<Record<string, number>>> {
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(await readFile(file));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw fileError(cause, file, 'file-unreadable');
  }
  // A file that cannot be read must not begin anew: its numbers would be used twice.
  try {
    const counts = readJson(bytes);
    const isCounts = isJsonObject(counts) && Object.values(counts).every((count) => Number.isInteger(count));
    if (isCounts) return counts as Readonly<Record<string, number>>;
  } catch (cause) {
    throw new GovError('file-unreadable', `${file} holds no counters`, { cause });
  }
  throw new GovError('file-unreadable', `${file} holds no counters`);
}
