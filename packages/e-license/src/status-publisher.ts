/**
 * `@gov/e-license/status-publisher`: the status lists of an issuer (状态列表发布), made from its register and signed.
 *
 * @packageDocumentation
 * @example
 * import { StatusPublisher } from '@gov/e-license/status-publisher';
 * import { statusListHandler } from '@gov/token/status-list';
 * const issuerCode = '11990100MB0000019L';
 * const base = `https://status.example.gov.cn/${issuerCode}/`;
 * const clock = () => new Date();
 * const publisher = new StatusPublisher({ store, issuer: { certificate, signer }, issuerCode, base, clock });
 * const handler = statusListHandler({ base, token: (uri, format) => publisher.tokenAt(uri, format), clock });
 */
import { type Certificate, certificateKid } from '@gov/pki';
import { bytesToHex, type Signer, sameBytes } from '@gov/sm';
import { issueStatusListToken, type StatusBits, StatusList, type StatusListFormat } from '@gov/token/status-list';
import { GovError } from '@gov/verdict';
import { checkListSize } from './register/list-size.js';
import { STATUS_LIST_SIZE, slotCounter, slotOf } from './register/numbers.js';
import type { LicenseStore } from './register/port.js';
import { LICENSE_STATUSES } from './status.js';

export interface StatusPublisherOptions {
  readonly store: Pick<LicenseStore, 'slotStatuses' | 'counters'>;
  /** Who signs: the issuer of the licences, or who the trust list names for it (`statusKid`). */
  readonly issuer: { readonly certificate: Certificate; readonly signer: Signer };
  /** 证照颁发机构代码, as in the register. */
  readonly issuerCode: string;
  /** `statusBase` of the issuer: what the number of a list is put behind to make its URI. */
  readonly base: string;
  readonly clock: () => Date;
  /** Slots of a list: that of the register (`STATUS_LIST_SIZE`). */
  readonly listSize?: number;
  /** 2 unless given: suspension needs 2. */
  readonly bits?: Exclude<StatusBits, 1>;
  /** How long a verifier keeps a token before it asks again, seconds (`STATUS_PUBLISHER_DEFAULTS.ttl`). */
  readonly ttl?: number;
  /** How long a token can be relied on where nothing newer is to be had, seconds (`STATUS_PUBLISHER_DEFAULTS.lifetime`). */
  readonly lifetime?: number;
  /** How long this publisher itself serves a token before it asks the register again, seconds (`STATUS_PUBLISHER_DEFAULTS.refresh`, at most the ttl). */
  readonly refresh?: number;
}

export const STATUS_PUBLISHER_DEFAULTS = { ttl: 300, lifetime: 86_400, refresh: 30 } as const;

/** Lists whose tokens are kept, signed; the one not used for longest goes first. */
const KEPT = 256;

const LIST_VALUES = new Map(LICENSE_STATUSES.map(({ status, listValue }) => [status, listValue]));

interface Published {
  readonly token: Promise<string | Uint8Array>;
  readonly until: number;
}

interface Counted {
  readonly lists: Promise<number>;
  readonly until: number;
}

/**
 * Makes, signs and keeps the tokens of one issuer. A list has all of its slots from the beginning: its length tells nobody how many
 * licences there are. Slots that nobody has are valid. Lists exist as far as the register's counter of slots has come, also where
 * those were set aside for a batch and no licence is there yet.
 */
export class StatusPublisher {
  readonly #options: Required<StatusPublisherOptions>;
  readonly #kid: string;
  readonly #published = new Map<string, Published>();
  #counted: Counted | undefined;

  /** @throws GovError `key-mismatch` where the key is not the certificate's; `invalid-argument` for times or a base that are none */
  constructor(options: StatusPublisherOptions) {
    const ttl = options.ttl ?? STATUS_PUBLISHER_DEFAULTS.ttl;
    const {
      lifetime = Math.max(STATUS_PUBLISHER_DEFAULTS.lifetime, 2 * ttl),
      refresh = Math.min(STATUS_PUBLISHER_DEFAULTS.refresh, ttl),
      listSize = STATUS_LIST_SIZE,
      bits = 2,
    } = options;
    const { certificate, signer } = options.issuer;
    if (!sameBytes(certificate.publicKey, signer.publicKey))
      throw new GovError('key-mismatch', "the key does not belong to the status signer's certificate");
    if (![ttl, lifetime, refresh].every((value) => Number.isSafeInteger(value) && value >= 1))
      throw new GovError('invalid-argument', 'ttl, lifetime and refresh are whole seconds from 1');
    if (lifetime <= ttl || refresh > ttl)
      throw new GovError('invalid-argument', 'a token lives longer than its ttl, and is made anew within it');
    if ((bits as number) < 2) throw new GovError('invalid-argument', 'suspension needs 2 bits');
    if (!URL.canParse(options.base)) throw new GovError('invalid-argument', 'the base is no URL');
    this.#options = { ...options, ttl, lifetime, refresh, listSize, bits };
    this.#kid = bytesToHex(certificateKid(certificate));
  }

