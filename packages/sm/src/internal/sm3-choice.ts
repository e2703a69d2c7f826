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

/** SM3("abc"), GB/T 32905-2016 A.1, at once and in two parts; and long input, for which a backend may have another way. */
function passesKnownAnswer(backend: Sm3Backend): boolean {
  const abc = '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0';
  const zeros = '00b9765bf6a299670f3f0f6c6a06edc15c685f82caf137afbdfa911b2bbebf40';
  const inParts = (...parts: Uint8Array[]): string => {
    const state = backend.create();
    for (const part of parts) state.update(part);
    return bytesToHex(state.digest());
  };
  try {
    return (
      bytesToHex(backend.hash(Uint8Array.of(0x61, 0x62, 0x63))) === abc &&
      inParts(Uint8Array.of(0x61), Uint8Array.of(0x62, 0x63)) === abc &&
      bytesToHex(backend.hash(new Uint8Array(4000))) === zeros &&
      inParts(new Uint8Array(3999), new Uint8Array(1)) === zeros
    );
  } catch {
    return false;
  }
}
