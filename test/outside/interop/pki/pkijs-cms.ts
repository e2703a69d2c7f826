/** CMS, timestamps and key files by pkijs. */
import { createHash } from 'node:crypto';
import * as asn1js from 'asn1js';
import * as pkijs from 'pkijs';
import type { Bytes } from '../peer.js';
import { equal } from '../peer.js';
import { tlv } from './assemble.js';
import { CONTENT, type Exhibits, NAMES, PASSWORD } from './exhibits.js';
import type { Refusal, Skill } from './matrix.js';
import { buffer, certificateOf, type Holder, octets, type PkijsPki } from './pkijs-certificates.js';

const sha256 = (bytes: Bytes): Bytes => new Uint8Array(createHash('sha256').update(bytes).digest());
const attribute = (type: string, value: asn1js.AsnType): pkijs.Attribute =>
  new pkijs.Attribute({ type, values: [value] });
const raw = (bytes: Bytes): asn1js.AsnType => asn1js.fromBER(buffer(bytes)).result;

async function sign(holders: readonly Holder[], type: string, content: Bytes, attached: boolean): Promise<Bytes> {
  const timestamp = type !== pkijs.ContentInfo.DATA;
  const data = new pkijs.SignedData({
    version: timestamp ? 3 : 1,
    encapContentInfo: new pkijs.EncapsulatedContentInfo({
      eContentType: type,
      ...(attached ? { eContent: new asn1js.OctetString({ valueHex: buffer(content) }) } : {}),
    }),
    certificates: holders.map(({ certificate }) => certificate),
    signerInfos: holders.map(({ certificate }) => {
      const certId = tlv(0x30, tlv(0x30, tlv(0x30, tlv(0x04, sha256(octets(certificate))))));
      return new pkijs.SignerInfo({
        version: 1,
        sid: new pkijs.IssuerAndSerialNumber({ issuer: certificate.issuer, serialNumber: certificate.serialNumber }),
        signedAttrs: new pkijs.SignedAndUnsignedAttributes({
          type: 0,
          attributes: [
            attribute('1.2.840.113549.1.9.3', new asn1js.ObjectIdentifier({ value: type })),
            attribute('1.2.840.113549.1.9.5', new asn1js.UTCTime({ valueDate: new Date() })),
            attribute('1.2.840.113549.1.9.4', new asn1js.OctetString({ valueHex: buffer(sha256(content)) })),
            ...(timestamp ? [attribute('1.2.840.113549.1.9.16.2.47', raw(certId))] : []),
          ],
        }),
      });
    }),
  });
  for (const [i, { key }] of holders.entries())
    await data.sign(key, i, 'SHA-256', attached ? undefined : buffer(content));
  return octets(new pkijs.ContentInfo({ contentType: pkijs.ContentInfo.SIGNED_DATA, content: data.toSchema(true) }));
}

async function verified(cms: Bytes, root: Bytes, content: Bytes, attached: boolean): Promise<Refusal> {
  const info = pkijs.ContentInfo.fromBER(buffer(cms));
  const data = new pkijs.SignedData({ schema: info.content });
  for (const signer of data.signerInfos.keys()) {
    const { signatureVerified, signerCertificateVerified, message } = await data.verify({
      signer,
      checkChain: true,
      trustedCerts: [certificateOf(root)],
      extendedMode: true,
      ...(attached ? {} : { data: buffer(content) }),
    });
    if (signatureVerified !== true || signerCertificateVerified !== true) return message || 'refused';
  }
  if (!attached) return data.encapContentInfo.eContent === undefined ? undefined : 'content in it';
  const inside = data.encapContentInfo.eContent?.getValue();
  return inside !== undefined && equal(new Uint8Array(inside), content) ? undefined : 'another content';
}

export const signedData = (
  pki: PkijsPki,
  { attached, signers }: { readonly attached: boolean; readonly signers: number },
): Skill<Exhibits['CMS SignedData, attached']> => ({
  make: {
    async run() {
      const names = Array.from({ length: signers }, (_, i) => `${NAMES.leaf} ${i + 1}`);
      const holders = await Promise.all(names.map((name) => pki.leaf(name)));
      return {
        ...(await pki.roots()),
        cms: await sign(holders, pkijs.ContentInfo.DATA, CONTENT, attached),
        content: CONTENT,
        signers,
      };
    },
  },
  take: {
    async run({ cms, root, content, signers }) {
      const data = new pkijs.SignedData({ schema: pkijs.ContentInfo.fromBER(buffer(cms)).content });
      if (data.signerInfos.length !== signers) return `${data.signerInfos.length} signers`;
      return verified(cms, root, content, attached);
    },
  },
});

