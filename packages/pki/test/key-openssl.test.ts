/** Key files of OpenSSL in our hands, and ours in OpenSSL's. */

import { type PemBlock, readPem, writePem } from '@gov/der/pem';
import { readCertificate } from '@gov/pki';
import { issueRoot } from '@gov/pki/dev-ca';
import { readPkcs12, writePkcs12 } from '@gov/pki/pkcs12';
import { generatePrivateKey, openPrivateKey, readPrivateKey } from '@gov/pki/private-key';
import { readSm2PrivateKey, type Signer } from '@gov/sm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasOpenssl, Openssl } from '../../sm/test/openssl.js';
import { codeOf, text, verifies } from './key-material.js';

const KINDS = ['rsa', 'ec', 'sm2', 'ed25519'] as const;
const GENERATE = {
  rsa: ['genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'],
  ec: ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384'],
  sm2: ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:SM2'],
  ed25519: ['genpkey', '-algorithm', 'ED25519'],
} as const;
const PASSWORD = 'pass:口令';

describe.skipIf(!hasOpenssl)('OpenSSL', () => {
  const openssl = new Openssl();
  const signers = new Map<string, Signer>();
  const legacy = ['-provider', 'legacy', '-provider', 'default'];
  const hasLegacy = hasOpenssl && openssl.accepts('list', '-providers', '-provider', 'legacy');
  if (hasOpenssl && !hasLegacy) console.warn('skipped: the legacy provider of OpenSSL, which is not installed');
  const get = (name: string) => new TextDecoder('latin1').decode(openssl.get(name));

  beforeAll(async () => {
    for (const kind of KINDS) {
      openssl.run(...GENERATE[kind], '-out', `${kind}.pem`);
      const subject = ['-subj', '/C=CN/CN=x', '-days', '30', '-out', `${kind}.crt`];
      const digest = kind === 'sm2' ? ['-sm3', '-sigopt', 'distid:1234567812345678'] : [];
      openssl.run('req', '-x509', '-key', `${kind}.pem`, ...digest, ...subject);
      signers.set(kind, await readPrivateKey(get(`${kind}.pem`)));
    }
  });
  afterAll(() => openssl.remove());

  const same = async (kind: string, signer: Signer) => {
    expect(signer.publicKey).toEqual(signers.get(kind)!.publicKey);
    expect(await verifies(signer, text('x'))).toBe(true);
  };

  it.each(KINDS)('%s: its public key is ours', (kind) => {
    openssl.run('pkey', '-in', `${kind}.pem`, '-pubout', '-outform', 'DER', '-out', 'public.der');
    expect(openssl.get('public.der')).toEqual(signers.get(kind)!.publicKey);
  });

  const EXPORTS: readonly (readonly [string, readonly string[], boolean])[] = [
    ['as it is', [], false],
    ['AES-128, SHA-1', ['-keypbe', 'AES-128-CBC', '-certpbe', 'AES-128-CBC', '-macalg', 'SHA1'], false],
    ['SHA-512, 1 round', ['-macalg', 'SHA512', '-noiter', '-nomaciter'], false],
    ['SM4, SM3', ['-keypbe', 'SM4-CBC', '-certpbe', 'SM4-CBC', '-macalg', 'SM3'], false],
    ['no encryption', ['-keypbe', 'NONE', '-certpbe', 'NONE'], false],
    ['no code', ['-nomac'], false],
    ['triple DES', ['-descert'], true],
    ['legacy', ['-legacy'], true],
    ['RC2-128', ['-legacy', '-keypbe', 'PBE-SHA1-RC2-128', '-certpbe', 'PBE-SHA1-RC2-40'], true],
    ['two keys of DES', ['-legacy', '-keypbe', 'PBE-SHA1-2DES', '-certpbe', 'PBE-SHA1-2DES'], true],
    ['DES of PBES1', ['-legacy', '-keypbe', 'PBE-MD5-DES', '-certpbe', 'PBE-SHA1-DES'], true],
    ['RC2 of PBES1', ['-legacy', '-keypbe', 'PBE-MD5-RC2-64', '-certpbe', 'PBE-SHA1-RC2-64'], true],
  ];

  it.each(EXPORTS)('PKCS#12 of OpenSSL: %s', async (_, options, old) => {
    if (old && !hasLegacy) return;
    for (const kind of KINDS) {
      const files = [
        '-inkey',
        `${kind}.pem`,
        '-in',
        `${kind}.crt`,
        '-certfile',
        'rsa.crt',
        '-name',
        '某局',
        '-out',
        'their.p12',
      ];
      openssl.run('pkcs12', '-export', ...files, ...options, '-passout', PASSWORD);
      const bytes = openssl.get('their.p12');
      const { keys, certificates, authenticated } = await readPkcs12(bytes, '口令');
      await same(kind, keys[0]!.signer);
      expect(keys[0]!.certificate?.bytes).toEqual(readCertificate(openssl.get(`${kind}.crt`)).bytes);
      expect([keys[0]!.friendlyName, certificates.length]).toEqual(['某局', 2]);
      expect(authenticated).toBe(!options.includes('-nomac'));
      if (!options.includes('NONE')) expect(await codeOf(() => readPkcs12(bytes, '口'))).toBe('password-wrong');
    }
  });

  it('an old PKCS#12 with an octet changed anywhere', async () => {
    if (!hasLegacy) return;
    const files = ['-inkey', 'sm2.pem', '-in', 'sm2.crt', '-out', 'their.p12'];
    openssl.run('pkcs12', '-export', ...files, '-legacy', '-noiter', '-nomaciter', '-passout', PASSWORD);
    const bytes = openssl.get('their.p12');
    const tally: Record<string, number> = {};
    for (let at = 0; at < bytes.length; at++) {
      const code = await codeOf(async () => {
        const { keys } = await readPkcs12(bytes.with(at, bytes[at]! ^ (1 << (at % 8))), '口令');
        expect(keys[0]?.signer.publicKey).toEqual(signers.get('sm2')!.publicKey);
      });
      tally[code] = (tally[code] ?? 0) + 1;
    }
    expect(tally['nothing thrown']).toBeUndefined();
    expect(tally['password-wrong']).toBeUndefined();
    expect(tally['pkcs12-malformed']).toBeGreaterThan(0.95 * bytes.length);
  });

  it('an empty password', async () => {
    openssl.run('pkcs12', '-export', '-inkey', 'ec.pem', '-in', 'ec.crt', '-out', 'their.p12', '-passout', 'pass:');
    await same('ec', (await readPkcs12(openssl.get('their.p12'), '')).keys[0]!.signer);
  });

  it.each(KINDS)('our PKCS#12 of %s in OpenSSL', async (kind) => {
    const certificate = readCertificate(openssl.get(`${kind}.crt`));
    const key = await openPrivateKey(get(`${kind}.pem`));
    const options = { key, certificates: [certificate, readCertificate(openssl.get('rsa.crt'))], password: '口令 Ω' };
    openssl.put('our.p12', await writePkcs12({ ...options, cipher: 'aes', friendlyName: '某局', iterations: 5000 }));
    const shown = openssl.run('pkcs12', '-in', 'our.p12', '-nodes', '-passin', 'pass:口令 Ω');
    expect(shown).toContain(writePem('CERTIFICATE', certificate.bytes));
    const theirs = await readPrivateKey(shown);
    expect(theirs.publicKey).toEqual(signers.get(kind)!.publicKey);
    expect(openssl.accepts('pkcs12', '-in', 'our.p12', '-nodes', '-passin', 'pass:口令')).toBe(false);
    // OpenSSL 3.0 knows SM3 for codes and SM4 for content, but not HMAC-SM3 for passwords.
    openssl.put('sm.p12', await writePkcs12({ ...options, iterations: 5000 }));
    expect(openssl.accepts('pkcs12', '-in', 'sm.p12', '-noout', '-passin', 'pass:口令')).toBe(false);
  });

  it.each([
    ['-v2', 'aes-256-cbc'],
    ['-v2', 'aes-192-cbc', '-v2prf', 'hmacWithSHA512'],
    ['-v2', 'des3', '-v2prf', 'hmacWithSHA1'],
    ['-v2', 'sm4-cbc'],
    ['-scrypt'],
    ['-scrypt', '-scrypt_N', '1024', '-scrypt_r', '16', '-scrypt_p', '2'],
    ['-v1', 'PBE-SHA1-3DES'],
    ['-v1', 'PBE-SHA1-2DES'],
    ['-v1', 'PBE-SHA1-RC2-40'],
    ['-v1', 'PBE-SHA1-RC2-128'],
    ['-v1', 'PBE-MD5-DES'],
    ['-v1', 'PBE-SHA1-DES'],
    ['-v1', 'PBE-MD5-RC2-64'],
    ['-v1', 'PBE-SHA1-RC2-64'],
  ])('encrypted PKCS#8: %s %s', async (...scheme) => {
    const old = scheme.some((word) => /RC2|-DES$/.test(word));
    if (old && !hasLegacy) return;
    for (const kind of KINDS) {
      openssl.run(
        'pkcs8',
        '-topk8',
        '-in',
        `${kind}.pem`,
        ...scheme,
        ...(old ? legacy : []),
        '-passout',
        PASSWORD,
        '-out',
        'their.pem',
      );
      const pem = get('their.pem');
      await same(kind, await readPrivateKey(pem, { password: '口令' }));
      expect(await codeOf(() => readPrivateKey(pem, { password: '口' }))).toBe('password-wrong');
      expect(await codeOf(() => readPrivateKey(pem))).toBe('key-encrypted');
    }
  });

  it('a scheme that is not read: RC4', async () => {
    if (!hasLegacy) return;
    openssl.run(
      'pkcs8',
      '-topk8',
      '-in',
      'sm2.pem',
      '-v1',
      'PBE-SHA1-RC4-128',
      ...legacy,
      '-passout',
      PASSWORD,
      '-out',
      'their.pem',
    );
    expect(await codeOf(() => readPrivateKey(get('their.pem'), { password: '口令' }))).toBe('key-unsupported');
  });

  it.each(['aes-128-cbc', 'aes-192-cbc', 'aes-256-cbc', 'des3', 'sm4-cbc', 'des-cbc'])(
    'old PEM encryption: %s',
    async (cipher) => {
      const old = cipher === 'des-cbc';
      if (old && !hasLegacy) return;
      for (const kind of ['rsa', 'ec', 'sm2'] as const) {
        const options = [`-${cipher}`, ...(old ? legacy : []), '-passout', PASSWORD, '-out', 'old.pem'];
        // `openssl pkey -traditional` of OpenSSL 3.0 knows no SM2, `openssl ec` writes nothing else.
        openssl.run(...(kind === 'sm2' ? ['ec'] : ['pkey', '-traditional']), '-in', `${kind}.pem`, ...options);
        const pem = get('old.pem');
        expect(pem).toContain('Proc-Type: 4,ENCRYPTED');
        await same(kind, await readPrivateKey(pem, { password: '口令' }));
        await same(kind, await readPrivateKey(pem.replaceAll('\n', '\r\n'), { password: text('口令') }));
        expect(await codeOf(() => readPrivateKey(pem))).toBe('key-encrypted');
        expect(await codeOf(() => readPrivateKey(pem, { password: '口' }))).toBe('password-wrong');
        expect(await codeOf(() => readPrivateKey(pem, { password: '' }))).toBe('password-wrong');
        // Not the first block, and not the last: the head stays readable, and the padding.
        const lines = pem.split('\n');
        const changed = (line: number) =>
          lines
            .with(
              line,
              lines[line]!.replace(/./, (c) => (c === 'A' ? 'B' : 'A')),
            )
            .join('\n');
        const code = await codeOf(() => readPrivateKey(changed(lines.indexOf('') + 2), { password: '口令' }));
        // The name of the curve may be what was hit.
        expect(['key-malformed', 'key-mismatch', 'key-unsupported']).toContain(code);
      }
    },
  );

  it('old PEM encryption that is not sound', async () => {
    openssl.run('pkey', '-in', 'ec.pem', '-traditional', '-aes256', '-passout', PASSWORD, '-out', 'old.pem');
    const pem = get('old.pem');
    const code = (change: (pem: string) => string) => codeOf(() => readPrivateKey(change(pem), { password: '口令' }));
    expect(await code((one) => one)).toBe('nothing thrown');
    expect(await code((one) => one.replace('AES-256-CBC', 'AES-256-GCM'))).toBe('key-unsupported');
    expect(await code((one) => one.replace('AES-256-CBC', 'RC2-CBC'))).toBe('key-unsupported');
    expect(await code((one) => one.replace(/DEK-Info: AES-256-CBC,../, 'DEK-Info: AES-256-CBC,'))).toBe(
      'key-malformed',
    );
    expect(await code((one) => one.replace(/DEK-Info.*\n/, ''))).toBe('key-malformed');
    expect(await code((one) => one.replace(/\n[^\n]+\n-----END/, '\n-----END'))).toMatch(/malformed|wrong/);
    expect(await code((one) => one.replace(/\n\n./, '\n\n*'))).toBe('key-malformed');
    expect(await code((one) => one.replace('-----END', '----END'))).toBe('pem-malformed');
  });

  it('an SM2 key with its curve written out', async () => {
    openssl.run('ec', '-in', 'sm2.pem', '-param_enc', 'explicit', '-out', 'explicit.pem');
    openssl.run('pkcs8', '-topk8', '-nocrypt', '-in', 'explicit.pem', '-out', 'explicit-p8.pem');
    for (const name of ['explicit.pem', 'explicit-p8.pem']) await same('sm2', await readPrivateKey(get(name)));
    // Any other number, and it is another curve: the base point of an attacker gives any public key.
    const [{ bytes }] = readPem(get('explicit-p8.pem')) as [PemBlock];
    const base = Buffer.from(bytes).indexOf(Buffer.from('0432c4ae2c', 'hex'));
    for (const at of [base + 10, base - 10, base + 64, base + 70]) {
      expect(await codeOf(() => readPrivateKey(bytes.with(at, bytes[at]! ^ 1)))).toMatch(
        /^key-(unsupported|malformed)$/,
      );
    }
    openssl.run('ec', '-in', 'ec.pem', '-param_enc', 'explicit', '-out', 'explicit.pem');
    expect(await codeOf(() => readPrivateKey(get('explicit.pem')))).toMatch(/^key-(unsupported|malformed)$/);
  });

  it.each(['SM2-SM3', 'RSA-PKCS1-SHA256', 'ECDSA-P521-SHA512', 'Ed25519'] as const)(
    'a new %s key of ours is one',
    async (algorithm) => {
      const { signer, pkcs8 } = await generatePrivateKey(algorithm);
      openssl.put('new.der', pkcs8);
      openssl.run('pkey', '-inform', 'DER', '-in', 'new.der', '-pubout', '-outform', 'DER', '-out', 'new.pub');
      expect(openssl.get('new.pub')).toEqual(signer.publicKey);
      if (algorithm === 'SM2-SM3') {
        expect(readSm2PrivateKey(pkcs8).publicKey.toSpki()).toEqual(signer.publicKey);
        const validity = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2046-01-01T00:00:00Z') };
        const certificate = await issueRoot({ ...validity, subject: 'CN=x,C=CN', signer });
        openssl.put(
          'new.p12',
          await writePkcs12({
            key: pkcs8,
            certificates: [certificate],
            password: 'x',
            cipher: 'aes',
            iterations: 1000,
          }),
        );
        expect(openssl.accepts('pkcs12', '-in', 'new.p12', '-noout', '-passin', 'pass:x')).toBe(true);
      }
    },
  );
});
