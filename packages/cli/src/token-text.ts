/** Tokens as files: one line. */
import { GovError } from '@gov/verdict';
import { readInput } from './files.js';

/** Of one token, bytes: encrypted ones are the longest. */
const MAX_BYTES = 1_048_576;

/** The token of a file, or of standard input for `-`, without its line ending. @throws GovError `input-too-large`, what reading throws */
export async function tokenTextOf(file: string, readStdin: () => Promise<Uint8Array>): Promise<string> {
  const bytes = file === '-' ? await readStdin() : await readInput(file);
  if (bytes.length > MAX_BYTES) throw new GovError('input-too-large', `a token of more than ${MAX_BYTES} bytes`);
  return new TextDecoder('latin1').decode(bytes).replace(/\r?\n$/, '');
}
