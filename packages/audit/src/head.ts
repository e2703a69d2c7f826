/**
 * Signed heads (签名树头): how large the log was, its root and when, signed. The form is that of a C2SP tlog-checkpoint, which is
 * a C2SP signed note: docs/formats/audit-log.md.
 */
import { type Signer, sm3, type Verifier } from '@gov/sm';
import { GovError } from '@gov/verdict';
import { fromBase64, toBase64 } from './internal/base64.js';
import { isPosition } from './internal/tree.js';

/** What `readHead` takes. */
export const AUDIT_HEAD_LIMITS = {
  /** UTF-16 code units of the whole text. */
  characters: 32_768,
  /** Signature lines. */
  signatures: 16,
  /** Code points of an origin or another name. */
  name: 256,
  /** Octets of one signature value. */
  signature: 1024,
} as const;

/** State of a log at a moment. */
export interface AuditTreeHead {
  /** Name of the log (日志标识), for ever and everywhere its own, e.g. `audit.example.gov.cn/license`: no white space, no plus sign. */
  readonly origin: string;
  /** Entries. */
  readonly size: number;
  /** Root of the tree on them, 32 octets. */
  readonly root: Uint8Array;
  /** When it was signed, whole seconds. */
  readonly time: Date;
}

export interface AuditHeadSignature {
  /** Who signed: the origin for the log itself, another name for a witness (见证人). */
  readonly name: string;
  /** Of name, algorithm and key: `headKeyId`, 4 octets. */
  readonly keyId: Uint8Array;
  readonly signature: Uint8Array;
}

/** A head as it was received; nothing in it is verified yet. */
export interface AuditHead extends AuditTreeHead {
  /** The whole text. */
  readonly text: string;
  /** What is signed: the lines before the blank one, UTF-8. */
  readonly signed: Uint8Array;
  readonly signatures: readonly AuditHeadSignature[];
}

/**
 * Signs a head as the log.
 *
 * @throws GovError `invalid-argument` for an origin with white space or a plus sign, for a size or root that cannot be
 * @example
 * import { readHead, rootOf, signHead } from '@gov/audit';
 * import { generateSm2Key, sm2Signer } from '@gov/sm';
 * const time = new Date('2026-05-20T01:00:00Z');
 * const text = await signHead({ origin: 'audit.example/license', size: 0, root: rootOf([]), time }, sm2Signer(generateSm2Key()));
 * readHead(text).size; // 0
 */
export async function signHead(head: AuditTreeHead, signer: Signer): Promise<string> {
  const { origin, size, root, time } = head;
  if (!isName(origin))
    throw invalid('the origin has white space, a plus sign or more than 256 characters, or is empty');
  if (!isPosition(size)) throw invalid(`a size of ${size}`);
  if (root.length !== 32) throw invalid(`a root of ${root.length} octets`);
  if (!isWritable(time)) throw invalid('a time that cannot be written');
  const signed = `${origin}\n${size}\n${toBase64(root)}\ntime ${timeText(time)}\n`;
  return `${signed}\n${await signatureLine(signed, origin, signer)}`;
}

/**
 * Adds a signature to a head (见证签名): of a witness, or of the log with its next key. Whoever signs has verified it before.
 *
 * @throws GovError `audit-malformed` for a text that is no head; `invalid-argument` for a name that cannot be, or has signed
 *   with this key
 */
export async function cosignHead(text: string, name: string, signer: Signer): Promise<string> {
  const { signed, signatures } = readHead(text);
  if (!isName(name)) throw invalid('the name has white space, a plus sign or more than 256 characters, or is empty');
  const keyId = headKeyId(name, signer);
  if (signatures.some((one) => isBy(one, name, keyId))) throw invalid('signed by this name and key already');
  if (signatures.length >= LIMITS.signatures) throw invalid(`${signatures.length} signatures already`);
  return text + (await signatureLine(new TextDecoder().decode(signed), name, signer));
}

/**
 * Reads a head. There is one spelling of each; the text ends with a line feed.
 *
 * @throws GovError `audit-malformed`
 */
