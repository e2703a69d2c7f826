/** What lies on the holder's device: delegations with their keys, and how often each was shown. Nothing says whose they are. */
import { readDelegation } from '@gov/city-code';
import {
  type CodeCounters,
  type DeviceKey,
  delegationRequest,
  type SignedDelegation,
  webCryptoDeviceKey,
} from '@gov/city-code/show';
import { bytesToHex, fromBase64url, toBase64url } from '@gov/sm';
import type { RoleName } from '../roles.js';
import { openDatabase, transact } from './database.js';

interface Kept {
  readonly role: RoleName;
  readonly bytes: Uint8Array;
  /** The private half cannot be exported, not by this page either. */
  readonly keyPair: CryptoKeyPair;
  /** Milliseconds. */
  readonly expires: number;
}

export class Device {
  readonly #database: IDBDatabase;

  private constructor(database: IDBDatabase) {
    this.#database = database;
  }

  static async open(name: string): Promise<Device> {
    return new Device(await openDatabase(name, ['delegations', 'counters']));
  }

  /** Of this role, expired ones among them. */
  async delegations(role: RoleName): Promise<SignedDelegation[]> {
    const all = await this.#all();
    return all.filter((kept) => kept.role === role).map(({ bytes }) => readDelegation(bytes));
  }

  readonly keyOf = async ({ tag }: SignedDelegation): Promise<DeviceKey | undefined> => {
    const kept = await transact(this.#database, ['delegations'], 'readonly', (store) => {
      const asked: IDBRequest<Kept | undefined> = store('delegations').get(bytesToHex(tag));
      return () => asked.result;
    });
    return kept && webCryptoDeviceKey(kept.keyPair);
  };

  /** One transaction reads and writes: two tabs never get one number. */
  readonly counters: CodeCounters = {
    shown: (tag) =>
      transact(this.#database, ['counters'], 'readonly', (store) => {
        const asked: IDBRequest<number | undefined> = store('counters').get(bytesToHex(tag));
        return () => asked.result ?? 0;
      }),
    take: (tag) =>
      transact(this.#database, ['counters'], 'readwrite', (store) => {
        const counters = store('counters');
        const asked: IDBRequest<number | undefined> = counters.get(bytesToHex(tag));
        asked.onsuccess = () => counters.put((asked.result ?? 0) + 1, bytesToHex(tag));
        return () => asked.result ?? 0;
      }),
  };

  /** Has so many delegations issued to this device, a new key each. @throws what `fetch` throws without a network */
  async fetchDelegations(role: RoleName, count: number): Promise<void> {
    const { challenge } = (await post('/issuer/challenge', { role })) as { challenge: string };
    const keys = await Promise.all(Array.from({ length: count }, () => webCryptoDeviceKey()));
    const octets = fromBase64url(challenge)!;
    const requests = await Promise.all(
      keys.map(async (key) => {
        const { suite, deviceKey, proof } = await delegationRequest(octets, key);
        return { suite, deviceKey: toBase64url(deviceKey), proof: toBase64url(proof) };
      }),
    );
    const answered = (await post('/issuer/delegations', { challenge, requests })) as { delegations: readonly string[] };
    for (const text of answered.delegations) {
      const { tag, bytes, deviceKey, expires } = readDelegation(fromBase64url(text)!);
      const key = keys.find(({ publicKey }) => bytesToHex(publicKey) === bytesToHex(deviceKey));
      if (key === undefined) throw new Error('a delegation to another key than was asked for');
      const kept: Kept = { role, bytes, keyPair: key.keyPair, expires: expires.getTime() };
      await transact(this.#database, ['delegations'], 'readwrite', (store) => {
        store('delegations').put(kept, bytesToHex(tag));
        return () => undefined;
      });
    }
  }

  /** Forgets what has expired, or all of a role: keys first of all. */
  async forget(which: { readonly before: Date } | { readonly role: RoleName }): Promise<void> {
    await transact(this.#database, ['delegations', 'counters'], 'readwrite', (store) => {
      const walk = store('delegations').openCursor();
      walk.onsuccess = () => {
        const cursor = walk.result;
        if (cursor === null) return;
        const { role, expires } = cursor.value as Kept;
        if ('role' in which ? role === which.role : expires < which.before.getTime()) {
          cursor.delete();
          store('counters').delete(cursor.primaryKey);
        }
        cursor.continue();
      };
      return () => undefined;
    });
  }

  #all(): Promise<Kept[]> {
    return transact(this.#database, ['delegations'], 'readonly', (store) => {
      const asked: IDBRequest<Kept[]> = store('delegations').getAll();
      return () => asked.result;
    });
  }
}

/** @throws Error without a network, and for an answer that is none */
export async function post(path: string, json: unknown): Promise<unknown> {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(json),
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}
