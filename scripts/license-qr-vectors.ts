/** Writes docs/formats/license-qr-vectors.json anew (npx tsx scripts/license-qr-vectors.ts): new keys, the same cases. */
import { readFileSync, writeFileSync } from 'node:fs';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { writePem } from '@gov/der/pem';
import { FOOD_BUSINESS, licenseClaims, licenseRecord, parseLicenseData } from '@gov/e-license';
import { issueLicenseQr, verifyLicenseQr } from '@gov/e-license/qr';
import { certificateKid } from '@gov/pki';
import { decodeBase45, encodeBase45 } from '@gov/qr/base45';
import { bytesToHex } from '@gov/sm';
import { type CborValue, decodeCbor, encodeCbor, Tagged } from '@gov/token/cbor';
import { readSign1 } from '@gov/token/cose';
import { makeLeaf, makeWorld, TIMES } from '../test/world.js';

const world = await makeWorld();
const data = parseLicenseData(JSON.parse(readFileSync('examples/license/food-business.json', 'utf8')), [FOOD_BUSINESS]);
const claims = licenseClaims(licenseRecord(data, { type: FOOD_BUSINESS, issuedAt: TIMES.signed }), FOOD_BUSINESS);
const good = await issueLicenseQr(claims, world.issuer);
const compressed = decodeBase45(good.slice(4));
const message = new Uint8Array(inflateRawSync(compressed));
const sign1 = readSign1(message, { profile: 'strict' });
const qrOf = (bytes: Uint8Array): string => `EL1:${encodeBase45(new Uint8Array(deflateRawSync(bytes)))}`;
const rawQr = (bytes: Uint8Array): string => `EL1:${encodeBase45(bytes)}`;

async function signed(
  payload: CborValue,
  header?: ReadonlyMap<number, CborValue>,
  unprotected = new Map<number, CborValue>(),
) {
  const kid = certificateKid(world.issuer.certificate);
  const protectedBytes = encodeCbor(
    header ??
      new Map<number, CborValue>([
        [1, -65537],
        [4, kid],
      ]),
  );
  const bytes = encodeCbor(payload);
  const structure = encodeCbor(['Signature1', protectedBytes, new TextEncoder().encode('EL1'), bytes]);
  const signature = await world.issuer.signer.sign(structure);
  return qrOf(encodeCbor(new Tagged(18, [protectedBytes, unprotected, bytes, signature])));
}
function payload(change: (license: Map<CborValue, CborValue>) => void): CborValue {
  const outer = new Map(decodeCbor(sign1.payload!, { profile: 'strict' }) as Map<CborValue, CborValue>);
  const license = new Map(outer.get(-65537) as Map<CborValue, CborValue>);
  change(license);
  return outer.set(-65537, license);
}

const stranger = await makeLeaf(world.root, 'license-issuer');
const kid = certificateKid(world.issuer.certificate);
const texts: Readonly<Record<string, string>> = {
  genuine: good,
  'unknown version': `EL2:${good.slice(4)}`,
  'no licence code': 'https://example.cn/',
  'lower case': `EL1:${good.slice(4).toLowerCase()}`,
  truncated: good.slice(0, -3),
  'deflate cut short': rawQr(compressed.subarray(0, -1)),
  'deflate bomb': rawQr(new Uint8Array(deflateRawSync(new Uint8Array(1_000_000)))),
  'bytes after the last deflate block': rawQr(Uint8Array.of(...compressed, 0)),
  'bytes after the CBOR item': qrOf(Uint8Array.of(...message, 0)),
  'tag in a longer form than needed': qrOf(Uint8Array.of(0xd8, 18, ...message.subarray(1))),
  untagged: qrOf(message.subarray(1)),
  'unprotected alg': await signed(
    payload(() => {}),
    new Map<number, CborValue>([[4, kid]]),
    new Map<number, CborValue>([[1, -65537]]),
  ),
  'unprotected header not empty': await signed(
    payload(() => {}),
    undefined,
    new Map<number, CborValue>([[99, 1]]),
  ),
  'unknown claim label': await signed(payload((license) => license.set(11, 'x'))),
  'holders missing': await signed(payload((license) => license.delete(6))),
  'identifier with a wrong check character': await signed(
    payload((license) => license.set(1, claims.identifier.replace(/.$/, '0'))),
  ),
  'another authority': await signed(payload((license) => license.set(4, '另一市行政审批局').delete(5))),
  'signature changed': qrOf(message.map((octet, index) => (index === message.length - 1 ? octet ^ 1 : octet))),
  'unknown key id': await issueLicenseQr(claims, stranger),
  'issued an hour after the verifying clock': await issueLicenseQr(
    { ...claims, issuedAt: new Date(TIMES.verified.getTime() + 3_600_000) },
    world.issuer,
  ),
  'licence expired': await issueLicenseQr({ ...claims, validTo: '2026-11-21' }, world.issuer),
};

const vectors = [];
for (const [name, text] of Object.entries(texts)) {
  const report = await verifyLicenseQr(text, { at: TIMES.verified, trust: world.trust });
  const codes = report.findings.filter(({ outcome }) => outcome === 'fail').map(({ code }) => code);
  const unknown = report.findings
    .filter(({ outcome, check }) => outcome === 'unknown' && check === 'certificate')
    .map(({ code }) => code);
  vectors.push({ name, verdict: report.verdict, codes: [...codes, ...unknown], text });
}
const file = {
  note: 'EL1 licence QR texts with the verdict a verifier must give at `at`, believing `root` and knowing `issuer`. Made up throughout.',
  at: TIMES.verified.toISOString(),
  root: writePem('CERTIFICATE', world.root.certificate.bytes),
  issuer: writePem('CERTIFICATE', world.issuer.certificate.bytes),
  genuine: {
    deflated: bytesToHex(compressed),
    message: bytesToHex(message),
    protected: bytesToHex(sign1.protectedBytes),
    payload: bytesToHex(sign1.payload!),
    signature: bytesToHex(sign1.signature),
  },
  vectors,
};
writeFileSync('docs/formats/license-qr-vectors.json', `${JSON.stringify(file, null, 2)}\n`);
for (const { name, verdict, codes } of vectors) console.log(`${name}: ${verdict} ${codes.join(' ')}`);
