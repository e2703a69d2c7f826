/** Runs every row against every peer, both ways, and each thing again spoilt. */
import { ALGORITHMS, type Algorithm, type Exhibits, type Thing } from './exhibits.js';
import { spoilers } from './spoil.js';

/** Undefined where it was taken; in words or codes why not. Who throws has refused. */
export type Refusal = string | undefined;

/** The act, or in one short sentence why there is none. */
export type Or<Act> = Act | string;

/** `instead`: what is done where the tool has no command for the whole, and what of it the tool does. */
export interface Act<Run> {
  readonly run: Run;
  readonly instead?: string;
}

export interface Skill<Exhibit> {
  readonly make: Or<Act<() => Exhibit | Promise<Exhibit>>>;
  readonly take: Or<Act<(exhibit: Exhibit) => Refusal | Promise<Refusal>>>;
}

export interface Peer {
  readonly name: string;
  readonly version: string;
  skill<T extends Thing>(thing: T, algorithm: Algorithm): Or<Skill<Exhibits[T]>>;
  /** What is known not to go. */
  readonly exceptions: readonly Exception[];
}

export interface Exception {
  readonly thing: Thing;
  /** All where undefined. */
  readonly algorithm?: Algorithm;
  /** `take` by it: ours refused; `make` by it: refused by us. */
  readonly at: Direction;
  /** Spoilt like this and taken all the same; undefined: whole and refused. */
  readonly spoilt?: string;
  readonly why: string;
}

/** `take`: what we made, the peer takes. `make`: what the peer made, we take. */
export type Direction = 'take' | 'make';
export const DIRECTIONS: readonly Direction[] = ['take', 'make'];

export interface Cell {
  readonly thing: Thing;
  readonly algorithm: Algorithm;
  readonly peer: string;
  readonly direction: Direction;
  /** Undefined: the thing as it was made was taken. */
  readonly refusal: Refusal;
  /** By the name of the change; undefined: taken all the same. */
  readonly spoilt: ReadonlyMap<string, Refusal>;
}

/** Why a cell is empty: we or the peer have no such thing. */
export function reason(
  [gov, peer]: readonly [Peer, Peer],
  thing: Thing,
  algorithm: Algorithm,
  direction: Direction,
): string | undefined {
  const lacks = (by: Peer, at: Direction): string | undefined => {
    const skill = by.skill(thing, algorithm);
    if (typeof skill === 'string') return skill;
    const act = skill[at];
    return typeof act === 'string' ? act : undefined;
  };
  return lacks(gov, direction === 'take' ? 'make' : 'take') ?? lacks(peer, direction);
}

/** What stands in for the whole, where something does. */
export function instead(peer: Peer, thing: Thing, algorithm: Algorithm, direction: Direction): string | undefined {
  const skill = peer.skill(thing, algorithm);
  if (typeof skill === 'string') return undefined;
  const act = skill[direction];
  return typeof act === 'string' ? undefined : act.instead;
}

export const exceptionsOf = (peer: Peer, thing: Thing, algorithm: Algorithm, at: Direction): readonly Exception[] =>
  peer.exceptions.filter(
    (one) => one.thing === thing && one.at === at && (one.algorithm === undefined || one.algorithm === algorithm),
  );

export async function measure<T extends Thing>(
  thing: T,
  algorithm: Algorithm,
  [gov, peer]: readonly [Peer, Peer],
  direction: Direction,
): Promise<Cell> {
  const act = <D extends Direction>(by: Peer, d: D): Exclude<Skill<Exhibits[T]>[D], string> => {
    const skill = by.skill(thing, algorithm);
    const found = typeof skill === 'string' ? skill : skill[d];
    if (typeof found === 'string') throw new Error(`${by.name}, ${thing}, ${algorithm}: ${found}`);
    return found as Exclude<Skill<Exhibits[T]>[D], string>;
  };
  const [maker, taker] = direction === 'take' ? [gov, peer] : [peer, gov];
  const exhibit = await act(maker, 'make').run();
  const { run } = act(taker, 'take');
  const answer = async (one: Exhibits[T]): Promise<Refusal> => {
    try {
      return await run(one);
    } catch (error) {
      return wordsOf(error);
    }
  };
  const spoilt = new Map<string, Refusal>();
  const refusal = await answer(exhibit);
  // Who refuses the whole says nothing about the spoilt.
  for (const { name, spoil } of refusal === undefined ? spoilers(thing) : [])
    spoilt.set(name, await answer(spoil(exhibit)));
  return { thing, algorithm, peer: peer.name, direction, refusal, spoilt };
}

/** A GovError by its code; anything else in its own words. */
function wordsOf(error: unknown): string {
  if (error instanceof Error && error.name === 'GovError') return `throws ${(error as Error & { code: string }).code}`;
  return String(error).slice(0, 300) || 'refused';
}

export const tasks = (things: readonly Thing[]): readonly (readonly [Thing, Algorithm])[] =>
  things.flatMap((thing) => ALGORITHMS[thing].map((algorithm) => [thing, algorithm] as const));
