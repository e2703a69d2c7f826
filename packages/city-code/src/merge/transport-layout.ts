/**
 * The octets of the transport QR (交通一卡通二维码, JT/T 1179): 332 and what the issuer adds. docs/formats/city-code.md says what
 * of it is sure.
 */
import { bytesToHex } from '@gov/sm';

/** Octets before the issuer's own field, and all of them without it. */
const HEAD = 198;
const FIXED = 332;

/** Octets of a certificate of an issuer of cards (发卡机构公钥证书). */
const CERTIFICATE = 117;

/** What stands before each of both signatures. */
const SIGNATURE_TAG = 0x15;

export const TRANSPORT_CODE_LIMITS = {
  /** Octets: with 255 of the issuer's own. */
  octets: FIXED + 255,
} as const;

export interface TransportCertificate {
  /** Which key of the centre signed it (根 CA 公钥索引). */
  readonly rootIndex: number;
  /** 8 digits, the same as in the code (发卡机构标识). */
  readonly issuer: string;
  /** The last month in which it is good, `YYYY-MM`. */
  readonly lastMonth: string;
  /** 33 octets, compressed SM2 point. */
  readonly publicKey: Uint8Array;
  /** What the centre signed, and its signature, r ‖ s. */
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
}

export interface TransportCode {
  readonly certificate: TransportCertificate;
  /** 支付账户号, 16 octets, as the platform writes them. */
  readonly payAccount: Uint8Array;
  /** 卡账户号, 20 digits. */
  readonly cardAccount: string;
  /** 发卡机构号, 8 digits. */
  readonly issuer: string;
  /** 发码平台编号, 8 digits. */
  readonly platform: string;
  /** 卡账户类型. */
  readonly accountType: number;
  /** 单次消费金额上限, of one ride, fen. */
  readonly limit: number;
  /** 支付账户用户公钥, 33 octets, compressed SM2 point. */
  readonly userKey: Uint8Array;
  /** 支付账户系统授权过期时间. */
  readonly authorizedUntil: Date;
  /** 二维码有效时间. */
  readonly validitySeconds: number;
  /** 发卡机构自定义域, up to 255 octets. */
  readonly custom: Uint8Array;
  /** What the issuer signed: from the certificate to its own field. */
  readonly issuerSigned: Uint8Array;
  readonly issuerSignature: Uint8Array;
  /** 二维码生成时间. */
  readonly generated: Date;
  /** What the user's key signed: all before the tag of its signature. */
  readonly userSigned: Uint8Array;
  readonly userSignature: Uint8Array;
}

/** The fields of a code; undefined for octets that are none. Signatures are not looked at. */
export function readTransportCode(bytes: Uint8Array): TransportCode | undefined {
  const custom = bytes[HEAD - 1] ?? 0;
  if (bytes.length !== FIXED + custom) return undefined;
  // The caller's own may change while signatures are verified.
  const octets = Uint8Array.from(bytes);
  const view = new DataView(octets.buffer);
  const end = HEAD + custom;
  const certificate = readCertificate(octets.subarray(3, 3 + CERTIFICATE));
  const isOne =
    octets[0]! === 0x81 &&
    view.getUint16(1) === octets.length - 3 &&
    octets[end] === SIGNATURE_TAG &&
    octets[end + 69] === SIGNATURE_TAG &&
    certificate !== undefined;
  const cardAccount = bytesToHex(octets.subarray(136, 146));
  const issuer = bytesToHex(octets.subarray(146, 150));
  const platform = bytesToHex(octets.subarray(150, 154));
  if (!isOne || ![cardAccount, issuer, platform].every((text) => /^\d+$/.test(text))) return undefined;
  return {
    certificate,
    payAccount: octets.subarray(120, 136),
    cardAccount,
    issuer,
    platform,
    accountType: octets[154]!,
    limit: view.getUint32(154) & 0xffffff,
    userKey: octets.subarray(158, 191),
    authorizedUntil: new Date(view.getUint32(191) * 1000),
    validitySeconds: view.getUint16(195),
    custom: octets.subarray(HEAD, end),
    issuerSigned: octets.subarray(3, end),
    issuerSignature: octets.subarray(end + 1, end + 65),
    generated: new Date(view.getUint32(end + 65) * 1000),
    userSigned: octets.subarray(0, end + 69),
    userSignature: octets.subarray(end + 70),
  };
}

/** Record head 24, format 12, SM2 for both keys: the forms that there are. Months and years are two digits each. */
function readCertificate(octets: Uint8Array): TransportCertificate | undefined {
  const issuer = bytesToHex(octets.subarray(7, 11));
  const expiry = bytesToHex(octets.subarray(11, 13));
  const isOne =
    octets[0] === 0x24 &&
    octets[6] === 0x12 &&
    bytesToHex(octets.subarray(16, 20)) === '04040021' &&
    /^\d{8}$/.test(issuer) &&
    /^(0[1-9]|1[0-2])\d\d$/.test(expiry);
  if (!isOne) return undefined;
  return {
    rootIndex: octets[5]!,
    issuer,
    lastMonth: `20${expiry.slice(2)}-${expiry.slice(0, 2)}`,
    publicKey: octets.subarray(20, 53),
    signed: octets.subarray(6, 53),
    signature: octets.subarray(53),
  };
}
