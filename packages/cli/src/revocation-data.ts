/** What `--crls` and `--ocsp` name. */
import { looksLikePem, readPem } from '@gov/der/pem';
import { type Crl, type OcspResponse, type RevocationData, readCrl, readOcspResponse } from '@gov/pki/revocation';
import { GovError } from '@gov/verdict';
import { filesOf, readInput } from './files.js';

/** Undefined where neither is given. @throws GovError what reading throws */
export async function revocationDataOf(
  crls: string | undefined,
  ocsp: string | undefined,
): Promise<RevocationData | undefined> {
  if (crls === undefined && ocsp === undefined) return undefined;
  return { crls: await crlsAt(crls), ocspResponses: await ocspAt(ocsp) };
}

/** CRLs of a file, or of every .crl and .pem of a folder. */
async function crlsAt(place: string | undefined): Promise<Crl[]> {
  if (place === undefined) return [];
  const crls: Crl[] = [];
  for (const file of await filesOf(place, /\.(crl|pem)$/i)) {
    const bytes = await readInput(file);
    const found = looksLikePem(bytes)
      ? readPem(new TextDecoder('latin1').decode(bytes), 'X509 CRL').map((block) => readCrl(block.bytes))
      : [readCrl(bytes)];
    // A folder may hold certificates beside the lists; a file that was named must hold one.
    if (found.length === 0 && file === place) throw new GovError('crl-malformed', `no CRL in ${file}`);
    crls.push(...found);
  }
  return crls;
}

/** The OCSP response of a file, or those of every .ors, .ocsp and .der of a folder. */
async function ocspAt(place: string | undefined): Promise<OcspResponse[]> {
  if (place === undefined) return [];
  const files = await filesOf(place, /\.(ors|ocsp|der)$/i);
  return Promise.all(files.map(async (file) => readOcspResponse(await readInput(file))));
}
