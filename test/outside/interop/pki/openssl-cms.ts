/** CMS and timestamps by the command `openssl`: what it has no command for is taken apart or put together by hand. */
import type { Bytes } from '../peer.js';
import { equal, hex, unhex } from '../peer.js';
import { type AssembledSigner, assembleSignedData, assembleSm2Envelope, OIDS } from './assemble.js';
import { type Algorithm, CONTENT, type Exhibits, NAMES } from './exhibits.js';
import type { Refusal, Skill } from './matrix.js';
import { fits, link, roots } from './openssl-certificates.js';
import { DISTID, type Identity, lastWord, type Openssl } from './openssl-shell.js';
import { read } from './structure.js';

const NO_CMS: Partial<Record<Algorithm, string>> = {
  SM2: '`cms` takes no SM2 key',
  Ed25519: '`cms` and `ts` of OpenSSL 3.0 take no Ed25519 key',
};
const NO_TS: Partial<Record<Algorithm, string>> = { SM2: '`ts` takes no SM2 key', Ed25519: NO_CMS.Ed25519! };
const taken = (why: string, algorithm: Algorithm): string =>
  `${why}; instead ${algorithm === 'SM2' ? '`dgst -sm3 -verify`' : '`pkeyutl -verify -rawin`'} on the signed attributes, the digest in them, and \`verify\` for the certificate`;
const made = (why: string, algorithm: Algorithm): string =>
  `${why}; instead put together by hand around a signature of ${algorithm === 'SM2' ? '`dgst -sm3 -sign`' : '`pkeyutl -sign -rawin`'}`;

