/** Preparing the licences of one range: all that needs no store, in this thread or another. */

import { bodyText, type Certificate, certificateBody, sameBody } from '@gov/pki';
import { GovError, isGovError } from '@gov/verdict';
import type { LicenseType } from '../license-type.js';
import { type LicenseIssuer, LicenseQrIssuer } from '../qr/index.js';
import {
  type PreparedLicense,
  type PrepareOptions,
  prepareLicense,
  prepareVoid,
  serialText,
  slotOf,
} from '../register/index.js';
import { type BatchRow, unpackRows } from './pack.js';

/** One range, as plain data: crosses threads by structured clone. */
export interface RangeJob {
  readonly batch: string;
  readonly type: LicenseType;
  readonly issuerCode: string;
  readonly actor: string;
  readonly listSize: number;
  readonly firstSerial: number;
  readonly firstSlot: number;
  /** When they are signed; RFC 3339. */
  readonly issuedAt: string;
  /** Row of the batch that the range begins with. */
  readonly firstRow: number;
  /** Rows of the batch that are not in the register yet, ascending. */
  readonly wanted: readonly number[];
  readonly packed: Uint8Array;
}

/** Makes licences ready for the register: where the keys are. */
export interface RangePreparer {
  /** Names the issuing authority: nobody would believe licences of another. */
  readonly certificate: Certificate;
  /** Ranges that are worth giving it at once. */
  readonly lanes: number;
  /** In the order of `wanted`; a row that cannot be issued is void. `packed` is gone afterwards. */
  prepare(job: RangeJob): Promise<readonly PreparedLicense[]>;
}

/**
 * Prepares in this thread: for signers that are handles themselves, of a pool, a password machine (密码机) or
 * `@gov/sm/workers`; all licences of a range are asked for at once, so that they travel together.
 *
 * @throws GovError `key-mismatch`, `algorithm-unsupported`
 */
export function handlePreparer(issuer: LicenseIssuer, lanes = 2): RangePreparer {
  const qrIssuer = new LicenseQrIssuer(issuer);
  return { certificate: issuer.certificate, lanes, prepare: (job) => prepareRange(job, issuer.certificate, qrIssuer) };
}

/** @throws GovError `certificate-unsuitable` where the issuer's certificate names another body than a row; what signing throws */
export async function prepareRange(
  job: RangeJob,
  certificate: Certificate,
  issuer: LicenseQrIssuer,
): Promise<PreparedLicense[]> {
  const rows = await unpackRows(job.packed);
  const body = certificateBody(certificate);
  const random = pooledRandom();
  return Promise.all(
    job.wanted.map((number) => {
      const row = rows[number - job.firstRow];
      if (row === undefined) throw new GovError('input-malformed', `row ${number} is not in its range`);
      const { name, code } = row.data.authority;
      if (!sameBody(body, { name, creditCode: code })) {
        throw new GovError(
          'certificate-unsuitable',
          `the issuer's certificate names ${bodyText(body)}, not the issuing authority of line ${row.line}`,
        );
      }
      return prepareRow(job, number, row, { issuer, random });
    }),
  );
}

async function prepareRow(
  job: RangeJob,
  row: number,
  { data }: BatchRow,
  { issuer, random }: Required<Pick<PrepareOptions, 'issuer' | 'random'>>,
): Promise<PreparedLicense> {
  try {
    return await prepareLicense(data, {
      type: job.type,
      issuer,
      issuerCode: job.issuerCode,
      serial: serialText(job.firstSerial + row),
      slot: slotOf(job.firstSlot + row, job.listSize),
      issuedAt: new Date(job.issuedAt),
      act: 'first',
      batch: { id: job.batch, row },
      actor: job.actor,
      random,
    });
  } catch (error) {
    // The check measured with the longest numbers; a text that compresses worse than it did then is not worth a batch.
    if (isGovError(error) && error.code === 'license-qr-too-large') return voidRow(job, row, error.code);
    throw error;
  }
}

/** Octets of the system's generator, many at once: each call costs several times what its octets do. None is given twice. */
function pooledRandom(): (length: number) => Uint8Array {
  let [pool, used] = [new Uint8Array(), 0];
  return (length) => {
    if (used + length > pool.length) [pool, used] = [crypto.getRandomValues(new Uint8Array(16_384)), 0];
    used += length;
    // A view would take the whole pool along to another thread.
    return pool.slice(used - length, used);
  };
}

/** The row of a serial that cannot be issued (作废号), so that everything is accounted for. */
export function voidRow(
  job: Omit<RangeJob, 'packed' | 'wanted' | 'firstRow'>,
  row: number,
  reason: string,
): PreparedLicense {
  return prepareVoid({
    type: job.type,
    issuerCode: job.issuerCode,
    serial: serialText(job.firstSerial + row),
    slot: slotOf(job.firstSlot + row, job.listSize),
    at: new Date(job.issuedAt),
    batch: { id: job.batch, row },
    reason,
    actor: job.actor,
  });
}
