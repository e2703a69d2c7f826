/** Seals and seal signatures written by hand, so that they can be wrong in any one place. */
import { der, Tag } from '@gov/der';
import { type CertificateUse, parseName, readCertificate, USE_OIDS } from '@gov/pki';
import { generateSm2Key, sm2Signer } from '@gov/sm';
import type { Report } from '@gov/verdict';
import { type Holder, TIMES, type World } from '../../../test/world.js';

export const ascii = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0) & 0xff);
export const latin = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
export const concat = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));
export const flipped = (bytes: Uint8Array, at: number, mask = 1): Uint8Array => {
  const changed = bytes.slice();
  changed[at]! ^= mask;
  return changed;
};

export const SM2_SM3 = '1.2.156.10197.1.501';

/** DER of a signature value made here from r ‖ s. */
export function derOf(raw: Uint8Array): Uint8Array {
  return der.sequence(der.unsignedInteger(raw.subarray(0, 32)), der.unsignedInteger(raw.subarray(32)));
}

/** A short picture keeps the seal small: no check of a seal looks into it. */
export const TINY_PNG = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** A leaf with these extensions and no others: what the development CA would not issue. */
export async function leafWith(ca: Holder, ...extensions: readonly Uint8Array[]): Promise<Holder> {
  const signer = sm2Signer(generateSm2Key());
  const algorithm = der.sequence(der.oid(SM2_SM3));
  const tbs = der.sequence(
    der.explicit(0, der.integer(2)),
    der.integer(77),
    algorithm,
    ca.certificate.subject.bytes,
    der.sequence(der.x509Time(TIMES.certificatesFrom), der.x509Time(TIMES.certificatesTo)),
    parseName('CN=别处来的证书,C=CN').bytes,
    signer.publicKey,
    ...(extensions.length === 0 ? [] : [der.explicit(3, der.sequence(...extensions))]),
  );
  const signature = der.bitString(derOf(await ca.signer.sign(tbs)));
  return { certificate: readCertificate(der.sequence(tbs, algorithm, signature), 'strict'), signer };
}

/** keyUsage with these named bits alone. */
export const keyUsage = (...bits: readonly number[]): Uint8Array =>
  der.sequence(der.oid('2.5.29.15'), der.boolean(true), der.octetString(der.namedBits(bits)));

export const keyUsageFor = (use: CertificateUse): Uint8Array =>
  der.sequence(der.oid('2.5.29.37'), der.octetString(der.sequence(der.oid(USE_OIDS[use]))));

export interface SealParts {
  readonly maker: Holder;
  /** Elements of certList. */
  readonly signers: readonly Uint8Array[];
  readonly header?: string;
  readonly version?: number;
  readonly listType?: number;
  readonly createdAt?: Date;
  readonly validFrom?: Date;
  readonly validTo?: Date;
  readonly millimetres?: readonly [number, number];
  readonly picture?: Uint8Array;
  /** Elements of ExtensionDatas. */
  readonly extensions?: readonly Uint8Array[];
  readonly timeStamp?: TimeStamp;
  /** Form of the signature value. */
  readonly form?: (raw: Uint8Array) => Uint8Array;
  readonly algorithm?: string;
  /** More elements at the end of each level. */
  readonly more?: { readonly seal?: Uint8Array; readonly info?: Uint8Array; readonly property?: Uint8Array };
}

const NOTHING = new Uint8Array(0);

/** The octets, or what makes them of the signature value. */
type TimeStamp = Uint8Array | ((signature: Uint8Array) => Promise<Uint8Array>);

async function stamped(timeStamp: TimeStamp | undefined, signature: Uint8Array): Promise<Uint8Array> {
  if (timeStamp === undefined) return NOTHING;
  return der.explicit(0, der.bitString(timeStamp instanceof Uint8Array ? timeStamp : await timeStamp(signature)));
}

export async function buildSeal(parts: SealParts): Promise<Uint8Array> {
  const { maker, version = 4, more = {} } = parts;
  const [width, height] = parts.millimetres ?? [42, 42];
  const info = der.sequence(
    der.sequence(der.ia5String(parts.header ?? 'ES'), der.integer(version), der.ia5String('T')),
    der.ia5String('99010000000001'),
    der.sequence(
      der.integer(1),
      der.utf8String('某市行政审批局'),
      der.integer(parts.listType ?? 1),
      der.sequence(...parts.signers),
      der.generalizedTime(parts.createdAt ?? TIMES.sealMade),
      der.generalizedTime(parts.validFrom ?? TIMES.sealMade),
      der.generalizedTime(parts.validTo ?? TIMES.sealTo),
      more.property ?? NOTHING,
    ),
    der.sequence(
      der.ia5String('PNG'),
      der.octetString(parts.picture ?? TINY_PNG),
      der.integer(width),
      der.integer(height),
    ),
    parts.extensions === undefined ? NOTHING : der.sequence(...parts.extensions),
    more.info ?? NOTHING,
  );
  const signature = (parts.form ?? derOf)(await maker.signer.sign(info));
  return der.sequence(
    info,
    der.octetString(maker.certificate.bytes),
    der.oid(parts.algorithm ?? SM2_SM3),
    der.bitString(signature),
    await stamped(parts.timeStamp, signature),
    more.seal ?? NOTHING,
  );
}

