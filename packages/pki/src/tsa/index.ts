/**
 * `@gov/pki/tsa`: a timestamp authority (时间戳服务, TSA; RFC 3161, GB/T 20520) as a handler of HTTP requests.
 *
 * @packageDocumentation
 */
import { der } from '@gov/der';
import { type Signer, sameBytes } from '@gov/sm';
import { GovError, isGovError } from '@gov/verdict';
import type { Certificate } from '../certificate.js';
import { signCms } from '../cms/index.js';
import { mediaType, readHttpBody } from '../internal/http-body.js';
import { TIMESTAMP_LIMITS } from '../timestamp/encoding.js';
import { TIMESTAMP_HASHES, type TimestampHash } from '../timestamp/imprint.js';
import { isTimestampCertificate } from '../timestamp/key-purpose.js';
import { readTimestampRequest, type TimestampRequest } from '../timestamp/request.js';
import { type TimestampFailure, writeTimestampRefusal, writeTimestampResponse } from '../timestamp/response.js';
import { TST_INFO } from '../timestamp/token.js';
import { writeTstInfo } from '../timestamp/tst-info.js';

export interface TsaOptions {
  readonly signer: Signer;
  /** The authority's certificate: extended key usage id-kp-timeStamping, critical and alone (RFC 3161 2.3). */
  readonly certificate: Certificate;
  /** Certificates above it, sent along where the certificate is asked for. */
  readonly chain?: readonly Certificate[];
  /** OID: the one policy under which it stamps. */
  readonly policy: string;
  /** The time that is stamped; whoever gives it answers for `accuracyMs`. */
  readonly clock: () => Date;
  /**
   * A number never given before, also not before a crash: there is no default, because memory forgets. At most 160 bits,
   * above zero.
   */
  readonly serial: () => Promise<bigint>;
  /** Digest algorithms that are stamped; default: all four. */
  readonly hashes?: readonly TimestampHash[];
  /** How far `clock` may be wrong, whole milliseconds; default 1000. */
  readonly accuracyMs?: number;
  /** Told what made a `systemFailure`; whoever asks is told nothing of it. */
  readonly onError?: (error: unknown) => void;
}

/** What a request could not have, and why. */
class Refusal {
  readonly failure: TimestampFailure;
  readonly text: string;

  constructor(failure: TimestampFailure, text: string) {
    this.failure = failure;
    this.text = text;
  }
}

const QUERY = 'application/timestamp-query';
const REPLY = 'application/timestamp-reply';

/**
 * Answers `POST` of application/timestamp-query with application/timestamp-reply (RFC 3161 3.4). What is asked wrongly is
 * refused in a reply with its PKIFailureInfo; only what is no such request at all gets a status of HTTP other than 200.
 *
 * @throws GovError `key-mismatch` where the key is not the certificate's; `certificate-unsuitable` for one that is not for
 *   timestamps; `invalid-argument` for a policy that is no OID, an accuracy or a list of digests that is none
 * @example
 * import { tsaHandler } from '@gov/pki/tsa';
 * let last = 0n; // in earnest: of a file or a database, never of memory
 * const serial = async () => ++last;
 * const tsa = tsaHandler({ signer, certificate, policy: '1.2.156.11235.1', clock: () => new Date(), serial });
 * const response = await tsa(new Request('https://tsa.gov.cn/')); // status 405: not a POST
 */
export function tsaHandler(options: TsaOptions): (request: Request) => Promise<Response> {
  checkOptions(options);
  return async (request) => {
    if (request.method !== 'POST') return new Response(null, { status: 405, headers: { allow: 'POST' } });
    if (mediaType(request) !== QUERY) return new Response(null, { status: 415, headers: { accept: QUERY } });
    const body = await readHttpBody(request, TIMESTAMP_LIMITS.requestBytes, request.signal);
    if (body === undefined) return new Response(null, { status: 413 });
    return new Response(Uint8Array.from(await answer(body, options)), { headers: { 'content-type': REPLY } });
  };
}

async function answer(body: Uint8Array, options: TsaOptions): Promise<Uint8Array> {
  try {
    return writeTimestampResponse(await stamp(accepted(body, options), options));
  } catch (error) {
    if (error instanceof Refusal) return writeTimestampRefusal(error.failure, error.text);
    options.onError?.(error);
    return writeTimestampRefusal('systemFailure', 'the timestamp could not be made');
  }
}

/** The request, if it is one that is served. @throws Refusal */
function accepted(body: Uint8Array, { policy, hashes }: TsaOptions): TimestampRequest {
  const request = readable(body);
  const { hash } = request.imprint;
  if (hash === undefined || hashes?.includes(hash) === false)
    throw new Refusal('badAlg', `digests by ${hash ?? request.imprint.algorithm} are not stamped`);
  if (request.policy !== undefined && request.policy !== policy)
    throw new Refusal('unacceptedPolicy', `the policy is ${policy}`);
  const [extension] = request.extensions.keys();
  if (extension !== undefined) throw new Refusal('unacceptedExtension', `extension ${extension} is not known`);
  return request;
}

function readable(body: Uint8Array): TimestampRequest {
  try {
    return readTimestampRequest(body);
  } catch (error) {
    if (isGovError(error)) throw new Refusal('badDataFormat', error.message);
    throw error;
  }
}

async function stamp(request: TimestampRequest, options: TsaOptions): Promise<Uint8Array> {
  const { signer, certificate, chain = [], policy, accuracyMs = DEFAULT_ACCURACY_MS } = options;
  const genTime = options.clock();
  if (!(genTime >= certificate.notBefore && genTime <= certificate.notAfter))
    throw new Refusal('timeNotAvailable', 'the certificate of the authority is not valid at this time');
  const serialNumber = await options.serial();
  if (serialNumber <= 0n || serialNumber >= 1n << 160n)
    throw new GovError('invalid-argument', 'serial number out of range');
  const { nonce } = request;
  const content = writeTstInfo({
    policy,
    imprint: request.imprint.bytes,
    serialNumber,
    genTime,
    accuracyMs,
    ...(nonce === undefined ? {} : { nonce }),
  });
  return signCms(content, {
    signers: [{ signer, certificate }],
    form: 'rfc5652',
    contentType: TST_INFO,
    certificates: request.certReq ? [certificate, ...chain] : [],
  });
}

const DEFAULT_ACCURACY_MS = 1000;

function checkOptions({ signer, certificate, policy, hashes, accuracyMs = DEFAULT_ACCURACY_MS }: TsaOptions): void {
  if (!sameBytes(signer.publicKey, certificate.publicKey))
    throw new GovError('key-mismatch', 'the key does not belong to the certificate');
  if (!isTimestampCertificate(certificate))
    throw new GovError('certificate-unsuitable', 'extended key usage is not id-kp-timeStamping, critical and alone');
  der.oid(policy);
  if (hashes !== undefined && (hashes.length === 0 || hashes.some((hash) => !Object.hasOwn(TIMESTAMP_HASHES, hash))))
    throw new GovError('invalid-argument', `digests are ${Object.keys(TIMESTAMP_HASHES).join(', ')}`);
  if (!Number.isSafeInteger(accuracyMs) || accuracyMs < 1)
    throw new GovError('invalid-argument', 'the accuracy is a number of whole milliseconds');
}
