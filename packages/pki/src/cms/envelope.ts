/** Encrypting to certificates and decrypting (数字信封的制作与打开). */
import { contextPrimitive, der } from '@gov/der';
import { type Decrypter, readSm2PublicKey, sm4Decrypt, sm4Encrypt } from '@gov/sm';
import { sm2Encrypt } from '@gov/sm/sm2-encryption';
import { GovError, isGovError } from '@gov/verdict';
import type { Certificate } from '../certificate.js';
import { type CmsForm, CONTENT_TYPE } from './algorithm.js';
import { joined } from './content.js';
import {
  AUTH_ENVELOPED_DATA,
  CIPHER_OID,
  type CmsCipher,
  type EnvelopedData,
  type RecipientInfo,
  readEnvelopedData,
  SM2_ENCRYPT,
} from './enveloped-data.js';
import { CMS_LIMITS } from './limits.js';
import { identifies, type ReadCmsOptions } from './signed-data.js';

export interface EncryptCmsOptions {
  /** Certificates of SM2 keys; each holder of one can open the envelope. */
  readonly recipients: readonly Certificate[];
  /** The default is `sm4-cbc`, which is what GB/T 35275 programs open. */
  readonly cipher?: CmsCipher;
  /** The default is `gm`; with `sm4-gcm` it is `rfc5652`, since GB/T 35275 has no authenticated envelope. */
  readonly form?: CmsForm;
  /** Of the content, OID; the default is the data of the form. */
  readonly contentType?: string;
}

/**
 * Encrypts content under a new SM4 key, and the key to each recipient (制作数字信封), DER.
 *
 * @throws GovError `certificate-unsuitable` for a key usage that forbids it; `algorithm-unsupported` for a key that is not SM2;
 *   `input-too-large`, `limit-exceeded`, `invalid-argument`
 * @example
 * const envelope = await encryptCms(bytes, { recipients: [certificate] });
 */
export async function encryptCms(content: Uint8Array, options: EncryptCmsOptions): Promise<Uint8Array> {
  const { recipients, cipher = 'sm4-cbc' } = options;
  const authenticated = cipher === 'sm4-gcm';
  const form = options.form ?? (authenticated ? 'rfc5652' : 'gm');
  if (authenticated && form === 'gm') throw new GovError('invalid-argument', 'sm4-gcm needs the form rfc5652');
  if (recipients.length === 0) throw new GovError('invalid-argument', 'nobody could open the envelope');
  if (recipients.length > CMS_LIMITS.maxRecipients)
    throw new GovError('limit-exceeded', `${recipients.length} recipients, at most ${CMS_LIMITS.maxRecipients}`);
  // Room for the recipients: what is written can be read.
  if (content.length > CMS_LIMITS.maxBytes / 2)
    throw new GovError('input-too-large', `content of more than ${CMS_LIMITS.maxBytes / 2} bytes`);
  const keys = recipients.map(encryptionKey);
  const key = crypto.getRandomValues(new Uint8Array(16));
  try {
    const infos: Uint8Array[] = [];
    for (const [index, certificate] of recipients.entries()) {
      infos.push(recipientInfo(form, certificate, await sm2Encrypt(keys[index]!, key)));
    }
    return authenticated ? sealed(content, key, infos, options) : enveloped(content, key, infos, form, options);
  } finally {
    key.fill(0);
  }
}

function encryptionKey(certificate: Certificate) {
  if (certificate.keyUsage?.has('keyEncipherment') === false)
    throw new GovError('certificate-unsuitable', 'the key usage of the certificate forbids encrypting keys to it');
  try {
    return readSm2PublicKey(certificate.publicKey);
  } catch (cause) {
    if (isGovError(cause))
      throw new GovError('algorithm-unsupported', 'keys are encrypted to SM2 keys only', { cause });
    throw cause;
  }
}

const recipientInfo = (form: CmsForm, { issuer, serialNumber }: Certificate, encryptedKey: Uint8Array): Uint8Array =>
  der.sequence(
    der.integer(form === 'gm' ? 1 : 0),
    der.sequence(issuer.bytes, der.integer(serialNumber)),
    der.sequence(der.oid(SM2_ENCRYPT)),
    der.octetString(encryptedKey),
  );

function enveloped(
  content: Uint8Array,
  key: Uint8Array,
  infos: readonly Uint8Array[],
  form: CmsForm,
  { contentType = CONTENT_TYPE[form].data }: EncryptCmsOptions,
): Uint8Array {
  const iv = crypto.getRandomValues(new Uint8Array(16));
  const encrypted = sm4Encrypt({ mode: 'cbc', key, iv }, content);
  return contentInfo(CONTENT_TYPE[form].envelopedData, [
    der.integer(form === 'gm' ? 1 : 0),
    der.setOf(...infos),
    encryptedContentInfo(contentType, 'sm4-cbc', der.octetString(iv), encrypted),
  ]);
}

/** Octets of the authentication code that is written. */
const TAG = 16;

