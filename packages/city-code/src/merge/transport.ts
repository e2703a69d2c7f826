/** Transport QR codes (交通一卡通二维码) as an adapter: read, and verified by the keys of the centre. */
import { hexToBytes, readSm2PublicKey, sm2Verifier, type Verifier } from '@gov/sm';
import { type Check, type Finding, isGovError, report } from '@gov/verdict';
import { type CodeAdapter, ReadCode } from './adapter.js';
import { readTransportCode, TRANSPORT_CODE_LIMITS, type TransportCode } from './transport-layout.js';

/** How far clocks may differ, and the longest life of a code whatever it says, seconds. */
const SKEW_SECONDS = 30;
const MAX_VALIDITY_SECONDS = 60;

const REQUIRED: readonly Check[] = ['format', 'path', 'certificate', 'authority', 'authenticity', 'binding', 'time'];

/**
 * The transport QR: octets, or their hexadecimal text. Times are seconds of UTC since 1970, nothing else: readers that try several
 * epochs or zones take codes that were made hours before.
 *
 * @param roots keys of the centre by their index (根 CA 公钥)
 */
export function transportCodes({
  roots,
}: {
  readonly roots: ReadonlyMap<number, Verifier>;
}): CodeAdapter<TransportCode> {
  return {
    name: 'transport',
    read(scanned) {
      const bytes = octetsOf(scanned);
      const detail = bytes === undefined ? undefined : readTransportCode(bytes);
      if (detail === undefined) return undefined;
      const { issuer, cardAccount } = detail;
      const masked = `${issuer} ${'*'.repeat(16)}${cardAccount.slice(-4)}`;
      return new ReadCode({ system: 'transport', account: `${issuer}/${cardAccount}`, masked, detail });
    },
    async verify(code, { at }) {
      const { detail: read } = code;
      const findings: Finding[] = [
        { check: 'format', outcome: 'pass', code: 'format-ok' },
        await pathFinding(read, roots.get(read.certificate.rootIndex)),
        certificateFinding(read, at),
        read.certificate.issuer === read.issuer
          ? { check: 'authority', outcome: 'pass', code: 'issuer-authority-ok' }
          : { check: 'authority', outcome: 'fail', code: 'issuer-authority-mismatch' },
        (await verifies(read.certificate.publicKey, read.issuerSigned, read.issuerSignature))
          ? { check: 'authenticity', outcome: 'pass', code: 'signature-ok' }
          : { check: 'authenticity', outcome: 'fail', code: 'signature-invalid' },
        (await verifies(read.userKey, read.userSigned, read.userSignature))
          ? { check: 'binding', outcome: 'pass', code: 'device-signature-ok' }
          : { check: 'binding', outcome: 'fail', code: 'device-signature-forged' },
        timeFinding(read, at),
      ];
      return report({ kind: 'transport-code', system: code.system, masked: code.masked }, findings, {
        required: REQUIRED,
      });
    },
  };
}

function octetsOf(scanned: Uint8Array | string): Uint8Array | undefined {
  if (typeof scanned !== 'string') return scanned;
  const isHex = scanned.length <= TRANSPORT_CODE_LIMITS.octets * 2 && /^(?:[0-9a-f]{2})+$/i.test(scanned);
  return isHex ? hexToBytes(scanned) : undefined;
}

async function pathFinding({ certificate }: TransportCode, root: Verifier | undefined): Promise<Finding> {
  const detail = `key ${certificate.rootIndex} of the centre`;
  if (root === undefined) return { check: 'path', outcome: 'unknown', code: 'path-no-anchor', detail };
  return (await root.verify(certificate.signed, certificate.signature))
    ? { check: 'path', outcome: 'pass', code: 'path-ok' }
    : { check: 'path', outcome: 'fail', code: 'path-signature-invalid', detail };
}

/** Good through the end of its last month, in Asia/Shanghai. */
function certificateFinding({ certificate: { lastMonth } }: TransportCode, at: Date): Finding {
  const month = new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 7);
  return month <= lastMonth
    ? { check: 'certificate', outcome: 'pass', code: 'certificate-ok' }
    : { check: 'certificate', outcome: 'fail', code: 'certificate-expired-at-signing', detail: `good to ${lastMonth}` };
}

function timeFinding({ generated, validitySeconds, authorizedUntil }: TransportCode, at: Date): Finding {
  const age = (at.getTime() - generated.getTime()) / 1000;
  const detail = `generated ${generated.toISOString()}`;
  if (age < -SKEW_SECONDS) return { check: 'time', outcome: 'fail', code: 'city-code-from-later', detail };
  if (age > Math.min(validitySeconds, MAX_VALIDITY_SECONDS) + SKEW_SECONDS)
    return { check: 'time', outcome: 'fail', code: 'city-code-too-old', detail };
  if (Math.max(generated.getTime(), at.getTime()) > authorizedUntil.getTime())
    return {
      check: 'time',
      outcome: 'fail',
      code: 'delegation-expired',
      detail: `at ${authorizedUntil.toISOString()}`,
    };
  return { check: 'time', outcome: 'pass', code: 'city-code-time-ok' };
}

/** A key that is no point verifies nothing. */
async function verifies(point: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
  try {
    return await sm2Verifier(readSm2PublicKey(point)).verify(message, signature);
  } catch (error) {
    if (isGovError(error) && error.code === 'key-malformed') return false;
    throw error;
  }
}
