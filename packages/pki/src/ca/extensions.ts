/**
 * Writing the extensions of certificates (证书扩展, RFC 5280 4.2): each function answers one Extension, DER, critical or not
 * as the standard says unless told otherwise.
 */
import { der } from '@gov/der';
import { GovError } from '@gov/verdict';
import { KEY_USAGES, type KeyUsage } from '../certificate.js';
import type { GeneralName } from '../general-name.js';
import { parseName } from '../name.js';
import { ACCESS, EXTENSION } from '../oid.js';

export interface Criticality {
  readonly critical?: boolean;
}

/** Any extension: `value` is the DER that goes into the OCTET STRING. */
export const extension = (oid: string, value: Uint8Array, critical = false): Uint8Array =>
  der.sequence(der.oid(oid), ...(critical ? [der.boolean(true)] : []), der.octetString(value));

/** basicConstraints (基本限制) of a CA; leaves carry none: GmSSL refuses an empty one. Critical. */
export const basicConstraints = (
  { pathLength }: { readonly pathLength?: number | undefined } = {},
  { critical = true }: Criticality = {},
): Uint8Array =>
  extension(
    EXTENSION.basicConstraints,
    der.sequence(der.boolean(true), ...(pathLength === undefined ? [] : [der.integer(pathLength)])),
    critical,
  );

/** keyUsage (密钥用法). Critical. */
export const keyUsage = (usages: readonly KeyUsage[], { critical = true }: Criticality = {}): Uint8Array =>
  extension(EXTENSION.keyUsage, der.namedBits(usages.map((usage) => KEY_USAGES.indexOf(usage))), critical);

/** extendedKeyUsage (扩展密钥用法), OIDs. A timestamping certificate must have it critical (RFC 3161 2.3). */
export const extendedKeyUsage = (oids: readonly string[], { critical = false }: Criticality = {}): Uint8Array =>
  extension(EXTENSION.extendedKeyUsage, der.sequence(...oids.map(der.oid)), critical);

export const subjectKeyIdentifier = (keyIdentifier: Uint8Array): Uint8Array =>
  extension(EXTENSION.subjectKeyIdentifier, der.octetString(keyIdentifier));

export const authorityKeyIdentifier = (keyIdentifier: Uint8Array): Uint8Array =>
  extension(EXTENSION.authorityKeyIdentifier, der.sequence(der.implicitPrimitive(0, keyIdentifier)));

/** subjectAltName (主体备用名称). Critical only where the subject is empty. */
export const subjectAltName = (names: readonly GeneralName[], { critical = false }: Criticality = {}): Uint8Array =>
  extension(EXTENSION.subjectAltName, der.sequence(...names.map(encodeGeneralName)), critical);

export interface NameConstraintsFields {
  /** Subtrees (RFC 5280 4.2.1.10); of `iPAddress` address and mask, 8 or 32 octets. */
  readonly permitted?: readonly GeneralName[];
  readonly excluded?: readonly GeneralName[];
}

/** nameConstraints (名称限制) of a CA. Critical. */
export const nameConstraints = (
  { permitted = [], excluded = [] }: NameConstraintsFields,
  { critical = true }: Criticality = {},
): Uint8Array => {
  const subtrees = (n: number, names: readonly GeneralName[]) =>
    names.length === 0 ? [] : [der.element(0xa0 | n, ...names.map((name) => der.sequence(encodeGeneralName(name))))];
  return extension(
    EXTENSION.nameConstraints,
    der.sequence(...subtrees(0, permitted), ...subtrees(1, excluded)),
    critical,
  );
};

/** certificatePolicies (证书策略), OIDs, without qualifiers. */
export const certificatePolicies = (policies: readonly string[], { critical = false }: Criticality = {}): Uint8Array =>
  extension(
    EXTENSION.certificatePolicies,
    der.sequence(...policies.map((policy) => der.sequence(der.oid(policy)))),
    critical,
  );

/** policyMappings (策略映射): pairs of the issuer's policy and the subject's that it counts as. Critical. */
export const policyMappings = (
  mappings: readonly (readonly [issuerDomain: string, subjectDomain: string])[],
  { critical = true }: Criticality = {},
): Uint8Array =>
  extension(
    EXTENSION.policyMappings,
    der.sequence(...mappings.map(([issuer, subject]) => der.sequence(der.oid(issuer), der.oid(subject)))),
    critical,
  );

export interface PolicyConstraintsFields {
  /** After so many more certificates a policy must be there. */
  readonly requireExplicitPolicy?: number;
  /** After so many more certificates no mapping counts. */
  readonly inhibitPolicyMapping?: number;
}

/** policyConstraints (策略限制). Critical. */
export const policyConstraints = (
  { requireExplicitPolicy, inhibitPolicyMapping }: PolicyConstraintsFields,
  { critical = true }: Criticality = {},
): Uint8Array => {
  const field = (n: number, value: number | undefined) => (value === undefined ? [] : [implicitInteger(n, value)]);
  return extension(
    EXTENSION.policyConstraints,
    der.sequence(...field(0, requireExplicitPolicy), ...field(1, inhibitPolicyMapping)),
    critical,
  );
};

