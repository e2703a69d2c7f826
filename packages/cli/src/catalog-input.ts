/** Catalogues as a verb is given them: spreadsheets, CSV, JSON Lines, editions; one after another, as one catalogue. */
import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import {
  type CatalogEntry,
  type CatalogRecord,
  NATIONAL_PROFILE,
  RECORD_KINDS,
  type RegionProfile,
  readProfile,
  SAMPLE_CITY_PROFILE,
  SAMPLE_PROVINCE_PROFILE,
} from '@gov/catalog';
import { readEdition } from '@gov/catalog/edition';
import { type ReadCatalogOptions, type ReadCatalogResult, readCatalog } from '@gov/catalog/import';
import { GovError } from '@gov/verdict';
import { batchLine } from './batch-progress.js';
import { placeText } from './catalog-issues.js';
import type { OptionDefinition } from './command.js';
import { fileError, readInput } from './files.js';
import type { Language } from './output.js';

/** Profiles that have a name; every other is a file. */
const PROFILES: readonly RegionProfile[] = [NATIONAL_PROFILE, SAMPLE_CITY_PROFILE, SAMPLE_PROVINCE_PROFILE];

const MAX_PROFILE_BYTES = 4 * 1024 * 1024;

const ENCODINGS = ['utf-8', 'gb18030', 'utf-16le', 'utf-16be'] as const;

export const PROFILE = {
  type: 'string',
  value: 'NAME|F.json',
  about: {
    en: `regional profile: a file, or ${PROFILES.map(({ id }) => id).join(', ')} (national)`,
    zh: `地区方案：JSON 文件，或 ${PROFILES.map(({ id }) => id).join('、')}（默认 national）`,
  },
} as const satisfies OptionDefinition;

export const INPUT_OPTIONS = {
  profile: PROFILE,
  encoding: {
    type: 'string',
    value: 'NAME',
    about: { en: 'of CSV (told from its bytes)', zh: 'CSV 的编码（默认自动判断）' },
    problem: (value: string) =>
      (ENCODINGS as readonly string[]).includes(value) ? undefined : `is one of ${ENCODINGS.join(', ')}`,
  },
} as const satisfies Readonly<Record<string, OptionDefinition>>;

/** Several files that are read as one catalogue. */
export interface CatalogInput {
  readonly files: readonly string[];
  readonly profile: RegionProfile;
  readonly encoding: ReadCatalogOptions['encoding'];
  readonly lang: Language;
}

/** @throws GovError `usage` for one file twice; as `profileOf` */
export async function catalogInput(
  files: readonly string[],
  values: { readonly profile: string | undefined; readonly encoding: string | undefined },
  lang: Language,
): Promise<CatalogInput> {
  if (new Set(files.map((file) => resolve(file))).size !== files.length)
    throw new GovError('usage', 'one file is given twice');
  const encoding = values.encoding as ReadCatalogOptions['encoding'];
  return { files, profile: await profileOf(values.profile), encoding, lang };
}

/** @throws GovError `input-malformed` with every issue, `input-too-large`, `file-missing`, `file-unreadable` */
export async function profileOf(name: string | undefined): Promise<RegionProfile> {
  const known = PROFILES.find(({ id }) => id === (name ?? NATIONAL_PROFILE.id));
  if (known !== undefined) return known;
  const octets = await readInput(name!);
  if (octets.length > MAX_PROFILE_BYTES)
    throw new GovError('input-too-large', `${name}: a profile of more than ${MAX_PROFILE_BYTES} bytes`);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(octets));
  } catch {
    // The message of JSON.parse quotes the text.
    throw new GovError('input-malformed', `${name} is no JSON in UTF-8`);
  }
  return readProfile(value);
}

/** What stands in a file, in pieces. @throws GovError `file-missing`, `file-unreadable` */
export async function* piecesOf(file: string, signal?: AbortSignal): AsyncGenerator<Uint8Array, void> {
  try {
    for await (const piece of createReadStream(file, { highWaterMark: 1 << 18 })) {
      signal?.throwIfAborted();
      yield piece as Uint8Array;
    }
  } catch (cause) {
    throw fileError(cause, file, 'file-unreadable');
  }
}

