import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writePem } from '@gov/der/pem';
import { type Certificate, TrustStore } from '@gov/pki';
import { issueLeaf, issueRoot } from '@gov/pki/dev-ca';
import {
  createTimestampRequest,
  readTimestampRequest,
  readTimestampResponse,
  requestTimestamp,
  type TimestampHash,
  timestampNonce,
  verifyTimestamp,
} from '@gov/pki/timestamp';
import { tsaHandler } from '@gov/pki/tsa';
import { generateSm2Key, type Signer, sm2Signer } from '@gov/sm';
import { describe, expect, it } from 'vitest';
import { tool, workFolder } from '../tools.js';

const openssl = tool('openssl', 'version');
const POLICY = '1.2.156.11235.1';
const CONTENT = new TextEncoder().encode('某市行政审批局');
const VALIDITY = { notBefore: new Date(Date.now() - 3_600_000), notAfter: new Date(Date.now() + 86_400_000) };

interface Key {
  readonly signer: Signer;
  readonly pkcs8: Uint8Array;
}

async function webCryptoKey(algorithm: 'RSA-PKCS1-SHA256' | 'ECDSA-P256-SHA256'): Promise<Key> {
  const parameters = algorithm.startsWith('RSA')
    ? { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) }
    : { name: 'ECDSA', hash: 'SHA-256', namedCurve: 'P-256' };
  const pair = (await crypto.subtle.generateKey(parameters, true, ['sign', 'verify'])) as CryptoKeyPair;
  const exported = async (format: 'spki' | 'pkcs8', key: CryptoKey) =>
    new Uint8Array(await crypto.subtle.exportKey(format, key));
  return {
    signer: {
      algorithm,
      publicKey: await exported('spki', pair.publicKey),
      sign: async (message) =>
        new Uint8Array(await crypto.subtle.sign(parameters, pair.privateKey, Uint8Array.from(message))),
    },
    pkcs8: await exported('pkcs8', pair.privateKey),
  };
}

interface World {
  readonly root: Certificate;
  readonly certificate: Certificate;
  readonly signer: Signer;
  readonly pkcs8: Uint8Array;
  readonly trust: TrustStore;
}

async function worldOf({ signer, pkcs8 }: Key, above: Signer): Promise<World> {
  const root = await issueRoot({ ...VALIDITY, subject: 'CN=Root,C=CN', signer: above });
  const certificate = await issueLeaf({
    ...VALIDITY,
    ca: { certificate: root, signer: above },
    subject: 'CN=TSA,C=CN',
    publicKey: signer.publicKey,
    use: 'timestamp',
  });
  return { root, certificate, signer, pkcs8, trust: new TrustStore({ anchors: [root] }) };
}

const handlerOf = ({ signer, certificate, root }: World) => {
  let serial = 0n;
  const serials = async () => ++serial;
  return tsaHandler({ signer, certificate, chain: [root], policy: POLICY, clock: () => new Date(), serial: serials });
};

async function answerTo(world: World, query: Uint8Array): Promise<Uint8Array> {
  const headers = { 'content-type': 'application/timestamp-query' };
  const response = await handlerOf(world)(
    new Request('http://tsa/', { method: 'POST', headers, body: Uint8Array.from(query) }),
  );
  return new Uint8Array(await response.arrayBuffer());
}

const FLAGS: Readonly<Record<TimestampHash, string>> = {
  SM3: '-sm3',
  'SHA-256': '-sha256',
  'SHA-384': '-sha384',
  'SHA-512': '-sha512',
};
const HASHES = Object.keys(FLAGS) as TimestampHash[];
const ALGORITHMS = ['RSA-PKCS1-SHA256', 'ECDSA-P256-SHA256'] as const;

