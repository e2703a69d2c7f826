/**
 * The algorithms an inventory names: object identifier, primitive, strength, and whether it is a national one (国密).
 *
 * Levels: classical bits of NIST SP 800-57 part 1 table 2; NIST categories of what a quantum computer leaves. NIST has not
 * rated SM3 and SM4: they stand as SHA-256 and AES-128 do, which have the same sizes. [open]
 */

/** `cryptoProperties.algorithmProperties` of CycloneDX 1.6, as far as files tell. */
export interface AlgorithmProperties {
  readonly primitive: 'signature' | 'hash' | 'mac' | 'kdf' | 'block-cipher' | 'ae' | 'pke' | 'unknown';
  /** Bits of key or digest, or the function that a construction is built on. */
  readonly parameterSetIdentifier?: string;
  /** Name in the Standard Curve Database, which CycloneDX follows: `oscaa/SM2` is sm2p256v1. */
  readonly curve?: string;
  readonly mode?: 'ecb' | 'cbc' | 'cfb' | 'ofb' | 'ctr' | 'gcm' | 'ccm';
  readonly padding?: 'pkcs1v15' | 'other';
  readonly cryptoFunctions?: readonly (
    | 'keygen'
    | 'sign'
    | 'verify'
    | 'digest'
    | 'tag'
    | 'keyderive'
    | 'encrypt'
    | 'decrypt'
  )[];
  /** Bits; absent where the algorithm alone does not settle it, or is broken. */
  readonly classicalSecurityLevel?: number;
  readonly nistQuantumSecurityLevel?: number;
}

/** Why an assessor asks about an algorithm (高风险项). */
export type Weakness =
  /** collisions can be made: MD5, SHA-1 */
  | 'broken-hash'
  /** DES, RC2, RC4 */
  | 'broken-cipher'
  /** 64-bit blocks: 3DES */
  | 'short-block'
  /** RSA or DSA of fewer than 2048 bits */
  | 'short-key';

/** What is known about one algorithm. */
export interface Algorithm {
  readonly name: string;
  /** Absent where a key cannot be read. */
  readonly oid?: string;
  /** Whether it is published by the national cryptography administration (国家密码管理局). */
  readonly national: boolean;
  readonly weakness?: Weakness;
  /** What it is built on, e.g. SM3 under SM2-SM3. */
  readonly uses: readonly Algorithm[];
  readonly properties: AlgorithmProperties;
}

/** Algorithms of GM/T 0006 are numbered under this arc. */
const NATIONAL_ARC = '1.2.156.10197.1.';

/** Name, OID, bits, classical bits, NIST category. */
const HASHES = [
  ['SM3', '1.2.156.10197.1.401', 256, 128, 2],
  ['SHA-224', '2.16.840.1.101.3.4.2.4', 224, 112, 0],
  ['SHA-256', '2.16.840.1.101.3.4.2.1', 256, 128, 2],
  ['SHA-384', '2.16.840.1.101.3.4.2.2', 384, 192, 4],
  ['SHA-512', '2.16.840.1.101.3.4.2.3', 512, 256, 5],
  ['SHA-1', '1.3.14.3.2.26', 160, undefined, 0],
  ['MD5', '1.2.840.113549.2.5', 128, undefined, 0],
] as const;

type HashName = (typeof HASHES)[number][0];

/** Name, OID, hash. The strength is that of the key: see the key's algorithm. */
const SIGNATURES: readonly (readonly [string, string, HashName?])[] = [
  ['SM2-SM3', '1.2.156.10197.1.501', 'SM3'],
  ['SM2', '1.2.156.10197.1.301.1'],
  ['RSA-PKCS1-SM3', '1.2.156.10197.1.504', 'SM3'],
  ['ECDSA-SHA1', '1.2.840.10045.4.1', 'SHA-1'],
  ['ECDSA-SHA224', '1.2.840.10045.4.3.1', 'SHA-224'],
  ['ECDSA-SHA256', '1.2.840.10045.4.3.2', 'SHA-256'],
  ['ECDSA-SHA384', '1.2.840.10045.4.3.3', 'SHA-384'],
  ['ECDSA-SHA512', '1.2.840.10045.4.3.4', 'SHA-512'],
  ['RSA-PKCS1-MD5', '1.2.840.113549.1.1.4', 'MD5'],
  ['RSA-PKCS1-SHA1', '1.2.840.113549.1.1.5', 'SHA-1'],
  ['RSA-PKCS1-SHA224', '1.2.840.113549.1.1.14', 'SHA-224'],
  ['RSA-PKCS1-SHA256', '1.2.840.113549.1.1.11', 'SHA-256'],
  ['RSA-PKCS1-SHA384', '1.2.840.113549.1.1.12', 'SHA-384'],
  ['RSA-PKCS1-SHA512', '1.2.840.113549.1.1.13', 'SHA-512'],
  ['RSASSA-PSS', '1.2.840.113549.1.1.10'],
  ['DSA-SHA1', '1.2.840.10040.4.3', 'SHA-1'],
  ['DSA-SHA256', '2.16.840.1.101.3.4.3.2', 'SHA-256'],
];

