/** A gate's snapshot (闸机快照): the revocation filters it has seen, and the codes it has let pass. */
import { GovError } from '@gov/verdict';

/** By the index of the issuer: the greatest sequence of its filters. */
export type FilterSequences = Map<number, number>;

interface GateState {
  readonly sequences: FilterSequences;
  /** Of a replay window; absent where a store remembers. */
  readonly window?: Uint8Array | undefined;
}

/** `CCG2`, how many sequences (4 octets), each of them (index 2, sequence 4) by rising index, and the window behind them. */
const MAGIC = 0x43434732;
const HEAD = 8;
const SEQUENCE = 6;

/** A window alone: what snapshots were at first. */
const WINDOW_ALONE = 0x43435257;

export function gateState({ sequences, window = new Uint8Array() }: GateState): Uint8Array {
  const end = HEAD + SEQUENCE * sequences.size;
  const bytes = new Uint8Array(end + window.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC);
  view.setUint32(4, sequences.size);
  let at = HEAD;
  for (const [index, sequence] of [...sequences].sort(([one], [other]) => one - other)) {
    view.setUint16(at, index);
    view.setUint32(at + 2, sequence);
    at += SEQUENCE;
  }
  bytes.set(window, end);
  return bytes;
}

/** The window in it is not looked at. @throws GovError `gate-state-malformed` */
export function readGateState(bytes: Uint8Array): GateState {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const magic = bytes.length < 4 ? 0 : view.getUint32(0);
  if (magic === WINDOW_ALONE) return { sequences: new Map(), window: bytes };
  const end = magic === MAGIC && bytes.length >= HEAD ? HEAD + SEQUENCE * view.getUint32(4) : Number.POSITIVE_INFINITY;
  if (bytes.length < end) throw malformed();
  const sequences: FilterSequences = new Map();
  let last = -1;
  for (let at = HEAD; at < end; at += SEQUENCE) {
    const index = view.getUint16(at);
    if (index <= last) throw malformed();
    sequences.set(index, view.getUint32(at + 2));
    last = index;
  }
  return { sequences, ...(bytes.length === end ? {} : { window: bytes.subarray(end) }) };
}

const malformed = (): GovError => new GovError('gate-state-malformed', 'no snapshot of a gate');
