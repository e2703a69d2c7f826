/** Everything readable of a certificate or a certificate request, as plain data. */
import { createHash } from 'node:crypto';
import { context, Tag } from '@gov/der';
import {
  type Certificate,
  certificateKid,
  type Extension,
  formatName,
  type GeneralName,
  type KeyUsage,
  readExtension,
  readGeneralName,
  readNameConstraints,
  readPolicies,
  signatureOid,
  subjectAltNames,
  USE_OIDS,
} from '@gov/pki';
import { type CertificateRequest, holdsKey } from '@gov/pki/ca';
import { describePublicKey } from '@gov/pki/cbom';
import { bytesToHex, type SignatureAlgorithm, sm3 } from '@gov/sm';
import { isGovError } from '@gov/verdict';

/** JSON of one certificate or request. */
export type Facts = Readonly<Record<string, unknown>>;

export function certificateFacts(certificate: Certificate): Facts {
  return {
    type: 'certificate',
    subject: formatName(certificate.subject),
    issuer: formatName(certificate.issuer),
    serialNumber: hexNumber(certificate.serialNumber),
    notBefore: certificate.notBefore.toISOString(),
    notAfter: certificate.notAfter.toISOString(),
    version: certificate.version,
    publicKey: keyFacts(certificate.publicKey),
    signatureAlgorithm: signatureName(certificate.signatureAlgorithm),
    extensions: extensionFacts(certificate),
    fingerprints: fingerprints(certificate.bytes),
    kid: bytesToHex(certificateKid(certificate)),
  };
}

export async function requestFacts(request: CertificateRequest): Promise<Facts> {
  return {
    type: 'certificate-request',
    subject: formatName(request.subject),
    publicKey: keyFacts(request.publicKey),
    signatureAlgorithm: signatureName(request.signatureAlgorithm),
    /** Whether whoever made it holds the key; null where the algorithm is not read here. */
    holdsKey: await holdsKey(request).catch((error: unknown) => {
      if (isGovError(error)) return null;
      throw error;
    }),
    extensions: extensionFacts(request),
    fingerprints: fingerprints(request.bytes),
  };
}

const hexNumber = (value: bigint): string => (value < 0n ? `-${(-value).toString(16)}` : value.toString(16));

const fingerprints = (bytes: Uint8Array): Facts => ({
  sm3: bytesToHex(sm3(bytes)),
  sha256: createHash('sha256').update(bytes).digest('hex'),
});

function keyFacts(spki: Uint8Array): Facts {
  try {
    const { algorithm, size, fingerprint } = describePublicKey(spki);
    return { algorithm: algorithm.name, ...(size === undefined ? {} : { bits: size }), sm3: bytesToHex(fingerprint) };
  } catch (error) {
    if (isGovError(error)) return { unreadable: error.message };
    throw error;
  }
}

const SIGNATURES: readonly SignatureAlgorithm[] = [
  'SM2-SM3',
  'ECDSA-P256-SHA256',
  'ECDSA-P384-SHA384',
  'ECDSA-P521-SHA512',
  'RSA-PKCS1-SHA256',
  'RSA-PKCS1-SHA384',
  'RSA-PKCS1-SHA512',
  'Ed25519',
];

function signatureName(oid: string): string {
  const [own, hash] = oid.split(' ');
  if (hash !== undefined) return `RSA-PSS-${hash.replace('-', '')}`;
  return SIGNATURES.find((name) => signatureOid(name) === own) ?? oid;
}

type Extended = Pick<Certificate, 'extensions'> &
  Partial<Pick<Certificate, 'basicConstraints' | 'keyUsage' | 'extendedKeyUsage'>>;

interface Decoder {
  readonly name: string;
  readonly decode: (extended: Certificate, value: Uint8Array) => unknown;
}

const USES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(USE_OIDS).map(([use, oid]) => [oid, use])),
  '2.5.29.37.0': 'any',
  '1.3.6.1.5.5.7.3.1': 'serverAuth',
  '1.3.6.1.5.5.7.3.2': 'clientAuth',
  '1.3.6.1.5.5.7.3.3': 'codeSigning',
  '1.3.6.1.5.5.7.3.4': 'emailProtection',
  '1.3.6.1.5.5.7.3.8': 'timestamp',
  '1.3.6.1.5.5.7.3.9': 'OCSPSigning',
};

const ACCESS_METHODS: Readonly<Record<string, string>> = {
  '1.3.6.1.5.5.7.48.1': 'OCSP',
  '1.3.6.1.5.5.7.48.2': 'CA issuers',
};

