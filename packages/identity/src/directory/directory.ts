/** The directory itself: entries with versions, what they refer to, and what follows from them. */
import { appendAudit, auditEntry } from '@gov/audit';
import { readJson } from '@gov/token/json';
import { GovError } from '@gov/verdict';
import type { DirectoryEntry, DirectoryKind, IdentityStore, IdentityTransaction } from '../port.js';
import { type Application, readApplication } from './application.js';
import { type Organization, readOrganization } from './organization.js';
import { DIRECTORY_LIMITS } from './parts.js';
import { readScope, type Scope } from './scope.js';
import { mainPost, type Post, postsOn, readStaff, type Staff } from './staff.js';

/** What the entries of each kind say. */
export interface DirectoryValues {
  readonly application: Application;
  readonly scope: Scope;
  readonly organization: Organization;
  readonly staff: Staff;
}

/** An entry as it is kept now. */
export interface DirectoryRecord<Kind extends DirectoryKind = DirectoryKind> {
  readonly value: DirectoryValues[Kind];
  readonly state: 'active' | 'disabled';
  /** For whoever changes it: a change names the version it saw. */
  readonly version: number;
  /** RFC 3339, UTC */
  readonly changedAt: string;
}

export interface DirectoryOptions {
  readonly store: Pick<IdentityStore, 'identityTransaction' | 'directoryEntry' | 'directoryEntries'>;
  /** The audit log that takes an entry for each change. */
  readonly log: string;
  /** Makes the salts; the runtime's generator unless given. */
  readonly random?: (octets: number) => Uint8Array;
}

export interface DirectoryChange {
  readonly at: Date;
  /** Organisation or program that changes it; a person who acted for it is named by `person`. */
  readonly actor: string;
  /** Local id of who did it: the log holds only a commitment to it. */
  readonly person?: string;
  /** The version that was seen; 0, as without it, where there is none yet. */
  readonly version?: number;
}

/** How each kind is read, by what it is known, and below which organisation it stands. */
const KINDS: {
  readonly [Kind in DirectoryKind]: {
    readonly read: (value: unknown) => DirectoryValues[Kind];
    readonly id: (value: DirectoryValues[Kind]) => string;
    readonly parent: (value: DirectoryValues[Kind]) => string | undefined;
  };
} = {
  application: { read: readApplication, id: ({ clientId }) => clientId, parent: ({ owner }) => owner },
  scope: { read: readScope, id: ({ name }) => name, parent: ({ owner }) => owner },
  organization: { read: readOrganization, id: ({ code }) => code, parent: ({ parent }) => parent },
  staff: { read: readStaff, id: ({ id }) => id, parent: ({ posts }) => mainPost(posts).organization },
};

/**
 * A directory of applications, scopes, organisations and staff (应用、权限范围、组织机构、人员目录) over a store. Nothing is removed:
 * what is not wanted any more is disabled (停用) and keeps its place. Each change is one transaction with its entry in the
 * audit log, which shows kind, id, version and state; of what it says there is a commitment.
 */
export class Directory {
  readonly #options: DirectoryOptions;

  constructor(options: DirectoryOptions) {
    this.#options = options;
  }

