/**
 * `@gov/pki/cbom`: an inventory of the cryptography in use (密码资产清单, CBOM) in CycloneDX 1.6, as the assessment of
 * commercial cryptography (密评, GB/T 39786-2021) asks for one.
 *
 * @packageDocumentation
 */
import { bytesToHex, sm3 } from '@gov/sm';
import { GovError } from '@gov/verdict';
import { algorithmOf } from './algorithm.js';
import type { CbomComponent, CbomDocument } from './document.js';
import type { FoundAlgorithm, FoundCertificate, FoundKey, FoundUnread } from './found.js';
import { Inventory, property } from './inventory.js';

export type { Algorithm, AlgorithmProperties, Weakness } from './algorithm.js';
export type * from './document.js';
export type * from './found.js';
export { type KeyProtection, readKeyProtection } from './key-protection.js';
export { describePublicKey, type PublicKeyDescription } from './public-key.js';

export interface CbomInput {
  readonly certificates?: readonly FoundCertificate[];
  readonly keys?: readonly FoundKey[];
  readonly algorithms?: readonly FoundAlgorithm[];
  readonly unread?: readonly FoundUnread[];
  /** The moment that days are counted from, and the document's own time. */
  readonly at: Date;
  /** A UUID in lower case, new for every document; the caller makes it. */
  readonly serialNumber?: string;
  /** Name of the information system (被测系统). */
  readonly system?: string;
}

/** What was found, all kinds together; `algorithms` that follow from certificates and keys are not counted. */
export const CBOM_MAX_FOUND = 100_000;

/**
 * Lists certificates, keys and algorithms with what an assessment asks about them. The same input gives the same document,
 * in whatever order it comes: there is no clock and no randomness, and every `bom-ref` follows from the SM3 of the thing.
 *
 * Nothing is verified: a certificate that is listed may be forged or revoked. Secrets are never written. Subjects of
 * natural persons are masked.
 *
 * @throws GovError `limit-exceeded` for more than `CBOM_MAX_FOUND`, `invalid-argument` for a date, UUID or OID that is none,
 *   `key-malformed` for a key that cannot be read
 * @example
 * import { readCertificate } from '@gov/pki';
 * import { cbom } from '@gov/pki/cbom';
 * const certificates = [{ certificate: readCertificate(pem), occurrence: { location: 'keys/signer.crt.pem' } }];
 * const document = cbom({ certificates, at: new Date('2026-05-20T00:00:00Z') });
 */
export function cbom(input: CbomInput): CbomDocument {
  check(input);
  const inventory = new Inventory(input.at);
  for (const one of input.certificates ?? []) inventory.addCertificate(one);
  for (const one of input.keys ?? []) inventory.addKey(one);
  for (const { oid, occurrence } of input.algorithms ?? []) inventory.addAlgorithm(algorithmOf(oid), occurrence);
  const { components, dependencies } = inventory.finish();
  const unread = unreadFiles(input.unread ?? []);
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    ...(input.serialNumber === undefined ? {} : { serialNumber: `urn:uuid:${input.serialNumber}` }),
    version: 1,
    metadata: {
      timestamp: input.at.toISOString(),
      lifecycles: [{ phase: 'discovery' }],
      tools: { components: [{ type: 'application', name: '@gov/pki' }] },
      ...(input.system === undefined
        ? {}
        : { component: { type: 'application', 'bom-ref': 'system', name: input.system } }),
    },
    components: [...components, ...unread],
    dependencies,
    compositions: [{ aggregate: unread.length === 0 ? 'unknown' : 'incomplete' }],
  };
}

function check({ at, serialNumber, algorithms = [], certificates = [], keys = [], unread = [] }: CbomInput): void {
  const found = certificates.length + keys.length + algorithms.length + unread.length;
  if (found > CBOM_MAX_FOUND) throw new GovError('limit-exceeded', `${found} things found, at most ${CBOM_MAX_FOUND}`);
  if (Number.isNaN(at.getTime())) throw new GovError('invalid-argument', 'not a date');
  if (serialNumber !== undefined && !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(serialNumber))
    throw new GovError('invalid-argument', 'the serial number is not a UUID in lower case');
  for (const { oid } of algorithms)
    if (!/^[0-2](\.(0|[1-9]\d*))+$/.test(oid)) throw new GovError('invalid-argument', 'not an object identifier');
}

function unreadFiles(unread: readonly FoundUnread[]): CbomComponent[] {
  const codes = new Map<string, Set<string>>();
  for (const { location, code } of unread) codes.set(location, (codes.get(location) ?? new Set()).add(code));
  return [...codes]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([location, reasons]) => ({
      type: 'file',
      'bom-ref': `file/${bytesToHex(sm3(new TextEncoder().encode(location)))}`,
      name: location,
      properties: [...reasons].sort().map((code) => property('not-inventoried', code)),
    }));
}
