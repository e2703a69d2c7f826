/** Certificates, requests for them, and what revokes them, by the command `openssl`. */
import type { Bytes } from '../peer.js';
import { equal, hex } from '../peer.js';
import { type Algorithm, type Exhibits, NAMES } from './exhibits.js';
import type { Refusal, Skill } from './matrix.js';
import { DISTID, lastWord, type Openssl, signing, verifying } from './openssl-shell.js';
import { read } from './structure.js';

const ONE_LINK =
  '`verify -partial_chain`, one link at a time: its option for the SM2 ID reaches the first certificate of a path only';
const CRL_BY_HAND =
  '`dgst -sm3 -verify` on the list and `crl -text` for its entries: `verify -crl_check` and `crl -CAfile` cannot set the SM2 ID';
const OCSP_BY_HAND =
  '`dgst -sm3 -verify` on the response and `ocsp -noverify` for its contents: `ocsp` verifies SM2 with an empty ID only';

/** Whether a signature fits, for what has no command of its own. */
export function fits(
  openssl: Openssl,
  algorithm: Algorithm,
  publicKey: Bytes,
  message: Bytes,
  signature: Bytes,
): boolean {
  const [key, m, s] = [openssl.file(publicKey), openssl.file(message), openssl.file(signature)];
  if (algorithm === 'Ed25519')
    return openssl.try(
      'pkeyutl',
      '-verify',
      '-pubin',
      '-keyform',
      'DER',
      '-inkey',
      key,
      '-rawin',
      '-in',
      m,
      '-sigfile',
      s,
    ).ok;
  const how = algorithm === 'SM2' ? ['-sm3', '-sigopt', DISTID] : ['-sha256'];
  return openssl.try('dgst', ...how, '-verify', key, '-keyform', 'DER', '-signature', s, m).ok;
}

/** One link: the issuer is believed, whatever it is. */
export function link(
  openssl: Openssl,
  algorithm: Algorithm,
  certificate: Bytes,
  issuer: Bytes,
  ...more: readonly string[]
): Refusal {
  const [ca, leaf] = [openssl.pem(issuer), openssl.pem(certificate)];
  const { ok, text } = openssl.try('verify', ...verifying(algorithm), '-partial_chain', ...more, '-CAfile', ca, leaf);
  return ok ? undefined : lastWord(text);
}

export const certificate = (openssl: Openssl, algorithm: Algorithm): Skill<Exhibits['certificate']> => ({
  make: { run: () => ({ ...roots(openssl, algorithm), certificate: openssl.der(leaf(openssl, algorithm)) }) },
  take: { run: ({ certificate, root }) => link(openssl, algorithm, certificate, root) },
});

export const roots = (openssl: Openssl, algorithm: Algorithm) => ({
  root: openssl.der(openssl.root(algorithm).certificate),
  stranger: openssl.der(openssl.stranger(algorithm).certificate),
});

const leaf = (openssl: Openssl, algorithm: Algorithm, name: string = NAMES.leaf): string =>
  openssl.issue(algorithm, 'leaf', name, openssl.root(algorithm)).certificate;

export const chain = (openssl: Openssl, algorithm: Algorithm): Skill<Exhibits['chain']> => ({
  make: {
    run() {
      const intermediate = openssl.issue(algorithm, 'intermediate', NAMES.intermediate, openssl.root(algorithm));
      const last = openssl.issue(algorithm, 'leaf', NAMES.leaf, intermediate);
      const child = openssl.issue(algorithm, 'leaf', NAMES.child, last);
      return {
        ...roots(openssl, algorithm),
        intermediates: [openssl.der(intermediate.certificate)],
        certificate: openssl.der(last.certificate),
        child: openssl.der(child.certificate),
      };
    },
  },
  take: {
    ...(algorithm === 'SM2' ? { instead: ONE_LINK } : {}),
    run({ certificate, intermediates, root }) {
      if (algorithm === 'SM2') {
        const path = [certificate, ...intermediates, root];
        return path
          .slice(1)
          .map((issuer, i) => link(openssl, algorithm, path[i]!, issuer))
          .find((said) => said !== undefined);
      }
      const files = [openssl.pem(root), '-untrusted', openssl.pem(...intermediates), openssl.pem(certificate)];
      const { ok, text } = openssl.try('verify', '-CAfile', ...files);
      return ok ? undefined : lastWord(text);
    },
  },
});