/** Name, OID, hash. RFC 8018 B.1; those of SM3 are from GM/T 0006 and GM/T 0091. */
const MACS: readonly (readonly [string, string, HashName])[] = [
  ['HMAC-SM3', '1.2.156.10197.1.401.2', 'SM3'],
  ['HMAC-SM3', '1.2.156.10197.1.401.3.1', 'SM3'],
  ['HMAC-SHA1', '1.2.840.113549.2.7', 'SHA-1'],
  ['HMAC-SHA224', '1.2.840.113549.2.8', 'SHA-224'],
  ['HMAC-SHA256', '1.2.840.113549.2.9', 'SHA-256'],
  ['HMAC-SHA384', '1.2.840.113549.2.10', 'SHA-384'],
  ['HMAC-SHA512', '1.2.840.113549.2.11', 'SHA-512'],
];

/** Name, OID of the first mode, key bits, NIST category, modes by the last number of their OID. */
const CIPHERS = [
  ['SM4', '1.2.156.10197.1.104.', 128, 1, { ecb: 1, cbc: 2, ofb: 3, cfb: 4, ctr: 7, gcm: 8, ccm: 9 }],
  ['AES-128', '2.16.840.1.101.3.4.1.', 128, 1, { ecb: 1, cbc: 2, ofb: 3, cfb: 4, gcm: 6, ccm: 7 }],
  ['AES-192', '2.16.840.1.101.3.4.1.', 192, 3, { ecb: 21, cbc: 22, ofb: 23, cfb: 24, gcm: 26, ccm: 27 }],
  ['AES-256', '2.16.840.1.101.3.4.1.', 256, 5, { ecb: 41, cbc: 42, ofb: 43, cfb: 44, gcm: 46, ccm: 47 }],
] as const;

/** Name, OID, weakness: ciphers and password-based schemes that are only read, never written. */
const OLD_CIPHERS = [
  ['3DES-CBC', '1.2.840.113549.3.7', 'short-block'],
  ['DES-CBC', '1.3.14.3.2.7', 'broken-cipher'],
  ['RC2-CBC', '1.2.840.113549.3.2', 'broken-cipher'],
  ['PBE-MD5-DES', '1.2.840.113549.1.5.3', 'broken-cipher'],
  ['PBE-SHA1-DES', '1.2.840.113549.1.5.10', 'broken-cipher'],
  ['PBE-SHA1-RC4-128', '1.2.840.113549.1.12.1.1', 'broken-cipher'],
  ['PBE-SHA1-3DES', '1.2.840.113549.1.12.1.3', 'short-block'],
  ['PBE-SHA1-RC2-40', '1.2.840.113549.1.12.1.6', 'broken-cipher'],
] as const;

const PBKDF2 = '1.2.840.113549.1.5.12';

/** The algorithm of an object identifier; one that is not in the tables is named by its number. */
export function algorithmOf(oid: string): Algorithm {
  if (oid === ED25519.oid) return ED25519;
  return hash(oid) ?? signature(oid) ?? mac(oid) ?? cipher(oid) ?? oldCipher(oid) ?? unknownAlgorithm(oid);
}

/** PBKDF2 is as national as the function under it. */
export function pbkdf2(prf: string): Algorithm {
  const under = algorithmOf(prf);
  return {
    name: `PBKDF2-${under.name}`,
    oid: PBKDF2,
    national: under.national,
    uses: [under],
    properties: { primitive: 'kdf', parameterSetIdentifier: under.name, cryptoFunctions: ['keyderive'] },
  };
}

/** An algorithm without a row of its own. Whether it is national, its number says. */
export const unknownAlgorithm = (
  oid: string,
  name = `algorithm ${oid}`,
  primitive: AlgorithmProperties['primitive'] = 'unknown',
): Algorithm => ({ name, oid, national: oid.startsWith(NATIONAL_ARC), uses: [], properties: { primitive } });