/** Signed attributes, digest and certificates of each signer, where `cms` and `ts` do not know the key. */
function takeByHand(openssl: Openssl, algorithm: Algorithm, cms: Bytes, content: Bytes, root: Bytes): Refusal {
  const { signers, certificates } = read.signedData(cms);
  if (signers.length === 0) return 'no signer';
  for (const { attributes, messageDigest, serial, signature } of signers) {
    if (attributes === undefined || messageDigest === undefined) return 'no signed attributes';
    const certificate = certificates.find((one) => serial !== undefined && equal(read.serial(one), serial));
    if (certificate === undefined) return 'no certificate';
    const digest = algorithm === 'SM2' ? 'sm3' : messageDigest.length === 64 ? 'sha512' : 'sha256';
    if (!equal(openssl.run('dgst', `-${digest}`, '-binary', openssl.file(content)), messageDigest))
      return 'another digest';
    if (!fits(openssl, algorithm, read.publicKey(certificate), attributes, signature)) return 'Verification failure';
    const refusal = link(openssl, algorithm, certificate, root);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function signerByHand(openssl: Openssl, algorithm: Algorithm, { key, certificate }: Identity): AssembledSigner {
  const sm2 = algorithm === 'SM2';
  return {
    certificate: openssl.der(certificate),
    digestAlgorithm: sm2 ? OIDS.sm3 : OIDS.sha512,
    signatureAlgorithm: sm2 ? OIDS.sm2Signature : OIDS.ed25519,
    digest: (bytes) => openssl.run('dgst', sm2 ? '-sm3' : '-sha512', '-binary', openssl.file(bytes)),
    sign: (bytes) =>
      sm2
        ? openssl.run('dgst', '-sm3', '-sigopt', DISTID, '-sign', key, openssl.file(bytes))
        : openssl.run('pkeyutl', '-sign', '-inkey', key, '-rawin', '-in', openssl.file(bytes)),
  };
}

const now = (): string => `${new Date().toISOString().slice(2, 19).replace(/[-T:]/g, '')}Z`;

export function signedData(
  openssl: Openssl,
  algorithm: Algorithm,
  { attached, signers }: { readonly attached: boolean; readonly signers: number },
): Skill<Exhibits['CMS SignedData, attached']> {
  const why = NO_CMS[algorithm];
  const identities = () =>
    Array.from({ length: signers }, (_, i) =>
      openssl.issue(algorithm, 'leaf', `${NAMES.leaf} ${i + 1}`, openssl.root(algorithm)),
    );
  return {
    make: {
      ...(why === undefined ? {} : { instead: made(why, algorithm) }),
      run() {
        const ids = identities();
        const exhibit = { ...roots(openssl, algorithm), content: CONTENT, signers };
        if (why !== undefined) {
          const by = ids.map((id) => signerByHand(openssl, algorithm, id));
          return { ...exhibit, cms: assembleSignedData(CONTENT, by, { attached, time: now() }) };
        }
        const by = ids.flatMap(({ key, certificate }) => ['-signer', certificate, '-inkey', key]);
        const how = ['-md', 'sha256', '-binary', ...(attached ? ['-nodetach'] : []), '-outform', 'DER'];
        return { ...exhibit, cms: openssl.run('cms', '-sign', '-in', openssl.file(CONTENT), ...by, ...how) };
      },
    },
    take: {
      ...(why === undefined ? {} : { instead: taken(why, algorithm) }),
      run({ cms, content, root, signers }) {
        const inside = read.signedData(cms);
        if ((inside.content !== undefined) !== attached) return attached ? 'no content in it' : 'content in it';
        if (attached && !equal(inside.content!, content)) return 'another content';
        if (inside.signers.length !== signers) return `${inside.signers.length} signers`;
        if (why !== undefined) return takeByHand(openssl, algorithm, cms, content, root);
        const out = openssl.fresh();
        const how = attached ? [] : ['-content', openssl.file(content)];
        const files = ['-in', openssl.file(cms), '-inform', 'DER', '-CAfile', openssl.pem(root), '-out', out];
        const { ok, text } = openssl.try('cms', '-verify', '-binary', '-purpose', 'any', ...how, ...files);
        if (!ok) return lastWord(text);
        return equal(openssl.bytes(out), content) ? undefined : 'another content';
      },
    },
  };
}

/** To SM2 keys; `cms` encrypts to the others, which we do not. */
export const envelopedData = (
  openssl: Openssl,
  algorithm: Algorithm,
): Skill<Exhibits['CMS EnvelopedData, SM4-CBC']> => ({
  make: {
    instead: `${NO_CMS.SM2}; instead put together by hand around \`pkeyutl -encrypt\` and \`enc -sm4-cbc\``,
    run() {
      const to = openssl.issue(algorithm, 'recipient', NAMES.leaf, openssl.root(algorithm));
      const recipient = openssl.der(to.certificate);
      const [key, iv] = [openssl.run('rand', '16'), openssl.run('rand', '16')];
      const encryptedKey = openssl.run('pkeyutl', '-encrypt', '-inkey', to.key, '-in', openssl.file(key));
      const cipher = ['-sm4-cbc', '-K', hex(key), '-iv', hex(iv)];
      const ciphertext = openssl.run('enc', ...cipher, '-in', openssl.file(CONTENT));
      return {
        cms: assembleSm2Envelope(recipient, { encryptedKey, iv, ciphertext }),
        content: CONTENT,
        recipient,
        key: openssl.pkcs8(to.key),
        strangerKey: openssl.pkcs8(openssl.keyOf(algorithm, 'another recipient')),
      };
    },
  },
  take: {
    instead: `${NO_CMS.SM2}; instead \`pkeyutl -decrypt\` of the key and \`enc -d -sm4-cbc\` of the content`,
    run({ cms, content, key }) {
      const { encryptedKey, iv, ciphertext } = read.envelopedData(cms);
      const own = ['-inkey', openssl.file(key), '-keyform', 'DER'];
      const opened = openssl.run('pkeyutl', '-decrypt', ...own, '-in', openssl.file(encryptedKey));
      const cipher = ['-sm4-cbc', '-K', hex(opened), '-iv', hex(iv)];
      const plain = openssl.run('enc', '-d', ...cipher, '-in', openssl.file(ciphertext));
      return equal(plain, content) ? undefined : 'another content';
    },
  },
});

export type Imprint = 'sm3' | 'sha256';

/** A timestamp of an RSA authority; for a request that is answered, and for the TSTInfo inside. */
function reply(openssl: Openssl, request: Bytes, algorithm: Algorithm): Bytes {
  const config = openssl.file(`[tsa]
default_tsa = stamps
[stamps]
serial = ${openssl.file('01\n')}
default_policy = 1.2.3.4.1
digests = sha256, sm3
accuracy = secs:1
ess_cert_id_alg = sha256
`);
  const { key, certificate } = openssl.issue(algorithm, 'timestamp', NAMES.leaf, openssl.root(algorithm));
  const out = openssl.fresh();
  openssl.run(
    'ts',
    '-reply',
    '-config',
    config,
    '-queryfile',
    openssl.file(request),
    '-signer',
    certificate,
    '-inkey',
    key,
    '-sha256',
    '-out',
    out,
  );
  return openssl.bytes(out);
}

const query = (openssl: Openssl, imprint: Imprint, data: Bytes): Bytes => {
  const out = openssl.fresh();
  openssl.run('ts', '-query', '-data', openssl.file(data), `-${imprint}`, '-cert', '-out', out);
  return openssl.bytes(out);
};

export const timestampRequest = (openssl: Openssl, imprint: Imprint): Skill<Exhibits['timestamp request, SM3']> => ({
  make: { run: () => ({ request: query(openssl, imprint, CONTENT), data: CONTENT }) },
  take: {
    // Its authority answers, and the answer is held against the request and the data.
    run({ request, data }) {
      const text = Buffer.from(openssl.run('ts', '-query', '-in', openssl.file(request), '-text')).toString();
      if (!text.includes(`Hash Algorithm: ${imprint}`)) return `not ${imprint}`;
      const response = openssl.file(reply(openssl, request, 'RSA'));
      const trusted = ['-CAfile', openssl.root('RSA').certificate];
      const byData = openssl.try('ts', '-verify', '-data', openssl.file(data), '-in', response, ...trusted);
      if (!byData.ok) return lastWord(byData.text);
      const byRequest = openssl.try('ts', '-verify', '-queryfile', openssl.file(request), '-in', response, ...trusted);
      return byRequest.ok ? undefined : lastWord(byRequest.text);
    },
  },
});

export function timestampToken(
  openssl: Openssl,
  algorithm: Algorithm,
  imprint: Imprint,
): Skill<Exhibits['timestamp token, SM3']> {
  const why = NO_TS[algorithm];
  return {
    make: {
      ...(why === undefined ? {} : { instead: `${made(why, algorithm)} over the TSTInfo of a token by RSA` }),
      run() {
        const exhibit = { ...roots(openssl, algorithm), data: CONTENT };
        const request = query(openssl, imprint, CONTENT);
        if (why === undefined) return { ...exhibit, token: read.token(reply(openssl, request, algorithm)) };
        // The certificate first: what it stamps must not be older.
        const identity = openssl.issue(algorithm, 'timestamp', NAMES.leaf, openssl.root(algorithm));
        const tstInfo = read.signedData(read.token(reply(openssl, request, 'RSA'))).content!;
        const by = signerByHand(openssl, algorithm, identity);
        return {
          ...exhibit,
          token: assembleSignedData(tstInfo, [by], { attached: true, type: OIDS.tstInfo, time: now() }),
        };
      },
    },
    take: {
      ...(why === undefined ? {} : { instead: `${taken(why, algorithm)}, \`ts -reply -text\` for the contents` }),
      run({ token, data, root }) {
        const file = openssl.file(token);
        if (why === undefined) {
          const { ok, text } = openssl.try(
            'ts',
            '-verify',
            '-data',
            openssl.file(data),
            '-in',
            file,
            '-token_in',
            '-CAfile',
            openssl.pem(root),
          );
          return ok ? undefined : lastWord(text);
        }
        const text = Buffer.from(
          openssl.run('ts', '-reply', '-in', file, '-token_in', '-token_out', '-text'),
        ).toString();
        const digits = [...text.matchAll(/^ {4}[0-9a-f]{4} - ((?:[0-9a-f]{2}[ -]?){1,16})/gm)].map(([, line]) =>
          line!.replace(/[^0-9a-f]/g, ''),
        );
        const imprinted = unhex(digits.join('').slice(0, 64));
        if (!text.includes(`Hash Algorithm: ${imprint}`)) return `not ${imprint}`;
        if (!equal(openssl.run('dgst', `-${imprint}`, '-binary', openssl.file(data)), imprinted))
          return 'another imprint';
        return takeByHand(openssl, algorithm, token, read.signedData(token).content!, root);
      },
    },
  };
}
