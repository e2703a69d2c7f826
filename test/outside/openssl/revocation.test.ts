/** CRLs and OCSP of ours in OpenSSL's hands, and OpenSSL's in ours. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writePem } from '@gov/der/pem';
import { type Certificate, TrustStore } from '@gov/pki';
import { crlDistributionPoints, extendedKeyUsage, issueCertificate, keyUsage } from '@gov/pki/ca';
import { issueRoot } from '@gov/pki/dev-ca';
import { createOcspRequest, ocspResponder, readOcspRequest } from '@gov/pki/ocsp';
import { generatePrivateKey } from '@gov/pki/private-key';
import { issueCrl, type RevocationData, readCrl, readOcspResponse, revocationFindings } from '@gov/pki/revocation';
import { describe, expect, it } from 'vitest';
import { tool, workFolder } from '../tools.js';

const openssl = tool('openssl', 'version');
const DAY = 86_400_000;
const now = new Date(Math.floor(Date.now() / 1000) * 1000);
const validity = { notBefore: new Date(now.getTime() - DAY), notAfter: new Date(now.getTime() + 30 * DAY) };
const OCSP_SIGNING = '1.3.6.1.5.5.7.3.9';

type Algorithm = 'RSA-PKCS1-SHA256' | 'ECDSA-P256-SHA256' | 'SM2-SM3';

/** A root, a leaf and a responder of ours, as PEM files, too. */
async function ours(algorithm: Algorithm, write: (name: string, text: string | Uint8Array) => string) {
  const [ca, own, delegated] = await Promise.all([1, 2, 3].map(() => generatePrivateKey(algorithm)));
  const root = await issueRoot({ ...validity, subject: 'CN=根,O=某省,C=CN', signer: ca!.signer });
  const issue = (subject: string, publicKey: Uint8Array, extensions: Uint8Array[]) =>
    issueCertificate({ ...validity, issuer: root, signer: ca!.signer, subject, publicKey, extensions });
  const leaf = await issue('CN=某局,C=CN', own!.signer.publicKey, [
    keyUsage(['digitalSignature']),
    crlDistributionPoints(['http://ca.example/ca.crl']),
  ]);
  const responder = await issue('CN=OCSP,C=CN', delegated!.signer.publicKey, [
    keyUsage(['digitalSignature']),
    extendedKeyUsage([OCSP_SIGNING]),
  ]);
  const pem = (name: string, certificate: Certificate) => write(name, writePem('CERTIFICATE', certificate.bytes));
  return {
    root,
    leaf,
    responder,
    signer: ca!.signer,
    responderSigner: delegated!.signer,
    files: {
      root: pem('root.pem', root),
      leaf: pem('leaf.pem', leaf),
      responder: pem('responder.pem', responder),
      rootKey: write('root.key', writePem('PRIVATE KEY', ca!.pkcs8)),
      responderKey: write('responder.key', writePem('PRIVATE KEY', delegated!.pkcs8)),
    },
  };
}

/** What we say of the leaf. */
async function judged(root: Certificate, leaf: Certificate, revocation: RevocationData): Promise<string> {
  const trust = new TrustStore({ anchors: [root] });
  const { path } = await trust.path(leaf);
  const at = new Date(Date.now() + 1000);
  const [finding] = await revocationFindings(path, undefined, { at, trust, revocation });
  return `${finding?.code} ${/keyCompromise|superseded/.exec(finding?.detail ?? '')?.[0] ?? ''}`.trim();
}

const indexLine = (leaf: Certificate, revoked: boolean): string => {
  const time = (date: Date) => `${date.toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`;
  let serial = leaf.serialNumber.toString(16).toUpperCase();
  if (serial.length % 2 === 1) serial = `0${serial}`;
  return [
    revoked ? 'R' : 'V',
    time(leaf.notAfter),
    revoked ? `${time(now)},keyCompromise` : '',
    serial,
    'unknown',
    '/C=CN/CN=leaf',
  ].join('\t');
};