export const csr = (openssl: Openssl, algorithm: Algorithm): Skill<Exhibits['CSR']> => ({
  make: {
    run() {
      const key = openssl.keyOf(algorithm, NAMES.csr);
      const subject = ['-subj', `/CN=${NAMES.csr}`, '-config', 'config', '-outform', 'DER'];
      return {
        csr: openssl.run('req', '-new', '-key', key, ...signing(algorithm), ...subject),
        publicKey: openssl.spki(key),
        name: NAMES.csr,
      };
    },
  },
  take: {
    run({ csr, publicKey, name }) {
      const file = openssl.file(csr);
      const { ok, text } = openssl.try(
        'req',
        '-in',
        file,
        '-inform',
        'DER',
        '-verify',
        ...verifying(algorithm),
        '-noout',
        '-subject',
        '-pubkey',
      );
      if (!ok || !text.includes('verify OK')) return lastWord(text);
      const pem = openssl.file(/-----BEGIN PUBLIC KEY-----[\s\S]+?-----END PUBLIC KEY-----\n/.exec(text)?.[0] ?? '');
      if (!equal(openssl.run('pkey', '-pubin', '-in', pem, '-pubout', '-outform', 'DER'), publicKey))
        return 'another key';
      return text.includes(`CN = ${name}`) ? undefined : 'another name';
    },
  },
});

/** `index.txt` of `openssl ca`: one serial number revoked, another in force. */
function writeIndex(openssl: Openssl, revoked: Bytes | undefined, good: Bytes | undefined): string {
  const serial = (certificate: Bytes) => hex(read.serial(certificate).subarray(2)).toUpperCase().replace(/^00/, '');
  return openssl.file(
    [
      ...(revoked === undefined
        ? []
        : [`R\t360101000000Z\t260101000000Z,keyCompromise\t${serial(revoked)}\tunknown\t/CN=Revoked\n`]),
      ...(good === undefined ? [] : [`V\t360101000000Z\t\t${serial(good)}\tunknown\t/CN=Good\n`]),
    ].join(''),
  );
}

export const crl = (openssl: Openssl, algorithm: Algorithm): Skill<Exhibits['CRL']> => ({
  make: {
    run() {
      const { root, stranger } = roots(openssl, algorithm);
      const [revoked, good] = [leaf(openssl, algorithm), leaf(openssl, algorithm, NAMES.child)].map(openssl.der) as [
        Bytes,
        Bytes,
      ];
      const list = openssl.file(`[ca]
default_ca = list
[list]
database = ${writeIndex(openssl, revoked, good)}
crlnumber = ${openssl.file('01\n')}
[crl]
authorityKeyIdentifier = keyid
`);
      const { key, certificate } = openssl.root(algorithm);
      const digest = ['-md', algorithm === 'SM2' ? 'sm3' : algorithm === 'Ed25519' ? 'default' : 'sha256'];
      const distid = algorithm === 'SM2' ? ['-sigopt', DISTID] : [];
      const config = ['-config', list, '-crlexts', 'crl', '-crldays', '30'];
      const pem = openssl.run('ca', '-gencrl', ...config, '-keyfile', key, '-cert', certificate, ...digest, ...distid);
      return { root, stranger, revoked, good, crl: openssl.run('crl', '-in', openssl.file(pem), '-outform', 'DER') };
    },
  },
  take: {
    ...(algorithm === 'SM2' ? { instead: CRL_BY_HAND } : {}),
    run({ crl, root, revoked, good }) {
      const pem = openssl.fresh();
      openssl.run('crl', '-in', openssl.file(crl), '-inform', 'DER', '-out', pem);
      if (algorithm === 'SM2') {
        const { tbs, signature } = read.signed(crl);
        if (!fits(openssl, algorithm, read.publicKey(root), tbs, signature)) return 'Verification failure';
        const text = Buffer.from(openssl.run('crl', '-in', pem, '-noout', '-text')).toString();
        const listed = (one: Bytes) =>
          text.includes(hex(read.serial(one).subarray(2)).replace(/^00/, '').toUpperCase());
        return listed(good) ? 'the good one is in it' : listed(revoked) ? undefined : 'not in it';
      }
      const check = (one: Bytes) =>
        openssl.try('verify', '-crl_check', '-CRLfile', pem, '-CAfile', openssl.pem(root), openssl.pem(one));
      const other = check(good);
      if (!other.ok) return lastWord(other.text);
      const { text } = check(revoked);
      return text.includes('certificate revoked') ? undefined : 'not revoked';
    },
  },
});

