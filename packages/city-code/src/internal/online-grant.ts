/** What an online code stands for, and the text that a store keeps of it. */
import { isJsonObject, readJson } from '@gov/token/json';
import { GovError } from '@gov/verdict';
import { CITY_CODE_SUBJECTS, type CitySubject } from '../code.js';

/** Characters of `holder`. */
export const MAX_HOLDER = 256;

/** Whom a code stands for, and what it opens. */
export interface OnlineGrant {
  /** The issuer's own reference (内部标识), neither a number of a person nor a name. */
  readonly holder: string;
  readonly subject: CitySubject;
  /** 0 to 3. */
  readonly assurance: number;
  /** 32 bits (权益). */
  readonly entitlements: number;
}

/** What a redeemed code says. */
export interface OnlinePassage extends OnlineGrant {
  readonly issued: Date;
  readonly expires: Date;
}

export function isGrant(grant: { readonly [Name in keyof OnlineGrant]: unknown }): grant is OnlineGrant {
  const { holder, subject, assurance, entitlements } = grant;
  return (
    typeof holder === 'string' &&
    holder.length > 0 &&
    holder.length <= MAX_HOLDER &&
    CITY_CODE_SUBJECTS.some((one) => one === subject) &&
    within(assurance, 3) &&
    within(entitlements, 0xffffffff)
  );
}

/** Of the kept text. @throws GovError `internal` where somebody else wrote it */
export function passageOf(value: string): OnlinePassage {
  const kept = readJson(new TextEncoder().encode(value));
  if (isJsonObject(kept)) {
    const { holder, subject, assurance, entitlements, issued, expires } = kept;
    const grant = { holder, subject, assurance, entitlements };
    const times = { issued: new Date(String(issued)), expires: new Date(String(expires)) };
    if (isGrant(grant) && !Number.isNaN(times.issued.getTime()) && !Number.isNaN(times.expires.getTime()))
      return { ...grant, ...times };
  }
  throw new GovError('internal', 'the store holds another value under this digest');
}

export const within = (value: unknown, most: number): value is number =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most;
