/**
 * Name constraints (名称限制, RFC 5280 4.2.1.10): which names the certificates under a CA may carry. Whatever cannot be compared
 * with certainty counts as forbidden.
 */
import { context, contextPrimitive, type DerElement, type DerMode, Tag } from '@gov/der';
import { GovError } from '@gov/verdict';
import type { Certificate } from './certificate.js';
import { readExtension, someOf, subjectAltNames } from './extension.js';
import { type GeneralName, readGeneralName } from './general-name.js';
import { attributeValues, canonicalRdns } from './name.js';
import { ATTRIBUTE, EXTENSION } from './oid.js';

/** Comparisons of a name with a subtree, in one path. */
export const NAME_CONSTRAINTS_MAX_COMPARISONS = 250_000;

export interface NameConstraints {
  readonly permitted: readonly GeneralName[];
  readonly excluded: readonly GeneralName[];
}

/** @throws GovError `certificate-malformed`, also for a minimum other than 0, a maximum, or a base that its form does not allow */
export const readNameConstraints = (certificate: Certificate, mode: DerMode = 'lenient'): NameConstraints | undefined =>
  readExtension(certificate, EXTENSION.nameConstraints, mode, (value) => {
    const fields = value.children(Tag.sequence);
    const permitted = fields.optional(context(0));
    const excluded = fields.optional(context(1));
    fields.end();
    if (permitted === undefined && excluded === undefined)
      throw new GovError('der-malformed', 'nameConstraints of nothing');
    return { permitted: readSubtrees(permitted, mode), excluded: readSubtrees(excluded, mode) };
  });

function readSubtrees(subtrees: DerElement | undefined, mode: DerMode): GeneralName[] {
  if (subtrees === undefined) return [];
  return someOf(subtrees.children().rest()).map((subtree) => {
    const fields = subtree.children(Tag.sequence);
    const base = readGeneralName(fields.next());
    const minimum = fields.optional(contextPrimitive(0));
    minimum?.defaultEncoded();
    if (minimum !== undefined && minimum.as(Tag.integer).integer() !== 0n)
      throw new GovError('der-malformed', 'minimum of a subtree');
    fields.end();
    if (!isBase(base, mode)) throw new GovError('der-malformed', `base of a subtree: ${base.form}`);
    return base;
  });
}

/** Forms that are compared; a constraint on another forbids every name of that form. */
const COMPARED: readonly string[] = [
  'dNSName',
  'rfc822Name',
  'uniformResourceIdentifier',
  'iPAddress',
  'directoryName',
];

function isBase(base: GeneralName, mode: DerMode): boolean {
  // RFC 5280 gives a dot before a dNSName no meaning; everybody takes it for "subdomains only".
  if (mode === 'strict' && base.form === 'dNSName' && base.value.startsWith('.')) return false;
  return !COMPARED.includes(base.form) || Object.keys(comparable(base, 'base')).length > 1;
}

/** The constraints of the CAs above, applied to each certificate below them. */
export class NameConstraintsState {
  readonly #permitted: (readonly Comparable[])[] = [];
  readonly #excluded: Comparable[] = [];
  #comparisons = 0;

  add({ permitted, excluded }: NameConstraints): void {
    const bases = (list: readonly GeneralName[]) => list.map((base) => comparable(base, 'base'));
    if (permitted.length > 0) this.#permitted.push(bases(permitted));
    for (const base of bases(excluded)) this.#excluded.push(base);
  }

