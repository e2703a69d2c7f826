/** The assets of a document, while they are gathered. */
import { bytesToHex, sm3 } from '@gov/sm';
import { isGovError } from '@gov/verdict';
import { type Certificate, KEY_USAGES } from '../certificate.js';
import { canonicalName } from '../name.js';
import { type Algorithm, algorithmOf } from './algorithm.js';
import type { CbomDocument, CbomOccurrence, CbomProperty, CryptographicAsset, CryptoProperties } from './document.js';
import type { FoundCertificate, FoundKey } from './found.js';
import { readKeyProtection } from './key-protection.js';
import { describePublicKey, type PublicKeyDescription } from './public-key.js';
import { shownName } from './subject.js';

const DAY_MS = 86_400_000;

/** A component while its occurrences are gathered. */
interface Entry {
  readonly name: string;
  readonly cryptoProperties: CryptoProperties;
  readonly properties: readonly CbomProperty[];
  readonly dependsOn: readonly string[];
  readonly occurrences: CbomOccurrence[];
}

/** When the certificates of a key let it be used. */
interface KeyValidity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** Gathers what was found, each thing once, with what follows from it: a certificate brings its key and its algorithms. */
export class Inventory {
  readonly #at: Date;
  readonly #entries = new Map<string, Entry>();
  /** By fingerprint of the key. */
  readonly #validity = new Map<string, KeyValidity[]>();
  readonly #formats = new Map<string, Set<string>>();

  constructor(at: Date) {
    this.#at = at;
  }

