/**
 * The small world that tests share: a root, a seal maker, a signer, an issuer of licences, all of one made-up city, and
 * a seal. Keys are new in every run; dates are fixed.
 */
import { makeSeal, type Seal, type SealOptions } from '@gov/e-seal';
import { type Certificate, type CertificateUse, TrustStore } from '@gov/pki';
import { issueLeaf, issueRoot } from '@gov/pki/dev-ca';
import { generateSm2Key, type Signer, sm2Signer } from '@gov/sm';
import { encode } from 'fast-png';

export const AUTHORITY = '某市行政审批局';
/** Passes the check of GB 32100; nobody's. */
export const AUTHORITY_CODE = '11990100MB0000019L';

export interface Holder {
  readonly certificate: Certificate;
  readonly signer: Signer;
}

export interface World {
  readonly root: Holder;
  readonly maker: Holder;
  readonly signer: Holder;
  readonly issuer: Holder;
  readonly seal: Seal;
  /** Believes the root, and knows the issuer of QR codes. */
  readonly trust: TrustStore;
}

/** Certificates run from 2026-01-01 to 2035-12-31, the seal from 2026-02-01 to 2031-01-31. */
export const TIMES = {
  certificatesFrom: new Date('2026-01-01T00:00:00Z'),
  certificatesTo: new Date('2035-12-31T23:59:59Z'),
  sealMade: new Date('2026-02-01T00:00:00Z'),
  sealTo: new Date('2031-01-31T23:59:59Z'),
  signed: new Date('2026-05-20T02:00:00Z'),
  verified: new Date('2026-11-22T04:00:00Z'),
} as const;

export async function makeRoot(subject = 'CN=某省电子政务根,O=某省,C=CN'): Promise<Holder> {
  const signer = sm2Signer(generateSm2Key());
  const certificate = await issueRoot({
    subject,
    signer,
    notBefore: TIMES.certificatesFrom,
    notAfter: TIMES.certificatesTo,
  });
  return { certificate, signer };
}

export async function makeLeaf(
  ca: Holder,
  use: CertificateUse,
  options: { readonly subject?: string; readonly notBefore?: Date; readonly notAfter?: Date } = {},
): Promise<Holder> {
  const key = generateSm2Key();
  const certificate = await issueLeaf({
    ca,
    use,
    subject: options.subject ?? `CN=${use},O=${AUTHORITY_CODE}${AUTHORITY},C=CN`,
    publicKey: key.publicKey.toSpki(),
    notBefore: options.notBefore ?? TIMES.certificatesFrom,
    notAfter: options.notAfter ?? TIMES.certificatesTo,
  });
  return { certificate, signer: sm2Signer(key) };
}

/** A red ring on a transparent ground, 24 × 24 pixels. */
export const SEAL_PNG: Uint8Array = ring(24);

function ring(size: number): Uint8Array {
  const data = new Uint8Array(size * size * 4);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const radius = Math.hypot(x - size / 2 + 0.5, y - size / 2 + 0.5);
      if (radius < size / 2 && radius > size / 2 - 3) data.set([0xd6, 0, 0x0f, 0xff], (y * size + x) * 4);
    }
  }
  return new Uint8Array(encode({ width: size, height: size, data, channels: 4 }));
}

export function sealOptions(maker: Holder, signers: readonly Holder[]): SealOptions {
  return {
    id: '99010000000001',
    name: AUTHORITY,
    picture: { type: 'png', data: SEAL_PNG, widthMm: 42, heightMm: 42 },
    signers: signers.map(({ certificate }) => certificate),
    createdAt: TIMES.sealMade,
    validFrom: TIMES.sealMade,
    validTo: TIMES.sealTo,
    maker,
  };
}

export async function makeWorld(): Promise<World> {
  const root = await makeRoot();
  const maker = await makeLeaf(root, 'seal-maker', { subject: 'CN=某省印章制作中心,O=某省印章制作中心,C=CN' });
  const signer = await makeLeaf(root, 'signer');
  const issuer = await makeLeaf(root, 'license-issuer');
  const seal = await makeSeal(sealOptions(maker, [signer]));
  const trust = new TrustStore({ anchors: [root.certificate], certificates: [issuer.certificate] });
  return { root, maker, signer, issuer, seal, trust };
}