export function readHead(text: string): AuditHead {
  if (text.length > LIMITS.characters)
    throw malformed(`${text.length} characters; at most ${LIMITS.characters} are read`);
  const parts = HEAD.exec(text);
  if (parts === null)
    throw malformed('not origin, size, root, time, a blank line and signatures, each line ended by a line feed');
  const [, signed, origin, digits, base64, instant, lines] = parts as unknown as readonly string[];
  const size = Number(digits);
  const root = fromBase64(base64!);
  const time = new Date(instant!);
  if (!isName(origin!)) throw malformed('the origin has white space, a plus sign or more than 256 characters');
  if (!isPosition(size)) throw malformed('a size beyond what a double holds');
  if (root?.length !== 32) throw malformed('the root is not 32 octets in base64');
  if (Number.isNaN(time.getTime()) || timeText(time) !== instant) throw malformed('no time like 2026-05-20T01:00:00Z');
  const signatures = lines!.split('\n').slice(0, -1).map(readSignature);
  if (signatures.length > LIMITS.signatures)
    throw malformed(`${signatures.length} signatures; at most ${LIMITS.signatures}`);
  const keys = new Set(signatures.map(({ name, keyId }) => `${name} ${keyId}`));
  if (keys.size !== signatures.length) throw malformed('two signatures by one key');
  return { origin: origin!, size, root, time, text, signed: new TextEncoder().encode(signed), signatures };
}

/**
 * Names a key in a signature line: the first 4 octets of SM3(name ‖ 0A ‖ FF ‖ algorithm ‖ 0A ‖ SubjectPublicKeyInfo). FF is
 * the signature type for algorithms without one of their own (C2SP signed-note). It tells keys apart and proves nothing.
 */
export function headKeyId(name: string, key: Pick<Verifier, 'algorithm' | 'publicKey'>): Uint8Array {
  const utf8 = new TextEncoder();
  return sm3(utf8.encode(`${name}\n`), Uint8Array.of(0xff), utf8.encode(`${key.algorithm}\n`), key.publicKey).slice(
    0,
    4,
  );
}

/** The signature of a name and key; undefined where there is none. @internal */
export function signatureBy(head: AuditHead, name: string, key: Verifier): AuditHeadSignature | undefined {
  const keyId = headKeyId(name, key);
  return head.signatures.find((one) => isBy(one, name, keyId));
}

const LIMITS = AUDIT_HEAD_LIMITS;
const HEAD = /^(([^\n]+)\n(0|[1-9][0-9]{0,15})\n([^\n]{44})\ntime ([0-9TZ:-]{20})\n)\n((?:\u2014 [^\n ]+ [^\n ]+\n)+)$/;
const NAME = /^[^\p{C}\p{Z}+]{1,256}$/u;

/** A name that has a colon-free, space-free spelling of its own; also unpaired surrogates are in \p{C}. */
const isName = (name: string): boolean => NAME.test(name);

const isBy = (signature: AuditHeadSignature, name: string, keyId: Uint8Array): boolean =>
  signature.name === name && `${signature.keyId}` === `${keyId}`;

async function signatureLine(signed: string, name: string, signer: Signer): Promise<string> {
  const value = await signer.sign(new TextEncoder().encode(signed));
  const octets = new Uint8Array(4 + value.length);
  octets.set(headKeyId(name, signer));
  octets.set(value, 4);
  return `\u2014 ${name} ${toBase64(octets)}\n`;
}

function readSignature(line: string): AuditHeadSignature {
  const [, name, base64] = line.split(' ') as [string, string, string];
  const octets = fromBase64(base64);
  if (!isName(name))
    throw malformed('the name in a signature line has white space, a plus sign or more than 256 characters');
  if (octets === undefined || octets.length <= 4 || octets.length > 4 + LIMITS.signature)
    throw malformed('a signature that is not in base64, too short or too long');
  return { name, keyId: octets.slice(0, 4), signature: octets.slice(4) };
}

/** RFC 3339, UTC, whole seconds. */
const timeText = (time: Date): string => time.toISOString().replace(/\.\d+Z$/, 'Z');

/** Years of four digits. */
const isWritable = (time: Date): boolean => !Number.isNaN(time.getTime()) && timeText(time).length === 20;

const invalid = (why: string): GovError => new GovError('invalid-argument', `audit head: ${why}`);
const malformed = (why: string): GovError => new GovError('audit-malformed', `audit head: ${why}`);