  addAlgorithm(algorithm: Algorithm, occurrence?: CbomOccurrence): string {
    const { name, oid, weakness, properties } = algorithm;
    const ref = `crypto/algorithm/${name.toLowerCase().replaceAll(' ', '-')}${oid === undefined ? '' : `@${oid}`}`;
    this.#add(ref, occurrence, () => ({
      name,
      cryptoProperties: {
        assetType: 'algorithm',
        algorithmProperties: properties,
        ...(oid === undefined ? {} : { oid }),
      },
      properties: judged(algorithm.national, weakness),
      dependsOn: algorithm.uses.map((used) => this.addAlgorithm(used)),
    }));
    return ref;
  }

  addCertificate({ certificate, occurrence }: FoundCertificate): void {
    const ref = `crypto/certificate/${bytesToHex(sm3(certificate.bytes))}`;
    this.#add(ref, occurrence, () => {
      const signature = algorithmOf(certificate.signatureAlgorithm.split(' ')[0]!);
      const key = describedKey(certificate.publicKey);
      const signatureAlgorithmRef = this.addAlgorithm(signature);
      const subjectPublicKeyRef = this.#addPublicKey(key);
      const fingerprint = bytesToHex(key.fingerprint);
      this.#validity.set(fingerprint, [...(this.#validity.get(fingerprint) ?? []), certificate]);
      const subjectName = shownName(certificate.subject, isAuthority(certificate));
      return {
        name: subjectName || `certificate ${serialNumber(certificate)}`,
        cryptoProperties: {
          assetType: 'certificate',
          certificateProperties: {
            subjectName,
            issuerName: isSelfIssued(certificate) ? subjectName : shownName(certificate.issuer, true),
            notValidBefore: certificate.notBefore.toISOString(),
            notValidAfter: certificate.notAfter.toISOString(),
            signatureAlgorithmRef,
            subjectPublicKeyRef,
            certificateFormat: 'X.509',
          },
        },
        properties: [
          ...judged(signature.national && key.algorithm.national, signature.weakness ?? key.algorithm.weakness),
          property('expires-in-days', Math.floor((certificate.notAfter.getTime() - this.#at.getTime()) / DAY_MS)),
          property('validity', this.#validityAt([certificate])),
          property('certificate-serial-number', serialNumber(certificate)),
          property('certificate-authority', isAuthority(certificate)),
          ...(certificate.keyUsage === undefined
            ? []
            : [property('key-usage', KEY_USAGES.filter((usage) => certificate.keyUsage!.has(usage)).join(','))]),
        ],
        dependsOn: [signatureAlgorithmRef, subjectPublicKeyRef],
      };
    });
  }

  addKey(key: FoundKey): void {
    const ref = key.kind === 'encrypted' ? this.#addEncrypted(key) : this.#addPlain(key);
    if (key.format === undefined) return;
    this.#formats.set(ref, (this.#formats.get(ref) ?? new Set()).add(key.format));
  }

  #addPlain(key: Extract<FoundKey, { kind: 'public' | 'private' }>): string {
    const described = describePublicKey(key.publicKey);
    if (key.kind === 'public') return this.#addPublicKey(described, key.occurrence);
    const { algorithm } = described;
    const publicRef = this.#addPublicKey(described);
    const id = bytesToHex(described.fingerprint);
    const ref = `crypto/key/private/${id}`;
    this.#add(ref, key.occurrence, () => {
      const algorithmRef = this.addAlgorithm(algorithm);
      return {
        name: `${algorithm.name} private key ${id.slice(0, 16)}`,
        cryptoProperties: keyMaterial('private-key', id, described, { algorithmRef, securedBy: { mechanism: 'None' } }),
        properties: [...judged(algorithm.national, algorithm.weakness), property('encrypted', false)],
        dependsOn: [algorithmRef, publicRef],
      };
    });
    return ref;
  }

  #addEncrypted(key: Extract<FoundKey, { kind: 'encrypted' }>): string {
    const { cipher, derivation } = readKeyProtection(key.encrypted);
    const id = bytesToHex(sm3(key.encrypted));
    const ref = `crypto/key/encrypted/${id}`;
    this.#add(ref, key.occurrence, () => {
      const algorithmRef = this.addAlgorithm(cipher);
      const national = cipher.national && derivation?.national !== false;
      const weakness = cipher.weakness ?? derivation?.weakness;
      return {
        name: `encrypted private key ${id.slice(0, 16)}`,
        cryptoProperties: keyMaterial('private-key', id, {}, { securedBy: { mechanism: 'Software', algorithmRef } }),
        properties: [
          property('national-cryptography', 'unknown'),
          property('encrypted', true),
          property('protection-national-cryptography', national),
          ...(weakness === undefined ? [] : [property('weakness', weakness)]),
        ],
        dependsOn: [algorithmRef, ...(derivation === undefined ? [] : [this.addAlgorithm(derivation)])],
      };
    });
    return ref;
  }

  #addPublicKey(described: PublicKeyDescription, occurrence?: CbomOccurrence): string {
    const { algorithm } = described;
    const id = bytesToHex(described.fingerprint);
    const ref = `crypto/key/public/${id}`;
    this.#add(ref, occurrence, () => {
      const algorithmRef = this.addAlgorithm(algorithm);
      return {
        name: `${algorithm.name} public key ${id.slice(0, 16)}`,
        cryptoProperties: keyMaterial('public-key', id, described, { algorithmRef }),
        properties: judged(algorithm.national, algorithm.weakness),
        dependsOn: [algorithmRef],
      };
    });
    return ref;
  }

  #add(ref: string, occurrence: CbomOccurrence | undefined, make: () => Omit<Entry, 'occurrences'>): void {
    let entry = this.#entries.get(ref);
    if (entry === undefined) {
      entry = { ...make(), occurrences: [] };
      this.#entries.set(ref, entry);
    }
    if (occurrence !== undefined) entry.occurrences.push(occurrence);
  }

  finish(): Pick<CbomDocument, 'components' | 'dependencies'> {
    const sorted = [...this.#entries].sort(([a], [b]) => (a < b ? -1 : 1));
    return {
      components: sorted.map(([ref, entry]) => this.#component(ref, entry)),
      dependencies: sorted.map(([ref, { dependsOn }]) => ({ ref, dependsOn: [...new Set(dependsOn)] })),
    };
  }

  #component(ref: string, { name, cryptoProperties, properties, occurrences }: Entry): CryptographicAsset {
    return {
      type: 'cryptographic-asset',
      'bom-ref': ref,
      name,
      cryptoProperties: this.#completed(ref, cryptoProperties),
      properties,
      ...(occurrences.length === 0 ? {} : { evidence: { occurrences: distinct(occurrences) } }),
    };
  }

  /** What is known of a key only when everything was seen: the validity that its certificates give it, and its forms. */
  #completed(ref: string, properties: CryptoProperties): CryptoProperties {
    if (properties.assetType !== 'related-crypto-material') return properties;
    const material = properties.relatedCryptoMaterialProperties;
    const certificates = this.#validity.get(material.id) ?? [];
    const formats = [...(this.#formats.get(ref) ?? [])].sort();
    return {
      assetType: 'related-crypto-material',
      relatedCryptoMaterialProperties: {
        ...material,
        ...(certificates.length === 0
          ? {}
          : {
              state: STATES[this.#validityAt(certificates)],
              activationDate: earliest(certificates.map(({ notBefore }) => notBefore)).toISOString(),
              expirationDate: latest(certificates.map(({ notAfter }) => notAfter)).toISOString(),
            }),
        ...(formats.length === 0 ? {} : { format: formats.join(', ') }),
      },
    };
  }

  #validityAt(certificates: readonly KeyValidity[]): keyof typeof STATES {
    if (certificates.some(({ notBefore, notAfter }) => notBefore <= this.#at && this.#at <= notAfter)) return 'valid';
    return certificates.some(({ notBefore }) => this.#at < notBefore) ? 'not-yet-valid' : 'expired';
  }
}

/** Validity → state of NIST SP 800-57. Revocation and compromise are not known here. */
const STATES = { valid: 'active', 'not-yet-valid': 'pre-activation', expired: 'deactivated' } as const;

const earliest = (dates: readonly Date[]): Date => dates.reduce((a, b) => (b < a ? b : a));
const latest = (dates: readonly Date[]): Date => dates.reduce((a, b) => (b > a ? b : a));

export const property = (name: string, value: string | number | boolean): CbomProperty => ({
  name: `gov:${name}`,
  value: String(value),
});

const judged = (national: boolean, weakness: Algorithm['weakness']): CbomProperty[] => [
  property('national-cryptography', national),
  ...(weakness === undefined ? [] : [property('weakness', weakness)]),
];

function keyMaterial(
  type: 'public-key' | 'private-key',
  id: string,
  { size }: { readonly size?: number },
  rest: {
    readonly algorithmRef?: string;
    readonly securedBy?: { mechanism: 'Software' | 'None'; algorithmRef?: string };
  },
): CryptoProperties {
  return {
    assetType: 'related-crypto-material',
    relatedCryptoMaterialProperties: { type, id, ...(size === undefined ? {} : { size }), ...rest },
  };
}

const UNREADABLE: Algorithm = { name: 'unreadable', national: false, uses: [], properties: { primitive: 'unknown' } };

/** A certificate whose key cannot be read is listed all the same. */
function describedKey(spki: Uint8Array): PublicKeyDescription {
  try {
    return describePublicKey(spki);
  } catch (error) {
    if (!isGovError(error)) throw error;
    return { algorithm: UNREADABLE, fingerprint: sm3(spki) };
  }
}

const isAuthority = ({ basicConstraints }: Certificate): boolean => basicConstraints?.ca === true;

const isSelfIssued = ({ subject, issuer }: Certificate): boolean => canonicalName(subject) === canonicalName(issuer);

/** Hexadecimal, as CAs and `openssl x509 -serial` print it. */
const serialNumber = ({ serialNumber: value }: Certificate): string =>
  (value < 0n ? '-' : '') + evenHex(value < 0n ? -value : value);

const evenHex = (value: bigint): string => {
  const digits = value.toString(16);
  return digits.padStart(digits.length + (digits.length % 2), '0');
};

function distinct(occurrences: readonly CbomOccurrence[]): CbomOccurrence[] {
  const byText = new Map(occurrences.map((one) => [occurrenceKey(one), one]));
  return [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

/** Lines in their order within one place. */
const occurrenceKey = ({ location, line = 0, additionalContext = '' }: CbomOccurrence): string =>
  JSON.stringify([location, String(line).padStart(9, '0'), additionalContext]);
