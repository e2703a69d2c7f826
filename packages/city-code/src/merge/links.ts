/** The three ways to merge codes (多码合一, DB4201/T 655-2022): here bind (绑定) and fuse (融合); switch (切换) is in screen.ts. */
import { holdsPersonalNumber } from '@gov/codes';
import { bytesToHex, hmacSm3 } from '@gov/sm';
import { type Finding, GovError, type Report, report } from '@gov/verdict';
import type { CodeAdapter, ReadCode } from './adapter.js';

export const LINK_LIMITS = {
  /** Characters of a holder, a system, an account. */
  text: 256,
  /** Least octets of the key. */
  key: 32,
} as const;

/** Keeps texts under keys (关联存储). Both are pseudonyms: a key is an HMAC. */
export interface LinkStore {
  /** False where the key has a text already, whichever; of callers at once exactly one is told true. */
  put(key: string, text: string): Promise<boolean>;
  get(key: string): Promise<string | undefined>;
  /** True where the key had this very text, and has none now. */
  remove(key: string, text: string): Promise<boolean>;
}

/** A store that lasts as long as the process. */
export function memoryLinkStore(): LinkStore {
  const texts = new Map<string, string>();
  return {
    put: async (key, text) => !texts.has(key) && texts.set(key, text) === texts,
    get: async (key) => texts.get(key),
    remove: async (key, text) => texts.get(key) === text && texts.delete(key),
  };
}

/** Whom a code or an account is claimed by. */
export interface LinkClaim {
  /** The issuer's own reference of the holder, as in delegations. */
  readonly holder: string;
  readonly system: string;
  /** As the system's adapter reads it, or as the service names it. */
  readonly account: string;
}

export interface CodeLinksOptions {
  readonly store: LinkStore;
  /** 32 octets or more, secret, kept for ever: numbers of cards are few enough to be tried one by one without it. */
  readonly key: Uint8Array;
  /**
   * Whether the other system agrees that the account is this holder's (对方系统确认): a code that is shown says at most who
   * holds it at this moment, which may be somebody who took a picture of it.
   */
  readonly confirm: (claim: LinkClaim) => Promise<boolean>;
}

/**
 * Codes of other systems that belong to holders of city codes.
 *
 * @example
 * import { bankCards, CodeLinks, memoryLinkStore } from '@gov/city-code/merge';
 *
 * const key = crypto.getRandomValues(new Uint8Array(32));
 * const links = new CodeLinks({ store: memoryLinkStore(), key, confirm: async () => true });
 * const cards = bankCards();
 * const card = cards.read('6222 0212 3456 7894');
 * if (card !== undefined) {
 *   const { verdict } = await links.bind('u-1', card, cards, { at: new Date() });
 *   console.log(verdict, await links.holderOf(card)); // valid u-1
 * }
 */
export class CodeLinks {
  readonly #store: LinkStore;
  readonly #key: Uint8Array;
  readonly #confirm: CodeLinksOptions['confirm'];

  /** @throws GovError `invalid-argument` for a key of fewer octets */
  constructor({ store, key, confirm }: CodeLinksOptions) {
    if (key.length < LINK_LIMITS.key)
      throw new GovError('invalid-argument', `the key has fewer than ${LINK_LIMITS.key} octets`);
    this.#store = store;
    this.#key = key.slice();
    this.#confirm = confirm;
  }

  /**
   * Bind (绑定): from now on the other system's code also stands for this holder. Done where the report is valid: the code vouches for
   * itself as far as its system can, the system confirms the claim, and nobody else has it.
   *
   * @throws GovError `invalid-argument` for a holder, and for a code of another system than the adapter's; what the ports throw
   */
  async bind<Detail>(
    holder: string,
    code: ReadCode<Detail>,
    adapter: CodeAdapter<Detail>,
    { at }: { readonly at: Date },
  ): Promise<Report> {
    const { system, account, masked } = code;
    checkText(holder, 'holder');
    if (system !== adapter.name) throw new GovError('invalid-argument', `a code of ${system} is not ${adapter.name}'s`);
    const { findings, required, verdict } = await adapter.verify(code, { at });
    const link =
      verdict === 'valid'
        ? await this.#link({ holder, system, account }, this.#keyOf('bind', system, account), holder)
        : LINK_SKIPPED;
    return report({ kind: 'code-link', system, masked }, [...findings, link], { required: [...required, 'content'] });
  }

  /** Ends a binding; false where there was none for this holder. */
  async unbind(holder: string, code: ReadCode): Promise<boolean> {
    return this.#store.remove(this.#keyOf('bind', code.system, code.account), holder);
  }

  /** Who has bound this code; undefined for nobody. */
  async holderOf(code: ReadCode): Promise<string | undefined> {
    return this.#store.get(this.#keyOf('bind', code.system, code.account));
  }

  /**
   * Fuse (融合): from now on the holder's city code is enough for another service, which finds its own account behind it. One account
   * for each service.
   *
   * @param claim the account as the service names it for others: no number of a person or a card is one
   * @throws GovError `invalid-argument`; what the ports throw
   */
  async fuse(claim: LinkClaim): Promise<Report> {
    const { holder, system, account } = claim;
    for (const [name, text] of Object.entries({ holder, system, account })) checkText(text, name);
    if (holdsPersonalNumber(account) || /^\d{13,19}$/.test(account))
      throw new GovError('invalid-argument', 'the account is the number of a person or a card');
    const link = await this.#link({ holder, system, account }, this.#keyOf('fuse', system, holder), account);
    return report({ kind: 'code-link', system }, [link], { required: ['content'] });
  }

  /** Ends a fusion; false where there was none with this account. */
  async part({ holder, system, account }: LinkClaim): Promise<boolean> {
    return this.#store.remove(this.#keyOf('fuse', system, holder), account);
  }

  /** The account behind a holder's city code at a service; undefined for none. */
  async accountOf(holder: string, system: string): Promise<string | undefined> {
    return this.#store.get(this.#keyOf('fuse', system, holder));
  }

  async #link(claim: LinkClaim, key: string, text: string): Promise<Finding> {
    if (!(await this.#confirm(claim))) return { check: 'content', outcome: 'fail', code: 'code-link-refused' };
    // Asked for twice, it stays as it is.
    const isLinked = (await this.#store.put(key, text)) || (await this.#store.get(key)) === text;
    return isLinked
      ? { check: 'content', outcome: 'pass', code: 'code-link-confirmed' }
      : { check: 'content', outcome: 'fail', code: 'code-link-taken' };
  }

  /** Lengths are a part of it: no two pairs have one text. */
  #keyOf(verb: 'bind' | 'fuse', system: string, name: string): string {
    const text = JSON.stringify(['gov-city-code-link', verb, system, name]);
    return `${verb}:${bytesToHex(hmacSm3(this.#key, new TextEncoder().encode(text)))}`;
  }
}

const LINK_SKIPPED: Finding = { check: 'content', outcome: 'skipped', code: 'code-link-not-asked' };

function checkText(text: string, name: string): void {
  if (text === '' || text.length > LINK_LIMITS.text)
    throw new GovError('invalid-argument', `${name} has 1 to ${LINK_LIMITS.text} characters`);
}
