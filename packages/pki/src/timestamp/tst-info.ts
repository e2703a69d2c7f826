/** TSTInfo (时间戳信息, RFC 3161 2.4.2): what a timestamp authority says. */
import {
  context,
  contextPrimitive,
  type DerDeviation,
  type DerElement,
  type DerMode,
  type DerReader,
  der,
  readDer,
  Tag,
} from '@gov/der';
import { GovError } from '@gov/verdict';
import type { Extension } from '../certificate.js';
import { readExtensions } from './encoding.js';
import { type MessageImprint, readImprint } from './imprint.js';

export interface TstInfo {
  /** OID: the policy under which it was issued. */
  readonly policy: string;
  readonly imprint: MessageImprint;
  /** Unique for each token of the authority. */
  readonly serialNumber: bigint;
  /** genTime, to the millisecond; what is finer is cut off. */
  readonly genTime: Date;
  /** How far the true time may lie before or behind genTime, microseconds; absent: not stated. */
  readonly accuracyMicros?: number;
  /** genTime and accuracy, rounded up to a millisecond: what was stamped existed by then. */
  readonly latest: Date;
  /** All tokens of the authority can be ordered by genTime, whatever their accuracy. */
  readonly ordering: boolean;
  readonly nonce?: bigint;
  /** The authority's name for itself, GeneralName, DER. */
  readonly tsa?: Uint8Array;
  /** By OID. */
  readonly extensions: ReadonlyMap<string, Extension>;
  /** What DER forbids and `lenient` let through. */
  readonly deviations: readonly DerDeviation[];
}

/** Reads the content of a token. @throws GovError `timestamp-malformed`, and what `asTimestamp` turns into it */
export function readTstInfo(bytes: Uint8Array, mode: DerMode): TstInfo {
  const own: DerDeviation[] = [];
  const element = readDer(bytes, { mode });
  const fields = element.children(Tag.sequence);
  const version = fields.next(Tag.integer).smallInteger();
  if (version !== 1) throw new GovError('timestamp-malformed', `timestamp of version ${version}`);
  const policy = fields.next(Tag.oid).oid();
  const imprint = readImprint(fields.next(Tag.sequence));
  const serialNumber = fields.next(Tag.integer).integer();
  const { milliseconds, micros } = readGenTime(fields.next(Tag.generalizedTime), mode, own);
  const accuracyMicros = readAccuracy(fields.optional(Tag.sequence));
  const flag = fields.optional(Tag.boolean);
  const ordering = flag?.boolean() ?? false;
  if (!ordering) flag?.defaultEncoded();
  const nonce = fields.optional(Tag.integer)?.integer();
  const tsa = fields.optional(context(0))?.inner().raw;
  const extensions = readExtensions(fields.optional(context(1)));
  fields.end();
  return {
    policy,
    imprint,
    serialNumber,
    genTime: new Date(milliseconds),
    ...(accuracyMicros === undefined ? {} : { accuracyMicros }),
    latest: new Date(milliseconds + Math.ceil((micros + (accuracyMicros ?? 0)) / 1000)),
    ordering,
    ...(nonce === undefined ? {} : { nonce }),
    ...(tsa === undefined ? {} : { tsa }),
    extensions,
    deviations: [...element.deviations, ...own],
  };
}

/** `YYYYMMDDhhmmss[.s…]Z`: seconds always, a fraction without trailing zeros (RFC 3161 2.4.2). Up to nanoseconds. */
function readGenTime(element: DerElement, mode: DerMode, deviations: DerDeviation[]) {
  const text = String.fromCharCode(...element.content.subarray(0, 32));
  const [, seconds, fraction = ''] = /^(\d{14})(?:\.(\d{1,9}))?Z$/.exec(text) ?? [];
  if (seconds === undefined)
    throw new GovError('timestamp-malformed', 'genTime is no GeneralizedTime with seconds in Z');
  if (fraction.endsWith('0')) {
    if (mode === 'strict') throw new GovError('timestamp-malformed', 'genTime ends in a zero');
    deviations.push({ code: 'time-form', offset: element.start });
  }
  const whole = readDer(der.element(Tag.generalizedTime, new TextEncoder().encode(`${seconds}Z`))).time();
  const nanos = Number(fraction.padEnd(9, '0'));
  const milliseconds = Math.floor(nanos / 1e6);
  return { milliseconds: whole.getTime() + milliseconds, micros: Math.ceil((nanos - milliseconds * 1e6) / 1000) };
}

/** Accuracy: seconds, millis [0] 1 … 999, micros [1] 1 … 999. */
function readAccuracy(element: DerElement | undefined): number | undefined {
  if (element === undefined) return undefined;
  const fields = element.children();
  const seconds = fields.optional(Tag.integer)?.smallInteger() ?? 0;
  const millis = readThousandth(fields, 0);
  const micros = readThousandth(fields, 1);
  fields.end();
  return seconds * 1_000_000 + millis * 1000 + micros;
}

function readThousandth(fields: DerReader, tag: number): number {
  const element = fields.optional(contextPrimitive(tag));
  if (element === undefined) return 0;
  const value = element.as(Tag.integer).smallInteger();
  if (value < 1 || value > 999) throw new GovError('timestamp-malformed', 'accuracy out of range');
  return value;
}

interface TstInfoFields {
  /** OID. */
  readonly policy: string;
  /** MessageImprint, DER. */
  readonly imprint: Uint8Array;
  readonly serialNumber: bigint;
  readonly genTime: Date;
  /** Whole milliseconds. */
  readonly accuracyMs: number;
  readonly nonce?: bigint;
}

/** Writes TSTInfo, DER. @throws GovError `invalid-argument` for what is no OID or no date */
export const writeTstInfo = ({
  policy,
  imprint,
  serialNumber,
  genTime,
  accuracyMs,
  nonce,
}: TstInfoFields): Uint8Array =>
  der.sequence(
    der.integer(1),
    der.oid(policy),
    imprint,
    der.integer(serialNumber),
    writeGenTime(genTime),
    writeAccuracy(accuracyMs),
    ...(nonce === undefined ? [] : [der.integer(nonce)]),
  );

function writeGenTime(time: Date): Uint8Array {
  const whole = der.generalizedTime(time);
  const fraction = time.getUTCMilliseconds().toString().padStart(3, '0').replace(/0+$/, '');
  if (fraction === '') return whole;
  return der.element(Tag.generalizedTime, whole.subarray(2, -1), new TextEncoder().encode(`.${fraction}Z`));
}

function writeAccuracy(milliseconds: number): Uint8Array {
  const millis = milliseconds % 1000;
  const seconds = (milliseconds - millis) / 1000;
  return der.sequence(
    ...(seconds === 0 ? [] : [der.integer(seconds)]),
    ...(millis === 0 ? [] : [der.implicitPrimitive(0, readDer(der.integer(millis)).content)]),
  );
}