export const ocspRequest = (openssl: Openssl, algorithm: Algorithm): Skill<Exhibits['OCSP request']> => ({
  make: {
    run() {
      const { root, stranger } = roots(openssl, algorithm);
      const [certificate, other] = [leaf(openssl, algorithm), leaf(openssl, algorithm, NAMES.child)].map(
        openssl.der,
      ) as [Bytes, Bytes];
      const out = openssl.fresh();
      openssl.run('ocsp', '-sha256', '-issuer', openssl.pem(root), '-cert', openssl.pem(certificate), '-reqout', out);
      return { root, stranger, certificate, other, request: openssl.bytes(out) };
    },
  },
  // Its responder answers: `good` for the one certificate in its database, `unknown` for all others.
  take: {
    run({ request, certificate, root }) {
      const { key, certificate: signer } = openssl.root('RSA');
      const text = openssl.try(
        ...['ocsp', '-index', writeIndex(openssl, undefined, certificate), '-CA', openssl.pem(root)],
        ...['-rsigner', signer, '-rkey', key, '-reqin', openssl.file(request), '-ndays', '3', '-text'],
      ).text;
      return /Cert Status: good/.test(text) ? undefined : (/Cert Status: \w+/.exec(text)?.[0] ?? lastWord(text));
    },
  },
});

export const ocspResponse = (openssl: Openssl, algorithm: Algorithm): Skill<Exhibits['OCSP response']> => ({
  make: {
    run() {
      const { root, stranger } = roots(openssl, algorithm);
      const [revoked, other] = [leaf(openssl, algorithm), leaf(openssl, algorithm, NAMES.child)].map(openssl.der) as [
        Bytes,
        Bytes,
      ];
      const { key, certificate } = openssl.root(algorithm);
      const [request, response] = [openssl.fresh(), openssl.fresh()];
      openssl.run(
        'ocsp',
        '-sha256',
        '-issuer',
        certificate,
        '-cert',
        openssl.pem(revoked),
        '-no_nonce',
        '-reqout',
        request,
      );
      const digest = algorithm === 'Ed25519' ? [] : ['-rmd', algorithm === 'SM2' ? 'sm3' : 'sha256'];
      const distid = algorithm === 'SM2' ? ['-rsigopt', DISTID] : [];
      openssl.run(
        ...[
          'ocsp',
          '-index',
          writeIndex(openssl, revoked, other),
          '-CA',
          certificate,
          '-rsigner',
          certificate,
          '-rkey',
          key,
        ],
        ...[...digest, ...distid, '-reqin', request, '-respout', response, '-ndays', '3'],
      );
      return { root, stranger, certificate: revoked, other, response: openssl.bytes(response) };
    },
  },
  take: {
    ...(algorithm === 'SM2' ? { instead: OCSP_BY_HAND } : {}),
    run({ response, certificate, root }) {
      const [respin, issuer, asked] = [openssl.file(response), openssl.pem(root), openssl.pem(certificate)];
      if (algorithm === 'SM2') {
        const { tbs, signature, certificates } = read.ocsp(response);
        const [responder = root] = certificates;
        const refusal = equal(responder, root) ? undefined : link(openssl, algorithm, responder, root);
        if (refusal !== undefined) return refusal;
        if (!fits(openssl, algorithm, read.publicKey(responder), tbs, signature)) return 'Verification failure';
      }
      let said = '';
      // It looks for a CertID of one hash; which, is for the responder to choose.
      for (const hash of ['-sha256', '-sha1', '-sm3']) {
        const how = algorithm === 'SM2' ? ['-noverify'] : ['-CAfile', issuer];
        const { text } = openssl.try('ocsp', '-respin', respin, hash, '-issuer', issuer, '-cert', asked, ...how);
        if (algorithm !== 'SM2' && !text.includes('Response verify OK')) return lastWord(text);
        if (text.includes(`${asked}: revoked`)) return undefined;
        said = lastWord(text);
      }
      return said;
    },
  },
});
