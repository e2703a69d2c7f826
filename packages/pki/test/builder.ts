import { der } from '@gov/der';
import { KEY_USAGES, type KeyUsage, parseName, signatureOid } from '@gov/pki';
import { generateSm2Key, rawToDer, type SignatureAlgorithm, type Signer, sm2Signer } from '@gov/sm';
import { isGovError } from '@gov/verdict';

/** What a certificate says, each field free to be wrong. */
export interface Spec {
  /** Value of the version field; undefined leaves it out. */
  readonly version: number | undefined;
  readonly serialNumber: Uint8Array;
  /** The INTEGER, DER. */
  readonly serial?: Uint8Array;
  /** '' stands for a name of nothing. */
  readonly subject: string;
  readonly issuer: string;
  /** Whose public key it carries. */
  readonly key: Signer;
  readonly publicKey?: Uint8Array;
  /** Who signs it. */
  readonly by: Signer;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly validity?: Uint8Array;
  readonly extensions: Readonly<Record<string, Uint8Array>>;
  /** Between public key and extensions, DER. */
  readonly identifiers?: readonly Uint8Array[];
  /** Added behind the extensions, DER. */
  readonly further?: readonly Uint8Array[];
  /** AlgorithmIdentifier inside and outside; what the signer's algorithm demands otherwise. */
  readonly inner?: Uint8Array;
  readonly outer?: Uint8Array;
  readonly after?: Uint8Array;
  readonly signature?: (raw: Uint8Array) => Uint8Array;
  readonly tamper?: (tbs: Uint8Array) => Uint8Array;
}

export const OID = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  certificatePolicies: '2.5.29.32',
  policyMappings: '2.5.29.33',
  policyConstraints: '2.5.29.36',
  inhibitAnyPolicy: '2.5.29.54',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
} as const;

export const extension = (oid: string, value: Uint8Array, critical = false): Uint8Array =>
  der.sequence(der.oid(oid), ...(critical ? [der.boolean(true)] : []), der.octetString(value));

export const keyUsage = (...usages: readonly KeyUsage[]): Uint8Array =>
  extension(OID.keyUsage, der.namedBits(usages.map((usage) => KEY_USAGES.indexOf(usage))), true);

export const basicConstraints = (ca: boolean, pathLength?: number): Uint8Array =>
  extension(
    OID.basicConstraints,
    der.sequence(...(ca ? [der.boolean(true)] : []), ...(pathLength === undefined ? [] : [der.integer(pathLength)])),
    true,
  );

export const extendedKeyUsage = (...oids: readonly string[]): Uint8Array =>
  extension(OID.extendedKeyUsage, der.sequence(...oids.map(der.oid)));

export const subjectKeyIdentifier = (id: Uint8Array): Uint8Array =>
  extension(OID.subjectKeyIdentifier, der.octetString(id));

export const authorityKeyIdentifier = (id: Uint8Array): Uint8Array =>
  extension(OID.authorityKeyIdentifier, der.sequence(der.implicitPrimitive(0, id)));

const algorithmIdentifier = (algorithm: SignatureAlgorithm): Uint8Array =>
  der.sequence(
    der.oid(signatureOid(algorithm)),
    ...(algorithm.startsWith('ECDSA') || algorithm === 'Ed25519' ? [] : [der.nullValue()]),
  );

const nameOf = (text: string): Uint8Array => (text === '' ? der.sequence() : parseName(text).bytes);

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

/** GeneralNames, written apart from the code under test. */
export const general = {
  email: (text: string) => der.implicitPrimitive(1, ascii(text)),
  dns: (text: string) => der.implicitPrimitive(2, ascii(text)),
  directory: (text: string) => der.explicit(4, nameOf(text)),
  uri: (text: string) => der.implicitPrimitive(6, ascii(text)),
  ip: (...octets: readonly number[]) => der.implicitPrimitive(7, Uint8Array.from(octets)),
  registered: (oid: string) => der.implicitPrimitive(8, der.oid(oid).subarray(2)),
  other: (oid: string, value: Uint8Array) => der.element(0xa0, der.oid(oid), der.explicit(0, value)),
};

export const subjectAltName = (...names: readonly Uint8Array[]): Uint8Array =>
  extension(OID.subjectAltName, der.sequence(...names));

/** Each base with what stands behind it in its GeneralSubtree. */
type Subtrees = readonly (Uint8Array | readonly Uint8Array[])[];