  /**
   * The first name of the certificate that is not allowed, for people; undefined where all are.
   *
   * @throws GovError `certificate-malformed`, `limit-exceeded` past `NAME_CONSTRAINTS_MAX_COMPARISONS`
   */
  forbidden(certificate: Certificate, mode: DerMode): string | undefined {
    if (this.#permitted.length === 0 && this.#excluded.length === 0) return undefined;
    const name = namesOf(certificate, mode).find((one) => !this.#allows(comparable(one, 'name')));
    return name === undefined ? undefined : `${name.form} ${typeof name.value === 'string' ? name.value : ''}`.trim();
  }

  #allows(name: Comparable): boolean {
    if (this.#excluded.some((base) => this.#covers(base, name, 'excluded'))) return false;
    return this.#permitted.every(
      (bases) =>
        !bases.some(({ form }) => form === name.form) || bases.some((base) => this.#covers(base, name, 'permitted')),
    );
  }

  /** What cannot be compared lies within what is excluded, and without what is permitted. */
  #covers(base: Comparable, name: Comparable, list: 'permitted' | 'excluded'): boolean {
    if (++this.#comparisons > NAME_CONSTRAINTS_MAX_COMPARISONS)
      throw new GovError('limit-exceeded', `more than ${NAME_CONSTRAINTS_MAX_COMPARISONS} comparisons of names`);
    return base.form === name.form && (within(base, name, list) ?? list === 'excluded');
  }
}

/** All that name constraints speak of: the subject, the mailboxes in it, and the alternative names. */
function namesOf(certificate: Certificate, mode: DerMode): GeneralName[] {
  const { subject } = certificate;
  return [
    ...(subject.rdns.length === 0 ? [] : [{ form: 'directoryName', value: subject } as const]),
    ...attributeValues(subject, ATTRIBUTE.E).map((value) => ({ form: 'rfc822Name', value }) as const),
    ...subjectAltNames(certificate, mode),
  ];
}

/** A name or base in the form in which it is compared, worked out once; without a value: cannot be compared. */
interface Comparable {
  readonly form: string;
  /** In lower case; of a base it may begin with a dot, or be empty. */
  readonly host?: string;
  /** Before the @ */
  readonly local?: string;
  /** Address; of a base address and mask. */
  readonly octets?: Uint8Array;
  readonly rdns?: readonly string[];
}

/** RFC 9598: a mailbox in UTF-8 is bound by the constraints on mailboxes; it is not compared. */
const SMTP_UTF8_MAILBOX = '1.3.6.1.5.5.7.8.9';

function comparable(name: GeneralName, as: 'name' | 'base'): Comparable {
  const { form } = name;
  switch (form) {
    case 'dNSName':
      return { form, ...hostOf(name.value, as) };
    case 'rfc822Name':
      return { form, ...(as === 'base' && !name.value.includes('@') ? hostOf(name.value, as) : mailboxOf(name.value)) };
    case 'uniformResourceIdentifier':
      return { form, ...(as === 'base' ? hostOf(name.value, as) : uriHost(name.value)) };
    case 'iPAddress':
      return { form, ...addressOf(name.value, as) };
    case 'directoryName':
      return { form, rdns: canonicalRdns(name.value) };
    case 'otherName':
      return { form: name.type === SMTP_UTF8_MAILBOX && as === 'name' ? 'rfc822Name' : `${form} ${name.type}` };
    default:
      return { form };
  }
}

/** Labels of letters, digits, hyphens and underscores: no empty one, so no dot at the end, which would name the same host. */
const HOST = /^(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}$/;

function hostOf(text: string, as: 'name' | 'base'): { readonly host?: string } {
  if (text.length > 255) return {};
  const host = text.toLowerCase();
  if (as === 'base') return host === '' || HOST.test(host.replace(/^\./, '')) ? { host } : {};
  return HOST.test(host.replace(/^\*\./, '')) ? { host } : {};
}

function mailboxOf(text: string): { readonly host?: string; readonly local?: string } {
  if (text.length > 512) return {};
  const at = text.lastIndexOf('@');
  const local = text.slice(0, Math.max(at, 0));
  const host = text.slice(at + 1).toLowerCase();
  // A quoted local part may be written in several ways.
  return /^[\x21\x23-\x3f\x41-\x5b\x5d-\x7e]+$/.test(local) && HOST.test(host) ? { host, local } : {};
}

/** The host of `scheme://host/…`; RFC 5280 refuses constrained addresses that have none, or a number in its place. */
function uriHost(text: string): { readonly host?: string } {
  const authority = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]{1,512})/i.exec(text)?.[1];
  const host =
    authority
      ?.slice(authority.lastIndexOf('@') + 1)
      .replace(/:\d*$/, '')
      .toLowerCase() ?? '';
  return HOST.test(host) && !/(?:^|\.)(?:\d+|0x[0-9a-f]*)$/.test(host) ? { host } : {};
}

function addressOf(octets: Uint8Array, as: 'name' | 'base'): { readonly octets?: Uint8Array } {
  const size = as === 'name' ? octets.length : octets.length / 2;
  if (size !== 4 && size !== 16) return {};
  return as === 'name' || isPrefixMask(octets.subarray(size)) ? { octets } : {};
}

/** Ones, then zeros: the masks of RFC 4632. */
function isPrefixMask(mask: Uint8Array): boolean {
  const bits = Array.from(mask, (octet) => octet.toString(2).padStart(8, '0')).join('');
  return /^1*0*$/.test(bits);
}

/** undefined: cannot be told. */
function within(base: Comparable, name: Comparable, list: 'permitted' | 'excluded'): boolean | undefined {
  if (base.rdns !== undefined && name.rdns !== undefined) {
    const { rdns } = name;
    return base.rdns.every((rdn, index) => rdn === rdns[index]);
  }
  if (base.octets !== undefined && name.octets !== undefined) return addressWithin(base.octets, name.octets, list);
  if (base.host === undefined || name.host === undefined) return undefined;
  if (base.host === '') return true;
  if (base.host.startsWith('.')) return name.host.endsWith(base.host);
  switch (base.form) {
    case 'dNSName':
      return dnsWithin(base.host, name.host, list);
    case 'rfc822Name':
      return name.host === base.host && (base.local === undefined || sameLocal(base.local, name.local!, list));
    default:
      return name.host === base.host;
  }
}

/** RFC 5280 7.5: upper and lower case differ; yet no mail server tells Admin from admin, should that be excluded. */
const sameLocal = (base: string, local: string, list: 'permitted' | 'excluded'): boolean =>
  list === 'permitted' ? base === local : base.toLowerCase() === local.toLowerCase();

function dnsWithin(base: string, host: string, list: 'permitted' | 'excluded'): boolean {
  if (host === base || host.endsWith(`.${base}`)) return true;
  // *.gov.cn also stands for www.gov.cn, should that be excluded.
  return list === 'excluded' && host.startsWith('*.') && base.slice(base.indexOf('.') + 1) === host.slice(2);
}

function addressWithin(base: Uint8Array, address: Uint8Array, list: 'permitted' | 'excluded'): boolean {
  const size = base.length / 2;
  const covers = (octets: Uint8Array) =>
    octets.length === size && octets.every((octet, i) => ((octet ^ base[i]!) & base[size + i]!) === 0);
  // ::ffff:10.0.0.1 is 10.0.0.1 by another name: neither hides from what excludes the other.
  return covers(address) || (list === 'excluded' && covers(otherForm(address)));
}

const MAPPED = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff);

function otherForm(address: Uint8Array): Uint8Array {
  if (address.length === 4) return Uint8Array.of(...MAPPED, ...address);
  return MAPPED.every((octet, i) => address[i] === octet) ? address.subarray(12) : address;
}
