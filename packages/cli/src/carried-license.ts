/** A licence that is carried by a city code (证码合一), or shown beside one: its QR, as text or as a picture. */
import { licenseQrPayload } from '@gov/e-license/qr';
import { readQr } from '@gov/qr/read';
import { GovError } from '@gov/verdict';
import { readInput } from './files.js';

/** How the QR text of a licence begins, of any version. */
const LICENSE_TEXT = /^EL\d{1,3}:/;

/** More than any QR has. */
const MAX_BYTES = 16_384;

/**
 * The QR text of a licence: the argument itself, a file of text, or the one licence in a picture. That it is genuine, or can be read,
 * is not looked at.
 *
 * @throws GovError `input-malformed` for what is no licence; `qr-not-found`, `image-malformed`; what reading throws
 */
export async function licenseTextOf(place: string): Promise<string> {
  if (LICENSE_TEXT.test(place)) return place;
  const input = await readInput(place);
  const starts = (...octets: number[]) => octets.every((octet, index) => input[index] === octet);
  const isPicture = starts(0x89, 0x50, 0x4e, 0x47) || starts(0xff, 0xd8, 0xff);
  if (!isPicture && input.length > MAX_BYTES) throw new GovError('input-malformed', `${place} is no licence`);
  const texts = isPicture ? await readQr(input) : [new TextDecoder('latin1').decode(input).trim()];
  if (texts.length === 0) throw new GovError('qr-not-found', `no QR code in ${place}`);
  const [text, ...more] = texts.filter((one) => LICENSE_TEXT.test(one));
  if (text === undefined) throw new GovError('input-malformed', `${place} has no QR text of a licence`);
  if (more.length > 0) throw new GovError('input-malformed', `${place} has several licences: give one`);
  return text;
}

/** The claims of a licence as they were signed, whose digest a code carries. @throws GovError as `licenseTextOf` */
export async function licensePayloadOf(place: string): Promise<Uint8Array> {
  const payload = licenseQrPayload(await licenseTextOf(place));
  if (payload === undefined) throw new GovError('input-malformed', `${place} has no QR text of a licence`);
  return payload;
}
