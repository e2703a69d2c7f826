/** Ticket APIs of provinces (省级票据接口): 票据 → 令牌 → 信息 → 退出. Addresses and names of fields are data. */
import { isJsonObject, type JsonObject, type JsonValue, readJson } from '@gov/token/json';
import { GovError, isGovError } from '@gov/verdict';
import * as z from 'zod/mini';
import type { TokenSubject } from '../access-token.js';
import { SUBJECT_KINDS, type SubjectKind } from '../subject.js';
import { ask, type FetchPort, isHttps } from './ask.js';
import { issue, readAs, rule, text } from './parse-with.js';

export const PROVINCIAL_LIMITS = {
  /** Octets of an answer. */
  answer: 65_536,
  /** Characters of a ticket, of a token. */
  credential: 4096,
  timeoutMs: 10_000,
} as const;

const https = z.string().check(rule((url) => (isHttps(url) ? [] : [issue('form')])));
const field = text(64);
/** Names one inside another: `data.user.id`. */
const path = z.string().check(z.regex(/^[\w-]{1,64}(\.[\w-]{1,64}){0,7}$/));
const fixed = z.record(text(64), z.string().check(z.maxLength(500)));

/** POST of a form; what it says of success is compared as text. */
const call = { url: https, fixed: z.exactOptional(fixed), ok: z.strictObject({ path, value: z.string() }) };

const provincialApi = z.strictObject({
  /** Name of the province's identity service, as sessions and entries know it: a URI. */
  issuer: https,
  /** Ticket for token. */
  token: z.strictObject({ ...call, ticket: field, token: path }),
  /** Token for what is known of the person. */
  person: z.strictObject({
    ...call,
    token: field,
    subject: path,
    kind: z.exactOptional(path),
    level: path,
    session: z.exactOptional(path),
  }),
  logout: z.exactOptional(z.strictObject({ ...call, token: field })),
  /** Their kinds of subject; natural persons where they state none. */
  kinds: z.exactOptional(z.record(text(64), z.enum(SUBJECT_KINDS))),
  /** Their levels and ours: one that is not here is refused. */
  levels: z.record(text(64), z.int().check(z.minimum(0), z.maximum(1000))),
});

/** How a province's API is spoken to (接口说明). */
export type ProvincialApi = z.output<typeof provincialApi>;

/** JSON Schema of the description of an API. */
export const provincialApiJsonSchema = () => z.toJSONSchema(provincialApi, { io: 'input' });

/** @throws GovError `input-malformed` with issues */
export const readProvincialApi = (value: unknown): ProvincialApi => readAs(provincialApi, value, 'provincial API');

export interface ProvincialTicketsOptions {
  readonly api: ProvincialApi;
  /** What stands in each form beside what the API says, e.g. the secret of the application; asked for each time. */
  readonly credentials?: () => Promise<Readonly<Record<string, string>>>;
  readonly fetch: FetchPort;
  /** Who it is here; undefined for somebody not known. */
  readonly subject: (theirs: {
    readonly sub: string;
    readonly kind: SubjectKind;
    readonly person: JsonObject;
  }) => Promise<TokenSubject | undefined>;
  /** `PROVINCIAL_LIMITS.timeoutMs` */
  readonly timeoutMs?: number;
}

/** Who came with a ticket (省级登录结果). */
export interface ProvincialLogin {
  readonly subject: TokenSubject;
  /** Ours. */
  readonly level: number;
  /** For the session that is begun with it, so that their logout ends it. */
  readonly upstream: { readonly issuer: string; readonly subject: string; readonly sessionId?: string };
  /** Theirs, for `logout`; it goes nowhere else. */
  readonly token: string;
}

/** Redeems tickets of a province. */
export class ProvincialTickets {
  readonly #options: ProvincialTicketsOptions;

  constructor(options: ProvincialTicketsOptions) {
    this.#options = options;
  }