describe.skipIf(openssl === undefined)('openssl ts', () => {
  describe.each(ALGORITHMS)('an authority with %s', async (algorithm) => {
    const world = await worldOf(await webCryptoKey(algorithm), (await webCryptoKey(algorithm)).signer);

    it.each(HASHES)('its query by %s is answered with what it verifies, and nothing else', async (hash) => {
      using folder = workFolder();
      const file = folder.write('content', CONTENT);
      const query = join(folder.path, 'q.tsq');
      const asked = openssl!(['ts', '-query', '-data', file, FLAGS[hash], '-cert', '-tspolicy', POLICY, '-out', query]);
      expect(asked.status, asked.text).toBe(0);
      const bytes = new Uint8Array(readFileSync(query));
      const { imprint, nonce } = readTimestampRequest(bytes);
      expect(imprint.hash).toBe(hash);
      expect(nonce).toBeDefined();
      const reply = folder.write('r.tsr', await answerTo(world, bytes));
      const root = folder.write('root.pem', writePem('CERTIFICATE', world.root.bytes));
      const verified = openssl!(['ts', '-verify', '-queryfile', query, '-in', reply, '-CAfile', root]);
      expect(verified.text).toContain('Verification: OK');
      const byContent = openssl!(['ts', '-verify', '-data', file, '-in', reply, '-CAfile', root]);
      expect(byContent.text).toContain('Verification: OK');
      const other = folder.write('other', CONTENT.subarray(1));
      expect(openssl!(['ts', '-verify', '-data', other, '-in', reply, '-CAfile', root]).text).toContain(
        'message imprint mismatch',
      );
    });

    it.each(HASHES)('our query by %s is answered by it with what we verify', async (hash) => {
      using folder = workFolder();
      const nonce = timestampNonce();
      const query = folder.write('q.tsq', createTimestampRequest({ content: CONTENT, hash, nonce }));
      const shown = openssl!(['ts', '-query', '-in', query, '-text']).text;
      expect(shown).toContain('Certificate required: yes');
      const serial = folder.write('serial', '0A\n');
      const config = folder.write(
        'tsa.cnf',
        [
          '[tsa]',
          'default_tsa = tsa1',
          '[tsa1]',
          `serial = ${serial}`,
          'crypto_device = builtin',
          `default_policy = ${POLICY}`,
          'digests = sm3, sha256, sha384, sha512',
          'accuracy = secs:1, millisecs:500, microsecs:100',
          'clock_precision_digits = 3',
          'ordering = yes',
          'tsa_name = yes',
          'ess_cert_id_chain = no',
          'ess_cert_id_alg = sha256',
          'signer_digest = sha256',
          '',
        ].join('\n'),
      );
      const made = openssl!(
        ['ts', '-reply', '-config', config, '-section', 'tsa1', '-queryfile', query]
          .concat(['-signer', folder.write('tsa.pem', writePem('CERTIFICATE', world.certificate.bytes))])
          .concat(['-inkey', folder.write('tsa.key', writePem('PRIVATE KEY', world.pkcs8))])
          .concat(['-out', join(folder.path, 'r.tsr')]),
      );
      expect(made.status, made.text).toBe(0);
      const token = readTimestampResponse(new Uint8Array(readFileSync(join(folder.path, 'r.tsr'))));
      const options = { at: new Date(), trust: world.trust };
      const report = await verifyTimestamp(token, { content: CONTENT, nonce, policy: POLICY }, options);
      expect(report.findings.filter(({ outcome }) => outcome !== 'pass').map(({ code }) => code)).toEqual([
        'revocation-not-checked',
      ]);
      expect(report.verdict).toBe('valid');
      expect(token.info).toMatchObject({ accuracyMicros: 1_500_100, ordering: true, serialNumber: 11n });
      expect(token.info.tsa).toBeDefined();
      const wrong = await verifyTimestamp(token, { content: CONTENT.subarray(1) }, options);
      expect(wrong.verdict).toBe('invalid');
    });

    it('its older signingCertificate by SHA-1 is understood', async () => {
      using folder = workFolder();
      const query = folder.write('q.tsq', createTimestampRequest({ content: CONTENT, hash: 'SHA-256' }));
      const serial = folder.write('serial', '01\n');
      const config = folder.write(
        'tsa.cnf',
        `[tsa1]\nserial = ${serial}\ndefault_policy = ${POLICY}\ndigests = sha256\ness_cert_id_chain = yes\ness_cert_id_alg = sha1\nsigner_digest = sha256\n`,
      );
      const made = openssl!(
        ['ts', '-reply', '-config', config, '-section', 'tsa1', '-queryfile', query, '-token_out']
          .concat(['-signer', folder.write('tsa.pem', writePem('CERTIFICATE', world.certificate.bytes))])
          .concat(['-chain', folder.write('root.pem', writePem('CERTIFICATE', world.root.bytes))])
          .concat(['-inkey', folder.write('tsa.key', writePem('PRIVATE KEY', world.pkcs8))])
          .concat(['-out', join(folder.path, 'r.tst')]),
      );
      expect(made.status, made.text).toBe(0);
      const token = new Uint8Array(readFileSync(join(folder.path, 'r.tst')));
      const report = await verifyTimestamp(token, { content: CONTENT }, { at: new Date(), trust: world.trust });
      expect(report.verdict).toBe('valid');
    });
  });

  it('an authority with SM2, which it cannot verify whole: the signature over the attributes', async () => {
    const key = (): Key => {
      const sm2 = generateSm2Key();
      return { signer: sm2Signer(sm2), pkcs8: new Uint8Array(0) };
    };
    const world = await worldOf(key(), key().signer);
    const fetch = handlerOf(world);
    const at = new Date();
    const token = await requestTimestamp(
      'http://tsa/',
      { content: CONTENT, hash: 'SM3' },
      { fetch, at, trust: world.trust },
    );
    using folder = workFolder();
    const file = folder.write('token.der', token.bytes);
    const shown = openssl!(['cms', '-cmsout', '-print', '-inform', 'DER', '-in', file]).text;
    expect(shown).toContain('id-smime-ct-TSTInfo');
    expect(shown).toContain('id-smime-aa-signingCertificateV2');
    const [signer] = token.signedData.signers;
    const verify = (message: Uint8Array): string =>
      openssl!(
        ['dgst', '-sm3', '-sigopt', 'distid:1234567812345678', '-keyform', 'DER']
          .concat(['-verify', folder.write('p.der', world.signer.publicKey)])
          .concat(['-signature', folder.write('s', signer!.signature), folder.write('m', message)]),
      ).text;
    const { bytes } = signer!.signedAttributes!;
    expect(verify(bytes)).toContain('Verified OK');
    expect(verify(bytes.subarray(1))).toContain('Verification failure');
    const { stdout } = openssl!(['dgst', '-sm3', '-binary'], { input: CONTENT });
    expect(Buffer.from(token.info.imprint.digest).equals(stdout)).toBe(true);
  });
});
