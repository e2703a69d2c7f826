/** CMS put together by these tests, for tools that can sign or encrypt and know no container for it. */
import type { Bytes } from '../peer.js';
import { read } from './structure.js';

export function tlv(tag: number, ...parts: readonly Bytes[]): Bytes {
  const content = Buffer.concat(parts);
  const { length } = content;
  const head = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Uint8Array.from([tag, ...head, ...content]);
}

const oid = (hex: string): Bytes => tlv(0x06, Buffer.from(hex, 'hex'));
const NULL = Uint8Array.of(5, 0);
const integer = (value: number): Bytes => tlv(0x02, Uint8Array.of(value));
const attribute = (type: Bytes, value: Bytes): Bytes => tlv(0x30, type, tlv(0x31, value));

export const OIDS = {
  data: oid('2a864886f70d010701'),
  signedData: oid('2a864886f70d010702'),
  tstInfo: oid('2a864886f70d0109100104'),
  contentType: oid('2a864886f70d010903'),
  messageDigest: oid('2a864886f70d010904'),
  signingTime: oid('2a864886f70d010905'),
  signingCertificateV2: oid('2a864886f70d010910022f'),
  /** 1.2.156.10197.1.401, .301.1, .301.3, .104.2 */
  sm3: oid('2a811ccf55018311'),
  sm2Signature: oid('2a811ccf5501822d01'),
  sm2Encryption: oid('2a811ccf5501822d03'),
  sm4Cbc: oid('2a811ccf55016802'),
  sha512: oid('608648016503040203'),
  ed25519: oid('2b6570'),
  /** GB/T 35275: 1.2.156.10197.6.1.4.2.1, .3 */
  gmData: oid('2a811ccf550601040201'),
  gmEnvelopedData: oid('2a811ccf550601040203'),
} as const;

export interface AssembledSigner {
  readonly certificate: Bytes;
  readonly digestAlgorithm: Bytes;
  readonly signatureAlgorithm: Bytes;
  readonly digest: (bytes: Bytes) => Bytes;
  readonly sign: (bytes: Bytes) => Bytes;
}

/** ContentInfo with SignedData (RFC 5652 5), signed attributes included. */
export function assembleSignedData(
  content: Bytes,
  signers: readonly AssembledSigner[],
  options: { readonly attached: boolean; readonly type?: Bytes; readonly time?: string },
): Bytes {
  const type = options.type ?? OIDS.data;
  const infos = signers.map((signer) => {
    const certId = tlv(
      0x30,
      tlv(0x30, tlv(0x30, signer.digestAlgorithm), tlv(0x04, signer.digest(signer.certificate))),
    );
    const attributes = [
      attribute(OIDS.contentType, type),
      attribute(OIDS.messageDigest, tlv(0x04, signer.digest(content))),
      ...(options.time === undefined ? [] : [attribute(OIDS.signingTime, tlv(0x17, Buffer.from(options.time)))]),
      ...(type === OIDS.data ? [] : [attribute(OIDS.signingCertificateV2, tlv(0x30, certId))]),
    ].sort(Buffer.compare);
    const sid = tlv(0x30, read.issuer(signer.certificate), read.serial(signer.certificate));
    return tlv(
      0x30,
      integer(1),
      sid,
      tlv(0x30, signer.digestAlgorithm),
      tlv(0xa0, ...attributes),
      tlv(0x30, signer.signatureAlgorithm),
      tlv(0x04, signer.sign(tlv(0x31, ...attributes))),
    );
  });
  const body = tlv(
    0x30,
    integer(type === OIDS.data ? 1 : 3),
    tlv(0x31, tlv(0x30, signers[0]!.digestAlgorithm)),
    tlv(0x30, type, ...(options.attached ? [tlv(0xa0, tlv(0x04, content))] : [])),
    tlv(0xa0, ...signers.map(({ certificate }) => certificate)),
    tlv(0x31, ...infos.sort(Buffer.compare)),
  );
  return tlv(0x30, OIDS.signedData, tlv(0xa0, body));
}

/** ContentInfo with EnvelopedData of GB/T 35275: the key by SM2, the content by SM4 in CBC. */
export function assembleSm2Envelope(
  recipient: Bytes,
  parts: { readonly encryptedKey: Bytes; readonly iv: Bytes; readonly ciphertext: Bytes },
): Bytes {
  const info = tlv(
    0x30,
    integer(0),
    tlv(0x30, read.issuer(recipient), read.serial(recipient)),
    tlv(0x30, OIDS.sm2Encryption, NULL),
    tlv(0x04, parts.encryptedKey),
  );
  const content = tlv(0x30, OIDS.gmData, tlv(0x30, OIDS.sm4Cbc, tlv(0x04, parts.iv)), tlv(0x80, parts.ciphertext));
  return tlv(0x30, OIDS.gmEnvelopedData, tlv(0xa0, tlv(0x30, integer(1), tlv(0x31, info), content)));
}

/** Base 128, most significant first; arcs of any size, which not every library can write. */
export function oidOf(dotted: string): Bytes {
  const [first = 0n, second = 0n, ...rest] = dotted.split('.').map(BigInt);
  const octets = [first * 40n + second, ...rest].flatMap((arc) => {
    const groups = [Number(arc & 127n)];
    for (let left = arc >> 7n; left > 0n; left >>= 7n) groups.unshift(Number(left & 127n) | 128);
    return groups;
  });
  return tlv(0x06, Uint8Array.from(octets));
}

/** The private arc of `@gov/pki` for the use `signer`: authority without a trust list. */
export const SIGNER_USE = '1.2.840.113556.1.8000.2554.36039.5413.46316.17807.40248.2230493.12521664.1.2';
