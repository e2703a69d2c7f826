/** Which SM3 serves: the first that passes the known answer. */
import { GovError } from '@gov/verdict';
import { bytesToHex } from '../bytes.js';
import type { Sm3Backend } from './backend.js';

/** Tried once, on first use. */
export function chooseSm3(backends: readonly Sm3Backend[]): () => Sm3Backend {
  let chosen: Sm3Backend | undefined;
  return () => {
    chosen ??= backends.find(passesKnownAnswer);
    if (chosen === undefined) throw new GovError('backend-unavailable', 'this runtime has no SM3 backend');
    return chosen;
  };
}

/** SM3("abc"), GB/T 32905-2016 A.1, at once and in two parts. */
export function passesKnownAnswer(backend: Sm3Backend): boolean {
  const answer = '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0';
  try {
    const state = backend.create();
    state.update(Uint8Array.of(0x61));
    state.update(Uint8Array.of(0x62, 0x63));
    const whole = backend.hash(Uint8Array.of(0x61, 0x62, 0x63));
    return bytesToHex(whole) === answer && bytesToHex(state.digest()) === answer;
  } catch {
    return false;
  }
}