export const nameConstraints = (
  { permitted, excluded }: { readonly permitted?: Subtrees; readonly excluded?: Subtrees },
  critical = true,
): Uint8Array => {
  const list = (n: number, subtrees: Subtrees | undefined) =>
    subtrees === undefined
      ? []
      : [
          der.element(
            0xa0 | n,
            ...subtrees.map((tree) => der.sequence(...(tree instanceof Uint8Array ? [tree] : tree))),
          ),
        ];
  return extension(OID.nameConstraints, der.sequence(...list(0, permitted), ...list(1, excluded)), critical);
};

export const certificatePolicies = (...oids: readonly string[]): Uint8Array =>
  extension(OID.certificatePolicies, der.sequence(...oids.map((oid) => der.sequence(der.oid(oid)))));

export const policyMappings = (...pairs: readonly (readonly [string, string])[]): Uint8Array =>
  extension(
    OID.policyMappings,
    der.sequence(...pairs.map(([issuer, subject]) => der.sequence(der.oid(issuer), der.oid(subject)))),
    true,
  );

export const policyConstraints = (explicit?: number, mapping?: number): Uint8Array =>
  extension(
    OID.policyConstraints,
    der.sequence(
      ...(explicit === undefined ? [] : [der.implicitPrimitive(0, Uint8Array.of(explicit))]),
      ...(mapping === undefined ? [] : [der.implicitPrimitive(1, Uint8Array.of(mapping))]),
    ),
    true,
  );

export const inhibitAnyPolicy = (skip: number): Uint8Array => extension(OID.inhibitAnyPolicy, der.integer(skip), true);

export async function build(spec: Spec): Promise<Uint8Array> {
  const algorithm = algorithmIdentifier(spec.by.algorithm);
  const extensions = [...Object.values(spec.extensions), ...(spec.further ?? [])];
  const tbs = der.sequence(
    ...(spec.version === undefined ? [] : [der.explicit(0, der.integer(spec.version))]),
    spec.serial ?? der.unsignedInteger(spec.serialNumber),
    spec.inner ?? algorithm,
    nameOf(spec.issuer),
    spec.validity ?? der.sequence(der.x509Time(spec.notBefore), der.x509Time(spec.notAfter)),
    nameOf(spec.subject),
    spec.publicKey ?? spec.key.publicKey,
    ...(spec.identifiers ?? []),
    ...(extensions.length === 0 ? [] : [der.explicit(3, der.sequence(...extensions))]),
  );
  const raw = await spec.by.sign(tbs);
  const plain = spec.by.algorithm.startsWith('RSA') || spec.by.algorithm === 'Ed25519' ? raw : rawToDer(raw);
  return der.sequence(
    spec.tamper?.(tbs) ?? tbs,
    spec.outer ?? spec.inner ?? algorithm,
    der.bitString(spec.signature?.(raw) ?? plain),
    ...(spec.after === undefined ? [] : [spec.after]),
  );
}

export const sm2 = (): Signer => sm2Signer(generateSm2Key());

/** ECDSA, RSA and Ed25519 keys of WebCrypto behind the port. */
export async function webCryptoSigner(algorithm: SignatureAlgorithm, modulusLength = 2048): Promise<Signer> {
  const hash = `SHA-${algorithm.slice(-3)}`;
  const parameters = algorithm.startsWith('RSA')
    ? {
        name: algorithm.startsWith('RSA-PSS') ? 'RSA-PSS' : 'RSASSA-PKCS1-v1_5',
        hash,
        modulusLength,
        publicExponent: Uint8Array.of(1, 0, 1),
        saltLength: Number(algorithm.slice(-3)) / 8,
      }
    : algorithm === 'Ed25519'
      ? { name: algorithm }
      : { name: 'ECDSA', hash, namedCurve: `P-${algorithm.slice(7, 10)}` };
  const pair = (await crypto.subtle.generateKey(parameters, true, ['sign', 'verify'])) as CryptoKeyPair;
  return {
    algorithm,
    publicKey: new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey)),
    sign: async (message) =>
      new Uint8Array(await crypto.subtle.sign(parameters, pair.privateKey, Uint8Array.from(message))),
  };
}

export async function codeOf(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (error) {
    if (isGovError(error)) return error.code;
    throw error;
  }
  return 'nothing thrown';
}
