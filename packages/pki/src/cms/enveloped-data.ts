/** Envelopes (数字信封): EnvelopedData of RFC 5652 6 and GB/T 35275-2017 9, AuthEnvelopedData of RFC 5083; read and not opened. */
import { context, contextPrimitive, type DerElement, type DerMode, Tag } from '@gov/der';
import { implicitOctets } from '@gov/der/ber';
import { GovError } from '@gov/verdict';
import { readAlgorithm } from '../algorithm.js';
import { type CmsForm, CONTENT_TYPE } from './algorithm.js';
import { CMS_LIMITS } from './limits.js';
import { asCms, type ReadCmsOptions, readIdentifier, readMessage, type SignerIdentifier } from './signed-data.js';

/**
 * How the content is encrypted. `sm4-cbc` protects nothing from being changed; `sm4-gcm` (AuthEnvelopedData, only in the form
 * of RFC 5652) notices every change. Neither says who wrote it: sign the content first.
 */
export type CmsCipher = 'sm4-cbc' | 'sm4-gcm';

/** GM/T 0006-2023 */
export const CIPHER_OID: Readonly<Record<CmsCipher, string>> = {
  'sm4-cbc': '1.2.156.10197.1.104.2',
  'sm4-gcm': '1.2.156.10197.1.104.8',
};

/** SM2 public key encryption, GM/T 0006; the ciphertext is SM2Cipher of GB/T 35276. */
export const SM2_ENCRYPT = '1.2.156.10197.1.301.3';

/** RFC 5083 */
export const AUTH_ENVELOPED_DATA = '1.2.840.113549.1.9.16.1.23';

/** One to whom the key of the content was encrypted (接收者信息). */
export interface RecipientInfo {
  readonly identifier: SignerIdentifier;
  /** OID. */
  readonly keyEncryptionAlgorithm: string;
  readonly encryptedKey: Uint8Array;
}

export interface EnvelopedData {
  readonly form: CmsForm;
  /** Of the content inside, OID. */
  readonly contentType: string;
  readonly cipher: CmsCipher;
  /** Initialisation vector or nonce. */
  readonly iv: Uint8Array;
  readonly encryptedContent: Uint8Array;
  /** Only with `sm4-gcm`. */
  readonly tag?: Uint8Array;
  /** DER of the SET OF authenticated attributes, where there are any; only with `sm4-gcm`. */
  readonly authenticated?: Uint8Array;
  /** Key transport only; others are passed over. */
  readonly recipients: readonly RecipientInfo[];
}

/**
 * Reads an envelope, DER or (lenient) BER.
 *
 * @throws GovError `cms-malformed`, `algorithm-unsupported` for another cipher, `limit-exceeded`, `input-too-large`
 * @example
 * import { readEnvelopedData } from '@gov/pki/cms';
 * const { recipients, cipher } = readEnvelopedData(envelope);
 */
export function readEnvelopedData(bytes: Uint8Array, { mode = 'lenient' }: ReadCmsOptions = {}): EnvelopedData {
  return asCms('EnvelopedData', () => {
    const message = readMessage(bytes, mode, []).children(Tag.sequence);
    const oid = message.next(Tag.oid).oid();
    const authenticated = oid === AUTH_ENVELOPED_DATA;
    const form = oid === CONTENT_TYPE.gm.envelopedData ? 'gm' : 'rfc5652';
    if (!authenticated && oid !== CONTENT_TYPE[form].envelopedData) throw malformed(`content type ${oid}`);
    const body = message.next(context(0)).inner(Tag.sequence);
    message.end();
    return parse(body, form, authenticated, mode);
  });
}