/** Without it any certificate at all will do; its types for timestamps do not list it. */
const withChain = <T extends object>(options: T): T => ({ ...options, checkChain: true });

const IMPRINT = new pkijs.AlgorithmIdentifier({
  algorithmId: '2.16.840.1.101.3.4.2.1',
  algorithmParams: new asn1js.Null(),
});

/** RFC 3161 with SHA-256; SM3 it cannot compute. */
export const timestampRequest = (): Skill<Exhibits['timestamp request, SHA-256']> => ({
  make: {
    run() {
      const hashedMessage = new asn1js.OctetString({ valueHex: buffer(sha256(CONTENT)) });
      const messageImprint = new pkijs.MessageImprint({ hashAlgorithm: IMPRINT, hashedMessage });
      const nonce = new asn1js.Integer({ value: 0x1234567 });
      return {
        request: octets(new pkijs.TimeStampReq({ version: 1, messageImprint, nonce, certReq: true })),
        data: CONTENT,
      };
    },
  },
  take: {
    run({ request, data }) {
      const { messageImprint } = pkijs.TimeStampReq.fromBER(buffer(request));
      if (messageImprint.hashAlgorithm.algorithmId !== IMPRINT.algorithmId) return 'another hash';
      return equal(messageImprint.hashedMessage.valueBlock.valueHexView, sha256(data)) ? undefined : 'another imprint';
    },
  },
});

export const timestampToken = (pki: PkijsPki): Skill<Exhibits['timestamp token, SHA-256']> => ({
  make: {
    async run() {
      const hashedMessage = new asn1js.OctetString({ valueHex: buffer(sha256(CONTENT)) });
      const info = new pkijs.TSTInfo({
        version: 1,
        policy: '1.2.3.4.1',
        messageImprint: new pkijs.MessageImprint({ hashAlgorithm: IMPRINT, hashedMessage }),
        serialNumber: new asn1js.Integer({ value: 7 }),
        genTime: new Date(Math.floor(Date.now() / 1000) * 1000),
      });
      const authority = await pki.leaf('Interop authority', 'timestamp');
      const token = await sign([authority], pkijs.id_eContentType_TSTInfo, octets(info), true);
      return { ...(await pki.roots()), token, data: CONTENT };
    },
  },
  take: {
    async run({ token, data, root }) {
      const response = new pkijs.TimeStampResp({
        status: new pkijs.PKIStatusInfo({ status: 0 }),
        timeStampToken: pkijs.ContentInfo.fromBER(buffer(token)),
      });
      const ok = await response.verify(
        withChain({ signer: 0, trustedCerts: [certificateOf(root)], data: buffer(data) }),
      );
      return ok ? undefined : 'refused';
    },
  },
});

const ENCRYPTION = {
  // Its types want the iv, which it makes itself.
  contentEncryptionAlgorithm: { name: 'AES-CBC', length: 256 } as pkijs.ContentEncryptionAlgorithm,
  hmacHashAlgorithm: 'SHA-256',
  iterationCount: 2048,
};
const password = (text: string): ArrayBuffer => buffer(new TextEncoder().encode(text));

async function keyOf(pki: PkijsPki): Promise<{ readonly info: pkijs.PrivateKeyInfo; readonly publicKey: Bytes }> {
  const { privateKey, publicKey } = await pki.keyOf(NAMES.leaf);
  return {
    info: pkijs.PrivateKeyInfo.fromBER(await crypto.subtle.exportKey('pkcs8', privateKey)),
    publicKey: new Uint8Array(await crypto.subtle.exportKey('spki', publicKey)),
  };
}

/** Whether a private key belongs to a public one: a signature by the one, verified by the other. */
async function fits(pki: PkijsPki, pkcs8: Bytes, spki: Bytes): Promise<boolean> {
  const how = { name: pki.algorithm === 'RSA' ? 'RSASSA-PKCS1-v1_5' : 'ECDSA', hash: 'SHA-256', namedCurve: 'P-256' };
  const [key, publicKey] = await Promise.all([
    crypto.subtle.importKey('pkcs8', buffer(pkcs8), how, false, ['sign']),
    crypto.subtle.importKey('spki', buffer(spki), how, false, ['verify']),
  ]);
  return crypto.subtle.verify(
    how,
    publicKey,
    await crypto.subtle.sign(how, key, CONTENT as BufferSource),
    CONTENT as BufferSource,
  );
}

