/** Where things stand in DER, found by these tests themselves: neither we nor a peer may be asked what we judge them by. */
import type { Bytes } from '../peer.js';

export interface Node {
  readonly tag: number;
  /** The whole, header included. */
  readonly raw: Bytes;
  readonly content: Bytes;
  /** Offset of the octet behind it, from the start of the file. */
  readonly end: number;
  readonly children: readonly Node[];
}

/** DER with definite lengths; a constructed element has children, also where its tag is implicit. */
export function parse(bytes: Bytes, at = 0): Node {
  const tag = bytes[at]!;
  let head = at + 2;
  let length = bytes[at + 1]!;
  if (length > 0x80) {
    const octets = length & 0x7f;
    length = 0;
    for (let i = 0; i < octets; i++) length = length * 256 + bytes[head++]!;
  }
  const end = head + length;
  if (end > bytes.length || Number.isNaN(end)) throw new Error('not DER');
  const children: Node[] = [];
  if ((tag & 0x20) !== 0)
    for (let next = head; next < end; ) {
      const child = parse(bytes, next);
      children.push(child);
      next = child.end;
    }
  return { tag, raw: bytes.slice(at, end), content: bytes.slice(head, end), end, children };
}

const child = (node: Node | undefined, ...path: readonly number[]): Node => {
  const found = path.reduce<Node | undefined>((one, index) => one?.children.at(index), node);
  if (found === undefined) throw new Error('not where it should be');
  return found;
};

/** SEQUENCE { tbs, AlgorithmIdentifier, BIT STRING }. */
export interface Signed {
  readonly tbs: Bytes;
  readonly signature: Bytes;
}

const signedIn = (node: Node): Signed => ({ tbs: child(node, 0).raw, signature: child(node, 2).content.subarray(1) });

export interface SignerInfo {
  /** DER of the SET OF that is signed; undefined where the content itself is. */
  readonly attributes: Bytes | undefined;
  readonly messageDigest: Bytes | undefined;
  readonly serial: Bytes | undefined;
  readonly signature: Bytes;
}

export interface SignedData {
  readonly content: Bytes | undefined;
  readonly certificates: readonly Bytes[];
  readonly signers: readonly SignerInfo[];
}

const MESSAGE_DIGEST = Buffer.from('06092a864886f70d010904', 'hex');

function signedData(cms: Bytes): SignedData {
  const body = child(parse(cms), 1, 0);
  const certificates = body.children.find(({ tag }) => tag === 0xa0)?.children ?? [];
  const octets = child(body, 2).children[1]?.children[0];
  return {
    content: octets?.tag === 0x24 ? Buffer.concat(octets.children.map((part) => part.content)) : octets?.content,
    certificates: certificates.map(({ raw }) => raw),
    signers: child(body, -1).children.map((info) => {
      const attributes = info.children.find(({ tag }) => tag === 0xa0);
      const digest = attributes?.children.find(({ content }) => Buffer.from(content).indexOf(MESSAGE_DIGEST) === 0);
      const sid = child(info, 1);
      return {
        attributes: attributes && Uint8Array.from([0x31, ...attributes.raw.subarray(1)]),
        messageDigest: digest && child(digest, 1, 0).content,
        serial: sid.tag === 0x30 ? child(sid, 1).raw : undefined,
        signature: signatureOf(info).content,
      };
    }),
  };
}

/** The OCTET STRING behind the signature algorithm. */
const signatureOf = (info: Node): Node => info.children.find(({ tag }) => tag === 0x04) ?? child(info, -1);

const tbs = (certificate: Bytes): readonly Node[] => child(parse(certificate), 0).children;
const serialOf = (certificate: Bytes): Node => tbs(certificate).find(({ tag }) => tag === 0x02)!;

/** Counted from the serial number, before which a version may stand. */
const part = (certificate: Bytes, behind: number): Bytes => {
  const nodes = tbs(certificate);
  return nodes[nodes.findIndex(({ tag }) => tag === 0x02) + behind]!.raw;
};

/** BasicOCSPResponse and where it starts in the response. */
function basicResponse(response: Bytes): { readonly node: Node; readonly start: number } {
  const octets = child(parse(response), 1, 0, 1);
  return { node: parse(octets.content), start: octets.end - octets.content.length };
}

/** Where the first GeneralizedTime says YYYYMMDDHHMMSS. */
function firstTime(bytes: Bytes): number {
  const text = Buffer.from(bytes).toString('latin1');
  for (const { index } of text.matchAll(/20\d{12}/g)) if (bytes[index - 2] === 0x18) return index;
  throw new Error('no time');
}

export const read = {
  signed: (bytes: Bytes): Signed => signedIn(parse(bytes)),
  signedData,
  /** INTEGER, header included. */
  serial: (certificate: Bytes): Bytes => serialOf(certificate).raw,
  serialEnd: (certificate: Bytes): number => serialOf(certificate).end,
  /** Behind version and serial: signature, issuer, validity, subject, SubjectPublicKeyInfo. */
  issuer: (certificate: Bytes): Bytes => part(certificate, 2),
  subject: (certificate: Bytes): Bytes => part(certificate, 4),
  publicKey: (certificate: Bytes): Bytes => part(certificate, 5),
  csrPublicKey: (csr: Bytes): Bytes => child(parse(csr), 0, 2).raw,
  lastSignatureEnd: (cms: Bytes): number => signatureOf(child(parse(cms), 1, 0, -1, -1)).end,
  firstTime,
  ocspSignatureEnd(response: Bytes): number {
    const { node, start } = basicResponse(response);
    return start + child(node, 2).end;
  },
  ocsp(response: Bytes): Signed & { readonly certificates: readonly Bytes[] } {
    const { node } = basicResponse(response);
    return { ...signedIn(node), certificates: node.children[3]?.children[0]?.children.map(({ raw }) => raw) ?? [] };
  },
  /** TimeStampToken out of a TimeStampResp. */
  token: (response: Bytes): Bytes => child(parse(response), 1).raw,
  /** Of a ContentInfo with EnvelopedData: the first recipient's encrypted key, the iv, the ciphertext. */
  envelopedData(cms: Bytes): { readonly encryptedKey: Bytes; readonly iv: Bytes; readonly ciphertext: Bytes } {
    const body = child(parse(cms), 1, 0);
    const recipients = body.children.find(({ tag }) => tag === 0x31);
    const content = body.children[body.children.indexOf(recipients!) + 1]!;
    const hidden = child(content, 2);
    return {
      encryptedKey: child(recipients, 0, 3).content,
      iv: child(content, 1, 1).content,
      ciphertext: hidden.tag === 0xa0 ? Buffer.concat(hidden.children.map((one) => one.content)) : hidden.content,
    };
  },
};
