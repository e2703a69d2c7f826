/** The payload of a trust list: JSON, written in one way, read with every rule that holds within one edition. */
import { bytesToHex, fromBase64url, sm3, toBase64url } from '@gov/sm';
import { isJsonObject, type JsonObject, type JsonValue, readJson } from '@gov/token/json';
import { GovError, isGovError } from '@gov/verdict';
import { checkPublicKey } from '../algorithm.js';
import { readCertificate } from '../certificate.js';
import {
  TRUST_LIST_LIMITS as LIMITS,
  LISTING_STATUSES,
  type ListingStatus,
  serviceOf,
  type TrustList,
  type TrustListAnchor,
  type TrustListIssuer,
} from './list.js';

/** A list of 10,000 issuers has 14 values for each; anchors have up to `choices` twice. */
const JSON_LIMITS = { bytes: LIMITS.characters, depth: 6, items: 500_000 };

/** The payload of the JWS: JSON in UTF-8 without white space. */
export const encodeTrustList = (list: TrustList): Uint8Array =>
  new TextEncoder().encode(JSON.stringify(trustListJson(list)));

/** The list as JSON, members in the order of docs/formats/trust-list.md. */
export const trustListJson = ({ keys, anchors, issuers, ...list }: TrustList): JsonObject => ({
  id: list.id,
  sequence: list.sequence,
  issued: timeText(list.issued),
  nextUpdate: timeText(list.nextUpdate),
  hardExpiry: timeText(list.hardExpiry),
  keys: { current: toBase64url(keys.current), ...(keys.next === undefined ? {} : { next: toBase64url(keys.next) }) },
  anchors: anchors.map(({ certificate, services, regions }) => ({
    cert: toBase64url(certificate),
    ...(services === undefined ? {} : { services }),
    ...(regions === undefined ? {} : { regions }),
  })),
  issuers: issuers.map(({ certificate, from, to, statusBase, statusKid, ...entry }) => ({
    kid: entry.kid,
    index: entry.index,
    use: entry.use,
    service: entry.service,
    region: entry.region,
    cert: toBase64url(certificate),
    from: timeText(from),
    ...(to === undefined ? {} : { to: timeText(to) }),
    status: entry.status,
    ...(statusBase === undefined ? {} : { statusBase }),
    ...(statusKid === undefined ? {} : { statusKid }),
  })),
});

/** RFC 3339, UTC, whole seconds: the one spelling of an instant in a list. */
const timeText = (time: Date): string => time.toISOString().replace(/\.\d+Z$/, 'Z');

/**
 * Reads a payload. Members that are not known are passed over; every other rule of the format that holds within one edition
 * is applied.
 *
 * @throws GovError `trust-list-malformed`, naming the place; `json-malformed`, `input-too-large`
 */
export function decodeTrustList(payload: Uint8Array): TrustList {
  const whole = object(readJson(payload, JSON_LIMITS), 'the list');
  const issued = time(whole, 'issued', '');
  const nextUpdate = time(whole, 'nextUpdate', '');
  const hardExpiry = time(whole, 'hardExpiry', '');
  if (!(issued < nextUpdate && nextUpdate <= hardExpiry))
    throw wrong('nextUpdate', 'not after issued, or after hardExpiry');
  const keys = object(whole.keys, 'keys');
  const anchors = array(whole.anchors, 'anchors', LIMITS.anchors).map(readAnchor);
  const issuers = array(whole.issuers, 'issuers', LIMITS.issuers).map(readIssuer);
  refuseContradictions(issuers);
  return {
    id: match(whole, 'id', '', TEXT),
    // A thief of the key cannot push the sequence further ahead than time goes: see the threats in the format document.
    sequence: integer(whole, 'sequence', '', 1, Math.floor(issued.getTime() / 60_000)),
    issued,
    nextUpdate,
    hardExpiry,
    keys: {
      current: publicKey(keys, 'current'),
      ...(keys.next === undefined ? {} : { next: publicKey(keys, 'next') }),
    },
    anchors,
    issuers,
  };
}

/** No control characters, nothing that turns the direction of text. */
const TEXT = /^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]{1,256}$/u;
const NAME = /^[a-z][a-z0-9-]{0,31}$/;
const REGION = /^(CN|\d{6})$/;
const KID = /^[0-9a-f]{16}$/;
const URL_BASE = /^https?:\/\/[\x21-\x7e]{1,240}$/;

function readAnchor(value: JsonValue, at: number): TrustListAnchor {
  const where = `anchors.${at}`;
  const entry = object(value, where);
  const certificate = certificateBytes(entry, where);
  // Paths may end here: an anchor that cannot be read is missed only when it is needed.
  try {
    readCertificate(certificate);
  } catch (error) {
    throw isGovError(error) ? wrong(`${where}.cert`, error.message) : error;
  }
  return {
    certificate,
    ...(entry.services === undefined ? {} : { services: choices(entry.services, `${where}.services`, NAME) }),
    ...(entry.regions === undefined ? {} : { regions: choices(entry.regions, `${where}.regions`, REGION) }),
  };
}