const CA_CONFIG = `[ca]
default_ca = own
[own]
database = index.txt
crlnumber = crlnumber
default_md = sha256
default_crl_days = 7
crl_extensions = crl
[crl]
authorityKeyIdentifier = keyid
`;

describe.skipIf(openssl === undefined).each<Algorithm>(['RSA-PKCS1-SHA256', 'ECDSA-P256-SHA256'])('%s', (algorithm) => {
  it('openssl believes our CRL', async () => {
    using folder = workFolder();
    const { root, leaf, signer, files } = await ours(algorithm, folder.write);
    const entry = { serialNumber: leaf.serialNumber, revokedAt: now, reason: 'keyCompromise' } as const;
    const dates = { thisUpdate: now, nextUpdate: new Date(now.getTime() + DAY), crlNumber: 255n };
    for (const entries of [[], [{ ...entry, invalidityDate: validity.notBefore }]]) {
      const { bytes } = await issueCrl({ issuer: root, signer, entries, ...dates });
      const crl = folder.write('ours.crl', writePem('X509 CRL', bytes));
      const checked = openssl!(['crl', '-in', crl, '-CAfile', files.root, '-noout', '-verify', '-text']);
      expect(checked.text).toContain('verify OK');
      expect(checked.text).toContain('X509v3 CRL Number: \n                255');
      const verified = openssl!(['verify', '-crl_check', '-CAfile', files.root, '-CRLfile', crl, files.leaf]);
      if (entries.length === 0) expect(verified.text).toContain('leaf.pem: OK');
      else {
        expect(checked.text).toContain('Key Compromise');
        expect(verified.text).toContain('certificate revoked');
      }
    }
  });

  it('we believe the CRL of openssl', async () => {
    using folder = workFolder();
    const { root, leaf, files } = await ours(algorithm, folder.write);
    folder.write('crlnumber', '0A\n');
    folder.write('index.txt.attr', 'unique_subject = no\n');
    const config = folder.write('ca.cnf', CA_CONFIG);
    for (const revoked of [true, false]) {
      folder.write('index.txt', `${indexLine(leaf, revoked)}\n`);
      const args = [
        'ca',
        '-config',
        config,
        '-gencrl',
        '-cert',
        files.root,
        '-keyfile',
        files.rootKey,
        '-out',
        'theirs.crl',
      ];
      const made = openssl!(args, { cwd: folder.path });
      expect(made.status, made.text).toBe(0);
      const crl = readCrl(readFileSync(join(folder.path, 'theirs.crl'), 'utf8'), 'strict');
      expect([crl.size, crl.crlNumber]).toEqual([revoked ? 1 : 0, revoked ? 10n : 11n]);
      const answer = await judged(root, leaf, { crls: [crl], ocspResponses: [] });
      expect(answer).toBe(revoked ? 'certificate-revoked keyCompromise' : 'revocation-ok');
    }
  });

  it('openssl believes our OCSP responses, to its own requests', async () => {
    using folder = workFolder();
    const { root, leaf, signer, responder, responderSigner, files } = await ours(algorithm, folder.write);
    for (const hash of ['-sha1', '-sha256', '-sm3']) {
      for (const delegated of [true, false]) {
        for (const revoked of [true, false]) {
          const args = [hash, '-issuer', files.root, '-cert', files.leaf];
          const request = join(folder.path, 'request.der');
          expect(openssl!(['ocsp', ...args, '-reqout', request]).status).toBe(0);
          const body = new Uint8Array(readFileSync(request));
          expect(readOcspRequest(body).nonce).toHaveLength(16);
          const handler = ocspResponder({
            issuer: root,
            signer: delegated ? responderSigner : signer,
            ...(delegated ? { certificate: responder } : {}),
            statusOf: (serial) =>
              serial !== leaf.serialNumber
                ? { status: 'unknown' }
                : revoked
                  ? { status: 'revoked', revokedAt: now, reason: 'superseded' }
                  : { status: 'good' },
            clock: () => new Date(),
          });
          const response = await handler(new Request('http://ocsp.example/', { method: 'POST', body }));
          const file = folder.write('response.der', new Uint8Array(await response.arrayBuffer()));
          const told = openssl!([
            'ocsp',
            '-reqin',
            request,
            '-respin',
            file,
            '-CAfile',
            files.root,
            '-verify_other',
            files.root,
            '-resp_text',
          ]);
          expect(told.text).toContain('Response verify OK');
          expect(told.text).not.toMatch(/nonce verify|no nonce/i);
          expect(told.text).toContain(revoked ? 'Cert Status: revoked' : 'Cert Status: good');
          if (revoked) expect(told.text).toContain('Revocation Reason: superseded');
        }
      }
    }
  });

  it('we believe the OCSP responses of openssl, to our own requests', async () => {
    using folder = workFolder();
    const { root, leaf, files } = await ours(algorithm, folder.write);
    const nonce = new Uint8Array(16).fill(9);
    for (const hash of ['SHA-1', 'SHA-256', 'SM3'] as const) {
      for (const [signer, key] of [
        [files.root, files.rootKey],
        [files.responder, files.responderKey],
      ] as const) {
        for (const [status, wanted] of [
          ['good', 'revocation-ok'],
          ['revoked', 'certificate-revoked keyCompromise'],
          ['unknown', 'revocation-status-unknown'],
        ] as const) {
          const { bytes } = await createOcspRequest({
            certificates: [{ certificate: leaf, issuer: root }],
            hash,
            nonce,
          });
          const index = folder.write(
            'index.txt',
            status === 'unknown' ? '' : `${indexLine(leaf, status === 'revoked')}\n`,
          );
          const request = folder.write('request.der', bytes);
          const response = join(folder.path, 'response.der');
          const args = ['-index', index, '-CA', files.root, '-rsigner', signer, '-rkey', key, '-ndays', '1'];
          const made = openssl!(['ocsp', ...args, '-reqin', request, '-respout', response]);
          expect(made.status, made.text).toBe(0);
          const read = readOcspResponse(new Uint8Array(readFileSync(response)), 'strict');
          expect(read.nonce).toEqual(nonce);
          expect(await judged(root, leaf, { crls: [], ocspResponses: [read] })).toBe(wanted);
        }
      }
    }
  });
});

