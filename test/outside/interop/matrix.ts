/** Runs every row against every peer, both ways. */
import { casesOf } from './cases.js';
import { gov } from './gov.js';
import type { Peer, Row, Rows, Skill } from './peer.js';

/** `take`: what we made, the peer takes. `make`: what the peer made, we take. */
export type Direction = 'take' | 'make';

export interface Cell {
  readonly row: Row;
  readonly peer: string;
  readonly direction: Direction;
  /** Names of the cases that went. */
  readonly passed: readonly string[];
  /** Names of the cases that did not, with what was said. */
  readonly failed: ReadonlyMap<string, string>;
}

/** Why a cell is empty: the peer has no such thing. */
export function reason(peer: Peer, row: Row, direction: Direction): string | undefined {
  const skill: Skill<never> | string = peer.skills[row];
  if (typeof skill === 'string') return skill;
  const act = skill[direction];
  return typeof act === 'string' ? act : undefined;
}

export async function measure<R extends Row>(row: R, peer: Peer, direction: Direction): Promise<Cell> {
  const ours = gov.skills[row] as Skill<Rows[R]>;
  const theirs = peer.skills[row] as Skill<Rows[R]>;
  const [maker, taker] = direction === 'take' ? [ours, theirs] : [theirs, ours];
  const { make } = maker;
  const { take } = taker;
  if (typeof make === 'string' || typeof take === 'string') throw new Error(`${row}: nothing to measure`);
  const passed: string[] = [];
  const failed = new Map<string, string>();
  for (const one of casesOf(row)) {
    try {
      if (await take(one, await make(one))) passed.push(one.name);
      else failed.set(one.name, 'not taken');
    } catch (error) {
      failed.set(one.name, String(error).slice(0, 200));
    }
  }
  return { row, peer: peer.name, direction, passed, failed };
}