  /**
   * A ticket of theirs for a login here (票据 → 令牌 → 信息). Undefined where they refuse the ticket, state a level or kind that the
   * table has not, or where the person is not known here.
   *
   * @throws GovError `token-endpoint-unavailable`, `token-endpoint-answer-wrong`
   */
  async login(ticket: string): Promise<ProvincialLogin | undefined> {
    const { api, subject: map } = this.#options;
    if (!isCredential(ticket)) return undefined;
    const granted = await this.#call(api.token, { [api.token.ticket]: ticket });
    if (granted === undefined) return undefined;
    const token = at(granted, api.token.token);
    if (typeof token !== 'string' || !isCredential(token)) throw wrong('no token');
    const person = await this.#call(api.person, { [api.person.token]: token });
    if (person === undefined) return undefined;
    const sub = named(at(person, api.person.subject));
    if (sub === undefined) throw wrong('no subject');
    const level = own(api.levels, named(at(person, api.person.level)));
    const kind =
      api.person.kind === undefined ? 'natural-person' : own(api.kinds ?? {}, named(at(person, api.person.kind)));
    if (level === undefined || kind === undefined) return undefined;
    const subject = await map({ sub, kind, person });
    if (subject === undefined || subject.kind !== kind) return undefined;
    const sessionId = api.person.session === undefined ? undefined : named(at(person, api.person.session));
    const upstream = { issuer: api.issuer, subject: sub, ...(sessionId === undefined ? {} : { sessionId }) };
    return { subject, level, upstream, token };
  }

  /**
   * Ends the login there (退出).
   *
   * @returns false where they refuse it, or have no such call
   * @throws GovError `token-endpoint-unavailable`, `token-endpoint-answer-wrong`
   */
  async logout(token: string): Promise<boolean> {
    const { logout } = this.#options.api;
    return logout !== undefined && (await this.#call(logout, { [logout.token]: token })) !== undefined;
  }

  /** The answer, undefined for one that is not of success. */
  async #call(
    {
      url,
      fixed: always = {},
      ok,
    }: ProvincialApi['token'] | ProvincialApi['person'] | NonNullable<ProvincialApi['logout']>,
    fields: Readonly<Record<string, string>>,
  ): Promise<JsonObject | undefined> {
    const { fetch, credentials, timeoutMs = PROVINCIAL_LIMITS.timeoutMs } = this.#options;
    const body = new URLSearchParams({ ...always, ...(await credentials?.()), ...fields });
    const init = { method: 'POST', headers: { accept: 'application/json' }, body } as const;
    const answer = await ask(url, init, { fetch, timeoutMs, maxBytes: PROVINCIAL_LIMITS.answer });
    if (typeof answer === 'string') throw new GovError('token-endpoint-unavailable', `provincial API: ${answer}`);
    if (answer.status >= 500)
      throw new GovError('token-endpoint-unavailable', `provincial API: status ${answer.status}`);
    const read = readAnswer(answer.body);
    return answer.status === 200 && named(at(read, ok.path)) === ok.value ? read : undefined;
  }
}

function readAnswer(body: Uint8Array): JsonObject {
  try {
    const value = readJson(body, { bytes: PROVINCIAL_LIMITS.answer });
    if (isJsonObject(value)) return value;
  } catch (error) {
    if (!isGovError(error)) throw error;
  }
  throw wrong('no JSON object');
}

/** A member of members, never an inherited one. */
function at(answer: JsonObject, names: string): JsonValue | undefined {
  let value: JsonValue | undefined = answer;
  for (const name of names.split('.'))
    value = isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return value;
}

/** Numbers and texts are written the one way or the other from API to API. */
function named(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  if (typeof value === 'boolean') return String(value);
  return typeof value === 'string' && /^[^\p{Cc}\p{Cs}\ufeff]{1,255}$/u.test(value) ? value : undefined;
}

const own = <V>(table: Readonly<Record<string, V>>, name: string | undefined): V | undefined =>
  name !== undefined && Object.hasOwn(table, name) ? table[name] : undefined;

const isCredential = (value: string): boolean =>
  value.length <= PROVINCIAL_LIMITS.credential && /^[\x21-\x7e]+$/.test(value);

const wrong = (why: string): GovError => new GovError('token-endpoint-answer-wrong', `provincial API: ${why}`);
