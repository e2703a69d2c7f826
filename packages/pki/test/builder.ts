import { der } from '@gov/der';
import { KEY_USAGES, type KeyUsage, parseName, signatureOid } from '@gov/pki';
import { generateSm2Key, rawToDer, type SignatureAlgorithm, type Signer, sm2Signer } from '@gov/sm';
import { isGovError } from '@gov/verdict';

/** What a certificate says, each field free to be wrong. */
export interface Spec {
  /** Value of the version field; undefined leaves it out. */
  readonly version: number | undefined;
  readonly serialNumber: Uint8Array;
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
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
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
  der.sequence(der.oid(signatureOid(algorithm)), ...(algorithm.startsWith('ECDSA') ? [] : [der.nullValue()]));

export async function build(spec: Spec): Promise<Uint8Array> {
  const algorithm = algorithmIdentifier(spec.by.algorithm);
  const extensions = [...Object.values(spec.extensions), ...(spec.further ?? [])];
  const tbs = der.sequence(
    ...(spec.version === undefined ? [] : [der.explicit(0, der.integer(spec.version))]),
    der.unsignedInteger(spec.serialNumber),
    spec.inner ?? algorithm,
    parseName(spec.issuer).bytes,
    spec.validity ?? der.sequence(der.x509Time(spec.notBefore), der.x509Time(spec.notAfter)),
    parseName(spec.subject).bytes,
    spec.publicKey ?? spec.key.publicKey,
    ...(extensions.length === 0 ? [] : [der.explicit(3, der.sequence(...extensions))]),
  );
  const raw = await spec.by.sign(tbs);
  const plain = spec.by.algorithm.startsWith('RSA') ? raw : rawToDer(raw);
  return der.sequence(
    spec.tamper?.(tbs) ?? tbs,
    spec.outer ?? spec.inner ?? algorithm,
    der.bitString(spec.signature?.(raw) ?? plain),
    ...(spec.after === undefined ? [] : [spec.after]),
  );
}

export const sm2 = (): Signer => sm2Signer(generateSm2Key());

/** ECDSA and RSA keys of WebCrypto behind the port. */
export async function webCryptoSigner(algorithm: SignatureAlgorithm, modulusLength = 2048): Promise<Signer> {
  const hash = `SHA-${algorithm.slice(-3)}`;
  const parameters = algorithm.startsWith('RSA')
    ? { name: 'RSASSA-PKCS1-v1_5', hash, modulusLength, publicExponent: Uint8Array.of(1, 0, 1) }
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