function readIssuer(value: JsonValue, at: number): TrustListIssuer {
  const where = `issuers.${at}`;
  const entry = object(value, where);
  const certificate = certificateBytes(entry, where);
  const kid = match(entry, 'kid', where, KID);
  if (kid !== bytesToHex(sm3(certificate).subarray(0, 8))) throw wrong(`${where}.kid`, 'not that of the certificate');
  const use = match(entry, 'use', where, NAME);
  const service = match(entry, 'service', where, NAME);
  if ((serviceOf(use) ?? service) !== service) throw wrong(`${where}.service`, `${use} is no use of ${service}`);
  const status = entry.status as ListingStatus;
  if (!LISTING_STATUSES.includes(status)) throw wrong(`${where}.status`, `not one of ${LISTING_STATUSES.join(', ')}`);
  const from = time(entry, 'from', where);
  const to = entry.to === undefined ? undefined : time(entry, 'to', where);
  if (to === undefined && status !== 'active') throw wrong(`${where}.to`, `missing for ${status}`);
  if (to !== undefined && to < from) throw wrong(`${where}.to`, 'before from');
  return {
    kid,
    index: integer(entry, 'index', where, 0, 0xffff),
    use,
    service,
    region: match(entry, 'region', where, REGION),
    certificate,
    from,
    ...(to === undefined ? {} : { to }),
    status,
    ...(entry.statusBase === undefined ? {} : { statusBase: match(entry, 'statusBase', where, URL_BASE) }),
    ...(entry.statusKid === undefined ? {} : { statusKid: match(entry, 'statusKid', where, KID) }),
  };
}

/** An index names one entry; a certificate is listed once for a use and region; what befell its key befell all its entries. */
function refuseContradictions(issuers: readonly TrustListIssuer[]): void {
  const indexes = new Set<number>();
  const questions = new Set<string>();
  const fates = new Map<string, string>();
  issuers.forEach(({ index, kid, use, region, status, to }, at) => {
    if (indexes.has(index)) throw wrong(`issuers.${at}.index`, `${index} stands twice`);
    indexes.add(index);
    const question = `${kid} ${use} ${region}`;
    if (questions.has(question)) throw wrong(`issuers.${at}`, 'the same certificate, use and region stand twice');
    questions.add(question);
    const fate = status === 'revoked' || status === 'compromised' ? `${status} ${to!.getTime()}` : 'in good order';
    if ((fates.get(kid) ?? fate) !== fate)
      throw wrong(`issuers.${at}.status`, 'two entries of this certificate disagree');
    fates.set(kid, fate);
  });
}

function object(value: JsonValue | undefined, where: string): JsonObject {
  if (!isJsonObject(value)) throw wrong(where, 'not an object');
  return value;
}

function array(value: JsonValue | undefined, where: string, max: number): readonly JsonValue[] {
  if (!Array.isArray(value)) throw wrong(where, 'not an array');
  if (value.length > max) throw wrong(where, `more than ${max}`);
  return value;
}

function choices(value: JsonValue, where: string, form: RegExp): string[] {
  const values = array(value, where, LIMITS.choices);
  if (values.length === 0) throw wrong(where, 'empty: leave it out where there is no limit');
  return values.map((one, at) => matching(one, `${where}.${at}`, form));
}

const at = (where: string, name: string): string => (where === '' ? name : `${where}.${name}`);

const match = (from: JsonObject, name: string, where: string, form: RegExp): string =>
  matching(from[name], at(where, name), form);

function matching(value: JsonValue | undefined, where: string, form: RegExp): string {
  if (typeof value !== 'string' || !form.test(value))
    throw wrong(where, value === undefined ? 'missing' : `not like ${form.source}`);
  return value;
}

function integer(from: JsonObject, name: string, where: string, min: number, max: number): number {
  const value = from[name];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min || value > max)
    throw wrong(at(where, name), `not an integer from ${min} to ${max}`);
  return value;
}

function time(from: JsonObject, name: string, where: string): Date {
  const value = from[name];
  const read = new Date(typeof value === 'string' ? value : Number.NaN);
  // One spelling; also 2026-02-30 is none, which Date takes for the 2nd of March.
  if (Number.isNaN(read.getTime()) || timeText(read) !== value)
    throw wrong(at(where, name), 'not a time like 2026-05-20T01:00:00Z');
  return read;
}

function certificateBytes(from: JsonObject, where: string): Uint8Array {
  const bytes = octets(from, 'cert', where);
  if (bytes.length > LIMITS.certificateBytes)
    throw wrong(`${where}.cert`, `more than ${LIMITS.certificateBytes} bytes`);
  return bytes;
}

function publicKey(keys: JsonObject, name: string): Uint8Array {
  const spki = octets(keys, name, 'keys');
  try {
    checkPublicKey(spki);
  } catch (error) {
    throw isGovError(error) ? wrong(`keys.${name}`, error.message) : error;
  }
  return spki;
}

function octets(from: JsonObject, name: string, where: string): Uint8Array {
  const value = from[name];
  const bytes = typeof value === 'string' && value !== '' ? fromBase64url(value) : undefined;
  if (bytes === undefined) throw wrong(at(where, name), 'not base64url');
  return bytes;
}

const wrong = (where: string, why: string): GovError =>
  new GovError('trust-list-malformed', `trust list: ${where}: ${why}`);
