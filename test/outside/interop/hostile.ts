/** Inputs at and beyond the edge of the standard, and what each library says of them. */
import type { Bytes } from './peer.js';

export type Answer = 'accepts' | 'refuses' | 'never ends';

/** Undefined: the library has no such operation. */
export type Answers = Readonly<Record<string, Answer | undefined>>;

export interface Question {
  readonly name: string;
  /** What `@gov/sm` must say, and the clause that says so. */
  readonly expected: 'accepts' | 'refuses';
  readonly clause: string;
  /** By peer. Who throws refuses. */
  readonly ask: Readonly<Record<string, (() => boolean | Promise<boolean>) | undefined>>;
}

export async function answer(act: () => boolean | Promise<boolean>): Promise<Answer> {
  try {
    return (await act()) ? 'accepts' : 'refuses';
  } catch (error) {
    return error instanceof NeverEnds ? 'never ends' : 'refuses';
  }
}

/** Thrown by who gave up waiting. */
export class NeverEnds extends Error {}

/** Who answers with this octet string accepts; who answers with another or with nothing has refused. */
export const nonEmpty = (bytes: { readonly length: number }): boolean => bytes.length > 0;

export const bytesOf = (values: ArrayLike<number>): Bytes => Uint8Array.from(values);