  /**
   * Puts an entry (登记、变更). What it refers to must be there and active; one that is disabled stays so.
   *
   * @throws GovError `input-malformed` with issues, `input-too-large`; `directory-conflict` where another version is there than
   *   the one that was seen; `directory-reference` for something that is not there or disabled, an organisation below itself, and
   *   more than `DIRECTORY_LIMITS.depth` of them below one another; what the store throws
   */
  async put<Kind extends DirectoryKind>(
    kind: Kind,
    value: DirectoryValues[Kind],
    change: DirectoryChange,
  ): Promise<DirectoryRecord<Kind>> {
    const read = KINDS[kind].read(value);
    const content = JSON.stringify(read);
    if (content.length > DIRECTORY_LIMITS.content)
      throw new GovError('input-too-large', `directory: more than ${DIRECTORY_LIMITS.content} characters`);
    const id = KINDS[kind].id(read);
    const below = kind === 'organization' && (change.version ?? 0) > 0 ? await this.#height(id, 1) : 1;
    return this.#options.store.identityTransaction(async (tx) => {
      const state = (await tx.lockDirectoryEntry(kind, id))?.state ?? 'active';
      await checkReferences(tx, kind, read, change.at, below);
      return this.#write(tx, kind, read, { content, state }, change);
    });
  }

  /**
   * Disables an entry (停用), whatever refers to it.
   *
   * @throws GovError `directory-conflict`
   */
  disable<Kind extends DirectoryKind>(kind: Kind, id: string, change: DirectoryChange): Promise<DirectoryRecord<Kind>> {
    return this.#setState(kind, id, 'disabled', change);
  }

  /**
   * Enables an entry again (启用). What it refers to must be there and active, as when it is put.
   *
   * @throws GovError `directory-conflict`, `directory-reference`
   */
  enable<Kind extends DirectoryKind>(kind: Kind, id: string, change: DirectoryChange): Promise<DirectoryRecord<Kind>> {
    return this.#setState(kind, id, 'active', change);
  }

  /** An entry, disabled ones too. */
  async find<Kind extends DirectoryKind>(kind: Kind, id: string): Promise<DirectoryRecord<Kind> | undefined> {
    const entry = await this.#options.store.directoryEntry(kind, id);
    return entry === undefined ? undefined : recordOf(kind, entry);
  }

  /**
   * Entries in the order of their ids, disabled ones too; of one organisation where it is named: its applications and scopes,
   * the organisations right below it, the staff whose latest main post is there.
   */
  async *list<Kind extends DirectoryKind>(
    kind: Kind,
    filter: { readonly parent?: string } = {},
  ): AsyncIterable<DirectoryRecord<Kind>> {
    for await (const entry of this.#options.store.directoryEntries(kind, filter)) yield recordOf(kind, entry);
  }

  /** An application that may do something: it and its owner are active. */
  async activeApplication(clientId: string): Promise<Application | undefined> {
    const found = await this.#active('application', clientId);
    return found !== undefined && (await this.#active('organization', found.owner)) !== undefined ? found : undefined;
  }

  /** What an application may ask for (有效权限范围): its own scopes that are active; none where it, or its owner, is not. */
  async effectiveScopes(clientId: string): Promise<readonly Scope[]> {
    const application = await this.activeApplication(clientId);
    const found = await Promise.all((application?.scopes ?? []).map((name) => this.#active('scope', name)));
    return found.filter((scope) => scope !== undefined);
  }

  /**
   * From the root to the organisation itself (机构路径), disabled ones too.
   *
   * @throws GovError `directory-reference` for one that is not there, a circle, or more than `DIRECTORY_LIMITS.depth`
   */
  async path(code: string): Promise<readonly DirectoryRecord<'organization'>[]> {
    const path: DirectoryRecord<'organization'>[] = [];
    for (let next: string | undefined = code; next !== undefined; next = path[0]?.value.parent) {
      const record: DirectoryRecord<'organization'> | undefined = await this.find('organization', next);
      if (record === undefined) throw reference('an organisation that is not there');
      if (path.length === DIRECTORY_LIMITS.depth) throw reference(`more than ${DIRECTORY_LIMITS.depth} organisations`);
      path.unshift(record);
    }
    return path;
  }

  /**
   * Active staff with a post in an organisation on the day of `at` in Asia/Shanghai, side posts (兼职) too, in the order of ids. It reads
   * all staff, since a post may be a side post; none where the organisation is disabled.
   */
  async *staffOf(organization: string, at: Date): AsyncIterable<Staff> {
    if ((await this.#active('organization', organization)) === undefined) return;
    const day = dayOf(at);
    for await (const { value, state } of this.list('staff'))
      if (state === 'active' && postsOn(value.posts, day).some((post) => post.organization === organization))
        yield value;
  }

  /** The posts of a member of staff on the day of `at` in Asia/Shanghai, in organisations that are active; none where disabled. */
  async posts(staffId: string, at: Date): Promise<readonly Post[]> {
    const staff = await this.#active('staff', staffId);
    const posts = postsOn(staff?.posts ?? [], dayOf(at));
    const found = await Promise.all(posts.map(({ organization }) => this.#active('organization', organization)));
    return posts.filter((_, i) => found[i] !== undefined);
  }

  async #active<Kind extends DirectoryKind>(kind: Kind, id: string): Promise<DirectoryValues[Kind] | undefined> {
    const found = await this.find(kind, id);
    return found?.state === 'active' ? found.value : undefined;
  }

  #setState<Kind extends DirectoryKind>(
    kind: Kind,
    id: string,
    state: 'active' | 'disabled',
    change: DirectoryChange,
  ): Promise<DirectoryRecord<Kind>> {
    return this.#options.store.identityTransaction(async (tx) => {
      const entry = await tx.lockDirectoryEntry(kind, id);
      if (entry === undefined) throw conflict();
      const { value } = recordOf(kind, entry);
      if (state === 'active') await checkReferences(tx, kind, value, change.at, 1);
      return this.#write(tx, kind, value, { content: entry.content, state }, change);
    });
  }

  async #write<Kind extends DirectoryKind>(
    tx: IdentityTransaction,
    kind: Kind,
    value: DirectoryValues[Kind],
    { content, state }: Pick<DirectoryEntry, 'content' | 'state'>,
    { at, actor, person, version: seen = 0 }: DirectoryChange,
  ): Promise<DirectoryRecord<Kind>> {
    const { log, random } = this.#options;
    const [id, parent, version] = [KINDS[kind].id(value), KINDS[kind].parent(value), seen + 1];
    const entry = auditEntry({
      at,
      action: 'directory-change',
      actor,
      details: { kind, id, version, state },
      secrets: { content, ...(person === undefined ? {} : { person }) },
      ...(random === undefined ? {} : { random }),
    });
    const changedAt = at.toISOString();
    const kept = { kind, id, state, version, changedAt, content, ...(parent === undefined ? {} : { parent }) };
    if (!(await tx.putDirectoryEntry(kept))) throw conflict();
    await appendAudit(tx.audit, log, [entry]);
    return { value, state, version, changedAt };
  }

  /** Organisations below one another from this one on, itself counted; no more than can stand there. */
  async #height(code: string, level: number): Promise<number> {
    let height = 1;
    if (level > DIRECTORY_LIMITS.depth) return height;
    for await (const { id } of this.#options.store.directoryEntries('organization', { parent: code }))
      height = Math.max(height, 1 + (await this.#height(id, level + 1)));
    return height;
  }
}

/** Everything that is referred to is locked: nobody disables or moves it before this is committed. */
async function checkReferences<Kind extends DirectoryKind>(
  tx: IdentityTransaction,
  kind: Kind,
  value: DirectoryValues[Kind],
  at: Date,
  below: number,
): Promise<void> {
  const today = dayOf(at);
  const demand = async (of: DirectoryKind, id: string, state?: 'active'): Promise<DirectoryEntry> => {
    const entry = await tx.lockDirectoryEntry(of, id);
    if (entry === undefined) throw reference(`${of}: one that is not there`);
    if (state !== undefined && entry.state !== state) throw reference(`${of}: one that is disabled`);
    return entry;
  };
  if ('owner' in value) await demand('organization', value.owner, 'active');
  if ('scopes' in value) for (const name of [...value.scopes].sort()) await demand('scope', name, 'active');
  // A post that has ended stays where it was.
  if ('posts' in value)
    for (const { organization, to } of [...value.posts].sort((a, b) => (a.organization < b.organization ? -1 : 1)))
      await demand('organization', organization, to !== undefined && to < today ? undefined : 'active');
  if (kind !== 'organization') return;
  const { code, parent } = value as Organization;
  let depth = below;
  for (let next = parent; next !== undefined; depth++) {
    if (next === code) throw reference('an organisation below itself');
    if (depth === DIRECTORY_LIMITS.depth) throw reference(`more than ${DIRECTORY_LIMITS.depth} below one another`);
    next = (await demand('organization', next, next === parent ? 'active' : undefined)).parent;
  }
}

function recordOf<Kind extends DirectoryKind>(kind: Kind, entry: DirectoryEntry): DirectoryRecord<Kind> {
  const value = KINDS[kind].read(readJson(new TextEncoder().encode(entry.content)));
  // Of another row, or changed past the directory.
  if (KINDS[kind].id(value) !== entry.id) throw new GovError('input-malformed', `${kind}: kept under another id`);
  return { value, state: entry.state, version: entry.version, changedAt: entry.changedAt };
}

/** The day in Asia/Shanghai. */
const dayOf = (at: Date): string => new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 10);

const conflict = (): GovError => new GovError('directory-conflict', 'directory: not the version that was seen');
const reference = (why: string): GovError => new GovError('directory-reference', `directory: ${why}`);
