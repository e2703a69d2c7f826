/** What an issuer remembers of its delegations (授权登记). */
import { bytesToHex } from '@gov/sm';
import { GovError } from '@gov/verdict';

/** A delegation as its issuer remembers it: the only place that says whose a tag is. */
export interface DelegationEntry {
  /** 10 octets. */
  readonly tag: Uint8Array;
  readonly expires: Date;
  /** SM3 of the device key, 32 octets. */
  readonly deviceKeyDigest: Uint8Array;
  /** In whose name: the issuer's own reference. */
  readonly holder: string;
  /** Whose device, where that is somebody else's. */
  readonly relative?: string;
}

/** Which delegations: the one with a tag, or all that stand in somebody's name. */
export type DelegationsOf = { readonly tag: Uint8Array } | { readonly holder: string };

/** Seconds: a code made at the last moment lives a little longer than its delegation, and clocks differ. */
export const REVOKED_FOR = 600;

/** Remembers delegations, and those taken back. */
export interface DelegationRegister {
  /**
   * Keeps one, if neither its tag nor its device key was ever kept before, however many ask at once. An entry and its tag
   * may go `REVOKED_FOR` after the delegation expired; the digest of its key stays, for a key that comes back links what it signed.
   *
   * @throws GovError `delegation-exists`
   */
  keep(entry: DelegationEntry): Promise<void>;
  /** Takes back; answers how many were not taken back before. */
  revoke(which: DelegationsOf): Promise<number>;
  /**
   * Tags of those taken back whose codes a gate may still take at `at`: until `REVOKED_FOR` after they expired. A filter for the
   * gates is built from them.
   */
  revokedTags(at: Date): AsyncIterable<Uint8Array>;
}

/** A register in this process: for tests, demonstrations and a first server. It forgets nothing until the process ends. */
export function memoryDelegationRegister(): DelegationRegister {
  const entries = new Map<string, DelegationEntry>();
  const keys = new Set<string>();
  const revoked = new Set<string>();
  return {
    async keep(entry) {
      const tag = bytesToHex(entry.tag);
      const key = bytesToHex(entry.deviceKeyDigest);
      if (entries.has(tag) || keys.has(key)) {
        throw new GovError('delegation-exists', 'a delegation with this tag or device key was issued before');
      }
      entries.set(tag, { ...entry, tag: entry.tag.slice() });
      keys.add(key);
    },
    async revoke(which) {
      const before = revoked.size;
      const tags =
        'tag' in which
          ? [bytesToHex(which.tag)].filter((tag) => entries.has(tag))
          : [...entries].filter(([, { holder }]) => holder === which.holder).map(([tag]) => tag);
      for (const tag of tags) revoked.add(tag);
      return revoked.size - before;
    },
    async *revokedTags(at) {
      for (const tag of revoked) {
        const entry = entries.get(tag)!;
        if (entry.expires.getTime() + REVOKED_FOR * 1000 >= at.getTime()) yield entry.tag.slice();
      }
    },
  };
}