/** How the first line of an edition begins: its members are in their order. */
const EDITION_START = new TextEncoder().encode('{"catalogEdition":');

interface OpenedFile {
  readonly isEdition: boolean;
  readonly pieces: AsyncIterable<Uint8Array>;
  readonly close: () => Promise<unknown>;
}

/** @throws GovError `file-missing`, `file-unreadable` */
async function opened(file: string, signal: AbortSignal): Promise<OpenedFile> {
  const rest = piecesOf(file, signal);
  const { value: first } = await rest.next();
  async function* pieces(): AsyncGenerator<Uint8Array, void> {
    if (first) yield first;
    yield* rest;
  }
  return {
    isEdition: first ? EDITION_START.every((octet, index) => first[index] === octet) : false,
    pieces: pieces(),
    close: () => rest.return(),
  };
}

/**
 * Everything that reading the files tells, in their order.
 *
 * @throws GovError as `readCatalog` and `readEdition`; `file-missing`, `file-unreadable`; the reason of `signal`
 */
export async function* readInputs(input: CatalogInput, signal: AbortSignal): AsyncGenerator<ReadCatalogResult, void> {
  const { files, profile, encoding, lang } = input;
  const line = batchLine(lang);
  let before = 0;
  try {
    for (const file of files) {
      const { isEdition, pieces, close } = await opened(file, signal);
      let rows = 0;
      try {
        if (isEdition) {
          for await (const record of readEdition(pieces, profile)) {
            if (++rows % 1000 === 0) line.checked(before + rows);
            yield { entry: { record }, issues: [], cleaned: [] };
          }
        } else {
          yield* readCatalog(pieces, {
            profile,
            file,
            signal,
            ...(encoding === undefined ? {} : { encoding }),
            onProgress: (done) => {
              rows = done.rows;
              line.checked(before + rows);
            },
          });
        }
      } finally {
        await close();
      }
      before += rows;
    }
  } finally {
    line.done();
  }
}

/** The records that can be used; `tell` hears of everything. */
export async function* entriesOf(
  input: CatalogInput,
  signal: AbortSignal,
  tell: (result: ReadCatalogResult) => void,
): AsyncGenerator<CatalogEntry, void> {
  for await (const result of readInputs(input, signal)) {
    tell(result);
    if (result.entry !== undefined) yield result.entry;
  }
}

/**
 * All records, for what would be wrong if one were missing.
 *
 * @throws GovError `input-malformed` with the issues of the first that cannot be read; as `readInputs`
 */
export async function* everyRecord(input: CatalogInput, signal: AbortSignal): AsyncGenerator<CatalogRecord, void> {
  for await (const { entry, issues } of readInputs(input, signal)) {
    const [error] = issues.filter(({ severity }) => severity === 'error');
    if (error !== undefined) {
      const where = placeText(error.place, 'en');
      throw new GovError('input-malformed', `${where}: ${error.code}; gov catalog validate names everything`, {
        issues,
      });
    }
    if (entry !== undefined) yield entry.record;
  }
}

/**
 * The records of one file in the order of editions. An edition has it; all else is held in memory for it.
 *
 * @throws GovError as `everyRecord`
 */
export async function* orderedRecords(
  file: string,
  input: CatalogInput,
  signal: AbortSignal,
): AsyncGenerator<CatalogRecord, void> {
  const { isEdition, pieces, close } = await opened(file, signal);
  try {
    if (isEdition) yield* readEdition(pieces, input.profile);
  } finally {
    await close();
  }
  if (isEdition) return;
  const records: CatalogRecord[] = [];
  for await (const record of everyRecord({ ...input, files: [file] }, signal)) records.push(record);
  yield* records.sort(compare);
}

function compare(a: CatalogRecord, b: CatalogRecord): number {
  if (a.kind !== b.kind) return RECORD_KINDS.indexOf(a.kind) - RECORD_KINDS.indexOf(b.kind);
  return a.code === b.code ? 0 : a.code < b.code ? -1 : 1;
}