  /**
   * How many lists there are, numbered from 0. The register is asked at most once per `refresh`.
   *
   * @throws GovError `invalid-argument` where the register has lists of another size; what the store throws
   */
  lists(): Promise<number> {
    const { clock, refresh } = this.#options;
    const now = clock().getTime();
    if (this.#counted !== undefined && now < this.#counted.until) return this.#counted.lists;
    const counted: Counted = { lists: this.#count(), until: now + refresh * 1000 };
    this.#counted = counted;
    counted.lists.catch(() => {
      if (this.#counted === counted) this.#counted = undefined;
    });
    return counted.lists;
  }

  /**
   * The token of a list; undefined for a list that does not exist. Made at most once per `refresh`, however many ask.
   *
   * @throws what the store and the signer throw
   */
  token(list: number, format: 'jwt'): Promise<string | undefined>;
  token(list: number, format?: StatusListFormat): Promise<string | Uint8Array | undefined>;
  async token(list: number, format: StatusListFormat = 'jwt'): Promise<string | Uint8Array | undefined> {
    // Before anything is kept or looked up: strangers ask for whatever number they like.
    if (!Number.isSafeInteger(list) || list < 0 || list >= (await this.lists())) return undefined;
    const key = `${format} ${list}`;
    const now = this.#options.clock().getTime();
    const known = this.#published.get(key);
    const published =
      known !== undefined && now < known.until
        ? known
        : { token: this.#make(list, format), until: now + this.#options.refresh * 1000 };
    this.#published.delete(key);
    this.#published.set(key, published);
    if (this.#published.size > KEPT) this.#published.delete(this.#published.keys().next().value!);
    // What failed is tried again by whoever asks next.
    published.token.catch(() => this.#drop(key, published));
    return published.token;
  }

  /** `token` by its URI; undefined for one that is not below `base`. */
  async tokenAt(uri: string, format?: StatusListFormat): Promise<string | Uint8Array | undefined> {
    const { base } = this.#options;
    const number = uri.startsWith(base) ? uri.slice(base.length) : '';
    return /^(0|[1-9]\d{0,9})$/.test(number) ? this.token(Number(number), format) : undefined;
  }

  /** A status in this list was changed: the next to ask gets a new token. */
  changed(list: number): void {
    this.#counted = undefined;
    for (const format of ['jwt', 'cwt']) this.#published.delete(`${format} ${list}`);
  }

  #drop(key: string, published: Published): void {
    if (this.#published.get(key) === published) this.#published.delete(key);
  }

  async #count(): Promise<number> {
    const { store, issuerCode, listSize } = this.#options;
    const counter = slotCounter(issuerCode);
    const counters = await store.counters();
    checkListSize(counters, issuerCode, listSize);
    const last = counters.find((one) => one.counter === counter)?.last ?? 0;
    return last === 0 ? 0 : slotOf(last, listSize).list + 1;
  }

  async #make(list: number, format: StatusListFormat): Promise<string | Uint8Array> {
    const { store, issuer, issuerCode, base, clock, listSize, bits, ttl, lifetime } = this.#options;
    // Before the register is read: what changes from now on is in the next token.
    const issuedAt = new Date(Math.floor(clock().getTime() / 1000) * 1000);
    const { changed } = await store.slotStatuses(issuerCode, list, listSize);
    const statuses = new StatusList(listSize, bits);
    for (const { index, status } of changed) statuses.set(index, LIST_VALUES.get(status)!);
    return issueStatusListToken(
      { uri: `${base}${list}`, list: statuses, issuedAt, ttl, expires: new Date(issuedAt.getTime() + lifetime * 1000) },
      { signer: issuer.signer, kid: this.#kid, format },
    );
  }
}
