/** What a licence's QR text has in it as it was signed: a city code of profile P2 names its digest. */
import { inflateRawSync } from 'node:zlib';
import { QR_LIMITS, QR_PREFIX } from '@gov/e-license/qr';
import { decodeBase45 } from '@gov/qr/base45';
import { readSign1 } from '@gov/token/cose';
import { GovError } from '@gov/verdict';
import { readInput } from './files.js';

/**
 * The payload in a file of QR text. That the licence is genuine is not looked at.
 *
 * @throws GovError `input-malformed` for what is no licence
 */
export async function licensePayloadOf(file: string): Promise<Uint8Array> {
  const text = new TextDecoder('latin1').decode(await readInput(file)).trim();
  try {
    if (!text.startsWith(QR_PREFIX) || text.length > QR_LIMITS.characters) throw new Error('another prefix or length');
    const octets = inflateRawSync(decodeBase45(text.slice(QR_PREFIX.length)), {
      maxOutputLength: QR_LIMITS.inflatedBytes,
    });
    const { payload } = readSign1(new Uint8Array(octets), { profile: 'strict' });
    if (payload !== null) return payload;
  } catch (cause) {
    throw new GovError('input-malformed', `${file} is not the QR text of a licence`, { cause });
  }
  throw new GovError('input-malformed', `${file} is not the QR text of a licence`);
}
