/** The status of licences at the command line: where a verifier gets it, and what a publisher needs. */
import { LicenseStatusLists } from '@gov/e-license/status-check';
import { StatusPublisher } from '@gov/e-license/status-publisher';
import { type Certificate, certificateBody } from '@gov/pki';
import type { Signer } from '@gov/sm';
import type { Store } from '@gov/store';
import { GovError } from '@gov/verdict';
import { certificateOf, numberOf, PASSWORD_FILE, signerOf } from './arguments.js';
import type { OptionDefinition } from './command.js';
import { DATABASE_OPTION } from './database.js';
import { filesOf, readInput } from './files.js';

/** Options of every verb that verifies licences. */
export const STATUS_OPTIONS = {
  status: {
    type: 'string',
    value: 'FILE|DIR',
    about: { en: 'status lists of the issuer, .jwt or .cwt', zh: '签发机构的状态列表令牌（.jwt 或 .cwt）' },
  },
  'status-base': {
    type: 'string',
    value: 'URL',
    about: {
      en: 'where the lists are, if no trust list says it; {issuer} is its code',
      zh: '状态列表地址前缀（信任列表未载明时），{issuer} 代表机构代码',
    },
  },
  'fetch-status': {
    type: 'boolean',
    about: { en: 'ask there whether the licence is in force', zh: '联网获取状态列表，核验证照是否有效' },
  },
} as const satisfies Readonly<Record<string, OptionDefinition>>;

interface StatusValues {
  readonly status: string | undefined;
  readonly 'status-base': string | undefined;
  readonly 'fetch-status': boolean | undefined;
}

/** What is passed on to a verifier; nothing where nothing was said. @throws GovError `usage` and what reading throws */
export async function licenseStatusOf(values: StatusValues): Promise<{ readonly status?: LicenseStatusLists }> {
  const { status: place, 'status-base': base } = values;
  const fetches = values['fetch-status'] === true;
  if (base !== undefined && !URL.canParse(base)) throw new GovError('usage', '--status-base is a URL');
  if (place === undefined && !fetches) {
    if (base !== undefined) throw new GovError('usage', '--status-base goes with --status or --fetch-status');
    return {};
  }
  const files = place === undefined ? [] : await filesOf(place, /\.(jwt|cwt)$/i);
  const tokens = await Promise.all(files.map(readInput));
  return {
    status: new LicenseStatusLists({
      tokens,
      ...(base === undefined ? {} : { base }),
      ...(fetches ? { fetch } : {}),
    }),
  };
}

/** Options of every verb that publishes status lists. */
export const PUBLISH_OPTIONS = {
  database: DATABASE_OPTION,
  cert: {
    type: 'string',
    value: 'FILE',
    about: { en: 'certificate of the issuer, or of who signs for it', zh: '签发机构（或其指定的状态签发者）的证书' },
    required: true,
  },
  key: { type: 'string', value: 'FILE', about: { en: 'its private key', zh: '其私钥' }, required: true },
  'key-password-file': PASSWORD_FILE,
  issuer: {
    type: 'string',
    value: 'CODE',
    about: {
      en: 'code of the issuer, may be repeated (that of the certificate)',
      zh: '签发机构代码，可多次给出（默认为证书中的统一社会信用代码）',
    },
    multiple: true,
  },
  ttl: {
    type: 'string',
    value: 'SECONDS',
    about: { en: 'after how long verifiers ask again (300)', zh: '核验方多久重新获取一次，秒（300）' },
  },
  hours: {
    type: 'string',
    value: 'N',
    about: { en: 'how long a list can be relied on (24)', zh: '状态列表可采信的小时数（24）' },
  },
} as const satisfies Readonly<Record<string, OptionDefinition>>;

interface PublishValues {
  readonly cert: string;
  readonly key: string;
  readonly 'key-password-file': string | undefined;
  readonly issuer: readonly string[] | undefined;
  readonly ttl: string | undefined;
  readonly hours: string | undefined;
}

/** All that is needed but the store. */
interface PublishSettings {
  readonly issuer: { readonly certificate: Certificate; readonly signer: Signer };
  readonly codes: readonly string[];
  readonly ttl?: number;
  readonly lifetime?: number;
}

/** @throws GovError `usage` and what reading throws */
export async function publishSettingsOf(
  values: PublishValues,
  readStdin: () => Promise<Uint8Array>,
): Promise<PublishSettings> {
  const certificate = await certificateOf(values.cert);
  const signer = await signerOf(values.key, values['key-password-file'], readStdin);
  const own = certificateBody(certificate).creditCode;
  const codes = values.issuer ?? (own === undefined ? [] : [own]);
  if (codes.length === 0) throw new GovError('usage', 'the certificate names no credit code: --issuer CODE');
  if (!codes.every((code) => /^[0-9A-Z]{1,32}$/.test(code)) || new Set(codes).size !== codes.length)
    throw new GovError('usage', '--issuer is a code of digits and letters, each once');
  const hours = values.hours === undefined ? undefined : numberOf(values.hours, 'hours');
  return {
    issuer: { certificate, signer },
    codes,
    ...(values.ttl === undefined ? {} : { ttl: numberOf(values.ttl, 'ttl') }),
    ...(hours === undefined ? {} : { lifetime: Math.round(hours * 3600) }),
  };
}

/** One publisher for each issuer, its lists below `base` and its code: `<base>11990100MB0000019L/0`. */
export function publishersOf(
  store: Store,
  base: string,
  settings: PublishSettings,
  clock: () => Date,
): ReadonlyMap<string, StatusPublisher> {
  const { codes, ...rest } = settings;
  return new Map(
    codes.map((issuerCode) => [
      issuerCode,
      new StatusPublisher({ store, issuerCode, base: `${base}${issuerCode}/`, clock, ...rest }),
    ]),
  );
}

/** A URL that ends in `/`. @throws GovError `usage` */
export function baseOf(base: string): string {
  if (!/^https?:\/\/[^?#]+\/$/.test(base) || !URL.canParse(base))
    throw new GovError('usage', '--base is a URL that ends in /, such as https://status.example.gov.cn/status/');
  return base;
}