describe.skipIf(openssl === undefined)('SM2', () => {
  it('openssl reads our CRL and our OCSP response, the signature of which it cannot verify', async () => {
    using folder = workFolder();
    const { root, leaf, signer, files } = await ours('SM2-SM3', folder.write);
    const entries = [{ serialNumber: leaf.serialNumber, revokedAt: now, reason: 'superseded' } as const];
    const dates = { thisUpdate: now, nextUpdate: new Date(now.getTime() + DAY), crlNumber: 1n };
    const { bytes } = await issueCrl({ issuer: root, signer, entries, ...dates });
    const shown = openssl!(['crl', '-inform', 'DER', '-in', folder.write('ours.crl', bytes), '-noout', '-text']);
    expect(shown.text).toContain('Signature Algorithm: SM2-with-SM3');
    expect(shown.text).toContain('Superseded');
    const { bytes: body } = await createOcspRequest({
      certificates: [{ certificate: leaf, issuer: root }],
      hash: 'SM3',
    });
    const clock = () => now;
    const handler = ocspResponder({ issuer: root, signer, statusOf: () => ({ status: 'good' }), clock });
    const response = await handler(new Request('http://x/', { method: 'POST', body: Uint8Array.from(body) }));
    const file = folder.write('response.der', new Uint8Array(await response.arrayBuffer()));
    const text = openssl!([
      'ocsp',
      '-respin',
      file,
      '-noverify',
      '-resp_text',
      '-issuer',
      files.root,
      '-sm3',
      '-cert',
      files.leaf,
    ]);
    expect(text.text).toContain('Hash Algorithm: sm3');
    expect(text.text).toContain('leaf.pem: good');
  });
});