export const pkcs12 = (pki: PkijsPki): Skill<Exhibits['PKCS#12, AES-256']> => ({
  make: {
    async run() {
      const { certificate } = await pki.leaf();
      const { info, publicKey } = await keyOf(pki);
      const key = new pkijs.PKCS8ShroudedKeyBag({ parsedValue: info });
      await key.makeInternalValues({ ...ENCRYPTION, password: password(PASSWORD) });
      const certBag = new pkijs.CertBag({ parsedValue: certificate });
      const bag = (bagId: string, bagValue: pkijs.PKCS8ShroudedKeyBag | pkijs.CertBag) =>
        new pkijs.SafeContents({ safeBags: [new pkijs.SafeBag({ bagId, bagValue })] });
      const safe = new pkijs.AuthenticatedSafe({
        parsedValue: {
          safeContents: [
            { privacyMode: 0, value: bag('1.2.840.113549.1.12.10.1.2', key) },
            { privacyMode: 1, value: bag('1.2.840.113549.1.12.10.1.3', certBag) },
          ],
        },
      });
      await safe.makeInternalValues({ safeContents: [{}, { ...ENCRYPTION, password: password(PASSWORD) }] });
      const file = new pkijs.PFX({ parsedValue: { integrityMode: 0, authenticatedSafe: safe } });
      const mac = {
        password: password(PASSWORD),
        iterations: 2048,
        pbkdf2HashAlgorithm: { name: 'SHA-256' },
        hmacHashAlgorithm: 'SHA-256',
      };
      await file.makeInternalValues(mac);
      return { file: octets(file), password: PASSWORD, publicKey, certificate: octets(certificate) };
    },
  },
  take: {
    async run({ file, password: secret, publicKey, certificate }) {
      const pfx = pkijs.PFX.fromBER(buffer(file));
      await pfx.parseInternalValues({ password: password(secret), checkIntegrity: true });
      const safe = pfx.parsedValue?.authenticatedSafe;
      if (safe === undefined) return 'nothing in it';
      await safe.parseInternalValues({ safeContents: safe.safeContents.map(() => ({ password: password(secret) })) });
      const contents = safe.parsedValue.safeContents as readonly { readonly value: pkijs.SafeContents }[];
      const bags = contents.flatMap(({ value }) => value.safeBags.map(({ bagValue }) => bagValue));
      const certificates = bags.flatMap((one) =>
        one instanceof pkijs.CertBag ? [octets(one.parsedValue as pkijs.Certificate)] : [],
      );
      const shrouded = bags.find((one) => one instanceof pkijs.PKCS8ShroudedKeyBag);
      if (shrouded === undefined) return 'no key';
      const opened = await openShrouded(shrouded, secret);
      if (!(await fits(pki, opened, publicKey))) return 'another key';
      return certificates.some((one) => equal(one, certificate)) ? undefined : 'another certificate';
    },
  },
});

/** Its own opening of the bag is `protected`; this is what it does. */
async function openShrouded(bag: pkijs.PKCS8ShroudedKeyBag, secret: string): Promise<Bytes> {
  const data = new pkijs.EncryptedData({
    encryptedContentInfo: new pkijs.EncryptedContentInfo({
      contentEncryptionAlgorithm: bag.encryptionAlgorithm,
      encryptedContent: bag.encryptedData,
    }),
  });
  return new Uint8Array(await data.decrypt({ password: password(secret) }));
}

export const pkcs8 = (pki: PkijsPki): Skill<Exhibits['encrypted PKCS#8, AES-256']> => ({
  make: {
    async run() {
      const { info, publicKey } = await keyOf(pki);
      const bag = new pkijs.PKCS8ShroudedKeyBag({ parsedValue: info });
      await bag.makeInternalValues({ ...ENCRYPTION, password: password(PASSWORD) });
      return { file: octets(bag), password: PASSWORD, publicKey };
    },
  },
  take: {
    async run({ file, password: secret, publicKey }) {
      const bag = pkijs.PKCS8ShroudedKeyBag.fromBER(buffer(file));
      return (await fits(pki, await openShrouded(bag, secret), publicKey)) ? undefined : 'another key';
    },
  },
});
