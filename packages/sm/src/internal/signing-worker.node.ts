/** What runs in each thread of `sm2WorkerPool`: keys arrive once, when the thread starts; then batches of messages. */
import { workerData } from 'node:worker_threads';
import { readSm2PrivateKey } from '../key.js';
import { type Sm2Signer, sm2Signer } from '../sm2.js';
import type { BackendName } from './backend.js';

export interface SigningWorkerData {
  /** Names and PKCS#8. */
  readonly keys: readonly (readonly [string, Uint8Array])[];
  readonly id: Uint8Array | undefined;
  readonly backend: BackendName | undefined;
}

/** Messages one after another in one buffer: copying many small ones costs more than signing them. */
export interface SigningJob {
  readonly key: string;
  readonly lengths: readonly number[];
  /** Which of them are digests. */
  readonly digests: readonly boolean[];
  readonly bytes: Uint8Array;
}

const signers = new Map<string, Sm2Signer>();
const data: SigningWorkerData = workerData;
const options = {
  ...(data.id === undefined ? {} : { id: data.id }),
  ...(data.backend === undefined ? {} : { backend: data.backend }),
};
for (const [name, pkcs8] of data.keys) {
  signers.set(name, sm2Signer(readSm2PrivateKey(pkcs8), options));
  pkcs8.fill(0);
}

/** r ‖ s of each message, one after another. */
export default async function sign({ key, lengths, digests, bytes }: SigningJob): Promise<Uint8Array> {
  const signatures = new Uint8Array(64 * lengths.length);
  const signer = signers.get(key);
  let at = 0;
  for (const [i, length] of lengths.entries()) {
    const one = bytes.subarray(at, at + length);
    at += length;
    signatures.set(await (digests[i] ? signer!.signDigest(one) : signer!.sign(one)), 64 * i);
  }
  return signatures;
}