function parse(body: DerElement, form: CmsForm, authenticated: boolean, mode: DerMode): EnvelopedData {
  const fields = body.children();
  const version = fields.next(Tag.integer).smallInteger();
  if (version > 4) throw malformed(`version ${version}`);
  fields.optional(context(0));
  const recipients = readRecipients(fields.next(Tag.set), mode);
  const info = fields.next(Tag.sequence).children();
  const contentType = info.next(Tag.oid).oid();
  const { cipher, iv, tagLength } = readCipher(info.next(Tag.sequence));
  const encrypted = info.tag === contextPrimitive(0) || info.tag === context(0) ? info.next() : undefined;
  if (encrypted === undefined) throw malformed('the encrypted content is elsewhere');
  info.end();
  if ((cipher === 'sm4-gcm') !== authenticated) throw malformed(`${cipher} in this content type`);
  // RFC 5083 2.1: only an attribute could vouch for another type, and nobody here needs one.
  if (authenticated && contentType !== CONTENT_TYPE.rfc5652.data) throw malformed(`authenticated ${contentType}`);
  const attributes = fields.optional(context(1));
  const tag = authenticated ? fields.next(Tag.octetString).octets() : undefined;
  if (tag !== undefined && tag.length !== tagLength) throw malformed('authentication code of another length');
  fields.optional(context(2));
  fields.end();
  return {
    form,
    contentType,
    cipher,
    iv,
    encryptedContent: implicitOctets(encrypted),
    ...(tag === undefined ? {} : { tag }),
    ...(attributes === undefined || !authenticated ? {} : { authenticated: asSet(attributes) }),
    recipients,
  };
}

/** RFC 5083 2.2: authenticated under the tag of a SET OF. */
function asSet(attributes: DerElement): Uint8Array {
  const bytes = attributes.raw.slice();
  bytes[0] = Tag.set;
  return bytes;
}

function readRecipients(set: DerElement, mode: DerMode): RecipientInfo[] {
  const recipients: RecipientInfo[] = [];
  let count = 0;
  for (const list = set.children(); list.more; ) {
    if (++count > CMS_LIMITS.maxRecipients)
      throw new GovError('limit-exceeded', `more than ${CMS_LIMITS.maxRecipients} recipients`);
    const element = list.next();
    if (element.tag !== Tag.sequence) continue;
    const fields = element.children();
    const version = fields.next(Tag.integer).smallInteger();
    if (version > 2) throw malformed(`recipient of version ${version}`);
    const identifier = readIdentifier(fields);
    const keyEncryptionAlgorithm = readAlgorithm(fields.next(Tag.sequence));
    const encryptedKey = fields.next(Tag.octetString).octets();
    fields.end();
    if (mode === 'strict' && (version === 2) !== (identifier.kind === 'subjectKeyIdentifier'))
      throw malformed(`recipient of version ${version}`);
    recipients.push({ identifier, keyEncryptionAlgorithm, encryptedKey });
  }
  return recipients;
}

function readCipher(element: DerElement): {
  readonly cipher: CmsCipher;
  readonly iv: Uint8Array;
  readonly tagLength: number;
} {
  const fields = element.children();
  const oid = fields.next(Tag.oid).oid();
  const cipher = (['sm4-cbc', 'sm4-gcm'] as const).find((name) => CIPHER_OID[name] === oid);
  if (cipher === undefined) throw new GovError('algorithm-unsupported', `content encryption ${oid}`);
  const parameters = fields.next();
  fields.end();
  if (cipher === 'sm4-cbc') {
    const iv = parameters.octets();
    if (iv.length !== 16) throw malformed('iv of another length');
    return { cipher, iv, tagLength: 0 };
  }
  // RFC 5084 3.2
  const gcm = parameters.children(Tag.sequence);
  const iv = gcm.next(Tag.octetString).octets();
  const tagLength = gcm.optional(Tag.integer)?.smallInteger() ?? 12;
  gcm.end();
  if (iv.length !== 12) throw malformed('nonce of another length');
  if (tagLength < 12 || tagLength > 16) throw malformed('authentication code of another length');
  return { cipher, iv, tagLength };
}

const malformed = (what: string): GovError => new GovError('cms-malformed', `not a CMS EnvelopedData: ${what}`);