function sealed(
  content: Uint8Array,
  key: Uint8Array,
  infos: readonly Uint8Array[],
  { contentType = CONTENT_TYPE.rfc5652.data }: EncryptCmsOptions,
): Uint8Array {
  // RFC 5083 2.1: attributes are there where the content is not data, since nothing else vouches for its type.
  if (contentType !== CONTENT_TYPE.rfc5652.data) throw new GovError('invalid-argument', 'sm4-gcm encrypts data');
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const encrypted = sm4Encrypt({ mode: 'gcm', key, nonce, tagLength: TAG }, content);
  const parameters = der.sequence(der.octetString(nonce), der.integer(TAG));
  return contentInfo(AUTH_ENVELOPED_DATA, [
    der.integer(0),
    der.setOf(...infos),
    encryptedContentInfo(contentType, 'sm4-gcm', parameters, encrypted.subarray(0, -TAG)),
    der.octetString(encrypted.subarray(-TAG)),
  ]);
}

const contentInfo = (contentType: string, body: readonly Uint8Array[]): Uint8Array =>
  der.sequence(der.oid(contentType), der.explicit(0, der.sequence(...body)));

const encryptedContentInfo = (
  contentType: string,
  cipher: CmsCipher,
  parameters: Uint8Array,
  encrypted: Uint8Array,
): Uint8Array =>
  der.sequence(
    der.oid(contentType),
    der.sequence(der.oid(CIPHER_OID[cipher]), parameters),
    der.element(contextPrimitive(0), encrypted),
  );

/** Whose envelope it is: the certificate that it was encrypted to, and its private key. */
export interface CmsRecipient {
  readonly certificate: Certificate;
  /** Of SM2; its form of the ciphertext is `asn1`, unless the sender is known to write another. */
  readonly decrypter: Decrypter;
}

/** What was in an envelope. */
export interface OpenedCms {
  readonly content: Uint8Array;
  /** OID. */
  readonly contentType: string;
  readonly form: CmsForm;
  readonly cipher: CmsCipher;
}

/**
 * Opens an envelope (打开数字信封). Whatever goes wrong once the recipient is found is one `decryption-failed`: a wrong key, a
 * changed key, changed content, wrong padding. With `sm4-cbc` a change of the content may also go unnoticed.
 *
 * @throws GovError `cms-malformed`, `algorithm-unsupported`, `limit-exceeded`, `input-too-large` for what is not such an envelope;
 *   `recipient-not-found`; `decryption-failed`; `key-destroyed`, and what the decrypter throws beside that
 * @example
 * const { content } = await decryptCms(envelope, { certificate, decrypter });
 */
export async function decryptCms(
  message: Uint8Array,
  recipient: CmsRecipient,
  options: ReadCmsOptions = {},
): Promise<OpenedCms> {
  const data = readEnvelopedData(message, options);
  const info = data.recipients.find(({ identifier }) => identifies(identifier, recipient.certificate));
  if (info === undefined)
    throw new GovError('recipient-not-found', 'the envelope is not for the holder of this certificate');
  if (info.keyEncryptionAlgorithm !== SM2_ENCRYPT)
    throw new GovError('algorithm-unsupported', `key encryption ${info.keyEncryptionAlgorithm}`);
  const { contentType, form, cipher } = data;
  return { content: await open(data, info, recipient), contentType, form, cipher };
}

async function open(data: EnvelopedData, info: RecipientInfo, { decrypter }: CmsRecipient): Promise<Uint8Array> {
  const key = await contentKey(info, decrypter);
  // RFC 3218: the content is tried all the same, so that nothing tells one failure from the other.
  const used = key ?? crypto.getRandomValues(new Uint8Array(16));
  try {
    const content = contentOf(data, used);
    if (key !== undefined && content !== undefined) return content;
    content?.fill(0);
    throw new GovError('decryption-failed', 'the envelope does not open with this key');
  } finally {
    used.fill(0);
  }
}

/** Undefined where the ciphertext hides no SM4 key for this decrypter. */
async function contentKey({ encryptedKey }: RecipientInfo, decrypter: Decrypter): Promise<Uint8Array | undefined> {
  try {
    const key = await decrypter.decrypt(encryptedKey);
    if (key.length === 16) return key;
    key.fill(0);
    return undefined;
  } catch (error) {
    if (isGovError(error) && CIPHERTEXT_TROUBLE.includes(error.code)) return undefined;
    throw error;
  }
}

const CIPHERTEXT_TROUBLE: readonly string[] = ['ciphertext-malformed', 'decryption-failed', 'input-too-large'];

function contentOf(
  { iv, encryptedContent, tag, authenticated }: EnvelopedData,
  key: Uint8Array,
): Uint8Array | undefined {
  try {
    if (tag === undefined) return sm4Decrypt({ mode: 'cbc', key, iv }, encryptedContent);
    const aad = authenticated ?? new Uint8Array(0);
    const sealed = joined([encryptedContent, tag]);
    return sm4Decrypt({ mode: 'gcm', key, nonce: iv, tagLength: tag.length, aad }, sealed);
  } catch (error) {
    if (isGovError(error) && error.code === 'decryption-failed') return undefined;
    throw error;
  }
}