const DECODERS: Readonly<Record<string, Decoder>> = {
  '2.5.29.14': { name: 'subjectKeyIdentifier', decode: ({ subjectKeyIdentifier }) => hex(subjectKeyIdentifier) },
  '2.5.29.15': { name: 'keyUsage', decode: ({ keyUsage = new Set<KeyUsage>() }) => [...keyUsage] },
  '2.5.29.17': { name: 'subjectAltName', decode: (extended) => subjectAltNames(extended).map(nameText) },
  '2.5.29.19': { name: 'basicConstraints', decode: ({ basicConstraints }) => basicConstraints },
  '2.5.29.30': {
    name: 'nameConstraints',
    decode(extended) {
      const { permitted = [], excluded = [] } = readNameConstraints(extended) ?? {};
      return { permitted: permitted.map(nameText), excluded: excluded.map(nameText) };
    },
  },
  '2.5.29.31': {
    name: 'cRLDistributionPoints',
    decode: (extended) =>
      readExtension(extended, '2.5.29.31', 'lenient', (value) =>
        value
          .children(Tag.sequence)
          .rest()
          .flatMap((point) => {
            const names = point.children(Tag.sequence).optional(context(0))?.inner();
            return names?.tag === context(0) ? names.children().rest().map(readGeneralName).map(nameText) : [];
          }),
      ),
  },
  '2.5.29.32': { name: 'certificatePolicies', decode: (extended) => readPolicies(extended).policies },
  '2.5.29.33': {
    name: 'policyMappings',
    decode: (extended) => readPolicies(extended).mappings.map((pair) => pair.join(' = ')),
  },
  '2.5.29.35': { name: 'authorityKeyIdentifier', decode: ({ authorityKeyIdentifier }) => hex(authorityKeyIdentifier) },
  '2.5.29.36': {
    name: 'policyConstraints',
    decode(extended) {
      const { requireExplicitPolicy, inhibitPolicyMapping } = readPolicies(extended);
      return { requireExplicitPolicy, inhibitPolicyMapping };
    },
  },
  '2.5.29.37': {
    name: 'extendedKeyUsage',
    decode: ({ extendedKeyUsage = [] }) => extendedKeyUsage.map((oid) => USES[oid] ?? oid),
  },
  '2.5.29.54': { name: 'inhibitAnyPolicy', decode: (extended) => readPolicies(extended).inhibitAnyPolicy },
  '1.3.6.1.5.5.7.1.1': {
    name: 'authorityInfoAccess',
    decode: (extended) =>
      readExtension(extended, '1.3.6.1.5.5.7.1.1', 'lenient', (value) =>
        value
          .children(Tag.sequence)
          .rest()
          .map((description) => {
            const fields = description.children(Tag.sequence);
            const method = fields.next(Tag.oid).oid();
            return `${ACCESS_METHODS[method] ?? method} ${nameText(readGeneralName(fields.next()))}`;
          }),
      ),
  },
};

/** Each extension under its name, or its OID; one that cannot be read in hexadecimal, with the reason. */
function extensionFacts(extended: Extended): readonly Facts[] {
  return [...extended.extensions].map(([oid, extension]) => {
    const decoder = Object.hasOwn(DECODERS, oid) ? DECODERS[oid] : undefined;
    const common = { name: decoder?.name ?? oid, oid, critical: extension.critical };
    return { ...common, ...decoded(decoder, extended, extension) };
  });
}

function decoded(decoder: Decoder | undefined, extended: Extended, { value }: Extension): Facts {
  if (decoder === undefined) return { hex: bytesToHex(value) };
  try {
    return { value: decoder.decode(extended as Certificate, value) };
  } catch (error) {
    if (isGovError(error)) return { unreadable: error.message, hex: bytesToHex(value) };
    throw error;
  }
}

const hex = (bytes: Uint8Array | undefined): string | undefined =>
  bytes === undefined ? undefined : bytesToHex(bytes);

function nameText(name: GeneralName): string {
  switch (name.form) {
    case 'dNSName':
      return `DNS:${name.value}`;
    case 'rfc822Name':
      return `email:${name.value}`;
    case 'uniformResourceIdentifier':
      return `URI:${name.value}`;
    case 'directoryName':
      return `dir:${formatName(name.value)}`;
    case 'iPAddress':
      return `IP:${addressText(name.value)}`;
    case 'registeredID':
      return `registeredID:${name.value}`;
    case 'otherName':
      return `otherName:${name.type}:${bytesToHex(name.value)}`;
    default:
      return `${name.form}:${bytesToHex(name.value)}`;
  }
}

/** An address, or a net: address and mask. */
function addressText(octets: Uint8Array): string {
  if (octets.length === 8 || octets.length === 32) {
    const half = octets.length / 2;
    return `${addressText(octets.subarray(0, half))}/${addressText(octets.subarray(half))}`;
  }
  if (octets.length === 4) return octets.join('.');
  if (octets.length !== 16) return bytesToHex(octets);
  return (bytesToHex(octets).match(/.{4}/g) ?? []).map((group) => group.replace(/^0{1,3}/, '')).join(':');
}