export const certificates = (...holders: readonly Holder[]): Uint8Array[] =>
  holders.map(({ certificate }) => der.octetString(certificate.bytes));

export interface SignatureParts {
  readonly seal: Uint8Array;
  readonly signer: Holder;
  readonly dataHash: Uint8Array;
  readonly version?: number;
  readonly time?: Date;
  readonly extensions?: readonly Uint8Array[];
  readonly timeStamp?: TimeStamp;
  readonly form?: (raw: Uint8Array) => Uint8Array;
  readonly algorithm?: string;
  /** The certificate shown, where it is not the signer's. */
  readonly certificate?: Uint8Array;
  readonly more?: { readonly signature?: Uint8Array; readonly toSign?: Uint8Array };
}

export async function buildSignature(parts: SignatureParts): Promise<Uint8Array> {
  const { signer, more = {} } = parts;
  const toSign = der.sequence(
    der.integer(parts.version ?? 4),
    parts.seal,
    der.generalizedTime(parts.time ?? TIMES.signed),
    der.bitString(parts.dataHash),
    der.ia5String('x'),
    parts.extensions === undefined ? NOTHING : der.explicit(0, der.sequence(...parts.extensions)),
    more.toSign ?? NOTHING,
  );
  const signature = (parts.form ?? derOf)(await signer.signer.sign(toSign));
  return der.sequence(
    toSign,
    der.octetString(parts.certificate ?? signer.certificate.bytes),
    der.oid(parts.algorithm ?? SM2_SM3),
    der.bitString(signature),
    await stamped(parts.timeStamp, signature),
    more.signature ?? NOTHING,
  );
}

/** ExtData; `criticalFalse` writes out the default, as real seals do. */
export const extension = (flag: 'critical' | 'criticalFalse' | 'absent'): Uint8Array =>
  der.sequence(
    der.oid('1.2.3.4'),
    flag === 'absent' ? NOTHING : der.boolean(flag === 'critical'),
    der.octetString(Uint8Array.of(1)),
  );

/** GM/T 0031-2014. */
export async function buildV1Seal({ maker }: World): Promise<Uint8Array> {
  const info = der.sequence(
    der.sequence(der.ia5String('ES'), der.integer(1), der.ia5String('T')),
    der.ia5String('1'),
    der.sequence(
      der.integer(1),
      der.utf8String('名'),
      der.sequence(der.octetString(maker.certificate.bytes)),
      ...[1, 2, 3].map(() => der.element(Tag.utcTime, ascii('260201000000Z'))),
    ),
    der.sequence(der.ia5String('PNG'), der.octetString(TINY_PNG), der.integer(42), der.integer(42)),
  );
  const signInfo = der.sequence(
    der.octetString(maker.certificate.bytes),
    der.oid(SM2_SM3),
    der.bitString(derOf(await maker.signer.sign(info))),
  );
  return der.sequence(info, signInfo);
}

/** The code of what is thrown; anything but a coded error is named as such. */
export async function codeOf(act: () => unknown): Promise<string> {
  try {
    await act();
  } catch (error) {
    const { name, code } = error as { name?: string; code?: string };
    return name === 'GovError' && code !== undefined ? code : `not a GovError: ${error}`;
  }
  return 'nothing thrown';
}

/** Codes of the findings with this outcome, each once. */
export const codes = ({ findings }: Report, outcome: string): string[] => [
  ...new Set(findings.filter((finding) => finding.outcome === outcome).map(({ code }) => code)),
];

/** What a report says, short: verdict and the codes that are not passes, revocation apart. */
export const said = (report: Report): { verdict: string; codes: string[] } => ({
  verdict: report.verdict,
  codes: [
    ...new Set(
      report.findings
        .filter(({ outcome, code }) => outcome !== 'pass' && code !== 'revocation-not-checked')
        .map(({ code, outcome }) => `${outcome} ${code}`),
    ),
  ].sort(),
});