function hash(oid: string): Algorithm | undefined {
  const row = HASHES.find((one) => one[1] === oid);
  if (row === undefined) return undefined;
  const [name, , bits, classicalSecurityLevel, nistQuantumSecurityLevel] = row;
  return {
    name,
    oid,
    national: oid.startsWith(NATIONAL_ARC),
    ...(classicalSecurityLevel === undefined ? { weakness: 'broken-hash' } : {}),
    uses: [],
    properties: {
      primitive: 'hash',
      parameterSetIdentifier: String(bits),
      cryptoFunctions: ['digest'],
      ...(classicalSecurityLevel === undefined ? {} : { classicalSecurityLevel }),
      nistQuantumSecurityLevel,
    },
  };
}

const hashNamed = (name: HashName): Algorithm => hash(HASHES.find((one) => one[0] === name)![1])!;

function signature(oid: string): Algorithm | undefined {
  const row = SIGNATURES.find((one) => one[1] === oid);
  if (row === undefined) return undefined;
  const [name, , hashName] = row;
  const digest = hashName === undefined ? undefined : hashNamed(hashName);
  const isSm2 = name.startsWith('SM2');
  return {
    name,
    oid,
    // RSA does not become national by the digest that it signs.
    national: isSm2,
    ...(digest?.weakness === undefined ? {} : { weakness: digest.weakness }),
    uses: digest === undefined ? [] : [digest],
    properties: {
      primitive: 'signature',
      ...(digest === undefined ? {} : { parameterSetIdentifier: digest.properties.parameterSetIdentifier! }),
      ...(isSm2 ? { curve: SM2_CURVE, classicalSecurityLevel: 128 } : {}),
      ...(name.startsWith('RSA-PKCS1') ? { padding: 'pkcs1v15' } : {}),
      cryptoFunctions: ['sign', 'verify'],
      nistQuantumSecurityLevel: 0,
    },
  };
}

function mac(oid: string): Algorithm | undefined {
  const row = MACS.find((one) => one[1] === oid);
  if (row === undefined) return undefined;
  const under = hashNamed(row[2]);
  return {
    name: row[0],
    oid,
    national: under.national,
    uses: [under],
    properties: {
      primitive: 'mac',
      parameterSetIdentifier: under.properties.parameterSetIdentifier!,
      cryptoFunctions: ['tag'],
    },
  };
}

function cipher(oid: string): Algorithm | undefined {
  for (const [name, arc, bits, nistQuantumSecurityLevel, modes] of CIPHERS) {
    const found = Object.entries(modes).find(([, number]) => `${arc}${number}` === oid);
    if (found === undefined) continue;
    const mode = found[0] as keyof typeof modes;
    return {
      name: `${name}-${mode.toUpperCase()}`,
      oid,
      national: oid.startsWith(NATIONAL_ARC),
      uses: [],
      properties: {
        primitive: mode === 'gcm' || mode === 'ccm' ? 'ae' : 'block-cipher',
        parameterSetIdentifier: String(bits),
        mode,
        cryptoFunctions: ['encrypt', 'decrypt'],
        classicalSecurityLevel: bits,
        nistQuantumSecurityLevel,
      },
    };
  }
  return undefined;
}

function oldCipher(oid: string): Algorithm | undefined {
  const row = OLD_CIPHERS.find((one) => one[1] === oid);
  if (row === undefined) return undefined;
  return {
    name: row[0],
    oid,
    national: false,
    weakness: row[2],
    uses: [],
    properties: {
      primitive: 'block-cipher',
      mode: 'cbc',
      cryptoFunctions: ['encrypt', 'decrypt'],
      nistQuantumSecurityLevel: 0,
    },
  };
}

/** sm2p256v1 of GB/T 32918.5. */
export const SM2_CURVE = 'oscaa/SM2';

/** One identifier for its keys and its signatures (RFC 8410). */
export const ED25519 = {
  name: 'Ed25519',
  oid: '1.3.101.112',
  national: false,
  uses: [],
  properties: {
    primitive: 'signature',
    parameterSetIdentifier: '256',
    cryptoFunctions: ['keygen', 'sign', 'verify'],
    classicalSecurityLevel: 128,
    nistQuantumSecurityLevel: 0,
  },
} as const satisfies Algorithm;
