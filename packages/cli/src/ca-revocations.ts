/** The records of a development CA from which its CRLs and OCSP responses are made: what was issued, what was revoked. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  REVOCATION_REASONS,
  type Revocation,
  type RevocationReason,
  type RevokedCertificate,
} from '@gov/pki/revocation';
import { GovError } from '@gov/verdict';
import { issuedRecord } from './ca-folder.js';
import { appendLine, fileError } from './files.js';

const revokedRecord = (folder: string): string => join(folder, 'revoked.jsonl');
const crlRecord = (folder: string): string => join(folder, 'crls.jsonl');

/** Whether this CA issued a certificate with this serial number. @throws GovError `file-unreadable` */
export const wasIssued = async (folder: string, serialNumber: bigint): Promise<boolean> =>
  (await issuedSerials(folder)).has(serialNumber);

const issuedSerials = async (folder: string): Promise<ReadonlySet<bigint>> =>
  new Set((await linesOf(issuedRecord(folder))).map(({ record, where }) => serialOf(record.serial, where)));

/** What was revoked, by serial number: the first record of each counts. @throws GovError `file-unreadable` */
export async function revocationsOf(folder: string): Promise<ReadonlyMap<bigint, Revocation>> {
  const revocations = new Map<bigint, Revocation>();
  for (const { record, where } of await linesOf(revokedRecord(folder))) {
    const serialNumber = serialOf(record.serial, where);
    if (!revocations.has(serialNumber)) revocations.set(serialNumber, revocationOf(record, where));
  }
  return revocations;
}

/** Flushed to the disk before this is done. @throws GovError `file-unwritable` */
export async function recordRevocation(folder: string, revoked: RevokedCertificate): Promise<void> {
  const { serialNumber, revokedAt, reason, invalidityDate } = revoked;
  const record = {
    serial: serialNumber.toString(16),
    revokedAt: revokedAt.toISOString(),
    ...(reason === undefined ? {} : { reason }),
    ...(invalidityDate === undefined ? {} : { invalidityDate: invalidityDate.toISOString() }),
  };
  await appendLine(revokedRecord(folder), JSON.stringify(record));
}

/** A number for a new CRL, greater than any before, and recorded: a list that could not be written leaves a gap. */
export async function takeCrlNumber(folder: string, thisUpdate: Date): Promise<bigint> {
  const numbers = (await linesOf(crlRecord(folder))).map(({ record, where }) => {
    if (typeof record.number !== 'string' || !/^\d{1,40}$/.test(record.number)) throw damaged(where);
    return BigInt(record.number);
  });
  const number = numbers.reduce((last, one) => (one > last ? one : last), 0n) + 1n;
  await appendLine(crlRecord(folder), JSON.stringify({ number: String(number), thisUpdate: thisUpdate.toISOString() }));
  return number;
}

/** What a responder asks of the records, which it reads again when they have changed. */
export function watchedRecords(folder: string): () => Promise<{
  readonly issued: ReadonlySet<bigint>;
  readonly revocations: ReadonlyMap<bigint, Revocation>;
}> {
  let seen = '';
  let records:
    | { readonly issued: ReadonlySet<bigint>; readonly revocations: ReadonlyMap<bigint, Revocation> }
    | undefined;
  return async () => {
    const now = (await Promise.all([issuedRecord(folder), revokedRecord(folder)].map(stateOf))).join(' ');
    if (records === undefined || now !== seen) {
      records = { issued: await issuedSerials(folder), revocations: await revocationsOf(folder) };
      seen = now;
    }
    return records;
  };
}

/** Lines are only ever added: the size tells. */
const stateOf = (file: string): Promise<string> =>
  stat(file).then(
    ({ size, mtimeMs }) => `${size}/${mtimeMs}`,
    () => 'none',
  );

interface Line {
  readonly record: Readonly<Record<string, unknown>>;
  /** File and line, for messages. */
  readonly where: string;
}

async function linesOf(file: string): Promise<Line[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw fileError(cause, file, 'file-unreadable');
  }
  return text.split('\n').flatMap((line, index) => {
    const where = `${file} line ${index + 1}`;
    return line === '' ? [] : [{ record: recordOf(line, where), where }];
  });
}

function recordOf(line: string, where: string): Readonly<Record<string, unknown>> {
  try {
    const record: unknown = JSON.parse(line);
    if (typeof record === 'object' && record !== null) return record as Readonly<Record<string, unknown>>;
  } catch {
    // Said below. A record that cannot be read may be a revocation: it is not passed over.
  }
  throw damaged(where);
}

function serialOf(value: unknown, where: string): bigint {
  if (typeof value !== 'string' || !/^[0-9a-f]{1,64}$/.test(value)) throw damaged(where);
  return BigInt(`0x${value}`);
}

function revocationOf({ revokedAt, reason, invalidityDate }: Line['record'], where: string): Revocation {
  if (reason !== undefined && !REVOCATION_REASONS.includes(reason as RevocationReason)) throw damaged(where);
  return {
    revokedAt: dateOf(revokedAt, where),
    ...(reason === undefined ? {} : { reason: reason as RevocationReason }),
    ...(invalidityDate === undefined ? {} : { invalidityDate: dateOf(invalidityDate, where) }),
  };
}

function dateOf(value: unknown, where: string): Date {
  const date = new Date(typeof value === 'string' ? value : Number.NaN);
  if (Number.isNaN(date.getTime())) throw damaged(where);
  return date;
}

const damaged = (where: string) => new GovError('file-unreadable', `${where} is damaged`);
