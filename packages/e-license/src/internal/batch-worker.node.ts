/** What runs in each thread of `licenseThreads`: the key arrives once, when the thread starts; then ranges. */
import { workerData } from 'node:worker_threads';
import { readCertificate } from '@gov/pki';
import { readSm2PrivateKey, sm2Signer } from '@gov/sm';
import { type ErrorCode, isGovError } from '@gov/verdict';
import { prepareRange, type RangeJob } from '../batch/prepare.js';
import { LicenseQrIssuer } from '../qr/index.js';
import type { PreparedLicense } from '../register/index.js';

export interface BatchWorkerData {
  readonly pkcs8: Uint8Array;
  readonly certificate: Uint8Array;
  readonly backend: 'native' | 'wasm' | 'js';
}

/** Errors lose their codes on the way between threads, data does not. */
export type ThreadAnswer =
  | { readonly prepared: readonly PreparedLicense[] }
  | { readonly error: { readonly code: ErrorCode; readonly message: string } };

const data: BatchWorkerData = workerData;
const certificate = readCertificate(data.certificate);
const signer = sm2Signer(readSm2PrivateKey(data.pkcs8), { backend: data.backend });
data.pkcs8.fill(0);
const issuer = new LicenseQrIssuer({ certificate, signer });

export default async function prepare(job: RangeJob): Promise<ThreadAnswer> {
  try {
    return { prepared: await prepareRange(job, certificate, issuer) };
  } catch (error) {
    if (isGovError(error)) return { error: { code: error.code, message: error.message } };
    throw error;
  }
}