/** inhibitAnyPolicy (禁止任意策略): after so many more certificates anyPolicy counts no longer. Critical. */
export const inhibitAnyPolicy = (skipCertificates: number, { critical = true }: Criticality = {}): Uint8Array =>
  extension(EXTENSION.inhibitAnyPolicy, der.integer(skipCertificates), critical);

/** cRLDistributionPoints (CRL 分发点): one point per address. */
export const crlDistributionPoints = (uris: readonly string[]): Uint8Array =>
  extension(
    EXTENSION.crlDistributionPoints,
    der.sequence(
      ...uris.map((uri) => der.sequence(der.element(0xa0, der.element(0xa0, encodeGeneralName(uriName(uri)))))),
    ),
  );

/** authorityInfoAccess (颁发机构信息访问): where OCSP is answered and where the issuer's certificate lies. */
export const authorityInfoAccess = ({
  ocsp = [],
  caIssuers = [],
}: {
  readonly ocsp?: readonly string[];
  readonly caIssuers?: readonly string[];
}): Uint8Array =>
  extension(
    EXTENSION.authorityInfoAccess,
    der.sequence(
      ...ocsp.map((uri) => der.sequence(der.oid(ACCESS.ocsp), encodeGeneralName(uriName(uri)))),
      ...caIssuers.map((uri) => der.sequence(der.oid(ACCESS.caIssuers), encodeGeneralName(uriName(uri)))),
    ),
  );

const uriName = (value: string): GeneralName => ({ form: 'uniformResourceIdentifier', value });

/** Content of an element, its header left off: what `[n] IMPLICIT` carries. */
const contentOf = (encoded: Uint8Array): Uint8Array =>
  encoded.subarray(encoded[1]! < 0x80 ? 2 : 2 + (encoded[1]! & 0x7f));

const implicitInteger = (n: number, value: number): Uint8Array =>
  der.implicitPrimitive(n, contentOf(der.integer(value)));

/** One GeneralName, DER. @throws GovError `invalid-argument` for a value that its form cannot hold */
export function encodeGeneralName(name: GeneralName): Uint8Array {
  switch (name.form) {
    case 'rfc822Name':
      return der.implicitPrimitive(1, contentOf(der.ia5String(name.value)));
    case 'dNSName':
      return der.implicitPrimitive(2, contentOf(der.ia5String(name.value)));
    case 'uniformResourceIdentifier':
      return der.implicitPrimitive(6, contentOf(der.ia5String(name.value)));
    case 'directoryName':
      return der.explicit(4, name.value.bytes);
    case 'iPAddress':
      return der.implicitPrimitive(7, name.value);
    case 'registeredID':
      return der.implicitPrimitive(8, contentOf(der.oid(name.value)));
    case 'otherName':
      return der.element(0xa0, der.oid(name.type), der.explicit(0, name.value));
    case 'x400Address':
    case 'ediPartyName':
      return name.value;
  }
}

/** How people write a name → its form: `DNS:gov.cn`, `email:a@gov.cn`, `URI:https://…`, `IP:10.0.0.1`, `dir:CN=…,C=CN`. */
export function parseGeneralName(text: string): GeneralName {
  const colon = text.indexOf(':');
  const value = text.slice(colon + 1);
  switch (text.slice(0, Math.max(colon, 0)).toLowerCase()) {
    case 'dns':
      return { form: 'dNSName', value };
    case 'email':
      return { form: 'rfc822Name', value };
    case 'uri':
      return { form: 'uniformResourceIdentifier', value };
    case 'dir':
      return { form: 'directoryName', value: parseName(value) };
    case 'ip':
      return { form: 'iPAddress', value: parseAddress(value) };
    default:
      throw new GovError('invalid-argument', `no name like DNS:gov.cn, email:, URI:, IP: or dir: in "${text}"`);
  }
}

function parseAddress(text: string): Uint8Array {
  const octets = text.split('.');
  if (octets.length === 4 && octets.every((octet) => /^(0|[1-9]\d{0,2})$/.test(octet) && Number(octet) < 256))
    return Uint8Array.from(octets, Number);
  const halves = text.split('::');
  const groups = (half: string) => (half === '' ? [] : half.split(':'));
  const [head, tail] = [groups(halves[0]!), groups(halves[1] ?? '')];
  const missing = 8 - head.length - tail.length;
  const all = [...head, ...new Array<string>(Math.max(missing, 0)).fill('0'), ...tail];
  if (
    halves.length > 2 ||
    (halves.length === 2 ? missing < 1 : missing !== 0) ||
    !all.every((g) => /^[0-9a-f]{1,4}$/i.test(g))
  )
    throw new GovError('invalid-argument', `"${text}" is no IP address`);
  return Uint8Array.from(all.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]));
}
